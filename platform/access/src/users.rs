//! Accounts and their roles (账号与授权).

use serde_json::json;
use sh_db::{DbError, Tx, binds};
use sh_http::{
    App, Context, Failure, Grant, Invalid, Listing, Named, Names, Page, Permission, Scope, Thing, User,
};
use sh_kernel::{FieldErrors, Id, Instant, Phone};
use sh_ui::Locale;

use crate::{
    Access, Error,
    audit::{self, Entry},
    keys, password,
    session::{self, Token},
    store,
};

/// Characters of a login.
const LOGIN_CHARS: std::ops::RangeInclusive<usize> = 2..=64;
/// Characters of a name or an organisation at most.
const NAME_CHARS_MAX: usize = 100;

/// An account (账号).
#[derive(Debug, Clone)]
pub struct Account {
    /// Identifier.
    pub id: Id<User>,
    /// The name to sign in with; small letters, digits, `.`, `-`, `_`, `@`.
    pub login: String,
    /// The person's name.
    pub name: String,
    /// The organisation (单位) they act for.
    pub organisation: String,
    pub(crate) password: Option<String>,
    /// When it was made.
    pub created_at: Instant,
    /// When the person last signed in.
    pub signed_in_at: Option<Instant>,
    /// Since when nobody can sign in with it.
    pub disabled_at: Option<Instant>,
    /// What it may do and where.
    pub grants: Vec<Grant>,
}

/// An account to be made.
#[derive(Debug, Clone, Default)]
pub struct NewUser {
    /// The name to sign in with.
    pub login: String,
    /// The person's name.
    pub name: String,
    /// The organisation (单位) they act for.
    pub organisation: String,
    /// The first password.
    pub password: String,
    /// What it may do and where.
    pub grants: Vec<Grant>,
}

/// The grant as the log holds it: `city@region:440300`.
pub(crate) fn grant_code(grant: &Grant) -> String {
    format!("{}@{}", grant.role.code(), grant.scope.to_code())
}

fn state(account: &Account) -> serde_json::Value {
    let grants: Vec<String> = account.grants.iter().map(grant_code).collect();
    json!({
        "login": account.login, "name": account.name, "organisation": account.organisation,
        "grants": grants, "disabled": account.disabled_at.is_some(),
    })
}

fn check_new(new: &NewUser, locale: Locale) -> Result<(), Invalid> {
    let mut errors = FieldErrors::default();
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || ".-_@".contains(c);
    if !LOGIN_CHARS.contains(&new.login.chars().count()) || !new.login.chars().all(plain) {
        errors.push("/login", "not-a-login", locale.t("user-login-wrong"));
    }
    for (pointer, value) in [("/name", &new.name), ("/organisation", &new.organisation)] {
        let length = value.chars().count();
        if length == 0 {
            errors.push(pointer, "required", locale.t("user-name-missing"));
        } else if length > NAME_CHARS_MAX {
            errors.push(pointer, "too-long", locale.t("user-name-long"));
        }
    }
    password::check(&new.password, &new.login, locale, &mut errors);
    errors.into_result().map_err(Invalid)
}

/// Makes an account with its first roles.
///
/// # Errors
/// [`Error::Denied`]; [`Error::Invalid`] if a field is not accepted or the login is taken.
pub async fn create_user(ctx: &Context, app: &App, new: NewUser) -> Result<Id<User>, Error> {
    ctx.require(Permission::ManageUsers, Scope::Everywhere)?;
    let new = NewUser {
        login: new.login.trim().to_lowercase(),
        name: new.name.trim().to_owned(),
        organisation: new.organisation.trim().to_owned(),
        ..new
    };
    add(ctx, app, &new, "create-user").await
}

/// Makes an account; `action` says in the log how it came to be. Whoever calls this has checked the permission.
pub(crate) async fn add(
    ctx: &Context,
    app: &App,
    new: &NewUser,
    action: &'static str,
) -> Result<Id<User>, Error> {
    check_new(new, ctx.locale)?;
    let hash = app.get::<Access>()?.passwords.hash(&new.password).await?;
    let id: Id<User> = ctx.id();
    let outcome = app
        .db
        .write(async |tx| {
            let row = binds![id, &new.login, &new.name, &new.organisation, &hash, ctx.now()];
            tx.insert(&store::ADD_USER, row).await?;
            let grants = new
                .grants
                .iter()
                .map(|grant| binds![id, grant.role.code(), grant.scope.to_code(), ctx.now()]);
            tx.insert_many(&store::ADD_GRANT, grants.collect::<Vec<_>>()).await?;
            let account = store::user(tx, id).await?.ok_or(Error::NoSuchUser)?;
            audit::record(tx, ctx, Entry::new(action, "user", id).after(&state(&account))).await?;
            Ok(id)
        })
        .await;
    match outcome {
        Err(Error::Db(DbError::Unique(name))) if name == "user_account_login_key" => {
            let mut errors = FieldErrors::default();
            errors.push("/login", "taken", ctx.t("user-login-taken"));
            Err(Invalid(errors).into())
        }
        outcome => outcome,
    }
}

