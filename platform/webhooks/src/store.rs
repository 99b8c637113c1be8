//! All SQL of the module, and [`publish`].

use std::collections::BTreeSet;

use sh_db::{DbError, FromRow, Row, Tx, binds};
use sh_kernel::{Id, IdGen, Instant};

use crate::{
    model::{
        Attempt, Delivery, DeliveryState, Endpoint, Event, EventId, Off, Ready, Taken, body_of, first_of,
    },
    sign::Secret,
};

sh_db::inserts! {
    /// A new endpoint; nothing if its form was sent before.
    ADD_ENDPOINT = webhook_endpoint(id Uuid, organisation Text, url Text, kinds Text, secret Bytes, created_at Instant)
        "ON CONFLICT (id) DO NOTHING";
    /// Messages to be sent.
    ADD_DELIVERIES = webhook_delivery(endpoint_id Uuid, event_id Uuid, kind Text, body Text, state I64, due_at Instant,
        step I64, tries I64) "ON CONFLICT (endpoint_id, event_id) DO NOTHING";
    /// Attempts that were made.
    ADD_ATTEMPTS = webhook_attempt(endpoint_id Uuid, event_id Uuid, number I64, at Instant, millis I64, status I64,
        answer Text, problem Text) "ON CONFLICT (endpoint_id, event_id, number) DO NOTHING";
}

sh_db::updates! {
    /// What became of messages, if nobody else has taken them meanwhile.
    SET_TRIED = webhook_delivery(endpoint_id Uuid, event_id Uuid, lease Uuid, state I64, due_at Instant, step I64,
        tries I64)
        set "state = given.state, due_at = given.due_at, step = given.step, tries = given.tries, lease = NULL"
        on "webhook_delivery.endpoint_id = given.endpoint_id AND webhook_delivery.event_id = given.event_id \
            AND webhook_delivery.lease = given.lease";
}

macro_rules! endpoint_columns {
    () => {
        "id, organisation, url, kinds, old_until, created_at, off_at, off_why, failing_since"
    };
}

