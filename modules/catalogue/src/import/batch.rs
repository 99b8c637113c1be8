//! One file of products, from upload to the end (商品导入批次).

use serde::{Deserialize, Serialize};
use sh_db::{DbError, FromRow, Row};
use sh_kernel::{Id, Instant};

use super::{
    file::FileProblem,
    plan::{Planned, Step},
};
use crate::{model::Shop, store::shop::json_if};

/// Where an import of products stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BatchState {
    /// The file is kept; the check waits for a worker or is at work.
    Uploaded,
    /// Checked; a person decides.
    Checked,
    /// The file as a whole cannot be read.
    Failed,
    /// Its products are being written, group by group.
    Posting,
    /// All its good products are written.
    Posted,
    /// Given up before anything was written.
    Discarded,
}

impl BatchState {
    /// Every state.
    pub const ALL: [Self; 6] =
        [Self::Uploaded, Self::Checked, Self::Failed, Self::Posting, Self::Posted, Self::Discarded];

    /// The word in the database; the text is `import-state-<word>`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Uploaded => "uploaded",
            Self::Checked => "checked",
            Self::Failed => "failed",
            Self::Posting => "posting",
            Self::Posted => "posted",
            Self::Discarded => "discarded",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }

    /// Whether a job works on it.
    pub const fn is_working(self) -> bool {
        matches!(self, Self::Uploaded | Self::Posting)
    }
}

/// What a file does, or did: products, and the rows that tell of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Counts {
    /// Products in the file.
    pub products: u64,
    /// Rows of data.
    pub rows: u64,
    /// Rows of new products.
    pub created: u64,
    /// Rows of products that get a new working copy.
    pub updated: u64,
    /// Rows of products of which only prices change, at once.
    pub priced: u64,
    /// Rows of products that are as the file says.
    pub unchanged: u64,
    /// Rows of products with a problem.
    pub rejected: u64,
}

impl Counts {
    /// Adds a product.
    pub(crate) const fn add(&mut self, planned: &Planned) {
        self.products += 1;
        self.rows += planned.rows;
        let place = match planned.step {
            Step::Create(_) => &mut self.created,
            Step::Save(..) => &mut self.updated,
            Step::Prices(..) => &mut self.priced,
            Step::Nothing => &mut self.unchanged,
            Step::Reject => &mut self.rejected,
        };
        *place += planned.rows;
    }

    /// Rows that change something.
    pub const fn changing(&self) -> u64 {
        self.created + self.updated + self.priced
    }
}

/// An import of products. The marker of [`Batch::id`].
#[derive(Debug)]
pub struct ProductImport;

/// An import of products as its row tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// Identifier.
    pub id: Id<ProductImport>,
    /// Whose products.
    pub shop: Id<Shop>,
    /// The name of the file as it was uploaded.
    pub file_name: String,
    /// SHA-256 of the file, also its key in the store.
    pub file_hash: String,
    /// Where it stands.
    pub state: BatchState,
    /// Whether what is written is handed in for review at once.
    pub submit: bool,
    /// What the check found out.
    pub checked: Option<Counts>,
    /// What was done.
    pub posted: Counts,
    /// Why the file as a whole was refused.
    pub problem: Option<FileProblem>,
    /// Who uploaded it.
    pub created_by: String,
    /// When.
    pub created_at: Instant,
    /// Who confirmed it.
    pub confirmed_by: Option<String>,
    /// When the last product was written.
    pub posted_at: Option<Instant>,
    /// The job that works or last worked on it.
    pub job: Option<Id<sh_jobs::Job>>,
}

/// The columns that [`Batch`] is read from, in their order.
macro_rules! batch_columns {
    () => {
        "id, shop, file_name, file_hash, state, submit, checked, posted, problem, created_by, created_at, \
         confirmed_by, posted_at, job"
    };
}
pub(crate) use batch_columns;

impl FromRow for Batch {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        let state: String = row.get(4)?;
        Ok(Self {
            id: row.get(0)?,
            shop: row.get(1)?,
            file_name: row.get(2)?,
            file_hash: row.get(3)?,
            state: BatchState::from_word(&state)
                .ok_or_else(|| DbError::Column { column: 4, problem: format!("{state} is no state") })?,
            submit: row.get(5)?,
            checked: json_if(row, 6)?,
            posted: json_if(row, 7)?.unwrap_or_default(),
            problem: json_if(row, 8)?,
            created_by: row.get(9)?,
            created_at: row.get(10)?,
            confirmed_by: row.get(11)?,
            posted_at: row.get(12)?,
            job: row.get(13)?,
        })
    }
}
