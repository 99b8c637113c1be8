//! What a plan reads and writes. Rows are found by the keys of their tables; nothing that the writer appends to has
//! another index.

use sh_db::{DbError, FromRow, Row, Tx, Value, binds, inserts, statements, updates};
use sh_kernel::Instant;
use uuid::Uuid;

use super::rows::account;
use crate::{
    model::{Account, Book, PostingNumber},
    seal::SealedTransfer,
};

statements! {
    /// Where a book stands. Its row is held until the transaction ends; SQLite has one writer anyway.
    LOCK_BOOK = "SELECT postings, seals, hash, at FROM ledger_book WHERE book = $1",
        postgres "SELECT postings, seals, hash, at FROM ledger_book WHERE book = $1 FOR NO KEY UPDATE";
    /// Accounts by their identifiers, in the order of their keys.
    ACCOUNTS = "SELECT id, kind, subject, unit, floor, balance FROM ledger_account
        WHERE book = $1 AND id {{in_uuid $2}} ORDER BY id";
    /// Answers that were given to these keys on these days.
    ANSWERS = "SELECT key, body, answer FROM ledger_answer
        WHERE book = $1 AND day {{in_i64 $2}} AND key {{in_uuid $3}}";
    /// Which of these postings were taken back.
    REVERSALS = "SELECT posting, by FROM ledger_reversal WHERE book = $1 AND posting {{in_i64 $2}}";
    /// Transfers of these postings.
    TRANSFERS_OF = "SELECT posting, seq, debit, credit, unit, amount FROM ledger_transfer
        WHERE book = $1 AND posting {{in_i64 $2}} ORDER BY posting, seq";
    /// Forgets the answers of days that are over.
    FORGET_ANSWERS = "DELETE FROM ledger_answer WHERE book = $1 AND day < $2";
}

inserts! {
    /// Opens a book.
    ADD_BOOK = ledger_book(book I64, postings I64, seals I64, hash Bytes, at Instant) "ON CONFLICT (book) DO NOTHING";
    /// Opens accounts.
    ADD_ACCOUNTS = ledger_account(book I64, id Uuid, kind I64, subject Uuid, unit I64, floor I64, balance I64) "";
    /// Adds postings.
    ADD_POSTINGS = ledger_posting(book I64, number I64, at Instant, day I64, source I64, document Uuid, key Uuid,
        reverses I64) "";
    /// Adds transfers.
    ADD_TRANSFERS = ledger_transfer(book I64, posting I64, seq I64, debit Uuid, credit Uuid, unit I64, amount I64) "";
    /// Notes what was taken back.
    ADD_REVERSALS = ledger_reversal(book I64, posting I64, by I64) "";
    /// Adds to the turnovers of days.
    ADD_TURNOVER = ledger_turnover(book I64, day I64, kind I64, unit I64, debit I64, credit I64)
        "ON CONFLICT (book, day, kind, unit) DO UPDATE SET debit = ledger_turnover.debit + excluded.debit,
            credit = ledger_turnover.credit + excluded.credit";
    /// Adds seals.
    ADD_SEALS = ledger_seal(book I64, seq I64, first I64, last I64, at Instant, previous Bytes, hash Bytes) "";
    /// Keeps answers.
    ADD_ANSWERS = ledger_answer(book I64, day I64, key Uuid, body Bytes, answer Bytes) "";
}

updates! {
    /// Sets balances. Nobody else can have changed them: the book is held.
    SET_BALANCES = ledger_account(book I64, id Uuid, balance I64) set "balance = given.balance"
        on "ledger_account.book = given.book AND ledger_account.id = given.id";
    /// Notes where books stand.
    SET_BOOKS = ledger_book(book I64, postings I64, seals I64, hash Bytes, at Instant)
        set "postings = given.postings, seals = given.seals, hash = given.hash, at = given.at"
        on "ledger_book.book = given.book";
}

/// An answer that was given.
pub(crate) struct AnswerRow {
    pub(crate) key: Uuid,
    pub(crate) body: [u8; 16],
    pub(crate) answer: Vec<u8>,
}

impl FromRow for AnswerRow {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        let body: Vec<u8> = row.get(1)?;
        let body = body
            .try_into()
            .map_err(|_| DbError::Column { column: 1, problem: "is no fingerprint".to_owned() })?;
        Ok(Self { key: row.get(0)?, body, answer: row.get(2)? })
    }
}

/// Where a book stands: number of the last posting, number of the last seal, its hash, its time.
pub(crate) type BookRow = (i64, i64, Vec<u8>, Instant);

pub(crate) async fn lock_book(tx: &mut Tx, book: Book) -> Result<Option<BookRow>, DbError> {
    tx.fetch_optional(&LOCK_BOOK, binds![book]).await
}

pub(crate) async fn add_book(tx: &mut Tx, book: Book, hash: &[u8]) -> Result<(), DbError> {
    tx.insert(&ADD_BOOK, binds![book, 0_i64, 0_i64, hash.to_vec(), Instant::from_micros(0)]).await.map(drop)
}

pub(crate) async fn accounts(
    tx: &mut Tx,
    book: Book,
    ids: Vec<Uuid>,
) -> Result<Vec<(Account, i64)>, DbError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut found = Vec::with_capacity(ids.len());
    tx.for_each(&ACCOUNTS, vec![Value::I64(Some(book.0)), Value::Uuids(ids)], |row| {
        found.push(account(book, row)?);
        Ok(())
    })
    .await?;
    Ok(found)
}

pub(crate) async fn answers(
    tx: &mut Tx,
    book: Book,
    days: &[i64],
    keys: Vec<Uuid>,
) -> Result<Vec<AnswerRow>, DbError> {
    tx.fetch_all(&ANSWERS, vec![Value::I64(Some(book.0)), Value::I64s(days.to_vec()), Value::Uuids(keys)])
        .await
}

pub(crate) async fn reversals(
    tx: &mut Tx,
    book: Book,
    postings: &[i64],
) -> Result<Vec<(PostingNumber, PostingNumber)>, DbError> {
    tx.fetch_all(&REVERSALS, binds![book, postings]).await
}

pub(crate) async fn transfers_of(
    tx: &mut Tx,
    book: Book,
    postings: &[i64],
) -> Result<Vec<SealedTransfer>, DbError> {
    tx.fetch_all(&TRANSFERS_OF, binds![book, postings]).await
}

/// Goes on only if every row that should have been changed was there.
pub(crate) fn check_count(changed: u64, wanted: usize) -> Result<(), DbError> {
    if usize::try_from(changed) == Ok(wanted) {
        return Ok(());
    }
    Err(DbError::Other(format!("{changed} rows of the ledger were changed instead of {wanted}")))
}

pub(crate) async fn forget_answers(tx: &mut Tx, book: Book, before: i64) -> Result<u64, DbError> {
    tx.execute(&FORGET_ANSWERS, binds![book, before]).await
}
