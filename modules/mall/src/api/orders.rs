//! A buyer's orders as JSON under `/api/v1/orders`.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use sh_catalogue::model::Shop;
use sh_http::{App, Context, Failure, Json, Listing, Page, Path, Query};
use sh_kernel::Id;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::bodies::OrderBody;
use crate::{
    Error,
    model::{Order, OrderState, Payment},
    provider::{Begun, simulator::Scenario},
    service::{orders as service, pay},
    token::Visitor,
};

/// The endpoints.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(show))
        .routes(routes!(cancel))
        .routes(routes!(begin))
        .routes(routes!(simulate))
        .routes(routes!(receive))
        .routes(routes!(ask_refund))
}

async fn one(ctx: &Context, app: &App, visitor: &Visitor, id: Id<Order>) -> Result<Json<OrderBody>, Failure> {
    Ok(Json((&service::get(ctx, app, visitor, id).await?).into()))
}

/// Which orders are asked for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct Asked {
    /// `unpaid`, `paid`, `cancelled`, `refunded`; all of them if left out.
    state: Option<String>,
    /// Where the page begins: `next` of the page before it.
    after: Option<String>,
    /// Rows of the page, at most 200.
    size: Option<u32>,
}

/// The caller's orders, the newest first.
#[utoipa::path(get, path = "/api/v1/orders", tag = "orders", params(Asked),
    responses((status = 200, body = Listing<OrderBody>)))]
pub(crate) async fn list(
    ctx: Context,
    State(app): State<App>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Json<Listing<OrderBody>>, Failure> {
    let state = asked.state.as_deref().map(|word| OrderState::from_word(word).ok_or(Error::NotFound));
    let page = Page { after: asked.after, size: asked.size };
    let found = service::list(&ctx, &app, &visitor, state.transpose()?, &page).await?;
    Ok(Json(found.map(|whole| OrderBody::from(&whole))))
}

/// One order of the caller.
#[utoipa::path(get, path = "/api/v1/orders/{id}", tag = "orders", params(("id" = String, Path, description = "The order")),
    responses((status = 200, body = OrderBody), (status = 404, description = "The caller has no such order")))]
pub(crate) async fn show(
    ctx: Context,
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<Id<Order>>,
) -> Result<Json<OrderBody>, Failure> {
    one(&ctx, &app, &visitor, id).await
}

/// Cancels an unpaid order; its goods may be sold again. Sent again, it changes nothing.
#[utoipa::path(post, path = "/api/v1/orders/{id}/cancel", tag = "orders",
    params(("id" = String, Path, description = "The order")),
    responses((status = 200, body = OrderBody), (status = 409, description = "It is paid, or has ended")))]
pub(crate) async fn cancel(
    ctx: Context,
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<Id<Order>>,
) -> Result<Json<OrderBody>, Failure> {
    service::cancel(&ctx, &app, &visitor, id).await?;
    one(&ctx, &app, &visitor, id).await
}

/// Which way to pay.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = OrderPay)]
pub(crate) struct PayBody {
    /// The code of the provider: `bank`, or `simulator` where there is one.
    provider: String,
}

/// Where the buyer goes on to pay.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OrderPaying)]
pub(crate) struct PayingBody {
    /// The page of the provider; nothing for a transfer, which names the order's `transfer_code`.
    page: Option<String>,
}

/// Begins a payment of what is still to be paid.
#[utoipa::path(post, path = "/api/v1/orders/{id}/pay", tag = "orders", request_body = PayBody,
    params(("id" = String, Path, description = "The order")),
    responses((status = 200, body = PayingBody), (status = 404, description = "No such order, or no such way to pay"),
        (status = 409, description = "Nothing is to be paid")))]
pub(crate) async fn begin(
    ctx: Context,
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<Id<Order>>,
    Json(body): Json<PayBody>,
) -> Result<Json<PayingBody>, Failure> {
    let page = match pay::begin(&ctx, &app, &visitor, id, &body.provider).await? {
        Begun::Page(page) => Some(page),
        Begun::Transfer => None,
    };
    Ok(Json(PayingBody { page }))
}

/// How a made-up payment goes.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = PaymentSimulated)]
pub(crate) struct ScenarioBody {
    /// `once`, `late`, `twice`, `lost`, `partial`, `two-channels`.
    scenario: String,
}

/// Plays a payment with the made-up provider, as its page does. Only in demonstrations.
#[utoipa::path(post, path = "/api/v1/payments/{id}/simulate", tag = "orders", request_body = ScenarioBody,
    params(("id" = String, Path, description = "The payment: the end of the address of its page")),
    responses((status = 200, body = OrderBody), (status = 404, description = "There is no such payment")))]
pub(crate) async fn simulate(
    ctx: Context,
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<Id<Payment>>,
    Json(body): Json<ScenarioBody>,
) -> Result<Json<OrderBody>, Failure> {
    let scenario = Scenario::from_word(&body.scenario).ok_or(Error::NotFound)?;
    let order = pay::simulate(&ctx, &app, &visitor, id, scenario).await?;
    one(&ctx, &app, &visitor, order).await
}

/// Confirms that the part of a shop has arrived. Sent again, it changes nothing.
#[utoipa::path(post, path = "/api/v1/orders/{id}/parts/{shop}/receive", tag = "orders",
    params(("id" = String, Path, description = "The order"), ("shop" = String, Path, description = "The shop")),
    responses((status = 200, body = OrderBody), (status = 409, description = "It was not sent")))]
pub(crate) async fn receive(
    ctx: Context,
    State(app): State<App>,
    visitor: Visitor,
    Path((id, shop)): Path<(Id<Order>, Id<Shop>)>,
) -> Result<Json<OrderBody>, Failure> {
    service::receive(&ctx, &app, &visitor, id, shop).await?;
    one(&ctx, &app, &visitor, id).await
}

/// Why money is asked back.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = OrderRefundAsked)]
pub(crate) struct ReasonBody {
    /// At most 300 characters.
    reason: String,
}

/// Asks a shop for the money of its part.
#[utoipa::path(post, path = "/api/v1/orders/{id}/parts/{shop}/refund", tag = "orders", request_body = ReasonBody,
    params(("id" = String, Path, description = "The order"), ("shop" = String, Path, description = "The shop")),
    responses((status = 200, body = OrderBody), (status = 409, description = "It is not paid, or was asked before"),
        (status = 422, description = "There is no reason")))]
pub(crate) async fn ask_refund(
    ctx: Context,
    State(app): State<App>,
    visitor: Visitor,
    Path((id, shop)): Path<(Id<Order>, Id<Shop>)>,
    Json(body): Json<ReasonBody>,
) -> Result<Json<OrderBody>, Failure> {
    service::ask_refund(&ctx, &app, &visitor, (id, shop), &body.reason).await?;
    one(&ctx, &app, &visitor, id).await
}
