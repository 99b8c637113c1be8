//! How far a job has come, shared between the handler and the heartbeat.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicU64, Ordering},
};

use sh_kernel::{Clock, Instant};
use tokio_util::sync::CancellationToken;

use crate::JobError;

/// The handle by which a handler tells how far it has come and learns that it should stop. Cheap to clone; telling is
/// free, because only the heartbeat writes it down.
#[derive(Debug, Clone)]
pub struct Progress(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    done: AtomicU64,
    total: AtomicU64,
    stage: Mutex<Option<(&'static str, Instant)>>,
    clock: Arc<dyn Clock>,
    stop: CancellationToken,
}

/// What is known at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Snapshot {
    /// Text key of what the job does now.
    pub stage: Option<&'static str>,
    /// Since when.
    pub stage_at: Option<Instant>,
    /// Parts done.
    pub done: u64,
    /// All parts; 0 while nobody knows.
    pub total: u64,
}

impl Progress {
    pub(crate) fn new(clock: Arc<dyn Clock>, stop: CancellationToken) -> Self {
        Self(Arc::new(Inner {
            done: AtomicU64::new(0),
            total: AtomicU64::new(0),
            stage: Mutex::new(None),
            clock,
            stop,
        }))
    }

    /// A handle that nobody listens to, for calling a handler's work outside the queue.
    pub fn detached(clock: Arc<dyn Clock>) -> Self {
        Self::new(clock, CancellationToken::new())
    }

    /// Begins a stage: what is done now (a text key) and how many parts it has (0 if nobody knows).
    pub fn begin(&self, stage: &'static str, total: u64) {
        *self.0.stage.lock().unwrap_or_else(PoisonError::into_inner) = Some((stage, self.0.clock.now()));
        self.0.done.store(0, Ordering::Relaxed);
        self.0.total.store(total, Ordering::Relaxed);
    }

    /// Tells how many parts are done.
    pub fn set(&self, done: u64) {
        self.0.done.store(done, Ordering::Relaxed);
    }

    /// Tells how many parts are done and how many there are.
    pub fn set_of(&self, done: u64, total: u64) {
        self.0.done.store(done, Ordering::Relaxed);
        self.0.total.store(total, Ordering::Relaxed);
    }

    /// Goes on unless the job should stop: the program is shutting down, or a person asked. Handlers call this between
    /// parts of their work.
    ///
    /// # Errors
    /// [`JobError::Stopped`], to be returned as it is.
    pub fn check(&self) -> Result<(), JobError> {
        if self.0.stop.is_cancelled() { Err(JobError::Stopped) } else { Ok(()) }
    }

    /// Whether the job should stop, for work on other threads.
    pub fn should_stop(&self) -> bool {
        self.0.stop.is_cancelled()
    }

    /// Asks the work behind this handle to stop.
    pub fn stop(&self) {
        self.0.stop.cancel();
    }

    /// What is known now.
    pub fn snapshot(&self) -> Snapshot {
        let stage = *self.0.stage.lock().unwrap_or_else(PoisonError::into_inner);
        Snapshot {
            stage: stage.map(|stage| stage.0),
            stage_at: stage.map(|stage| stage.1),
            done: self.0.done.load(Ordering::Relaxed),
            total: self.0.total.load(Ordering::Relaxed),
        }
    }
}
