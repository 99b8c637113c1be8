//! Putting work into the queue, looking at it, stopping it, starting it again.

use sh_db::{DbError, Tx};
use sh_http::{App, AppError, Context, Denied, Kind, Permission, Scope};
use sh_kernel::Id;

use crate::{Enqueued, Job, JobState, NewJob, store};

/// What goes wrong around jobs.
#[derive(Debug, thiserror::Error)]
pub enum JobsError {
    /// There is no such job, or the actor may not know of it.
    #[error("there is no such job")]
    NotFound,
    /// The job has ended, or was not given up, in the meantime.
    #[error("the job is in another state now")]
    WrongState,
    /// Not allowed.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl AppError for JobsError {
    fn kind(&self) -> Kind {
        match self {
            Self::NotFound => Kind::NotFound,
            Self::WrongState => Kind::Conflict,
            Self::Denied(denied) => denied.kind(),
            Self::Db(error) => error.kind(),
        }
    }
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "not-found",
            Self::WrongState => "job-wrong-state",
            Self::Denied(denied) => denied.code(),
            Self::Db(error) => error.code(),
        }
    }
}

/// Puts work into the queue in the caller's transaction. If a job of the same kind and key is queued or running, that
/// one is answered and no second one made.
///
/// # Errors
/// The database.
pub async fn enqueue(tx: &mut Tx, ctx: &Context, job: &NewJob) -> Result<Enqueued, DbError> {
    let id = ctx.id();
    let key = ctx.actor.key();
    let by = store::By { actor: &key, label: ctx.actor.label() };
    if store::insert(tx, id, job, by, ctx.now()).await? {
        return Ok(Enqueued { id, fresh: true });
    }
    let live = store::live(tx, job.kind, job.key.as_deref().unwrap_or_default()).await?;
    // The other job ended between the two statements: PostgreSQL shows that, and the caller's retry settles it.
    live.map(|id| Enqueued { id, fresh: false }).ok_or(DbError::Busy)
}

/// One job, if the actor put it into the queue or may see jobs of its region or organisation.
///
/// # Errors
/// [`JobsError::NotFound`], or the database.
pub async fn find(ctx: &Context, app: &App, id: Id<Job>) -> Result<Job, JobsError> {
    let job = app.db.read(async |tx| store::find(tx, id).await).await?.ok_or(JobsError::NotFound)?;
    let seen = job.actor == ctx.actor.key()
        || ctx.visible(Permission::ReadJobs).shows(job.region, job.organisation.as_deref());
    if seen { Ok(job) } else { Err(JobsError::NotFound) }
}

/// The latest jobs that the actor may see.
///
/// # Errors
/// [`JobsError::Denied`], or the database.
pub async fn recent(
    ctx: &Context,
    app: &App,
    state: Option<JobState>,
    kind: Option<&str>,
    limit: usize,
) -> Result<Vec<Job>, JobsError> {
    let visible = ctx.require_somewhere(Permission::ReadJobs)?;
    let own = ctx.actor.key();
    Ok(app.db.read(async |tx| store::recent(tx, &visible, &own, state, kind, limit).await).await?)
}

/// Stops a job: one that waits is given up, one that runs is asked to stop where it can go on later.
///
/// # Errors
/// [`JobsError::WrongState`] if it has ended.
pub async fn cancel(ctx: &Context, app: &App, id: Id<Job>) -> Result<(), JobsError> {
    manage(ctx, app, id).await?;
    let now = ctx.now();
    let done = app.db.write(async |tx| store::cancel(tx, id, now).await).await?;
    if done { Ok(()) } else { Err(JobsError::WrongState) }
}

/// Queues a failed job again.
///
/// # Errors
/// [`JobsError::WrongState`] if it has not failed, or if another job does the same work by now.
pub async fn retry(ctx: &Context, app: &App, id: Id<Job>) -> Result<(), JobsError> {
    manage(ctx, app, id).await?;
    let now = ctx.now();
    match app.db.write(async |tx| store::retry(tx, id, now).await).await {
        Ok(true) => Ok(()),
        Ok(false) | Err(DbError::Unique(_)) => Err(JobsError::WrongState),
        Err(error) => Err(error.into()),
    }
}

/// Whoever put a job into the queue may stop and repeat it, and whoever manages jobs there.
async fn manage(ctx: &Context, app: &App, id: Id<Job>) -> Result<(), JobsError> {
    let job = find(ctx, app, id).await?;
    if job.actor == ctx.actor.key() {
        return Ok(());
    }
    let scopes: Vec<Scope> = job
        .region
        .map(Scope::Region)
        .into_iter()
        .chain(job.organisation.map(Scope::Organisation))
        .chain([Scope::Everywhere])
        .collect();
    Ok(ctx.require_any(Permission::ManageJobs, &scopes)?)
}
