//! What can go wrong with shops and products.

use sh_db::DbError;
use sh_files::{store::StoreError, write::WriteError};
use sh_http::{AppError, BadCursor, Denied, Invalid, Kind, MissingService};
use sh_kernel::{FieldErrors, Overflow};

use crate::import::file::FileFault;

/// What can go wrong with shops and products. The texts are `problem-<code>`.
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
    /// Somebody else has changed it in the meantime.
    #[error("somebody else was quicker")]
    Changed,
    /// The product is not in the state that this needs.
    #[error("the product is {0}")]
    WrongState(&'static str),
    /// The shop is switched off.
    #[error("the shop is switched off")]
    ShopOff,
    /// Returning and switching off need a reason.
    #[error("a reason is missing")]
    ReasonMissing,
    /// Another product or variant of the shop has this code.
    #[error("the code {0} is taken")]
    CodeTaken(String),
    /// The shop has as many products as a shop may have.
    #[error("the shop is full")]
    ShopFull,
    /// A page cannot be found.
    #[error(transparent)]
    Cursor(#[from] BadCursor),
    /// An amount is beyond what the system holds.
    #[error(transparent)]
    Overflow(#[from] Overflow),
    /// A photo that cannot be used.
    #[error("the picture cannot be used: {0}")]
    Picture(&'static str),
    /// A table of products as a whole.
    #[error(transparent)]
    File(#[from] FileFault),
    /// No row of a table of products changes anything.
    #[error("nothing would change")]
    NothingToImport,
    /// The job should stop.
    #[error("stopped")]
    Stopped,
    /// A file could not be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// Files of the shop.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The program was put together without something.
    #[error(transparent)]
    Missing(#[from] MissingService),
    /// A thread of the program broke.
    #[error("a worker thread broke: {0}")]
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
            Self::Changed | Self::WrongState(_) | Self::ShopOff | Self::CodeTaken(_) | Self::ShopFull => {
                Kind::Conflict
            }
            Self::ReasonMissing
            | Self::Picture(_)
            | Self::Overflow(_)
            | Self::File(_)
            | Self::NothingToImport => Kind::Unprocessable,
            Self::Cursor(inner) => inner.kind(),
            Self::Store(StoreError::TooLarge { .. }) => Kind::TooLarge,
            Self::Store(StoreError::Io(_)) | Self::Stopped => Kind::Unavailable,
            Self::Store(_) | Self::Write(_) | Self::Missing(_) | Self::Thread(_) => Kind::Internal,
            Self::Db(inner) => inner.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "not-found",
            Self::Denied(inner) => inner.code(),
            Self::Invalid(inner) => inner.code(),
            Self::Changed => "product-changed",
            Self::WrongState(_) => "product-wrong-state",
            Self::ShopOff => "shop-off",
            Self::ReasonMissing => "reason-missing",
            Self::CodeTaken(_) => "product-code-taken",
            Self::ShopFull => "shop-full",
            Self::Cursor(inner) => inner.code(),
            Self::Overflow(_) => "amount-too-large",
            Self::Picture(code) => code,
            Self::File(inner) => inner.code(),
            Self::NothingToImport => "products-nothing",
            Self::Stopped => "import-stopped",
            Self::Write(inner) => inner.code(),
            Self::Store(inner) => inner.code(),
            Self::Missing(_) | Self::Thread(_) => "internal",
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
            Self::CodeTaken(code) => vec![("value", code.clone())],
            Self::File(FileFault::Open(inner)) => inner.params(),
            Self::File(FileFault::NoCodes(titles)) => vec![("titles", titles.clone())],
            Self::Store(StoreError::TooLarge { limit }) => vec![("limit", limit.to_string())],
            _ => Vec::new(),
        }
    }
}
