//! The writer behind a queue: take what waits, commit it, answer.

use std::{
    any::Any,
    panic::AssertUnwindSafe,
    sync::Arc,
    time::{Duration, Instant},
};

use futures::FutureExt as _;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::{Batch, GroupError, Queued, RETRIES_MAX, RETRY_MILLIS, metrics::Counters};
use crate::{Db, DbError, Tx};

pub(super) struct Writer<B> {
    pub(super) db: Db,
    pub(super) batch: B,
    pub(super) counters: Arc<Counters>,
}

/// Why a batch, or a command handed over alone, did not come through.
enum Trouble<E> {
    /// The batch itself says so.
    Batch(E),
    /// The batch panicked, or gave back too few outcomes.
    Mistake(String),
    /// The database cannot serve; nothing was written.
    Database(DbError),
    /// The connection was lost while committing.
    Unknown,
}

impl<E> Trouble<E> {
    fn into_error(self) -> GroupError<E> {
        match self {
            Self::Batch(error) => GroupError::Failed(error),
            Self::Mistake(what) => GroupError::Mistake(what),
            Self::Database(error) => GroupError::Database(error),
            Self::Unknown => GroupError::Unknown,
        }
    }
}

type Outcomes<B> = Vec<Result<<B as Batch>::Outcome, GroupError<<B as Batch>::Error>>>;

impl<B: Batch> Writer<B> {
    /// Serves the queue until it is closed and empty.
    pub(super) async fn run(
        self,
        mut waiting: mpsc::Receiver<Queued<B>>,
        batch_max: usize,
        end: CancellationToken,
    ) {
        let mut taken = Vec::with_capacity(batch_max);
        loop {
            tokio::select! {
                count = waiting.recv_many(&mut taken, batch_max) => {
                    if count == 0 {
                        return;
                    }
                    let (commands, replies): (Vec<_>, Vec<_>) =
                        taken.drain(..).map(|queued| (queued.command, queued.reply)).unzip();
                    let begun = Instant::now();
                    let outcomes = self.settle(&commands).await;
                    self.counters.batch(commands.len(), begun.elapsed());
                    for (reply, outcome) in replies.into_iter().zip(outcomes) {
                        // Whoever went away is not told.
                        drop(reply.send(outcome));
                    }
                }
                () = end.cancelled(), if !waiting.is_closed() => waiting.close(),
            }
        }
    }

    /// Commits all commands together, or else one by one. One outcome each.
    async fn settle(&self, commands: &[B::Command]) -> Outcomes<B> {
        let mut attempt = 0;
        let trouble = loop {
            match self.together(commands).await {
                Ok(outcomes) => return outcomes.into_iter().map(Ok).collect(),
                Err(trouble) if self.again(&trouble, &mut attempt).await => {}
                Err(trouble) => break trouble,
            }
        };
        match (trouble, commands) {
            // Nothing that one command could be blamed for.
            (Trouble::Database(error), _) => refuse_all(commands, || GroupError::Database(error.clone())),
            (Trouble::Unknown, _) => refuse_all(commands, || GroupError::Unknown),
            (trouble, [_]) => vec![Err(trouble.into_error())],
            (Trouble::Batch(error), _) => {
                tracing::warn!(%error, commands = commands.len(), "a batch failed; its commands are repeated alone");
                self.replay(commands).await
            }
            (Trouble::Mistake(what), _) => {
                tracing::error!(
                    what,
                    commands = commands.len(),
                    "a batch met a mistake in the program; its commands are repeated alone"
                );
                self.replay(commands).await
            }
        }
    }

    async fn together(&self, commands: &[B::Command]) -> Result<Vec<B::Outcome>, Trouble<B::Error>> {
        let mut tx = self.begin().await?;
        let outcomes = self.hand_over(&mut tx, commands).await?;
        commit(tx).await?;
        Ok(outcomes)
    }

