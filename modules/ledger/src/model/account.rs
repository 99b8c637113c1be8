//! Books and accounts, and how an account is named without looking it up.

use std::fmt;

use serde::Serialize;
use sh_db::{Column, DbError, IntoValue, Row, Value};
use sh_kernel::Id;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{Kind, Unit};

/// A set of accounts that belongs to one party (账簿): numbered and sealed on its own. Every transfer stays within a
/// book; between books a posting in each, through a clearing account, does the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, utoipa::ToSchema)]
#[serde(transparent)]
pub struct Book(pub i64);

impl Book {
    /// The book of whoever runs the market (平台账簿).
    pub const MARKET: Self = Self(1);
}

impl fmt::Display for Book {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Column for Book {
    fn read(row: &Row, index: usize) -> Result<Self, DbError> {
        i64::read(row, index).map(Self)
    }
}

impl IntoValue for Book {
    fn into_value(self) -> Value {
        self.0.into_value()
    }
}

/// Whom or what an account is kept for: an order, a lot, a supplier (核算对象).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Subject(Uuid);

impl Subject {
    /// The only subject of its kind, such as the operator.
    pub const ONLY: Self = Self(Uuid::nil());

    /// Something with an identifier.
    pub const fn of<T>(id: Id<T>) -> Self {
        Self(id.uuid())
    }

    /// Something that is known by a number, such as a party.
    pub const fn number(number: i64) -> Self {
        Self(Uuid::from_u64_pair(number.cast_unsigned(), 0))
    }

    /// Something that two things name together, such as a lot at a location. Begins as the first one begins.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let hash = short_hash(&[b"pair", self.0.as_bytes(), other.0.as_bytes()]);
        Self(Uuid::from_u64_pair(self.0.as_u64_pair().0, hash))
    }

    /// One of several accounts that share the load of a busy one, for engines on which each order is a transaction of
    /// its own. A group commit needs none.
    #[must_use]
    pub fn stripe(self, number: u8) -> Self {
        self.and(Self::number(i64::from(number)))
    }

    /// The stored form.
    pub const fn uuid(self) -> Uuid {
        self.0
    }

    /// From the stored form.
    pub const fn from_uuid(uuid: Uuid) -> Self {
        Self(uuid)
    }
}

/// The identifier of an account within its book. It follows from kind and subject.
///
/// Begins with the kind, then as the subject begins, and ends in a hash of everything: accounts of a kind lie together
/// in the table, and those of things that were made together lie side by side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId(Uuid);

impl AccountId {
    fn new(book: Book, kind: Kind, subject: Subject) -> Self {
        let kind = kind.number();
        let hash = short_hash(&[b"account", &book.0.to_be_bytes(), &[kind], subject.0.as_bytes()]);
        let begin = u64::from(kind) << 56 | subject.0.as_u64_pair().0 >> 8;
        Self(Uuid::from_u64_pair(begin, hash))
    }

    /// Below every identifier that an account of this kind could have.
    pub fn before(kind: Kind) -> Self {
        Self(Uuid::from_u64_pair((u64::from(kind.number()) << 56).saturating_sub(1), u64::MAX))
    }

    /// The last identifier that an account of this kind could have.
    pub fn last_of(kind: Kind) -> Self {
        Self(Uuid::from_u64_pair((u64::from(kind.number()) << 56) | ((1 << 56) - 1), u64::MAX))
    }

    /// Whether it is that of an account of this kind.
    pub fn is_of(self, kind: Kind) -> bool {
        self > Self::before(kind) && self <= Self::last_of(kind)
    }

    /// The raw identifier.
    pub const fn uuid(self) -> Uuid {
        self.0
    }

    /// From the raw identifier, as a page's address carries it.
    pub const fn from_uuid(uuid: Uuid) -> Self {
        Self(uuid)
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

macro_rules! as_uuid {
    ($($name:ident),*) => {$(
        impl Column for $name {
            fn read(row: &Row, index: usize) -> Result<Self, DbError> {
                Uuid::read(row, index).map(Self)
            }
        }
        impl IntoValue for $name {
            fn into_value(self) -> Value {
                self.0.into_value()
            }
        }
    )*};
}
as_uuid!(Subject, AccountId);

/// An account as callers name it. It need not exist: the first transfer opens it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Account {
    /// Its book.
    pub book: Book,
    /// Its identifier, which follows from book, kind and subject.
    pub id: AccountId,
    /// What it is for.
    pub kind: Kind,
    /// Whom or what it is kept for.
    pub subject: Subject,
    /// What it counts.
    pub unit: Unit,
    /// The floor that it is opened with. An account that exists keeps its own.
    pub floor: Option<i64>,
}

impl Account {
    /// An account that counts `unit`, with the floor of its kind.
    pub fn new(book: Book, kind: Kind, subject: Subject, unit: Unit) -> Self {
        Self { book, id: AccountId::new(book, kind, subject), kind, subject, unit, floor: kind.floor() }
    }

    /// An account of money.
    pub fn money(book: Book, kind: Kind, subject: Subject) -> Self {
        Self::new(book, kind, subject, Unit::Fen)
    }

    /// The same account, opened with this floor if it does not exist yet.
    #[must_use]
    pub const fn floor(mut self, floor: Option<i64>) -> Self {
        self.floor = floor;
        self
    }
}

/// The first eight bytes of SHA-256.
fn short_hash(parts: &[&[u8]]) -> u64 {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
    }
    let bytes = hash.finalize();
    bytes.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_found_without_asking() {
        let subject = Subject::number(7);
        let account = Account::money(Book::MARKET, Kind::Payable, subject);
        assert_eq!(account.id, Account::money(Book::MARKET, Kind::Payable, subject).id);
        for other in [
            Account::money(Book(2), Kind::Payable, subject),
            Account::money(Book::MARKET, Kind::Commission, subject),
            Account::money(Book::MARKET, Kind::Payable, Subject::number(8)),
            Account::money(Book::MARKET, Kind::Payable, subject.stripe(1)),
        ] {
            assert_ne!(account.id, other.id, "{other:?}");
        }
        // Stored in databases: the rule must not change.
        assert_eq!(account.id.to_string(), "15000000-0000-0000-2885-b26bf85cf529");
    }

    #[test]
    fn a_kind_lies_together_in_the_order_of_its_subjects() {
        let id = |kind, time: u64| {
            let subject = Subject::from_uuid(Uuid::from_u64_pair(time << 16, 5));
            Account::money(Book::MARKET, kind, subject).id
        };
        assert!(id(Kind::Receivable, 1) < id(Kind::Receivable, 2));
        assert!(id(Kind::Receivable, u64::MAX >> 16) <= AccountId::before(Kind::Payable));
        assert!(id(Kind::Receivable, u64::MAX >> 16) <= AccountId::last_of(Kind::Receivable));
        assert!(id(Kind::Receivable, 0) > AccountId::before(Kind::Receivable));
    }
}
