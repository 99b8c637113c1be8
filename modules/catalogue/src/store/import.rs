//! Imports of products and their issues.

use sh_db::{DbError, FromRow, Row, Tx, Value, binds};
use sh_kernel::{Id, Instant};

use super::shop::to_json;
use crate::{
    import::{
        batch::{Batch, BatchState, Counts, ProductImport, batch_columns},
        file::FileProblem,
        issue::Issue,
    },
    model::Shop,
};

sh_db::inserts! {
    /// A new import.
    ADD_IMPORT = product_import(id Uuid, shop Uuid, file_name Text, file_hash Text, file_size I64, state Text,
        submit Bool, done I64, created_by Text, created_at Instant) "";
    /// Its issues.
    ADD_ISSUES = product_import_issue(batch Uuid, seq I64, row_no I64, column_title Text, value Text, code Text,
        args Text) "";
}

sh_db::statements! {
    /// One import.
    IMPORT = concat!("SELECT ", batch_columns!(), " FROM product_import WHERE id = $1");
    /// Imports of a shop, the newest first, after one of them.
    IMPORTS = concat!("SELECT ", batch_columns!(), " FROM product_import \
        WHERE shop = $1 AND ($2 OR id < $3) ORDER BY id DESC LIMIT $4");
    /// Imports that a job should be working on.
    AT_WORK = "SELECT id FROM product_import WHERE state IN ('uploaded', 'posting') ORDER BY id LIMIT 1000";
    /// Which job works on it.
    SET_JOB = "UPDATE product_import SET job = $2 WHERE id = $1";
    /// What the check found out.
    SET_CHECKED = "UPDATE product_import SET state = 'checked', checked = $2 WHERE id = $1 AND state = 'uploaded'";
    /// Why the file was refused.
    SET_FAILED = "UPDATE product_import SET state = 'failed', problem = $2 WHERE id = $1 AND state = 'uploaded'";
    /// Forgets the issues of a check that was cut off.
    DROP_ISSUES = "DELETE FROM product_import_issue WHERE batch = $1";
    /// A person's go-ahead.
    CONFIRM = "UPDATE product_import SET state = 'posting', submit = $2, confirmed_by = $3 \
        WHERE id = $1 AND state = 'checked'";
    /// Another group is written; only by whoever stands where the import stands.
    ADVANCE = "UPDATE product_import SET done = $3, posted = $4 WHERE id = $1 AND done = $2 AND state = 'posting'";
    /// All are written.
    SET_POSTED = "UPDATE product_import SET state = 'posted', posted_at = $2 WHERE id = $1 AND state = 'posting'";
    /// Given up.
    DISCARD = "UPDATE product_import SET state = 'discarded' WHERE id = $1 AND state IN ('uploaded', 'checked', 'failed')";
    /// Issues in the order of the rows.
    ISSUES = "SELECT row_no, column_title, value, code, args FROM product_import_issue \
        WHERE batch = $1 ORDER BY seq LIMIT $2";
}

impl FromRow for Issue {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        let args: String = row.get(4)?;
        Ok(Self {
            row: row.get(0)?,
            column: row.get(1)?,
            value: row.get(2)?,
            code: row.get(3)?,
            args: serde_json::from_str(&args)
                .map_err(|error| DbError::Column { column: 4, problem: error.to_string() })?,
        })
    }
}

/// An import on its way in.
pub(crate) struct NewImport<'a> {
    pub(crate) id: Id<ProductImport>,
    pub(crate) shop: Id<Shop>,
    pub(crate) file_name: &'a str,
    pub(crate) file_hash: &'a str,
    pub(crate) file_size: u64,
    pub(crate) by: &'a str,
    pub(crate) now: Instant,
}

pub(crate) async fn add(tx: &mut Tx, new: &NewImport<'_>) -> Result<(), DbError> {
    let row = binds![
        new.id,
        new.shop,
        new.file_name,
        new.file_hash,
        i64::try_from(new.file_size).unwrap_or(i64::MAX),
        BatchState::Uploaded.word(),
        false,
        0_i64,
        new.by,
        new.now
    ];
    tx.insert(&ADD_IMPORT, row).await.map(drop)
}

pub(crate) async fn import(tx: &mut Tx, id: Id<ProductImport>) -> Result<Option<Batch>, DbError> {
    tx.fetch_optional(&IMPORT, binds![id]).await
}

pub(crate) async fn of_shop(
    tx: &mut Tx,
    shop: Id<Shop>,
    after: Option<Id<ProductImport>>,
    limit: i64,
) -> Result<Vec<Batch>, DbError> {
    let from = after.unwrap_or(Id::from_uuid(uuid::Uuid::max()));
    tx.fetch_all(&IMPORTS, binds![shop, after.is_none(), from, limit]).await
}

pub(crate) async fn at_work(tx: &mut Tx) -> Result<Vec<Id<ProductImport>>, DbError> {
    let rows: Vec<(Id<ProductImport>,)> = tx.fetch_all(&AT_WORK, Vec::new()).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

pub(crate) async fn set_job(
    tx: &mut Tx,
    id: Id<ProductImport>,
    job: Id<sh_jobs::Job>,
) -> Result<(), DbError> {
    tx.execute(&SET_JOB, binds![id, job]).await.map(drop)
}

pub(crate) async fn set_checked(
    tx: &mut Tx,
    id: Id<ProductImport>,
    counts: &Counts,
    issues: &[Issue],
) -> Result<(), DbError> {
    if tx.execute(&SET_CHECKED, binds![id, to_json(counts)?]).await? == 0 {
        return Ok(());
    }
    tx.execute(&DROP_ISSUES, binds![id]).await?;
    let rows = issues.iter().zip(0_i64..).map(|(issue, seq)| {
        let args = to_json(&issue.args)?;
        Ok(binds![id, seq, issue.row, &issue.column, &issue.value, &issue.code, args])
    });
    let rows: Vec<Vec<Value>> = rows.collect::<Result<_, DbError>>()?;
    tx.insert_many(&ADD_ISSUES, rows).await.map(drop)
}

pub(crate) async fn set_failed(
    tx: &mut Tx,
    id: Id<ProductImport>,
    problem: &FileProblem,
) -> Result<(), DbError> {
    tx.execute(&SET_FAILED, binds![id, to_json(problem)?]).await.map(drop)
}

pub(crate) async fn confirm(
    tx: &mut Tx,
    id: Id<ProductImport>,
    submit: bool,
    by: &str,
) -> Result<bool, DbError> {
    Ok(tx.execute(&CONFIRM, binds![id, submit, by]).await? > 0)
}

pub(crate) async fn advance(
    tx: &mut Tx,
    id: Id<ProductImport>,
    (from, to): (u64, u64),
    posted: &Counts,
) -> Result<bool, DbError> {
    let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    Ok(tx.execute(&ADVANCE, binds![id, number(from), number(to), to_json(posted)?]).await? > 0)
}

pub(crate) async fn set_posted(tx: &mut Tx, id: Id<ProductImport>, now: Instant) -> Result<bool, DbError> {
    Ok(tx.execute(&SET_POSTED, binds![id, now]).await? > 0)
}

pub(crate) async fn discard(tx: &mut Tx, id: Id<ProductImport>) -> Result<bool, DbError> {
    Ok(tx.execute(&DISCARD, binds![id]).await? > 0)
}

pub(crate) async fn issues(tx: &mut Tx, id: Id<ProductImport>, limit: u32) -> Result<Vec<Issue>, DbError> {
    tx.fetch_all(&ISSUES, binds![id, limit]).await
}
