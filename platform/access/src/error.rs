//! What can go wrong with accounts and sign-in.

use sh_db::DbError;
use sh_http::{AppError, Denied, Invalid, KeyScope, Kind, MissingService};
use sh_kernel::FieldErrors;

/// What can go wrong with accounts and sign-in.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The actor may not do this.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// Some fields were not accepted.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// There is no such account.
    #[error("there is no such account")]
    NoSuchUser,
    /// One's own account can neither be disabled nor lose the right to manage accounts: nobody might be left who can.
    #[error("one's own account stays able to manage accounts")]
    OwnAccount,
    /// Login or password are wrong, or the account is disabled. Which of them is not told.
    #[error("login or password are wrong")]
    WrongCredentials,
    /// Too many attempts with this login or from this address.
    #[error("too many attempts; again in {seconds} s")]
    TooManyAttempts {
        /// Seconds until the next attempt is heard.
        seconds: u32,
    },
    /// The code of a phone is too old, was used, or was told wrong too often.
    #[error("the code cannot be told any more")]
    CodeOver,
    /// The code did not leave for the phone.
    #[error("the code was not sent: {0}")]
    NotSent(String),
    /// The person has no such key.
    #[error("there is no such key")]
    NoSuchKey,
    /// Nobody made this key, or its person's account is disabled.
    #[error("the key is not known")]
    KeyUnknown,
    /// The key's time is over.
    #[error("the key has expired")]
    KeyExpired,
    /// The key was revoked.
    #[error("the key was revoked")]
    KeyRevoked,
    /// The key lacks the scope that would open the request, or no key opens it.
    #[error("the key does not open this")]
    KeyLacks(Option<KeyScope>),
    /// The key was used too often.
    #[error("too many requests with this key; again in {seconds} s")]
    TooManyRequests {
        /// Seconds until the next request is heard.
        seconds: u32,
    },
    /// The person has as many keys in force as one may have.
    #[error("the person has {} keys in force", crate::keys::IN_FORCE_MAX)]
    TooManyKeys,
    /// The form was sent before. The secret is shown once.
    #[error("the key was made before")]
    KeyMadeBefore,
    /// The password function does not work on this machine.
    #[error("passwords cannot be handled: {0}")]
    Password(String),
    /// The program was put together without [`crate::install`].
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
            Self::NoSuchUser | Self::NoSuchKey => Kind::NotFound,
            Self::OwnAccount | Self::TooManyKeys | Self::KeyMadeBefore | Self::CodeOver => Kind::Conflict,
            Self::NotSent(_) => Kind::Unavailable,
            Self::WrongCredentials | Self::KeyUnknown | Self::KeyExpired | Self::KeyRevoked => {
                Kind::Unauthenticated
            }
            Self::KeyLacks(_) => Kind::Forbidden,
            Self::TooManyAttempts { .. } | Self::TooManyRequests { .. } => Kind::TooMany,
            Self::Password(_) | Self::NotInstalled(_) => Kind::Internal,
            Self::Db(inner) => inner.kind(),
        }
    }
    fn code(&self) -> &'static str {
        match self {
            Self::Denied(inner) => inner.code(),
            Self::Invalid(inner) => inner.code(),
            Self::NoSuchUser | Self::NoSuchKey => "not-found",
            Self::CodeOver => "code-over",
            Self::NotSent(_) => "code-not-sent",
            Self::KeyUnknown => "key-unknown",
            Self::KeyExpired => "key-expired",
            Self::KeyRevoked => "key-revoked",
            Self::KeyLacks(Some(_)) => "key-lacks-scope",
            Self::KeyLacks(None) => "key-closed",
            Self::TooManyRequests { .. } => "too-many-requests",
            Self::TooManyKeys => "too-many-keys",
            Self::KeyMadeBefore => "key-made-before",
            Self::OwnAccount => "own-account",
            Self::WrongCredentials => "wrong-credentials",
            Self::TooManyAttempts { .. } => "too-many-attempts",
            Self::Password(_) | Self::NotInstalled(_) => "internal",
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
            Self::TooManyAttempts { seconds } | Self::TooManyRequests { seconds } => {
                vec![("seconds", seconds.to_string())]
            }
            Self::KeyLacks(Some(scope)) => vec![("scope", scope.code().to_owned())],
            Self::TooManyKeys => vec![("max", crate::keys::IN_FORCE_MAX.to_string())],
            _ => Vec::new(),
        }
    }
    fn retry_after_seconds(&self) -> Option<u32> {
        match self {
            Self::TooManyAttempts { seconds } | Self::TooManyRequests { seconds } => Some(*seconds),
            Self::Db(inner) => inner.retry_after_seconds(),
            _ => None,
        }
    }
}
