//! Registers in: kept, checked, confirmed, written (名录导入).
//!
//! Two jobs do the work; each can be run again and goes on where it stopped. What a row may change follows the person who
//! uploaded the file.

pub mod check;
pub mod marked;
pub mod post;

use camino::{Utf8Path, Utf8PathBuf};
use sh_access::audit::{Entry, record};
use sh_db::Tx;
use sh_files::store::{ObjectKey, ObjectStore, Stored};
use sh_http::{App, AppError as _, Context, Listing, Page, Permission, Scope};
use sh_jobs::{Handlers, Job, JobError, NewJob, Run};
use sh_kernel::Id;

use super::by;
use crate::{
    Error,
    import::{
        batch::{Batch, BatchState},
        file::LIMITS,
        issue::Issue,
    },
    model::RegisterImport,
    store::{
        import as store,
        scheme::{self, Published},
    },
};

/// The kind of job that checks a register.
pub const CHECK_JOB: &str = "register-import-check";
/// The kind of job that writes its rows.
pub const POST_JOB: &str = "register-import-post";
/// Rows that are looked up and written together.
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

/// Whether the actor may import at all; to be asked before the bytes are taken.
///
/// # Errors
/// [`Error::Denied`].
pub fn may_import(ctx: &Context) -> Result<(), Error> {
    ctx.require_somewhere(Permission::EditRegisters)?;
    Ok(())
}

/// Notes a stored file as a register of a scheme and queues its check. Nothing is written before somebody confirms it.
///
/// # Errors
/// [`Error::NotFound`] without such a scheme, [`Error::Denied`].
pub async fn upload(
    ctx: &Context,
    app: &App,
    scheme: &str,
    file_name: &str,
    stored: &Stored,
) -> Result<Id<RegisterImport>, Error> {
    may_import(ctx)?;
    let file_name = plain_name(file_name);
    app.db
        .write(async |tx| {
            let published = scheme::scheme(tx, scheme).await?.ok_or(Error::NotFound)?;
            let id: Id<RegisterImport> = ctx.id();
            let creator = ctx.actor.key();
            let new = store::NewImport {
                id,
                scheme: (scheme, published.version),
                file_name: &file_name,
                file_hash: stored.sha256(),
                by: by(ctx),
                creator: &creator,
                now: ctx.now(),
            };
            store::add(tx, &new).await?;
            queue(ctx, tx, CHECK_JOB, id, &file_name).await?;
            let told = serde_json::json!({ "file": file_name, "sha256": stored.sha256(), "scheme": scheme });
            record(tx, ctx, Entry::new("upload-register", "register-import", id).after(&told)).await?;
            Ok(id)
        })
        .await
}

/// Keeps a local file and notes it as a register. A file that was imported for the scheme before, or is on its way, is
/// answered as it stands.
///
/// # Errors
/// As [`upload`], and what reading the file meets.
pub async fn upload_path(ctx: &Context, app: &App, scheme: &str, path: &Utf8Path) -> Result<Batch, Error> {
    let file = tokio::fs::File::open(path).await.map_err(sh_files::store::StoreError::Io)?;
    let stored = files(app)?.put(file).await?;
    if let Some(standing) = app.db.read(async |tx| store::standing(tx, scheme, stored.sha256()).await).await?
    {
        return Ok(standing);
    }
    let id = upload(ctx, app, scheme, path.file_name().unwrap_or_default(), &stored).await?;
    Ok(get(ctx, app, id).await?.0)
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
    id: Id<RegisterImport>,
    file_name: &str,
) -> Result<(), Error> {
    let job = NewJob {
        kind,
        key: Some(id.to_string()),
        subject: file_name.to_owned(),
        href: Some(format!("/w/certs/imports/{id}")),
        payload: serde_json::json!({ "import": id }),
        region: None,
        organisation: None,
    };
    let queued = sh_jobs::enqueue(tx, ctx, &job).await?;
    Ok(store::set_job(tx, id, queued.id).await?)
}

/// The import that a job is about, and the context of the person who uploaded it.
async fn taken_up(run: &Run) -> Result<(Id<RegisterImport>, Context), JobError> {
    #[derive(serde::Deserialize)]
    struct Payload {
        import: Id<RegisterImport>,
    }
    let id = run.payload::<Payload>()?.import;
    let (batch, _) = run.app.db.read(async |tx| find(tx, id).await).await?;
    let user = batch.creator.strip_prefix("user:").and_then(|id| id.parse().ok());
    let Some(user) = user else { return Ok((id, run.context())) };
    let actor = sh_access::audit::actor_of(&run.app, user).await;
    let actor = actor.map_err(|error| JobError::failed(error.code(), error.to_string()))?;
    Ok((id, run.context().acting_as(actor)))
}

