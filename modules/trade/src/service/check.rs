//! Reading a file once and telling what it would do, before anything is done (校验).

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use sh_files::{
    header::Header,
    marked::{MarkTitles, RowOutcome, Tone, mark},
    parse::{MoneyUnit, is_total_row},
    sheet::SheetRow,
    store::ObjectKey,
    write::OutputFormat,
};
use sh_http::{App, AppError, Context, Kind, Permission};
use sh_jobs::{JobError, Progress, Run};
use sh_kernel::{Id, RegionCode};
use sh_ui::Locale;

use super::{
    sources,
    upload::{CHECK_JOB, files, find, find_in, queue},
};
use crate::{
    import::{
        batch::{Batch, BatchState, FileProblem, Source},
        columns::{Columns, Mapping},
        error::ImportError,
        fields::Field,
        file::{FileFault, LIMITS, Part, Plan, each_row, layout},
        issue::{Issue, Severity},
        reader::RowReader,
        tally::{Summary, Tally},
    },
    model::ImportBatch,
    store::import as store,
};

/// Rows between two looks at whether to stop.
const LOOK_EVERY: u64 = 500;

/// What a check of a file found out.
#[derive(Debug, Clone)]
pub struct Checked {
    /// Counts, sums, samples.
    pub summary: Summary,
    /// The issues, at most [`crate::import::tally::ISSUES_MAX`].
    pub issues: Vec<Issue>,
}

/// Runs the check of a batch as a job.
///
/// # Errors
/// As [`check`]; a file that is refused is no error of the job.
pub async fn run(run: Run) -> Result<serde_json::Value, JobError> {
    let batch: Id<ImportBatch> = super::post::batch_of(&run)?;
    match check(&run.context(), &run.app, batch, &run.progress).await {
        Ok(state) => Ok(serde_json::json!({ "state": state.word() })),
        Err(ImportError::Stopped) => Err(JobError::Stopped),
        Err(error) => Err(error.into()),
    }
}

/// Checks a batch: reads the stored file from the first row to the last, keeps counts and issues, posts nothing.
/// Returns the state that the batch has then.
///
/// # Errors
/// `NotFound`, the object store or the database; `Stopped` if the job should stop.
pub async fn check(
    ctx: &Context,
    app: &App,
    id: Id<ImportBatch>,
    progress: &Progress,
) -> Result<BatchState, ImportError> {
    let begun = app
        .db
        .write(async |tx| {
            let moved = store::advance_state(tx, id, BatchState::Uploaded, BatchState::Checking).await?;
            let Some((batch, source)) = find_in(tx, id).await? else { return Err(ImportError::NotFound) };
            let ready = moved || batch.state == BatchState::Checking;
            let plan = plan_of(tx, ctx, &batch, &source).await?;
            Ok((ready, batch, plan))
        })
        .await;
    let (ready, batch, plan) = begun?;
    if !ready {
        return Ok(batch.state);
    }
    let path = stored_path(app, &batch)?;
    let outcome = check_file(path, plan, progress).await;
    let state = app
        .db
        .write(async |tx| {
            let kept = match &outcome {
                Ok(checked) => store::set_checked(tx, id, &checked.summary, &checked.issues).await?,
                Err(ImportError::File(fault)) => store::set_failed(tx, id, &FileProblem::of(fault)).await?,
                Err(_) => false,
            };
            let state = store::batch(tx, id).await?.map_or(BatchState::Discarded, |batch| batch.state);
            Ok::<_, ImportError>((kept, state))
        })
        .await?;
    match outcome {
        Ok(_) | Err(ImportError::File(_)) => Ok(state.1),
        Err(error) => Err(error),
    }
}

/// Checks a local file without keeping anything, as `import --dry-run` does.
///
/// # Errors
/// `File` if the file as a whole is refused; `UnknownSource`, `UnknownProfile`, `Denied`.
pub async fn dry_run(
    ctx: &Context,
    app: &App,
    source: &str,
    profile: Option<&str>,
    path: &Utf8Path,
    progress: &Progress,
) -> Result<Checked, ImportError> {
    let source = super::upload::may_upload(ctx, app, source).await?;
    let name = profile.unwrap_or(sources::DEFAULT_PROFILE);
    let (_, mapping) = sources::profile(ctx, app, &source.code, name).await?;
    let plan = plan(ctx, &source, mapping);
    let Checked { summary, issues } = check_file(path.to_owned(), plan, progress).await?;
    let issues = issues.into_iter().map(|issue| issue.placed(&summary.sheets)).collect();
    Ok(Checked { summary, issues })
}

