//! Where time and identifiers come from.

use std::{
    fmt,
    sync::atomic::{AtomicI64, AtomicU64, Ordering},
};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Day, Id};

/// A point in time in microseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Instant(i64);

impl Instant {
    /// From microseconds since 1970.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since 1970.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// The instant `seconds` later, or earlier if negative.
    #[must_use]
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(1_000_000)))
    }

    fn shanghai(self) -> jiff::civil::DateTime {
        let timestamp = jiff::Timestamp::from_microsecond(self.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        jiff::tz::Offset::constant(8).to_datetime(timestamp)
    }

    /// The calendar day in Asia/Shanghai at this instant.
    pub fn day(self) -> Day {
        let date = self.shanghai().date();
        Day::new(date.year(), date.month(), date.day()).unwrap_or_else(|_| Day::from_day_number(0))
    }

    /// Local time to the minute, `2020-11-30 14:35`.
    pub fn to_minute(self) -> String {
        self.shanghai().strftime("%Y-%m-%d %H:%M").to_string()
    }
}

impl fmt::Display for Instant {
    /// RFC 3339 with the Shanghai offset: `2020-11-30T14:35:07+08:00`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}+08:00", self.shanghai().strftime("%Y-%m-%dT%H:%M:%S"))
    }
}

impl From<Instant> for String {
    fn from(instant: Instant) -> Self {
        instant.to_string()
    }
}

impl TryFrom<String> for Instant {
    type Error = jiff::Error;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse::<jiff::Timestamp>().map(|timestamp| Self(timestamp.as_microsecond()))
    }
}

/// The source of the current time. The program uses [`SystemClock`]; tests use [`FixedClock`].
pub trait Clock: fmt::Debug + Send + Sync {
    /// The current instant.
    fn now(&self) -> Instant;

    /// The current calendar day in Asia/Shanghai.
    fn today(&self) -> Day {
        self.now().day()
    }
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
    fn now(&self) -> Instant {
        Instant(jiff::Timestamp::now().as_microsecond())
    }
}

/// A clock that a test sets.
#[derive(Debug)]
pub struct FixedClock(AtomicI64);

impl FixedClock {
    /// A clock standing at `instant`.
    pub const fn at(instant: Instant) -> Self {
        Self(AtomicI64::new(instant.0))
    }

    /// Moves the clock on.
    pub fn advance_seconds(&self, seconds: i64) {
        self.0.fetch_add(seconds.saturating_mul(1_000_000), Ordering::SeqCst);
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Instant {
        Instant(self.0.load(Ordering::SeqCst))
    }
}

/// Makes identifiers: `UUIDv7`, strictly ascending within one generator even when the clock stands still or jumps back.
#[derive(Debug)]
pub struct IdGen {
    last_millis: AtomicU64,
    counter: AtomicU64,
    salt: Option<u64>,
}

impl IdGen {
    /// Identifiers for production: random tails.
    pub const fn new() -> Self {
        Self { last_millis: AtomicU64::new(0), counter: AtomicU64::new(0), salt: None }
    }

    /// Identifiers for tests: the same seed and clock give the same identifiers.
    pub const fn seeded(seed: u64) -> Self {
        Self { last_millis: AtomicU64::new(0), counter: AtomicU64::new(0), salt: Some(seed) }
    }

    /// The next identifier at the instant `now`.
    pub fn next<T>(&self, now: Instant) -> Id<T> {
        let millis = u64::try_from(now.micros() / 1000).unwrap_or(0);
        let before = self.last_millis.fetch_max(millis, Ordering::SeqCst);
        let millis = millis.max(before);
        // 12 + 30 bits of counter keep ids of one process in order; 32 bits tell processes apart.
        let count = self.counter.fetch_add(1, Ordering::SeqCst) & ((1 << 42) - 1);
        let tail = match self.salt {
            Some(seed) => seed.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(count) & 0xFFFF_FFFF,
            None => process_salt() & 0xFFFF_FFFF,
        };
        let high = (u128::from(millis) << 80) | (0x7 << 76) | (u128::from(count >> 30) << 64);
        let low = (0b10_u128 << 62) | (u128::from(count & ((1 << 30) - 1)) << 32) | u128::from(tail);
        Id::from_uuid(Uuid::from_u128(high | low))
    }
}

impl Default for IdGen {
    fn default() -> Self {
        Self::new()
    }
}

/// 64 random bits drawn once per process.
fn process_salt() -> u64 {
    static SALT: std::sync::OnceLock<u64> = std::sync::OnceLock::new();
    #[expect(clippy::disallowed_methods, reason = "the one place that draws a random identifier")]
    *SALT.get_or_init(|| Uuid::now_v7().as_u64_pair().1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_ascend_even_when_the_clock_jumps_back() {
        let ids = IdGen::new();
        let mut last = ids.next::<()>(Instant::from_micros(1_000_000_000));
        for micros in [1_000_000_001, 999_000_000, 5, 2_000_000_000, 2_000_000_000] {
            let next = ids.next::<()>(Instant::from_micros(micros));
            assert!(next > last, "{next} after {last}");
            assert_eq!(next.uuid().get_version_num(), 7);
            last = next;
        }
    }

    #[test]
    fn an_identifier_tells_when_it_was_made() {
        let made = Instant::from_micros(1_606_755_600_123_456);
        assert_eq!(IdGen::new().next::<()>(made).made_at(), Instant::from_micros(1_606_755_600_123_000));
    }

    #[test]
    fn ordinals_ascend_with_the_identifiers() {
        let ids = IdGen::new();
        let start = 1_606_755_600_000_000;
        let mut last = -1;
        for micros in [start, start, start + 1_000, start + 1_000, start + 10_i64.pow(15)] {
            let next = ids.next::<()>(Instant::from_micros(micros)).ordinal();
            assert!(next > last, "{next} after {last}");
            last = next;
        }
    }

    #[test]
    fn a_day_is_the_day_in_shanghai() {
        // 2020-11-30T17:00:00Z is already 1 December in Shanghai.
        let instant = Instant::from_micros(1_606_755_600_000_000);
        assert_eq!(instant.day().yyyymmdd(), 20_201_201);
        assert_eq!(instant.to_string(), "2020-12-01T01:00:00+08:00");
        assert_eq!(Instant::try_from(instant.to_string()).unwrap(), instant);
    }
}
