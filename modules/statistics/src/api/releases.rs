//! `/api/v1/releases`.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use sh_http::{App, Context, Failure, Json, Path, Query};
use sh_kernel::Id;
use sh_ui::Locale;
use utoipa::{IntoParams, ToSchema};

use super::figures::{ConditionBody, MergedBody, condition};
use crate::{
    Error, FigureRow,
    export::code,
    pages::data::releases::cursor,
    public::{load::Desk, names::Names, released},
    releases::{self, FigureComparison, Release, ReleaseDetail, ReleaseFigure},
};

/// Releases on a page.
const ROWS: usize = 50;

/// A release: figures frozen under a hash.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReleaseBody {
    /// Identifier.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// `published` or `withdrawn`.
    pub state: &'static str,
    /// 1, 2, 3 … in the order of publication.
    pub number: Option<i64>,
    /// The day of the last posting that is counted.
    pub as_of: String,
    /// When it was published, in Shanghai.
    pub published_at: Option<String>,
    /// SHA-256 over the content, which `/data/releases/{id}.txt` gives as text.
    pub content: String,
    /// SHA-256 over that hash, the approval and the hash before.
    pub hash: Option<String>,
    /// The hash of the release before.
    pub previous: Option<String>,
    /// The release that took its place.
    pub superseded_by: Option<String>,
    /// Why it was withdrawn.
    pub reason: Option<String>,
}

/// One frozen figure and what it would be today.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReleasedFigure {
    /// Title.
    pub title: String,
    /// Code of the definition.
    pub figure: String,
    /// Version of the definition.
    pub definition_version: i64,
    /// The axes of the rows; none for the value alone.
    pub by: Vec<&'static str>,
    /// The conditions besides the definition.
    pub conditions: Vec<ConditionBody>,
    /// The frozen value in fen.
    pub value: i64,
    /// The value as it was published: `591 亿元`.
    pub shown: String,
    /// The frozen number of trades.
    pub trades: i64,
    /// The frozen parts. With `merged` they add up to the value.
    pub rows: Vec<ReleasedRow>,
    /// Parts behind which fewer than three sellers stood, and those that would give them away, as one.
    pub merged: Option<MergedBody>,
    /// What the same version gives today, in fen.
    pub today: Option<i64>,
    /// The definition in force, if it is another version.
    pub newer: Option<NewerBody>,
    /// What the postings since changed, by cause.
    pub since: Vec<Change>,
}

/// One frozen part.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReleasedRow {
    /// The values of the axes as addresses carry them.
    pub keys: Vec<String>,
    /// What they are called.
    pub label: String,
    /// Amount in fen.
    pub amount: i64,
    /// Number of trades.
    pub trades: i64,
    /// The amount today in fen; nothing where it is not given by itself today.
    pub today: Option<i64>,
}

/// What the definition in force gives today.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NewerBody {
    /// Its version.
    pub version: i64,
    /// Its value in fen.
    pub value: i64,
}

/// What the postings of one cause changed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Change {
    /// The cause of the postings: `import`, `withdrawal`, `ruling`, `matching`.
    pub cause: String,
    /// New sales after the day of the release; else late reports and corrections.
    pub new_sales: bool,
    /// Amount in fen.
    pub amount: i64,
    /// Number of trades.
    pub trades: i64,
}

/// A release with everything in it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReleaseDetailBody {
    /// The release.
    #[serde(flatten)]
    pub release: ReleaseBody,
    /// Its figures.
    pub figures: Vec<ReleasedFigure>,
    /// What turned out to be wrong, oldest first.
    pub errata: Vec<ErratumBody>,
}

/// What turned out to be wrong.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ErratumBody {
    /// The day it was said.
    pub day: String,
    /// What is wrong and what is right.
    pub text: String,
}

/// Releases, latest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReleaseList {
    /// The releases.
    pub items: Vec<ReleaseBody>,
    /// What to ask for as `after`; nothing at the end.
    pub next: Option<String>,
}

/// Which page of the releases is asked for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct Asked {
    /// Where the page begins: `next` of the page before it.
    after: Option<String>,
}

