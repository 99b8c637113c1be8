//! Reading figures for pages and interface: the part of a definition that is asked for, its parts along an axis, who
//! stands behind them, how fresh they are. Everything is read in the caller's transaction.

use std::{collections::HashMap, sync::Arc};

use sh_db::Tx;
use sh_http::{App, Context, Permission, Visible};
use sh_kernel::{Day, Fen, Instant, Month, RegionCode};
use sh_trade::{
    axes::Axis,
    facts::{self, Condition, LineFilter, LineQuery, SourceSummary, reporting},
    model::Posting,
};

use super::{
    breakdown::{Breakdown, Cell, Total},
    narrow::Point,
    places::Places,
};
use crate::{
    Error, Figure, FigureQuery, Figures,
    cache::Recent,
    definition::{Definition, State},
    store,
};

/// Memory for what pages keep ready between postings, in bytes.
const KEPT_BYTES_MAX: usize = 64 * 1024 * 1024;

/// What pages keep ready as long as nothing is posted. One per program; cheap to share.
#[derive(Debug)]
pub struct Kept {
    places: Recent<(String, i64, i64), Arc<Places>>,
    claims: Recent<i64, Arc<Vec<SourceSummary>>>,
    behind: Recent<BehindKey, Arc<HashMap<i64, i64>>>,
}

/// Code, version and last posting; the part and the axis.
type BehindKey = (String, i64, i64, Vec<Point>, Axis);

