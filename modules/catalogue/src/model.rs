//! What the market sells: shops, products, their variants, and the states they pass through.

use sh_db::coded;
use sh_files::parse::BaseUnit;
use sh_kernel::{Fen, Id};

/// A shop (店铺) of one supplier; only the type of an identifier.
#[derive(Debug)]
pub struct Shop;
/// A product (商品); only the type of an identifier.
#[derive(Debug)]
pub struct Product;
/// A variant that can be bought (规格); only the type of an identifier.
#[derive(Debug)]
pub struct Sku;
/// A photo; only the type of an identifier.
#[derive(Debug)]
pub struct Picture;
/// A freight template (运费模板); only the type of an identifier.
#[derive(Debug)]
pub struct Freight;

coded! {
    /// Whether a product can be bought (上架状态).
    Shelf {
        /// It has never been approved.
        New = 0 "new",
        /// Approved, not yet put on sale by its supplier.
        Ready = 1 "ready",
        /// On sale.
        OnSale = 2 "on-sale",
        /// Taken off sale by its supplier.
        OffSale = 3 "off-sale",
        /// Switched off by the operator; only the operator switches it on again.
        SwitchedOff = 4 "switched-off",
    }
}

coded! {
    /// Where the working copy of a product stands (审核状态). What is on sale stays as it was approved meanwhile.
    Review {
        /// There is no working copy: the product is as it was approved.
        None = 0 "none",
        /// The supplier is working on it.
        Draft = 1 "draft",
        /// It waits for the operator.
        Submitted = 2 "submitted",
        /// The operator has returned it with remarks.
        Returned = 3 "returned",
    }
}

coded! {
    /// Whether a shop sells (店铺状态).
    ShopState {
        /// It sells.
        Open = 1 "open",
        /// Switched off by the operator: none of its products is shown or sold.
        SwitchedOff = 2 "switched-off",
    }
}

/// The number under which a base unit is stored.
pub(crate) const fn unit_code(unit: BaseUnit) -> i64 {
    match unit {
        BaseUnit::Gram => 1,
        BaseUnit::Millilitre => 2,
        BaseUnit::Piece => 3,
    }
}

/// The base unit of a stored number; anything unknown is counted in pieces.
pub(crate) const fn unit_of_code(code: i64) -> BaseUnit {
    match code {
        1 => BaseUnit::Gram,
        2 => BaseUnit::Millilitre,
        _ => BaseUnit::Piece,
    }
}

/// How much of a base unit the compared price is for (单价的计量): 500 g as on every market stall, 500 ml, one piece.
pub const fn compared(unit: BaseUnit) -> i64 {
    match unit {
        BaseUnit::Gram | BaseUnit::Millilitre => 500,
        BaseUnit::Piece => 1,
    }
}

/// The price for 500 g, 500 ml or one piece, rounded half up to the fen, so that packs of any size can be compared.
/// `None` if the content is nothing or the price beyond what the system holds.
///
/// ```
/// use sh_catalogue::model::unit_price;
/// use sh_files::parse::BaseUnit;
/// use sh_kernel::Fen;
///
/// assert_eq!(unit_price(Fen(5_990), BaseUnit::Gram, 5_000), Some(Fen(599)));
/// assert_eq!(unit_price(Fen(3_000), BaseUnit::Piece, 30), Some(Fen(100)));
/// ```
pub fn unit_price(price: Fen, unit: BaseUnit, content: i64) -> Option<Fen> {
    if content <= 0 {
        return None;
    }
    let (price, content) = (i128::from(price.0), i128::from(content));
    let per = price * i128::from(compared(unit));
    i64::try_from((per * 2 + content) / (content * 2)).ok().map(Fen)
}

/// A variant as it is sold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SkuRow {
    /// Identifier.
    pub id: Id<Sku>,
    /// The supplier's own code, once in a shop.
    pub code: String,
    /// What tells it from the other variants: `5 kg · 16～20 枚`.
    pub spec: String,
    /// Net content in the product's base unit.
    pub content: i64,
    /// Weight with packing in grams, by which freight is charged.
    pub gross_grams: i64,
    /// The price.
    pub price: Fen,
    /// Whether it is offered.
    pub active: bool,
    /// Ascends with every change that a buyer would notice.
    pub version: i64,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_compared_price_rounds_half_up() {
        assert_eq!(unit_price(Fen(1), BaseUnit::Gram, 1_000), Some(Fen(1)));
        assert_eq!(unit_price(Fen(1), BaseUnit::Gram, 1_001), Some(Fen(0)));
        assert_eq!(unit_price(Fen(4_980), BaseUnit::Millilitre, 3_000), Some(Fen(830)));
        assert_eq!(unit_price(Fen(1), BaseUnit::Gram, 0), None);
        assert_eq!(unit_price(Fen(i64::MAX), BaseUnit::Gram, 1), None);
    }

    proptest! {
        #[test]
        fn a_larger_pack_at_the_same_price_is_never_dearer(
            price in 1_i64..10_i64.pow(12), content in 1_i64..10_i64.pow(7), more in 0_i64..10_i64.pow(6),
        ) {
            let small = unit_price(Fen(price), BaseUnit::Gram, content);
            let large = unit_price(Fen(price), BaseUnit::Gram, content + more);
            prop_assert!(large <= small);
        }
    }
}
