//! Definitions, cubes, figures and releases on both engines.

#![expect(clippy::unwrap_used, reason = "a step that fails fails the test")]

mod common;
mod cube;
mod definitions;
mod pages;
mod public;
mod released;
mod releases;
mod workbench;
