//! Halls and favourites.

use sh_db::{DbError, FromRow, Row, Tx, binds};
use sh_http::User;
use sh_kernel::{Day, Id, Instant, RegionCode};

use crate::model::Product;

sh_db::inserts! {
    /// A hall, new or told anew.
    PUT_HALL = hall(region I64, name Text, story Text, opened_on I64)
        "ON CONFLICT (region) DO UPDATE SET name = excluded.name, story = excluded.story";
    /// Puts a product aside. Doing it again changes nothing.
    ADD_FAVOURITE = favourite(person Uuid, product Uuid, added_at Instant) "ON CONFLICT (person, product) DO NOTHING";
}

sh_db::statements! {
    /// All halls, in the order of their divisions.
    HALLS = "SELECT region, name, story, opened_on FROM hall ORDER BY region LIMIT 4000";
    /// One hall.
    HALL = "SELECT region, name, story, opened_on FROM hall WHERE region = $1";
    /// What somebody has put aside, the newest first.
    FAVOURITES = "SELECT product FROM favourite WHERE person = $1 ORDER BY added_at DESC, product LIMIT $2";
    /// Whether somebody has put this aside.
    IS_FAVOURITE = "SELECT COUNT(*) FROM favourite WHERE person = $1 AND product = $2";
    /// No longer put aside.
    DROP_FAVOURITE = "DELETE FROM favourite WHERE person = $1 AND product = $2";
    /// How much somebody has put aside.
    COUNT_FAVOURITES = "SELECT COUNT(*) FROM favourite WHERE person = $1";
}

/// The hall of a province or county (分馆).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hall {
    /// The division.
    pub region: RegionCode,
    /// Its name: 云南馆, 昭阳分馆.
    pub name: String,
    /// What is told about the place.
    pub story: String,
    /// Since when it is open.
    pub opened_on: Day,
}

impl FromRow for Hall {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self { region: row.get(0)?, name: row.get(1)?, story: row.get(2)?, opened_on: row.get(3)? })
    }
}

pub(crate) async fn put(tx: &mut Tx, hall: &Hall) -> Result<(), DbError> {
    tx.insert(&PUT_HALL, binds![hall.region, &hall.name, &hall.story, hall.opened_on]).await.map(drop)
}

pub(crate) async fn halls(tx: &mut Tx) -> Result<Vec<Hall>, DbError> {
    tx.fetch_all(&HALLS, binds![]).await
}

pub(crate) async fn hall(tx: &mut Tx, region: RegionCode) -> Result<Option<Hall>, DbError> {
    tx.fetch_optional(&HALL, binds![region]).await
}

pub(crate) async fn favourites(
    tx: &mut Tx,
    person: Id<User>,
    limit: u32,
) -> Result<Vec<Id<Product>>, DbError> {
    let rows: Vec<(Id<Product>,)> = tx.fetch_all(&FAVOURITES, binds![person, limit]).await?;
    Ok(rows.into_iter().map(|row| row.0).collect())
}

pub(crate) async fn is_favourite(
    tx: &mut Tx,
    person: Id<User>,
    product: Id<Product>,
) -> Result<bool, DbError> {
    let (count,): (i64,) = tx.fetch_one(&IS_FAVOURITE, binds![person, product]).await?;
    Ok(count > 0)
}

pub(crate) async fn count_favourites(tx: &mut Tx, person: Id<User>) -> Result<i64, DbError> {
    let (count,): (i64,) = tx.fetch_one(&COUNT_FAVOURITES, binds![person]).await?;
    Ok(count)
}

pub(crate) async fn add_favourite(
    tx: &mut Tx,
    person: Id<User>,
    product: Id<Product>,
    at: Instant,
) -> Result<(), DbError> {
    tx.insert(&ADD_FAVOURITE, binds![person, product, at]).await.map(drop)
}

pub(crate) async fn drop_favourite(
    tx: &mut Tx,
    person: Id<User>,
    product: Id<Product>,
) -> Result<(), DbError> {
    tx.execute(&DROP_FAVOURITE, binds![person, product]).await.map(drop)
}
