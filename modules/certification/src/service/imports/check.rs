//! Reading a register once and telling what it would do, before anything is done.

use camino::Utf8PathBuf;
use sh_db::Tx;
use sh_http::{App, Context, Permission, Scope};
use sh_jobs::{JobError, Progress, Run};
use sh_kernel::Id;
use tokio::sync::mpsc;

use super::{GROUP, ISSUES_MAX, find, stored_path, taken_up};
use crate::{
    Error,
    import::{
        batch::{BatchState, Counts},
        file::{FileFault, FileProblem, each_row},
        issue::Issue,
        row::{Met, Step, Told, plan, read},
    },
    model::{RegisterImport, Scheme},
    store::{certificate, import as store},
};

/// Groups that are read ahead.
const AHEAD: usize = 2;

/// Runs the check of an import as a job.
///
/// # Errors
/// As [`check`]; a file that is refused is no error of the job.
pub async fn run(run: Run) -> Result<serde_json::Value, JobError> {
    let (id, ctx) = taken_up(&run).await?;
    match check(&ctx, &run.app, id, &run.progress).await {
        Ok(state) => Ok(serde_json::json!({ "state": state.word() })),
        Err(Error::Stopped) => Err(JobError::Stopped),
        Err(error) => Err(error.into()),
    }
}

/// Checks an import: reads the stored file, compares each row with what is known, keeps counts and issues. Answers the
/// state that the import has then.
///
/// # Errors
/// [`Error::NotFound`], the store, the database; [`Error::Stopped`] if the job should stop.
pub async fn check(
    ctx: &Context,
    app: &App,
    id: Id<RegisterImport>,
    progress: &Progress,
) -> Result<BatchState, Error> {
    let (batch, published) = app.db.read(async |tx| find(tx, id).await).await?;
    if batch.state != BatchState::Uploaded {
        return Ok(batch.state);
    }
    progress.begin("register-import-checking", 0);
    let outcome = count(ctx, app, &published.scheme, stored_path(app, &batch)?, progress).await;
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
    scheme: &Scheme,
    path: Utf8PathBuf,
    progress: &Progress,
) -> Result<(Counts, Vec<Issue>), Error> {
    let (mut counts, mut issues) = (Counts::default(), Vec::new());
    let (mut groups, reading) = read_groups(path, scheme.clone());
    while let Some(group) = groups.recv().await {
        let steps = app.db.read(async |tx| plan_group(ctx, tx, scheme, group).await).await?;
        for step in steps {
            counts.add(&step);
            if let Step::Reject(found) = step {
                let room = ISSUES_MAX.saturating_sub(issues.len());
                issues.extend(found.into_iter().take(room));
            }
        }
        progress.set(counts.rows);
        progress.check().map_err(|_| Error::Stopped)?;
    }
    reading.await??;
    Ok((counts, issues))
}

/// What rows say that are looked up together, with the title of the column of their places.
#[derive(Clone)]
pub(super) struct Group {
    rows: Vec<Result<Told, Vec<Issue>>>,
    place: String,
}

impl Group {
    /// How many rows it has.
    pub(super) fn len(&self) -> u64 {
        self.rows.len() as u64
    }
}

type Reading = tokio::task::JoinHandle<Result<(), FileFault>>;

/// Reads a file on another thread and hands its rows over in groups. A number that stands in an earlier row is an issue.
pub(super) fn read_groups(path: Utf8PathBuf, scheme: Scheme) -> (mpsc::Receiver<Group>, Reading) {
    let (sender, groups) = mpsc::channel(AHEAD);
    let reading = tokio::task::spawn_blocking(move || {
        let mut met = Met::default();
        let (mut rows, mut place) = (Vec::with_capacity(GROUP), String::new());
        let whole = each_row(&path, &scheme, |layout, row| {
            if place.is_empty() {
                layout.title("place").clone_into(&mut place);
            }
            let told = read(layout, &scheme, &row).and_then(|told| {
                let twice = met.twice(&told, layout.title("number"));
                twice.map_or(Ok(told), |issue| Err(vec![issue]))
            });
            rows.push(told);
            if rows.len() < GROUP {
                return true;
            }
            let rows = std::mem::replace(&mut rows, Vec::with_capacity(GROUP));
            sender.blocking_send(Group { rows, place: place.clone() }).is_ok()
        })?;
        if whole && !rows.is_empty() {
            // If nobody listens any more, nobody minds.
            let _ = sender.blocking_send(Group { rows, place });
        }
        Ok(())
    });
    (groups, reading)
}

/// What the rows of a group would change, each compared with what is known. Rows of places that the actor does not look
/// after are refused.
pub(super) async fn plan_group(
    ctx: &Context,
    tx: &mut Tx,
    scheme: &Scheme,
    group: Group,
) -> Result<Vec<Step>, Error> {
    let numbers: Vec<String> = group.rows.iter().flatten().map(|told| told.number.clone()).collect();
    let known = certificate::known(tx, &scheme.code, &numbers).await?;
    let everywhere = ctx.allows(Permission::EditRegisters, &Scope::Everywhere);
    let allowed = |region| everywhere || ctx.allows(Permission::EditRegisters, &Scope::Region(region));
    let place = group.place;
    let steps = group.rows.into_iter().map(|row| match row {
        Ok(told) => {
            let known = known.get(&told.number);
            let own = known.is_none_or(|known| allowed(known.row.region));
            if !own || !allowed(told.region) {
                let code = "certificate-elsewhere";
                return Step::Reject(vec![Issue::new(told.row, &place, code, &told.number)]);
            }
            plan(told, known)
        }
        Err(issues) => Step::Reject(issues),
    });
    Ok(steps.collect())
}
