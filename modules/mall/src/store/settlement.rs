//! Instructions to pay shops.

use sh_catalogue::model::Shop;
use sh_db::{DbError, FromRow, Row, Tx, binds};
use sh_kernel::{Fen, Id, Instant};

use crate::model::{Settlement, SettlementRow, SettlementState};

sh_db::inserts! {
    /// A new instruction.
    ADD_SETTLEMENT = mall_settlement(id Uuid, shop Uuid, shop_name Text, organisation Text, seller I64, month I64,
        entries I64, gross I64, commission I64, amount I64, state I64, made_by Text, made_at Instant) "";
}

sh_db::statements! {
    /// What shops are owed and no instruction pays yet, shop by shop: what is due, and what is not due yet. Due is what was
    /// received long enough ago, or went back in full, and about which nobody has to answer.
    OWED = "SELECT e.shop, MAX(p.shop_name), MAX(p.organisation), \
        CAST(SUM(CASE WHEN p.ask <> 1 AND (p.state = 6 OR p.received_at <= $1) AND NOT EXISTS (SELECT 1 FROM mall_case c \
        WHERE c.order_id = p.order_id AND c.shop = p.shop AND c.state < 7) THEN e.amount - e.commission ELSE 0 END) \
        AS BIGINT), CAST(SUM(CASE WHEN p.ask <> 1 AND (p.state = 6 OR p.received_at <= $1) AND NOT EXISTS (SELECT 1 FROM mall_case c \
        WHERE c.order_id = p.order_id AND c.shop = p.shop AND c.state < 7) THEN 0 \
        ELSE e.amount - e.commission END) AS BIGINT) \
        FROM mall_entry e JOIN mall_part p ON p.order_id = e.order_id AND p.shop = e.shop \
        WHERE e.shop > $2 AND e.settlement IS NULL GROUP BY e.shop ORDER BY e.shop LIMIT $3";
    /// Takes into an instruction what is due of a shop's parts that were paid before an instant, refunds of any date among
    /// it.
    TAKE = "UPDATE mall_entry SET settlement = $4 WHERE shop = $1 AND settlement IS NULL AND EXISTS \
        (SELECT 1 FROM mall_part p JOIN mall_order o ON o.id = p.order_id WHERE p.order_id = mall_entry.order_id \
        AND p.shop = mall_entry.shop AND o.paid_at < $2 AND p.ask <> 1 AND (p.state = 6 OR p.received_at <= $3) \
        AND NOT EXISTS (SELECT 1 FROM mall_case c WHERE c.order_id = p.order_id AND c.shop = p.shop AND c.state < 7))";
    /// What an instruction has taken: entries, gross, commission, the shop's name, organisation and seller.
    TAKEN = "SELECT COUNT(*), CAST(COALESCE(SUM(e.amount), 0) AS BIGINT), \
        CAST(COALESCE(SUM(e.commission), 0) AS BIGINT), MAX(p.shop_name), MAX(p.organisation), MAX(e.seller) \
        FROM mall_entry e JOIN mall_part p ON p.order_id = e.order_id AND p.shop = e.shop \
        WHERE e.shop = $1 AND e.settlement = $2";
    /// How many of its entries are of parts that have changed since, or about which somebody has to answer.
    STALE = "SELECT COUNT(*) FROM mall_entry e JOIN mall_part p ON p.order_id = e.order_id AND p.shop = e.shop \
        WHERE e.shop = $1 AND e.settlement = $2 AND (p.ask = 1 \
        OR EXISTS (SELECT 1 FROM mall_case c WHERE c.order_id = p.order_id AND c.shop = p.shop AND c.state < 7) \
        OR EXISTS (SELECT 1 FROM mall_entry r WHERE r.shop = e.shop AND r.order_id = e.order_id AND r.settlement IS NULL))";
    /// Gives them back.
    GIVE_BACK = "UPDATE mall_entry SET settlement = NULL WHERE shop = $1 AND settlement = $2";
    /// One instruction.
    SETTLEMENT = "SELECT id, shop, shop_name, organisation, seller, month, entries, gross, commission, amount, state, \
        made_by, made_at, ended_by, ended_at, reference FROM mall_settlement WHERE id = $1";
    /// Instructions in a state, the newest first.
    IN_STATE = "SELECT id, shop, shop_name, organisation, seller, month, entries, gross, commission, amount, state, \
        made_by, made_at, ended_by, ended_at, reference FROM mall_settlement WHERE state = $1 AND id < $2 \
        ORDER BY id DESC LIMIT $3";
    /// Instructions for a shop, the newest first.
    OF_SHOP = "SELECT id, shop, shop_name, organisation, seller, month, entries, gross, commission, amount, state, \
        made_by, made_at, ended_by, ended_at, reference FROM mall_settlement WHERE shop = $1 AND id < $2 \
        ORDER BY id DESC LIMIT $3";
    /// Ends an instruction that is open.
    END = "UPDATE mall_settlement SET state = $2, ended_by = $3, ended_at = $4, reference = $5 WHERE id = $1 AND state = 1";
}

