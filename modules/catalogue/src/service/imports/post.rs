//! Writing the products of a confirmed file, group by group.
//!
//! Each group is one transaction with the count of products that are done, so that one that was killed goes on where it
//! stopped; nothing is written twice, even if two workers try.

use std::collections::HashMap;

use sh_access::audit::{Entry, record};
use sh_db::Tx;
use sh_http::{App, Context};
use sh_jobs::{JobError, Progress, Run};
use sh_kernel::{Fen, Id};

use super::{
    check::{Group, plan_group, read},
    find_in, import_of, stored_path,
};
use crate::{
    Error,
    import::{
        batch::{Batch, BatchState, Counts, ProductImport},
        plan::{Planned, Step},
    },
    model::{Product, Review, SkuRow},
    service::{
        codes,
        edit::{PRODUCTS_MAX, facts},
        index, review,
    },
    store::{
        import as store,
        product::{self, DraftRow},
        shop::ShopRow,
        sku::{self, NewPrice},
    },
};

/// Runs the writing of an import as a job.
///
/// # Errors
/// As [`post`].
pub async fn run(run: Run) -> Result<serde_json::Value, JobError> {
    let id = import_of(&run)?;
    match post(&run.context(), &run.app, id, &run.progress).await {
        Ok(batch) => Ok(serde_json::json!({ "state": batch.state.word(), "posted": batch.posted })),
        Err(Error::Stopped) => Err(JobError::Stopped),
        Err(error) => Err(error.into()),
    }
}

/// Writes the products of a confirmed import from where it stands to its end. Calling it again goes on or does nothing.
///
/// # Errors
/// [`Error::NotFound`], [`Error::ShopFull`], the store, the database; [`Error::Stopped`] if the job should stop.
pub async fn post(
    ctx: &Context,
    app: &App,
    id: Id<ProductImport>,
    progress: &Progress,
) -> Result<Batch, Error> {
    let (batch, shop) = app.db.read(async |tx| find_in(tx, id).await).await?;
    if batch.state != BatchState::Posting {
        return Ok(batch);
    }
    let new = batch.checked.map_or(0, |counts| counts.created);
    let there = app.db.read(async |tx| product::count_of_shop(tx, shop.id).await).await?;
    if there.saturating_add_unsigned(new) > PRODUCTS_MAX && batch.posted.products == 0 {
        return Err(Error::ShopFull);
    }
    progress.begin("product-import-posting", batch.checked.map_or(0, |counts| counts.products));
    let (mut groups, reading) = read(stored_path(app, &batch)?);
    let mut work = Work { ctx, batch: &batch, shop: &shop, done: batch.posted };
    let mut from = 0;
    while let Some(group) = groups.recv().await {
        let until = from + group.products.len() as u64;
        if until > work.done.products && !work.write(app, &group, from).await? {
            break;
        }
        from = until;
        progress.set(from);
        progress.check().map_err(|_| Error::Stopped)?;
    }
    drop(groups);
    reading.await??;
    let counts = work.done;
    app.db
        .write(async |tx| {
            if store::set_posted(tx, id, ctx.now()).await? {
                record(tx, ctx, Entry::new("import-products", "product-import", id).after(&counts)).await?;
            }
            Ok::<_, Error>(())
        })
        .await?;
    Ok(app.db.read(async |tx| find_in(tx, id).await).await?.0)
}

/// The writing of one import.
struct Work<'a> {
    ctx: &'a Context,
    batch: &'a Batch,
    shop: &'a ShopRow,
    done: Counts,
}

impl Work<'_> {
    /// Writes a group; `false` if another worker has gone further.
    async fn write(&mut self, app: &App, group: &Group, from: u64) -> Result<bool, Error> {
        let before = self.done;
        let done = app
            .db
            .write(async |tx| {
                let facts = facts(tx, self.ctx, self.shop.id).await?;
                let planned = plan_group(tx, self.shop.id, &facts, group).await?;
                let mut done = before;
                for planned in &planned {
                    done.add(planned);
                }
                if !store::advance(tx, self.batch.id, (from, done.products), &done).await? {
                    return Ok(None);
                }
                self.write_drafts(tx, &planned).await?;
                self.write_prices(tx, &planned).await?;
                Ok::<_, Error>(Some(done))
            })
            .await?;
        self.done = done.unwrap_or(before);
        Ok(done.is_some())
    }

    fn by(&self) -> &str {
        self.batch.confirmed_by.as_deref().unwrap_or(&self.batch.created_by)
    }

    async fn write_drafts(&self, tx: &mut Tx, planned: &[Planned]) -> Result<(), Error> {
        let review = if self.batch.submit && self.shop.is_open() { Review::Submitted } else { Review::Draft };
        let (mut new, mut known) = (Vec::new(), Vec::new());
        for planned in planned {
            let (list, id, draft) = match &planned.step {
                Step::Create(draft) => (&mut new, self.ctx.id(), draft),
                Step::Save(id, draft) => (&mut known, *id, draft),
                _ => continue,
            };
            list.push(DraftRow { id, shop: self.shop.id, draft, review, at: self.ctx.now(), by: self.by() });
        }
        product::add_all(tx, &new).await?;
        product::save_all(tx, &known).await?;
        let drafts: Vec<_> = new.iter().chain(&known).map(|row| (row.id, row.draft)).collect();
        // The plan has seen the codes in this transaction; only a writer of the same moment can have been quicker.
        match codes::claim(tx, self.shop.id, &drafts).await?.into_iter().next() {
            Some(flaw) => Err(Error::CodeTaken(flaw.value)),
            None => Ok(()),
        }
    }

    async fn write_prices(&self, tx: &mut Tx, planned: &[Planned]) -> Result<(), Error> {
        let steps = || {
            planned.iter().filter_map(|planned| match &planned.step {
                Step::Prices(id, prices) => Some((*id, prices.as_slice())),
                _ => None,
            })
        };
        let ids: Vec<Id<Product>> = steps().map(|(id, _)| id).collect();
        if ids.is_empty() {
            return Ok(());
        }
        let mut skus: HashMap<Id<Product>, Vec<SkuRow>> = HashMap::new();
        for (product, sku) in sku::skus_of(tx, &ids).await? {
            skus.entry(product).or_default().push(sku);
        }
        for (id, prices) in steps() {
            let skus = skus.entry(id).or_default();
            self.set_prices(tx, id, prices, skus).await?;
        }
        Ok(())
    }

    async fn set_prices(
        &self,
        tx: &mut Tx,
        id: Id<Product>,
        prices: &[(String, Fen, Fen)],
        skus: &mut [SkuRow],
    ) -> Result<(), Error> {
        let Some(mut row) = product::product(tx, id).await? else { return Ok(()) };
        let mut changes = Vec::new();
        for (code, before, price) in prices {
            let Some(sku) = skus.iter_mut().find(|sku| sku.code == *code) else { continue };
            if sku::set_price(tx, (sku.id, self.shop.id), *before, *price).await? {
                sku.price = *price;
                row.note_price(code, *price);
                changes.push(NewPrice {
                    id: self.ctx.id(),
                    sku: sku.id,
                    before: Some(*before),
                    price: *price,
                });
            }
        }
        sku::add_prices(tx, self.shop.id, &changes, (self.ctx.now(), self.by())).await?;
        product::set_prices(tx, &row, review::lead(skus)).await?;
        index::set_prices(tx, &row, skus).await?;
        Ok(())
    }
}
