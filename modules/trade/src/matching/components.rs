//! Which claims' results may depend on each other.

use super::{Settings, entry::Entries, pairs::Edge, units::Units};

/// Sets of claims: what becomes of a claim depends on claims of its own set only.
#[derive(Debug)]
pub struct Components {
    parent: Vec<u32>,
}

impl Components {
    /// Every claim by itself.
    pub(crate) fn new(len: usize) -> Self {
        Self { parent: (0..u32::try_from(len).unwrap_or(u32::MAX)).collect() }
    }

    /// The claim that stands for the set of a claim.
    pub fn root(&mut self, claim: u32) -> u32 {
        let mut root = claim;
        while self.parent[root as usize] != root {
            let above = self.parent[self.parent[root as usize] as usize];
            self.parent[root as usize] = above;
            root = above;
        }
        root
    }

    /// Joins the sets of two claims.
    pub fn join(&mut self, a: u32, b: u32) {
        let (a, b) = (self.root(a), self.root(b));
        let (first, second) = (a.min(b), a.max(b));
        self.parent[second as usize] = first;
    }

    /// Rows of one source with one order number may be states of one order, whichever way they were gathered.
    pub(crate) fn join_orders(&mut self, entries: &Entries, settings: &Settings) {
        let mut rows: Vec<(u16, u64, i32, u32)> = (0_u32..)
            .zip(entries.list())
            .filter(|(_, entry)| entry.order != 0)
            .map(|(position, entry)| (entry.source, entry.order, entry.day, position))
            .collect();
        rows.sort_unstable();
        for pair in rows.windows(2) {
            if let [(source, order, day, claim), (other, same, later, next)] = pair
                && (source, order) == (other, same)
                && later - day <= settings.key_days
            {
                self.join(*claim, *next);
            }
        }
    }

    pub(crate) fn join_graph(&mut self, units: &Units, edges: &[Edge]) {
        for unit in &units.list {
            let parts = &units.parts[unit.parts.start as usize..unit.parts.end as usize];
            for (claim, _) in parts {
                self.join(unit.lead, *claim);
            }
            self.join(unit.lead, units.list[unit.leader as usize].lead);
        }
        for edge in edges {
            self.join(units.list[edge.later as usize].lead, units.list[edge.earlier as usize].lead);
        }
        for (back, sale) in &units.sale_of {
            self.join(units.list[*back as usize].lead, units.list[*sale as usize].lead);
        }
    }
}