/// Changes one account and writes to the log how it was and is.
async fn change(
    ctx: &Context,
    app: &App,
    id: Id<User>,
    entry: Entry,
    work: impl AsyncFnOnce(&mut Tx, &Account) -> Result<(), Error> + Clone,
) -> Result<(), Error> {
    app.db
        .write(async |tx| {
            let before = store::user_for_change(tx, id).await?.ok_or(Error::NoSuchUser)?;
            work(tx, &before).await?;
            let after = store::user(tx, id).await?.ok_or(Error::NoSuchUser)?;
            let entry = entry.before(&state(&before)).after(&state(&after));
            audit::record(tx, ctx, entry).await?;
            Ok(())
        })
        .await
}

fn is_self(ctx: &Context, id: Id<User>) -> bool {
    ctx.actor.user().is_some_and(|user| user.id == id)
}

/// Gives a role within a scope. Giving one that the account has changes nothing.
///
/// # Errors
/// [`Error::Denied`], [`Error::NoSuchUser`].
pub async fn grant(ctx: &Context, app: &App, id: Id<User>, grant: &Grant, reason: &str) -> Result<(), Error> {
    ctx.require(Permission::ManageUsers, Scope::Everywhere)?;
    let row = binds![id, grant.role.code(), grant.scope.to_code(), ctx.now()];
    change(
        ctx,
        app,
        id,
        Entry::new("grant-role", "user", id).reason(reason),
        async |tx: &mut Tx, _: &Account| {
            tx.insert(&store::ADD_GRANT, row).await?;
            Ok(())
        },
    )
    .await
}

/// Takes a role within a scope away. It holds from the next request on.
///
/// # Errors
/// [`Error::Denied`], [`Error::NoSuchUser`]; [`Error::OwnAccount`] for one's own right to manage accounts.
pub async fn revoke(
    ctx: &Context,
    app: &App,
    id: Id<User>,
    grant: &Grant,
    reason: &str,
) -> Result<(), Error> {
    ctx.require(Permission::ManageUsers, Scope::Everywhere)?;
    if is_self(ctx, id) && grant.role.may(Permission::ManageUsers) {
        return Err(Error::OwnAccount);
    }
    let row = binds![id, grant.role.code(), grant.scope.to_code()];
    change(
        ctx,
        app,
        id,
        Entry::new("revoke-role", "user", id).reason(reason),
        async |tx: &mut Tx, _: &Account| {
            tx.execute(&store::DROP_GRANT, row).await?;
            Ok(())
        },
    )
    .await
}

/// Sets a new password, ends all sessions of the account and revokes its keys.
///
/// # Errors
/// [`Error::Denied`], [`Error::NoSuchUser`], [`Error::Invalid`].
pub async fn set_password(ctx: &Context, app: &App, id: Id<User>, new: &str) -> Result<(), Error> {
    ctx.require(Permission::ManageUsers, Scope::Everywhere)?;
    replace_password(ctx, app, id, new, None).await
}

async fn replace_password(
    ctx: &Context,
    app: &App,
    id: Id<User>,
    new: &str,
    kept: Option<&Token>,
) -> Result<(), Error> {
    let account = app.db.read(async |tx| store::user(tx, id).await).await?.ok_or(Error::NoSuchUser)?;
    let mut errors = FieldErrors::default();
    password::check(new, &account.login, ctx.locale, &mut errors);
    errors.into_result().map_err(Invalid)?;
    let hash = app.get::<Access>()?.passwords.hash(new).await?;
    change(ctx, app, id, Entry::new("set-password", "user", id), async |tx: &mut Tx, _: &Account| {
        tx.execute(&store::SET_PASSWORD, binds![id, &hash]).await?;
        session::end_all(tx, id, kept).await?;
        // Whoever knew the old password may have made some.
        Ok(keys::revoke_all(tx, ctx, id).await?)
    })
    .await
}

/// What the page of one's own account shows besides what a session knows.
#[derive(Debug, Clone)]
pub(crate) struct Own {
    pub(crate) has_password: bool,
    pub(crate) phone: Option<Phone>,
}

pub(crate) async fn own(app: &App, id: Id<User>) -> Result<Own, Error> {
    app.db
        .read(async |tx| {
            let account = store::user(tx, id).await?.ok_or(Error::NoSuchUser)?;
            let phone: Option<(String,)> = tx.fetch_optional(&store::PHONE_OF, binds![id]).await?;
            let phone = phone.and_then(|(phone,)| Phone::read(&phone).ok());
            Ok(Own { has_password: account.password.is_some(), phone })
        })
        .await
}

