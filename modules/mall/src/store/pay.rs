//! Payments, what came in, what goes back.

use sh_db::{DbError, FromRow, Row, Tx, binds};
use sh_kernel::{Id, Instant};

use crate::model::{Order, Payment, PaymentRow, ReceiptRow, Refund, RefundRow, RefundState};

sh_db::inserts! {
    /// Payments that are begun.
    ADD_PAYMENTS = mall_payment(id Uuid, order_id Uuid, provider Text, amount I64, begun_at Instant) "";
    /// What came in.
    ADD_RECEIPTS = mall_receipt(order_id Uuid, provider Text, reference Text, amount I64, applied I64, returned I64,
        at Instant) "";
    /// What is to go back.
    ADD_REFUNDS = mall_refund(id Uuid, order_id Uuid, provider Text, reference Text, amount I64, why Text, state I64,
        asked_at Instant) "";
}

sh_db::statements! {
    /// A payment.
    PAYMENTS = "SELECT id, order_id, provider, amount, begun_at FROM mall_payment WHERE id {{in_uuid $1}}";
    /// Payments of orders that still wait, begun before an instant, after one of them: nobody has told us what became of
    /// them.
    UNTOLD = "SELECT p.id, p.order_id, p.provider, p.amount, p.begun_at FROM mall_order o \
        JOIN mall_payment p ON p.order_id = o.id WHERE o.state = 1 AND p.begun_at < $1 AND p.id > $2 ORDER BY p.id LIMIT $3";
    /// Refunds by their numbers.
    REFUNDS = "SELECT id, order_id, provider, reference, amount, why, state, asked_at, done_at FROM mall_refund \
        WHERE id {{in_uuid $1}}";
    /// Refunds of an order.
    REFUNDS_OF = "SELECT id, order_id, provider, reference, amount, why, state, asked_at, done_at FROM mall_refund \
        WHERE order_id = $1 ORDER BY id LIMIT 100";
    /// Refunds that have not gone yet, the oldest first, after one of them.
    OPEN_REFUNDS = "SELECT id, order_id, provider, reference, amount, why, state, asked_at, done_at FROM mall_refund \
        WHERE state = 1 AND id > $1 ORDER BY id LIMIT $2";
    /// Notes that refunds have gone.
    SET_PAID_BACK = "UPDATE mall_refund SET state = 2, done_at = $2 WHERE id {{in_uuid $1}}";
    /// Unpaid orders whose time is over.
    DUE = "SELECT id FROM mall_order WHERE state = 1 AND due_at <= $1 ORDER BY due_at LIMIT $2";
    /// The order that a bank transfer names.
    BY_CODE = "SELECT id FROM mall_order WHERE code = $1";
}

impl FromRow for PaymentRow {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self {
            id: row.get(0)?,
            order: row.get(1)?,
            provider: row.get(2)?,
            amount: row.get(3)?,
            begun_at: row.get(4)?,
        })
    }
}

impl FromRow for RefundRow {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self {
            id: row.get(0)?,
            order: row.get(1)?,
            provider: row.get(2)?,
            reference: row.get(3)?,
            amount: row.get(4)?,
            why: row.get(5)?,
            state: row.get(6)?,
            asked_at: row.get(7)?,
            done_at: row.get(8)?,
        })
    }
}

pub(crate) async fn add_payments(tx: &mut Tx, rows: &[&PaymentRow]) -> Result<(), DbError> {
    let rows = rows.iter().map(|row| binds![row.id, row.order, &row.provider, row.amount, row.begun_at]);
    tx.insert_many(&ADD_PAYMENTS, rows.collect::<Vec<_>>()).await.map(drop)
}

pub(crate) async fn payments(tx: &mut Tx, ids: &[Id<Payment>]) -> Result<Vec<PaymentRow>, DbError> {
    tx.fetch_all(&PAYMENTS, binds![ids]).await
}

pub(crate) async fn untold(
    tx: &mut Tx,
    before: Instant,
    after: Id<Payment>,
    limit: i64,
) -> Result<Vec<PaymentRow>, DbError> {
    tx.fetch_all(&UNTOLD, binds![before, after, limit]).await
}

pub(crate) async fn add_receipts(tx: &mut Tx, rows: &[ReceiptRow]) -> Result<(), DbError> {
    let rows: Vec<_> = rows
        .iter()
        .map(|row| {
            binds![row.order, &row.provider, &row.reference, row.amount, row.applied, row.returned, row.at]
        })
        .collect();
    tx.insert_many(&ADD_RECEIPTS, rows).await.map(drop)
}

pub(crate) async fn add_refunds(tx: &mut Tx, rows: &[RefundRow]) -> Result<(), DbError> {
    let rows: Vec<_> = rows
        .iter()
        .map(|row| {
            binds![
                row.id,
                row.order,
                &row.provider,
                &row.reference,
                row.amount,
                &row.why,
                RefundState::Open.code(),
                row.asked_at
            ]
        })
        .collect();
    tx.insert_many(&ADD_REFUNDS, rows).await.map(drop)
}

pub(crate) async fn refunds(tx: &mut Tx, ids: &[Id<Refund>]) -> Result<Vec<RefundRow>, DbError> {
    tx.fetch_all(&REFUNDS, binds![ids]).await
}

pub(crate) async fn refunds_of(tx: &mut Tx, order: Id<Order>) -> Result<Vec<RefundRow>, DbError> {
    tx.fetch_all(&REFUNDS_OF, binds![order]).await
}

pub(crate) async fn open_refunds(
    tx: &mut Tx,
    after: Id<Refund>,
    limit: i64,
) -> Result<Vec<RefundRow>, DbError> {
    tx.fetch_all(&OPEN_REFUNDS, binds![after, limit]).await
}

pub(crate) async fn set_paid_back(tx: &mut Tx, ids: &[Id<Refund>], at: Instant) -> Result<(), DbError> {
    if ids.is_empty() {
        return Ok(());
    }
    tx.execute(&SET_PAID_BACK, binds![ids, at]).await.map(drop)
}

pub(crate) async fn due(tx: &mut Tx, now: Instant, limit: i64) -> Result<Vec<Id<Order>>, DbError> {
    let rows: Vec<(Id<Order>,)> = tx.fetch_all(&DUE, binds![now, limit]).await?;
    Ok(rows.into_iter().map(|row| row.0).collect())
}

pub(crate) async fn by_code(tx: &mut Tx, code: &str) -> Result<Option<Id<Order>>, DbError> {
    let row: Option<(Id<Order>,)> = tx.fetch_optional(&BY_CODE, binds![code]).await?;
    Ok(row.map(|row| row.0))
}
