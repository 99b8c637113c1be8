//! A value split along one axis so that the parts add up to it, with small cells merged (小单元不单列).
//!
//! Which cells are small is decided by [`crate::suppress`]. They are shown as one row together, so that the reader still
//! sees the parts add up to the value, and cannot subtract their way to a single cell.

use sh_kernel::Fen;
use sh_trade::axes::Axis;

use crate::{FigureRow, PARTIES_MIN, Sellers, suppress};

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
pub(crate) struct Cell {
    pub(crate) key: i64,
    pub(crate) total: Total,
    /// Sellers behind it; `None` where the cell names a party that is public by itself.
    pub(crate) parties: Option<i64>,
}

/// Cells shown as one row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Merged {
    pub(crate) cells: usize,
    pub(crate) total: Total,
}

/// A value and its parts along one axis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Breakdown {
    pub(crate) axis: Axis,
    pub(crate) parent: Total,
    /// What is shown one by one, largest first; periods in their order.
    pub(crate) rows: Vec<Cell>,
    pub(crate) merged: Option<Merged>,
}

impl Breakdown {
    /// Splits `parent` into `cells`. With `protect`, small cells are merged.
    pub(crate) fn new(axis: Axis, parent: Total, cells: Vec<Cell>, protect: bool) -> Self {
        let (mut rows, hidden) = if protect { separate(axis, cells) } else { (cells, Vec::new()) };
        if matches!(axis, Axis::Month | Axis::Year) {
            rows.sort_by_key(|cell| cell.key);
        } else {
            rows.sort_by_key(|cell| (-cell.total.amount.0, cell.key));
        }
        let merged = (!hidden.is_empty()).then(|| Merged {
            cells: hidden.len(),
            total: hidden.iter().fold(Total::default(), |sum, cell| sum.plus(cell.total)),
        });
        Self { axis, parent, rows, merged }
    }

    /// What the parts lack or have too much of; zero, or the cube is wrong.
    pub(crate) fn difference(&self) -> Fen {
        let rows = self.rows.iter().map(|cell| cell.total);
        let parts = rows.chain(self.merged.map(|merged| merged.total)).fold(Total::default(), Total::plus);
        self.parent.amount.minus(parts.amount).unwrap_or(Fen(i64::MAX))
    }

    /// Whether the cell of this key is shown on its own.
    pub(crate) fn shows(&self, key: i64) -> bool {
        self.rows.iter().any(|cell| cell.key == key)
    }

    /// The largest part that is shown and names something.
    pub(crate) fn largest(&self) -> Option<&Cell> {
        self.rows.iter().filter(|cell| cell.key != 0).max_by_key(|cell| (cell.total.amount, -cell.key))
    }
}

/// Cells that may be shown one by one, and those that may not.
fn separate(axis: Axis, cells: Vec<Cell>) -> (Vec<Cell>, Vec<Cell>) {
    let row = |cell: &Cell| FigureRow {
        keys: vec![cell.key],
        amount: cell.total.amount,
        trades: cell.total.trades,
    };
    let parties: Vec<i64> = cells.iter().map(|cell| cell.parties.unwrap_or(PARTIES_MIN)).collect();
    let apart = matches!(axis, Axis::OriginProvince | Axis::OriginCity | Axis::Origin | Axis::Seller);
    let sellers = if apart { Sellers::Apart } else { Sellers::Shared };
    let judged = suppress(cells.iter().map(row).collect(), &parties, sellers, PARTIES_MIN);
    let mut shown = judged.rows.iter().map(|row| row.shown.is_some());
    cells.into_iter().partition(|_| shown.next().unwrap_or(false))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(key: i64, amount: i64, parties: i64) -> Cell {
        Cell { key, total: Total { amount: Fen(amount), trades: 1 }, parties: Some(parties) }
    }

    fn whole(cells: &[Cell]) -> Total {
        cells.iter().fold(Total::default(), |sum, cell| sum.plus(cell.total))
    }

    #[test]
    fn a_single_small_cell_takes_its_smallest_neighbour_along() {
        let cells = vec![cell(1, 900, 3), cell(2, 500, 3), cell(3, 10, 1)];
        let split = Breakdown::new(Axis::Origin, whole(&cells), cells, true);
        assert_eq!(split.rows.iter().map(|row| row.key).collect::<Vec<_>>(), [1]);
        let merged = split.merged.unwrap();
        assert_eq!((merged.cells, merged.total.amount), (2, Fen(510)));
        assert_eq!(split.difference(), Fen::ZERO);
        assert!(!split.shows(2) && !split.shows(3));
    }

    #[test]
    fn whoever_may_see_everything_does() {
        let cells = vec![cell(1, 900, 1), cell(2, 20, 1)];
        let split = Breakdown::new(Axis::Origin, whole(&cells), cells, false);
        assert_eq!((split.rows.len(), split.merged), (2, None));
    }

    #[test]
    fn periods_keep_their_order_and_a_missing_part_is_seen() {
        let cells = vec![cell(202_011, 900, 5), cell(202_010, 2_000, 5)];
        let parent = Total { amount: Fen(3_000), trades: 2 };
        let split = Breakdown::new(Axis::Month, parent, cells, true);
        assert_eq!(split.rows.iter().map(|row| row.key).collect::<Vec<_>>(), [202_010, 202_011]);
        assert_eq!(split.difference(), Fen(100));
    }
}
