//! What can go wrong with lots.

use sh_db::DbError;
use sh_files::write::WriteError;
use sh_http::{AppError, BadCursor, Denied, Invalid, Kind};
use sh_kernel::FieldErrors;
use sh_ledger::Refusal;

/// What can go wrong with lots. The texts are `problem-<code>`.
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
    /// Somebody else has changed the state of the lot in the meantime, or it is in that state already.
    #[error("the lot is in another state now")]
    WrongState,
    /// A recall needs a reason.
    #[error("a reason is missing")]
    ReasonMissing,
    /// More is taken away than is on hand; what is set aside for orders does not count.
    #[error("only {there} are on hand")]
    Short {
        /// What is on hand, in words.
        there: String,
    },
    /// More is found again than was ever lost.
    #[error("only {lost} were lost")]
    MoreThanLost {
        /// What was lost, in words.
        lost: String,
    },
    /// The ledger refuses for another reason.
    #[error(transparent)]
    Ledger(#[from] Refusal),
    /// The shop, or the variant.
    #[error(transparent)]
    Catalogue(#[from] sh_catalogue::Error),
    /// A file was not written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// A page cannot be found.
    #[error(transparent)]
    Cursor(#[from] BadCursor),
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
            Self::WrongState => Kind::Conflict,
            Self::ReasonMissing | Self::Short { .. } | Self::MoreThanLost { .. } => Kind::Unprocessable,
            Self::Ledger(inner) => inner.kind(),
            Self::Catalogue(inner) => inner.kind(),
            Self::Write(_) => Kind::Internal,
            Self::Cursor(inner) => inner.kind(),
            Self::Db(inner) => inner.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "not-found",
            Self::Denied(inner) => inner.code(),
            Self::Invalid(inner) => inner.code(),
            Self::WrongState => "lot-wrong-state",
            Self::ReasonMissing => "lot-reason-missing",
            Self::Short { .. } => "lot-short",
            Self::MoreThanLost { .. } => "lot-more-than-lost",
            Self::Ledger(inner) => inner.code(),
            Self::Catalogue(inner) => inner.code(),
            Self::Write(inner) => inner.code(),
            Self::Cursor(inner) => inner.code(),
            Self::Db(inner) => inner.code(),
        }
    }

    fn fields(&self) -> Option<&FieldErrors> {
        match self {
            Self::Invalid(inner) => inner.fields(),
            Self::Catalogue(inner) => inner.fields(),
            _ => None,
        }
    }

    fn args(&self) -> Vec<(&str, String)> {
        match self {
            Self::Short { there } => vec![("there", there.clone())],
            Self::MoreThanLost { lost } => vec![("lost", lost.clone())],
            Self::Catalogue(inner) => inner.args(),
            _ => Vec::new(),
        }
    }
}
