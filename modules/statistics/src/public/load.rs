//! Reading figures for pages and interface: the part of a definition that is asked for, its parts along an axis, who
//! stands behind them, how fresh they are. Everything is read in the caller's transaction.

use std::sync::Arc;

use sh_db::Tx;
use sh_http::{App, Context, Permission, Visible};
use sh_kernel::{Day, Fen, Id, Instant, Month, RegionCode};
use sh_trade::{
    axes::Axis,
    facts::{self, SourceSummary, reporting},
    model::Posting,
};

use super::{
    breakdown::{Breakdown, Part, Total},
    changes::ValueLog,
    narrow::Point,
    overview::Overview,
    places::Places,
};
use crate::{
    Cuboid, Error, FigureQuery, FigureRow, Figures,
    cache::Recent,
    cover::Cover,
    definition::{Definition, State},
    figure::Place,
    releases::{self, FigureComparison, Release, ReleaseDetail},
    store,
};

/// Memory for places with their sellers, in bytes.
const PLACES_BYTES_MAX: usize = 24 * 1024 * 1024;

/// Memory for cockpits, in bytes.
const OVERVIEW_BYTES_MAX: usize = 8 * 1024 * 1024;
/// About how many bytes a cockpit takes: some hundred parts.
const OVERVIEW_BYTES: usize = 64 * 1024;

/// Memory for released figures beside today's, in bytes.
const COMPARISON_BYTES_MAX: usize = 8 * 1024 * 1024;

/// About how many bytes one row of a comparison takes.
const COMPARED_ROW_BYTES: usize = 120;

/// Memory for what changed values, in bytes.
const LOG_BYTES_MAX: usize = 1024 * 1024;

/// What pages keep ready as long as nothing is posted. One per program; cheap to share.
#[derive(Debug)]
pub struct Kept {
    places: Recent<Place, Arc<Places>>,
    overviews: Recent<OverviewKey, Arc<Overview>>,
    comparisons: Recent<ComparisonKey, Arc<Vec<FigureComparison>>>,
    pub(super) logs: Recent<Place, Arc<ValueLog>>,
}

/// A release, the last block of lines, the last posting, and the versions of definitions that are in force.
pub(crate) type ComparisonKey = (Id<Release>, i64, i64, Vec<(String, i64)>);

/// A definition and the state of the lines, the last posting, and whether small parts are hidden.
pub(crate) type OverviewKey = (Place, i64, bool);

impl Default for Kept {
    fn default() -> Self {
        Self {
            places: Recent::new(PLACES_BYTES_MAX),
            logs: Recent::new(LOG_BYTES_MAX),
            overviews: Recent::new(OVERVIEW_BYTES_MAX),
            comparisons: Recent::new(COMPARISON_BYTES_MAX),
        }
    }
}

/// How fresh the figures of a page are.
#[derive(Debug, Clone, Default)]
pub(crate) struct Freshness {
    /// The last change of trades that is counted.
    pub(crate) posting: Option<Posting>,
    /// The check that this page has made.
    pub(crate) check: Option<Check>,
    /// Why nothing has come for a while.
    pub(crate) stale: Option<Stale>,
}

/// Nothing was posted for a while (数据停更): which returns are missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stale {
    /// The month whose returns are looked at.
    pub(crate) month: Month,
    /// Cities whose return of the month is not posted, in the order of their codes.
    pub(crate) cities: Vec<RegionCode>,
}

/// Days without a new posting after which pages say so.
const STALE_DAYS: i32 = 7;

/// Whether the parts of a figure along different axes add up to it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Check {
    pub(crate) at: Instant,
    pub(crate) agrees: bool,
}

/// Whether small cells are to be kept from this actor: from everybody but those who may read every report.
pub(crate) fn protects(ctx: &Context) -> bool {
    ctx.visible(Permission::ReadClaims) != Visible::All
}

/// What answers questions: the figures of the program and what pages keep ready.
#[derive(Debug, Clone)]
pub(crate) struct Desk {
    pub(super) figures: Arc<Figures>,
    pub(super) kept: Arc<Kept>,
    protect: bool,
}

impl Desk {
    /// The desk of a request. A program that was put together without [`Figures`] or [`Kept`] remembers nothing.
    pub(crate) fn new(app: &App, ctx: &Context) -> Self {
        Self {
            figures: app.get().unwrap_or_default(),
            kept: app.get().unwrap_or_default(),
            protect: protects(ctx),
        }
    }

    /// Whether small cells are hidden.
    pub(crate) const fn protect(&self) -> bool {
        self.protect
    }

