//! Rows as PostgreSQL takes them in bulk: `COPY … FROM STDIN (FORMAT binary)`.
//!
//! A plain insert of many rows goes this way because the server then fills whole pages, with one log record for each,
//! where rows out of arrays are formed and logged one by one.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant as Moment},
};

use sh_kernel::Instant;
use sqlx::PgConnection;

use crate::{DbError, Insert, Value, row::POSTGRES_EPOCH_MICROS, sql::Kind};

/// From so many rows on the second round trip is worth it.
pub(crate) const COPY_ROWS_MIN: usize = 500;
/// Bytes that are put together before they are sent: the server works on some while the next ones are encoded.
const SEND_BYTES: usize = 256 * 1024;
/// What a binary copy begins with: the signature, no flags, no extension.
const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
/// What it ends with, where a row would say how many fields it has.
const TRAILER: [u8; 2] = (-1_i16).to_be_bytes();

/// When a copy was broken off last. Its connection waits for an answer then that nobody reads, and the next one who uses it
/// would take that answer for their own; so connections from before that moment are not used again.
#[derive(Debug, Clone, Default)]
pub(crate) struct BrokenOff(Arc<Mutex<Option<Moment>>>);

impl BrokenOff {
    /// Whether a connection of this age may have been in the middle of a copy that was broken off.
    pub(crate) fn met(&self, age: Duration) -> bool {
        let last = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        last.is_some_and(|moment| age >= moment.elapsed())
    }
}

/// Notes a copy that is broken off, which happens when whoever waits for it goes away, or the connection is lost.
struct Watch<'a>(Option<&'a BrokenOff>);

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        if let Some(BrokenOff(moment)) = self.0 {
            *moment.lock().unwrap_or_else(PoisonError::into_inner) = Some(Moment::now());
        }
    }
}

/// Writes rows into a table. Returns how many.
pub(crate) async fn copy(
    connection: &mut PgConnection,
    insert: &Insert,
    rows: &[Vec<Value>],
    broken_off: &BrokenOff,
) -> Result<u64, DbError> {
    if let Some(wrong) = rows.iter().find(|row| !fits(row, insert.columns)) {
        return Err(DbError::Other(format!("{}: a row does not fit the columns: {wrong:?}", insert.name)));
    }
    let mut watch = Watch(Some(broken_off));
    let outcome = send(connection, &insert.copy_text(), rows).await;
    if matches!(&outcome, Ok(_) | Err(sqlx::Error::Database(_))) {
        watch.0 = None;
    }
    Ok(outcome?)
}

async fn send(connection: &mut PgConnection, text: &str, rows: &[Vec<Value>]) -> Result<u64, sqlx::Error> {
    let mut copy = connection.copy_in_raw(text).await?;
    let mut bytes = Vec::with_capacity(SEND_BYTES + SEND_BYTES / 4);
    bytes.extend_from_slice(HEADER);
    for row in rows {
        put_row(&mut bytes, row)?;
        if bytes.len() >= SEND_BYTES {
            copy.send(bytes.as_slice()).await?;
            bytes.clear();
        }
    }
    bytes.extend_from_slice(&TRAILER);
    copy.send(bytes.as_slice()).await?;
    copy.finish().await
}

fn fits(row: &[Value], columns: &[(&str, Kind)]) -> bool {
    row.len() == columns.len() && row.iter().zip(columns).all(|(value, (_, kind))| value.fits(*kind))
}

fn put_row(out: &mut Vec<u8>, row: &[Value]) -> Result<(), sqlx::Error> {
    let fields = i16::try_from(row.len()).map_err(too_long)?;
    out.extend_from_slice(&fields.to_be_bytes());
    row.iter().try_for_each(|value| put(out, value))
}

/// The length of a value and the value; -1 alone for NULL.
fn put(out: &mut Vec<u8>, value: &Value) -> Result<(), sqlx::Error> {
    fn field(out: &mut Vec<u8>, bytes: Option<impl AsRef<[u8]>>) -> Result<(), sqlx::Error> {
        let Some(bytes) = bytes else {
            out.extend_from_slice(&(-1_i32).to_be_bytes());
            return Ok(());
        };
        let length = i32::try_from(bytes.as_ref().len()).map_err(too_long)?;
        out.extend_from_slice(&length.to_be_bytes());
        out.extend_from_slice(bytes.as_ref());
        Ok(())
    }
    match value {
        Value::I64(number) => field(out, number.map(i64::to_be_bytes)),
        Value::Bool(flag) => field(out, flag.map(|flag| [u8::from(flag)])),
        Value::Text(text) => field(out, text.as_ref()),
        Value::Bytes(bytes) => field(out, bytes.as_ref()),
        Value::Uuid(id) => field(out, id.as_ref()),
        Value::Instant(instant) => {
            let micros = |instant: Instant| (instant.micros() - POSTGRES_EPOCH_MICROS).to_be_bytes();
            field(out, instant.map(micros))
        }
        // No column holds a set, and `fits` has said so.
        Value::I64s(_) | Value::Texts(_) | Value::Uuids(_) => field(out, None::<&[u8]>),
    }
}

fn too_long(error: std::num::TryFromIntError) -> sqlx::Error {
    sqlx::Error::Encode(error.into())
}
