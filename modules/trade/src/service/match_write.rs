//! Writes what a run of matching came to, one transaction per chunk.

use std::collections::HashMap;

use sh_kernel::Id;

use super::{
    match_run::{LEASE_SECONDS, Loaded, MatchError, MatchRun},
    tally::Tally,
};
use crate::{
    matching::{
        Outcome, State,
        lines::{LineFacts, lines_of},
        plan::{Chunk, NewTie},
    },
    model::{self, Claim, Trade, TradeLine},
    store::matching as store,
};

/// For each claim the last ruling that joins it to another.
pub(crate) async fn joining_rulings(
    run: &MatchRun<'_>,
) -> Result<HashMap<Id<Claim>, Id<model::Ruling>>, MatchError> {
    let rulings = run.db.read(async |tx| store::joining_rulings(tx).await).await?;
    Ok(rulings.into_iter().flat_map(|(id, claim, other)| [(claim, id), (other, id)]).collect())
}

pub(crate) struct Writer<'a> {
    pub(crate) run: &'a MatchRun<'a>,
    pub(crate) holder: Id<()>,
    pub(crate) loaded: &'a Loaded,
    pub(crate) outcome: &'a Outcome,
    pub(crate) joining: HashMap<Id<Claim>, Id<model::Ruling>>,
}

/// What one transaction wrote.
pub(crate) struct Written {
    pub(crate) posting: i64,
    pub(crate) lines: u64,
}

/// The lines and the state of the trades of a chunk, as they are to be written.
#[derive(Default)]
struct Prepared<'a> {
    lines: Vec<TradeLine>,
    trades: Vec<store::TradeValues<'a>>,
    dissolved: Vec<(Id<Trade>, i64)>,
}

impl Writer<'_> {
    pub(crate) async fn chunk(&self, chunk: &Chunk) -> Result<Written, MatchError> {
        let run = self.run;
        let now = run.clock.now();
        let ties = self.ties(chunk);
        let tied: Vec<Id<Claim>> = chunk
            .ties
            .iter()
            .filter(|new| self.loaded.standing[new.claim as usize].is_some())
            .map(|new| self.id_of(new.claim))
            .collect();
        let untied: Vec<Id<Claim>> = chunk.untied.iter().map(|claim| self.id_of(*claim)).collect();
        let tally = Tally::of_chunk(&self.loaded.entries, &self.loaded.standing, chunk).rows();
        let known: Vec<Id<Trade>> =
            chunk.trades.iter().filter(|trade| trade.known).map(|trade| trade.trade).collect();
        run.db
            .write(async |tx| {
                if !store::keep_lease(tx, self.holder, now.plus_seconds(LEASE_SECONDS)).await? {
                    return Err(MatchError::Busy);
                }
                let posting = store::next_posting(tx).await?;
                let old = if known.is_empty() { Vec::new() } else { store::lines_of(tx, &known).await? };
                let prepared = self.prepare(chunk, &old, posting);
                store::add_posting(tx, posting, now, run.batch, run.cause.word()).await?;
                store::add_lines(tx, &prepared.lines).await?;
                store::put_trades(tx, posting, &prepared.trades, &known).await?;
                for (trade, lines) in &prepared.dissolved {
                    store::dissolve(tx, *trade, *lines, posting).await?;
                }
                store::put_ties(tx, posting, &ties, &tied).await?;
                store::untie(tx, posting, &untied).await?;
                store::add_to_tally(tx, &tally).await?;
                run.sink.apply(tx, &prepared.lines).await?;
                Ok(Written { posting, lines: prepared.lines.len() as u64 })
            })
            .await
    }

    fn id_of(&self, claim: u32) -> Id<Claim> {
        self.loaded.entries.list()[claim as usize].id
    }

    fn ties(&self, chunk: &Chunk) -> Vec<store::TieRow> {
        let tie = |new: &NewTie| {
            let claim = self.id_of(new.claim);
            let by_person = new.tie.state == State::Person.code();
            let ruling = self.joining.get(&claim).copied().filter(|_| by_person);
            store::TieRow { claim, tie: new.tie, ruling }
        };
        chunk.ties.iter().map(tie).collect()
    }

    /// Compares the lines that stand with those that should, trade by trade.
    fn prepare(&self, chunk: &Chunk, old: &[TradeLine], posting: i64) -> Prepared<'_> {
        let mut of_trade: HashMap<Id<Trade>, &[TradeLine]> = HashMap::new();
        for lines in old.chunk_by(|a, b| a.trade == b.trade) {
            of_trade.insert(lines[0].trade, lines);
        }
        let mut prepared = Prepared::default();
        for touched in &chunk.trades {
            let before = of_trade.get(&touched.trade).copied().unwrap_or_default();
            let members = touched.cluster.map(|cluster| self.outcome.cluster(cluster as usize));
            let wanted = members.map_or_else(Vec::new, |members| lines_of(&self.loaded.entries, members));
            let written = difference(touched.trade, before, &wanted, posting);
            let lines = i64::try_from(before.len() + written.len()).unwrap_or(i64::MAX);
            prepared.lines.extend(written);
            match (members, wanted.first()) {
                (Some(members), Some(first)) => {
                    let entries = &self.loaded.entries;
                    let anchor = &entries.list()[members[0].claim as usize];
                    prepared.trades.push(store::TradeValues {
                        trade: Trade {
                            id: touched.trade,
                            anchor: anchor.id,
                            day: first.day,
                            amount: wanted.iter().map(|line| line.amount).sum(),
                            grade: first.axes.grade,
                            claims: u32::try_from(members.len()).unwrap_or(u32::MAX),
                        },
                        axes: first.axes,
                        product: entries.product_text(anchor),
                        lines,
                    });
                }
                _ => prepared.dissolved.push((touched.trade, lines)),
            }
        }
        prepared
    }
}

/// The lines to append so that what stands becomes what should stand.
fn difference(trade: Id<Trade>, before: &[TradeLine], wanted: &[LineFacts], posting: i64) -> Vec<TradeLine> {
    let mut missing: Vec<LineFacts> = wanted.to_vec();
    let mut next = u32::try_from(before.len()).unwrap_or(u32::MAX);
    let mut written = Vec::new();
    for line in store::standing_lines(before) {
        let facts = facts_of(&line);
        if let Some(at) = missing.iter().position(|wanted| *wanted == facts) {
            missing.remove(at);
        } else {
            written.push(line.reversal(next, posting));
            next += 1;
        }
    }
    for facts in missing {
        let LineFacts { day, amount, count, quantity, axes } = facts;
        written.push(TradeLine { trade, line: next, posting, day, amount, count, quantity, axes });
        next += 1;
    }
    written
}

pub(crate) const fn facts_of(line: &TradeLine) -> LineFacts {
    LineFacts {
        day: line.day,
        amount: line.amount,
        count: line.count,
        quantity: line.quantity,
        axes: line.axes,
    }
}
