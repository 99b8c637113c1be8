//! What buyers say of products, summed (评价汇总). Whoever keeps the reviews adds what changes, in the transaction of the
//! review, so that lists read one row for each product and nothing is counted when somebody looks.

use sh_db::{DbError, FromRow, Row, Tx, binds};
use sh_kernel::Id;

use crate::model::{Product, Shop};

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

/// How many reviews gave how many stars.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rating {
    /// Reviews with one, two, three, four, five stars.
    pub stars: [i64; 5],
    /// Reviews with photos.
    pub photos: i64,
}

impl Rating {
    /// One review more with so many stars, 1 to 5; with `by` −1, one less.
    #[must_use]
    pub fn plus(mut self, stars: i64, by: i64) -> Self {
        let at = usize::try_from(stars.saturating_sub(1)).ok();
        if let Some(count) = at.and_then(|at| self.stars.get_mut(at)) {
            *count = count.saturating_add(by);
        }
        self
    }

    /// Reviews in all.
    pub fn count(&self) -> i64 {
        self.stars.iter().fold(0, |sum, count| sum.saturating_add(*count))
    }

    /// The average in tenths of a star, halves rounded up: 48 is 4.8. Nothing without reviews.
    pub fn tenths(&self) -> Option<i64> {
        let count = self.count();
        let sum = self
            .stars
            .iter()
            .zip(1_i64..)
            .fold(0_i64, |sum, (number, stars)| sum.saturating_add(number.saturating_mul(stars)));
        sum.saturating_mul(20).saturating_add(count).checked_div(count.saturating_mul(2))
    }

    /// The average as people read it: `4.8`.
    pub fn average(&self) -> Option<String> {
        self.tenths().map(|tenths| format!("{}.{}", tenths / 10, tenths % 10))
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_average_is_rounded_to_a_tenth() {
        let none = Rating::default();
        assert_eq!((none.count(), none.average()), (0, None));
        let some = none.plus(5, 1).plus(5, 1).plus(4, 1);
        assert_eq!((some.count(), some.average().as_deref()), (3, Some("4.7")));
        assert_eq!(some.plus(5, -1).plus(1, 1).average().as_deref(), Some("3.3"));
        assert_eq!(none.plus(4, 3).plus(5, 1).average().as_deref(), Some("4.3"), "4.25");
        assert_eq!(none.plus(0, 1).plus(6, 1), none);
    }
}
