//! JSON endpoints, one file per resource: the mall that everybody sees, the products of a shop.

pub(crate) mod mall;
pub(crate) mod products;

use sh_http::App;
use utoipa_axum::router::OpenApiRouter;

/// The routes of all endpoints.
pub(crate) fn routes() -> OpenApiRouter<App> {
    mall::routes().merge(products::routes())
}
