//! Registers as offices keep them, in spreadsheets: what a file says, what it would change.

pub mod batch;
mod columns;
pub mod file;
pub mod issue;
pub(crate) mod row;

pub(crate) use columns::{COLUMNS, title};
