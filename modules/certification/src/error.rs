//! What can go wrong with schemes, certificates and registers.

use sh_db::DbError;
use sh_files::{store::StoreError, write::WriteError};
use sh_http::{AppError, BadCursor, Denied, Invalid, Kind};
use sh_kernel::FieldErrors;

use crate::import::file::FileFault;

/// What can go wrong with schemes, certificates and registers. The texts are `problem-<code>`.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such thing, or the actor may not know of it.
    #[error("there is no such thing")]
    NotFound,
    /// The actor may not do this.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// Some fields were not accepted.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// Somebody else has changed the certificate in the meantime.
    #[error("the certificate was changed in the meantime")]
    Changed,
    /// The certificate is in a state in which this cannot be done.
    #[error("this cannot be done in the state of the certificate")]
    WrongState,
    /// The import is in another state.
    #[error("the import is in another state")]
    ImportState,
    /// No row of the file changes anything.
    #[error("no row changes anything")]
    NothingToImport,
    /// The file as a whole cannot be read.
    #[error(transparent)]
    File(#[from] FileFault),
    /// The store of files.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A file that is written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The job is to stop.
    #[error("the job is to stop")]
    Stopped,
    /// A page cannot be found.
    #[error(transparent)]
    Cursor(#[from] BadCursor),
    /// A thread has panicked.
    #[error(transparent)]
    Thread(#[from] tokio::task::JoinError),
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl AppError for Error {
    fn kind(&self) -> Kind {
        match self {
            Self::NotFound => Kind::NotFound,
            Self::Denied(inner) => inner.kind(),
            Self::Invalid(inner) => inner.kind(),
            Self::Changed | Self::WrongState | Self::ImportState => Kind::Conflict,
            Self::NothingToImport | Self::File(_) => Kind::Unprocessable,
            Self::Store(StoreError::TooLarge { .. }) => Kind::TooLarge,
            Self::Store(_) | Self::Write(_) | Self::Stopped => Kind::Unavailable,
            Self::Cursor(inner) => inner.kind(),
            Self::Thread(_) => Kind::Internal,
            Self::Db(inner) => inner.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "not-found",
            Self::Denied(inner) => inner.code(),
            Self::Invalid(inner) => inner.code(),
            Self::Changed => "certificate-changed",
            Self::WrongState => "certificate-wrong-state",
            Self::ImportState => "register-import-state",
            Self::NothingToImport => "register-nothing-to-import",
            Self::File(inner) => inner.code(),
            Self::Store(inner) => inner.code(),
            Self::Write(inner) => inner.code(),
            Self::Stopped => "import-stopped",
            Self::Cursor(inner) => inner.code(),
            Self::Thread(_) => "internal",
            Self::Db(inner) => inner.code(),
        }
    }

    fn fields(&self) -> Option<&FieldErrors> {
        match self {
            Self::Invalid(inner) => inner.fields(),
            _ => None,
        }
    }

    fn args(&self) -> Vec<(&str, String)> {
        match self {
            Self::File(inner) => inner.args(),
            Self::Store(StoreError::TooLarge { limit }) => vec![("limit", limit.to_string())],
            _ => Vec::new(),
        }
    }
}
