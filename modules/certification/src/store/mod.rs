//! All SQL of this module.

pub(crate) mod certificate;
pub(crate) mod import;
pub(crate) mod scheme;

use serde::{Serialize, de::DeserializeOwned};
use sh_db::{DbError, Row};

/// Reads a column that holds JSON, or nothing.
pub(crate) fn json_if<T: DeserializeOwned>(row: &Row, column: usize) -> Result<Option<T>, DbError> {
    let text: Option<String> = row.get(column)?;
    let read = text.map(|text| serde_json::from_str(&text)).transpose();
    read.map_err(|error| DbError::Column { column, problem: error.to_string() })
}

/// Reads a column that holds JSON.
pub(crate) fn json<T: DeserializeOwned>(row: &Row, column: usize) -> Result<T, DbError> {
    json_if(row, column)?.ok_or_else(|| DbError::Column { column, problem: "nothing there".to_owned() })
}

/// A value as JSON.
pub(crate) fn to_json<T: Serialize>(value: &T) -> Result<String, DbError> {
    serde_json::to_string(value).map_err(|error| DbError::Column { column: 0, problem: error.to_string() })
}
