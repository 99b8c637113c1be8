//! Releases, their figures and errata.

use sh_db::{DbError, FromRow, Row, Tx, binds, inserts, statements};
use sh_kernel::{Id, Instant};
use sh_trade::axes::Axis;

use super::definition::to_json;
use crate::releases::{Erratum, Release, ReleaseFigure, ReleaseState};

statements! {
    RELEASE = "SELECT r.id, r.name, r.state, r.posting, r.day, r.supersedes,
        (SELECT s.id FROM release s WHERE s.supersedes = r.id AND s.number IS NOT NULL
            ORDER BY s.number DESC LIMIT 1),
        r.content, r.proposed_by, r.proposed_at, r.approved_by, r.approved_at, r.number, r.previous, r.hash,
        r.withdrawn_by, r.withdrawn_at, r.reason FROM release r WHERE r.id = $1";
    RELEASES = "SELECT r.id, r.name, r.state, r.posting, r.day, r.supersedes,
        (SELECT s.id FROM release s WHERE s.supersedes = r.id AND s.number IS NOT NULL
            ORDER BY s.number DESC LIMIT 1),
        r.content, r.proposed_by, r.proposed_at, r.approved_by, r.approved_at, r.number, r.previous, r.hash,
        r.withdrawn_by, r.withdrawn_at, r.reason FROM release r
        WHERE (CAST($1 AS BIGINT) = 0 OR r.number IS NOT NULL) AND r.id < $2 ORDER BY r.id DESC LIMIT $3";
    OLDEST_FIRST = "SELECT r.id, r.name, r.state, r.posting, r.day, r.supersedes, NULL,
        r.content, r.proposed_by, r.proposed_at, r.approved_by, r.approved_at, r.number, r.previous, r.hash,
        r.withdrawn_by, r.withdrawn_at, r.reason FROM release r
        ORDER BY CASE WHEN r.number IS NULL THEN 1 ELSE 0 END, r.number, r.id",
        postgres "SELECT r.id, r.name, r.state, r.posting, r.day, r.supersedes, CAST(NULL AS UUID),
        r.content, r.proposed_by, r.proposed_at, r.approved_by, r.approved_at, r.number, r.previous, r.hash,
        r.withdrawn_by, r.withdrawn_at, r.reason FROM release r
        ORDER BY CASE WHEN r.number IS NULL THEN 1 ELSE 0 END, r.number, r.id";
    LAST_PUBLISHED = "SELECT r.id FROM release r WHERE r.number IS NOT NULL ORDER BY r.number DESC LIMIT 1";
    PUBLISH = "UPDATE release SET state = 'published', approved_by = $2, approved_at = $3, number = $4, previous = $5,
        hash = $6 WHERE id = $1 AND state = 'proposed'";
    WITHDRAW = "UPDATE release SET state = 'withdrawn', reason = $2, withdrawn_by = $3, withdrawn_at = $4
        WHERE id = $1 AND state <> 'withdrawn'";
    FIGURES = "SELECT position, title, code, version, definition, by_axes, filter, value, trades, rows, merged
        FROM release_figure WHERE release = $1 ORDER BY position";
    VERSIONS = "SELECT DISTINCT f.code, f.version FROM release_figure f JOIN release r ON r.id = f.release
        WHERE r.number IS NOT NULL ORDER BY f.code, f.version";
    ERRATA = "SELECT seq, body, written_by, written_at FROM release_erratum WHERE release = $1 ORDER BY seq";
    ADD_ERRATUM = "INSERT INTO release_erratum (release, seq, body, written_by, written_at)
        SELECT $1, COALESCE(MAX(seq), 0) + 1, $2, $3, $4 FROM release_erratum WHERE release = $1";
}

inserts! {
    ADD_RELEASE = release(id Uuid, name Text, state Text, posting I64, day I64, supersedes Uuid, content Text,
        proposed_by Text, proposed_at Instant) "";
    ADD_FIGURES = release_figure(release Uuid, position I64, title Text, code Text, version I64, definition Text,
        by_axes Text, filter Text, value I64, trades I64, rows Text, merged Text) "";
}

impl FromRow for Release {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        let state: String = row.get(2)?;
        Ok(Self {
            id: row.get(0)?,
            name: row.get(1)?,
            state: ReleaseState::from_word(&state)
                .ok_or_else(|| DbError::Column { column: 2, problem: format!("{state} is not a state") })?,
            posting: row.get(3)?,
            day: row.get(4)?,
            supersedes: row.get(5)?,
            superseded_by: row.get(6)?,
            content: row.get(7)?,
            proposed_by: row.get(8)?,
            proposed_at: row.get(9)?,
            approved_by: row.get(10)?,
            approved_at: row.get(11)?,
            number: row.get(12)?,
            previous: row.get(13)?,
            hash: row.get(14)?,
            withdrawn_by: row.get(15)?,
            withdrawn_at: row.get(16)?,
            reason: row.get(17)?,
        })
    }
}

