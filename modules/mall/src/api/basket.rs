//! The basket as JSON under `/api/v1/basket`.

use axum::{extract::State, http::HeaderMap};
use serde::{Deserialize, Serialize};
use sh_catalogue::model::{Shop, Sku};
use sh_http::{App, Context, Failure, Json, Path};
use sh_kernel::{Fen, Id};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    Error,
    service::basket::{self as service, Basket, Group, Item},
    token::Visitor,
};

/// The endpoints.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(show, add)).routes(routes!(change)).routes(routes!(agree))
}

/// One line of a basket.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BasketLine)]
pub(crate) struct LineBody {
    /// The variant.
    #[schema(value_type = String)]
    sku: Id<Sku>,
    /// The name of the product.
    name: String,
    /// What tells the variant from the others.
    spec: String,
    /// Pieces.
    pieces: i64,
    /// The price of one piece now, in fen.
    #[schema(value_type = i64)]
    price_fen: Fen,
    /// The price that the buyer saw last, in fen. Another one must be agreed to before it can be ordered.
    #[schema(value_type = i64)]
    seen_fen: Fen,
    /// Pieces that are there.
    left: i64,
    /// Whether it can be ordered as it stands.
    can_be_bought: bool,
}

impl From<&Item> for LineBody {
    fn from(item: &Item) -> Self {
        Self {
            sku: item.sku.sku,
            name: item.sku.name.clone(),
            spec: item.sku.spec.clone(),
            pieces: item.pieces,
            price_fen: item.sku.price,
            seen_fen: item.seen,
            left: item.left,
            can_be_bought: item.can_be_bought(),
        }
    }
}

/// What a basket holds of one shop.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BasketShop)]
pub(crate) struct GroupBody {
    /// The shop.
    #[schema(value_type = String)]
    shop: Id<Shop>,
    /// Its name.
    shop_name: String,
    /// Its lines.
    lines: Vec<LineBody>,
}

impl From<&Group> for GroupBody {
    fn from(group: &Group) -> Self {
        let lines = group.items.iter().map(LineBody::from).collect();
        Self { shop: group.shop, shop_name: group.shop_name.clone(), lines }
    }
}

/// A basket.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Basket)]
pub(crate) struct BasketBody {
    /// By shop.
    shops: Vec<GroupBody>,
    /// Sum of the lines at the prices of now, in fen.
    #[schema(value_type = i64)]
    goods_fen: Fen,
}

impl BasketBody {
    fn of(basket: &Basket) -> Result<Self, Error> {
        Ok(Self { shops: basket.groups.iter().map(GroupBody::from).collect(), goods_fen: basket.goods()? })
    }

    async fn now(ctx: &Context, app: &App, visitor: &Visitor) -> Result<Json<Self>, Error> {
        Self::of(&service::show(ctx, app, visitor).await?).map(Json)
    }
}

/// What the caller's basket holds.
#[utoipa::path(get, path = "/api/v1/basket", tag = "basket", responses((status = 200, body = BasketBody)))]
pub(crate) async fn show(
    ctx: Context,
    State(app): State<App>,
    visitor: Visitor,
) -> Result<Json<BasketBody>, Failure> {
    Ok(BasketBody::now(&ctx, &app, &visitor).await?)
}

/// So much of a variant.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = BasketPut)]
pub(crate) struct PutBody {
    /// The variant.
    #[schema(value_type = String)]
    sku: Id<Sku>,
    /// Pieces, 1 to 999; they are added to those that are in the basket.
    pieces: i64,
}

/// Puts pieces of a variant into the basket. A guest who is new gets a cookie. Takes an `Idempotency-Key` of whoever is
/// signed in.
#[utoipa::path(post, path = "/api/v1/basket", tag = "basket", request_body = PutBody,
    responses((status = 200, body = BasketBody), (status = 404, description = "There is no such variant"),
        (status = 409, description = "Not on sale, or the basket is full")))]
pub(crate) async fn add(
    ctx: Context,
    State(app): State<App>,
    mut visitor: Visitor,
    Json(body): Json<PutBody>,
) -> Result<(HeaderMap, Json<BasketBody>), Failure> {
    let buyer = visitor.or_new(&app)?;
    service::add(&ctx, &app, &buyer, body.sku, body.pieces).await?;
    let mut headers = HeaderMap::new();
    visitor.remember(&app, &mut headers);
    Ok((headers, BasketBody::now(&ctx, &app, &visitor).await?))
}

/// How many.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = BasketPieces)]
pub(crate) struct PiecesBody {
    /// Pieces, at most 999; none takes the line out.
    pieces: i64,
}

/// Sets the pieces of a line.
#[utoipa::path(put, path = "/api/v1/basket/{sku}", tag = "basket", params(("sku" = String, Path, description = "The variant")),
    request_body = PiecesBody,
    responses((status = 200, body = BasketBody), (status = 404, description = "The basket has no such line")))]
pub(crate) async fn change(
    ctx: Context,
    State(app): State<App>,
    visitor: Visitor,
    Path(sku): Path<Id<Sku>>,
    Json(body): Json<PiecesBody>,
) -> Result<Json<BasketBody>, Failure> {
    let buyer = visitor.buyer().ok_or(Error::NotFound)?;
    service::change(&ctx, &app, buyer, sku, body.pieces).await?;
    Ok(BasketBody::now(&ctx, &app, &visitor).await?)
}

/// A price that was shown.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = BasketAgreed)]
pub(crate) struct AgreedBody {
    /// The variant.
    #[schema(value_type = String)]
    sku: Id<Sku>,
    /// The price of one piece that the buyer agrees to, in fen.
    #[schema(value_type = i64)]
    price_fen: Fen,
}

/// Agrees to prices that have changed since the lines were put into the basket.
#[utoipa::path(post, path = "/api/v1/basket/agree", tag = "basket", request_body = Vec<AgreedBody>,
    responses((status = 200, body = BasketBody)))]
pub(crate) async fn agree(
    ctx: Context,
    State(app): State<App>,
    visitor: Visitor,
    Json(body): Json<Vec<AgreedBody>>,
) -> Result<Json<BasketBody>, Failure> {
    let buyer = visitor.buyer().ok_or(Error::NotFound)?;
    let shown: Vec<_> = body.iter().map(|one| (one.sku, one.price_fen)).collect();
    service::agree(&ctx, &app, buyer, &shown).await?;
    Ok(BasketBody::now(&ctx, &app, &visitor).await?)
}
