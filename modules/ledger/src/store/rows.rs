//! Rows as they are stored.

use sh_db::{DbError, FromRow, Row};
use sh_kernel::Instant;

use crate::{
    model::{Account, AccountId, Book, Kind, PostingNumber, Subject, Unit},
    seal::{SealedPosting, SealedTransfer},
};

/// A seal as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SealRow {
    pub(crate) seq: i64,
    pub(crate) first: PostingNumber,
    pub(crate) last: PostingNumber,
    pub(crate) at: Instant,
    pub(crate) previous: Vec<u8>,
    pub(crate) hash: Vec<u8>,
}

impl FromRow for SealRow {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self {
            seq: row.get(0)?,
            first: row.get(1)?,
            last: row.get(2)?,
            at: row.get(3)?,
            previous: row.get(4)?,
            hash: row.get(5)?,
        })
    }
}

impl FromRow for SealedPosting {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self {
            number: row.get(0)?,
            at: row.get(1)?,
            day: row.get(2)?,
            source: row.get(3)?,
            document: row.get(4)?,
            key: row.get(5)?,
            reverses: row.get(6)?,
        })
    }
}

impl FromRow for SealedTransfer {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self {
            posting: row.get(0)?,
            seq: row.get(1)?,
            debit: row.get(2)?,
            credit: row.get(3)?,
            unit: row.get(4)?,
            amount: row.get(5)?,
        })
    }
}

/// An account and its balance: id, kind, subject, unit, floor, balance.
pub(super) fn account(book: Book, row: &Row) -> Result<(Account, i64), DbError> {
    let account = Account {
        book,
        id: row.get::<AccountId>(0)?,
        kind: row.get::<Kind>(1)?,
        subject: row.get::<Subject>(2)?,
        unit: row.get::<Unit>(3)?,
        floor: row.get(4)?,
    };
    Ok((account, row.get(5)?))
}
