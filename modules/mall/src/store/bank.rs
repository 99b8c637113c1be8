//! Money that the bank shows.

use sh_db::{DbError, FromRow, Row, Tx, binds};
use sh_imports::model::TableImport;
use sh_kernel::{Fen, Id, Instant};

use crate::{
    bank::{Awaits, BankLine, LineRow, LineState},
    model::Order,
};

/// The columns that [`LineRow`] is read from.
macro_rules! line_columns {
    () => {
        "id, reference, day, amount, payer, remark, state, order_id, import, typed, decided_by, decided_at, note"
    };
}

sh_db::inserts! {
    /// Lines that are new; a running number that is known changes nothing.
    ADD_LINES = bank_line(id Uuid, reference Text, day I64, amount I64, payer Text, remark Text, state I64,
        order_id Uuid, import Uuid, typed Bool, decided_by Text, decided_at Instant) "ON CONFLICT (reference) DO NOTHING";
}

sh_db::statements! {
    /// One line.
    LINE = concat!("SELECT ", line_columns!(), " FROM bank_line WHERE id = $1");
    /// Lines by their running numbers.
    BY_REFERENCE = concat!("SELECT ", line_columns!(), " FROM bank_line WHERE reference {{in_text $1}}");
    /// Lines in a state before one of them, the newest first.
    IN_STATE = concat!("SELECT ", line_columns!(), " FROM bank_line WHERE state = $1 AND id < $2 ORDER BY id DESC LIMIT $3");
    /// Lines that somebody entered and that stand on no statement yet, likewise.
    BY_HAND = concat!("SELECT ", line_columns!(), " FROM bank_line WHERE import IS NULL AND typed AND state <> 4 \
        AND id < $1 ORDER BY id DESC LIMIT $2");
    /// Lines that are being booked, the oldest first.
    LEFT = concat!("SELECT ", line_columns!(), " FROM bank_line WHERE state = 2 ORDER BY id LIMIT $1");
    /// How many lines stand on no statement, and how much.
    SUM_BY_HAND = "SELECT COUNT(*), CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM bank_line \
        WHERE import IS NULL AND typed AND state <> 4";
    /// How many lines are in a state, and how much.
    SUM_IN_STATE = "SELECT COUNT(*), CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM bank_line WHERE state = $1";
    /// Orders by what a transfer for them names.
    BY_CODES = "SELECT id, code, state, amount - paid FROM mall_order WHERE code {{in_text $1}}";
    /// A person says whose a line is.
    ASSIGN = "UPDATE bank_line SET state = 2, order_id = $2, decided_by = $3, decided_at = $4 WHERE id = $1 AND state = 1";
    /// It could not be booked for that order.
    UNASSIGN = "UPDATE bank_line SET state = 1, order_id = NULL WHERE id = $1 AND order_id = $2 AND state = 2";
    /// It was sent back.
    RETURN = "UPDATE bank_line SET state = 4, decided_by = $2, decided_at = $3, note = $4 WHERE id = $1 AND state = 1";
    /// The statement on which lines stand that somebody entered before.
    SET_IMPORT = "UPDATE bank_line SET import = $2 WHERE id {{in_uuid $1}} AND import IS NULL";
    /// What came by a provider for orders that are not paid in full.
    PART_PAID = "SELECT COUNT(*), CAST(COALESCE(SUM(r.applied), 0) AS BIGINT) FROM mall_order o \
        JOIN mall_receipt r ON r.order_id = o.id WHERE o.state = 1 AND r.provider = $1 AND r.applied > 0";
    /// Money of a provider that is to go back and has not gone yet.
    TO_GO_BACK = "SELECT COUNT(*), CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM mall_refund WHERE state = 1 \
        AND provider = $1";
}

sh_db::updates! {
    /// Lines that are with their orders, unless somebody has given them to others since.
    BOOKED = bank_line(id Uuid, order_id Uuid) set "state = 3"
        on "bank_line.id = given.id AND bank_line.order_id = given.order_id AND bank_line.state = 2";
}

impl FromRow for LineRow {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self {
            id: row.get(0)?,
            reference: row.get(1)?,
            day: row.get(2)?,
            amount: row.get(3)?,
            payer: row.get(4)?,
            remark: row.get(5)?,
            state: row.get(6)?,
            order: row.get(7)?,
            import: row.get(8)?,
            typed: row.get(9)?,
            decided_by: row.get(10)?,
            decided_at: row.get(11)?,
            note: row.get(12)?,
        })
    }
}

