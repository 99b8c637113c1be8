//! Imports of registers and their issues.

use sh_db::{DbError, FromRow, Row, Tx, Value, binds};
use sh_kernel::{Id, Instant};

use super::{json, to_json};
use crate::{
    import::{
        batch::{Batch, BatchState, Counts, batch_columns},
        file::FileProblem,
        issue::Issue,
    },
    model::RegisterImport,
};

sh_db::inserts! {
    /// A new import.
    ADD_IMPORT = register_import(id Uuid, scheme Text, scheme_version I64, file_name Text, file_hash Text, state I64,
        done I64, created_by Text, creator Text, created_at Instant) "";
    /// Its issues.
    ADD_ISSUES = register_import_issue(batch Uuid, seq I64, row_no I64, column_title Text, value Text, code Text,
        args Text) "";
}

sh_db::statements! {
    /// One import.
    IMPORT = concat!("SELECT ", batch_columns!(), " FROM register_import WHERE id = $1");
    /// Imports, the newest first, before one of them: of one person, or of all.
    IMPORTS = concat!("SELECT ", batch_columns!(), " FROM register_import
        WHERE id < $1 AND (CAST($2 AS TEXT) IS NULL OR creator = $2) ORDER BY id DESC LIMIT $3");
    /// The latest import of a file for a scheme that was not given up.
    STANDING = concat!("SELECT ", batch_columns!(), " FROM register_import
        WHERE scheme = $1 AND file_hash = $2 AND state IN (1, 2, 4, 5) ORDER BY id DESC LIMIT 1");
    /// Imports that a job should be working on.
    AT_WORK = "SELECT id FROM register_import WHERE state IN (1, 4) ORDER BY id LIMIT 1000";
    /// Which job works on it.
    SET_JOB = "UPDATE register_import SET job = $2 WHERE id = $1";
    /// What the check found out.
    SET_CHECKED = "UPDATE register_import SET state = 2, checked = $2 WHERE id = $1 AND state = 1";
    /// Why the file was refused.
    SET_FAILED = "UPDATE register_import SET state = 3, problem = $2 WHERE id = $1 AND state = 1";
    /// Forgets the issues of a check that was cut off.
    DROP_ISSUES = "DELETE FROM register_import_issue WHERE batch = $1";
    /// A person's go-ahead.
    CONFIRM = "UPDATE register_import SET state = 4, confirmed_by = $2 WHERE id = $1 AND state = 2";
    /// Another group is written; only by whoever stands where the import stands.
    ADVANCE = "UPDATE register_import SET done = $3, posted = $4 WHERE id = $1 AND done = $2 AND state = 4";
    /// All are written.
    SET_POSTED = "UPDATE register_import SET state = 5 WHERE id = $1 AND state = 4";
    /// Given up.
    DISCARD = "UPDATE register_import SET state = 6 WHERE id = $1 AND state IN (1, 2, 3)";
    /// Issues in the order of the rows.
    ISSUES = "SELECT row_no, column_title, value, code, args FROM register_import_issue
        WHERE batch = $1 ORDER BY seq LIMIT $2";
}

impl FromRow for Issue {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self {
            row: row.get(0)?,
            column: row.get(1)?,
            value: row.get(2)?,
            code: row.get(3)?,
            args: json(row, 4)?,
        })
    }
}

/// An import on its way in.
pub(crate) struct NewImport<'a> {
    pub(crate) id: Id<RegisterImport>,
    pub(crate) scheme: (&'a str, i64),
    pub(crate) file_name: &'a str,
    pub(crate) file_hash: &'a str,
    pub(crate) by: &'a str,
    pub(crate) creator: &'a str,
    pub(crate) now: Instant,
}

pub(crate) async fn add(tx: &mut Tx, new: &NewImport<'_>) -> Result<(), DbError> {
    let row = binds![
        new.id,
        new.scheme.0,
        new.scheme.1,
        new.file_name,
        new.file_hash,
        BatchState::Uploaded.code(),
        0_i64,
        new.by,
        new.creator,
        new.now
    ];
    tx.insert(&ADD_IMPORT, row).await.map(drop)
}

pub(crate) async fn import(tx: &mut Tx, id: Id<RegisterImport>) -> Result<Option<Batch>, DbError> {
    tx.fetch_optional(&IMPORT, binds![id]).await
}

pub(crate) async fn imports(
    tx: &mut Tx,
    before: Option<Id<RegisterImport>>,
    creator: Option<&str>,
    limit: i64,
) -> Result<Vec<Batch>, DbError> {
    let before = before.unwrap_or(Id::from_uuid(uuid::Uuid::max()));
    tx.fetch_all(&IMPORTS, binds![before, creator, limit]).await
}

pub(crate) async fn standing(tx: &mut Tx, scheme: &str, hash: &str) -> Result<Option<Batch>, DbError> {
    tx.fetch_optional(&STANDING, binds![scheme, hash]).await
}

pub(crate) async fn at_work(tx: &mut Tx) -> Result<Vec<Id<RegisterImport>>, DbError> {
    let rows: Vec<(Id<RegisterImport>,)> = tx.fetch_all(&AT_WORK, Vec::new()).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

pub(crate) async fn set_job(
    tx: &mut Tx,
    id: Id<RegisterImport>,
    job: Id<sh_jobs::Job>,
) -> Result<(), DbError> {
    tx.execute(&SET_JOB, binds![id, job]).await.map(drop)
}

pub(crate) async fn set_checked(
    tx: &mut Tx,
    id: Id<RegisterImport>,
    counts: &Counts,
    issues: &[Issue],
) -> Result<(), DbError> {
    if tx.execute(&SET_CHECKED, binds![id, to_json(counts)?]).await? == 0 {
        return Ok(());
    }
    tx.execute(&DROP_ISSUES, binds![id]).await?;
    let rows = issues.iter().zip(0_i64..).map(|(issue, seq)| {
        Ok(binds![id, seq, issue.row, &issue.column, &issue.value, &issue.code, to_json(&issue.args)?])
    });
    let rows: Vec<Vec<Value>> = rows.collect::<Result<_, DbError>>()?;
    tx.insert_many(&ADD_ISSUES, rows).await.map(drop)
}

pub(crate) async fn set_failed(
    tx: &mut Tx,
    id: Id<RegisterImport>,
    problem: &FileProblem,
) -> Result<(), DbError> {
    tx.execute(&SET_FAILED, binds![id, to_json(problem)?]).await.map(drop)
}

pub(crate) async fn confirm(tx: &mut Tx, id: Id<RegisterImport>, by: &str) -> Result<bool, DbError> {
    Ok(tx.execute(&CONFIRM, binds![id, by]).await? > 0)
}

pub(crate) async fn advance(
    tx: &mut Tx,
    id: Id<RegisterImport>,
    (from, to): (u64, u64),
    posted: &Counts,
) -> Result<bool, DbError> {
    let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    Ok(tx.execute(&ADVANCE, binds![id, number(from), number(to), to_json(posted)?]).await? > 0)
}

pub(crate) async fn set_posted(tx: &mut Tx, id: Id<RegisterImport>) -> Result<bool, DbError> {
    Ok(tx.execute(&SET_POSTED, binds![id]).await? > 0)
}

pub(crate) async fn discard(tx: &mut Tx, id: Id<RegisterImport>) -> Result<bool, DbError> {
    Ok(tx.execute(&DISCARD, binds![id]).await? > 0)
}

pub(crate) async fn issues(tx: &mut Tx, id: Id<RegisterImport>, limit: u32) -> Result<Vec<Issue>, DbError> {
    tx.fetch_all(&ISSUES, binds![id, limit]).await
}
