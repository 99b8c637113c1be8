//! Keys with which programs act in a person's name (接口密钥): `Authorization: Bearer shanhai_…` under `/api/v1`.
//!
//! A key may what its person may, from request to request, and never more; a key for reading is refused whatever is no
//! `GET` or `HEAD`. The secret is shown once; the database holds its hash. A disabled account's keys are unknown.

use axum::http::{Method, header};
use serde_json::json;
use sh_db::binds;
use sh_http::{Actor, App, Caller, Context, Denied, Failure, Invalid, Listing, Page, Permission, User};
use sh_kernel::{FieldErrors, Id, Instant};
use uuid::Uuid;

use crate::{
    Error,
    audit::{self, Entry},
    session::{self, SEEN_SECONDS, Token},
    store,
};

/// Keys in force of one person at most.
pub const IN_FORCE_MAX: i64 = 20;
/// For how many days a key may be made.
pub const DAYS: [i64; 3] = [30, 90, 365];
/// Characters of a name at most.
const NAME_CHARS_MAX: usize = 60;
/// What a secret begins with, so that people and scanners know what they found.
const PREFIX: &str = "shanhai_";
/// Where keys are taken.
const PATHS: &str = "/api/v1/";
const DAY_SECONDS: i64 = 24 * 3600;

/// What a key is for (用途).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyScope {
    /// To look only.
    Read,
    /// To look and to change.
    Write,
}

impl KeyScope {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Read, Self::Write];

    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
        }
    }

    /// The one with this code.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.code() == code)
    }
}

/// A key, without its secret.
#[derive(Debug, Clone)]
pub struct Key {
    /// Identifier.
    pub id: Id<Key>,
    /// What its person calls it.
    pub name: String,
    /// What it is for.
    pub scope: KeyScope,
    /// When it was made.
    pub created_at: Instant,
    /// From when on it is refused.
    pub expires_at: Instant,
    /// When it was last used, to the minute.
    pub used_at: Option<Instant>,
    /// Since when it is revoked.
    pub revoked_at: Option<Instant>,
}

impl Key {
    /// Refuses a key that is revoked or whose time is over.
    ///
    /// # Errors
    /// [`Error::KeyRevoked`], [`Error::KeyExpired`].
    pub fn in_force(&self, now: Instant) -> Result<(), Error> {
        match self.revoked_at {
            Some(_) => Err(Error::KeyRevoked),
            None if now >= self.expires_at => Err(Error::KeyExpired),
            None => Ok(()),
        }
    }
}

/// A key and whose it is.
pub(crate) struct OwnedKey {
    pub(crate) key: Key,
    pub(crate) user: Id<User>,
}

/// A key to be made.
#[derive(Debug, Clone)]
pub struct NewKey {
    /// The number that its form was given when it was shown: a form that is sent twice makes one key.
    pub id: Id<Key>,
    /// What its person calls it.
    pub name: String,
    /// The code of what it is for.
    pub scope: String,
    /// For how many days: one of [`DAYS`].
    pub days: String,
}

/// The secret that a request carries. Other ways to authorize are left to whoever stands before the program.
pub(crate) fn secret_of(caller: &Caller) -> Option<&str> {
    if !caller.path.starts_with(PATHS) {
        return None;
    }
    let value = caller.headers.get(header::AUTHORIZATION)?.to_str().unwrap_or_default();
    let (scheme, secret) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| secret.trim())
}

/// Who acts with this secret.
pub(crate) async fn actor(app: &App, secret: &str, method: &Method) -> Result<Actor, Error> {
    let now = app.clock.now();
    let found = app
        .db
        .read(async |tx| {
            let row = binds![Token::of(secret).bytes()];
            let owned: Option<OwnedKey> = tx.fetch_optional(&store::KEY_OF_SECRET, row).await?;
            let Some(OwnedKey { key, user }) = owned else { return Ok::<_, Error>(None) };
            Ok(store::user(tx, user).await?.map(|account| (account, key)))
        })
        .await?;
    let found = found.filter(|(account, _)| account.disabled_at.is_none());
    let (account, key) = found.ok_or(Error::KeyUnknown)?;
    key.in_force(now)?;
    if key.scope == KeyScope::Read && !matches!(*method, Method::GET | Method::HEAD) {
        return Err(Error::KeyReads);
    }
    if key.used_at.is_none_or(|used| now >= used.plus_seconds(SEEN_SECONDS)) {
        let row = binds![key.id, now];
        session::note(app.db.write(async |tx| tx.execute(&store::SET_KEY_USED, row.clone()).await)).await;
    }
    tracing::info!(key = %key.id, "a key was used");
    Ok(Actor::User(Box::new(account.into_info())))
}

