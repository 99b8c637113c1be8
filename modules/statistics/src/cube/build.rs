//! Filling cells from the lines, beside the cells that answer.

use std::sync::{
    Arc,
    mpsc::{SyncSender, sync_channel},
};

use sh_db::{Db, DbError, Tx};
use sh_trade::facts::{self, Fact, LineFilter};
use tokio::task::JoinHandle;

use crate::{
    cube::{
        aggregate::{Aggregator, DEFINITIONS_MAX},
        sink::fold_in,
        slice::Slice,
    },
    cuboid::Face,
    definition::{Matcher, State},
    store::{self, cube::KeyRow},
};

/// Cells written in one transaction while a set is being built, so that postings get their turn in between.
const CELLS_PER_WRITE: usize = 400_000;
/// Between two signs of life of whoever builds a set.
const BEAT: std::time::Duration = std::time::Duration::from_secs(1);
/// What a rebuild says whose sets were given up because a later one makes the same.
const TAKEN_OVER: &str = "another rebuild has taken over";
/// How often the sets that are missing are looked for while another program makes them.
const MISSING_LOOKS_MAX: u32 = 20;
/// Between two looks.
const MISSING_PAUSE: std::time::Duration = std::time::Duration::from_millis(500);
/// Lines that go from the thread that reads to those that add up at a time, with a note of progress.
const LINES_PER_BLOCK: usize = 1 << 15;
/// Blocks that wait for being added up.
const BLOCKS_WAITING_MAX: usize = 2;
/// Threads that add up, each for its share of the definitions: adding for a dozen takes about three times as long as
/// reading, and every thread more finds out again which lines and values there are.
const ADDERS_MAX: usize = 2;

/// How far a rebuild has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// So many lines have been read.
    Read {
        /// Lines.
        lines: u64,
    },
    /// The sums of so many definitions of so many have been written.
    Written {
        /// Cells in them.
        cells: u64,
        /// Definitions done.
        sets: u64,
        /// Definitions to do.
        of: u64,
    },
}

/// Compiles the definitions of sets of cells.
pub(crate) async fn matchers(tx: &mut Tx, keys: &[KeyRow]) -> Result<Vec<Matcher>, DbError> {
    let mut matchers = Vec::with_capacity(keys.len());
    for key in keys {
        let definition = store::definition::find(tx, &key.code, Some(key.version)).await?;
        let definition = definition.ok_or_else(|| {
            DbError::Other(format!(
                "the cube has cells of {} version {}, which is gone",
                key.code, key.version
            ))
        })?;
        matchers.push(Matcher::new(&definition.content));
    }
    Ok(matchers)
}

/// Folds the waiting lines into the cells now, as a posting does when many wait. Changes no figure.
///
/// # Errors
/// What the database refuses.
pub async fn fold(db: &Db) -> Result<(), DbError> {
    db.write(async |tx| {
        let (seq, _) = store::cube::lock(tx, 0, 0).await?;
        fold_in(tx, seq).await
    })
    .await
}

/// Fills new cells for these versions of definitions `(code, version)` from the lines, and lets them answer. Readers
/// keep the cells they have until the new ones are complete; postings go on meanwhile and are not lost.
///
/// # Errors
/// What the database refuses; the cells that answered before go on answering.
pub async fn rebuild(
    db: &Db,
    definitions: &[(String, i64)],
    mut progress: impl FnMut(Progress) + Send,
) -> Result<(), DbError> {
    for part in definitions.chunks(DEFINITIONS_MAX) {
        let keys = register(db, part).await?;
        let outcome = tokio::select! {
            outcome = build(db, &keys, &mut progress) => outcome,
            error = beat(db, &keys) => Err(error),
        };
        if outcome.is_err() {
            give_up(db, &keys).await?;
        }
        outcome?;
    }
    clean_up(db).await
}

/// Builds the cells of every definition in force that has none, and of versions that were released, so that a release
/// can say what it would be today. Returns how many there were. Of two programs that start
/// at once on a new database one builds, and the other waits for it.
///
/// # Errors
/// What the database refuses.
pub async fn build_missing(db: &Db, mut progress: impl FnMut(Progress) + Send) -> Result<usize, DbError> {
    let mut looks = 0;
    loop {
        let missing = missing(db).await?;
        if missing.is_empty() {
            return Ok(0);
        }
        looks += 1;
        match rebuild(db, &missing, &mut progress).await {
            Err(DbError::Other(text)) if text == TAKEN_OVER && looks < MISSING_LOOKS_MAX => {
                tokio::time::sleep(MISSING_PAUSE).await;
            }
            outcome => return outcome.map(|()| missing.len()),
        }
    }
}

