//! Why a posting is refused.

use sh_http::{AppError, Kind as HttpKind};

use crate::model::{Account, PostingNumber, PostingRef};

/// A guarded account that would have fallen below its floor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shortage {
    /// The account.
    pub account: Account,
    /// What could be taken from it: its balance above the floor before the posting, and what the posting itself gives it.
    pub available: i64,
    /// What the posting takes from it in all.
    pub asked: i64,
}

/// Why a posting was not planned. Nothing of it is left in the plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Too little is there (不足). Names every account that is short, so that a caller can tell all of them at once.
    #[error("{}", shortages(.0))]
    Short(Vec<Shortage>),
    /// A balance would leave the range of 64 bits.
    #[error("the balance of account {0} would be larger than the system can hold")]
    Overflow(crate::model::AccountId),
    /// The key was used before, for another command.
    #[error("the idempotency key was used before, for something else")]
    OtherBody,
    /// The posting was taken back before.
    #[error("posting {posting} was taken back by posting {by} before")]
    AlreadyReversed {
        /// The posting.
        posting: PostingRef,
        /// What took it back.
        by: PostingNumber,
    },
    /// There is no such posting to take back.
    #[error("there is no posting {0}")]
    NoSuchPosting(PostingRef),
    /// The caller's own mistake: an amount of nothing, two units, an account that was not loaded.
    #[error("a posting that cannot be: {0}")]
    Mistake(&'static str),
}

fn shortages(list: &[Shortage]) -> String {
    let one = |short: &Shortage| {
        let (kind, id) = (short.account.kind.code(), short.account.id);
        format!("account {id} ({kind}) has {} to give and was asked for {}", short.available, short.asked)
    };
    list.iter().map(one).collect::<Vec<_>>().join("; ")
}

impl AppError for Refusal {
    fn kind(&self) -> HttpKind {
        match self {
            Self::Short(_) | Self::AlreadyReversed { .. } => HttpKind::Conflict,
            Self::OtherBody | Self::Overflow(_) => HttpKind::Unprocessable,
            Self::NoSuchPosting(_) => HttpKind::NotFound,
            Self::Mistake(_) => HttpKind::Internal,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Short(_) => "too-little-there",
            Self::AlreadyReversed { .. } => "already-reversed",
            Self::OtherBody => "idempotency-key-reused",
            Self::Overflow(_) => "amount-too-large",
            Self::NoSuchPosting(_) => "not-found",
            Self::Mistake(_) => "internal",
        }
    }
}
