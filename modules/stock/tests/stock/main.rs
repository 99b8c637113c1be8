//! Lots as suppliers keep them and as whoever sells uses them, on both engines.

#![expect(clippy::unwrap_used, reason = "a step that fails fails the test")]

mod life;
mod property;
mod sale;
mod support;
mod table;
mod workbench;
