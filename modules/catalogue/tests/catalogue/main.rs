//! Shops and products as suppliers, operator and shoppers use them, on both engines.

#![expect(clippy::unwrap_used, reason = "a step that fails fails the test")]

mod api;
mod basket;
mod import;
mod life;
mod mall;
mod pictures;
mod support;
mod workbench;
