//! Changing a price. It holds at once: what was put into a basket before is compared again when it is bought.

use sh_access::audit::{Entry, record};
use sh_http::{App, Context, Invalid, Permission};
use sh_kernel::{Fen, FieldErrors, Id};

use super::{edit::find, index, review, shops::by};
use crate::{
    Error,
    model::Sku,
    store::{
        product as products,
        sku::{self as store, NewPrice, PriceChange},
    },
};

/// Prices of a variant that its page lists.
pub const PRICES_SHOWN: u32 = 20;
/// The highest price: ten million yuan.
const PRICE_MAX: Fen = Fen(1_000_000_000);

/// Sets the price of a variant, if it still is what the caller saw.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Denied`]; [`Error::Changed`] if the price is another one by now; [`Error::Invalid`] if
/// the new price is nothing or beyond reason.
pub async fn set(ctx: &Context, app: &App, sku: Id<Sku>, seen: Fen, price: Fen) -> Result<(), Error> {
    if price <= Fen::ZERO || price > PRICE_MAX {
        let mut errors = FieldErrors::default();
        errors.push("/price", "price-range", ctx.t("product-price-wrong"));
        return Err(Invalid(errors).into());
    }
    app.db
        .write(async |tx| {
            let home = store::home_of(tx, sku).await?.ok_or(Error::NotFound)?;
            let (mut product, shop) = find(tx, ctx, home.product, Permission::EditListings).await?;
            if seen == price {
                return Ok(());
            }
            if !store::set_price(tx, (sku, shop.id), seen, price).await? {
                return Err(Error::Changed);
            }
            let new = NewPrice { id: ctx.id(), sku, before: Some(seen), price };
            store::add_prices(tx, shop.id, &[new], (ctx.now(), by(ctx))).await?;
            let skus = store::skus(tx, product.id).await?;
            let changed = skus.iter().find(|other| other.id == sku).ok_or(Error::NotFound)?;
            product.note_price(&changed.code, price);
            products::set_prices(tx, &product, review::lead(&skus)).await?;
            index::set_prices(tx, &product, &skus).await?;
            let entry = Entry::new("set-price", "sku", sku)
                .before(&serde_json::json!({ "price_fen": seen }))
                .after(&serde_json::json!({ "price_fen": price }));
            record(tx, ctx, entry).await?;
            Ok(())
        })
        .await
}

/// The prices a variant has had, the newest first.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Denied`].
pub async fn history(ctx: &Context, app: &App, sku: Id<Sku>) -> Result<Vec<PriceChange>, Error> {
    app.db
        .read(async |tx| {
            let home = store::home_of(tx, sku).await?.ok_or(Error::NotFound)?;
            find(tx, ctx, home.product, Permission::ReadListings).await?;
            Ok(store::prices(tx, sku, PRICES_SHOWN).await?)
        })
        .await
}
