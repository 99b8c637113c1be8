//! The whole of a definition as the cockpit shows it, and the way from its value down to one order.

use std::sync::Arc;

use sh_db::Tx;
use sh_http::Context;
use sh_kernel::{Day, Fen};
use sh_trade::{
    axes::{Axis, Grade},
    facts::{self, Clause, Condition, LineFilter, LineQuery, TRADES_PAGE_MAX, TradeFilter, TradeItem},
};

use super::{
    breakdown::{Breakdown, Total},
    load::{self, Check, Claimed, Desk, Freshness},
    narrow::Point,
    places::{Places, levels},
};
use crate::{Error, definition::Definition};

/// Months shown.
pub(crate) const MONTHS: usize = 12;

/// Everything on the cockpit.
#[derive(Debug, Clone)]
pub(crate) struct Overview {
    pub(crate) total: Total,
    pub(crate) fresh: Freshness,
    pub(crate) years: Breakdown,
    pub(crate) grades: Breakdown,
    pub(crate) provinces: Breakdown,
    pub(crate) cities: Breakdown,
    pub(crate) channels: Breakdown,
    pub(crate) months: Breakdown,
    pub(crate) claimed: Claimed,
    pub(crate) rail: Vec<Level>,
}

/// One level on the way from the value to an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Level {
    pub(crate) step: Step,
    pub(crate) total: Total,
    /// Parts of the level below.
    pub(crate) parts: usize,
    /// The value minus the sum of the level below.
    pub(crate) difference: Fen,
}

/// What a level is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// The value of the definition.
    Whole,
    /// A place of origin.
    Place(i64),
    /// A seller.
    Seller(i64),
    /// One order.
    Trade(Box<TradeItem>),
}

impl Overview {
    /// The view of the data that the transaction has. As long as nothing is posted, what was read and checked once is
    /// shown again, with the time of that check.
    pub(crate) async fn load(
        tx: &mut Tx,
        ctx: &Context,
        desk: &Desk,
        definition: &Definition,
        fresh: Freshness,
    ) -> Result<Self, Error> {
        let key = desk.overview_key(tx, definition).await?;
        if let Some(known) = desk.known_overview(&key) {
            let fresh = Freshness { check: known.fresh.check, ..fresh };
            return Ok(Self { fresh, ..Self::clone(&known) });
        }
        let overview = Self::read(tx, ctx, desk, definition, fresh).await?;
        desk.keep_overview(key, &overview);
        Ok(overview)
    }

    /// Reads everything, and checks that the parts along every axis add up to the value.
    async fn read(
        tx: &mut Tx,
        ctx: &Context,
        desk: &Desk,
        definition: &Definition,
        mut fresh: Freshness,
    ) -> Result<Self, Error> {
        let total = desk.total(tx, definition, &[]).await?;
        let years = desk.split(tx, definition, &[], Axis::Year).await?;
        let grades = desk.split(tx, definition, &[], Axis::Grade).await?;
        let cities = desk.split(tx, definition, &[], Axis::Destination).await?;
        let channels = desk.split(tx, definition, &[], Axis::Channel).await?;
        let months = desk.split(tx, definition, &[], Axis::Month).await?;
        let places = desk.places(tx, definition).await?;
        let provinces = places.split(None, desk.protect());
        let claimed = Claimed::of(&load::claims(tx).await?);
        let rail = rail(tx, definition, &places, desk.protect()).await?;
        let axes = [&years, &grades, &cities, &channels, &months, &provinces];
        let agrees = axes.iter().all(|split| split.parent == total && split.difference() == Fen::ZERO)
            && rail.iter().all(|level| level.difference == Fen::ZERO);
        fresh.check = Some(Check { at: ctx.now(), agrees });
        Ok(Self { total, fresh, years, grades, provinces, cities, channels, months, claimed, rail })
    }

    /// The sellers that the way down names.
    pub(crate) fn sellers(&self) -> Vec<i64> {
        self.rail
            .iter()
            .filter_map(|level| match &level.step {
                Step::Seller(seller) => Some(*seller),
                Step::Trade(item) => Some(item.row.seller),
                Step::Whole | Step::Place(_) => None,
            })
            .collect()
    }

    /// The last months, as many as are shown.
    pub(crate) fn last_months(&self) -> Breakdown {
        let mut months = self.months.clone();
        let rows = months.rows.len();
        months.rows.drain(..rows.saturating_sub(MONTHS));
        months
    }
}

