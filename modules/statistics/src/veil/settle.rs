//! Choosing what to hide so that no small sum is shown or follows from what is shown.

use super::{
    Veil,
    grid::{Along, Grid, Waiting},
};
use crate::cube::slice::Cell;

/// Hides what is small, what is `asked`, and more, until nothing hidden follows from what is shown. What is `known` is
/// shown.
pub(super) fn settled(grid: &Grid, known: &[bool], asked: impl Fn(usize) -> bool) -> Veil {
    let mut drape = Drape { grid, known, hidden: vec![false; grid.len()] };
    let mut waiting = Waiting::new(grid);
    for at in grid.places() {
        if !drape.is_known(at) && (!grid.cell(at).is_three() || asked(at)) {
            drape.hide(at);
            waiting.put(grid, at);
        }
    }
    while let Some((whole, along)) = waiting.take() {
        for hidden in drape.cover(whole, along) {
            waiting.put(grid, hidden);
        }
    }
    let hidden = grid.places().filter(|at| drape.is_hidden(*at)).map(|at| grid.node(at)).collect();
    Veil { hidden }
}

struct Drape<'a> {
    grid: &'a Grid,
    known: &'a [bool],
    hidden: Vec<bool>,
}

impl Drape<'_> {
    fn is_known(&self, at: usize) -> bool {
        self.known.get(at).copied().unwrap_or(false)
    }

    fn is_hidden(&self, at: usize) -> bool {
        self.hidden.get(at).copied().unwrap_or(false)
    }

    fn hide(&mut self, at: usize) {
        if let Some(hidden) = self.hidden.get_mut(at) {
            *hidden = true;
        }
    }

    /// Makes one whole safe. Returns what was hidden for that.
    fn cover(&mut self, whole: usize, along: Along) -> Vec<usize> {
        let (mut shown, mut count, mut group) = (Vec::new(), 0, Cell::default());
        for part in self.grid.parts(whole, along) {
            if self.is_hidden(part) {
                group.gather(self.grid.cell(part));
                count += 1;
            } else {
                shown.push(part);
            }
        }
        let whole_hidden = self.is_hidden(whole);
        // With the whole hidden one hidden part will do: the difference of the two is all that can be computed.
        let safe = |count: i64, group: Cell| {
            if whole_hidden { count >= 1 } else { count == 0 || (count >= 2 && group.is_three()) }
        };
        if safe(count, group) || (count == 0 && shown.is_empty()) {
            return Vec::new();
        }
        shown.retain(|at| !self.is_known(*at));
        // The smallest first, as they tell the reader least; at the end of the list, from where they are taken.
        shown.sort_by_key(|at| std::cmp::Reverse((self.grid.cell(*at).amount.unsigned_abs(), *at)));
        let mut hidden = Vec::new();
        while !safe(count, group) {
            let Some(next) = shown.pop() else { break };
            self.hide(next);
            group.gather(self.grid.cell(next));
            count += 1;
            hidden.push(next);
        }
        // Everything is hidden and still too little: then the whole must not be shown either.
        if !safe(count, group) && !self.is_known(whole) && !whole_hidden {
            self.hide(whole);
            hidden.push(whole);
        }
        hidden
    }
}