/// Reads a file on another thread and adds it up.
async fn check_file(path: Utf8PathBuf, plan: Plan, progress: &Progress) -> Result<Checked, ImportError> {
    progress.begin("import-stage-checking", 0);
    let told = progress.clone();
    let work = tokio::task::spawn_blocking(move || {
        let mut tally = Tally::new();
        let layout = each_row(&path, &plan, |part, row| {
            tally.take(part, &row);
            let rows = tally.rows();
            let look = rows.is_multiple_of(LOOK_EVERY);
            if look {
                told.set(rows);
            }
            !look || !told.should_stop()
        })?;
        if told.should_stop() {
            return Err(ImportError::Stopped);
        }
        told.set_of(tally.rows(), tally.rows());
        if tally.rows() == 0 {
            return Err(FileFault::NoRows.into());
        }
        let (summary, issues) = tally.finish(&layout, &plan);
        Ok(Checked { summary, issues })
    });
    work.await?
}

/// How the files of a source are read today.
pub(crate) fn plan(ctx: &Context, source: &Source, mapping: Mapping) -> Plan {
    Plan {
        source: source.code.clone(),
        kind: source.kind,
        region: source.region,
        mapping,
        today: ctx.today(),
    }
}

/// How a batch is read: by the version of the profile that it was checked by, as of the day it was uploaded, so that
/// the posting of a later day sees the same rows.
pub(crate) async fn plan_of(
    tx: &mut sh_db::Tx,
    ctx: &Context,
    batch: &Batch,
    source: &Source,
) -> Result<Plan, ImportError> {
    let mapping = match &batch.profile {
        Some((name, version)) => store::profile(tx, &source.code, name, Some(*version)).await?,
        None => None,
    };
    let mapping = mapping.map(|found| found.1).unwrap_or_default();
    Ok(Plan { today: batch.created_at.day(), ..plan(ctx, source, mapping) })
}

/// Where the file of a batch lies.
pub(crate) fn stored_path(app: &App, batch: &Batch) -> Result<Utf8PathBuf, ImportError> {
    let key: ObjectKey = batch.file_hash.parse().map_err(|_| ImportError::NotFound)?;
    Ok(files(app)?.path(&key))
}

/// What a person has corrected while looking at a check.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Correction {
    /// The profile it is kept in; `None` for the one that the file was read by. A new name makes a new profile.
    pub profile: Option<String>,
    /// The worksheet to read, [`EVERY_SHEET`](crate::import::file::EVERY_SHEET) for all with the same header; an empty
    /// name lets the program choose again, `None` leaves it as it is.
    pub sheet: Option<String>,
    /// Titles of columns and what they say; `None` for a column to be left out.
    pub columns: BTreeMap<String, Option<Field>>,
    /// Titles of columns and the unit of their amounts; `None` to go by title and heading.
    pub units: BTreeMap<String, Option<MoneyUnit>>,
    /// Names of places and what they mean.
    pub places: BTreeMap<String, RegionCode>,
}

impl Correction {
    /// Puts the correction on top of what a profile says. What the program recognises by itself (`columns`) is not noted
    /// again: a profile keeps what differs.
    fn apply(&self, mapping: &mut Mapping, recognised: &Columns) {
        for (title, field) in &self.columns {
            if recognised.titled(title).is_none_or(|column| column.field != *field) {
                mapping.set_column(title, field.unwrap_or(Field::Ignored));
            }
        }
        for (title, unit) in &self.units {
            mapping.set_unit(title, *unit);
        }
        if let Some(sheet) = &self.sheet {
            mapping.sheet = Some(sheet.clone()).filter(|name| !name.is_empty());
        }
        mapping.places.extend(self.places.iter().map(|(place, code)| (place.clone(), *code)));
    }
}

