//! Statements of [`crate::facts::reporting`] and of what waits for a person.

use sh_db::{DbError, Tx, binds, statements};
use sh_kernel::Day;

use crate::{
    import::batch::{Batch, batch_columns},
    model::SourceKind,
};

statements! {
    /// The last day that any posted file of a kind of source tells of, but none after a given day.
    NEWEST_DAY = "SELECT b.day_last FROM import_batch b JOIN source s ON s.code = b.source
        WHERE b.live = 1 AND b.state = 'posted' AND b.day_last <= $1 AND s.kind = $2
        ORDER BY b.day_last DESC LIMIT 1";
    /// Sources with a standing file that reaches into a span of days: 2 if one is posted, else 1.
    REPORTED = "SELECT source, CAST(MAX(CASE WHEN state = 'posted' THEN 2 ELSE 1 END) AS BIGINT) FROM import_batch
        WHERE live = 1 AND day_last >= $1 AND day_first <= $2 GROUP BY source ORDER BY source";
    /// Imports that a person must go on with, oldest first, perhaps of some sources only.
    UNDECIDED = concat!("SELECT ", batch_columns!(), " FROM import_batch
        WHERE state IN ('checked', 'stopped', 'failed')
        AND (CAST($1 AS BIGINT) IS NULL OR source {{in_text $2}}) ORDER BY id LIMIT $3");
}

/// The last day up to `until` that any posted return of a city tells of.
pub(crate) async fn newest_day(tx: &mut Tx, until: Day) -> Result<Option<Day>, DbError> {
    let values = binds![until, SourceKind::CityReturn.code()];
    let row: Option<(Day,)> = tx.fetch_optional(&NEWEST_DAY, values).await?;
    Ok(row.map(|row| row.0))
}

/// Sources whose standing files reach into the days, and whether one of the files is posted.
pub(crate) async fn reported(tx: &mut Tx, first: Day, last: Day) -> Result<Vec<(String, bool)>, DbError> {
    let rows: Vec<(String, i64)> = tx.fetch_all(&REPORTED, binds![first, last]).await?;
    Ok(rows.into_iter().map(|(source, state)| (source, state == 2)).collect())
}

/// Imports that a person must go on with, at most `limit`, of these sources (`None` for all).
pub(crate) async fn undecided(
    tx: &mut Tx,
    sources: Option<&[String]>,
    limit: i64,
) -> Result<Vec<Batch>, DbError> {
    let limited = sources.map(|_| 1_i64);
    tx.fetch_all(&UNDECIDED, binds![limited, sources.unwrap_or_default(), limit]).await
}
