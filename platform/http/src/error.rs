//! What went wrong, as modules say it and as the outside hears it.

use std::borrow::Cow;

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use sh_db::{DbError, GroupError};
use sh_kernel::FieldErrors;

/// Seconds after which a caller may try again when the program cannot serve for the moment.
const RETRY_SECONDS: u32 = 2;

/// The kind of a failure, which decides the status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// 400: the request cannot be understood.
    BadInput,
    /// 401: nobody has signed in.
    Unauthenticated,
    /// 403: the caller may see the thing, but not do this with it.
    Forbidden,
    /// 404: there is no such thing, or the caller may not know of it.
    NotFound,
    /// 409: the thing is not in the state that this needs.
    Conflict,
    /// 413: more than is taken in one go.
    TooLarge,
    /// 422: understood, but some values are not accepted.
    Unprocessable,
    /// 429: too often.
    TooMany,
    /// 500: a mistake in the program.
    Internal,
    /// 503: not at the moment; trying again helps.
    Unavailable,
}

impl Kind {
    /// The HTTP status.
    pub const fn status(self) -> StatusCode {
        match self {
            Self::BadInput => StatusCode::BAD_REQUEST,
            Self::Unauthenticated => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Conflict => StatusCode::CONFLICT,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Unprocessable => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

/// A module's error as the outside sees it. The text that people read is `problem-<code>` in both languages.
pub trait AppError: std::error::Error {
    /// Decides the status.
    fn kind(&self) -> Kind;

    /// Stable, part of the interface: `import-already-posted`.
    fn code(&self) -> &'static str;

    /// The fields that were not accepted.
    fn fields(&self) -> Option<&FieldErrors> {
        None
    }

    /// Values for the placeholders of the text.
    fn args(&self) -> Vec<(&str, String)> {
        Vec::new()
    }

    /// Seconds after which trying again makes sense.
    fn retry_after_seconds(&self) -> Option<u32> {
        (self.kind() == Kind::Unavailable).then_some(RETRY_SECONDS)
    }
}

impl AppError for DbError {
    fn kind(&self) -> Kind {
        match self {
            Self::Busy | Self::Unavailable(_) | Self::Full => Kind::Unavailable,
            _ => Kind::Internal,
        }
    }
    fn code(&self) -> &'static str {
        match self {
            Self::Busy => "database-busy",
            Self::Unavailable(_) => "database-unavailable",
            Self::Full => "disk-full",
            _ => "internal",
        }
    }
}

impl<E: AppError + 'static> AppError for GroupError<E> {
    fn kind(&self) -> Kind {
        match self {
            Self::Full | Self::Stopping | Self::Unknown => Kind::Unavailable,
            Self::Database(error) => error.kind(),
            Self::Failed(error) => error.kind(),
            Self::Mistake(_) => Kind::Internal,
        }
    }
    fn code(&self) -> &'static str {
        match self {
            Self::Full => "queue-full",
            Self::Stopping => "stopping",
            Self::Unknown => "outcome-unknown",
            Self::Database(error) => error.code(),
            Self::Failed(error) => error.code(),
            Self::Mistake(_) => "internal",
        }
    }
    fn fields(&self) -> Option<&FieldErrors> {
        match self {
            Self::Failed(error) => error.fields(),
            _ => None,
        }
    }
    fn args(&self) -> Vec<(&str, String)> {
        match self {
            Self::Failed(error) => error.args(),
            _ => Vec::new(),
        }
    }
}

/// Input whose fields were not accepted (422).
#[derive(Debug, thiserror::Error)]
#[error("{} fields were not accepted", .0.0.len())]
pub struct Invalid(pub FieldErrors);

impl AppError for Invalid {
    fn kind(&self) -> Kind {
        Kind::Unprocessable
    }
    fn code(&self) -> &'static str {
        "invalid-input"
    }
    fn fields(&self) -> Option<&FieldErrors> {
        Some(&self.0)
    }
}

