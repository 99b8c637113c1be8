//! From a file to claims: recognising columns, reading rows, checking them.
//!
//! Everything here reads and answers; nothing writes. [`file::each_row`] walks a file, [`reader::RowReader`] turns rows
//! into claims, [`tally::Tally`] adds up what a check must know. The use cases in [`crate::service`] keep state.

pub mod batch;
pub mod category;
pub mod columns;
pub(crate) mod content;
pub mod error;
pub mod fields;
pub mod file;
pub mod issue;
pub(crate) mod memo;
mod place;
pub mod profiles;
pub mod reader;
pub mod tally;
pub mod values;
