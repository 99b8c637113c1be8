//! Lots as JSON under `/api/v1/shop/lots`, for programs of suppliers. Quantities are whole numbers in the product's base
//! unit: grams, millilitres or single things.

use axum::{extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use sh_catalogue::model::{Shop, Sku};
use sh_http::{App, Context, Failure, Json, Listing, Page, Path, Query};
use sh_kernel::{Day, Id};
use sh_ledger::Unit;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    Error,
    model::{Location, Lot, LotState, Reason},
    service::{
        change::{self, Adjustment},
        look::{self, Balance, Listed, Opened, Show},
        own,
        receive::{self, Receipt},
    },
};

/// The endpoints.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list, take_in)).routes(routes!(show)).routes(routes!(adjust))
}

/// Which lots are asked for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct Asked {
    /// The shop; the caller's own if left out.
    #[param(value_type = Option<String>)]
    shop: Option<Id<Shop>>,
    /// `expiring`, `empty`, `closed`, `recalled`; those that are sold if left out.
    show: String,
    /// Of products or variants whose name or code contains this.
    q: String,
    /// Where the page begins: `next` of the page before it.
    after: Option<String>,
    /// Rows of the page, at most 200.
    size: Option<u32>,
}

/// What is there of a lot.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LotBalance)]
pub(crate) struct BalanceBody {
    /// All that ever came in, from outside or from another location.
    received: i64,
    /// What may be sold.
    on_hand: i64,
    /// What is set aside for orders.
    reserved: i64,
    /// What has left to buyers.
    shipped: i64,
    /// What was lost.
    lost: i64,
}

impl From<Balance> for BalanceBody {
    fn from(balance: Balance) -> Self {
        let Balance { received, on_hand, reserved, shipped, lost } = balance;
        Self { received, on_hand, reserved, shipped, lost }
    }
}

/// A lot.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Lot)]
pub(crate) struct LotBody {
    /// Identifier.
    #[schema(value_type = String)]
    id: Id<Lot>,
    /// The shop.
    #[schema(value_type = String)]
    shop: Id<Shop>,
    /// The variant.
    #[schema(value_type = String)]
    sku: Id<Sku>,
    /// The name of the product.
    name: String,
    /// Which variant.
    spec: String,
    /// The lot as the producer names it.
    code: String,
    /// When it was produced, as 20201130.
    #[schema(value_type = Option<i64>)]
    produced: Option<Day>,
    /// The last day on which it may be sold, as 20201130.
    #[schema(value_type = Option<i64>)]
    expires: Option<Day>,
    /// `open`, `closed`, `recalled`.
    #[schema(value_type = String)]
    state: LotState,
    /// What it is counted in: `gram`, `millilitre`, `piece`.
    unit: Unit,
    /// Content of one piece of the variant in that unit.
    content: i64,
    /// What is there of it at all locations together.
    balance: BalanceBody,
}

impl From<Listed> for LotBody {
    fn from(one: Listed) -> Self {
        let Listed { lot, sku, balance } = one;
        Self {
            id: lot.id,
            shop: lot.shop,
            sku: lot.sku,
            name: sku.name,
            spec: sku.spec,
            code: lot.code,
            produced: lot.produced,
            expires: lot.expires,
            state: lot.state,
            unit: lot.unit,
            content: sku.content,
            balance: balance.into(),
        }
    }
}

/// Lots of a shop, the newest first; those that expire, the next one first.
#[utoipa::path(get, path = "/api/v1/shop/lots", tag = "shop", params(Asked),
    responses((status = 200, body = Listing<LotBody>)))]
pub(crate) async fn list(
    ctx: Context,
    State(app): State<App>,
    Query(asked): Query<Asked>,
) -> Result<Json<Listing<LotBody>>, Failure> {
    let shop = own(&ctx, &app, asked.shop).await?;
    let page = Page { after: asked.after, size: asked.size };
    let show = Show::from_word(&asked.show);
    let lots = look::list(&ctx, &app, shop.id, (show, &asked.q), &page).await?;
    Ok(Json(lots.map(LotBody::from)))
}

/// What is there of a lot at one location.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LotAtPlace)]
pub(crate) struct PlaceBody {
    /// The location.
    #[schema(value_type = String)]
    location: Id<Location>,
    /// Its name.
    name: String,
    /// What is there.
    balance: BalanceBody,
}

