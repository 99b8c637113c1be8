//! SQL of the sales that the platform carries itself.

use std::collections::HashSet;

use sh_db::{DbError, Tx, Value, binds};
use sh_kernel::{Day, Fen, Id, Instant};

use crate::model::{Claim, ImportBatch};

sh_db::inserts! {
    /// Notes which claim tells what. One that is noted already stays.
    ADD_OWN = own_sale(order_no Text, line I64, stage I64, part I64, claim Uuid)
        "ON CONFLICT (order_no, line, stage, part) DO NOTHING";
    /// Begins a standing batch, or locks the one that is there: only one transaction at a time numbers rows in it.
    OPEN_BATCH = import_batch(id Uuid, source Text, file_name Text, file_hash Text, file_size I64, state Text, live I64,
        good_only Bool, rows_total I64, rows_good I64, rows_bad I64, rows_skipped I64, rows_posted I64,
        amount_good I64, created_by Text, created_at Instant, posted_at Instant)
        "ON CONFLICT (source, file_hash, live) DO UPDATE SET posted_at = excluded.posted_at";
}

sh_db::statements! {
    /// What is noted of some orders.
    KNOWN_OWN = "SELECT order_no, line, stage, part FROM own_sale WHERE order_no {{in_text $1}}";
    /// A standing batch and its rows so far.
    STANDING_BATCH = "SELECT id, rows_total FROM import_batch WHERE source = $1 AND file_hash = $2 AND live = 1";
    /// Rows were added to a standing batch.
    GROW_BATCH = "UPDATE import_batch SET rows_total = rows_total + $2, rows_good = rows_good + $2,
        rows_posted = rows_posted + $2, amount_good = amount_good + $3,
        day_first = CASE WHEN day_first IS NULL OR day_first > $4 THEN $4 ELSE day_first END,
        day_last = CASE WHEN day_last IS NULL OR day_last < $5 THEN $5 ELSE day_last END WHERE id = $1";
    /// Asks for days to be matched; answers which job will see them.
    ASK_OWN = "INSERT INTO own_matching (one, generation, first_day, last_day) VALUES (1, 1, $1, $2)
        ON CONFLICT (one) DO UPDATE SET
        first_day = CASE WHEN own_matching.first_day IS NULL OR own_matching.first_day > excluded.first_day
            THEN excluded.first_day ELSE own_matching.first_day END,
        last_day = CASE WHEN own_matching.last_day IS NULL OR own_matching.last_day < excluded.last_day
            THEN excluded.last_day ELSE own_matching.last_day END
        RETURNING generation";
    /// Whether days wait to be matched, or are being matched.
    OWN_WAITS = "SELECT COUNT(*) FROM own_matching WHERE first_day IS NOT NULL OR taken_first IS NOT NULL";
    /// Takes the days that wait, and those that a killed run had taken. If there are none, what is recorded from now on
    /// is for another job.
    TAKE_OWN = "UPDATE own_matching SET
        generation = generation + CASE WHEN first_day IS NULL AND ($1 OR taken_first IS NULL) THEN 1 ELSE 0 END,
        taken_first = CASE WHEN $1 OR taken_first IS NULL OR first_day < taken_first THEN first_day ELSE taken_first END,
        taken_last = CASE WHEN $1 OR taken_last IS NULL OR last_day > taken_last THEN last_day ELSE taken_last END,
        first_day = NULL, last_day = NULL WHERE one = 1 RETURNING taken_first, taken_last";
}

/// What tells a stage of a line of an own order from every other: order, line, stage, which return of the line.
pub(crate) type OwnKey = (String, i64, i64, i64);

pub(crate) async fn known(tx: &mut Tx, orders: &[String]) -> Result<HashSet<OwnKey>, DbError> {
    Ok(tx.fetch_all(&KNOWN_OWN, binds![orders]).await?.into_iter().collect())
}

pub(crate) async fn waits(tx: &mut Tx) -> Result<bool, DbError> {
    let (count,): (i64,) = tx.fetch_one(&OWN_WAITS, binds![]).await?;
    Ok(count > 0)
}

/// Notes which claim tells what. Returns how many were new.
pub(crate) async fn add(tx: &mut Tx, rows: &[(OwnKey, Id<Claim>)]) -> Result<u64, DbError> {
    let rows: Vec<Vec<Value>> = rows
        .iter()
        .map(|((order, line, stage, part), claim)| binds![order.as_str(), *line, *stage, *part, *claim])
        .collect();
    tx.insert_many(&ADD_OWN, rows).await
}

/// A standing batch on its way in.
pub(crate) struct OpenBatch<'a> {
    pub(crate) id: Id<ImportBatch>,
    pub(crate) source: &'a str,
    pub(crate) name: &'a str,
    pub(crate) key: &'a str,
    pub(crate) by: &'a str,
    pub(crate) now: Instant,
}

/// Begins a standing batch unless it is there, and locks it. Returns it with the rows it has.
pub(crate) async fn open_batch(
    tx: &mut Tx,
    batch: &OpenBatch<'_>,
) -> Result<(Id<ImportBatch>, i64), DbError> {
    let state = crate::import::batch::BatchState::Posted.word();
    let row = binds![
        batch.id,
        batch.source,
        batch.name,
        batch.key,
        0_i64,
        state,
        1_i64,
        false,
        0_i64,
        0_i64,
        0_i64,
        0_i64,
        0_i64,
        0_i64,
        batch.by,
        batch.now,
        batch.now
    ];
    tx.insert(&OPEN_BATCH, row).await?;
    tx.fetch_one(&STANDING_BATCH, binds![batch.source, batch.key]).await
}

pub(crate) async fn grow_batch(
    tx: &mut Tx,
    id: Id<ImportBatch>,
    rows: i64,
    amount: Fen,
    days: (Day, Day),
) -> Result<(), DbError> {
    tx.execute(&GROW_BATCH, binds![id, rows, amount, days.0, days.1]).await.map(drop)
}

/// Asks for days to be matched. Returns the number of the job that will see them.
pub(crate) async fn ask(tx: &mut Tx, days: (Day, Day)) -> Result<i64, DbError> {
    let (generation,): (i64,) = tx.fetch_one(&ASK_OWN, binds![days.0, days.1]).await?;
    Ok(generation)
}

/// Takes the days that wait; `done` says that those taken before are matched.
pub(crate) async fn take(tx: &mut Tx, done: bool) -> Result<Option<(Day, Day)>, DbError> {
    let taken: Option<(Option<Day>, Option<Day>)> = tx.fetch_optional(&TAKE_OWN, binds![done]).await?;
    Ok(taken.and_then(|(first, last)| first.zip(last)))
}
