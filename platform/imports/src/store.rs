//! Imports of tables and their issues.

use sh_db::{DbError, FromRow, Row, Tx, Value, binds};
use sh_kernel::{Id, Instant};
use uuid::Uuid;

use crate::{
    file::FileProblem,
    model::{Counts, Import, Issue, State, TableImport},
    table::Owner,
};

/// The columns that [`Import`] is read from.
macro_rules! import_columns {
    () => {
        "id, kind, owner, organisation, owner_name, file_name, file_hash, state, checked, done, posted, problem, \
         created_by, created_at, confirmed_by, posted_at, job"
    };
}

sh_db::inserts! {
    /// A new import.
    ADD_IMPORT = table_import(id Uuid, kind Text, owner Uuid, organisation Text, owner_name Text, file_name Text,
        file_hash Text, file_size I64, state I64, done I64, created_by Text, created_at Instant) "";
    /// What is to be known of rows.
    ADD_ISSUES = table_import_issue(import Uuid, row_no I64, seq I64, notice Bool, column_title Text, value Text,
        code Text, args Text) "";
}

sh_db::statements! {
    /// One import.
    IMPORT = concat!("SELECT ", import_columns!(), " FROM table_import WHERE id = $1");
    /// Imports of an owner, the newest first, before one of them.
    IMPORTS = concat!("SELECT ", import_columns!(), " FROM table_import WHERE kind = $1 AND owner = $2 AND id < $3 \
        ORDER BY id DESC LIMIT $4");
    /// Imports that a job should be working on.
    AT_WORK = concat!("SELECT ", import_columns!(), " FROM table_import WHERE state IN (1, 4) ORDER BY id LIMIT 1000");
    /// Which job works on it.
    SET_JOB = "UPDATE table_import SET job = $2 WHERE id = $1";
    /// What the check found out.
    SET_CHECKED = "UPDATE table_import SET state = 2, checked = $2 WHERE id = $1 AND state = 1";
    /// Why the file was refused.
    SET_FAILED = "UPDATE table_import SET state = 3, problem = $2 WHERE id = $1 AND state = 1";
    /// A person's go-ahead.
    CONFIRM = "UPDATE table_import SET state = 4, confirmed_by = $2 WHERE id = $1 AND state = 2";
    /// Another group is written; only by whoever stands where the import stands.
    ADVANCE = "UPDATE table_import SET done = $3, posted = $4 WHERE id = $1 AND done = $2 AND state = 4";
    /// All are written.
    SET_POSTED = "UPDATE table_import SET state = 5, posted_at = $2 WHERE id = $1 AND state = 4";
    /// Given up.
    DISCARD = "UPDATE table_import SET state = 6 WHERE id = $1 AND state IN (1, 2, 3)";
    /// Forgets what was known of some rows.
    DROP_ISSUES = "DELETE FROM table_import_issue WHERE import = $1 AND row_no BETWEEN $2 AND $3";
    /// Issues, what was rejected before what is only noted, in the order of the rows.
    ISSUES = "SELECT row_no, notice, column_title, value, code, args FROM table_import_issue WHERE import = $1 \
        ORDER BY notice, row_no, seq LIMIT $2";
}

fn json_if<T: serde::de::DeserializeOwned>(row: &Row, column: usize) -> Result<Option<T>, DbError> {
    let text: Option<String> = row.get(column)?;
    text.map(|text| from_json(&text, column)).transpose()
}

fn from_json<T: serde::de::DeserializeOwned>(text: &str, column: usize) -> Result<T, DbError> {
    serde_json::from_str(text).map_err(|error| DbError::Column { column, problem: error.to_string() })
}

fn to_json(value: &impl serde::Serialize) -> Result<String, DbError> {
    serde_json::to_string(value).map_err(|error| DbError::Other(error.to_string()))
}

fn number(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

impl FromRow for Import {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        let done: i64 = row.get(9)?;
        Ok(Self {
            id: row.get(0)?,
            kind: row.get(1)?,
            owner: Owner { id: row.get(2)?, organisation: row.get(3)?, name: row.get(4)? },
            file_name: row.get(5)?,
            file_hash: row.get(6)?,
            state: row.get(7)?,
            checked: json_if(row, 8)?,
            done: u64::try_from(done).unwrap_or(0),
            posted: json_if(row, 10)?.unwrap_or_default(),
            problem: json_if(row, 11)?,
            created_by: row.get(12)?,
            created_at: row.get(13)?,
            confirmed_by: row.get(14)?,
            posted_at: row.get(15)?,
            job: row.get(16)?,
        })
    }
}

impl FromRow for Issue {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        let args: String = row.get(5)?;
        Ok(Self {
            row: row.get(0)?,
            notice: row.get(1)?,
            column: row.get(2)?,
            value: row.get(3)?,
            code: row.get(4)?,
            args: from_json(&args, 5)?,
        })
    }
}

