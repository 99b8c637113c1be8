//! What waits for a person (待办), and who has reported (报送进度).

use sh_db::DbError;
use sh_http::{App, Context, Page, Permission, Visible};
use sh_kernel::{Id, Instant, Month};

use super::{
    imports::BatchItem,
    matches::{self, QueueFilter, QueueSum},
};
use crate::{
    facts::reporting::{self, SourceReport},
    import::{batch::Source, error::ImportError},
    model::Claim,
    store,
};

/// Imports that are named; the list of imports has the others.
pub const IMPORTS_MAX: usize = 20;

/// Imports on which the actor has to go on.
#[derive(Debug, Clone, Default)]
pub struct Undecided {
    /// The oldest, at most [`IMPORTS_MAX`].
    pub items: Vec<BatchItem>,
    /// There are others.
    pub more: bool,
}

/// Imports that wait for the actor: checked and not confirmed, stopped in the middle, or refused.
///
/// # Errors
/// The database.
pub async fn imports(ctx: &Context, app: &App) -> Result<Undecided, ImportError> {
    let visible = ctx.visible(Permission::ConfirmImport);
    if visible == Visible::Nothing {
        return Ok(Undecided::default());
    }
    let (batches, sources) = app
        .db
        .read(async |tx| {
            let mut sources = store::import::sources(tx).await?;
            sources.retain(|source| store::import::shows(&visible, source));
            let codes: Vec<String> = sources.iter().map(|source| source.code.clone()).collect();
            let only = (visible != Visible::All).then_some(codes.as_slice());
            let limit = i64::try_from(IMPORTS_MAX + 1).unwrap_or(i64::MAX);
            let batches = store::reporting::undecided(tx, only, limit).await?;
            Ok::<_, DbError>((batches, sources))
        })
        .await?;
    let more = batches.len() > IMPORTS_MAX;
    let named = batches.into_iter().take(IMPORTS_MAX);
    Ok(Undecided { items: named.filter_map(|batch| item(batch, &sources)).collect(), more })
}

fn item(batch: crate::import::batch::Batch, sources: &[Source]) -> Option<BatchItem> {
    let source = sources.iter().find(|source| source.code == batch.source)?;
    Some(BatchItem { source_name: source.name.clone(), batch })
}

/// The queue of claims that wait for the actor to decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Queue {
    /// How many, and their sum.
    pub sum: QueueSum,
    /// The one that came first.
    pub first: Id<Claim>,
    /// When it came.
    pub since: Instant,
}

/// The queue, if the actor may decide and anything waits.
///
/// # Errors
/// The database.
pub async fn matches(ctx: &Context, app: &App) -> Result<Option<Queue>, sh_http::Failure> {
    if ctx.visible(Permission::DecideMatches) == Visible::Nothing {
        return Ok(None);
    }
    let filter = QueueFilter::default();
    let page = Page { after: None, size: Some(1) };
    let Some(first) = matches::waiting(ctx, app, &filter, &page).await?.items.pop() else { return Ok(None) };
    let first = first.claim.claim.id;
    Ok(Some(Queue { sum: matches::sum(ctx, app, &filter).await?, first, since: first.made_at() }))
}

/// Who has reported for a month.
#[derive(Debug, Clone)]
pub struct Reporting {
    /// The month.
    pub month: Month,
    /// The month that is looked at unless another one is asked for.
    pub current: Month,
    /// The sources that the actor may know of, in the order of kinds and codes.
    pub reports: Vec<SourceReport>,
}

/// Who has reported for a month; without `asked` for the one that is due.
///
/// # Errors
/// `Denied`, or the database.
pub async fn reporting(ctx: &Context, app: &App, asked: Option<Month>) -> Result<Reporting, ImportError> {
    let visible = ctx.require_somewhere(Permission::ReadSources)?;
    let today = ctx.today();
    let (current, mut reports) = app
        .db
        .read(async |tx| {
            let current = reporting::current_month(tx, today).await?;
            Ok::<_, DbError>((current, reporting::reports(tx, asked.unwrap_or(current)).await?))
        })
        .await?;
    reports.retain(|report| store::import::shows(&visible, &report.source));
    Ok(Reporting { month: asked.unwrap_or(current), current, reports })
}
