//! What pages and the interface read.

use sh_db::{DbError, FromRow, Row, Tx, binds, statements};
use sh_kernel::{Day, Instant};

use super::rows::{SealRow, account};
use crate::{
    model::{Account, AccountId, Book, Kind, PostingNumber, Subject, Unit},
    read::{Entry, Heading, Line, Trial},
};

statements! {
    /// Where a book stands, and how far its trail has come.
    STANDING = "SELECT b.postings, b.seals, b.hash, b.at, COALESCE(t.posting, 0)
        FROM ledger_book b LEFT JOIN ledger_trail t ON t.book = b.book WHERE b.book = $1";
    /// Opening balance, given and received of each kind and unit in a span of days.
    TRIAL = "SELECT kind, unit,
            CAST(SUM(CASE WHEN day < $2 THEN credit - debit ELSE 0 END) AS BIGINT),
            CAST(SUM(CASE WHEN day >= $2 THEN debit ELSE 0 END) AS BIGINT),
            CAST(SUM(CASE WHEN day >= $2 THEN credit ELSE 0 END) AS BIGINT)
        FROM ledger_turnover WHERE book = $1 AND day <= $3 GROUP BY kind, unit ORDER BY kind, unit";
    /// Accounts after one, up to another, in the order of their keys.
    ACCOUNTS_AFTER = "SELECT id, kind, subject, unit, floor, balance FROM ledger_account
        WHERE book = $1 AND id > $2 AND id <= $3 ORDER BY id LIMIT $4";
    /// One account.
    ACCOUNT = "SELECT id, kind, subject, unit, floor, balance FROM ledger_account WHERE book = $1 AND id = $2";
    /// Entries of an account in a range of postings before one, newest first.
    ENTRIES_BEFORE = "SELECT e.posting, e.seq, e.amount, e.balance, e.other, a.kind, a.subject, p.at, p.day, p.source
        FROM ledger_entry e
        JOIN ledger_account a ON a.book = e.book AND a.id = e.other
        JOIN ledger_posting p ON p.book = e.book AND p.number = e.posting
        WHERE e.book = $1 AND e.account = $2 AND e.posting >= $3 AND (e.posting, e.seq) < ($4, $5)
        ORDER BY e.posting DESC, e.seq DESC LIMIT $6";
    /// One posting, and what took it back.
    POSTING = "SELECT p.number, p.at, p.day, p.source, p.document, p.key, p.reverses, r.by
        FROM ledger_posting p LEFT JOIN ledger_reversal r ON r.book = p.book AND r.posting = p.number
        WHERE p.book = $1 AND p.number = $2";
    /// Its transfers with both accounts.
    LINES = "SELECT t.seq, t.unit, t.amount, d.id, d.kind, d.subject, c.id, c.kind, c.subject
        FROM ledger_transfer t
        JOIN ledger_account d ON d.book = t.book AND d.id = t.debit
        JOIN ledger_account c ON c.book = t.book AND c.id = t.credit
        WHERE t.book = $1 AND t.posting = $2 ORDER BY t.seq";
    /// One seal.
    SEAL = "SELECT seq, first, last, at, previous, hash FROM ledger_seal WHERE book = $1 AND seq = $2";
}

/// Where a book stands: postings, seals, hash, time, how far the trail has come.
pub(crate) type StandingRow = (i64, i64, Vec<u8>, Instant, i64);

pub(crate) async fn standing(tx: &mut Tx, book: Book) -> Result<Option<StandingRow>, DbError> {
    tx.fetch_optional(&STANDING, binds![book]).await
}

pub(crate) async fn trial(tx: &mut Tx, book: Book, from: Day, to: Day) -> Result<Vec<Trial>, DbError> {
    let rows: Vec<(Kind, Unit, i64, i64, i64)> = tx.fetch_all(&TRIAL, binds![book, from, to]).await?;
    let rows = rows.into_iter().map(|(kind, unit, opening, debit, credit)| Trial {
        kind,
        unit,
        opening,
        debit,
        credit,
        closing: opening.saturating_add(credit).saturating_sub(debit),
    });
    Ok(rows.collect())
}

pub(crate) async fn accounts_after(
    tx: &mut Tx,
    book: Book,
    after: AccountId,
    to: AccountId,
    limit: i64,
) -> Result<Vec<(Account, i64)>, DbError> {
    let mut found = Vec::new();
    tx.for_each(&ACCOUNTS_AFTER, binds![book, after, to, limit], |row| {
        found.push(account(book, row)?);
        Ok(())
    })
    .await?;
    Ok(found)
}

pub(crate) async fn account_of(
    tx: &mut Tx,
    book: Book,
    id: AccountId,
) -> Result<Option<(Account, i64)>, DbError> {
    let mut found = None;
    tx.for_each(&ACCOUNT, binds![book, id], |row| {
        found = Some(account(book, row)?);
        Ok(())
    })
    .await?;
    Ok(found)
}

impl FromRow for Entry {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self {
            posting: row.get(0)?,
            seq: row.get(1)?,
            amount: row.get(2)?,
            balance: row.get(3)?,
            other: row.get::<AccountId>(4)?.uuid(),
            other_kind: row.get(5)?,
            other_subject: row.get::<Subject>(6)?.uuid(),
            at: row.get(7)?,
            day: row.get(8)?,
            source: row.get(9)?,
        })
    }
}

/// Entries of an account from the posting `from` on, before `before` and its place, newest first.
pub(crate) async fn entries(
    tx: &mut Tx,
    (book, account): (Book, AccountId),
    from: i64,
    before: (i64, i64),
    limit: i64,
) -> Result<Vec<Entry>, DbError> {
    tx.fetch_all(&ENTRIES_BEFORE, binds![book, account, from, before.0, before.1, limit]).await
}

impl FromRow for Heading {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self {
            number: row.get(0)?,
            at: row.get(1)?,
            day: row.get(2)?,
            source: row.get(3)?,
            document: row.get(4)?,
            key: row.get(5)?,
            reverses: row.get(6)?,
            reversed_by: row.get(7)?,
        })
    }
}

impl FromRow for Line {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self {
            seq: row.get(0)?,
            unit: row.get(1)?,
            amount: row.get(2)?,
            debit: row.get::<AccountId>(3)?.uuid(),
            debit_kind: row.get(4)?,
            debit_subject: row.get::<Subject>(5)?.uuid(),
            credit: row.get::<AccountId>(6)?.uuid(),
            credit_kind: row.get(7)?,
            credit_subject: row.get::<Subject>(8)?.uuid(),
        })
    }
}

pub(crate) async fn posting(
    tx: &mut Tx,
    book: Book,
    number: PostingNumber,
) -> Result<Option<(Heading, Vec<Line>)>, DbError> {
    let Some(heading) = tx.fetch_optional(&POSTING, binds![book, number]).await? else { return Ok(None) };
    Ok(Some((heading, tx.fetch_all(&LINES, binds![book, number]).await?)))
}

pub(crate) async fn seal(tx: &mut Tx, book: Book, seq: i64) -> Result<Option<SealRow>, DbError> {
    tx.fetch_optional(&SEAL, binds![book, seq]).await
}
