//! What has to be written so that the ties and trades that stand become those that matching came to.

use rustc_hash::{FxHashMap, FxHashSet};
use sh_kernel::Id;

use super::{Components, Entries, Outcome, Rule, State};
use crate::model::{Claim, Trade};

/// The tie of a claim as it stands in the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// The trade, none while the claim waits.
    pub trade: Option<Id<Trade>>,
    /// For a waiting claim: the trade it may belong to.
    pub candidate: Option<Id<Trade>>,
    /// [`State`] as a number.
    pub state: i64,
    /// [`Rule`] as a number.
    pub rule: i64,
    /// 0 to 1000.
    pub score: i64,
}

/// A tie to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewTie {
    /// Position of the claim.
    pub claim: u32,
    /// What it becomes.
    pub tie: Standing,
}

/// A trade whose lines may change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Touched {
    /// The trade.
    pub trade: Id<Trade>,
    /// Its claims: position in the outcome; none if it dissolves.
    pub cluster: Option<u32>,
    /// Whether it is in the database already.
    pub known: bool,
}

/// What is written in one transaction: whole components, so that a run that stops in between leaves nothing half done.
#[derive(Debug, Default)]
pub struct Chunk {
    /// Ties to write.
    pub ties: Vec<NewTie>,
    /// Positions of withdrawn claims whose ties go.
    pub untied: Vec<u32>,
    /// Trades to look at.
    pub trades: Vec<Touched>,
}

/// The trade of each cluster, in the order of the outcome.
#[derive(Debug)]
pub struct Numbering(pub Vec<Id<Trade>>);

/// Gives every cluster its trade: the one its anchor stands for, else one that another of its claims is tied to and
/// that no other cluster keeps, else a new one. Each trade goes to one cluster, so trades keep their numbers as long as
/// any of their claims stay.
pub fn number(
    entries: &Entries,
    outcome: &Outcome,
    standing: &[Option<Standing>],
    mut fresh: impl FnMut() -> Id<Trade>,
) -> Numbering {
    let withdrawn = |claim: u32| entries.list()[claim as usize].withdrawn;
    let mut used: FxHashSet<Id<Trade>> = FxHashSet::default();
    let mut trades: Vec<Option<Id<Trade>>> = vec![None; outcome.len()];
    for (trade, members) in trades.iter_mut().zip(outcome.clusters()) {
        let anchored = members
            .iter()
            .filter_map(|member| standing[member.claim as usize])
            .filter(|tie| tie.state == State::Anchor.code())
            .filter_map(|tie| tie.trade);
        for candidate in anchored {
            if used.insert(candidate) {
                *trade = Some(candidate);
                break;
            }
        }
    }
    for (trade, members) in trades.iter_mut().zip(outcome.clusters()) {
        if trade.is_some() {
            continue;
        }
        let tied = members
            .iter()
            .filter(|member| !withdrawn(member.claim))
            .filter_map(|member| standing[member.claim as usize].and_then(|tie| tie.trade));
        *trade = tied.into_iter().find(|candidate| used.insert(*candidate));
    }
    // New trades are numbered in the order in which their claims came in: what is written together then lies together.
    let anchor = |number: usize| outcome.cluster(number).first().map(|member| member.claim);
    let mut without: Vec<usize> = (0..trades.len()).filter(|number| trades[*number].is_none()).collect();
    without.sort_unstable_by_key(|number| anchor(*number).map(|claim| entries.list()[claim as usize].id));
    for number in without {
        trades[number] = Some(fresh());
    }
    Numbering(trades.into_iter().flatten().collect())
}

/// What each claim becomes. `None` for withdrawn claims.
pub fn wanted(entries: &Entries, outcome: &Outcome, numbering: &Numbering) -> Vec<Option<Standing>> {
    let mut wanted = vec![None; entries.len()];
    for (trade, members) in numbering.0.iter().zip(outcome.clusters()) {
        for member in members {
            wanted[member.claim as usize] = Some(Standing {
                trade: Some(*trade),
                candidate: None,
                state: member.state.code(),
                rule: member.rule.code(),
                score: i64::from(member.score),
            });
        }
    }
    for waiting in outcome.waiting() {
        let repeat = waiting.rule == Rule::Repeat;
        wanted[waiting.claim as usize] = Some(Standing {
            trade: None,
            candidate: numbering.0.get(waiting.candidate as usize).copied(),
            state: if repeat { State::Repeat.code() } else { State::Waiting.code() },
            rule: waiting.rule.code(),
            score: i64::from(waiting.score),
        });
    }
    wanted
}

