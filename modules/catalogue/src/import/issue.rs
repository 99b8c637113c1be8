//! What is wrong with a row of a table of products.

use serde::{Deserialize, Serialize};
use sh_ui::Locale;

use crate::draft::{Flaw, told};

/// One issue (导入问题). Reason and fix are the texts of [`Flaw`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issue {
    /// Row as the user's file numbers it.
    pub row: u32,
    /// Title of the column; empty if no cell is meant.
    pub column: String,
    /// What stands in the cell.
    pub value: String,
    /// Stable code.
    pub code: String,
    /// Values for the texts.
    pub args: Vec<(String, String)>,
}

impl Issue {
    /// A flaw with the row and the title of the column where it was met.
    pub(crate) fn of(row: u32, column: &str, flaw: Flaw) -> Self {
        Self {
            row,
            column: column.to_owned(),
            value: flaw.value,
            code: flaw.code.to_owned(),
            args: flaw.args.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        }
    }

    /// Reason and fix in the language of the reader.
    pub fn text(&self, locale: Locale) -> (String, String) {
        let args = self.args.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        told(locale, &self.code, &self.value, args)
    }
}
