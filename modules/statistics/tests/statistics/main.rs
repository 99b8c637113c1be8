//! Definitions, cubes, figures and releases on both engines.

mod common;
mod cube;
mod definitions;
mod pages;
mod public;
mod releases;
mod workbench;
