//! The trades behind a figure, page by page.

use std::{collections::HashMap, fmt, str::FromStr};

use sh_db::{DbError, Tx};
use sh_kernel::{Day, Fen, Id, RegionCode};

use super::{Clause, TradeRow};
use crate::{
    axes::Axis,
    model::{LineAxes, Trade, TradeLine},
    store,
};

/// Trades on one page at most.
pub const TRADES_PAGE_MAX: usize = 200;
/// Trades looked at for one page. A narrow condition on a wide index ends here and goes on from there, so that one
/// request never walks the whole table.
const TRADES_SEEN_MAX: usize = 4_000;
/// Trades fetched at a time.
const CHUNK: usize = 400;

/// Which trades to list: those with a standing line on the days that fulfils every clause.
///
/// The list walks the index of sellers if a clause names one seller, that of origins if one names one place of origin,
/// else that of days.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TradeFilter {
    /// First day of sale, included.
    pub from: Option<Day>,
    /// Last day of sale, included.
    pub until: Option<Day>,
    /// Every clause must hold.
    pub clauses: Vec<Clause>,
    /// The earliest come first, not the latest.
    pub oldest_first: bool,
}

/// Where a page ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TradeCursor {
    /// Place of origin of the last trade seen.
    pub origin: i64,
    /// Its day.
    pub day: Day,
    /// Its identifier.
    pub id: Id<Trade>,
}

/// The text of a cursor is not one that a page gave out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a place in the list")]
pub struct NotACursor;

impl fmt::Display for TradeCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.origin, self.day.yyyymmdd(), self.id.uuid().simple())
    }
}

impl FromStr for TradeCursor {
    type Err = NotACursor;
    fn from_str(text: &str) -> Result<Self, NotACursor> {
        let mut parts = text.split('.');
        let mut next = || parts.next().ok_or(NotACursor);
        let origin = next()?.parse().map_err(|_| NotACursor)?;
        let day = next()?.parse().map_err(|_| NotACursor)?;
        let id = next()?.parse().map_err(|_| NotACursor)?;
        Ok(Self { origin, day, id })
    }
}

/// A trade and what of it the filter counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TradeItem {
    /// The trade.
    pub row: TradeRow,
    /// The sum of its lines that fulfil the filter: what the figure counts of it.
    pub counted: Fen,
}

/// One page of trades, latest first or as the filter says; by place first where a place of origin is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TradePage {
    /// The trades.
    pub items: Vec<TradeItem>,
    /// Where the next page begins; `None` at the end. A page may be short or even empty and still have a next one.
    pub next: Option<TradeCursor>,
}

/// Which index the list walks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Path {
    /// One seller.
    Seller(i64),
    /// First and last code of a place of origin.
    Origin(i64, i64),
    /// All trades by day.
    Day,
}

impl Path {
    fn of(clauses: &[Clause]) -> Self {
        let mut path = Self::Day;
        for clause in clauses {
            let [condition] = clause.0.as_slice() else { continue };
            let ([value], false) = (condition.any_of.as_slice(), condition.not) else { continue };
            match condition.axis {
                Axis::Seller => return Self::Seller(*value),
                Axis::OriginProvince | Axis::OriginCity | Axis::Origin => {
                    let (first, last) = match RegionCode::new(*value) {
                        Ok(place) if condition.axis != Axis::Origin => place.range(),
                        _ => (*value, *value),
                    };
                    path = match path {
                        Self::Origin(from, to) => Self::Origin(from.max(first), to.min(last)),
                        _ => Self::Origin(first, last),
                    };
                }
                _ => {}
            }
        }
        path
    }
}

/// One page of trades. Reads at most a few thousand rows; see [`TradePage::next`].
///
/// # Errors
/// What the database refuses.
pub async fn list_trades(
    tx: &mut Tx,
    filter: &TradeFilter,
    after: Option<TradeCursor>,
    limit: usize,
) -> Result<TradePage, DbError> {
    let limit = limit.clamp(1, TRADES_PAGE_MAX);
    let path = Path::of(&filter.clauses);
    let mut page = TradePage { items: Vec::new(), next: after };
    let mut seen = 0;
    while seen < TRADES_SEEN_MAX {
        let rows = store::facts::trades_after(tx, path, filter, page.next, CHUNK).await?;
        let ids: Vec<Id<Trade>> = rows.iter().map(|row| row.id).collect();
        let counted = counted(&store::facts::lines_of(tx, &ids).await?, filter)?;
        let last_chunk = rows.len() < CHUNK;
        seen += rows.len();
        for row in rows {
            if page.items.len() == limit {
                return Ok(page);
            }
            page.next = Some(TradeCursor { origin: row.origin, day: row.day, id: row.id });
            if let Some(counted) = counted.get(&row.id) {
                page.items.push(TradeItem { row, counted: *counted });
            }
        }
        if last_chunk {
            page.next = None;
            return Ok(page);
        }
    }
    Ok(page)
}

/// The sum, per trade, of the lines that stand and fulfil the filter.
fn counted(lines: &[TradeLine], filter: &TradeFilter) -> Result<HashMap<Id<Trade>, Fen>, DbError> {
    let mut standing: HashMap<(Id<Trade>, Day, LineAxes), (Fen, i64)> = HashMap::new();
    for line in lines {
        let in_days = filter.from.is_none_or(|from| line.day >= from)
            && filter.until.is_none_or(|until| line.day <= until);
        if in_days && filter.clauses.iter().all(|clause| clause.holds(|axis| line.value(axis))) {
            let sum = standing.entry((line.trade, line.day, line.axes)).or_default();
            sum.0 = super::add(sum.0, line.amount)?;
            sum.1 += line.count;
        }
    }
    let mut counted: HashMap<Id<Trade>, Fen> = HashMap::new();
    for ((trade, ..), (amount, count)) in standing {
        if amount != Fen::ZERO || count != 0 {
            let sum = counted.entry(trade).or_default();
            *sum = super::add(*sum, amount)?;
        }
    }
    Ok(counted)
}