/// An import on its way in.
pub(crate) struct NewImport<'a> {
    pub(crate) id: Id<TableImport>,
    pub(crate) kind: &'a str,
    pub(crate) owner: &'a Owner,
    pub(crate) file_name: &'a str,
    pub(crate) file_hash: &'a str,
    pub(crate) file_size: u64,
    pub(crate) by: &'a str,
    pub(crate) now: Instant,
}

pub(crate) async fn add(tx: &mut Tx, new: &NewImport<'_>) -> Result<(), DbError> {
    let row = binds![
        new.id,
        new.kind,
        new.owner.id,
        new.owner.organisation.clone(),
        &new.owner.name,
        new.file_name,
        new.file_hash,
        number(new.file_size),
        State::Uploaded.code(),
        0_i64,
        new.by,
        new.now
    ];
    tx.insert(&ADD_IMPORT, row).await.map(drop)
}

pub(crate) async fn import(tx: &mut Tx, id: Id<TableImport>) -> Result<Option<Import>, DbError> {
    tx.fetch_optional(&IMPORT, binds![id]).await
}

pub(crate) async fn imports(
    tx: &mut Tx,
    (kind, owner): (&str, Uuid),
    before: Option<Id<TableImport>>,
    limit: i64,
) -> Result<Vec<Import>, DbError> {
    let before = before.unwrap_or(Id::from_uuid(Uuid::max()));
    tx.fetch_all(&IMPORTS, binds![kind, owner, before, limit]).await
}

pub(crate) async fn at_work(tx: &mut Tx) -> Result<Vec<Import>, DbError> {
    tx.fetch_all(&AT_WORK, Vec::new()).await
}

pub(crate) async fn set_job(tx: &mut Tx, id: Id<TableImport>, job: Id<sh_jobs::Job>) -> Result<(), DbError> {
    tx.execute(&SET_JOB, binds![id, job]).await.map(drop)
}

pub(crate) async fn set_checked(
    tx: &mut Tx,
    id: Id<TableImport>,
    counts: &Counts,
    issues: &[Issue],
) -> Result<(), DbError> {
    if tx.execute(&SET_CHECKED, binds![id, to_json(counts)?]).await? == 0 {
        return Ok(());
    }
    set_issues(tx, id, (0, u32::MAX), issues).await
}

/// Puts what is to be known of the rows from one to another in place of what was known before.
async fn set_issues(
    tx: &mut Tx,
    id: Id<TableImport>,
    (first, last): (u32, u32),
    issues: &[Issue],
) -> Result<(), DbError> {
    tx.execute(&DROP_ISSUES, binds![id, i64::from(first), i64::from(last)]).await?;
    let rows = issues.iter().zip(0_i64..).map(|(issue, seq)| {
        let args = to_json(&issue.args)?;
        Ok(binds![
            id,
            i64::from(issue.row),
            seq,
            issue.notice,
            &issue.column,
            &issue.value,
            &issue.code,
            args
        ])
    });
    let rows: Vec<Vec<Value>> = rows.collect::<Result<_, DbError>>()?;
    tx.insert_many(&ADD_ISSUES, rows).await.map(drop)
}

pub(crate) async fn set_failed(
    tx: &mut Tx,
    id: Id<TableImport>,
    problem: &FileProblem,
) -> Result<(), DbError> {
    tx.execute(&SET_FAILED, binds![id, to_json(problem)?]).await.map(drop)
}

pub(crate) async fn confirm(tx: &mut Tx, id: Id<TableImport>, by: &str) -> Result<bool, DbError> {
    Ok(tx.execute(&CONFIRM, binds![id, by]).await? > 0)
}

/// Notes a group as written, with its rows from `first` to `last`. `false` if another worker has gone further.
pub(crate) async fn advance(
    tx: &mut Tx,
    id: Id<TableImport>,
    (from, counts): (u64, &Counts),
    rows: (u32, u32),
    issues: &[Issue],
) -> Result<bool, DbError> {
    let values = binds![id, number(from), number(counts.rows), to_json(counts)?];
    if tx.execute(&ADVANCE, values).await? == 0 {
        return Ok(false);
    }
    set_issues(tx, id, rows, issues).await?;
    Ok(true)
}

pub(crate) async fn set_posted(tx: &mut Tx, id: Id<TableImport>, now: Instant) -> Result<bool, DbError> {
    Ok(tx.execute(&SET_POSTED, binds![id, now]).await? > 0)
}

pub(crate) async fn discard(tx: &mut Tx, id: Id<TableImport>) -> Result<bool, DbError> {
    Ok(tx.execute(&DISCARD, binds![id]).await? > 0)
}

pub(crate) async fn issues(tx: &mut Tx, id: Id<TableImport>, limit: u32) -> Result<Vec<Issue>, DbError> {
    tx.fetch_all(&ISSUES, binds![id, limit]).await
}