    /// Answers a question as the actor may see it.
    ///
    /// # Errors
    /// [`Error::TooFewSellers`] where the public may not see what is asked for by itself, [`Error::TooNarrow`] beyond
    /// two axes, or as [`Figures::figure`].
    pub(crate) async fn ask(&self, tx: &mut Tx, question: &FigureQuery) -> Result<Seen, Error> {
        let cover = if self.protect { self.check(tx, question).await? } else { Cover::Nothing };
        let figure = self.figures.figure(tx, question).await?;
        let total = Total { amount: figure.value, trades: figure.trades };
        let split = question.by.first().map(|axis| {
            let part = |row: &FigureRow| {
                Some(Part {
                    key: *row.keys.first()?,
                    total: Total { amount: row.amount, trades: row.trades },
                })
            };
            let hides = |key: i64| {
                let points: Vec<Point> = question.filter.iter().copied().chain([(*axis, key)]).collect();
                cover.hides(&points)
            };
            Breakdown::new(*axis, total, figure.rows.iter().filter_map(part).collect(), hides)
        });
        Ok(Seen { definition: figure.definition, posting: figure.posting, total, split })
    }

    /// Refuses what the public may not see by itself. Gives what is hidden of its parts.
    async fn check(&self, tx: &mut Tx, question: &FigureQuery) -> Result<Cover, Error> {
        if let Some((_, seller)) = question.filter.iter().find(|point| point.0 == Axis::Seller) {
            let places = self.places_of(tx, question).await?;
            let alone = question.filter.len() == 1 && places.shows_seller(*seller);
            return if alone { Ok(Cover::Everything) } else { Err(Error::TooFewSellers) };
        }
        self.figures.cover(tx, question).await
    }

