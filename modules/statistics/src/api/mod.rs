//! The JSON interface: the same figures as the pages, with the same small cells merged.

pub(crate) mod changes;
pub(crate) mod definitions;
pub(crate) mod figures;
pub(crate) mod releases;
pub(crate) mod trades;

use sh_http::App;
use utoipa_axum::{router::OpenApiRouter, routes};

/// The documented endpoints.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(figures::list))
        .routes(routes!(figures::one))
        .routes(routes!(changes::claims))
        .routes(routes!(changes::changes))
        .routes(routes!(trades::list))
        .routes(routes!(trades::one))
        .routes(routes!(releases::list))
        .routes(routes!(releases::one))
        .routes(routes!(definitions::list))
        .routes(routes!(definitions::versions))
        .routes(routes!(definitions::one))
}
