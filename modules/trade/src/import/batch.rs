//! The file that claims come in, from upload to posting or withdrawal (导入批次).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sh_db::{DbError, FromRow, Row};
use sh_http::Scope;
use sh_kernel::{Day, Fen, Id, Instant, RegionCode};

use super::{
    columns::Columns,
    fields::Field,
    file::{FileFault, SHEETS_MAX, Sheets},
    tally::Summary,
};
use crate::model::{ImportBatch, SourceCode, SourceKind};

/// Who reports (数据来源), as registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Its code.
    pub code: SourceCode,
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: SourceKind,
    /// The division whose people may see and edit its imports.
    pub region: Option<RegionCode>,
    /// The organisation whose people may do so.
    pub organisation: Option<String>,
    /// Whether it still reports.
    pub active: bool,
}

impl Source {
    /// Where one needs a permission to work on its imports: its region or its organisation.
    pub fn scopes(&self) -> Vec<Scope> {
        let region = self.region.map(Scope::Region);
        let organisation = self.organisation.clone().map(Scope::Organisation);
        region.into_iter().chain(organisation).chain([Scope::Everywhere]).collect()
    }
}

impl FromRow for Source {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        let kind: i64 = row.get(2)?;
        Ok(Self {
            code: row.get(0)?,
            name: row.get(1)?,
            kind: SourceKind::from_code(kind).ok_or_else(|| DbError::Column {
                column: 2,
                problem: format!("{kind} is no kind of source"),
            })?,
            region: row.get(3)?,
            organisation: row.get(4)?,
            active: row.get(5)?,
        })
    }
}

