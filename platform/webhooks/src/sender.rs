//! Sending what is due, beside the requests (推送): bounded in all, bounded for each endpoint, so that one that answers
//! slowly or never holds up nobody else, and nothing of it in the transaction of an event.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use sh_access::audit::{self, Entry};
use sh_db::{DbError, Tx, binds};
use sh_http::{App, Context};
use sh_kernel::{Id, Instant};
use tokio::{sync::mpsc, time::sleep};
use uuid::Uuid;

use crate::{
    Error, Webhooks,
    egress::{Answered, Courier},
    model::{DeliveryState, Endpoint, EventId, Off, Ready, SCHEDULE_SECONDS, Taken, message_id},
    store,
};

/// Messages on their way at the same time.
pub const IN_FLIGHT_MAX: usize = 256;
/// Messages on their way to one endpoint.
const IN_FLIGHT_OF_ONE: usize = 4;
/// Messages on their way to one at which nothing arrives.
const IN_FLIGHT_OF_FAILING: usize = 1;
/// Seconds after which a message is taken from a sender that says nothing of it, because it was killed.
pub const LEASE_SECONDS: i64 = 60;
/// Seconds without any arrival after which an endpoint is switched off: five days.
pub const OFF_AFTER_SECONDS: i64 = 5 * 24 * 3600;
/// Seconds for which messages and attempts are kept: thirty days.
const KEPT_SECONDS: i64 = 30 * 24 * 3600;
/// Rows that are forgotten in one transaction.
const FORGET_ROWS: i64 = 500;
/// Between two rounds of forgetting.
const FORGET_PAUSE: Duration = Duration::from_hours(1);
/// Endpoints that are looked at in one round.
const ROUND_ENDPOINTS: i64 = 200;
/// Pause while nothing is due.
const IDLE: Duration = Duration::from_millis(400);
/// Pause after the database was away.
const AWAY: Duration = Duration::from_secs(2);
/// 410: the endpoint is gone and wants nothing more.
const GONE: i64 = 410;

/// Starts sending; it ends when the program is told to stop.
///
/// # Errors
/// [`Error::Tls`] if the machine has no list of certificates; [`Error::NotInstalled`].
pub fn start(app: &App) -> Result<(), Error> {
    let courier = Courier::new(app.get::<Webhooks>()?.egress)?;
    let (results, heard) = mpsc::channel(IN_FLIGHT_MAX);
    let sender = Sender {
        ctx: Context::system(app, "webhooks"),
        app: app.clone(),
        courier,
        results,
        flying: Arc::default(),
        after: Uuid::nil(),
    };
    app.tasks.spawn(sender.run(heard));
    let app = app.clone();
    app.tasks.clone().spawn(async move {
        while !app.stop.is_cancelled() {
            if let Err(error) = forget_old(&app).await {
                tracing::warn!(%error, "old messages could not be forgotten");
            }
            tokio::select! { () = sleep(FORGET_PAUSE) => {} () = app.stop.cancelled() => {} }
        }
    });
    Ok(())
}

/// What became of an attempt.
struct Tried {
    endpoint: Id<Endpoint>,
    taken: Taken,
    lease: Uuid,
    at: Instant,
    millis: i64,
    answered: Answered,
}

struct Sender {
    app: App,
    ctx: Context,
    courier: Courier,
    results: mpsc::Sender<Tried>,
    /// Messages on their way, by endpoint.
    flying: Arc<Mutex<HashMap<Id<Endpoint>, usize>>>,
    /// The endpoint that was looked at last, so that each gets its turn.
    after: Uuid,
}

impl Sender {
    async fn run(mut self, mut heard: mpsc::Receiver<Tried>) {
        let stop = self.app.stop.clone();
        while !stop.is_cancelled() {
            let pause = match self.round().await {
                Ok(0) => IDLE,
                Ok(_) => Duration::ZERO,
                Err(error) => {
                    tracing::warn!(%error, "messages could not be fetched");
                    AWAY
                }
            };
            let mut tried = Vec::new();
            tokio::select! {
                _ = heard.recv_many(&mut tried, IN_FLIGHT_MAX) => {}
                () = sleep(pause) => {}
                () = stop.cancelled() => {}
            }
            self.settle(tried).await;
        }
        // What is on its way ends within its time; what it answered is written down still.
        while self.on_their_way() > 0 {
            let mut tried = Vec::new();
            heard.recv_many(&mut tried, IN_FLIGHT_MAX).await;
            self.settle(tried).await;
        }
    }

    fn on_their_way(&self) -> usize {
        self.flying.lock().unwrap_or_else(PoisonError::into_inner).values().sum()
    }

