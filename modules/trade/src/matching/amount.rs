//! How two reported amounts of one sale are related: tax, freight, rounding, slips of the unit. Whole fen only.

use crate::axes::PriceBasis;

/// Rates of value-added tax that stood at any time since 2017, in percent.
const TAX_RATES: [i128; 9] = [3, 5, 6, 9, 10, 11, 13, 16, 17];
/// Freight adds at most this many percent.
const FREIGHT_MAX: i128 = 8;
/// A unit slip: 元 meant and 万元 written, or the other way round.
const SLIP: i64 = 10_000;
/// Amounts above this (a thousand billion yuan) are not related to anything.
const AMOUNT_MAX: i64 = 100_000_000_000_000;

/// What explains the difference between two amounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Relation {
    /// The same amount.
    Exact,
    /// The same amount, one of them rounded to yuan or to 0.01 万元.
    Rounded,
    /// The lower one is without tax at this rate in percent.
    Tax(u8),
    /// The higher one contains freight.
    Freight,
}

/// A relation, and whether one side is off by a factor of ten thousand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Related {
    /// What explains the difference.
    pub relation: Relation,
    /// Whether one side was written in the wrong unit (元、万元).
    pub slip: bool,
}

/// How two amounts of the same sign are related; `None` if nothing known explains the difference.
pub fn relate(a: i64, b: i64) -> Option<Related> {
    if a == b && a != 0 {
        return Some(Related { relation: Relation::Exact, slip: false });
    }
    if a == 0 || b == 0 || (a < 0) != (b < 0) {
        return None;
    }
    let (x, y) = (a.saturating_abs(), b.saturating_abs());
    let (low, high) = if x < y { (x, y) } else { (y, x) };
    if high > AMOUNT_MAX {
        return None;
    }
    if high < low.saturating_mul(SLIP / 2) {
        return near(low, high, 0).map(|relation| Related { relation, slip: false });
    }
    // What was divided by ten thousand had at most two decimals left; what was multiplied may have been whole yuan.
    let scaled = low.saturating_mul(SLIP);
    let (low, high) = if scaled < high { (scaled, high) } else { (high, scaled) };
    near(low, high, SLIP * 50).map(|relation| Related { relation, slip: true })
}

/// `0 < low <= high`; `lost` is what rounding may have taken away besides.
fn near(low: i64, high: i64, lost: i64) -> Option<Relation> {
    let (wide_low, wide_high) = (i128::from(low), i128::from(high));
    if wide_high * 100 > wide_low * 118 {
        return None;
    }
    let gap = high - low;
    // Rounding never explains more than half a percent.
    let believable = low / 200;
    if gap <= 1 || (lost > 0 && gap <= lost.min(believable)) {
        return Some(Relation::Exact);
    }
    let step = if low % 100 == 0 || high % 100 == 0 { 50 } else { 0 };
    let coarse = if low % 10_000 == 0 || high % 10_000 == 0 { 5_000 } else { step };
    if gap <= coarse.min(believable) {
        return Some(Relation::Rounded);
    }
    let tolerance = i128::from((lost + step).min(believable).max(2));
    for rate in TAX_RATES {
        let with_tax = wide_low * (100 + rate);
        if (wide_high * 100 - with_tax).abs() <= tolerance * (100 + rate) {
            return u8::try_from(rate).ok().map(Relation::Tax);
        }
    }
    (wide_high * 100 <= wide_low * (100 + FREIGHT_MAX)).then_some(Relation::Freight)
}

