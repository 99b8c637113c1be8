//! A shop's orders as JSON under `/api/v1/shop/orders`, for programs of suppliers.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use sh_catalogue::model::Shop;
use sh_http::{App, Context, Failure, Json, Listing, Page, Path, Permission, Query, Scope};
use sh_kernel::{Fen, Id, Instant};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::bodies::ShopOrderBody;
use crate::{
    Error,
    model::{Ask, Order, PartState, number_of},
    service::supplier::{self as service, Which},
    store::list::PartItem,
};

/// The endpoints.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(show))
        .routes(routes!(ship))
        .routes(routes!(answer))
}

/// Which orders are asked for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct Asked {
    /// The shop; the caller's own if left out.
    #[param(value_type = Option<String>)]
    shop: Option<Id<Shop>>,
    /// `to-ship`, `asked` (for a refund), `shipped`, `received`, `refunded`, `unpaid`, `cancelled`; those to be sent if left
    /// out.
    state: Option<String>,
    /// Where the page begins: `next` of the page before it.
    after: Option<String>,
    /// Rows of the page, at most 200.
    size: Option<u32>,
}

/// A part of an order in a list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ShopOrderListed)]
pub(crate) struct ListedBody {
    /// The order.
    #[schema(value_type = String)]
    order: Id<Order>,
    /// Its number as people read it.
    number: String,
    /// The shop.
    #[schema(value_type = String)]
    shop: Id<Shop>,
    /// Where the part stands.
    #[schema(value_type = String)]
    state: PartState,
    /// Whether a refund was asked for.
    #[schema(value_type = String)]
    refund: Ask,
    /// What it costs, in fen.
    #[schema(value_type = i64)]
    amount_fen: Fen,
    /// When the order was placed.
    #[schema(value_type = String)]
    placed_at: Instant,
    /// How many lines it has.
    lines: i64,
}

impl From<PartItem> for ListedBody {
    fn from(item: PartItem) -> Self {
        let PartItem { order, shop, state, ask, amount, placed_at, lines, .. } = item;
        Self {
            order,
            number: number_of(order),
            shop,
            state,
            refund: ask,
            amount_fen: amount,
            placed_at,
            lines,
        }
    }
}

/// Parts of orders of a shop, the oldest first: they are worked through.
#[utoipa::path(get, path = "/api/v1/shop/orders", tag = "shop", params(Asked),
    responses((status = 200, body = Listing<ListedBody>)))]
pub(crate) async fn list(
    ctx: Context,
    State(app): State<App>,
    Query(asked): Query<Asked>,
) -> Result<Json<Listing<ListedBody>>, Failure> {
    let which = match asked.state.as_deref().unwrap_or(PartState::ToShip.word()) {
        "asked" => Which::Asked,
        word => Which::State(PartState::from_word(word).ok_or(Error::NotFound)?),
    };
    let page = Page { after: asked.after, size: asked.size };
    Ok(Json(service::list(&ctx, &app, asked.shop, which, &page).await?.map(ListedBody::from)))
}

async fn one(
    ctx: &Context,
    app: &App,
    (id, shop): (Id<Order>, Id<Shop>),
) -> Result<Json<ShopOrderBody>, Failure> {
    let whole = service::get(ctx, app, id, shop).await?;
    let part = whole.part(shop).ok_or(Error::NotFound)?;
    let may = ctx.allows(Permission::HandleOrders, &Scope::Organisation(part.organisation.clone()));
    let sends = may && matches!(part.state, PartState::ToShip | PartState::Shipped);
    Ok(Json(ShopOrderBody::of(&whole, part, sends)))
}

/// The part of one order. The address is told until it is received.
#[utoipa::path(get, path = "/api/v1/shop/orders/{id}/{shop}", tag = "shop",
    params(("id" = String, Path, description = "The order"), ("shop" = String, Path, description = "The shop")),
    responses((status = 200, body = ShopOrderBody), (status = 404, description = "The shop has no such order")))]
pub(crate) async fn show(
    ctx: Context,
    State(app): State<App>,
    Path(at): Path<(Id<Order>, Id<Shop>)>,
) -> Result<Json<ShopOrderBody>, Failure> {
    one(&ctx, &app, at).await
}

/// Who carries it.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = ShopOrderShip)]
pub(crate) struct ShipBody {
    /// The carrier, such as `顺丰`, `SF`, `EMS`; `other` for one that is not known.
    carrier: String,
    /// The number of the waybill, 6 to 30 letters and digits.
    waybill: String,
}

/// Sends a part: the goods leave the stock. Sent again, it changes nothing; another waybill is one more parcel of the part.
#[utoipa::path(post, path = "/api/v1/shop/orders/{id}/{shop}/ship", tag = "shop", request_body = ShipBody,
    params(("id" = String, Path, description = "The order"), ("shop" = String, Path, description = "The shop")),
    responses((status = 200, body = ShopOrderBody), (status = 409, description = "Not to be sent, or the waybill is taken"),
        (status = 422, description = "The carrier is not known, or the waybill is none")))]
pub(crate) async fn ship(
    ctx: Context,
    State(app): State<App>,
    Path(at): Path<(Id<Order>, Id<Shop>)>,
    Json(body): Json<ShipBody>,
) -> Result<Json<ShopOrderBody>, Failure> {
    service::ship(&ctx, &app, at, &body.carrier, &body.waybill).await?;
    one(&ctx, &app, at).await
}

/// The shop's answer to a request for a refund.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = ShopOrderAnswer)]
pub(crate) struct AnswerBody {
    /// Whether the money goes back.
    grant: bool,
    /// Whether goods that were sent are back and may be sold again; else they are lost.
    #[serde(default)]
    goods_back: bool,
    /// What is told to the buyer; needed to refuse.
    #[serde(default)]
    answer: String,
}

/// Agrees to a refund, or refuses it.
#[utoipa::path(post, path = "/api/v1/shop/orders/{id}/{shop}/answer", tag = "shop", request_body = AnswerBody,
    params(("id" = String, Path, description = "The order"), ("shop" = String, Path, description = "The shop")),
    responses((status = 200, body = ShopOrderBody), (status = 409, description = "Nobody asks for a refund"),
        (status = 422, description = "It is refused without a reason, or was answered otherwise")))]
pub(crate) async fn answer(
    ctx: Context,
    State(app): State<App>,
    Path(at): Path<(Id<Order>, Id<Shop>)>,
    Json(body): Json<AnswerBody>,
) -> Result<Json<ShopOrderBody>, Failure> {
    service::answer(&ctx, &app, at, (body.grant, body.goods_back), &body.answer).await?;
    one(&ctx, &app, at).await
}
