//! The goods of an order in the ledger: on hand, set aside, sent, lost.

use sh_files::parse::BaseUnit;
use sh_kernel::Id;
use sh_ledger::{Account, Transfer, Unit};
use sh_stock::ForSaleAccounts;

use crate::model::PickRow;

/// The unit that the ledger counts a product in.
pub(crate) const fn unit_of(unit: BaseUnit) -> Unit {
    match unit {
        BaseUnit::Gram => Unit::Gram,
        BaseUnit::Millilitre => Unit::Millilitre,
        BaseUnit::Piece => Unit::Piece,
    }
}

/// What happens to the goods of a pick.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// Set aside for an order.
    Reserve,
    /// May be sold again.
    Release,
    /// Leave to the buyer.
    Ship,
    /// Are back and may be sold again.
    Return,
    /// Were sent and do not come back.
    Lose,
}

fn of(pick: &PickRow, unit: Unit) -> ForSaleAccounts {
    sh_stock::accounts(Id::from_uuid(pick.lot), Id::from_uuid(pick.location), unit)
}

/// Every account that an order can move the goods of a pick between.
pub(crate) fn accounts(pick: &PickRow, unit: Unit) -> [Account; 4] {
    let all = of(pick, unit);
    [all.on_hand, all.reserved, all.shipped, all.loss]
}

/// One step of what is still out of a pick.
pub(crate) fn step(pick: &PickRow, unit: Unit, step: Step) -> Transfer {
    some(pick, unit, step, pick.quantity.saturating_sub(pick.back))
}

/// One step of some of a pick.
pub(crate) fn some(pick: &PickRow, unit: Unit, step: Step, quantity: i64) -> Transfer {
    let all = of(pick, unit);
    let (from, to) = match step {
        Step::Reserve => (all.on_hand, all.reserved),
        Step::Release => (all.reserved, all.on_hand),
        Step::Ship => (all.reserved, all.shipped),
        Step::Return => (all.shipped, all.on_hand),
        Step::Lose => (all.shipped, all.loss),
    };
    Transfer::new(from, to, quantity)
}
