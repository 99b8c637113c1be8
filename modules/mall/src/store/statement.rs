//! What shops are owed and why, line by line.

use sh_catalogue::model::Shop;
use sh_db::{DbError, FromRow, Row, Tx, binds};
use sh_kernel::{Fen, Id, Instant};

use crate::{
    commission::Rule,
    model::{Entry, EntryKind, EntryRow, Order, Settlement},
};

sh_db::inserts! {
    /// What is owed from now on, or no longer.
    ADD_ENTRIES = mall_entry(shop Uuid, id Uuid, seller I64, order_id Uuid, line I64, kind I64, pieces I64, amount I64,
        commission I64) "";
}

sh_db::statements! {
    /// Entries of a shop between two identifiers, in their order, with the line that they are about.
    ENTRIES = "SELECT e.id, e.order_id, e.line, e.kind, e.pieces, e.amount, e.commission, e.settlement, l.name, l.spec, \
        l.commission_rule, l.commission_rate, l.commission_fixed, r.name FROM mall_entry e \
        LEFT JOIN mall_line l ON l.order_id = e.order_id AND l.line = e.line \
        LEFT JOIN commission_rule r ON r.id = l.commission_rule \
        WHERE e.shop = $1 AND e.id > $2 AND e.id < $3 ORDER BY e.id LIMIT $4";
    /// The same of one instruction.
    ENTRIES_OF = "SELECT e.id, e.order_id, e.line, e.kind, e.pieces, e.amount, e.commission, e.settlement, l.name, \
        l.spec, l.commission_rule, l.commission_rate, l.commission_fixed, r.name FROM mall_entry e \
        LEFT JOIN mall_line l ON l.order_id = e.order_id AND l.line = e.line \
        LEFT JOIN commission_rule r ON r.id = l.commission_rule \
        WHERE e.shop = $1 AND e.settlement = $2 AND e.id > $3 ORDER BY e.id LIMIT $4";
    /// Sums of a shop between two identifiers: goods, freight, what went back, what was taken, what was given back.
    SUMS = "SELECT COUNT(*), CAST(COALESCE(SUM(CASE WHEN kind = 1 AND line > 0 THEN amount ELSE 0 END), 0) AS BIGINT), \
        CAST(COALESCE(SUM(CASE WHEN kind = 1 AND line = 0 THEN amount ELSE 0 END), 0) AS BIGINT), \
        CAST(COALESCE(SUM(CASE WHEN kind = 2 THEN amount ELSE 0 END), 0) AS BIGINT), \
        CAST(COALESCE(SUM(CASE WHEN kind = 1 THEN commission ELSE 0 END), 0) AS BIGINT), \
        CAST(COALESCE(SUM(CASE WHEN kind = 2 THEN commission ELSE 0 END), 0) AS BIGINT) \
        FROM mall_entry WHERE shop = $1 AND id > $2 AND id < $3";
    /// What was paid to a shop between two instants.
    PAID_BETWEEN = "SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM mall_settlement \
        WHERE shop = $1 AND state = 2 AND ended_at >= $2 AND ended_at < $3";
}

/// Sums over some entries of a shop. Commission is above zero where it was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sums {
    /// How many entries.
    pub entries: i64,
    /// Goods that were paid.
    pub goods: Fen,
    /// Freight that was paid.
    pub freight: Fen,
    /// What went back of both, below zero.
    pub refunded: Fen,
    /// What was taken.
    pub commission: Fen,
    /// What of that was given back, below zero.
    pub commission_back: Fen,
}

impl FromRow for Sums {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self {
            entries: row.get(0)?,
            goods: row.get(1)?,
            freight: row.get(2)?,
            refunded: row.get(3)?,
            commission: row.get(4)?,
            commission_back: row.get(5)?,
        })
    }
}

/// An entry as statements show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementLine {
    /// Identifier; tells when.
    pub id: Id<Entry>,
    /// The order.
    pub order: Id<Order>,
    /// The number of the line; 0 for the freight.
    pub line: i64,
    /// Why.
    pub kind: EntryKind,
    /// Pieces; below zero if they go back.
    pub pieces: i64,
    /// What is owed; below zero if it goes back.
    pub amount: Fen,
    /// What is taken of that; below zero if it is given back.
    pub commission: Fen,
    /// The instruction that it is paid with.
    pub settlement: Option<Id<Settlement>>,
    /// The name of the goods with what tells the variant; empty for the freight.
    pub name: String,
    /// The rule that it was sold under.
    pub rule: Option<Id<Rule>>,
    /// The name of that rule.
    pub rule_name: Option<String>,
    /// Its rate, in hundredths of a percent.
    pub rate: i64,
    /// Its fixed part.
    pub fixed: Fen,
}

impl FromRow for StatementLine {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        let (name, spec): (Option<String>, Option<String>) = (row.get(8)?, row.get(9)?);
        let name = [name, spec].into_iter().flatten().collect::<Vec<_>>().join(" ");
        Ok(Self {
            id: row.get(0)?,
            order: row.get(1)?,
            line: row.get(2)?,
            kind: row.get(3)?,
            pieces: row.get(4)?,
            amount: row.get(5)?,
            commission: row.get(6)?,
            settlement: row.get(7)?,
            name,
            rule: row.get(10)?,
            rule_name: row.get(13)?,
            rate: row.get::<Option<i64>>(11)?.unwrap_or(0),
            fixed: Fen(row.get::<Option<i64>>(12)?.unwrap_or(0)),
        })
    }
}

pub(crate) async fn add(tx: &mut Tx, entries: &[EntryRow]) -> Result<(), DbError> {
    if entries.is_empty() {
        return Ok(());
    }
    let rows = entries.iter().map(|row| {
        binds![
            row.shop,
            row.id,
            row.seller,
            row.order,
            row.line,
            row.kind.code(),
            row.pieces,
            row.amount,
            row.commission
        ]
    });
    tx.insert_many(&ADD_ENTRIES, rows.collect::<Vec<_>>()).await.map(drop)
}

pub(crate) async fn entries(
    tx: &mut Tx,
    shop: Id<Shop>,
    (after, before): (Id<Entry>, Id<Entry>),
    limit: i64,
) -> Result<Vec<StatementLine>, DbError> {
    tx.fetch_all(&ENTRIES, binds![shop, after, before, limit]).await
}

pub(crate) async fn entries_of(
    tx: &mut Tx,
    shop: Id<Shop>,
    settlement: Id<Settlement>,
    after: Id<Entry>,
    limit: i64,
) -> Result<Vec<StatementLine>, DbError> {
    tx.fetch_all(&ENTRIES_OF, binds![shop, settlement, after, limit]).await
}

pub(crate) async fn sums(
    tx: &mut Tx,
    shop: Id<Shop>,
    (after, before): (Id<Entry>, Id<Entry>),
) -> Result<Sums, DbError> {
    tx.fetch_one(&SUMS, binds![shop, after, before]).await
}

pub(crate) async fn paid_between(
    tx: &mut Tx,
    shop: Id<Shop>,
    (from, before): (Instant, Instant),
) -> Result<Fen, DbError> {
    tx.fetch_one::<(Fen,)>(&PAID_BETWEEN, binds![shop, from, before]).await.map(|row| row.0)
}
