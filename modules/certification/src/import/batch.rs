//! One file of a register, from upload to the end (名录导入批次).

use serde::{Deserialize, Serialize};
use sh_db::{DbError, FromRow, Row};
use sh_kernel::{Id, Instant};

use super::{file::FileProblem, row::Step};
use crate::{model::RegisterImport, store::json_if};

sh_db::coded! {
    /// Where an import stands.
    BatchState {
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

/// What the rows of a file do, or did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Counts {
    /// Rows of data.
    pub rows: u64,
    /// New certificates.
    pub created: u64,
    /// Certificates that are renewed.
    pub renewed: u64,
    /// Certificates that are corrected.
    pub corrected: u64,
    /// Certificates that are as the file says.
    pub unchanged: u64,
    /// Rows with a problem.
    pub rejected: u64,
}

impl Counts {
    /// Adds a row.
    pub(crate) const fn add(&mut self, step: &Step) {
        self.rows += 1;
        let place = match step {
            Step::Create(_) => &mut self.created,
            Step::Renew(..) => &mut self.renewed,
            Step::Correct(..) => &mut self.corrected,
            Step::Nothing => &mut self.unchanged,
            Step::Reject(_) => &mut self.rejected,
        };
        *place += 1;
    }

    /// Rows that change something.
    pub const fn changing(&self) -> u64 {
        self.created + self.renewed + self.corrected
    }
}

/// An import of a register as its row tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// Identifier.
    pub id: Id<RegisterImport>,
    /// Of which scheme.
    pub scheme: String,
    /// Of which version of it.
    pub scheme_version: i64,
    /// The name of the file as it was uploaded.
    pub file_name: String,
    /// SHA-256 of the file, also its key in the store.
    pub file_hash: String,
    /// Where it stands.
    pub state: BatchState,
    /// What the check found out.
    pub checked: Option<Counts>,
    /// What was done.
    pub posted: Counts,
    /// Why the file as a whole was refused.
    pub problem: Option<FileProblem>,
    /// Who uploaded it.
    pub created_by: String,
    /// Their stable key: what one may change follows the person who uploaded the file.
    pub creator: String,
    /// When.
    pub created_at: Instant,
    /// Who confirmed it.
    pub confirmed_by: Option<String>,
    /// The job that works or last worked on it.
    pub job: Option<Id<sh_jobs::Job>>,
}

/// The columns that [`Batch`] is read from, in their order.
macro_rules! batch_columns {
    () => {
        "id, scheme, scheme_version, file_name, file_hash, state, checked, posted, problem, created_by, creator, \
         created_at, confirmed_by, job"
    };
}
pub(crate) use batch_columns;

impl FromRow for Batch {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self {
            id: row.get(0)?,
            scheme: row.get(1)?,
            scheme_version: row.get(2)?,
            file_name: row.get(3)?,
            file_hash: row.get(4)?,
            state: row.get(5)?,
            checked: json_if(row, 6)?,
            posted: json_if(row, 7)?.unwrap_or_default(),
            problem: json_if(row, 8)?,
            created_by: row.get(9)?,
            creator: row.get(10)?,
            created_at: row.get(11)?,
            confirmed_by: row.get(12)?,
            job: row.get(13)?,
        })
    }
}
