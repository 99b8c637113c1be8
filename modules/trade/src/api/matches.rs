//! The queue of claims that wait for a person as JSON under `/api/v1/matches`.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use sh_http::{App, Context, Failure, Json, Listing, Page, Path, Query};
use sh_kernel::{Day, Fen, Id};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    matching::Rule,
    model::{Claim, Ruling, Trade},
    service::{
        matches::{self, ClaimView, Pair, QueueFilter},
        rule::{self, Decided},
    },
};

/// The endpoints.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(decide)).routes(routes!(undo))
}

/// A row of a source.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MatchClaim)]
pub(crate) struct ClaimBody {
    /// Identifier.
    #[schema(value_type = String)]
    id: Id<Claim>,
    /// Code of the source.
    source: String,
    /// Name of its file.
    file_name: String,
    /// The worksheet that it stands in, if several of the file were read as one table.
    sheet: Option<String>,
    /// Row in that file or worksheet.
    row: u32,
    /// Seller as reported.
    seller: String,
    /// Buyer as reported.
    buyer: Option<String>,
    /// Product as reported.
    product: String,
    /// Day of the sale, `yyyymmdd`.
    #[schema(value_type = i64)]
    day: Day,
    /// Amount in fen, negative for a return.
    #[schema(value_type = i64)]
    amount: Fen,
    /// Quantity in grams or pieces, 0 if not told.
    quantity: i64,
    /// Division code of the origin, 0 if not told.
    origin: i64,
    /// Division code of the destination, 0 if not told.
    destination: i64,
    /// Order number as reported.
    order_no: Option<String>,
    /// Invoice number as reported.
    invoice_no: Option<String>,
    /// The trade it is tied to.
    #[schema(value_type = Option<String>)]
    trade: Option<Id<Trade>>,
}

impl From<ClaimView> for ClaimBody {
    fn from(view: ClaimView) -> Self {
        let claim = view.claim;
        Self {
            id: claim.id,
            source: claim.source,
            file_name: view.file_name,
            sheet: view.sheet,
            row: view.row,
            seller: view.seller_name,
            buyer: view.buyer_name,
            product: claim.product,
            day: claim.day,
            amount: Fen(claim.amount),
            quantity: claim.quantity,
            origin: claim.origin,
            destination: claim.destination,
            order_no: claim.order_no,
            invoice_no: claim.invoice_no,
            trade: view.trade,
        }
    }
}

/// How one field of two claims compares.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MatchField)]
pub(crate) struct FieldBody {
    /// The field: `invoice`, `order`, `seller`, `buyer`, `product`, `amount`, `quantity`, `day`, `origin`,
    /// `destination`, `channel`, `link`.
    field: &'static str,
    /// `agrees`, `explained`, `differs`, `missing`.
    verdict: &'static str,
}

/// A claim that waits beside the one it may report the same sale as.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Match)]
pub(crate) struct PairBody {
    /// The claim that waits; it is not counted meanwhile.
    claim: ClaimBody,
    /// The claim that stands for the trade it may belong to.
    other: ClaimBody,
    /// What would tie them: `invoice`, `order`, `parties`, `likeness`, `version`, `return`.
    #[schema(value_type = String)]
    rule: Rule,
    /// Likeness from 0 to 1000.
    score: i64,
    /// Field by field.
    fields: Vec<FieldBody>,
}

impl From<Pair> for PairBody {
    fn from(pair: Pair) -> Self {
        Self {
            rule: pair.claim.rule,
            score: pair.claim.score,
            fields: pair
                .fields
                .iter()
                .map(|field| FieldBody { field: field.field.word(), verdict: field.verdict.word() })
                .collect(),
            claim: pair.claim.into(),
            other: pair.other.into(),
        }
    }
}

/// What the queue is narrowed to.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct ListQuery {
    /// Code of a source.
    source: Option<String>,
    /// Division code of a city of destination.
    city: Option<i64>,
    /// Least amount in fen.
    amount_min: Option<i64>,
    /// Greatest amount in fen.
    amount_max: Option<i64>,
    /// Where the page begins: `next` of the page before it.
    after: Option<String>,
    /// Rows of the page, at most 200.
    size: Option<u32>,
}

/// Claims that wait for a person, in the order in which they came.
#[utoipa::path(get, path = "/api/v1/matches", tag = "matches", params(ListQuery),
    responses((status = 200, body = Listing<PairBody>)))]
pub(crate) async fn list(
    ctx: Context,
    State(app): State<App>,
    Query(query): Query<ListQuery>,
) -> Result<Json<Listing<PairBody>>, Failure> {
    let filter = QueueFilter {
        source: query.source,
        city: query.city,
        amount_min: query.amount_min.map(Fen),
        amount_max: query.amount_max.map(Fen),
    };
    let page = Page { after: query.after, size: query.size };
    let found = matches::waiting(&ctx, &app, &filter, &page).await?;
    Ok(Json(found.map(PairBody::from)))
}

/// A decision.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = MatchDecision)]
pub(crate) struct DecisionBody {
    /// One claim.
    #[schema(value_type = String)]
    claim: Id<Claim>,
    /// The other claim.
    #[schema(value_type = String)]
    other: Id<Claim>,
    /// Whether both report the same sale.
    same: bool,
    /// Why, in a sentence.
    #[serde(default)]
    reason: String,
}

/// What came of a decision.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MatchDecided)]
pub(crate) struct DecidedBody {
    /// The ruling; it can be taken back.
    #[schema(value_type = String)]
    ruling: Id<Ruling>,
    /// Whether the figures heed it already; if not, the next run of matching does.
    heeded: bool,
    /// Lines written, reversing ones included.
    lines_written: u64,
}

impl From<Decided> for DecidedBody {
    fn from(decided: Decided) -> Self {
        Self {
            ruling: decided.ruling,
            heeded: decided.report.is_some(),
            lines_written: decided.report.map_or(0, |report| report.lines_written),
        }
    }
}

/// Decides whether two claims report the same sale. Takes an `Idempotency-Key`.
#[utoipa::path(post, path = "/api/v1/matches/rulings", tag = "matches", request_body = DecisionBody,
    responses((status = 200, body = DecidedBody), (status = 409, description = "The file of a claim was taken back")))]
pub(crate) async fn decide(
    ctx: Context,
    State(app): State<App>,
    Json(body): Json<DecisionBody>,
) -> Result<Json<DecidedBody>, Failure> {
    let decided = rule::decide(&ctx, &app, body.claim, body.other, body.same, &body.reason).await?;
    Ok(Json(decided.into()))
}

/// Takes a ruling back. Takes an `Idempotency-Key`.
#[utoipa::path(delete, path = "/api/v1/matches/rulings/{id}", tag = "matches",
    params(("id" = String, Path, description = "The ruling")),
    responses((status = 200, body = DecidedBody), (status = 409, description = "It was taken back already")))]
pub(crate) async fn undo(
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<Ruling>>,
) -> Result<Json<DecidedBody>, Failure> {
    Ok(Json(rule::undo(&ctx, &app, id).await?.into()))
}
