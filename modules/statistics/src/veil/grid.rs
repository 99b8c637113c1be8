//! A table by two axes with the sums of everything that contains its parts.

use std::ops::Range;

use rustc_hash::FxHashMap;
use sh_trade::axes::Axis;

use super::{Node, Spot, rungs};
use crate::cube::slice::Cell;

/// The values of an axis and what contains them: everything first, then the largest parts, then the parts of these.
pub(super) struct Tree {
    spots: Vec<Spot>,
    /// What contains each; everything contains itself.
    wholes: Vec<usize>,
    /// The parts of each, which follow one another because the values of a part begin with those of its whole.
    parts: Vec<Range<usize>>,
    /// Where the finest values stand.
    leaves: FxHashMap<i64, usize>,
}

impl Tree {
    /// Everything as a single value.
    pub(super) fn whole() -> Self {
        let leaves = std::iter::once((0, 0)).collect();
        Self { spots: vec![None], wholes: vec![0], parts: std::iter::once(0..0).collect(), leaves }
    }

    /// Of an axis with these finest values, each as often as one likes.
    pub(super) fn new(axis: Axis, values: impl Iterator<Item = i64>) -> Self {
        let mut values: Vec<i64> = values.collect();
        values.sort_unstable();
        values.dedup();
        let mut ladders: Vec<Vec<Spot>> = values
            .iter()
            .map(|value| {
                let mut ladder: Vec<Spot> = rungs(Some((axis, *value))).collect();
                ladder.reverse();
                ladder
            })
            .collect();
        let mut tree = Self::whole();
        tree.leaves.clear();
        // Where the whole of each value stands on the level above.
        let mut above = vec![0; ladders.len()];
        let depth = ladders.first().map_or(0, Vec::len);
        for level in 1..depth {
            for (ladder, above) in ladders.iter_mut().zip(&mut above) {
                let spot = ladder.get(level).copied().flatten();
                let last = tree.spots.len() - 1;
                if tree.spots.last() == Some(&spot) {
                    *above = last;
                } else {
                    tree.push(spot, *above);
                    *above = last + 1;
                }
            }
        }
        tree.leaves = values.into_iter().zip(above).collect();
        tree
    }

    fn push(&mut self, spot: Spot, whole: usize) {
        let at = self.spots.len();
        self.spots.push(spot);
        self.wholes.push(whole);
        self.parts.push(0..0);
        if let Some(parts) = self.parts.get_mut(whole) {
            *parts = if parts.start == parts.end { at..at + 1 } else { parts.start..at + 1 };
        }
    }

    pub(super) fn len(&self) -> usize {
        self.spots.len()
    }

    fn whole_of(&self, at: usize) -> usize {
        self.wholes.get(at).copied().unwrap_or(0)
    }
}

/// A direction in which parts add up to their whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Along {
    /// Parts have values of the first axis.
    Rows,
    /// Parts have values of the second axis.
    Columns,
}

impl Along {
    pub(super) const BOTH: [Self; 2] = [Self::Rows, Self::Columns];
}

/// A table by two axes, with everything that contains its parts. The whole stands first.
pub(super) struct Grid {
    rows: Tree,
    columns: Tree,
    cells: Vec<Cell>,
    /// Where there is anything.
    present: Vec<bool>,
}

impl Grid {
    /// From cells by the finest values of both axes.
    pub(super) fn of_two(axes: (Axis, Axis), cells: &[(i64, i64, Cell)]) -> Self {
        let rows = Tree::new(axes.0, cells.iter().map(|cell| cell.0));
        let columns = Tree::new(axes.1, cells.iter().map(|cell| cell.1));
        Self::new(rows, columns, cells.iter().copied())
    }

    pub(super) fn new(rows: Tree, columns: Tree, cells: impl Iterator<Item = (i64, i64, Cell)>) -> Self {
        let (height, width) = (rows.len(), columns.len());
        let mut grid = Self {
            rows,
            columns,
            cells: vec![Cell::default(); height * width],
            present: vec![false; height * width],
        };
        for (a, b, cell) in cells {
            if let (Some(row), Some(column)) = (grid.rows.leaves.get(&a), grid.columns.leaves.get(&b)) {
                grid.gather(row * width + column, cell);
            }
        }
        // Wholes stand before their parts, so that from the end each part is complete before it is added.
        for row in 0..height {
            for column in (1..width).rev() {
                grid.lift(row * width + column, row * width + grid.columns.whole_of(column));
            }
        }
        for row in (1..height).rev() {
            for column in 0..width {
                grid.lift(row * width + column, grid.rows.whole_of(row) * width + column);
            }
        }
        grid
    }

