//! HTML pages: the mall that everybody sees, the supplier's workbench, the operator's workbench.

pub(crate) mod files;
pub(crate) mod mall;
pub(crate) mod shop;
pub(crate) mod work;

use sh_files::parse::BaseUnit;
use sh_http::App;
use sh_kernel::{Fen, Id};
use sh_ui::Locale;
use utoipa_axum::router::OpenApiRouter;

use crate::{
    Categories,
    model::{Product, compared, unit_price},
};

/// The routes of all pages.
pub(crate) fn routes() -> OpenApiRouter<App> {
    mall::routes().merge(shop::routes()).merge(work::routes())
}

/// The address of a photo.
pub(crate) fn media(key: &str) -> String {
    format!("/media/{key}.jpg")
}

/// The picture of a product: its photo, else a drawing of its kind.
pub(crate) fn picture(cover: Option<&str>, kind: i64, product: Id<Product>) -> String {
    if let Some(key) = cover {
        return media(key);
    }
    let drawing = Categories::get().kind(kind).map_or("basket", |kind| kind.drawing);
    format!("/drawn/{drawing}-{:x}.svg", product.ordinal())
}

/// The price for 500 g, 500 ml or one piece: `¥5.99 / 500 g`. Nothing if the pack is just that.
pub(crate) fn compared_price(locale: Locale, price: Fen, unit: BaseUnit, content: i64) -> Option<String> {
    if content == compared(unit) {
        return None;
    }
    let price = unit_price(price, unit, content)?;
    let key = match unit {
        BaseUnit::Gram => "mall-per-500g",
        BaseUnit::Millilitre => "mall-per-500ml",
        BaseUnit::Piece => "mall-per-piece",
    };
    Some(locale.with(key, &[("price", price.to_grouped().into())]))
}
