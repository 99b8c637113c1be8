//! The two jobs: reading a file once and telling what it would do, reading it again and doing it.

use std::collections::HashMap;

use sh_access::audit::{self, Entry, record};
use sh_http::{App, Context};
use sh_jobs::{Handlers, JobError, Progress, Run};
use sh_kernel::Id;

use super::{CHECK_JOB, ISSUES_MAX, POST_JOB, stored_path};
use crate::{
    Error,
    file::{FileFault, FileProblem, Group, read},
    model::{Counts, Import, Issue, Planned, State, TableImport},
    store,
    table::{Row, Table},
};

/// What runs the jobs of these tables.
pub fn handlers(tables: &'static [&'static dyn Table]) -> Handlers {
    Handlers::new()
        .on(CHECK_JOB, move |run: Run| async move {
            let (import, table, ctx) = about(&run, tables).await?;
            let state = check(&ctx, &run.app, table, import.id, &run.progress).await?;
            Ok(serde_json::json!({ "state": state.word() }))
        })
        .on(POST_JOB, move |run: Run| async move {
            let (import, table, ctx) = about(&run, tables).await?;
            let import = post(&ctx, &run.app, table, import.id, &run.progress).await?;
            Ok(serde_json::json!({ "state": import.state.word(), "posted": import.posted }))
        })
}

/// The import that a job is about, its table, and the person in whose name it is written.
async fn about(
    run: &Run,
    tables: &'static [&'static dyn Table],
) -> Result<(Import, &'static dyn Table, Context), JobError> {
    #[derive(serde::Deserialize)]
    struct Payload {
        import: Id<TableImport>,
    }
    let id = run.payload::<Payload>()?.import;
    let import = run.app.db.read(async |tx| store::import(tx, id).await).await?.ok_or(Error::NotFound)?;
    let table = tables.iter().find(|table| table.code() == import.kind).ok_or(Error::NotFound)?;
    let person = import.confirmed_by.as_deref().and_then(|key| key.strip_prefix("user:"));
    let ctx = match person.and_then(|id| id.parse().ok()) {
        Some(user) => run.context().acting_as(audit::actor_of(&run.app, user).await?),
        None => run.context(),
    };
    Ok((import, *table, ctx))
}

/// What may stand once in a file, with the row where it stands.
#[derive(Default)]
struct Once(HashMap<String, u32>);

impl Once {
    /// The rows of a group as they stand, and those among them that repeat another one, by their place.
    fn add(&mut self, table: &dyn Table, rows: &[Row<'_>]) -> HashMap<usize, Issue> {
        let mut twice = HashMap::new();
        for (at, row) in rows.iter().enumerate() {
            let Some((field, value)) = table.once(row) else { continue };
            match self.0.get(&value) {
                Some(first) => {
                    twice.insert(at, row.issue(field, "row-twice").with("row", first));
                }
                None => {
                    self.0.insert(value, row.number);
                }
            }
        }
        twice
    }
}

/// Whether rows are only looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Plan,
    Write,
}

/// What the rows of a group do, in their order.
async fn decide(
    (ctx, app): (&Context, &App),
    (table, import): (&dyn Table, &Import),
    rows: &[Row<'_>],
    mut twice: HashMap<usize, Issue>,
    mode: Mode,
) -> Result<Vec<Planned>, JobError> {
    let fresh: Vec<Row<'_>> =
        rows.iter().enumerate().filter(|(at, _)| !twice.contains_key(at)).map(|(_, row)| *row).collect();
    let planned = match mode {
        Mode::Plan => table.plan(ctx, app, import, &fresh).await?,
        Mode::Write => table.write(ctx, app, import, &fresh).await?,
    };
    if planned.len() != fresh.len() {
        return Err(JobError::failed("internal", "a table answers for other rows than it was asked about"));
    }
    let mut planned = planned.into_iter();
    let all = (0..rows.len()).filter_map(|at| match twice.remove(&at) {
        Some(issue) => Some(Planned::reject(vec![issue])),
        None => planned.next(),
    });
    Ok(all.collect())
}

fn rows_of(group: &Group) -> Vec<Row<'_>> {
    group.rows.iter().map(|row| Row::new(&group.layout, row)).collect()
}

