//! How often somebody may try to sign in, and a program may ask with one key.

use std::{net::IpAddr, num::NonZeroU32, sync::Arc, time::Duration};

use governor::{
    NotUntil, Quota, RateLimiter, clock::Clock as GovernorClock, middleware::NoOpMiddleware,
    state::keyed::DashMapStateStore,
};
use sh_kernel::Clock;
use uuid::Uuid;

use crate::Error;

/// Attempts with one login at once; then one more each [`LOGIN_REFILL_SECONDS`].
const LOGIN_BURST: NonZeroU32 = NonZeroU32::new(8).unwrap();
const LOGIN_REFILL_SECONDS: u64 = 30;
/// Attempts from one address at once, which may be a whole office; then one more each [`ADDRESS_REFILL_SECONDS`].
const ADDRESS_BURST: NonZeroU32 = NonZeroU32::new(60).unwrap();
const ADDRESS_REFILL_SECONDS: u64 = 5;
/// Requests with one key at once; then [`KEY_PER_SECOND`] each second.
pub(crate) const KEY_BURST: NonZeroU32 = NonZeroU32::new(300).unwrap();
/// Requests with one key in a second, in the long run.
pub(crate) const KEY_PER_SECOND: NonZeroU32 = NonZeroU32::new(50).unwrap();
/// Logins, addresses and keys remembered before those that may try again are forgotten.
const KEYS_MAX: usize = 10_000;

/// The program's clock, as the limiter reads it.
#[derive(Debug, Clone)]
struct Ticks(Arc<dyn Clock>);

impl GovernorClock for Ticks {
    type Instant = Duration;
    fn now(&self) -> Duration {
        Duration::from_micros(u64::try_from(self.0.now().micros()).unwrap_or(0))
    }
}

type Limiter<K> = RateLimiter<K, DashMapStateStore<K>, Ticks, NoOpMiddleware<Duration>>;

/// Limits on attempts by login and by address.
pub(crate) struct Limits {
    by_login: Limiter<String>,
    by_address: Limiter<IpAddr>,
    by_key: Limiter<Uuid>,
    clock: Ticks,
}

/// What one subscriber has: an IPv4 address, or the first half of an IPv6 address.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(whole) => IpAddr::V6((u128::from(whole) >> 64 << 64).into()),
    }
}

fn quota(burst: NonZeroU32, refill_seconds: u64) -> Quota {
    let refill = Duration::from_secs(refill_seconds);
    Quota::with_period(refill).unwrap_or_else(|| Quota::per_minute(NonZeroU32::MIN)).allow_burst(burst)
}

impl Limits {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        let clock = Ticks(clock);
        let by_login = quota(LOGIN_BURST, LOGIN_REFILL_SECONDS);
        let by_address = quota(ADDRESS_BURST, ADDRESS_REFILL_SECONDS);
        Self {
            by_login: RateLimiter::dashmap_with_clock(by_login, clock.clone()),
            by_key: RateLimiter::dashmap_with_clock(
                Quota::per_second(KEY_PER_SECOND).allow_burst(KEY_BURST),
                clock.clone(),
            ),
            by_address: RateLimiter::dashmap_with_clock(by_address, clock.clone()),
            clock,
        }
    }

    /// Counts one attempt from an address.
    ///
    /// # Errors
    /// [`Error::TooManyAttempts`] with the time to wait.
    pub(crate) fn address(&self, address: Option<IpAddr>) -> Result<(), Error> {
        if self.by_address.len() > KEYS_MAX {
            self.by_address.retain_recent();
        }
        let Some(address) = address else { return Ok(()) };
        self.by_address.check_key(&network(address)).map_err(|until| self.refused(&until))
    }

    /// Counts one attempt.
    ///
    /// # Errors
    /// [`Error::TooManyAttempts`] with the time to wait.
    pub(crate) fn attempt(&self, login: &str, address: Option<IpAddr>) -> Result<(), Error> {
        if self.by_login.len() > KEYS_MAX {
            self.by_login.retain_recent();
        }
        self.address(address)?;
        self.by_login.check_key(&login.to_owned()).map_err(|until| self.refused(&until))
    }

    /// Counts one request with a key.
    ///
    /// # Errors
    /// [`Error::TooManyRequests`] with the time to wait.
    pub(crate) fn request(&self, key: Uuid) -> Result<(), Error> {
        if self.by_key.len() > KEYS_MAX {
            self.by_key.retain_recent();
        }
        self.by_key.check_key(&key).map_err(|until| Error::TooManyRequests { seconds: self.seconds(&until) })
    }

    fn refused(&self, until: &NotUntil<Duration>) -> Error {
        Error::TooManyAttempts { seconds: self.seconds(until) }
    }

    fn seconds(&self, until: &NotUntil<Duration>) -> u32 {
        let wait = until.wait_time_from(GovernorClock::now(&self.clock));
        u32::try_from(wait.as_secs()).unwrap_or(u32::MAX).saturating_add(1)
    }
}
