//! Deciding what money does to an order: it comes in, it does not come in time, it goes back.

use sh_kernel::{Fen, Id};
use sh_ledger::{Plan, Refusal, Source, Transfer};
use sh_trade::axes::Stage;

use super::{Step, known::Known, owed, posting};
use crate::{
    command::{Cancel, Settle},
    error::Refused,
    figures, goods,
    model::{self, OrderRow, OrderState, PartState, ReceiptRow, Refund, RefundRow, RefundState, Whole},
};

impl Step<'_> {
    /// Money came in. What the order does not need goes back: a second payment, one that comes after the order has
    /// ended, more than was asked for. Too little stays with the order until the rest comes or the time is over.
    pub(super) fn settle(
        &mut self,
        plan: &mut Plan,
        whole: &mut Whole,
        settle: &Settle,
    ) -> Result<Fen, Refused> {
        if settle.amount <= Fen::ZERO {
            return Err(Refused::Shape("amount"));
        }
        // An answer is kept for two days, a provider may repeat itself for longer.
        let known = |row: &&ReceiptRow| row.provider == settle.provider && row.reference == settle.reference;
        if let Some(row) = whole.receipts.iter().find(known) {
            return if row.amount == settle.amount {
                Ok(row.applied)
            } else {
                Err(Refusal::OtherBody.into())
            };
        }
        let order = &mut whole.order;
        let waits = order.state == OrderState::Unpaid;
        let due = if waits { order.amount.minus(order.paid)? } else { Fen::ZERO };
        let applied = settle.amount.min(due);
        let rest = settle.amount.minus(applied)?;
        let held = model::clearing(&settle.provider);
        let mut moves = Vec::new();
        if applied > Fen::ZERO {
            moves.push(Transfer::new(held, model::receivable(order.id), applied.0));
        }
        if rest > Fen::ZERO {
            moves.push(Transfer::new(held, model::refundable(order.id), rest.0));
        }
        order.paid = order.paid.plus(applied)?;
        let full = waits && order.paid == order.amount;
        if full {
            moves.extend(close(order));
            moves.extend(owed::charges(&whole.parts, &whole.lines));
            order.state = OrderState::Paid;
            order.paid_at = Some(self.at);
        }
        plan.post(&posting(order.id, self.at, Source::Payment, moves))?;
        let receipt = ReceiptRow {
            order: order.id,
            provider: settle.provider.clone(),
            reference: settle.reference.clone(),
            amount: settle.amount,
            applied,
            returned: Fen::ZERO,
            at: self.at,
        };
        if rest > Fen::ZERO {
            let why = if waits || order.state == OrderState::Paid { "twice" } else { "late" };
            self.give_back(&receipt, rest, why);
        }
        whole.receipts.push(receipt.clone());
        self.receipt = Some(receipt);
        if full {
            for part in &mut whole.parts {
                part.state = PartState::ToShip;
            }
            for part in &whole.parts {
                self.sales.extend(figures::sales(whole, part, Stage::Paid, self.at.day()));
                self.owe(whole, part);
            }
        }
        Ok(applied)
    }

    fn give_back(&mut self, receipt: &ReceiptRow, amount: Fen, why: &str) {
        self.refunds.push(RefundRow {
            id: self.ctx.ids.next(self.at),
            order: receipt.order,
            provider: receipt.provider.clone(),
            reference: receipt.reference.clone(),
            amount,
            why: why.to_owned(),
            state: RefundState::Open,
            asked_at: self.at,
            done_at: None,
        });
    }

    /// Gives back so much of what was paid, the latest payment first.
    pub(super) fn give_back_paid(
        &mut self,
        whole: &mut Whole,
        amount: Fen,
        why: &str,
    ) -> Result<(), Refused> {
        let mut left = amount;
        for at in (0..whole.receipts.len()).rev() {
            let Some(receipt) = whole.receipts.get_mut(at) else { break };
            let part = receipt.applied.minus(receipt.returned)?.min(left);
            if part > Fen::ZERO {
                receipt.returned = receipt.returned.plus(part)?;
                left = left.minus(part)?;
                let receipt = receipt.clone();
                self.give_back(&receipt, part, why);
            }
        }
        if left > Fen::ZERO {
            return Err(Refusal::Mistake("more goes back than was paid").into());
        }
        whole.order.refunded = whole.order.refunded.plus(amount)?;
        Ok(())
    }

    /// An unpaid order ends: the debt is gone, the goods may be sold, and a payment of too little goes back.
    pub(super) fn cancel(
        &mut self,
        plan: &mut Plan,
        whole: &mut Whole,
        cancel: Cancel,
    ) -> Result<Fen, Refused> {
        let order = &whole.order;
        if order.state != OrderState::Unpaid || (cancel.expired && order.due_at > self.at) {
            return Err(Refused::WrongState(order.state.word()));
        }
        let mut moves = Vec::new();
        for part in &whole.parts {
            moves.push(Transfer::new(
                model::payable(part.seller),
                model::receivable(order.id),
                part.amount.0,
            ));
            let picks = whole.picks_of(part.shop);
            moves.extend(picks.map(|(pick, unit)| goods::step(pick, unit, goods::Step::Release)));
        }
        let paid = order.paid;
        if paid > Fen::ZERO {
            moves.push(Transfer::new(model::receivable(order.id), model::refundable(order.id), paid.0));
        }
        moves.extend(close(order));
        plan.post(&posting(order.id, self.at, Source::Release, moves))?;
        self.give_back_paid(whole, paid, "cancelled")?;
        whole.order.state = OrderState::Cancelled;
        whole.order.ended_at = Some(self.at);
        whole.order.ended_why = Some(if cancel.expired { "expired" } else { "buyer" }.to_owned());
        for part in &mut whole.parts {
            part.state = PartState::Cancelled;
        }
        Ok(paid)
    }

    /// A provider has sent money back.
    pub(super) fn paid_back(
        &mut self,
        plan: &mut Plan,
        known: &Known,
        whole: &Whole,
        refund: Id<Refund>,
    ) -> Result<Fen, Refused> {
        let row = known.refunds.get(&refund).filter(|row| row.order == whole.order.id);
        let row = row.ok_or(Refused::NotFound)?;
        if row.state == RefundState::Done {
            return Err(Refused::WrongState("done"));
        }
        let back = Transfer::new(model::refundable(row.order), model::clearing(&row.provider), row.amount.0);
        plan.post(&posting(row.order, self.at, Source::Refund, vec![back]))?;
        self.paid_back = Some(refund);
        Ok(row.amount)
    }
}

/// The order counts no longer among those that wait for payment.
fn close(order: &OrderRow) -> [Transfer; 2] {
    [
        Transfer::new(model::all_open(), model::open_orders(&order.buyer), 1),
        Transfer::new(model::all_open(), model::open_pieces(&order.buyer), order.pieces),
    ]
}
