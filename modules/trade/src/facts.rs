//! Reading trades and lines: what statistics counts, and what stands behind a figure.
//!
//! Everything here reads within the caller's transaction, so a figure and the list behind it come from one view of the
//! data. Sums are made in the database; lists are bounded and walk an index.

pub(crate) mod crowd;
mod detail;
pub(crate) mod list;
pub mod reporting;
mod sums;

use serde::{Deserialize, Serialize};
use sh_db::{DbError, Tx};
use sh_kernel::{Day, Fen, Id};

use crate::{
    axes::Axis,
    model::{Posting, Trade, TradeLine},
    store,
};

pub use crowd::Crowd;
pub use detail::{
    DecisionRow, GradeReason, SourceSummary, TieState, TiedClaim, TradeDetail, TradeRow, claims_summary,
    grade_reasons, trade,
};
pub use list::{TRADES_PAGE_MAX, TradeCursor, TradeFilter, TradeItem, TradePage, list_trades};
pub use sums::{CauseSum, LineQuery, Sum, sums, sums_by_cause};

/// What the value of one axis must be, or must not be (统计条件).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Condition {
    /// The axis asked.
    pub axis: Axis,
    /// The values it may have.
    pub any_of: Vec<i64>,
    /// Turns the condition round: every value but these.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub not: bool,
}

impl Condition {
    /// The axis has this value.
    pub fn is(axis: Axis, value: i64) -> Self {
        Self { axis, any_of: vec![value], not: false }
    }

    /// The axis has one of these values.
    pub fn one_of(axis: Axis, values: &[i64]) -> Self {
        Self { axis, any_of: values.to_vec(), not: false }
    }

    /// Whether a line with this value of the axis fulfils it.
    pub fn holds(&self, value: i64) -> bool {
        self.any_of.contains(&value) != self.not
    }
}

/// Conditions of which one at least must hold (满足其一). A list of clauses holds if every clause does.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Clause(pub Vec<Condition>);

impl Clause {
    /// Whether one of the conditions holds, given the value of each axis.
    pub fn holds(&self, value: impl Fn(Axis) -> i64) -> bool {
        self.0.iter().any(|condition| condition.holds(value(condition.axis)))
    }
}

impl From<Condition> for Clause {
    fn from(condition: Condition) -> Self {
        Self(vec![condition])
    }
}

/// Which lines to read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct LineFilter {
    /// First day of sale, included.
    pub from: Option<Day>,
    /// Last day of sale, included.
    pub until: Option<Day>,
    /// Only lines of postings after this one.
    pub posting_after: Option<i64>,
    /// Only lines of postings up to this one.
    pub posting_upto: Option<i64>,
    /// Only lines of this trade.
    pub trade: Option<Id<Trade>>,
}

/// The axes that are stored as small codes, in the order of [`Fact::codes`].
pub const CODED_AXES: [Axis; 10] = [
    Axis::Channel,
    Axis::Category,
    Axis::BuyerKind,
    Axis::Class,
    Axis::Certified,
    Axis::Role,
    Axis::Stage,
    Axis::Grade,
    Axis::Link,
    Axis::Basis,
];

/// A line reduced to what a figure needs. Half as long as a [`TradeLine`] and read in half the time, which counts when
/// ten million of them are summed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Fact {
    /// The posting that wrote the line.
    pub posting: i64,
    /// Day of the sale, `yyyymmdd`.
    pub day: i64,
    /// Amount in fen, negative on reversing lines and returns.
    pub amount: i64,
    /// As [`TradeLine::count`].
    pub count: i64,
    /// Place of origin, 0 if not told.
    pub origin: i64,
    /// Place of destination, 0 if not told.
    pub destination: i64,
    /// The seller's party number.
    pub seller: i64,
    /// The values of [`CODED_AXES`].
    pub codes: [u8; 10],
}

impl Fact {
    /// The fact that a line carries.
    pub fn of(line: &TradeLine) -> Self {
        Self {
            posting: line.posting,
            day: line.day.yyyymmdd(),
            amount: line.amount.0,
            count: line.count,
            origin: line.axes.origin,
            destination: line.axes.destination,
            seller: line.axes.seller,
            codes: CODED_AXES.map(|axis| u8::try_from(line.value(axis)).unwrap_or(u8::MAX)),
        }
    }

