//! Keys with which programs act in a person's name (接口密钥): `Authorization: Bearer shanhai_…` under `/api/v1`.
//!
//! A key opens what its scopes name ([`sh_http::KeyScope`]) as far as its person may do it, from request to request. The
//! secret is shown once; the database holds its hash. A new password and the end of an account revoke all its keys.

use axum::http::header;
use serde_json::json;
use sh_db::{DbError, Tx, binds};
use sh_http::{
    ActingKey, Actor, App, Caller, Context, Denied, Failure, Invalid, KEY_PATHS, KeyScope, Listing, Page,
    Permission, Scope, User,
};
use sh_kernel::{FieldErrors, Id, Instant};
use uuid::Uuid;

use crate::{
    Access, Error,
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
/// Characters of a secret that lists and logs show: 32 of its 256 random bits.
const PREFIX_CHARS: usize = PREFIX.len() + 8;
const DAY_SECONDS: i64 = 24 * 3600;

/// A key, without its secret.
#[derive(Debug, Clone)]
pub struct Key {
    /// Identifier.
    pub id: Id<Key>,
    /// What its person calls it.
    pub name: String,
    /// The beginning of its secret.
    pub prefix: String,
    /// What it is for.
    pub scopes: Vec<KeyScope>,
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
    /// The codes of what it is for.
    pub scopes: Vec<String>,
    /// For how many days: one of [`DAYS`].
    pub days: String,
}

impl Key {
    /// How the log names it.
    fn label(&self) -> String {
        format!("{}… {}", self.prefix, self.name)
    }

    fn acting(&self) -> ActingKey {
        ActingKey { id: Id::from_uuid(self.id.uuid()), label: self.label(), scopes: self.scopes.clone() }
    }
}

/// The secret that a request carries. Other ways to authorize are left to whoever stands before the program.
pub(crate) fn secret_of(caller: &Caller) -> Option<&str> {
    if !caller.path.starts_with(KEY_PATHS) {
        return None;
    }
    let value = caller.headers.get(header::AUTHORIZATION)?.to_str().unwrap_or_default();
    let (scheme, secret) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| secret.trim())
}

/// Who acts with this secret, if the key opens what the caller asks for.
pub(crate) async fn actor(app: &App, secret: &str, caller: &Caller) -> Result<Actor, Error> {
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
    app.get::<Access>()?.limits.request(key.id.uuid())?;
    let acting = key.acting();
    acting.opens(&caller.method, &caller.path).map_err(Error::KeyLacks)?;
    if key.used_at.is_none_or(|used| now >= used.plus_seconds(SEEN_SECONDS)) {
        let row = binds![key.id, now];
        session::note(app.db.write(async |tx| tx.execute(&store::SET_KEY_USED, row.clone()).await)).await;
    }
    tracing::info!(key = %key.id, "a key was used");
    Ok(Actor::User(Box::new(sh_http::UserInfo { key: Some(acting), ..account.into_info() })))
}

fn own(ctx: &Context) -> Result<Id<User>, Denied> {
    ctx.require_somewhere(Permission::KeepKeys)?;
    ctx.actor.user().map(|user| user.id).ok_or(Denied::Anonymous)
}

/// The scopes that the person at hand can give a key: those that would open something to it.
pub fn scopes_of(ctx: &Context) -> Vec<KeyScope> {
    let opens = |scope: &KeyScope| {
        scope.permissions().any(|permission| {
            ctx.actor.allows_somewhere(permission) && (*scope == KeyScope::Read || !permission.is_reading())
        })
    };
    KeyScope::ALL.iter().copied().filter(opens).collect()
}

fn check(ctx: &Context, new: &NewKey) -> Result<(Vec<KeyScope>, i64), Invalid> {
    let mut errors = FieldErrors::default();
    match new.name.chars().count() {
        0 => errors.push("/name", "required", ctx.t("key-name-missing")),
        length if length > NAME_CHARS_MAX => errors.push("/name", "too-long", ctx.t("key-name-long")),
        _ => {}
    }
    let open = scopes_of(ctx);
    let asked = new.scopes.iter().map(|code| KeyScope::parse(code).filter(|scope| open.contains(scope)));
    let mut scopes = asked.collect::<Option<Vec<_>>>().unwrap_or_default();
    scopes.sort_unstable();
    scopes.dedup();
    if scopes.is_empty() {
        errors.push("/scope", "required", ctx.t("key-scope-missing"));
    }
    let days = new.days.parse().ok().filter(|days| DAYS.contains(days));
    match days {
        Some(days) if errors.0.is_empty() => return Ok((scopes, days)),
        Some(_) => {}
        None => errors.push("/days", "required", ctx.t("key-days-missing")),
    }
    Err(Invalid(errors))
}

