//! Releases (发布): figures frozen with their definitions and the last posting, under a hash.
//!
//! One person proposes, another approves. A published release never changes: what turns out wrong is said in an
//! erratum, a better one supersedes it, and one that must not be used is withdrawn with its reason and stays visible.

mod canonical;
mod check;
mod compare;

use sh_db::{DbError, Tx};
use sh_kernel::{Day, Fen, Id, Instant};
use sh_trade::{axes::Axis, facts};
use sh_ui::Locale;

use crate::{
    Error, FigureQuery, FigureRow, Figures, axis_label,
    definition::{Content, State},
    label, store,
};

pub(crate) use canonical::content_text;
pub use check::{Fault, FaultKind, verify_releases};
pub use compare::{FigureComparison, NewerDefinition, compare_today};

/// Figures in one release at most, each table of parts counted as one.
pub const FIGURES_MAX: usize = 200;
/// The axes by which every figure of a release is frozen besides its value.
pub const PARTS: [Axis; 6] =
    [Axis::Year, Axis::Month, Axis::OriginProvince, Axis::Destination, Axis::Channel, Axis::Grade];

/// How far a release has come (发布状态).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReleaseState {
    /// Put up for publication (待批准).
    Proposed,
    /// Published (已发布).
    Published,
    /// Not to be used any more; stays visible, struck through (已撤回).
    Withdrawn,
}

impl ReleaseState {
    /// The stored word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Published => "published",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// The state with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Proposed, Self::Published, Self::Withdrawn].into_iter().find(|state| state.word() == word)
    }
}

/// A set of frozen figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// Identifier.
    pub id: Id<Release>,
    /// What it is called: 2020 年 12 月 9 日新闻发布会.
    pub name: String,
    /// How far it has come.
    pub state: ReleaseState,
    /// The cut-off: the last posting that is counted; 0 if there was none.
    pub posting: i64,
    /// The day of that posting.
    pub day: Day,
    /// The release it takes the place of.
    pub supersedes: Option<Id<Release>>,
    /// The release that took its place, if one was published.
    pub superseded_by: Option<Id<Release>>,
    /// SHA-256 of the frozen content.
    pub content: String,
    /// Who proposed it.
    pub proposed_by: String,
    /// When.
    pub proposed_at: Instant,
    /// Who approved it; never the proposer.
    pub approved_by: Option<String>,
    /// When.
    pub approved_at: Option<Instant>,
    /// 1, 2, 3 … in the order of publication.
    pub number: Option<i64>,
    /// The hash of the release published before.
    pub previous: Option<String>,
    /// SHA-256 of content, approval and the previous hash.
    pub hash: Option<String>,
    /// Who withdrew it.
    pub withdrawn_by: Option<String>,
    /// When.
    pub withdrawn_at: Option<Instant>,
    /// Why.
    pub reason: Option<String>,
}

/// One frozen figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleaseFigure {
    /// 1, 2, 3 … within the release.
    pub position: i64,
    /// How it is headed in the frozen text. Readers see [`ReleaseFigure::heading`].
    pub title: String,
    /// Code of the definition.
    pub code: String,
    /// Version of the definition.
    pub version: i64,
    /// The definition as it was.
    pub definition: Content,
    /// The axes it is grouped by.
    pub by: Vec<Axis>,
    /// Its further conditions.
    pub filter: Vec<(Axis, i64)>,
    /// The value.
    pub value: Fen,
    /// Number of trades.
    pub trades: i64,
    /// The groups that are published one by one.
    pub rows: Vec<FigureRow>,
    /// The others: fewer than three sellers stand behind each, or they would give such a group away.
    pub merged: Option<Rest>,
}

impl ReleaseFigure {
    /// What tells the value and its tables of parts from those of another figure.
    pub fn subject(&self) -> (&str, i64, &[(Axis, i64)]) {
        (&self.code, self.version, &self.filter)
    }

    /// How it is headed in a language: the name of its definition as it was, its conditions, and the axes of a table.
    pub fn heading(&self, locale: Locale) -> String {
        heading(locale, &self.definition, &self.by, &self.filter)
    }
}

/// Groups that are published as one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Rest {
    /// How many groups.
    pub parts: i64,
    /// Their amount.
    pub amount: Fen,
    /// Their number of trades.
    pub trades: i64,
}

impl Rest {
    fn add(rest: &mut Option<Self>, row: &FigureRow) {
        let rest = rest.get_or_insert_default();
        rest.parts += 1;
        rest.amount = [rest.amount, row.amount].into_iter().sum();
        rest.trades += row.trades;
    }
}

