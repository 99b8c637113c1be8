//! What the figures hear of orders: each line when it is paid, received, refunded, in the transaction that makes it so.

use sh_kernel::{Day, Fen, Instant, Quantity};
use sh_ledger::Unit;
use sh_trade::{
    axes::{BuyerKind, Category, Certified, Channel, Role, Stage},
    own::OwnSale,
};

use crate::model::{LineRow, OrderRow, PartRow, Whole, number_of};

/// The number by which the figures know the part of a shop: that of the order and the place of the part in it.
pub(crate) fn order_no(order: &OrderRow, at: usize) -> String {
    format!("{}{at:02}", number_of(order.id))
}

/// The lines of a part at a stage. Amounts are those of the goods: freight is no sale.
pub(crate) fn sales(whole: &Whole, part: &PartRow, stage: Stage, today: Day) -> Vec<OwnSale> {
    let at = whole.parts.iter().position(|other| other.shop == part.shop).unwrap_or(0);
    whole.lines_of(part.shop).map(|line| sale(&whole.order, part, (at, line), stage, today)).collect()
}

/// Some pieces of a line that go back, before they are counted on the line.
pub(crate) fn returned(whole: &Whole, part: &PartRow, line: &LineRow, pieces: i64, today: Day) -> OwnSale {
    let at = whole.parts.iter().position(|other| other.shop == part.shop).unwrap_or(0);
    let some = LineRow { pieces, amount: Fen(line.price.0.saturating_mul(pieces)), ..line.clone() };
    // What went back before tells the returns of a line apart.
    let number = u32::try_from(line.back_pieces).unwrap_or(u32::MAX);
    OwnSale { part: number, ..sale(&whole.order, part, (at, &some), Stage::Returned, today) }
}

fn sale(
    order: &OrderRow,
    part: &PartRow,
    (at, line): (usize, &LineRow),
    stage: Stage,
    today: Day,
) -> OwnSale {
    let paid_on = order.paid_at.map_or(today, Instant::day);
    let returned = stage == Stage::Returned;
    let sign = |number: i64| if returned { number.wrapping_neg() } else { number };
    let company = order.title.as_ref().filter(|title| title.tax_number.is_some());
    OwnSale {
        order_no: order_no(order, at),
        line: u32::try_from(line.line).unwrap_or(u32::MAX),
        part: 0,
        day: if returned { today } else { paid_on },
        stage,
        seller: part.seller,
        seller_name: part.shop_name.clone(),
        seller_code: Some(part.organisation.clone()),
        buyer: company.map(|title| title.name.clone()),
        buyer_kind: if company.is_some() { BuyerKind::Company } else { BuyerKind::Person },
        product: line.name.clone(),
        category: Category::from_code(line.category).unwrap_or(Category::Other),
        origin: Some(line.origin),
        destination: Some(order.address.region.city()),
        amount: Fen(sign(line.amount.0)),
        quantity: quantity(line).map(|quantity| Quantity(sign(quantity))),
        certified: if line.certified { Certified::Yes } else { Certified::No },
        channel: Channel::Online,
        role: Role::Direct,
        event: None,
    }
}

/// What a line weighs, in grams. What is measured otherwise has no weight that could be added to others.
fn quantity(line: &LineRow) -> Option<i64> {
    (line.unit == Unit::Gram).then(|| line.content.saturating_mul(line.pieces))
}
