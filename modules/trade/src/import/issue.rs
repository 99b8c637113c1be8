//! What is wrong with a row, or worth a remark (导入问题).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sh_files::parse::CellProblem;

use super::file::Sheets;

/// How much an issue matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// The row cannot be counted (退回).
    Rejected,
    /// The row is counted; somebody may want to look (提醒).
    Remark,
}

impl Severity {
    /// Stable number for the database.
    pub const fn code(self) -> i64 {
        match self {
            Self::Rejected => 1,
            Self::Remark => 2,
        }
    }

    /// The severity with this number; anything unknown is taken seriously.
    pub const fn from_code(code: i64) -> Self {
        if code == 2 { Self::Remark } else { Self::Rejected }
    }
}

/// One issue. The texts `issue-<code>` (reason) and `issue-<code>-fix` (what to do) take `args` and `value`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issue {
    /// Its number within the file; 0 for the file as a whole. Once [`Issue::placed`], the row of its worksheet.
    pub row: u32,
    /// The worksheet, if several are read and the issue was placed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// How much it matters.
    pub severity: Severity,
    /// Title of the column, if one cell is meant.
    pub column: Option<String>,
    /// What stands in the cell.
    pub value: String,
    /// Stable code.
    pub code: String,
    /// Values for the texts.
    pub args: BTreeMap<String, String>,
}

/// Codes that this module itself gives; those of cells are [`sh_files::parse::ProblemCode`].
pub const CODES: &[&str] = &[
    "seller-missing",
    "product-missing",
    "amount-missing",
    "amount-zero",
    "day-missing",
    "day-in-future",
    "day-too-early",
    "day-outside-month",
    "origin-missing",
    "origin-unknown",
    "origin-ambiguous",
    "destination-unknown",
    "stage-unknown",
    "channel-unknown",
    "certified-unknown",
    "seller-code-shape",
    "amount-computed",
    "amount-disagrees",
    "unit-slip",
    "refund-exceeds",
    "returned-in-full",
    "row-void",
    "row-repeated",
    "total-differs",
    "total-missing",
    "columns-unknown",
    "columns-alike",
    "sheets-left-out",
];

impl Issue {
    /// An issue without a cell.
    pub fn of(row: u32, severity: Severity, code: &str) -> Self {
        Self {
            row,
            sheet: None,
            severity,
            column: None,
            value: String::new(),
            code: code.to_owned(),
            args: BTreeMap::new(),
        }
    }

    /// The issue of a cell that could not be read.
    pub fn of_cell(row: u32, severity: Severity, column: &str, problem: CellProblem) -> Self {
        let args = problem.params.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let code = problem.code.as_str().to_owned();
        Self {
            value: shortened(&problem.value),
            column: Some(column.to_owned()),
            args,
            ..Self::of(row, severity, &code)
        }
    }

    /// As people find it: by worksheet and row.
    #[must_use]
    pub fn placed(mut self, sheets: &Sheets) -> Self {
        let (sheet, row) = sheets.place(self.row);
        self.sheet = sheet.map(str::to_owned);
        self.row = row;
        self
    }

    /// With the cell that is meant.
    #[must_use]
    pub fn at(mut self, column: &str, value: &str) -> Self {
        self.column = Some(column.to_owned());
        self.value = shortened(value);
        self
    }

    /// With a value for the text.
    #[must_use]
    #[expect(clippy::needless_pass_by_value, reason = "callers hand over numbers and texts alike")]
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.args.insert(name.to_owned(), value.to_string());
        self
    }
}

/// The first characters of a cell; a hostile file must not fill the database through its issues.
fn shortened(value: &str) -> String {
    const CHARS_MAX: usize = 80;
    let mut chars = value.chars();
    let start: String = chars.by_ref().take(CHARS_MAX).collect();
    if chars.next().is_some() { format!("{start}…") } else { start }
}
