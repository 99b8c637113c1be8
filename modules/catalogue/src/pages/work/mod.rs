//! The operator's workbench: products that wait, shops, halls.

pub(crate) mod halls;
pub(crate) mod listing;
pub(crate) mod listings;
pub(crate) mod sellers;

use axum::routing::{get, post};
use sh_http::{App, MenuEntry, Permission};
use utoipa_axum::router::OpenApiRouter;

/// The routes of these pages.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .route("/w/listings", get(listings::list))
        .route("/w/listings/{id}", get(listing::show))
        .route("/w/listings/{id}/decide", post(listing::decide))
        .route("/w/listings/{id}/switch", post(listing::switch))
        .route("/w/sellers", get(sellers::list).post(sellers::open))
        .route("/w/sellers/{id}", get(sellers::show))
        .route("/w/sellers/{id}/switch", post(sellers::switch))
        .route("/w/halls", get(halls::list).post(halls::save))
}

/// The pages in the menu of the workbench.
pub(crate) const MENU: [MenuEntry; 3] = [
    entry("listings-title", "/w/listings", Permission::ReviewListings, 150, Some("building-store")),
    entry("sellers-title", "/w/sellers", Permission::ManageMall, 160, None),
    entry("halls-title", "/w/halls", Permission::ManageMall, 170, None),
];

const fn entry(
    label: &'static str,
    href: &'static str,
    permission: Permission,
    order: u16,
    icon: Option<&'static str>,
) -> MenuEntry {
    MenuEntry { group: "menu-mall", label, href, permission, order, icon }
}
