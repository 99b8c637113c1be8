//! Parcels, and parts of a shop as somebody who sends them needs them.

use sh_catalogue::model::Shop;
use sh_db::{DbError, FromRow, Row, Tx, binds};
use sh_imports::model::TableImport;
use sh_kernel::Id;

use crate::model::{Ask, Order, ParcelRow, PartState};

sh_db::inserts! {
    /// Parcels that left.
    ADD_PARCELS = mall_parcel(order_id Uuid, shop Uuid, waybill Text, carrier Text, sent_at Instant, import Uuid) "";
}

sh_db::statements! {
    /// Parcels of an order.
    OF_ORDER = "SELECT order_id, shop, waybill, carrier, sent_at, import FROM mall_parcel WHERE order_id = $1 \
        ORDER BY sent_at, waybill LIMIT 200";
    /// Parcels by their waybills.
    BY_WAYBILL = "SELECT order_id, shop, waybill, carrier, sent_at, import FROM mall_parcel WHERE waybill {{in_text $1}}";
    /// Parts of a shop whose orders have identifiers between two bounds.
    PARTS_BETWEEN = "SELECT order_id, state, ask FROM mall_part WHERE order_id BETWEEN $2 AND $3 AND shop = $1 \
        ORDER BY order_id LIMIT 20";
    /// Parts of a shop that are to be sent, after one of them.
    TO_SHIP = "SELECT order_id FROM mall_part WHERE shop = $1 AND state = 2 AND order_id > $2 ORDER BY order_id LIMIT $3";
}

impl FromRow for ParcelRow {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self {
            order: row.get(0)?,
            shop: row.get(1)?,
            waybill: row.get(2)?,
            carrier: row.get(3)?,
            sent_at: row.get(4)?,
            import: row.get(5)?,
        })
    }
}

pub(crate) async fn add(tx: &mut Tx, rows: &[ParcelRow]) -> Result<(), DbError> {
    let rows: Vec<_> = rows
        .iter()
        .map(|row| binds![row.order, row.shop, &row.waybill, &row.carrier, row.sent_at, row.import])
        .collect();
    tx.insert_many(&ADD_PARCELS, rows).await.map(drop)
}

pub(crate) async fn of_order(tx: &mut Tx, order: Id<Order>) -> Result<Vec<ParcelRow>, DbError> {
    tx.fetch_all(&OF_ORDER, binds![order]).await
}

pub(crate) async fn by_waybill(tx: &mut Tx, waybills: &[String]) -> Result<Vec<ParcelRow>, DbError> {
    tx.fetch_all(&BY_WAYBILL, binds![waybills]).await
}

/// A part of a shop whose order lies between two bounds.
pub(crate) async fn parts_between(
    tx: &mut Tx,
    shop: Id<Shop>,
    (first, last): (Id<Order>, Id<Order>),
) -> Result<Vec<(Id<Order>, PartState, Ask)>, DbError> {
    tx.fetch_all(&PARTS_BETWEEN, binds![shop, first, last]).await
}

pub(crate) async fn to_ship(
    tx: &mut Tx,
    shop: Id<Shop>,
    after: Id<Order>,
    limit: i64,
) -> Result<Vec<Id<Order>>, DbError> {
    let rows: Vec<(Id<Order>,)> = tx.fetch_all(&TO_SHIP, binds![shop, after, limit]).await?;
    Ok(rows.into_iter().map(|row| row.0).collect())
}

/// Where a parcel came from, if it came with a table.
pub(crate) type FromTable = Option<Id<TableImport>>;
