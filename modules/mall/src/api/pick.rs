//! What a shop has to fetch as JSON under `/api/v1/shop/orders/picks`, for programs of stores.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use sh_catalogue::model::Shop;
use sh_http::{App, Context, Failure, Json, Listing, Query};
use sh_kernel::{Day, Id};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    model::{Order, number_of},
    service::pick::{self as service, Fetch},
};

/// The endpoints.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list))
}

/// Whose goods are to be fetched.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct Asked {
    /// The shop; the caller's own if left out.
    #[param(value_type = Option<String>)]
    shop: Option<Id<Shop>>,
    /// Where the page begins: `next` of the page before it.
    after: Option<String>,
}

/// What of it goes into one order.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PickForOrder)]
pub(crate) struct OrderBody {
    /// The order.
    #[schema(value_type = String)]
    order: Id<Order>,
    /// Its number as people read it.
    number: String,
    /// Pieces; nothing if they do not come out even.
    pieces: Option<i64>,
    /// How much, in grams, millilitres or single things.
    quantity: i64,
}

/// What is to be fetched of one lot at one place.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Pick)]
pub(crate) struct PickBody {
    /// Where it lies.
    location: String,
    /// The lot.
    lot: String,
    /// The last day on which it may be sold, as 20201130.
    #[schema(value_type = Option<i64>)]
    expires: Option<Day>,
    /// What it is.
    name: String,
    /// Which variant.
    spec: String,
    /// Pieces in all; nothing if they do not come out even.
    pieces: Option<i64>,
    /// How much in all, in grams, millilitres or single things.
    quantity: i64,
    /// For which orders, the oldest first.
    orders: Vec<OrderBody>,
}

impl From<Fetch> for PickBody {
    fn from(fetch: Fetch) -> Self {
        let orders = fetch.orders.iter().map(|one| OrderBody {
            order: one.order,
            number: number_of(one.order),
            pieces: fetch.pieces(one.quantity),
            quantity: one.quantity,
        });
        Self {
            orders: orders.collect(),
            pieces: fetch.pieces(fetch.quantity),
            location: fetch.place,
            lot: fetch.lot,
            expires: fetch.expires,
            name: fetch.name,
            spec: fetch.spec,
            quantity: fetch.quantity,
        }
    }
}

/// What is to be fetched for the orders that wait to be sent, by location, then the soonest expiry. A page covers 200 orders,
/// the oldest first.
#[utoipa::path(get, path = "/api/v1/shop/orders/picks", tag = "shop", params(Asked),
    responses((status = 200, body = Listing<PickBody>)))]
pub(crate) async fn list(
    ctx: Context,
    State(app): State<App>,
    Query(asked): Query<Asked>,
) -> Result<Json<Listing<PickBody>>, Failure> {
    let (_, fetches, next) = service::list(&ctx, &app, asked.shop, asked.after).await?;
    let items = fetches.into_iter().map(PickBody::from).collect();
    Ok(Json(Listing { items, next, total_hint: None }))
}
