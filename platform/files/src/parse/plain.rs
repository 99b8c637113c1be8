//! Codes, counts and plain text.

use super::{CellProblem, ProblemCode, check_present, decimal};
use crate::{
    fold::narrow,
    sheet::{Cell, CellValue},
};

/// Reads a code such as an order number: half width, without white space or the apostrophe that keeps it
/// text.
///
/// # Errors
/// `code-digits-lost` if Excel kept it as a number of more than 15 digits or with an exponent, so that its
/// last digits are gone; `cell-empty`, `cell-error`.
pub fn code(cell: &Cell) -> Result<String, CellProblem> {
    check_present(cell)?;
    let shown = cell.as_text();
    let text = narrow(&shown);
    let text = text.trim_start_matches(['\'', '`']);
    let lost = match cell.value {
        CellValue::Number(number) => number.abs() >= 1e15,
        _ => text.contains('+') && decimal::is_scientific(text),
    };
    if lost {
        return Err(CellProblem::new(ProblemCode::CodeDigitsLost, shown.trim()));
    }
    if text.is_empty() {
        return Err(CellProblem::new(ProblemCode::CellEmpty, shown.trim()));
    }
    Ok(text.to_owned())
}

/// Reads a whole number such as a number of orders or people; negative with a sign.
///
/// # Errors
/// `count-not-a-number`, `cell-empty`, `cell-error`.
pub fn count(cell: &Cell) -> Result<i64, CellProblem> {
    check_present(cell)?;
    let shown = cell.as_text();
    let problem = || CellProblem::new(ProblemCode::CountNotANumber, shown.trim());
    if !matches!(cell.value, CellValue::Text(_) | CellValue::Number(_)) {
        return Err(problem());
    }
    let text = narrow(&shown);
    let (negative, number) = decimal::take_sign(&text);
    let mut number = decimal::Decimal::read(number).map_err(|_| problem())?;
    number.negative = negative;
    match number.times(1) {
        Some((whole, false)) => Ok(whole),
        _ => Err(problem()),
    }
}

/// Reads text of at most `limit` characters, trimmed, line breaks as spaces.
///
/// # Errors
/// `text-too-long`, `cell-empty`, `cell-error`.
pub fn text(cell: &Cell, limit: usize) -> Result<String, CellProblem> {
    check_present(cell)?;
    let shown = cell.as_text();
    let words: Vec<&str> = shown.split_whitespace().collect();
    let text = words.join(" ");
    let length = text.chars().count();
    if length > limit {
        let start: String = text.chars().take(40).collect();
        let problem = CellProblem::new(ProblemCode::TextTooLong, start);
        return Err(problem.with("limit", limit).with("length", length));
    }
    Ok(text)
}
