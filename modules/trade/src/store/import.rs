//! SQL of sources, profiles, import batches, issues and the claims that imports write.

use std::collections::HashMap;

use sh_db::{DbError, Tx, Value, binds};
use sh_http::Visible;
use sh_kernel::{Day, Id, Instant};

use crate::{
    import::{
        batch::{Batch, BatchState, FileProblem, Source, batch_columns},
        columns::Mapping,
        file::Sheets,
        issue::{Issue, Severity},
        reader::NewClaim,
        tally::Summary,
    },
    model::{Claim, ClaimFacts, DayPrecision, ImportBatch},
};

sh_db::inserts! {
    /// Registers sources; a known one gets the new name, region and organisation.
    UPSERT_SOURCES = source(code Text, name Text, kind I64, region I64, organisation Text, active Bool,
        created_at Instant) "ON CONFLICT (code) DO UPDATE SET name = excluded.name, region = excluded.region,
        organisation = excluded.organisation, active = excluded.active";
    /// A new version of a profile.
    ADD_PROFILE = source_profile(source Text, name Text, version I64, mapping Text, created_by Text,
        created_at Instant) "";
    /// A new batch.
    ADD_BATCH = import_batch(id Uuid, source Text, file_name Text, file_hash Text, file_size I64, profile Text,
        profile_version I64, state Text, live I64, good_only Bool, rows_total I64, rows_good I64, rows_bad I64,
        rows_skipped I64, rows_posted I64, amount_good I64, created_by Text, created_at Instant) "";
    /// Issues of a batch.
    ADD_ISSUES = import_issue(batch Uuid, row_no I64, seq I64, severity I64, column_title Text, value Text,
        code Text, args Text) "";
    /// Claims of a batch.
    ADD_CLAIMS = claim(id Uuid, batch Uuid, row_no I64, source Text, kind I64, content I64, occurrence I64,
        withdrawn Bool, day I64, day_precision I64, seller I64, seller_name Text, seller_code Text, buyer I64,
        buyer_name Text, buyer_kind I64, product Text, category I64, origin I64, destination I64, amount I64,
        basis I64, quantity I64, order_no Text, invoice_no Text, stage I64, role I64, channel I64, outlet Text,
        certified I64, link I64, event Text) "";
}

