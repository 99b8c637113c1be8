//! What the trailing job reads and writes.

use sh_db::{DbError, Tx, Value, binds, inserts, statements};
use uuid::Uuid;

use crate::model::{AccountId, Book, PostingNumber};

statements! {
    /// Takes the trail of a book: nobody else follows it until the transaction ends.
    TAKE_TRAIL = "UPDATE ledger_trail SET posting = posting WHERE book = $1";
    /// How far the trail has come, and how far the book has.
    TRAIL = "SELECT t.posting, b.postings FROM ledger_trail t JOIN ledger_book b ON b.book = t.book WHERE t.book = $1";
    /// Balances after the last entry.
    ENTERED = "SELECT account, balance FROM ledger_entered WHERE book = $1 AND account {{in_uuid $2}}";
    /// Notes how far the trail has come.
    SET_TRAIL = "UPDATE ledger_trail SET posting = $2 WHERE book = $1";
}

inserts! {
    /// Begins a trail.
    ADD_TRAIL = ledger_trail(book I64, posting I64) "ON CONFLICT (book) DO NOTHING";
    /// Adds entries.
    ADD_ENTRIES = ledger_entry(book I64, account Uuid, posting I64, seq I64, other Uuid, amount I64, balance I64) "";
    /// Sets balances after the last entry.
    SET_ENTERED = ledger_entered(book I64, account Uuid, balance I64)
        "ON CONFLICT (book, account) DO UPDATE SET balance = excluded.balance";
}

/// Takes the trail of a book and tells how far it has come, and how far the book has.
pub(crate) async fn take(tx: &mut Tx, book: Book) -> Result<(i64, i64), DbError> {
    if tx.execute(&TAKE_TRAIL, binds![book]).await? == 0 {
        tx.insert(&ADD_TRAIL, binds![book, 0_i64]).await?;
        tx.execute(&TAKE_TRAIL, binds![book]).await?;
    }
    tx.fetch_one(&TRAIL, binds![book]).await
}

pub(crate) async fn entered(
    tx: &mut Tx,
    book: Book,
    accounts: Vec<Uuid>,
) -> Result<Vec<(AccountId, i64)>, DbError> {
    tx.fetch_all(&ENTERED, vec![Value::I64(Some(book.0)), Value::Uuids(accounts)]).await
}

pub(crate) async fn set(tx: &mut Tx, book: Book, posting: PostingNumber) -> Result<(), DbError> {
    tx.execute(&SET_TRAIL, binds![book, posting]).await.map(drop)
}
