//! A job and its states.

use std::collections::BTreeMap;

use serde::Serialize;
use sh_db::{DbError, FromRow, Row};
use sh_kernel::{Id, Instant, RegionCode};

/// Where a job stands (任务状态).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum JobState {
    /// Waits for a worker, or for the next attempt.
    Queued,
    /// A worker is at it.
    Running,
    /// Finished well.
    Done,
    /// Given up; the reason is kept, and a person may start it again.
    Failed,
}

impl JobState {
    /// Every state, in the order of its number.
    pub const ALL: &[Self] = &[Self::Queued, Self::Running, Self::Done, Self::Failed];

    /// Stable number for the database.
    pub const fn code(self) -> i64 {
        match self {
            Self::Queued => 1,
            Self::Running => 2,
            Self::Done => 3,
            Self::Failed => 4,
        }
    }

    /// The state with this number.
    pub fn from_code(code: i64) -> Option<Self> {
        Self::ALL.iter().copied().find(|state| state.code() == code)
    }

    /// The word used in addresses and interfaces; the text for people is `job-state-<word>`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }

    /// Whether nothing more will happen by itself.
    pub const fn is_finished(self) -> bool {
        matches!(self, Self::Done | Self::Failed)
    }
}

/// Work to be put into the queue.
#[derive(Debug, Clone, Default)]
pub struct NewJob {
    /// Which handler runs it; the text for people is `job-kind-<kind>`.
    pub kind: &'static str,
    /// While a job of this kind with this key is queued or running, there is no second one.
    pub key: Option<String>,
    /// What it works on, as people call it: the file's name.
    pub subject: String,
    /// Where its result is to be seen.
    pub href: Option<String>,
    /// What the handler needs to know.
    pub payload: serde_json::Value,
    /// The division whose people may see it.
    pub region: Option<RegionCode>,
    /// The organisation whose people may see it.
    pub organisation: Option<String>,
}

/// A job in the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Enqueued {
    /// The job.
    pub id: Id<Job>,
    /// Whether it is new; `false` if one with the same key was there already.
    pub fresh: bool,
}

/// A job (后台任务) as its row tells it.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// Identifier.
    pub id: Id<Self>,
    /// Which handler runs it.
    pub kind: String,
    /// What it works on.
    pub subject: String,
    /// Where its result is to be seen.
    pub href: Option<String>,
    /// Where it stands.
    pub state: JobState,
    /// What the handler needs to know.
    pub payload: serde_json::Value,
    /// What the handler answered.
    pub result: Option<serde_json::Value>,
    /// Text key of what it does now.
    pub stage: Option<String>,
    /// Since when it does that.
    pub stage_at: Option<Instant>,
    /// Parts done in this stage.
    pub done: u64,
    /// All parts of this stage; 0 while nobody knows.
    pub total: u64,
    /// Code of the last failure; the text is `problem-<code>`.
    pub problem: Option<String>,
    /// Values for that text.
    pub problem_args: BTreeMap<String, String>,
    /// How often it was begun.
    pub attempts: u32,
    /// A person asked to stop it.
    pub cancel: bool,
    /// Not before this.
    pub due_at: Instant,
    /// Who put it into the queue.
    pub actor: String,
    /// That person's name for lists.
    pub actor_label: String,
    /// The division whose people may see it.
    pub region: Option<RegionCode>,
    /// The organisation whose people may see it.
    pub organisation: Option<String>,
    /// When it was put into the queue.
    pub created_at: Instant,
    /// When it was first begun.
    pub started_at: Option<Instant>,
    /// When it was finished.
    pub finished_at: Option<Instant>,
}

/// The columns that [`Job`] is read from, in their order.
macro_rules! job_columns {
    () => {
        "id, kind, subject, href, state, payload, result, stage, stage_at, done, total, problem, problem_args, \
         attempts, cancel, due_at, actor, actor_label, region, organisation, created_at, started_at, finished_at"
    };
}
pub(crate) use job_columns;

fn json<T: serde::de::DeserializeOwned>(column: usize, text: &str) -> Result<T, DbError> {
    serde_json::from_str(text).map_err(|error| DbError::Column { column, problem: error.to_string() })
}

impl FromRow for Job {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        let state: i64 = row.get(4)?;
        let count = |column| row.get::<i64>(column).map(|number| u64::try_from(number).unwrap_or(0));
        Ok(Self {
            id: row.get(0)?,
            kind: row.get(1)?,
            subject: row.get(2)?,
            href: row.get(3)?,
            state: JobState::from_code(state)
                .ok_or_else(|| DbError::Column { column: 4, problem: format!("{state} is no state") })?,
            payload: json(5, &row.get::<String>(5)?)?,
            result: row.get::<Option<String>>(6)?.map(|text| json(6, &text)).transpose()?,
            stage: row.get(7)?,
            stage_at: row.get(8)?,
            done: count(9)?,
            total: count(10)?,
            problem: row.get(11)?,
            problem_args: row
                .get::<Option<String>>(12)?
                .map(|text| json(12, &text))
                .transpose()?
                .unwrap_or_default(),
            attempts: row.get(13)?,
            cancel: row.get(14)?,
            due_at: row.get(15)?,
            actor: row.get(16)?,
            actor_label: row.get(17)?,
            region: row.get(18)?,
            organisation: row.get(19)?,
            created_at: row.get(20)?,
            started_at: row.get(21)?,
            finished_at: row.get(22)?,
        })
    }
}
