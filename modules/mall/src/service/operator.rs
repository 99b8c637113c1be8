//! The operator's view of all orders (订单查询), and what a person enters for a bank.

use sh_catalogue::{model::Shop, service::shops};
use sh_db::{DbError, Tx};
use sh_http::{App, Context, Invalid, Listing, Page, Permission, Scope};
use sh_kernel::{Day, Fen, FieldErrors, Id};

use super::statement::first_at;

use crate::{
    Error,
    command::What,
    model::{Order, OrderState, Refund, RefundRow, Whole, number_of},
    provider::bank,
    store::{
        self,
        list::{Asked, OrderItem},
    },
};

/// Shops that a piece of a name may mean.
const SHOPS_MAX: u32 = 5;

/// Which orders are looked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// The number of an order, or the code of its transfer.
    pub number: String,
    /// The telephone of whoever receives it, whole.
    pub phone: String,
    /// Where it stands.
    pub state: Option<OrderState>,
    /// The name of a shop that has a part in it, or a piece of the name.
    pub shop: String,
    /// The first day on which it was placed.
    pub from: Option<Day>,
    /// The last.
    pub until: Option<Day>,
}

/// Orders, the newest first.
///
/// # Errors
/// [`Error::Denied`] without the right to see all of them; a cursor that cannot be read.
pub async fn search(
    ctx: &Context,
    app: &App,
    filter: &Filter,
    page: &Page,
) -> Result<Listing<OrderItem>, Error> {
    ctx.require(Permission::ReadOrders, Scope::Everywhere)?;
    let end = filter.until.map_or_else(store::list::end, |day| first_at(day.plus_days(1).start()));
    let before: Id<Order> = page.key()?.map_or(end, |before: Id<Order>| before.min(end));
    let from = filter.from.map_or_else(store::list::begin, |day| first_at(day.start()));
    let number = filter.number.trim();
    let phone = Some(filter.phone.trim()).filter(|phone| !phone.is_empty());
    let shops = shops_named(ctx, app, filter.shop.trim()).await?;
    if shops.as_ref().is_some_and(Vec::is_empty) {
        return Ok(Listing::of(Vec::new(), page, |row: &OrderItem| row.id));
    }
    let asked = Asked { phone, state: filter.state, shops: shops.as_deref().unwrap_or_default() };
    let rows = app
        .db
        .read(async |tx| {
            if number.is_empty() {
                return store::list::search(tx, &asked, (from, before), page.fetch()).await;
            }
            match by_number(tx, number).await? {
                Some(id) => store::list::between(tx, id, id).await,
                None => Ok(Vec::new()),
            }
        })
        .await?;
    Ok(Listing::of(rows, page, |row| row.id))
}

/// The first shops whose names hold a text; `None` for no text.
async fn shops_named(ctx: &Context, app: &App, text: &str) -> Result<Option<Vec<Id<Shop>>>, Error> {
    if text.is_empty() {
        return Ok(None);
    }
    let page = Page { after: None, size: Some(SHOPS_MAX) };
    let found = shops::list(ctx, app, None, Some(text), &page).await?;
    Ok(Some(found.items.into_iter().map(|shop| shop.id).collect()))
}

/// The order with a number, or with the code of a transfer.
pub(crate) async fn by_number(tx: &mut Tx, number: &str) -> Result<Option<Id<Order>>, DbError> {
    if let Some(id) = store::pay::by_code(tx, &number.to_ascii_uppercase()).await? {
        return Ok(Some(id));
    }
    let Some((first, last)) = bounds(number) else { return Ok(None) };
    let rows = store::list::between(tx, first, last).await?;
    Ok(rows.into_iter().map(|row| row.id).find(|id| number_of(*id) == number))
}

/// The identifiers that a number can belong to: those of its millisecond.
pub(crate) fn bounds(number: &str) -> Option<(Id<Order>, Id<Order>)> {
    /// 2020-01-01T00:00:00Z in milliseconds since 1970, from which numbers count.
    const BEGIN_MILLIS: u64 = 1_577_836_800_000;
    let millis = (number.parse::<u64>().ok()? >> 22).checked_add(BEGIN_MILLIS)?;
    let high = millis.checked_mul(1 << 16)?;
    let id = |high, low| Id::from_uuid(uuid::Uuid::from_u64_pair(high, low));
    Some((id(high, 0), id(high | 0xffff, u64::MAX)))
}

/// One order, whoever's, and what goes back of it.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Denied`].
pub async fn get(ctx: &Context, app: &App, id: Id<Order>) -> Result<(Whole, Vec<RefundRow>), Error> {
    ctx.require(Permission::ReadOrders, Scope::Everywhere)?;
    app.db
        .read(async |tx| {
            let whole = store::order::whole(tx, id).await?.ok_or(Error::NotFound)?;
            Ok((whole, store::pay::refunds_of(tx, id).await?))
        })
        .await
}

/// Enters a transfer that the bank shows for an order. The bank's reference counts once.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Denied`]; [`Error::Invalid`] without amount and reference; [`Error::ReferenceTaken`] if
/// the reference is known with another order or amount.
pub async fn enter_transfer(
    ctx: &Context,
    app: &App,
    id: Id<Order>,
    amount: Fen,
    reference: &str,
) -> Result<(), Error> {
    ctx.require(Permission::SettleOrders, Scope::Everywhere)?;
    let reference = &*crate::bank::reference(reference);
    let mut errors = FieldErrors::default();
    if amount <= Fen::ZERO {
        errors.push("/amount", "money-not-a-number", ctx.t("order-amount-wrong"));
    }
    if !super::bank::is_reference(reference) {
        errors.push("/reference", "required", ctx.t("order-reference-missing"));
    }
    errors.into_result().map_err(Invalid)?;
    super::bank::by_hand(ctx, app, id, (amount, reference)).await
}

/// Notes that a person has sent money back by transfer.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Denied`].
pub async fn sent_back(ctx: &Context, app: &App, id: Id<Order>, refund: Id<Refund>) -> Result<(), Error> {
    ctx.require(Permission::SettleOrders, Scope::Everywhere)?;
    let rows = app.db.read(async |tx| store::pay::refunds(tx, &[refund]).await).await?;
    let by_hand = rows.iter().any(|row| row.order == id && row.provider == bank::CODE);
    if !by_hand {
        return Err(Error::NotFound);
    }
    super::submit(ctx, app, What::PaidBack(id, refund)).await.map(drop)
}