/// The definitions whose sums should be kept and are not: code and version.
///
/// # Errors
/// What the database refuses.
pub async fn missing(db: &Db) -> Result<Vec<(String, i64)>, DbError> {
    db.read(async |tx| find_missing(tx).await).await
}

async fn find_missing(tx: &mut Tx) -> Result<Vec<(String, i64)>, DbError> {
    let mut missing = Vec::new();
    let in_force = store::definition::in_state(tx, State::Published).await?;
    let mut wanted: Vec<(String, i64)> = in_force.into_iter().map(|one| (one.code, one.version)).collect();
    wanted.extend(store::release::versions(tx).await?);
    wanted.sort();
    wanted.dedup();
    for (code, version) in wanted {
        if store::cube::key_of(tx, &code, version).await?.is_none() {
            missing.push((code, version));
        }
    }
    Ok(missing)
}

/// Shows while a set is being built that somebody builds it. Ends only if the database fails.
async fn beat(db: &Db, keys: &[KeyRow]) -> DbError {
    let keys: Vec<i64> = keys.iter().map(|key| key.key).collect();
    loop {
        tokio::time::sleep(BEAT).await;
        if let Err(error) = db.write(async |tx| store::cube::beat(tx, &keys).await).await {
            return error;
        }
    }
}

/// Gives up what killed programs were building: whatever shows no sign of life during `patience`, which a living
/// builder gives every second. Waiting lines would be kept for it for ever. Returns how many sets there were.
///
/// # Errors
/// What the database refuses.
pub async fn abandon_builds(db: &Db, patience: std::time::Duration) -> Result<usize, DbError> {
    let building = db.read(async |tx| store::cube::beats(tx).await).await?;
    if building.is_empty() {
        return Ok(0);
    }
    tokio::time::sleep(patience).await;
    let mut abandoned = 0;
    for (key, beat) in building {
        abandoned += usize::from(db.write(async |tx| store::cube::drop_still(tx, key, beat).await).await?);
    }
    clean_up(db).await?;
    Ok(abandoned)
}

/// Notes the new sets. From here on the lines of later postings are kept until the sets have taken them.
async fn register(db: &Db, definitions: &[(String, i64)]) -> Result<Vec<KeyRow>, DbError> {
    db.write(async |tx| {
        let count = i64::try_from(definitions.len()).unwrap_or(i64::MAX);
        let (last, seq) = store::cube::take_keys(tx, count).await?;
        let mut keys = Vec::new();
        for (key, (code, version)) in (last - count + 1..=last).zip(definitions) {
            store::cube::drop_keys(tx, code, *version, "building").await?;
            let row = KeyRow { key, code: code.clone(), version: *version, folded: seq };
            store::cube::add_key(tx, &row, "building").await?;
            keys.push(row);
        }
        Ok(keys)
    })
    .await
}

/// Gives up these sets; those of another rebuild that has taken over go on.
async fn give_up(db: &Db, keys: &[KeyRow]) -> Result<(), DbError> {
    db.write(async |tx| {
        for key in keys {
            store::cube::give_up(tx, key.key).await?;
        }
        Ok(())
    })
    .await
}

async fn build(
    db: &Db,
    keys: &[KeyRow],
    progress: &mut (impl FnMut(Progress) + Send),
) -> Result<(), DbError> {
    let (shares, seq) = db.read(async |tx| sum_lines(tx, keys, progress).await).await?;
    let (mut cells, mut sets) = (0, 0);
    let mut waiting = keys.iter();
    for mut sums in shares {
        for (bit, key) in waiting.by_ref().take(sums.definitions()).enumerate() {
            // One definition at a time, so that few slices are in memory.
            let slices = sums.slices(bit)?;
            cells += slices.iter().map(|(_, slice)| slice.len() as u64).sum::<u64>();
            sets += 1;
            write_set(db, key.key, &slices).await?;
            progress(Progress::Written { cells, sets, of: keys.len() as u64 });
        }
    }
    let all_there = db
        .write(async |tx| {
            store::cube::lock(tx, 0, 0).await?;
            let mut all_there = true;
            for key in keys {
                store::cube::drop_keys(tx, &key.code, key.version, "ready").await?;
                all_there &= store::cube::make_ready(tx, key.key, seq).await?;
            }
            if all_there { Ok(true) } else { Err(DbError::Other(TAKEN_OVER.to_owned())) }
        })
        .await?;
    debug_assert!(all_there, "the swap is whole or fails");
    Ok(())
}

