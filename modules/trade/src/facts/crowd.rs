//! Whether at least three sellers stand behind a sum, without keeping who they are (是否有三家以上供货方).
//!
//! A line weighs `w`, which follows from its amount and count, so that lines that cancel out weigh nothing; its seller
//! is a number `x`. Besides the amount a sum keeps the moments Σ w·x, Σ w·x², Σ w·x³ and Σ w·x⁴ modulo a prime. The
//! matrix of the moments 0 to 4 is the sum over the sellers of w·(1, x, x²)ᵀ(1, x, x²), so its determinant is zero if two
//! sellers or fewer have weight. If there are three, it is zero by a chance of some in a thousand million: then a sum is
//! hidden that could be shown, never the other way round.
//!
//! Moments are added and taken away like amounts. Whoever keeps sums keeps with them what publication needs to know.

use crate::model::TradeLine;

/// The modulus: 2³¹ − 1, so that two remainders multiply and four thousand million add up within 64 bits.
pub(crate) const PRIME: i64 = 2_147_483_647;
/// What a count weighs beside the amount. Any number would do that no ratio of real amounts and counts gives.
pub(crate) const COUNT_WEIGHT: i64 = 1_234_567_891;

/// The moments 1 to 4 of the sellers behind a sum.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Crowd(pub [i64; 4]);

impl Crowd {
    /// That of one line. The line that reverses it has the opposite.
    pub const fn of(amount: i64, count: i64, seller: i64) -> Self {
        let x = seller % PRIME;
        let first = weight(amount, count) * x % PRIME;
        let second = first * x % PRIME;
        let third = second * x % PRIME;
        Self([first, second, third, third * x % PRIME])
    }

    /// That of a line.
    pub const fn of_line(line: &TradeLine) -> Self {
        Self::of(line.amount.0, line.count, line.axes.seller)
    }

    /// Whether nothing is kept.
    pub fn is_zero(self) -> bool {
        self == Self::default()
    }

    /// Adds another sum's. Four thousand million lines fit.
    pub fn add(&mut self, other: Self) {
        for (own, other) in self.0.iter_mut().zip(other.0) {
            *own = own.wrapping_add(other);
        }
    }

    /// Whether at least three sellers stand behind the sum of this amount and count.
    pub fn is_three(self, amount: i64, count: i64) -> bool {
        let Self([first, second, third, fourth]) = self;
        let [m0, m1, m2, m3, m4] = [weight(amount, count), first, second, third, fourth]
            .map(|moment| i128::from(moment.rem_euclid(PRIME)));
        let determinant = m0 * (m2 * m4 - m3 * m3) - m1 * (m1 * m4 - m2 * m3) + m2 * (m1 * m3 - m2 * m2);
        determinant % i128::from(PRIME) != 0
    }
}

/// The weight of a line, or the sum of the weights behind a sum.
const fn weight(amount: i64, count: i64) -> i64 {
    (amount % PRIME + count % PRIME * COUNT_WEIGHT % PRIME) % PRIME
}

/// The moments as SQL computes them, to the same numbers: both engines cut remainders towards zero, as Rust does. The
/// line table is named `l`.
pub(crate) fn moments_sql() -> [String; 4] {
    let x = format!("(l.seller % {PRIME})");
    let first = format!(
        "((l.amount % {PRIME} + l.count % {PRIME} * {COUNT_WEIGHT} % {PRIME}) % {PRIME} * {x} % {PRIME})"
    );
    let second = format!("({first} * {x} % {PRIME})");
    let third = format!("({second} * {x} % {PRIME})");
    let fourth = format!("({third} * {x} % {PRIME})");
    [first, second, third, fourth]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    /// The crowd of lines of seller, amount, count, and what one finds by counting.
    fn both(lines: &[(i64, i64, i64)]) -> (bool, bool) {
        let (mut crowd, mut amount, mut count) = (Crowd::default(), 0, 0);
        let mut sellers: BTreeMap<i64, (i64, i64)> = BTreeMap::new();
        for (seller, one, times) in lines {
            crowd.add(Crowd::of(*one, *times, *seller));
            amount += one;
            count += times;
            let sum = sellers.entry(*seller).or_default();
            *sum = (sum.0 + one, sum.1 + times);
        }
        (crowd.is_three(amount, count), sellers.values().filter(|sum| **sum != (0, 0)).count() >= 3)
    }

    #[test]
    fn three_are_told_from_two() {
        assert_eq!(both(&[]), (false, false));
        assert_eq!(both(&[(1, 5, 1), (2, 5, 1)]), (false, false));
        assert_eq!(both(&[(1, 5, 1), (2, 5, 1), (3, 5, 1)]), (true, true));
        assert_eq!(both(&[(0, 5, 1), (i64::MIN, 9, 1), (i64::MAX, 7, 1)]), (true, true));
        assert_eq!(
            both(&[(1, 5, 1), (2, 5, 1), (3, 5, 1), (3, -5, -1)]),
            (false, false),
            "a reversal leaves two"
        );
        assert_eq!(both(&[(1, 5, 1), (2, 5, 1), (3, -5, 0)]), (true, true), "a return is a seller's, too");
    }

    proptest! {
        #[test]
        fn counting_finds_the_same(
            lines in proptest::collection::vec((0_i64..6, 1_i64..9_000_000_000, any::<bool>()), 0..14)
        ) {
            let sellers = [0, 1, -77, 6_000_000_000_001, i64::MIN, i64::MAX - 9];
            let mut all = Vec::new();
            for (seller, amount, reversed) in lines {
                let seller = sellers[usize::try_from(seller).unwrap()];
                all.push((seller, amount, 1));
                if reversed {
                    all.push((seller, -amount, -1));
                }
            }
            let (found, counted) = both(&all);
            prop_assert_eq!(found, counted);
        }
    }
}
