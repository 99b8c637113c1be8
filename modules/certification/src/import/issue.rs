//! What is wrong with a row of a register.

use serde::{Deserialize, Serialize};
use sh_files::parse::CellProblem;
use sh_ui::{Arg, Locale};

/// One issue (导入问题). The texts are `issue-<code>` (reason) and `issue-<code>-fix` (what to do).
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
    pub(crate) fn new(row: u32, column: &str, code: &str, value: &str) -> Self {
        let value = value.trim().chars().take(60).collect();
        Self { row, column: column.to_owned(), value, code: code.to_owned(), args: Vec::new() }
    }

    pub(crate) fn of_cell(row: u32, column: &str, problem: CellProblem) -> Self {
        let args = problem.params.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Self { args, ..Self::new(row, column, problem.code.as_str(), &problem.value) }
    }

    #[must_use]
    pub(crate) fn with(mut self, name: &str, value: &impl ToString) -> Self {
        self.args.push((name.to_owned(), value.to_string()));
        self
    }

    /// Reason and fix in the language of the reader.
    pub fn text(&self, locale: Locale) -> (String, String) {
        let own = [("value", self.value.as_str())];
        let args = self.args.iter().map(|(name, value)| (name.as_str(), value.as_str())).chain(own);
        let args: Vec<(&str, Arg<'_>)> = args.map(|(name, value)| (name, value.into())).collect();
        let code = &self.code;
        (locale.with(&format!("issue-{code}"), &args), locale.with(&format!("issue-{code}-fix"), &args))
    }
}
