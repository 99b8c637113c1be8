//! Schemes and their versions.

use sh_db::{DbError, FromRow, Row, Tx, binds};
use sh_kernel::Instant;

use super::{json, to_json};
use crate::model::Scheme;

/// Versions of schemes that are read at once; an installation has some dozens.
const SCHEMES_MAX: i64 = 1_000;

sh_db::inserts! {
    /// A new version.
    ADD_SCHEME = scheme(code Text, version I64, content Text, published_at Instant, published_by Text) "";
}

sh_db::statements! {
    /// The newest version of each scheme, those that came first first.
    SCHEMES = "SELECT s.content, s.version FROM scheme s
        WHERE s.version = (SELECT MAX(n.version) FROM scheme n WHERE n.code = s.code)
        ORDER BY (SELECT MIN(f.published_at) FROM scheme f WHERE f.code = s.code), s.code LIMIT $1";
    /// The newest version of a scheme.
    SCHEME = "SELECT content, version FROM scheme WHERE code = $1 ORDER BY version DESC LIMIT 1";
    /// One version of a scheme.
    SCHEME_VERSION = "SELECT content, version FROM scheme WHERE code = $1 AND version = $2";
}

/// A published version of a scheme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// What it says.
    pub scheme: Scheme,
    /// Its version, from 1.
    pub version: i64,
}

impl FromRow for Published {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self { scheme: json(row, 0)?, version: row.get(1)? })
    }
}

pub(crate) async fn schemes(tx: &mut Tx) -> Result<Vec<Published>, DbError> {
    tx.fetch_all(&SCHEMES, binds![SCHEMES_MAX]).await
}

pub(crate) async fn scheme(tx: &mut Tx, code: &str) -> Result<Option<Published>, DbError> {
    tx.fetch_optional(&SCHEME, binds![code]).await
}

pub(crate) async fn version(tx: &mut Tx, code: &str, version: i64) -> Result<Option<Published>, DbError> {
    tx.fetch_optional(&SCHEME_VERSION, binds![code, version]).await
}

pub(crate) async fn add(tx: &mut Tx, new: &Published, at: Instant, by: &str) -> Result<(), DbError> {
    let row = binds![&new.scheme.code, new.version, to_json(&new.scheme)?, at, by];
    tx.insert(&ADD_SCHEME, row).await.map(drop)
}
