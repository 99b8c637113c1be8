//! Claims of one source that speak of one sale: repeats in cumulative files, later states of an order, returns; and
//! claims that a person ruled to be the same.

use std::collections::{HashMap, HashSet};

use super::{
    Ruling, Settings,
    entry::{Entries, Entry},
};

/// How a claim belongs to its unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Part {
    /// Speaks for the unit.
    Lead,
    /// The same row in another file of the source.
    Repeat,
    /// Another state of the same order.
    Version,
    /// Goods or money that went back.
    Return,
}

/// What one source says about one sale.
#[derive(Debug)]
pub(crate) struct Unit {
    /// Position of the claim that speaks for it.
    pub(crate) lead: u32,
    /// Where its claims stand in [`Units::parts`].
    pub(crate) parts: std::ops::Range<u32>,
    /// Place of the source in the order of strength.
    pub(crate) place: u16,
    /// A return whose sale this source does not report.
    pub(crate) is_return: bool,
    /// The first unit of those that a person ruled to be the same; itself if none.
    pub(crate) leader: u32,
}

/// All units, in an order that depends on content only.
#[derive(Debug, Default)]
pub(crate) struct Units {
    pub(crate) list: Vec<Unit>,
    pub(crate) parts: Vec<(u32, Part)>,
    /// The unit of each claim; `u32::MAX` for claims left out.
    pub(crate) of_claim: Vec<u32>,
    /// Units ruled to be the same, by leader; only leaders of more than one unit are here.
    pub(crate) groups: HashMap<u32, Vec<u32>>,
    /// Pairs of units ruled to be different.
    pub(crate) apart: HashMap<u32, Vec<u32>>,
    /// Returns that a person put with a sale: unit of the return, unit of the sale.
    pub(crate) sale_of: HashMap<u32, u32>,
}

impl Units {
    pub(crate) fn parts_of(&self, unit: u32) -> &[(u32, Part)] {
        let range = &self.list[unit as usize].parts;
        &self.parts[range.start as usize..range.end as usize]
    }

    /// The units that stand together with this leader.
    pub(crate) fn group<'a>(&'a self, leader: &'a u32) -> &'a [u32] {
        self.groups.get(leader).map_or(std::slice::from_ref(leader), Vec::as_slice)
    }
}

/// A row with its repeats in other files.
struct Node {
    lead: u32,
    repeats: Vec<u32>,
    batches: Vec<u32>,
}

/// Rulings by the positions of their claims, one for each pair: the last one made.
struct Resolved {
    same: Vec<(u32, u32)>,
    apart: HashSet<(u32, u32)>,
}

impl Resolved {
    fn of(entries: &Entries, rulings: &[Ruling]) -> Self {
        let named: HashSet<_> = rulings.iter().flat_map(|ruling| [ruling.claim, ruling.other]).collect();
        let mut positions = HashMap::new();
        if !named.is_empty() {
            let all = (0_u32..).zip(&entries.list);
            positions.extend(all.filter(|(_, e)| named.contains(&e.id)).map(|(at, e)| (e.id, at)));
        }
        let mut last: HashMap<(u32, u32), bool> = HashMap::new();
        for ruling in rulings {
            if let (Some(a), Some(b)) = (positions.get(&ruling.claim), positions.get(&ruling.other)) {
                last.insert((*a.min(b), *a.max(b)), ruling.same);
            }
        }
        let of = |wanted: bool| last.iter().filter(move |(_, same)| **same == wanted).map(|(pair, _)| *pair);
        Self { same: of(true).collect(), apart: of(false).collect() }
    }

    fn bars(&self, a: u32, b: u32) -> bool {
        !self.apart.is_empty() && self.apart.contains(&(a.min(b), a.max(b)))
    }
}

