//! Use cases: who may change definitions and publish figures, with the entry in the log beside each change.

pub mod definitions;
pub mod releases;
