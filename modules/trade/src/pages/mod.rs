//! HTML pages, one file per page.

pub mod imports;
pub mod matches;
mod names;
pub mod sources;

pub use names::source_name;
