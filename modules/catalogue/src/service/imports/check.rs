//! Reading a table of products once and telling what it would do, before anything is done.

use std::{collections::HashMap, sync::Arc};

use camino::Utf8PathBuf;
use sh_db::Tx;
use sh_http::{App, Context};
use sh_jobs::{JobError, Progress, Run};
use sh_kernel::Id;
use tokio::sync::mpsc;

use super::{GROUP, ISSUES_MAX, find_in, import_of, stored_path};
use crate::{
    Error,
    draft::Facts,
    import::{
        batch::{BatchState, Counts, ProductImport},
        file::{FileFault, FileProblem, FileProduct, Layout, each_product},
        issue::Issue,
        merge::{Merged, merge},
        plan::{Planned, plan},
    },
    model::Shop,
    service::edit::facts,
    store::{
        code, import as store,
        product::{self, ProductRow},
    },
};

/// Groups that are read ahead.
const AHEAD: usize = 2;

/// Runs the check of an import as a job.
///
/// # Errors
/// As [`check`]; a file that is refused is no error of the job.
pub async fn run(run: Run) -> Result<serde_json::Value, JobError> {
    let id = import_of(&run)?;
    match check(&run.context(), &run.app, id, &run.progress).await {
        Ok(state) => Ok(serde_json::json!({ "state": state.word() })),
        Err(Error::Stopped) => Err(JobError::Stopped),
        Err(error) => Err(error.into()),
    }
}

/// Checks an import: reads the stored file, compares each product with what is known, keeps counts and issues. Answers the
/// state that the import has then.
///
/// # Errors
/// [`Error::NotFound`], the store, the database; [`Error::Stopped`] if the job should stop.
pub async fn check(
    ctx: &Context,
    app: &App,
    id: Id<ProductImport>,
    progress: &Progress,
) -> Result<BatchState, Error> {
    let (batch, shop) = app.db.read(async |tx| find_in(tx, id).await).await?;
    if batch.state != BatchState::Uploaded {
        return Ok(batch.state);
    }
    progress.begin("product-import-checking", 0);
    let outcome = count(ctx, app, shop.id, stored_path(app, &batch)?, progress).await;
    app.db
        .write(async |tx| {
            match &outcome {
                Ok((counts, issues)) => store::set_checked(tx, id, counts, issues).await?,
                Err(Error::File(fault)) => store::set_failed(tx, id, &FileProblem::of(fault)).await?,
                Err(_) => {}
            }
            Ok::<_, Error>(())
        })
        .await?;
    match outcome {
        Ok(_) => Ok(BatchState::Checked),
        Err(Error::File(_)) => Ok(BatchState::Failed),
        Err(error) => Err(error),
    }
}

async fn count(
    ctx: &Context,
    app: &App,
    shop: Id<Shop>,
    path: Utf8PathBuf,
    progress: &Progress,
) -> Result<(Counts, Vec<Issue>), Error> {
    let facts = app.db.read(async |tx| facts(tx, ctx, shop).await).await?;
    let (mut counts, mut issues) = (Counts::default(), Vec::new());
    let (mut groups, reading) = read(path);
    while let Some(group) = groups.recv().await {
        let planned = app.db.read(async |tx| plan_group(tx, shop, &facts, &group).await).await?;
        for planned in planned {
            counts.add(&planned);
            let room = ISSUES_MAX.saturating_sub(issues.len());
            issues.extend(planned.issues.into_iter().take(room));
        }
        progress.set(counts.products);
        progress.check().map_err(|_| Error::Stopped)?;
    }
    reading.await??;
    Ok((counts, issues))
}

/// Products of a file that are looked up together.
pub(super) struct Group {
    pub(super) layout: Arc<Layout>,
    pub(super) products: Vec<FileProduct>,
}

type Reading = tokio::task::JoinHandle<Result<(), FileFault>>;

/// Reads a file on another thread and hands its products over in groups.
pub(super) fn read(path: Utf8PathBuf) -> (mpsc::Receiver<Group>, Reading) {
    let (sender, groups) = mpsc::channel(AHEAD);
    let reading = tokio::task::spawn_blocking(move || {
        let mut known = None;
        let mut products = Vec::with_capacity(GROUP);
        let whole = each_product(&path, |layout, product| {
            let layout = known.get_or_insert_with(|| Arc::new(layout.clone()));
            products.push(product);
            if products.len() < GROUP {
                return true;
            }
            let products = std::mem::replace(&mut products, Vec::with_capacity(GROUP));
            sender.blocking_send(Group { layout: layout.clone(), products }).is_ok()
        })?;
        if let (true, false, Some(layout)) = (whole, products.is_empty(), known) {
            // If nobody listens any more, nobody minds.
            let _ = sender.blocking_send(Group { layout, products });
        }
        Ok(())
    });
    (groups, reading)
}

/// What the products of a group would change, each compared with what is known of it.
pub(super) async fn plan_group(
    tx: &mut Tx,
    shop: Id<Shop>,
    facts: &Facts,
    group: &Group,
) -> Result<Vec<Planned>, Error> {
    let codes: Vec<String> = group.products.iter().map(|product| product.code.clone()).collect();
    let known = product::by_codes(tx, shop, &codes).await?;
    let known: HashMap<&str, &ProductRow> = known.iter().map(|row| (row.code.as_str(), row)).collect();
    let known = |product: &FileProduct| known.get(product.code.as_str()).copied();
    let merged: Vec<Merged> = group
        .products
        .iter()
        .map(|product| merge(&group.layout, product, known(product).map(ProductRow::draft)))
        .collect();
    let codes: Vec<String> =
        merged.iter().flat_map(|merged| merged.draft.sku_codes()).map(|(_, code)| code).collect();
    let owners = code::owners(tx, shop, &codes).await?;
    let mut owners: HashMap<String, String> =
        owners.into_iter().map(|(code, (_, product))| (code, product)).collect();
    let planned =
        group.products.iter().zip(merged).map(|(product, merged)| {
            plan(&group.layout, product, merged, known(product), (facts, &mut owners))
        });
    Ok(planned.collect())
}
