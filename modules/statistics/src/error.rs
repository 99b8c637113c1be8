//! What can go wrong in this module.

use sh_db::DbError;
use sh_http::{AppError, Kind};

use crate::definition::ContentError;

/// Why a question, a change of a definition or a release was refused.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
    /// No definition with this code is in force, or it has no such version.
    #[error("there is no definition {0} in this version")]
    NoDefinition(String),
    /// A figure is grouped by at most two axes.
    #[error("a figure is grouped by two axes at most")]
    TooManyAxes,
    /// Fewer than three sellers stand behind what was asked for, or it would give such a sum away.
    #[error("fewer than three sellers stand behind what was asked for")]
    TooFewSellers,
    /// The public sees figures by two axes at most, conditions among them.
    #[error("the public sees figures by two axes at most, conditions among them")]
    TooNarrow,
    /// More trades are meant than are put into one file, or sorted by amount.
    #[error("too many trades are meant; narrow the question first")]
    TooManyTrades,
    /// What a person wrote as a definition is not complete.
    #[error(transparent)]
    Content(#[from] ContentError),
    /// The code of a new definition is taken or is not plain.
    #[error("the code {0} is taken or is not plain")]
    Code(String),
    /// Only a draft can be changed, previewed or published.
    #[error("this version is not a draft any more")]
    NotADraft,
    /// The cells of a draft must be there before it is published.
    #[error("the effect of this draft has not been computed yet")]
    NotPreviewed,
    /// A release needs at least one figure and a name.
    #[error("a release needs a name and at least one figure")]
    EmptyRelease,
    /// A release shows only definitions that are or were in force.
    #[error("{0} is a draft and cannot be released")]
    DraftInRelease(String),
    /// There is no such release.
    #[error("there is no such release")]
    NoRelease,
    /// The release is not in the state that this needs.
    #[error("the release is not in the state that this needs")]
    WrongState,
    /// Who proposed a release may not approve it.
    #[error("a release is approved by somebody else than who proposed it")]
    SelfApproval,
    /// The frozen figures are not what was proposed.
    #[error("the figures are not those that were proposed")]
    Tampered,
    /// A withdrawal or an erratum needs its reason.
    #[error("the reason is missing")]
    NoReason,
    /// The actor may not do this.
    #[error(transparent)]
    Denied(#[from] sh_http::Denied),
}

impl AppError for Error {
    fn kind(&self) -> Kind {
        match self {
            Self::Db(error) => error.kind(),
            Self::Denied(denied) => denied.kind(),
            Self::NoDefinition(_) | Self::NoRelease => Kind::NotFound,
            Self::NotADraft | Self::NotPreviewed | Self::WrongState => Kind::Conflict,
            Self::SelfApproval | Self::TooFewSellers => Kind::Forbidden,
            Self::Tampered => Kind::Internal,
            Self::TooManyAxes
            | Self::TooNarrow
            | Self::TooManyTrades
            | Self::Content(_)
            | Self::Code(_)
            | Self::EmptyRelease
            | Self::DraftInRelease(_)
            | Self::NoReason => Kind::Unprocessable,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Db(error) => error.code(),
            Self::Denied(denied) => denied.code(),
            Self::NoDefinition(_) => "no-definition",
            Self::TooManyAxes => "too-many-axes",
            Self::TooFewSellers => "too-few-sellers",
            Self::TooNarrow => "too-narrow",
            Self::TooManyTrades => "too-many-trades",
            Self::Content(error) => match error {
                ContentError::NoName => "definition-no-name",
                ContentError::NoText => "definition-no-text",
                ContentError::Period => "definition-period",
                ContentError::Empty => "definition-empty-condition",
                ContentError::TooMany => "definition-too-many",
            },
            Self::Code(_) => "definition-code",
            Self::NotADraft => "not-a-draft",
            Self::NotPreviewed => "not-previewed",
            Self::EmptyRelease => "empty-release",
            Self::DraftInRelease(_) => "draft-in-release",
            Self::NoRelease => "no-release",
            Self::WrongState => "release-state",
            Self::SelfApproval => "self-approval",
            Self::Tampered => "release-tampered",
            Self::NoReason => "no-reason",
        }
    }

    fn args(&self) -> Vec<(&str, String)> {
        match self {
            Self::NoDefinition(code) | Self::Code(code) | Self::DraftInRelease(code) => {
                vec![("code", code.clone())]
            }
            _ => Vec::new(),
        }
    }
}
