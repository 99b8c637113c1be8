//! Lots, reasons and quantities. No input, no output, no clock.

use sh_db::coded;
use sh_files::{
    parse::{self, BaseUnit},
    sheet::Cell,
};

/// A lot (批次); only the type of an identifier.
#[derive(Debug)]
pub struct Lot;
/// Where goods lie (仓位); only the type of an identifier.
#[derive(Debug)]
pub struct Location;
/// What somebody did to a lot (出入库单); only the type of an identifier.
#[derive(Debug)]
pub struct Movement;

/// Days before the last one from which on a lot is shown as expiring soon (临期).
pub const EXPIRING_DAYS: i32 = 30;
/// The most that one document moves, in the base unit: ten thousand tonnes.
pub const QUANTITY_MAX: i64 = 10_000_000_000;

coded! {
    /// Whether a lot is sold (批次状态).
    LotState {
        /// It is sold as long as there is any and it has not expired.
        Open = 1 "open",
        /// Its supplier sells no more of it.
        Closed = 2 "closed",
        /// It is called back (召回): no more of it is sold, and what was sold is traced.
        Recalled = 3 "recalled",
    }
}

coded! {
    /// Why stock is adjusted (调整原因).
    Reason {
        /// Counted (盘点): the quantity is what lies there.
        Counted = 1 "counted",
        /// Spoiled, broken or lost (报损): the quantity is taken away.
        Spoiled = 2 "spoiled",
        /// Found again after it was missing (盘盈): the quantity comes back.
        Found = 3 "found",
    }
}

impl Reason {
    /// What an adjustment adds to what is on hand; below zero what it takes away.
    pub const fn difference(self, on_hand: i64, quantity: i64) -> i64 {
        match self {
            Self::Counted => quantity.saturating_sub(on_hand),
            Self::Spoiled => quantity.saturating_neg(),
            Self::Found => quantity,
        }
    }
}

coded! {
    /// What somebody did to a lot.
    MovementKind {
        /// Goods came in (入库).
        Receipt = 1 "receipt",
        /// The books were adjusted to what is there (调整).
        Adjustment = 2 "adjustment",
        /// Goods were carried to another location (移库).
        Move = 3 "move",
    }
}

/// The unit in which the ledger counts goods of a base unit.
pub const fn ledger_unit(unit: BaseUnit) -> sh_ledger::Unit {
    match unit {
        BaseUnit::Gram => sh_ledger::Unit::Gram,
        BaseUnit::Millilitre => sh_ledger::Unit::Millilitre,
        BaseUnit::Piece => sh_ledger::Unit::Piece,
    }
}

/// The base unit of goods that the ledger counts in a unit.
pub const fn base_unit(unit: sh_ledger::Unit) -> BaseUnit {
    match unit {
        sh_ledger::Unit::Gram => BaseUnit::Gram,
        sh_ledger::Unit::Millilitre => BaseUnit::Millilitre,
        sh_ledger::Unit::Piece | sh_ledger::Unit::Fen => BaseUnit::Piece,
    }
}

/// Units of packing: so many of them are so many pieces of the variant.
const PACKS: &str = "件箱盒袋包瓶罐桶筐提套份";

/// Reads a quantity in the base unit: a bare number, or one with a unit of packing, counts pieces of the variant with
/// `content` each; a weight, a volume or a number of single things is taken as it is. `None` if it is no quantity of such
/// goods, is below zero or beyond [`QUANTITY_MAX`].
///
/// ```
/// use sh_files::parse::BaseUnit;
/// use sh_stock::model::quantity;
///
/// assert_eq!(quantity("20", BaseUnit::Gram, 5_000), Some(100_000));
/// assert_eq!(quantity("3 箱", BaseUnit::Piece, 30), Some(90));
/// assert_eq!(quantity("12.5 kg", BaseUnit::Gram, 5_000), Some(12_500));
/// assert_eq!(quantity("45 枚", BaseUnit::Piece, 30), Some(45));
/// assert_eq!(quantity("2 l", BaseUnit::Gram, 5_000), None);
/// ```
pub fn quantity(typed: &str, unit: BaseUnit, content: i64) -> Option<i64> {
    let read = parse::quantity(&Cell::text(typed), Some("件")).ok()?;
    let amount = read.amount.0;
    let pack = read.base == BaseUnit::Piece && PACKS.contains(&read.unit);
    let amount = if pack {
        amount.checked_mul(content)?
    } else if read.base == unit {
        amount
    } else {
        return None;
    };
    (0..=QUANTITY_MAX).contains(&amount).then_some(amount)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_adjustment_says_what_is_there_or_what_is_gone() {
        assert_eq!(Reason::Counted.difference(10, 7), -3);
        assert_eq!(Reason::Counted.difference(10, 12), 2);
        assert_eq!(Reason::Spoiled.difference(10, 4), -4);
        assert_eq!(Reason::Found.difference(10, 4), 4);
    }

    #[test]
    fn quantities_that_make_no_sense_are_none() {
        for wrong in ["", "x", "-3", "1.5 箱", "3 只", "99999999999999 t"] {
            assert_eq!(quantity(wrong, BaseUnit::Gram, 5_000), None, "{wrong}");
        }
        assert_eq!(quantity("0", BaseUnit::Gram, 5_000), Some(0));
        assert_eq!(quantity("２０", BaseUnit::Gram, 5_000), Some(100_000));
    }
}
