//! Transfers and the postings that hold them together.

use std::fmt;

use serde::{Deserialize, Serialize};
use sh_db::{Column, DbError, IntoValue, Row, Value};
use sh_kernel::Day;
use uuid::Uuid;

use super::{Account, Book, Source};

/// So much of one unit goes from one account to another (分录).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transfer {
    /// The account that gives (借方). If it is guarded, this is what may be refused.
    pub debit: Account,
    /// The account that receives (贷方).
    pub credit: Account,
    /// How much, in the unit of both accounts; more than nothing.
    pub amount: i64,
}

impl Transfer {
    /// `amount` from `debit` to `credit`.
    pub const fn new(debit: Account, credit: Account, amount: i64) -> Self {
        Self { debit, credit, amount }
    }
}

/// Transfers that last together or not at all (凭证): what one document does to one book.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posting {
    /// The book. All accounts are of this book.
    pub book: Book,
    /// The business day it counts for.
    pub day: Day,
    /// What kind of document is behind it.
    pub source: Source,
    /// Which document.
    pub document: Uuid,
    /// What moves. Their order is kept; floors are checked after the last of them.
    pub transfers: Vec<Transfer>,
}

/// The number of a posting within its book (凭证号): 1, 2, 3 … without gaps, ascending with time.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(transparent)]
pub struct PostingNumber(pub i64);

impl fmt::Display for PostingNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Column for PostingNumber {
    fn read(row: &Row, index: usize) -> Result<Self, DbError> {
        i64::read(row, index).map(Self)
    }
}

impl IntoValue for PostingNumber {
    fn into_value(self) -> Value {
        self.0.into_value()
    }
}

/// A posting of a certain book.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PostingRef {
    /// Its book.
    pub book: Book,
    /// Its number there.
    pub number: PostingNumber,
}

impl fmt::Display for PostingRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.book, self.number)
    }
}
