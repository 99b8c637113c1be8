//! What moves value: the commands that go through one queue, and what each is known by when it is repeated.

use sh_access::audit::By;
use sh_imports::model::TableImport;
use sh_kernel::{Fen, Id};
use sh_ledger::{Book, Claim};

use sh_catalogue::model::{Shop, Sku};

use crate::{
    case::{Case, Side},
    model::{Address, Order, Refund, Title},
};

/// One thing to do with an order.
#[derive(Debug, Clone)]
pub struct Command {
    /// Who asks for it.
    pub by: By,
    /// What.
    pub what: What,
}

/// What is to be done.
#[derive(Debug, Clone)]
pub enum What {
    /// A new order (下单).
    Place(Box<Place>),
    /// Money came in (收款).
    Settle(Settle),
    /// An unpaid order ends (取消).
    Cancel(Cancel),
    /// A part leaves (发货).
    Ship(Ship),
    /// The buyer has a part (确认收货).
    Receive(Id<Order>, Id<Shop>),
    /// The buyer asks for a refund of a part (申请退款).
    Ask(AskBack),
    /// The shop answers (同意、拒绝退款).
    Refund(Decide),
    /// A case after the sale comes to what was asked for (售后完成).
    Back(Back),
    /// A provider has sent money back (退款到账).
    PaidBack(Id<Order>, Id<Refund>),
}

/// A piece of a new order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaceLine {
    /// The variant.
    pub sku: Id<Sku>,
    /// Pieces.
    pub pieces: i64,
    /// The price of one that the buyer saw.
    pub seen: Fen,
}

/// A new order. Its number was given out with the form, so that a form sent twice is one order.
#[derive(Debug, Clone)]
pub struct Place {
    /// Its number.
    pub order: Id<Order>,
    /// Whose it is.
    pub buyer: String,
    /// What is ordered.
    pub lines: Vec<PlaceLine>,
    /// The sum that the buyer agrees to.
    pub expected: Fen,
    /// Where it goes.
    pub address: Address,
    /// To whom the invoice is made out.
    pub title: Option<Title>,
    /// What the buyer says to the shops.
    pub messages: Vec<(Id<Shop>, String)>,
}

/// Money that came in.
#[derive(Debug, Clone)]
pub struct Settle {
    /// The order it is for.
    pub order: Id<Order>,
    /// By which provider.
    pub provider: String,
    /// What the provider calls it; once per provider.
    pub reference: String,
    /// How much.
    pub amount: Fen,
}

/// An unpaid order ends.
#[derive(Debug, Clone, Copy)]
pub struct Cancel {
    /// Which one.
    pub order: Id<Order>,
    /// Only if its time is over; else because the buyer says so.
    pub expired: bool,
}

/// A part leaves, or one more parcel of it.
#[derive(Debug, Clone)]
pub struct Ship {
    /// The order.
    pub order: Id<Order>,
    /// The shop.
    pub shop: Id<Shop>,
    /// Who carries it.
    pub carrier: String,
    /// The number of the waybill.
    pub waybill: String,
    /// The table that it came with.
    pub import: Option<Id<TableImport>>,
}

/// The buyer asks for the money of a part.
#[derive(Debug, Clone)]
pub struct AskBack {
    /// The order.
    pub order: Id<Order>,
    /// The shop.
    pub shop: Id<Shop>,
    /// Why.
    pub reason: String,
    /// Which time it is, from 1: the same request sent twice is one.
    pub round: i64,
}

/// The shop's answer to a request for a refund.
#[derive(Debug, Clone)]
pub struct Decide {
    /// The order.
    pub order: Id<Order>,
    /// The shop.
    pub shop: Id<Shop>,
    /// To which request, from 1.
    pub round: i64,
    /// Whether it agrees.
    pub grant: bool,
    /// Whether sent goods are back and may be sold again; else they are lost.
    pub goods_back: bool,
    /// What it says.
    pub answer: String,
}

