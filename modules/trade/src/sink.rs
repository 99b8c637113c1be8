//! Who else must hear of every line, in the same transaction.

use std::sync::Arc;

use futures::future::BoxFuture;
use sh_db::{DbError, Tx};

use crate::model::TradeLine;

/// Receives every trade line in the transaction that writes it. The statistics module keeps its cubes equal to the sum
/// of the lines this way, without the trade module knowing of cubes.
pub trait LineSink: Send + Sync {
    /// Takes the lines of one transaction, reversing ones included.
    ///
    /// # Errors
    /// A database error; the transaction is then rolled back, lines included.
    fn apply<'a>(&'a self, tx: &'a mut Tx, lines: &'a [TradeLine]) -> BoxFuture<'a, Result<(), DbError>>;
}

/// A sink for programs and tests that keep no cubes.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoSink;

impl LineSink for NoSink {
    fn apply<'a>(&'a self, _: &'a mut Tx, _: &'a [TradeLine]) -> BoxFuture<'a, Result<(), DbError>> {
        Box::pin(async { Ok(()) })
    }
}

/// The sink of the program, as it is hung into the services that use cases find.
#[derive(Clone)]
pub struct SharedSink(pub Arc<dyn LineSink>);

impl std::fmt::Debug for SharedSink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SharedSink")
    }
}
