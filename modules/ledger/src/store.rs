//! All SQL of this module. Rows are found by the keys of their tables; nothing that the writer appends to has another
//! index.

use sh_db::{DbError, FromRow, Row, Tx, Value, binds, inserts, statements, updates};
use sh_kernel::Instant;
use uuid::Uuid;

use crate::{
    model::{Account, AccountId, Book, Kind, PostingNumber, Subject, Unit},
    seal::{SealedPosting, SealedTransfer},
};

statements! {
    /// Where a book stands. Its row is held until the transaction ends; SQLite has one writer anyway.
    LOCK_BOOK = "SELECT postings, seals, hash FROM ledger_book WHERE book = $1",
        postgres "SELECT postings, seals, hash FROM ledger_book WHERE book = $1 FOR NO KEY UPDATE";
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
    /// All books.
    BOOKS = "SELECT book, postings, seals, hash FROM ledger_book ORDER BY book";
    /// Every account of a book, for the audit.
    ALL_ACCOUNTS = "SELECT id, kind, subject, unit, floor, balance FROM ledger_account WHERE book = $1";
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

inserts! {
    /// Opens a book.
    ADD_BOOK = ledger_book(book I64, postings I64, seals I64, hash Bytes) "ON CONFLICT (book) DO NOTHING";
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
    SET_BOOKS = ledger_book(book I64, postings I64, seals I64, hash Bytes)
        set "postings = given.postings, seals = given.seals, hash = given.hash"
        on "ledger_book.book = given.book";
}

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

/// Where a book stands: number of the last posting, number of the last seal, its hash.
pub(crate) type BookRow = (i64, i64, Vec<u8>);

pub(crate) async fn lock_book(tx: &mut Tx, book: Book) -> Result<Option<BookRow>, DbError> {
    tx.fetch_optional(&LOCK_BOOK, binds![book]).await
}

pub(crate) async fn add_book(tx: &mut Tx, book: Book, hash: &[u8]) -> Result<(), DbError> {
    tx.insert(&ADD_BOOK, binds![book, 0_i64, 0_i64, hash.to_vec()]).await.map(drop)
}

fn account(book: Book, row: &Row) -> Result<(Account, i64), DbError> {
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
    Ok((
        tx.fetch_all(&POSTINGS_BETWEEN, binds![book, first, last]).await?,
        tx.fetch_all(&TRANSFERS_BETWEEN, binds![book, first, last]).await?,
    ))
}

/// A day's turnover of a kind: day, kind, unit, given, received.
pub(crate) type TurnoverRow = (i64, Kind, Unit, i64, i64);

pub(crate) async fn turnover(tx: &mut Tx, book: Book) -> Result<Vec<TurnoverRow>, DbError> {
    tx.fetch_all(&ALL_TURNOVER, binds![book]).await
}
