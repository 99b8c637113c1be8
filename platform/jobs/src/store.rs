//! All SQL of the queue.

use sh_db::{DbError, Tx, Value, binds};
use sh_http::Visible;
use sh_kernel::{Id, Instant};
use uuid::Uuid;

use crate::{Job, JobState, NewJob, Snapshot, model::job_columns};

sh_db::inserts! {
    /// Puts a job into the queue unless one with the same key is live.
    ENQUEUE = job(id Uuid, kind Text, job_key Text, live I64, state I64, subject Text, href Text, payload Text,
        done I64, total I64, attempts I64, cancel Bool, due_at Instant, actor Text, actor_label Text, region I64,
        organisation Text, created_at Instant) "ON CONFLICT (kind, job_key, live) DO NOTHING";
}

sh_db::statements! {
    /// The live job with a key.
    LIVE = "SELECT id FROM job WHERE kind = $1 AND job_key = $2 AND live = 1";
    /// One job.
    FIND = concat!("SELECT ", job_columns!(), " FROM job WHERE id = $1");
    /// Whether anything waits for a worker.
    WAITING = "SELECT id FROM job WHERE live = 1 AND due_at <= $1 AND kind {{in_text $2}}
        AND (state = 1 OR (state = 2 AND lease_until < $1)) LIMIT 1";
    /// Takes the job that has waited longest, or whose worker is gone.
    CLAIM = concat!("UPDATE job SET state = 2, lease = $3, lease_until = $4, attempts = attempts + 1,
        started_at = COALESCE(started_at, $1)
        WHERE id = (SELECT id FROM job WHERE live = 1 AND due_at <= $1 AND kind {{in_text $2}}
            AND (state = 1 OR (state = 2 AND lease_until < $1)) ORDER BY due_at, id LIMIT 1)
        RETURNING ", job_columns!()),
        postgres concat!("UPDATE job SET state = 2, lease = $3, lease_until = $4, attempts = attempts + 1,
        started_at = COALESCE(started_at, $1)
        WHERE id = (SELECT id FROM job WHERE live = 1 AND due_at <= $1 AND kind {{in_text $2}}
            AND (state = 1 OR (state = 2 AND lease_until < $1)) ORDER BY due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
        RETURNING ", job_columns!());
    /// Takes one certain job, as the command line does.
    CLAIM_ONE = concat!("UPDATE job SET state = 2, lease = $3, lease_until = $4, attempts = attempts + 1,
        started_at = COALESCE(started_at, $1)
        WHERE id = $2 AND live = 1 AND due_at <= $1 AND (state = 1 OR (state = 2 AND lease_until < $1))
        RETURNING ", job_columns!());
    /// Renews a lease and writes down how far the job has come.
    BEAT = "UPDATE job SET lease_until = $3, done = $4, total = $5, stage = $6, stage_at = $7
        WHERE id = $1 AND lease = $2 AND state = 2 RETURNING cancel";
    /// Ends a run for good.
    FINISH = "UPDATE job SET state = $3, live = NULL, lease = NULL, lease_until = NULL, finished_at = $4, result = $5,
        problem = $6, problem_args = $7, done = $8, total = $9 WHERE id = $1 AND lease = $2 AND state = 2";
    /// Puts a job back for another attempt.
    PUT_BACK = "UPDATE job SET state = 1, lease = NULL, lease_until = NULL, due_at = $3, attempts = attempts - $4,
        problem = $5, problem_args = $6 WHERE id = $1 AND lease = $2 AND state = 2";
    /// Asks a running job to stop.
    ASK_TO_STOP = "UPDATE job SET cancel = $2 WHERE id = $1 AND state = 2";
    /// Gives up a job that waits.
    GIVE_UP = "UPDATE job SET state = 4, live = NULL, cancel = $2, finished_at = $3, problem = 'job-cancelled'
        WHERE id = $1 AND state = 1";
    /// Queues a failed job again.
    RETRY = "UPDATE job SET state = 1, live = 1, attempts = 0, cancel = $2, due_at = $3, finished_at = NULL,
        problem = NULL, problem_args = NULL WHERE id = $1 AND state = 4";
    /// Jobs from the latest to the oldest.
    RECENT = concat!("SELECT ", job_columns!(), " FROM job
        WHERE (CAST($1 AS BIGINT) IS NULL OR state = $1) AND (CAST($2 AS TEXT) IS NULL OR kind = $2)
        ORDER BY id DESC LIMIT $3");
}

/// How long a worker may be silent before its job is given to another one.
pub(crate) const LEASE_SECONDS: i64 = 30;

pub(crate) struct By<'a> {
    pub(crate) actor: &'a str,
    pub(crate) label: &'a str,
}

pub(crate) async fn insert(
    tx: &mut Tx,
    id: Id<Job>,
    job: &NewJob,
    by: By<'_>,
    now: Instant,
) -> Result<bool, DbError> {
    let row = binds![
        id,
        job.kind,
        job.key.as_deref(),
        1_i64,
        JobState::Queued.code(),
        &job.subject,
        job.href.as_deref(),
        job.payload.to_string(),
        0_i64,
        0_i64,
        0_i64,
        false,
        now,
        by.actor,
        by.label,
        job.region,
        job.organisation.as_deref(),
        now
    ];
    Ok(tx.insert(&ENQUEUE, row).await? > 0)
}

pub(crate) async fn live(tx: &mut Tx, kind: &str, key: &str) -> Result<Option<Id<Job>>, DbError> {
    let found: Option<(Id<Job>,)> = tx.fetch_optional(&LIVE, binds![kind, key]).await?;
    Ok(found.map(|row| row.0))
}

pub(crate) async fn find(tx: &mut Tx, id: Id<Job>) -> Result<Option<Job>, DbError> {
    tx.fetch_optional(&FIND, binds![id]).await
}

pub(crate) async fn is_waiting(tx: &mut Tx, kinds: &[String], now: Instant) -> Result<bool, DbError> {
    let found: Option<(Id<Job>,)> = tx.fetch_optional(&WAITING, binds![now, kinds]).await?;
    Ok(found.is_some())
}

pub(crate) async fn claim(
    tx: &mut Tx,
    kinds: &[String],
    lease: Uuid,
    now: Instant,
) -> Result<Option<Job>, DbError> {
    tx.fetch_optional(&CLAIM, binds![now, kinds, lease, now.plus_seconds(LEASE_SECONDS)]).await
}

pub(crate) async fn claim_one(
    tx: &mut Tx,
    id: Id<Job>,
    lease: Uuid,
    now: Instant,
) -> Result<Option<Job>, DbError> {
    tx.fetch_optional(&CLAIM_ONE, binds![now, id, lease, now.plus_seconds(LEASE_SECONDS)]).await
}

/// Whether a person asked to stop; `None` if the lease is somebody else's now.
pub(crate) async fn beat(
    tx: &mut Tx,
    id: Id<Job>,
    lease: Uuid,
    now: Instant,
    known: &Snapshot,
) -> Result<Option<bool>, DbError> {
    let values = binds![
        id,
        lease,
        now.plus_seconds(LEASE_SECONDS),
        count(known.done),
        count(known.total),
        known.stage,
        known.stage_at
    ];
    let found: Option<(bool,)> = tx.fetch_optional(&BEAT, values).await?;
    Ok(found.map(|row| row.0))
}

pub(crate) fn count(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A failure as it is kept.
#[derive(Debug, Clone, Default)]
pub(crate) struct Problem {
    pub(crate) code: Option<String>,
    pub(crate) args: Vec<(String, String)>,
}

impl Problem {
    fn values(&self) -> (Value, Value) {
        let args: std::collections::BTreeMap<_, _> = self.args.iter().cloned().collect();
        let text = (!args.is_empty()).then(|| serde_json::to_string(&args).unwrap_or_default());
        (Value::Text(self.code.clone()), Value::Text(text))
    }
}

pub(crate) async fn finish(
    tx: &mut Tx,
    job: (Id<Job>, Uuid),
    state: JobState,
    result: Option<&serde_json::Value>,
    problem: &Problem,
    at: (Instant, Snapshot),
) -> Result<u64, DbError> {
    let (code, args) = problem.values();
    let values = binds![
        job.0,
        job.1,
        state.code(),
        at.0,
        result.map(ToString::to_string),
        code,
        args,
        count(at.1.done),
        count(at.1.total)
    ];
    tx.execute(&FINISH, values).await
}

pub(crate) async fn put_back(
    tx: &mut Tx,
    job: (Id<Job>, Uuid),
    due_at: Instant,
    attempts_back: i64,
    problem: &Problem,
) -> Result<u64, DbError> {
    let (code, args) = problem.values();
    tx.execute(&PUT_BACK, binds![job.0, job.1, due_at, attempts_back, code, args]).await
}

pub(crate) async fn cancel(tx: &mut Tx, id: Id<Job>, now: Instant) -> Result<bool, DbError> {
    let waiting = tx.execute(&GIVE_UP, binds![id, true, now]).await?;
    if waiting > 0 {
        return Ok(true);
    }
    Ok(tx.execute(&ASK_TO_STOP, binds![id, true]).await? > 0)
}

pub(crate) async fn retry(tx: &mut Tx, id: Id<Job>, now: Instant) -> Result<bool, DbError> {
    Ok(tx.execute(&RETRY, binds![id, false, now]).await? > 0)
}

/// The latest jobs that may be seen, at most `limit`.
pub(crate) async fn recent(
    tx: &mut Tx,
    visible: &Visible,
    own: &str,
    state: Option<JobState>,
    kind: Option<&str>,
    limit: usize,
) -> Result<Vec<Job>, DbError> {
    // Visibility is decided here row by row; the latest rows are enough for a list that is read from the top.
    const LOOK_AT: i64 = 1_000;
    let rows: Vec<Job> = tx.fetch_all(&RECENT, binds![state.map(JobState::code), kind, LOOK_AT]).await?;
    let seen = |job: &Job| job.actor == own || visible.shows(job.region, job.organisation.as_deref());
    Ok(rows.into_iter().filter(seen).take(limit).collect())
}
