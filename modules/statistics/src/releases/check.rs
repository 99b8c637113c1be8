//! Recomputing what was released.

use std::fmt;

use sh_db::{Db, DbError, Tx};
use sh_kernel::{Fen, Id};
use sh_trade::facts::{self, LineFilter};

use super::{Release, ReleaseFigure, ReleaseState, Rest, canonical};
use crate::{
    Cuboid, Face, FigureRow,
    cube::{
        aggregate::{Aggregator, DEFINITIONS_MAX},
        slice::Slice,
    },
    definition::{Content, Matcher},
    figure::{grouped, line_query},
    store,
};

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

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "release “{}” ({}): ", self.name, self.release)?;
        match &self.kind {
            FaultKind::Content => f.write_str("the stored figures do not give the stored hash"),
            FaultKind::Chain => {
                f.write_str("the hash does not follow from content, approval and the release before")
            }
            FaultKind::Value { position, title, released, lines } => write!(
                f,
                "figure {position} “{title}” was released as {released} yuan, the lines up to its cut-off give {lines}"
            ),
            FaultKind::Groups { position, title } => {
                write!(
                    f,
                    "figure {position} “{title}”: the lines up to its cut-off give other parts or trades"
                )
            }
        }
    }
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

/// Recomputes the hashes of every release and, from the lines up to each cut-off, every value and every group. Empty if
/// all hold.
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
            let sums = recomputed(tx, &release, &figures).await?;
            for (figure, rows) in figures.iter().zip(&sums) {
                kinds.extend(difference(figure, rows)?);
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

/// The groups of every figure, summed from the lines up to the cut-off in as few passes as possible.
async fn recomputed(
    tx: &mut Tx,
    release: &Release,
    figures: &[ReleaseFigure],
) -> Result<Vec<Vec<FigureRow>>, DbError> {
    let mut rows: Vec<Vec<FigureRow>> = vec![Vec::new(); figures.len()];
    let mut contents: Vec<&Content> = Vec::new();
    for figure in figures {
        if !contents.contains(&&figure.definition) {
            contents.push(&figure.definition);
        }
    }
    for part in contents.chunks(DEFINITIONS_MAX) {
        let mut sums = Aggregator::new(part.iter().map(|content| Matcher::new(content)).collect());
        let upto = LineFilter { posting_upto: Some(release.posting), ..LineFilter::default() };
        facts::for_each_fact(tx, &upto, |fact| sums.add(fact)).await?;
        for (bit, content) in part.iter().enumerate() {
            let slices = sums.slices(bit)?;
            for (figure, rows) in figures.iter().zip(&mut rows).filter(|(one, _)| one.definition == **content)
            {
                let kept = covering(figure).and_then(|cuboid| Some((cuboid, find(&slices, cuboid)?)));
                *rows = if let Some((cuboid, slice)) = kept {
                    let read = |axis, a, b| cuboid.read(axis, a, b);
                    grouped(slice.cells(), read, (&figure.by, &figure.filter))?
                } else {
                    let query = line_query(content, &figure.by, &figure.filter, Some(release.posting));
                    facts::sums(tx, &query).await?.into_iter().map(FigureRow::from).collect()
                };
            }
        }
    }
    Ok(rows)
}

fn covering(figure: &ReleaseFigure) -> Option<Cuboid> {
    let filter = figure.filter.iter().map(|(axis, _)| *axis);
    Cuboid::covering(&figure.by.iter().copied().chain(filter).collect::<Vec<_>>())
}

fn find(slices: &[(Face, Slice)], cuboid: Cuboid) -> Option<&Slice> {
    slices.iter().find(|(face, _)| *face == Face::Pair(cuboid)).map(|(_, slice)| slice)
}

/// Compares a figure with the groups that the lines give: each published group must be among them, and what is left
/// must be what is published as one.
fn difference(figure: &ReleaseFigure, lines: &[FigureRow]) -> Result<Option<FaultKind>, DbError> {
    let sum =
        Fen::sum(lines.iter().map(|row| row.amount)).map_err(|error| DbError::Other(error.to_string()))?;
    let trades: i64 = lines.iter().map(|row| row.trades).sum();
    let (position, title) = (figure.position, figure.title.clone());
    if sum != figure.value {
        return Ok(Some(FaultKind::Value { position, title, released: figure.value, lines: sum }));
    }
    let mut rest = None;
    if !figure.by.is_empty() {
        lines.iter().filter(|row| !figure.rows.contains(row)).for_each(|row| Rest::add(&mut rest, row));
    }
    let shown = figure.rows.iter().all(|row| lines.contains(row));
    let holds = trades == figure.trades && shown && rest == figure.merged;
    Ok(if holds { None } else { Some(FaultKind::Groups { position, title }) })
}
