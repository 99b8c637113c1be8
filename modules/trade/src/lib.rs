//! Trade and Claim: the facts that every figure counts.
//!
//! What happened is a [`model::Trade`]; what somebody says happened is a [`model::Claim`]. Sources send files, an
//! import turns rows into claims, matching ties claims to trades, and every trade carries lines with all the axes a
//! figure may use. Totals count trades, so a sale is counted once however many parties report it.

pub mod axes;
pub mod facts;
pub mod import;
pub mod matching;
pub mod model;
pub mod service;
pub mod sink;
mod store;

use sh_db::Migration;

/// The schema of this module.
pub const MIGRATIONS: &[Migration] =
    &[Migration { module: "trade", version: 1, text: include_str!("../migrations/0001_trade.sql") }];
