//! A shop's orders: what is to be sent, what buyers ask for (供应商订单).

use sh_catalogue::{model::Shop, service::shops};
use sh_http::{App, Context, Listing, Page, Permission, Scope};
use sh_kernel::Id;

use super::{orders::reason_of, parcels};
use crate::{
    Error,
    command::{Decide, What},
    model::{Order, PartRow, PartState, Whole},
    store::{self, list::PartItem},
};

/// Which list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// Parts in a state.
    State(PartState),
    /// Parts whose buyers ask for a refund.
    Asked,
}

/// Parts of the actor's shop, the oldest first: they are worked through.
///
/// # Errors
/// [`Error::Denied`], [`Error::Catalogue`] if there is no such shop, a cursor that cannot be read.
pub async fn list(
    ctx: &Context,
    app: &App,
    shop: Option<Id<Shop>>,
    which: Which,
    page: &Page,
) -> Result<Listing<PartItem>, Error> {
    let shop = shops::own(ctx, app, shop).await?;
    ctx.require_any(Permission::ReadOrders, &[shop.scope(), Scope::Everywhere])?;
    let after: Id<Order> = page.key()?.unwrap_or_else(store::list::begin);
    let rows = app
        .db
        .read(async |tx| match which {
            Which::State(state) => store::list::of_shop(tx, shop.id, state, after, page.fetch()).await,
            Which::Asked => store::list::asked_of_shop(tx, shop.id, after, page.fetch()).await,
        })
        .await?;
    Ok(Listing::of(rows, page, |row| row.order))
}

/// The part of one shop, with the order that it belongs to; other shops' parts and lines are left out.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Denied`].
pub async fn get(ctx: &Context, app: &App, id: Id<Order>, shop: Id<Shop>) -> Result<Whole, Error> {
    let (whole, part) = part(app, id, shop).await?;
    ctx.require_any(Permission::ReadOrders, &[scope(&part), Scope::Everywhere])?;
    Ok(whole)
}

async fn part(app: &App, id: Id<Order>, shop: Id<Shop>) -> Result<(Whole, PartRow), Error> {
    let found = app.db.read(async |tx| store::order::whole(tx, id).await).await?;
    let mut whole = found.ok_or(Error::NotFound)?;
    let part = whole.part(shop).cloned().ok_or(Error::NotFound)?;
    let lines: Vec<i64> = whole.lines_of(shop).map(|line| line.line).collect();
    whole.parts.retain(|other| other.shop == shop);
    whole.picks.retain(|pick| lines.contains(&pick.line));
    whole.lines.retain(|line| line.shop == shop);
    Ok((whole, part))
}

fn scope(part: &PartRow) -> Scope {
    Scope::Organisation(part.organisation.clone())
}

/// Sends a part: the goods leave the stock. Another waybill for a part that has left is one more parcel of it.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Denied`]; [`Error::Invalid`] without a known carrier and a waybill;
/// [`Error::WaybillTaken`], [`Error::TooManyParcels`]; [`crate::Refused::WrongState`] if it is not to be sent.
pub async fn ship(
    ctx: &Context,
    app: &App,
    (id, shop): (Id<Order>, Id<Shop>),
    carrier: &str,
    waybill: &str,
) -> Result<(), Error> {
    let (_, part) = part(app, id, shop).await?;
    ctx.require(Permission::HandleOrders, scope(&part))?;
    let parcel = parcels::checked(ctx, carrier, waybill)?;
    parcels::send(ctx, app, (id, shop), parcel, None).await
}

/// Agrees to a refund, or refuses it with a reason.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Denied`]; [`Error::Invalid`] if it is refused without a reason;
/// [`crate::Refused::WrongState`] if nobody asks.
pub async fn answer(
    ctx: &Context,
    app: &App,
    (id, shop): (Id<Order>, Id<Shop>),
    (grant, goods_back): (bool, bool),
    answer: &str,
) -> Result<(), Error> {
    let (_, part) = part(app, id, shop).await?;
    ctx.require(Permission::HandleOrders, scope(&part))?;
    let answer = if grant { answer.trim().to_owned() } else { reason_of(ctx, answer)? };
    let decide = Decide { order: id, shop, round: part.asks, grant, goods_back, answer };
    super::submit(ctx, app, What::Refund(decide)).await.map(drop)
}
