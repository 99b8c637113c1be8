//! What the audit reads.

use std::collections::HashMap;

use sh_db::{DbError, Sql, Tx, binds};
use sh_kernel::{Fen, Id};

use crate::model::{Order, Settlement};

sh_db::statements! {
    /// An order whose parts do not sum to it.
    WRONG_PARTS = "SELECT o.id FROM mall_order o WHERE \
        o.goods <> (SELECT COALESCE(SUM(p.goods), 0) FROM mall_part p WHERE p.order_id = o.id) OR \
        o.freight <> (SELECT COALESCE(SUM(p.freight), 0) FROM mall_part p WHERE p.order_id = o.id) OR \
        o.amount <> (SELECT COALESCE(SUM(p.amount), 0) FROM mall_part p WHERE p.order_id = o.id) LIMIT 1";
    /// An order with a part that its lines do not sum to.
    WRONG_LINES = "SELECT p.order_id FROM mall_part p WHERE p.amount <> p.goods + p.freight OR p.goods <> \
        (SELECT COALESCE(SUM(l.amount), 0) FROM mall_line l WHERE l.order_id = p.order_id AND l.shop = p.shop) LIMIT 1";
    /// An order with a line that is not its price times its pieces, or that has no part.
    WRONG_AMOUNT = "SELECT l.order_id FROM mall_line l WHERE l.amount <> l.price * l.pieces OR NOT EXISTS \
        (SELECT 1 FROM mall_part p WHERE p.order_id = l.order_id AND p.shop = l.shop) LIMIT 1";
    /// An order with a line that is not served by so much from lots.
    WRONG_PICKS = "SELECT l.order_id FROM mall_line l WHERE (l.pieces - l.back_pieces) * l.content <> \
        (SELECT COALESCE(SUM(k.quantity - k.back), 0) FROM mall_pick k WHERE k.order_id = l.order_id AND k.line = l.line) LIMIT 1";
    /// An order that counts as paid what did not come in.
    WRONG_PAID = "SELECT o.id FROM mall_order o WHERE o.paid <> \
        (SELECT COALESCE(SUM(r.applied), 0) FROM mall_receipt r WHERE r.order_id = o.id) OR o.refunded <> \
        (SELECT COALESCE(SUM(r.returned), 0) FROM mall_receipt r WHERE r.order_id = o.id) LIMIT 1";
    /// An order of which not all goes back that came in and was not needed, or more.
    WRONG_BACK = "SELECT o.id FROM mall_order o WHERE \
        (SELECT COALESCE(SUM(r.amount - r.applied + r.returned), 0) FROM mall_receipt r WHERE r.order_id = o.id) <> \
        (SELECT COALESCE(SUM(f.amount), 0) FROM mall_refund f WHERE f.order_id = o.id) LIMIT 1";
    /// An order that stands elsewhere than its parts and its money.
    WRONG_STATE = "SELECT o.id FROM mall_order o JOIN mall_part p ON p.order_id = o.id WHERE \
        (o.state = 1) <> (p.state = 1) OR (o.state = 3) <> (p.state = 5) OR (o.state = 4 AND p.state <> 6) OR \
        (o.state IN (2, 4)) <> (o.paid_at IS NOT NULL) OR (o.state IN (2, 4) AND o.paid <> o.amount) OR \
        (o.state = 4 AND o.refunded <> o.paid) LIMIT 1";
    /// An order of which the statements do not say, line by line, what was paid and what was taken of it.
    WRONG_SALES = "SELECT order_id FROM (\
        SELECT l.order_id, l.shop, l.line, l.amount, l.commission FROM mall_line l JOIN mall_order o ON o.id = l.order_id \
        WHERE o.paid_at IS NOT NULL \
        UNION ALL SELECT p.order_id, p.shop, 0, p.freight, 0 FROM mall_part p JOIN mall_order o ON o.id = p.order_id \
        WHERE o.paid_at IS NOT NULL \
        UNION ALL SELECT e.order_id, e.shop, e.line, -e.amount, -e.commission FROM mall_entry e WHERE e.kind = 1) said \
        GROUP BY order_id, shop, line HAVING SUM(amount) <> 0 OR SUM(commission) <> 0 LIMIT 1";
    /// An order of which they do not say what went back, or of which more or less commission was given back than was taken.
    WRONG_GIVEN = "SELECT order_id FROM (\
        SELECT l.order_id, l.shop, l.line, l.back_pieces * l.price AS amount, \
        CASE WHEN l.back_pieces = 0 THEN 0 ELSE l.commission * l.back_pieces / l.pieces END AS commission \
        FROM mall_line l WHERE l.back_pieces > 0 \
        UNION ALL SELECT p.order_id, p.shop, 0, p.freight, 0 FROM mall_part p WHERE p.state = 6 \
        UNION ALL SELECT e.order_id, e.shop, e.line, e.amount, e.commission FROM mall_entry e WHERE e.kind = 2) said \
        GROUP BY order_id, shop, line HAVING SUM(amount) <> 0 OR SUM(commission) <> 0 LIMIT 1";
    /// An instruction that does not pay what its entries say.
    WRONG_SETTLEMENT = "SELECT id FROM (\
        SELECT id, entries, gross, commission FROM mall_settlement WHERE state <> 3 \
        UNION ALL SELECT settlement, -1, -amount, -commission FROM mall_entry WHERE settlement IS NOT NULL) said \
        GROUP BY id HAVING SUM(entries) <> 0 OR SUM(gross) <> 0 OR SUM(commission) <> 0 LIMIT 1";
    /// What every seller is owed by the statements, and what was taken of it.
    OWED = "SELECT seller, CAST(SUM(amount - commission) AS BIGINT), CAST(SUM(commission) AS BIGINT) FROM mall_entry \
        GROUP BY seller";
    /// What every seller was paid.
    PAID_OUT = "SELECT seller, CAST(SUM(amount) AS BIGINT) FROM mall_settlement WHERE state = 2 GROUP BY seller";
    /// Orders, in the order of their numbers.
    ORDERS_AFTER = "SELECT id FROM mall_order WHERE id > $1 ORDER BY id LIMIT $2";
    /// What is on its way back to the buyers of some orders.
    OPEN_BACK = "SELECT order_id, CAST(SUM(amount) AS BIGINT) FROM mall_refund \
        WHERE state = 1 AND order_id {{in_uuid $1}} GROUP BY order_id";
    /// What every provider holds: what came in less what it has sent back.
    HELD = "SELECT provider, CAST(SUM(amount) AS BIGINT) FROM (SELECT provider, amount FROM mall_receipt \
        UNION ALL SELECT provider, -amount FROM mall_refund WHERE state = 2) moved GROUP BY provider";
}

