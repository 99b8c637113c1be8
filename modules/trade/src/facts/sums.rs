//! Sums over lines, made in the database.

use sh_db::{DbError, Tx};
use sh_kernel::{Day, Fen};

use super::{Clause, Condition, Crowd, LineFilter};
use crate::{axes::Axis, store};

/// What to sum: lines that the filter admits and that fulfil every clause, grouped by axes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct LineQuery {
    /// Days, postings, trade.
    pub filter: LineFilter,
    /// Every clause must hold.
    pub clauses: Vec<Clause>,
    /// The axes to group by; none gives one sum.
    pub by: Vec<Axis>,
    /// Whether it is asked who stands behind the sums. Costs about as much again as the sums.
    pub crowds: bool,
}

impl LineQuery {
    /// Adds that an axis must have this value.
    #[must_use]
    pub fn with(mut self, axis: Axis, value: i64) -> Self {
        self.clauses.push(Condition::is(axis, value).into());
        self
    }
}

/// The sum of one group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sum {
    /// The values of the axes grouped by, in their order.
    pub keys: Vec<i64>,
    /// Amount.
    pub amount: Fen,
    /// Number of trades.
    pub trades: i64,
    /// Who stands behind it, if that was asked.
    pub crowd: Crowd,
}

/// What the postings of one cause changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CauseSum {
    /// The cause of the postings, as the posting carries it.
    pub cause: String,
    /// Whether the days of sale lie after the day asked about: new sales, not late reports.
    pub after: bool,
    /// Amount.
    pub amount: Fen,
    /// Number of trades.
    pub trades: i64,
    /// Number of postings.
    pub postings: i64,
}

/// The sums of the groups, in the order of their keys. Groups in which everything cancels out are left out.
///
/// Reads every line unless the question names a seller, a place of origin or a trade and asks for the present state.
///
/// # Errors
/// What the database refuses.
pub async fn sums(tx: &mut Tx, query: &LineQuery) -> Result<Vec<Sum>, DbError> {
    store::facts::sums(tx, query).await
}

/// What the lines of the query changed, by the cause of their postings, with sales after `day` told apart. Grouping
/// axes are not regarded.
///
/// # Errors
/// What the database refuses.
pub async fn sums_by_cause(tx: &mut Tx, query: &LineQuery, day: Day) -> Result<Vec<CauseSum>, DbError> {
    store::facts::sums_by_cause(tx, query, day).await
}
