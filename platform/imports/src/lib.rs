//! Tables of rows in (表格导入): a file is kept, checked row by row, shown, confirmed by a person and written.
//!
//! A kind of table is a [`Table`]: its columns, and what each of its rows would do and does. Everything else is here:
//! upload, preview, each problem with row, column, value, reason and fix, the user's own file back with two columns added,
//! jobs that go on where they were cut off.
//!
//! A file is read twice, to be checked and to be written; both times each row is compared with what is known at that
//! moment. Rows are written in groups. A group whose count was not written down is written again, so [`Table::write`]
//! must have one effect however often it is called.

mod error;
pub mod file;
pub mod model;
mod pages;
pub mod service;
mod store;
mod table;

use sh_db::Migration;
use sh_http::Module;

pub use error::Error;
pub use pages::{routes, upload_bytes};
pub use table::{Column, Owner, Row, Table};

/// The schema of this module.
pub const MIGRATIONS: &[Migration] =
    &[Migration { module: "imports", version: 1, text: include_str!("../migrations/0001_imports.sql") }];

/// The tables of this module; pages are brought in by the modules whose tables are imported, with [`routes`].
pub fn module() -> Module {
    Module::new("imports").migrations(MIGRATIONS).store(store::STATEMENTS, store::INSERTS)
}
