//! What the operator decides about a product: approved, or returned with remarks by field.

use std::collections::HashMap;

use sh_access::audit::{Entry, record};
use sh_db::Tx;
use sh_http::{App, Context, Listing, Page, Permission, Scope};
use sh_kernel::{Fen, Id, Instant};
use sh_parties::{Party, upsert};

use super::{
    edit::{facts, find, invalid, taken},
    index,
    shops::by,
};
use crate::{
    Error,
    draft::Content,
    model::{Product, Review, Shelf, Sku, SkuRow},
    store::{
        product::{self as store, Approved, ProductRow, Remarks, Waiting},
        sku::{self, Home, NewPrice},
    },
};

/// Submissions that are counted.
pub const COUNTED_MAX: i64 = 1_000;
/// Characters of a remark.
const REMARK_CHARS_MAX: usize = 300;

/// What the operator decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// It is as submitted from now on.
    Approve,
    /// The supplier has to mend what the remarks say.
    Return(Remarks),
}

/// What waits for a decision, the longest first.
///
/// # Errors
/// [`Error::Denied`], or a cursor that cannot be read.
pub async fn waiting(ctx: &Context, app: &App, page: &Page) -> Result<Listing<Waiting>, Error> {
    ctx.require(Permission::ReviewListings, Scope::Everywhere)?;
    let after: Option<(i64, Id<Product>)> = page.key()?;
    let after = after.map(|(micros, id)| (Instant::from_micros(micros), id));
    let (rows, count) = app
        .db
        .read(async |tx| {
            let rows = store::waiting(tx, after, page.fetch()).await?;
            Ok::<_, Error>((rows, store::count_waiting(tx, COUNTED_MAX).await?))
        })
        .await?;
    let listing = Listing::of(rows, page, |row| (row.submitted_at.micros(), row.id));
    Ok(listing.total(u64::try_from(count).unwrap_or(0)))
}

/// The submission after this one, to go on with.
///
/// # Errors
/// [`Error::Denied`].
pub async fn next(ctx: &Context, app: &App) -> Result<Option<Id<Product>>, Error> {
    ctx.require(Permission::ReviewListings, Scope::Everywhere)?;
    let rows = app.db.read(async |tx| store::waiting(tx, None, 1).await).await?;
    Ok(rows.first().map(|row| row.id))
}

/// Decides about a submission.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Denied`]; [`Error::Changed`] if it was saved or decided since `stamp`;
/// [`Error::ReasonMissing`] if it is returned without a remark; [`Error::Invalid`] if it is approved and something of it
/// does not hold any more, such as a certificate; [`Error::CodeTaken`].
pub async fn decide(
    ctx: &Context,
    app: &App,
    id: Id<Product>,
    stamp: i64,
    decision: &Decision,
) -> Result<(), Error> {
    ctx.require(Permission::ReviewListings, Scope::Everywhere)?;
    let mut code = String::new();
    let outcome = app
        .db
        .write(async |tx| {
            let (product, shop) = find(tx, ctx, id, Permission::ReviewListings).await?;
            if product.review != Review::Submitted || product.stamp != stamp {
                return Err(Error::Changed);
            }
            match decision {
                Decision::Approve => {
                    let facts = facts(tx, ctx, shop.id).await?;
                    let content =
                        product.draft().check(&facts).map_err(|flaws| invalid(ctx.locale, &flaws))?;
                    approve(tx, ctx, &product, &content).await
                }
                Decision::Return(remarks) => send_back(tx, ctx, &product, remarks).await,
            }
        })
        .await;
    if outcome.is_err() {
        let product = app.db.read(async |tx| store::product(tx, id).await).await?;
        code = product.map(|product| product.draft().code).unwrap_or_default();
    }
    taken(outcome, &code)
}