impl FromRow for Awaits {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self { order: row.get(0)?, code: row.get(1)?, state: row.get(2)?, due: row.get(3)? })
    }
}

/// How many, and how much.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sum {
    /// How many.
    pub count: i64,
    /// How much.
    pub amount: Fen,
}

impl FromRow for Sum {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self { count: row.get(0)?, amount: row.get(1)? })
    }
}

pub(crate) async fn add(tx: &mut Tx, rows: &[LineRow]) -> Result<(), DbError> {
    let rows = rows.iter().map(|row| {
        binds![
            row.id,
            &row.reference,
            row.day,
            row.amount,
            &row.payer,
            &row.remark,
            row.state.code(),
            row.order,
            row.import,
            row.typed,
            row.decided_by.clone(),
            row.decided_at
        ]
    });
    tx.insert_many(&ADD_LINES, rows.collect::<Vec<_>>()).await.map(drop)
}

pub(crate) async fn line(tx: &mut Tx, id: Id<BankLine>) -> Result<Option<LineRow>, DbError> {
    tx.fetch_optional(&LINE, binds![id]).await
}

pub(crate) async fn by_reference(tx: &mut Tx, references: &[String]) -> Result<Vec<LineRow>, DbError> {
    tx.fetch_all(&BY_REFERENCE, binds![references]).await
}

pub(crate) async fn in_state(
    tx: &mut Tx,
    state: LineState,
    before: Id<BankLine>,
    limit: i64,
) -> Result<Vec<LineRow>, DbError> {
    tx.fetch_all(&IN_STATE, binds![state.code(), before, limit]).await
}

pub(crate) async fn by_hand(tx: &mut Tx, before: Id<BankLine>, limit: i64) -> Result<Vec<LineRow>, DbError> {
    tx.fetch_all(&BY_HAND, binds![before, limit]).await
}

pub(crate) async fn left(tx: &mut Tx, limit: i64) -> Result<Vec<LineRow>, DbError> {
    tx.fetch_all(&LEFT, binds![limit]).await
}

pub(crate) async fn sum_by_hand(tx: &mut Tx) -> Result<Sum, DbError> {
    tx.fetch_one(&SUM_BY_HAND, Vec::new()).await
}

pub(crate) async fn sum_in_state(tx: &mut Tx, state: LineState) -> Result<Sum, DbError> {
    tx.fetch_one(&SUM_IN_STATE, binds![state.code()]).await
}

pub(crate) async fn by_codes(tx: &mut Tx, codes: &[String]) -> Result<Vec<Awaits>, DbError> {
    tx.fetch_all(&BY_CODES, binds![codes]).await
}

/// Returns whether the line waited.
pub(crate) async fn assign(
    tx: &mut Tx,
    id: Id<BankLine>,
    order: Id<Order>,
    (by, at): (&str, Instant),
) -> Result<bool, DbError> {
    Ok(tx.execute(&ASSIGN, binds![id, order, by, at]).await? > 0)
}

/// Lines that are with these orders now.
pub(crate) async fn booked(tx: &mut Tx, lines: &[(Id<BankLine>, Id<Order>)]) -> Result<(), DbError> {
    let rows = lines.iter().map(|(line, order)| binds![*line, *order]);
    tx.update_many(&BOOKED, rows.collect::<Vec<_>>()).await.map(drop)
}

/// A line could not be booked for this order, and waits again.
pub(crate) async fn unassign(tx: &mut Tx, id: Id<BankLine>, order: Id<Order>) -> Result<(), DbError> {
    tx.execute(&UNASSIGN, binds![id, order]).await.map(drop)
}

/// Returns whether the line waited.
pub(crate) async fn send_back(
    tx: &mut Tx,
    id: Id<BankLine>,
    (by, at): (&str, Instant),
    note: &str,
) -> Result<bool, DbError> {
    Ok(tx.execute(&RETURN, binds![id, by, at, note]).await? > 0)
}

pub(crate) async fn set_import(
    tx: &mut Tx,
    ids: &[Id<BankLine>],
    import: Id<TableImport>,
) -> Result<(), DbError> {
    tx.execute(&SET_IMPORT, binds![ids, import]).await.map(drop)
}

pub(crate) async fn part_paid(tx: &mut Tx, provider: &str) -> Result<Sum, DbError> {
    tx.fetch_one(&PART_PAID, binds![provider]).await
}

pub(crate) async fn to_go_back(tx: &mut Tx, provider: &str) -> Result<Sum, DbError> {
    tx.fetch_one(&TO_GO_BACK, binds![provider]).await
}
