//! HTML pages, one file per page.

pub mod imports;
pub mod matches;