sh_db::statements! {
    /// Endpoints that are on and hear of some organisations.
    LISTENING = "SELECT id, organisation, kinds FROM webhook_endpoint
        WHERE off_at IS NULL AND organisation {{in_text $1}} ORDER BY id";
    /// One endpoint.
    ENDPOINT = concat!("SELECT ", endpoint_columns!(), " FROM webhook_endpoint WHERE id = $1");
    /// Endpoints before one, newest first: of all organisations, or of some.
    ENDPOINTS = concat!("SELECT ", endpoint_columns!(), " FROM webhook_endpoint
        WHERE id < $1 AND ($2 = 1 OR organisation {{in_text $3}}) ORDER BY id DESC LIMIT $4");
    /// Waits until nobody else makes endpoints or switches them on for an organisation. SQLite has one writer anyway.
    HOLD = "SELECT CAST(1 AS BIGINT) WHERE $1 IS NOT NULL",
        postgres "SELECT CAST(1 AS BIGINT) FROM pg_advisory_xact_lock(hashtextextended('webhooks of ' || $1, 0))";
    /// How many endpoints of an organisation are on.
    COUNT = "SELECT COUNT(*) FROM webhook_endpoint WHERE organisation = $1 AND off_at IS NULL";
    /// Switches an endpoint off.
    SWITCH_OFF = "UPDATE webhook_endpoint SET off_at = $2, off_why = $3 WHERE id = $1 AND off_at IS NULL";
    /// Switches an endpoint on. It may fail anew.
    SWITCH_ON = "UPDATE webhook_endpoint SET off_at = NULL, off_why = NULL, failing_since = NULL
        WHERE id = $1 AND off_at IS NOT NULL";
    /// Puts a new secret in front of the one that signs now.
    ROTATE = "UPDATE webhook_endpoint SET old_secret = secret, old_until = $3, secret = $2 WHERE id = $1";
    /// Notes that nothing arrives any more.
    SET_FAILING = "UPDATE webhook_endpoint SET failing_since = $2 WHERE id = $1 AND failing_since IS NULL";
    /// Notes that something arrived.
    SET_WELL = "UPDATE webhook_endpoint SET failing_since = NULL WHERE id = $1 AND failing_since IS NOT NULL";
    /// Whether nothing arrived since some time at an endpoint that is on.
    FAILS = "SELECT id FROM webhook_endpoint WHERE id = $1 AND off_at IS NULL AND failing_since <= $2";
    /// Endpoints after one for which something is due.
    READY = "SELECT id, url, secret, old_secret, old_until, failing_since FROM webhook_endpoint e
        WHERE id > $1 AND off_at IS NULL AND EXISTS
            (SELECT 1 FROM webhook_delivery d WHERE d.endpoint_id = e.id AND d.due_at <= $2)
        ORDER BY id LIMIT $3";
    /// Takes messages of an endpoint that are due, the longest first, until an instant.
    TAKE = "UPDATE webhook_delivery SET lease = $3, due_at = $4 WHERE endpoint_id = $1 AND due_at <= $2 AND event_id IN
        (SELECT event_id FROM webhook_delivery WHERE endpoint_id = $1 AND due_at <= $2 ORDER BY due_at LIMIT $5)
        RETURNING event_id, body, step, tries",
        postgres "UPDATE webhook_delivery SET lease = $3, due_at = $4 WHERE endpoint_id = $1 AND due_at <= $2 AND event_id IN
        (SELECT event_id FROM webhook_delivery WHERE endpoint_id = $1 AND due_at <= $2 ORDER BY due_at LIMIT $5
            FOR UPDATE SKIP LOCKED)
        RETURNING event_id, body, step, tries";
    /// Messages to an endpoint before one, newest first.
    DELIVERIES = "SELECT event_id, kind, body, state, due_at, tries FROM webhook_delivery
        WHERE endpoint_id = $1 AND event_id < $2 ORDER BY event_id DESC LIMIT $3";
    /// One message.
    DELIVERY = "SELECT event_id, kind, body, state, due_at, tries FROM webhook_delivery
        WHERE endpoint_id = $1 AND event_id = $2";
    /// Attempts of a message, the latest first.
    ATTEMPTS = "SELECT number, at, millis, status, answer, problem FROM webhook_attempt
        WHERE endpoint_id = $1 AND event_id = $2 ORDER BY number DESC LIMIT $3";
    /// Sends a message again, from the beginning of the schedule. One that somebody sends now is left to them.
    AGAIN = "UPDATE webhook_delivery SET state = 1, due_at = $3, step = 0, lease = NULL
        WHERE endpoint_id = $1 AND event_id = $2 AND lease IS NULL";
    /// All endpoints after one.
    ALL = "SELECT id FROM webhook_endpoint WHERE id > $1 ORDER BY id LIMIT $2";
    /// Forgets some old messages of an endpoint.
    FORGET = "DELETE FROM webhook_delivery WHERE endpoint_id = $1 AND event_id IN
        (SELECT event_id FROM webhook_delivery WHERE endpoint_id = $1 AND event_id < $2 ORDER BY event_id LIMIT $3)";
    /// Forgets some of their attempts.
    FORGET_ATTEMPTS = "DELETE FROM webhook_attempt WHERE endpoint_id = $1 AND event_id IN
        (SELECT event_id FROM webhook_attempt WHERE endpoint_id = $1 AND event_id < $2 ORDER BY event_id LIMIT $3)";
}

/// Writes what is to be sent of events, in the transaction in which they happen: one question and one write for all of
/// them, whoever listens.
///
/// # Errors
/// What the database refuses.
pub async fn publish(tx: &mut Tx, (ids, at): (&IdGen, Instant), events: &[Event]) -> Result<(), DbError> {
    let heard: BTreeSet<&str> =
        events.iter().flat_map(|event| event.audience.iter().map(|(who, _)| who.as_str())).collect();
    if heard.is_empty() {
        return Ok(());
    }
    let heard: Vec<String> = heard.into_iter().map(ToOwned::to_owned).collect();
    let listening: Vec<(Id<Endpoint>, String, String)> =
        tx.fetch_all(&LISTENING, binds![heard.as_slice()]).await?;
    if listening.is_empty() {
        return Ok(());
    }
    let mut rows = Vec::new();
    for event in events {
        let id: Id<EventId> = ids.next(at);
        for (who, data) in &event.audience {
            let wants = listening
                .iter()
                .filter(|(_, whose, kinds)| whose == who && kinds.split(' ').any(|kind| kind == event.kind));
            rows.extend(
                wants
                    .map(|(endpoint, ..)| row(*endpoint, id, event.kind, &body_of(event.kind, at, data), at)),
            );
        }
    }
    tx.insert_many(&ADD_DELIVERIES, rows).await.map(drop)
}

fn row(endpoint: Id<Endpoint>, event: Id<EventId>, kind: &str, body: &str, at: Instant) -> Vec<sh_db::Value> {
    binds![endpoint, event, kind, body, DeliveryState::Waiting.code(), at, 0_i64, 0_i64]
}

/// Writes one message to one endpoint.
pub(crate) async fn send_one(
    tx: &mut Tx,
    (endpoint, event): (Id<Endpoint>, Id<EventId>),
    (kind, body): (&str, &str),
    at: Instant,
) -> Result<(), DbError> {
    tx.insert(&ADD_DELIVERIES, row(endpoint, event, kind, body, at)).await.map(drop)
}

/// Forgets what is older than an instant, a part at a time. Returns how many rows went.
pub(crate) async fn forget(
    tx: &mut Tx,
    endpoint: Id<Endpoint>,
    before: Instant,
    most: i64,
) -> Result<u64, DbError> {
    let attempts = tx.execute(&FORGET_ATTEMPTS, binds![endpoint, first_of(before), most]).await?;
    Ok(attempts + tx.execute(&FORGET, binds![endpoint, first_of(before), most]).await?)
}

impl FromRow for Endpoint {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        let kinds: String = row.get(3)?;
        let (off_at, off_why): (Option<Instant>, Option<String>) = (row.get(6)?, row.get(7)?);
        Ok(Self {
            id: row.get(0)?,
            organisation: row.get(1)?,
            url: row.get(2)?,
            kinds: kinds.split(' ').map(ToOwned::to_owned).collect(),
            old_until: row.get(4)?,
            created_at: row.get(5)?,
            off: off_at.map(|at| (at, Off::parse(off_why.as_deref().unwrap_or_default()))),
            failing_since: row.get(8)?,
        })
    }
}

impl FromRow for Ready {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        let (old, until): (Option<Vec<u8>>, Option<Instant>) = (row.get(3)?, row.get(4)?);
        Ok(Self {
            id: row.get(0)?,
            url: row.get(1)?,
            secret: Secret::from_bytes(row.get(2)?),
            old: old.map(Secret::from_bytes).zip(until),
            failing_since: row.get(5)?,
        })
    }
}

impl FromRow for Taken {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self { event: row.get(0)?, body: row.get(1)?, step: row.get(2)?, tries: row.get(3)? })
    }
}

impl FromRow for Delivery {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self {
            event: row.get(0)?,
            kind: row.get(1)?,
            body: row.get(2)?,
            state: row.get(3)?,
            due_at: row.get(4)?,
            tries: row.get(5)?,
        })
    }
}

impl FromRow for Attempt {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self {
            number: row.get(0)?,
            at: row.get(1)?,
            millis: row.get(2)?,
            status: row.get(3)?,
            answer: row.get(4)?,
            problem: row.get(5)?,
        })
    }
}
