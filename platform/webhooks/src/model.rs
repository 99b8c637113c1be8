//! Endpoints, events and deliveries. No IO, no clock.

use serde_json::{Value, json};
use sh_kernel::{Id, Instant};
use uuid::Uuid;

use crate::sign::Secret;

/// What happened; only the type of an identifier.
#[derive(Debug)]
pub struct EventId;

/// The type of a message that is sent to try an endpoint out.
pub const TEST_KIND: &str = "webhook.test";

/// Seconds from a failed attempt to the next one, after Standard Webhooks: 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h,
/// 24 h. After the last one the message is given up.
pub const SCHEDULE_SECONDS: [i64; 9] =
    [5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600];

/// Something that happened, and what each organisation may know of it: identifiers and states, nothing personal.
#[derive(Debug, Clone)]
pub struct Event {
    /// Its type: `order.placed`.
    pub kind: &'static str,
    /// Who hears of it and what they are told. The operator is [`crate::EVERYWHERE`].
    pub audience: Vec<(String, Value)>,
}

/// The body of a message. Kept as it is sent first: a repeated message is the same to the byte.
pub(crate) fn body_of(kind: &str, at: Instant, data: &Value) -> String {
    json!({ "type": kind, "timestamp": at, "data": data }).to_string()
}

/// What `webhook-id` says: the same each time a message is sent.
pub fn message_id(event: Id<EventId>) -> String {
    format!("msg_{}", event.uuid().simple())
}

sh_db::coded! {
    /// Where a message to an endpoint stands (推送状态).
    DeliveryState {
        /// To be sent, or to be sent again (待推送).
        Waiting = 1 "waiting",
        /// Answered with 2xx (已送达).
        Delivered = 2 "delivered",
        /// Given up after the last attempt (已放弃).
        GivenUp = 3 "given-up",
    }
}

/// Why an endpoint is off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Off {
    /// Somebody switched it off.
    Person,
    /// Nothing arrived for days.
    Failures,
    /// It answered 410: it is gone.
    Gone,
}

impl Off {
    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Failures => "failures",
            Self::Gone => "gone",
        }
    }

    pub(crate) fn parse(code: &str) -> Self {
        [Self::Failures, Self::Gone].into_iter().find(|off| off.code() == code).unwrap_or(Self::Person)
    }
}

/// Where messages go (推送地址), without its secret.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// Identifier.
    pub id: Id<Endpoint>,
    /// Whose it is: the code of an organisation, or [`crate::EVERYWHERE`].
    pub organisation: String,
    /// The address.
    pub url: String,
    /// The types of events that it wants.
    pub kinds: Vec<String>,
    /// Until when the secret before the last rotation signs, too.
    pub old_until: Option<Instant>,
    /// When it was made.
    pub created_at: Instant,
    /// Since when it is off, and why.
    pub off: Option<(Instant, Off)>,
    /// Since when nothing arrived.
    pub failing_since: Option<Instant>,
}

/// A message to an endpoint (推送记录).
#[derive(Debug, Clone)]
pub struct Delivery {
    /// What happened.
    pub event: Id<EventId>,
    /// The type of event.
    pub kind: String,
    /// What is sent.
    pub body: String,
    /// Where it stands.
    pub state: DeliveryState,
    /// When it is tried next.
    pub due_at: Option<Instant>,
    /// How often it was tried.
    pub tries: i64,
}

/// One attempt (推送尝试).
#[derive(Debug, Clone)]
pub struct Attempt {
    /// Counts from 1.
    pub number: i64,
    /// When it began.
    pub at: Instant,
    /// How long it took, in milliseconds.
    pub millis: i64,
    /// The status of the answer.
    pub status: Option<i64>,
    /// The beginning of the answer.
    pub answer: String,
    /// Why there was none.
    pub problem: Option<String>,
}

/// An endpoint for which something is due.
#[derive(Debug, Clone)]
pub(crate) struct Ready {
    pub(crate) id: Id<Endpoint>,
    pub(crate) url: String,
    pub(crate) secret: Secret,
    pub(crate) old: Option<(Secret, Instant)>,
    pub(crate) failing_since: Option<Instant>,
}

/// A message that somebody has taken to send it.
#[derive(Debug, Clone)]
pub(crate) struct Taken {
    pub(crate) event: Id<EventId>,
    pub(crate) body: String,
    pub(crate) step: i64,
    pub(crate) tries: i64,
}

/// The least identifier that is made from an instant on: identifiers ascend with time.
pub(crate) fn first_of(at: Instant) -> Uuid {
    let millis = u128::try_from(at.micros() / 1000).unwrap_or(0);
    Uuid::from_u128(millis << 80)
}
