//! Taking lines from postings.

use futures::future::BoxFuture;
use sh_db::{DbError, Tx};
use sh_trade::{facts::Fact, model::TradeLine, sink::LineSink};

use crate::{
    cube::{
        aggregate::{Aggregator, DEFINITIONS_MAX},
        build::matchers,
        slice::Slice,
    },
    cuboid::Face,
    store,
};

/// Lines that wait at most before they are folded into the cells. More waiting lines make folding cheaper per line and
/// the first read after a posting slower; half a million are summed for one figure in some ten milliseconds.
pub(crate) const PENDING_LINES_MAX: i64 = 500_000;
/// Blocks that wait at most, so that many small postings do not slow down reading either.
const PENDING_BLOCKS_MAX: i64 = 2_000;
/// Cells that are put together in memory before they are written.
const CELLS_PER_STATEMENT: usize = 200_000;
/// Lines in one waiting block at most.
const BLOCK_LINES_MAX: usize = 100_000;

/// Keeps the cubes equal to the sum of the lines: takes the lines of a posting in the posting's own transaction.
#[derive(Debug, Clone, Copy)]
pub struct CubeSink {
    pending_lines_max: i64,
}

impl Default for CubeSink {
    fn default() -> Self {
        Self { pending_lines_max: PENDING_LINES_MAX }
    }
}

impl CubeSink {
    /// A sink that folds as soon as more than so many lines wait. For tests and measurements.
    pub const fn folding_at(pending_lines_max: i64) -> Self {
        Self { pending_lines_max }
    }

    async fn take(self, tx: &mut Tx, lines: &[TradeLine]) -> Result<(), DbError> {
        if lines.is_empty() {
            return Ok(());
        }
        let facts: Vec<Fact> = lines.iter().map(Fact::of).collect();
        let blocks: Vec<&[Fact]> = facts.chunks(BLOCK_LINES_MAX).collect();
        let count = i64::try_from(blocks.len()).unwrap_or(i64::MAX);
        let lines = i64::try_from(facts.len()).unwrap_or(i64::MAX);
        let (last, pending) = store::cube::lock(tx, count, lines).await?;
        for (seq, block) in (last - count + 1..=last).zip(blocks) {
            store::cube::add_tail(tx, seq, block).await?;
        }
        if pending > self.pending_lines_max || store::cube::waiting_blocks(tx).await? > PENDING_BLOCKS_MAX {
            fold_in(tx, last).await?;
        }
        Ok(())
    }
}

impl LineSink for CubeSink {
    fn apply<'a>(&'a self, tx: &'a mut Tx, lines: &'a [TradeLine]) -> BoxFuture<'a, Result<(), DbError>> {
        Box::pin(self.take(tx, lines))
    }
}

/// Folds every waiting line up to block `upto` into the cells that answer. The caller holds the lock.
pub(crate) async fn fold_in(tx: &mut Tx, upto: i64) -> Result<(), DbError> {
    let keys = store::cube::keys(tx, "ready").await?;
    let matchers = matchers(tx, &keys).await?;
    let oldest = keys.iter().map(|key| key.folded).min().unwrap_or(upto);
    let blocks = store::cube::tail(tx, oldest, upto).await?;
    // Sets that were folded at the same time share a pass; a set that was built since is served by its own.
    let mut order: Vec<usize> = (0..keys.len()).collect();
    order.sort_by_key(|at| keys.get(*at).map(|key| key.folded));
    let same =
        |a: &usize, b: &usize| keys.get(*a).map(|key| key.folded) == keys.get(*b).map(|key| key.folded);
    for group in order.chunk_by(same) {
        for part in group.chunks(DEFINITIONS_MAX) {
            let members: Vec<_> = part.iter().filter_map(|at| keys.get(*at).zip(matchers.get(*at))).collect();
            let folded = members.first().map_or(upto, |(key, _)| key.folded);
            let mut sums = Aggregator::new(members.iter().map(|(_, matcher)| (*matcher).clone()).collect());
            for fact in blocks.iter().filter(|(seq, _)| *seq > folded).flat_map(|(_, facts)| facts) {
                sums.add(fact)?;
            }
            for (bit, (key, _)) in members.iter().enumerate() {
                fold_slices(tx, key.key, sums.slices(bit)?).await?;
                store::cube::set_folded(tx, key.key, upto).await?;
            }
        }
    }
    store::cube::drop_tail(tx, upto).await?;
    store::cube::set_pending(tx, 0).await
}

/// Adds new sums to those of a set. What gets nothing is left as it is.
async fn fold_slices(tx: &mut Tx, key: i64, new: Vec<(Face, Slice)>) -> Result<(), DbError> {
    let mut folded = Vec::new();
    let mut cells = 0;
    for (face, slice) in new.into_iter().filter(|(_, slice)| slice.len() > 0) {
        let sum = store::cube::slice(tx, key, face).await?.plus(&slice)?;
        cells += sum.len();
        folded.push((face, sum));
        if cells > CELLS_PER_STATEMENT {
            store::cube::put_slices(tx, key, &std::mem::take(&mut folded)).await?;
            cells = 0;
        }
    }
    store::cube::put_slices(tx, key, &folded).await
}
