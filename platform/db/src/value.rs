//! Values on their way into a statement. A NULL keeps the type it would have had.

use sh_kernel::{Day, Fen, Id, Instant, Month, Quantity, RegionCode};
use uuid::Uuid;

use crate::sql::Kind;

/// One bound value.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A whole number: counts, fen, days, codes.
    I64(Option<i64>),
    /// Yes or no.
    Bool(Option<bool>),
    /// Text.
    Text(Option<String>),
    /// Raw bytes.
    Bytes(Option<Vec<u8>>),
    /// An identifier.
    Uuid(Option<Uuid>),
    /// A point in time.
    Instant(Option<Instant>),
    /// A set of whole numbers, for `IN` (written `{{in_i64 $1}}` in the statement).
    I64s(Vec<i64>),
    /// A set of texts, for `IN` (written `{{in_text $1}}`).
    Texts(Vec<String>),
    /// A set of identifiers, for `IN` (written `{{in_uuid $1}}`).
    Uuids(Vec<Uuid>),
}

impl Value {
    pub(crate) fn fits(&self, kind: Kind) -> bool {
        matches!(
            (self, kind),
            (Self::I64(_), Kind::I64)
                | (Self::Bool(_), Kind::Bool)
                | (Self::Text(_), Kind::Text)
                | (Self::Bytes(_), Kind::Bytes)
                | (Self::Uuid(_), Kind::Uuid)
                | (Self::Instant(_), Kind::Instant)
        )
    }
}

/// What can be bound to a statement.
pub trait IntoValue {
    /// The bound value.
    fn into_value(self) -> Value;
}

impl IntoValue for Value {
    fn into_value(self) -> Value {
        self
    }
}

/// A type that is stored in one column, with the NULL that belongs to it.
trait Plain: Sized {
    fn wrap(value: Option<Self>) -> Value;
}

impl<T: Plain> IntoValue for T {
    fn into_value(self) -> Value {
        T::wrap(Some(self))
    }
}
impl<T: Plain> IntoValue for Option<T> {
    fn into_value(self) -> Value {
        T::wrap(self)
    }
}
impl IntoValue for &str {
    fn into_value(self) -> Value {
        Value::Text(Some(self.to_owned()))
    }
}
impl IntoValue for Option<&str> {
    fn into_value(self) -> Value {
        Value::Text(self.map(ToOwned::to_owned))
    }
}
impl IntoValue for &String {
    fn into_value(self) -> Value {
        Value::Text(Some(self.clone()))
    }
}
impl IntoValue for &[i64] {
    fn into_value(self) -> Value {
        Value::I64s(self.to_vec())
    }
}
impl IntoValue for &[String] {
    fn into_value(self) -> Value {
        Value::Texts(self.to_vec())
    }
}
impl<T> IntoValue for &[Id<T>] {
    fn into_value(self) -> Value {
        Value::Uuids(self.iter().map(|id| id.uuid()).collect())
    }
}

impl Plain for i64 {
    fn wrap(value: Option<Self>) -> Value {
        Value::I64(value)
    }
}
impl Plain for i32 {
    fn wrap(value: Option<Self>) -> Value {
        Value::I64(value.map(i64::from))
    }
}
impl Plain for u32 {
    fn wrap(value: Option<Self>) -> Value {
        Value::I64(value.map(i64::from))
    }
}
impl Plain for bool {
    fn wrap(value: Option<Self>) -> Value {
        Value::Bool(value)
    }
}
impl Plain for String {
    fn wrap(value: Option<Self>) -> Value {
        Value::Text(value)
    }
}
impl Plain for Vec<u8> {
    fn wrap(value: Option<Self>) -> Value {
        Value::Bytes(value)
    }
}
impl Plain for Uuid {
    fn wrap(value: Option<Self>) -> Value {
        Value::Uuid(value)
    }
}
impl<T> Plain for Id<T> {
    fn wrap(value: Option<Self>) -> Value {
        Value::Uuid(value.map(Id::uuid))
    }
}
impl Plain for Instant {
    fn wrap(value: Option<Self>) -> Value {
        Value::Instant(value)
    }
}
impl Plain for Fen {
    fn wrap(value: Option<Self>) -> Value {
        Value::I64(value.map(|fen| fen.0))
    }
}
impl Plain for Quantity {
    fn wrap(value: Option<Self>) -> Value {
        Value::I64(value.map(|quantity| quantity.0))
    }
}
impl Plain for Day {
    fn wrap(value: Option<Self>) -> Value {
        Value::I64(value.map(Day::yyyymmdd))
    }
}
impl Plain for Month {
    fn wrap(value: Option<Self>) -> Value {
        Value::I64(value.map(Month::yyyymm))
    }
}
impl Plain for RegionCode {
    fn wrap(value: Option<Self>) -> Value {
        Value::I64(value.map(RegionCode::number))
    }
}
