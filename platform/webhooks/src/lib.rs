//! Messages to programs of others (事件推送), after Standard Webhooks: signed, retried, with a log of every attempt.
//!
//! A module calls [`publish`] in the transaction in which something happens; what is to be sent is written there, so that
//! a killed program loses nothing. [`start`] sends it beside the requests. A message arrives at least once, with the same
//! id each time; the order of messages is not promised.
//!
//! The program hangs [`Webhooks`] into its services.

mod api;
mod egress;
mod error;
mod model;
mod pages;
mod sender;
pub mod service;
mod sign;
mod store;

use sh_db::Migration;
use sh_http::{MenuEntry, Module, Permission};

pub use egress::{ANSWER_BYTES_MAX, Egress, TIMEOUT};
pub use error::Error;
pub use model::{
    Attempt, Delivery, DeliveryState, Endpoint, Event, EventId, Off, SCHEDULE_SECONDS, TEST_KIND, message_id,
};
pub use sender::{IN_FLIGHT_MAX, LEASE_SECONDS, OFF_AFTER_SECONDS, start};
pub use sign::Secret;
pub use store::publish;

/// The tables of this module.
pub const MIGRATIONS: &[Migration] =
    &[Migration { module: "webhooks", version: 1, text: include_str!("../migrations/0001_webhooks.sql") }];

/// What the mall's operator is called where an organisation stands: it hears of everything.
pub const EVERYWHERE: &str = "*";

/// What the program knows of webhooks.
#[derive(Debug, Clone, Copy)]
pub struct Webhooks {
    /// The types of events that there are, each with a text `webhook-kind-<type>`, dots as hyphens.
    pub kinds: &'static [&'static str],
    /// Where messages may go.
    pub egress: Egress,
}

/// Routes, tables and the menu entry.
pub fn module() -> Module {
    Module::new("webhooks")
        .routes(pages::routes().merge(api::routes()))
        .migrations(MIGRATIONS)
        .store(store::STATEMENTS, store::INSERTS)
        .updates(store::UPDATES)
        .menu(MenuEntry {
            group: "menu-interfaces",
            label: "webhooks-title",
            href: "/s/webhooks",
            permission: Permission::KeepWebhooks,
            order: 991,
            icon: Some("settings"),
        })
}
