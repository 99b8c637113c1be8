//! Rows on their way out of a statement. NULL where a value must stand is an error on both engines.

use sh_kernel::{Day, Fen, Id, Instant, Month, Quantity, RegionCode};
use sqlx::{Row as _, ValueRef as _, postgres::PgRow, sqlite::SqliteRow};
use uuid::Uuid;

use crate::DbError;

/// One row of a result.
#[derive(Debug)]
pub struct Row(pub(crate) Inner);

#[derive(Debug)]
pub(crate) enum Inner {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

impl Row {
    /// The value of the column at `index`, from 0.
    ///
    /// # Errors
    /// [`DbError::Column`] if it is NULL and `T` is not an `Option`, or holds something else than a `T`.
    pub fn get<T: Column>(&self, index: usize) -> Result<T, DbError> {
        T::read(self, index)
    }

    fn is_null(&self, index: usize) -> Result<bool, DbError> {
        let null = match &self.0 {
            Inner::Sqlite(row) => row.try_get_raw(index).map(|value| value.is_null()),
            Inner::Postgres(row) => row.try_get_raw(index).map(|value| value.is_null()),
        };
        null.map_err(|error| DbError::Column { column: index, problem: error.to_string() })
    }

    fn not_null(&self, index: usize) -> Result<(), DbError> {
        if self.is_null(index)? {
            return Err(DbError::Column { column: index, problem: "is NULL".to_owned() });
        }
        Ok(())
    }
}

/// A value that is read from a whole row.
pub trait FromRow: Sized {
    /// Reads it.
    ///
    /// # Errors
    /// [`DbError::Column`] if a column does not hold what is expected.
    fn from_row(row: &Row) -> Result<Self, DbError>;
}

/// A value that is read from one column.
pub trait Column: Sized {
    /// Reads it.
    ///
    /// # Errors
    /// [`DbError::Column`] if the column is NULL or of another type.
    fn read(row: &Row, index: usize) -> Result<Self, DbError>;
}

impl<T: Column> Column for Option<T> {
    fn read(row: &Row, index: usize) -> Result<Self, DbError> {
        if row.is_null(index)? { Ok(None) } else { T::read(row, index).map(Some) }
    }
}

macro_rules! native {
    ($($type:ty),*) => {$(
        impl Column for $type {
            fn read(row: &Row, index: usize) -> Result<Self, DbError> {
                row.not_null(index)?;
                let value = match &row.0 {
                    Inner::Sqlite(row) => row.try_get(index),
                    Inner::Postgres(row) => row.try_get(index),
                };
                value.map_err(|error| DbError::Column { column: index, problem: error.to_string() })
            }
        }
    )*};
}
native!(i64, bool, String, Vec<u8>, Uuid);

fn convert<T, U, E: std::fmt::Display>(
    row: &Row,
    index: usize,
    make: impl FnOnce(U) -> Result<T, E>,
) -> Result<T, DbError>
where
    U: Column,
{
    make(U::read(row, index)?).map_err(|error| DbError::Column { column: index, problem: error.to_string() })
}

impl Column for u32 {
    fn read(row: &Row, index: usize) -> Result<Self, DbError> {
        convert(row, index, |number: i64| Self::try_from(number))
    }
}
impl Column for i32 {
    fn read(row: &Row, index: usize) -> Result<Self, DbError> {
        convert(row, index, |number: i64| Self::try_from(number))
    }
}
impl Column for Fen {
    fn read(row: &Row, index: usize) -> Result<Self, DbError> {
        i64::read(row, index).map(Self)
    }
}
impl Column for Quantity {
    fn read(row: &Row, index: usize) -> Result<Self, DbError> {
        i64::read(row, index).map(Self)
    }
}
impl Column for Day {
    fn read(row: &Row, index: usize) -> Result<Self, DbError> {
        convert(row, index, Self::from_yyyymmdd)
    }
}
impl Column for Month {
    fn read(row: &Row, index: usize) -> Result<Self, DbError> {
        convert(row, index, Self::from_yyyymm)
    }
}
impl Column for RegionCode {
    fn read(row: &Row, index: usize) -> Result<Self, DbError> {
        convert(row, index, Self::new)
    }
}
impl<T> Column for Id<T> {
    fn read(row: &Row, index: usize) -> Result<Self, DbError> {
        Uuid::read(row, index).map(Self::from_uuid)
    }
}

/// Microseconds from 1970-01-01 to 2000-01-01, where PostgreSQL counts from.
pub(crate) const POSTGRES_EPOCH_MICROS: i64 = 946_684_800_000_000;

impl Column for Instant {
    fn read(row: &Row, index: usize) -> Result<Self, DbError> {
        row.not_null(index)?;
        match &row.0 {
            Inner::Sqlite(_) => i64::read(row, index).map(Self::from_micros),
            Inner::Postgres(inner) => inner
                .try_get::<crate::tx::Timestamp, _>(index)
                .map(|stamp| Self::from_micros(stamp.0 + POSTGRES_EPOCH_MICROS))
                .map_err(|error| DbError::Column { column: index, problem: error.to_string() }),
        }
    }
}

macro_rules! tuple {
    ($($name:ident $index:tt),*) => {
        impl<$($name: Column),*> FromRow for ($($name,)*) {
            fn from_row(row: &Row) -> Result<Self, DbError> {
                Ok(($(row.get::<$name>($index)?,)*))
            }
        }
    };
}
tuple!(A 0);
tuple!(A 0, B 1);
tuple!(A 0, B 1, C 2);
tuple!(A 0, B 1, C 2, D 3);
tuple!(A 0, B 1, C 2, D 3, E 4);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5);
