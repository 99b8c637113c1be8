//! Parcels (包裹): a part leaves with its first one; more may follow until the buyer has it. What sending costs was paid with
//! the order, once, however many there are.

use sh_catalogue::model::Shop;
use sh_http::{App, Context, Invalid};
use sh_kernel::{FieldErrors, Id};

use crate::{
    Error, carrier,
    command::{Ship, What},
    model::{Order, ParcelRow},
    store,
};

/// Parcels of one part.
pub const PARCELS_MAX: usize = 20;

/// Parcels of an order, the first one first. Whoever shows them has asked whether the order may be seen.
pub(crate) async fn of_order(app: &App, order: Id<Order>) -> Result<Vec<ParcelRow>, Error> {
    Ok(app.db.read(async |tx| store::parcel::of_order(tx, order).await).await?)
}

/// What is wrong with what somebody wrote on a parcel, or what is kept of it.
pub(crate) fn checked(ctx: &Context, by: &str, number: &str) -> Result<(String, String), Error> {
    let mut errors = FieldErrors::default();
    let (known, waybill) = (carrier::named(by), carrier::waybill(number));
    if known.is_none() {
        let names = carrier::known();
        let text = ctx.locale.with("order-carrier-unknown", &[("names", names.as_str().into())]);
        errors.push("/carrier", "unknown", text);
    }
    if waybill.is_none() {
        errors.push("/waybill", "shape", ctx.t("order-waybill-wrong"));
    }
    match (known, waybill) {
        (Some(known), Some(waybill)) => Ok((known.to_owned(), waybill)),
        _ => Err(Invalid(errors).into()),
    }
}

/// Sends a part, or one more parcel of it. A parcel that has left already changes nothing.
pub(crate) async fn send(
    ctx: &Context,
    app: &App,
    (order, shop): (Id<Order>, Id<Shop>),
    (carrier, waybill): (String, String),
    import: store::parcel::FromTable,
) -> Result<(), Error> {
    let known = of_order(app, order).await?;
    let mut own = known.iter().filter(|row| row.shop == shop);
    if own.clone().any(|row| row.carrier == carrier && row.waybill == waybill) {
        return Ok(());
    }
    if own.by_ref().count() >= PARCELS_MAX {
        return Err(Error::TooManyParcels);
    }
    let ship = Ship { order, shop, carrier, waybill, import };
    super::submit(ctx, app, What::Ship(ship)).await.map(drop)
}
