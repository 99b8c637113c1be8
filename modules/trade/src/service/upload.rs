//! A file comes in: it is kept, noted as a batch, and its check is queued, all in one step.

use camino::Utf8Path;
use sh_access::audit::{Entry, record};
use sh_db::{DbError, Tx};
use sh_files::store::{ObjectStore, Stored};
use sh_http::{App, Context, Permission};
use sh_jobs::{Enqueued, Job, NewJob};
use sh_kernel::Id;

use super::sources::{self, DEFAULT_PROFILE};
use crate::{
    import::{
        batch::{Batch, Source},
        error::ImportError,
        file::LIMITS,
    },
    model::ImportBatch,
    store::import as store,
};

/// The kind of job that checks a batch.
pub const CHECK_JOB: &str = "import-check";
/// The kind of job that posts a batch.
pub const POST_JOB: &str = "import-post";
/// The kind of job that withdraws a batch.
pub const WITHDRAW_JOB: &str = "import-withdraw";

/// What to import.
#[derive(Debug, Clone)]
pub struct Upload<'a> {
    /// Code of the source.
    pub source: &'a str,
    /// The profile to read it by; `None` for the source's default profile.
    pub profile: Option<&'a str>,
    /// The name of the file as the person has it.
    pub file_name: &'a str,
}

/// A file that came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Uploaded {
    /// Its batch.
    pub batch: Id<ImportBatch>,
    /// The job that checks it.
    pub job: Id<Job>,
}

/// The store that imported files are kept in: a service of the program, else the `objects` folder of its data.
///
/// # Errors
/// If the folder cannot be made.
pub fn files(app: &App) -> Result<ObjectStore, ImportError> {
    match app.get::<ObjectStore>() {
        Ok(store) => Ok(ObjectStore::clone(&store)),
        Err(_) => Ok(ObjectStore::open_dir(app.data_dir.join("objects"), LIMITS.file_bytes)?),
    }
}

/// Whether the actor may upload for a source; to be asked before the bytes are taken.
///
/// # Errors
/// `UnknownSource`, `Denied`.
pub async fn may_upload(ctx: &Context, app: &App, source: &str) -> Result<Source, ImportError> {
    let source = sources::get(ctx, app, source).await?;
    ctx.require_any(Permission::ImportClaims, &source.scopes())?;
    if source.code == crate::own::SOURCE {
        return Err(ImportError::OwnSales);
    }
    Ok(source)
}

/// Keeps a local file and notes it as a batch, as the command line does.
///
/// # Errors
/// As [`upload`], and what reading the file meets.
pub async fn upload_path(
    ctx: &Context,
    app: &App,
    request: &Upload<'_>,
    path: &Utf8Path,
) -> Result<Uploaded, ImportError> {
    may_upload(ctx, app, request.source).await?;
    let file = tokio::fs::File::open(path).await.map_err(sh_files::OpenError::from);
    let file = file.map_err(crate::import::file::FileFault::from)?;
    let stored = files(app)?.put(file).await?;
    upload(ctx, app, request, &stored).await
}

/// Notes a stored file as a batch of its source and queues its check. Nothing is posted before somebody confirms it.
///
/// # Errors
/// `AlreadyThere` with the batch if the same file of the same source is there already: of two people who upload it at
/// once, exactly one wins. `UnknownSource`, `UnknownProfile`, `Denied`, or the database.
pub async fn upload(
    ctx: &Context,
    app: &App,
    request: &Upload<'_>,
    stored: &Stored,
) -> Result<Uploaded, ImportError> {
    let source = may_upload(ctx, app, request.source).await?;
    let file_name = plain_name(request.file_name);
    let outcome = app
        .db
        .write(async |tx| {
            let profile = chosen_profile(tx, &source.code, request.profile).await?;
            let id: Id<ImportBatch> = ctx.id();
            let batch = store::NewBatch {
                id,
                source: &source.code,
                file_name: &file_name,
                file_hash: stored.sha256(),
                file_size: stored.size,
                profile: profile.as_ref().map(|profile| (profile.0.as_str(), profile.1)),
                by: ctx.actor.label(),
                now: ctx.now(),
            };
            store::add_batch(tx, &batch).await?;
            let job = queue(ctx, tx, CHECK_JOB, id, &source, &file_name).await?;
            let told =
                serde_json::json!({ "source": source.code, "file": file_name, "sha256": stored.sha256() });
            record(tx, ctx, Entry::new("upload-import", "import", id).after(&told)).await?;
            Ok(Uploaded { batch: id, job: job.id })
        })
        .await;
    match outcome {
        Err(ImportError::Db(DbError::Unique(_))) => Err(already_there(app, &source, stored).await?),
        outcome => outcome,
    }
}

