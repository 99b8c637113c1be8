//! Shops and their freight templates.

use sh_db::{DbError, FromRow, Row, Tx, binds};
use sh_http::Scope;
use sh_kernel::{Id, Instant, RegionCode};

use crate::{
    freight::Template,
    model::{Freight, Shop, ShopState},
};

sh_db::inserts! {
    /// A new shop.
    ADD_SHOP = shop(id Uuid, organisation Text, name Text, party I64, county I64, story Text, phone Text, state I64,
        opened_at Instant) "";
    /// A freight template, new or changed.
    PUT_FREIGHT = freight(id Uuid, shop Uuid, name Text, template Text)
        "ON CONFLICT (id, shop) DO UPDATE SET name = excluded.name, template = excluded.template";
}

sh_db::statements! {
    /// One shop.
    SHOP = "SELECT id, organisation, name, party, county, story, phone, state, off_reason, opened_at FROM shop \
        WHERE id = $1";
    /// The shop of an organisation.
    SHOP_OF = "SELECT id, organisation, name, party, county, story, phone, state, off_reason, opened_at FROM shop \
        WHERE organisation = $1";
    /// The shops of some organisations.
    SHOPS_OF = "SELECT id, organisation, name, party, county, story, phone, state, off_reason, opened_at FROM shop \
        WHERE organisation {{in_text $1}} ORDER BY id LIMIT 100";
    /// Shops in the order in which they were opened, the newest first, of some state, after one of them.
    SHOPS = "SELECT id, organisation, name, party, county, story, phone, state, off_reason, opened_at FROM shop \
        WHERE (CAST($1 AS BIGINT) IS NULL OR state = $1) AND (CAST($2 AS TEXT) IS NULL OR name LIKE $2) \
        AND ($3 OR id < $4) ORDER BY id DESC LIMIT $5";
    /// What the shop says of itself.
    SET_PROFILE = "UPDATE shop SET story = $2, phone = $3 WHERE id = $1";
    /// Whether the shop sells, and why not.
    SET_SHOP_STATE = "UPDATE shop SET state = $2, off_reason = $3 WHERE id = $1 AND state <> $2";
    /// The freight templates of a shop.
    FREIGHTS = "SELECT id, name, template FROM freight WHERE shop = $1 ORDER BY name LIMIT 200";
    /// One freight template of a shop.
    FREIGHT = "SELECT id, name, template FROM freight WHERE id = $1 AND shop = $2";
}

/// A shop (店铺) as its row tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShopRow {
    /// Identifier.
    pub id: Id<Shop>,
    /// The code of the organisation that runs it: its unified social credit code.
    pub organisation: String,
    /// Its name: that of the organisation.
    pub name: String,
    /// The organisation in the register of parties.
    pub party: i64,
    /// Where it is at home.
    pub county: RegionCode,
    /// What it says of itself.
    pub story: String,
    /// Telephone for buyers.
    pub phone: String,
    /// Whether it sells.
    pub state: ShopState,
    /// Why it does not.
    pub off_reason: Option<String>,
    /// Since when it is here.
    pub opened_at: Instant,
}

impl ShopRow {
    /// Where one needs a permission to work for it.
    pub fn scope(&self) -> Scope {
        Scope::Organisation(self.organisation.clone())
    }

    /// Whether it sells.
    pub fn is_open(&self) -> bool {
        self.state == ShopState::Open
    }
}

impl FromRow for ShopRow {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self {
            id: row.get(0)?,
            organisation: row.get(1)?,
            name: row.get(2)?,
            party: row.get(3)?,
            county: row.get(4)?,
            story: row.get(5)?,
            phone: row.get(6)?,
            state: row.get(7)?,
            off_reason: row.get(8)?,
            opened_at: row.get(9)?,
        })
    }
}

/// A freight template of a shop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FreightRow {
    /// Identifier.
    pub id: Id<Freight>,
    /// Its name, once in a shop.
    pub name: String,
    /// What it says.
    pub template: Template,
}