/// Checks an import: reads the stored file, compares each row with what is known, keeps counts and issues. Answers the
/// state that the import has then.
///
/// # Errors
/// [`Error::NotFound`], the store, the database; a file that is refused is none.
pub async fn check(
    ctx: &Context,
    app: &App,
    table: &dyn Table,
    id: Id<TableImport>,
    progress: &Progress,
) -> Result<State, JobError> {
    let import = app.db.read(async |tx| store::import(tx, id).await).await?.ok_or(Error::NotFound)?;
    if import.state != State::Uploaded {
        return Ok(import.state);
    }
    progress.begin("table-checking", 0);
    let outcome = count(ctx, app, (table, &import), progress).await?;
    app.db
        .write(async |tx| match &outcome {
            Ok((counts, issues)) => store::set_checked(tx, id, counts, issues).await,
            Err(fault) => store::set_failed(tx, id, &FileProblem::of(fault)).await,
        })
        .await?;
    Ok(if outcome.is_ok() { State::Checked } else { State::Failed })
}

async fn count(
    ctx: &Context,
    app: &App,
    (table, import): (&dyn Table, &Import),
    progress: &Progress,
) -> Result<Result<(Counts, Vec<Issue>), FileFault>, JobError> {
    let (mut counts, mut issues, mut once) = (Counts::default(), Vec::new(), Once::default());
    let (mut groups, reading) = read(stored_path(app, import)?, table.columns());
    while let Some(group) = groups.recv().await {
        let rows = rows_of(&group);
        let twice = once.add(table, &rows);
        for planned in decide((ctx, app), (table, import), &rows, twice, Mode::Plan).await? {
            counts.add(&planned);
            let room = ISSUES_MAX.saturating_sub(issues.len());
            issues.extend(planned.issues.into_iter().take(room));
        }
        progress.set(counts.rows);
        progress.check()?;
    }
    match reading.await.map_err(Error::from)? {
        Ok(()) => Ok(Ok((counts, issues))),
        Err(fault) => Ok(Err(fault)),
    }
}

/// Writes the rows of a confirmed import from where it stands to its end. Calling it again goes on or does nothing.
///
/// # Errors
/// [`Error::NotFound`], the store, the database, what the table meets; [`JobError::Stopped`] if the job should stop.
pub async fn post(
    ctx: &Context,
    app: &App,
    table: &dyn Table,
    id: Id<TableImport>,
    progress: &Progress,
) -> Result<Import, JobError> {
    let find = async || app.db.read(async |tx| store::import(tx, id).await).await;
    let import = find().await?.ok_or(Error::NotFound)?;
    if import.state != State::Posting {
        return Ok(import);
    }
    // Whoever confirmed it may have lost the right since.
    ctx.require(table.permission(), import.owner.scope()).map_err(Error::from)?;
    progress.begin("table-posting", import.checked.as_ref().map_or(0, |counts| counts.rows));
    let (mut groups, reading) = read(stored_path(app, &import)?, table.columns());
    let (mut from, mut counts, mut once) = (0, import.posted.clone(), Once::default());
    let mut alone = true;
    while let Some(group) = groups.recv().await {
        let rows = rows_of(&group);
        let twice = once.add(table, &rows);
        let until = from + rows.len() as u64;
        if until > import.done {
            let planned = decide((ctx, app), (table, &import), &rows, twice, Mode::Write).await?;
            for planned in &planned {
                counts.add(planned);
            }
            alone = note(app, (&import, from), &counts, &rows, planned).await?;
            if !alone {
                break;
            }
        }
        from = until;
        progress.set(from);
        progress.check()?;
    }
    drop(groups);
    reading.await.map_err(Error::from)?.map_err(Error::from)?;
    if alone {
        finish(ctx, app, (id, &counts)).await?;
    }
    Ok(find().await?.ok_or(Error::NotFound)?)
}

/// Notes a group as written. `false` if another worker has gone further.
async fn note(
    app: &App,
    (import, from): (&Import, u64),
    counts: &Counts,
    rows: &[Row<'_>],
    planned: Vec<Planned>,
) -> Result<bool, JobError> {
    let issues: Vec<Issue> = planned.into_iter().flat_map(|planned| planned.issues).collect();
    let range = (rows.first().map_or(0, |row| row.number), rows.last().map_or(0, |row| row.number));
    let write = app.db.write(async |tx| store::advance(tx, import.id, (from, counts), range, &issues).await);
    Ok(write.await?)
}

async fn finish(ctx: &Context, app: &App, (id, counts): (Id<TableImport>, &Counts)) -> Result<(), JobError> {
    let write = app.db.write(async |tx| {
        if store::set_posted(tx, id, ctx.now()).await? {
            record(tx, ctx, Entry::new("import-table", "table-import", id).after(counts)).await?;
        }
        Ok::<_, Error>(())
    });
    Ok(write.await?)
}
