//! What everybody may see: products on sale of shops that are open.

use sh_db::{DbError, FromRow, Row, Tx, binds};
use sh_files::parse::BaseUnit;
use sh_kernel::{Day, Fen, Id, RegionCode};

use crate::{
    model::{Product, Sku, unit_of_code},
    rating::Rating,
};

sh_db::statements! {
    /// Products as lists show them.
    CARDS = "SELECT p.id, p.name, p.kind, p.origin, p.unit, p.certified_until, p.cover, s.id, s.spec, s.price, s.content, \
        h.name, COALESCE(r.one, 0), COALESCE(r.two, 0), COALESCE(r.three, 0), COALESCE(r.four, 0), \
        COALESCE(r.five, 0), COALESCE(r.photos, 0) FROM product p JOIN sku s ON s.id = p.lead AND s.shop = p.shop \
        JOIN shop h ON h.id = p.shop LEFT JOIN product_rating r ON r.product = p.id \
        WHERE p.id {{in_uuid $1}} AND p.shelf = 2 AND h.state = 1";
    /// Counties with products on sale of a province or county, and how many.
    COUNTIES = "SELECT p.origin, COUNT(*) FROM product p JOIN shop h ON h.id = p.shop \
        WHERE p.shelf = 2 AND h.state = 1 AND p.origin BETWEEN $1 AND $2 GROUP BY p.origin ORDER BY p.origin LIMIT 4000";
    /// Producers with products on sale of a county or province, and how many, the most first.
    PRODUCERS = "SELECT p.producer, COUNT(*) AS goods FROM product p JOIN shop h ON h.id = p.shop \
        WHERE p.shelf = 2 AND h.state = 1 AND p.origin BETWEEN $1 AND $2 AND p.producer IS NOT NULL \
        GROUP BY p.producer ORDER BY goods DESC, p.producer LIMIT $3";
}

/// A product as a list shows it (商品卡片).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// The product.
    pub product: Id<Product>,
    /// Its name.
    pub name: String,
    /// Number of its kind.
    pub kind: i64,
    /// County of origin.
    pub origin: RegionCode,
    /// What its content is measured in.
    pub unit: BaseUnit,
    /// Last day of its recognition.
    pub certified_until: Option<Day>,
    /// Key of the small picture.
    pub cover: Option<String>,
    /// The variant that is shown.
    pub sku: Id<Sku>,
    /// What tells it from the others.
    pub spec: String,
    /// Its price.
    pub price: Fen,
    /// Its content.
    pub content: i64,
    /// The name of the shop.
    pub shop: String,
    /// What its buyers say.
    pub rating: Rating,
}

impl FromRow for Card {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self {
            product: row.get(0)?,
            name: row.get(1)?,
            kind: row.get(2)?,
            origin: row.get(3)?,
            unit: unit_of_code(row.get(4)?),
            certified_until: row.get(5)?,
            cover: row.get(6)?,
            sku: row.get(7)?,
            spec: row.get(8)?,
            price: row.get(9)?,
            content: row.get(10)?,
            shop: row.get(11)?,
            rating: Rating::from_row_at(row, 12)?,
        })
    }
}

/// The cards of some products, in the order asked for; what is not on sale is missing.
pub(crate) async fn cards(tx: &mut Tx, products: &[Id<Product>]) -> Result<Vec<Card>, DbError> {
    if products.is_empty() {
        return Ok(Vec::new());
    }
    let mut cards: Vec<Card> = tx.fetch_all(&CARDS, binds![products]).await?;
    cards.sort_by_key(|card| products.iter().position(|id| *id == card.product));
    Ok(cards)
}

pub(crate) async fn counties(tx: &mut Tx, within: RegionCode) -> Result<Vec<(RegionCode, i64)>, DbError> {
    let (first, last) = within.range();
    tx.fetch_all(&COUNTIES, binds![first, last]).await
}

pub(crate) async fn producers(
    tx: &mut Tx,
    within: RegionCode,
    limit: u32,
) -> Result<Vec<(i64, i64)>, DbError> {
    let (first, last) = within.range();
    tx.fetch_all(&PRODUCERS, binds![first, last, limit]).await
}
