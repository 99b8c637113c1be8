//! A value split along one axis so that the parts add up to it, with small parts merged (小单元不单列).
//!
//! Which parts are small is decided by [`crate::veil`]. They are shown as one row together, so that the reader still sees
//! the parts add up to the value, and cannot subtract their way to a single one.

use sh_kernel::Fen;
use sh_trade::axes::Axis;

/// An amount and how many trades it is made of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Total {
    pub(crate) amount: Fen,
    pub(crate) trades: i64,
}

impl Total {
    pub(crate) fn plus(self, other: Self) -> Self {
        Self { amount: [self.amount, other.amount].into_iter().sum(), trades: self.trades + other.trades }
    }
}

/// One part of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) key: i64,
    pub(crate) total: Total,
}

/// Parts shown as one row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Merged {
    pub(crate) parts: usize,
    pub(crate) total: Total,
}

/// A value and its parts along one axis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Breakdown {
    pub(crate) axis: Axis,
    pub(crate) parent: Total,
    /// What is shown one by one, largest first; periods in their order.
    pub(crate) rows: Vec<Part>,
    pub(crate) merged: Option<Merged>,
}

impl Breakdown {
    /// Splits `parent` into parts; those that `hides` says yes to are merged.
    pub(crate) fn new(axis: Axis, parent: Total, parts: Vec<Part>, hides: impl Fn(i64) -> bool) -> Self {
        let (hidden, mut rows): (Vec<Part>, Vec<Part>) = parts.into_iter().partition(|part| hides(part.key));
        if matches!(axis, Axis::Month | Axis::Year) {
            rows.sort_by_key(|part| part.key);
        } else {
            rows.sort_by_key(|part| (-part.total.amount.0, part.key));
        }
        let merged = (!hidden.is_empty()).then(|| Merged {
            parts: hidden.len(),
            total: hidden.iter().fold(Total::default(), |sum, part| sum.plus(part.total)),
        });
        Self { axis, parent, rows, merged }
    }

    /// What the parts lack or have too much of; zero, or the cube is wrong.
    pub(crate) fn difference(&self) -> Fen {
        let rows = self.rows.iter().map(|part| part.total);
        let parts = rows.chain(self.merged.map(|merged| merged.total)).fold(Total::default(), Total::plus);
        self.parent.amount.minus(parts.amount).unwrap_or(Fen(i64::MAX))
    }

    /// The largest part that is shown and names something.
    pub(crate) fn largest(&self) -> Option<&Part> {
        self.rows.iter().filter(|part| part.key != 0).max_by_key(|part| (part.total.amount, -part.key))
    }

    /// Only so many rows; the others are merged with what is merged already.
    #[must_use]
    pub(crate) fn first(&self, rows_max: usize) -> Self {
        let mut first = self.clone();
        if first.rows.len() > rows_max {
            let rest = first.rows.split_off(rows_max);
            let merged = first.merged.unwrap_or(Merged { parts: 0, total: Total::default() });
            let total = rest.iter().fold(merged.total, |sum, part| sum.plus(part.total));
            first.merged = Some(Merged { parts: merged.parts + rest.len(), total });
        }
        first
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(key: i64, amount: i64) -> Part {
        Part { key, total: Total { amount: Fen(amount), trades: 1 } }
    }

    fn whole(parts: &[Part]) -> Total {
        parts.iter().fold(Total::default(), |sum, part| sum.plus(part.total))
    }

    #[test]
    fn what_is_hidden_is_one_row_and_the_rows_add_up() {
        let parts = vec![part(1, 900), part(2, 500), part(3, 10)];
        let split = Breakdown::new(Axis::Origin, whole(&parts), parts, |key| key > 1);
        assert_eq!(split.rows.iter().map(|row| row.key).collect::<Vec<_>>(), [1]);
        let merged = split.merged.unwrap();
        assert_eq!((merged.parts, merged.total.amount), (2, Fen(510)));
        assert_eq!(split.difference(), Fen::ZERO);
    }

    #[test]
    fn periods_keep_their_order_and_a_missing_part_is_seen() {
        let parent = Total { amount: Fen(3_000), trades: 2 };
        let split =
            Breakdown::new(Axis::Month, parent, vec![part(202_011, 900), part(202_010, 2_000)], |_| false);
        assert_eq!(split.rows.iter().map(|row| row.key).collect::<Vec<_>>(), [202_010, 202_011]);
        assert_eq!(split.difference(), Fen(100));
    }

    #[test]
    fn a_page_has_room_for_some_rows_and_the_others_stay_in_the_sum() {
        let parts: Vec<Part> = (1..=9).map(|key| part(key, key)).collect();
        let split = Breakdown::new(Axis::Origin, whole(&parts), parts, |key| key == 1).first(3);
        assert_eq!((split.rows.len(), split.merged.map(|merged| merged.parts)), (3, Some(6)));
        assert_eq!(split.difference(), Fen::ZERO);
    }
}
