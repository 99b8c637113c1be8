//! Typed identifiers.

use std::{cmp::Ordering, fmt, hash, marker::PhantomData, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

use crate::Instant;

/// The identifier of a `T`: a `UUIDv7`, so identifiers made later sort later. Ids of different things do not mix.
pub struct Id<T>(Uuid, PhantomData<fn() -> T>);

impl<T> Id<T> {
    /// Takes a raw UUID as the identifier of a `T`.
    pub const fn from_uuid(uuid: Uuid) -> Self {
        Self(uuid, PhantomData)
    }

    /// The raw UUID.
    pub const fn uuid(self) -> Uuid {
        self.0
    }

    /// When it was made, to the millisecond: a `UUIDv7` begins with its time.
    pub fn made_at(self) -> Instant {
        let (high, _) = self.0.as_u64_pair();
        Instant::from_micros(i64::try_from(high >> 16).unwrap_or(0).saturating_mul(1_000))
    }

    /// A number that ascends with the moment the identifier was made: milliseconds since 2020 and the generator's count.
    /// Two identifiers of one generator never share it. For indices that are kept by number, such as that of texts.
    pub const fn ordinal(self) -> i64 {
        /// 2020-01-01T00:00:00Z in milliseconds since 1970.
        const BEGIN_MILLIS: u64 = 1_577_836_800_000;
        let (high, low) = self.0.as_u64_pair();
        // 41 bits of milliseconds last for 69 years; 22 bits of the count are four million identifiers a millisecond.
        let millis = (high >> 16).saturating_sub(BEGIN_MILLIS) & ((1 << 41) - 1);
        let count = (low >> 32) & ((1 << 22) - 1);
        (millis << 22 | count).cast_signed()
    }

    /// The identifier of the same row under another type, for tables that share a key.
    pub const fn cast<U>(self) -> Id<U> {
        Id::from_uuid(self.0)
    }
}

impl<T> Clone for Id<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Id<T> {}
impl<T> PartialEq for Id<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<T> Eq for Id<T> {}
impl<T> PartialOrd for Id<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl<T> Ord for Id<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.cmp(&other.0)
    }
}
impl<T> hash::Hash for Id<T> {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}
impl<T> fmt::Debug for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}
impl<T> fmt::Display for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}
impl<T> FromStr for Id<T> {
    type Err = uuid::Error;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Uuid::from_str(text).map(Self::from_uuid)
    }
}
impl<T> Serialize for Id<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}
impl<'de, T> Deserialize<'de> for Id<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Uuid::deserialize(deserializer).map(Self::from_uuid)
    }
}