async fn send_back(tx: &mut Tx, ctx: &Context, product: &ProductRow, remarks: &Remarks) -> Result<(), Error> {
    let remarks: Remarks = remarks
        .iter()
        .map(|(field, text)| (field.clone(), text.trim().chars().take(REMARK_CHARS_MAX).collect()))
        .filter(|(_, text): &(String, String)| !text.is_empty())
        .collect();
    if remarks.is_empty() {
        return Err(Error::ReasonMissing);
    }
    if !store::send_back(tx, product, &remarks, (ctx.now(), by(ctx))).await? {
        return Err(Error::Changed);
    }
    record(tx, ctx, Entry::new("return-product", "product", product.id).after(&remarks)).await?;
    Ok(())
}

async fn approve(tx: &mut Tx, ctx: &Context, product: &ProductRow, content: &Content) -> Result<(), Error> {
    let home = Home { product: product.id, shop: product.shop };
    let producer = Party::first_seen(&content.producer, None);
    upsert(tx, producer.clone()).await?;
    let known = sku::skus(tx, product.id).await?;
    let skus = variants(ctx, content, &known);
    write_skus(tx, ctx, home, &known, &skus).await?;
    let shelf = match product.shelf {
        Shelf::New | Shelf::Ready if content.publish => Shelf::OnSale,
        Shelf::New => Shelf::Ready,
        other => other,
    };
    let pictures = sku::pictures(tx, product.id).await?;
    let cover = content.pictures.first().and_then(|first| pictures.iter().find(|one| one.id == *first));
    let approved = Approved {
        content,
        producer: producer.map(|party| party.number),
        shelf,
        lead: lead(&skus),
        cover: cover.map(|picture| picture.small.as_str()),
        at: ctx.now(),
        by: by(ctx),
    };
    if !store::approve(tx, product, &approved).await? {
        return Err(Error::Changed);
    }
    sku::set_shown(tx, product.id, &content.pictures).await?;
    if shelf == Shelf::OnSale {
        index::put(tx, &[product.id]).await?;
    }
    let mut entry = Entry::new("approve-product", "product", product.id).after(content);
    if let Some(before) = &product.content {
        entry = entry.before(before);
    }
    record(tx, ctx, entry).await?;
    Ok(())
}

/// The variant that lists show: the cheapest one on offer, the first of them on a tie.
pub(crate) fn lead(skus: &[SkuRow]) -> Option<Id<Sku>> {
    skus.iter().filter(|sku| sku.active).min_by_key(|sku| sku.price).map(|sku| sku.id)
}

/// The variants as approved; one with a known code stays the same thing.
fn variants(ctx: &Context, content: &Content, known: &[SkuRow]) -> Vec<SkuRow> {
    let by_code: HashMap<&str, &SkuRow> = known.iter().map(|sku| (sku.code.as_str(), sku)).collect();
    let made = content.skus.iter().map(|sku| SkuRow {
        id: by_code.get(sku.code.as_str()).map_or_else(|| ctx.id(), |known| known.id),
        code: sku.code.clone(),
        spec: sku.spec.clone(),
        content: sku.content,
        gross_grams: sku.gross_grams,
        price: sku.price,
        active: true,
        version: 1,
    });
    made.collect()
}

/// Writes variants and their prices; those that are not among them any more are retired.
async fn write_skus(
    tx: &mut Tx,
    ctx: &Context,
    home: Home,
    known: &[SkuRow],
    skus: &[SkuRow],
) -> Result<(), Error> {
    let before: HashMap<Id<Sku>, Fen> = known.iter().map(|sku| (sku.id, sku.price)).collect();
    let gone: Vec<Id<Sku>> =
        known.iter().map(|sku| sku.id).filter(|id| skus.iter().all(|sku| sku.id != *id)).collect();
    sku::retire(tx, home, &gone).await?;
    sku::put_skus(tx, home, skus).await?;
    let prices: Vec<NewPrice> = skus
        .iter()
        .filter(|sku| before.get(&sku.id) != Some(&sku.price))
        .map(|sku| NewPrice {
            id: ctx.id(),
            sku: sku.id,
            before: before.get(&sku.id).copied(),
            price: sku.price,
        })
        .collect();
    sku::add_prices(tx, home.shop, &prices, (ctx.now(), by(ctx))).await?;
    Ok(())
}