/// A failed request. Made from any [`AppError`] by `?`; rendered at the boundary as a page, a fragment or
/// problem+json, and logged there once.
#[derive(Debug, Clone)]
pub struct Failure(pub(crate) Box<Problem>);

/// What a failed request carries to the boundary.
#[derive(Debug, Clone)]
pub(crate) struct Problem {
    pub(crate) status: StatusCode,
    pub(crate) code: Cow<'static, str>,
    pub(crate) args: Vec<(String, String)>,
    pub(crate) fields: Option<FieldErrors>,
    pub(crate) retry_after_seconds: Option<u32>,
    /// The whole chain of sources, for the log only.
    pub(crate) chain: String,
}

impl Failure {
    /// A failure that has no error type of its own.
    pub fn new(kind: Kind, code: &'static str, detail: impl Into<String>) -> Self {
        Self(Box::new(Problem {
            status: kind.status(),
            code: Cow::Borrowed(code),
            args: Vec::new(),
            fields: None,
            retry_after_seconds: (kind == Kind::Unavailable).then_some(RETRY_SECONDS),
            chain: detail.into(),
        }))
    }

    /// There is no such thing (404).
    pub fn not_found() -> Self {
        Self::new(Kind::NotFound, "not-found", "")
    }

    /// The status it will have.
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// Its code.
    pub fn code(&self) -> &str {
        &self.0.code
    }

    /// The fields that were not accepted, so that a page can show its form again.
    pub fn fields(&self) -> Option<&FieldErrors> {
        self.0.fields.as_ref()
    }
}

impl<E: AppError> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(Box::new(Problem {
            status: error.kind().status(),
            code: Cow::Borrowed(error.code()),
            args: error.args().into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
            fields: error.fields().cloned(),
            retry_after_seconds: error.retry_after_seconds(),
            chain: chain(&error),
        }))
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = self.0.status.into_response();
        response.extensions_mut().insert(*self.0);
        response
    }
}

/// The error and all its sources in one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        let inner_text = inner.to_string();
        // A transparent wrapper says the same as its source.
        if !text.ends_with(&inner_text) {
            text.push_str(": ");
            text.push_str(&inner_text);
        }
        source = inner.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("cannot post the batch")]
    struct Outer(#[source] DbError);

    impl AppError for Outer {
        fn kind(&self) -> Kind {
            self.0.kind()
        }
        fn code(&self) -> &'static str {
            self.0.code()
        }
    }

    #[test]
    fn the_log_gets_the_whole_chain_and_the_outside_a_code() {
        let failure = Failure::from(Outer(DbError::Unavailable("connection refused".to_owned())));
        assert_eq!(
            failure.0.chain,
            "cannot post the batch: the database cannot be reached: connection refused"
        );
        assert_eq!((failure.status().as_u16(), failure.code()), (503, "database-unavailable"));
        assert_eq!(failure.0.retry_after_seconds, Some(RETRY_SECONDS));
    }

    #[test]
    fn a_command_that_was_not_taken_may_come_again_soon() {
        for (error, code) in [
            (GroupError::<DbError>::Full, "queue-full"),
            (GroupError::Stopping, "stopping"),
            (GroupError::Unknown, "outcome-unknown"),
            (GroupError::Database(DbError::Busy), "database-busy"),
        ] {
            let failure = Failure::from(error);
            assert_eq!((failure.status().as_u16(), failure.code()), (503, code));
            assert_eq!(failure.0.retry_after_seconds, Some(RETRY_SECONDS));
        }
        let failure = Failure::from(GroupError::<DbError>::Mistake("out of bounds".to_owned()));
        assert_eq!((failure.status().as_u16(), failure.code()), (500, "internal"));
    }

    #[test]
    fn a_mistake_of_the_program_is_not_explained_to_the_outside() {
        let failure = Failure::from(DbError::Other("no such column: secret".to_owned()));
        assert_eq!((failure.status().as_u16(), failure.code()), (500, "internal"));
    }
}
