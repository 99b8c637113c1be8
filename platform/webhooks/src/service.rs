//! What people and programs do with endpoints. An organisation sees its own only; the operator's are for who may see the
//! orders of all shops.

use serde_json::json;
use sh_access::audit::{self, Entry};
use sh_db::{Tx, binds};
use sh_http::{App, Context, Failure, Invalid, Listing, Page, Permission, Scope, Visible};
use sh_kernel::{FieldErrors, Id};
use uuid::Uuid;

use crate::{
    EVERYWHERE, Error, Webhooks,
    model::{Attempt, Delivery, Endpoint, EventId, Off, TEST_KIND, body_of},
    sign::Secret,
    store,
};

/// Endpoints of one organisation that are on, at most.
pub const ENDPOINTS_MAX: i64 = 10;
/// Attempts of a message that are shown.
const ATTEMPTS_SHOWN: i64 = 50;
/// Seconds for which the secret before a rotation signs, too: one day.
pub const ROTATION_SECONDS: i64 = 24 * 3600;

/// An endpoint to be made.
#[derive(Debug, Clone)]
pub struct NewEndpoint {
    /// The number that its form was given: a form that is sent twice makes one endpoint.
    pub id: Id<Endpoint>,
    /// Whose it is; empty for the only organisation that the actor may act for.
    pub organisation: String,
    /// The address.
    pub url: String,
    /// The types of events that it wants.
    pub kinds: Vec<String>,
}

/// An address as the log may keep it: what follows `?` may hold a token of whoever listens.
fn shown(url: &str) -> String {
    url.split_once('?').map_or_else(|| url.to_owned(), |(address, _)| format!("{address}?****"))
}

fn scope_of(organisation: &str) -> Scope {
    if organisation == EVERYWHERE { Scope::Everywhere } else { Scope::Organisation(organisation.to_owned()) }
}

/// Organisations for which the actor may make endpoints; the operator's own is [`EVERYWHERE`].
pub fn organisations(ctx: &Context) -> Vec<String> {
    match ctx.visible(Permission::KeepWebhooks) {
        Visible::All => vec![EVERYWHERE.to_owned()],
        Visible::Only { organisations, .. } => organisations,
        Visible::Nothing => Vec::new(),
    }
}

/// One endpoint, if the actor may see it; with `change`, if the actor may change it.
async fn load(tx: &mut Tx, ctx: &Context, id: Id<Endpoint>, change: bool) -> Result<Endpoint, Error> {
    let found: Option<Endpoint> = tx.fetch_optional(&store::ENDPOINT, binds![id]).await?;
    let found = found.ok_or(Error::NotFound)?;
    let permission = if change { Permission::KeepWebhooks } else { Permission::ReadOrders };
    ctx.require(permission, scope_of(&found.organisation))?;
    Ok(found)
}

fn check(ctx: &Context, known: &Webhooks, new: &NewEndpoint) -> Result<String, Invalid> {
    let mut errors = FieldErrors::default();
    let own = organisations(ctx);
    let organisation = match (new.organisation.as_str(), own.as_slice()) {
        ("", [only]) => Some(only.clone()),
        (asked, own) => own.iter().find(|one| *one == asked).cloned(),
    };
    if organisation.is_none() {
        errors.push("/organisation", "required", ctx.t("webhook-organisation-missing"));
    }
    if let Err(why) = known.egress.check(&new.url) {
        errors.push("/url", why, ctx.t(&format!("webhook-url-{why}")));
    }
    if new.kinds.is_empty() || !new.kinds.iter().all(|kind| known.kinds.contains(&kind.as_str())) {
        errors.push("/kinds", "required", ctx.t("webhook-kinds-missing"));
    }
    match organisation {
        Some(organisation) if errors.0.is_empty() => Ok(organisation),
        _ => Err(Invalid(errors)),
    }
}

/// Whether the organisation may have one more endpoint that is on.
async fn room(tx: &mut Tx, organisation: &str) -> Result<(), Error> {
    let _held: (i64,) = tx.fetch_one(&store::HOLD, binds![organisation]).await?;
    let (count,): (i64,) = tx.fetch_one(&store::COUNT, binds![organisation]).await?;
    if count >= ENDPOINTS_MAX { Err(Error::TooMany) } else { Ok(()) }
}

