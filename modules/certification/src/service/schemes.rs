//! Schemes: what there is, and publishing a version.

use sh_access::audit::{Entry, record};
use sh_http::{App, Context, Permission, Scope};

use super::by;
use crate::{
    Error,
    model::Scheme,
    store::scheme::{self as store, Published},
};

/// The newest version of each scheme. Of those that are not public only whoever sees registers hears.
///
/// # Errors
/// The database.
pub async fn all(ctx: &Context, app: &App) -> Result<Vec<Published>, Error> {
    let inside = ctx.actor.allows_somewhere(Permission::ReadRegisters);
    let mut schemes = app.db.read(async |tx| store::schemes(tx).await).await?;
    schemes.retain(|one| inside || one.scheme.public);
    Ok(schemes)
}

/// The newest version of a scheme.
///
/// # Errors
/// [`Error::NotFound`] if there is none, or it is not public and the actor sees no registers.
pub async fn get(ctx: &Context, app: &App, code: &str) -> Result<Published, Error> {
    let found = app.db.read(async |tx| store::scheme(tx, code).await).await?.ok_or(Error::NotFound)?;
    let inside = ctx.actor.allows_somewhere(Permission::ReadRegisters);
    if found.scheme.public || inside { Ok(found) } else { Err(Error::NotFound) }
}

/// Publishes a version of a scheme. What is under way keeps its own. Answers the version; publishing what holds already
/// changes nothing.
///
/// # Errors
/// [`Error::Denied`].
pub async fn publish(ctx: &Context, app: &App, scheme: &Scheme) -> Result<i64, Error> {
    ctx.require(Permission::EditRegisters, Scope::Everywhere)?;
    app.db
        .write(async |tx| {
            let known = store::scheme(tx, &scheme.code).await?;
            if let Some(known) = &known
                && known.scheme == *scheme
            {
                return Ok(known.version);
            }
            let version = known.as_ref().map_or(1, |known| known.version + 1);
            let new = Published { scheme: scheme.clone(), version };
            store::add(tx, &new, ctx.now(), by(ctx)).await?;
            let mut entry = Entry::new("publish-scheme", "scheme", format!("{}/{version}", scheme.code));
            entry = entry.after(scheme);
            if let Some(known) = &known {
                entry = entry.before(&known.scheme);
            }
            record(tx, ctx, entry).await?;
            Ok(version)
        })
        .await
}

/// Publishes the schemes that the program brings along, as far as there is none of their code yet.
///
/// # Errors
/// As [`publish`].
pub async fn install(ctx: &Context, app: &App) -> Result<(), Error> {
    let known = app.db.read(async |tx| store::schemes(tx).await).await?;
    for scheme in crate::shipped_schemes() {
        if !known.iter().any(|one| one.scheme.code == scheme.code) {
            publish(ctx, app, &scheme).await?;
        }
    }
    Ok(())
}
