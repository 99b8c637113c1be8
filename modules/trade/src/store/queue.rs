//! Statements of rulings and of the queue of claims that wait for a person.

use sh_db::{DbError, FromRow, Row, Tx, binds, inserts, statements};
use sh_kernel::{Fen, Id, Instant};

use uuid::Uuid;

use super::{import::sheets_of, matching::ClaimRow};
use crate::{
    matching::{RawEntry, Rule},
    model::{Claim, Ruling, Trade},
};

statements! {
    /// Claims with all that a person looks at.
    CLAIM_VIEWS = "SELECT c.id, c.batch, c.source, c.content, c.occurrence, c.day,
        (((((((((c.kind * 4 + c.day_precision) * 2 + CASE WHEN c.withdrawn THEN 1 ELSE 0 END) * 4
        + c.certified) * 64 + c.buyer_kind) * 64 + c.category) * 16 + c.basis) * 16
        + c.stage) * 16 + c.role) * 64 + c.channel) * 16 + c.link,
        c.seller, c.buyer, c.product, c.origin * 1000000 + c.destination, c.amount, c.quantity, c.order_no,
        c.invoice_no, (t.state * 64 + t.rule) * 1024 + t.score, t.trade, t.candidate,
        c.seller_name, c.buyer_name, c.row_no, s.name, s.region, b.file_name
        FROM claim c LEFT JOIN tie t ON t.claim = c.id LEFT JOIN source s ON s.code = c.source
        LEFT JOIN import_batch b ON b.id = c.batch WHERE c.id {{in_uuid $1}}";
    /// Waiting claims in the order in which they came, filtered.
    WAITING = "SELECT t.claim, tr.anchor FROM tie t JOIN trade tr ON tr.id = t.candidate
        JOIN claim c ON c.id = t.claim
        WHERE t.state = 5 AND t.claim > $1
        AND (CAST($2 AS TEXT) IS NULL OR c.source = $2)
        AND (CAST($3 AS BIGINT) IS NULL OR c.destination = $3)
        AND (CAST($4 AS BIGINT) IS NULL OR ABS(c.amount) >= $4)
        AND (CAST($5 AS BIGINT) IS NULL OR ABS(c.amount) <= $5)
        AND (CAST($6 AS BIGINT) IS NULL OR c.destination {{in_i64 $7}})
        ORDER BY t.claim LIMIT $8";
    /// How many wait, and their sum.
    WAITING_SUM = "SELECT COUNT(*), CAST(COALESCE(SUM(c.amount), 0) AS BIGINT) FROM tie t
        JOIN claim c ON c.id = t.claim
        WHERE t.state = 5 AND (CAST($1 AS TEXT) IS NULL OR c.source = $1)
        AND (CAST($2 AS BIGINT) IS NULL OR c.destination = $2)
        AND (CAST($3 AS BIGINT) IS NULL OR ABS(c.amount) >= $3)
        AND (CAST($4 AS BIGINT) IS NULL OR ABS(c.amount) <= $4)
        AND (CAST($5 AS BIGINT) IS NULL OR c.destination {{in_i64 $6}})";
    /// Sources that have claims waiting.
    WAITING_SOURCES = "SELECT c.source, COALESCE(s.name, c.source), COUNT(*) FROM tie t JOIN claim c ON c.id = t.claim
        LEFT JOIN source s ON s.code = c.source WHERE t.state = 5
        AND (CAST($1 AS BIGINT) IS NULL OR c.destination {{in_i64 $2}}) GROUP BY c.source, s.name ORDER BY c.source";
    /// The claim that stands for a trade.
    ANCHOR = "SELECT anchor FROM trade WHERE id = $1";
    /// Rulings on a pair that are in force.
    RULINGS_ON_PAIR = "SELECT id FROM ruling WHERE withdrawn_at IS NULL
        AND ((claim = $1 AND other = $2) OR (claim = $2 AND other = $1))";
    /// The last ruling in force that names a claim.
    RULING_ON = "SELECT id, claim, other, same, actor, reason, at, withdrawn_by, withdrawn_at FROM ruling
        WHERE withdrawn_at IS NULL AND (claim = $1 OR other = $1) ORDER BY id DESC LIMIT 1";
    /// One ruling.
    RULING = "SELECT id, claim, other, same, actor, reason, at, withdrawn_by, withdrawn_at FROM ruling WHERE id = $1";
    /// Rulings from the latest to the earliest.
    RULINGS_LATEST = "SELECT id, claim, other, same, actor, reason, at, withdrawn_by, withdrawn_at FROM ruling
        WHERE id < $1 ORDER BY id DESC LIMIT $2";
    /// Takes a ruling back.
    WITHDRAW_RULING = "UPDATE ruling SET withdrawn_by = $2, withdrawn_at = $3, pending = TRUE
        WHERE id = $1 AND withdrawn_at IS NULL";
}

