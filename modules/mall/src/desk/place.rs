//! Deciding a new order.

use std::collections::BTreeMap;

use sh_catalogue::{
    basket::{self, BasketSku},
    freight::Quote,
    model::Shop,
};
use sh_kernel::{Fen, Id, Overflow};
use sh_ledger::{Plan, Source, Transfer};

use super::{Step, known::Known, limit, posting};
use crate::{
    command::{Place, PlaceLine},
    commission::{self, Sold},
    error::{Changed, Refused, Short},
    goods,
    model::{
        self, Ask, LINES_MAX, LineRow, OPEN_ORDERS_MAX, OPEN_PIECES_MAX, OrderRow, OrderState, PIECES_MAX,
        PartRow, PartState, PickRow, UNPAID_SECONDS, Whole,
    },
};

/// Decides an order: all of it, or nothing. Returns what is to be written and the sum.
pub(super) fn decide(
    plan: &mut Plan,
    known: &Known,
    step: &Step<'_>,
    place: &Place,
) -> Result<(Whole, Fen), Refused> {
    if !model::form_holds(place.order, step.at) {
        return Err(Refused::FormOld);
    }
    let wanted = place.merged();
    check_shape(&wanted)?;
    let mut lines = lines(known, step, place, &wanted)?;
    // Parts stand in the order of their shops, as they are read back.
    lines.sort_by_key(|(line, _)| (line.shop, line.line));
    let parts = parts(place, &lines)?;
    let order = order(step, place, &parts, &wanted)?;
    if order.amount != place.expected {
        return Err(Refused::Total { expected: place.expected, actual: order.amount });
    }
    limit::check(known, step.at, &place.buyer, &place.address.phone, &lines)?;
    let picks = picks(plan, known, &lines)?;
    check_open(plan, &order)?;
    let lines: Vec<LineRow> = lines.into_iter().map(|(line, _)| line).collect();
    let whole = Whole { order, parts, lines, picks, receipts: Vec::new() };
    plan.post(&posting(place.order, step.at, Source::Order, transfers(&whole)))?;
    let amount = whole.order.amount;
    Ok((whole, amount))
}

fn check_shape(lines: &[PlaceLine]) -> Result<(), Refused> {
    if lines.is_empty() {
        return Err(Refused::Shape("no lines"));
    }
    if lines.len() > LINES_MAX {
        return Err(Refused::Shape("too many lines"));
    }
    if lines.iter().any(|line| line.pieces < 1 || line.pieces > PIECES_MAX) {
        return Err(Refused::Shape("pieces"));
    }
    Ok(())
}

pub(super) type Line<'a> = (LineRow, &'a BasketSku);

/// The lines as they are sold now; refuses what is off sale, then what has another price than the buyer saw.
fn lines<'a>(
    known: &'a Known,
    step: &Step<'_>,
    place: &Place,
    wanted: &[PlaceLine],
) -> Result<Vec<Line<'a>>, Refused> {
    let mut lines = Vec::with_capacity(wanted.len());
    let mut changed = Vec::new();
    for (number, line) in (1_i64..).zip(wanted) {
        let sku = known.skus.get(&line.sku).ok_or(Refused::NotFound)?;
        if sku.blocked.is_some() {
            return Err(Refused::OffSale(full_name(sku)));
        }
        if sku.price != line.seen {
            changed.push(Changed { sku: sku.sku, name: full_name(sku), seen: line.seen, now: sku.price });
        }
        let amount = sku.price.0.checked_mul(line.pieces).map(Fen).ok_or(Overflow)?;
        let (category, certified) = (sku.category(), sku.is_certified(step.at.day()));
        let sold = Sold { category, shop: sku.shop, origin: sku.origin, certified, amount };
        let row = LineRow {
            order: place.order,
            line: number,
            shop: sku.shop,
            sku: sku.sku,
            product: sku.product,
            name: sku.name.clone(),
            spec: sku.spec.clone(),
            cover: sku.cover.clone(),
            kind: sku.kind,
            category,
            origin: sku.origin,
            certified,
            returnable: sku.returnable,
            unit: goods::unit_of(sku.unit),
            content: sku.content,
            pieces: line.pieces,
            price: sku.price,
            amount,
            charge: commission::charge(&known.rules, &sold)?,
            back_pieces: 0,
        };
        lines.push((row, sku));
    }
    if changed.is_empty() { Ok(lines) } else { Err(Refused::Changed(changed)) }
}

fn full_name(sku: &BasketSku) -> String {
    format!("{} {}", sku.name, sku.spec)
}

