//! Cells and rows as the user's file has them.

use std::borrow::Cow;

/// How a workbook counts its days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DateSystem {
    /// Day 1 is 1900-01-01, with a 29 February 1900 that never was.
    #[default]
    Y1900,
    /// Day 0 is 1904-01-01, as old Macintosh workbooks have it.
    Y1904,
}

/// The content of a cell.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum CellValue {
    /// Nothing.
    #[default]
    Empty,
    /// Text, as typed.
    Text(String),
    /// A number. Excel keeps 15 significant digits.
    Number(f64),
    /// A truth value.
    Bool(bool),
    /// A number that Excel shows as a date: days of the 1900 system, the fraction being the time of day.
    DateSerial(f64),
    /// An error value such as `#N/A`.
    Error(String),
}

/// A cell.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Cell {
    /// The content; for a formula, the result that Excel saved with it.
    pub value: CellValue,
    /// Whether the content is the result of a formula.
    pub formula: bool,
}

impl Cell {
    /// A typed cell without a formula.
    pub const fn of(value: CellValue) -> Self {
        Self { value, formula: false }
    }

    /// A text cell.
    pub fn text(text: impl Into<String>) -> Self {
        Self::of(CellValue::Text(text.into()))
    }

    /// Whether nothing is in it; text of white space counts as nothing.
    pub fn is_empty(&self) -> bool {
        match &self.value {
            CellValue::Empty => true,
            CellValue::Text(text) => text.trim().is_empty(),
            _ => false,
        }
    }

    /// What the user saw, as far as the file tells: text as it is, numbers with at most 15 digits, days as
    /// `2020-11-30`.
    pub fn as_text(&self) -> Cow<'_, str> {
        match &self.value {
            CellValue::Empty => Cow::Borrowed(""),
            CellValue::Text(text) | CellValue::Error(text) => Cow::Borrowed(text),
            CellValue::Number(number) => Cow::Owned(number_text(*number)),
            CellValue::Bool(true) => Cow::Borrowed("TRUE"),
            CellValue::Bool(false) => Cow::Borrowed("FALSE"),
            CellValue::DateSerial(serial) => Cow::Owned(serial_text(*serial)),
        }
    }
}

/// A row with content.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SheetRow {
    /// The row number the user sees in their file, from 1. In JSON lines the line number, and 0 for the row
    /// of keys.
    pub number: u32,
    /// The cells from the first column to the last one with content.
    pub cells: Vec<Cell>,
}

impl SheetRow {
    /// The cell in a column, from 0; an empty one if the row is shorter.
    pub fn cell(&self, column: usize) -> &Cell {
        static EMPTY: Cell = Cell::of(CellValue::Empty);
        self.cells.get(column).unwrap_or(&EMPTY)
    }

    /// What the user saw in a column, trimmed.
    pub fn text(&self, column: usize) -> Cow<'_, str> {
        match self.cell(column).as_text() {
            Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
            Cow::Owned(text) => Cow::Owned(text),
        }
    }
}

/// Cells merged into one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MergedRange {
    /// First row, from 1.
    pub first_row: u32,
    /// Last row.
    pub last_row: u32,
    /// First column, from 0.
    pub first_column: u32,
    /// Last column.
    pub last_column: u32,
}

impl MergedRange {
    /// Whether a cell lies in it; the row from 1, the column from 0.
    pub const fn contains(&self, row: u32, column: u32) -> bool {
        row >= self.first_row
            && row <= self.last_row
            && column >= self.first_column
            && column <= self.last_column
    }
}

/// The letters of a column, from 0: `A`, `Z`, `AA`, `XFD`.
pub fn column_letters(column: u32) -> String {
    let mut letters = Vec::new();
    let mut rest = u64::from(column) + 1;
    while rest > 0 {
        let digit = u8::try_from((rest - 1) % 26).unwrap_or(0);
        letters.push(char::from(b'A' + digit));
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().collect()
}

/// A number with the 15 significant digits that Excel keeps, without exponent.
pub(crate) fn number_text(number: f64) -> String {
    let shortest = format!("{number}");
    if shortest.len() <= 15 {
        return shortest;
    }
    // 1286.3999999999999 is what a computer made of 1286.4.
    let rounded: f64 = format!("{number:.14e}").parse().unwrap_or(number);
    format!("{rounded}")
}

/// A day number of the 1900 system as `2020-11-30`, with the time if it has one.
fn serial_text(serial: f64) -> String {
    let days = serial.floor();
    #[expect(clippy::cast_possible_truncation, reason = "a fraction of a day has at most 86,400 seconds")]
    let seconds = ((serial - days) * 86_400.0).round() as i64;
    let day = crate::parse::day_of_serial(days, DateSystem::Y1900);
    let time = format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    match day {
        _ if (0.0..1.0).contains(&serial) => time,
        Ok(day) if seconds == 0 => day.to_string(),
        Ok(day) => format!("{day} {time}"),
        Err(_) => number_text(serial),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_reads_as_the_user_saw_it() {
        let shown = |value| Cell::of(value).as_text().into_owned();
        assert_eq!(shown(CellValue::Number(1_286.399_999_999_999_9)), "1286.4");
        assert_eq!(shown(CellValue::Number(0.1 + 0.2)), "0.3");
        assert_eq!(shown(CellValue::Number(1e15)), "1000000000000000");
        assert_eq!(shown(CellValue::Number(-3860.0)), "-3860");
        assert_eq!(shown(CellValue::DateSerial(44_165.0)), "2020-11-30");
        assert_eq!(shown(CellValue::DateSerial(44_165.5)), "2020-11-30 12:00:00");
        assert_eq!(shown(CellValue::DateSerial(0.25)), "06:00:00");
        assert_eq!(shown(CellValue::Error("#N/A".into())), "#N/A");
    }

    #[test]
    fn columns_have_letters() {
        assert_eq!(column_letters(0), "A");
        assert_eq!(column_letters(25), "Z");
        assert_eq!(column_letters(26), "AA");
        assert_eq!(column_letters(16_383), "XFD");
    }
}
