//! Search in Chinese texts, in the engine's own full-text index: FTS5 on SQLite, a GIN index over `tsvector` on
//! PostgreSQL, with one table and one set of calls for both.
//!
//! A module enters what can be found as an [`Entry`] in the transaction that writes the thing itself ([`put`],
//! [`forget`]), so nothing is found that is not there. Whoever searches may type words, the beginning of one, pinyin,
//! initials, or any of them with one slip; [`find`] tells how closely it had to look ([`How`]).
//!
//! A document becomes tokens: every character and every pair of its name, words of its description, the sounds and
//! initials of the pairs, what its name ends with, its facets. A question becomes an expression over the same tokens, so
//! both engines find exactly the same, and the ranking is computed here and not by the engines.

mod index;
mod query;
mod rank;
mod search;
mod sound;
mod store;
mod text;
mod words;

use sh_db::{DbError, Insert, Migration, Sql, Tx};
use uuid::Uuid;

pub use index::Entry;
pub use query::How;
pub use search::{After, COUNTED_MAX, Found, Hit, Order, RANKED_MAX, Search, count, find};
pub use words::load_dictionary;

/// The schema of this crate.
pub const MIGRATIONS: &[Migration] =
    &[Migration { module: "search", version: 1, text: include_str!("../migrations/0001_search.sql") }];

/// The statements of this crate, for the program's list.
pub const STATEMENTS: &[Sql] = store::ALL.0;

/// The bulk writes of this crate, likewise.
pub const INSERTS: &[Insert] = store::ALL.1;

/// Enters documents into the index, or enters them anew. Returns how many rows were written.
///
/// # Errors
/// What the database refuses.
pub async fn put(tx: &mut Tx, entries: impl IntoIterator<Item = Entry> + Send) -> Result<u64, DbError> {
    store::put(tx, entries).await
}

/// Sets the two numbers of a document without reading its texts again. Returns whether it is there.
///
/// # Errors
/// What the database refuses.
pub async fn set_numbers(tx: &mut Tx, kind: &str, id: Uuid, numbers: (i64, i64)) -> Result<bool, DbError> {
    Ok(store::set_numbers(tx, kind, id, numbers).await? > 0)
}

/// Takes documents out of the index. Returns how many were there.
///
/// # Errors
/// What the database refuses.
pub async fn forget(tx: &mut Tx, kind: &str, ids: &[Uuid]) -> Result<u64, DbError> {
    store::forget(tx, kind, ids).await
}

/// The pinyin of a text without tones, for sorting by it: `木耳` is `mu er`.
pub fn pinyin(text: &str) -> String {
    let first = |sign: char| sound::readings(sign).into_iter().next().unwrap_or_else(|| sign.to_string());
    text.chars().map(first).collect::<Vec<_>>().join(" ")
}
