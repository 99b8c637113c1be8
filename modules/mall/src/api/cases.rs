//! After the sale as JSON under `/api/v1/cases`, for programs of buyers, shops and whoever runs the mall.

use axum::{
    body::Bytes,
    extract::{DefaultBodyLimit, State as Shared},
};
use serde::{Deserialize, Serialize};
use sh_catalogue::model::Shop;
use sh_http::{App, Context, Failure, Json, Listing, Page, Path, Query};
use sh_kernel::{Fen, Id, Instant};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    Error,
    case::{Case, CaseRow, Event, Kind, Part, Side, State, Whole},
    model::{Order, number_of},
    pages::case::answer_of,
    service::cases::{self as service, Asked},
    token::Visitor,
};

/// The endpoints.
pub(crate) fn routes() -> OpenApiRouter<App> {
    let most = usize::try_from(sh_files::picture::BYTES_MAX).unwrap_or(usize::MAX);
    let photos = OpenApiRouter::new().routes(routes!(add_photo)).layer(DefaultBodyLimit::max(most));
    OpenApiRouter::new()
        .routes(routes!(open))
        .routes(routes!(show))
        .routes(routes!(act))
        .routes(routes!(of_visitor))
        .merge(photos)
        .routes(routes!(of_shop))
        .routes(routes!(list))
}

/// Some pieces of a line.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = CaseLine)]
pub(crate) struct PartBody {
    /// The number of the line in its order.
    line: i64,
    /// Pieces of it.
    pieces: i64,
}

/// A case in a list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CaseListed)]
pub(crate) struct ListedBody {
    /// The case.
    #[schema(value_type = String)]
    id: Id<Case>,
    /// The order.
    #[schema(value_type = String)]
    order: Id<Order>,
    /// Its number as people read it.
    number: String,
    /// The shop.
    #[schema(value_type = String)]
    shop: Id<Shop>,
    /// `return`, `refund`, `exchange`, `complaint`.
    #[schema(value_type = String)]
    kind: Kind,
    /// `asked`, `evidence`, `sending`, `arriving`, `refused`, `arbitration`, `done`, `closed`.
    #[schema(value_type = String)]
    state: State,
    /// Why.
    reason: String,
    /// What went back, in fen.
    #[schema(value_type = i64)]
    refunded_fen: Fen,
    /// By which waybill the goods come back.
    waybill: Option<String>,
    /// Who carries them back.
    carrier: Option<String>,
    /// Who carries what is sent after an exchange.
    replacement_carrier: Option<String>,
    /// By which waybill.
    replacement_waybill: Option<String>,
    /// When it was opened.
    #[schema(value_type = String)]
    opened_at: Instant,
    /// Until when whoever is next has to act.
    #[schema(value_type = Option<String>)]
    due_at: Option<Instant>,
    /// When it was over.
    #[schema(value_type = Option<String>)]
    ended_at: Option<Instant>,
}

impl From<CaseRow> for ListedBody {
    fn from(row: CaseRow) -> Self {
        let CaseRow {
            id,
            order,
            shop,
            kind,
            state,
            reason,
            amount,
            waybill,
            carrier,
            replacement,
            opened_at,
            due_at,
            ended_at,
            ..
        } = row;
        let (replacement_carrier, replacement_waybill) =
            replacement.map(|new| (new.carrier, new.waybill)).unzip();
        Self {
            id,
            order,
            number: number_of(order),
            shop,
            kind,
            state,
            reason,
            refunded_fen: amount,
            waybill,
            carrier,
            replacement_carrier,
            replacement_waybill,
            opened_at,
            due_at,
            ended_at,
        }
    }
}

/// Something that has happened to a case.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CaseEvent)]
pub(crate) struct EventBody {
    /// When.
    #[schema(value_type = String)]
    at: Instant,
    /// `buyer`, `shop`, `operator`, `program`.
    #[schema(value_type = String)]
    side: Side,
    /// What, as a code.
    what: String,
    /// What they say to it.
    said: String,
}

impl From<Event> for EventBody {
    fn from(event: Event) -> Self {
        let Event { at, side, what, said } = event;
        Self { at, side, what, said }
    }
}

/// A case with all that belongs to it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Case)]
pub(crate) struct CaseBody {
    /// The case.
    case: ListedBody,
    /// What it is about.
    lines: Vec<PartBody>,
    /// What has happened.
    events: Vec<EventBody>,
    /// The numbers of its photos; each is at `/cases/{id}/photos/{number}`.
    photos: Vec<i64>,
}

