//! Deciding what happens to the part of one shop: it is sent, received, refunded.

use sh_catalogue::model::Shop;
use sh_kernel::{Fen, Id};
use sh_ledger::{Plan, Source};
use sh_trade::axes::Stage;

use super::{Step, posting};
use crate::{
    case::Part,
    command::{AskBack, Decide, Ship},
    error::Refused,
    figures, goods,
    model::{ASKS_MAX, Ask, LineRow, ParcelRow, PartRow, PartState, Whole},
};

fn part_mut(whole: &mut Whole, shop: Id<Shop>) -> Result<&mut PartRow, Refused> {
    whole.parts.iter_mut().find(|part| part.shop == shop).ok_or(Refused::NotFound)
}

impl Step<'_> {
    /// The goods of a part leave, from the lots that were set aside; or one more parcel of a part that has left.
    pub(super) fn ship(&mut self, plan: &mut Plan, whole: &mut Whole, ship: &Ship) -> Result<Fen, Refused> {
        let part = part_mut(whole, ship.shop)?;
        let parcel = ParcelRow {
            order: ship.order,
            shop: ship.shop,
            waybill: ship.waybill.clone(),
            carrier: ship.carrier.clone(),
            sent_at: self.at,
            import: ship.import,
        };
        if part.state == PartState::Shipped {
            // One more parcel: the goods have left the books with the first one, and nothing more is charged.
            self.parcels.push(parcel);
            return Ok(part.amount);
        }
        if part.state != PartState::ToShip {
            return Err(Refused::WrongState(part.state.word()));
        }
        self.parcels.push(parcel);
        self.left = true;
        part.state = PartState::Shipped;
        part.carrier = Some(ship.carrier.clone());
        part.waybill = Some(ship.waybill.clone());
        part.shipped_at = Some(self.at);
        let amount = part.amount;
        let picks = whole.picks_of(ship.shop);
        let moves = picks.map(|(pick, unit)| goods::step(pick, unit, goods::Step::Ship)).collect();
        plan.post(&posting(ship.order, self.at, Source::Shipment, moves))?;
        Ok(amount)
    }

    /// The buyer has the part: the sale is proven on both sides.
    pub(super) fn receive(&mut self, whole: &mut Whole, shop: Id<Shop>) -> Result<Fen, Refused> {
        let part = part_mut(whole, shop)?;
        if part.state != PartState::Shipped {
            return Err(Refused::WrongState(part.state.word()));
        }
        part.state = PartState::Received;
        part.received_at = Some(self.at);
        let part = part.clone();
        self.sales.extend(figures::sales(whole, &part, Stage::Accepted, self.at.day()));
        Ok(part.amount)
    }

    /// The buyer asks for the money of a part, or asks again if the shop has refused.
    pub(super) fn ask(&mut self, whole: &mut Whole, ask: &AskBack) -> Result<Fen, Refused> {
        let part = part_mut(whole, ask.shop)?;
        let can = matches!(part.state, PartState::ToShip | PartState::Shipped | PartState::Received);
        if !can || !matches!(part.ask, Ask::None | Ask::Refused) || ask.round != part.asks.saturating_add(1) {
            return Err(Refused::WrongState(part.state.word()));
        }
        if ask.round > ASKS_MAX {
            return Err(Refused::AskedOften);
        }
        part.ask = Ask::Asked;
        part.asks = ask.round;
        part.ask_reason = Some(ask.reason.clone());
        part.asked_at = Some(self.at);
        (part.answer, part.answered_at) = (None, None);
        Ok(part.amount)
    }

    /// The shop answers. If it agrees, all that the part cost goes back, freight included, and the goods are on hand
    /// again, or lost.
    pub(super) fn answer(
        &mut self,
        plan: &mut Plan,
        whole: &mut Whole,
        decide: &Decide,
    ) -> Result<Fen, Refused> {
        let part = part_mut(whole, decide.shop)?;
        if part.ask != Ask::Asked || part.asks != decide.round {
            return Err(Refused::WrongState(part.state.word()));
        }
        part.answer = Some(decide.answer.clone());
        part.answered_at = Some(self.at);
        if !decide.grant {
            part.ask = Ask::Refused;
            return Ok(Fen::ZERO);
        }
        let step = match (part.state, decide.goods_back) {
            (PartState::ToShip, _) => goods::Step::Release,
            (PartState::Shipped | PartState::Received, true) => goods::Step::Return,
            (PartState::Shipped | PartState::Received, false) => goods::Step::Lose,
            _ => return Err(Refused::WrongState(part.state.word())),
        };
        part.ask = Ask::Granted;
        let left = |line: &LineRow| {
            let pieces = line.pieces.saturating_sub(line.back_pieces);
            (pieces > 0).then_some(Part { line: line.line, pieces })
        };
        let all: Vec<Part> = whole.lines_of(decide.shop).filter_map(left).collect();
        self.refund(plan, whole, decide.shop, &all, step)
    }
}
