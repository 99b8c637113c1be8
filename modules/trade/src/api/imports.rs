//! Imports as JSON under `/api/v1/imports`.

use std::collections::BTreeMap;

use axum::{extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use sh_files::parse::MoneyUnit;
use sh_http::{App, Context, Failure, Json, Listing, Multipart, Page, Path, Query};
use sh_jobs::Job;
use sh_kernel::{Day, Fen, Id, Instant, RegionCode};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    import::{
        batch::{Batch, BatchState, FileProblem},
        fields::Field,
        issue::Issue,
    },
    model::ImportBatch,
    pages::imports::take_upload,
    service::{
        check::{self, Correction, issue_text},
        imports::{self, BatchFilter},
        post::{self, Confirmation},
        withdraw,
    },
};

/// Issues of an answer at most.
const ISSUES_MAX: u32 = 1_000;

/// The endpoints.
pub fn routes() -> OpenApiRouter<App> {
    let upload = OpenApiRouter::new()
        .routes(routes!(list, upload))
        .layer(axum::extract::DefaultBodyLimit::max(crate::pages::imports::upload_bytes()));
    OpenApiRouter::new()
        .merge(upload)
        .routes(routes!(show))
        .routes(routes!(issues))
        .routes(routes!(correct))
        .routes(routes!(confirm))
        .routes(routes!(withdraw))
}

/// An import.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Import)]
pub(crate) struct ImportBody {
    /// Identifier.
    #[schema(value_type = String)]
    id: Id<ImportBatch>,
    /// Code of the source.
    source: String,
    /// Name of the file.
    file_name: String,
    /// SHA-256 of the file.
    file_sha256: String,
    /// Where it stands: `uploaded`, `checking`, `checked`, `failed`, `posting`, `stopped`, `posted`, `withdrawing`,
    /// `withdrawn`, `discarded`.
    #[schema(value_type = String)]
    state: BatchState,
    /// Rows below the header.
    rows_total: u64,
    /// Rows that can be posted.
    rows_good: u64,
    /// Rows that have to be mended.
    rows_bad: u64,
    /// Totals, notes and cancelled orders.
    rows_skipped: u64,
    /// Rows posted so far.
    rows_posted: u64,
    /// Sum of the good rows in fen, returns subtracted.
    #[schema(value_type = i64)]
    amount_good: Fen,
    /// The totals do not agree or are missing; confirming needs `doubtful_too`.
    doubtful: bool,
    /// First day of the good rows, `yyyymmdd`.
    #[schema(value_type = Option<i64>)]
    day_first: Option<Day>,
    /// Last day of the good rows.
    #[schema(value_type = Option<i64>)]
    day_last: Option<Day>,
    /// Why the file as a whole was refused.
    #[schema(value_type = Option<Object>)]
    problem: Option<FileProblem>,
    /// The job that works or last worked on it: `/api/v1/jobs/{id}`.
    #[schema(value_type = Option<String>)]
    job: Option<Id<Job>>,
    /// Who uploaded it.
    created_by: String,
    /// When.
    #[schema(value_type = String)]
    created_at: Instant,
    /// When it was posted.
    #[schema(value_type = Option<String>)]
    posted_at: Option<Instant>,
}

impl From<Batch> for ImportBody {
    fn from(batch: Batch) -> Self {
        Self {
            id: batch.id,
            source: batch.source,
            file_name: batch.file_name,
            file_sha256: batch.file_hash,
            state: batch.state,
            rows_total: batch.rows_total,
            rows_good: batch.rows_good,
            rows_bad: batch.rows_bad,
            rows_skipped: batch.rows_skipped,
            rows_posted: batch.rows_posted,
            amount_good: batch.amount_good,
            doubtful: batch.summary.is_some_and(|summary| summary.doubtful),
            day_first: batch.days.map(|days| days.0),
            day_last: batch.days.map(|days| days.1),
            problem: batch.problem,
            job: batch.job,
            created_by: batch.created_by,
            created_at: batch.created_at,
            posted_at: batch.posted_at,
        }
    }
}

