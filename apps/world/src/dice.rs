//! Repeatable chance: the same seed gives the same world on every machine.

/// A stream of chance (`SplitMix64`). Each thing in the world draws from a stream of its own, so that a change in one
/// place does not move everything else.
#[derive(Debug, Clone)]
pub struct Dice(u64);

impl Dice {
    /// The stream of a thing, named by numbers.
    pub fn of(seed: u64, names: &[u64]) -> Self {
        let mut dice = Self(seed ^ 0x5348_414e_4841_4931);
        for name in names {
            dice.0 = dice.draw() ^ name.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        }
        dice
    }

    /// 64 random bits.
    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        bits ^ (bits >> 31)
    }

    /// A number from `low` to `high`, both included.
    #[expect(clippy::cast_sign_loss, reason = "the span is at least one")]
    pub fn range(&mut self, low: i64, high: i64) -> i64 {
        let span = (high - low + 1).max(1) as u128;
        low + ((u128::from(self.draw()) * span) >> 64) as i64
    }

    /// Happens `permille` times in a thousand.
    pub fn chance(&mut self, permille: u32) -> bool {
        self.range(0, 999) < i64::from(permille)
    }

    /// One of the items.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.index(items.len())]
    }

    /// A position in a list of `len` items.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_possible_wrap,
        reason = "positions fit"
    )]
    pub fn index(&mut self, len: usize) -> usize {
        self.range(0, len as i64 - 1) as usize
    }

    /// A position in a list of weights, in proportion to them.
    pub fn weighted(&mut self, weights: &[u32]) -> usize {
        let total: i64 = weights.iter().map(|weight| i64::from(*weight)).sum();
        let mut left = self.range(0, total - 1);
        for (position, weight) in weights.iter().enumerate() {
            left -= i64::from(*weight);
            if left < 0 {
                return position;
            }
        }
        weights.len() - 1
    }

    /// An amount spread over about two powers of ten around `middle`, most of them near it, as trade sizes are.
    pub fn spread(&mut self, middle: i64) -> i64 {
        // The product of three even draws between 0.3 and 2.1 has a long tail to the right.
        let mut value = middle;
        for _ in 0..3 {
            value = value / 100 * self.range(30, 210) + value % 100;
        }
        value.max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_stream() {
        let draw = |seed| {
            let mut dice = Dice::of(seed, &[1, 2]);
            (0..50).map(|_| dice.range(-5, 5)).collect::<Vec<_>>()
        };
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
        assert!(draw(7).iter().all(|n| (-5..=5).contains(n)));
    }
}
