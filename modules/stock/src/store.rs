//! All SQL of this module. How much there is of a lot stands in the ledger.

use sh_catalogue::model::{Shop, Sku};
use sh_db::{DbError, FromRow, Row, Tx, binds};
use sh_imports::model::TableImport;
use sh_kernel::{Day, Id, Instant};
use sh_ledger::{PostingNumber, Unit};

use crate::{
    model::{Location, Lot, LotState, Movement, MovementKind, Reason},
    sale::ForSale,
};

/// Locations that a shop may have.
pub(crate) const LOCATIONS_MAX: u32 = 100;

/// The columns that [`LotRow`] is read from.
macro_rules! lot_columns {
    () => {
        "id, shop, sku, unit, code, produced, expires, state, reason, received_at"
    };
}

sh_db::inserts! {
    /// A new location.
    ADD_LOCATION = stock_location(id Uuid, shop Uuid, name Text) "";
    /// A new lot.
    ADD_LOT = lot(id Uuid, shop Uuid, sku Uuid, unit I64, code Text, produced I64, expires I64, state I64,
        received_at Instant) "";
    /// A lot lies at a location from now on, if it did not before.
    ADD_LOT_LOCATION = lot_location(lot Uuid, shop Uuid, location Uuid)
        "ON CONFLICT (lot, shop, location) DO NOTHING";
    /// What somebody did.
    ADD_MOVEMENT = lot_movement(id Uuid, shop Uuid, lot Uuid, kind I64, reason I64, location Uuid, target Uuid,
        quantity I64, note Text, posting I64, at Instant, changed_by Text) "";
    /// What a row of a table said.
    ADD_TABLE_ROW = lot_table_row(shop Uuid, content Text, lot Uuid, import Uuid) "";
}

