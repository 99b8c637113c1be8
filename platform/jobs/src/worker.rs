//! Running jobs: leases, the heartbeat, attempts, draining.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

use futures::FutureExt;
use sh_db::DbError;
use sh_http::App;
use sh_kernel::Id;
use tokio::time::sleep;
use uuid::Uuid;

use crate::{
    Handlers, Job, JobError, JobState, JobsError, Progress, Run, Snapshot,
    store::{self, LEASE_SECONDS, Problem},
};

/// How often a job is begun before it is given up.
pub const ATTEMPTS_MAX: u32 = 10;
/// Pause of a worker that found nothing to do.
const IDLE: Duration = Duration::from_millis(400);
/// Pause of a worker whose database is away.
const AWAY: Duration = Duration::from_secs(2);
/// Between two heartbeats; also how fresh the progress in the database is.
const BEAT: Duration = Duration::from_millis(500);
/// Longest pause before the next attempt.
const BACKOFF_SECONDS_MAX: i64 = 60;
/// How long a stopped handler may take to come to rest; afterwards its lease runs out.
const GRACE: Duration = Duration::from_secs(20);

type Watch<'a> = Option<&'a (dyn Fn(&Snapshot) + Sync)>;

/// How a run ended.
enum Ended {
    /// In the database as done or failed.
    Settled,
    /// Queued again.
    Again,
    /// Another worker has the job, or will have it.
    Lost,
}

/// Starts workers in the background; they end when the program is told to stop, each after putting its job back.
pub fn start(app: &App, handlers: &Arc<Handlers>, workers: usize) {
    for _ in 0..workers {
        let (app, handlers) = (app.clone(), Arc::clone(handlers));
        app.clone().tasks.spawn(async move {
            while !app.stop.is_cancelled() {
                let pause = match claim_next(&app, &handlers).await {
                    Ok(Some((job, lease))) => {
                        run(&app, &handlers, job, lease, None).await;
                        Duration::ZERO
                    }
                    Ok(None) => IDLE,
                    Err(error) => {
                        tracing::warn!(%error, "no job can be fetched");
                        AWAY
                    }
                };
                tokio::select! { () = sleep(pause) => {} () = app.stop.cancelled() => {} }
            }
        });
    }
}

/// Runs one job in the foreground by the same code, and tells `watch` how far it has come. If a worker elsewhere has it,
/// follows that one. Returns the job when it has ended, well or not.
///
/// # Errors
/// [`JobsError::NotFound`], or the database.
pub async fn run_now(
    app: &App,
    handlers: &Handlers,
    id: Id<Job>,
    watch: &(dyn Fn(&Snapshot) + Sync),
) -> Result<Job, JobsError> {
    loop {
        let lease = new_lease(app);
        let now = app.clock.now();
        let claimed = app.db.write(async |tx| store::claim_one(tx, id, lease, now).await).await;
        match claimed {
            Ok(Some(job)) => {
                run(app, handlers, job, lease, Some(watch)).await;
            }
            Ok(None) => {}
            Err(error) if error.is_passing() => tracing::warn!(%error, "the job cannot be fetched"),
            Err(error) => return Err(error.into()),
        }
        match app.db.read(async |tx| store::find(tx, id).await).await {
            Ok(None) => return Err(JobsError::NotFound),
            Ok(Some(job)) if job.state.is_finished() || app.stop.is_cancelled() => return Ok(job),
            Ok(Some(job)) => watch(&Snapshot { done: job.done, total: job.total, ..Snapshot::default() }),
            Err(error) if error.is_passing() => {}
            Err(error) => return Err(error.into()),
        }
        sleep(IDLE).await;
    }
}

fn new_lease(app: &App) -> Uuid {
    app.ids.next::<Job>(app.clock.now()).uuid()
}

async fn claim_next(app: &App, handlers: &Handlers) -> Result<Option<(Job, Uuid)>, DbError> {
    let (kinds, now) = (handlers.kinds(), app.clock.now());
    // A look first: an idle program must not take SQLite's only write lock twice a second.
    if !app.db.read(async |tx| store::is_waiting(tx, &kinds, now).await).await? {
        return Ok(None);
    }
    let lease = new_lease(app);
    let job = app.db.write(async |tx| store::claim(tx, &kinds, lease, now).await).await?;
    Ok(job.map(|job| (job, lease)))
}

/// Runs a claimed job to its end and writes down how it ended.
async fn run(app: &App, handlers: &Handlers, job: Job, lease: Uuid, watch: Watch<'_>) -> Ended {
    let stop = app.stop.child_token();
    let progress = Progress::new(Arc::clone(&app.clock), stop.clone());
    let key = (job.id, lease);
    tracing::info!(job = %job.id, kind = job.kind, attempt = job.attempts, "job begins");
    let Some(handler) = handlers.get(&job.kind) else {
        let error = JobError::failed("job-unknown-kind", job.kind.clone());
        return settle(app, &job, lease, Err(error), progress.snapshot(), false).await;
    };
    if job.attempts > ATTEMPTS_MAX {
        // Its workers died again and again without telling why.
        let error = JobError::failed("job-keeps-failing", "too many attempts");
        return settle(app, &job, lease, Err(error), progress.snapshot(), false).await;
    }
    let given = Run { app: app.clone(), job: job.clone(), progress: progress.clone() };
    let mut asked = false;
    let outcome = {
        let work = AssertUnwindSafe(handler(given)).catch_unwind();
        let mut work = std::pin::pin!(work);
        // Both are polled side by side: a handler that waits for a lock must not keep the heartbeat from its own.
        let heart = heartbeat(app, key, &progress, watch, &mut asked);
        let overdue = async {
            stop.cancelled().await;
            sleep(GRACE).await;
        };
        tokio::select! {
            outcome = &mut work => Some(outcome),
            () = heart => None,
            () = overdue => None,
        }
    };
    let known = progress.snapshot();
    if let Some(watch) = watch {
        watch(&known);
    }
    match outcome {
        None => {
            stop.cancel();
            tracing::warn!(job = %job.id, "the lease of a job is lost");
            Ended::Lost
        }
        Some(Err(_)) => {
            let error = JobError::failed("internal", "the handler panicked");
            settle(app, &job, lease, Err(error), known, asked).await
        }
        Some(Ok(outcome)) => settle(app, &job, lease, outcome, known, asked).await,
    }
}

