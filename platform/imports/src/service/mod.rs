//! Tables in: kept, checked, confirmed, written.
//!
//! Two jobs do the work, [`check`] and [`post`]; each can be run again and goes on where it stopped.

mod marked;
mod work;

use camino::{Utf8Path, Utf8PathBuf};
use sh_access::audit::{Entry, record};
use sh_db::Tx;
use sh_files::store::{ObjectKey, ObjectStore, Stored};
use sh_http::{App, Context, Listing, Page, Scope};
use sh_jobs::{Job, NewJob};
use sh_kernel::Id;

pub(crate) use self::marked::title;
pub use self::marked::{blank, marked};
pub use self::work::{check, handlers, post};
use crate::{
    Error,
    file::LIMITS,
    model::{Import, Issue, State, TableImport},
    store,
    table::{Owner, Table},
};

/// The kind of job that checks a file.
pub const CHECK_JOB: &str = "table-check";
/// The kind of job that writes its rows.
pub const POST_JOB: &str = "table-post";
/// Issues that are kept of a file; nobody mends more of them in one go.
pub const ISSUES_MAX: usize = 20_000;
/// Characters of the name of a file that are kept.
const NAME_CHARS_MAX: usize = 120;

/// The store that files are kept in.
///
/// # Errors
/// If the folder cannot be made.
pub fn files(app: &App) -> Result<ObjectStore, Error> {
    Ok(ObjectStore::open_dir(app.data_dir.join("objects"), LIMITS.file_bytes)?)
}

/// Whether the actor may import such a table for an owner.
///
/// # Errors
/// [`Error::Denied`].
pub fn may_import(ctx: &Context, table: &dyn Table, owner: &Owner) -> Result<(), Error> {
    Ok(ctx.require(table.permission(), owner.scope())?)
}