sh_db::statements! {
    /// One source.
    SOURCE = "SELECT code, name, kind, region, organisation, active FROM source WHERE code = $1";
    /// All sources.
    SOURCES = "SELECT code, name, kind, region, organisation, active FROM source ORDER BY kind, code";
    /// The newest version of a profile.
    PROFILE = "SELECT version, mapping FROM source_profile WHERE source = $1 AND name = $2
        ORDER BY version DESC LIMIT 1";
    /// One version of a profile.
    PROFILE_VERSION = "SELECT version, mapping FROM source_profile
        WHERE source = $1 AND name = $2 AND version = $3";
    /// The profiles of a source with their newest version.
    PROFILES = "SELECT name, MAX(version) FROM source_profile WHERE source = $1 GROUP BY name ORDER BY name";
    /// One batch.
    BATCH = concat!("SELECT ", batch_columns!(), " FROM import_batch WHERE id = $1");
    /// The batch that a file of a source is.
    LIVE_BATCH = concat!("SELECT ", batch_columns!(), " FROM import_batch
        WHERE source = $1 AND file_hash = $2 AND live = 1");
    /// The files of some batches.
    FILE_NAMES = "SELECT id, file_name FROM import_batch WHERE id {{in_uuid $1}}";
    /// What the check of some batches found out.
    SUMMARIES = "SELECT id, summary FROM import_batch WHERE id {{in_uuid $1}}";
    /// Batch, file and row of some claims.
    ROWS_OF_CLAIMS = "SELECT claim.id, claim.batch, import_batch.file_name, claim.row_no
        FROM claim JOIN import_batch ON import_batch.id = claim.batch WHERE claim.id {{in_uuid $1}}";
    /// Name and hash of every file that counts. Own sales have no file.
    LIVE_FILES = "SELECT DISTINCT file_name, file_hash FROM import_batch WHERE live = 1 AND source <> 'mall'
        ORDER BY file_hash";
    /// Batches from the latest to the oldest.
    BATCHES = concat!("SELECT ", batch_columns!(), " FROM import_batch
        WHERE (CAST($1 AS TEXT) IS NULL OR source = $1) AND (CAST($2 AS TEXT) IS NULL OR state = $2)
        AND (CAST($3 AS TEXT) IS NULL OR created_by = $3)
        AND (CAST($4 AS TIMESTAMPTZ) IS NULL OR created_at >= $4)
        AND (CAST($5 AS TIMESTAMPTZ) IS NULL OR created_at < $5)
        AND (CAST($6 AS UUID) IS NULL OR id < $6)
        ORDER BY id DESC LIMIT $7");
    /// Batches on which a job should be at work.
    WORKING = "SELECT id, state FROM import_batch
        WHERE state IN ('uploaded', 'checking', 'posting', 'withdrawing') ORDER BY id";
    /// Moves a batch from one state to another.
    MOVE = "UPDATE import_batch SET state = $3 WHERE id = $1 AND state = $2";
    /// Notes which job works on a batch.
    SET_JOB = "UPDATE import_batch SET job = $2 WHERE id = $1";
    /// What a check found out.
    SET_CHECKED = "UPDATE import_batch SET state = 'checked', live = 1, rows_total = $2, rows_good = $3,
        rows_bad = $4, rows_skipped = $5, amount_good = $6, day_first = $7, day_last = $8, summary = $9,
        problem = NULL WHERE id = $1 AND state = 'checking'";
    /// Why a file was refused.
    SET_FAILED = "UPDATE import_batch SET state = 'failed', live = $2, problem = $3
        WHERE id = $1 AND state = 'checking'";
    /// Reads a batch again by another version of a profile.
    SET_PROFILE = "UPDATE import_batch SET state = 'uploaded', profile = $2, profile_version = $3
        WHERE id = $1 AND state IN ('checked', 'failed') AND live = 1";
    /// A person's go-ahead.
    CONFIRM = "UPDATE import_batch SET state = 'posting', good_only = $2, confirmed_by = $3, confirmed_at = $4
        WHERE id = $1 AND state IN ('checked', 'stopped')";
    /// One group of rows has become claims.
    ADVANCE = "UPDATE import_batch SET rows_posted = $3 WHERE id = $1 AND rows_posted = $2 AND state = 'posting'";
    /// All rows have become claims.
    SET_POSTED = "UPDATE import_batch SET state = 'posted', posted_at = $2 WHERE id = $1 AND state = 'posting'";
    /// Gives a batch up before anything was posted.
    DISCARD = "UPDATE import_batch SET state = 'discarded', live = NULL WHERE id = $1 AND rows_posted = 0
        AND state IN ('uploaded', 'checking', 'checked', 'failed', 'stopped')";
    /// Begins to take a batch back.
    BEGIN_WITHDRAWAL = "UPDATE import_batch SET state = 'withdrawing', withdrawn_by = $2, withdraw_reason = $3
        WHERE id = $1 AND state IN ('posted', 'stopped')";
    /// A batch is taken back.
    SET_WITHDRAWN = "UPDATE import_batch SET state = 'withdrawn', live = NULL, withdrawn_at = $2
        WHERE id = $1 AND state = 'withdrawing'";
    /// Forgets the issues of an earlier check.
    DROP_ISSUES = "DELETE FROM import_issue WHERE batch = $1";
    /// Issues of a batch after a row, perhaps of one code.
    ISSUES = "SELECT row_no, seq, severity, column_title, value, code, args FROM import_issue
        WHERE batch = $1 AND (CAST($2 AS TEXT) IS NULL OR code = $2)
        AND (row_no > $3 OR (row_no = $3 AND seq > $4)) ORDER BY row_no, seq LIMIT $5";
    /// The last row that has claims.
    LAST_ROW = "SELECT MAX(row_no) FROM claim WHERE batch = $1";
    /// Takes the claims of some rows back.
    WITHDRAW_CLAIMS = "UPDATE claim SET withdrawn = $4 WHERE batch = $1 AND row_no > $2 AND row_no <= $3";
    /// The days that the claims of a batch touch.
    TOUCHED = "SELECT MIN(day), MAX(day), COUNT(*) FROM claim WHERE batch = $1";
    /// What the claims of a batch became.
    BECAME = "SELECT tie.state, COUNT(*) FROM claim JOIN tie ON tie.claim = claim.id
        WHERE claim.batch = $1 GROUP BY tie.state ORDER BY tie.state";
}

pub(crate) async fn upsert_source(tx: &mut Tx, sources: &[Source], now: Instant) -> Result<u64, DbError> {
    let rows = sources.iter().map(|source| {
        binds![
            &source.code,
            &source.name,
            source.kind.code(),
            source.region,
            source.organisation.as_deref(),
            source.active,
            now
        ]
    });
    tx.insert_many(&UPSERT_SOURCES, rows.collect::<Vec<_>>()).await
}

pub(crate) async fn source(tx: &mut Tx, code: &str) -> Result<Option<Source>, DbError> {
    tx.fetch_optional(&SOURCE, binds![code]).await
}

pub(crate) async fn sources(tx: &mut Tx) -> Result<Vec<Source>, DbError> {
    tx.fetch_all(&SOURCES, Vec::new()).await
}

fn read_mapping(text: &str) -> Result<Mapping, DbError> {
    serde_json::from_str(text).map_err(|error| DbError::Column { column: 1, problem: error.to_string() })
}

/// A version of a profile, the newest if none is asked for.
pub(crate) async fn profile(
    tx: &mut Tx,
    source: &str,
    name: &str,
    version: Option<i64>,
) -> Result<Option<(i64, Mapping)>, DbError> {
    let found: Option<(i64, String)> = match version {
        None => tx.fetch_optional(&PROFILE, binds![source, name]).await?,
        Some(version) => tx.fetch_optional(&PROFILE_VERSION, binds![source, name, version]).await?,
    };
    found.map(|(version, text)| Ok((version, read_mapping(&text)?))).transpose()
}

pub(crate) async fn profiles(tx: &mut Tx, source: &str) -> Result<Vec<(String, i64)>, DbError> {
    tx.fetch_all(&PROFILES, binds![source]).await
}

pub(crate) async fn add_profile(
    tx: &mut Tx,
    (source, name, version): (&str, &str, i64),
    mapping: &Mapping,
    by: &str,
    now: Instant,
) -> Result<(), DbError> {
    let text = serde_json::to_string(mapping).map_err(|error| DbError::Other(error.to_string()))?;
    tx.insert(&ADD_PROFILE, binds![source, name, version, text, by, now]).await.map(drop)
}

pub(crate) async fn batch(tx: &mut Tx, id: Id<ImportBatch>) -> Result<Option<Batch>, DbError> {
    tx.fetch_optional(&BATCH, binds![id]).await
}

/// The names of the files of batches.
pub(crate) async fn file_names(
    tx: &mut Tx,
    ids: &[Id<ImportBatch>],
) -> Result<Vec<(Id<ImportBatch>, String)>, DbError> {
    tx.fetch_all(&FILE_NAMES, binds![ids]).await
}

/// Batch, file and row of claims.
pub(crate) async fn rows_of_claims(
    tx: &mut Tx,
    ids: &[Id<Claim>],
) -> Result<Vec<(Id<Claim>, Id<ImportBatch>, String, u32)>, DbError> {
    tx.fetch_all(&ROWS_OF_CLAIMS, binds![ids]).await
}

/// The worksheets of those batches of which several were read as one table, so that a row of them can be named.
pub(crate) async fn sheets_of(
    tx: &mut Tx,
    batches: impl IntoIterator<Item = Id<ImportBatch>>,
) -> Result<HashMap<Id<ImportBatch>, Sheets>, DbError> {
    #[derive(serde::Deserialize)]
    struct Known {
        sheets: Sheets,
    }
    let mut ids: Vec<Id<ImportBatch>> = batches.into_iter().collect();
    ids.sort_unstable();
    ids.dedup();
    let found: Vec<(Id<ImportBatch>, Option<String>)> =
        tx.fetch_all(&SUMMARIES, binds![ids.as_slice()]).await?;
    let known = found.into_iter().filter_map(|(id, summary)| {
        let known: Known = serde_json::from_str(&summary?).ok()?;
        (!known.sheets.parts.is_empty()).then_some((id, known.sheets))
    });
    Ok(known.collect())
}

pub(crate) async fn live_files(tx: &mut Tx) -> Result<Vec<(String, String)>, DbError> {
    tx.fetch_all(&LIVE_FILES, Vec::new()).await
}

pub(crate) async fn live_batch(tx: &mut Tx, source: &str, hash: &str) -> Result<Option<Batch>, DbError> {
    tx.fetch_optional(&LIVE_BATCH, binds![source, hash]).await
}

/// What a list of batches is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct BatchFilter {
    /// Code of a source.
    pub source: Option<String>,
    /// A state.
    pub state: Option<BatchState>,
    /// Key of the person who uploaded.
    pub by: Option<String>,
    /// Uploaded on this day.
    pub day: Option<Day>,
}

/// Batches after one in the list, at most `limit`.
pub(crate) async fn batches(
    tx: &mut Tx,
    filter: &BatchFilter,
    after: Option<Id<ImportBatch>>,
    limit: i64,
) -> Result<Vec<Batch>, DbError> {
    let from = filter.day.map(beginning);
    let until = filter.day.map(|day| beginning(day.plus_days(1)));
    let state = filter.state.map(BatchState::word);
    let values = binds![filter.source.as_deref(), state, filter.by.as_deref(), from, until, after, limit];
    tx.fetch_all(&BATCHES, values).await
}

/// The first instant of a day in Shanghai.
fn beginning(day: Day) -> Instant {
    Instant::from_micros((i64::from(day.day_number()) * 86_400 - 8 * 3_600) * 1_000_000)
}

/// Whether a source's batches may be seen.
pub(crate) fn shows(visible: &Visible, source: &Source) -> bool {
    visible.shows(source.region, source.organisation.as_deref())
}

/// A batch on its way in.
pub(crate) struct NewBatch<'a> {
    pub(crate) id: Id<ImportBatch>,
    pub(crate) source: &'a str,
    pub(crate) file_name: &'a str,
    pub(crate) file_hash: &'a str,
    pub(crate) file_size: u64,
    pub(crate) profile: Option<(&'a str, i64)>,
    pub(crate) by: &'a str,
    pub(crate) now: Instant,
}

fn int(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(crate) async fn add_batch(tx: &mut Tx, batch: &NewBatch<'_>) -> Result<(), DbError> {
    let row = binds![
        batch.id,
        batch.source,
        batch.file_name,
        batch.file_hash,
        int(batch.file_size),
        batch.profile.map(|profile| profile.0),
        batch.profile.map(|profile| profile.1),
        BatchState::Uploaded.word(),
        1_i64,
        false,
        0_i64,
        0_i64,
        0_i64,
        0_i64,
        0_i64,
        0_i64,
        batch.by,
        batch.now
    ];
    tx.insert(&ADD_BATCH, row).await.map(drop)
}

pub(crate) async fn working(tx: &mut Tx) -> Result<Vec<(Id<ImportBatch>, String)>, DbError> {
    tx.fetch_all(&WORKING, Vec::new()).await
}

/// Moves a batch on; `false` if it is not in the state it is thought to be in.
pub(crate) async fn advance_state(
    tx: &mut Tx,
    id: Id<ImportBatch>,
    from: BatchState,
    to: BatchState,
) -> Result<bool, DbError> {
    Ok(tx.execute(&MOVE, binds![id, from.word(), to.word()]).await? > 0)
}

pub(crate) async fn set_job(tx: &mut Tx, id: Id<ImportBatch>, job: Id<sh_jobs::Job>) -> Result<(), DbError> {
    tx.execute(&SET_JOB, binds![id, job]).await.map(drop)
}

/// Writes down what a check found out; `false` if the batch was given up in the meantime.
pub(crate) async fn set_checked(
    tx: &mut Tx,
    id: Id<ImportBatch>,
    summary: &Summary,
    issues: &[Issue],
) -> Result<bool, DbError> {
    let text = serde_json::to_string(summary).map_err(|error| DbError::Other(error.to_string()))?;
    let values = binds![
        id,
        int(summary.rows_total),
        int(summary.rows_good),
        int(summary.rows_bad),
        int(summary.rows_skipped),
        summary.amount_good,
        summary.day_first,
        summary.day_last,
        text
    ];
    if tx.execute(&SET_CHECKED, values).await? == 0 {
        return Ok(false);
    }
    tx.execute(&DROP_ISSUES, binds![id]).await?;
    let rows: Vec<Vec<Value>> =
        issues.iter().zip(0_i64..).map(|(issue, seq)| issue_row(id, issue, seq)).collect();
    tx.insert_many(&ADD_ISSUES, rows).await?;
    Ok(true)
}

fn issue_row(id: Id<ImportBatch>, issue: &Issue, seq: i64) -> Vec<Value> {
    let args = serde_json::to_string(&issue.args).unwrap_or_else(|_| "{}".to_owned());
    let column = issue.column.as_deref();
    binds![id, issue.row, seq, issue.severity.code(), column, &issue.value, &issue.code, args]
}

/// Writes down why a file was refused. Its place is free for another upload unless a person can mend it.
pub(crate) async fn set_failed(
    tx: &mut Tx,
    id: Id<ImportBatch>,
    problem: &FileProblem,
) -> Result<bool, DbError> {
    let text = serde_json::to_string(problem).map_err(|error| DbError::Other(error.to_string()))?;
    let live = problem.is_mendable().then_some(1_i64);
    Ok(tx.execute(&SET_FAILED, binds![id, live, text]).await? > 0)
}

pub(crate) async fn set_profile(
    tx: &mut Tx,
    id: Id<ImportBatch>,
    name: &str,
    version: i64,
) -> Result<bool, DbError> {
    Ok(tx.execute(&SET_PROFILE, binds![id, name, version]).await? > 0)
}

pub(crate) async fn confirm(
    tx: &mut Tx,
    id: Id<ImportBatch>,
    good_only: bool,
    by: &str,
    now: Instant,
) -> Result<bool, DbError> {
    Ok(tx.execute(&CONFIRM, binds![id, good_only, by, now]).await? > 0)
}

pub(crate) async fn set_posted(tx: &mut Tx, id: Id<ImportBatch>, now: Instant) -> Result<bool, DbError> {
    Ok(tx.execute(&SET_POSTED, binds![id, now]).await? > 0)
}

pub(crate) async fn discard(tx: &mut Tx, id: Id<ImportBatch>) -> Result<bool, DbError> {
    Ok(tx.execute(&DISCARD, binds![id]).await? > 0)
}

pub(crate) async fn begin_withdrawal(
    tx: &mut Tx,
    id: Id<ImportBatch>,
    by: &str,
    reason: &str,
) -> Result<bool, DbError> {
    Ok(tx.execute(&BEGIN_WITHDRAWAL, binds![id, by, reason]).await? > 0)
}

pub(crate) async fn set_withdrawn(tx: &mut Tx, id: Id<ImportBatch>, now: Instant) -> Result<bool, DbError> {
    Ok(tx.execute(&SET_WITHDRAWN, binds![id, now]).await? > 0)
}

/// Issues after a place in the list, at most `limit`.
pub(crate) async fn issues(
    tx: &mut Tx,
    id: Id<ImportBatch>,
    code: Option<&str>,
    after: (i64, i64),
    limit: i64,
) -> Result<Vec<((i64, i64), Issue)>, DbError> {
    let mut found = Vec::new();
    tx.for_each(&ISSUES, binds![id, code, after.0, after.1, limit], |row| {
        let place = (row.get::<i64>(0)?, row.get::<i64>(1)?);
        let args: String = row.get(6)?;
        let issue = Issue {
            row: u32::try_from(place.0).unwrap_or(0),
            sheet: None,
            severity: Severity::from_code(row.get(2)?),
            column: row.get(3)?,
            value: row.get::<Option<String>>(4)?.unwrap_or_default(),
            code: row.get(5)?,
            args: serde_json::from_str(&args).unwrap_or_default(),
        };
        found.push((place, issue));
        Ok(())
    })
    .await?;
    Ok(found)
}

/// Notes that a group of rows is posted; `false` if the batch is not being posted any more, or another worker was
/// quicker. Nothing of the group must last then.
pub(crate) async fn advance(tx: &mut Tx, id: Id<ImportBatch>, from: u64, to: u64) -> Result<bool, DbError> {
    Ok(tx.execute(&ADVANCE, binds![id, int(from), int(to)]).await? > 0)
}

/// A claim with the row it came from.
pub(crate) struct ClaimRow<'a> {
    pub(crate) id: Id<Claim>,
    pub(crate) row: u32,
    pub(crate) claim: &'a NewClaim,
    /// Party number of the seller.
    pub(crate) seller: i64,
    /// Party number of the buyer, 0 if anonymous.
    pub(crate) buyer: i64,
}

pub(crate) async fn add_claims(
    tx: &mut Tx,
    batch: Id<ImportBatch>,
    source: &Source,
    claims: &[ClaimRow<'_>],
) -> Result<u64, DbError> {
    let rows: Vec<Vec<Value>> = claims.iter().map(|claim| claim_row(batch, source, claim)).collect();
    tx.insert_many(&ADD_CLAIMS, rows).await
}

fn claim_row(batch: Id<ImportBatch>, source: &Source, claim: &ClaimRow<'_>) -> Vec<Value> {
    let facts: &ClaimFacts = &claim.claim.facts;
    binds![
        claim.id,
        batch,
        claim.row,
        &source.code,
        source.kind.code(),
        claim.claim.content,
        claim.claim.occurrence,
        false,
        facts.day,
        if facts.precision == DayPrecision::Day { 1_i64 } else { 2 },
        claim.seller,
        &facts.seller,
        facts.seller_code.as_deref(),
        claim.buyer,
        facts.buyer.as_deref(),
        facts.buyer_kind.code(),
        &facts.product,
        facts.category.code(),
        facts.origin.map_or(0, sh_kernel::RegionCode::number),
        facts.destination.map_or(0, sh_kernel::RegionCode::number),
        facts.amount,
        facts.basis.code(),
        facts.quantity.map_or(0, |quantity| quantity.0),
        facts.order_no.as_deref(),
        facts.invoice_no.as_deref(),
        facts.stage.code(),
        facts.role.code(),
        facts.channel.code(),
        facts.outlet.as_deref(),
        facts.certified.code(),
        facts.link.code(),
        facts.event.as_deref()
    ]
}

/// The last row of a batch that has claims.
pub(crate) async fn last_row(tx: &mut Tx, id: Id<ImportBatch>) -> Result<i64, DbError> {
    let (last,): (Option<i64>,) = tx.fetch_one(&LAST_ROW, binds![id]).await?;
    Ok(last.unwrap_or(0))
}

/// Takes the claims of the rows `(after, until]` back.
pub(crate) async fn withdraw_claims(
    tx: &mut Tx,
    id: Id<ImportBatch>,
    after: i64,
    until: i64,
) -> Result<u64, DbError> {
    tx.execute(&WITHDRAW_CLAIMS, binds![id, after, until, true]).await
}

/// The first and last day that the claims of a batch touch.
pub(crate) async fn touched(tx: &mut Tx, id: Id<ImportBatch>) -> Result<Option<(Day, Day)>, DbError> {
    let (first, last, _): (Option<Day>, Option<Day>, i64) = tx.fetch_one(&TOUCHED, binds![id]).await?;
    Ok(first.zip(last))
}

/// How many claims of a batch are in each state of a tie.
pub(crate) async fn became(tx: &mut Tx, id: Id<ImportBatch>) -> Result<Vec<(i64, u64)>, DbError> {
    let rows: Vec<(i64, i64)> = tx.fetch_all(&BECAME, binds![id]).await?;
    Ok(rows.into_iter().map(|(state, count)| (state, u64::try_from(count).unwrap_or(0))).collect())
}
