//! From claims to trades (对账、去重): which reports speak of the same sale.
//!
//! [`resolve`] is a pure function of a set of claims and the rulings in force. It takes sources from the strongest to
//! the weakest and, within a source, pairs by their score and then by the content of the claims, so the result does not
//! depend on the order in which files came in and can be replayed. Within one source a sale is reported once, so each
//! trade takes at most one report of a source; repeats in cumulative files, later states of an order and returns are
//! gathered into one report first (`units`).
//!
//! Time is linear in the number of claims: pairs are looked for only among claims that share a seller, a buyer, a
//! document number or an exact amount, within days of each other, and amounts are compared by whole-number steps.

pub mod amount;
pub mod entry;
pub mod explain;
pub mod lines;
pub mod plan;

#[cfg(test)]
pub(crate) mod labelled;
#[cfg(test)]
mod tests;

mod assign;
mod components;
mod pairs;
mod score;
mod units;

use serde::Serialize;
use sh_kernel::Id;

pub use components::Components;
pub use entry::{Entries, Entry, RawEntry};

use crate::model::Claim;

/// Thresholds and windows. A change makes another result: run the matching of everything again afterwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// Points from which a pair is tied without asking.
    pub upper: i32,
    /// Points from which a person is asked.
    pub lower: i32,
    /// Two candidates that differ by less are about as good as each other.
    pub margin: i32,
    /// Days that two reports of one sale are apart at most.
    pub near_days: i32,
    /// Days that two reports with the same order or invoice number are apart at most.
    pub key_days: i32,
}

impl Default for Settings {
    fn default() -> Self {
        Self { upper: 880, lower: 740, margin: 60, near_days: 20, key_days: 45 }
    }
}

/// What a person decided about two claims.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ruling {
    /// One claim.
    pub claim: Id<Claim>,
    /// The other claim.
    pub other: Id<Claim>,
    /// Whether both report the same sale.
    pub same: bool,
}

/// By what a claim was tied (匹配依据).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// The first report of a sale; nothing to tie it to.
    First,
    /// The same invoice number.
    Invoice,
    /// The same order number.
    Order,
    /// The same seller, buyer and amount within days.
    Parties,
    /// Scored likeness.
    Likeness,
    /// The same row in another file of its source.
    Repeat,
    /// Another state of the same order.
    Version,
    /// A return of this sale.
    Return,
    /// A person decided.
    Person,
}

impl Rule {
    /// Every rule.
    pub const ALL: &[Self] = &[
        Self::First,
        Self::Invoice,
        Self::Order,
        Self::Parties,
        Self::Likeness,
        Self::Repeat,
        Self::Version,
        Self::Return,
        Self::Person,
    ];

    /// Stable number for the database.
    pub const fn code(self) -> i64 {
        match self {
            Self::First => 0,
            Self::Invoice => 1,
            Self::Order => 2,
            Self::Parties => 3,
            Self::Likeness => 4,
            Self::Repeat => 5,
            Self::Version => 6,
            Self::Return => 7,
            Self::Person => 8,
        }
    }

    /// The rule with this number.
    pub fn from_code(code: i64) -> Option<Self> {
        Self::ALL.iter().copied().find(|rule| rule.code() == code)
    }

    /// Stable word; the text for people is `match-rule-<word>` in the locales.
    pub const fn word(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Invoice => "invoice",
            Self::Order => "order",
            Self::Parties => "parties",
            Self::Likeness => "likeness",
            Self::Repeat => "repeat",
            Self::Version => "version",
            Self::Return => "return",
            Self::Person => "person",
        }
    }
}

/// How a claim stands to its trade (匹配状态).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum State {
    /// Its amount, day and parties stand on the trade.
    Anchor,
    /// Tied by rule.
    Tied,
    /// Tied by a person.
    Person,
    /// A repeat of an earlier row.
    Repeat,
    /// Waits for a person; not counted.
    Waiting,
}

impl State {
    /// Every state.
    pub const ALL: &[Self] = &[Self::Anchor, Self::Tied, Self::Person, Self::Repeat, Self::Waiting];

    /// Stable number for the database.
    pub const fn code(self) -> i64 {
        match self {
            Self::Anchor => 1,
            Self::Tied => 2,
            Self::Person => 3,
            Self::Repeat => 4,
            Self::Waiting => 5,
        }
    }

    /// The state with this number.
    pub fn from_code(code: i64) -> Option<Self> {
        Self::ALL.iter().copied().find(|state| state.code() == code)
    }
}

/// A claim in a trade. Claims are named by their position in the [`Entries`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Member {
    /// Position of the claim.
    pub claim: u32,
    /// By what it was tied.
    pub rule: Rule,
    /// 0 to 1000.
    pub score: u16,
    /// How it stands.
    pub state: State,
}

/// A claim that waits for a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// Position of the claim.
    pub claim: u32,
    /// The trade it may belong to: position in [`Outcome::clusters`].
    pub candidate: u32,
    /// By what it would be tied.
    pub rule: Rule,
    /// 0 to 1000.
    pub score: u16,
}

/// What matching came to.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    ranges: Vec<std::ops::Range<u32>>,
    members: Vec<Member>,
    waiting: Vec<Waiting>,
}

impl Outcome {
    /// How many trades there are.
    pub fn len(&self) -> usize {
        self.ranges.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    /// The claims of a trade; the first is the anchor, stronger sources come first.
    pub fn cluster(&self, number: usize) -> &[Member] {
        let range = &self.ranges[number];
        &self.members[range.start as usize..range.end as usize]
    }

    /// The claims of every trade, in an order that depends on content only.
    pub fn clusters(&self) -> impl Iterator<Item = &[Member]> {
        (0..self.ranges.len()).map(|number| self.cluster(number))
    }

    /// The claims that wait for a person.
    pub fn waiting(&self) -> &[Waiting] {
        &self.waiting
    }
}

/// Decides which claims report the same sale. Claims that were withdrawn are left out.
pub fn resolve(entries: &Entries, rulings: &[Ruling], settings: &Settings) -> Outcome {
    let units = units::gather(entries, rulings, settings, false);
    let edges = pairs::edges(entries, &units, settings);
    assign::assign(entries, &units, edges, settings)
}

/// As [`resolve`], with the sets of claims whose results may depend on each other. Withdrawn claims belong to such a
/// set, too, so that a run finds what a withdrawal touches.
pub fn resolve_with_components(
    entries: &Entries,
    rulings: &[Ruling],
    settings: &Settings,
) -> (Outcome, Components) {
    let units = units::gather(entries, rulings, settings, false);
    let edges = pairs::edges(entries, &units, settings);
    let mut components = Components::new(entries.len());
    components.join_orders(entries, settings);
    components.join_graph(&units, &edges);
    if entries.list().iter().any(|entry| entry.withdrawn) {
        let units = units::gather(entries, rulings, settings, true);
        let edges = pairs::edges(entries, &units, settings);
        components.join_graph(&units, &edges);
    }
    (assign::assign(entries, &units, edges, settings), components)
}
