//! Signing in by phone (手机验证码登录): six digits go to the phone, and whoever tells them has it. A phone that nobody has
//! signed in with gets an account of its own; the pages never tell which of both happened before the code was right.
//!
//! What carries codes is a port ([`SendCode`]), hung into the program as [`PhoneCodes`]. Without one the pages do not offer
//! it.

use std::{
    collections::VecDeque,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use futures::future::BoxFuture;
use rand::{TryRng, rngs::SysRng};
use serde_json::json;
use sh_db::{DbError, Tx, binds};
use sh_http::{Actor, App, Context, Grant, Invalid, Role, Scope, User};
use sh_kernel::{FieldErrors, Id, Instant, Phone};
use sha2::{Digest, Sha256};

use crate::{
    Access, Error,
    audit::{self, Entry},
    password,
    session::{self, Token},
    store,
    users::{self, NewUser},
};

/// Seconds for which a code is good: five minutes.
pub const CODE_SECONDS: i64 = 5 * 60;
/// Seconds between two codes to one phone.
pub const PAUSE_SECONDS: i64 = 60;
/// Codes to one phone within a day.
pub const CODES_MAX: i64 = 10;
/// How often a code may be told wrong.
pub const TRIES_MAX: i64 = 5;
/// Seconds for which codes are kept, to count them: a day.
const KEPT_SECONDS: i64 = 24 * 3600;
/// What a code is below.
const CODES: u32 = 1_000_000;
/// Codes that [`OnScreen`] remembers.
const SHOWN_MAX: usize = 256;

/// A code on its way to a phone; only the type of an identifier.
#[derive(Debug)]
pub struct Code;

/// What carries codes to phones (短信通道).
pub trait SendCode: Send + Sync {
    /// Sends a code. Called outside of any transaction, after the code is kept.
    ///
    /// # Errors
    /// Why it did not leave, for the log.
    fn send<'a>(&'a self, id: Id<Code>, phone: &'a Phone, code: &'a str)
    -> BoxFuture<'a, Result<(), String>>;

    /// The code, if whoever asks may see it on the page itself: only in demonstrations.
    fn shown(&self, _id: Id<Code>) -> Option<String> {
        None
    }
}

/// What carries codes, as a service of the program.
#[derive(Clone)]
pub struct PhoneCodes(pub Arc<dyn SendCode>);

impl fmt::Debug for PhoneCodes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PhoneCodes")
    }
}

/// Shows codes on the page instead of sending them, for demonstrations: whoever opens the page has the phone.
#[derive(Debug, Default)]
pub struct OnScreen(Mutex<VecDeque<(Id<Code>, String)>>);

impl SendCode for OnScreen {
    fn send<'a>(
        &'a self,
        id: Id<Code>,
        _phone: &'a Phone,
        code: &'a str,
    ) -> BoxFuture<'a, Result<(), String>> {
        Box::pin(async move {
            let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            kept.push_back((id, code.to_owned()));
            while kept.len() > SHOWN_MAX {
                kept.pop_front();
            }
            Ok(())
        })
    }

    fn shown(&self, id: Id<Code>) -> Option<String> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().find(|(known, _)| *known == id).map(|(_, code)| code.clone())
    }
}

/// Whether somebody can sign in by phone here.
pub(crate) fn is_offered(app: &App) -> bool {
    app.get::<PhoneCodes>().is_ok()
}

/// Sends a code to a phone. Answers with the number by which it is told.
///
/// # Errors
/// [`Error::Invalid`] for what is no phone; [`Error::TooManyAttempts`]; [`Error::NotSent`].
pub(crate) async fn send(ctx: &Context, app: &App, typed: &str) -> Result<Id<Code>, Error> {
    let sender = app.get::<PhoneCodes>()?;
    let phone = Phone::read(typed).map_err(|_| wrong(ctx, "/phone", "not-a-phone", "phone-wrong"))?;
    app.get::<Access>()?.limits.address(ctx.remote)?;
    let (id, code, now) = (ctx.id(), fresh()?, ctx.now());
    app.db
        .write(async |tx| {
            tx.insert(&store::TAKE_TURN, binds![phone.whole(), now]).await?;
            tx.execute(&store::DROP_OLD_CODES, binds![now.plus_seconds(-KEPT_SECONDS)]).await?;
            let (count, last): (i64, Option<Instant>) =
                tx.fetch_one(&store::CODES_OF, binds![phone.whole()]).await?;
            let until = last.map_or(now, |last| last.plus_seconds(PAUSE_SECONDS));
            // Rounded up: a second too early would be refused again.
            let wait =
                until.micros().saturating_sub(now.micros()).saturating_add(999_999).div_euclid(1_000_000);
            let wait = if count >= CODES_MAX { KEPT_SECONDS } else { wait };
            if wait > 0 {
                return Err(Error::TooManyAttempts { seconds: u32::try_from(wait).unwrap_or(u32::MAX) });
            }
            tx.insert(&store::ADD_CODE, binds![id, phone.whole(), hash(id, &code), now, 0_i64]).await?;
            Ok(())
        })
        .await?;
    sender.0.send(id, &phone, &code).await.map_err(Error::NotSent)?;
    Ok(id)
}

/// What the page of a code shows: the phone, and the code in demonstrations. `None` if the code is over.
pub(crate) async fn sent(
    ctx: &Context,
    app: &App,
    id: Id<Code>,
) -> Result<Option<(Phone, Option<String>)>, Error> {
    let sender = app.get::<PhoneCodes>().map_err(|_| Error::CodeOver)?;
    let since = ctx.now().plus_seconds(-CODE_SECONDS);
    let found: Option<(String,)> =
        app.db.read(async |tx| tx.fetch_optional(&store::CODE_PHONE, binds![id, since]).await).await?;
    let phone = found.and_then(|(phone,)| Phone::read(&phone).ok());
    Ok(phone.map(|phone| (phone, sender.0.shown(id))))
}