/// Changes one's own password, which needs the present one, if there is one. Other sessions end, the one of `kept` goes on; keys are revoked.
///
/// # Errors
/// [`Error::Denied`] for nobody, [`Error::Invalid`], [`Error::TooManyAttempts`].
pub(crate) async fn change_own_password(
    ctx: &Context,
    app: &App,
    present: &str,
    new: &str,
    kept: Option<&Token>,
) -> Result<(), Error> {
    let user = ctx.actor.user().ok_or(sh_http::Denied::Anonymous)?;
    let access = app.get::<Access>()?;
    access.limits.attempt(&user.login, ctx.remote)?;
    let account = app.db.read(async |tx| store::user(tx, user.id).await).await?.ok_or(Error::NoSuchUser)?;
    // Whoever signs in by phone has none to begin with; the session shows who they are.
    let asked = account.password.is_some();
    if asked && !access.passwords.fits(present, account.password.as_deref()).await? {
        let mut errors = FieldErrors::default();
        errors.push("/present", "wrong", ctx.t("me-present-wrong"));
        return Err(Invalid(errors).into());
    }
    replace_password(ctx, app, user.id, new, kept).await
}

/// Disables an account, which ends its sessions and revokes its keys, or enables it again.
///
/// # Errors
/// [`Error::Denied`], [`Error::NoSuchUser`]; [`Error::OwnAccount`] for one's own.
pub async fn set_disabled(
    ctx: &Context,
    app: &App,
    id: Id<User>,
    disabled: bool,
    reason: &str,
) -> Result<(), Error> {
    ctx.require(Permission::ManageUsers, Scope::Everywhere)?;
    if is_self(ctx, id) {
        return Err(Error::OwnAccount);
    }
    let action = if disabled { "disable-user" } else { "enable-user" };
    let at = disabled.then(|| ctx.now());
    change(
        ctx,
        app,
        id,
        Entry::new(action, "user", id).reason(reason),
        async |tx: &mut Tx, before: &Account| {
            if before.disabled_at.is_some() != disabled {
                tx.execute(&store::SET_DISABLED, binds![id, at]).await?;
            }
            session::end_all(tx, id, None).await?;
            if disabled {
                keys::revoke_all(tx, ctx, id).await?;
            }
            Ok(())
        },
    )
    .await
}

/// Whether there is an account that somebody can sign in with. For the command line, which tells how to make the first.
///
/// # Errors
/// What the database refuses.
pub async fn is_anybody_there(tx: &mut Tx) -> Result<bool, DbError> {
    let found: Option<(i64,)> = tx.fetch_optional(&store::ANYBODY, binds![]).await?;
    Ok(found.is_some())
}

/// A password that nobody can guess, for somebody who does not want to think of one: 100 random bits.
///
/// # Errors
/// [`Error::Password`] if the system gives no random numbers.
pub fn make_password() -> Result<String, Error> {
    password::make()
}

/// Accounts in the order of their logins, by a text that login, name or organisation contain.
///
/// # Errors
/// [`Error::Denied`] without [`Permission::ReadUsers`] everywhere, or a cursor that cannot be read.
pub async fn list(
    ctx: &Context,
    app: &App,
    contains: Option<&str>,
    page: &Page,
) -> Result<Listing<Account>, Failure> {
    ctx.require(Permission::ReadUsers, Scope::Everywhere)?;
    let after: String = page.key()?.unwrap_or_default();
    let contains = contains.map(str::trim).filter(|text| !text.is_empty());
    let rows = app.db.read(async |tx| store::users(tx, &after, contains, page.fetch()).await).await?;
    Ok(Listing::of(rows, page, |account| account.login.clone()))
}

/// One account.
///
/// # Errors
/// [`Error::Denied`], [`Error::NoSuchUser`].
pub async fn find(ctx: &Context, app: &App, id: Id<User>) -> Result<Account, Error> {
    ctx.require(Permission::ReadUsers, Scope::Everywhere)?;
    app.db.read(async |tx| store::user(tx, id).await).await?.ok_or(Error::NoSuchUser)
}

/// One account by its login, for the command line and for seeding.
///
/// # Errors
/// [`Error::Denied`]; [`Error::NoSuchUser`].
pub async fn find_by_login(ctx: &Context, app: &App, login: &str) -> Result<Account, Error> {
    ctx.require(Permission::ReadUsers, Scope::Everywhere)?;
    app.db.read(async |tx| store::user_by_login(tx, login).await).await?.ok_or(Error::NoSuchUser)
}

/// What accounts are called: name and login. Their pages are for those who may see accounts.
///
/// # Errors
/// What the database refuses.
pub async fn names(ctx: &Context, tx: &mut Tx, things: &[Thing]) -> Result<Names, DbError> {
    let users = things.iter().filter(|thing| thing.kind == "user");
    let ids: Vec<Id<User>> = users.filter_map(|thing| thing.id.parse().ok()).collect();
    let found: Vec<(Id<User>, String, String)> =
        tx.fetch_all(&store::USER_NAMES, binds![ids.as_slice()]).await?;
    let may_open = ctx.allows(Permission::ReadUsers, &Scope::Everywhere);
    let named = found.into_iter().map(|(id, login, name)| {
        let href = may_open.then(|| format!("/w/users/{id}"));
        (Thing::new("user", id), Named { text: format!("{name} ({login})"), href })
    });
    Ok(named.collect())
}