    fn lift(&mut self, part: usize, whole: usize) {
        if self.is_present(part) {
            self.gather(whole, self.cell(part));
        }
    }

    fn gather(&mut self, at: usize, cell: Cell) {
        if let (Some(sum), Some(present)) = (self.cells.get_mut(at), self.present.get_mut(at)) {
            sum.gather(cell);
            *present = true;
        }
    }

    /// How many places there are, the empty ones among them.
    pub(super) fn len(&self) -> usize {
        self.cells.len()
    }

    pub(super) fn cell(&self, at: usize) -> Cell {
        self.cells.get(at).copied().unwrap_or_default()
    }

    pub(super) fn is_present(&self, at: usize) -> bool {
        self.present.get(at).copied().unwrap_or(false)
    }

    /// The places at which there is anything.
    pub(super) fn places(&self) -> impl Iterator<Item = usize> {
        self.present.iter().enumerate().filter(|(_, present)| **present).map(|(at, _)| at)
    }

    /// The places of the tables by one axis: the whole, the rows, the columns.
    pub(super) fn margins(&self) -> impl Iterator<Item = usize> {
        let width = self.columns.len();
        (0..width).chain((1..self.rows.len()).map(move |row| row * width)).filter(|at| self.is_present(*at))
    }

    /// The values at a place.
    pub(super) fn node(&self, at: usize) -> Node {
        let width = self.columns.len();
        let spot = |tree: &Tree, at: usize| tree.spots.get(at).copied().flatten();
        (spot(&self.rows, at / width), spot(&self.columns, at % width))
    }

    /// The place that contains a place along one axis, unless it has everything of that axis.
    pub(super) fn whole(&self, at: usize, along: Along) -> Option<usize> {
        let width = self.columns.len();
        let (row, column) = (at / width, at % width);
        match along {
            Along::Rows => (row > 0).then(|| self.rows.whole_of(row) * width + column),
            Along::Columns => (column > 0).then(|| row * width + self.columns.whole_of(column)),
        }
    }

    /// The parts of a place along one axis.
    pub(super) fn parts(&self, at: usize, along: Along) -> impl Iterator<Item = usize> {
        let width = self.columns.len();
        let (row, column) = (at / width, at % width);
        let tree = if along == Along::Rows { &self.rows } else { &self.columns };
        let parts =
            tree.parts.get(if along == Along::Rows { row } else { column }).cloned().unwrap_or_default();
        parts
            .map(move |part| if along == Along::Rows { part * width + column } else { row * width + part })
            .filter(|at| self.is_present(*at))
    }

    /// The equations that a place is in, as their whole and direction: with its parts, and as a part.
    pub(super) fn equations(&self, at: usize) -> impl Iterator<Item = (usize, Along)> {
        Along::BOTH.into_iter().flat_map(move |along| {
            std::iter::once(at).chain(self.whole(at, along)).map(move |whole| (whole, along))
        })
    }
}

/// Equations that wait to be looked at, each once.
pub(super) struct Waiting {
    stack: Vec<(usize, Along)>,
    waits: Vec<[bool; 2]>,
}

impl Waiting {
    pub(super) fn new(grid: &Grid) -> Self {
        Self { stack: Vec::new(), waits: vec![[false; 2]; grid.len()] }
    }

    /// Every equation that a place is in.
    pub(super) fn put(&mut self, grid: &Grid, at: usize) {
        for (whole, along) in grid.equations(at) {
            if let Some(waits) = self.waits.get_mut(whole).and_then(|waits| waits.get_mut(along as usize))
                && !std::mem::replace(waits, true)
            {
                self.stack.push((whole, along));
            }
        }
    }

    pub(super) fn take(&mut self) -> Option<(usize, Along)> {
        let (whole, along) = self.stack.pop()?;
        if let Some(waits) = self.waits.get_mut(whole).and_then(|waits| waits.get_mut(along as usize)) {
            *waits = false;
        }
        Some((whole, along))
    }
}
