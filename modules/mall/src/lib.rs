//! The mall's trade: basket, checkout, orders, payment, delivery, refunds (购物车、结算、订单、支付、发货、退款).
//!
//! Everything that moves value is a [`command::Command`] and goes through one queue ([`desk::Queue`]), which decides many in
//! memory and writes them in one transaction: the debt of the buyer, what each seller is owed, goods set aside from lots
//! with the soonest expiry, order, parts and lines, what the figures hear, the log. A command that is repeated has one
//! effect; a refused one leaves no trace.
//!
//! | who | use cases |
//! |---|---|
//! | shopper, with or without an account | [`service::basket`], [`service::checkout`], [`service::pay`], [`service::orders`], [`service::cases`], [`service::reviews`] |
//! | supplier | [`service::supplier`] |
//! | operator | [`service::operator`] |
//! | the program itself | [`service::chores`] |
//!
//! # Money
//!
//! An order is a debt of its buyer to its sellers: receivable (order) → payable (seller), freight included. A payment is
//! provider clearing → receivable; with the last of it the operator takes its commission, payable (seller) → commission
//! (seller), line by line as [`commission`] froze it. A seller who is paid: payable → paid out. What an order does not need, a second payment or one that comes too late, is provider
//! clearing → refundable, and goes back. No principal rests on an account of the platform.
//!
//! The program must hang [`desk::Queue`], [`token::Keys`] and [`provider::Providers`] into its services, and run
//! [`service::chores::run`] beside the requests.

pub mod address;
mod api;
mod audit;
pub mod bank;
pub mod carrier;
pub mod case;
pub mod command;
pub mod commission;
pub mod desk;
mod error;
mod figures;
mod goods;
pub mod model;
mod pages;
pub mod provider;
pub mod review;
pub mod service;
mod store;
pub mod token;

use sh_db::{Insert, Migration, Sql, Update};
use sh_http::Module;

pub use audit::{Difference, verify};
pub use error::{Changed, Error, OverLimit, Refused, Short};
pub use pages::{product::buy, reviews::of_shown as reviews};
pub use store::{
    list::{OrderItem, PartItem},
    settlement::Owed,
    statement::{StatementLine, Sums},
};

/// The schema of this module.
pub const MIGRATIONS: &[Migration] = &[
    Migration { module: "mall", version: 1, text: include_str!("../migrations/0001_mall.sql") },
    Migration { module: "mall", version: 2, text: include_str!("../migrations/0002_settle.sql") },
    Migration { module: "mall", version: 3, text: include_str!("../migrations/0003_case.sql") },
    Migration { module: "mall", version: 4, text: include_str!("../migrations/0004_webhooks.sql") },
    Migration { module: "mall", version: 5, text: include_str!("../migrations/0005_due.sql") },
    Migration { module: "mall", version: 6, text: include_str!("../migrations/0006_parcel.sql") },
    Migration { module: "mall", version: 7, text: include_str!("../migrations/0007_bank.sql") },
    Migration { module: "mall", version: 8, text: include_str!("../migrations/0008_asks.sql") },
    Migration { module: "mall", version: 9, text: include_str!("../migrations/0009_review.sql") },
    Migration { module: "mall", version: 10, text: include_str!("../migrations/0010_replacement.sql") },
    Migration { module: "mall", version: 11, text: include_str!("../migrations/0011_address.sql") },
];

/// Every statement of this module, for the test that prepares them on both engines.
pub const STATEMENTS: [&[Sql]; 14] = [
    store::address::STATEMENTS,
    store::audit::STATEMENTS,
    store::bank::STATEMENTS,
    store::basket::STATEMENTS,
    store::case::STATEMENTS,
    store::commission::STATEMENTS,
    store::list::STATEMENTS,
    store::order::STATEMENTS,
    store::parcel::STATEMENTS,
    store::pay::STATEMENTS,
    store::review::STATEMENTS,
    store::settlement::STATEMENTS,
    store::simulator::STATEMENTS,
    store::statement::STATEMENTS,
];

/// Every bulk write of this module, likewise.
pub const INSERTS: [&[Insert]; 12] = [
    store::address::INSERTS,
    store::bank::INSERTS,
    store::basket::INSERTS,
    store::case::INSERTS,
    store::commission::INSERTS,
    store::order::INSERTS,
    store::parcel::INSERTS,
    store::pay::INSERTS,
    store::review::INSERTS,
    store::settlement::INSERTS,
    store::simulator::INSERTS,
    store::statement::INSERTS,
];

/// Every change of many rows of this module, likewise.
pub const UPDATES: [&[Update]; 3] = [store::bank::UPDATES, store::order::UPDATES, store::case::UPDATES];

/// Pages and tables of this module.
pub fn module() -> Module {
    let module = Module::new("mall").routes(pages::routes().merge(api::routes())).migrations(MIGRATIONS);
    let module = UPDATES.into_iter().fold(module, Module::updates);
    let module = pages::MENU.into_iter().fold(module, Module::menu);
    let module = STATEMENTS.into_iter().fold(module, |module, statements| module.store(statements, &[]));
    INSERTS.into_iter().fold(module, |module, inserts| module.store(&[], inserts))
}