sh_db::statements! {
    /// The locations of a shop, the first one first.
    LOCATIONS = "SELECT id, name FROM stock_location WHERE shop = $1 ORDER BY id LIMIT $2";
    /// One lot.
    LOT = concat!("SELECT ", lot_columns!(), " FROM lot WHERE id = $1");
    /// Where some lots lie or have lain, with what whoever fetches them has to know.
    LABELS = "SELECT l.id, p.location, l.code, l.expires, n.name FROM lot l
        JOIN lot_location p ON p.lot = l.id AND p.shop = l.shop
        JOIN stock_location n ON n.id = p.location AND n.shop = p.shop
        WHERE l.id {{in_uuid $1}} ORDER BY l.id, p.location";
    /// The lot of a variant with a code.
    LOT_BY_CODE = concat!("SELECT ", lot_columns!(), " FROM lot WHERE shop = $1 AND sku = $2 AND code = $3");
    /// Lots of some variants with some codes.
    LOTS_BY_CODE = concat!("SELECT ", lot_columns!(), " FROM lot WHERE shop = $1 AND sku {{in_uuid $2}}
        AND code {{in_text $3}}");
    /// Rows of tables that were received already.
    TABLE_ROWS = "SELECT content, import FROM lot_table_row WHERE shop = $1 AND content {{in_text $2}}";
    /// Lots of a shop after one of them, the newest first: of some state, of some variants.
    LOTS = concat!("SELECT ", lot_columns!(), " FROM lot WHERE shop = $1
        AND (CAST($2 AS BIGINT) IS NULL OR state = $2) AND ($3 OR sku {{in_uuid $4}}) AND ($5 OR id < $6)
        ORDER BY id DESC LIMIT $7");
    /// Lots of a shop that may be sold up to a day at most, the next to expire first: of some variants, after one of them.
    EXPIRING = concat!("SELECT ", lot_columns!(), " FROM lot WHERE shop = $1 AND state = 1 AND expires IS NOT NULL
        AND expires <= $2 AND ($3 OR sku {{in_uuid $4}}) AND ($5 OR (expires, id) > ($6, $7))
        ORDER BY expires, id LIMIT $8");
    /// Where some lots lie or have lain.
    PLACES = "SELECT p.lot, p.location, n.name FROM lot_location p
        JOIN stock_location n ON n.id = p.location AND n.shop = p.shop
        WHERE p.lot {{in_uuid $1}} ORDER BY p.lot, p.location";
    /// Lots that may be sold on a day, in the order in which they are to be sold.
    FOR_SALE = "SELECT l.id, l.sku, l.shop, p.location, l.unit, l.code, l.produced, l.expires FROM lot l
        JOIN lot_location p ON p.lot = l.id AND p.shop = l.shop
        WHERE l.sku {{in_uuid $1}} AND l.state = 1 AND NOT l.empty AND (l.expires IS NULL OR l.expires >= $2)
        ORDER BY COALESCE(l.expires, 99991231), COALESCE(l.produced, 99991231), l.id, p.location";
    /// Lots that are sold and not marked as empty, after one of them.
    WITH_GOODS = concat!("SELECT ", lot_columns!(), " FROM lot WHERE state = 1 AND NOT empty AND id > $1
        AND received_at < $2 ORDER BY id LIMIT $3");
    /// Marks lots as empty.
    SET_EMPTY = "UPDATE lot SET empty = TRUE WHERE id {{in_uuid $1}} AND state = 1";
    /// Goods have come to lots.
    REFILLED = "UPDATE lot SET empty = FALSE WHERE id {{in_uuid $1}} AND empty";
    /// What people did to a lot, the latest first.
    MOVEMENTS = "SELECT m.id, m.kind, m.reason, m.quantity, a.name, b.name, m.note, m.posting, m.at, m.changed_by
        FROM lot_movement m JOIN stock_location a ON a.id = m.location AND a.shop = m.shop
        LEFT JOIN stock_location b ON b.id = m.target AND b.shop = m.shop
        WHERE m.lot = $1 ORDER BY m.id DESC LIMIT $2";
    /// Whether a lot is sold, and why not.
    SET_STATE = "UPDATE lot SET state = $4, reason = $5 WHERE id = $1 AND shop = $2 AND state = $3";
}

/// A lot (批次) as its row tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LotRow {
    /// Identifier.
    pub id: Id<Lot>,
    /// Whose it is.
    pub shop: Id<Shop>,
    /// Of which variant.
    pub sku: Id<Sku>,
    /// What it is counted in.
    pub unit: Unit,
    /// As the producer names it.
    pub code: String,
    /// When it was produced.
    pub produced: Option<Day>,
    /// The last day on which it may be sold.
    pub expires: Option<Day>,
    /// Whether it is sold.
    pub state: LotState,
    /// Why not.
    pub reason: Option<String>,
    /// When the first of it came in.
    pub received_at: Instant,
}

impl FromRow for LotRow {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self {
            id: row.get(0)?,
            shop: row.get(1)?,
            sku: row.get(2)?,
            unit: row.get(3)?,
            code: row.get(4)?,
            produced: row.get(5)?,
            expires: row.get(6)?,
            state: row.get(7)?,
            reason: row.get(8)?,
            received_at: row.get(9)?,
        })
    }
}

impl FromRow for ForSale {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self {
            lot: row.get(0)?,
            sku: row.get(1)?,
            shop: row.get(2)?,
            location: row.get(3)?,
            unit: row.get(4)?,
            code: row.get(5)?,
            produced: row.get(6)?,
            expires: row.get(7)?,
        })
    }
}

/// Where goods lie (仓位).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Identifier.
    pub id: Id<Location>,
    /// Its name, once in a shop.
    pub name: String,
}

impl FromRow for Place {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self { id: row.get(0)?, name: row.get(1)? })
    }
}

/// What somebody did to a lot (出入库单).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MovementRow {
    /// Identifier.
    pub id: Id<Movement>,
    /// What.
    pub kind: MovementKind,
    /// Why the books were adjusted.
    pub reason: Option<Reason>,
    /// In the base unit; below zero what was taken away.
    pub quantity: i64,
    /// The name of the location.
    pub location: String,
    /// Where a move went.
    pub target: Option<String>,
    /// What they wrote to it.
    pub note: String,
    /// Its posting; none if a count found what the books say.
    pub posting: Option<PostingNumber>,
    /// When.
    pub at: Instant,
    /// By whom.
    pub by: String,
}

impl FromRow for MovementRow {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        let reason: Option<i64> = row.get(2)?;
        Ok(Self {
            id: row.get(0)?,
            kind: row.get(1)?,
            reason: reason.and_then(|code| Reason::ALL.iter().copied().find(|value| value.code() == code)),
            quantity: row.get(3)?,
            location: row.get(4)?,
            target: row.get(5)?,
            note: row.get(6)?,
            posting: row.get(7)?,
            at: row.get(8)?,
            by: row.get(9)?,
        })
    }
}

