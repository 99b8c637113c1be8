//! Slices, waiting lines, and which slices belong to which definition.

use sh_db::{DbError, FromRow, Row, Tx, binds, inserts, statements};
use sh_trade::facts::Fact;

use crate::{
    cube::{slice::Slice, tail},
    cuboid::Face,
};

statements! {
    LOCK = "UPDATE cube_state SET seq = seq + $1, pending = pending + $2 WHERE id = 1 RETURNING seq, pending";
    SEQ = "SELECT seq FROM cube_state WHERE id = 1";
    SET_PENDING = "UPDATE cube_state SET pending = $1 WHERE id = 1";
    TAKE_KEYS = "UPDATE cube_state SET last_key = last_key + $1 WHERE id = 1 RETURNING last_key, seq";
    TAIL = "SELECT seq, payload FROM cube_tail WHERE seq > $1 AND seq <= $2 ORDER BY seq";
    WAITING_BLOCKS = "SELECT COUNT(*) FROM cube_tail";
    DROP_TAIL = "DELETE FROM cube_tail WHERE seq <= $1 AND seq <= (SELECT COALESCE(MIN(folded), $1)
        FROM cube_key WHERE state <> 'dropped')";
    KEYS = "SELECT definition_key, code, version, folded FROM cube_key WHERE state = $1
        ORDER BY definition_key";
    KEY_OF = "SELECT definition_key, code, version, folded FROM cube_key
        WHERE code = $1 AND version = $2 AND state = 'ready' ORDER BY definition_key DESC LIMIT 1";
    ADD_KEY = "INSERT INTO cube_key (definition_key, code, version, state, folded) VALUES ($1, $2, $3, $4, $5)";
    DROP_KEYS = "UPDATE cube_key SET state = 'dropped' WHERE code = $1 AND version = $2 AND state = $3";
    BEATS = "SELECT definition_key, beat FROM cube_key WHERE state = 'building' ORDER BY definition_key";
    BEAT = "UPDATE cube_key SET beat = beat + 1 WHERE definition_key {{in_i64 $1}} AND state = 'building'";
    DROP_STILL = "UPDATE cube_key SET state = 'dropped' WHERE definition_key = $1 AND state = 'building' AND beat = $2";
    GIVE_UP = "UPDATE cube_key SET state = 'dropped' WHERE definition_key = $1 AND state = 'building'";
    SET_FOLDED = "UPDATE cube_key SET folded = $2 WHERE definition_key = $1";
    MAKE_READY = "UPDATE cube_key SET state = 'ready', folded = $2
        WHERE definition_key = $1 AND state = 'building'";
    REMOVE_SLICES = "DELETE FROM cube WHERE definition_key = $1";
    REMOVE_KEY = "DELETE FROM cube_key WHERE definition_key = $1 AND state = 'dropped'";
    SLICE = "SELECT payload FROM cube WHERE definition_key = $1 AND cuboid = $2";
    SLICES = "SELECT cuboid, payload FROM cube WHERE definition_key = $1 AND cuboid {{in_i64 $2}}";
}

inserts! {
    ADD_TAIL = cube_tail(seq I64, lines I64, payload Bytes) "";
    PUT_SLICES = cube(definition_key I64, cuboid I64, cells I64, payload Bytes)
        "ON CONFLICT (definition_key, cuboid) DO UPDATE SET cells = excluded.cells, payload = excluded.payload";
}

/// Cells of one version of a definition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeyRow {
    pub(crate) key: i64,
    pub(crate) code: String,
    pub(crate) version: i64,
    pub(crate) folded: i64,
}

impl FromRow for KeyRow {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self { key: row.get(0)?, code: row.get(1)?, version: row.get(2)?, folded: row.get(3)? })
    }
}

/// Takes the lock on the cubes, which the transaction holds to its end, and counts in new blocks of lines. Returns the
/// number of the last block and how many lines wait.
pub(crate) async fn lock(tx: &mut Tx, blocks: i64, lines: i64) -> Result<(i64, i64), DbError> {
    tx.fetch_one(&LOCK, binds![blocks, lines]).await
}

/// The number of the last block of lines.
pub(crate) async fn seq(tx: &mut Tx) -> Result<i64, DbError> {
    tx.fetch_one::<(i64,)>(&SEQ, binds![]).await.map(|row| row.0)
}

pub(crate) async fn set_pending(tx: &mut Tx, lines: i64) -> Result<(), DbError> {
    tx.execute(&SET_PENDING, binds![lines]).await.map(drop)
}

/// Reserves `count` keys and returns the last of them, with the number of the last block. Takes the lock.
pub(crate) async fn take_keys(tx: &mut Tx, count: i64) -> Result<(i64, i64), DbError> {
    tx.fetch_one(&TAKE_KEYS, binds![count]).await
}

pub(crate) async fn add_tail(tx: &mut Tx, seq: i64, facts: &[Fact]) -> Result<(), DbError> {
    let lines = i64::try_from(facts.len()).unwrap_or(i64::MAX);
    tx.insert(&ADD_TAIL, binds![seq, lines, tail::encode(facts)]).await.map(drop)
}

