//! On sale and off sale (上架、下架), by the supplier or by the operator.

use sh_access::audit::{Entry, record};
use sh_http::{App, Context, Permission, Scope};
use sh_kernel::Id;

use super::{edit::find, index};
use crate::{
    Error,
    model::{Product, Shelf},
    store::product as store,
};

/// Products whose recognition has ended that one step looks at.
const STEP: i64 = 200;

/// The supplier puts an approved product on sale or takes it off.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Denied`]; [`Error::WrongState`] if it was never approved or the operator has switched it
/// off; [`Error::ShopOff`].
pub async fn set(ctx: &Context, app: &App, id: Id<Product>, on_sale: bool) -> Result<(), Error> {
    let to = if on_sale { Shelf::OnSale } else { Shelf::OffSale };
    app.db
        .write(async |tx| {
            let (product, shop) = find(tx, ctx, id, Permission::EditListings).await?;
            if product.shelf == to {
                return Ok(());
            }
            if !matches!(product.shelf, Shelf::Ready | Shelf::OffSale | Shelf::OnSale) {
                return Err(Error::WrongState(product.shelf.word()));
            }
            if on_sale && !shop.is_open() {
                return Err(Error::ShopOff);
            }
            if !store::set_shelf(tx, &product, to, None, ctx.now()).await? {
                return Err(Error::Changed);
            }
            if on_sale {
                index::put(tx, &[id]).await?;
            } else {
                index::forget(tx, &[id]).await?;
            }
            let action = if on_sale { "put-on-sale" } else { "take-off-sale" };
            let entry = Entry::new(action, "product", id)
                .before(&serde_json::json!({ "shelf": product.shelf.word() }))
                .after(&serde_json::json!({ "shelf": to.word() }));
            record(tx, ctx, entry).await?;
            Ok(())
        })
        .await
}

/// The operator switches a product off, with a reason, or lets the supplier put it on sale again.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Denied`], [`Error::ReasonMissing`]; [`Error::WrongState`] if it was never approved, or is
/// not switched off.
pub async fn switch(ctx: &Context, app: &App, id: Id<Product>, off: bool, reason: &str) -> Result<(), Error> {
    ctx.require(Permission::ReviewListings, Scope::Everywhere)?;
    let reason = reason.trim();
    if off && reason.is_empty() {
        return Err(Error::ReasonMissing);
    }
    app.db
        .write(async |tx| {
            let (product, _) = find(tx, ctx, id, Permission::ReviewListings).await?;
            let fits = if off {
                !matches!(product.shelf, Shelf::New | Shelf::SwitchedOff)
            } else {
                product.shelf == Shelf::SwitchedOff
            };
            if !fits {
                return Err(Error::WrongState(product.shelf.word()));
            }
            let to = if off { Shelf::SwitchedOff } else { Shelf::OffSale };
            if !store::set_shelf(tx, &product, to, off.then_some(reason), ctx.now()).await? {
                return Err(Error::Changed);
            }
            index::forget(tx, &[id]).await?;
            let action = if off { "switch-product-off" } else { "switch-product-on" };
            let entry = Entry::new(action, "product", id)
                .before(&serde_json::json!({ "shelf": product.shelf.word() }))
                .after(&serde_json::json!({ "shelf": to.word() }))
                .reason(reason);
            record(tx, ctx, entry).await?;
            Ok(())
        })
        .await
}

/// Shows recognitions that have ended no longer; for a job that runs now and then. The page of a product looks at the day
/// by itself, so only lists wait for this. Returns how many products there were.
///
/// # Errors
/// What the database refuses.
pub async fn forget_expired(ctx: &Context, app: &App) -> Result<u64, Error> {
    let today = ctx.today();
    let mut count = 0;
    loop {
        let done = app
            .db
            .write(async |tx| {
                let ids = store::expired(tx, today, STEP).await?;
                for id in &ids {
                    store::uncertify(tx, *id, today).await?;
                }
                index::put(tx, &ids).await?;
                Ok::<_, Error>(ids.len() as u64)
            })
            .await?;
        count += done;
        if done == 0 {
            return Ok(count);
        }
    }
}