impl From<Whole> for CaseBody {
    fn from(whole: Whole) -> Self {
        let line = |Part { line, pieces }| PartBody { line, pieces };
        Self {
            case: whole.row.into(),
            lines: whole.parts.into_iter().map(line).collect(),
            events: whole.events.into_iter().map(EventBody::from).collect(),
            photos: whole.photos,
        }
    }
}

async fn one(ctx: &Context, app: &App, visitor: &Visitor, id: Id<Case>) -> Result<Json<CaseBody>, Failure> {
    Ok(Json(service::get(ctx, app, visitor, id).await?.0.into()))
}

/// What a buyer asks for.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = CaseOpen)]
pub(crate) struct OpenBody {
    /// A number of the caller's own, a UUID of version 7 made today: sent again with it, this opens one case. Made here if
    /// left out.
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    id: Option<Id<Case>>,
    /// The order.
    #[schema(value_type = String)]
    order: Id<Order>,
    /// The shop.
    #[schema(value_type = String)]
    shop: Id<Shop>,
    /// `return`, `refund`, `exchange`, `complaint`.
    kind: String,
    /// For which pieces.
    lines: Vec<PartBody>,
    /// Why, at most 300 characters.
    reason: String,
}

/// Opens a case for some pieces that one shop has sent. Send an `Idempotency-Key`.
#[utoipa::path(post, path = "/api/v1/cases", tag = "cases", request_body = OpenBody,
    responses((status = 200, body = CaseBody), (status = 404, description = "The caller has no such order"),
        (status = 409, description = "Not sent yet, or received too long ago"),
        (status = 422, description = "No reason, or more pieces than there are")))]
pub(crate) async fn open(
    ctx: Context,
    Shared(app): Shared<App>,
    visitor: Visitor,
    Json(body): Json<OpenBody>,
) -> Result<Json<CaseBody>, Failure> {
    let kind = Kind::from_word(&body.kind).ok_or(Error::NotFound)?;
    let parts = body.lines.iter().map(|part| Part { line: part.line, pieces: part.pieces }).collect();
    let id = body.id.unwrap_or_else(|| ctx.id());
    let asked = Asked { id, kind, parts, reason: body.reason };
    let id = service::open(&ctx, &app, &visitor, (body.order, body.shop), &asked).await?;
    one(&ctx, &app, &visitor, id).await
}

/// One case, for its buyer, its shop and the operator.
#[utoipa::path(get, path = "/api/v1/cases/{id}", tag = "cases",
    params(("id" = String, Path, description = "The case")),
    responses((status = 200, body = CaseBody), (status = 404, description = "The caller has no such case")))]
pub(crate) async fn show(
    ctx: Context,
    Shared(app): Shared<App>,
    visitor: Visitor,
    Path(id): Path<Id<Case>>,
) -> Result<Json<CaseBody>, Failure> {
    one(&ctx, &app, &visitor, id).await
}

/// What somebody does with a case.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[schema(as = CaseAct)]
#[serde(default)]
pub(crate) struct ActBody {
    /// Of the buyer: `add`, `sent`, `arbitrate`, `withdraw`. Of the shop: `agree`, `refuse`, `evidence`, `arrived`,
    /// `written-off`, `replaced`. Of the operator: `for-buyer`, `for-shop`.
    action: String,
    /// What is said to it; needed by all but `sent`, `withdraw`, `agree`, `arrived`, `replaced`.
    said: String,
    /// The waybill of the way back, for `sent`; of what is sent instead, for `replaced`.
    waybill: String,
    /// Who carries it; may be left out for `sent`.
    carrier: String,
}

/// Moves a case on: whoever is next does one of a few things.
#[utoipa::path(post, path = "/api/v1/cases/{id}/act", tag = "cases", request_body = ActBody,
    params(("id" = String, Path, description = "The case")),
    responses((status = 200, body = CaseBody), (status = 404, description = "The caller has no such case"),
        (status = 409, description = "Somebody else is next, or there are no others to exchange for"),
        (status = 422, description = "Something is not said")))]
