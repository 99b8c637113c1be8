//! Reviews as JSON: of a product for everybody; written, changed, answered and hidden under `/api/v1/reviews`.

use axum::{extract::State as Shared, http::StatusCode};
use serde::{Deserialize, Serialize};
use sh_catalogue::model::{Product, Shop, Sku};
use sh_http::{App, Context, Failure, Json, Listing, Page, Path, Query};
use sh_kernel::{Id, Instant};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    Error,
    model::Order,
    review::{Review, ReviewRow, Which},
    service::reviews::{self as service, NewReview},
    token::Visitor,
};

/// The endpoints.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(of_product, write))
        .routes(routes!(show))
        .routes(routes!(act))
        .routes(routes!(of_shop))
}

/// Something that was said, and when.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReviewSaid)]
pub(crate) struct SaidBody {
    /// What.
    text: String,
    /// When.
    #[schema(value_type = String)]
    at: Instant,
}

impl From<(String, Instant)> for SaidBody {
    fn from((text, at): (String, Instant)) -> Self {
        Self { text, at }
    }
}

/// A review.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Review)]
pub(crate) struct ReviewBody {
    /// Identifier.
    #[schema(value_type = String)]
    id: Id<Review>,
    /// The product.
    #[schema(value_type = String)]
    product: Id<Product>,
    /// The variant that was bought.
    #[schema(value_type = String)]
    sku: Id<Sku>,
    /// The name of the product and what told the variant from the others, when it was bought.
    goods: String,
    /// The name of the buyer, masked unless they want it there.
    name: String,
    /// One to five.
    stars: i64,
    /// What they say; may be empty.
    said: String,
    /// When.
    #[schema(value_type = String)]
    said_at: Instant,
    /// What they added later.
    more: Option<SaidBody>,
    /// What the shop answers.
    answer: Option<SaidBody>,
    /// How many photos; they are at `/reviews/{id}/photos/{number}`, from 1.
    photos: i64,
    /// Whether all of the line was refunded.
    refunded: bool,
    /// Whether the operator has hidden it; then only its buyer, its shop and the operator see it.
    hidden: bool,
}

impl From<ReviewRow> for ReviewBody {
    fn from(row: ReviewRow) -> Self {
        Self {
            id: row.id,
            product: row.product,
            sku: row.sku,
            goods: format!("{} {}", row.goods, row.spec),
            name: row.name,
            stars: row.stars,
            said: row.said,
            said_at: row.said_at,
            more: row.more.map(SaidBody::from),
            answer: row.answer.map(SaidBody::from),
            photos: row.photos,
            refunded: row.refunded,
            hidden: row.hidden.is_some(),
        }
    }
}

/// Which reviews are asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct AskedFor {
    /// The product.
    #[param(value_type = String)]
    product: Id<Product>,
    /// `photos`, or a number of stars; all if left out.
    #[serde(default)]
    which: String,
    /// Where the page begins: `next` of the page before it.
    after: Option<String>,
    /// Rows of the page, at most 200.
    size: Option<u32>,
}

/// Reviews of a product, with how many gave how many stars.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Reviews)]
pub(crate) struct ReviewsBody {
    /// Reviews with one, two, three, four, five stars.
    stars: [i64; 5],
    /// The average in tenths of a star: 48 is 4.8.
    average_tenths: Option<i64>,
    /// Reviews with photos.
    photos: i64,
    /// The reviews, the newest first.
    #[serde(flatten)]
    page: Listing<ReviewBody>,
}

/// Reviews of a product, the newest first; for everybody.
#[utoipa::path(get, path = "/api/v1/reviews", tag = "reviews", params(AskedFor),
    responses((status = 200, body = ReviewsBody)))]
pub(crate) async fn of_product(
    ctx: Context,
    Shared(app): Shared<App>,
    Query(asked): Query<AskedFor>,
) -> Result<Json<ReviewsBody>, Failure> {
    let page = Page { after: asked.after, size: asked.size };
    let which = Which::from_word(&asked.which);
    let (found, rating) = service::of_product(&ctx, &app, asked.product, which, &page).await?;
    let (average_tenths, page) = (rating.tenths(), found.map(ReviewBody::from));
    Ok(Json(ReviewsBody { stars: rating.stars, average_tenths, photos: rating.photos, page }))
}

/// A review to be written.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = ReviewWrite)]
pub(crate) struct WriteBody {
    /// A number of the caller's own, a UUID of version 7 made today: sent again with it, this writes one review. Made here if
    /// left out.
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    id: Option<Id<Review>>,
    /// The order.
    #[schema(value_type = String)]
    order: Id<Order>,
    /// The number of the line.
    line: i64,
    /// One to five.
    stars: i64,
    /// What is said, at most 500 characters; may be empty.
    #[serde(default)]
    said: String,
    /// Whether the name of the account stands there; else the name of the receiver, masked.
    #[serde(default)]
    named: bool,
}

