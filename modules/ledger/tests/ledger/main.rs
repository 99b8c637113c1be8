//! The ledger keeps its promises on both engines.

#![expect(clippy::unwrap_used, reason = "a step that fails fails the test")]

mod common;
mod group;
mod pages;
mod posting;
mod property;
mod tampering;
