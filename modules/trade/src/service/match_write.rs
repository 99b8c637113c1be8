//! Writes what a run of matching came to, one transaction per chunk.

use std::collections::HashMap;

use sh_db::{DbError, Tx};
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

/// What one transaction is going to write, put together while the one before it is being written.
pub(crate) struct Prepared<'a> {
    pub(crate) chunk: &'a Chunk,
    pub(crate) posting: i64,
    pub(crate) lines: Vec<TradeLine>,
    trades: Vec<store::TradeValues<'a>>,
    /// By what the indices know those of the trades that are there already.
    indexed: HashMap<Id<Trade>, store::Indexed>,
    dissolved: Vec<(Id<Trade>, i64)>,
    ties: Vec<store::TieRow>,
    /// Those of the ties' claims that stand otherwise so far.
    tied: Vec<Id<Claim>>,
    untied: Vec<Id<Claim>>,
    tally: Vec<store::TallyRow>,
}

impl<'a> Writer<'a> {
    /// Reads what stands about the trades of the next chunk, if there is one, and says what to write. Trades and claims of a chunk are in no other,
    /// and nobody else writes ties and lines during the lease, so this need not wait for the chunk before.
    pub(crate) async fn prepare(
        &self,
        next: Option<(i64, &'a Chunk)>,
    ) -> Result<Option<Prepared<'a>>, MatchError> {
        let Some((posting, chunk)) = next else { return Ok(None) };
        let known: Vec<Id<Trade>> =
            chunk.trades.iter().filter(|trade| trade.known).map(|trade| trade.trade).collect();
        let (old, indexed) = if known.is_empty() {
            (Vec::new(), HashMap::new())
        } else {
            let read = async |tx: &mut Tx| {
                Ok::<_, DbError>((store::lines_of(tx, &known).await?, store::indexed(tx, &known).await?))
            };
            self.run.db.read(read).await?
        };
        let stands = |new: &&NewTie| self.loaded.standing[new.claim as usize].is_some();
        let mut prepared = Prepared {
            chunk,
            posting,
            lines: Vec::new(),
            trades: Vec::new(),
            indexed,
            dissolved: Vec::new(),
            ties: self.ties(chunk),
            tied: chunk.ties.iter().filter(stands).map(|new| self.id_of(new.claim)).collect(),
            untied: chunk.untied.iter().map(|claim| self.id_of(*claim)).collect(),
            tally: Tally::of_chunk(&self.loaded.entries, &self.loaded.standing, chunk).rows(),
        };
        self.compare(&old, &mut prepared);
        Ok(Some(prepared))
    }

    /// Writes a chunk in a transaction of its own.
    pub(crate) async fn write(&self, prepared: &Prepared<'_>) -> Result<(), MatchError> {
        let run = self.run;
        let now = run.clock.now();
        let posting = prepared.posting;
        run.db
            .write(async |tx| {
                if !store::keep_lease(tx, self.holder, now.plus_seconds(LEASE_SECONDS)).await? {
                    return Err(MatchError::Busy);
                }
                store::add_posting(tx, posting, now, run.batch, run.cause.word()).await?;
                store::add_lines(tx, &prepared.lines).await?;
                store::put_trades(tx, posting, &prepared.trades, &prepared.indexed).await?;
                for (trade, lines) in &prepared.dissolved {
                    store::dissolve(tx, *trade, *lines, posting).await?;
                }
                store::put_ties(tx, posting, &prepared.ties, &prepared.tied).await?;
                store::untie(tx, posting, &prepared.untied).await?;
                store::add_to_tally(tx, &prepared.tally).await?;
                Ok(run.sink.apply(tx, &prepared.lines).await?)
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
    fn compare(&self, old: &[TradeLine], prepared: &mut Prepared<'a>) {
        let mut of_trade: HashMap<Id<Trade>, &[TradeLine]> = HashMap::new();
        for lines in old.chunk_by(|a, b| a.trade == b.trade) {
            of_trade.insert(lines[0].trade, lines);
        }
        for touched in &prepared.chunk.trades {
            let before = of_trade.get(&touched.trade).copied().unwrap_or_default();
            let members = touched.cluster.map(|cluster| self.outcome.cluster(cluster as usize));
            let wanted = members.map_or_else(Vec::new, |members| lines_of(&self.loaded.entries, members));
            let written = difference(touched.trade, before, &wanted, prepared.posting);
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
