//! Variants and their prices.

use sh_db::{DbError, FromRow, Row, Tx, Value, binds};
use sh_kernel::{Fen, Id, Instant};

use crate::model::{Picture, Product, Shop, Sku, SkuRow};

sh_db::inserts! {
    /// Variants as approved. One that is there gets a higher version if a buyer would notice.
    PUT_SKUS = sku(id Uuid, shop Uuid, product Uuid, code Text, spec Text, content I64, gross_grams I64, price I64,
        position I64, active Bool, version I64)
        "ON CONFLICT (id, shop) DO UPDATE SET code = excluded.code, spec = excluded.spec, content = excluded.content, \
         gross_grams = excluded.gross_grams, price = excluded.price, position = excluded.position, \
         active = excluded.active, version = sku.version + 1";
    /// Prices that a variant gets.
    ADD_PRICES = sku_price(id Uuid, shop Uuid, sku Uuid, before I64, price I64, at Instant, changed_by Text) "";
    /// Photos.
    ADD_PICTURE = picture(id Uuid, shop Uuid, product Uuid, large Text, small Text, width I64, height I64,
        added_at Instant, added_by Text, shown Bool) "";
}

sh_db::statements! {
    /// Photos of a product that are on sale from now on.
    SET_SHOWN = "UPDATE picture SET shown = TRUE WHERE product = $1 AND id {{in_uuid $2}}";
    /// Photos that were never on sale, added before an instant, after one of them, the oldest first.
    UNSHOWN = "SELECT id, product, large, small, added_at FROM picture WHERE NOT shown AND added_at < $1
        AND (added_at, id) > ($2, $3) ORDER BY added_at, id LIMIT $4";
    /// Forgets a photo that was never on sale.
    DROP_PICTURE = "DELETE FROM picture WHERE id = $1 AND product = $2 AND NOT shown";
    /// How many photos have the same file.
    SAME_FILE = "SELECT COUNT(*) FROM picture WHERE small = $1";
    /// The variants of a product, offered or not, in order.
    SKUS = "SELECT id, code, spec, content, gross_grams, price, active, version FROM sku \
        WHERE product = $1 ORDER BY position, id";
    /// The variants of some products.
    SKUS_OF = "SELECT id, code, spec, content, gross_grams, price, active, version, product FROM sku \
        WHERE product {{in_uuid $1}} ORDER BY product, position, id";
    /// Product and shop of a variant.
    HOME_OF = "SELECT product, shop FROM sku WHERE id = $1";
    /// A variant is offered no longer.
    RETIRE = "UPDATE sku SET active = FALSE, version = version + 1 WHERE product = $1 AND shop = $2 \
        AND active AND id {{in_uuid $3}}";
    /// A variant's price, unless it was changed since.
    SET_PRICE = "UPDATE sku SET price = $4, version = version + 1 WHERE id = $1 AND shop = $2 AND price = $3";
    /// The prices of a variant, the newest first.
    PRICES = "SELECT before, price, at, changed_by FROM sku_price WHERE sku = $1 ORDER BY id DESC LIMIT $2";
    /// Photos of a product.
    PICTURES = "SELECT id, large, small, width, height FROM picture WHERE product = $1 ORDER BY id LIMIT 200";
}

impl FromRow for SkuRow {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self {
            id: row.get(0)?,
            code: row.get(1)?,
            spec: row.get(2)?,
            content: row.get(3)?,
            gross_grams: row.get(4)?,
            price: row.get(5)?,
            active: row.get(6)?,
            version: row.get(7)?,
        })
    }
}

/// One price that a variant has had (价格记录).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceChange {
    /// The price before; `None` for the first.
    pub before: Option<Fen>,
    /// The price from then on.
    pub price: Fen,
    /// When.
    pub at: Instant,
    /// By whom.
    pub by: String,
}

impl FromRow for PriceChange {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self { before: row.get(0)?, price: row.get(1)?, at: row.get(2)?, by: row.get(3)? })
    }
}

/// A photo as its row tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PictureRow {
    /// Identifier.
    pub id: Id<Picture>,
    /// Key of the large size.
    pub large: String,
    /// Key of the small size.
    pub small: String,
    /// Width of the large size in pixels.
    pub width: u32,
    /// Its height.
    pub height: u32,
}

impl FromRow for PictureRow {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self {
            id: row.get(0)?,
            large: row.get(1)?,
            small: row.get(2)?,
            width: row.get(3)?,
            height: row.get(4)?,
        })
    }
}

/// Of which product and shop rows are.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Home {
    pub(crate) product: Id<Product>,
    pub(crate) shop: Id<Shop>,
}

/// A price on its way into the record.
pub(crate) struct NewPrice {
    pub(crate) id: Id<PriceChange>,
    pub(crate) sku: Id<Sku>,
    pub(crate) before: Option<Fen>,
    pub(crate) price: Fen,
}