/// Reviews a line that the caller has received. A line is reviewed once.
#[utoipa::path(post, path = "/api/v1/reviews", tag = "reviews", request_body = WriteBody,
    responses((status = 201, body = ReviewBody), (status = 404, description = "The caller has no such line"),
        (status = 409, description = "Not received, received too long ago, or reviewed before"),
        (status = 422, description = "No stars, or too long a text")))]
pub(crate) async fn write(
    ctx: Context,
    Shared(app): Shared<App>,
    visitor: Visitor,
    Json(body): Json<WriteBody>,
) -> Result<(StatusCode, Json<ReviewBody>), Failure> {
    let WriteBody { id, order, line, stars, said, named } = body;
    let new = NewReview { id: id.unwrap_or_else(|| ctx.id()), order, line, stars, said, named };
    let id = service::write(&ctx, &app, &visitor, &new).await?;
    Ok((StatusCode::CREATED, one(&ctx, &app, &visitor, id).await?))
}

async fn one(
    ctx: &Context,
    app: &App,
    visitor: &Visitor,
    id: Id<Review>,
) -> Result<Json<ReviewBody>, Failure> {
    Ok(Json(service::get(ctx, app, visitor, id).await?.0.into()))
}

/// One review.
#[utoipa::path(get, path = "/api/v1/reviews/{id}", tag = "reviews",
    params(("id" = String, Path, description = "The review")),
    responses((status = 200, body = ReviewBody), (status = 404, description = "There is none, or it is hidden")))]
pub(crate) async fn show(
    ctx: Context,
    Shared(app): Shared<App>,
    visitor: Visitor,
    Path(id): Path<Id<Review>>,
) -> Result<Json<ReviewBody>, Failure> {
    one(&ctx, &app, &visitor, id).await
}

/// What somebody does with a review.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[schema(as = ReviewAct)]
#[serde(default)]
pub(crate) struct ActBody {
    /// Of the buyer: `edit` within a day, `more` once within 180 days. Of the shop: `answer`, once. Of the operator: `hide`,
    /// `keep` (shows what was hidden, keeps what was reported). Of everybody else: `report`.
    action: String,
    /// What is said to it, or why.
    said: String,
    /// One to five, for `edit`.
    stars: i64,
}

/// Changes, answers, hides or reports a review.
#[utoipa::path(post, path = "/api/v1/reviews/{id}/act", tag = "reviews", request_body = ActBody,
    params(("id" = String, Path, description = "The review")),
    responses((status = 200, body = ReviewBody), (status = 404, description = "The caller has no such review"),
        (status = 409, description = "Too late, or done before"), (status = 422, description = "Something is not said")))]
pub(crate) async fn act(
    ctx: Context,
    Shared(app): Shared<App>,
    visitor: Visitor,
    Path(id): Path<Id<Review>>,
    Json(ActBody { action, said, stars }): Json<ActBody>,
) -> Result<Json<ReviewBody>, Failure> {
    match action.as_str() {
        "edit" => service::edit(&ctx, &app, &visitor, id, (stars, &said)).await,
        "more" => service::more(&ctx, &app, &visitor, id, &said).await,
        "answer" => service::answer(&ctx, &app, id, &said).await,
        "hide" => service::rule(&ctx, &app, id, true, &said).await,
        "keep" => service::rule(&ctx, &app, id, false, &said).await,
        "report" => service::report(&ctx, &app, &visitor, id, &said).await.map(drop),
        _ => Err(Error::NotFound),
    }?;
    one(&ctx, &app, &visitor, id).await
}

/// Which reviews of a shop are asked for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct ShopAsked {
    /// The shop; the caller's own if left out.
    #[param(value_type = Option<String>)]
    shop: Option<Id<Shop>>,
    /// Only those that the shop has not answered.
    unanswered: bool,
    /// Where the page begins: `next` of the page before it.
    after: Option<String>,
    /// Rows of the page, at most 200.
    size: Option<u32>,
}

/// Reviews of a shop, the newest first.
#[utoipa::path(get, path = "/api/v1/shop/reviews", tag = "reviews", params(ShopAsked),
    responses((status = 200, body = Listing<ReviewBody>)))]
pub(crate) async fn of_shop(
    ctx: Context,
    Shared(app): Shared<App>,
    Query(asked): Query<ShopAsked>,
) -> Result<Json<Listing<ReviewBody>>, Failure> {
    let page = Page { after: asked.after, size: asked.size };
    let (found, _) = service::of_shop(&ctx, &app, asked.shop, asked.unanswered, &page).await?;
    Ok(Json(found.map(ReviewBody::from)))
}