async fn find(tx: &mut Tx, id: Id<RegisterImport>) -> Result<(Batch, Published), Error> {
    let batch = store::import(tx, id).await?.ok_or(Error::NotFound)?;
    let scheme = scheme::version(tx, &batch.scheme, batch.scheme_version).await?.ok_or(Error::NotFound)?;
    Ok((batch, scheme))
}

/// The import, if the actor may look at it: their own, or everybody's for those who look after the whole country.
async fn visible(
    tx: &mut Tx,
    ctx: &Context,
    id: Id<RegisterImport>,
    permission: Permission,
) -> Result<(Batch, Published), Error> {
    ctx.require_somewhere(permission)?;
    let (batch, scheme) = find(tx, id).await?;
    if batch.creator != ctx.actor.key() && !ctx.allows(permission, &Scope::Everywhere) {
        return Err(Error::NotFound);
    }
    Ok((batch, scheme))
}

/// Where the file of an import lies.
fn stored_path(app: &App, batch: &Batch) -> Result<Utf8PathBuf, Error> {
    let key: ObjectKey = batch.file_hash.parse().map_err(|_| Error::NotFound)?;
    Ok(files(app)?.path(&key))
}

/// One import and its scheme.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Denied`].
pub async fn get(ctx: &Context, app: &App, id: Id<RegisterImport>) -> Result<(Batch, Published), Error> {
    app.db.read(async |tx| visible(tx, ctx, id, Permission::ReadRegisters).await).await
}

/// Imports, the newest first: one's own, or everybody's for those who look after the whole country.
///
/// # Errors
/// [`Error::Denied`], or a cursor that cannot be read.
pub async fn list(ctx: &Context, app: &App, page: &Page) -> Result<Listing<Batch>, Error> {
    ctx.require_somewhere(Permission::ReadRegisters)?;
    let own = ctx.actor.key();
    let own = (!ctx.allows(Permission::ReadRegisters, &Scope::Everywhere)).then_some(own.as_str());
    let before: Option<Id<RegisterImport>> = page.key()?;
    let rows = app.db.read(async |tx| store::imports(tx, before, own, page.fetch()).await).await?;
    Ok(Listing::of(rows, page, |batch| batch.id))
}

/// The first issues of an import.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Denied`].
pub async fn issues(
    ctx: &Context,
    app: &App,
    id: Id<RegisterImport>,
    limit: u32,
) -> Result<Vec<Issue>, Error> {
    app.db
        .read(async |tx| {
            visible(tx, ctx, id, Permission::ReadRegisters).await?;
            Ok(store::issues(tx, id, limit).await?)
        })
        .await
}

/// The job that works or last worked on an import.
pub async fn job_of(ctx: &Context, app: &App, batch: &Batch) -> Option<Job> {
    sh_jobs::find(ctx, app, batch.job?).await.ok()
}

/// A person says that the good rows of a checked file are to be written. Saying it again for one that was cut off goes on
/// where it stopped.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Denied`]; [`Error::ImportState`] if it is not checked or being written;
/// [`Error::NothingToImport`] if no row of it changes anything.
pub async fn confirm(ctx: &Context, app: &App, id: Id<RegisterImport>) -> Result<(), Error> {
    app.db
        .write(async |tx| {
            let (batch, _) = visible(tx, ctx, id, Permission::EditRegisters).await?;
            if batch.state == BatchState::Posting {
                return queue(ctx, tx, POST_JOB, id, &batch.file_name).await;
            }
            if batch.state == BatchState::Checked
                && batch.checked.is_some_and(|counts| counts.changing() == 0)
            {
                return Err(Error::NothingToImport);
            }
            if !store::confirm(tx, id, by(ctx)).await? {
                return Err(Error::ImportState);
            }
            let entry = Entry::new("confirm-register", "register-import", id).after(&batch.checked);
            record(tx, ctx, entry).await?;
            queue(ctx, tx, POST_JOB, id, &batch.file_name).await
        })
        .await
}

/// Gives an import up before anything was written.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Denied`], [`Error::ImportState`].
pub async fn discard(ctx: &Context, app: &App, id: Id<RegisterImport>) -> Result<(), Error> {
    app.db
        .write(async |tx| {
            visible(tx, ctx, id, Permission::EditRegisters).await?;
            if !store::discard(tx, id).await? {
                return Err(Error::ImportState);
            }
            record(tx, ctx, Entry::new("discard-register", "register-import", id)).await?;
            Ok(())
        })
        .await
}

/// Queues again what was going on when the program was stopped; can be called at every start.
///
/// # Errors
/// The database.
pub async fn resume(ctx: &Context, app: &App) -> Result<(), Error> {
    app.db
        .write(async |tx| {
            for id in store::at_work(tx).await? {
                let (batch, _) = find(tx, id).await?;
                let kind = if batch.state == BatchState::Posting { POST_JOB } else { CHECK_JOB };
                queue(ctx, tx, kind, id, &batch.file_name).await?;
            }
            Ok(())
        })
        .await
}