/// Sums all lines of one view of the data, for the definitions in their order, and the number of the last block in
/// that view. One thread reads, others add up.
async fn sum_lines(
    tx: &mut Tx,
    keys: &[KeyRow],
    progress: &mut (impl FnMut(Progress) + Send),
) -> Result<(Vec<Aggregator>, i64), DbError> {
    let seq = store::cube::seq(tx).await?;
    let adders = Adders::start(&matchers(tx, keys).await?);
    let mut block = Vec::with_capacity(LINES_PER_BLOCK);
    let mut lines = 0_u64;
    let read = facts::for_each_fact(tx, &LineFilter::default(), |fact| {
        block.push(*fact);
        if block.len() == LINES_PER_BLOCK {
            lines += LINES_PER_BLOCK as u64;
            progress(Progress::Read { lines });
            adders.add(std::mem::replace(&mut block, Vec::with_capacity(LINES_PER_BLOCK)))?;
        }
        Ok(())
    })
    .await;
    lines += block.len() as u64;
    let read = read.and_then(|()| adders.add(block));
    // If adding up failed, its error is the cause and that of reading the consequence.
    let sums = adders.finish().await?;
    read?;
    progress(Progress::Read { lines });
    Ok((sums, seq))
}

/// The threads that add up.
struct Adders(Vec<Adder>);

/// A thread that adds up for some definitions, and the way to it.
struct Adder {
    send: SyncSender<Arc<Vec<Fact>>>,
    adding: JoinHandle<Result<Aggregator, DbError>>,
}

impl Adders {
    fn start(matchers: &[Matcher]) -> Self {
        let shares = matchers.chunks(matchers.len().div_ceil(ADDERS_MAX).max(1));
        Self(shares.map(Adder::start).collect())
    }

    /// Waits while a thread is behind, as adding up here would.
    fn add(&self, block: Vec<Fact>) -> Result<(), DbError> {
        let block = Arc::new(block);
        self.0.iter().try_for_each(|adder| adder.send.send(Arc::clone(&block))).map_err(|_| gone())
    }

    async fn finish(self) -> Result<Vec<Aggregator>, DbError> {
        let mut sums = Vec::with_capacity(self.0.len());
        for Adder { send, adding } in self.0 {
            drop(send);
            sums.push(adding.await.map_err(|_| gone())??);
        }
        Ok(sums)
    }
}

impl Adder {
    fn start(matchers: &[Matcher]) -> Self {
        let mut sums = Aggregator::new(matchers.to_vec());
        let (send, receive) = sync_channel::<Arc<Vec<Fact>>>(BLOCKS_WAITING_MAX);
        let adding = tokio::task::spawn_blocking(move || {
            for block in receive {
                block.iter().try_for_each(|fact| sums.add(fact))?;
            }
            Ok(sums)
        });
        Self { send, adding }
    }
}

fn gone() -> DbError {
    DbError::Other("a thread that adds up has stopped".to_owned())
}

/// Writes the slices of a new set, some at a time.
async fn write_set(db: &Db, key: i64, slices: &[(Face, Slice)]) -> Result<(), DbError> {
    let mut rest = slices;
    while !rest.is_empty() {
        let mut cells = 0;
        let more = rest.iter().skip(1).take_while(|(_, slice)| {
            cells += slice.len();
            cells <= CELLS_PER_WRITE
        });
        let (part, others) = rest.split_at(1 + more.count());
        db.write(async |tx| store::cube::put_slices(tx, key, part).await).await?;
        rest = others;
    }
    Ok(())
}

/// Removes the slices of sets that were given up.
///
/// # Errors
/// What the database refuses; what is left is removed by the next call.
pub async fn clean_up(db: &Db) -> Result<(), DbError> {
    let keys = db.read(async |tx| store::cube::keys(tx, "dropped").await).await?;
    for key in keys {
        db.write(async |tx| {
            store::cube::remove_slices(tx, key.key).await?;
            store::cube::remove_key(tx, key.key).await
        })
        .await?;
    }
    Ok(())
}
