//! Registers and certificates as offices and everybody use them, on both engines.

#![expect(clippy::unwrap_used, reason = "a step that fails fails the test")]

mod import;
mod life;
mod pages;
mod support;
