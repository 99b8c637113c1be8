//! Quantities with their units.

use serde::{Deserialize, Serialize};
use sh_kernel::Quantity;

use super::{
    CellProblem, ProblemCode, check_present,
    decimal::{Decimal, Fault, take_sign},
};
use crate::{
    fold::narrow,
    sheet::{Cell, CellValue},
};

/// The base unit that a quantity is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BaseUnit {
    /// 克
    Gram,
    /// 毫升
    Millilitre,
    /// 件: whole pieces of whatever the unit names
    Piece,
}

/// A quantity as read: `2.5斤` is 1250 grams, unit `斤`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuantityRead {
    /// In the base unit.
    pub amount: Quantity,
    /// Which base unit.
    pub base: BaseUnit,
    /// The unit as the file names it.
    pub unit: String,
}

/// Units of weight and volume, in grams and millilitres.
const MEASURES: [(&str, BaseUnit, i128); 18] = [
    ("吨", BaseUnit::Gram, 1_000_000),
    ("t", BaseUnit::Gram, 1_000_000),
    ("公斤", BaseUnit::Gram, 1000),
    ("千克", BaseUnit::Gram, 1000),
    ("kg", BaseUnit::Gram, 1000),
    ("kgs", BaseUnit::Gram, 1000),
    ("市斤", BaseUnit::Gram, 500),
    ("斤", BaseUnit::Gram, 500),
    ("两", BaseUnit::Gram, 50),
    ("克", BaseUnit::Gram, 1),
    ("g", BaseUnit::Gram, 1),
    ("升", BaseUnit::Millilitre, 1000),
    ("公升", BaseUnit::Millilitre, 1000),
    ("l", BaseUnit::Millilitre, 1000),
    ("千升", BaseUnit::Millilitre, 1_000_000),
    ("毫升", BaseUnit::Millilitre, 1),
    ("ml", BaseUnit::Millilitre, 1),
    ("cc", BaseUnit::Millilitre, 1),
];

/// Units that are counted.
const PIECES: &str =
    "件个箱盒袋包瓶罐桶只头枚份套条筐提串棵株板支张批次把块粒颗捆扎坛听卷篮礼盒打匹尾羽双对台部册本单";

fn unit_of(name: &str) -> Option<(BaseUnit, i128)> {
    if let Some((_, base, factor)) = MEASURES.iter().find(|(known, ..)| *known == name) {
        return Some((*base, *factor));
    }
    let mut chars = name.chars();
    let one = chars.next().is_some_and(|c| PIECES.contains(c)) && chars.next().is_none();
    (one || matches!(name, "礼盒" | "pcs" | "pc" | "件套")).then_some((BaseUnit::Piece, 1))
}

/// Whether a folded text names a unit of quantity.
pub fn is_quantity_unit(name: &str) -> bool {
    unit_of(name).is_some()
}

/// Reads a quantity; a bare number is in `default`, the unit that the column names.
///
/// # Errors
/// A problem with a `quantity-` code, `cell-empty` or `cell-error`.
pub fn quantity(cell: &Cell, default: Option<&str>) -> Result<QuantityRead, CellProblem> {
    check_present(cell)?;
    let shown = cell.as_text();
    let problem = |code| CellProblem::new(code, shown.trim());
    if !matches!(cell.value, CellValue::Text(_) | CellValue::Number(_)) {
        return Err(problem(ProblemCode::QuantityNotANumber));
    }
    let text = narrow(&shown).to_lowercase();
    let (negative, text) = take_sign(&text);
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == '.' || c == ',')).unwrap_or(text.len());
    let (number, rest) = text.split_at_checked(end).unwrap_or((text, ""));
    let mut number = Decimal::read(number).map_err(|fault| match fault {
        Fault::TooLarge => problem(ProblemCode::QuantityTooLarge),
        _ => problem(ProblemCode::QuantityNotANumber),
    })?;
    number.negative = negative && !number.is_zero();
    let default = default.map(|unit| narrow(unit).to_lowercase());
    let (times, unit) =
        unit_text(rest, default.as_deref()).ok_or(problem(ProblemCode::QuantityUnitMissing))?;
    let (base, factor) =
        unit_of(unit).ok_or_else(|| problem(ProblemCode::QuantityUnitUnknown).with("unit", unit))?;
    let (amount, rounded) =
        number.times(factor * times).ok_or_else(|| problem(ProblemCode::QuantityTooLarge))?;
    if rounded && base == BaseUnit::Piece {
        return Err(problem(ProblemCode::QuantityFraction).with("unit", unit));
    }
    Ok(QuantityRead { amount: Quantity(amount), base, unit: unit.to_owned() })
}

/// The unit after a number and a multiplier before it (`万公斤`); the default if there is none.
fn unit_text<'a>(rest: &'a str, default: Option<&'a str>) -> Option<(i128, &'a str)> {
    let rest = rest.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')).unwrap_or(rest);
    let (times, name) = match rest.strip_prefix('万') {
        Some(name) => (10_000, name),
        None => (1, rest),
    };
    if !name.is_empty() {
        return Some((times, name));
    }
    let default = default?;
    match default.strip_prefix('万').filter(|name| !name.is_empty()) {
        Some(name) => Some((times * 10_000, name)),
        None => Some((times, default)),
    }
}