/// Signs in whoever tells the code that went to their phone. Answers with the person and the secret of the new session.
///
/// # Errors
/// [`Error::Invalid`] for a wrong code; [`Error::CodeOver`] if it is too old, was used, or was told wrong too often.
pub(crate) async fn enter(
    ctx: &Context,
    app: &App,
    id: Id<Code>,
    typed: &str,
    old: Option<&Token>,
) -> Result<(Actor, String), Error> {
    app.get::<PhoneCodes>().map_err(|_| Error::CodeOver)?;
    let (now, since) = (ctx.now(), ctx.now().plus_seconds(-CODE_SECONDS));
    // The attempt counts, whatever comes of it.
    let found: Option<(String, Vec<u8>)> = app
        .db
        .write(async |tx| tx.fetch_optional(&store::TRY_CODE, binds![id, since, TRIES_MAX]).await)
        .await?;
    let (phone, expected) = found.ok_or(Error::CodeOver)?;
    let typed: String = typed.chars().filter(char::is_ascii_digit).collect();
    if !is_same(&hash(id, &typed), &expected) {
        return Err(wrong(ctx, "/code", "wrong", "phone-code-wrong"));
    }
    let phone = Phone::read(&phone).map_err(|_| Error::CodeOver)?;
    let (secret, login) = (session::secret()?, format!("u-{}", password::letters(12)?));
    let outcome = app
        .db
        .write(async |tx| {
            if tx.execute(&store::USE_CODE, binds![id, now]).await? == 0 {
                return Err(Error::CodeOver);
            }
            let user = match owner(tx, &phone).await? {
                Some(user) => user,
                None => register(tx, ctx, &phone, &login).await?,
            };
            let account = store::user(tx, user).await?.ok_or(Error::NoSuchUser)?;
            if account.disabled_at.is_some() {
                return Err(Error::CodeOver);
            }
            let actor = Actor::User(Box::new(account.into_info()));
            session::begin(tx, &ctx.acting_as(actor.clone()), user, &secret, old).await?;
            Ok((actor, secret.clone()))
        })
        .await;
    match outcome {
        // Another code of the phone made the account at the same moment.
        Err(Error::Db(DbError::Unique(_))) => Err(Error::CodeOver),
        outcome => outcome,
    }
}

async fn owner(tx: &mut Tx, phone: &Phone) -> Result<Option<Id<User>>, DbError> {
    let found: Option<(Id<User>,)> = tx.fetch_optional(&store::PHONE_OWNER, binds![phone.whole()]).await?;
    Ok(found.map(|row| row.0))
}

/// Makes the account of a phone that signs in for the first time.
async fn register(tx: &mut Tx, ctx: &Context, phone: &Phone, login: &str) -> Result<Id<User>, Error> {
    let id: Id<User> = ctx.id();
    let name = ctx.locale.with("user-by-phone", &[("tail", phone.tail().into())]);
    let row = binds![id, login, &name, ctx.t("user-private"), None::<String>, ctx.now()];
    tx.insert(&store::ADD_USER, row).await?;
    let grant = shopper();
    tx.insert(&store::ADD_GRANT, binds![id, grant.role.code(), grant.scope.to_code(), ctx.now()]).await?;
    tx.insert(&store::ADD_PHONE, binds![phone.whole(), id, ctx.now()]).await?;
    let after = json!({ "login": login, "name": name, "phone": phone.to_string() });
    audit::record(tx, ctx, Entry::new("register", "user", id).after(&after)).await?;
    Ok(id)
}

/// Makes an account for somebody who thinks of a login and a password themselves, and signs them in.
///
/// # Errors
/// [`Error::Invalid`] if a field is not accepted or the login is taken; [`Error::TooManyAttempts`].
pub(crate) async fn register_by_password(
    ctx: &Context,
    app: &App,
    (login, password): (&str, &str),
    old: Option<&Token>,
) -> Result<(Actor, String), Error> {
    app.get::<Access>()?.limits.address(ctx.remote)?;
    let new = NewUser {
        login: login.trim().to_lowercase(),
        name: login.trim().to_owned(),
        organisation: ctx.t("user-private"),
        password: password.to_owned(),
        grants: vec![shopper()],
    };
    users::add(ctx, app, &new, "register").await?;
    session::sign_in(ctx, app, &new.login, password, old).await
}

fn shopper() -> Grant {
    Grant { role: Role::Shopper, scope: Scope::Everywhere }
}

fn wrong(ctx: &Context, field: &str, code: &'static str, key: &str) -> Error {
    let mut errors = FieldErrors::default();
    errors.push(field, code, ctx.t(key));
    Invalid(errors).into()
}

/// Six digits, each as likely as any other.
fn fresh() -> Result<String, Error> {
    loop {
        let mut bytes = [0; 4];
        SysRng.try_fill_bytes(&mut bytes).map_err(|error| Error::Password(error.to_string()))?;
        let number = u32::from_le_bytes(bytes);
        if number < u32::MAX / CODES * CODES {
            return Ok(format!("{:06}", number % CODES));
        }
    }
}

fn hash(id: Id<Code>, code: &str) -> Vec<u8> {
    Sha256::new().chain_update(id.uuid().as_bytes()).chain_update(code).finalize().to_vec()
}

/// Whether two hashes are the same, in a time that does not tell where they differ.
fn is_same(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len() && one.iter().zip(other).fold(0, |sum, (a, b)| sum | (a ^ b)) == 0
}
