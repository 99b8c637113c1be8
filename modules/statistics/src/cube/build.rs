//! Filling cells from the lines, beside the cells that answer.

use sh_db::{Db, DbError, Tx};
use sh_trade::facts::{self, LineFilter};

use crate::{
    cube::{
        aggregate::{Aggregator, CellRow, DEFINITIONS_MAX},
        sink::fold_in,
    },
    cuboid::Cuboid,
    definition::{Matcher, State},
    store::{self, cube::KeyRow},
};

/// Cells written in one transaction while a set is being built, so that postings get their turn in between.
const CELLS_PER_WRITE: usize = 20_000;
/// What a rebuild says whose sets were given up because a later one makes the same.
const TAKEN_OVER: &str = "another rebuild has taken over";
/// How often the sets that are missing are looked for while another program makes them.
const MISSING_LOOKS_MAX: u32 = 20;
/// Between two looks.
const MISSING_PAUSE: std::time::Duration = std::time::Duration::from_millis(500);
/// Lines read between two notes of progress.
const LINES_PER_NOTE: u64 = 100_000;

/// How far a rebuild has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// So many lines have been read.
    Read {
        /// Lines.
        lines: u64,
    },
    /// So many cells of so many have been written.
    Written {
        /// Cells written.
        cells: u64,
        /// Cells to write.
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
        let outcome = build(db, &keys, &mut progress).await;
        if outcome.is_err() {
            give_up(db, &keys).await?;
        }
        outcome?;
    }
    clean_up(db).await
}

/// Builds the cells of every definition in force that has none. Returns how many there were. Of two programs that start
/// at once on a new database one builds, and the other waits for it.
///
/// # Errors
/// What the database refuses.
pub async fn build_missing(db: &Db, mut progress: impl FnMut(Progress) + Send) -> Result<usize, DbError> {
    let mut looks = 0;
    loop {
        let missing = db.read(async |tx| missing(tx).await).await?;
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

async fn missing(tx: &mut Tx) -> Result<Vec<(String, i64)>, DbError> {
    let mut missing = Vec::new();
    for definition in store::definition::in_state(tx, State::Published).await? {
        if store::cube::key_of(tx, &definition.code, definition.version).await?.is_none() {
            missing.push((definition.code, definition.version));
        }
    }
    Ok(missing)
}

/// Gives up what a killed program was building, so that waiting lines are not kept for it. Call before the first
/// rebuild of a program that is the only one on its database.
///
/// # Errors
/// What the database refuses.
pub async fn abandon_builds(db: &Db) -> Result<(), DbError> {
    db.write(async |tx| store::cube::drop_building(tx).await).await?;
    clean_up(db).await
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
    let (sums, seq) = db.read(async |tx| sum_lines(tx, keys, progress).await).await?;
    let mut sets = Vec::with_capacity(keys.len());
    for (bit, key) in keys.iter().enumerate() {
        sets.push((key.key, sums.cells(bit)?));
    }
    drop(sums);
    write_all(db, &sets, progress).await?;
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

/// Sums all lines of one view of the data, and the number of the last block in that view.
async fn sum_lines(
    tx: &mut Tx,
    keys: &[KeyRow],
    progress: &mut (impl FnMut(Progress) + Send),
) -> Result<(Aggregator, i64), DbError> {
    let seq = store::cube::seq(tx).await?;
    let mut sums = Aggregator::new(matchers(tx, keys).await?);
    let mut lines = 0_u64;
    facts::for_each_fact(tx, &LineFilter::default(), |fact| {
        lines += 1;
        if lines.is_multiple_of(LINES_PER_NOTE) {
            progress(Progress::Read { lines });
        }
        sums.add(fact)
    })
    .await?;
    progress(Progress::Read { lines });
    Ok((sums, seq))
}

/// Writes the cells of new sets, some at a time.
async fn write_all(
    db: &Db,
    sets: &[(i64, Vec<CellRow>)],
    progress: &mut (impl FnMut(Progress) + Send),
) -> Result<(), DbError> {
    let count = |rows: &[CellRow]| u64::try_from(rows.len()).unwrap_or(u64::MAX);
    let of = sets.iter().map(|(_, rows)| count(rows)).sum();
    let mut cells = 0;
    for (key, rows) in sets {
        for part in rows.chunks(CELLS_PER_WRITE) {
            db.write(async |tx| store::cube::write_cells(tx, *key, part, false).await).await?;
            cells += count(part);
            progress(Progress::Written { cells, of });
        }
    }
    Ok(())
}

/// Removes the cells of sets that were given up, one pair of axes at a time.
///
/// # Errors
/// What the database refuses; what is left is removed by the next call.
pub async fn clean_up(db: &Db) -> Result<(), DbError> {
    let keys = db.read(async |tx| store::cube::keys(tx, "dropped").await).await?;
    for key in keys {
        for cuboid in Cuboid::all() {
            db.write(async |tx| store::cube::remove_cells(tx, key.key, *cuboid).await).await?;
        }
        db.write(async |tx| store::cube::remove_key(tx, key.key).await).await?;
    }
    Ok(())
}