    /// What it says of the sellers behind a sum.
    pub const fn crowd(&self) -> Crowd {
        Crowd::of(self.amount, self.count, self.seller)
    }

    /// The value of an axis, as [`TradeLine::value`] gives it.
    pub const fn value(&self, axis: Axis) -> i64 {
        let [channel, category, buyer_kind, class, certified, role, stage, grade, link, basis] = self.codes;
        match axis {
            Axis::Year => self.day / 10_000,
            Axis::Month => self.day / 100,
            Axis::OriginProvince => self.origin / 10_000 * 10_000,
            Axis::OriginCity => self.origin / 100 * 100,
            Axis::Origin => self.origin,
            Axis::Destination => self.destination,
            Axis::Seller => self.seller,
            Axis::Channel => channel as i64,
            Axis::Category => category as i64,
            Axis::BuyerKind => buyer_kind as i64,
            Axis::Class => class as i64,
            Axis::Certified => certified as i64,
            Axis::Role => role as i64,
            Axis::Stage => stage as i64,
            Axis::Grade => grade as i64,
            Axis::Link => link as i64,
            Axis::Basis => basis as i64,
        }
    }
}

/// Hands every line that the filter admits to `take`, as it arrives.
///
/// # Errors
/// What the database refuses, or what `take` returns.
pub async fn for_each_line(
    tx: &mut Tx,
    filter: &LineFilter,
    take: impl FnMut(&TradeLine) -> Result<(), DbError> + Send,
) -> Result<(), DbError> {
    store::facts::for_each_line(tx, filter, take).await
}

/// As [`for_each_line`], with only what figures need.
///
/// # Errors
/// What the database refuses, or what `take` returns.
pub async fn for_each_fact(
    tx: &mut Tx,
    filter: &LineFilter,
    take: impl FnMut(&Fact) -> Result<(), DbError> + Send,
) -> Result<(), DbError> {
    store::facts::for_each_fact(tx, filter, take).await
}

/// The last posting, if there is one.
///
/// # Errors
/// What the database refuses.
pub async fn last_posting(tx: &mut Tx) -> Result<Option<Posting>, DbError> {
    store::facts::posting_until(tx, None).await
}

/// The last posting of a day or of the days before it: what was known at the end of that day.
///
/// # Errors
/// What the database refuses.
pub async fn posting_on(tx: &mut Tx, day: Day) -> Result<Option<Posting>, DbError> {
    store::facts::posting_until(tx, Some(day)).await
}

/// When a posting was made and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostingCause {
    /// Its number.
    pub seq: i64,
    /// The calendar day.
    pub day: Day,
    /// Why: `import`, `withdrawal`, `ruling`, `matching`.
    pub cause: String,
}

/// The postings after one, in order: when and why each was made. There are some hundreds for a million lines.
///
/// # Errors
/// What the database refuses.
pub async fn postings_after(tx: &mut Tx, seq: i64) -> Result<Vec<PostingCause>, DbError> {
    store::facts::postings_after(tx, seq).await
}

/// The sum of amounts, refused where 64 bits do not hold it.
pub(crate) fn add(total: Fen, amount: Fen) -> Result<Fen, DbError> {
    total.plus(amount).map_err(|overflow| DbError::Other(overflow.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::axes::{BuyerKind, Category, Channel, Grade, Link, PriceBasis, Role, Stage};

    #[test]
    fn a_condition_can_be_turned_round() {
        let certified = Condition::is(Axis::Certified, 1);
        assert!(certified.holds(1) && !certified.holds(0));
        let other = Condition { not: true, ..certified };
        assert!(!other.holds(1) && other.holds(0));
    }

    #[test]
    fn codes_fit_into_six_bits_so_that_ten_of_them_fit_into_one_number() {
        let codes = Channel::ALL.iter().map(|v| v.code()).chain(Category::ALL.iter().map(|v| v.code()));
        let codes = codes.chain(BuyerKind::ALL.iter().map(|v| v.code()));
        let codes = codes.chain(Role::ALL.iter().map(|v| v.code()));
        let codes = codes.chain(Stage::ALL.iter().map(|v| v.code()));
        let codes = codes.chain(Grade::ALL.iter().map(|v| v.code()));
        let codes = codes.chain(Link::ALL.iter().map(|v| v.code()));
        let mut codes = codes.chain(PriceBasis::ALL.iter().map(|v| v.code()));
        assert!(codes.all(|code| (0..64).contains(&code)));
    }
}