/// Declares the states with their words.
macro_rules! states {
    ($( $(#[$doc:meta])* $name:ident $word:literal, )*) => {
        /// Where an import stands (批次状态).
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum BatchState { $( $(#[$doc])* $name, )* }

        impl BatchState {
            /// Every state, in the order of a batch's life.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The word in the database, addresses and interfaces; the text is `import-state-<word>`.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$name => $word),* }
            }
        }
    };
}

states! {
    /// The file is kept; the check waits for a worker.
    Uploaded "uploaded",
    /// The check reads the file.
    Checking "checking",
    /// Checked; a person decides whether to post it.
    Checked "checked",
    /// The file as a whole cannot be imported; the reason is kept.
    Failed "failed",
    /// Its rows become claims, group by group.
    Posting "posting",
    /// Posting was stopped by a person; the groups posted so far stay.
    Stopped "stopped",
    /// All its good rows are claims.
    Posted "posted",
    /// Its claims are being taken back.
    Withdrawing "withdrawing",
    /// Its claims are taken back.
    Withdrawn "withdrawn",
    /// Given up before anything was posted.
    Discarded "discarded",
}

impl BatchState {
    /// The state with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|state| state.word() == word)
    }

    /// Whether a job works on it.
    pub const fn is_working(self) -> bool {
        matches!(self, Self::Uploaded | Self::Checking | Self::Posting | Self::Withdrawing)
    }
}

/// Why a file as a whole was refused, as it is kept (整份文件的问题).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct FileProblem {
    /// Code; the text is `problem-<code>`.
    pub code: String,
    /// Values for the text.
    pub args: BTreeMap<String, String>,
    /// What the header lacks.
    pub missing: Vec<Field>,
    /// The columns that the file has, for the person who says what they mean.
    pub columns: Columns,
    /// Its worksheets, for the person who says which one is meant.
    pub sheets: Sheets,
}

impl FileProblem {
    /// What is kept of a fault.
    pub fn of(fault: &FileFault) -> Self {
        let mut problem = Self { code: fault.code().to_owned(), ..Self::default() };
        match fault {
            FileFault::Open(error) => {
                let params = error.params().into_iter();
                problem.args = params.map(|(name, value)| (name.to_owned(), value)).collect();
            }
            FileFault::WrongTemplate(wrong) => {
                problem.missing.clone_from(&wrong.missing);
                problem.columns.clone_from(&wrong.columns);
                problem.sheets.clone_from(&wrong.sheets);
                problem.args.insert("titles".to_owned(), wrong.columns.titles());
            }
            FileFault::NoHeader(sheets) => problem.sheets.clone_from(sheets),
            FileFault::TooManySheets(count) => {
                problem.args.insert("count".to_owned(), count.to_string());
                problem.args.insert("limit".to_owned(), SHEETS_MAX.to_string());
            }
            FileFault::NoRows => {}
        }
        problem
    }

    /// Whether a person can mend it by saying what the columns mean or which worksheet is meant.
    pub fn is_mendable(&self) -> bool {
        !self.columns.list.is_empty() || self.sheets.all.len() > 1
    }
}

/// An import batch as its row tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// Identifier.
    pub id: Id<ImportBatch>,
    /// Who reports.
    pub source: SourceCode,
    /// The name of the file as it was uploaded.
    pub file_name: String,
    /// SHA-256 of the file, also its key in the object store.
    pub file_hash: String,
    /// Bytes of the file.
    pub file_size: u64,
    /// The profile by which it is read, and its version; `None` if nothing is corrected.
    pub profile: Option<(String, i64)>,
    /// Where it stands.
    pub state: BatchState,
    /// Only the good rows are posted; the person knows of the bad ones.
    pub good_only: bool,
    /// Rows below the header.
    pub rows_total: u64,
    /// Rows that give claims.
    pub rows_good: u64,
    /// Rows that cannot be counted.
    pub rows_bad: u64,
    /// Rows that are no sale.
    pub rows_skipped: u64,
    /// Good rows that are claims already.
    pub rows_posted: u64,
    /// Sum of the good rows.
    pub amount_good: Fen,
    /// First and last day of the good rows.
    pub days: Option<(Day, Day)>,
    /// What the check found out.
    pub summary: Option<Summary>,
    /// Why the file as a whole was refused.
    pub problem: Option<FileProblem>,
    /// Who uploaded it.
    pub created_by: String,
    /// When.
    pub created_at: Instant,
    /// Who confirmed it.
    pub confirmed_by: Option<String>,
    /// When.
    pub confirmed_at: Option<Instant>,
    /// When all its rows were claims.
    pub posted_at: Option<Instant>,
    /// Who took it back.
    pub withdrawn_by: Option<String>,
    /// When.
    pub withdrawn_at: Option<Instant>,
    /// Why.
    pub withdraw_reason: Option<String>,
    /// The job that works or last worked on it.
    pub job: Option<Id<sh_jobs::Job>>,
}

/// The columns that [`Batch`] is read from, in their order.
macro_rules! batch_columns {
    () => {
        "id, source, file_name, file_hash, file_size, profile, profile_version, state, good_only, rows_total, \
         rows_good, rows_bad, rows_skipped, rows_posted, amount_good, day_first, day_last, summary, problem, \
         created_by, created_at, confirmed_by, confirmed_at, posted_at, withdrawn_by, withdrawn_at, \
         withdraw_reason, job"
    };
}
pub(crate) use batch_columns;

impl FromRow for Batch {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        let state: String = row.get(7)?;
        let count = |column| row.get::<i64>(column).map(|number| u64::try_from(number).unwrap_or(0));
        let profile: Option<String> = row.get(5)?;
        let days = row.get::<Option<Day>>(15)?.zip(row.get::<Option<Day>>(16)?);
        Ok(Self {
            id: row.get(0)?,
            source: row.get(1)?,
            file_name: row.get(2)?,
            file_hash: row.get(3)?,
            file_size: count(4)?,
            profile: profile.zip(row.get::<Option<i64>>(6)?),
            state: BatchState::from_word(&state)
                .ok_or_else(|| DbError::Column { column: 7, problem: format!("{state} is no state") })?,
            good_only: row.get(8)?,
            rows_total: count(9)?,
            rows_good: count(10)?,
            rows_bad: count(11)?,
            rows_skipped: count(12)?,
            rows_posted: count(13)?,
            amount_good: row.get(14)?,
            days,
            // What an older version of the program kept may have another shape; the batch is still a batch.
            summary: row.get::<Option<String>>(17)?.and_then(|text| serde_json::from_str(&text).ok()),
            problem: row.get::<Option<String>>(18)?.and_then(|text| serde_json::from_str(&text).ok()),
            created_by: row.get(19)?,
            created_at: row.get(20)?,
            confirmed_by: row.get(21)?,
            confirmed_at: row.get(22)?,
            posted_at: row.get(23)?,
            withdrawn_by: row.get(24)?,
            withdrawn_at: row.get(25)?,
            withdraw_reason: row.get(26)?,
            job: row.get(27)?,
        })
    }
}
