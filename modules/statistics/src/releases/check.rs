//! Recomputing what was released.

use sh_db::{Db, DbError, Tx};
use sh_kernel::{Fen, Id};
use sh_trade::facts;

use super::{Release, ReleaseFigure, ReleaseState, canonical};
use crate::{FigureRow, figure::line_query, store};

/// Something about a release that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The release.
    pub release: Id<Release>,
    /// Its name.
    pub name: String,
    /// What does not hold.
    pub kind: FaultKind,
}

/// What about a release does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FaultKind {
    /// The stored content does not give the stored hash: it was changed.
    Content,
    /// The hash of the publication does not follow from content, approval and the release before.
    Chain,
    /// The lines up to the cut-off give another value.
    Value {
        /// Position of the figure in the release.
        position: i64,
        /// Its title.
        title: String,
        /// What was released.
        released: Fen,
        /// What the lines give.
        lines: Fen,
    },
    /// The lines up to the cut-off give the same value in other groups or with another number of trades.
    Groups {
        /// Position of the figure in the release.
        position: i64,
        /// Its title.
        title: String,
    },
}

/// Recomputes the hashes of every release and, from the lines up to each cut-off, every value. Empty if all hold.
///
/// # Errors
/// What the database refuses.
pub async fn verify_releases(db: &Db) -> Result<Vec<Fault>, DbError> {
    db.read(async |tx| {
        let mut faults = Vec::new();
        let mut previous = None;
        for release in store::release::oldest_first(tx).await? {
            let figures = store::release::figures(tx, release.id).await?;
            let mut kinds = broken_hashes(&release, &figures, &mut previous);
            for figure in &figures {
                kinds.extend(recompute(tx, &release, figure).await?);
            }
            let name = &release.name;
            faults.extend(kinds.into_iter().map(|kind| Fault {
                release: release.id,
                name: name.clone(),
                kind,
            }));
        }
        Ok(faults)
    })
    .await
}

fn broken_hashes(
    release: &Release,
    figures: &[ReleaseFigure],
    previous: &mut Option<String>,
) -> Vec<FaultKind> {
    let mut kinds = Vec::new();
    if canonical::content_hash(release, figures) != release.content {
        kinds.push(FaultKind::Content);
    }
    if release.number.is_some() {
        let chained = canonical::chained_hash(release);
        if release.hash.as_ref() != Some(&chained) || release.previous != *previous {
            kinds.push(FaultKind::Chain);
        }
        previous.clone_from(&release.hash);
    } else if release.state == ReleaseState::Published {
        kinds.push(FaultKind::Chain);
    }
    kinds
}

async fn recompute(
    tx: &mut Tx,
    release: &Release,
    figure: &ReleaseFigure,
) -> Result<Option<FaultKind>, DbError> {
    let query = line_query(&figure.definition, &figure.by, &figure.filter, Some(release.posting));
    let sums = facts::sums(tx, &query).await?;
    let rows: Vec<FigureRow> = sums.into_iter().map(FigureRow::from).collect();
    let lines = Fen::sum(rows.iter().map(|row| row.amount))
        .map_err(|overflow| DbError::Other(overflow.to_string()))?;
    let trades: i64 = rows.iter().map(|row| row.trades).sum();
    let (position, title) = (figure.position, figure.title.clone());
    Ok(if lines != figure.value {
        Some(FaultKind::Value { position, title, released: figure.value, lines })
    } else if trades != figure.trades || (!figure.by.is_empty() && rows != figure.rows) {
        Some(FaultKind::Groups { position, title })
    } else {
        None
    })
}