impl FromRow for SettlementRow {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self {
            id: row.get(0)?,
            shop: row.get(1)?,
            shop_name: row.get(2)?,
            organisation: row.get(3)?,
            seller: row.get(4)?,
            month: row.get(5)?,
            entries: row.get(6)?,
            gross: row.get(7)?,
            commission: row.get(8)?,
            amount: row.get(9)?,
            state: row.get(10)?,
            made_by: row.get(11)?,
            made_at: row.get(12)?,
            ended_by: row.get(13)?,
            ended_at: row.get(14)?,
            reference: row.get(15)?,
        })
    }
}

/// What a shop is owed and no instruction pays yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owed {
    /// The shop.
    pub shop: Id<Shop>,
    /// Its name.
    pub shop_name: String,
    /// The organisation that runs it.
    pub organisation: String,
    /// What may be paid now; below zero if more went back than was sold.
    pub due: Fen,
    /// What buyers have paid and is not due yet.
    pub waiting: Fen,
}

impl FromRow for Owed {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self {
            shop: row.get(0)?,
            shop_name: row.get(1)?,
            organisation: row.get(2)?,
            due: row.get(3)?,
            waiting: row.get(4)?,
        })
    }
}

/// What would be paid to a shop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Due {
    pub(crate) entries: i64,
    pub(crate) gross: Fen,
    pub(crate) commission: Fen,
    pub(crate) shop_name: Option<String>,
    pub(crate) organisation: Option<String>,
    pub(crate) seller: Option<i64>,
}

impl FromRow for Due {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self {
            entries: row.get(0)?,
            gross: row.get(1)?,
            commission: row.get(2)?,
            shop_name: row.get(3)?,
            organisation: row.get(4)?,
            seller: row.get(5)?,
        })
    }
}

pub(crate) async fn owed(
    tx: &mut Tx,
    received: Instant,
    after: Id<Shop>,
    limit: i64,
) -> Result<Vec<Owed>, DbError> {
    tx.fetch_all(&OWED, binds![received, after, limit]).await
}

/// Takes what is due of the parts that were paid before an instant and received by another. Returns what that is.
pub(crate) async fn take(
    tx: &mut Tx,
    shop: Id<Shop>,
    (paid, received): (Instant, Instant),
    settlement: Id<Settlement>,
) -> Result<Due, DbError> {
    tx.execute(&TAKE, binds![shop, paid, received, settlement]).await?;
    tx.fetch_one(&TAKEN, binds![shop, settlement]).await
}

/// Whether something has happened since to what an instruction pays.
pub(crate) async fn is_stale(
    tx: &mut Tx,
    shop: Id<Shop>,
    settlement: Id<Settlement>,
) -> Result<bool, DbError> {
    let (count,): (i64,) = tx.fetch_one(&STALE, binds![shop, settlement]).await?;
    Ok(count > 0)
}

pub(crate) async fn give_back(
    tx: &mut Tx,
    shop: Id<Shop>,
    settlement: Id<Settlement>,
) -> Result<(), DbError> {
    tx.execute(&GIVE_BACK, binds![shop, settlement]).await.map(drop)
}

pub(crate) async fn add(tx: &mut Tx, row: &SettlementRow) -> Result<(), DbError> {
    let row = binds![
        row.id,
        row.shop,
        &row.shop_name,
        &row.organisation,
        row.seller,
        row.month,
        row.entries,
        row.gross,
        row.commission,
        row.amount,
        row.state.code(),
        &row.made_by,
        row.made_at
    ];
    tx.insert(&ADD_SETTLEMENT, row).await.map(drop)
}

pub(crate) async fn get(tx: &mut Tx, id: Id<Settlement>) -> Result<Option<SettlementRow>, DbError> {
    tx.fetch_optional(&SETTLEMENT, binds![id]).await
}

pub(crate) async fn in_state(
    tx: &mut Tx,
    state: SettlementState,
    before: Id<Settlement>,
    limit: i64,
) -> Result<Vec<SettlementRow>, DbError> {
    tx.fetch_all(&IN_STATE, binds![state.code(), before, limit]).await
}

pub(crate) async fn of_shop(
    tx: &mut Tx,
    shop: Id<Shop>,
    before: Id<Settlement>,
    limit: i64,
) -> Result<Vec<SettlementRow>, DbError> {
    tx.fetch_all(&OF_SHOP, binds![shop, before, limit]).await
}

/// Whether the instruction was open.
pub(crate) async fn end(
    tx: &mut Tx,
    id: Id<Settlement>,
    state: SettlementState,
    (by, at): (&str, Instant),
    reference: Option<&str>,
) -> Result<bool, DbError> {
    Ok(tx.execute(&END, binds![id, state.code(), by, at, reference]).await? > 0)
}
