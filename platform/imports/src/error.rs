//! What can go wrong with tables that are imported.

use sh_db::DbError;
use sh_files::{marked::MarkError, store::StoreError, write::WriteError};
use sh_http::{AppError, BadCursor, Denied, Kind};

use crate::file::FileFault;

/// What can go wrong. The texts are `problem-<code>`.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such thing, or the actor may not know of it.
    #[error("there is no such thing")]
    NotFound,
    /// The actor may not do this.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// Somebody else was quicker.
    #[error("the import is in another state now")]
    WrongState,
    /// No row of it changes anything.
    #[error("no row changes anything")]
    Nothing,
    /// The file as a whole cannot be read.
    #[error(transparent)]
    File(#[from] FileFault),
    /// It was asked to stop.
    #[error("stopped")]
    Stopped,
    /// A page cannot be found.
    #[error(transparent)]
    Cursor(#[from] BadCursor),
    /// Files that are kept.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A file was not written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// A thread of the program broke.
    #[error("a worker thread broke: {0}")]
    Thread(#[from] tokio::task::JoinError),
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<MarkError> for Error {
    fn from(error: MarkError) -> Self {
        match error {
            MarkError::Read(error) => Self::File(error.into()),
            MarkError::Write(error) => Self::Write(error),
            other => StoreError::Io(std::io::Error::other(other)).into(),
        }
    }
}

impl AppError for Error {
    fn kind(&self) -> Kind {
        match self {
            Self::NotFound => Kind::NotFound,
            Self::Denied(inner) => inner.kind(),
            Self::WrongState => Kind::Conflict,
            Self::Nothing | Self::File(_) => Kind::Unprocessable,
            Self::Cursor(inner) => inner.kind(),
            Self::Store(StoreError::TooLarge { .. }) => Kind::TooLarge,
            Self::Store(StoreError::Io(_)) | Self::Stopped => Kind::Unavailable,
            Self::Store(_) | Self::Write(_) | Self::Thread(_) => Kind::Internal,
            Self::Db(inner) => inner.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "not-found",
            Self::Denied(inner) => inner.code(),
            Self::WrongState => "import-wrong-state",
            Self::Nothing => "import-nothing-to-post",
            Self::File(inner) => inner.code(),
            Self::Stopped => "import-stopped",
            Self::Cursor(inner) => inner.code(),
            Self::Store(inner) => inner.code(),
            Self::Write(inner) => inner.code(),
            Self::Thread(_) => "internal",
            Self::Db(inner) => inner.code(),
        }
    }

    fn args(&self) -> Vec<(&str, String)> {
        match self {
            Self::File(fault) => fault.args(),
            Self::Store(StoreError::TooLarge { limit }) => vec![("limit", limit.to_string())],
            _ => Vec::new(),
        }
    }
}