pub(crate) async fn locations(tx: &mut Tx, shop: Id<Shop>) -> Result<Vec<Place>, DbError> {
    tx.fetch_all(&LOCATIONS, binds![shop, LOCATIONS_MAX]).await
}

pub(crate) async fn add_location(tx: &mut Tx, shop: Id<Shop>, place: &Place) -> Result<(), DbError> {
    tx.insert(&ADD_LOCATION, binds![place.id, shop, &place.name]).await.map(drop)
}

pub(crate) async fn lot(tx: &mut Tx, id: Id<Lot>) -> Result<Option<LotRow>, DbError> {
    tx.fetch_optional(&LOT, binds![id]).await
}

pub(crate) async fn lot_by_code(
    tx: &mut Tx,
    (shop, sku): (Id<Shop>, Id<Sku>),
    code: &str,
) -> Result<Option<LotRow>, DbError> {
    tx.fetch_optional(&LOT_BY_CODE, binds![shop, sku, code]).await
}

pub(crate) async fn lots_by_code(
    tx: &mut Tx,
    shop: Id<Shop>,
    skus: &[Id<Sku>],
    codes: &[String],
) -> Result<Vec<LotRow>, DbError> {
    tx.fetch_all(&LOTS_BY_CODE, binds![shop, skus, codes]).await
}

/// Which of these rows of tables were received already, and with which import.
pub(crate) async fn table_rows(
    tx: &mut Tx,
    shop: Id<Shop>,
    contents: &[String],
) -> Result<Vec<(String, Id<TableImport>)>, DbError> {
    tx.fetch_all(&TABLE_ROWS, binds![shop, contents]).await
}

pub(crate) async fn add_table_row(
    tx: &mut Tx,
    shop: Id<Shop>,
    (content, lot, import): (&str, Id<Lot>, Id<TableImport>),
) -> Result<(), DbError> {
    tx.insert(&ADD_TABLE_ROW, binds![shop, content, lot, import]).await.map(drop)
}

pub(crate) async fn add_lot(tx: &mut Tx, lot: &LotRow) -> Result<(), DbError> {
    let row = binds![
        lot.id,
        lot.shop,
        lot.sku,
        lot.unit,
        &lot.code,
        lot.produced,
        lot.expires,
        lot.state.code(),
        lot.received_at
    ];
    tx.insert(&ADD_LOT, row).await.map(drop)
}

pub(crate) async fn lies_at(
    tx: &mut Tx,
    (lot, shop): (Id<Lot>, Id<Shop>),
    location: Id<Location>,
) -> Result<(), DbError> {
    tx.insert(&ADD_LOT_LOCATION, binds![lot, shop, location]).await.map(drop)
}

/// Lots of a shop after one, the newest first; of some variants if any are named.
pub(crate) async fn lots(
    tx: &mut Tx,
    shop: Id<Shop>,
    (state, skus): (Option<LotState>, Option<&[Id<Sku>]>),
    after: Option<Id<Lot>>,
    limit: i64,
) -> Result<Vec<LotRow>, DbError> {
    let from = after.unwrap_or(Id::from_uuid(uuid::Uuid::max()));
    let values = binds![
        shop,
        state.map(LotState::code),
        skus.is_none(),
        skus.unwrap_or_default(),
        after.is_none(),
        from,
        limit
    ];
    tx.fetch_all(&LOTS, values).await
}

/// Open lots of a shop whose last day is `until` or before, the next to expire first, after one of them.
pub(crate) async fn expiring(
    tx: &mut Tx,
    shop: Id<Shop>,
    (until, skus): (Day, Option<&[Id<Sku>]>),
    after: Option<(i64, Id<Lot>)>,
    limit: i64,
) -> Result<Vec<LotRow>, DbError> {
    let (day, lot) = after.unwrap_or((0, Id::from_uuid(uuid::Uuid::nil())));
    let values =
        binds![shop, until, skus.is_none(), skus.unwrap_or_default(), after.is_none(), day, lot, limit];
    tx.fetch_all(&EXPIRING, values).await
}