/// Scopes as the database and the log hold them.
pub(crate) fn codes(scopes: &[KeyScope]) -> String {
    scopes.iter().map(|scope| scope.code()).collect::<Vec<_>>().join(" ")
}

/// Makes a key of one's own. Answers with its secret, which nobody can see again.
///
/// # Errors
/// [`Error::Denied`]; [`Error::Invalid`]; [`Error::TooManyKeys`]; [`Error::KeyMadeBefore`] for a form sent twice.
pub async fn make(ctx: &Context, app: &App, new: NewKey) -> Result<String, Error> {
    let user = own(ctx)?;
    let new = NewKey { name: new.name.trim().to_owned(), ..new };
    let (scopes, days) = check(ctx, &new)?;
    let (now, secret) = (ctx.now(), format!("{PREFIX}{}", session::secret()?));
    let (expires, scopes) = (now.plus_seconds(days * DAY_SECONDS), codes(&scopes));
    let prefix: String = secret.chars().take(PREFIX_CHARS).collect();
    let entry = Entry::new("make-key", "api-key", new.id).after(&json!({
        "name": new.name, "prefix": prefix, "scopes": scopes, "expires": expires.to_minute(),
    }));
    let row = binds![new.id, user, Token::of(&secret).bytes(), &prefix, &new.name, scopes, now, expires];
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
    take_back(ctx, app, user, id).await
}

/// Revokes anybody's key, from the next request on.
///
/// # Errors
/// [`Error::Denied`] without [`Permission::ManageUsers`]; [`Error::NoSuchKey`].
pub async fn revoke_of(ctx: &Context, app: &App, user: Id<User>, id: Id<Key>) -> Result<(), Error> {
    ctx.require(Permission::ManageUsers, Scope::Everywhere)?;
    take_back(ctx, app, user, id).await
}

async fn take_back(ctx: &Context, app: &App, user: Id<User>, id: Id<Key>) -> Result<(), Error> {
    app.db
        .write(async |tx| {
            let key: Option<Key> = tx.fetch_optional(&store::KEY, binds![user, id]).await?;
            let key = key.ok_or(Error::NoSuchKey)?;
            Ok(revoke_one(tx, ctx, user, &key).await?)
        })
        .await
}

async fn revoke_one(tx: &mut Tx, ctx: &Context, user: Id<User>, key: &Key) -> Result<(), DbError> {
    if tx.execute(&store::REVOKE_KEY, binds![user, key.id, ctx.now()]).await? == 0 {
        return Ok(());
    }
    let entry = Entry::new("revoke-key", "api-key", key.id)
        .before(&json!({ "name": key.name, "prefix": key.prefix, "scopes": codes(&key.scopes) }));
    audit::record(tx, ctx, entry).await
}

/// Revokes all keys of a person, each with its entry in the log. There are at most [`IN_FORCE_MAX`].
pub(crate) async fn revoke_all(tx: &mut Tx, ctx: &Context, user: Id<User>) -> Result<(), DbError> {
    let keys: Vec<Key> = tx.fetch_all(&store::KEYS_TO_REVOKE, binds![user, ctx.now(), IN_FORCE_MAX]).await?;
    for key in &keys {
        revoke_one(tx, ctx, user, key).await?;
    }
    Ok(())
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

/// Keys of a person that are in force.
///
/// # Errors
/// [`Error::Denied`] without [`Permission::ReadUsers`].
pub async fn in_force_of(ctx: &Context, app: &App, user: Id<User>) -> Result<Vec<Key>, Error> {
    ctx.require(Permission::ReadUsers, Scope::Everywhere)?;
    let row = binds![user, ctx.now(), IN_FORCE_MAX];
    Ok(app.db.read(async |tx| tx.fetch_all(&store::KEYS_TO_REVOKE, row).await).await?)
}
