//! Sessions (会话): a random token in a cookie, its hash in the database.

use std::time::Duration;

use axum::http::HeaderMap;
use rand::{TryRng, rngs::SysRng};
use sh_db::{DbError, Tx, binds};
use sh_http::{Actor, App, Context, CookieJar, Settings, User, set_cookie};
use sh_kernel::{Id, Instant};
use sha2::{Digest, Sha256};

use crate::{
    Access, Error,
    audit::{self, Entry},
    store,
};

/// Seconds without a request after which a session ends: two hours.
pub const IDLE_SECONDS: i64 = 2 * 3600;
/// Seconds after the sign-in at which a session ends in any case: twelve hours.
pub const ABSOLUTE_SECONDS: i64 = 12 * 3600;
/// Seconds within which a session in use is noted once.
pub(crate) const SEEN_SECONDS: i64 = 60;
/// How long a request waits for that.
const SEEN_WAIT: Duration = Duration::from_millis(250);
/// Random bytes of a token.
const TOKEN_BYTES: usize = 32;

/// The name of the cookie. With `__Host-` browsers take it over TLS only, and from no other host.
const fn cookie_name(settings: &Settings) -> &'static str {
    if settings.secure_cookies { "__Host-shanhai" } else { "shanhai" }
}

/// The hash of the token that a request carries, if it carries one.
pub(crate) fn token_of(settings: &Settings, headers: &HeaderMap) -> Option<Token> {
    let cookies = CookieJar::from_headers(headers);
    let value = cookies.get(cookie_name(settings))?.value();
    (value.len() == TOKEN_BYTES * 2).then(|| Token::of(value))
}

/// The SHA-256 of a token, by which its session is found.
#[derive(Debug, Clone)]
pub(crate) struct Token(Vec<u8>);

impl Token {
    pub(crate) fn of(secret: &str) -> Self {
        Self(Sha256::digest(secret).to_vec())
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.0.clone()
    }
}

/// Who is signed in with this token; nobody if the session has ended or the account is disabled.
pub(crate) async fn actor(app: &App, token: &Token) -> Result<Actor, DbError> {
    let now = app.clock.now();
    let found = app
        .db
        .read(async |tx| {
            let session: Option<(Id<User>, Instant, Instant)> =
                tx.fetch_optional(&store::SESSION, binds![token.bytes()]).await?;
            let Some((user, seen, expires)) = session else { return Ok::<_, DbError>(None) };
            if now >= expires || now >= seen.plus_seconds(IDLE_SECONDS) {
                return Ok(None);
            }
            Ok(store::user(tx, user).await?.map(|account| (account, seen)))
        })
        .await?;
    let Some((account, seen)) = found.filter(|(account, _)| account.disabled_at.is_none()) else {
        return Ok(Actor::Public);
    };
    if now >= seen.plus_seconds(SEEN_SECONDS) {
        note_seen(app, token, now).await;
    }
    Ok(Actor::User(Box::new(account.into_info())))
}

/// Notes that a session is in use. A database that is busy writing or full must not keep anybody from reading: the next
/// request tries again.
async fn note_seen(app: &App, token: &Token, now: Instant) {
    note(app.db.write(async |tx| tx.execute(&store::SET_SEEN, binds![token.bytes(), now]).await)).await;
}

/// Waits a moment for the note that a session or a key is in use.
pub(crate) async fn note(write: impl Future<Output = Result<u64, DbError>>) {
    match tokio::time::timeout(SEEN_WAIT, write).await {
        Ok(Ok(_)) => {}
        Ok(Err(error)) => tracing::warn!(cause = %error, "the use of a session or key was not noted"),
        Err(_) => tracing::warn!("the use of a session or key was not noted in time"),
    }
}

/// Checks login and password and begins a session. Answers with the person and the secret of the new session.
///
/// The session of `old`, if any, ends: a token that somebody planted before the sign-in is worth nothing after it.
pub(crate) async fn sign_in(
    ctx: &Context,
    app: &App,
    login: &str,
    password: &str,
    old: Option<&Token>,
) -> Result<(Actor, String), Error> {
    let access = app.get::<Access>()?;
    let login = login.trim().to_lowercase();
    access.limits.attempt(&login, ctx.remote)?;
    let account = app.db.read(async |tx| store::user_by_login(tx, &login).await).await?;
    let stored = account.as_ref().and_then(|account| account.password.as_deref());
    let fits = access.passwords.fits(password, stored).await?;
    let account = account.filter(|account| fits && account.disabled_at.is_none());
    let Some(account) = account else {
        tracing::warn!(login, remote = ?ctx.remote, "sign-in refused");
        return Err(Error::WrongCredentials);
    };
    let secret = secret()?;
    let actor = Actor::User(Box::new(account.into_info()));
    let ctx = ctx.acting_as(actor.clone());
    let id = actor.user().map(|user| user.id).ok_or(Error::NoSuchUser)?;
    app.db.write(async |tx| begin(tx, &ctx, id, &secret, old).await).await?;
    Ok((actor, secret))
}

/// Begins the session of somebody who has shown who they are; `ctx` acts as them. The session of `old`, if any, ends.
pub(crate) async fn begin(
    tx: &mut Tx,
    ctx: &Context,
    id: Id<User>,
    secret: &str,
    old: Option<&Token>,
) -> Result<(), DbError> {
    let now = ctx.now();
    let (expires, idle) = (now.plus_seconds(ABSOLUTE_SECONDS), now.plus_seconds(-IDLE_SECONDS));
    tx.execute(&store::DROP_OLD_SESSIONS, binds![now, idle]).await?;
    if let Some(old) = old {
        tx.execute(&store::DROP_SESSION, binds![old.bytes()]).await?;
    }
    tx.insert(&store::ADD_SESSION, binds![Token::of(secret).bytes(), id, now, now, expires]).await?;
    tx.execute(&store::SET_SIGNED_IN, binds![id, now]).await?;
    audit::record(tx, ctx, Entry::new("sign-in", "user", id)).await
}

/// Ends the session of a token.
pub(crate) async fn sign_out(app: &App, token: &Token) -> Result<(), DbError> {
    app.db.write(async |tx| tx.execute(&store::DROP_SESSION, binds![token.bytes()]).await.map(drop)).await
}

/// Ends all sessions of an account, but the one of `kept`.
pub(crate) async fn end_all(tx: &mut Tx, user: Id<User>, kept: Option<&Token>) -> Result<(), DbError> {
    let kept = kept.map(Token::bytes).unwrap_or_default();
    tx.execute(&store::DROP_SESSIONS_OF, binds![user, kept]).await.map(drop)
}

/// Hands the session to the browser.
pub(crate) fn hand_out(headers: &mut HeaderMap, settings: &Settings, secret: &str) {
    set_cookie(headers, settings, cookie_name(settings), secret, ABSOLUTE_SECONDS);
}

/// Takes the session from the browser.
pub(crate) fn take_back(headers: &mut HeaderMap, settings: &Settings) {
    set_cookie(headers, settings, cookie_name(settings), "", 0);
}

/// 256 random bits as text.
pub(crate) fn secret() -> Result<String, Error> {
    let mut bytes = [0; TOKEN_BYTES];
    SysRng.try_fill_bytes(&mut bytes).map_err(|error| Error::Password(error.to_string()))?;
    Ok(hex::encode(bytes))
}