    /// How many more messages may leave for an endpoint.
    fn room(&self, endpoint: &Ready) -> usize {
        let flying = self.flying.lock().unwrap_or_else(PoisonError::into_inner);
        let limit = if endpoint.failing_since.is_some() { IN_FLIGHT_OF_FAILING } else { IN_FLIGHT_OF_ONE };
        limit.saturating_sub(flying.get(&endpoint.id).copied().unwrap_or(0))
    }

    /// Sends what is due at the next endpoints. Returns how many messages left.
    async fn round(&mut self) -> Result<usize, DbError> {
        let (now, after) = (self.app.clock.now(), self.after);
        // A look first: an idle program must not take SQLite's only write lock.
        let row = binds![after, now, ROUND_ENDPOINTS];
        let ready: Vec<Ready> = self.app.db.read(async |tx| tx.fetch_all(&store::READY, row).await).await?;
        let all = i64::try_from(ready.len()).unwrap_or(0) < ROUND_ENDPOINTS;
        self.after = if all { Uuid::nil() } else { ready.last().map_or(Uuid::nil(), |one| one.id.uuid()) };
        let lease = self.app.ids.next::<EventId>(now).uuid();
        let taken = self.take(ready, (now, lease)).await?;
        let left: usize = taken.iter().map(|(_, taken)| taken.len()).sum();
        for (endpoint, messages) in taken {
            for message in messages {
                self.send(&endpoint, message, lease);
            }
        }
        // The endpoints before the first one of this round have had no turn yet.
        Ok(left + usize::from(all && after != Uuid::nil()))
    }

    /// Takes as many messages as may leave, in one transaction.
    async fn take(
        &self,
        ready: Vec<Ready>,
        (now, lease): (Instant, Uuid),
    ) -> Result<Vec<(Ready, Vec<Taken>)>, DbError> {
        let mut free = IN_FLIGHT_MAX.saturating_sub(self.on_their_way());
        let mut wanted = Vec::new();
        for endpoint in ready {
            let room = self.room(&endpoint).min(free);
            free -= room;
            if room > 0 {
                wanted.push((endpoint, i64::try_from(room).unwrap_or(1)));
            }
        }
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        let until = now.plus_seconds(LEASE_SECONDS);
        self.app
            .db
            .write(async |tx| {
                let mut all = Vec::with_capacity(wanted.len());
                for (endpoint, room) in &wanted {
                    let row = binds![endpoint.id, now, lease, until, *room];
                    all.push((endpoint.clone(), tx.fetch_all(&store::TAKE, row).await?));
                }
                Ok(all)
            })
            .await
    }

    /// Lets one message leave.
    fn send(&self, endpoint: &Ready, taken: Taken, lease: Uuid) {
        *self.flying.lock().unwrap_or_else(PoisonError::into_inner).entry(endpoint.id).or_default() += 1;
        let (app, courier, results) = (self.app.clone(), self.courier.clone(), self.results.clone());
        let endpoint = endpoint.clone();
        self.app.tasks.spawn(async move {
            let at = app.clock.now();
            let began = tokio::time::Instant::now();
            let answered = courier.post(&endpoint.url, &headers(&endpoint, &taken, at), &taken.body).await;
            let millis = i64::try_from(began.elapsed().as_millis()).unwrap_or(i64::MAX);
            let tried = Tried { endpoint: endpoint.id, taken, lease, at, millis, answered };
            if results.send(tried).await.is_err() {
                tracing::warn!("an attempt ended after the sender; its message is sent again");
            }
        });
    }

    /// Writes down what became of attempts. If the database does not take it, the messages are sent again when their
    /// lease is over: at least once.
    async fn settle(&self, tried: Vec<Tried>) {
        if tried.is_empty() {
            return;
        }
        let ctx = &self.ctx;
        if let Err(error) = self.app.db.write(async |tx| record(tx, ctx, &tried).await).await {
            tracing::warn!(%error, "attempts could not be written down");
        }
        let mut flying = self.flying.lock().unwrap_or_else(PoisonError::into_inner);
        for one in &tried {
            if let Some(count) = flying.get_mut(&one.endpoint) {
                *count = count.saturating_sub(1);
            }
        }
        flying.retain(|_, count| *count > 0);
    }
}

