//! HTML pages.

pub(crate) mod data;
pub(crate) mod work;

use sh_http::App;
use utoipa_axum::router::OpenApiRouter;

/// The routes of all pages.
pub(crate) fn routes() -> OpenApiRouter<App> {
    data::routes().merge(work::routes())
}
