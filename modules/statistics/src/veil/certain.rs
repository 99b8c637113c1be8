//! What follows from the tables by one axis in a table by two, whatever is hidden there.

use sh_trade::axes::Axis;

use super::{
    Margins, Spot,
    grid::{Along, Grid, Waiting},
};
use crate::cube::slice::Cell;

/// What follows for certain.
pub(super) struct Certain {
    /// For each place whether its sum follows.
    pub(super) known: Vec<bool>,
    /// Values of the tables by one axis of which each helps to work out something that must stay hidden. Without them
    /// it does not follow in the way that was found.
    pub(super) asked: Vec<Spot>,
}

/// Follows every equation of a whole and its parts from what is shown of the tables by one axis.
///
/// A whole that is known lacks some of its parts. If fewer than three sellers stand behind these together, their sum
/// tells too much; if it is a single part, that part is known. Where nothing of the kind is found, hiding everything that
/// is not known makes the table safe, so that a choice of parts to hide can always be completed.
pub(super) fn certain(grid: &Grid, axes: (Axis, Axis), margins: &Margins) -> Certain {
    let mut search = Search {
        grid,
        known: vec![false; grid.len()],
        secret: vec![false; grid.len()],
        because: vec![None; grid.len()],
        asked: Vec::new(),
        waiting: Waiting::new(grid),
    };
    for at in grid.margins() {
        if margins.hides(axes, &grid.node(at)) {
            set(&mut search.secret, at);
        } else {
            search.learn(at, (at > 0).then_some(at));
        }
    }
    while let Some((whole, along)) = search.waiting.take() {
        search.look(whole, along);
    }
    search.asked.sort_unstable();
    search.asked.dedup();
    Certain { known: search.known, asked: search.asked }
}

struct Search<'a> {
    grid: &'a Grid,
    known: Vec<bool>,
    /// What the tables by one axis hide.
    secret: Vec<bool>,
    /// Of what is known: the smallest value of a table by one axis that it was worked out from.
    because: Vec<Option<usize>>,
    asked: Vec<Spot>,
    waiting: Waiting,
}

impl Search<'_> {
    fn look(&mut self, whole: usize, along: Along) {
        let (mut parts, mut unknown, mut last, mut group) = (0, 0, 0, Cell::default());
        let mut reason = None;
        for part in self.grid.parts(whole, along) {
            parts += 1;
            if is(&self.known, part) {
                reason = self.smaller(reason, self.reason(part));
            } else {
                unknown += 1;
                last = part;
                group.gather(self.grid.cell(part));
            }
        }
        if parts == 0 {
            return;
        }
        if is(&self.known, whole) {
            reason = self.smaller(reason, self.reason(whole));
            match unknown {
                0 => {}
                1 if group.is_three() && !is(&self.secret, last) => self.learn(last, reason),
                2.. if group.is_three() => {}
                _ => self.ask(reason),
            }
        } else if unknown == 0 {
            if is(&self.secret, whole) || !self.grid.cell(whole).is_three() {
                self.ask(reason);
            } else {
                self.learn(whole, reason);
            }
        }
    }

    fn learn(&mut self, at: usize, reason: Option<usize>) {
        set(&mut self.known, at);
        if let Some(because) = self.because.get_mut(at) {
            *because = reason;
        }
        self.waiting.put(self.grid, at);
    }

    /// Asks for a value of a table by one axis to be hidden. There is none if the whole definition is too small.
    fn ask(&mut self, reason: Option<usize>) {
        if let Some(at) = reason {
            let (row, column) = self.grid.node(at);
            self.asked.push(row.or(column));
        }
    }

    fn reason(&self, at: usize) -> Option<usize> {
        self.because.get(at).copied().flatten()
    }

    fn smaller(&self, one: Option<usize>, other: Option<usize>) -> Option<usize> {
        one.into_iter().chain(other).min_by_key(|at| (self.grid.cell(*at).amount.unsigned_abs(), *at))
    }
}

fn is(marks: &[bool], at: usize) -> bool {
    marks.get(at).copied().unwrap_or(false)
}

fn set(marks: &mut [bool], at: usize) {
    if let Some(mark) = marks.get_mut(at) {
        *mark = true;
    }
}
