//! A buyer's orders (我的订单).

use sh_catalogue::model::Shop;
use sh_http::{App, Context, Invalid, Listing, Page};
use sh_kernel::{FieldErrors, Id};

use crate::{
    Error,
    command::{AskBack, Cancel, What},
    desk::Queue,
    model::{Ask, Order, OrderState, RefundRow, Whole},
    store,
    token::Visitor,
};

/// Characters of a reason.
pub(crate) const REASON_CHARS_MAX: usize = 300;

/// Orders of the visitor, the newest first.
///
/// # Errors
/// A cursor that cannot be read, or the database.
pub async fn list(
    _ctx: &Context,
    app: &App,
    visitor: &Visitor,
    state: Option<OrderState>,
    page: &Page,
) -> Result<Listing<Whole>, Error> {
    let before: Id<Order> = page.key()?.unwrap_or_else(store::list::end);
    let Some(buyer) = visitor.buyer() else { return Ok(Listing::of(Vec::new(), page, |_: &Whole| before)) };
    let mut wholes = app
        .db
        .read(async |tx| {
            let ids = store::list::of_buyer(tx, buyer, state, before, page.fetch()).await?;
            store::order::wholes(tx, &ids).await
        })
        .await?;
    wholes.reverse();
    Ok(Listing::of(wholes, page, |whole| whole.order.id))
}

/// One order of the visitor.
///
/// # Errors
/// [`Error::NotFound`] for everybody else's.
pub async fn get(_ctx: &Context, app: &App, visitor: &Visitor, id: Id<Order>) -> Result<Whole, Error> {
    let found = app.get::<Queue>()?.views.order(id).await?;
    found.filter(|whole| visitor.owns(&whole.order.buyer)).ok_or(Error::NotFound)
}

/// What goes back of one order of the visitor.
///
/// # Errors
/// [`Error::NotFound`] for everybody else's.
pub async fn refunds(
    ctx: &Context,
    app: &App,
    visitor: &Visitor,
    id: Id<Order>,
) -> Result<Vec<RefundRow>, Error> {
    get(ctx, app, visitor, id).await?;
    Ok(app.db.read(async |tx| store::pay::refunds_of(tx, id).await).await?)
}

/// Cancels an unpaid order.
///
/// # Errors
/// [`Error::NotFound`]; [`crate::Refused::WrongState`] if it is paid or has ended.
pub async fn cancel(ctx: &Context, app: &App, visitor: &Visitor, id: Id<Order>) -> Result<(), Error> {
    get(ctx, app, visitor, id).await?;
    super::submit(ctx, app, What::Cancel(Cancel { order: id, expired: false })).await.map(drop)
}

/// Confirms that the part of a shop has arrived.
///
/// # Errors
/// [`Error::NotFound`]; [`crate::Refused::WrongState`] if it was not sent.
pub async fn receive(
    ctx: &Context,
    app: &App,
    visitor: &Visitor,
    id: Id<Order>,
    shop: Id<Shop>,
) -> Result<(), Error> {
    get(ctx, app, visitor, id).await?;
    super::submit(ctx, app, What::Receive(id, shop)).await.map(drop)
}

/// Asks a shop for the money of its part, or asks again after a refusal.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Invalid`] without a reason; [`crate::Refused::WrongState`] if it is not paid, or the
/// shop has not answered yet; [`crate::Refused::AskedOften`].
pub async fn ask_refund(
    ctx: &Context,
    app: &App,
    visitor: &Visitor,
    (id, shop): (Id<Order>, Id<Shop>),
    reason: &str,
) -> Result<(), Error> {
    let whole = get(ctx, app, visitor, id).await?;
    let part = whole.part(shop).ok_or(Error::NotFound)?;
    let reason = reason_of(ctx, reason)?;
    let cases = app.db.read(async |tx| store::case::of_order(tx, id).await).await?;
    if cases.iter().any(|case| case.shop == shop && !case.state.is_over()) {
        return Err(crate::Refused::WrongState("asked").into());
    }
    // A request that waits is sent twice; one that was refused is followed by another.
    let round = if part.ask == Ask::Asked { part.asks } else { part.asks + 1 };
    super::submit(ctx, app, What::Ask(AskBack { order: id, shop, reason, round })).await.map(drop)
}

/// A reason that says something.
pub(crate) fn reason_of(ctx: &Context, reason: &str) -> Result<String, Error> {
    let reason = reason.trim();
    let mut errors = FieldErrors::default();
    if reason.is_empty() || reason.chars().count() > REASON_CHARS_MAX {
        errors.push("/reason", "required", ctx.t("order-reason-missing"));
    }
    errors.into_result().map_err(Invalid)?;
    Ok(reason.to_owned())
}