inserts! {
    /// Notes a ruling.
    ADD_RULING = ruling(id Uuid, claim Uuid, other Uuid, same Bool, actor Text, reason Text, at Instant, pending Bool) "";
}

/// What a person decided about two claims, as it is stored (人工裁定).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RulingRow {
    /// Identifier.
    pub id: Id<Ruling>,
    /// One claim.
    pub claim: Id<Claim>,
    /// The other claim.
    pub other: Id<Claim>,
    /// Whether both report the same sale.
    pub same: bool,
    /// Who decided.
    pub actor: String,
    /// Why.
    pub reason: Option<String>,
    /// When.
    pub at: Instant,
    /// Who took it back.
    pub withdrawn_by: Option<String>,
    /// When it was taken back; `None` while it is in force.
    pub withdrawn_at: Option<Instant>,
}

impl FromRow for RulingRow {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self {
            id: row.get(0)?,
            claim: row.get(1)?,
            other: row.get(2)?,
            same: row.get(3)?,
            actor: row.get(4)?,
            reason: row.get(5)?,
            at: row.get(6)?,
            withdrawn_by: row.get(7)?,
            withdrawn_at: row.get(8)?,
        })
    }
}

/// A claim with all that a person looks at.
#[derive(Debug, Clone)]
pub struct ClaimView {
    /// The claim as matching reads it.
    pub claim: RawEntry,
    /// The trade it is tied to.
    pub trade: Option<Id<Trade>>,
    /// For a waiting claim: the trade it may belong to.
    pub candidate: Option<Id<Trade>>,
    /// State of its tie, 0 if matching has not looked at it.
    pub state: i64,
    /// What ties it, or would tie it if a person says so.
    pub rule: Rule,
    /// 0 to 1000.
    pub score: i64,
    /// The seller's name as reported.
    pub seller_name: String,
    /// The buyer's name as reported.
    pub buyer_name: Option<String>,
    /// The worksheet that it stands in, if several of its file were read.
    pub sheet: Option<String>,
    /// Row in its file, or in that worksheet.
    pub row: u32,
    /// Name of its source.
    pub source_name: String,
    /// The division whose people work with the source.
    pub region: Option<i64>,
    /// Name of its file.
    pub file_name: String,
}

impl FromRow for ClaimView {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        let ClaimRow(claim, tie) = ClaimRow::from_row(row)?;
        let source_name: Option<String> = row.get(21)?;
        Ok(Self {
            trade: tie.and_then(|tie| tie.trade),
            candidate: tie.and_then(|tie| tie.candidate),
            state: tie.map_or(0, |tie| tie.state),
            rule: tie.and_then(|tie| Rule::from_code(tie.rule)).unwrap_or(Rule::First),
            score: tie.map_or(0, |tie| tie.score),
            seller_name: row.get(18)?,
            buyer_name: row.get(19)?,
            sheet: None,
            row: row.get(20)?,
            source_name: source_name.unwrap_or_else(|| claim.source.clone()),
            region: row.get(22)?,
            file_name: row.get::<Option<String>>(23)?.unwrap_or_default(),
            claim,
        })
    }
}

/// What the queue is narrowed to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct QueueFilter {
    /// Code of a source.
    pub source: Option<String>,
    /// City of destination.
    pub city: Option<i64>,
    /// Least amount.
    pub amount_min: Option<Fen>,
    /// Greatest amount.
    pub amount_max: Option<Fen>,
}

/// Claims with all that a person looks at, in no order.
pub(crate) async fn claim_views(tx: &mut Tx, ids: &[Id<Claim>]) -> Result<Vec<ClaimView>, DbError> {
    let mut views: Vec<ClaimView> = tx.fetch_all(&CLAIM_VIEWS, binds![ids]).await?;
    let batch = |view: &ClaimView| Id::from_uuid(Uuid::from_u128(view.claim.batch));
    let sheets = sheets_of(tx, views.iter().map(batch)).await?;
    for view in &mut views {
        if let Some(sheets) = sheets.get(&batch(view)) {
            let (sheet, row) = sheets.place(view.row);
            view.sheet = sheet.map(str::to_owned);
            view.row = row;
        }
    }
    Ok(views)
}