/// What a list is narrowed to.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct ListQuery {
    /// Code of a source.
    source: Option<String>,
    /// A state.
    state: Option<String>,
    /// Where the page begins: `next` of the page before it.
    after: Option<String>,
    /// Rows of the page, at most 200.
    size: Option<u32>,
}

/// Imports from the latest to the oldest.
#[utoipa::path(get, path = "/api/v1/imports", tag = "imports", params(ListQuery),
    responses((status = 200, body = Listing<ImportBody>)))]
pub(crate) async fn list(
    ctx: Context,
    State(app): State<App>,
    Query(query): Query<ListQuery>,
) -> Result<Json<Listing<ImportBody>>, Failure> {
    let filter = BatchFilter {
        source: query.source,
        state: query.state.as_deref().and_then(BatchState::from_word),
        ..BatchFilter::default()
    };
    let page = Page { after: query.after, size: query.size };
    let found = imports::list(&ctx, &app, &filter, &page).await?;
    Ok(Json(found.map(|item| item.batch.into())))
}

/// The form of an upload.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only describes the parts of the form")]
pub(crate) struct UploadForm {
    /// Code of the source; stands before the file.
    source: String,
    /// The profile to read it by.
    profile: Option<String>,
    /// The file.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// Uploads a file and queues its check. The same file of the same source is refused with the import that it is, so an
/// upload may be sent again without an `Idempotency-Key`.
#[utoipa::path(post, path = "/api/v1/imports", tag = "imports",
    request_body(content = UploadForm, content_type = "multipart/form-data"),
    responses((status = 202, body = ImportBody), (status = 409, description = "This file is there already")))]
pub(crate) async fn upload(
    ctx: Context,
    State(app): State<App>,
    Multipart(form): Multipart,
) -> Result<(StatusCode, Json<ImportBody>), Failure> {
    let done = take_upload(&ctx, &app, form).await?;
    let (batch, _) = imports::get(&ctx, &app, done.batch).await?;
    Ok((StatusCode::ACCEPTED, Json(batch.into())))
}

/// One import.
#[utoipa::path(get, path = "/api/v1/imports/{id}", tag = "imports",
    params(("id" = String, Path, description = "The import")),
    responses((status = 200, body = ImportBody), (status = 404, description = "There is no such import")))]
pub(crate) async fn show(
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<ImportBatch>>,
) -> Result<Json<ImportBody>, Failure> {
    let (batch, _) = imports::get(&ctx, &app, id).await?;
    Ok(Json(batch.into()))
}

/// One cell, row or file that has to be mended or looked at.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ImportIssue)]
pub(crate) struct IssueBody {
    /// The worksheet, if several are read as one table.
    sheet: Option<String>,
    /// Row as the file or worksheet numbers it; 0 for the file as a whole.
    row: u32,
    /// `rejected` or `remark`.
    #[schema(value_type = String)]
    severity: crate::import::issue::Severity,
    /// Title of the column.
    column: Option<String>,
    /// What stands in the cell.
    value: String,
    /// Stable code.
    code: String,
    /// Why, in the language of the request.
    reason: String,
    /// What to do.
    fix: String,
}

/// The first 1,000 issues of an import; the marked file tells all of them.
#[utoipa::path(get, path = "/api/v1/imports/{id}/issues", tag = "imports",
    params(("id" = String, Path, description = "The import")),
    responses((status = 200, body = Vec<IssueBody>)))]
pub(crate) async fn issues(
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<ImportBatch>>,
) -> Result<Json<Vec<IssueBody>>, Failure> {
    let found = imports::issues(&ctx, &app, id, None, ISSUES_MAX).await?;
    let body = |issue: Issue| {
        let (reason, fix) = issue_text(ctx.locale, &issue);
        let Issue { sheet, row, severity, column, value, code, .. } = issue;
        IssueBody { sheet, row, severity, column, value, code, reason, fix }
    };
    Ok(Json(found.into_iter().map(body).collect()))
}

