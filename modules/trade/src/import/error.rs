//! What can go wrong between a file and its claims.

use sh_db::DbError;
use sh_files::store::StoreError;
use sh_http::{AppError, Denied, Invalid, Kind, MissingService};
use sh_kernel::{FieldErrors, Id, Instant};

use super::{batch::BatchState, file::FileFault};
use crate::{model::ImportBatch, service::match_run::MatchError};

/// An import that did not go on. The texts are `problem-<code>`.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// There is no such batch, or the actor may not know of it.
    #[error("there is no such import")]
    NotFound,
    /// No source of this code is registered.
    #[error("no source {0} is registered")]
    UnknownSource(String),
    /// The source has no profile of this name.
    #[error("the source has no profile {0}")]
    UnknownProfile(String),
    /// A profile cannot have this name: at most 40 characters, no white space, no dash at the beginning.
    #[error("a profile cannot be named {0:?}")]
    BadProfileName(String),
    /// The same file of the same source is there already: uploaded earlier, or by somebody else just now.
    #[error("this file is already there as import {batch}")]
    AlreadyThere {
        /// The batch that it is.
        batch: Id<ImportBatch>,
        /// Who uploaded it.
        by: String,
        /// When.
        at: Instant,
        /// Where that batch stands.
        state: BatchState,
    },
    /// The batch is in another state, for example because somebody else was quicker.
    #[error("the import is {}", .0.word())]
    WrongState(BatchState),
    /// There are rejected rows, and nobody has said that only the good ones are to be posted.
    #[error("{0} rows are rejected")]
    HasBadRows(u64),
    /// The file seems cut off or does not add up, and nobody has said that it is to be posted all the same.
    #[error("the totals of the file do not agree with its rows")]
    Doubtful,
    /// No row of the file can be posted.
    #[error("no row can be posted")]
    NothingToPost,
    /// The platform's own sales are neither uploaded nor withdrawn: they follow their orders.
    #[error("own sales follow their orders")]
    OwnSales,
    /// Withdrawing needs a reason.
    #[error("a withdrawal needs a reason")]
    ReasonMissing,
    /// The stored file gives other rows than it gave when it was checked.
    #[error("the file gives other rows than it did when it was checked; check it again")]
    Changed,
    /// The file as a whole.
    #[error(transparent)]
    File(#[from] FileFault),
    /// The object store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Some fields were not accepted.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// Not allowed.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The program was put together without something.
    #[error(transparent)]
    Missing(#[from] MissingService),
    /// A thread of the program broke.
    #[error("a worker thread broke: {0}")]
    Thread(#[from] tokio::task::JoinError),
    /// Matching broke.
    #[error(transparent)]
    Matching(MatchError),
    /// The job should stop.
    #[error("stopped")]
    Stopped,
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl AppError for ImportError {
    fn kind(&self) -> Kind {
        match self {
            Self::NotFound => Kind::NotFound,
            Self::UnknownSource(_)
            | Self::UnknownProfile(_)
            | Self::BadProfileName(_)
            | Self::NothingToPost
            | Self::ReasonMissing
            | Self::File(_) => Kind::Unprocessable,
            Self::AlreadyThere { .. }
            | Self::WrongState(_)
            | Self::OwnSales
            | Self::HasBadRows(_)
            | Self::Doubtful
            | Self::Changed => Kind::Conflict,
            Self::Store(StoreError::TooLarge { .. }) => Kind::TooLarge,
            // The disk may be full or away; the state is kept, and the work goes on when it is back.
            Self::Store(StoreError::Io(_)) | Self::Stopped => Kind::Unavailable,
            Self::Store(_) | Self::Missing(_) | Self::Thread(_) | Self::Matching(_) => Kind::Internal,
            Self::Invalid(invalid) => invalid.kind(),
            Self::Denied(denied) => denied.kind(),
            Self::Db(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "not-found",
            Self::UnknownSource(_) => "import-unknown-source",
            Self::UnknownProfile(_) => "import-unknown-profile",
            Self::BadProfileName(_) => "import-bad-profile-name",
            Self::AlreadyThere { .. } => "import-already-there",
            Self::WrongState(_) => "import-wrong-state",
            Self::OwnSales => "import-own-sales",
            Self::HasBadRows(_) => "import-has-bad-rows",
            Self::Doubtful => "import-doubtful",
            Self::NothingToPost => "import-nothing-to-post",
            Self::ReasonMissing => "import-reason-missing",
            Self::Changed => "import-changed",
            Self::File(fault) => fault.code(),
            Self::Store(error) => error.code(),
            Self::Invalid(invalid) => invalid.code(),
            Self::Denied(denied) => denied.code(),
            Self::Missing(_) | Self::Thread(_) | Self::Matching(_) => "internal",
            Self::Stopped => "import-stopped",
            Self::Db(error) => error.code(),
        }
    }

    fn fields(&self) -> Option<&FieldErrors> {
        match self {
            Self::Invalid(invalid) => invalid.fields(),
            _ => None,
        }
    }

    fn args(&self) -> Vec<(&str, String)> {
        match self {
            Self::UnknownSource(code) | Self::UnknownProfile(code) | Self::BadProfileName(code) => {
                vec![("code", code.clone())]
            }
            Self::AlreadyThere { batch, by, at, state } => vec![
                ("batch", batch.to_string()),
                ("by", by.clone()),
                ("at", at.to_minute()),
                ("state", state.word().to_owned()),
            ],
            Self::WrongState(state) => vec![("state", state.word().to_owned())],
            Self::HasBadRows(count) => vec![("count", count.to_string())],
            Self::File(FileFault::Open(error)) => error.params(),
            Self::File(FileFault::WrongTemplate(wrong)) => vec![("titles", wrong.columns.titles())],
            Self::Store(StoreError::TooLarge { limit }) => vec![("limit", limit.to_string())],
            _ => Vec::new(),
        }
    }
}