/// Makes an endpoint. Answers with its secret, which nobody can see again.
///
/// # Errors
/// [`Error::Denied`], [`Error::Invalid`], [`Error::TooMany`]; [`Error::MadeBefore`] for a form sent twice.
pub async fn make(ctx: &Context, app: &App, new: NewEndpoint) -> Result<Secret, Error> {
    ctx.require_somewhere(Permission::KeepWebhooks)?;
    let known = app.get::<Webhooks>()?;
    let mut new = NewEndpoint { url: new.url.trim().to_owned(), ..new };
    new.kinds.sort();
    new.kinds.dedup();
    let organisation = check(ctx, &known, &new)?;
    let (secret, kinds) = (Secret::make()?, new.kinds.join(" "));
    let entry = Entry::new("make-webhook", "webhook", new.id)
        .after(&json!({ "organisation": organisation, "url": shown(&new.url), "kinds": kinds }));
    let row = binds![new.id, &organisation, &new.url, kinds, secret.bytes(), ctx.now()];
    app.db
        .write(async |tx| {
            room(tx, &organisation).await?;
            if tx.insert(&store::ADD_ENDPOINT, row.clone()).await? == 0 {
                return Err(Error::MadeBefore);
            }
            Ok(audit::record(tx, ctx, entry.clone()).await?)
        })
        .await?;
    Ok(secret)
}

/// What is done to an endpoint.
enum Change {
    On,
    Off,
    Rotate(Secret),
    Test(Id<EventId>),
    Again(Id<EventId>),
}

impl Change {
    /// How the log calls it.
    const fn action(&self) -> &'static str {
        match self {
            Self::On => "webhook-on",
            Self::Off => "webhook-off",
            Self::Rotate(_) => "rotate-webhook",
            Self::Test(_) => "test-webhook",
            Self::Again(_) => "repeat-webhook",
        }
    }

    /// Does it. Answers whether anything changed.
    async fn apply(&self, tx: &mut Tx, ctx: &Context, endpoint: &Endpoint) -> Result<bool, Error> {
        let (id, now) = (endpoint.id, ctx.now());
        if matches!(self, Self::Test(_) | Self::Again(_)) && endpoint.off.is_some() {
            return Err(Error::Off);
        }
        let changed = match self {
            Self::On => {
                room(tx, &endpoint.organisation).await?;
                tx.execute(&store::SWITCH_ON, binds![id]).await?
            }
            Self::Off => tx.execute(&store::SWITCH_OFF, binds![id, now, Off::Person.code()]).await?,
            Self::Rotate(secret) => {
                let until = now.plus_seconds(ROTATION_SECONDS);
                tx.execute(&store::ROTATE, binds![id, secret.bytes(), until]).await?
            }
            Self::Test(event) => {
                let body = body_of(TEST_KIND, now, &json!({ "endpoint": id }));
                store::send_one(tx, (id, *event), (TEST_KIND, &body), now).await?;
                1
            }
            Self::Again(event) => {
                let found: Option<Delivery> = tx.fetch_optional(&store::DELIVERY, binds![id, *event]).await?;
                found.ok_or(Error::NotFound)?;
                tx.execute(&store::AGAIN, binds![id, *event, now]).await?
            }
        };
        Ok(changed > 0)
    }
}

/// Changes an endpoint and writes it to the log.
async fn change(ctx: &Context, app: &App, id: Id<Endpoint>, change: Change) -> Result<(), Error> {
    let change = &change;
    app.db
        .write(async |tx| {
            let endpoint = load(tx, ctx, id, true).await?;
            if !change.apply(tx, ctx, &endpoint).await? {
                return Ok(());
            }
            let entry =
                Entry::new(change.action(), "webhook", id).after(&json!({ "url": shown(&endpoint.url) }));
            Ok(audit::record(tx, ctx, entry).await?)
        })
        .await
}

/// Switches an endpoint off: nothing is sent to it or written for it any more. Or on again, with what still waits.
///
/// # Errors
/// [`Error::Denied`], [`Error::NotFound`].
pub async fn switch(ctx: &Context, app: &App, id: Id<Endpoint>, on: bool) -> Result<(), Error> {
    change(ctx, app, id, if on { Change::On } else { Change::Off }).await
}

