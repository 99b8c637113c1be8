//! The queue of claims that wait for a person, and what was decided (对账待办).

use std::collections::HashMap;

use sh_db::{DbError, Tx};
use sh_http::{App, Context, Listing, Page, Permission, Visible};
use sh_kernel::{Fen, Id, RegionCode};
use sh_regions::Regions;
use sh_ui::Locale;

use super::rule::{RuleError, RulingRow, scope_of};
pub use crate::store::queue::{ClaimView, QueueFilter};
use crate::{
    matching::{
        Entries, Rule,
        explain::{FieldComparison, explain},
    },
    model::{Claim, Ruling},
    store::queue as store,
};

/// Rulings that are looked through at once to find those that may be seen.
const LOOK_AT: i64 = 200;

/// Two claims that may report the same sale, side by side.
#[derive(Debug, Clone)]
pub struct Pair {
    /// The claim that waits.
    pub claim: ClaimView,
    /// The claim that stands for the trade it may belong to.
    pub other: ClaimView,
    /// How they compare.
    pub fields: Vec<FieldComparison>,
}

/// How many claims wait, and their sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueueSum {
    /// How many.
    pub count: i64,
    /// Their amounts, returns subtracted.
    pub amount: Fen,
}

/// A source with claims that wait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingSource {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// How many of its claims wait.
    pub count: i64,
}

/// A ruling with both claims.
#[derive(Debug, Clone)]
pub struct Ruled {
    /// The ruling.
    pub ruling: RulingRow,
    /// The claims it is about.
    pub claims: Vec<ClaimView>,
}

/// What ties a claim, in words.
pub fn rule_text(locale: Locale, rule: Rule) -> String {
    locale.t(&format!("match-rule-{}", rule.word()))
}

/// The cities whose claims the actor may see; `None` for all.
fn cities(ctx: &Context) -> Result<Option<Vec<i64>>, RuleError> {
    Ok(match ctx.require_somewhere(Permission::DecideMatches)? {
        Visible::All => None,
        Visible::Nothing => Some(Vec::new()),
        Visible::Only { regions, .. } if regions.contains(&RegionCode::GUANGDONG) => None,
        Visible::Only { regions, .. } => Some(
            Regions::get()
                .guangdong_cities()
                .iter()
                .filter(|city| regions.iter().any(|own| city.is_within(*own)))
                .map(|city| city.number())
                .collect(),
        ),
    })
}

/// Claims that wait, in the order in which they came, as far as the actor may decide them.
///
/// # Errors
/// `Denied`, a cursor that cannot be read, or the database.
pub async fn waiting(
    ctx: &Context,
    app: &App,
    filter: &QueueFilter,
    page: &Page,
) -> Result<Listing<Pair>, sh_http::Failure> {
    let cities = cities(ctx)?;
    let after: Option<Id<Claim>> = page.key()?;
    let pairs = app
        .db
        .read(async |tx| {
            let ids = store::waiting(tx, filter, cities.as_deref(), after, page.fetch()).await?;
            pairs(tx, &ids).await
        })
        .await?;
    Ok(Listing::of(pairs, page, |pair| pair.claim.claim.id))
}

/// How many wait, and their sum.
///
/// # Errors
/// `Denied` or the database.
pub async fn sum(ctx: &Context, app: &App, filter: &QueueFilter) -> Result<QueueSum, RuleError> {
    let cities = cities(ctx)?;
    let (count, amount) =
        app.db.read(async |tx| store::waiting_sum(tx, filter, cities.as_deref()).await).await?;
    Ok(QueueSum { count, amount })
}

/// Sources with claims that wait.
///
/// # Errors
/// `Denied` or the database.
pub async fn sources(ctx: &Context, app: &App) -> Result<Vec<WaitingSource>, RuleError> {
    let cities = cities(ctx)?;
    let rows = app.db.read(async |tx| store::waiting_sources(tx, cities.as_deref()).await).await?;
    Ok(rows.into_iter().map(|(code, name, count)| WaitingSource { code, name, count }).collect())
}

/// One claim beside the trade it may belong to; `None` if it does not wait any more.
///
/// # Errors
/// `NotFound`, `Denied`, or the database.
pub async fn pair(ctx: &Context, app: &App, claim: Id<Claim>) -> Result<Option<Pair>, RuleError> {
    app.db
        .read(async |tx| {
            let view =
                store::claim_views(tx, &[claim]).await?.into_iter().next().ok_or(RuleError::NotFound)?;
            ctx.require(Permission::DecideMatches, scope_of(&view))?;
            let Some(candidate) = view.candidate else { return Ok(None) };
            let Some(anchor) = store::anchor(tx, candidate).await? else { return Ok(None) };
            Ok(pairs(tx, &[(claim, anchor)]).await?.pop())
        })
        .await
}

