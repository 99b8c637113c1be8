//! How many rows of each source are tied how, kept with the ties (上报与去重).

use std::collections::BTreeMap;

use crate::{
    matching::{Entries, plan::Chunk, plan::Standing},
    store::matching::TallyRow,
};

/// Sums by source and state of the tie.
#[derive(Default)]
pub(crate) struct Tally<'a>(BTreeMap<(&'a str, i64), (i64, i64)>);

impl<'a> Tally<'a> {
    /// What the writing of a chunk changes.
    pub(crate) fn of_chunk(entries: &'a Entries, standing: &[Option<Standing>], chunk: &Chunk) -> Self {
        let mut tally = Self::default();
        let written = chunk.ties.iter().map(|new| (new.claim, Some(new.tie.state)));
        for (claim, state) in written.chain(chunk.untied.iter().map(|claim| (*claim, None))) {
            if let Some(old) = standing[claim as usize] {
                tally.add(entries, claim, old.state, -1);
            }
            if let Some(state) = state {
                tally.add(entries, claim, state, 1);
            }
        }
        tally
    }

    /// What the ties that stand come to.
    pub(crate) fn of_ties(entries: &'a Entries, standing: &[Option<Standing>]) -> Self {
        let mut tally = Self::default();
        for (claim, tie) in (0_u32..).zip(standing) {
            if let Some(tie) = tie {
                tally.add(entries, claim, tie.state, 1);
            }
        }
        tally
    }

    fn add(&mut self, entries: &'a Entries, claim: u32, state: i64, sign: i64) {
        let entry = &entries.list()[claim as usize];
        let sum = self.0.entry((entries.source_code(entry), state)).or_default();
        *sum = (sum.0 + sign, sum.1.saturating_add(sign * entry.amount));
    }

    /// The sums, without those that are nothing.
    pub(crate) fn rows(self) -> Vec<TallyRow> {
        let told = self.0.into_iter().filter(|(_, sum)| *sum != (0, 0));
        told.map(|((source, state), (claims, amount))| TallyRow {
            source: source.to_owned(),
            state,
            claims,
            amount,
        })
        .collect()
    }
}