/// What is wrong with an order that a statement finds.
const WRONG: [(&str, &Sql); 9] = [
    ("its parts do not sum to it", &WRONG_PARTS),
    ("the lines of a part do not sum to it", &WRONG_LINES),
    ("a line is not its price times its pieces", &WRONG_AMOUNT),
    ("a line is not served from lots in full", &WRONG_PICKS),
    ("what counts as paid did not come in", &WRONG_PAID),
    ("what was not needed does not go back in full", &WRONG_BACK),
    ("it stands elsewhere than its parts or its money", &WRONG_STATE),
    ("the statement does not say what was paid and taken of it", &WRONG_SALES),
    ("the statement does not say what went back of it", &WRONG_GIVEN),
];

/// The first order that does not hold together, and what is wrong with it.
pub(crate) async fn first_wrong(tx: &mut Tx) -> Result<Option<(Id<Order>, &'static str)>, DbError> {
    for (what, sql) in WRONG {
        let found: Option<(Id<Order>,)> = tx.fetch_optional(sql, binds![]).await?;
        if let Some((order,)) = found {
            return Ok(Some((order, what)));
        }
    }
    Ok(None)
}

pub(crate) async fn orders_after(
    tx: &mut Tx,
    after: Id<Order>,
    limit: i64,
) -> Result<Vec<Id<Order>>, DbError> {
    let rows: Vec<(Id<Order>,)> = tx.fetch_all(&ORDERS_AFTER, binds![after, limit]).await?;
    Ok(rows.into_iter().map(|row| row.0).collect())
}

pub(crate) async fn open_back(tx: &mut Tx, orders: &[Id<Order>]) -> Result<HashMap<Id<Order>, Fen>, DbError> {
    Ok(tx.fetch_all(&OPEN_BACK, binds![orders]).await?.into_iter().collect())
}

pub(crate) async fn held(tx: &mut Tx) -> Result<Vec<(String, Fen)>, DbError> {
    tx.fetch_all(&HELD, binds![]).await
}

/// What a seller is owed by the statements, and what was taken of it.
#[derive(Debug)]
pub(crate) struct Owed {
    pub(crate) seller: i64,
    pub(crate) net: Fen,
    pub(crate) commission: Fen,
}

pub(crate) async fn owed(tx: &mut Tx) -> Result<Vec<Owed>, DbError> {
    let rows: Vec<(i64, Fen, Fen)> = tx.fetch_all(&OWED, binds![]).await?;
    Ok(rows.into_iter().map(|(seller, net, commission)| Owed { seller, net, commission }).collect())
}

pub(crate) async fn paid_out(tx: &mut Tx) -> Result<Vec<(i64, Fen)>, DbError> {
    tx.fetch_all(&PAID_OUT, binds![]).await
}

/// An instruction that does not pay what its entries say.
pub(crate) async fn wrong_settlement(tx: &mut Tx) -> Result<Option<Id<Settlement>>, DbError> {
    let found: Option<(Id<Settlement>,)> = tx.fetch_optional(&WRONG_SETTLEMENT, binds![]).await?;
    Ok(found.map(|row| row.0))
}