pub(crate) async fn skus(tx: &mut Tx, product: Id<Product>) -> Result<Vec<SkuRow>, DbError> {
    tx.fetch_all(&SKUS, binds![product]).await
}

/// The variants of some products, each with its product.
pub(crate) async fn skus_of(
    tx: &mut Tx,
    products: &[Id<Product>],
) -> Result<Vec<(Id<Product>, SkuRow)>, DbError> {
    let mut rows = Vec::new();
    tx.for_each(&SKUS_OF, binds![products], |row| {
        rows.push((row.get(8)?, SkuRow::from_row(row)?));
        Ok(())
    })
    .await?;
    Ok(rows)
}

pub(crate) async fn home_of(tx: &mut Tx, sku: Id<Sku>) -> Result<Option<Home>, DbError> {
    let found: Option<(Id<Product>, Id<Shop>)> = tx.fetch_optional(&HOME_OF, binds![sku]).await?;
    Ok(found.map(|(product, shop)| Home { product, shop }))
}

pub(crate) async fn put_skus(tx: &mut Tx, home: Home, skus: &[SkuRow]) -> Result<(), DbError> {
    let rows: Vec<Vec<Value>> = skus
        .iter()
        .zip(0_i64..)
        .map(|(sku, position)| {
            binds![
                sku.id,
                home.shop,
                home.product,
                &sku.code,
                &sku.spec,
                sku.content,
                sku.gross_grams,
                sku.price,
                position,
                sku.active,
                sku.version
            ]
        })
        .collect();
    tx.insert_many(&PUT_SKUS, rows).await.map(drop)
}

pub(crate) async fn retire(tx: &mut Tx, home: Home, skus: &[Id<Sku>]) -> Result<(), DbError> {
    if skus.is_empty() {
        return Ok(());
    }
    tx.execute(&RETIRE, binds![home.product, home.shop, skus]).await.map(drop)
}

/// Returns whether it was set; otherwise somebody else has changed it.
pub(crate) async fn set_price(
    tx: &mut Tx,
    (sku, shop): (Id<Sku>, Id<Shop>),
    before: Fen,
    price: Fen,
) -> Result<bool, DbError> {
    Ok(tx.execute(&SET_PRICE, binds![sku, shop, before, price]).await? > 0)
}

pub(crate) async fn add_prices(
    tx: &mut Tx,
    shop: Id<Shop>,
    prices: &[NewPrice],
    (at, by): (Instant, &str),
) -> Result<(), DbError> {
    let rows: Vec<Vec<Value>> = prices
        .iter()
        .map(|price| binds![price.id, shop, price.sku, price.before, price.price, at, by])
        .collect();
    tx.insert_many(&ADD_PRICES, rows).await.map(drop)
}

pub(crate) async fn prices(tx: &mut Tx, sku: Id<Sku>, limit: u32) -> Result<Vec<PriceChange>, DbError> {
    tx.fetch_all(&PRICES, binds![sku, limit]).await
}

pub(crate) async fn add_picture(
    tx: &mut Tx,
    (product, shop): (Id<Product>, Id<Shop>),
    row: &PictureRow,
    (at, by): (Instant, &str),
) -> Result<(), DbError> {
    let values = binds![row.id, shop, product, &row.large, &row.small, row.width, row.height, at, by, false];
    tx.insert_many(&ADD_PICTURE, [values]).await.map(drop)
}

/// A photo that was never on sale.
pub(crate) struct Unshown {
    pub(crate) id: Id<Picture>,
    pub(crate) product: Id<Product>,
    pub(crate) large: String,
    pub(crate) small: String,
    pub(crate) added_at: Instant,
}

impl FromRow for Unshown {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self {
            id: row.get(0)?,
            product: row.get(1)?,
            large: row.get(2)?,
            small: row.get(3)?,
            added_at: row.get(4)?,
        })
    }
}

pub(crate) async fn set_shown(
    tx: &mut Tx,
    product: Id<Product>,
    pictures: &[Id<Picture>],
) -> Result<(), DbError> {
    tx.execute(&SET_SHOWN, binds![product, pictures]).await.map(drop)
}

pub(crate) async fn unshown(
    tx: &mut Tx,
    before: Instant,
    after: (Instant, Id<Picture>),
    limit: i64,
) -> Result<Vec<Unshown>, DbError> {
    tx.fetch_all(&UNSHOWN, binds![before, after.0, after.1, limit]).await
}

/// Forgets a photo, and answers whether no other has its file.
pub(crate) async fn drop_picture(tx: &mut Tx, picture: &Unshown) -> Result<bool, DbError> {
    if tx.execute(&DROP_PICTURE, binds![picture.id, picture.product]).await? == 0 {
        return Ok(false);
    }
    let (others,): (i64,) = tx.fetch_one(&SAME_FILE, binds![&picture.small]).await?;
    Ok(others == 0)
}

pub(crate) async fn pictures(tx: &mut Tx, product: Id<Product>) -> Result<Vec<PictureRow>, DbError> {
    tx.fetch_all(&PICTURES, binds![product]).await
}
