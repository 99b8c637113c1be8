//! From a checked file to claims, group by group (入账).
//!
//! The stored file is read again, which gives the same rows. Each group of rows becomes claims in one transaction with
//! the batch's count of posted rows, so that a posting that was killed goes on where it stopped: nothing is lost and
//! nothing is posted twice, even if two workers try.

use std::{sync::Arc, time::Duration};

use camino::Utf8Path;
use sh_access::audit::{Entry, record};
use sh_http::{App, Context, Permission};
use sh_jobs::{Job, JobError, Progress, Run};
use sh_kernel::{Day, Id};
use sh_parties::{Party, number_of};
use tokio::sync::mpsc;

use super::{
    check::{plan_of, stored_path},
    match_run::{self, Cause, MatchError, MatchProgress, MatchRun},
    upload::{POST_JOB, find, find_in, queue},
};
use crate::{
    import::{
        batch::{Batch, BatchState, Source},
        error::ImportError,
        file::{FileRow, Plan, each_row},
        memo::Memo,
        reader::{NewClaim, Outcome},
    },
    model::ImportBatch,
    sink::SharedSink,
    store::import as store,
};

/// Rows that become claims in one transaction: large enough that waiting for the disk does not matter, small enough
/// that others get their turn.
pub const GROUP_ROWS: usize = 2_000;
/// Groups that are read ahead.
const AHEAD: usize = 2;
/// Pause before asking again whether another run of matching has ended.
const MATCHING_PAUSE: Duration = Duration::from_millis(500);

/// A person's go-ahead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Confirmation {
    /// Post the good rows although there are rejected ones.
    pub good_only: bool,
    /// Post although the totals of the file do not agree with its rows, or are missing.
    pub doubtful_too: bool,
}

/// A person says that a checked batch is to be posted, or that a stopped one is to go on. Queues the posting.
///
/// # Errors
/// `HasBadRows`, `Doubtful` if the confirmation does not cover that; `NothingToPost`, `WrongState`, `Denied`, the
/// database.
pub async fn confirm(
    ctx: &Context,
    app: &App,
    id: Id<ImportBatch>,
    go: Confirmation,
) -> Result<Id<Job>, ImportError> {
    let (_, source) = find(ctx, app, id, Permission::ConfirmImport).await?;
    app.db
        .write(async |tx| {
            let batch = store::batch(tx, id).await?.ok_or(ImportError::NotFound)?;
            if !matches!(batch.state, BatchState::Checked | BatchState::Stopped) {
                return Err(ImportError::WrongState(batch.state));
            }
            if batch.rows_good == 0 {
                return Err(ImportError::NothingToPost);
            }
            if batch.rows_bad > 0 && !go.good_only {
                return Err(ImportError::HasBadRows(batch.rows_bad));
            }
            if batch.summary.as_ref().is_some_and(|summary| summary.doubtful) && !go.doubtful_too {
                return Err(ImportError::Doubtful);
            }
            if !store::confirm(tx, id, go.good_only, ctx.actor.label(), ctx.now()).await? {
                return Err(ImportError::WrongState(batch.state));
            }
            let told = serde_json::json!({
                "rows": batch.rows_good, "left_out": batch.rows_bad,
                "amount_fen": batch.amount_good.0, "doubtful": go.doubtful_too,
            });
            record(tx, ctx, Entry::new("confirm-import", "import", id).after(&told)).await?;
            Ok(queue(ctx, tx, POST_JOB, id, &source, &batch.file_name).await?.id)
        })
        .await
}

/// Queues the posting of a confirmed batch again after its job was given up. Does nothing while the job is live.
///
/// # Errors
/// `WrongState` if the batch is not being posted, `Denied`, or the database.
pub async fn go_on(ctx: &Context, app: &App, id: Id<ImportBatch>) -> Result<Id<Job>, ImportError> {
    let (_, source) = find(ctx, app, id, Permission::ConfirmImport).await?;
    app.db
        .write(async |tx| {
            let batch = store::batch(tx, id).await?.ok_or(ImportError::NotFound)?;
            if batch.state != BatchState::Posting {
                return Err(ImportError::WrongState(batch.state));
            }
            Ok(queue(ctx, tx, POST_JOB, id, &source, &batch.file_name).await?.id)
        })
        .await
}

/// Stops a posting after the group that is being written. What is posted stays; the batch can be posted on or withdrawn.
///
/// # Errors
/// `WrongState` if it is not being posted, `Denied`, or the database.
pub async fn stop(ctx: &Context, app: &App, id: Id<ImportBatch>) -> Result<Batch, ImportError> {
    find(ctx, app, id, Permission::ConfirmImport).await?;
    app.db
        .write(async |tx| {
            let stopped = store::advance_state(tx, id, BatchState::Posting, BatchState::Stopped).await?;
            let batch = store::batch(tx, id).await?.ok_or(ImportError::NotFound)?;
            if !stopped {
                return Err(ImportError::WrongState(batch.state));
            }
            let told = serde_json::json!({ "rows_posted": batch.rows_posted });
            record(tx, ctx, Entry::new("stop-import", "import", id).after(&told)).await?;
            Ok(batch)
        })
        .await
}

