//! Definitions and their versions.

use sh_db::{DbError, FromRow, Row, Tx, binds, inserts, statements};
use sh_kernel::Instant;

use crate::definition::{Bilingual, Content, Definition, State};

statements! {
    ONE = "SELECT code, version, name_zh, name_en, text_zh, text_en, day_from, day_until, conditions, display, state,
        created_by, created_at, published_by, published_at FROM definition WHERE code = $1 AND version = $2";
    IN_FORCE = "SELECT code, version, name_zh, name_en, text_zh, text_en, day_from, day_until, conditions, display,
        state, created_by, created_at, published_by, published_at FROM definition
        WHERE code = $1 AND state = 'published' ORDER BY version DESC LIMIT 1";
    ALL_IN_STATE = "SELECT code, version, name_zh, name_en, text_zh, text_en, day_from, day_until, conditions, display,
        state, created_by, created_at, published_by, published_at FROM definition
        WHERE state = $1 ORDER BY code, version";
    VERSIONS = "SELECT code, version, name_zh, name_en, text_zh, text_en, day_from, day_until, conditions, display,
        state, created_by, created_at, published_by, published_at FROM definition
        WHERE code = $1 ORDER BY version DESC";
    PUBLIC_VERSIONS = "SELECT code, version, name_zh, name_en, text_zh, text_en, day_from, day_until, conditions,
        display, state, created_by, created_at, published_by, published_at FROM definition
        WHERE code = $1 AND version < $2 AND state <> 'draft' ORDER BY version DESC LIMIT $3";
    LAST_VERSION = "SELECT COALESCE(MAX(version), 0) FROM definition WHERE code = $1";
    CHANGE_DRAFT = "UPDATE definition SET name_zh = $3, name_en = $4, text_zh = $5, text_en = $6, day_from = $7,
        day_until = $8, conditions = $9, display = $10 WHERE code = $1 AND version = $2 AND state = 'draft'";
    REMOVE_DRAFT = "DELETE FROM definition WHERE code = $1 AND version = $2 AND state = 'draft'";
    RETIRE = "UPDATE definition SET state = 'retired' WHERE code = $1 AND state = 'published' AND version <> $2";
    PUBLISH = "UPDATE definition SET state = 'published', published_by = $3, published_at = $4
        WHERE code = $1 AND version = $2 AND state = 'draft'";
}

inserts! {
    ADD_DEFINITION = definition(code Text, version I64, name_zh Text, name_en Text, text_zh Text, text_en Text,
        day_from I64, day_until I64, conditions Text, display Text, state Text, created_by Text, created_at Instant,
        published_by Text, published_at Instant) "";
}

fn json<T: serde::de::DeserializeOwned>(row: &Row, column: usize) -> Result<T, DbError> {
    let text: String = row.get(column)?;
    serde_json::from_str(&text).map_err(|error| DbError::Column { column, problem: error.to_string() })
}

/// A value of this module as stored text. None of its types can fail to be written.
pub(crate) fn to_json<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

impl FromRow for Definition {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        let state: String = row.get(10)?;
        Ok(Self {
            code: row.get(0)?,
            version: row.get(1)?,
            content: Content {
                name: Bilingual { zh: row.get(2)?, en: row.get(3)? },
                text: Bilingual { zh: row.get(4)?, en: row.get(5)? },
                from: row.get(6)?,
                until: row.get(7)?,
                clauses: json(row, 8)?,
                display: json(row, 9)?,
            },
            state: State::from_word(&state)
                .ok_or_else(|| DbError::Column { column: 10, problem: format!("{state} is not a state") })?,
            created_by: row.get(11)?,
            created_at: row.get(12)?,
            published_by: row.get(13)?,
            published_at: row.get(14)?,
        })
    }
}

/// One version, or the one in force.
pub(crate) async fn find(
    tx: &mut Tx,
    code: &str,
    version: Option<i64>,
) -> Result<Option<Definition>, DbError> {
    match version {
        Some(version) => tx.fetch_optional(&ONE, binds![code, version]).await,
        None => tx.fetch_optional(&IN_FORCE, binds![code]).await,
    }
}

/// All versions in a state, in the order of their codes.
pub(crate) async fn in_state(tx: &mut Tx, state: State) -> Result<Vec<Definition>, DbError> {
    tx.fetch_all(&ALL_IN_STATE, binds![state.word()]).await
}

/// All versions of a code, latest first.
pub(crate) async fn versions(tx: &mut Tx, code: &str) -> Result<Vec<Definition>, DbError> {
    tx.fetch_all(&VERSIONS, binds![code]).await
}

/// Versions of a code below one, latest first, without drafts.
pub(crate) async fn public_versions(
    tx: &mut Tx,
    code: &str,
    before: i64,
    limit: usize,
) -> Result<Vec<Definition>, DbError> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    tx.fetch_all(&PUBLIC_VERSIONS, binds![code, before, limit]).await
}

pub(crate) async fn last_version(tx: &mut Tx, code: &str) -> Result<i64, DbError> {
    tx.fetch_one::<(i64,)>(&LAST_VERSION, binds![code]).await.map(|row| row.0)
}

pub(crate) async fn insert(tx: &mut Tx, definition: &Definition) -> Result<(), DbError> {
    let content = &definition.content;
    let row = binds![
        definition.code.as_str(),
        definition.version,
        content.name.zh.as_str(),
        content.name.en.as_str(),
        content.text.zh.as_str(),
        content.text.en.as_str(),
        content.from,
        content.until,
        to_json(&content.clauses),
        to_json(&content.display),
        definition.state.word(),
        definition.created_by.as_str(),
        definition.created_at,
        definition.published_by.as_deref(),
        definition.published_at,
    ];
    tx.insert(&ADD_DEFINITION, row).await.map(drop)
}

/// Changes a draft; `false` if there is no such draft.
pub(crate) async fn change_draft(
    tx: &mut Tx,
    code: &str,
    version: i64,
    content: &Content,
) -> Result<bool, DbError> {
    let values = binds![
        code,
        version,
        content.name.zh.as_str(),
        content.name.en.as_str(),
        content.text.zh.as_str(),
        content.text.en.as_str(),
        content.from,
        content.until,
        to_json(&content.clauses),
        to_json(&content.display),
    ];
    tx.execute(&CHANGE_DRAFT, values).await.map(|changed| changed == 1)
}

pub(crate) async fn remove_draft(tx: &mut Tx, code: &str, version: i64) -> Result<bool, DbError> {
    tx.execute(&REMOVE_DRAFT, binds![code, version]).await.map(|changed| changed == 1)
}

/// Puts a draft in force and retires the version before it; `false` if there is no such draft.
pub(crate) async fn publish(
    tx: &mut Tx,
    code: &str,
    version: i64,
    by: &str,
    at: Instant,
) -> Result<bool, DbError> {
    let changed = tx.execute(&PUBLISH, binds![code, version, by, at]).await?;
    tx.execute(&RETIRE, binds![code, version]).await?;
    Ok(changed == 1)
}