/// Points for a relation, given what each side says its amount contains. Small amounts agree by chance more easily.
pub(crate) fn points(related: Related, a: (i64, PriceBasis), b: (i64, PriceBasis)) -> i32 {
    let (low, high) = if a.0.abs() <= b.0.abs() { (a, b) } else { (b, a) };
    let size = if related.slip { high.0.abs() } else { low.0.abs() };
    let rare = match size {
        100_000.. => 0,
        10_000..100_000 => 30,
        _ => 80,
    };
    let base = match related.relation {
        Relation::Exact => 300 - rare,
        Relation::Rounded => 270 - rare,
        Relation::Tax(_) => {
            let told = match (low.1, high.1) {
                (PriceBasis::WithoutTax, _) => 30,
                (PriceBasis::WithTax, PriceBasis::WithTax) => -60,
                _ => 0,
            };
            240 - rare + told
        }
        Relation::Freight => {
            let told = match (low.1, high.1) {
                (_, PriceBasis::WithFreight) => 60,
                (PriceBasis::WithTax, PriceBasis::WithTax) => -60,
                _ => 0,
            };
            120 + told
        }
    };
    base - if related.slip { 60 } else { 0 }
}

/// Sixteen steps to every doubling of the amount: amounts within 18 percent are at most [`STEPS_NEAR`] apart.
pub(crate) fn step_of(amount: i64) -> i32 {
    let size = amount.unsigned_abs().max(1) << 4;
    let top = size.ilog2();
    let fraction = (size >> (top - 4)) & 15;
    i32::try_from(top * 16).unwrap_or(0) + i32::try_from(fraction).unwrap_or(0)
}

/// How many steps two related amounts are apart at most.
pub(crate) const STEPS_NEAR: i32 = 4;

/// The steps in which the other side of a unit slip upwards lies.
pub(crate) fn steps_of_slip(amount: i64) -> Option<(i32, i32)> {
    let size = amount.saturating_abs();
    let low = size.checked_mul(SLIP)? / 100 * 84;
    let high = size.checked_mul(SLIP)? / 100 * 119;
    (high <= AMOUNT_MAX * 2).then(|| (step_of(low), step_of(high)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn relation(a: i64, b: i64) -> Option<(Relation, bool)> {
        relate(a, b).map(|found| (found.relation, found.slip))
    }

    #[test]
    fn known_differences_are_explained() {
        assert_eq!(relation(1_360_000, 1_360_000), Some((Relation::Exact, false)));
        assert_eq!(relation(1_360_000, 1_247_706), Some((Relation::Tax(9), false)));
        assert_eq!(relation(1_360_000, 1_203_539), Some((Relation::Tax(13), false)));
        assert_eq!(relation(1_360_037, 1_360_000), Some((Relation::Rounded, false)));
        assert_eq!(relation(1_364_200, 1_360_000), Some((Relation::Rounded, false)));
        assert_eq!(relation(1_360_000, 1_414_400), Some((Relation::Freight, false)));
        assert_eq!(relation(1_360_000, 136), Some((Relation::Exact, true)));
        assert_eq!(relation(1_247_706, 13_600_000_000), Some((Relation::Tax(9), true)));
        assert_eq!(relation(-5_000, -5_000), Some((Relation::Exact, false)));
        assert_eq!(relation(1_360_000, 1_700_000), None);
        assert_eq!(relation(1_360_000, -1_360_000), None);
        assert_eq!(relation(0, 0), None);
    }

    proptest! {
        #[test]
        fn related_amounts_lie_in_neighbouring_steps(a in 1_i64..10_i64.pow(12), permille in 1000_i64..1180) {
            let b = a / 1000 * permille + a % 1000;
            if relate(a, b).is_some_and(|found| !found.slip) {
                prop_assert!((step_of(a) - step_of(b)).abs() <= STEPS_NEAR, "{a} {b}");
            }
        }

        #[test]
        fn slips_lie_in_the_named_steps(a in 1_i64..10_i64.pow(9), permille in 850_i64..1180) {
            let b = a * 10 * permille;
            if relate(a, b).is_some_and(|found| found.slip) {
                let (low, high) = steps_of_slip(a).unwrap();
                prop_assert!((low..=high).contains(&step_of(b)), "{a} {b}");
            }
        }

        #[test]
        fn relations_are_symmetric(a in -10_i64.pow(14)..10_i64.pow(14), b in -10_i64.pow(14)..10_i64.pow(14)) {
            prop_assert_eq!(relate(a, b), relate(b, a));
        }
    }
}
