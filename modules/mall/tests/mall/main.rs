//! Orders as shoppers, shops and the operator use them, on both engines.

#![expect(clippy::unwrap_used, reason = "a step that fails fails the test")]

mod addresses;
mod api;
mod audit;
mod bank;
mod cases;
mod checkout;
mod figures;
mod limit;
mod pages;
mod parts;
mod pay;
mod random;
mod reviews;
mod search;
mod settle;
mod support;
mod waybills;
mod webhooks;