/// The way down along the largest part of each level that may be shown.
async fn rail(
    tx: &mut Tx,
    definition: &Definition,
    places: &Arc<Places>,
    protect: bool,
) -> Result<Vec<Level>, Error> {
    let whole = places.split(None, protect);
    let mut rail = vec![level(Step::Whole, &whole)];
    let Some(province) = whole.largest().map(|cell| cell.key) else { return Ok(rail) };
    let mut place = province;
    loop {
        let split = places.split(Some(place), protect);
        rail.push(level(Step::Place(place), &split));
        let Some(next) = split.largest().map(|cell| cell.key) else { return Ok(rail) };
        if split.axis == Axis::Seller {
            return end(tx, definition, rail, (place, next, split)).await;
        }
        if next == place {
            // Sales that are known no finer: their sellers come next.
            let sellers = places.sellers_at(place);
            let Some(seller) = sellers.largest().map(|cell| cell.key) else { return Ok(rail) };
            return end(tx, definition, rail, (place, seller, sellers)).await;
        }
        place = next;
    }
}

fn level(step: Step, split: &Breakdown) -> Level {
    let merged = split.merged.map_or(0, |merged| merged.parts);
    Level { step, total: split.parent, parts: split.rows.len() + merged, difference: split.difference() }
}

/// The last two levels: the seller, whose lines are summed again, and the largest of its latest orders.
async fn end(
    tx: &mut Tx,
    definition: &Definition,
    mut rail: Vec<Level>,
    (place, seller, split): (i64, i64, Breakdown),
) -> Result<Vec<Level>, Error> {
    let total = split.rows.iter().find(|cell| cell.key == seller).map(|cell| cell.total).unwrap_or_default();
    let points = [(Axis::Origin, place), (Axis::Seller, seller)];
    let lines = LineQuery {
        filter: LineFilter {
            from: Some(definition.content.from),
            until: Some(definition.content.until),
            ..LineFilter::default()
        },
        clauses: all_clauses(definition, &points),
        ..LineQuery::default()
    };
    let summed = facts::sums(tx, &lines).await?.first().map_or(Fen::ZERO, |sum| sum.amount);
    let difference = total.amount.minus(summed).unwrap_or(Fen(i64::MAX));
    let parts = usize::try_from(total.trades).unwrap_or(0);
    rail.push(Level { step: Step::Seller(seller), total, parts, difference });
    let page = facts::list_trades(tx, &trade_filter(definition, &points), None, TRADES_PAGE_MAX).await?;
    let largest = page.items.into_iter().max_by_key(|item| (item.counted, std::cmp::Reverse(item.row.id)));
    if let Some(item) = largest {
        let lines = LineQuery { filter: LineFilter { trade: Some(item.row.id), ..lines.filter }, ..lines };
        let summed = facts::sums(tx, &lines).await?.first().map_or(Fen::ZERO, |sum| sum.amount);
        let difference = item.counted.minus(summed).unwrap_or(Fen(i64::MAX));
        let total = Total { amount: item.counted, trades: 1 };
        rail.push(Level { step: Step::Trade(Box::new(item)), total, parts: 0, difference });
    }
    Ok(rail)
}

/// The clauses of a definition and of further conditions.
pub(crate) fn all_clauses(definition: &Definition, points: &[Point]) -> Vec<Clause> {
    let further = points.iter().map(|(axis, value)| Clause::from(Condition::is(*axis, *value)));
    definition.content.clauses.iter().cloned().chain(further).collect()
}

/// The trades behind a part of a definition. A month or year narrows the days that are walked.
pub(crate) fn trade_filter(definition: &Definition, points: &[Point]) -> TradeFilter {
    let (mut from, mut until) = (definition.content.from, definition.content.until);
    for (axis, value) in points {
        let days = match axis {
            Axis::Month => (value * 100 + 1, value * 100 + 31),
            Axis::Year => (value * 10_000 + 101, value * 10_000 + 1_231),
            _ => continue,
        };
        from = from.max(day_from(days.0).unwrap_or(from));
        until = until.min(day_until(days.1).unwrap_or(until));
    }
    TradeFilter {
        from: Some(from),
        until: Some(until),
        clauses: all_clauses(definition, points),
        ..TradeFilter::default()
    }
}

fn day_from(number: i64) -> Option<Day> {
    Day::from_yyyymmdd(number).ok()
}

/// The last day of the month in which the number lies, which may name a 31st that the month does not have.
fn day_until(number: i64) -> Option<Day> {
    Day::from_yyyymmdd(number / 100 * 100 + 1).ok().map(|day| day.month().last_day())
}

/// The grade of a grade axis value.
pub(crate) fn grade_of(value: i64) -> Option<sh_ui::EvidenceGrade> {
    Grade::from_code(value).map(grade)
}

/// The grade as components show it.
pub(crate) const fn grade(grade: Grade) -> sh_ui::EvidenceGrade {
    match grade {
        Grade::A => sh_ui::EvidenceGrade::A,
        Grade::B => sh_ui::EvidenceGrade::B,
        Grade::C => sh_ui::EvidenceGrade::C,
    }
}

/// The way from the whole to a place, as breadcrumbs show it.
pub(crate) fn way_to(place: i64) -> Vec<i64> {
    let mut levels = levels(place);
    levels.pop();
    levels
}
