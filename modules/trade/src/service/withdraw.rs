//! Taking a posted import back as a whole (撤回). Its claims stay, marked as withdrawn; matching then writes reversing
//! lines for what rested on them.

use sh_access::audit::{Entry, record};
use sh_http::{App, Context, Permission};
use sh_jobs::{Job, JobError, Progress, Run};
use sh_kernel::Id;

use super::{
    match_run::Cause,
    post::{batch_of, match_days},
    upload::{WITHDRAW_JOB, find, queue},
};
use crate::{
    import::{
        batch::{Batch, BatchState},
        error::ImportError,
    },
    model::ImportBatch,
    store::import as store,
};

/// Rows whose claims are taken back in one transaction.
const GROUP_ROWS: i64 = 10_000;
/// Characters of a reason at most.
const REASON_CHARS_MAX: usize = 500;

/// Takes a posted or stopped batch back, for a reason. Queues the work. The same file may be uploaded again afterwards.
///
/// # Errors
/// `ReasonMissing`, `WrongState`, `Denied`, or the database.
pub async fn withdraw(
    ctx: &Context,
    app: &App,
    id: Id<ImportBatch>,
    reason: &str,
) -> Result<Id<Job>, ImportError> {
    let (batch, source) = find(ctx, app, id, Permission::WithdrawImport).await?;
    if source.code == crate::own::SOURCE {
        return Err(ImportError::OwnSales);
    }
    let reason: String = reason.trim().chars().take(REASON_CHARS_MAX).collect();
    if reason.is_empty() {
        return Err(ImportError::ReasonMissing);
    }
    app.db
        .write(async |tx| {
            if !store::begin_withdrawal(tx, id, ctx.actor.label(), &reason).await? {
                let state = store::batch(tx, id).await?.map_or(batch.state, |batch| batch.state);
                return Err(ImportError::WrongState(state));
            }
            let told = serde_json::json!({ "rows": batch.rows_posted, "file": batch.file_name });
            record(tx, ctx, Entry::new("withdraw-import", "import", id).before(&told).reason(&reason))
                .await?;
            Ok(queue(ctx, tx, WITHDRAW_JOB, id, &source, &batch.file_name).await?.id)
        })
        .await
}

/// Runs a withdrawal as a job.
///
/// # Errors
/// As [`take_back`].
pub async fn run(run: Run) -> Result<serde_json::Value, JobError> {
    let id = batch_of(&run)?;
    match take_back(&run.context(), &run.app, id, &run.progress).await {
        Ok(batch) => Ok(serde_json::json!({ "state": batch.state.word() })),
        Err(ImportError::Stopped) => Err(JobError::Stopped),
        Err(error) => Err(error.into()),
    }
}

/// Marks the claims of a batch as withdrawn, group by group, then matches the days they touch. Calling it again goes on
/// or does nothing.
///
/// # Errors
/// `NotFound` or the database; `Stopped` if the job should stop.
pub async fn take_back(
    ctx: &Context,
    app: &App,
    id: Id<ImportBatch>,
    progress: &Progress,
) -> Result<Batch, ImportError> {
    let (batch, last, days) = app
        .db
        .read(async |tx| {
            let batch = store::batch(tx, id).await?.ok_or(ImportError::NotFound)?;
            let days = store::touched(tx, id).await?;
            Ok::<_, ImportError>((batch, store::last_row(tx, id).await?, days))
        })
        .await?;
    if batch.state != BatchState::Withdrawing {
        return Ok(batch);
    }
    progress.begin("import-stage-withdrawing", u64::try_from(last).unwrap_or(0));
    let mut after = -1;
    while after < last {
        let until = (after + GROUP_ROWS).min(last);
        app.db.write(async |tx| store::withdraw_claims(tx, id, after, until).await).await?;
        after = until;
        progress.set(u64::try_from(after).unwrap_or(0));
        progress.check().map_err(|_| ImportError::Stopped)?;
    }
    match_days(ctx, app, Some(id), Cause::Withdrawal, days, progress).await?;
    app.db
        .write(async |tx| {
            store::set_withdrawn(tx, id, ctx.now()).await?;
            store::batch(tx, id).await?.ok_or(ImportError::NotFound)
        })
        .await
}