/// A case comes to what was asked for.
#[derive(Debug, Clone)]
pub struct Back {
    /// The case.
    pub case: Id<Case>,
    /// Its order.
    pub order: Id<Order>,
    /// Its shop.
    pub shop: Id<Shop>,
    /// Whether the goods are back and may be sold again; else they are lost.
    pub resale: bool,
    /// Whether money goes back instead of other goods, where others were asked for.
    pub money: bool,
    /// Who decides.
    pub side: Side,
    /// What they say.
    pub said: String,
}

impl What {
    /// The order that exists already.
    pub(crate) const fn order(&self) -> Option<Id<Order>> {
        match self {
            Self::Place(_) => None,
            Self::Settle(Settle { order, .. })
            | Self::Cancel(Cancel { order, .. })
            | Self::Ship(Ship { order, .. })
            | Self::Receive(order, _)
            | Self::Ask(AskBack { order, .. })
            | Self::Refund(Decide { order, .. })
            | Self::Back(Back { order, .. })
            | Self::PaidBack(order, _) => Some(*order),
        }
    }

    /// The case that it finishes.
    pub(crate) const fn case(&self) -> Option<Id<Case>> {
        match self {
            Self::Back(back) => Some(back.case),
            _ => None,
        }
    }

    /// What it is known by when it is repeated.
    pub(crate) fn claim(&self) -> Claim {
        let named =
            |kind: &str, key: String, body: &str| Claim::named(Book::MARKET, kind, &key, body.as_bytes());
        match self {
            Self::Place(place) => Claim::new(Book::MARKET, place.order.uuid(), place.body().as_bytes()),
            Self::Settle(settle) => {
                let body = format!("{} {}", settle.order, settle.amount.0);
                named("settle", format!("{} {}", settle.provider, settle.reference), &body)
            }
            Self::Cancel(cancel) => named("cancel", cancel.order.to_string(), ""),
            Self::Ship(ship) => {
                // A part may leave in several parcels; each of them once.
                let key = format!("{} {} {} {}", ship.order, ship.shop, ship.carrier, ship.waybill);
                named("ship", key, "")
            }
            Self::Receive(order, shop) => named("receive", format!("{order} {shop}"), ""),
            Self::Ask(ask) => named("ask", format!("{} {} {}", ask.order, ask.shop, ask.round), &ask.reason),
            Self::Refund(decide) => {
                let body = format!("{} {} {}", decide.grant, decide.goods_back, decide.answer);
                named("refund", format!("{} {} {}", decide.order, decide.shop, decide.round), &body)
            }
            Self::Back(back) => {
                let body = format!("{} {} {}", back.resale, back.money, back.said);
                named("case", back.case.to_string(), &body)
            }
            Self::PaidBack(_, refund) => named("paid-back", refund.to_string(), ""),
        }
    }
}

impl Place {
    /// Everything that makes it this order and no other, whoever sends it included.
    fn body(&self) -> String {
        let Address { region, receiver, phone, detail } = &self.address;
        let lines: Vec<String> =
            self.lines.iter().map(|line| format!("{} {} {}", line.sku, line.pieces, line.seen.0)).collect();
        let title = self.title.as_ref().map(|title| (&title.name, &title.tax_number));
        format!(
            "{}\n{}\n{}\n{region}\0{receiver}\0{phone}\0{detail}\n{title:?}\n{:?}",
            self.buyer,
            lines.join(","),
            self.expected.0,
            self.messages
        )
    }

    /// The lines with each variant once: two lines of one variant are one question to the stock. A variant that was seen
    /// at two prices keeps one that it cannot have, so that both are shown.
    pub(crate) fn merged(&self) -> Vec<PlaceLine> {
        let mut merged: Vec<PlaceLine> = Vec::with_capacity(self.lines.len());
        for line in &self.lines {
            match merged.iter_mut().find(|known| known.sku == line.sku) {
                Some(known) => {
                    known.pieces = known.pieces.saturating_add(line.pieces);
                    if known.seen != line.seen {
                        known.seen = Fen::ZERO;
                    }
                }
                None => merged.push(line.clone()),
            }
        }
        merged
    }
}