fn json<T: serde::de::DeserializeOwned>(row: &Row, column: usize) -> Result<T, DbError> {
    let text: String = row.get(column)?;
    serde_json::from_str(&text).map_err(|error| DbError::Column { column, problem: error.to_string() })
}

impl FromRow for ReleaseFigure {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self {
            position: row.get(0)?,
            title: row.get(1)?,
            code: row.get(2)?,
            version: row.get(3)?,
            definition: json(row, 4)?,
            by: json::<Vec<Axis>>(row, 5)?,
            filter: json(row, 6)?,
            value: row.get(7)?,
            trades: row.get(8)?,
            rows: json(row, 9)?,
            merged: if row.get::<Option<String>>(10)?.is_some() { Some(json(row, 10)?) } else { None },
        })
    }
}

impl FromRow for Erratum {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self { seq: row.get(0)?, body: row.get(1)?, written_by: row.get(2)?, written_at: row.get(3)? })
    }
}

pub(crate) async fn find(tx: &mut Tx, id: Id<Release>) -> Result<Option<Release>, DbError> {
    tx.fetch_optional(&RELEASE, binds![id]).await
}

pub(crate) async fn list(
    tx: &mut Tx,
    public_only: bool,
    before: Option<Id<Release>>,
    limit: usize,
) -> Result<Vec<Release>, DbError> {
    let before = before.unwrap_or_else(|| Id::from_uuid(uuid::Uuid::max()));
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    tx.fetch_all(&RELEASES, binds![i64::from(public_only), before, limit]).await
}

/// Published ones in the order of publication, then the others.
pub(crate) async fn oldest_first(tx: &mut Tx) -> Result<Vec<Release>, DbError> {
    tx.fetch_all(&OLDEST_FIRST, binds![]).await
}

/// The end of the chain of publications, whether withdrawn since or not.
pub(crate) async fn last_published(tx: &mut Tx) -> Result<Option<Release>, DbError> {
    match tx.fetch_optional::<(Id<Release>,)>(&LAST_PUBLISHED, binds![]).await? {
        Some((id,)) => find(tx, id).await,
        None => Ok(None),
    }
}

pub(crate) async fn insert(tx: &mut Tx, release: &Release, figures: &[ReleaseFigure]) -> Result<(), DbError> {
    let row = binds![
        release.id,
        release.name.as_str(),
        release.state.word(),
        release.posting,
        release.day,
        release.supersedes,
        release.content.as_str(),
        release.proposed_by.as_str(),
        release.proposed_at,
    ];
    tx.insert(&ADD_RELEASE, row).await?;
    let rows = figures.iter().map(|figure| {
        binds![
            release.id,
            figure.position,
            figure.title.as_str(),
            figure.code.as_str(),
            figure.version,
            to_json(&figure.definition),
            to_json(&figure.by),
            to_json(&figure.filter),
            figure.value,
            figure.trades,
            to_json(&figure.rows),
            figure.merged.as_ref().map(to_json),
        ]
    });
    tx.insert_many(&ADD_FIGURES, rows.collect::<Vec<_>>()).await.map(drop)
}

/// Makes a proposal a publication; `false` if it was not a proposal any more.
pub(crate) async fn publish(tx: &mut Tx, release: &Release) -> Result<bool, DbError> {
    let values = binds![
        release.id,
        release.approved_by.as_deref(),
        release.approved_at,
        release.number,
        release.previous.as_deref(),
        release.hash.as_deref(),
    ];
    tx.execute(&PUBLISH, values).await.map(|changed| changed == 1)
}

/// `false` if it was withdrawn already.
pub(crate) async fn withdraw(
    tx: &mut Tx,
    id: Id<Release>,
    reason: &str,
    by: &str,
    at: Instant,
) -> Result<bool, DbError> {
    tx.execute(&WITHDRAW, binds![id, reason, by, at]).await.map(|changed| changed == 1)
}

pub(crate) async fn figures(tx: &mut Tx, id: Id<Release>) -> Result<Vec<ReleaseFigure>, DbError> {
    tx.fetch_all(&FIGURES, binds![id]).await
}

/// The versions of definitions that some release has published: code and version.
pub(crate) async fn versions(tx: &mut Tx) -> Result<Vec<(String, i64)>, DbError> {
    tx.fetch_all(&VERSIONS, binds![]).await
}

pub(crate) async fn errata(tx: &mut Tx, id: Id<Release>) -> Result<Vec<Erratum>, DbError> {
    tx.fetch_all(&ERRATA, binds![id]).await
}

pub(crate) async fn add_erratum(
    tx: &mut Tx,
    id: Id<Release>,
    body: &str,
    by: &str,
    at: Instant,
) -> Result<(), DbError> {
    tx.execute(&ADD_ERRATUM, binds![id, body, by, at]).await.map(drop)
}
