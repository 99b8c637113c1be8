//! What runs a kind of job.

use std::{collections::HashMap, sync::Arc};

use futures::future::BoxFuture;
use serde::de::DeserializeOwned;
use sh_http::{App, AppError, Context, Kind};

use crate::{Job, Progress};

/// One run of a job, as its handler receives it.
#[derive(Debug, Clone)]
pub struct Run {
    /// The program.
    pub app: App,
    /// The job.
    pub job: Job,
    /// How far it has come; also tells when to stop.
    pub progress: Progress,
}

impl Run {
    /// What the handler needs to know, as it was put into the queue.
    ///
    /// # Errors
    /// [`JobError::Failed`] if the payload is of another shape.
    pub fn payload<T: DeserializeOwned>(&self) -> Result<T, JobError> {
        serde_json::from_value(self.job.payload.clone())
            .map_err(|error| JobError::failed("job-payload", error.to_string()))
    }

    /// The context of the program itself.
    pub fn context(&self) -> Context {
        Context::system(&self.app, "jobs")
    }
}

/// Why a run ended without being done.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// It was asked to stop and will go on later, or never if a person asked.
    #[error("stopped")]
    Stopped,
    /// It may succeed if it is run again: the database is away, the disk is full.
    #[error("{code}: {detail}")]
    Passing {
        /// The code of the failure.
        code: String,
        /// Values for the text `problem-<code>`.
        args: Vec<(String, String)>,
        /// For the log.
        detail: String,
    },
    /// Running it again would end the same way.
    #[error("{code}: {detail}")]
    Failed {
        /// The code of the failure.
        code: String,
        /// Values for the text `problem-<code>`.
        args: Vec<(String, String)>,
        /// For the log.
        detail: String,
    },
}

impl JobError {
    /// A failure that has no error type of its own.
    pub fn failed(code: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::Failed { code: code.into(), args: Vec::new(), detail: detail.into() }
    }
}

/// Every error of a use case ends a run: one that the outside would be told to try again later is tried again.
impl<E: AppError> From<E> for JobError {
    fn from(error: E) -> Self {
        let code = error.code().to_owned();
        let args = error.args().into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let detail = error.to_string();
        match error.kind() {
            Kind::Unavailable | Kind::TooMany => Self::Passing { code, args, detail },
            _ => Self::Failed { code, args, detail },
        }
    }
}

pub(crate) type Handler =
    Arc<dyn Fn(Run) -> BoxFuture<'static, Result<serde_json::Value, JobError>> + Send + Sync>;

/// Which handler runs which kind of job. Hung into the program as a service (`app.with(handlers)`), so that pages and
/// the command line find it.
#[derive(Clone, Default)]
pub struct Handlers(HashMap<&'static str, Handler>);

impl std::fmt::Debug for Handlers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.0.keys()).finish()
    }
}

impl Handlers {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// With a handler for a kind of job. It may be run again after it was cut off anywhere.
    #[must_use]
    pub fn on<F>(mut self, kind: &'static str, run: impl Fn(Run) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<serde_json::Value, JobError>> + Send + 'static,
    {
        self.0.insert(kind, Arc::new(move |given| Box::pin(run(given))));
        self
    }

    /// Both sets of handlers.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    pub(crate) fn get(&self, kind: &str) -> Option<Handler> {
        self.0.get(kind).cloned()
    }

    pub(crate) fn kinds(&self) -> Vec<String> {
        self.0.keys().map(|kind| (*kind).to_owned()).collect()
    }
}
