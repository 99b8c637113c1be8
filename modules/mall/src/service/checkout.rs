//! Checkout (结算): what it costs to a place, and the order itself.
//!
//! Three phases: the form with the expected sum; one command that places the order, all of it or nothing; the payment.
//! The number of the order comes with the form, so that the form sent twice is one order.

use sh_catalogue::{
    basket,
    freight::Quote,
    model::{Shop, Sku},
};
use sh_http::{App, Context, Invalid};
use sh_kernel::{Fen, FieldErrors, Id, RegionCode};

use super::basket::Basket;
use crate::{
    Error,
    address::{self, Typed},
    command::{Place, PlaceLine, What},
    error::Refused,
    model::Order,
    token::Visitor,
};

/// Characters of a message to a shop.
const MESSAGE_CHARS_MAX: usize = 200;

/// What a basket costs to a place.
#[derive(Debug, Clone)]
pub struct Quoted {
    /// What is bought.
    pub basket: Basket,
    /// What sending costs for each shop; `None` if it does not send there. In the order of the basket's groups.
    pub freights: Vec<Option<Fen>>,
    /// Sum of the lines.
    pub goods: Fen,
    /// Sum of the freights.
    pub freight: Fen,
    /// Both.
    pub amount: Fen,
}

/// What the visitor's basket costs to a place. Without a place, sending is not in it.
///
/// # Errors
/// What the database refuses; an amount beyond what the system holds.
pub async fn quote(
    ctx: &Context,
    app: &App,
    visitor: &Visitor,
    to: Option<RegionCode>,
) -> Result<Quoted, Error> {
    let basket = super::basket::show(ctx, app, visitor).await?;
    let goods = basket.goods()?;
    let mut freights = Vec::with_capacity(basket.groups.len());
    let mut freight = Fen::ZERO;
    for group in &basket.groups {
        let quoted = match to {
            None => Some(Fen::ZERO),
            Some(to) => match basket::freight(group.items.iter().map(|item| (&item.sku, item.pieces)), to)? {
                Quote::Fee(fee) => Some(fee),
                Quote::NotSent => None,
            },
        };
        freight = freight.plus(quoted.unwrap_or(Fen::ZERO))?;
        freights.push(quoted);
    }
    Ok(Quoted { amount: goods.plus(freight)?, basket, freights, goods, freight })
}

/// The form of an order as it was sent.
#[derive(Debug, Clone, Default)]
pub struct Form {
    /// The number that came with the form.
    pub order: Option<Id<Order>>,
    /// The variants, pieces and prices that the form showed.
    pub lines: Vec<(Id<Sku>, i64, Fen)>,
    /// The sum that the form showed.
    pub expected: Fen,
    /// Where it goes.
    pub address: Typed,
    /// To whom the invoice is made out.
    pub title: String,
    /// Their tax number.
    pub tax_number: String,
    /// Messages to the shops.
    pub messages: Vec<(Id<Shop>, String)>,
}

/// Places the order that a form shows, which leaves the basket with it. Sent again, it tells the same order.
///
/// # Errors
/// [`Error::Invalid`] with the fields that are not accepted; [`Error::Refused`] with what has changed since the form was
/// shown, or what is sold out.
pub async fn place(ctx: &Context, app: &App, buyer: &str, form: &Form) -> Result<Id<Order>, Error> {
    let mut errors = FieldErrors::default();
    let found = address::check(ctx.locale, &form.address, ctx.today(), &mut errors);
    let title = address::title(ctx.locale, &form.title, &form.tax_number, &mut errors);
    for (shop, text) in &form.messages {
        if text.chars().count() > MESSAGE_CHARS_MAX {
            errors.push(format!("/message-{shop}"), "too-long", ctx.t("checkout-message-long"));
        }
    }
    errors.into_result().map_err(Invalid)?;
    let address = found.ok_or(Error::NotFound)?;
    let order = form.order.ok_or(Refused::FormOld)?;
    let messages = form.messages.iter().filter(|(_, text)| !text.trim().is_empty());
    let place = Place {
        order,
        buyer: buyer.to_owned(),
        lines: form
            .lines
            .iter()
            .map(|(sku, pieces, seen)| PlaceLine { sku: *sku, pieces: *pieces, seen: *seen })
            .collect(),
        expected: form.expected,
        address,
        title,
        messages: messages.map(|(shop, text)| (*shop, text.trim().to_owned())).collect(),
    };
    super::submit(ctx, app, What::Place(Box::new(place))).await?;
    Ok(order)
}