/// Renews the lease and writes the progress down until the lease is lost. Sets `asked` and stops the handler when a
/// person asked for it.
async fn heartbeat(app: &App, key: (Id<Job>, Uuid), progress: &Progress, watch: Watch<'_>, asked: &mut bool) {
    let mut silent = Duration::ZERO;
    loop {
        sleep(BEAT).await;
        let (known, now) = (progress.snapshot(), app.clock.now());
        if let Some(watch) = watch {
            watch(&known);
        }
        match app.db.write(async |tx| store::beat(tx, key.0, key.1, now, &known).await).await {
            Ok(Some(cancel)) => {
                silent = Duration::ZERO;
                if cancel && !*asked {
                    *asked = true;
                    progress.stop();
                }
            }
            Ok(None) => return,
            Err(error) => {
                tracing::warn!(%error, job = %key.0, "the heartbeat of a job fails");
                silent += BEAT;
                if silent.as_secs() >= LEASE_SECONDS.unsigned_abs() {
                    return;
                }
            }
        }
    }
}

/// Writes down how a run ended. While the database is away this is tried until the lease would be over anyway.
async fn settle(
    app: &App,
    job: &Job,
    lease: Uuid,
    outcome: Result<serde_json::Value, JobError>,
    known: Snapshot,
    asked: bool,
) -> Ended {
    let key = (job.id, lease);
    let mut waited = 0;
    loop {
        let now = app.clock.now();
        let written = app
            .db
            .write(async |tx| match &outcome {
                Ok(result) => {
                    let end = (now, known);
                    store::finish(tx, key, JobState::Done, Some(result), &Problem::default(), end).await
                }
                Err(JobError::Stopped) if !asked => {
                    store::put_back(tx, key, now, 1, &Problem::default()).await
                }
                Err(JobError::Passing { code, args, .. }) if job.attempts < ATTEMPTS_MAX && !asked => {
                    let due = now.plus_seconds(backoff_seconds(job.attempts, lease));
                    let problem = Problem { code: Some(code.clone()), args: args.clone() };
                    store::put_back(tx, key, due, 0, &problem).await
                }
                Err(error) => {
                    store::finish(tx, key, JobState::Failed, None, &problem_of(error), (now, known)).await
                }
            })
            .await;
        match written {
            Ok(0) => return Ended::Lost,
            Ok(_) => break,
            Err(error) => {
                tracing::warn!(%error, job = %job.id, "the end of a job cannot be written");
                waited += 1;
                if waited >= LEASE_SECONDS {
                    return Ended::Lost;
                }
                sleep(Duration::from_secs(1)).await;
            }
        }
    }
    match &outcome {
        Ok(_) => tracing::info!(job = %job.id, "job done"),
        Err(error) => tracing::warn!(%error, job = %job.id, attempt = job.attempts, "job ended"),
    }
    let again = matches!(&outcome, Err(JobError::Stopped)) && !asked
        || matches!(&outcome, Err(JobError::Passing { .. })) && job.attempts < ATTEMPTS_MAX && !asked;
    if again { Ended::Again } else { Ended::Settled }
}

fn problem_of(error: &JobError) -> Problem {
    match error {
        JobError::Stopped => Problem { code: Some("job-cancelled".to_owned()), args: Vec::new() },
        JobError::Passing { code, args, .. } | JobError::Failed { code, args, .. } => {
            Problem { code: Some(code.clone()), args: args.clone() }
        }
    }
}

/// 1, 2, 4 … seconds, at most a minute, and up to as much again, so that jobs that failed together do not come back
/// together.
fn backoff_seconds(attempts: u32, lease: Uuid) -> i64 {
    let base = 1_i64.checked_shl(attempts.saturating_sub(1).min(6)).unwrap_or(BACKOFF_SECONDS_MAX);
    let base = base.min(BACKOFF_SECONDS_MAX);
    let spread = lease.as_u64_pair().1.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 33;
    base + i64::try_from(spread).unwrap_or(0) % (base + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_end_at_two_minutes() {
        for attempts in 1..=20 {
            let lease = Uuid::from_u128(u128::from(attempts) << 64);
            let seconds = backoff_seconds(attempts, lease);
            assert!((1..=2 * BACKOFF_SECONDS_MAX).contains(&seconds), "{attempts}: {seconds}");
        }
        assert!(backoff_seconds(1, Uuid::nil()) <= 2);
    }
}
