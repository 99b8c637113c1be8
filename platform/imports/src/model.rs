//! One file from upload to the end, and what its rows do. No input, no output, no clock.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sh_kernel::{Id, Instant};
use sh_ui::Locale;
use uuid::Uuid;

use crate::{file::FileProblem, table::Owner};

/// An import of a table; only the type of an identifier.
#[derive(Debug)]
pub struct TableImport;

sh_db::coded! {
    /// Where an import stands (导入状态).
    State {
        /// The file is kept; the check waits for a worker or is at work.
        Uploaded = 1 "uploaded",
        /// Checked; a person decides.
        Checked = 2 "checked",
        /// The file as a whole cannot be read.
        Failed = 3 "failed",
        /// Its rows are being written, group by group.
        Posting = 4 "posting",
        /// All its good rows are written.
        Posted = 5 "posted",
        /// Given up before anything was written.
        Discarded = 6 "discarded",
    }
}

/// What a row does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Does {
    /// Something new comes of it.
    Create,
    /// Something that is there becomes another.
    Update,
    /// All is as it says.
    Nothing,
    /// Something is wrong with it.
    Reject,
}

/// What is to be known of a row (导入问题). The texts are `issue-<code>` and `issue-<code>-fix`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issue {
    /// Row as the user's file numbers it.
    pub row: u32,
    /// Whether the row is taken all the same.
    pub notice: bool,
    /// Title of the column; empty if no cell is meant.
    pub column: String,
    /// What stands in the cell.
    pub value: String,
    /// Stable code.
    pub code: String,
    /// Values for the texts, besides `value`.
    pub args: Vec<(String, String)>,
}

impl Issue {
    /// With one more value for the texts.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl std::fmt::Display) -> Self {
        self.args.push((name.to_owned(), value.to_string()));
        self
    }

    /// Reason and fix in the language of the reader.
    pub fn text(&self, locale: Locale) -> (String, String) {
        let mut args: Vec<(&str, sh_ui::Arg<'_>)> =
            self.args.iter().map(|(name, value)| (name.as_str(), value.as_str().into())).collect();
        args.push(("value", self.value.as_str().into()));
        let fix = format!("issue-{}-fix", self.code);
        let fix = if locale.has(&fix) { locale.with(&fix, &args) } else { String::new() };
        (locale.with(&format!("issue-{}", self.code), &args), fix)
    }
}

/// A row, understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// What it does.
    pub does: Does,
    /// What kind of row it is, for the counts; the text is `table-<kind of table>-<word>`.
    pub class: Option<&'static str>,
    /// What is to be known of it.
    pub issues: Vec<Issue>,
}

impl Planned {
    /// A row that does something, or nothing.
    pub const fn of(does: Does) -> Self {
        Self { does, class: None, issues: Vec::new() }
    }

    /// A row with problems.
    pub const fn reject(issues: Vec<Issue>) -> Self {
        Self { does: Does::Reject, class: None, issues }
    }

    /// Counted as such.
    #[must_use]
    pub const fn class(mut self, class: &'static str) -> Self {
        self.class = Some(class);
        self
    }

    /// With something to look at; the row is taken all the same.
    #[must_use]
    pub fn noting(mut self, mut issue: Issue) -> Self {
        issue.notice = true;
        self.issues.push(issue);
        self
    }
}

/// What rows do, or did.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Counts {
    /// Rows of data.
    pub rows: u64,
    /// Rows of which something new comes.
    pub created: u64,
    /// Rows that change something.
    pub updated: u64,
    /// Rows that say what is known.
    pub unchanged: u64,
    /// Rows with a problem.
    pub rejected: u64,
    /// Rows by their kind.
    pub classes: BTreeMap<String, u64>,
}

impl Counts {
    /// Adds a row.
    pub(crate) fn add(&mut self, planned: &Planned) {
        self.rows += 1;
        let place = match planned.does {
            Does::Create => &mut self.created,
            Does::Update => &mut self.updated,
            Does::Nothing => &mut self.unchanged,
            Does::Reject => &mut self.rejected,
        };
        *place += 1;
        if let Some(class) = planned.class {
            *self.classes.entry(class.to_owned()).or_default() += 1;
        }
    }

    /// Rows that change something.
    pub const fn changing(&self) -> u64 {
        self.created + self.updated
    }
}

/// An import as its row tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// Identifier.
    pub id: Id<TableImport>,
    /// The code of its [`crate::Table`].
    pub kind: String,
    /// Whose rows.
    pub owner: Owner,
    /// The name of the file as it was uploaded.
    pub file_name: String,
    /// SHA-256 of the file, also its key in the store.
    pub file_hash: String,
    /// Where it stands.
    pub state: State,
    /// What the check found out.
    pub checked: Option<Counts>,
    /// Rows that are written.
    pub done: u64,
    /// What became of them.
    pub posted: Counts,
    /// Why the file as a whole was refused.
    pub problem: Option<FileProblem>,
    /// Who uploaded it, as lists name them.
    pub created_by: String,
    /// When.
    pub created_at: Instant,
    /// Who confirmed it: the key of the actor.
    pub confirmed_by: Option<String>,
    /// When the last row was written.
    pub posted_at: Option<Instant>,
    /// The job that works or last worked on it.
    pub job: Option<Id<sh_jobs::Job>>,
}

impl Import {
    /// A number that is the same whenever a row of this import is written: what it makes is made once.
    pub fn number<T>(&self, row: u32) -> Id<T> {
        // An identifier ends in chance; the row is mixed into that, so that each row has its own and always the same.
        let (high, low) = self.id.uuid().as_u64_pair();
        Id::from_uuid(Uuid::from_u64_pair(high, low ^ (u64::from(row) << 8)))
    }
}