/// Gathers claims into units. With `withdrawn`, claims that were taken back are gathered, too.
pub(crate) fn gather(entries: &Entries, rulings: &[Ruling], settings: &Settings, withdrawn: bool) -> Units {
    let order = entries.source_order();
    let place = |entry: &Entry| order[entry.source as usize];
    let key = |entry: &Entry| (place(entry), entry.content, entry.occurrence, entry.id);
    // Sorted with their keys beside them: to look each up for every comparison takes longer than the rest.
    let mut sorted: Vec<_> = (0_u32..)
        .zip(&entries.list)
        .filter(|(_, entry)| withdrawn || !entry.withdrawn)
        .map(|(position, entry)| (key(entry), position))
        .collect();
    sorted.sort_unstable();
    let sorted: Vec<u32> = sorted.into_iter().map(|(_, position)| position).collect();
    let resolved = Resolved::of(entries, rulings);
    let nodes = nodes(entries, &sorted, &resolved);
    let mut drafts = versions(entries, nodes, settings, &resolved);
    attach_returns(entries, &mut drafts, settings, &resolved);
    // Nearly in order already, which this sort makes use of.
    drafts.sort_by_key(|draft| key(&entries.list[draft.lead as usize]));
    let mut units = Units { of_claim: vec![u32::MAX; entries.len()], ..Units::default() };
    for (number, draft) in (0_u32..).zip(drafts) {
        let start = u32::try_from(units.parts.len()).unwrap_or(u32::MAX);
        let lead = &entries.list[draft.lead as usize];
        units.parts.push((draft.lead, Part::Lead));
        units.parts.extend(draft.others);
        for (claim, _) in &units.parts[start as usize..] {
            units.of_claim[*claim as usize] = number;
        }
        let end = u32::try_from(units.parts.len()).unwrap_or(u32::MAX);
        units.list.push(Unit {
            lead: draft.lead,
            parts: start..end,
            place: place(lead),
            is_return: lead.is_return(),
            leader: number,
        });
    }
    apply_rulings(&mut units, &resolved);
    units
}

/// Joins equal rows of different files of a source. `sorted` has them next to each other.
fn nodes(entries: &Entries, sorted: &[u32], resolved: &Resolved) -> Vec<Node> {
    let mut nodes: Vec<Node> = Vec::with_capacity(sorted.len());
    let same =
        |a: &Entry, b: &Entry| (a.source, a.content, a.occurrence) == (b.source, b.content, b.occurrence);
    for position in sorted {
        let entry = &entries.list[*position as usize];
        let equal =
            nodes.iter().rev().take_while(|node| same(&entries.list[node.lead as usize], entry)).count();
        let from = nodes.len() - equal;
        // Rows that one file holds twice stay two, even if they were counted alike.
        let home = nodes[from..]
            .iter()
            .position(|node| !node.batches.contains(&entry.batch) && !resolved.bars(node.lead, *position));
        if let Some(node) = home.and_then(|at| nodes.get_mut(from + at)) {
            node.repeats.push(*position);
            node.batches.push(entry.batch);
        } else {
            nodes.push(Node { lead: *position, repeats: Vec::new(), batches: vec![entry.batch] });
        }
    }
    nodes
}

/// A unit in the making.
struct Draft {
    lead: u32,
    others: Vec<(u32, Part)>,
    batches: Vec<u32>,
}

impl Draft {
    fn of(node: Node) -> Self {
        let others = node.repeats.into_iter().map(|claim| (claim, Part::Repeat)).collect();
        Self { lead: node.lead, others, batches: node.batches }
    }

    fn bars(&self, claim: u32, resolved: &Resolved) -> bool {
        resolved.bars(self.lead, claim) || self.others.iter().any(|(other, _)| resolved.bars(*other, claim))
    }

    /// Takes in another state of the same order; the one that came further, or else later, speaks.
    fn absorb(&mut self, node: Node, entries: &Entries) {
        let rank = |claim: u32| {
            let entry = &entries.list[claim as usize];
            (entry.stage, entry.day, entry.content, entry.occurrence)
        };
        let mut newcomer = node.lead;
        if rank(newcomer) > rank(self.lead) {
            std::mem::swap(&mut newcomer, &mut self.lead);
        }
        self.others.push((newcomer, Part::Version));
        self.others.extend(node.repeats.into_iter().map(|claim| (claim, Part::Repeat)));
        self.batches.extend(node.batches);
    }
}

/// Joins rows of one source with one order number and product that never stand in one file together: the same order,
/// exported again after something had changed.
fn versions(entries: &Entries, nodes: Vec<Node>, settings: &Settings, resolved: &Resolved) -> Vec<Draft> {
    let mut drafts: Vec<Draft> = Vec::with_capacity(nodes.len());
    let mut of_order: HashMap<(u16, u64, u32), Vec<usize>> = HashMap::new();
    for node in nodes {
        let entry = &entries.list[node.lead as usize];
        if entry.order == 0 || entry.is_return() {
            drafts.push(Draft::of(node));
            continue;
        }
        let known = of_order.entry((entry.source, entry.order, entry.product)).or_default();
        let fits = |draft: &Draft| {
            let lead = &entries.list[draft.lead as usize];
            (lead.day - entry.day).abs() <= settings.key_days
                && !node.batches.iter().any(|batch| draft.batches.contains(batch))
                && !draft.bars(node.lead, resolved)
        };
        let same_amount = |draft: &Draft| entries.list[draft.lead as usize].amount == entry.amount;
        let home = known
            .iter()
            .copied()
            .find(|at| fits(&drafts[*at]) && same_amount(&drafts[*at]))
            .or_else(|| known.iter().copied().find(|at| fits(&drafts[*at])));
        if let Some(at) = home {
            drafts[at].absorb(node, entries);
        } else {
            known.push(drafts.len());
            drafts.push(Draft::of(node));
        }
    }
    drafts
}