/// The ruling in force that settled a claim; `None` if the rules did.
///
/// # Errors
/// `NotFound`, `Denied`, or the database.
pub async fn ruling_on(ctx: &Context, app: &App, claim: Id<Claim>) -> Result<Option<RulingRow>, RuleError> {
    app.db
        .read(async |tx| {
            let view =
                store::claim_views(tx, &[claim]).await?.into_iter().next().ok_or(RuleError::NotFound)?;
            ctx.require(Permission::DecideMatches, scope_of(&view))?;
            Ok(store::ruling_on(tx, claim).await?)
        })
        .await
}

/// The claim that waits next after one, from the beginning again at the end; `None` if no other waits.
///
/// # Errors
/// `Denied` or the database.
pub async fn next_after(
    ctx: &Context,
    app: &App,
    filter: &QueueFilter,
    claim: Id<Claim>,
) -> Result<Option<Id<Claim>>, RuleError> {
    let cities = cities(ctx)?;
    app.db
        .read(async |tx| {
            let later = store::waiting(tx, filter, cities.as_deref(), Some(claim), 1).await?;
            let first = store::waiting(tx, filter, cities.as_deref(), None, 1).await?;
            let found = later.first().or(first.first()).map(|(waiting, _)| *waiting);
            Ok(found.filter(|waiting| *waiting != claim))
        })
        .await
}

/// Rulings from the latest to the earliest, as far as the actor may decide the claims.
///
/// # Errors
/// `Denied`, a cursor that cannot be read, or the database.
pub async fn rulings(ctx: &Context, app: &App, page: &Page) -> Result<Listing<Ruled>, sh_http::Failure> {
    let visible = ctx.require_somewhere(Permission::DecideMatches).map_err(RuleError::from)?;
    let mut before: Option<Id<Ruling>> = page.key()?;
    let wanted = usize::try_from(page.fetch()).unwrap_or(usize::MAX);
    let limit = if visible == Visible::All { page.fetch() } else { LOOK_AT };
    let may_see = |ruled: &Ruled| {
        ruled.claims.first().is_some_and(|view| ctx.allows(Permission::DecideMatches, &scope_of(view)))
    };
    let found = app
        .db
        .read(async |tx| {
            let mut found = Vec::new();
            loop {
                let rulings = store::rulings_latest(tx, before, limit).await?;
                let ended = i64::try_from(rulings.len()).unwrap_or(0) < limit;
                before = rulings.last().map(|row| row.id);
                let ids: Vec<Id<Claim>> = rulings.iter().flat_map(|row| [row.claim, row.other]).collect();
                let views = by_id(store::claim_views(tx, &ids).await?);
                let ruled = rulings.into_iter().map(|ruling| {
                    let claims = [ruling.claim, ruling.other];
                    Ruled { claims: claims.iter().filter_map(|id| views.get(id).cloned()).collect(), ruling }
                });
                found.extend(ruled.filter(may_see));
                if ended || found.len() >= wanted {
                    break;
                }
            }
            found.truncate(wanted);
            Ok::<_, DbError>(found)
        })
        .await?;
    Ok(Listing::of(found, page, |ruled| ruled.ruling.id))
}

fn by_id(views: Vec<ClaimView>) -> HashMap<Id<Claim>, ClaimView> {
    views.into_iter().map(|view| (view.claim.id, view)).collect()
}

async fn pairs(tx: &mut Tx, ids: &[(Id<Claim>, Id<Claim>)]) -> Result<Vec<Pair>, DbError> {
    let all: Vec<Id<Claim>> = ids.iter().flat_map(|(claim, other)| [*claim, *other]).collect();
    let views = by_id(store::claim_views(tx, &all).await?);
    let pair = |(claim, other): &(Id<Claim>, Id<Claim>)| {
        let (claim, other) = (views.get(claim)?.clone(), views.get(other)?.clone());
        Some(Pair { fields: compare(&claim, &other), claim, other })
    };
    Ok(ids.iter().filter_map(pair).collect())
}

/// Compares two claims by the names that their rows give.
fn compare(claim: &ClaimView, other: &ClaimView) -> Vec<FieldComparison> {
    let mut names = HashMap::new();
    for view in [claim, other] {
        names.insert(view.claim.seller, view.seller_name.clone());
        if let Some(buyer) = &view.buyer_name {
            names.insert(view.claim.buyer, buyer.clone());
        }
    }
    let mut entries = Entries::new(names);
    entries.push(claim.claim.clone());
    entries.push(other.claim.clone());
    explain(&entries, 0, 1)
}
