//! Tables of products in: kept, checked, confirmed, written (商品导入).
//!
//! Two jobs do the work, [`check`] and [`post`]; each can be run again and goes on where it stopped.

pub mod check;
pub mod marked;
pub mod post;

use camino::{Utf8Path, Utf8PathBuf};
use sh_access::audit::{Entry, record};
use sh_db::Tx;
use sh_files::store::{ObjectKey, ObjectStore, Stored};
use sh_http::{App, Context, Listing, Page, Permission, Scope};
use sh_jobs::{Handlers, Job, JobError, NewJob, Run};
use sh_kernel::Id;

use super::shops::{self, by};
use crate::{
    Error,
    import::{
        batch::{Batch, BatchState, ProductImport},
        file::LIMITS,
        issue::Issue,
    },
    model::Shop,
    store::{
        import as store,
        shop::{self, ShopRow},
    },
};

/// The kind of job that checks a file.
pub const CHECK_JOB: &str = "product-import-check";
/// The kind of job that writes its products.
pub const POST_JOB: &str = "product-import-post";
/// Products that are looked up and written together: large enough that waiting for the disk does not matter, small
/// enough that others get their turn.
pub const GROUP: usize = 500;
/// Issues that are kept of a file; nobody mends more of them in one go.
pub const ISSUES_MAX: usize = 20_000;

/// What runs the jobs of this module.
pub fn handlers() -> Handlers {
    Handlers::new().on(CHECK_JOB, check::run).on(POST_JOB, post::run)
}

/// The store that files are kept in.
///
/// # Errors
/// If the folder cannot be made.
pub fn files(app: &App) -> Result<ObjectStore, Error> {
    Ok(ObjectStore::open_dir(app.data_dir.join("objects"), LIMITS.file_bytes)?)
}

/// The shop, if the actor may import for it; to be asked before the bytes are taken.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Denied`].
pub async fn may_import(ctx: &Context, app: &App, id: Id<Shop>) -> Result<ShopRow, Error> {
    let shop = shops::get(ctx, app, id).await?;
    ctx.require(Permission::EditListings, shop.scope())?;
    Ok(shop)
}

/// Notes a stored file as an import of a shop and queues its check. Nothing is written before somebody confirms it.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Denied`].
pub async fn upload(
    ctx: &Context,
    app: &App,
    id: Id<Shop>,
    file_name: &str,
    stored: &Stored,
) -> Result<Id<ProductImport>, Error> {
    let shop = may_import(ctx, app, id).await?;
    let file_name = plain_name(file_name);
    app.db
        .write(async |tx| {
            let id: Id<ProductImport> = ctx.id();
            let new = store::NewImport {
                id,
                shop: shop.id,
                file_name: &file_name,
                file_hash: stored.sha256(),
                file_size: stored.size,
                by: by(ctx),
                now: ctx.now(),
            };
            store::add(tx, &new).await?;
            queue(ctx, tx, CHECK_JOB, id, &shop, &file_name).await?;
            let told = serde_json::json!({ "file": file_name, "sha256": stored.sha256() });
            record(tx, ctx, Entry::new("upload-products", "product-import", id).after(&told)).await?;
            Ok(id)
        })
        .await
}

/// Keeps a local file and notes it as an import.
///
/// # Errors
/// As [`upload`], and what reading the file meets.
pub async fn upload_path(
    ctx: &Context,
    app: &App,
    id: Id<Shop>,
    path: &Utf8Path,
) -> Result<Id<ProductImport>, Error> {
    let file = tokio::fs::File::open(path).await.map_err(sh_files::store::StoreError::Io)?;
    let stored = files(app)?.put(file).await?;
    upload(ctx, app, id, path.file_name().unwrap_or_default(), &stored).await
}

/// The last part of a name that a browser gave, short enough to be shown.
fn plain_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = last.chars().filter(|sign| !sign.is_control()).take(120).collect();
    if name.trim().is_empty() { "-".to_owned() } else { name.trim().to_owned() }
}

async fn queue(
    ctx: &Context,
    tx: &mut Tx,
    kind: &'static str,
    id: Id<ProductImport>,
    shop: &ShopRow,
    file_name: &str,
) -> Result<(), Error> {
    let job = NewJob {
        kind,
        key: Some(id.to_string()),
        subject: file_name.to_owned(),
        href: Some(format!("/s/imports/{id}")),
        payload: serde_json::json!({ "import": id }),
        region: None,
        organisation: Some(shop.organisation.clone()),
    };
    let queued = sh_jobs::enqueue(tx, ctx, &job).await?;
    Ok(store::set_job(tx, id, queued.id).await?)
}

/// The import that a job is about.
fn import_of(run: &Run) -> Result<Id<ProductImport>, JobError> {
    #[derive(serde::Deserialize)]
    struct Payload {
        import: Id<ProductImport>,
    }
    Ok(run.payload::<Payload>()?.import)
}