fn parts(place: &Place, lines: &[Line<'_>]) -> Result<Vec<PartRow>, Refused> {
    let mut shops: BTreeMap<Id<Shop>, Vec<&Line<'_>>> = BTreeMap::new();
    for line in lines {
        shops.entry(line.0.shop).or_default().push(line);
    }
    let part = |(shop, lines): (Id<Shop>, Vec<&Line<'_>>)| {
        let first = lines.first().map(|line| line.1).ok_or(Refused::Shape("no lines"))?;
        let goods = Fen::sum(lines.iter().map(|line| line.0.amount))?;
        let quote = basket::freight(lines.iter().map(|line| (line.1, line.0.pieces)), place.address.region)?;
        let Quote::Fee(freight) = quote else { return Err(Refused::NotSent(first.shop_name.clone())) };
        let message = place.messages.iter().find(|(to, _)| *to == shop).map(|(_, text)| text.clone());
        Ok(PartRow {
            order: place.order,
            shop,
            organisation: first.organisation.clone(),
            shop_name: first.shop_name.clone(),
            seller: first.seller,
            state: PartState::Unpaid,
            goods,
            freight,
            amount: goods.plus(freight)?,
            message: message.unwrap_or_default(),
            carrier: None,
            waybill: None,
            shipped_at: None,
            received_at: None,
            ask: Ask::None,
            asks: 0,
            ask_reason: None,
            asked_at: None,
            answer: None,
            answered_at: None,
        })
    };
    shops.into_iter().map(part).collect()
}

fn order(
    step: &Step<'_>,
    place: &Place,
    parts: &[PartRow],
    wanted: &[PlaceLine],
) -> Result<OrderRow, Refused> {
    let goods = Fen::sum(parts.iter().map(|part| part.goods))?;
    let freight = Fen::sum(parts.iter().map(|part| part.freight))?;
    Ok(OrderRow {
        id: place.order,
        buyer: place.buyer.clone(),
        state: OrderState::Unpaid,
        placed_at: step.at,
        due_at: step.at.plus_seconds(UNPAID_SECONDS),
        pieces: wanted.iter().fold(0_i64, |sum, line| sum.saturating_add(line.pieces)),
        goods,
        freight,
        amount: goods.plus(freight)?,
        paid: Fen::ZERO,
        refunded: Fen::ZERO,
        address: place.address.clone(),
        title: place.title.clone(),
        code: model::transfer_code(place.order),
        paid_at: None,
        ended_at: None,
        ended_why: None,
    })
}

/// From which lots the lines are served, soonest expiry first; or everything of which too little is there.
fn picks(plan: &Plan, known: &Known, lines: &[Line<'_>]) -> Result<Vec<PickRow>, Refused> {
    let mut picks = Vec::with_capacity(lines.len());
    let mut short = Vec::new();
    for (line, sku) in lines {
        let quantity = line.content.checked_mul(line.pieces).ok_or(Overflow)?;
        match sh_stock::pick(plan, &known.lots, line.sku, quantity) {
            Ok(found) => picks.extend(found.into_iter().map(|pick| PickRow {
                order: line.order,
                line: line.line,
                lot: pick.lot.uuid(),
                location: pick.location.uuid(),
                quantity: pick.quantity,
                back: 0,
            })),
            Err(left) => short.push(Short {
                sku: line.sku,
                name: full_name(sku),
                left: left.max(0).checked_div(line.content.max(1)).unwrap_or(0),
            }),
        }
    }
    if short.is_empty() { Ok(picks) } else { Err(Refused::SoldOut(short)) }
}

/// An unpaid basket must not empty a shop.
fn check_open(plan: &Plan, order: &OrderRow) -> Result<(), Refused> {
    let open = |account| plan.balance(&account).map_or(0, i64::saturating_neg);
    if open(model::open_orders(&order.buyer)) >= OPEN_ORDERS_MAX {
        return Err(Refused::TooManyOpen);
    }
    if open(model::open_pieces(&order.buyer)).saturating_add(order.pieces) > OPEN_PIECES_MAX {
        return Err(Refused::TooManyPieces);
    }
    Ok(())
}

fn transfers(whole: &Whole) -> Vec<Transfer> {
    let order = &whole.order;
    let mut list = Vec::new();
    for part in &whole.parts {
        let picks = whole.picks_of(part.shop);
        list.extend(picks.map(|(pick, unit)| goods::step(pick, unit, goods::Step::Reserve)));
        list.push(Transfer::new(model::receivable(order.id), model::payable(part.seller), part.amount.0));
    }
    list.push(Transfer::new(model::open_orders(&order.buyer), model::all_open(), 1));
    list.push(Transfer::new(model::open_pieces(&order.buyer), model::all_open(), order.pieces));
    list
}
