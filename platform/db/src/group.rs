//! Group commit: many callers, one writer, one durable transaction for all that wait.
//!
//! Waiting for the disk costs about as much for one order as for two hundred. So commands that move value queue up; one
//! writer takes what is there, lets the [`Batch`] plan and write all of it in one transaction, commits, and only then
//! tells each caller its own outcome. Nobody lingers: alone, a command is committed at once; under load a batch is what
//! arrived while the one before it was committed.
//!
//! ```no_run
//! # use sh_db::{Batch, Db, DbError, GroupCommit, Limits, Tx};
//! struct Visits;
//! impl Batch for Visits {
//!     type Command = String;
//!     type Outcome = usize;
//!     type Error = DbError;
//!     async fn commit(&self, _tx: &mut Tx, visitors: &[String]) -> Result<Vec<usize>, DbError> {
//!         // Read once for all, decide in memory in the order of arrival, write in few large statements.
//!         Ok(visitors.iter().map(String::len).collect())
//!     }
//! }
//! # async fn run(db: Db, tasks: &tokio_util::task::TaskTracker, end: tokio_util::sync::CancellationToken) {
//! let visits = GroupCommit::start(db, Visits, Limits::default(), tasks, end);
//! let outcome = visits.submit("somebody".to_owned()).await;
//! # }
//! ```

mod metrics;
mod writer;

use std::{fmt, sync::Arc};

use tokio::sync::{mpsc, oneshot};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{Db, DbError, Tx};

pub use metrics::{Histogram, Metrics};

/// Commands of one transaction at most. More would gain nothing: half of the callers queue while the other half waits.
const BATCH_COMMANDS_MAX: usize = 256;
/// Commands that may wait: ten thousand who want the same thing at once all get an answer, the last of them after some
/// seconds.
const QUEUE_COMMANDS_MAX: usize = 16_384;
/// How often a batch that met a passing lock conflict, or could not begin, is run again.
const RETRIES_MAX: u32 = 6;
/// The first pause before such a repetition, in milliseconds; each further one is twice as long.
const RETRY_MILLIS: u64 = 5;

/// How one kind of command is decided and written, many at a time.
///
/// `commit` gets the commands in the order in which they arrived and returns one outcome for each, in the same order. A
/// command that is refused (sold out, too little money) has an outcome that says so; it must leave no trace, in the
/// database as in memory. An `Err` means that the batch as a whole failed. Everything is then rolled back, and each
/// command is handed over once more alone, so that one that makes a statement fail does not fail the others: `commit`
/// must not remember anything from a run that failed.
///
/// The transaction belongs to the sequencer: `commit` never commits, and calls nothing outside of the database.
pub trait Batch: Send + Sync + 'static {
    /// What a caller asks for. Checked as far as possible before it is queued.
    type Command: Send + Sync + 'static;
    /// What became of it, refusals included.
    type Outcome: Send + 'static;
    /// Why a batch fails as a whole.
    type Error: std::error::Error + From<DbError> + Send + Sync + 'static;

    /// Decides and writes all commands.
    fn commit(
        &self,
        tx: &mut Tx,
        commands: &[Self::Command],
    ) -> impl Future<Output = Result<Vec<Self::Outcome>, Self::Error>> + Send;
}

/// How much one sequencer takes.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Commands of one transaction.
    pub batch_max: usize,
    /// Commands that may wait; one more is refused with [`GroupError::Full`].
    pub queue_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { batch_max: BATCH_COMMANDS_MAX, queue_max: QUEUE_COMMANDS_MAX }
    }
}

/// Why a command has no outcome. Where nothing is known of it, its caller repeats it with the same idempotency key.
#[derive(Debug, thiserror::Error)]
pub enum GroupError<E> {
    /// The queue is full. Nothing was done; the caller may try again in a moment.
    #[error("too many commands wait")]
    Full,
    /// The program is stopping. Nothing was done.
    #[error("the program is stopping")]
    Stopping,
    /// The database went away while the batch was committed, or the program is being stopped hard: the command was
    /// carried out, or it was not.
    #[error("whether the command was carried out is not known")]
    Unknown,
    /// The database cannot serve at the moment. Nothing was done.
    #[error("the batch could not be written")]
    Database(#[source] DbError),
    /// This command, handed over alone, failed with this. Nothing of it was done.
    #[error("the command failed")]
    Failed(#[source] E),
    /// This command, handed over alone, met a mistake in the program. Nothing of it was done.
    #[error("the command met a mistake in the program: {0}")]
    Mistake(String),
}

/// One command in the queue, and who waits for what becomes of it.
struct Queued<B: Batch> {
    command: B::Command,
    reply: oneshot::Sender<Result<B::Outcome, GroupError<B::Error>>>,
}

/// The entrance to a sequencer. Cheap to clone.
pub struct GroupCommit<B: Batch> {
    queue: mpsc::Sender<Queued<B>>,
    counters: Arc<metrics::Counters>,
}

impl<B: Batch> Clone for GroupCommit<B> {
    fn clone(&self) -> Self {
        Self { queue: self.queue.clone(), counters: Arc::clone(&self.counters) }
    }
}

impl<B: Batch> fmt::Debug for GroupCommit<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GroupCommit").field("metrics", &self.metrics()).finish_non_exhaustive()
    }
}

impl<B: Batch> GroupCommit<B> {
    /// Starts the writer. It ends after `end`: from then on nothing is accepted, what waits is carried out. `tasks`
    /// waits for it.
    pub fn start(db: Db, batch: B, limits: Limits, tasks: &TaskTracker, end: CancellationToken) -> Self {
        let (queue, waiting) = mpsc::channel(limits.queue_max.max(1));
        let counters = Arc::new(metrics::Counters::default());
        let writer = writer::Writer { db, batch, counters: Arc::clone(&counters) };
        tasks.spawn(writer.run(waiting, limits.batch_max.max(1), end));
        Self { queue, counters }
    }

    /// Queues a command and waits until it lasts, or is refused. A caller that goes away does not stop its command.
    ///
    /// # Errors
    /// Each says whether anything was done; see [`GroupError`].
    pub async fn submit(&self, command: B::Command) -> Result<B::Outcome, GroupError<B::Error>> {
        let (reply, answer) = oneshot::channel();
        match self.queue.try_send(Queued { command, reply }) {
            Ok(()) => answer.await.unwrap_or(Err(GroupError::Unknown)),
            Err(mpsc::error::TrySendError::Full(_)) => {
                self.counters.refused();
                Err(GroupError::Full)
            }
            Err(mpsc::error::TrySendError::Closed(_)) => Err(GroupError::Stopping),
        }
    }

    /// What the sequencer has done so far and what waits now.
    pub fn metrics(&self) -> Metrics {
        self.counters.snapshot(self.queue.max_capacity().saturating_sub(self.queue.capacity()))
    }
}
