//! `/api/v1/trades`.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use sh_http::{App, Context, Failure, Json, Path, Query};
use sh_kernel::Id;
use sh_trade::model::Trade;
use utoipa::{IntoParams, ToSchema};

use crate::{
    Error,
    public::{
        load::{self, Desk},
        names::Names,
        narrow::Narrow,
        trades::{self, PublicTrade, PublicTradeDetail},
    },
};

/// Trades on a page at most.
const ROWS_MAX: usize = 200;
/// Trades on a page if the caller does not say.
const ROWS: usize = 50;

/// How trades are asked for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct Asked {
    /// The figure whose trades are asked for; the one for the press if left out.
    figure: Option<String>,
    /// `newest` (if left out), `oldest`, or `largest`, which only a question about few enough trades answers.
    sort: Option<String>,
    /// Where the page begins: `next` of the page before it.
    after: Option<String>,
    /// Rows of the page, at most 200.
    size: Option<usize>,
}

/// One page of trades, latest first; by place first where a place of origin is asked for.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TradeList {
    /// The trades.
    pub items: Vec<PublicTrade>,
    /// What to ask for as `after`; nothing at the end. A page may be short and still have a next one.
    pub next: Option<String>,
}

/// The trades behind a figure.
#[utoipa::path(
    get, path = "/api/v1/trades", tag = "trades", params(Asked, Narrow),
    responses(
        (status = 200, body = TradeList),
        (status = 400, description = "A condition cannot be read", content_type = "application/problem+json"),
        (status = 403, description = "Too few sellers", content_type = "application/problem+json"),
        (status = 422, description = "Too many trades to sort by amount", content_type = "application/problem+json"),
    )
)]
pub(crate) async fn list(
    State(app): State<App>,
    ctx: Context,
    Query(asked): Query<Asked>,
    Query(narrow): Query<Narrow>,
) -> Result<Json<TradeList>, Failure> {
    let points = narrow.points()?;
    let size = asked.size.unwrap_or(ROWS).clamp(1, ROWS_MAX);
    let page = trades::Asked::new(trades::Order::of(asked.sort.as_deref())?, asked.after.as_deref(), size)?;
    let desk = Desk::new(&app, &ctx);
    let found = app
        .db
        .read(async |tx| {
            let all = load::in_force(tx).await?;
            let Some(definition) = load::choose(&all, asked.figure.as_deref())? else {
                return Ok(TradeList { items: Vec::new(), next: None });
            };
            if desk.hides(tx, definition, &points).await? {
                return Err(Error::TooFewSellers);
            }
            let places = desk.places(tx, definition).await?;
            let mut names = Names::new(ctx.locale, definition.content.until);
            let (items, next) =
                trades::list(tx, &desk, definition, &places, (&points, &mut names), page).await?;
            Ok::<_, Error>(TradeList { items, next })
        })
        .await?;
    Ok(Json(found))
}

/// One trade: lines, reports, decisions, grade.
#[utoipa::path(
    get, path = "/api/v1/trades/{id}", tag = "trades",
    params(("id" = String, Path, description = "Identifier of the trade")),
    responses(
        (status = 200, body = PublicTradeDetail),
        (status = 404, description = "No such trade", content_type = "application/problem+json"),
    )
)]
pub(crate) async fn one(
    State(app): State<App>,
    ctx: Context,
    Path(id): Path<String>,
) -> Result<Json<PublicTradeDetail>, Failure> {
    let id: Id<Trade> = id.parse().map_err(|_| Failure::not_found())?;
    let desk = Desk::new(&app, &ctx);
    let found = app
        .db
        .read(async |tx| {
            let all = load::in_force(tx).await?;
            trades::one(tx, &ctx, &desk, load::choose(&all, None)?, id).await
        })
        .await?;
    found.map(Json).ok_or_else(Failure::not_found)
}
