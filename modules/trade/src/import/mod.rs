//! From a file to claims: recognising columns, reading rows, checking them.
//!
//! Everything here is pure: rows in, claims and issues out. The use cases in [`crate::service`] open files, keep state
//! and write.

pub mod category;
pub mod fields;
pub mod profiles;
pub mod values;
