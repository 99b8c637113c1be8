//! A kind of table that people import, as its module describes it.

use std::fmt;

use futures::future::BoxFuture;
use sh_files::{
    parse::{self, CellProblem, DayOptions, DayValue, MoneyUnit, ProblemCode},
    sheet::{Cell, SheetRow},
    write::ColumnKind,
};
use sh_http::{App, Context, Failure, Permission, Scope};
use sh_jobs::JobError;
use sh_kernel::{Day, Fen};
use uuid::Uuid;

use crate::{
    file::Layout,
    model::{Import, Issue, Planned},
};

/// A column of a table.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Its name in the program.
    pub field: &'static str,
    /// Titles that mean it: the Chinese one that is written, the English one, then what people write.
    pub titles: &'static [&'static str],
    /// Whether a table without it is of no use.
    pub required: bool,
    /// What it holds, for the empty table.
    pub kind: ColumnKind,
}

/// Whose rows a file holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Owner {
    /// As a shop; all zeros for the operator.
    pub id: Uuid,
    /// Its organisation, as scopes name it; none for the operator.
    pub organisation: Option<String>,
    /// Its name.
    pub name: String,
}

impl Owner {
    /// Where whoever imports for it must have the right to.
    pub fn scope(&self) -> Scope {
        self.organisation.clone().map_or(Scope::Everywhere, Scope::Organisation)
    }
}

/// A kind of table. Its texts begin with `table-<code>-`.
pub trait Table: fmt::Debug + Send + Sync + 'static {
    /// Its code, as kept with each import.
    fn code(&self) -> &'static str;
    /// The address of its upload page; the pages of its imports lie below.
    fn home(&self) -> &'static str;
    /// The page that it belongs to: key of the title, address.
    fn parent(&self) -> (&'static str, &'static str);
    /// Its columns, in the order in which they are written.
    fn columns(&self) -> &'static [Column];
    /// What one needs to import it.
    fn permission(&self) -> Permission;
    /// Whose rows the actor imports; for shops the one asked for, or the first of the actor's.
    fn owner<'a>(
        &'a self,
        ctx: &'a Context,
        app: &'a App,
        asked: Option<Uuid>,
    ) -> BoxFuture<'a, Result<Owner, Failure>>;
    /// What may stand in a file only once: field and value.
    fn once(&self, row: &Row<'_>) -> Option<(&'static str, String)>;
    /// What each row would do. Writes nothing.
    fn plan<'a>(
        &'a self,
        ctx: &'a Context,
        app: &'a App,
        import: &'a Import,
        rows: &'a [Row<'a>],
    ) -> BoxFuture<'a, Result<Vec<Planned>, JobError>>;
    /// Does what each row says, and answers what it did. Called again with the same rows it has no further effect.
    fn write<'a>(
        &'a self,
        ctx: &'a Context,
        app: &'a App,
        import: &'a Import,
        rows: &'a [Row<'a>],
    ) -> BoxFuture<'a, Result<Vec<Planned>, JobError>>;
}

/// A row of a file with its columns known.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    /// Row as the user's file numbers it.
    pub number: u32,
    layout: &'a Layout,
    of: &'a SheetRow,
}

impl<'a> Row<'a> {
    pub(crate) const fn new(layout: &'a Layout, row: &'a SheetRow) -> Self {
        Self { number: row.number, layout, of: row }
    }

    fn cell(&self, field: &str) -> Option<&'a Cell> {
        let index = self.layout.index(field)?;
        self.of.cells.get(index)
    }

    /// Whether the file has such a column.
    pub fn has(&self, field: &str) -> bool {
        self.layout.index(field).is_some()
    }

    /// What stands in a column, without white space around it; empty if there is none.
    pub fn text(&self, field: &str) -> String {
        self.cell(field).map_or_else(String::new, |cell| cell.as_text().trim().to_owned())
    }

    /// A number with many digits, which table programs like to cut off.
    ///
    /// # Errors
    /// The issue: its digits are lost.
    pub fn code(&self, field: &str) -> Result<String, Issue> {
        match self.cell(field) {
            Some(cell) if !cell.is_empty() => {
                parse::code(cell).map_err(|problem| self.problem(field, &problem))
            }
            _ => Ok(String::new()),
        }
    }

    /// An amount; `None` if nothing stands there.
    ///
    /// # Errors
    /// The issue: it is no amount.
    pub fn money(&self, field: &str) -> Result<Option<Fen>, Issue> {
        let Some(cell) = self.cell(field).filter(|cell| !cell.is_empty()) else { return Ok(None) };
        if matches!(cell.as_text().trim(), "-" | "--" | "—") {
            return Ok(None);
        }
        let unit: MoneyUnit = self.layout.header.money_unit(field);
        parse::money(cell, unit).map(Some).map_err(|problem| self.problem(field, &problem))
    }

    /// A day; `None` if nothing stands there.
    ///
    /// # Errors
    /// The issue: it is no day.
    pub fn day(&self, field: &str) -> Result<Option<Day>, Issue> {
        let Some(cell) = self.cell(field).filter(|cell| !cell.is_empty()) else { return Ok(None) };
        let options = DayOptions { default_year: None, system: self.layout.system };
        match parse::day(cell, options) {
            Ok(DayValue::Day(day)) => Ok(Some(day)),
            Ok(DayValue::Month(_)) => {
                let shown = cell.as_text().into_owned();
                Err(self.problem(field, &CellProblem::new(ProblemCode::DayNotADay, shown)))
            }
            Err(problem) => Err(self.problem(field, &problem)),
        }
    }

    /// Something about a cell.
    pub fn issue(&self, field: &str, code: &str) -> Issue {
        Issue {
            row: self.number,
            notice: false,
            column: self.layout.title(field).to_owned(),
            value: self.text(field).chars().take(120).collect(),
            code: code.to_owned(),
            args: Vec::new(),
        }
    }

    fn problem(&self, field: &str, problem: &CellProblem) -> Issue {
        let mut issue = self.issue(field, problem.code.as_str());
        issue.args = problem.params.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        issue
    }
}
