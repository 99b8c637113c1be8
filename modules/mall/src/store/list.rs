//! Lists of orders: a buyer's, a shop's, the operator's.

use sh_db::{DbError, FromRow, Row, Tx, binds};
use sh_kernel::{Fen, Id, Instant};

use crate::model::{Ask, Order, OrderState, PartState};
use sh_catalogue::model::Shop;

sh_db::statements! {
    /// Orders of a buyer, the newest first.
    OF_BUYER = "SELECT id FROM mall_order WHERE buyer = $1 AND (CAST($2 AS BIGINT) IS NULL OR state = $2) AND id < $3 \
        ORDER BY id DESC LIMIT $4";
    /// Parts that were sent by an instant and not received, about which nobody has to answer.
    UNCONFIRMED = "SELECT p.order_id, p.shop FROM mall_part p WHERE p.state = 3 AND p.shipped_at <= $1 AND p.ask <> 1 \
        AND NOT EXISTS (SELECT 1 FROM mall_case c WHERE c.order_id = p.order_id AND c.shop = p.shop AND c.state < 7) \
        ORDER BY p.shipped_at LIMIT $2";
    /// Parts that are not sent, whose money was asked back by an instant.
    UNANSWERED = "SELECT order_id, shop, asks FROM mall_part WHERE ask = 1 AND state = 2 AND asked_at <= $1 \
        ORDER BY asked_at LIMIT $2";
    /// Parts of a shop in a state, the oldest first: they are worked through.
    OF_SHOP = "SELECT p.order_id, p.shop, p.shop_name, p.state, p.ask, p.amount, o.placed_at, o.receiver, \
        (SELECT COUNT(*) FROM mall_line l WHERE l.order_id = p.order_id AND l.shop = p.shop) \
        FROM mall_part p JOIN mall_order o ON o.id = p.order_id \
        WHERE p.shop = $1 AND p.state = $2 AND p.order_id > $3 ORDER BY p.order_id LIMIT $4";
    /// Parts of a shop whose buyers ask for a refund, the oldest first.
    ASKED_OF_SHOP = "SELECT p.order_id, p.shop, p.shop_name, p.state, p.ask, p.amount, o.placed_at, o.receiver, \
        (SELECT COUNT(*) FROM mall_line l WHERE l.order_id = p.order_id AND l.shop = p.shop) \
        FROM mall_part p JOIN mall_order o ON o.id = p.order_id \
        WHERE p.shop = $1 AND p.ask = 1 AND p.order_id > $2 ORDER BY p.order_id LIMIT $3";
    /// All orders from an identifier on and before another, the newest first.
    ALL = "SELECT id, state, placed_at, amount, paid, refunded, receiver, phone FROM mall_order \
        WHERE id >= $1 AND id < $2 ORDER BY id DESC LIMIT $3";
    /// Orders in a state, likewise.
    IN_STATE = "SELECT id, state, placed_at, amount, paid, refunded, receiver, phone FROM mall_order \
        WHERE state = $1 AND id >= $2 AND id < $3 ORDER BY id DESC LIMIT $4";
    /// Orders that go to a telephone number, likewise; of some shops, if any are named.
    BY_PHONE = "SELECT id, state, placed_at, amount, paid, refunded, receiver, phone FROM mall_order \
        WHERE phone = $1 AND (CAST($2 AS BIGINT) IS NULL OR state = $2) AND id >= $3 AND id < $4 \
        AND ($5 OR EXISTS (SELECT 1 FROM mall_part p WHERE p.order_id = mall_order.id AND p.shop {{in_uuid $6}})) \
        ORDER BY id DESC LIMIT $7";
    /// Orders with a part of a shop in a state, likewise.
    WITH_PART = "SELECT o.id, o.state, o.placed_at, o.amount, o.paid, o.refunded, o.receiver, o.phone \
        FROM mall_part p JOIN mall_order o ON o.id = p.order_id \
        WHERE p.shop = $1 AND p.state = $2 AND p.order_id >= $3 AND p.order_id < $4 \
        AND (CAST($5 AS BIGINT) IS NULL OR o.state = $5) ORDER BY p.order_id DESC LIMIT $6";
    /// Orders by their numbers: identifiers lie between two bounds.
    BETWEEN = "SELECT id, state, placed_at, amount, paid, refunded, receiver, phone FROM mall_order \
        WHERE id BETWEEN $1 AND $2 ORDER BY id DESC LIMIT 20";
}

/// A part as the list of its shop shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartItem {
    /// The order.
    pub order: Id<Order>,
    /// The shop.
    pub shop: Id<Shop>,
    /// The name of the shop.
    pub shop_name: String,
    /// Where it stands.
    pub state: PartState,
    /// Whether a refund was asked for.
    pub ask: Ask,
    /// What it costs.
    pub amount: Fen,
    /// When the order was placed.
    pub placed_at: Instant,
    /// Who receives it. Personal.
    pub receiver: String,
    /// How many lines it has.
    pub lines: i64,
}

impl FromRow for PartItem {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self {
            order: row.get(0)?,
            shop: row.get(1)?,
            shop_name: row.get(2)?,
            state: row.get(3)?,
            ask: row.get(4)?,
            amount: row.get(5)?,
            placed_at: row.get(6)?,
            receiver: row.get(7)?,
            lines: row.get(8)?,
        })
    }
}

