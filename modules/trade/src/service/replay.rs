//! Checks that the ties and lines that stand are those that the claims and rulings give (重放核对).

use std::collections::HashMap;

use sh_db::{Db, DbError};
use sh_kernel::Id;

use super::{
    match_run::{Loaded, MatchError},
    match_write::facts_of,
    tally::Tally,
};
use crate::{
    matching::{
        Entries, Outcome, Ruling, Settings,
        lines::{LineFacts, lines_of},
        plan::{self, Numbering},
        resolve,
    },
    model::{Claim, Trade, TradeLine},
    store::matching as store,
};

/// The first way in which what stands differs from what the claims and rulings give.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Difference {
    /// A claim is tied otherwise than matching says, or not at all.
    #[error("claim {claim} is tied otherwise than the claims and rulings give: {stands}, should be {should}")]
    Tie {
        /// The claim.
        claim: Id<Claim>,
        /// What stands.
        stands: String,
        /// What should stand.
        should: String,
    },
    /// The lines of a trade are not those that its claims give.
    #[error("the lines of trade {trade} are not those that its claims give")]
    Lines {
        /// The trade.
        trade: Id<Trade>,
    },
    /// What is kept of how the rows of a source are tied is not what its ties come to.
    #[error("what is kept of the ties of source {source_code} is not what they come to")]
    Tally {
        /// Code of the source.
        source_code: String,
    },
}

/// Resolves all claims again with the rulings in force and compares with the ties and lines that stand. `Ok(None)` if
/// they are the same, else the first difference.
///
/// # Errors
/// The database.
pub async fn replay(db: &Db) -> Result<Option<Difference>, MatchError> {
    let settings = Settings::default();
    let (loaded, lines, kept) = db
        .read(async |tx| {
            let Some(days) = store::days_of_claims(tx).await? else {
                return Ok::<_, DbError>((None, Vec::new(), Vec::new()));
            };
            let mut names = HashMap::new();
            sh_parties::names(tx, |number, name| drop(names.insert(number, name))).await?;
            let rulings = store::rulings(tx).await?;
            let (mut entries, mut standing) = (Entries::new(names), Vec::new());
            store::claims(tx, None, |raw, tie| {
                entries.push(raw);
                standing.push(tie);
            })
            .await?;
            let lines = standing_by_trade(tx).await?;
            let kept = store::tally(tx).await?;
            Ok((Some(Loaded { entries, standing, rulings, days, all: days }), lines, kept))
        })
        .await?;
    let Some(loaded) = loaded else { return Ok(None) };
    let work = move || {
        let rulings: Vec<Ruling> = loaded.rulings.iter().map(|(ruling, _, _)| *ruling).collect();
        let outcome = resolve(&loaded.entries, &rulings, &settings);
        first_difference(&loaded, &outcome, &lines).or_else(|| tally_difference(&loaded, kept))
    };
    tokio::task::spawn_blocking(work).await.map_err(|error| MatchError::Resolving(error.to_string()))
}

/// The lines that stand of every trade, in the order of the trades.
async fn standing_by_trade(tx: &mut sh_db::Tx) -> Result<Vec<(Id<Trade>, Vec<LineFacts>)>, DbError> {
    let mut all: Vec<(Id<Trade>, Vec<LineFacts>)> = Vec::new();
    let mut open: Vec<TradeLine> = Vec::new();
    let close = |open: &mut Vec<TradeLine>, all: &mut Vec<(Id<Trade>, Vec<LineFacts>)>| {
        if let Some(first) = open.first() {
            all.push((first.trade, store::standing_lines(open).iter().map(facts_of).collect()));
        }
        open.clear();
    };
    store::every_line(tx, |line| {
        if open.first().is_some_and(|first| first.trade != line.trade) {
            close(&mut open, &mut all);
        }
        open.push(line);
        Ok(())
    })
    .await?;
    close(&mut open, &mut all);
    Ok(all)
}

fn tally_difference(loaded: &Loaded, mut kept: Vec<store::TallyRow>) -> Option<Difference> {
    let mut come_to = Tally::of_ties(&loaded.entries, &loaded.standing).rows();
    come_to.sort();
    kept.sort();
    if come_to == kept {
        return None;
    }
    let differs = come_to.iter().find(|row| !kept.contains(row));
    let row = differs.or_else(|| kept.iter().find(|row| !come_to.contains(row)))?;
    Some(Difference::Tally { source_code: row.source.clone() })
}

fn first_difference(
    loaded: &Loaded,
    outcome: &Outcome,
    lines: &[(Id<Trade>, Vec<LineFacts>)],
) -> Option<Difference> {
    let list = loaded.entries.list();
    // A trade that stands nowhere gets the nil number, which no tie has.
    let numbering: Numbering =
        plan::number(&loaded.entries, outcome, &loaded.standing, || Id::from_uuid(uuid::Uuid::nil()));
    let wanted = plan::wanted(&loaded.entries, outcome, &numbering);
    for (entry, (stands, should)) in list.iter().zip(loaded.standing.iter().zip(&wanted)) {
        if stands != should {
            let (stands, should) = (format!("{stands:?}"), format!("{should:?}"));
            return Some(Difference::Tie { claim: entry.id, stands, should });
        }
    }
    let mut of_trade: HashMap<Id<Trade>, &Vec<LineFacts>> =
        lines.iter().map(|(trade, lines)| (*trade, lines)).collect();
    for (trade, members) in numbering.0.iter().zip(outcome.clusters()) {
        let mut should = lines_of(&loaded.entries, members);
        let stands = of_trade.remove(trade).cloned().unwrap_or_default();
        for facts in &stands {
            match should.iter().position(|wanted| wanted == facts) {
                Some(at) => drop(should.remove(at)),
                None => return Some(Difference::Lines { trade: *trade }),
            }
        }
        if !should.is_empty() {
            return Some(Difference::Lines { trade: *trade });
        }
    }
    let leftover = of_trade.into_iter().filter(|(_, lines)| !lines.is_empty()).map(|(trade, _)| trade).min();
    leftover.map(|trade| Difference::Lines { trade })
}
