//! Asking: what is found, in which order, how closely.

use std::cmp::Reverse;

use serde::{Deserialize, Serialize};
use sh_db::{DbError, Tx};
use uuid::Uuid;

use crate::{
    How,
    query::Asked,
    rank,
    store::{self, Ask},
};

/// Finds that are ranked by how well their names answer. Whoever looks further narrows the search.
pub const RANKED_MAX: u32 = 480;
/// Finds that are counted.
pub const COUNTED_MAX: u32 = 2_000;

/// In which order finds come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// The best answer first; without a text the weightiest.
    #[default]
    Best,
    /// The newest first.
    Newest,
    /// By the first number, ascending.
    FirstUp,
    /// By the first number, descending.
    FirstDown,
    /// By the second number, ascending.
    SecondUp,
    /// By the second number, descending.
    SecondDown,
}

/// Where a page begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum After {
    /// After so many ranked finds.
    #[serde(rename = "r")]
    Ranked(u32),
    /// After the one with this key and number.
    #[serde(rename = "k")]
    Key(i64, i64),
}

/// What is asked for.
#[derive(Debug, Clone, Default)]
pub struct Search<'a> {
    /// Of which kind.
    pub kind: &'a str,
    /// What somebody typed; empty for everything.
    pub text: &'a str,
    /// Facets: every group must be met by one of its codes.
    pub facets: &'a [Vec<String>],
    /// Lowest and highest first number.
    pub first: Option<(i64, i64)>,
    /// Lowest and highest second number.
    pub second: Option<(i64, i64)>,
    /// The order.
    pub order: Order,
    /// Where the page begins.
    pub after: Option<After>,
    /// Finds on a page.
    pub limit: u32,
}

/// One find.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// Which document.
    pub id: Uuid,
    /// Its name.
    pub title: String,
    pub(crate) weight: i64,
    pub(crate) number: i64,
    pub(crate) place: i64,
}

/// One page of finds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The finds, in order.
    pub hits: Vec<Hit>,
    /// Where the next page begins.
    pub next: Option<After>,
    /// How closely the finds follow what was typed.
    pub how: How,
}

impl Search<'_> {
    fn ask(&self, tx: &Tx, asked: &Asked, how: How) -> Ask<'_> {
        let everything = (i64::MIN, i64::MAX);
        Ask {
            expr: asked.expr(how, self.kind, self.facets).text(tx.engine()),
            kind: self.kind,
            first: self.first.unwrap_or(everything),
            second: self.second.unwrap_or(everything),
        }
    }

    const fn order_code(&self) -> i64 {
        match self.order {
            Order::Best => 0,
            Order::Newest => 1,
            Order::FirstUp => 2,
            Order::FirstDown => 3,
            Order::SecondUp => 4,
            Order::SecondDown => 5,
        }
    }
}

/// The finds of one page. If no document has every word, words that sound alike are tried, then slips of one character.
///
/// # Errors
/// What the database refuses.
pub async fn find(tx: &mut Tx, search: &Search<'_>) -> Result<Found, DbError> {
    let asked = Asked::of(search.text);
    for how in How::ALL {
        let found = find_so(tx, search, &asked, how).await?;
        if !found.hits.is_empty() || asked.terms.is_empty() || how == How::Near {
            return Ok(found);
        }
    }
    Ok(Found { hits: Vec::new(), next: None, how: How::Near })
}

async fn find_so(tx: &mut Tx, search: &Search<'_>, asked: &Asked, how: How) -> Result<Found, DbError> {
    let ask = search.ask(tx, asked, how);
    let size = search.limit.max(1) as usize;
    let fetch = i64::from(search.limit.max(1)) + 1;
    if search.order == Order::Best && !asked.terms.is_empty() {
        let skip = match search.after {
            Some(After::Ranked(skip)) => skip.min(RANKED_MAX),
            _ => 0,
        };
        let mut ranked = ranked(tx, search, asked, how, &ask).await?;
        let more = ranked.len() > skip as usize + size;
        let hits = ranked.drain(..).skip(skip as usize).take(size).collect();
        let next = more.then(|| After::Ranked(skip + search.limit.max(1)));
        return Ok(Found { hits, next, how });
    }
    let after = match search.after {
        Some(After::Key(place, number)) => Some((place, number)),
        _ => None,
    };
    let mut hits = store::find(tx, &ask, search.order_code(), after, fetch).await?;
    let more = hits.len() > size;
    hits.truncate(size);
    let next = hits.last().filter(|_| more).map(|last| After::Key(last.place, last.number));
    Ok(Found { hits, next, how })
}

/// The best answers: those whose name names what was asked for, then the weightiest of the others, ranked by how well
/// their names answer.
async fn ranked(
    tx: &mut Tx,
    search: &Search<'_>,
    asked: &Asked,
    how: How,
    ask: &Ask<'_>,
) -> Result<Vec<Hit>, DbError> {
    let most = i64::from(RANKED_MAX);
    let mut hits = Vec::new();
    if how == How::Exact
        && let Some(expr) = asked.head_expr(search.kind, search.facets)
    {
        let heads = Ask { expr: expr.text(tx.engine()), ..*ask };
        hits = store::find(tx, &heads, 0, None, most).await?;
    }
    if hits.len() < RANKED_MAX as usize {
        let others = store::find(tx, ask, 0, None, most).await?;
        let known: std::collections::HashSet<Uuid> = hits.iter().map(|hit| hit.id).collect();
        hits.extend(others.into_iter().filter(|hit| !known.contains(&hit.id)));
        hits.truncate(RANKED_MAX as usize);
    }
    hits.sort_by_cached_key(|hit| Reverse((rank::score(&hit.title, asked), hit.weight, hit.number)));
    Ok(hits)
}

/// How many documents have every word, counted up to [`COUNTED_MAX`].
///
/// # Errors
/// What the database refuses.
pub async fn count(tx: &mut Tx, search: &Search<'_>, how: How) -> Result<u64, DbError> {
    let asked = Asked::of(search.text);
    let ask = search.ask(tx, &asked, how);
    store::count(tx, &ask, i64::from(COUNTED_MAX)).await
}
