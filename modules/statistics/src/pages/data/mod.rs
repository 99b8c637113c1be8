//! The public data pages (数据驾驶舱): figures that anyone can open, down to one order. Nobody signs in here.

pub(crate) mod changes;
pub(crate) mod cockpit;
pub(crate) mod definitions;
mod drill;
mod frame;
mod help;
pub(crate) mod metric;
mod release;
pub(crate) mod releases;
mod trade;
pub(crate) mod trades;

use axum::routing::get;
use sh_http::App;
use utoipa_axum::router::OpenApiRouter;

/// The routes of these pages.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .route("/data", get(cockpit::page))
        .route("/data/screen", get(cockpit::screen))
        .route("/data/origin/{code}", get(drill::origin))
        .route("/data/dest/{code}", get(drill::destination))
        .route("/data/channel/{id}", get(drill::channel))
        .route("/data/producer/{party}", get(drill::producer))
        .route("/data/trades", get(trades::list))
        .route("/data/trades.csv", get(trades::file))
        .route("/data/trades.xlsx", get(trades::file))
        .route("/data/trades.json", get(trades::file))
        .route("/data/trade/{id}", get(trade::one))
        .route("/data/m/{figure}", get(metric::page))
        .route("/data/releases", get(releases::list))
        .route("/data/releases/{id}", get(release::one))
        .route("/data/releases/{id}/{position}", get(release::figure))
        .route("/data/definitions", get(definitions::list))
        .route("/data/definitions/{code}/{version}", get(definitions::one))
        .route("/data/api", get(help::page))
}
