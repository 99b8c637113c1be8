//! Endpoints and what was sent to them as JSON under `/api/v1/webhooks`.

use axum::{extract::State, http::StatusCode, response::Response};
use serde::{Deserialize, Serialize};
use sh_http::{App, Context, Failure, Json, Listing, Page, Path, Query, once_only};
use sh_kernel::{Id, Instant};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    model::{Attempt, Delivery, DeliveryState, Endpoint, EventId, message_id},
    service::{self, NewEndpoint},
};

/// The endpoints.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, make))
        .routes(routes!(show))
        .routes(routes!(off))
        .routes(routes!(on))
        .routes(routes!(rotate))
        .routes(routes!(test))
        .routes(routes!(deliveries))
        .routes(routes!(delivery))
        .routes(routes!(redeliver))
}

/// Where messages go.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Webhook)]
pub(crate) struct EndpointBody {
    /// Identifier.
    #[schema(value_type = String)]
    id: Id<Endpoint>,
    /// Whose it is: the code of an organisation, or `*` for the operator of the mall.
    organisation: String,
    /// The address.
    url: String,
    /// The types of events that it wants.
    kinds: Vec<String>,
    /// When it was made.
    #[schema(value_type = String)]
    created_at: Instant,
    /// Until when the secret before the last rotation signs, too.
    #[schema(value_type = Option<String>)]
    old_secret_until: Option<Instant>,
    /// Since when it is off.
    #[schema(value_type = Option<String>)]
    off_at: Option<Instant>,
    /// Why: `person`, `failures`, `gone`.
    off_why: Option<&'static str>,
    /// Since when nothing arrived.
    #[schema(value_type = Option<String>)]
    failing_since: Option<Instant>,
}

impl From<Endpoint> for EndpointBody {
    fn from(endpoint: Endpoint) -> Self {
        let Endpoint { id, organisation, url, kinds, old_until, created_at, off, failing_since } = endpoint;
        let (off_at, off_why) = off.map(|(at, why)| (at, why.code())).unzip();
        Self {
            id,
            organisation,
            url,
            kinds,
            created_at,
            old_secret_until: old_until,
            off_at,
            off_why,
            failing_since,
        }
    }
}

/// An endpoint to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = NewWebhook)]
pub(crate) struct NewBody {
    /// The address: `https://…`, reachable by anybody.
    url: String,
    /// The types of events that it wants.
    kinds: Vec<String>,
    /// Whose it is; may be left out by whoever acts for one organisation only.
    #[serde(default)]
    organisation: String,
}

/// A secret, shown this once.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WebhookSecret)]
pub(crate) struct SecretBody {
    /// The endpoint.
    #[schema(value_type = String)]
    id: Id<Endpoint>,
    /// What signs its messages: `whsec_…`.
    secret: String,
}

/// A message.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WebhookDelivery)]
pub(crate) struct DeliveryBody {
    /// The event.
    #[schema(value_type = String)]
    event: Id<EventId>,
    /// What `webhook-id` says.
    message: String,
    /// The type of event.
    kind: String,
    /// `waiting`, `delivered`, `given-up`.
    #[schema(value_type = String)]
    state: DeliveryState,
    /// When it is tried next.
    #[schema(value_type = Option<String>)]
    due_at: Option<Instant>,
    /// How often it was tried.
    tries: i64,
}

impl From<Delivery> for DeliveryBody {
    fn from(delivery: Delivery) -> Self {
        let Delivery { event, kind, state, due_at, tries, .. } = delivery;
        Self { event, message: message_id(event), kind, state, due_at, tries }
    }
}

/// One attempt.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WebhookAttempt)]
pub(crate) struct AttemptBody {
    /// Counts from 1.
    number: i64,
    /// When it began.
    #[schema(value_type = String)]
    at: Instant,
    /// How long it took, in milliseconds.
    millis: i64,
    /// The status of the answer.
    status: Option<i64>,
    /// The first 1024 bytes of the answer.
    answer: String,
    /// Why there was none: `timeout`, `connect`, `not-public`, `broken`.
    problem: Option<String>,
}

/// A message with its attempts.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WebhookDeliveryWhole)]
pub(crate) struct WholeBody {
    /// The message.
    #[serde(flatten)]
    delivery: DeliveryBody,
    /// What is sent, as it is signed.
    body: String,
    /// Its latest attempts, the last one first.
    attempts: Vec<AttemptBody>,
}

/// The endpoints of one's organisation, newest first.
#[utoipa::path(get, path = "/api/v1/webhooks", tag = "webhooks", params(Page),
    responses((status = 200, body = Listing<EndpointBody>)))]
pub(crate) async fn list(
    ctx: Context,
    State(app): State<App>,
    Query(page): Query<Page>,
) -> Result<Json<Listing<EndpointBody>>, Failure> {
    Ok(Json(service::list(&ctx, &app, &page).await?.map(EndpointBody::from)))
}

/// Makes an endpoint. The answer holds its secret, which is not shown again.
#[utoipa::path(post, path = "/api/v1/webhooks", tag = "webhooks", request_body = NewBody,
    responses((status = 201, body = SecretBody), (status = 422, body = sh_http::ProblemBody)))]