/// The batch that a job is about.
pub(crate) fn batch_of(run: &Run) -> Result<Id<ImportBatch>, JobError> {
    #[derive(serde::Deserialize)]
    struct Payload {
        batch: Id<ImportBatch>,
    }
    Ok(run.payload::<Payload>()?.batch)
}

/// Runs the posting of a batch as a job.
///
/// # Errors
/// As [`post`]. One that passes (the database is away, the disk is full) is tried again from the last group.
pub async fn run(run: Run) -> Result<serde_json::Value, JobError> {
    let id = batch_of(&run)?;
    match post(&run.context(), &run.app, id, &run.progress).await {
        Ok(batch) => Ok(serde_json::json!({ "state": batch.state.word(), "rows_posted": batch.rows_posted })),
        Err(ImportError::Stopped) => Err(JobError::Stopped),
        Err(error) => Err(error.into()),
    }
}

/// Posts a confirmed batch from where it stands to its end, then matches the days it touches. Calling it again goes on
/// or does nothing. Returns the batch as it is then: posted, or stopped by a person.
///
/// # Errors
/// `NotFound`, `Changed` if the file gives other rows than when it was checked, the store or the database; `Stopped` if
/// the job should stop.
pub async fn post(
    ctx: &Context,
    app: &App,
    id: Id<ImportBatch>,
    progress: &Progress,
) -> Result<Batch, ImportError> {
    let batch = rows(ctx, app, id, progress).await?;
    // What a stopped posting has left stays, so it must be matched, too.
    let left = batch.state == BatchState::Stopped && batch.rows_posted > 0;
    if batch.state != BatchState::Posting && !left {
        return Ok(batch);
    }
    finish(ctx, app, &[id], progress).await?;
    app.db.read(async |tx| store::batch(tx, id).await).await?.ok_or(ImportError::NotFound)
}

/// Makes claims of the rows of a confirmed batch, from where it stands to its end, without matching them. Returns the
/// batch as it is then; [`finish`] is what remains to be done.
///
/// # Errors
/// As [`post`].
pub async fn rows(
    ctx: &Context,
    app: &App,
    id: Id<ImportBatch>,
    progress: &Progress,
) -> Result<Batch, ImportError> {
    // Again from where the batch stands, if another worker has gone further in the meantime.
    loop {
        let (batch, source, plan) = app
            .db
            .read(async |tx| {
                let (batch, source) = find_in(tx, id).await?.ok_or(ImportError::NotFound)?;
                let plan = plan_of(tx, ctx, &batch, &source).await?;
                Ok::<_, ImportError>((batch, source, plan))
            })
            .await?;
        if batch.state != BatchState::Posting || batch.rows_posted >= batch.rows_good {
            return Ok(batch);
        }
        post_rows(ctx, app, &batch, &source, plan, progress).await?;
    }
}

/// Matches the days that batches touch, all at once, and marks the batches as posted. Many files that come in together
/// are matched once instead of once per file; the result is the same.
///
/// # Errors
/// As [`post`].
pub async fn finish(
    ctx: &Context,
    app: &App,
    ids: &[Id<ImportBatch>],
    progress: &Progress,
) -> Result<(), ImportError> {
    progress.check().map_err(|_| ImportError::Stopped)?;
    let mut days: Option<(Day, Day)> = None;
    for id in ids {
        if let Some((first, last)) = app.db.read(async |tx| store::touched(tx, *id).await).await? {
            let (low, high) = days.unwrap_or((first, last));
            days = Some((low.min(first), high.max(last)));
        }
    }
    // A posting that many files cause together names none of them.
    let only = if let [only] = ids { Some(*only) } else { None };
    match_days(ctx, app, only, Cause::Import, days, progress).await?;
    app.db
        .write(async |tx| {
            for id in ids {
                if store::set_posted(tx, *id, ctx.now()).await? {
                    let batch = store::batch(tx, *id).await?.ok_or(ImportError::NotFound)?;
                    let told =
                        serde_json::json!({ "rows": batch.rows_good, "amount_fen": batch.amount_good.0 });
                    record(tx, ctx, Entry::new("post-import", "import", *id).after(&told)).await?;
                }
            }
            Ok(())
        })
        .await
}

/// Rows that become claims together.
struct Group {
    rows: Vec<GroupRow>,
    /// Good rows before this group.
    from: u64,
}

/// One good row.
struct GroupRow {
    number: u32,
    claims: Vec<(NewClaim, i64, i64)>,
}