/// Notes a stored file as an import and queues its check. Nothing is written before somebody confirms it.
///
/// # Errors
/// [`Error::Denied`], the database.
pub async fn upload(
    ctx: &Context,
    app: &App,
    (table, owner): (&dyn Table, &Owner),
    file_name: &str,
    stored: &Stored,
) -> Result<Id<TableImport>, Error> {
    may_import(ctx, table, owner)?;
    let file_name = plain_name(file_name);
    app.db
        .write(async |tx| {
            let id: Id<TableImport> = ctx.id();
            let new = store::NewImport {
                id,
                kind: table.code(),
                owner,
                file_name: &file_name,
                file_hash: stored.sha256(),
                file_size: stored.size,
                by: ctx.actor.label(),
                now: ctx.now(),
            };
            store::add(tx, &new).await?;
            let import = store::import(tx, id).await?.ok_or(Error::NotFound)?;
            queue(ctx, tx, CHECK_JOB, table.home(), &import).await?;
            let told =
                serde_json::json!({ "table": table.code(), "file": file_name, "sha256": stored.sha256() });
            record(tx, ctx, Entry::new("upload-table", "table-import", id).after(&told)).await?;
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
    of: (&dyn Table, &Owner),
    path: &Utf8Path,
) -> Result<Id<TableImport>, Error> {
    let file = tokio::fs::File::open(path).await.map_err(sh_files::store::StoreError::Io)?;
    let stored = files(app)?.put(file).await?;
    upload(ctx, app, of, path.file_name().unwrap_or_default(), &stored).await
}

/// The last part of a name that a browser gave, short enough to be shown.
fn plain_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = last.chars().filter(|sign| !sign.is_control()).take(NAME_CHARS_MAX).collect();
    if name.trim().is_empty() { "-".to_owned() } else { name.trim().to_owned() }
}

async fn queue(
    ctx: &Context,
    tx: &mut Tx,
    kind: &'static str,
    home: &str,
    import: &Import,
) -> Result<(), Error> {
    let job = NewJob {
        kind,
        key: Some(import.id.to_string()),
        subject: import.file_name.clone(),
        href: Some(format!("{home}/{}", import.id)),
        payload: serde_json::json!({ "import": import.id }),
        region: None,
        organisation: import.owner.organisation.clone(),
    };
    let queued = sh_jobs::enqueue(tx, ctx, &job).await?;
    Ok(store::set_job(tx, import.id, queued.id).await?)
}

/// An import of such a table, if the actor may see it.
async fn find(tx: &mut Tx, ctx: &Context, table: &dyn Table, id: Id<TableImport>) -> Result<Import, Error> {
    let found = store::import(tx, id).await?.filter(|import| import.kind == table.code());
    let import = found.ok_or(Error::NotFound)?;
    ctx.require_any(table.permission(), &[import.owner.scope(), Scope::Everywhere])?;
    Ok(import)
}

/// Where the file of an import lies.
fn stored_path(app: &App, import: &Import) -> Result<Utf8PathBuf, Error> {
    let key: ObjectKey = import.file_hash.parse().map_err(|_| Error::NotFound)?;
    Ok(files(app)?.path(&key))
}

/// One import.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Denied`].
pub async fn get(ctx: &Context, app: &App, table: &dyn Table, id: Id<TableImport>) -> Result<Import, Error> {
    app.db.read(async |tx| find(tx, ctx, table, id).await).await
}

/// Imports of an owner, the newest first.
///
/// # Errors
/// [`Error::Denied`], or a cursor that cannot be read.
pub async fn list(
    ctx: &Context,
    app: &App,
    (table, owner): (&dyn Table, &Owner),
    page: &Page,
) -> Result<Listing<Import>, Error> {
    may_import(ctx, table, owner)?;
    let before: Option<Id<TableImport>> = page.key()?;
    let of = (table.code(), owner.id);
    let rows = app.db.read(async |tx| store::imports(tx, of, before, page.fetch()).await).await?;
    Ok(Listing::of(rows, page, |import| import.id))
}

/// The first issues of an import.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Denied`].
pub async fn issues(
    ctx: &Context,
    app: &App,
    (table, id): (&dyn Table, Id<TableImport>),
    limit: u32,
) -> Result<Vec<Issue>, Error> {
    app.db
        .read(async |tx| {
            find(tx, ctx, table, id).await?;
            Ok(store::issues(tx, id, limit).await?)
        })
        .await
}

/// The job that works or last worked on an import.
pub async fn job_of(ctx: &Context, app: &App, import: &Import) -> Option<Job> {
    sh_jobs::find(ctx, app, import.job?).await.ok()
}

/// A person says that the good rows of a checked file are to be written. Saying it again for one that was cut off goes on
/// where it stopped.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Denied`]; [`Error::WrongState`] if it is not checked or being written; [`Error::Nothing`]
/// if no row of it changes anything.
pub async fn confirm(ctx: &Context, app: &App, table: &dyn Table, id: Id<TableImport>) -> Result<(), Error> {
    app.db
        .write(async |tx| {
            let import = find(tx, ctx, table, id).await?;
            if import.state == State::Posting {
                return queue(ctx, tx, POST_JOB, table.home(), &import).await;
            }
            if import.checked.as_ref().is_some_and(|counts| counts.changing() == 0) {
                return Err(Error::Nothing);
            }
            if !store::confirm(tx, id, &ctx.actor.key()).await? {
                return Err(Error::WrongState);
            }
            let told = serde_json::json!({ "table": import.kind, "counts": import.checked });
            record(tx, ctx, Entry::new("confirm-table", "table-import", id).after(&told)).await?;
            queue(ctx, tx, POST_JOB, table.home(), &import).await
        })
        .await
}

/// Gives an import up before anything was written.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Denied`], [`Error::WrongState`].
pub async fn discard(ctx: &Context, app: &App, table: &dyn Table, id: Id<TableImport>) -> Result<(), Error> {
    app.db
        .write(async |tx| {
            find(tx, ctx, table, id).await?;
            if !store::discard(tx, id).await? {
                return Err(Error::WrongState);
            }
            record(tx, ctx, Entry::new("discard-table", "table-import", id)).await?;
            Ok(())
        })
        .await
}

/// Queues again what was going on when the program was stopped. Jobs that are still live are left alone, so it can be
/// called at every start.
///
/// # Errors
/// The database.
pub async fn resume(ctx: &Context, app: &App, tables: &[&'static dyn Table]) -> Result<(), Error> {
    app.db
        .write(async |tx| {
            for import in store::at_work(tx).await? {
                let Some(table) = tables.iter().find(|table| table.code() == import.kind) else { continue };
                let kind = if import.state == State::Posting { POST_JOB } else { CHECK_JOB };
                queue(ctx, tx, kind, table.home(), &import).await?;
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
        assert_eq!(plain_name("C:\\发货\\运单.xlsx"), "运单.xlsx");
        assert_eq!(plain_name("\n"), "-");
    }
}
