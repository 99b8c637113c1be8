//! Paying shops as JSON under `/api/v1/settlements`, for programs of whoever runs the mall.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use sh_catalogue::model::Shop;
use sh_http::{App, Context, Failure, Json, Listing, Page, Path, Query};
use sh_kernel::{Fen, Id, Instant};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    Error,
    model::{Settlement, SettlementRow, SettlementState},
    service::settlement as service,
    store::settlement::Owed,
};

/// The endpoints.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(owed))
        .routes(routes!(list))
        .routes(routes!(make))
        .routes(routes!(show))
        .routes(routes!(paid))
        .routes(routes!(withdraw))
}

/// What a shop is owed that no instruction pays yet.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SettlementOwed)]
pub(crate) struct OwedBody {
    /// The shop.
    #[schema(value_type = String)]
    shop: Id<Shop>,
    /// Its name.
    name: String,
    /// What may be paid now, in fen.
    #[schema(value_type = i64)]
    due_fen: Fen,
    /// What buyers have paid and is not due yet, in fen.
    #[schema(value_type = i64)]
    waiting_fen: Fen,
}

impl From<Owed> for OwedBody {
    fn from(row: Owed) -> Self {
        Self { shop: row.shop, name: row.shop_name, due_fen: row.due, waiting_fen: row.waiting }
    }
}

/// What every shop is owed that no instruction pays yet.
#[utoipa::path(get, path = "/api/v1/settlements/owed", tag = "settlement", params(Page),
    responses((status = 200, body = Listing<OwedBody>)))]
pub(crate) async fn owed(
    ctx: Context,
    State(app): State<App>,
    Query(page): Query<Page>,
) -> Result<Json<Listing<OwedBody>>, Failure> {
    Ok(Json(service::owed(&ctx, &app, &page).await?.map(OwedBody::from)))
}

/// An instruction to pay a shop.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Settlement)]
pub(crate) struct SettlementBody {
    /// The instruction.
    #[schema(value_type = String)]
    id: Id<Settlement>,
    /// The shop.
    #[schema(value_type = String)]
    shop: Id<Shop>,
    /// Its name then.
    name: String,
    /// Everything that was due up to the end of this month.
    month: String,
    /// How many entries of the statement it pays.
    entries: i64,
    /// Goods and freight less refunds, in fen.
    #[schema(value_type = i64)]
    gross_fen: Fen,
    /// What is taken of it, in fen.
    #[schema(value_type = i64)]
    commission_fen: Fen,
    /// What is to be paid, in fen.
    #[schema(value_type = i64)]
    amount_fen: Fen,
    /// `open`, `paid`, `withdrawn`.
    #[schema(value_type = String)]
    state: SettlementState,
    /// When it was made.
    #[schema(value_type = String)]
    made_at: Instant,
    /// When it was paid or taken back.
    #[schema(value_type = Option<String>)]
    ended_at: Option<Instant>,
    /// What the bank calls the payment.
    reference: Option<String>,
}

impl From<SettlementRow> for SettlementBody {
    fn from(row: SettlementRow) -> Self {
        Self {
            id: row.id,
            shop: row.shop,
            name: row.shop_name,
            month: row.month.to_string(),
            entries: row.entries,
            gross_fen: row.gross,
            commission_fen: row.commission,
            amount_fen: row.amount,
            state: row.state,
            made_at: row.made_at,
            ended_at: row.ended_at,
            reference: row.reference,
        }
    }
}

/// Which instructions are asked for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct Asked {
    /// `open`, `paid`, `withdrawn`; those to be paid if left out.
    state: Option<String>,
    /// Where the page begins: `next` of the page before it.
    after: Option<String>,
    /// Rows of the page, at most 200.
    size: Option<u32>,
}

/// Instructions to pay shops, the newest first.
#[utoipa::path(get, path = "/api/v1/settlements", tag = "settlement", params(Asked),
    responses((status = 200, body = Listing<SettlementBody>)))]
pub(crate) async fn list(
    ctx: Context,
    State(app): State<App>,
    Query(asked): Query<Asked>,
) -> Result<Json<Listing<SettlementBody>>, Failure> {
    let word = asked.state.as_deref().unwrap_or(SettlementState::Open.word());
    let state = SettlementState::from_word(word).ok_or(Error::NotFound)?;
    let page = Page { after: asked.after, size: asked.size };
    Ok(Json(service::list(&ctx, &app, state, &page).await?.map(SettlementBody::from)))
}

/// Whom to pay.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = SettlementMake)]
pub(crate) struct MakeBody {
    /// The shop.
    #[schema(value_type = String)]
    shop: Id<Shop>,
    /// `2020-11`: everything that is due up to its end; the current month if left out.
    #[serde(default)]
    month: String,
}

async fn one(ctx: &Context, app: &App, id: Id<Settlement>) -> Result<Json<SettlementBody>, Failure> {
    let page = Page { after: None, size: Some(1) };
    Ok(Json(service::get(ctx, app, id, &page).await?.0.into()))
}

/// Makes an instruction to pay a shop everything that is due. Send an `Idempotency-Key`.
#[utoipa::path(post, path = "/api/v1/settlements", tag = "settlement", request_body = MakeBody,
    responses((status = 200, body = SettlementBody), (status = 409, description = "Nothing is due"),
        (status = 422, description = "The month is to come")))]
pub(crate) async fn make(
    ctx: Context,
    State(app): State<App>,
    Json(body): Json<MakeBody>,
) -> Result<Json<SettlementBody>, Failure> {
    let id = ctx.id();
    let month = service::month(&ctx, &body.month)?;
    service::make(&ctx, &app, id, body.shop, month).await?;
    one(&ctx, &app, id).await
}

/// One instruction.
#[utoipa::path(get, path = "/api/v1/settlements/{id}", tag = "settlement",
    params(("id" = String, Path, description = "The instruction")),
    responses((status = 200, body = SettlementBody), (status = 404, description = "There is no such instruction")))]
pub(crate) async fn show(
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<Settlement>>,
) -> Result<Json<SettlementBody>, Failure> {
    one(&ctx, &app, id).await
}

/// What the bank calls the payment.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = SettlementPaid)]
pub(crate) struct PaidBody {
    /// At most 60 characters; each payment has its own.
    reference: String,
}

/// Confirms that a shop was paid. Whoever made the instruction cannot.
#[utoipa::path(post, path = "/api/v1/settlements/{id}/paid", tag = "settlement", request_body = PaidBody,
    params(("id" = String, Path, description = "The instruction")),
    responses((status = 200, body = SettlementBody),
        (status = 409, description = "Made by the same person, ended already, or the reference is taken")))]
pub(crate) async fn paid(
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<Settlement>>,
    Json(body): Json<PaidBody>,
) -> Result<Json<SettlementBody>, Failure> {
    service::pay(&ctx, &app, id, &body.reference).await?;
    one(&ctx, &app, id).await
}

/// Takes an instruction back that is not paid yet.
#[utoipa::path(post, path = "/api/v1/settlements/{id}/withdraw", tag = "settlement",
    params(("id" = String, Path, description = "The instruction")),
    responses((status = 200, body = SettlementBody), (status = 409, description = "It has ended already")))]
pub(crate) async fn withdraw(
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<Settlement>>,
) -> Result<Json<SettlementBody>, Failure> {
    service::withdraw(&ctx, &app, id).await?;
    one(&ctx, &app, id).await
}
