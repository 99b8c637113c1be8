//! Shops and products as suppliers, operator and shoppers use them, on both engines.

#![expect(clippy::unwrap_used, reason = "a step that fails fails the test")]

mod basket;
mod import;
mod life;
mod mall;
mod support;
mod workbench;