/// What was found wrong in a published release (勘误).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erratum {
    /// 1, 2, 3 … within the release.
    pub seq: i64,
    /// What is wrong and what is right.
    pub body: String,
    /// Who wrote it.
    pub written_by: String,
    /// When.
    pub written_at: Instant,
}

/// A release with everything in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleaseDetail {
    /// The release.
    pub release: Release,
    /// Its figures in order.
    pub figures: Vec<ReleaseFigure>,
    /// Its errata, oldest first.
    pub errata: Vec<Erratum>,
}

/// What a person puts up for publication.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proposal {
    /// What the release is called.
    pub name: String,
    /// The release it takes the place of.
    pub supersedes: Option<Id<Release>>,
    /// The figures. The state of an earlier day cannot be asked for: a release is as of now.
    pub figures: Vec<FigureQuery>,
}

impl Proposal {
    /// Adds the value of a definition and its parts by every axis of [`PARTS`] and the further ones.
    pub fn add(&mut self, code: &str, further: &[Axis]) {
        self.figures.push(FigureQuery::total(code));
        let further = further.iter().filter(|axis| !PARTS.contains(axis));
        for axis in PARTS.iter().chain(further) {
            self.figures.push(FigureQuery::total(code).by(*axis));
        }
    }
}

/// How a figure is headed: 近三年……金额（2020 年），按销售渠道.
fn heading(locale: Locale, definition: &Content, by: &[Axis], filter: &[(Axis, i64)]) -> String {
    let mut text = definition.name.get(locale).to_owned();
    if !filter.is_empty() {
        let conditions: Vec<String> =
            filter.iter().map(|(axis, value)| label(*axis, *value, locale)).collect();
        let conditions = conditions.join(&locale.t("data-comma"));
        text = locale.with("release-figure-only", &[("name", text.into()), ("only", conditions.into())]);
    }
    if !by.is_empty() {
        let axes: Vec<String> = by.iter().map(|axis| axis_label(*axis, locale)).collect();
        let axes = axes.join(&locale.t("data-comma"));
        text = locale.with("release-figure-by", &[("name", text.into()), ("axis", axes.into())]);
    }
    text
}

/// Freezes figures as they are now, as the public may see them, and puts them up for publication.
///
/// # Errors
/// [`Error::EmptyRelease`], [`Error::DraftInRelease`], [`Error::NoRelease`] if what it supersedes is not published,
/// [`Error::TooFewSellers`] and [`Error::TooNarrow`] for what the public may not see, or as [`Figures::figure`].
pub async fn propose(
    figures: &Figures,
    tx: &mut Tx,
    id: Id<Release>,
    proposal: &Proposal,
    by: &str,
    at: Instant,
) -> Result<Release, Error> {
    let name = proposal.name.trim();
    if name.is_empty() || proposal.figures.is_empty() || proposal.figures.len() > FIGURES_MAX {
        return Err(Error::EmptyRelease);
    }
    // Postings wait while this is held, so all figures are of one state of the lines.
    store::cube::lock(tx, 0, 0).await?;
    if let Some(old) = proposal.supersedes {
        let old = store::release::find(tx, old).await?.ok_or(Error::NoRelease)?;
        if old.state == ReleaseState::Proposed {
            return Err(Error::WrongState);
        }
    }
    let posting = facts::last_posting(tx).await?;
    let mut frozen = Vec::new();
    for (query, position) in proposal.figures.iter().zip(1..) {
        frozen.push(freeze(figures, tx, query, position).await?);
    }
    let mut release = Release {
        id,
        name: name.to_owned(),
        state: ReleaseState::Proposed,
        posting: posting.as_ref().map_or(0, |posting| posting.seq),
        day: posting.map_or_else(|| at.day(), |posting| posting.day),
        supersedes: proposal.supersedes,
        superseded_by: None,
        content: String::new(),
        proposed_by: by.to_owned(),
        proposed_at: at,
        approved_by: None,
        approved_at: None,
        number: None,
        previous: None,
        hash: None,
        withdrawn_by: None,
        withdrawn_at: None,
        reason: None,
    };
    release.content = canonical::content_hash(&release, &frozen);
    store::release::insert(tx, &release, &frozen).await?;
    Ok(release)
}

async fn freeze(
    figures: &Figures,
    tx: &mut Tx,
    query: &FigureQuery,
    position: i64,
) -> Result<ReleaseFigure, Error> {
    let query = FigureQuery { as_of: None, ..query.clone() };
    let figure = figures.figure(tx, &query).await?;
    if figure.definition.state == State::Draft {
        return Err(Error::DraftInRelease(figure.definition.code.clone()));
    }
    let (rows, merged) = published(figures, tx, &query, figure.rows).await?;
    Ok(ReleaseFigure {
        position,
        // The language of the office; the frozen text has one.
        title: heading(Locale::Zh, &figure.definition.content, &query.by, &query.filter),
        code: figure.definition.code.clone(),
        version: figure.definition.version,
        definition: figure.definition.content.clone(),
        by: query.by,
        filter: query.filter,
        value: figure.value,
        trades: figure.trades,
        rows,
        merged,
    })
}

