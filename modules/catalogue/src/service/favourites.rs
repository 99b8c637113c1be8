//! What people put aside (收藏).

use sh_http::{App, Context, Denied, Permission, Scope, User};
use sh_kernel::Id;

use crate::{
    Error,
    model::Product,
    store::{
        hall as store,
        public::{self, Card},
    },
};

/// Products that one person may put aside.
pub const FAVOURITES_MAX: i64 = 500;
/// Products shown.
const SHOWN: u32 = 200;

/// Whether the actor can put things aside.
pub(crate) fn may(ctx: &Context) -> bool {
    ctx.allows(Permission::Shop, &Scope::Everywhere)
}

fn person(ctx: &Context) -> Result<Id<User>, Error> {
    ctx.require(Permission::Shop, Scope::Everywhere)?;
    Ok(ctx.actor.user().ok_or(Denied::Anonymous)?.id)
}

/// Puts a product aside, or no longer.
///
/// # Errors
/// [`Error::Denied`]; [`Error::ShopFull`] if as many as may be are put aside.
pub async fn set(ctx: &Context, app: &App, product: Id<Product>, kept: bool) -> Result<(), Error> {
    let person = person(ctx)?;
    app.db
        .write(async |tx| {
            if !kept {
                return Ok(store::drop_favourite(tx, person, product).await?);
            }
            if store::count_favourites(tx, person).await? >= FAVOURITES_MAX {
                return Err(Error::ShopFull);
            }
            Ok(store::add_favourite(tx, person, product, ctx.now()).await?)
        })
        .await
}

/// What the actor has put aside and is on sale, the newest first.
///
/// # Errors
/// [`Error::Denied`].
pub async fn list(ctx: &Context, app: &App) -> Result<Vec<Card>, Error> {
    let person = person(ctx)?;
    app.db
        .read(async |tx| {
            let ids = store::favourites(tx, person, SHOWN).await?;
            Ok(public::cards(tx, &ids).await?)
        })
        .await
}