/// A lot with the locations where it lies or has lain.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LotOpened)]
pub(crate) struct OpenedBody {
    /// The lot.
    lot: LotBody,
    /// The locations.
    places: Vec<PlaceBody>,
}

impl From<Opened> for OpenedBody {
    fn from(opened: Opened) -> Self {
        let places = opened.places.into_iter().map(|at| PlaceBody {
            location: at.place.id,
            name: at.place.name,
            balance: at.balance.into(),
        });
        Self { places: places.collect(), lot: opened.listed.into() }
    }
}

/// One lot.
#[utoipa::path(get, path = "/api/v1/shop/lots/{id}", tag = "shop",
    params(("id" = String, Path, description = "The lot")),
    responses((status = 200, body = OpenedBody), (status = 404, description = "There is no such lot")))]
pub(crate) async fn show(
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<Lot>>,
) -> Result<Json<OpenedBody>, Failure> {
    Ok(Json(look::open(&ctx, &app, id).await?.into()))
}

/// Goods that came in.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = LotReceipt)]
pub(crate) struct ReceiptBody {
    /// The shop; the caller's own if left out.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    shop: Option<Id<Shop>>,
    /// The variant.
    #[schema(value_type = String)]
    sku: Id<Sku>,
    /// The lot as the producer names it; that of the day if left out.
    #[serde(default)]
    code: String,
    /// When it was produced, as 20201130.
    #[serde(default)]
    #[schema(value_type = Option<i64>)]
    produced: Option<Day>,
    /// The last day on which it may be sold, as 20201130.
    #[serde(default)]
    #[schema(value_type = Option<i64>)]
    expires: Option<Day>,
    /// The name of the location; the first of the shop if left out.
    #[serde(default)]
    location: String,
    /// How much, in the product's base unit.
    quantity: i64,
    /// A note.
    #[serde(default)]
    note: String,
}

/// Takes goods in. Takes an `Idempotency-Key`.
#[utoipa::path(post, path = "/api/v1/shop/lots", tag = "shop", request_body = ReceiptBody,
    responses((status = 201, body = OpenedBody), (status = 409, description = "The lot is closed or called back"),
        (status = 422, description = "A field is not accepted")))]
pub(crate) async fn take_in(
    ctx: Context,
    State(app): State<App>,
    Json(body): Json<ReceiptBody>,
) -> Result<(StatusCode, Json<OpenedBody>), Failure> {
    let shop = own(&ctx, &app, body.shop).await?.id;
    let ReceiptBody { sku, code, produced, expires, location, quantity, note, .. } = body;
    let receipt = Receipt { id: ctx.id(), shop, sku, code, produced, expires, location, quantity, note };
    let lot = receive::receive(&ctx, &app, &receipt).await?;
    Ok((StatusCode::CREATED, Json(look::open(&ctx, &app, lot).await?.into())))
}

/// What is there, or was lost or found.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = LotAdjustment)]
pub(crate) struct AdjustBody {
    /// The location.
    #[schema(value_type = String)]
    location: Id<Location>,
    /// `counted`: the quantity is what lies there; `spoiled`: it is taken away; `found`: it comes back.
    reason: String,
    /// In the product's base unit. What is set aside for orders is not counted.
    quantity: i64,
    /// A note.
    #[serde(default)]
    note: String,
}

/// Adjusts the books to what is there. Takes an `Idempotency-Key`.
#[utoipa::path(post, path = "/api/v1/shop/lots/{id}/adjust", tag = "shop", request_body = AdjustBody,
    params(("id" = String, Path, description = "The lot")),
    responses((status = 200, body = OpenedBody), (status = 404, description = "There is no such lot, location or reason"),
        (status = 422, description = "More is taken away than is on hand, or more found than was lost")))]
pub(crate) async fn adjust(
    ctx: Context,
    State(app): State<App>,
    Path(lot): Path<Id<Lot>>,
    Json(body): Json<AdjustBody>,
) -> Result<Json<OpenedBody>, Failure> {
    let reason = Reason::from_word(&body.reason).ok_or(Error::NotFound)?;
    let AdjustBody { location, quantity, note, .. } = body;
    let adjustment = Adjustment { id: ctx.id(), lot, location, reason, quantity, note };
    change::adjust(&ctx, &app, &adjustment).await?;
    Ok(Json(look::open(&ctx, &app, lot).await?.into()))
}
