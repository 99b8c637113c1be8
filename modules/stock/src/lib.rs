//! Lots, where they lie, and what becomes of them (批次、仓位、出入库).
//!
//! A lot is goods of one variant that were produced together, with production and expiry day. How much of it is on hand,
//! set aside, shipped and lost stands in the ledger alone ([`sale::accounts`]), in the product's base unit: one account of
//! each kind for a lot at a location. Goods only come out of the account of what came in, and none of the others falls
//! below zero, so that a lot never ships more than came in (质量守恒), whoever posts.
//!
//! | who | calls |
//! |---|---|
//! | supplier | [`service::receive`], [`service::change`]: adjust, relocate, close or recall a lot; [`service::look`] |
//! | whoever sells | [`sale`]: which lots may be sold, first expired first out, and their accounts |

mod api;
mod error;
pub mod model;
mod pages;
pub mod sale;
pub mod service;
mod store;

use sh_db::{Insert, Migration, Sql};
use sh_http::Module;

pub use error::Error;
pub use sale::{ForSale, ForSaleAccounts, Pick, accounts, available, for_sale, pick};
pub use store::{Label, LotRow, MovementRow, Place, labels, refilled};

/// The schema of this module.
pub const MIGRATIONS: &[Migration] = &[
    Migration { module: "stock", version: 1, text: include_str!("../migrations/0001_stock.sql") },
    Migration { module: "stock", version: 2, text: include_str!("../migrations/0002_table.sql") },
    Migration { module: "stock", version: 3, text: include_str!("../migrations/0003_empty.sql") },
];

/// Every statement of this module, for the test that prepares them on both engines.
pub const STATEMENTS: &[Sql] = store::STATEMENTS;

/// Every bulk write of this module, likewise.
pub const INSERTS: &[Insert] = store::INSERTS;

/// Pages and tables of this module.
pub fn module() -> Module {
    Module::new("stock")
        .routes(pages::routes().merge(api::routes()))
        .migrations(MIGRATIONS)
        .store(STATEMENTS, INSERTS)
        .menu(pages::MENU)
}
