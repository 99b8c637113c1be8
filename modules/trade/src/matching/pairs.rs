//! Which units are worth comparing, found without comparing all with all.
//!
//! Units that share a seller, a buyer, an exact amount with the province of origin, or a document number form blocks.
//! Inside a block only units within days of each other, of other sources and with related amounts are scored. What is
//! found does not depend on the size of the block, so a window of days gives the same pairs as all days.

use std::panic::resume_unwind;

use super::{
    Rule, Settings,
    amount::{STEPS_NEAR, step_of, steps_of_slip},
    entry::{Entries, Entry},
    score::{NEAR_DAYS_MAX, Score, score, score_return},
    units::Units,
};

/// Blocks up to this size are compared pair by pair.
const SMALL_BLOCK_MAX: usize = 48;
/// Exact amounts from this many fen make a block of their own; smaller ones are shared by too many sales.
const EXACT_MIN: i64 = 100_000;

/// Two units that may report the same sale. For a return: `later` is the return, `earlier` the sale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Edge {
    pub(crate) later: u32,
    pub(crate) earlier: u32,
    pub(crate) points: i32,
    pub(crate) rule: Rule,
}

/// One unit in a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Item {
    block: u64,
    step: i32,
    day: i32,
    unit: u32,
}

struct Finder<'a> {
    entries: &'a Entries,
    units: &'a Units,
    settings: &'a Settings,
    edges: Vec<Edge>,
}

/// All pairs at or above the lower threshold, each once. Each kind of block is looked through by a thread of its own.
pub(crate) fn edges<'a>(entries: &'a Entries, units: &'a Units, settings: &'a Settings) -> Vec<Edge> {
    let searches: [fn(&mut Finder<'a>); 5] =
        [Finder::sellers, Finder::buyers, Finder::amounts, Finder::numbers, Finder::returns];
    let mut edges: Vec<Edge> = std::thread::scope(|scope| {
        let running = searches.map(|search| {
            scope.spawn(move || {
                let mut finder = Finder { entries, units, settings, edges: Vec::new() };
                search(&mut finder);
                finder.edges
            })
        });
        running
            .into_iter()
            .flat_map(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic)))
            .collect()
    });
    edges.sort_unstable_by_key(|edge| (edge.later, edge.earlier, -edge.points));
    edges.dedup_by_key(|edge| (edge.later, edge.earlier));
    edges
}