/// Puts returns with the sale of the same source and order number, as long as no more goes back than was sold.
fn attach_returns(entries: &Entries, drafts: &mut Vec<Draft>, settings: &Settings, resolved: &Resolved) {
    let mut sales: HashMap<(u16, u64), Vec<usize>> = HashMap::new();
    for (at, draft) in drafts.iter().enumerate() {
        let entry = &entries.list[draft.lead as usize];
        if entry.order != 0 && !entry.is_return() {
            sales.entry((entry.source, entry.order)).or_default().push(at);
        }
    }
    let mut returned: HashMap<usize, i64> = HashMap::new();
    let mut moved: Vec<(usize, usize)> = Vec::new();
    for (at, draft) in drafts.iter().enumerate() {
        let back = &entries.list[draft.lead as usize];
        if back.order == 0 || !back.is_return() {
            continue;
        }
        let amount = back.amount.saturating_abs();
        let fits = |sale: usize| {
            let lead = &entries.list[drafts[sale].lead as usize];
            let gone = returned.get(&sale).copied().unwrap_or(0);
            (lead.day - back.day).abs() <= settings.key_days
                && gone.saturating_add(amount) <= lead.amount
                && !drafts[sale].bars(draft.lead, resolved)
        };
        let candidates = sales.get(&(back.source, back.order)).map_or(&[][..], Vec::as_slice);
        let same_product = |sale: usize| entries.list[drafts[sale].lead as usize].product == back.product;
        let home = candidates
            .iter()
            .copied()
            .find(|sale| fits(*sale) && same_product(*sale))
            .or_else(|| candidates.iter().copied().find(|sale| fits(*sale)));
        if let Some(sale) = home {
            *returned.entry(sale).or_default() += amount;
            moved.push((at, sale));
        }
    }
    let mut gone = vec![false; drafts.len()];
    for (at, sale) in moved {
        gone[at] = true;
        let others = std::mem::take(&mut drafts[at].others);
        let lead = drafts[at].lead;
        drafts[sale].others.push((lead, Part::Return));
        drafts[sale].others.extend(others);
    }
    let mut at = 0;
    drafts.retain(|_| {
        at += 1;
        !gone[at - 1]
    });
}

/// 不是 goes before 是: what is apart is never joined by way of a third.
fn apply_rulings(units: &mut Units, resolved: &Resolved) {
    let pairs = |claims: &mut dyn Iterator<Item = &(u32, u32)>| {
        let mut pairs: Vec<(u32, u32)> = claims
            .map(|(a, b)| (units.of_claim[*a as usize], units.of_claim[*b as usize]))
            .filter(|(a, b)| a != b && *a != u32::MAX && *b != u32::MAX)
            .map(|(a, b)| (a.min(b), a.max(b)))
            .collect();
        pairs.sort_unstable();
        pairs
    };
    let apart = pairs(&mut resolved.apart.iter());
    let same = pairs(&mut resolved.same.iter());
    for (a, b) in apart {
        units.apart.entry(a).or_default().push(b);
        units.apart.entry(b).or_default().push(a);
    }
    for (a, b) in same {
        match (units.list[a as usize].is_return, units.list[b as usize].is_return) {
            (true, false) => drop(units.sale_of.insert(a, b)),
            (false, true) => drop(units.sale_of.insert(b, a)),
            _ => join(units, a, b),
        }
    }
}

fn join(units: &mut Units, a: u32, b: u32) {
    let (a, b) = (units.list[a as usize].leader, units.list[b as usize].leader);
    let (first, second) = (a.min(b), a.max(b));
    if a == b {
        return;
    }
    let theirs = units.groups.get(&second).cloned().unwrap_or_else(|| vec![second]);
    let ours = units.groups.get(&first).cloned().unwrap_or_else(|| vec![first]);
    let barred = |unit: &u32| {
        units.apart.get(unit).is_some_and(|list| list.iter().any(|other| theirs.contains(other)))
    };
    if ours.iter().any(barred) {
        return;
    }
    for unit in &theirs {
        units.list[*unit as usize].leader = first;
    }
    units.groups.remove(&second);
    let mut group = ours;
    group.extend(theirs);
    group.sort_unstable();
    units.groups.insert(first, group);
}
