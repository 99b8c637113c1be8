//! The supplier's workbench `/s`: products, freight, what the shop says of itself.

pub(crate) mod form;
pub(crate) mod freight;
pub(crate) mod imports;
pub(crate) mod pictures;
pub(crate) mod product;
pub(crate) mod products;
pub(crate) mod profile;
pub(crate) mod tables;

use axum::{
    extract::DefaultBodyLimit,
    routing::{get, post},
};
use sh_http::{App, MenuEntry, Permission};
use sh_ui::{Locale, Tone};
use utoipa_axum::router::OpenApiRouter;

use crate::model::{Review, Shelf};

/// The routes of these pages.
pub(crate) fn routes() -> OpenApiRouter<App> {
    let upload = OpenApiRouter::new()
        .route("/s/products/import", get(imports::new).post(imports::upload))
        .layer(DefaultBodyLimit::max(imports::upload_bytes()));
    let photo = OpenApiRouter::new()
        .route("/s/products/{id}/pictures", get(pictures::show).post(pictures::add))
        .layer(DefaultBodyLimit::max(pictures::upload_bytes()));
    OpenApiRouter::new()
        .merge(upload)
        .merge(photo)
        .route("/s/products/{id}/pictures/change", post(pictures::change))
        .route("/s/products", get(products::list).post(products::create))
        .route("/s/products/new", get(products::new))
        .route("/s/products/export", get(tables::exported))
        .route("/s/products/template", get(tables::template))
        .route("/s/imports/{id}", get(imports::show))
        .route("/s/imports/{id}/confirm", post(imports::confirm))
        .route("/s/imports/{id}/discard", post(imports::discard))
        .route("/s/imports/{id}/marked", get(tables::marked_file))
        .route("/s/products/{id}", get(product::show).post(product::save))
        .route("/s/products/{id}/draft", post(product::autosave))
        .route("/s/products/{id}/preview", get(product::preview))
        .route("/s/products/{id}/discard", post(product::discard))
        .route("/s/products/{id}/shelf", post(product::shelf))
        .route("/s/skus/{id}/price", post(product::price))
        .route("/s/freight", get(freight::list).post(freight::create))
        .route("/s/freight/{id}", get(freight::show).post(freight::save))
        .route("/s/shop", get(profile::show).post(profile::save))
}

/// The pages in the menu of the workbench.
pub(crate) const MENU: [MenuEntry; 4] = [
    entry("products-title", "/s/products", 110, Some("building-store")),
    entry("products-import", "/s/products/import", 120, None),
    entry("freights-title", "/s/freight", 130, None),
    entry("shop-title", "/s/shop", 140, None),
];

const fn entry(label: &'static str, href: &'static str, order: u16, icon: Option<&'static str>) -> MenuEntry {
    MenuEntry { group: "menu-shop", label, href, permission: Permission::EditListings, order, icon }
}

/// Name and look of a state of sale.
pub(crate) fn shelf_tag(locale: Locale, shelf: Shelf) -> (Tone, String) {
    let (tone, key) = match shelf {
        Shelf::New => (Tone::Plain, "shelf-new"),
        Shelf::Ready => (Tone::Info, "shelf-ready"),
        Shelf::OnSale => (Tone::Good, "shelf-on-sale"),
        Shelf::OffSale => (Tone::Plain, "shelf-off-sale"),
        Shelf::SwitchedOff => (Tone::Bad, "shelf-switched-off"),
    };
    (tone, locale.t(key))
}

/// Name and look of where the working copy stands; nothing if there is none.
pub(crate) fn review_tag(locale: Locale, review: Review) -> Option<(Tone, String)> {
    let (tone, key) = match review {
        Review::None => return None,
        Review::Draft => (Tone::Notice, "review-draft"),
        Review::Submitted => (Tone::Info, "review-submitted"),
        Review::Returned => (Tone::Bad, "review-returned"),
    };
    Some((tone, locale.t(key)))
}
