//! Ties units to trades, source by source from the strongest to the weakest.

use std::collections::{HashMap, HashSet, hash_map::Entry};

use super::{
    Member, Outcome, Rule, Settings, State, Waiting,
    amount::relate,
    entry::{self, Entries},
    pairs::Edge,
    score::contradict,
    units::{Part, Units},
};

const NONE: u32 = u32::MAX;

/// A tie of a unit to a trade, before it is certain.
#[derive(Debug, Clone, Copy)]
struct Tie {
    cluster: u32,
    points: i32,
    rule: Rule,
}

struct Assign<'a> {
    entries: &'a Entries,
    units: &'a Units,
    settings: &'a Settings,
    /// For each leading unit: the first leading unit of its trade.
    cluster_of: Vec<u32>,
    /// The leading unit that was tied to the trade before; a chain from the latest to the first.
    last_of: Vec<u32>,
    before: Vec<u32>,
    /// How each leading unit was tied.
    how: Vec<(i32, Rule)>,
    waiting: Vec<(u32, Tie)>,
}

/// Decides. `edges` come sorted by unit.
pub(crate) fn assign(entries: &Entries, units: &Units, edges: Vec<Edge>, settings: &Settings) -> Outcome {
    let len = units.list.len();
    let mut assign = Assign {
        entries,
        units,
        settings,
        cluster_of: vec![NONE; len],
        last_of: vec![NONE; len],
        before: vec![NONE; len],
        how: vec![(0, Rule::First); len],
        waiting: Vec::new(),
    };
    let (backs, mut edges): (Vec<Edge>, Vec<Edge>) =
        edges.into_iter().partition(|edge| units.list[edge.later as usize].is_return);
    lead_edges(units, &mut edges);
    let place = |edge: &Edge| units.list[edge.later as usize].place;
    edges.sort_unstable_by_key(|edge| (place(edge), -edge.points, edge.later, edge.earlier));
    let mut left = edges.as_slice();
    let numbers: Vec<u32> = (0..u32::try_from(len).unwrap_or(NONE)).collect();
    for source in numbers.chunk_by(|a, b| units.list[*a as usize].place == units.list[*b as usize].place) {
        let here = units.list[source[0] as usize].place;
        let count = left.partition_point(|edge| place(edge) <= here);
        let (mine, rest) = left.split_at(count);
        left = rest;
        assign.source(source, mine);
    }
    assign.returns(backs);
    assign.outcome()
}

/// Units ruled to be the same act as one: the strongest of them speaks.
fn lead_edges(units: &Units, edges: &mut Vec<Edge>) {
    if units.groups.is_empty() {
        return;
    }
    for edge in edges.iter_mut() {
        let (a, b) = (units.list[edge.later as usize].leader, units.list[edge.earlier as usize].leader);
        (edge.later, edge.earlier) = (a.max(b), a.min(b));
    }
    edges.retain(|edge| edge.later != edge.earlier);
}