/// Gives an endpoint a new secret. The one before signs, too, for [`ROTATION_SECONDS`]; one before that no longer.
///
/// # Errors
/// [`Error::Denied`], [`Error::NotFound`].
pub async fn rotate(ctx: &Context, app: &App, id: Id<Endpoint>) -> Result<Secret, Error> {
    let secret = Secret::make()?;
    change(ctx, app, id, Change::Rotate(secret.clone())).await?;
    Ok(secret)
}

/// Sends a message to try an endpoint out.
///
/// # Errors
/// [`Error::Denied`], [`Error::NotFound`]; [`Error::Off`].
pub async fn test(ctx: &Context, app: &App, id: Id<Endpoint>) -> Result<Id<EventId>, Error> {
    let event = ctx.id::<EventId>();
    change(ctx, app, id, Change::Test(event)).await?;
    Ok(event)
}

/// Sends a message again: the same id and body, from the beginning of the schedule.
///
/// # Errors
/// [`Error::Denied`], [`Error::NotFound`]; [`Error::Off`].
pub async fn redeliver(ctx: &Context, app: &App, id: Id<Endpoint>, event: Id<EventId>) -> Result<(), Error> {
    change(ctx, app, id, Change::Again(event)).await
}

/// Endpoints that the actor may see, newest first.
///
/// # Errors
/// [`Error::Denied`], or a cursor that cannot be read.
pub async fn list(ctx: &Context, app: &App, page: &Page) -> Result<Listing<Endpoint>, Failure> {
    let visible = ctx.require_somewhere(Permission::ReadOrders)?;
    let before: Uuid = page.key()?.unwrap_or(Uuid::max());
    let (all, own) = match visible {
        Visible::All => (1_i64, Vec::new()),
        Visible::Only { organisations, .. } => (0, organisations),
        Visible::Nothing => (0, Vec::new()),
    };
    let row = binds![before, all, own.as_slice(), page.fetch()];
    let rows: Vec<Endpoint> = app.db.read(async |tx| tx.fetch_all(&store::ENDPOINTS, row).await).await?;
    Ok(Listing::of(rows, page, |endpoint| endpoint.id.uuid()))
}

/// One endpoint.
///
/// # Errors
/// [`Error::Denied`], [`Error::NotFound`].
pub async fn find(ctx: &Context, app: &App, id: Id<Endpoint>) -> Result<Endpoint, Error> {
    app.db.read(async |tx| load(tx, ctx, id, false).await).await
}

/// The messages to an endpoint, newest first.
///
/// # Errors
/// [`Error::Denied`], [`Error::NotFound`], or a cursor that cannot be read.
pub async fn deliveries(
    ctx: &Context,
    app: &App,
    id: Id<Endpoint>,
    page: &Page,
) -> Result<Listing<Delivery>, Failure> {
    let before: Uuid = page.key()?.unwrap_or(Uuid::max());
    let rows = app
        .db
        .read(async |tx| {
            load(tx, ctx, id, false).await?;
            let rows: Vec<Delivery> =
                tx.fetch_all(&store::DELIVERIES, binds![id, before, page.fetch()]).await?;
            Ok::<_, Error>(rows)
        })
        .await?;
    Ok(Listing::of(rows, page, |delivery| delivery.event.uuid()))
}

/// One message with its latest attempts, the last one first.
///
/// # Errors
/// [`Error::Denied`], [`Error::NotFound`].
pub async fn delivery(
    ctx: &Context,
    app: &App,
    id: Id<Endpoint>,
    event: Id<EventId>,
) -> Result<(Delivery, Vec<Attempt>), Error> {
    app.db
        .read(async |tx| {
            load(tx, ctx, id, false).await?;
            let found: Option<Delivery> = tx.fetch_optional(&store::DELIVERY, binds![id, event]).await?;
            let attempts = tx.fetch_all(&store::ATTEMPTS, binds![id, event, ATTEMPTS_SHOWN]).await?;
            Ok((found.ok_or(Error::NotFound)?, attempts))
        })
        .await
}