impl Default for Kept {
    fn default() -> Self {
        Self {
            places: Recent::new(KEPT_BYTES_MAX),
            claims: Recent::new(1024 * 1024),
            behind: Recent::new(16 * 1024 * 1024),
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
    figures: Arc<Figures>,
    kept: Arc<Kept>,
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

    /// What answers questions to definitions.
    pub(crate) fn figures(&self) -> &Figures {
        &self.figures
    }

    /// Whether small cells are hidden.
    pub(crate) const fn protect(&self) -> bool {
        self.protect
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

    /// How many sellers stand behind a part of a definition.
    pub(crate) async fn parties(
        &self,
        tx: &mut Tx,
        definition: &Definition,
        points: &[Point],
    ) -> Result<i64, Error> {
        let counts = self.figures.parties(tx, &query(definition, points, &[])).await?;
        Ok(counts.first().map_or(0, |count| count.parties))
    }

    /// A part of a definition, split along an axis, small cells merged.
    pub(crate) async fn split(
        &self,
        tx: &mut Tx,
        definition: &Definition,
        points: &[Point],
        axis: Axis,
    ) -> Result<Breakdown, Error> {
        let question = query(definition, points, &[axis]);
        let figure = self.figures.figure(tx, &question).await?;
        let parent = Total { amount: figure.value, trades: figure.trades };
        let parties = if self.protect && axis != Axis::Seller {
            self.behind(tx, definition, points, axis, figure.posting.as_ref()).await?
        } else {
            Arc::default()
        };
        let cells = figure.rows.iter().filter_map(|row| {
            let key = *row.keys.first()?;
            let behind = (axis != Axis::Seller).then(|| parties.get(&key).copied().unwrap_or(0));
            Some(Cell { key, total: Total { amount: row.amount, trades: row.trades }, parties: behind })
        });
        Ok(Breakdown::new(axis, parent, cells.collect(), self.protect))
    }

    /// How many sellers stand behind each part. Counting them reads lines where no cube has them, so it is arranged that
    /// few lines are read or that one reading serves many pages.
    async fn behind(
        &self,
        tx: &mut Tx,
        definition: &Definition,
        points: &[Point],
        axis: Axis,
        posting: Option<&Posting>,
    ) -> Result<Arc<HashMap<i64, i64>>, Error> {
        let key = (
            definition.code.clone(),
            definition.version,
            posting.map_or(0, |posting| posting.seq),
            points.to_vec(),
            axis,
        );
        if let Some(found) = self.kept.behind.get(&key).filter(|_| definition.state != State::Draft) {
            return Ok(found);
        }
        let counts: HashMap<i64, i64> = match points {
            [(Axis::OriginProvince | Axis::OriginCity, place)] => {
                // The places inside, so that the lines are found by the index of places.
                let fresh = Freshness { posting: posting.cloned(), ..Freshness::default() };
                let inside = self.places(tx, definition, &fresh).await?.inside(*place);
                let mut clauses = definition.content.clauses.clone();
                clauses.push(Condition::one_of(Axis::Origin, &inside).into());
                let days = LineFilter {
                    from: Some(definition.content.from),
                    until: Some(definition.content.until),
                    ..LineFilter::default()
                };
                let counts = facts::parties(tx, &LineQuery { filter: days, clauses, by: vec![axis] }).await?;
                counts.iter().filter_map(|count| Some((*count.keys.first()?, count.parties))).collect()
            }
            [(Axis::Destination | Axis::Channel | Axis::Grade, value)] => {
                // All cities, channels or grades in one reading.
                let both = [points.first().map_or(axis, |point| point.0), axis];
                let counts = self.figures.parties(tx, &query(definition, &[], &both)).await?;
                let of = counts.iter().filter(|count| count.keys.first() == Some(value));
                of.filter_map(|count| Some((*count.keys.get(1)?, count.parties))).collect()
            }
            _ => {
                let counts = self.figures.parties(tx, &query(definition, points, &[axis])).await?;
                counts.iter().filter_map(|count| Some((*count.keys.first()?, count.parties))).collect()
            }
        };
        let counts = Arc::new(counts);
        self.kept.behind.put(key, Arc::clone(&counts), 200 + counts.len() * 40);
        Ok(counts)
    }

    /// A figure as it is asked for by the interface, with the sellers behind each row.
    pub(crate) async fn figure(
        &self,
        tx: &mut Tx,
        question: &FigureQuery,
    ) -> Result<(Figure, HashMap<Vec<i64>, i64>), Error> {
        let figure = self.figures.figure(tx, question).await?;
        let mut parties = HashMap::new();
        if self.protect {
            let counts = self.figures.parties(tx, question).await?;
            parties.extend(counts.iter().map(|count| (count.keys.clone(), count.parties)));
        }
        Ok((figure, parties))
    }

    /// Places of origin with the sellers in them.
    pub(crate) async fn places(
        &self,
        tx: &mut Tx,
        definition: &Definition,
        fresh: &Freshness,
    ) -> Result<Arc<Places>, Error> {
        let seq = fresh.posting.as_ref().map_or(0, |posting| posting.seq);
        let key = (definition.code.clone(), definition.version, seq);
        let keeps = definition.state != State::Draft;
        if let Some(found) = self.kept.places.get(&key).filter(|_| keeps) {
            return Ok(found);
        }
        let figure = self.figures.figure(tx, &query(definition, &[], &[Axis::Origin, Axis::Seller])).await?;
        let cells: Vec<(i64, i64, Total)> = figure
            .rows
            .iter()
            .filter_map(|row| match row.keys.as_slice() {
                [place, seller] => Some((*place, *seller, Total { amount: row.amount, trades: row.trades })),
                _ => None,
            })
            .collect();
        let bytes = 200 + cells.len() * 150;
        let places = Arc::new(Places::new(cells));
        if keeps {
            self.kept.places.put(key, Arc::clone(&places), bytes);
        }
        Ok(places)
    }

    /// What every source has claimed, against what was counted.
    pub(crate) async fn claims(
        &self,
        tx: &mut Tx,
        fresh: &Freshness,
    ) -> Result<Arc<Vec<SourceSummary>>, Error> {
        let seq = fresh.posting.as_ref().map_or(0, |posting| posting.seq);
        if let Some(found) = self.kept.claims.get(&seq).filter(|_| seq > 0) {
            return Ok(found);
        }
        let claims = Arc::new(facts::claims_summary(tx).await?);
        self.kept.claims.put(seq, Arc::clone(&claims), 200 + claims.len() * 200);
        Ok(claims)
    }
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