impl Assign<'_> {
    fn lead(&self, unit: u32) -> &entry::Entry {
        &self.entries.list()[self.units.list[unit as usize].lead as usize]
    }

    /// The leading units of a trade, the latest first.
    fn chain(&self, cluster: u32) -> impl Iterator<Item = u32> + '_ {
        let mut next = self.last_of[cluster as usize];
        std::iter::from_fn(move || {
            let here = (next != NONE).then_some(next)?;
            next = self.before[here as usize];
            Some(here)
        })
    }

    /// Whether nothing forbids the unit to report the sale of this trade: no report of the same source is there, no
    /// ruling keeps them apart, no document number contradicts.
    fn can_join(&self, unit: u32, cluster: u32) -> bool {
        self.chain(cluster).all(|leader| {
            self.units.group(&leader).iter().all(|theirs| {
                self.units.group(&unit).iter().all(|ours| {
                    let same_source =
                        self.units.list[*theirs as usize].place == self.units.list[*ours as usize].place;
                    let ruled = self.units.apart.get(ours).is_some_and(|list| list.contains(theirs));
                    !same_source && !ruled && !contradict(self.lead(*ours), self.lead(*theirs))
                })
            })
        })
    }

    /// Whether a ruling keeps the unit away from any report of this trade.
    fn barred(&self, unit: u32, cluster: u32) -> bool {
        self.units.apart.get(&unit).is_some_and(|apart| {
            self.chain(cluster).any(|leader| self.units.group(&leader).iter().any(|u| apart.contains(u)))
        })
    }

    fn join(&mut self, unit: u32, cluster: u32, points: i32, rule: Rule) {
        self.cluster_of[unit as usize] = cluster;
        self.before[unit as usize] = self.last_of[cluster as usize];
        self.last_of[cluster as usize] = unit;
        self.how[unit as usize] = (points, rule);
    }

    /// One source: ties what is certain, notes what a person must decide, and makes trades of the rest.
    fn source(&mut self, units: &[u32], edges: &[Edge]) {
        let mut ties: HashMap<u32, Tie> = HashMap::new();
        let mut taken: HashMap<u32, u32> = HashMap::new();
        let mut rivals: Vec<(u32, Tie)> = Vec::new();
        for edge in edges.iter().take_while(|edge| edge.points >= self.settings.upper) {
            let cluster = self.cluster_of[edge.earlier as usize];
            if cluster == NONE || ties.contains_key(&edge.later) {
                continue;
            }
            let tie = Tie { cluster, points: edge.points, rule: edge.rule };
            match taken.entry(cluster) {
                Entry::Occupied(_) => rivals.push((edge.later, tie)),
                Entry::Vacant(place) if self.can_join(edge.later, cluster) => {
                    ties.insert(edge.later, tie);
                    place.insert(edge.later);
                }
                Entry::Vacant(_) => {}
            }
        }
        let doubtful = self.doubtful(edges, &ties, &taken, &rivals);
        for unit in &doubtful {
            if let Some(tie) = ties.remove(unit) {
                taken.remove(&tie.cluster);
                self.waiting.push((*unit, tie));
            }
        }
        // In the order of the units, so that nothing depends on the order of a hash table.
        for unit in units {
            if let Some(tie) = ties.get(unit) {
                self.join(*unit, tie.cluster, tie.points, tie.rule);
            }
        }
        self.ask(edges, &ties, &doubtful);
        let asked: HashSet<u32> = self.waiting.iter().map(|(unit, _)| *unit).collect();
        for unit in units {
            let leads = self.units.list[*unit as usize].leader == *unit;
            let idle = self.cluster_of[*unit as usize] == NONE && !asked.contains(unit);
            if leads && idle && !self.units.list[*unit as usize].is_return {
                self.join(*unit, *unit, 1000, Rule::First);
            }
        }
    }

    /// The ties that have another candidate about as good, when it matters which one is right: the amounts differ.
    fn doubtful(
        &self,
        edges: &[Edge],
        ties: &HashMap<u32, Tie>,
        taken: &HashMap<u32, u32>,
        rivals: &[(u32, Tie)],
    ) -> Vec<u32> {
        let differ = |a: u32, b: u32| {
            let (a, b) = (self.lead(a), self.lead(b));
            a.amount != b.amount
        };
        let mut doubtful = Vec::new();
        for edge in edges.iter().take_while(|edge| edge.points >= self.settings.upper - self.settings.margin)
        {
            let Some(tie) = ties.get(&edge.later) else { continue };
            let other = self.cluster_of[edge.earlier as usize];
            let near = edge.points + self.settings.margin >= tie.points;
            if near
                && other != NONE
                && other != tie.cluster
                && !taken.contains_key(&other)
                && differ(other, tie.cluster)
                && !self.units.groups.contains_key(&edge.later)
                && self.can_join(edge.later, other)
            {
                doubtful.push(edge.later);
            }
        }
        for (unit, tie) in rivals {
            let Some(winner) = taken.get(&tie.cluster) else { continue };
            let near = ties.get(winner).is_some_and(|won| tie.points + self.settings.margin >= won.points);
            if near
                && !ties.contains_key(unit)
                && differ(*unit, *winner)
                && !self.same_amount(*winner, tie.cluster)
                && !self.units.groups.contains_key(winner)
            {
                doubtful.push(*winner);
            }
        }
        doubtful.sort_unstable();
        doubtful.dedup();
        doubtful
    }

    fn same_amount(&self, unit: u32, cluster: u32) -> bool {
        self.lead(unit).amount == self.lead(cluster).amount
    }

    /// Notes for a person what may belong to a trade that is still without a report of this source.
    fn ask(&mut self, edges: &[Edge], ties: &HashMap<u32, Tie>, doubtful: &[u32]) {
        let mut asked: HashSet<u32> = doubtful.iter().copied().collect();
        for edge in edges {
            let cluster = self.cluster_of[edge.earlier as usize];
            if cluster == NONE
                || ties.contains_key(&edge.later)
                || asked.contains(&edge.later)
                || self.units.groups.contains_key(&edge.later)
                || !self.can_join(edge.later, cluster)
            {
                continue;
            }
            asked.insert(edge.later);
            self.waiting.push((edge.later, Tie { cluster, points: edge.points, rule: edge.rule }));
        }
    }

    /// Returns go to the sale they fit best, as long as no more goes back than was sold.
    fn returns(&mut self, mut edges: Vec<Edge>) {
        edges.sort_unstable_by_key(|edge| (-edge.points, edge.later, edge.earlier));
        let mut gone: HashMap<u32, i64> = HashMap::new();
        let mut best: HashMap<u32, Tie> = HashMap::new();
        let mut second: HashMap<u32, Tie> = HashMap::new();
        for edge in &edges {
            let leader = self.units.list[edge.earlier as usize].leader;
            let cluster = self.cluster_of[leader as usize];
            if cluster == NONE || self.barred(edge.later, cluster) {
                continue;
            }
            let tie = Tie { cluster, points: edge.points, rule: edge.rule };
            match best.get(&edge.later) {
                None => {
                    let amount = self.lead(edge.later).amount.saturating_abs();
                    let sum = gone.entry(cluster).or_default();
                    if sum.saturating_add(amount) <= self.lead(cluster).amount.saturating_add(1) {
                        *sum += amount;
                        best.insert(edge.later, tie);
                    }
                }
                Some(first) if first.cluster != cluster => {
                    second.entry(edge.later).or_insert(tie);
                }
                Some(_) => {}
            }
        }
        let backs: Vec<u32> =
            (0_u32..).zip(&self.units.list).filter(|(_, unit)| unit.is_return).map(|(at, _)| at).collect();
        for back in backs {
            if self.units.list[back as usize].leader != back {
                continue;
            }
            let ruled = self.units.sale_of.get(&back).map(|sale| {
                let leader = self.units.list[*sale as usize].leader;
                self.cluster_of[leader as usize]
            });
            if let Some(cluster) = ruled.filter(|cluster| *cluster != NONE) {
                self.join(back, cluster, 1000, Rule::Person);
                continue;
            }
            let unsure = |tie: &Tie| {
                second.get(&back).is_some_and(|other| {
                    other.points + self.settings.margin >= tie.points
                        && relate(self.lead(other.cluster).amount, self.lead(tie.cluster).amount).is_none()
                })
            };
            match best.get(&back) {
                Some(tie) if tie.points >= self.settings.upper && !unsure(tie) => {
                    self.join(back, tie.cluster, tie.points, tie.rule);
                }
                Some(tie) => self.waiting.push((back, *tie)),
                None => self.join(back, back, 1000, Rule::First),
            }
        }
    }

    fn outcome(mut self) -> Outcome {
        let mut outcome = Outcome::default();
        let mut number_of: Vec<u32> = vec![NONE; self.units.list.len()];
        for head in 0..u32::try_from(self.units.list.len()).unwrap_or(NONE) {
            if self.cluster_of[head as usize] != head {
                continue;
            }
            number_of[head as usize] = u32::try_from(outcome.ranges.len()).unwrap_or(NONE);
            let start = u32::try_from(outcome.members.len()).unwrap_or(NONE);
            let mut leaders: Vec<u32> = self.chain(head).collect();
            leaders.sort_unstable();
            for leader in leaders {
                for unit in self.units.group(&leader) {
                    self.members_of(*unit, leader, head, &mut outcome.members);
                }
            }
            let end = u32::try_from(outcome.members.len()).unwrap_or(NONE);
            outcome.ranges.push(start..end);
        }
        self.waiting.sort_unstable_by_key(|(unit, _)| *unit);
        for (unit, tie) in &self.waiting {
            let candidate = number_of[tie.cluster as usize];
            for member in self.units.group(unit) {
                for (claim, part) in self.units.parts_of(*member) {
                    let rule = if *part == Part::Repeat { Rule::Repeat } else { tie.rule };
                    outcome.waiting.push(Waiting {
                        claim: *claim,
                        candidate,
                        rule,
                        score: shown(tie.points),
                    });
                }
            }
        }
        outcome
    }

    fn members_of(&self, unit: u32, leader: u32, head: u32, members: &mut Vec<Member>) {
        for (claim, part) in self.units.parts_of(unit) {
            let (points, rule) = self.how[leader as usize];
            let (rule, state, score) = match part {
                Part::Lead if unit == head => (Rule::First, State::Anchor, 1000),
                Part::Lead if unit != leader || rule == Rule::Person => (Rule::Person, State::Person, 1000),
                Part::Lead => (rule, State::Tied, shown(points)),
                Part::Repeat => (Rule::Repeat, State::Repeat, 1000),
                Part::Version => (Rule::Version, State::Tied, 1000),
                Part::Return => (Rule::Return, State::Tied, 1000),
            };
            members.push(Member { claim: *claim, rule, score, state });
        }
    }
}

/// Points as a score from 0 to 1000.
fn shown(points: i32) -> u16 {
    u16::try_from(points.clamp(0, 1000)).unwrap_or(0)
}