/// Names the batch that was quicker.
async fn already_there(app: &App, source: &Source, stored: &Stored) -> Result<ImportError, ImportError> {
    let found = app.db.read(async |tx| store::live_batch(tx, &source.code, stored.sha256()).await).await?;
    Ok(found.map_or(ImportError::Db(DbError::Busy), |batch| ImportError::AlreadyThere {
        batch: batch.id,
        by: batch.created_by,
        at: batch.created_at,
        state: batch.state,
    }))
}

/// The profile that a new batch is read by: the named one, else the default one if it was ever corrected.
async fn chosen_profile(
    tx: &mut Tx,
    source: &str,
    name: Option<&str>,
) -> Result<Option<(String, i64)>, ImportError> {
    let asked = name.unwrap_or(DEFAULT_PROFILE);
    match (store::profile(tx, source, asked, None).await?, name) {
        (Some((version, _)), _) => Ok(Some((asked.to_owned(), version))),
        (None, Some(name)) if name != DEFAULT_PROFILE => Err(ImportError::UnknownProfile(name.to_owned())),
        (None, _) => Ok(None),
    }
}

/// The last part of a name that a browser or a shell gave, short enough to be shown.
fn plain_name(name: &str) -> String {
    const CHARS_MAX: usize = 120;
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = last.chars().filter(|c| !c.is_control()).take(CHARS_MAX).collect();
    if name.trim().is_empty() { "-".to_owned() } else { name.trim().to_owned() }
}

/// Queues work on a batch and notes the job there. While such a job is live there is no second one.
pub(crate) async fn queue(
    ctx: &Context,
    tx: &mut Tx,
    kind: &'static str,
    batch: Id<ImportBatch>,
    source: &Source,
    file_name: &str,
) -> Result<Enqueued, ImportError> {
    let job = NewJob {
        kind,
        key: Some(batch.to_string()),
        subject: file_name.to_owned(),
        href: Some(format!("/w/imports/{batch}")),
        payload: serde_json::json!({ "batch": batch }),
        region: source.region,
        organisation: source.organisation.clone(),
    };
    let queued = sh_jobs::enqueue(tx, ctx, &job).await?;
    store::set_job(tx, batch, queued.id).await?;
    Ok(queued)
}

/// Queues again what was going on when the program was stopped. Jobs that are still live are left alone, so it can be
/// called at every start. Returns how many jobs were queued.
///
/// # Errors
/// The database.
pub async fn resume(ctx: &Context, app: &App) -> Result<u64, ImportError> {
    app.db
        .write(async |tx| {
            let mut count = 0;
            for (id, state) in store::working(tx).await? {
                let kind = match state.as_str() {
                    "posting" => POST_JOB,
                    "withdrawing" => WITHDRAW_JOB,
                    _ => CHECK_JOB,
                };
                let Some((batch, source)) = find_in(tx, id).await? else { continue };
                count += u64::from(queue(ctx, tx, kind, id, &source, &batch.file_name).await?.fresh);
            }
            Ok(count)
        })
        .await
}

/// A batch and its source within a transaction.
pub(crate) async fn find_in(
    tx: &mut Tx,
    id: Id<ImportBatch>,
) -> Result<Option<(Batch, Source)>, ImportError> {
    let Some(batch) = store::batch(tx, id).await? else { return Ok(None) };
    let source = store::source(tx, &batch.source).await?;
    Ok(source.map(|source| (batch, source)))
}

/// A batch and its source, if the actor may do this there. Whoever may not even see it is told that there is none.
pub(crate) async fn find(
    ctx: &Context,
    app: &App,
    id: Id<ImportBatch>,
    permission: Permission,
) -> Result<(Batch, Source), ImportError> {
    let (batch, source) =
        app.db.read(async |tx| find_in(tx, id).await).await?.ok_or(ImportError::NotFound)?;
    ctx.require_any(permission, &source.scopes())?;
    Ok((batch, source))
}

#[cfg(test)]
mod tests {
    use super::plain_name;

    #[test]
    fn only_the_last_part_of_a_name_is_kept() {
        assert_eq!(plain_name("C:\\报送\\11月.xlsx"), "11月.xlsx");
        assert_eq!(plain_name("../../etc/passwd"), "passwd");
        assert_eq!(plain_name("\n"), "-");
    }
}
