//! Proposing, approving and withdrawing what is published.

use serde_json::json;
use sh_access::audit::{self, Entry};
use sh_http::{App, Context, Permission, Scope};
use sh_kernel::Id;

use crate::{
    Error, Figures,
    releases::{self, FigureComparison, Proposal, Release, ReleaseDetail, ReleaseState},
};

/// Releases on one page.
const PAGE: usize = 50;

/// Releases, latest first.
///
/// # Errors
/// [`Error::Denied`].
pub async fn list(ctx: &Context, app: &App, before: Option<Id<Release>>) -> Result<Vec<Release>, Error> {
    ctx.require(Permission::ReadReleases, Scope::Everywhere)?;
    Ok(app.db.read(async |tx| releases::list(tx, false, before, PAGE).await).await?)
}

/// Proposals that wait for this actor, oldest first: put up by somebody else, to be approved or sent back.
///
/// # Errors
/// The database.
pub async fn waiting(ctx: &Context, app: &App) -> Result<Vec<Release>, Error> {
    if !ctx.allows(Permission::ApproveRelease, &Scope::Everywhere) {
        return Ok(Vec::new());
    }
    let mut latest = app.db.read(async |tx| releases::list(tx, false, None, PAGE).await).await?;
    latest.retain(|release| {
        release.state == ReleaseState::Proposed && release.proposed_by != ctx.actor.label()
    });
    latest.reverse();
    Ok(latest)
}

/// One release, and what has become of its figures since.
///
/// # Errors
/// [`Error::Denied`], [`Error::NoRelease`].
pub async fn detail(
    ctx: &Context,
    app: &App,
    figures: &Figures,
    id: Id<Release>,
) -> Result<(ReleaseDetail, Vec<FigureComparison>), Error> {
    ctx.require(Permission::ReadReleases, Scope::Everywhere)?;
    app.db
        .read(async |tx| {
            let detail = releases::detail(tx, id).await?.ok_or(Error::NoRelease)?;
            let compared = releases::compare_today(figures, tx, &detail).await?;
            Ok((detail, compared))
        })
        .await
}

/// Freezes figures and puts them up for publication.
///
/// # Errors
/// As [`releases::propose`], or [`Error::Denied`].
pub async fn propose(
    ctx: &Context,
    app: &App,
    figures: &Figures,
    proposal: &Proposal,
) -> Result<Release, Error> {
    ctx.require(Permission::ProposeRelease, Scope::Everywhere)?;
    let id = ctx.id();
    app.db
        .write(async |tx| {
            let by = ctx.actor.label();
            let release = releases::propose(figures, tx, id, proposal, by, ctx.now()).await?;
            let after =
                json!({ "name": release.name, "posting": release.posting, "content": release.content });
            audit::record(tx, ctx, Entry::new("propose-release", "release", id).after(&after)).await?;
            Ok(release)
        })
        .await
}

/// Publishes what somebody else proposed.
///
/// # Errors
/// As [`releases::approve`], or [`Error::Denied`].
pub async fn approve(ctx: &Context, app: &App, id: Id<Release>) -> Result<Release, Error> {
    ctx.require(Permission::ApproveRelease, Scope::Everywhere)?;
    app.db
        .write(async |tx| {
            let release = releases::approve(tx, id, ctx.actor.label(), ctx.now()).await?;
            let after = json!({ "number": release.number, "hash": release.hash });
            audit::record(tx, ctx, Entry::new("approve-release", "release", id).after(&after)).await?;
            Ok(release)
        })
        .await
}

/// Withdraws a release: a published one by whoever may approve, a proposal also by whoever may propose.
///
/// # Errors
/// As [`releases::withdraw`], or [`Error::Denied`].
pub async fn withdraw(ctx: &Context, app: &App, id: Id<Release>, reason: &str) -> Result<(), Error> {
    ctx.require(Permission::ReadReleases, Scope::Everywhere)?;
    app.db
        .write(async |tx| {
            let detail = releases::detail(tx, id).await?.ok_or(Error::NoRelease)?;
            let needed = match detail.release.number {
                Some(_) => Permission::ApproveRelease,
                None => Permission::ProposeRelease,
            };
            ctx.require(needed, Scope::Everywhere)?;
            releases::withdraw(tx, id, reason, ctx.actor.label(), ctx.now()).await?;
            let entry = Entry::new("withdraw-release", "release", id).before(&detail.release.state);
            audit::record(tx, ctx, entry.reason(reason)).await?;
            Ok(())
        })
        .await
}

/// Says what is wrong in a published release.
///
/// # Errors
/// As [`releases::add_erratum`], or [`Error::Denied`].
pub async fn add_erratum(ctx: &Context, app: &App, id: Id<Release>, body: &str) -> Result<(), Error> {
    ctx.require(Permission::ProposeRelease, Scope::Everywhere)?;
    app.db
        .write(async |tx| {
            releases::add_erratum(tx, id, body, ctx.actor.label(), ctx.now()).await?;
            audit::record(tx, ctx, Entry::new("add-erratum", "release", id).reason(body)).await?;
            Ok(())
        })
        .await
}
