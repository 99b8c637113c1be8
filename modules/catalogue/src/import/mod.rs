//! From a table of products to working copies and prices: columns, rows, what they would change.
//!
//! Everything here reads and answers; nothing writes. A file is read twice, to be checked and to be written; both times
//! each product is compared with what is known at that moment, so what is written is never older than what was decided.

pub mod batch;
pub(crate) mod columns;
pub mod file;
pub mod issue;
pub(crate) mod merge;
pub(crate) mod plan;
