//! What the audit reads.

use std::collections::HashMap;

use sh_db::{DbError, Tx, binds, statements};

use super::rows::{SealRow, account};
use crate::{
    model::{Account, AccountId, Book, Kind, PostingNumber, Unit},
    seal::{SealedPosting, SealedTransfer},
};

statements! {
    /// All books.
    BOOKS = "SELECT book, postings, seals, hash FROM ledger_book ORDER BY book";
    /// Every account of a book, for the audit.
    ALL_ACCOUNTS = "SELECT id, kind, subject, unit, floor, balance FROM ledger_account WHERE book = $1";
    /// Accounts of a kind with something on them.
    OF_KIND = "SELECT id, balance FROM ledger_account WHERE book = $1 AND id > $2 AND id <= $3 AND balance <> 0";
    /// Every day's turnover of a book, for the audit.
    ALL_TURNOVER = "SELECT day, kind, unit, debit, credit FROM ledger_turnover WHERE book = $1 ORDER BY day, kind, unit";
    /// Seals after one, in order.
    SEALS_AFTER = "SELECT seq, first, last, at, previous, hash FROM ledger_seal
        WHERE book = $1 AND seq > $2 ORDER BY seq LIMIT $3";
    /// Postings of a range, in order.
    POSTINGS_BETWEEN = "SELECT number, at, day, source, document, key, reverses FROM ledger_posting
        WHERE book = $1 AND number BETWEEN $2 AND $3 ORDER BY number";
    /// Transfers of a range of postings, in order.
    TRANSFERS_BETWEEN = "SELECT posting, seq, debit, credit, unit, amount FROM ledger_transfer
        WHERE book = $1 AND posting BETWEEN $2 AND $3 ORDER BY posting, seq";
}

/// A book: its number, and where it stands.
pub(crate) async fn books(tx: &mut Tx) -> Result<Vec<(Book, i64, i64, Vec<u8>)>, DbError> {
    tx.fetch_all(&BOOKS, binds![]).await
}

pub(crate) async fn each_account(
    tx: &mut Tx,
    book: Book,
    mut take: impl FnMut(Account, i64) -> Result<(), DbError> + Send,
) -> Result<(), DbError> {
    tx.for_each(&ALL_ACCOUNTS, binds![book], |row| {
        let (account, balance) = account(book, row)?;
        take(account, balance)
    })
    .await
}

pub(crate) async fn of_kind(tx: &mut Tx, book: Book, kind: Kind) -> Result<HashMap<AccountId, i64>, DbError> {
    let binds = binds![book, AccountId::before(kind), AccountId::last_of(kind)];
    Ok(tx.fetch_all(&OF_KIND, binds).await?.into_iter().collect())
}

pub(crate) async fn seals_after(
    tx: &mut Tx,
    book: Book,
    after: i64,
    limit: i64,
) -> Result<Vec<SealRow>, DbError> {
    tx.fetch_all(&SEALS_AFTER, binds![book, after, limit]).await
}

/// Postings from `first` to `last`, and their transfers.
pub(crate) async fn between(
    tx: &mut Tx,
    book: Book,
    first: PostingNumber,
    last: PostingNumber,
) -> Result<(Vec<SealedPosting>, Vec<SealedTransfer>), DbError> {
    let postings = tx.fetch_all(&POSTINGS_BETWEEN, binds![book, first, last]).await?;
    Ok((postings, transfers_between(tx, book, first, last).await?))
}

pub(crate) async fn transfers_between(
    tx: &mut Tx,
    book: Book,
    first: PostingNumber,
    last: PostingNumber,
) -> Result<Vec<SealedTransfer>, DbError> {
    tx.fetch_all(&TRANSFERS_BETWEEN, binds![book, first, last]).await
}

/// A day's turnover of a kind: day, kind, unit, given, received.
pub(crate) type TurnoverRow = (i64, Kind, Unit, i64, i64);

pub(crate) async fn turnover(tx: &mut Tx, book: Book) -> Result<Vec<TurnoverRow>, DbError> {
    tx.fetch_all(&ALL_TURNOVER, binds![book]).await
}
