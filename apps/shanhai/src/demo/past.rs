//! The program as it was some weeks ago: with a clock of its own, which is moved on to today.

use std::sync::Arc;

use sh_http::{App, Context};
use sh_kernel::{Clock as _, FixedClock, IdGen, Instant};
use sh_mall::desk::Queue;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// Days for which the mall of the demonstration has been open.
const DAYS: i64 = 44;

/// The same data, looked at and changed at another time.
pub(crate) struct Past {
    pub(crate) app: App,
    clock: Arc<FixedClock>,
}

impl Past {
    /// The day on which the mall was opened, in the morning.
    pub(crate) fn begin(app: &App) -> Self {
        let now = app.clock.now();
        let clock = Arc::new(FixedClock::at(now.plus_seconds(-DAYS * 24 * 3600)));
        let mut past = app.clone();
        past.clock = clock.clone();
        // Identifiers ascend and tell when they were made, so the present has a generator of its own.
        past.ids = Arc::new(IdGen::new());
        (past.tasks, past.stop) = (TaskTracker::new(), CancellationToken::new());
        let queue = Queue::start(&past);
        Self { app: past.with(queue), clock }
    }

    /// Whoever acts without a person.
    pub(crate) fn system(&self) -> Context {
        Context::system(&self.app, "demo")
    }

    /// Time passes. It never goes back.
    pub(crate) fn pass_until(&self, at: Instant) {
        let micros = at.micros().saturating_sub(self.clock.now().micros()).max(0);
        self.clock.advance_seconds(micros / 1_000_000);
    }

    /// Carries out what waits.
    pub(crate) async fn end(self) {
        self.app.stop.cancel();
        self.app.tasks.close();
        self.app.tasks.wait().await;
    }
}
