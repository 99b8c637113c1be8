//! One SQL text on two engines: SQLite inside the program by default, PostgreSQL in production.
//!
//! A module writes its statements once as constants ([`statements!`], [`inserts!`], [`updates!`]) with `$1…$n`, and calls them
//! inside [`Db::read`] or [`Db::write`]; commands that move value go through [`GroupCommit`]. Everything that differs between the engines is closed here, once: the column
//! types of a migration ([`Migration`]), NULLs, constraint names, locking, retries, bulk writes. No other crate sees
//! the driver underneath.

mod catalogue;
mod coded;
mod connect;
mod copy;
mod error;
mod gather;
mod group;
mod migrate;
mod row;
mod sql;
mod tx;
mod value;

pub use catalogue::{ColumnFacts, TableFacts, sqlite_kind};
pub use connect::{Db, Options, Passing};
pub use error::DbError;
pub use gather::{GroupRead, Lookup};
pub use group::{Batch, GroupCommit, GroupError, Histogram, Limits, Metrics};
pub use migrate::Migration;
pub use row::{Column, FromRow, Row};
pub use sql::{Insert, Kind, Sql, Update};
pub use tx::Tx;
pub use value::{IntoValue, Value};

/// Which database engine a connection speaks to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// SQLite inside the program.
    Sqlite,
    /// A PostgreSQL server, 15 or newer.
    Postgres,
}

/// Builds the list of bound values of one statement: `binds![id, day, name]`.
#[macro_export]
macro_rules! binds {
    ($($value:expr),* $(,)?) => { vec![$($crate::IntoValue::into_value($value)),*] };
}
