//! What can be bought, and who says that it may be shown: shops, products with variants and prices, freight, photos,
//! halls (店铺、商品、规格、价格、运费、分馆).
//!
//! A supplier works on a copy of a product ([`draft::Draft`], kept as typed) and hands it in; the operator approves it or
//! returns it with remarks by field; only what was approved ([`draft::Content`]) is shown and sold, and stays so while the
//! supplier works on the next copy. Prices change at once and are recorded. [`basket`] is what stock and mall build on.
//!
//! | who | use cases |
//! |---|---|
//! | supplier | [`service::edit`], [`service::imports`], [`service::export`], [`service::price`], [`service::shelf::set`], [`service::shops::set_profile`] |
//! | operator | [`service::review`], [`service::shelf::switch`], [`service::shops::open`], [`service::shops::switch`] |
//! | everybody | [`service::public`], [`service::favourites`] |

mod api;
pub mod basket;
mod category;
pub mod draft;
pub mod drawing;
mod error;
pub mod freight;
pub mod hook;
pub mod import;
pub mod model;
mod pages;
pub mod rating;
pub mod service;
mod store;

use sh_db::{Insert, Migration, Sql};

pub use category::{Categories, Category, Kind};
pub use error::Error;
pub use store::{
    hall::Hall,
    product::{ListedProduct, ProductFilter, ProductRow, Remarks, Waiting},
    public::Card,
    shop::{FreightRow, ShopRow},
    sku::{PictureRow, PriceChange},
};

/// The schema of this module.
pub const MIGRATIONS: &[Migration] = &[
    Migration { module: "catalogue", version: 1, text: include_str!("../migrations/0001_catalogue.sql") },
    Migration { module: "catalogue", version: 2, text: include_str!("../migrations/0002_import.sql") },
    Migration { module: "catalogue", version: 3, text: include_str!("../migrations/0003_limit.sql") },
    Migration { module: "catalogue", version: 4, text: include_str!("../migrations/0004_picture.sql") },
    Migration { module: "catalogue", version: 5, text: include_str!("../migrations/0005_rating.sql") },
];

/// Every statement of this module, for the test that prepares them on both engines.
pub const STATEMENTS: [&[Sql]; 9] = [
    store::basket::STATEMENTS,
    store::code::STATEMENTS,
    store::hall::STATEMENTS,
    store::import::STATEMENTS,
    store::product::STATEMENTS,
    store::public::STATEMENTS,
    store::rating::STATEMENTS,
    store::shop::STATEMENTS,
    store::sku::STATEMENTS,
];

/// Every bulk write of this module, likewise.
pub const INSERTS: [&[Insert]; 7] = [
    store::code::INSERTS,
    store::hall::INSERTS,
    store::import::INSERTS,
    store::product::INSERTS,
    store::rating::INSERTS,
    store::shop::INSERTS,
    store::sku::INSERTS,
];

/// A page of the mall with its head and places, for modules whose pages belong to it.
pub fn mall_page(ctx: &sh_http::Context, frame: sh_ui::Frame, content: &maud::Markup) -> maud::Markup {
    pages::mall::frame::page(ctx, frame, "", true, content)
}

/// What this module brings into the program. It shows more with [`hook::Buy`],
/// [`hook::Reviews`] and [`hook::Headline`] hung into the program,
/// and counts less often with [`service::halls::Counts`].
pub fn module() -> sh_http::Module {
    let module = sh_http::Module::new("catalogue")
        .routes(pages::routes().merge(api::routes()))
        .files(pages::files::routes())
        .migrations(MIGRATIONS);
    let menu = pages::shop::MENU.into_iter().chain(pages::work::MENU);
    let module = menu.fold(module, sh_http::Module::menu);
    let module = STATEMENTS.into_iter().fold(module, |module, statements| module.store(statements, &[]));
    INSERTS.into_iter().fold(module, |module, inserts| module.store(&[], inserts))
}
