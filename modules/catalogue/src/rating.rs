//! What buyers say of products, summed (评价汇总). Whoever keeps the reviews adds what changes, in the transaction of the
//! review, so that lists read one row for each product and nothing is counted when somebody looks.

pub use crate::store::rating::{add, of_product, of_shop};

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
