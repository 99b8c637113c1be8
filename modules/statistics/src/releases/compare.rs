//! What has become of released figures since.

use sh_db::Tx;
use sh_kernel::Fen;
use sh_trade::facts::{self, CauseSum};

use super::{ReleaseDetail, ReleaseFigure};
use crate::{Error, FigureQuery, Figures, figure::line_query};

/// A released figure then and now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FigureComparison {
    /// Position in the release.
    pub position: i64,
    /// What was released: amount and trades.
    pub then: (Fen, i64),
    /// What the same version of the definition gives now.
    pub now: (Fen, i64),
    /// What the postings since the cut-off changed, by their cause; adds up to the difference. Sales after the day of
    /// the cut-off are told apart from late reports and corrections.
    pub since: Vec<CauseSum>,
    /// The definition that is in force now, if it is another version.
    pub newer: Option<NewerDefinition>,
}

/// What the definition in force now gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewerDefinition {
    /// Its version.
    pub version: i64,
    /// Its value now: amount and trades.
    pub now: (Fen, i64),
}

/// Compares every figure of a release with what it would be today.
///
/// # Errors
/// As [`Figures::figure`].
pub async fn compare_today(
    figures: &Figures,
    tx: &mut Tx,
    detail: &ReleaseDetail,
) -> Result<Vec<FigureComparison>, Error> {
    let mut comparisons = Vec::with_capacity(detail.figures.len());
    for figure in &detail.figures {
        comparisons.push(compare(figures, tx, detail, figure).await?);
    }
    Ok(comparisons)
}

async fn compare(
    figures: &Figures,
    tx: &mut Tx,
    detail: &ReleaseDetail,
    figure: &ReleaseFigure,
) -> Result<FigureComparison, Error> {
    let query = FigureQuery {
        definition: figure.code.clone(),
        version: Some(figure.version),
        by: Vec::new(),
        filter: figure.filter.clone(),
        as_of: None,
    };
    let now = figures.figure(tx, &query).await?;
    let now = (now.value, now.trades);
    let then = (figure.value, figure.trades);
    let since = if now == then {
        Vec::new()
    } else {
        let mut lines = line_query(&figure.definition, &[], &figure.filter, None);
        lines.filter.posting_after = Some(detail.release.posting);
        facts::sums_by_cause(tx, &lines, detail.release.day).await?
    };
    let newer = match figures.figure(tx, &FigureQuery { version: None, ..query }).await {
        Ok(latest) if latest.definition.version != figure.version => {
            Some(NewerDefinition { version: latest.definition.version, now: (latest.value, latest.trades) })
        }
        Ok(_) | Err(Error::NoDefinition(_)) => None,
        Err(error) => return Err(error),
    };
    Ok(FigureComparison { position: figure.position, then, now, since, newer })
}