    /// Hands each command over alone, all in one transaction, each between savepoints.
    async fn replay(&self, commands: &[B::Command]) -> Outcomes<B> {
        self.counters.replayed();
        let mut attempt = 0;
        loop {
            match self.one_by_one(commands).await {
                Ok(outcomes) => return outcomes,
                Err(trouble) if self.again(&trouble, &mut attempt).await => {}
                Err(Trouble::Database(error)) => {
                    return refuse_all(commands, || GroupError::Database(error.clone()));
                }
                Err(_) => return refuse_all(commands, || GroupError::Unknown),
            }
        }
    }

    async fn one_by_one(&self, commands: &[B::Command]) -> Result<Outcomes<B>, Trouble<B::Error>> {
        let mut tx = self.begin().await?;
        let mut outcomes = Vec::with_capacity(commands.len());
        for command in commands {
            tx.open_part().await.map_err(Trouble::Database)?;
            let outcome = match self.hand_over(&mut tx, std::slice::from_ref(command)).await {
                Ok(mut outcome) => {
                    tx.keep_part().await.map_err(Trouble::Database)?;
                    outcome.pop().ok_or_else(|| GroupError::Mistake("no outcome".to_owned()))
                }
                Err(trouble @ (Trouble::Database(_) | Trouble::Unknown)) => return Err(trouble),
                Err(trouble) => {
                    tx.drop_part().await.map_err(Trouble::Database)?;
                    Err(trouble.into_error())
                }
            };
            outcomes.push(outcome);
        }
        commit(tx).await?;
        Ok(outcomes)
    }

    async fn begin(&self) -> Result<Tx, Trouble<B::Error>> {
        self.db.begin_group().await.map_err(Trouble::Database)
    }

    /// Calls the batch. A panic in it is its own, not the writer's.
    async fn hand_over(
        &self,
        tx: &mut Tx,
        commands: &[B::Command],
    ) -> Result<Vec<B::Outcome>, Trouble<B::Error>> {
        match AssertUnwindSafe(self.batch.commit(tx, commands)).catch_unwind().await {
            Ok(Ok(outcomes)) if outcomes.len() == commands.len() => Ok(outcomes),
            Ok(Ok(outcomes)) => {
                Err(Trouble::Mistake(format!("{} outcomes for {} commands", outcomes.len(), commands.len())))
            }
            Ok(Err(error)) => Err(match out_of_service(&error) {
                Some(database) => Trouble::Database(database),
                None => Trouble::Batch(error),
            }),
            Err(panic) => Err(Trouble::Mistake(words(&*panic))),
        }
    }

    /// Waits a moment if the same work may succeed when it is run again, and has not been run too often. The attempts
    /// are counted here.
    async fn again(&self, trouble: &Trouble<B::Error>, attempt: &mut u32) -> bool {
        let Trouble::Database(error) = trouble else { return false };
        let most = match error {
            DbError::Busy => RETRIES_MAX,
            // A connection that was lost while it was idle; a server that is away is not waited for.
            DbError::Unavailable(_) => 1,
            _ => 0,
        };
        if *attempt >= most {
            return false;
        }
        tracing::warn!(%error, attempt, "a batch is tried again");
        self.counters.retried();
        tokio::time::sleep(Duration::from_millis(RETRY_MILLIS << *attempt)).await;
        *attempt += 1;
        true
    }
}

/// A lost connection leaves open whether the batch lasts; every other failure says that it does not.
async fn commit<E>(tx: Tx) -> Result<(), Trouble<E>> {
    tx.commit().await.map_err(|error| match error {
        DbError::Unavailable(_) => Trouble::Unknown,
        error => Trouble::Database(error),
    })
}

fn refuse_all<C, T, E>(commands: &[C], error: impl Fn() -> GroupError<E>) -> Vec<Result<T, GroupError<E>>> {
    commands.iter().map(|_| Err(error())).collect()
}

/// The database's word in an error that no command is to blame for: busy, away, full.
fn out_of_service(error: &(dyn std::error::Error + 'static)) -> Option<DbError> {
    let mut error = Some(error);
    while let Some(current) = error {
        match current.downcast_ref::<DbError>() {
            Some(found @ (DbError::Busy | DbError::Unavailable(_) | DbError::Full)) => {
                return Some(found.clone());
            }
            _ => error = current.source(),
        }
    }
    None
}

/// What a panic said.
fn words(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic without words".to_owned())
}
