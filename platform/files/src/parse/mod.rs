//! From the cells of a file to money, quantities, days, codes and counts. Pure functions.
//!
//! What cannot be read is a [`CellProblem`] with a stable code and what its text needs to say how to mend it.
//! Nothing is guessed: where two readings are possible, the cell is a problem.

mod chinese;
mod day;
mod decimal;
mod money;
mod plain;
mod quantity;
mod total;

use serde::{Deserialize, Serialize};

pub use self::chinese::capital_amount;
pub(crate) use self::day::{DAYS_1904, day_of_serial};
pub use self::day::{DayOptions, DayValue, day};
pub use self::money::{MoneyRead, MoneyUnit, money, money_noted};
pub use self::plain::{code, count, text};
pub use self::quantity::{BaseUnit, QuantityRead, is_quantity_unit, quantity};
pub use self::total::{TotalKind, is_total_row};
use crate::sheet::{Cell, CellValue};

/// What is wrong with a cell. The text of each is stable (see [`ProblemCode::as_str`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProblemCode {
    /// Nothing in it.
    CellEmpty,
    /// An error value such as `#N/A`. No parameters.
    CellError,
    /// Not an amount.
    MoneyNotANumber,
    /// The separators do not stand every three digits: `12,34`.
    MoneyGrouping,
    /// Written with an exponent, so digits were lost: `1.29E+08`.
    MoneyScientific,
    /// Only about: `约352万元`.
    MoneyApproximate,
    /// In a currency other than yuan.
    MoneyForeign,
    /// Beyond what the system can hold.
    MoneyTooLarge,
    /// Not a quantity.
    QuantityNotANumber,
    /// A number without a unit where the column names none.
    QuantityUnitMissing,
    /// A unit that is not known. Parameter `unit`.
    QuantityUnitUnknown,
    /// A part of a piece: `0.5箱`. Parameter `unit`.
    QuantityFraction,
    /// Beyond what the system can hold.
    QuantityTooLarge,
    /// Not a day.
    DayNotADay,
    /// A day that the calendar does not have: `2020-11-31`.
    DayDoesNotExist,
    /// Day and month could be either way round: `03/04/2020`. Parameters `first` and `second`.
    DayAmbiguous,
    /// The year has two digits: `20-11-30`.
    DayShortYear,
    /// No year, and none is given for the file: `11月30日`.
    DayYearMissing,
    /// Only a year.
    DayYearOnly,
    /// Before 1900 or after 2199. Parameter `year`.
    DayOutOfRange,
    /// Digits of a long number were lost by Excel, which keeps 15.
    CodeDigitsLost,
    /// Not a whole number.
    CountNotANumber,
    /// Longer than allowed. Parameters `limit` and `length`, in characters.
    TextTooLong,
}

impl ProblemCode {
    /// Every code, so that callers can prove that each has its text.
    pub const ALL: [Self; 23] = [
        Self::CellEmpty,
        Self::CellError,
        Self::MoneyNotANumber,
        Self::MoneyGrouping,
        Self::MoneyScientific,
        Self::MoneyApproximate,
        Self::MoneyForeign,
        Self::MoneyTooLarge,
        Self::QuantityNotANumber,
        Self::QuantityUnitMissing,
        Self::QuantityUnitUnknown,
        Self::QuantityFraction,
        Self::QuantityTooLarge,
        Self::DayNotADay,
        Self::DayDoesNotExist,
        Self::DayAmbiguous,
        Self::DayShortYear,
        Self::DayYearMissing,
        Self::DayYearOnly,
        Self::DayOutOfRange,
        Self::CodeDigitsLost,
        Self::CountNotANumber,
        Self::TextTooLong,
    ];

    /// The stable text of the code.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CellEmpty => "cell-empty",
            Self::CellError => "cell-error",
            Self::MoneyNotANumber => "money-not-a-number",
            Self::MoneyGrouping => "money-grouping",
            Self::MoneyScientific => "money-scientific",
            Self::MoneyApproximate => "money-approximate",
            Self::MoneyForeign => "money-foreign",
            Self::MoneyTooLarge => "money-too-large",
            Self::QuantityNotANumber => "quantity-not-a-number",
            Self::QuantityUnitMissing => "quantity-unit-missing",
            Self::QuantityUnitUnknown => "quantity-unit-unknown",
            Self::QuantityFraction => "quantity-fraction",
            Self::QuantityTooLarge => "quantity-too-large",
            Self::DayNotADay => "day-not-a-day",
            Self::DayDoesNotExist => "day-does-not-exist",
            Self::DayAmbiguous => "day-ambiguous",
            Self::DayShortYear => "day-short-year",
            Self::DayYearMissing => "day-year-missing",
            Self::DayYearOnly => "day-year-only",
            Self::DayOutOfRange => "day-out-of-range",
            Self::CodeDigitsLost => "code-digits-lost",
            Self::CountNotANumber => "count-not-a-number",
            Self::TextTooLong => "text-too-long",
        }
    }
}

/// A cell that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {value}", code.as_str())]
pub struct CellProblem {
    /// What is wrong.
    pub code: ProblemCode,
    /// What the user saw in the cell.
    pub value: String,
    /// What the text needs besides, by name.
    pub params: Vec<(&'static str, String)>,
}

impl CellProblem {
    /// A problem without parameters.
    pub fn new(code: ProblemCode, value: impl Into<String>) -> Self {
        Self { code, value: value.into(), params: Vec::new() }
    }

    /// The same problem with one more parameter.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl std::fmt::Display) -> Self {
        self.params.push((name, format!("{value}")));
        self
    }
}

/// The problem of a cell that holds nothing or an error value.
fn check_present(cell: &Cell) -> Result<(), CellProblem> {
    match &cell.value {
        CellValue::Error(error) => Err(CellProblem::new(ProblemCode::CellError, error)),
        _ if cell.is_empty() => Err(CellProblem::new(ProblemCode::CellEmpty, "")),
        _ => Ok(()),
    }
}
