//! Files in and out: the object store, guarded spreadsheets, header finding, cell reading, streamed exports
//! and the user's own file marked with what became of each row. Nothing here knows what a column means to the
//! business.
//!
//! The way of an import: keep the upload in the [`store`], open it by content with [`sheet::Workbook::open`],
//! find the header with [`table::Table`], read cells with [`parse`], and hand the file back with [`marked`].
//! Exports go through [`write::TableWriter`], one code path for `.xlsx` and CSV.
//!
//! Errors carry a stable `code()` and their parameters; the wording for people is the caller's (Fluent).

mod error;
pub mod fold;
pub mod header;
pub mod marked;
pub mod parse;
pub mod picture;
pub mod sheet;
pub mod store;
pub mod table;
pub mod write;

pub use error::OpenError;
