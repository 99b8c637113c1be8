//! `/api/v1/figures/{figure}/claims` and `…/changes`: what sources report against what is counted, and what changed it.

use axum::extract::State;
use serde::Serialize;
use sh_http::{App, Context, Failure, Json, Path};
use sh_trade::{facts::SourceSummary, pages::source_name};
use sh_ui::Locale;
use utoipa::ToSchema;

use crate::{
    Error,
    public::{
        breakdown::Total,
        changes::{DayChange, ValueLog},
        load::{self, Claimed, Desk},
    },
};

/// What sources report against the trades that are counted.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ClaimsBody {
    /// Code of the definition.
    pub figure: String,
    /// Version of the definition that was applied.
    pub definition_version: i64,
    /// What is counted, in fen: each trade once, those that the definition admits.
    pub value: i64,
    /// Number of trades counted.
    pub trades: i64,
    /// Reports of all sources. They are not cut to the definition: which it admits is known of a trade, not of a report.
    pub claims: i64,
    /// What the reports add up to in fen, repeats included.
    pub gross: i64,
    /// Reports that wait for a person.
    pub waiting: i64,
    /// What those add up to in fen.
    pub waiting_amount: i64,
    /// Each source.
    pub sources: Vec<SourceBody>,
}

/// The reports of one source. `anchors`, `joined`, `repeats` and `waiting` add up to `claims`.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SourceBody {
    /// Code of the source.
    pub source: String,
    /// Its name.
    pub name: String,
    /// Reports that are not withdrawn.
    pub claims: i64,
    /// What they add up to in fen.
    pub gross: i64,
    /// Reports that gave a trade its facts.
    pub anchors: i64,
    /// Reports of a trade that another report stands for.
    pub joined: i64,
    /// Reports that repeat an earlier row of the same source.
    pub repeats: i64,
    /// Reports that wait for a person.
    pub waiting: i64,
    /// What those add up to in fen.
    pub waiting_amount: i64,
}

/// What sources report, and how much of it the figure counts as single trades.
#[utoipa::path(
    get, path = "/api/v1/figures/{figure}/claims", tag = "figures",
    params(("figure" = String, Path, description = "Code of the definition: `gd-3y`")),
    responses(
        (status = 200, body = ClaimsBody),
        (status = 404, description = "No such figure", content_type = "application/problem+json"),
    )
)]
pub(crate) async fn claims(
    State(app): State<App>,
    ctx: Context,
    Path(figure): Path<String>,
) -> Result<Json<ClaimsBody>, Failure> {
    let desk = Desk::new(&app, &ctx);
    let read = app.db.read(async |tx| {
        let definition = load::definition(tx, &figure).await?;
        let total = desk.total(tx, &definition, &[]).await?;
        Ok::<_, Error>((definition.version, total, load::claims(tx).await?))
    });
    let (version, total, sources) = read.await?;
    Ok(Json(ClaimsBody::new(ctx.locale, (figure, version), total, &sources)))
}

impl ClaimsBody {
    fn new(
        locale: Locale,
        (figure, definition_version): (String, i64),
        total: Total,
        sources: &[SourceSummary],
    ) -> Self {
        let all = Claimed::of(sources);
        let source = |one: &SourceSummary| SourceBody {
            source: one.source.clone(),
            name: source_name(locale, &one.source, &one.name),
            claims: one.claims,
            gross: one.gross.0,
            anchors: one.anchors,
            joined: one.joined,
            repeats: one.repeats,
            waiting: one.waiting,
            waiting_amount: one.waiting_amount.0,
        };
        Self {
            figure,
            definition_version,
            value: total.amount.0,
            trades: total.trades,
            claims: all.claims,
            gross: all.gross.0,
            waiting: all.waiting,
            waiting_amount: all.waiting_amount.0,
            sources: sources.iter().map(source).collect(),
        }
    }
}

/// What has changed the value of a figure.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChangesBody {
    /// Code of the definition.
    pub figure: String,
    /// Version of the definition that was applied.
    pub definition_version: i64,
    /// The last twenty days on which the value changed, latest first.
    pub days: Vec<DayBody>,
    /// The value before them; nothing if there was none.
    pub before: Option<SumBody>,
}

/// What the postings of one day did to the value.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DayBody {
    /// The day of the postings.
    pub day: String,
    /// How many postings there were of each cause.
    pub causes: Vec<CauseBody>,
    /// What they changed.
    pub change: SumBody,
    /// The value at the end of the day.
    pub after: SumBody,
}

/// Postings of one cause.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CauseBody {
    /// `import`, `withdrawal`, `ruling` or `matching`.
    pub cause: &'static str,
    /// How many.
    pub postings: usize,
}

/// An amount and a number of trades.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SumBody {
    /// In fen.
    pub amount: i64,
    /// Number of trades.
    pub trades: i64,
}

/// What changed the value of a figure, day by day.
#[utoipa::path(
    get, path = "/api/v1/figures/{figure}/changes", tag = "figures",
    params(("figure" = String, Path, description = "Code of the definition: `gd-3y`")),
    responses(
        (status = 200, body = ChangesBody),
        (status = 404, description = "No such figure", content_type = "application/problem+json"),
    )
)]
pub(crate) async fn changes(
    State(app): State<App>,
    ctx: Context,
    Path(figure): Path<String>,
) -> Result<Json<ChangesBody>, Failure> {
    let desk = Desk::new(&app, &ctx);
    let read = app.db.read(async |tx| {
        let definition = load::definition(tx, &figure).await?;
        let log = desk.value_log(tx, &definition).await?;
        Ok::<_, Error>((definition.version, log.unwrap_or_default()))
    });
    let (version, log) = read.await?;
    Ok(Json(ChangesBody::new(figure, version, &log)))
}

impl ChangesBody {
    fn new(figure: String, definition_version: i64, log: &ValueLog) -> Self {
        let sum = |total: Total| SumBody { amount: total.amount.0, trades: total.trades };
        let day = |day: &DayChange| DayBody {
            day: day.day.to_string(),
            causes: day
                .causes
                .iter()
                .map(|(cause, postings)| CauseBody { cause: cause.word(), postings: *postings })
                .collect(),
            change: sum(day.change),
            after: sum(day.after),
        };
        Self {
            figure,
            definition_version,
            days: log.days.iter().map(day).collect(),
            before: log.before.map(sum),
        }
    }
}