/// Keeps a correction as a new version of a profile of the source and checks the file again by it. A profile of a new
/// name begins with what the file was read by.
///
/// # Errors
/// `WrongState` if the batch is not waiting for a decision, `BadProfileName`, `Denied`, or the database.
pub async fn correct(
    ctx: &Context,
    app: &App,
    id: Id<ImportBatch>,
    correction: &Correction,
) -> Result<Id<sh_jobs::Job>, ImportError> {
    let (batch, source) = find(ctx, app, id, Permission::ImportClaims).await?;
    let own = batch.profile.as_ref().map_or(sources::DEFAULT_PROFILE, |profile| profile.0.as_str());
    let name = match &correction.profile {
        Some(name) => sources::profile_name(name)?,
        None => own,
    };
    let recognised = match (&batch.summary, &batch.problem) {
        (Some(summary), _) => summary.columns.clone(),
        (None, Some(problem)) => problem.columns.clone(),
        (None, None) => Columns::default(),
    };
    app.db
        .write(async |tx| {
            let known = match store::profile(tx, &source.code, name, None).await? {
                None => store::profile(tx, &source.code, own, None).await?,
                known => known,
            };
            let mut mapping = known.map(|known| known.1).unwrap_or_default();
            correction.apply(&mut mapping, &recognised);
            let version = sources::write_profile(ctx, tx, &source.code, name, &mapping).await?;
            if !store::set_profile(tx, id, name, version).await? {
                let state = store::batch(tx, id).await?.map_or(batch.state, |batch| batch.state);
                return Err(ImportError::WrongState(state));
            }
            Ok(queue(ctx, tx, CHECK_JOB, id, &source, &batch.file_name).await?.id)
        })
        .await
}

/// Gives a batch up before anything was posted. Its file may be uploaded again.
///
/// # Errors
/// `WrongState` if something was posted, `Denied`, or the database.
pub async fn discard(ctx: &Context, app: &App, id: Id<ImportBatch>) -> Result<(), ImportError> {
    let (batch, _) = find(ctx, app, id, Permission::ImportClaims).await?;
    app.db
        .write(async |tx| {
            if !store::discard(tx, id).await? {
                let state = store::batch(tx, id).await?.map_or(batch.state, |batch| batch.state);
                return Err(ImportError::WrongState(state));
            }
            let entry = sh_access::audit::Entry::new("discard-import", "import", id);
            sh_access::audit::record(tx, ctx, entry).await?;
            Ok(())
        })
        .await
}