/// Joins the sets of claims that stand on one trade, so that a trade is never rewritten in part.
pub fn join_standing(components: &mut Components, standing: &[Option<Standing>]) {
    let mut first: FxHashMap<Id<Trade>, u32> = FxHashMap::default();
    for (claim, tie) in (0_u32..).zip(standing) {
        let Some(tie) = tie else { continue };
        for trade in [tie.trade, tie.candidate].into_iter().flatten() {
            let other = *first.entry(trade).or_insert(claim);
            components.join(other, claim);
        }
    }
}

/// The differences, in chunks of whole components of at most `claims_max` claims each (a larger component is a chunk of
/// its own). Only components that `affected` says yes to are looked at. Chunks follow the days of their claims, and within
/// a chunk trades and ties follow their keys, so that a transaction touches few places of each table.
pub fn chunks(
    entries: &Entries,
    (standing, wanted): (&[Option<Standing>], &[Option<Standing>]),
    numbering: &Numbering,
    components: &mut Components,
    affected: impl Fn(u32) -> bool,
    claims_max: usize,
) -> Vec<Chunk> {
    let changed: Vec<(u32, u32)> = (0_u32..)
        .zip(standing.iter().zip(wanted))
        .filter(|(_, (old, new))| old != new)
        .map(|(claim, _)| (components.root(claim), claim))
        .filter(|(root, _)| affected(*root))
        .collect();
    let (chunk_of, count) = chunk_of_each(entries, &changed, claims_max);
    let mut chunks: Vec<Chunk> = (0..count).map(|_| Chunk::default()).collect();
    let mut touched: FxHashMap<Id<Trade>, (u32, Touched)> = FxHashMap::default();
    for (root, claim) in changed {
        let (old, new) = (standing[claim as usize], wanted[claim as usize]);
        let number = chunk_of[root as usize];
        let chunk = &mut chunks[number as usize];
        match new {
            Some(tie) => chunk.ties.push(NewTie { claim, tie }),
            None => chunk.untied.push(claim),
        }
        for trade in [old, new].into_iter().flatten().filter_map(|tie| tie.trade) {
            touched.insert(trade, (number, Touched { trade, cluster: None, known: false }));
        }
    }
    for (cluster, trade) in (0_u32..).zip(&numbering.0) {
        if let Some((_, touched)) = touched.get_mut(trade) {
            touched.cluster = Some(cluster);
        }
    }
    for trade in standing.iter().flatten().filter_map(|tie| tie.trade) {
        if let Some((_, touched)) = touched.get_mut(&trade) {
            touched.known = true;
        }
    }
    for (number, touched) in touched.into_values() {
        chunks[number as usize].trades.push(touched);
    }
    for chunk in &mut chunks {
        chunk.ties.sort_unstable_by_key(|tie| entries.list()[tie.claim as usize].id);
        chunk.trades.sort_unstable_by_key(|touched| touched.trade);
    }
    chunks
}

/// For each component (by its root) the number of its chunk, and how many chunks there are. Components follow each other
/// by the day of their first change.
fn chunk_of_each(entries: &Entries, changed: &[(u32, u32)], claims_max: usize) -> (Vec<u32>, u32) {
    struct Size {
        first: (i32, Id<Claim>),
        claims: usize,
    }
    let mut sizes: FxHashMap<u32, Size> = FxHashMap::default();
    for (root, claim) in changed {
        let entry = &entries.list()[*claim as usize];
        let first = (entry.day, entry.id);
        let size = sizes.entry(*root).or_insert(Size { first, claims: 0 });
        size.first = size.first.min(first);
        size.claims += 1;
    }
    let mut sizes: Vec<(u32, Size)> = sizes.into_iter().collect();
    sizes.sort_unstable_by_key(|(_, size)| size.first);
    let mut chunk_of = vec![0; entries.len()];
    let (mut count, mut claims) = (0, 0);
    for (root, size) in sizes {
        if count == 0 || claims + size.claims > claims_max {
            (count, claims) = (count + 1, 0);
        }
        claims += size.claims;
        chunk_of[root as usize] = count - 1;
    }
    (chunk_of, count)
}
