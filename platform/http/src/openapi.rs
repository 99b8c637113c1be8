//! The description of the JSON interface.

use axum::{Router, http::header, response::IntoResponse, routing::get};
use utoipa::{OpenApi as _, openapi::OpenApi};

use crate::{App, ProblemBody, ProblemField};

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Shanhai 山海",
        description = "Consumption assistance: reported sales, registers and figures that anyone can open. Refusals \
            are RFC 9457 problems with a stable `code`; writes take an `Idempotency-Key`; lists are paged by key; \
            amounts are fen.",
        license(name = "Apache-2.0")
    ),
    components(schemas(ProblemBody, ProblemField))
)]
struct Base;

/// The description before modules add their endpoints.
pub(crate) fn base() -> OpenApi {
    Base::openapi()
}

/// `/api/v1/openapi.json`.
pub(crate) fn route(description: &OpenApi) -> Router<App> {
    let text = description.to_json().unwrap_or_default();
    Router::new().route(
        "/api/v1/openapi.json",
        get(move || {
            let text = text.clone();
            async move { ([(header::CONTENT_TYPE, "application/json")], text).into_response() }
        }),
    )
}
