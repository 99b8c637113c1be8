//! The addresses that a person keeps for the next orders (地址簿). Nobody else sees them, whatever they may see.

use sh_access::audit::{Entry, record};
use sh_http::{App, Context, Denied, Invalid};
use sh_kernel::{FieldErrors, Id};

use crate::{
    Error,
    address::{self, SAVED_MAX, Saved, Typed},
    model::Address,
    store,
};

fn owner(ctx: &Context) -> Result<String, Error> {
    ctx.actor.user().map(|_| ctx.actor.key()).ok_or_else(|| Denied::Anonymous.into())
}

fn check(ctx: &Context, typed: &Typed) -> Result<Address, Error> {
    let mut errors = FieldErrors::default();
    let found = address::check(ctx.locale, typed, ctx.today(), &mut errors);
    errors.into_result().map_err(Invalid)?;
    found.ok_or(Error::NotFound)
}

/// The addresses of the actor, in the order in which they were added.
///
/// # Errors
/// [`Error::Denied`] without an account.
pub async fn list(ctx: &Context, app: &App) -> Result<Vec<Saved>, Error> {
    let owner = owner(ctx)?;
    Ok(app.db.read(async |tx| store::address::all(tx, &owner).await).await?)
}

/// One address of the actor.
///
/// # Errors
/// [`Error::Denied`] without an account; [`Error::NotFound`].
pub async fn get(ctx: &Context, app: &App, id: Id<Saved>) -> Result<Saved, Error> {
    list(ctx, app).await?.into_iter().find(|one| one.id == id).ok_or(Error::NotFound)
}

/// Keeps an address more, under the number that its form was given. The first one is the usual one.
///
/// # Errors
/// [`Error::Denied`], [`Error::Invalid`]; [`Error::AddressesFull`] if there are [`SAVED_MAX`].
pub async fn add(ctx: &Context, app: &App, id: Id<Saved>, typed: &Typed) -> Result<(), Error> {
    let (owner, address) = (owner(ctx)?, check(ctx, typed)?);
    app.db
        .write(async |tx| {
            let known = store::address::hold(tx, &owner).await?;
            if known.iter().any(|one| one.id == id) {
                return Ok(());
            }
            if known.len() >= SAVED_MAX {
                return Err(Error::AddressesFull);
            }
            let saved = Saved { id, address: address.clone(), usual: known.is_empty() };
            if !store::address::add(tx, &owner, &saved).await? {
                return Err(Error::NotFound);
            }
            Ok(record(tx, ctx, Entry::new("add-address", "address", id)).await?)
        })
        .await
}

/// Changes an address of the actor.
///
/// # Errors
/// [`Error::Denied`], [`Error::NotFound`], [`Error::Invalid`].
pub async fn set(ctx: &Context, app: &App, id: Id<Saved>, typed: &Typed) -> Result<(), Error> {
    let (owner, address) = (owner(ctx)?, check(ctx, typed)?);
    app.db
        .write(async |tx| {
            if !store::address::set(tx, &owner, id, &address).await? {
                return Err(Error::NotFound);
            }
            Ok(record(tx, ctx, Entry::new("set-address", "address", id)).await?)
        })
        .await
}

/// Makes an address of the actor the one that forms begin with.
///
/// # Errors
/// [`Error::Denied`], [`Error::NotFound`].
pub async fn make_usual(ctx: &Context, app: &App, id: Id<Saved>) -> Result<(), Error> {
    let owner = owner(ctx)?;
    app.db
        .write(async |tx| {
            let known = store::address::hold(tx, &owner).await?;
            if !known.iter().any(|one| one.id == id) {
                return Err(Error::NotFound);
            }
            Ok(store::address::set_usual(tx, &owner, id).await?)
        })
        .await
}

/// Forgets an address of the actor. If it was the usual one, the oldest of the others is.
///
/// # Errors
/// [`Error::Denied`], [`Error::NotFound`].
pub async fn remove(ctx: &Context, app: &App, id: Id<Saved>) -> Result<(), Error> {
    let owner = owner(ctx)?;
    app.db
        .write(async |tx| {
            let known = store::address::hold(tx, &owner).await?;
            let gone = known.iter().find(|one| one.id == id).ok_or(Error::NotFound)?;
            store::address::remove(tx, &owner, id).await?;
            let next = known.iter().find(|one| one.id != id).filter(|_| gone.usual);
            if let Some(next) = next {
                store::address::set_usual(tx, &owner, next.id).await?;
            }
            Ok(record(tx, ctx, Entry::new("remove-address", "address", id)).await?)
        })
        .await
}
