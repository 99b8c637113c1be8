//! The mall: what everybody sees, phone first.

pub(crate) mod frame;
pub(crate) mod halls;
pub(crate) mod home;
pub(crate) mod list;
pub(crate) mod product;
pub(crate) mod query;

use axum::routing::{get, post};
use sh_http::App;
use utoipa_axum::router::OpenApiRouter;

/// The routes of these pages.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .route("/", get(home::show))
        .route("/halls", get(halls::list))
        .route("/halls/{province}", get(halls::province))
        .route("/halls/{province}/{county}", get(halls::county))
        .route("/producers/{number}", get(halls::producer))
        .route("/search", get(list::search))
        .route("/c/{word}", get(list::category))
        .route("/p/{sku}", get(product::show))
        .route("/p/{sku}/favourite", post(product::favourite))
        .route("/me/favourites", get(product::favourites))
}
