//! What has become of released figures since.

use std::collections::BTreeMap;

use sh_db::Tx;
use sh_kernel::{Day, Fen};
use sh_trade::{
    axes::Axis,
    facts::{self, CauseSum, PostingCause},
};

use super::{ReleaseDetail, ReleaseFigure, Rest, published};
use crate::{Change, Error, FigureQuery, Figures, figure::line_query};

/// A released figure then and now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FigureComparison {
    /// Position in the release.
    pub position: i64,
    /// What was released: amount and trades.
    pub then: (Fen, i64),
    /// What the same version of the definition gives now.
    pub now: (Fen, i64),
    /// The groups of both, in the order of their keys.
    pub rows: Vec<RowComparison>,
    /// What is published as one now.
    pub merged: Option<Rest>,
    /// What the postings since the cut-off changed, by their cause; adds up to the difference. Sales after the day of
    /// the cut-off are told apart from late reports and corrections.
    pub since: Vec<CauseSum>,
    /// The definition that is in force now, if it is another version.
    pub newer: Option<NewerDefinition>,
}

/// A group then and now; `None` where it is not published one by one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowComparison {
    /// The values of the axes grouped by.
    pub keys: Vec<i64>,
    /// What was released: amount and trades.
    pub then: Option<(Fen, i64)>,
    /// What it is now.
    pub now: Option<(Fen, i64)>,
}

/// What the definition in force now gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewerDefinition {
    /// Its version.
    pub version: i64,
    /// Its value now: amount and trades.
    pub now: (Fen, i64),
}

/// Compares every figure of a release with what it would be today.
///
/// # Errors
/// As [`Figures::figure`].
pub async fn compare_today(
    figures: &Figures,
    tx: &mut Tx,
    detail: &ReleaseDetail,
) -> Result<Vec<FigureComparison>, Error> {
    let postings = facts::postings_after(tx, detail.release.posting).await?;
    let mut comparisons: Vec<FigureComparison> = Vec::with_capacity(detail.figures.len());
    for figure in &detail.figures {
        // Value and parts of one figure have the same causes.
        let same = detail.figures.iter().zip(&comparisons).find(|(one, _)| one.subject() == figure.subject());
        let known = same.map(|(_, known)| (known.since.clone(), known.newer.clone()));
        comparisons.push(compare(figures, tx, detail, figure, (&postings, known)).await?);
    }
    Ok(comparisons)
}

type Causes<'a> = (&'a [PostingCause], Option<(Vec<CauseSum>, Option<NewerDefinition>)>);

async fn compare(
    figures: &Figures,
    tx: &mut Tx,
    detail: &ReleaseDetail,
    figure: &ReleaseFigure,
    (postings, known): Causes<'_>,
) -> Result<FigureComparison, Error> {
    let query = FigureQuery {
        definition: figure.code.clone(),
        version: Some(figure.version),
        by: figure.by.clone(),
        filter: figure.filter.clone(),
        as_of: None,
    };
    let today = figures.figure(tx, &query).await?;
    let (now, then) = ((today.value, today.trades), (figure.value, figure.trades));
    let (rows, merged) = match published(figures, tx, &query, today.rows).await {
        Ok(found) => found,
        // Whoever stood behind it is gone: nothing of it is published today.
        Err(Error::TooFewSellers) => (Vec::new(), None),
        Err(error) => return Err(error),
    };
    let mut both: BTreeMap<Vec<i64>, RowComparison> = BTreeMap::new();
    let empty = |keys: &Vec<i64>| RowComparison { keys: keys.clone(), then: None, now: None };
    for row in &figure.rows {
        both.entry(row.keys.clone()).or_insert_with(|| empty(&row.keys)).then =
            Some((row.amount, row.trades));
    }
    for row in &rows {
        both.entry(row.keys.clone()).or_insert_with(|| empty(&row.keys)).now = Some((row.amount, row.trades));
    }
    let (since, newer) = match known {
        Some(known) => known,
        None => (
            if now == then { Vec::new() } else { since(figures, tx, detail, figure, postings).await? },
            newer(figures, tx, figure, &query).await?,
        ),
    };
    Ok(FigureComparison {
        position: figure.position,
        then,
        now,
        rows: both.into_values().collect(),
        merged,
        since,
        newer,
    })
}

/// What the definition in force gives, if it is another version.
async fn newer(
    figures: &Figures,
    tx: &mut Tx,
    figure: &ReleaseFigure,
    query: &FigureQuery,
) -> Result<Option<NewerDefinition>, Error> {
    let query = FigureQuery { version: None, by: Vec::new(), ..query.clone() };
    match figures.figure(tx, &query).await {
        Ok(latest) if latest.definition.version != figure.version => Ok(Some(NewerDefinition {
            version: latest.definition.version,
            now: (latest.value, latest.trades),
        })),
        Ok(_) | Err(Error::NoDefinition(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// What the postings since the cut-off changed, by cause. Read from what each posting did, unless other conditions than
/// a period make it necessary to go back to the lines.
async fn since(
    figures: &Figures,
    tx: &mut Tx,
    detail: &ReleaseDetail,
    figure: &ReleaseFigure,
    postings: &[PostingCause],
) -> Result<Vec<CauseSum>, Error> {
    let release = &detail.release;
    let query = FigureQuery { version: Some(figure.version), ..FigureQuery::total(&figure.code) };
    let of_period = figure.filter.iter().all(|(axis, _)| matches!(axis, Axis::Year | Axis::Month));
    if let (true, Some(changes)) = (of_period, figures.changes(tx, &query).await?) {
        let counts = |change: &Change| {
            figure.filter.iter().all(|(axis, value)| match axis {
                Axis::Year => change.day / 10_000 == *value,
                _ => change.day / 100 == *value,
            })
        };
        return Ok(by_cause(changes.iter().filter(|change| counts(change)), postings, release.day));
    }
    let mut lines = line_query(&figure.definition, &[], &figure.filter, None);
    lines.filter.posting_after = Some(release.posting);
    Ok(facts::sums_by_cause(tx, &lines, release.day).await?)
}

/// Sums changes by the cause of their posting; those of other postings than the given ones are left out.
fn by_cause<'a>(
    changes: impl Iterator<Item = &'a Change>,
    postings: &[PostingCause],
    day: Day,
) -> Vec<CauseSum> {
    let mut sums: BTreeMap<(&str, bool), (CauseSum, Option<i64>)> = BTreeMap::new();
    for change in changes {
        let Ok(at) = postings.binary_search_by_key(&change.posting, |posting| posting.seq) else { continue };
        let cause = postings.get(at).map_or("", |posting| posting.cause.as_str());
        let after = change.day > day.yyyymmdd();
        let (sum, last) = sums.entry((cause, after)).or_insert_with(|| {
            (CauseSum { cause: cause.to_owned(), after, amount: Fen::ZERO, trades: 0, postings: 0 }, None)
        });
        sum.amount = [sum.amount, change.amount].into_iter().sum();
        sum.trades += change.trades;
        // Changes come in the order of their postings.
        sum.postings += i64::from(last.replace(change.posting) != Some(change.posting));
    }
    let told = sums.into_values().map(|(sum, _)| sum);
    told.filter(|sum| sum.amount != Fen::ZERO || sum.trades != 0).collect()
}
