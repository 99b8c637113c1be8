//! What buyers say of products, summed.

use sh_db::{DbError, FromRow, Row, Tx, binds};
use sh_kernel::Id;

use crate::{
    model::{Product, Shop},
    rating::Rating,
};

sh_db::inserts! {
    /// Adds to the sums of a product.
    ADD_RATING = product_rating(product Uuid, shop Uuid, one I64, two I64, three I64, four I64, five I64, photos I64)
        "ON CONFLICT (product) DO UPDATE SET one = product_rating.one + excluded.one, \
            two = product_rating.two + excluded.two, three = product_rating.three + excluded.three, \
            four = product_rating.four + excluded.four, five = product_rating.five + excluded.five, \
            photos = product_rating.photos + excluded.photos";
}

sh_db::statements! {
    /// The sums of a product.
    RATING = "SELECT one, two, three, four, five, photos FROM product_rating WHERE product = $1";
    /// The sums of all products of a shop.
    RATING_OF_SHOP = "SELECT CAST(COALESCE(SUM(one), 0) AS BIGINT), CAST(COALESCE(SUM(two), 0) AS BIGINT), \
        CAST(COALESCE(SUM(three), 0) AS BIGINT), CAST(COALESCE(SUM(four), 0) AS BIGINT), \
        CAST(COALESCE(SUM(five), 0) AS BIGINT), CAST(COALESCE(SUM(photos), 0) AS BIGINT) \
        FROM product_rating WHERE shop = $1";
}

impl FromRow for Rating {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Self::from_row_at(row, 0)
    }
}

impl Rating {
    /// Reads the sums from six columns of a row.
    pub(crate) fn from_row_at(row: &Row, at: usize) -> Result<Self, DbError> {
        let stars = [row.get(at)?, row.get(at + 1)?, row.get(at + 2)?, row.get(at + 3)?, row.get(at + 4)?];
        Ok(Self { stars, photos: row.get(at + 5)? })
    }
}

/// Adds what a review changes to the sums of its product.
///
/// # Errors
/// What the database refuses.
pub async fn add(
    tx: &mut Tx,
    (product, shop): (Id<Product>, Id<Shop>),
    change: Rating,
) -> Result<(), DbError> {
    let Rating { stars: [one, two, three, four, five], photos } = change;
    tx.insert(&ADD_RATING, binds![product, shop, one, two, three, four, five, photos]).await.map(drop)
}

/// The sums of a product.
///
/// # Errors
/// What the database refuses.
pub async fn of_product(tx: &mut Tx, product: Id<Product>) -> Result<Rating, DbError> {
    Ok(tx.fetch_optional(&RATING, binds![product]).await?.unwrap_or_default())
}

/// The sums of all products of a shop.
///
/// # Errors
/// What the database refuses.
pub async fn of_shop(tx: &mut Tx, shop: Id<Shop>) -> Result<Rating, DbError> {
    Ok(tx.fetch_optional(&RATING_OF_SHOP, binds![shop]).await?.unwrap_or_default())
}