fn own(ctx: &Context) -> Result<Id<User>, Denied> {
    ctx.require_somewhere(Permission::KeepKeys)?;
    ctx.actor.user().map(|user| user.id).ok_or(Denied::Anonymous)
}

fn check(ctx: &Context, new: &NewKey) -> Result<(KeyScope, i64), Invalid> {
    let mut errors = FieldErrors::default();
    match new.name.chars().count() {
        0 => errors.push("/name", "required", ctx.t("key-name-missing")),
        length if length > NAME_CHARS_MAX => errors.push("/name", "too-long", ctx.t("key-name-long")),
        _ => {}
    }
    let scope = KeyScope::parse(&new.scope);
    if scope.is_none() {
        errors.push("/scope", "required", ctx.t("key-scope-missing"));
    }
    let days = new.days.parse().ok().filter(|days| DAYS.contains(days));
    if days.is_none() {
        errors.push("/days", "required", ctx.t("key-days-missing"));
    }
    match (scope, days) {
        (Some(scope), Some(days)) if errors.0.is_empty() => Ok((scope, days)),
        _ => Err(Invalid(errors)),
    }
}

/// Makes a key of one's own. Answers with its secret, which nobody can see again.
///
/// # Errors
/// [`Error::Denied`]; [`Error::Invalid`]; [`Error::TooManyKeys`]; [`Error::KeyMadeBefore`] for a form sent twice.
pub async fn make(ctx: &Context, app: &App, new: NewKey) -> Result<String, Error> {
    let user = own(ctx)?;
    let new = NewKey { name: new.name.trim().to_owned(), ..new };
    let (scope, days) = check(ctx, &new)?;
    let (now, secret) = (ctx.now(), format!("{PREFIX}{}", session::secret()?));
    let expires = now.plus_seconds(days * DAY_SECONDS);
    let entry = Entry::new("make-key", "api-key", new.id).after(&json!({
        "name": new.name, "scope": scope.code(), "expires": expires.to_minute(),
    }));
    let row = binds![new.id, user, Token::of(&secret).bytes(), &new.name, scope.code(), now, expires];
    app.db
        .write(async |tx| {
            // Two forms at once must not pass the limit together.
            tx.execute(&store::LOCK_USER, binds![user]).await?;
            let held: Option<(i64,)> = tx.fetch_optional(&store::KEYS_IN_FORCE, binds![user, now]).await?;
            if held.is_some_and(|(count,)| count >= IN_FORCE_MAX) {
                return Err(Error::TooManyKeys);
            }
            if tx.insert(&store::ADD_KEY, row.clone()).await? == 0 {
                return Err(Error::KeyMadeBefore);
            }
            Ok(audit::record(tx, ctx, entry.clone()).await?)
        })
        .await?;
    Ok(secret)
}

/// Revokes a key of one's own, from the next request on. Revoking one again changes nothing.
///
/// # Errors
/// [`Error::Denied`]; [`Error::NoSuchKey`], also for a key of somebody else.
pub async fn revoke(ctx: &Context, app: &App, id: Id<Key>) -> Result<(), Error> {
    let user = own(ctx)?;
    app.db
        .write(async |tx| {
            let key: Option<Key> = tx.fetch_optional(&store::KEY, binds![user, id]).await?;
            let key = key.ok_or(Error::NoSuchKey)?;
            if tx.execute(&store::REVOKE_KEY, binds![user, id, ctx.now()]).await? == 0 {
                return Ok(());
            }
            let entry = Entry::new("revoke-key", "api-key", id).before(&json!({ "name": key.name }));
            Ok(audit::record(tx, ctx, entry).await?)
        })
        .await
}

/// One's own keys, newest first.
///
/// # Errors
/// [`Error::Denied`], or a cursor that cannot be read.
pub async fn list(ctx: &Context, app: &App, page: &Page) -> Result<Listing<Key>, Failure> {
    let user = own(ctx)?;
    let before: Uuid = page.key()?.unwrap_or(Uuid::max());
    let row = binds![user, before, page.fetch()];
    let rows: Vec<Key> = app.db.read(async |tx| tx.fetch_all(&store::KEYS, row).await).await?;
    Ok(Listing::of(rows, page, |key| key.id.uuid()))
}