pub(crate) async fn make(
    ctx: Context,
    State(app): State<App>,
    Json(NewBody { url, kinds, organisation }): Json<NewBody>,
) -> Result<Response, Failure> {
    let id = ctx.id();
    let secret = service::make(&ctx, &app, NewEndpoint { id, organisation, url, kinds }).await?;
    Ok(once_only((StatusCode::CREATED, Json(SecretBody { id, secret: secret.to_text() }))))
}

/// One endpoint.
#[utoipa::path(get, path = "/api/v1/webhooks/{id}", tag = "webhooks", params(("id" = String, Path)),
    responses((status = 200, body = EndpointBody), (status = 404, body = sh_http::ProblemBody)))]
pub(crate) async fn show(
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<Endpoint>>,
) -> Result<Json<EndpointBody>, Failure> {
    Ok(Json(service::find(&ctx, &app, id).await?.into()))
}

/// Switches an endpoint off: nothing is sent to it or kept for it any more.
#[utoipa::path(post, path = "/api/v1/webhooks/{id}/off", tag = "webhooks", params(("id" = String, Path)),
    responses((status = 200, body = EndpointBody), (status = 404, body = sh_http::ProblemBody)))]
pub(crate) async fn off(
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<Endpoint>>,
) -> Result<Json<EndpointBody>, Failure> {
    service::switch(&ctx, &app, id, false).await?;
    Ok(Json(service::find(&ctx, &app, id).await?.into()))
}

/// Switches an endpoint on again.
#[utoipa::path(post, path = "/api/v1/webhooks/{id}/on", tag = "webhooks", params(("id" = String, Path)),
    responses((status = 200, body = EndpointBody), (status = 404, body = sh_http::ProblemBody)))]
pub(crate) async fn on(
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<Endpoint>>,
) -> Result<Json<EndpointBody>, Failure> {
    service::switch(&ctx, &app, id, true).await?;
    Ok(Json(service::find(&ctx, &app, id).await?.into()))
}

/// Gives an endpoint a new secret. For a day the one before signs, too.
#[utoipa::path(post, path = "/api/v1/webhooks/{id}/rotate", tag = "webhooks", params(("id" = String, Path)),
    responses((status = 200, body = SecretBody), (status = 404, body = sh_http::ProblemBody)))]
pub(crate) async fn rotate(
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<Endpoint>>,
) -> Result<Response, Failure> {
    let secret = service::rotate(&ctx, &app, id).await?;
    Ok(once_only(Json(SecretBody { id, secret: secret.to_text() })))
}

/// Sends a message of type `webhook.test`.
#[utoipa::path(post, path = "/api/v1/webhooks/{id}/test", tag = "webhooks", params(("id" = String, Path)),
    responses((status = 200, body = WholeBody), (status = 404, body = sh_http::ProblemBody)))]
pub(crate) async fn test(
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<Endpoint>>,
) -> Result<Json<WholeBody>, Failure> {
    let event = service::test(&ctx, &app, id).await?;
    whole(&ctx, &app, id, event).await
}

/// The messages to an endpoint, newest first. They are kept for thirty days.
#[utoipa::path(get, path = "/api/v1/webhooks/{id}/deliveries", tag = "webhooks",
    params(("id" = String, Path), Page),
    responses((status = 200, body = Listing<DeliveryBody>), (status = 404, body = sh_http::ProblemBody)))]
pub(crate) async fn deliveries(
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<Endpoint>>,
    Query(page): Query<Page>,
) -> Result<Json<Listing<DeliveryBody>>, Failure> {
    Ok(Json(service::deliveries(&ctx, &app, id, &page).await?.map(DeliveryBody::from)))
}

/// One message with its attempts.
#[utoipa::path(get, path = "/api/v1/webhooks/{id}/deliveries/{event}", tag = "webhooks",
    params(("id" = String, Path), ("event" = String, Path)),
    responses((status = 200, body = WholeBody), (status = 404, body = sh_http::ProblemBody)))]
pub(crate) async fn delivery(
    ctx: Context,
    State(app): State<App>,
    Path((id, event)): Path<(Id<Endpoint>, Id<EventId>)>,
) -> Result<Json<WholeBody>, Failure> {
    whole(&ctx, &app, id, event).await
}

/// Sends a message again, with the same id and body.
#[utoipa::path(post, path = "/api/v1/webhooks/{id}/deliveries/{event}/redeliver", tag = "webhooks",
    params(("id" = String, Path), ("event" = String, Path)),
    responses((status = 200, body = WholeBody), (status = 404, body = sh_http::ProblemBody)))]
pub(crate) async fn redeliver(
    ctx: Context,
    State(app): State<App>,
    Path((id, event)): Path<(Id<Endpoint>, Id<EventId>)>,
) -> Result<Json<WholeBody>, Failure> {
    service::redeliver(&ctx, &app, id, event).await?;
    whole(&ctx, &app, id, event).await
}

async fn whole(
    ctx: &Context,
    app: &App,
    id: Id<Endpoint>,
    event: Id<EventId>,
) -> Result<Json<WholeBody>, Failure> {
    let (delivery, attempts) = service::delivery(ctx, app, id, event).await?;
    let attempts = attempts.into_iter().map(|attempt| {
        let Attempt { number, at, millis, status, answer, problem } = attempt;
        AttemptBody { number, at, millis, status, answer, problem }
    });
    let (body, attempts) = (delivery.body.clone(), attempts.collect());
    Ok(Json(WholeBody { delivery: delivery.into(), body, attempts }))
}
