//! Money in fen.

use std::{fmt, iter::Sum};

use serde::{Deserialize, Serialize};

/// An amount of renminbi in fen (分, 0.01 yuan). Arithmetic is checked: an overflow is an error, never a wrong figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fen(pub i64);

/// A sum left the range of 64-bit fen (about 92 quadrillion yuan).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the amount is larger than the system can hold")]
pub struct Overflow;

impl Fen {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// Whole yuan as fen.
    ///
    /// # Errors
    /// [`Overflow`] beyond the range of fen.
    pub const fn from_yuan(yuan: i64) -> Result<Self, Overflow> {
        match yuan.checked_mul(100) {
            Some(fen) => Ok(Self(fen)),
            None => Err(Overflow),
        }
    }

    /// The sum.
    ///
    /// # Errors
    /// [`Overflow`] beyond the range of fen.
    pub const fn plus(self, other: Self) -> Result<Self, Overflow> {
        match self.0.checked_add(other.0) {
            Some(fen) => Ok(Self(fen)),
            None => Err(Overflow),
        }
    }

    /// The difference.
    ///
    /// # Errors
    /// [`Overflow`] beyond the range of fen.
    pub const fn minus(self, other: Self) -> Result<Self, Overflow> {
        match self.0.checked_sub(other.0) {
            Some(fen) => Ok(Self(fen)),
            None => Err(Overflow),
        }
    }

    /// The same amount with the opposite sign, as a reversing line carries it.
    #[must_use]
    pub const fn reversed(self) -> Self {
        Self(self.0.wrapping_neg())
    }

    /// Adds many amounts.
    ///
    /// # Errors
    /// [`Overflow`] beyond the range of fen.
    pub fn sum(amounts: impl IntoIterator<Item = Self>) -> Result<Self, Overflow> {
        amounts.into_iter().try_fold(Self::ZERO, Self::plus)
    }

    /// Yuan with two decimals and no separators, as files and interfaces carry it: `-3860.05`.
    pub fn to_plain(self) -> String {
        let sign = if self.0 < 0 { "-" } else { "" };
        let fen = self.0.unsigned_abs();
        format!("{sign}{}.{:02}", fen / 100, fen % 100)
    }

    /// Yuan with two decimals and thousands separators, as people read it: `-3,860.05`.
    pub fn to_grouped(self) -> String {
        let sign = if self.0 < 0 { "-" } else { "" };
        let fen = self.0.unsigned_abs();
        format!("{sign}{}.{:02}", group_thousands(fen / 100), fen % 100)
    }
}

impl fmt::Display for Fen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_plain())
    }
}

impl Sum for Fen {
    /// Adds amounts that are known to stay far from the limits, such as a page of rows.
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        Self(iter.fold(0_i64, |total, fen| total.saturating_add(fen.0)))
    }
}

fn group_thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len().saturating_add(digits.len() / 3));
    for (position, digit) in digits.chars().enumerate() {
        let left = digits.len().saturating_sub(position);
        if position > 0 && left.is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// An amount in the unit a reader expects: `(number, unit)` with 亿元 from 100 million yuan, 万元 from 10 thousand, else
/// 元. Rounds half away from zero to two decimals; the exact value stays available through [`Fen::to_grouped`].
pub fn display_amount(amount: Fen) -> (String, &'static str) {
    const YI: u64 = 10_000_000_000;
    const WAN: u64 = 1_000_000;
    let magnitude = amount.0.unsigned_abs();
    let (unit, name) = match magnitude {
        YI.. => (YI, "亿元"),
        WAN.. => (WAN, "万元"),
        _ => return (amount.to_grouped(), "元"),
    };
    let hundredth = unit / 100;
    let hundredths = magnitude.saturating_add(hundredth / 2) / hundredth;
    let sign = if amount.0 < 0 { "-" } else { "" };
    (format!("{sign}{}.{:02}", group_thousands(hundredths / 100), hundredths % 100), name)
}

/// Splits an amount in proportion to weights so that the parts add up to it to the fen (largest remainder).
///
/// Weights that are all zero share equally. An empty list of weights gives an empty list of parts.
#[expect(clippy::cast_possible_truncation, reason = "a part is never larger than the whole, which is an i64")]
pub fn split_by_weight(amount: Fen, weights: &[u64]) -> Vec<Fen> {
    if weights.is_empty() {
        return Vec::new();
    }
    let equal = vec![1_u64; weights.len()];
    let weights = if weights.iter().all(|weight| *weight == 0) { &equal } else { weights };
    let total: i128 = weights.iter().map(|weight| i128::from(*weight)).sum();
    let whole = i128::from(amount.0.unsigned_abs());
    let mut parts: Vec<(i128, i128, usize)> = weights
        .iter()
        .enumerate()
        .map(|(index, weight)| {
            let product = whole * i128::from(*weight);
            (product / total, product % total, index)
        })
        .collect();
    let mut left = whole - parts.iter().map(|part| part.0).sum::<i128>();
    parts.sort_by(|a, b| b.1.cmp(&a.1).then(a.2.cmp(&b.2)));
    for part in &mut parts {
        if left > 0 {
            part.0 += 1;
            left -= 1;
        }
    }
    parts.sort_by_key(|part| part.2);
    let sign: i128 = if amount.0 < 0 { -1 } else { 1 };
    parts.into_iter().map(|part| Fen((part.0 * sign) as i64)).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn amounts_read_in_the_unit_people_use() {
        assert_eq!(display_amount(Fen(5_910_000_000_000)), ("591.00".to_owned(), "亿元"));
        assert_eq!(display_amount(Fen(1_286_400_000)), ("1,286.40".to_owned(), "万元"));
        assert_eq!(display_amount(Fen(-386_000)), ("-3,860.00".to_owned(), "元"));
        assert_eq!(Fen(214_748_364_701).to_plain(), "2147483647.01");
        assert_eq!(Fen(-5).to_plain(), "-0.05");
    }

    #[test]
    fn overflow_is_an_error() {
        assert_eq!(Fen(i64::MAX).plus(Fen(1)), Err(Overflow));
        assert_eq!(Fen::from_yuan(i64::MAX), Err(Overflow));
    }

    proptest! {
        #[test]
        fn parts_of_a_split_add_up(amount in -10_i64.pow(15)..10_i64.pow(15), weights in proptest::collection::vec(0_u64..1_000_000, 1..40)) {
            let parts = split_by_weight(Fen(amount), &weights);
            prop_assert_eq!(parts.len(), weights.len());
            prop_assert_eq!(Fen::sum(parts), Ok(Fen(amount)));
        }
    }
}
