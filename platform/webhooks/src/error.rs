//! What can go wrong with webhooks.

use sh_db::DbError;
use sh_http::{AppError, Denied, Invalid, Kind, MissingService};
use sh_kernel::FieldErrors;

use crate::service::ENDPOINTS_MAX;

/// What can go wrong with webhooks. The texts are `problem-<code>`.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The actor may not do this.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// Fields that are not accepted.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// There is no such endpoint or message, or it belongs to another organisation.
    #[error("there is no such endpoint or message")]
    NotFound,
    /// The form was sent before. The secret is shown once.
    #[error("the endpoint was made before")]
    MadeBefore,
    /// The organisation has as many endpoints that are on as one may have.
    #[error("{ENDPOINTS_MAX} endpoints of the organisation are on")]
    TooMany,
    /// The endpoint is switched off.
    #[error("the endpoint is switched off")]
    Off,
    /// The machine gives no random numbers.
    #[error("no random numbers: {0}")]
    Random(String),
    /// The machine has no list of certificates.
    #[error("no list of certificates: {0}")]
    Tls(String),
    /// The program was put together without something.
    #[error(transparent)]
    NotInstalled(#[from] MissingService),
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl AppError for Error {
    fn kind(&self) -> Kind {
        match self {
            Self::Denied(inner) => inner.kind(),
            Self::Invalid(inner) => inner.kind(),
            Self::NotFound => Kind::NotFound,
            Self::MadeBefore | Self::TooMany | Self::Off => Kind::Conflict,
            Self::Random(_) | Self::Tls(_) | Self::NotInstalled(_) => Kind::Internal,
            Self::Db(inner) => inner.kind(),
        }
    }
    fn code(&self) -> &'static str {
        match self {
            Self::Denied(inner) => inner.code(),
            Self::Invalid(inner) => inner.code(),
            Self::NotFound => "not-found",
            Self::MadeBefore => "webhook-made-before",
            Self::TooMany => "too-many-webhooks",
            Self::Off => "webhook-off",
            Self::Random(_) | Self::Tls(_) | Self::NotInstalled(_) => "internal",
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
            Self::TooMany => vec![("max", ENDPOINTS_MAX.to_string())],
            _ => Vec::new(),
        }
    }
    fn retry_after_seconds(&self) -> Option<u32> {
        match self {
            Self::Db(inner) => inner.retry_after_seconds(),
            _ => None,
        }
    }
}