    /// Whether the public may not see the sales at these values by themselves.
    pub(crate) async fn hides(
        &self,
        tx: &mut Tx,
        definition: &Definition,
        points: &[Point],
    ) -> Result<bool, Error> {
        if !self.protect {
            return Ok(false);
        }
        // Of more than two axes, any two of them must be shown.
        for (at, one) in points.iter().enumerate() {
            let pairs = points.iter().skip(at + 1).map(|other| vec![*one, *other]);
            for pair in std::iter::once(vec![*one]).chain(pairs) {
                let sellers = pair.iter().filter(|point| point.0 == Axis::Seller).count();
                // A seller is judged by itself; what it sold where is no more of a secret than that.
                if sellers > 0 && pair.len() > 1 {
                    continue;
                }
                match self.check(tx, &query(definition, &pair, &[])).await {
                    Ok(_) => {}
                    Err(Error::TooFewSellers) => return Ok(true),
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(false)
    }

    /// The value of a part of a definition.
    pub(crate) async fn total(
        &self,
        tx: &mut Tx,
        definition: &Definition,
        points: &[Point],
    ) -> Result<Total, Error> {
        let figure = self.figures.figure(tx, &query(definition, points, &[])).await?;
        Ok(Total { amount: figure.value, trades: figure.trades })
    }

    /// A part of a definition, split along an axis, small parts merged.
    ///
    /// # Errors
    /// As [`Desk::ask`].
    pub(crate) async fn split(
        &self,
        tx: &mut Tx,
        definition: &Definition,
        points: &[Point],
        axis: Axis,
    ) -> Result<Breakdown, Error> {
        let seen = self.ask(tx, &query(definition, points, &[axis])).await?;
        Ok(seen.split.unwrap_or_else(|| Breakdown::new(axis, seen.total, Vec::new(), |_| false)))
    }

    /// What tells the cockpits of a definition apart.
    pub(crate) async fn overview_key(
        &self,
        tx: &mut Tx,
        definition: &Definition,
    ) -> Result<OverviewKey, Error> {
        let ground = self.figures.ground(tx, &query(definition, &[], &[])).await?;
        let posting = ground.posting.as_ref().map_or(0, |posting| posting.seq);
        Ok((ground.place(), posting, self.protect))
    }

    /// The cockpit that was made since the last posting.
    pub(crate) fn known_overview(&self, key: &OverviewKey) -> Option<Arc<Overview>> {
        self.kept.overviews.get(key)
    }

    /// Keeps a cockpit until something is posted.
    pub(crate) fn keep_overview(&self, key: OverviewKey, overview: &Overview) {
        self.kept.overviews.put(key, Arc::new(overview.clone()), OVERVIEW_BYTES);
    }

    /// The figures of a release beside what they would be today. Made anew when something was posted or another
    /// version of a definition is in force.
    pub(crate) async fn compared(
        &self,
        tx: &mut Tx,
        detail: &ReleaseDetail,
    ) -> Result<Arc<Vec<FigureComparison>>, Error> {
        let posting = facts::last_posting(tx).await?.map_or(0, |posting| posting.seq);
        let versions = in_force(tx).await?.into_iter().map(|one| (one.code, one.version)).collect();
        let key = (detail.release.id, store::cube::seq(tx).await?, posting, versions);
        if let Some(known) = self.kept.comparisons.get(&key) {
            return Ok(known);
        }
        let compared = Arc::new(releases::compare_today(&self.figures, tx, detail).await?);
        let rows: usize = compared.iter().map(|one| one.rows.len() + one.since.len() + 4).sum();
        self.kept.comparisons.put(key, Arc::clone(&compared), rows * COMPARED_ROW_BYTES);
        Ok(compared)
    }

    /// Places of origin with the sellers in them.
    pub(crate) async fn places(&self, tx: &mut Tx, definition: &Definition) -> Result<Arc<Places>, Error> {
        self.places_of(tx, &query(definition, &[], &[])).await
    }

    async fn places_of(&self, tx: &mut Tx, question: &FigureQuery) -> Result<Arc<Places>, Error> {
        let ground = self.figures.ground(tx, question).await?;
        let place = ground.place();
        if let Some(found) = self.kept.places.get(&place) {
            return Ok(found);
        }
        let cuboid = Cuboid { a: Axis::Origin, b: Axis::Seller };
        let slice = self.figures.slice(tx, cuboid, &ground).await?;
        let cells = slice.cells().filter(|(.., cell)| !cell.is_zero()).map(|(place, seller, cell)| {
            (place, seller, Total { amount: Fen(cell.amount), trades: cell.trades })
        });
        let cells = cells.collect();
        let veil = self.figures.veil(tx, &ground, &[Axis::Origin]).await?;
        let places = Arc::new(Places::new(cells, veil));
        self.kept.places.put(place, Arc::clone(&places), places.bytes());
        Ok(places)
    }
}

/// A figure as an actor may see it.
pub(crate) struct Seen {
    pub(crate) definition: Arc<Definition>,
    pub(crate) posting: Option<Posting>,
    pub(crate) total: Total,
    pub(crate) split: Option<Breakdown>,
}

/// What every source has claimed, against what was counted.
pub(crate) async fn claims(tx: &mut Tx) -> Result<Vec<SourceSummary>, Error> {
    Ok(facts::claims_summary(tx).await?)
}

fn query(definition: &Definition, points: &[Point], by: &[Axis]) -> FigureQuery {
    FigureQuery {
        definition: definition.code.clone(),
        version: Some(definition.version),
        by: by.to_vec(),
        filter: points.to_vec(),
        as_of: None,
    }
}

/// The last posting: until when the data of this view reach.
pub(crate) async fn freshness(tx: &mut Tx) -> Result<Freshness, Error> {
    Ok(Freshness { posting: facts::last_posting(tx).await?, ..Freshness::default() })
}

/// The same with, if nothing was posted in the days before `today`, the cities that keep it waiting.
pub(crate) async fn freshness_on(tx: &mut Tx, today: Day) -> Result<Freshness, Error> {
    let mut fresh = freshness(tx).await?;
    if fresh.posting.as_ref().is_some_and(|posting| today.days_since(posting.day) > STALE_DAYS) {
        let month = reporting::current_month(tx, today).await?;
        let late = reporting::late_cities(tx, month).await?;
        fresh.stale =
            Some(Stale { month, cities: late.into_iter().filter_map(|source| source.region).collect() });
    }
    Ok(fresh)
}

/// The definitions in force, in the order of their codes.
pub(crate) async fn in_force(tx: &mut Tx) -> Result<Vec<Definition>, Error> {
    Ok(store::definition::in_state(tx, State::Published).await?)
}

/// The definition of a code that is in force.
///
/// # Errors
/// [`Error::NoDefinition`] if there is none.
pub(crate) async fn definition(tx: &mut Tx, code: &str) -> Result<Definition, Error> {
    let found = store::definition::find(tx, code, None).await?;
    found.ok_or_else(|| Error::NoDefinition(code.to_owned()))
}

/// The definition that a page shows: the one asked for, else the one for the press, else the first in force.
///
/// # Errors
/// [`Error::NoDefinition`] if the one asked for is not in force.
pub(crate) fn choose<'a>(
    all: &'a [Definition],
    asked: Option<&str>,
) -> Result<Option<&'a Definition>, Error> {
    match asked.map(str::trim).filter(|code| !code.is_empty()) {
        Some(code) => all
            .iter()
            .find(|definition| definition.code == code)
            .map(Some)
            .ok_or_else(|| Error::NoDefinition(code.to_owned())),
        None => Ok(all.iter().find(|definition| definition.code == PRESS).or_else(|| all.first())),
    }
}

/// The definition behind the figure of the press conference.
pub(crate) const PRESS: &str = "gd-3y";

/// What all sources together have claimed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Claimed {
    pub(crate) sources: usize,
    pub(crate) claims: i64,
    pub(crate) gross: Fen,
    pub(crate) anchors: i64,
    pub(crate) waiting: i64,
    pub(crate) waiting_amount: Fen,
}

impl Claimed {
    /// Adds up the sources.
    pub(crate) fn of(sources: &[SourceSummary]) -> Self {
        let sum = |pick: fn(&SourceSummary) -> i64| sources.iter().map(pick).sum();
        Self {
            sources: sources.len(),
            claims: sum(|one| one.claims),
            gross: sources.iter().map(|one| one.gross).sum(),
            anchors: sum(|one| one.anchors),
            waiting: sum(|one| one.waiting),
            waiting_amount: sources.iter().map(|one| one.waiting_amount).sum(),
        }
    }
}
