//! Addresses that people keep.

use sh_db::{DbError, FromRow, Row, Tx, binds};
use sh_kernel::Id;

use crate::{address::Saved, model::Address};

sh_db::inserts! {
    /// An address more; nothing if its form was sent before.
    ADD_ADDRESS = mall_address(id Uuid, owner Text, region I64, receiver Text, phone Text, detail Text, usual Bool)
        "ON CONFLICT (id) DO NOTHING";
}

sh_db::statements! {
    /// Waits until nobody else changes the addresses of a person. SQLite has one writer anyway.
    HOLD_ADDRESSES = "SELECT CAST(1 AS BIGINT) WHERE $1 IS NOT NULL",
        postgres "SELECT CAST(1 AS BIGINT) FROM pg_advisory_xact_lock(hashtextextended('addresses of ' || $1, 0))";
    /// The addresses of a person, in the order in which they were added.
    ADDRESSES = "SELECT id, region, receiver, phone, detail, usual FROM mall_address WHERE owner = $1 ORDER BY id LIMIT 100";
    /// Changes an address of a person.
    SET_ADDRESS = "UPDATE mall_address SET region = $3, receiver = $4, phone = $5, detail = $6 WHERE id = $1 AND owner = $2";
    /// Chooses the one that a form begins with.
    SET_USUAL = "UPDATE mall_address SET usual = (id = $2) WHERE owner = $1";
    /// Forgets an address of a person.
    DROP_ADDRESS = "DELETE FROM mall_address WHERE id = $1 AND owner = $2";
}

impl FromRow for Saved {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        let address =
            Address { region: row.get(1)?, receiver: row.get(2)?, phone: row.get(3)?, detail: row.get(4)? };
        Ok(Self { id: row.get(0)?, address, usual: row.get(5)? })
    }
}

/// The addresses of a person, which nobody else changes until the transaction ends.
pub(crate) async fn hold(tx: &mut Tx, owner: &str) -> Result<Vec<Saved>, DbError> {
    let _held: (i64,) = tx.fetch_one(&HOLD_ADDRESSES, binds![owner]).await?;
    all(tx, owner).await
}

pub(crate) async fn all(tx: &mut Tx, owner: &str) -> Result<Vec<Saved>, DbError> {
    tx.fetch_all(&ADDRESSES, binds![owner]).await
}

pub(crate) async fn add(tx: &mut Tx, owner: &str, saved: &Saved) -> Result<bool, DbError> {
    let Saved { id, address: Address { region, receiver, phone, detail }, usual } = saved;
    Ok(tx.insert(&ADD_ADDRESS, binds![*id, owner, *region, receiver, phone, detail, *usual]).await? > 0)
}

pub(crate) async fn set(tx: &mut Tx, owner: &str, id: Id<Saved>, address: &Address) -> Result<bool, DbError> {
    let Address { region, receiver, phone, detail } = address;
    Ok(tx.execute(&SET_ADDRESS, binds![id, owner, *region, receiver, phone, detail]).await? > 0)
}

pub(crate) async fn set_usual(tx: &mut Tx, owner: &str, id: Id<Saved>) -> Result<(), DbError> {
    tx.execute(&SET_USUAL, binds![owner, id]).await.map(drop)
}

pub(crate) async fn remove(tx: &mut Tx, owner: &str, id: Id<Saved>) -> Result<bool, DbError> {
    Ok(tx.execute(&DROP_ADDRESS, binds![id, owner]).await? > 0)
}