/// Why a file as a whole was refused, and what to do, in the language of the reader.
pub fn problem_text(locale: Locale, problem: &FileProblem) -> (String, String) {
    let mut args: Vec<(&str, sh_ui::Arg<'_>)> =
        problem.args.iter().map(|(name, value)| (name.as_str(), value.as_str().into())).collect();
    let missing: Vec<String> =
        problem.missing.iter().map(|field| locale.t(&format!("field-{}", field.word()))).collect();
    let comma = if locale == Locale::Zh { "、" } else { ", " };
    args.push(("missing", missing.join(comma).into()));
    args.push(("sheet", problem.sheets.names().into()));
    let key = format!("problem-{}", problem.code);
    (locale.with(&key, &args), locale.with(&format!("{key}-advice"), &args))
}

/// Why an import did not go on, and what to do, in one text.
pub fn refusal_text(locale: Locale, error: &ImportError) -> String {
    let (reason, advice) = match error {
        ImportError::File(fault) => problem_text(locale, &FileProblem::of(fault)),
        error => {
            let args = error.args();
            let args: Vec<(&str, sh_ui::Arg<'_>)> =
                args.iter().map(|(name, value)| (*name, value.as_str().into())).collect();
            let key = format!("problem-{}", error.code());
            let advice = format!("{key}-advice");
            let advice = if locale.has(&advice) { locale.with(&advice, &args) } else { String::new() };
            (locale.with(&key, &args), advice)
        }
    };
    sentences(locale, &reason, &advice)
}

/// Reason and advice in one line.
pub fn sentences(locale: Locale, reason: &str, advice: &str) -> String {
    match locale {
        Locale::Zh => format!("{reason}。{advice}"),
        Locale::En => format!("{reason}. {advice}"),
    }
}

/// Whether a person can mend what went wrong, by another file, source or decision.
pub fn is_mendable(error: &ImportError) -> bool {
    matches!(
        error.kind(),
        Kind::NotFound | Kind::Unprocessable | Kind::Conflict | Kind::TooLarge | Kind::BadInput
    )
}

/// Reason and fix of an issue in the language of the reader.
pub fn issue_text(locale: Locale, issue: &Issue) -> (String, String) {
    let mut args: Vec<(&str, sh_ui::Arg<'_>)> =
        issue.args.iter().map(|(name, value)| (name.as_str(), value.as_str().into())).collect();
    args.push(("value", issue.value.as_str().into()));
    args.push(("column", issue.column.as_deref().unwrap_or_default().into()));
    let reason = locale.with(&format!("issue-{}", issue.code), &args);
    let fix = locale.with(&format!("issue-{}-fix", issue.code), &args);
    (reason, fix)
}

/// Writes the user's own file with two columns added, result and reason, to `output`. Every row is read again, so also
/// issues beyond those kept in the database are told.
///
/// # Errors
/// `Denied`, `NotFound`, or what reading and writing meet.
pub async fn marked_file(
    ctx: &Context,
    app: &App,
    id: Id<ImportBatch>,
    output: &Utf8Path,
) -> Result<OutputFormat, ImportError> {
    let (batch, source) = find(ctx, app, id, Permission::ReadClaims).await?;
    let plan = app.db.read(async |tx| plan_of(tx, ctx, &batch, &source).await).await?;
    let (path, locale, output) = (stored_path(app, &batch)?, ctx.locale, output.to_owned());
    tokio::task::spawn_blocking(move || mark_blocking(&path, &plan, locale, &output)).await?
}

fn mark_blocking(
    path: &Utf8Path,
    plan: &Plan,
    locale: Locale,
    output: &Utf8Path,
) -> Result<OutputFormat, ImportError> {
    let (_, layout) = layout(path, plan)?;
    let mut reader = RowReader::of(&layout.first, plan);
    let titles =
        MarkTitles { result: locale.t("import-mark-result"), reason: locale.t("import-mark-reason") };
    let parts: Vec<&Part> = layout.parts().collect();
    let tables: Vec<(&str, &Header)> = parts.iter().map(|part| (part.name.as_str(), &part.header)).collect();
    let mut at = 0;
    let outcome = |place: usize, row: &SheetRow| {
        let part = parts.get(place)?;
        if place != at {
            reader.turn_to(part);
            at = place;
        }
        if part.header.is_header_repeat(row) || is_total_row(&row.cells).is_some() {
            return None;
        }
        outcome_of(locale, &part.columns, &reader.read(row))
    };
    let marked = mark(path, &LIMITS, &tables, &titles, outcome, output);
    marked.map_err(|error| match error {
        sh_files::marked::MarkError::Read(error) => ImportError::File(error.into()),
        other => ImportError::Store(sh_files::store::StoreError::Io(std::io::Error::other(other))),
    })
}

/// What is written beside a row; nothing beside a row that says nothing.
fn outcome_of(
    locale: Locale,
    columns: &Columns,
    read: &crate::import::reader::ReadRow,
) -> Option<RowOutcome> {
    use crate::import::reader::Outcome;
    let (tone, result) = match (read.outcome, read.issues.is_empty()) {
        (Outcome::Rejected, _) => (Tone::Bad, "import-mark-rejected"),
        (Outcome::Skipped, true) => return None,
        (Outcome::Skipped, false) => (Tone::Notice, "import-mark-skipped"),
        (Outcome::Good, true) => (Tone::Good, "import-mark-good"),
        (Outcome::Good, false) => (Tone::Notice, "import-mark-remark"),
    };
    // The reason for a rejection comes first.
    let mut issues: Vec<&Issue> = read.issues.iter().collect();
    issues.sort_by_key(|issue| issue.severity);
    let reasons: Vec<String> = issues
        .iter()
        .map(|issue| {
            let (reason, fix) = issue_text(locale, issue);
            match issue.column.as_deref().filter(|column| !column.is_empty()) {
                Some(column) => locale.with(
                    "import-mark-line",
                    &[("column", column.into()), ("reason", reason.into()), ("fix", fix.into())],
                ),
                None => format!("{reason} {fix}"),
            }
        })
        .collect();
    let bad = issues.iter().filter(|issue| issue.severity == Severity::Rejected || tone == Tone::Notice);
    let bad_columns = bad
        .filter_map(|issue| issue.column.as_deref())
        .filter_map(|title| {
            columns.list.iter().find(|column| column.title == title).map(|column| column.index)
        })
        .collect();
    Some(RowOutcome { tone, result: locale.t(result), reason: reasons.join("\n"), bad_columns })
}