impl Finder<'_> {
    fn sellers(&mut self) {
        self.block(|entry| Some(u64::from(entry.seller)));
    }

    fn buyers(&mut self) {
        self.block(|entry| (entry.buyer != 0).then_some(u64::from(entry.buyer)));
    }

    fn amounts(&mut self) {
        self.block(|entry| {
            let province = u64::from(entry.origin.unsigned_abs() / 10_000);
            (entry.amount >= EXACT_MIN && province != 0).then(|| entry.amount.unsigned_abs() * 100 + province)
        });
    }

    fn lead(&self, unit: u32) -> &Entry {
        &self.entries.list()[self.units.list[unit as usize].lead as usize]
    }

    fn sales(&self) -> impl Iterator<Item = (u32, &Entry)> {
        (0_u32..)
            .zip(&self.units.list)
            .filter(|(_, unit)| !unit.is_return)
            .map(|(number, unit)| (number, &self.entries.list()[unit.lead as usize]))
    }

    fn consider(&mut self, a: u32, b: u32) {
        let (one, two) = (&self.units.list[a as usize], &self.units.list[b as usize]);
        if one.place == two.place {
            return;
        }
        let (x, y) = (self.lead(a), self.lead(b));
        if let Some(Score { points, rule }) = score(self.entries, x, y, self.settings) {
            self.edges.push(Edge { later: a.max(b), earlier: a.min(b), points, rule });
        }
    }

    /// Compares within the blocks that `key` makes of the sales.
    fn block(&mut self, key: impl Fn(&Entry) -> Option<u64>) {
        let mut items: Vec<Item> = self
            .sales()
            .filter(|(_, entry)| entry.amount > 0)
            .filter_map(|(unit, entry)| {
                let block = key(entry)?;
                Some(Item { block, step: step_of(entry.amount), day: entry.day, unit })
            })
            .collect();
        items.sort_unstable();
        for block in items.chunk_by(|a, b| a.block == b.block) {
            if block.len() <= SMALL_BLOCK_MAX {
                self.small_block(block);
            } else {
                self.large_block(block);
            }
        }
    }

    fn small_block(&mut self, block: &[Item]) {
        for (at, a) in block.iter().enumerate() {
            for b in &block[at + 1..] {
                if (a.day - b.day).abs() <= NEAR_DAYS_MAX {
                    self.consider(a.unit, b.unit);
                }
            }
        }
    }

    /// Every unit that is not of the block's main source looks among the amounts that may be related to its own.
    fn large_block(&mut self, block: &[Item]) {
        let Some(main) = main_place(self.units, block) else { return };
        let steps: Vec<&[Item]> = block.chunk_by(|a, b| a.step == b.step).collect();
        for a in block {
            if self.units.list[a.unit as usize].place == main {
                continue;
            }
            let own = (a.step - STEPS_NEAR, a.step + STEPS_NEAR);
            let amount = self.lead(a.unit).amount;
            self.look(&steps, a, own, main);
            if let Some(up) = steps_of_slip(amount) {
                self.look(&steps, a, up, main);
            }
            // The other side of a slip downwards; two steps wider, since the amount was cut to whole fen.
            let down = (step_of(amount / 10_000 / 119 * 100) - 2, step_of(amount / 8_400) + 2);
            if amount >= 10_000 {
                self.look(&steps, a, down, main);
            }
        }
    }

    fn look(&mut self, steps: &[&[Item]], a: &Item, (low, high): (i32, i32), main: u16) {
        let first = steps.partition_point(|items| items[0].step < low);
        for items in steps[first..].iter().take_while(|items| items[0].step <= high) {
            let from = items.partition_point(|b| b.day < a.day - NEAR_DAYS_MAX);
            for b in items[from..].iter().take_while(|b| b.day <= a.day + NEAR_DAYS_MAX) {
                // Two units that both look find each other twice.
                if self.units.list[b.unit as usize].place == main || a.unit < b.unit {
                    self.consider(a.unit, b.unit);
                }
            }
        }
    }

    /// Units that share an invoice number or an order number, whatever their amounts.
    fn numbers(&mut self) {
        let mut keys: Vec<(u64, i32, u32)> = Vec::new();
        for (unit, entry) in self.sales() {
            for key in [entry.invoice, entry.order, entry.order_stem] {
                if key != 0 {
                    keys.push((key, entry.day, unit));
                }
            }
        }
        keys.sort_unstable();
        for block in keys.chunk_by(|a, b| a.0 == b.0) {
            for (at, (_, day, unit)) in block.iter().enumerate() {
                for (_, later, other) in &block[at + 1..] {
                    if later - day > self.settings.key_days {
                        break;
                    }
                    self.consider(*unit, *other);
                }
            }
        }
    }

    /// Returns whose sale the same source does not report under the same order number.
    fn returns(&mut self) {
        let backs: Vec<u32> =
            (0_u32..).zip(&self.units.list).filter(|(_, unit)| unit.is_return).map(|(at, _)| at).collect();
        if backs.is_empty() {
            return;
        }
        let mut sales: Vec<(u64, i32, u32)> = Vec::new();
        for (unit, entry) in self.sales() {
            sales.push((u64::from(entry.seller), entry.day, unit));
            if entry.order != 0 {
                sales.push((entry.order | 1 << 63, entry.day, unit));
            }
        }
        sales.sort_unstable();
        for back in backs {
            let entry = self.lead(back).clone();
            for key in [u64::from(entry.seller), entry.order | 1 << 63] {
                let from = sales.partition_point(|sale| (sale.0, sale.1) < (key, entry.day - NEAR_DAYS_MAX));
                let block = sales[from..].iter().take_while(|sale| sale.0 == key && sale.1 <= entry.day + 3);
                for (_, _, sale) in block {
                    if let Some(found) = score_return(self.entries, &entry, self.lead(*sale), self.settings) {
                        self.edges.push(Edge {
                            later: back,
                            earlier: *sale,
                            points: found.points,
                            rule: found.rule,
                        });
                    }
                }
            }
        }
    }
}

/// The source with the most units of a block; `None` if there is only one.
fn main_place(units: &Units, block: &[Item]) -> Option<u16> {
    let mut places: Vec<u16> = block.iter().map(|item| units.list[item.unit as usize].place).collect();
    places.sort_unstable();
    let runs: Vec<&[u16]> = places.chunk_by(|a, b| a == b).collect();
    if runs.len() < 2 {
        return None;
    }
    runs.iter().max_by_key(|run| (run.len(), std::cmp::Reverse(run[0]))).map(|run| run[0])
}
