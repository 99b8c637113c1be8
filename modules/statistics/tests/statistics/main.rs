//! Definitions, cubes, figures and releases on both engines.

mod common;
mod cube;
mod definitions;
mod public;
mod releases;
