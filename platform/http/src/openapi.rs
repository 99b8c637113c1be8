//! The description of the JSON interface.

use axum::{Router, http::header, response::IntoResponse, routing::get};
use utoipa::{
    OpenApi as _,
    openapi::{
        OpenApi,
        security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme},
    },
};

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

/// What the description calls the keys of programs.
const KEY: &str = "key";

/// The description before modules add their endpoints.
pub(crate) fn base() -> OpenApi {
    let mut description = Base::openapi();
    let scheme = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some(format!(
            "A key made at /w/keys. It opens what its scopes name, and never more than its person may. Scopes: {}.",
            crate::key::described()
        )))
        .build();
    if let Some(components) = &mut description.components {
        components.add_security_scheme(KEY, SecurityScheme::Http(scheme));
    }
    // Nobody is asked for a key where anybody may read.
    description.security =
        Some(vec![SecurityRequirement::default(), SecurityRequirement::new(KEY, Vec::<String>::new())]);
    description
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