/// What a message carries besides its body: its id, when it is sent, and the signature of every secret that holds.
fn headers(endpoint: &Ready, taken: &Taken, at: Instant) -> [(&'static str, String); 3] {
    let (id, seconds) = (message_id(taken.event), at.micros() / 1_000_000);
    let old = endpoint.old.as_ref().filter(|(_, until)| at < *until).map(|(secret, _)| secret);
    let secrets = std::iter::once(&endpoint.secret).chain(old);
    let signatures: Vec<String> = secrets.map(|secret| secret.sign(&id, seconds, &taken.body)).collect();
    [
        ("webhook-id", id),
        ("webhook-timestamp", seconds.to_string()),
        ("webhook-signature", signatures.join(" ")),
    ]
}

/// Where a message stands after an attempt: its state, when it is tried next, its place in the schedule.
fn next_of(tried: &Tried) -> (DeliveryState, Option<Instant>, i64) {
    if tried.answered.is_good() {
        return (DeliveryState::Delivered, None, tried.taken.step);
    }
    let step = usize::try_from(tried.taken.step).unwrap_or(usize::MAX);
    match SCHEDULE_SECONDS.get(step) {
        Some(seconds) => {
            let ended = tried.at.plus_seconds(tried.millis / 1000);
            (DeliveryState::Waiting, Some(ended.plus_seconds(*seconds)), tried.taken.step.saturating_add(1))
        }
        None => (DeliveryState::GivenUp, None, tried.taken.step),
    }
}

async fn record(tx: &mut Tx, ctx: &Context, tried: &[Tried]) -> Result<(), DbError> {
    let attempts = tried.iter().map(|one| {
        let number = one.taken.tries.saturating_add(1);
        binds![
            one.endpoint,
            one.taken.event,
            number,
            one.at,
            one.millis,
            one.answered.status,
            &one.answered.answer,
            one.answered.problem
        ]
    });
    tx.insert_many(&store::ADD_ATTEMPTS, attempts.collect::<Vec<_>>()).await?;
    let states = tried.iter().map(|one| {
        let (state, due, step) = next_of(one);
        let tries = one.taken.tries.saturating_add(1);
        binds![one.endpoint, one.taken.event, one.lease, state.code(), due, step, tries]
    });
    tx.update_many(&store::SET_TRIED, states.collect::<Vec<_>>()).await?;
    // An endpoint is well if anything of it arrived.
    let mut well: BTreeMap<Uuid, (bool, bool)> = BTreeMap::new();
    for one in tried {
        let known = well.entry(one.endpoint.uuid()).or_default();
        known.0 |= one.answered.is_good();
        known.1 |= one.answered.status == Some(GONE);
    }
    for (id, (good, gone)) in well {
        judge(tx, ctx, Id::from_uuid(id), good, gone).await?;
    }
    Ok(())
}

/// Notes how an endpoint does, and switches it off if it is gone or nothing arrived for too long.
async fn judge(tx: &mut Tx, ctx: &Context, id: Id<Endpoint>, good: bool, gone: bool) -> Result<(), DbError> {
    let now = ctx.now();
    if gone {
        return switch_off(tx, ctx, id, Off::Gone).await;
    }
    if good {
        return tx.execute(&store::SET_WELL, binds![id]).await.map(drop);
    }
    if tx.execute(&store::SET_FAILING, binds![id, now]).await? > 0 {
        return Ok(());
    }
    let fails: Option<(Id<Endpoint>,)> =
        tx.fetch_optional(&store::FAILS, binds![id, now.plus_seconds(-OFF_AFTER_SECONDS)]).await?;
    match fails {
        Some(_) => switch_off(tx, ctx, id, Off::Failures).await,
        None => Ok(()),
    }
}

async fn switch_off(tx: &mut Tx, ctx: &Context, id: Id<Endpoint>, why: Off) -> Result<(), DbError> {
    if tx.execute(&store::SWITCH_OFF, binds![id, ctx.now(), why.code()]).await? == 0 {
        return Ok(());
    }
    let entry = Entry::new("webhook-off", "webhook", id).after(&serde_json::json!({ "off": why.code() }));
    audit::record(tx, ctx, entry).await
}

/// Forgets messages and attempts that are older than they are kept.
async fn forget_old(app: &App) -> Result<(), DbError> {
    let before = app.clock.now().plus_seconds(-KEPT_SECONDS);
    let mut after = Uuid::nil();
    loop {
        let row = binds![after, ROUND_ENDPOINTS];
        let found: Vec<(Id<Endpoint>,)> =
            app.db.read(async |tx| tx.fetch_all(&store::ALL, row).await).await?;
        let Some((last,)) = found.last() else { return Ok(()) };
        after = last.uuid();
        for (id,) in &found {
            while app.db.write(async |tx| store::forget(tx, *id, before, FORGET_ROWS).await).await? > 0 {
                // Whoever wants to write comes first.
                tokio::task::yield_now().await;
                if app.stop.is_cancelled() {
                    return Ok(());
                }
            }
        }
    }
}
