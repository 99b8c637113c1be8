//! Deciding what goes back, line by line: money, goods, what was taken for them; and what is sent instead.

use sh_catalogue::model::Shop;
use sh_kernel::{Fen, Id};
use sh_ledger::{Plan, Source, Transfer};

use super::{Step, known::Known, posting};
use crate::{
    case::{Kind, Part, State},
    command::Back,
    error::{Refused, Short},
    figures, goods,
    model::{self, LineRow, OrderState, PartState, PickRow, Whole},
    store::case::Finished,
};

/// A line of a shop of which so many pieces are still with the buyer, or set aside for them.
fn line_of(whole: &Whole, shop: Id<Shop>, part: Part) -> Result<usize, Refused> {
    let is = |line: &LineRow| line.line == part.line && line.shop == shop;
    let at = whole.lines.iter().position(is).ok_or(Refused::NotFound)?;
    let left = whole.lines.get(at).map_or(0, |line| line.pieces.saturating_sub(line.back_pieces));
    if part.pieces < 1 || part.pieces > left { Err(Refused::Shape("pieces")) } else { Ok(at) }
}

/// Moves the goods of some pieces of a line that are still out. Returns the transfers.
fn goods_back(whole: &mut Whole, line: &LineRow, pieces: i64, step: goods::Step) -> Vec<Transfer> {
    let mut need = line.content.saturating_mul(pieces);
    let mut moves = Vec::new();
    for pick in whole.picks.iter_mut().filter(|pick| pick.line == line.line) {
        let some = pick.quantity.saturating_sub(pick.back).min(need);
        if some > 0 {
            moves.push(goods::some(pick, line.unit, step, some));
            pick.back = pick.back.saturating_add(some);
            need = need.saturating_sub(some);
        }
    }
    moves
}

impl Step<'_> {
    /// Pieces of a part go back: their money, what was taken for them, and their goods, on hand again or lost. With the
    /// last of them goes the freight, and the part is refunded.
    pub(super) fn refund(
        &mut self,
        plan: &mut Plan,
        whole: &mut Whole,
        shop: Id<Shop>,
        parts: &[Part],
        step: goods::Step,
    ) -> Result<Fen, Refused> {
        let order = whole.order.id;
        let part = whole.part(shop).cloned().ok_or(Refused::NotFound)?;
        let (mut moves, mut amount, mut given) = (Vec::new(), Fen::ZERO, 0_i64);
        for one in parts {
            let at = line_of(whole, shop, *one)?;
            let Some(line) = whole.lines.get(at).cloned() else { return Err(Refused::NotFound) };
            self.sales.push(figures::returned(whole, &part, &line, one.pieces, self.at.day()));
            moves.extend(goods_back(whole, &line, one.pieces, step));
            amount = amount.plus(Fen(line.price.0.saturating_mul(one.pieces)))?;
            if let Some(line) = whole.lines.get_mut(at) {
                given = given.saturating_add(self.take_back(&part, line, one.pieces));
            }
        }
        if whole.lines_of(shop).all(|line| line.back_pieces == line.pieces) {
            amount = amount.plus(part.freight)?;
            self.freight_back(&part);
            for part in whole.parts.iter_mut().filter(|part| part.shop == shop) {
                part.state = PartState::Refunded;
            }
        }
        moves.push(Transfer::new(model::payable(part.seller), model::refundable(order), amount.0));
        if given > 0 {
            moves.push(Transfer::new(model::commission(part.seller), model::payable(part.seller), given));
        }
        plan.post(&posting(order, self.at, Source::Return, moves))?;
        self.give_back_paid(whole, amount, "granted")?;
        if whole.parts.iter().all(|part| part.state == PartState::Refunded) {
            whole.order.state = OrderState::Refunded;
            whole.order.ended_at = Some(self.at);
        }
        Ok(amount)
    }

    /// A case comes to what was asked for.
    pub(super) fn finish(
        &mut self,
        plan: &mut Plan,
        known: &Known,
        whole: &mut Whole,
        back: &Back,
    ) -> Result<Fen, Refused> {
        let (row, parts) = known.cases.get(&back.case).ok_or(Refused::NotFound)?;
        if row.order != whole.order.id || self.finished_before(known, back) {
            return Err(Refused::NotFound);
        }
        let stands = match row.kind {
            Kind::Refund | Kind::Complaint => matches!(row.state, State::Asked | State::Arbitration),
            Kind::Return | Kind::Exchange => matches!(row.state, State::Arriving | State::Arbitration),
        };
        if !stands {
            return Err(Refused::WrongState(row.state.word()));
        }
        let state = whole.part(row.shop).map(|part| part.state).ok_or(Refused::NotFound)?;
        if !matches!(state, PartState::Shipped | PartState::Received) {
            return Err(Refused::WrongState(state.word()));
        }
        let step = if back.resale { goods::Step::Return } else { goods::Step::Lose };
        let amount = match row.kind {
            Kind::Return | Kind::Refund => self.refund(plan, whole, row.shop, parts, step)?,
            Kind::Exchange if back.money => self.refund(plan, whole, row.shop, parts, step)?,
            Kind::Exchange => self.exchange(plan, known, whole, row.shop, parts, step)?,
            Kind::Complaint => Fen::ZERO,
        };
        self.finished = Some(Finished {
            case: back.case,
            amount,
            side: back.side,
            what: if amount > Fen::ZERO { "refunded" } else { "done" },
            said: back.said.clone(),
        });
        Ok(amount)
    }

    /// Whether this batch has finished it already under another key.
    fn finished_before(&self, known: &Known, back: &Back) -> bool {
        self.finished.is_some() || known.finished.contains(&back.case)
    }

    /// Others of the same leave for what came back. Nothing is charged for sending them.
    fn exchange(
        &mut self,
        plan: &mut Plan,
        known: &Known,
        whole: &mut Whole,
        shop: Id<Shop>,
        parts: &[Part],
        step: goods::Step,
    ) -> Result<Fen, Refused> {
        let (mut moves, mut short) = (Vec::new(), Vec::new());
        for one in parts {
            let at = line_of(whole, shop, *one)?;
            let Some(line) = whole.lines.get(at).cloned() else { return Err(Refused::NotFound) };
            let need = line.content.saturating_mul(one.pieces);
            let found = match sh_stock::pick(plan, &known.lots, line.sku, need) {
                Ok(found) => found,
                Err(left) => {
                    let left = left.max(0).checked_div(line.content.max(1)).unwrap_or(0);
                    short.push(Short { sku: line.sku, name: format!("{} {}", line.name, line.spec), left });
                    continue;
                }
            };
            moves.extend(goods_back(whole, &line, one.pieces, step));
            for pick in found {
                let new = PickRow {
                    order: line.order,
                    line: line.line,
                    lot: pick.lot.uuid(),
                    location: pick.location.uuid(),
                    quantity: pick.quantity,
                    back: 0,
                };
                for step in [goods::Step::Reserve, goods::Step::Ship] {
                    moves.push(goods::step(&new, line.unit, step));
                }
                let same = |old: &&mut PickRow| {
                    (old.line, old.lot, old.location) == (new.line, new.lot, new.location)
                };
                if let Some(old) = whole.picks.iter_mut().find(same) {
                    old.quantity = old.quantity.saturating_add(new.quantity);
                } else {
                    self.picks.push(new);
                    whole.picks.push(new);
                }
            }
        }
        if !short.is_empty() {
            return Err(Refused::SoldOut(short));
        }
        plan.post(&posting(whole.order.id, self.at, Source::Return, moves))?;
        Ok(Fen::ZERO)
    }
}