/// An order as the operator's list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderItem {
    /// The order.
    pub id: Id<Order>,
    /// Where it stands.
    pub state: OrderState,
    /// When it was placed.
    pub placed_at: Instant,
    /// What it costs.
    pub amount: Fen,
    /// What of it is paid.
    pub paid: Fen,
    /// What of that was granted back.
    pub refunded: Fen,
    /// Who receives it. Personal.
    pub receiver: String,
    /// Telephone. Personal.
    pub phone: String,
}

impl FromRow for OrderItem {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self {
            id: row.get(0)?,
            state: row.get(1)?,
            placed_at: row.get(2)?,
            amount: row.get(3)?,
            paid: row.get(4)?,
            refunded: row.get(5)?,
            receiver: row.get(6)?,
            phone: row.get(7)?,
        })
    }
}

/// After every identifier.
pub(crate) const fn end<T>() -> Id<T> {
    Id::from_uuid(uuid::Uuid::max())
}

/// Before every identifier.
pub(crate) const fn begin<T>() -> Id<T> {
    Id::from_uuid(uuid::Uuid::nil())
}

pub(crate) async fn unconfirmed(
    tx: &mut Tx,
    sent: Instant,
    limit: i64,
) -> Result<Vec<(Id<Order>, Id<Shop>)>, DbError> {
    tx.fetch_all(&UNCONFIRMED, binds![sent, limit]).await
}

pub(crate) async fn unanswered(
    tx: &mut Tx,
    asked: Instant,
    limit: i64,
) -> Result<Vec<(Id<Order>, Id<Shop>, i64)>, DbError> {
    tx.fetch_all(&UNANSWERED, binds![asked, limit]).await
}

pub(crate) async fn of_buyer(
    tx: &mut Tx,
    buyer: &str,
    state: Option<OrderState>,
    before: Id<Order>,
    limit: i64,
) -> Result<Vec<Id<Order>>, DbError> {
    let state = state.map(OrderState::code);
    let rows: Vec<(Id<Order>,)> = tx.fetch_all(&OF_BUYER, binds![buyer, state, before, limit]).await?;
    Ok(rows.into_iter().map(|row| row.0).collect())
}

pub(crate) async fn of_shop(
    tx: &mut Tx,
    shop: Id<Shop>,
    state: PartState,
    after: Id<Order>,
    limit: i64,
) -> Result<Vec<PartItem>, DbError> {
    tx.fetch_all(&OF_SHOP, binds![shop, state.code(), after, limit]).await
}

pub(crate) async fn asked_of_shop(
    tx: &mut Tx,
    shop: Id<Shop>,
    after: Id<Order>,
    limit: i64,
) -> Result<Vec<PartItem>, DbError> {
    tx.fetch_all(&ASKED_OF_SHOP, binds![shop, after, limit]).await
}

/// What orders are looked for by, besides their numbers.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asked<'a> {
    /// The telephone, whole.
    pub(crate) phone: Option<&'a str>,
    /// Where they stand.
    pub(crate) state: Option<OrderState>,
    /// Shops that have a part in them; any if empty.
    pub(crate) shops: &'a [Id<Shop>],
}

pub(crate) async fn search(
    tx: &mut Tx,
    asked: &Asked<'_>,
    (from, before): (Id<Order>, Id<Order>),
    limit: i64,
) -> Result<Vec<OrderItem>, DbError> {
    let state = asked.state.map(OrderState::code);
    // The telephone comes first: nobody has as many orders as a shop.
    if let Some(phone) = asked.phone {
        let values = binds![phone, state, from, before, asked.shops.is_empty(), asked.shops, limit];
        return tx.fetch_all(&BY_PHONE, values).await;
    }
    if asked.shops.is_empty() {
        return match state {
            Some(state) => tx.fetch_all(&IN_STATE, binds![state, from, before, limit]).await,
            None => tx.fetch_all(&ALL, binds![from, before, limit]).await,
        };
    }
    // The index of a shop's parts goes by their state, so each state is a list of its own.
    let mut rows: Vec<OrderItem> = Vec::new();
    for shop in asked.shops {
        for part in parts_of(asked.state) {
            let values = binds![*shop, part.code(), from, before, state, limit];
            rows.extend(tx.fetch_all::<OrderItem>(&WITH_PART, values).await?);
        }
    }
    rows.sort_unstable_by_key(|row| std::cmp::Reverse(row.id));
    rows.dedup_by_key(|row| row.id);
    rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(rows)
}

/// The states that parts of an order in a state can have.
const fn parts_of(state: Option<OrderState>) -> &'static [PartState] {
    match state {
        None => PartState::ALL,
        Some(OrderState::Unpaid) => &[PartState::Unpaid],
        Some(OrderState::Paid) => {
            &[PartState::ToShip, PartState::Shipped, PartState::Received, PartState::Refunded]
        }
        Some(OrderState::Cancelled) => &[PartState::Cancelled],
        Some(OrderState::Refunded) => &[PartState::Refunded],
    }
}

pub(crate) async fn between(
    tx: &mut Tx,
    first: Id<Order>,
    last: Id<Order>,
) -> Result<Vec<OrderItem>, DbError> {
    tx.fetch_all(&BETWEEN, binds![first, last]).await
}
