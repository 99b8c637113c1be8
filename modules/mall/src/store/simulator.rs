//! The books of the made-up provider.

use sh_db::{DbError, Tx, binds};
use sh_kernel::{Fen, Id, Instant};

use crate::model::{Payment, Refund};

sh_db::inserts! {
    /// What it has taken.
    ADD_TAKEN = sim_taken(reference Text, payment Uuid, amount I64, tell_at Instant, tells I64)
        "ON CONFLICT (reference) DO NOTHING";
    /// What it has paid back, once.
    ADD_PAID_BACK = sim_paid_back(refund Uuid, reference Text, amount I64) "ON CONFLICT (refund) DO NOTHING";
}

sh_db::statements! {
    /// What it has taken for a payment.
    TAKEN = "SELECT reference, payment, amount, tells FROM sim_taken WHERE payment = $1 ORDER BY reference LIMIT 20";
    /// What it has to tell of now.
    TO_TELL = "SELECT reference, payment, amount, tells FROM sim_taken WHERE tell_at <= $1 ORDER BY tell_at LIMIT 100";
    /// It has told.
    SET_TOLD = "UPDATE sim_taken SET tell_at = NULL WHERE reference = $1";
}

/// What the made-up provider has taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Taken {
    pub(crate) reference: String,
    pub(crate) payment: Id<Payment>,
    pub(crate) amount: Fen,
    pub(crate) tells: i64,
}

type Columns = (String, Id<Payment>, Fen, i64);

fn taken_of((reference, payment, amount, tells): Columns) -> Taken {
    Taken { reference, payment, amount, tells }
}

/// Notes what was taken, and when to tell of it later.
pub(crate) async fn add(tx: &mut Tx, rows: &[(&Taken, Option<Instant>)]) -> Result<(), DbError> {
    let rows = rows
        .iter()
        .map(|(taken, tell_at)| binds![&taken.reference, taken.payment, taken.amount, *tell_at, taken.tells]);
    tx.insert_many(&ADD_TAKEN, rows.collect::<Vec<_>>()).await.map(drop)
}

pub(crate) async fn taken(tx: &mut Tx, payment: Id<Payment>) -> Result<Vec<Taken>, DbError> {
    let rows: Vec<Columns> = tx.fetch_all(&TAKEN, binds![payment]).await?;
    Ok(rows.into_iter().map(taken_of).collect())
}

pub(crate) async fn to_tell(tx: &mut Tx, now: Instant) -> Result<Vec<Taken>, DbError> {
    let rows: Vec<Columns> = tx.fetch_all(&TO_TELL, binds![now]).await?;
    Ok(rows.into_iter().map(taken_of).collect())
}

pub(crate) async fn set_told(tx: &mut Tx, reference: &str) -> Result<(), DbError> {
    tx.execute(&SET_TOLD, binds![reference]).await.map(drop)
}

pub(crate) async fn pay_back(
    tx: &mut Tx,
    refund: Id<Refund>,
    reference: &str,
    amount: Fen,
) -> Result<(), DbError> {
    tx.insert(&ADD_PAID_BACK, binds![refund, reference, amount]).await.map(drop)
}
