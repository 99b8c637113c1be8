//! What people decide about two claims, and taking such a decision back (人工裁定、撤销).
//!
//! A ruling always wins over the rules of matching. It is noted first, with its entry in the log; then matching is run
//! for the days of both claims. If another run is under way for too long, the next run heeds the ruling.

use std::time::Duration;

use sh_access::audit::{Entry, record};
use sh_db::{DbError, Tx};
use sh_http::{App, AppError, Context, Denied, Kind, MissingService, Permission, Scope};
use sh_kernel::{Day, Id, RegionCode};

pub use crate::store::queue::RulingRow;
use crate::{
    model::{Claim, Ruling},
    service::match_run::{self, Cause, MatchError, MatchReport, MatchRun},
    sink::SharedSink,
    store::queue::{self as store, ClaimView},
};

/// Characters of a reason at most.
const REASON_CHARS_MAX: usize = 500;
/// How often a run that is under way is waited for.
const TRIES_MAX: u32 = 20;
/// Pause between two tries.
const PAUSE: Duration = Duration::from_millis(250);

/// Why a ruling was not made.
#[derive(Debug, thiserror::Error)]
pub enum RuleError {
    /// There is no such claim or ruling, or the actor may not know of it.
    #[error("there is no such claim or ruling")]
    NotFound,
    /// A claim cannot be compared with itself.
    #[error("both sides are the same claim")]
    OneClaim,
    /// The file of one of the claims was taken back meanwhile.
    #[error("the file of one of the claims was taken back")]
    Withdrawn,
    /// Somebody else has taken the ruling back already.
    #[error("the ruling was taken back already")]
    AlreadyUndone,
    /// Not allowed.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The program was put together without something.
    #[error(transparent)]
    Missing(#[from] MissingService),
    /// Matching broke; the ruling is noted and the next run heeds it.
    #[error(transparent)]
    Matching(MatchError),
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl AppError for RuleError {
    fn kind(&self) -> Kind {
        match self {
            Self::NotFound => Kind::NotFound,
            Self::OneClaim => Kind::Unprocessable,
            Self::Withdrawn | Self::AlreadyUndone => Kind::Conflict,
            Self::Denied(denied) => denied.kind(),
            Self::Missing(_) | Self::Matching(_) => Kind::Internal,
            Self::Db(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "not-found",
            Self::OneClaim => "match-one-claim",
            Self::Withdrawn => "match-withdrawn",
            Self::AlreadyUndone => "match-already-undone",
            Self::Denied(denied) => denied.code(),
            Self::Missing(_) | Self::Matching(_) => "internal",
            Self::Db(error) => error.code(),
        }
    }
}

/// What came of a ruling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decided {
    /// The ruling.
    pub ruling: Id<Ruling>,
    /// What matching changed; `None` if another run was under way, so that the next one heeds the ruling.
    pub report: Option<MatchReport>,
}

/// Where a claim belongs, for permissions: its city of destination, else the division of its source, else the province.
pub(crate) fn scope_of(view: &ClaimView) -> Scope {
    let city = Some(view.claim.destination).filter(|code| *code != 0).or(view.region);
    let region = city.and_then(|code| RegionCode::new(code).ok()).unwrap_or(RegionCode::GUANGDONG);
    Scope::Region(region)
}

/// Decides whether two claims report the same sale. Earlier rulings on the same two are taken back.
///
/// # Errors
/// `NotFound`, `OneClaim`, `Withdrawn`, `Denied`, or the database.
pub async fn decide(
    ctx: &Context,
    app: &App,
    claim: Id<Claim>,
    other: Id<Claim>,
    same: bool,
    reason: &str,
) -> Result<Decided, RuleError> {
    if claim == other {
        return Err(RuleError::OneClaim);
    }
    let reason: String = reason.trim().chars().take(REASON_CHARS_MAX).collect();
    let ruling: Id<Ruling> = ctx.id();
    let days = app
        .db
        .write(async |tx| {
            let (one, two) = both(tx, claim, other).await?;
            ctx.require(Permission::DecideMatches, scope_of(&one))?;
            if one.claim.withdrawn || two.claim.withdrawn {
                return Err(RuleError::Withdrawn);
            }
            let row = RulingRow {
                id: ruling,
                claim,
                other,
                same,
                actor: ctx.actor.label().to_owned(),
                reason: Some(reason.clone()).filter(|reason| !reason.is_empty()),
                at: ctx.now(),
                withdrawn_by: None,
                withdrawn_at: None,
            };
            store::add_ruling(tx, &row).await?;
            let before = serde_json::json!({ "state": one.state, "trade": one.trade });
            let after = serde_json::json!({ "other": other, "same": same, "other_trade": two.trade });
            let entry =
                Entry::new("decide-match", "claim", claim).before(&before).after(&after).reason(&reason);
            record(tx, ctx, entry).await?;
            Ok(span(&one, &two))
        })
        .await?;
    Ok(Decided { ruling, report: heed(ctx, app, days).await? })
}

/// Takes a ruling back; the rules of matching then decide again.
///
/// # Errors
/// `NotFound`, `AlreadyUndone`, `Denied`, or the database.
pub async fn undo(ctx: &Context, app: &App, id: Id<Ruling>) -> Result<Decided, RuleError> {
    let days = app
        .db
        .write(async |tx| {
            let ruling = store::ruling(tx, id).await?.ok_or(RuleError::NotFound)?;
            let (one, two) = both(tx, ruling.claim, ruling.other).await?;
            ctx.require(Permission::DecideMatches, scope_of(&one))?;
            if !store::withdraw_ruling(tx, id, ctx.actor.label(), ctx.now()).await? {
                return Err(RuleError::AlreadyUndone);
            }
            let before =
                serde_json::json!({ "other": ruling.other, "same": ruling.same, "by": ruling.actor });
            record(tx, ctx, Entry::new("undo-match", "claim", ruling.claim).before(&before)).await?;
            Ok(span(&one, &two))
        })
        .await?;
    Ok(Decided { ruling: id, report: heed(ctx, app, days).await? })
}

async fn both(tx: &mut Tx, claim: Id<Claim>, other: Id<Claim>) -> Result<(ClaimView, ClaimView), RuleError> {
    let mut views = store::claim_views(tx, &[claim, other]).await?.into_iter();
    match (views.next(), views.next()) {
        (Some(one), Some(two)) if one.claim.id == claim => Ok((one, two)),
        (Some(two), Some(one)) => Ok((one, two)),
        _ => Err(RuleError::NotFound),
    }
}

fn span(one: &ClaimView, two: &ClaimView) -> (Day, Day) {
    (one.claim.day.min(two.claim.day), one.claim.day.max(two.claim.day))
}

async fn heed(ctx: &Context, app: &App, days: (Day, Day)) -> Result<Option<MatchReport>, RuleError> {
    let sink = app.get::<SharedSink>()?;
    let run = MatchRun { cause: Cause::Ruling, ..MatchRun::new(&app.db, &*ctx.clock, &ctx.ids, &*sink.0) };
    for _ in 0..TRIES_MAX {
        match match_run::run(&run, Some(days)).await {
            Ok(report) => return Ok(Some(report)),
            Err(MatchError::Busy) => tokio::time::sleep(PAUSE).await,
            Err(MatchError::Db(error)) => return Err(error.into()),
            Err(error) => return Err(RuleError::Matching(error)),
        }
    }
    Ok(None)
}