/// Waiting claims, each with the claim that stands for the trade it may belong to. `cities` limits what may be seen.
pub(crate) async fn waiting(
    tx: &mut Tx,
    filter: &QueueFilter,
    cities: Option<&[i64]>,
    after: Option<Id<Claim>>,
    limit: i64,
) -> Result<Vec<(Id<Claim>, Id<Claim>)>, DbError> {
    let limited = cities.map(|_| 1_i64);
    let values = binds![
        after.unwrap_or_else(|| Id::from_uuid(uuid::Uuid::nil())),
        filter.source.as_deref(),
        filter.city,
        filter.amount_min,
        filter.amount_max,
        limited,
        cities.unwrap_or_default(),
        limit
    ];
    tx.fetch_all(&WAITING, values).await
}

/// How many wait, and their sum.
pub(crate) async fn waiting_sum(
    tx: &mut Tx,
    filter: &QueueFilter,
    cities: Option<&[i64]>,
) -> Result<(i64, Fen), DbError> {
    let limited = cities.map(|_| 1_i64);
    let values = binds![
        filter.source.as_deref(),
        filter.city,
        filter.amount_min,
        filter.amount_max,
        limited,
        cities.unwrap_or_default()
    ];
    tx.fetch_one(&WAITING_SUM, values).await
}

/// Sources that have claims waiting: code, name, how many.
pub(crate) async fn waiting_sources(
    tx: &mut Tx,
    cities: Option<&[i64]>,
) -> Result<Vec<(String, String, i64)>, DbError> {
    let limited = cities.map(|_| 1_i64);
    tx.fetch_all(&WAITING_SOURCES, binds![limited, cities.unwrap_or_default()]).await
}

/// The claim that stands for a trade.
pub(crate) async fn anchor(tx: &mut Tx, trade: Id<Trade>) -> Result<Option<Id<Claim>>, DbError> {
    let row: Option<(Id<Claim>,)> = tx.fetch_optional(&ANCHOR, binds![trade]).await?;
    Ok(row.map(|row| row.0))
}

/// One ruling.
pub(crate) async fn ruling(tx: &mut Tx, id: Id<Ruling>) -> Result<Option<RulingRow>, DbError> {
    tx.fetch_optional(&RULING, binds![id]).await
}

/// The last ruling in force that names a claim.
pub(crate) async fn ruling_on(tx: &mut Tx, claim: Id<Claim>) -> Result<Option<RulingRow>, DbError> {
    tx.fetch_optional(&RULING_ON, binds![claim]).await
}

/// Rulings from the latest to the earliest.
pub(crate) async fn rulings_latest(
    tx: &mut Tx,
    before: Option<Id<Ruling>>,
    limit: i64,
) -> Result<Vec<RulingRow>, DbError> {
    let before = before.unwrap_or_else(|| Id::from_uuid(uuid::Uuid::max()));
    tx.fetch_all(&RULINGS_LATEST, binds![before, limit]).await
}

/// Notes a ruling and takes earlier ones on the same pair back.
pub(crate) async fn add_ruling(tx: &mut Tx, ruling: &RulingRow) -> Result<(), DbError> {
    let earlier: Vec<(Id<Ruling>,)> =
        tx.fetch_all(&RULINGS_ON_PAIR, binds![ruling.claim, ruling.other]).await?;
    for (id,) in earlier {
        withdraw_ruling(tx, id, &ruling.actor, ruling.at).await?;
    }
    let row = binds![
        ruling.id,
        ruling.claim,
        ruling.other,
        ruling.same,
        &ruling.actor,
        ruling.reason.as_deref(),
        ruling.at,
        true
    ];
    tx.insert(&ADD_RULING, row).await.map(drop)
}

/// Takes a ruling back. `false` if it was taken back before.
pub(crate) async fn withdraw_ruling(
    tx: &mut Tx,
    id: Id<Ruling>,
    actor: &str,
    at: Instant,
) -> Result<bool, DbError> {
    Ok(tx.execute(&WITHDRAW_RULING, binds![id, actor, at]).await? == 1)
}