/// Reads the file on another thread and writes its groups one after the other.
async fn post_rows(
    ctx: &Context,
    app: &App,
    batch: &Batch,
    source: &Source,
    plan: Plan,
    progress: &Progress,
) -> Result<(), ImportError> {
    progress.begin("import-stage-posting", batch.rows_good);
    progress.set(batch.rows_posted);
    let path = stored_path(app, batch)?;
    let (sender, mut groups) = mpsc::channel(AHEAD);
    let (skip, sheet) = (batch.rows_posted, Arc::new(plan));
    let reading = tokio::task::spawn_blocking(move || read_groups(&path, &sheet, skip, &sender));
    let mut outcome = Ok(());
    let mut overtaken = false;
    while let Some(group) = groups.recv().await {
        outcome = match write_group(ctx, app, batch, source, &group).await {
            Ok(true) => {
                progress.set(group.from + group.rows.len() as u64);
                progress.check().map_err(|_| ImportError::Stopped)
            }
            // Stopped by a person, or another worker has gone further: what lasts is what the batch says.
            Ok(false) => {
                overtaken = true;
                break;
            }
            Err(error) => Err(error),
        };
        if outcome.is_err() {
            break;
        }
    }
    drop(groups);
    let good = reading.await?;
    outcome?;
    if overtaken || good? == Some(batch.rows_good) { Ok(()) } else { Err(ImportError::Changed) }
}

/// Hands the good rows after the first `skip` over in groups. Returns how many good rows the file has, or `None` if
/// nobody listens any more.
fn read_groups(
    path: &Utf8Path,
    plan: &Plan,
    skip: u64,
    sender: &mpsc::Sender<Group>,
) -> Result<Option<u64>, ImportError> {
    let mut numbers: Memo<i64> = Memo::default();
    let mut good = 0;
    let mut rows: Vec<GroupRow> = Vec::with_capacity(GROUP_ROWS);
    let mut heard = true;
    each_row(path, plan, |_, row| {
        let FileRow::Data(read) = row else { return true };
        if read.outcome != Outcome::Good {
            return true;
        }
        good += 1;
        if good <= skip {
            return true;
        }
        let claims = read.claims.into_iter().map(|claim| {
            let seller = numbers.get(&claim.facts.seller, number_of);
            let buyer = claim.facts.buyer.as_deref().map_or(0, |name| numbers.get(name, number_of));
            (claim, seller, buyer)
        });
        rows.push(GroupRow { number: read.number, claims: claims.collect() });
        if rows.len() == GROUP_ROWS {
            let full = std::mem::replace(&mut rows, Vec::with_capacity(GROUP_ROWS));
            heard = sender.blocking_send(Group { from: good - full.len() as u64, rows: full }).is_ok();
        }
        heard
    })?;
    if heard && !rows.is_empty() {
        heard = sender.blocking_send(Group { from: good - rows.len() as u64, rows }).is_ok();
    }
    Ok(heard.then_some(good))
}

/// Writes one group; `false` if the batch is not being posted any more or stands elsewhere.
async fn write_group(
    ctx: &Context,
    app: &App,
    batch: &Batch,
    source: &Source,
    group: &Group,
) -> Result<bool, ImportError> {
    app.db
        .write(async |tx| {
            // First the count: it takes the row's lock, so a second worker waits here and then finds itself too late.
            let until = group.from + group.rows.len() as u64;
            if !store::advance(tx, batch.id, group.from, until).await? {
                return Ok(false);
            }
            let all =
                || group.rows.iter().flat_map(|row| row.claims.iter().map(move |claim| (row.number, claim)));
            let parties = all().flat_map(|(_, (claim, ..))| {
                let seller = Party::first_seen(&claim.facts.seller, claim.facts.seller_code.as_deref());
                let buyer = claim.facts.buyer.as_deref().and_then(|name| Party::first_seen(name, None));
                [seller, buyer].into_iter().flatten()
            });
            sh_parties::upsert(tx, parties.collect::<Vec<_>>()).await?;
            let claims: Vec<store::ClaimRow<'_>> = all()
                .map(|(row, (claim, seller, buyer))| store::ClaimRow {
                    id: ctx.id(),
                    row,
                    claim,
                    seller: *seller,
                    buyer: *buyer,
                })
                .collect();
            store::add_claims(tx, batch.id, source, &claims).await?;
            Ok(true)
        })
        .await
}

/// Matches the days that new or withdrawn claims touch, so that totals count each sale once.
pub(crate) async fn match_days(
    ctx: &Context,
    app: &App,
    batch: Option<Id<ImportBatch>>,
    cause: Cause,
    days: Option<(Day, Day)>,
    progress: &Progress,
) -> Result<(), ImportError> {
    let Some(days) = days else { return Ok(()) };
    progress.begin("import-stage-matching", 0);
    let sink = app.get::<SharedSink>()?;
    let tell = |known: MatchProgress| {
        progress.set_of(known.done, known.total);
        !progress.should_stop()
    };
    let run =
        MatchRun { batch, cause, progress: &tell, ..MatchRun::new(&app.db, &*ctx.clock, &ctx.ids, &*sink.0) };
    loop {
        match match_run::run(&run, Some(days)).await {
            Ok(_) => return Ok(()),
            // Somebody else's run is under way; it may have read its claims before ours were there.
            Err(MatchError::Busy) => {
                progress.check().map_err(|_| ImportError::Stopped)?;
                tokio::time::sleep(MATCHING_PAUSE).await;
            }
            Err(MatchError::Stopped) => return Err(ImportError::Stopped),
            Err(MatchError::Db(error)) => return Err(error.into()),
            Err(error @ MatchError::Resolving(_)) => return Err(ImportError::Matching(error)),
        }
    }
}