pub(crate) async fn act(
    ctx: Context,
    Shared(app): Shared<App>,
    visitor: Visitor,
    Path(id): Path<Id<Case>>,
    Json(body): Json<ActBody>,
) -> Result<Json<CaseBody>, Failure> {
    let said = body.said.as_str();
    match body.action.as_str() {
        "add" => service::add(&ctx, &app, &visitor, id, said).await,
        "sent" => service::sent(&ctx, &app, &visitor, id, (&body.carrier, &body.waybill)).await,
        "replaced" => service::replaced(&ctx, &app, id, (&body.carrier, &body.waybill)).await,
        "arbitrate" => service::arbitrate(&ctx, &app, &visitor, id, said).await,
        "withdraw" => service::withdraw(&ctx, &app, &visitor, id).await,
        "arrived" => service::arrived(&ctx, &app, id, true, said).await,
        "written-off" => service::arrived(&ctx, &app, id, false, said).await,
        "for-buyer" => service::decide(&ctx, &app, id, true, said).await,
        "for-shop" => service::decide(&ctx, &app, id, false, said).await,
        answer => service::answer(&ctx, &app, id, answer_of(answer)?, said).await,
    }?;
    one(&ctx, &app, &visitor, id).await
}

/// Which cases are asked for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct AskedFor {
    /// The shop; the caller's own if left out.
    #[param(value_type = Option<String>)]
    shop: Option<Id<Shop>>,
    /// A state; those that wait for the caller if left out.
    state: String,
    /// Where the page begins: `next` of the page before it.
    after: Option<String>,
    /// Rows of the page, at most 200.
    size: Option<u32>,
}

/// Cases of a shop in a state, the oldest first.
#[utoipa::path(get, path = "/api/v1/shop/cases", tag = "cases", params(AskedFor),
    responses((status = 200, body = Listing<ListedBody>)))]
pub(crate) async fn of_shop(
    ctx: Context,
    Shared(app): Shared<App>,
    Query(asked): Query<AskedFor>,
) -> Result<Json<Listing<ListedBody>>, Failure> {
    let state = State::from_word(&asked.state).unwrap_or(State::Asked);
    let page = Page { after: asked.after, size: asked.size };
    Ok(Json(service::of_shop(&ctx, &app, asked.shop, state, &page).await?.map(ListedBody::from)))
}

/// All cases in a state, the oldest first, for whoever runs the mall.
#[utoipa::path(get, path = "/api/v1/cases", tag = "cases", params(AskedFor),
    responses((status = 200, body = Listing<ListedBody>)))]
pub(crate) async fn list(
    ctx: Context,
    Shared(app): Shared<App>,
    Query(asked): Query<AskedFor>,
) -> Result<Json<Listing<ListedBody>>, Failure> {
    let state = State::from_word(&asked.state).unwrap_or(State::Arbitration);
    let page = Page { after: asked.after, size: asked.size };
    Ok(Json(service::list(&ctx, &app, state, &page).await?.map(ListedBody::from)))
}

/// The caller's own cases, the newest first.
#[utoipa::path(get, path = "/api/v1/cases/own", tag = "cases", params(Page),
    responses((status = 200, body = Listing<ListedBody>)))]
pub(crate) async fn of_visitor(
    ctx: Context,
    Shared(app): Shared<App>,
    visitor: Visitor,
    Query(page): Query<Page>,
) -> Result<Json<Listing<ListedBody>>, Failure> {
    Ok(Json(service::of_visitor(&ctx, &app, &visitor, &page).await?.map(ListedBody::from)))
}

/// Adds a photo to the caller's own case: the picture itself is the body, at most 10 MB.
#[utoipa::path(post, path = "/api/v1/cases/{id}/photos", tag = "cases",
    params(("id" = String, Path, description = "The case")),
    request_body(content = Vec<u8>, content_type = "image/jpeg", description = "JPEG, PNG or WebP"),
    responses((status = 200, body = CaseBody), (status = 404, description = "The caller has no such case"),
        (status = 409, description = "The case is over"), (status = 422, description = "No picture, or there are six")))]
pub(crate) async fn add_photo(
    ctx: Context,
    Shared(app): Shared<App>,
    visitor: Visitor,
    Path(id): Path<Id<Case>>,
    picture: Bytes,
) -> Result<Json<CaseBody>, Failure> {
    service::add_photo(&ctx, &app, &visitor, id, picture.to_vec()).await?;
    one(&ctx, &app, &visitor, id).await
}