/// Where lots lie or have lain, each with its lot.
pub(crate) async fn places(tx: &mut Tx, lots: &[Id<Lot>]) -> Result<Vec<(Id<Lot>, Place)>, DbError> {
    let rows: Vec<(Id<Lot>, Id<Location>, String)> = tx.fetch_all(&PLACES, binds![lots]).await?;
    Ok(rows.into_iter().map(|(lot, id, name)| (lot, Place { id, name })).collect())
}

pub(crate) async fn for_sale(tx: &mut Tx, skus: &[Id<Sku>], today: Day) -> Result<Vec<ForSale>, DbError> {
    tx.fetch_all(&FOR_SALE, binds![skus, today]).await
}

pub(crate) async fn with_goods(
    tx: &mut Tx,
    after: Id<Lot>,
    received_before: Instant,
    limit: i64,
) -> Result<Vec<LotRow>, DbError> {
    tx.fetch_all(&WITH_GOODS, binds![after, received_before, limit]).await
}

pub(crate) async fn set_empty(tx: &mut Tx, lots: &[Id<Lot>]) -> Result<(), DbError> {
    tx.execute(&SET_EMPTY, binds![lots]).await.map(drop)
}

/// Goods have come to lots, from outside or back from buyers, so that they are looked at again when something is sold.
/// Whoever posts goods to what is on hand of a lot calls it in the same transaction.
///
/// # Errors
/// What the database refuses.
pub async fn refilled(tx: &mut Tx, lots: &[Id<Lot>]) -> Result<(), DbError> {
    if lots.is_empty() {
        return Ok(());
    }
    tx.execute(&REFILLED, binds![lots]).await.map(drop)
}

/// What whoever fetches goods has to know of a lot at a location.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The lot.
    pub lot: Id<Lot>,
    /// Where it lies.
    pub location: Id<Location>,
    /// The lot as the producer names it.
    pub code: String,
    /// The last day on which it may be sold.
    pub expires: Option<Day>,
    /// The name of the location.
    pub place: String,
}

impl FromRow for Label {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self {
            lot: row.get(0)?,
            location: row.get(1)?,
            code: row.get(2)?,
            expires: row.get(3)?,
            place: row.get(4)?,
        })
    }
}

/// What is written on lots, for each location where they lie or have lain.
///
/// # Errors
/// What the database refuses.
pub async fn labels(tx: &mut Tx, lots: &[Id<Lot>]) -> Result<Vec<Label>, DbError> {
    tx.fetch_all(&LABELS, binds![lots]).await
}

/// A document on its way in.
pub(crate) struct NewMovement<'a> {
    pub(crate) id: Id<Movement>,
    pub(crate) lot: &'a LotRow,
    pub(crate) kind: MovementKind,
    pub(crate) reason: Option<Reason>,
    pub(crate) location: Id<Location>,
    pub(crate) target: Option<Id<Location>>,
    pub(crate) quantity: i64,
    pub(crate) note: &'a str,
    pub(crate) posting: Option<PostingNumber>,
    pub(crate) at: Instant,
    pub(crate) by: &'a str,
}

pub(crate) async fn add_movement(tx: &mut Tx, new: &NewMovement<'_>) -> Result<(), DbError> {
    let row = binds![
        new.id,
        new.lot.shop,
        new.lot.id,
        new.kind.code(),
        new.reason.map(Reason::code),
        new.location,
        new.target,
        new.quantity,
        new.note,
        new.posting.map(|number| number.0),
        new.at,
        new.by
    ];
    tx.insert(&ADD_MOVEMENT, row).await.map(drop)
}

pub(crate) async fn movements(tx: &mut Tx, lot: Id<Lot>, limit: i64) -> Result<Vec<MovementRow>, DbError> {
    tx.fetch_all(&MOVEMENTS, binds![lot, limit]).await
}

/// Returns whether the lot was in the state `from`.
pub(crate) async fn set_state(
    tx: &mut Tx,
    lot: &LotRow,
    (from, to): (LotState, LotState),
    reason: Option<&str>,
) -> Result<bool, DbError> {
    Ok(tx.execute(&SET_STATE, binds![lot.id, lot.shop, from.code(), to.code(), reason]).await? > 0)
}