/// What a person or program corrects about the reading of a file.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[schema(as = ImportCorrection)]
#[serde(default)]
pub(crate) struct CorrectBody {
    /// The profile of the source that keeps it; the one that the file was read by if left out. A new name makes a new
    /// profile.
    profile: Option<String>,
    /// The worksheet to read; `*` for all with the same header, an empty name to let the program choose.
    sheet: Option<String>,
    /// Title of a column → what it says: `seller`, `product`, `amount`, `day-sold` …; null leaves the column out.
    #[schema(value_type = std::collections::BTreeMap<String, Option<String>>)]
    columns: BTreeMap<String, Option<Field>>,
    /// Title of a column → the unit of its amounts: `fen`, `jiao`, `yuan`, `thousand`, `ten-thousand`, `million`,
    /// `hundred-million`; null goes by title and heading.
    #[schema(value_type = std::collections::BTreeMap<String, Option<String>>)]
    units: BTreeMap<String, Option<MoneyUnit>>,
    /// Name of a place → its division code.
    #[schema(value_type = std::collections::BTreeMap<String, i64>)]
    places: BTreeMap<String, RegionCode>,
}

/// Corrects how the file is read, keeps that in a profile of the source, and checks the file again. Takes an
/// `Idempotency-Key`.
#[utoipa::path(post, path = "/api/v1/imports/{id}/columns", tag = "imports",
    params(("id" = String, Path, description = "The import")), request_body = CorrectBody,
    responses((status = 202, body = ImportBody), (status = 409, description = "It does not wait for a decision")))]
pub(crate) async fn correct(
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<ImportBatch>>,
    Json(body): Json<CorrectBody>,
) -> Result<(StatusCode, Json<ImportBody>), Failure> {
    let CorrectBody { profile, sheet, columns, units, places } = body;
    check::correct(&ctx, &app, id, &Correction { profile, sheet, columns, units, places }).await?;
    let (batch, _) = imports::get(&ctx, &app, id).await?;
    Ok((StatusCode::ACCEPTED, Json(batch.into())))
}

/// A go-ahead.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub(crate) struct ConfirmBody {
    /// Post the good rows although there are rejected ones.
    good_only: bool,
    /// Post although the totals do not agree with the rows, or are missing.
    doubtful_too: bool,
}

/// Posts a checked import, or lets a stopped one go on. Takes an `Idempotency-Key`.
#[utoipa::path(post, path = "/api/v1/imports/{id}/confirm", tag = "imports",
    params(("id" = String, Path, description = "The import")), request_body = ConfirmBody,
    responses((status = 202, body = ImportBody), (status = 409, description = "It needs more than this go-ahead")))]
pub(crate) async fn confirm(
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<ImportBatch>>,
    Json(body): Json<ConfirmBody>,
) -> Result<(StatusCode, Json<ImportBody>), Failure> {
    let go = Confirmation { good_only: body.good_only, doubtful_too: body.doubtful_too };
    post::confirm(&ctx, &app, id, go).await?;
    let (batch, _) = imports::get(&ctx, &app, id).await?;
    Ok((StatusCode::ACCEPTED, Json(batch.into())))
}

/// Why an import is taken back.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct WithdrawBody {
    /// The reason, in a sentence.
    reason: String,
}

/// Takes a posted import back as a whole by reversing lines. Takes an `Idempotency-Key`.
#[utoipa::path(post, path = "/api/v1/imports/{id}/withdraw", tag = "imports",
    params(("id" = String, Path, description = "The import")), request_body = WithdrawBody,
    responses((status = 202, body = ImportBody), (status = 409, description = "It is not posted")))]
pub(crate) async fn withdraw(
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<ImportBatch>>,
    Json(body): Json<WithdrawBody>,
) -> Result<(StatusCode, Json<ImportBody>), Failure> {
    withdraw::withdraw(&ctx, &app, id, &body.reason).await?;
    let (batch, _) = imports::get(&ctx, &app, id).await?;
    Ok((StatusCode::ACCEPTED, Json(batch.into())))
}