impl FromRow for FreightRow {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self { id: row.get(0)?, name: row.get(1)?, template: json(row, 2)? })
    }
}

/// A column that holds JSON of our own making.
pub(crate) fn json<T: serde::de::DeserializeOwned>(row: &Row, column: usize) -> Result<T, DbError> {
    let text: String = row.get(column)?;
    serde_json::from_str(&text).map_err(|error| DbError::Column { column, problem: error.to_string() })
}

/// The same where there may be nothing.
pub(crate) fn json_if<T: serde::de::DeserializeOwned>(
    row: &Row,
    column: usize,
) -> Result<Option<T>, DbError> {
    match row.get::<Option<String>>(column)? {
        None => Ok(None),
        Some(text) => serde_json::from_str(&text)
            .map(Some)
            .map_err(|error| DbError::Column { column, problem: error.to_string() }),
    }
}

/// JSON on its way into a column.
pub(crate) fn to_json(value: &impl serde::Serialize) -> Result<String, DbError> {
    serde_json::to_string(value).map_err(|error| DbError::Other(error.to_string()))
}

pub(crate) async fn add(tx: &mut Tx, shop: &ShopRow) -> Result<(), DbError> {
    let row = binds![
        shop.id,
        &shop.organisation,
        &shop.name,
        shop.party,
        shop.county,
        &shop.story,
        &shop.phone,
        shop.state.code(),
        shop.opened_at
    ];
    tx.insert(&ADD_SHOP, row).await.map(drop)
}

pub(crate) async fn shop(tx: &mut Tx, id: Id<Shop>) -> Result<Option<ShopRow>, DbError> {
    tx.fetch_optional(&SHOP, binds![id]).await
}

pub(crate) async fn shop_of(tx: &mut Tx, organisation: &str) -> Result<Option<ShopRow>, DbError> {
    tx.fetch_optional(&SHOP_OF, binds![organisation]).await
}

pub(crate) async fn shops_of(tx: &mut Tx, organisations: &[String]) -> Result<Vec<ShopRow>, DbError> {
    tx.fetch_all(&SHOPS_OF, binds![organisations]).await
}

pub(crate) async fn shops(
    tx: &mut Tx,
    state: Option<ShopState>,
    contains: Option<&str>,
    after: Option<Id<Shop>>,
    limit: i64,
) -> Result<Vec<ShopRow>, DbError> {
    let like = contains.map(|text| format!("%{}%", text.replace(['%', '_'], "")));
    let from = after.unwrap_or(Id::from_uuid(uuid::Uuid::max()));
    tx.fetch_all(&SHOPS, binds![state.map(ShopState::code), like, after.is_none(), from, limit]).await
}

pub(crate) async fn set_profile(
    tx: &mut Tx,
    id: Id<Shop>,
    (story, phone): (&str, &str),
) -> Result<(), DbError> {
    tx.execute(&SET_PROFILE, binds![id, story, phone]).await.map(drop)
}

/// Returns whether the state is another one than before.
pub(crate) async fn set_state(
    tx: &mut Tx,
    id: Id<Shop>,
    state: ShopState,
    reason: Option<&str>,
) -> Result<bool, DbError> {
    Ok(tx.execute(&SET_SHOP_STATE, binds![id, state.code(), reason]).await? > 0)
}

pub(crate) async fn freights(tx: &mut Tx, shop: Id<Shop>) -> Result<Vec<FreightRow>, DbError> {
    tx.fetch_all(&FREIGHTS, binds![shop]).await
}

pub(crate) async fn freight(
    tx: &mut Tx,
    shop: Id<Shop>,
    id: Id<Freight>,
) -> Result<Option<FreightRow>, DbError> {
    tx.fetch_optional(&FREIGHT, binds![id, shop]).await
}

pub(crate) async fn put_freight(tx: &mut Tx, shop: Id<Shop>, row: &FreightRow) -> Result<(), DbError> {
    tx.insert(&PUT_FREIGHT, binds![row.id, shop, &row.name, to_json(&row.template)?]).await.map(drop)
}