async fn find_in(tx: &mut Tx, id: Id<ProductImport>) -> Result<(Batch, ShopRow), Error> {
    let batch = store::import(tx, id).await?.ok_or(Error::NotFound)?;
    let shop = shop::shop(tx, batch.shop).await?.ok_or(Error::NotFound)?;
    Ok((batch, shop))
}

async fn find(
    tx: &mut Tx,
    ctx: &Context,
    id: Id<ProductImport>,
    permission: Permission,
) -> Result<(Batch, ShopRow), Error> {
    let (batch, shop) = find_in(tx, id).await?;
    ctx.require_any(permission, &[shop.scope(), Scope::Everywhere])?;
    Ok((batch, shop))
}

/// Where the file of an import lies.
fn stored_path(app: &App, batch: &Batch) -> Result<Utf8PathBuf, Error> {
    let key: ObjectKey = batch.file_hash.parse().map_err(|_| Error::NotFound)?;
    Ok(files(app)?.path(&key))
}

/// One import and its shop.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Denied`].
pub async fn get(ctx: &Context, app: &App, id: Id<ProductImport>) -> Result<(Batch, ShopRow), Error> {
    app.db.read(async |tx| find(tx, ctx, id, Permission::ReadListings).await).await
}

/// Imports of a shop, the newest first.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Denied`], or a cursor that cannot be read.
pub async fn list(ctx: &Context, app: &App, shop: Id<Shop>, page: &Page) -> Result<Listing<Batch>, Error> {
    shops::get(ctx, app, shop).await?;
    let after: Option<Id<ProductImport>> = page.key()?;
    let rows = app.db.read(async |tx| store::of_shop(tx, shop, after, page.fetch()).await).await?;
    Ok(Listing::of(rows, page, |batch| batch.id))
}

/// The first issues of an import.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Denied`].
pub async fn issues(
    ctx: &Context,
    app: &App,
    id: Id<ProductImport>,
    limit: u32,
) -> Result<Vec<Issue>, Error> {
    app.db
        .read(async |tx| {
            find(tx, ctx, id, Permission::ReadListings).await?;
            Ok(store::issues(tx, id, limit).await?)
        })
        .await
}

/// The job that works or last worked on an import.
pub async fn job_of(ctx: &Context, app: &App, batch: &Batch) -> Option<Job> {
    sh_jobs::find(ctx, app, batch.job?).await.ok()
}

/// A person says that the good products of a checked file are to be written, and whether they are to be handed in for
/// review at once. Saying it again for one that was cut off goes on where it stopped.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Denied`]; [`Error::WrongState`] if it is not checked or being written;
/// [`Error::NothingToImport`] if no row of it changes anything; [`Error::ShopOff`] if it is to be handed in and the shop
/// is switched off.
pub async fn confirm(ctx: &Context, app: &App, id: Id<ProductImport>, submit: bool) -> Result<(), Error> {
    app.db
        .write(async |tx| {
            let (batch, shop) = find(tx, ctx, id, Permission::EditListings).await?;
            if batch.state == BatchState::Posting {
                return queue(ctx, tx, POST_JOB, id, &shop, &batch.file_name).await;
            }
            if batch.checked.is_some_and(|counts| counts.changing() == 0) {
                return Err(Error::NothingToImport);
            }
            if submit && !shop.is_open() {
                return Err(Error::ShopOff);
            }
            if !store::confirm(tx, id, submit, by(ctx)).await? {
                return Err(Error::WrongState(batch.state.word()));
            }
            let told = serde_json::json!({ "counts": batch.checked, "submit": submit });
            record(tx, ctx, Entry::new("confirm-products", "product-import", id).after(&told)).await?;
            queue(ctx, tx, POST_JOB, id, &shop, &batch.file_name).await
        })
        .await
}

/// Gives an import up before anything was written.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Denied`], [`Error::WrongState`].
pub async fn discard(ctx: &Context, app: &App, id: Id<ProductImport>) -> Result<(), Error> {
    app.db
        .write(async |tx| {
            let (batch, _) = find(tx, ctx, id, Permission::EditListings).await?;
            if !store::discard(tx, id).await? {
                return Err(Error::WrongState(batch.state.word()));
            }
            record(tx, ctx, Entry::new("discard-products", "product-import", id)).await?;
            Ok(())
        })
        .await
}

/// Queues again what was going on when the program was stopped. Jobs that are still live are left alone, so it can be
/// called at every start.
///
/// # Errors
/// The database.
pub async fn resume(ctx: &Context, app: &App) -> Result<(), Error> {
    app.db
        .write(async |tx| {
            for id in store::at_work(tx).await? {
                let (batch, shop) = find_in(tx, id).await?;
                let kind = if batch.state == BatchState::Posting { POST_JOB } else { CHECK_JOB };
                queue(ctx, tx, kind, id, &shop, &batch.file_name).await?;
            }
            Ok(())
        })
        .await
}

#[cfg(test)]
mod tests {
    use super::plain_name;

    #[test]
    fn only_the_last_part_of_a_name_is_kept() {
        assert_eq!(plain_name("C:\\商品\\腊肉.xlsx"), "腊肉.xlsx");
        assert_eq!(plain_name("\n"), "-");
    }
}