/// The groups of a figure that the public sees, and the others as one.
async fn published(
    figures: &Figures,
    tx: &mut Tx,
    query: &FigureQuery,
    rows: Vec<FigureRow>,
) -> Result<(Vec<FigureRow>, Option<Rest>), Error> {
    let cover = figures.cover(tx, query).await?;
    let (mut shown, mut merged) = (Vec::new(), None);
    for row in rows {
        let keys = query.by.iter().copied().zip(row.keys.iter().copied());
        let points: Vec<(Axis, i64)> = query.filter.iter().copied().chain(keys).collect();
        if cover.hides(&points) { Rest::add(&mut merged, &row) } else { shown.push(row) }
    }
    Ok((shown, merged))
}

/// Publishes a proposed release under a hash that is chained to the release published before.
///
/// # Errors
/// [`Error::SelfApproval`] for the proposer, [`Error::WrongState`], [`Error::Tampered`] if the stored figures are not
/// those that were proposed.
pub async fn approve(tx: &mut Tx, id: Id<Release>, by: &str, at: Instant) -> Result<Release, Error> {
    // One publication at a time, so that the chain has one end.
    store::cube::lock(tx, 0, 0).await?;
    let mut release = store::release::find(tx, id).await?.ok_or(Error::NoRelease)?;
    if release.state != ReleaseState::Proposed {
        return Err(Error::WrongState);
    }
    if release.proposed_by == by {
        return Err(Error::SelfApproval);
    }
    let figures = store::release::figures(tx, id).await?;
    if canonical::content_hash(&release, &figures) != release.content {
        return Err(Error::Tampered);
    }
    let last = store::release::last_published(tx).await?;
    release.state = ReleaseState::Published;
    release.number = Some(last.as_ref().and_then(|last| last.number).unwrap_or(0) + 1);
    release.previous = last.and_then(|last| last.hash);
    release.approved_by = Some(by.to_owned());
    release.approved_at = Some(at);
    release.hash = Some(canonical::chained_hash(&release));
    if store::release::publish(tx, &release).await? { Ok(release) } else { Err(Error::WrongState) }
}

/// Withdraws a release. A published one stays visible with its reason; its hash stays in the chain.
///
/// # Errors
/// [`Error::NoReason`], [`Error::WrongState`] if it is withdrawn already.
pub async fn withdraw(
    tx: &mut Tx,
    id: Id<Release>,
    reason: &str,
    by: &str,
    at: Instant,
) -> Result<(), Error> {
    if reason.trim().is_empty() {
        return Err(Error::NoReason);
    }
    if store::release::find(tx, id).await?.is_none() {
        return Err(Error::NoRelease);
    }
    if store::release::withdraw(tx, id, reason.trim(), by, at).await? {
        Ok(())
    } else {
        Err(Error::WrongState)
    }
}

/// Says what is wrong in a published release.
///
/// # Errors
/// [`Error::NoReason`] if nothing is said, [`Error::WrongState`] before publication.
pub async fn add_erratum(
    tx: &mut Tx,
    id: Id<Release>,
    body: &str,
    by: &str,
    at: Instant,
) -> Result<(), Error> {
    if body.trim().is_empty() {
        return Err(Error::NoReason);
    }
    let release = store::release::find(tx, id).await?.ok_or(Error::NoRelease)?;
    if release.number.is_none() {
        return Err(Error::WrongState);
    }
    Ok(store::release::add_erratum(tx, id, body.trim(), by, at).await?)
}

/// One release with its figures and errata, or `None`.
///
/// # Errors
/// What the database refuses.
pub async fn detail(tx: &mut Tx, id: Id<Release>) -> Result<Option<ReleaseDetail>, DbError> {
    let Some(release) = store::release::find(tx, id).await? else { return Ok(None) };
    let figures = store::release::figures(tx, id).await?;
    let errata = store::release::errata(tx, id).await?;
    Ok(Some(ReleaseDetail { release, figures, errata }))
}

/// Releases, latest first, from the one before `before`. The public sees those with a number only.
///
/// # Errors
/// What the database refuses.
pub async fn list(
    tx: &mut Tx,
    public_only: bool,
    before: Option<Id<Release>>,
    limit: usize,
) -> Result<Vec<Release>, DbError> {
    store::release::list(tx, public_only, before, limit).await
}
