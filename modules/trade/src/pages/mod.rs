//! HTML pages, one file per page.

pub mod imports;
pub mod matches;
mod names;
pub mod sources;

pub use names::{row_text, source_name};
