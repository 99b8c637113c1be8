//! Keeping small groups from the public (小额保护): a sum of one or two sellers would tell what one of them sold.
//!
//! A sum behind which fewer than three sellers stand is hidden. Sums are published in tables whose parts add up to
//! their whole, by one axis and by two, with months in years and counties in cities in provinces; so a hidden sum could
//! be had by subtraction where it is the only one hidden of a whole. There the next smallest part is hidden, too, until
//! what is hidden of each whole is at least two parts with at least three sellers together. It is decided once for all
//! tables of a definition: a sum that is hidden in one of them is hidden in every other.
//!
//! Two tables by two axes share only the sums by one axis. So [`Margins`] decides what of these is hidden, and sees to it
//! that nothing small follows from what is shown of them in any table by two axes ([`certain`]): a month with sales from
//! one province only, for instance, is the same sum as that province in that month. Then each table by two axes can be
//! decided by itself, and always comes out safe ([`settle`]).

mod certain;
mod grid;
mod margins;
mod settle;
#[cfg(test)]
mod tests;

use rustc_hash::FxHashSet;
use sh_trade::axes::Axis;

use crate::cube::slice::Cell;
use grid::{Grid, Tree};

pub(crate) use margins::Margins;

/// Sellers that must stand behind a published sum at least.
pub const PARTIES_MIN: i64 = 3;

/// A value of an axis, or everything.
pub(crate) type Spot = Option<(Axis, i64)>;
/// The part of a definition at two values, each of its axis.
pub(crate) type Node = (Spot, Spot);

/// The axis in which an axis is contained: the month of a year, the county of a province.
pub(crate) const fn base(axis: Axis) -> Axis {
    match axis {
        Axis::Year => Axis::Month,
        Axis::OriginProvince | Axis::OriginCity => Axis::Origin,
        _ => axis,
    }
}

/// The next larger part that contains a value.
const fn up((axis, value): (Axis, i64)) -> Spot {
    match axis {
        Axis::Month => Some((Axis::Year, value / 100)),
        Axis::Origin => Some((Axis::OriginCity, value / 100 * 100)),
        Axis::OriginCity => Some((Axis::OriginProvince, value / 10_000 * 10_000)),
        _ => None,
    }
}

/// A value and everything that contains it, up to the whole.
fn rungs(spot: Spot) -> impl Iterator<Item = Spot> {
    std::iter::successors(Some(spot), |spot| (*spot).map(up))
}

/// The part of a definition at some values, in the tables by these axes. Of two values of which one contains the other
/// the smaller counts; `None` for two that exclude each other.
pub(crate) fn node(axes: &[Axis], points: &[(Axis, i64)]) -> Option<Node> {
    let mut spots = [None, None];
    for (spot, axis) in spots.iter_mut().zip(axes) {
        for point in points.iter().filter(|point| base(point.0) == *axis) {
            match *spot {
                None => *spot = Some(*point),
                Some(known) if rungs(Some(*point)).any(|rung| rung == Some(known)) => *spot = Some(*point),
                Some(known) if rungs(Some(known)).any(|rung| rung == Some(*point)) => {}
                Some(_) => return None,
            }
        }
    }
    Some((spots[0], spots[1]))
}

/// What is hidden in the tables of one axis or of two.
#[derive(Debug, Default)]
pub(crate) struct Veil {
    hidden: FxHashSet<Node>,
}

impl Veil {
    /// Whether a part is hidden.
    pub(crate) fn hides(&self, node: &Node) -> bool {
        self.hidden.contains(node)
    }

    /// About how many bytes it takes.
    pub(crate) fn bytes(&self) -> usize {
        100 + self.hidden.len() * (size_of::<Node>() + 8)
    }

    /// Of the tables by one axis: cells by its finest values. What is `asked` is hidden in any case.
    pub(crate) fn of_one(axis: Axis, cells: &[(i64, Cell)], asked: &FxHashSet<Spot>) -> Self {
        let rows = Tree::new(axis, cells.iter().map(|cell| cell.0));
        let grid = Grid::new(rows, Tree::whole(), cells.iter().map(|(value, cell)| (*value, 0, *cell)));
        let mut known = vec![false; grid.len()];
        if let Some(whole) = known.first_mut() {
            *whole = true;
        }
        settle::settled(&grid, &known, |at| asked.contains(&grid.node(at).0))
    }

    /// Of the tables by two axes: cells by the finest values of both.
    pub(crate) fn of_two(axes: (Axis, Axis), cells: &[(i64, i64, Cell)], margins: &Margins) -> Self {
        let grid = Grid::of_two(axes, cells);
        let known = certain::certain(&grid, axes, margins).known;
        settle::settled(&grid, &known, |at| margins.hides(axes, &grid.node(at)))
    }
}
