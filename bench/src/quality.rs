//! How right the ties are, counted over pairs of claims.
//!
//! A pair is *true* if both claims report the same true sale, *found* if both are tied to the same trade without a
//! person. Precision is the part of the found pairs that is true, recall the part of the true pairs that is found. A
//! claim that waits for a person is in no found pair: it costs recall, and the queue is counted apart. Returns are left
//! out. Repeats of a row in a later file of its source make easy pairs, so the same is counted once more over pairs of
//! claims of different sources only.

use std::collections::HashMap;

/// One claim: the trade it is tied to (a number of its own if it waits), its true sale, its source.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Judged {
    pub(crate) trade: u32,
    pub(crate) sale: u32,
    pub(crate) source: u16,
}

/// Precision and recall over all pairs, and over pairs of different sources.
#[derive(Debug, Clone, Copy, PartialEq, serde::Deserialize)]
pub(crate) struct Quality {
    pub(crate) precision: f64,
    pub(crate) recall: f64,
    pub(crate) precision_between_sources: f64,
    pub(crate) recall_between_sources: f64,
}

impl Quality {
    pub(crate) fn of(claims: &[Judged]) -> Self {
        let found = pairs(claims.iter().map(|one| one.trade));
        let truth = pairs(claims.iter().map(|one| one.sale));
        let both = pairs(claims.iter().map(|one| (one.trade, one.sale)));
        let found_within = pairs(claims.iter().map(|one| (one.trade, one.source)));
        let true_within = pairs(claims.iter().map(|one| (one.sale, one.source)));
        let both_within = pairs(claims.iter().map(|one| (one.trade, one.sale, one.source)));
        Self {
            precision: part(both, found),
            recall: part(both, truth),
            precision_between_sources: part(both - both_within, found - found_within),
            recall_between_sources: part(both - both_within, truth - true_within),
        }
    }

    /// The harmonic mean of precision and recall between sources.
    pub(crate) fn balance(self) -> f64 {
        let (precision, recall) = (self.precision_between_sources, self.recall_between_sources);
        if precision + recall == 0.0 { 0.0 } else { 2.0 * precision * recall / (precision + recall) }
    }
}

/// How many pairs of equal keys there are.
fn pairs<K: std::hash::Hash + Eq>(keys: impl Iterator<Item = K>) -> u64 {
    let mut counts: HashMap<K, u64> = HashMap::new();
    for key in keys {
        *counts.entry(key).or_default() += 1;
    }
    counts.into_values().map(|count| count * (count - 1) / 2).sum()
}

#[expect(clippy::cast_precision_loss, reason = "a ratio for people")]
fn part(of: u64, whole: u64) -> f64 {
    if whole == 0 { 1.0 } else { of as f64 / whole as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_tie_costs_precision_and_a_missing_one_recall() {
        let judged = |trade, sale, source| Judged { trade, sale, source };
        // Sale 1: three claims, two of them found together. Sale 2: one claim, wrongly in the trade of sale 1.
        let quality = Quality::of(&[judged(1, 1, 0), judged(1, 1, 1), judged(2, 1, 2), judged(1, 2, 2)]);
        assert!((quality.precision - 1.0 / 3.0).abs() < 1e-9);
        assert!((quality.recall - 1.0 / 3.0).abs() < 1e-9);
    }

    #[test]
    fn repeats_within_a_source_count_only_in_the_first_numbers() {
        let judged = |trade, sale, source| Judged { trade, sale, source };
        let quality = Quality::of(&[judged(1, 1, 0), judged(1, 1, 0), judged(2, 1, 1)]);
        assert!((quality.recall - 1.0 / 3.0).abs() < 1e-9);
        assert!(quality.recall_between_sources.abs() < 1e-9);
    }
}
