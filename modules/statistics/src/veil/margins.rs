//! What is hidden in the tables by one axis, so that every table by two can be made safe.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};
use sh_trade::axes::Axis;

use super::{Node, Spot, Veil, base, certain::certain, grid::Grid};
use crate::cube::slice::Cell;

/// Rounds after which a table by two axes that still gives something away costs all values of its axes. Each round
/// hides what the round before asked for; two or three are usual.
const ROUNDS_MAX: usize = 12;

/// What is hidden in the tables by one axis of a definition, for every axis.
#[derive(Debug, Default)]
pub(crate) struct Margins {
    veils: FxHashMap<Axis, Arc<Veil>>,
}

impl Margins {
    /// What is hidden in the tables by this axis.
    pub(crate) fn of(&self, axis: Axis) -> Arc<Veil> {
        self.veils.get(&axis).map(Arc::clone).unwrap_or_default()
    }

    /// About how many bytes they take.
    pub(crate) fn bytes(&self) -> usize {
        self.veils.values().map(|veil| veil.bytes() + 50).sum()
    }

    /// Whether a place of a table by two axes stands in a table by one of them that hides it.
    pub(super) fn hides(&self, axes: (Axis, Axis), node: &Node) -> bool {
        let hidden =
            |axis: Axis, spot: Spot| self.veils.get(&axis).is_some_and(|veil| veil.hides(&(spot, None)));
        match *node {
            (row @ Some(_), None) => hidden(axes.0, row),
            (None, column @ Some(_)) => hidden(axes.1, column),
            _ => false,
        }
    }

    /// From all tables by two axes of a definition, those with few cells first. `cells` gives the cells of the table at
    /// a position.
    pub(crate) fn new(tables: &[(Axis, Axis)], cells: impl Fn(usize) -> Vec<(i64, i64, Cell)>) -> Self {
        let mut sums: FxHashMap<Axis, Vec<(i64, Cell)>> = FxHashMap::default();
        for (at, (first, second)) in tables.iter().enumerate() {
            if !sums.contains_key(first) {
                sums.insert(*first, summed(cells(at).into_iter().map(|(a, _, cell)| (a, cell))));
            }
            if !sums.contains_key(second) {
                sums.insert(*second, summed(cells(at).into_iter().map(|(_, b, cell)| (b, cell))));
            }
        }
        let mut asked: FxHashMap<Axis, FxHashSet<Spot>> = FxHashMap::default();
        let mut margins = Self::default();
        for (axis, cells) in &sums {
            margins.veils.insert(*axis, Arc::new(Veil::of_one(*axis, cells, &FxHashSet::default())));
        }
        let mut changed: FxHashSet<Axis> = sums.keys().copied().collect();
        let mut round = 0;
        while !changed.is_empty() {
            round += 1;
            let touched = |axes: &&(Axis, Axis)| changed.contains(&axes.0) || changed.contains(&axes.1);
            let mut asks = Vec::new();
            for (at, axes) in tables.iter().enumerate().filter(|(_, axes)| touched(axes)) {
                let grid = Grid::of_two(*axes, &cells(at));
                let found = certain(&grid, *axes, &margins).asked;
                if round > ROUNDS_MAX && !found.is_empty() {
                    let all =
                        grid.margins().map(|at| grid.node(at)).filter_map(|(row, column)| row.or(column));
                    asks.extend(all);
                } else {
                    asks.extend(found.into_iter().flatten());
                }
            }
            changed.clear();
            for spot in asks {
                if asked.entry(base(spot.0)).or_default().insert(Some(spot)) {
                    changed.insert(base(spot.0));
                }
            }
            for axis in &changed {
                if let (Some(cells), Some(asked)) = (sums.get(axis), asked.get(axis)) {
                    margins.veils.insert(*axis, Arc::new(Veil::of_one(*axis, cells, asked)));
                }
            }
        }
        margins
    }
}

fn summed(cells: impl Iterator<Item = (i64, Cell)>) -> Vec<(i64, Cell)> {
    let mut sums: FxHashMap<i64, Cell> = FxHashMap::default();
    for (value, cell) in cells {
        sums.entry(value).or_default().gather(cell);
    }
    sums.into_iter().collect()
}
