//! Group reading: many callers who ask the same of different things, one view of the data for all that wait.
//!
//! To begin a transaction, send a statement and wake whoever waits costs more than to look one more thing up. So those who
//! ask at the same time share a few statements over sets. Nobody lingers: alone, a caller is served at once; under load a
//! set is who came while the one before it was read. The view begins after the question, so that whoever has just written
//! sees it.

use std::{fmt, panic::AssertUnwindSafe, sync::Arc};

use futures::FutureExt as _;
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{Db, DbError, Tx};

/// Things that are looked up together at most.
const KEYS_MAX: usize = 128;
/// Callers that may wait.
const QUEUE_MAX: usize = 16_384;
/// Sets that are read at the same time.
const READERS: usize = 2;

/// How one kind of thing is looked up, many at a time.
pub trait Lookup: Send + Sync + 'static {
    /// What a caller asks for.
    type Key: Clone + Send + Sync + 'static;
    /// What is found.
    type Found: Send + 'static;

    /// Looks all keys up: one answer for each, in the same order. Keys may come more than once.
    fn look_up(
        &self,
        tx: &mut Tx,
        keys: &[Self::Key],
    ) -> impl Future<Output = Result<Vec<Self::Found>, DbError>> + Send;
}

/// One caller.
struct Asked<L: Lookup> {
    key: L::Key,
    reply: oneshot::Sender<Result<L::Found, DbError>>,
}

/// Where callers ask. Cheap to clone.
pub struct GroupRead<L: Lookup>(mpsc::Sender<Asked<L>>);

impl<L: Lookup> Clone for GroupRead<L> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<L: Lookup> fmt::Debug for GroupRead<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GroupRead").field("free", &self.0.capacity()).finish_non_exhaustive()
    }
}

impl<L: Lookup> GroupRead<L> {
    /// Starts the readers. They end after `end`: from then on nobody is let in, who waits is served.
    pub fn start(db: &Db, lookup: L, tasks: &TaskTracker, end: &CancellationToken) -> Self {
        let (queue, waiting) = mpsc::channel(QUEUE_MAX);
        let (waiting, lookup) = (Arc::new(Mutex::new(waiting)), Arc::new(lookup));
        for _ in 0..READERS {
            let reader = Reader { db: db.clone(), lookup: Arc::clone(&lookup), end: end.clone() };
            tasks.spawn(reader.run(Arc::clone(&waiting)));
        }
        Self(queue)
    }

    /// Looks something up.
    ///
    /// # Errors
    /// What the database refuses; [`DbError::Busy`] if too many wait; [`DbError::Unavailable`] while the program stops.
    pub async fn ask(&self, key: L::Key) -> Result<L::Found, DbError> {
        let (reply, answer) = oneshot::channel();
        let stopping = || DbError::Unavailable("the program is stopping".to_owned());
        self.0.try_send(Asked { key, reply }).map_err(|refused| match refused {
            mpsc::error::TrySendError::Full(_) => DbError::Busy,
            mpsc::error::TrySendError::Closed(_) => stopping(),
        })?;
        answer.await.unwrap_or_else(|_| Err(stopping()))
    }
}

struct Reader<L> {
    db: Db,
    lookup: Arc<L>,
    end: CancellationToken,
}

impl<L: Lookup> Reader<L> {
    async fn run(self, waiting: Arc<Mutex<mpsc::Receiver<Asked<L>>>>) {
        let mut asked = Vec::with_capacity(KEYS_MAX);
        while self.next(&mut *waiting.lock().await, &mut asked).await {
            let (keys, replies): (Vec<_>, Vec<_>) =
                asked.drain(..).map(|asked| (asked.key, asked.reply)).unzip();
            for (reply, answer) in replies.into_iter().zip(self.answers(&keys).await) {
                // Whoever went away is not told.
                drop(reply.send(answer));
            }
        }
    }

    /// Takes who waits. `false` when nobody will come any more.
    async fn next(&self, waiting: &mut mpsc::Receiver<Asked<L>>, asked: &mut Vec<Asked<L>>) -> bool {
        loop {
            tokio::select! {
                count = waiting.recv_many(asked, KEYS_MAX) => return count > 0,
                () = self.end.cancelled(), if !waiting.is_closed() => waiting.close(),
            }
        }
    }

    /// Answers all together; or one by one, so that what cannot be read fails alone.
    async fn answers(&self, keys: &[L::Key]) -> Vec<Result<L::Found, DbError>> {
        match self.together(keys).await {
            Ok(found) => found.into_iter().map(Ok).collect(),
            Err(error) if keys.len() == 1 || error.is_passing() => {
                keys.iter().map(|_| Err(error.clone())).collect()
            }
            Err(_) => {
                let mut answers = Vec::with_capacity(keys.len());
                for key in keys.chunks(1) {
                    let found = self.together(key).await;
                    answers.push(found.and_then(|mut one| one.pop().ok_or_else(|| mistake("no answer"))));
                }
                answers
            }
        }
    }

    async fn together(&self, keys: &[L::Key]) -> Result<Vec<L::Found>, DbError> {
        let read = self.db.read(async |tx| self.lookup.look_up(tx, keys).await);
        let found = AssertUnwindSafe(read).catch_unwind().await.map_err(|_| mistake("a panic"))??;
        if found.len() == keys.len() { Ok(found) } else { Err(mistake("too few answers")) }
    }
}

fn mistake(what: &str) -> DbError {
    DbError::Other(format!("a lookup met a mistake in the program: {what}"))
}
