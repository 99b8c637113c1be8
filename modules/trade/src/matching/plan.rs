//! What has to be written so that the ties and trades that stand become those that matching came to.

use std::collections::{HashMap, HashSet};

use sh_kernel::Id;

use super::{Components, Entries, Outcome, Rule, State};
use crate::model::Trade;

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

impl Chunk {
    fn claims(&self) -> usize {
        self.ties.len() + self.untied.len()
    }

    fn is_empty(&self) -> bool {
        self.ties.is_empty() && self.untied.is_empty() && self.trades.is_empty()
    }
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
    let mut used: HashSet<Id<Trade>> = HashSet::new();
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
    let mut first: HashMap<Id<Trade>, u32> = HashMap::new();
    for (claim, tie) in (0_u32..).zip(standing) {
        let Some(tie) = tie else { continue };
        for trade in [tie.trade, tie.candidate].into_iter().flatten() {
            let other = *first.entry(trade).or_insert(claim);
            components.join(other, claim);
        }
    }
}

/// The differences, in chunks of whole components of at most `claims_max` claims each (a larger component is a chunk of
/// its own). Only components that `affected` says yes to are looked at. Chunks follow the numbers of their trades, and
/// within a chunk trades and ties follow their keys, so that a transaction touches few places of each table.
pub fn chunks(
    entries: &Entries,
    standing: &[Option<Standing>],
    wanted: &[Option<Standing>],
    clusters: (&Outcome, &Numbering),
    components: &mut Components,
    affected: impl Fn(u32) -> bool,
    claims_max: usize,
) -> Vec<Chunk> {
    let (outcome, numbering) = clusters;
    let mut cluster_of: HashMap<Id<Trade>, u32> = HashMap::new();
    let mut by_component: HashMap<u32, Chunk> = HashMap::new();
    let mut touched: HashSet<Id<Trade>> = HashSet::new();
    for claim in 0..u32::try_from(entries.len()).unwrap_or(u32::MAX) {
        let root = components.root(claim);
        let (old, new) = (standing[claim as usize], wanted[claim as usize]);
        if !affected(root) || old == new {
            continue;
        }
        let chunk = by_component.entry(root).or_default();
        match new {
            Some(tie) => chunk.ties.push(NewTie { claim, tie }),
            None => chunk.untied.push(claim),
        }
        let trades = |tie: Option<Standing>| tie.and_then(|tie| tie.trade);
        touched.extend(trades(old).into_iter().chain(trades(new)));
    }
    for (number, trade) in (0_u32..).zip(&numbering.0) {
        if touched.contains(trade) {
            cluster_of.insert(*trade, number);
        }
    }
    let known: HashSet<Id<Trade>> = standing
        .iter()
        .flatten()
        .filter_map(|tie| tie.trade)
        .filter(|trade| touched.contains(trade))
        .collect();
    let mut placed: HashSet<Id<Trade>> = HashSet::new();
    for (claim, (old, new)) in (0_u32..).zip(standing.iter().zip(wanted)) {
        for trade in [old, new].into_iter().flatten().filter_map(|tie| tie.trade) {
            if touched.contains(&trade)
                && let Some(chunk) = by_component.get_mut(&components.root(claim))
                && placed.insert(trade)
            {
                let cluster = cluster_of.get(&trade).copied();
                chunk.trades.push(Touched { trade, cluster, known: known.contains(&trade) });
            }
        }
    }
    debug_assert!(outcome.len() == numbering.0.len());
    let mut chunks = gather(entries, by_component.into_values().collect(), claims_max);
    for chunk in &mut chunks {
        chunk.ties.sort_unstable_by_key(|tie| entries.list()[tie.claim as usize].id);
        chunk.trades.sort_unstable_by_key(|touched| touched.trade);
    }
    chunks
}

fn gather(entries: &Entries, mut components: Vec<Chunk>, claims_max: usize) -> Vec<Chunk> {
    components.sort_by_cached_key(|chunk| {
        let claims = chunk.ties.iter().map(|tie| tie.claim).chain(chunk.untied.iter().copied());
        let first_trade = chunk.trades.iter().map(|touched| touched.trade).min();
        (first_trade, claims.map(|claim| entries.list()[claim as usize].id).min())
    });
    let mut chunks = Vec::new();
    let mut open = Chunk::default();
    for part in components {
        if !open.is_empty() && open.claims() + part.claims() > claims_max {
            chunks.push(std::mem::take(&mut open));
        }
        open.ties.extend(part.ties);
        open.untied.extend(part.untied);
        open.trades.extend(part.trades);
    }
    if !open.is_empty() {
        chunks.push(open);
    }
    chunks
}