/// What was published when.
#[utoipa::path(
    get, path = "/api/v1/releases", tag = "releases", params(Asked),
    responses((status = 200, body = ReleaseList))
)]
pub(crate) async fn list(
    State(app): State<App>,
    Query(asked): Query<Asked>,
) -> Result<Json<ReleaseList>, Failure> {
    let before = cursor(asked.after.as_deref())?;
    let mut found =
        app.db.read(async |tx| Ok::<_, Error>(releases::list(tx, true, before, ROWS + 1).await?)).await?;
    let more = found.len() > ROWS;
    found.truncate(ROWS);
    let next = found.last().filter(|_| more).map(|last| last.id.to_string());
    Ok(Json(ReleaseList { items: found.iter().map(body).collect(), next }))
}

/// One release, its figures beside today's.
#[utoipa::path(
    get, path = "/api/v1/releases/{id}", tag = "releases",
    params(("id" = String, Path, description = "Identifier")),
    responses(
        (status = 200, body = ReleaseDetailBody),
        (status = 404, description = "No such release", content_type = "application/problem+json"),
    )
)]
pub(crate) async fn one(
    State(app): State<App>,
    ctx: Context,
    Path(id): Path<String>,
) -> Result<Json<ReleaseDetailBody>, Failure> {
    let id: Id<Release> = id.parse().map_err(|_| Failure::not_found())?;
    let desk = Desk::new(&app, &ctx);
    let found = app.db.read(async |tx| Ok::<_, Error>(released::load(tx, &desk, id).await?)).await?;
    let (detail, today) = found.ok_or_else(Failure::not_found)?;
    Ok(Json(detail_body(ctx.locale, &detail, &today)))
}

fn body(release: &Release) -> ReleaseBody {
    ReleaseBody {
        id: release.id.to_string(),
        name: release.name.clone(),
        state: release.state.word(),
        number: release.number,
        as_of: release.day.to_string(),
        published_at: release.approved_at.map(sh_kernel::Instant::to_minute),
        content: release.content.clone(),
        hash: release.hash.clone(),
        previous: release.previous.clone(),
        superseded_by: release.superseded_by.map(|id| id.to_string()),
        reason: release.reason.clone(),
    }
}

/// A release with everything in it.
pub(crate) fn detail_body(
    locale: Locale,
    detail: &ReleaseDetail,
    today: &[FigureComparison],
) -> ReleaseDetailBody {
    let figures = detail.figures.iter().map(|figure| {
        let now = today.iter().find(|one| one.position == figure.position);
        figure_body(locale, figure, now)
    });
    ReleaseDetailBody {
        release: body(&detail.release),
        figures: figures.collect(),
        errata: detail
            .errata
            .iter()
            .map(|erratum| ErratumBody {
                day: erratum.written_at.day().to_string(),
                text: erratum.body.clone(),
            })
            .collect(),
    }
}

fn figure_body(locale: Locale, figure: &ReleaseFigure, now: Option<&FigureComparison>) -> ReleasedFigure {
    let names = Names::new(locale, figure.definition.until);
    let shown = figure.definition.display.show(figure.value, locale);
    let since = now.map(|now| now.since.as_slice()).unwrap_or_default().iter();
    let row = |row: &FigureRow| {
        let today = now.and_then(|now| now.rows.iter().find(|one| one.keys == row.keys)?.now);
        ReleasedRow {
            keys: figure.by.iter().zip(&row.keys).map(|(axis, value)| code(*axis, *value)).collect(),
            label: released::group_name(&names, figure, &row.keys),
            amount: row.amount.0,
            trades: row.trades,
            today: today.map(|today| today.0.0),
        }
    };
    ReleasedFigure {
        title: figure.heading(locale),
        figure: figure.code.clone(),
        definition_version: figure.version,
        by: figure.by.iter().map(|axis| axis.word()).collect(),
        conditions: figure.filter.iter().map(|point| condition(&names, *point)).collect(),
        value: figure.value.0,
        shown: format!("{} {}", shown.number, shown.unit),
        trades: figure.trades,
        rows: figure.rows.iter().map(row).collect(),
        merged: figure.merged.map(|rest| MergedBody {
            parts: usize::try_from(rest.parts).unwrap_or(0),
            amount: rest.amount.0,
            trades: rest.trades,
        }),
        today: now.map(|now| now.now.0.0),
        newer: now
            .and_then(|now| now.newer.as_ref())
            .map(|newer| NewerBody { version: newer.version, value: newer.now.0.0 }),
        since: since
            .map(|change| Change {
                cause: change.cause.clone(),
                new_sales: change.after,
                amount: change.amount.0,
                trades: change.trades,
            })
            .collect(),
    }
}