/// How many blocks wait.
pub(crate) async fn waiting_blocks(tx: &mut Tx) -> Result<i64, DbError> {
    tx.fetch_one::<(i64,)>(&WAITING_BLOCKS, binds![]).await.map(|row| row.0)
}

/// The waiting lines of the blocks after `after` up to `upto`, with their block.
pub(crate) async fn tail(tx: &mut Tx, after: i64, upto: i64) -> Result<Vec<(i64, Vec<Fact>)>, DbError> {
    let rows: Vec<(i64, Vec<u8>)> = tx.fetch_all(&TAIL, binds![after, upto]).await?;
    rows.into_iter().map(|(seq, payload)| Ok((seq, tail::decode(&payload)?))).collect()
}

/// Removes waiting lines that every set of cells holds.
pub(crate) async fn drop_tail(tx: &mut Tx, upto: i64) -> Result<(), DbError> {
    tx.execute(&DROP_TAIL, binds![upto]).await.map(drop)
}

/// The sets of cells in a state: `building`, `ready` or `dropped`.
pub(crate) async fn keys(tx: &mut Tx, state: &str) -> Result<Vec<KeyRow>, DbError> {
    tx.fetch_all(&KEYS, binds![state]).await
}

/// The cells that answer for a version of a definition.
pub(crate) async fn key_of(tx: &mut Tx, code: &str, version: i64) -> Result<Option<KeyRow>, DbError> {
    tx.fetch_optional(&KEY_OF, binds![code, version]).await
}

pub(crate) async fn add_key(tx: &mut Tx, row: &KeyRow, state: &str) -> Result<(), DbError> {
    let values = binds![row.key, row.code.as_str(), row.version, state, row.folded];
    tx.execute(&ADD_KEY, values).await.map(drop)
}

/// Gives up the cells of a version that are in a state.
pub(crate) async fn drop_keys(tx: &mut Tx, code: &str, version: i64, state: &str) -> Result<u64, DbError> {
    tx.execute(&DROP_KEYS, binds![code, version, state]).await
}

/// Gives up one set that is being built.
pub(crate) async fn give_up(tx: &mut Tx, key: i64) -> Result<u64, DbError> {
    tx.execute(&GIVE_UP, binds![key]).await
}

/// How far those have come who build sets: key and beat.
pub(crate) async fn beats(tx: &mut Tx) -> Result<Vec<(i64, i64)>, DbError> {
    tx.fetch_all(&BEATS, binds![]).await
}

/// Shows that somebody is building these sets.
pub(crate) async fn beat(tx: &mut Tx, keys: &[i64]) -> Result<u64, DbError> {
    tx.execute(&BEAT, binds![keys]).await
}

/// Gives up a set that is being built if nobody has shown a sign of life since this beat.
pub(crate) async fn drop_still(tx: &mut Tx, key: i64, beat: i64) -> Result<bool, DbError> {
    tx.execute(&DROP_STILL, binds![key, beat]).await.map(|changed| changed == 1)
}

pub(crate) async fn set_folded(tx: &mut Tx, key: i64, seq: i64) -> Result<(), DbError> {
    tx.execute(&SET_FOLDED, binds![key, seq]).await.map(drop)
}

/// Lets a finished set answer. `false` if it was given up meanwhile.
pub(crate) async fn make_ready(tx: &mut Tx, key: i64, folded: i64) -> Result<bool, DbError> {
    tx.execute(&MAKE_READY, binds![key, folded]).await.map(|changed| changed == 1)
}

pub(crate) async fn remove_slices(tx: &mut Tx, key: i64) -> Result<u64, DbError> {
    tx.execute(&REMOVE_SLICES, binds![key]).await
}

pub(crate) async fn remove_key(tx: &mut Tx, key: i64) -> Result<(), DbError> {
    tx.execute(&REMOVE_KEY, binds![key]).await.map(drop)
}

/// Writes slices of a set, or puts them in the place of those that are there. Empty ones of a new set are left out.
pub(crate) async fn put_slices(tx: &mut Tx, key: i64, slices: &[(Face, Slice)]) -> Result<(), DbError> {
    let rows = slices.iter().map(|(face, slice)| {
        let cells = i64::try_from(slice.len()).unwrap_or(i64::MAX);
        binds![key, face.number(), cells, slice.packed()]
    });
    tx.insert_many(&PUT_SLICES, rows.collect::<Vec<_>>()).await.map(drop)
}

/// One slice of a set.
pub(crate) async fn slice(tx: &mut Tx, key: i64, face: Face) -> Result<Slice, DbError> {
    let row: Option<(Vec<u8>,)> = tx.fetch_optional(&SLICE, binds![key, face.number()]).await?;
    row.map_or_else(|| Ok(Slice::default()), |(payload,)| Slice::unpacked(&payload))
}

/// Several slices of a set, with the numbers of their faces; without those that are empty.
pub(crate) async fn slices(tx: &mut Tx, key: i64, faces: &[i64]) -> Result<Vec<(i64, Slice)>, DbError> {
    let rows: Vec<(i64, Vec<u8>)> = tx.fetch_all(&SLICES, binds![key, faces]).await?;
    rows.into_iter().map(|(face, payload)| Ok((face, Slice::unpacked(&payload)?))).collect()
}
