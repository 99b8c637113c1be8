//! The same as JSON: trial balance, accounts, statement, posting, last seals.

use axum::extract::State;
use serde::Deserialize;
use sh_http::{App, Context, Failure, Json, Listing, Page, Path, ProblemBody, Query};
use sh_kernel::Day;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{
    model::{AccountId, Book, Kind, PostingNumber, Subject},
    read::{self, PostingShown, SealShown, Shown, Statement, TrialBalance},
};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(trial_balance))
        .routes(routes!(seals))
        .routes(routes!(accounts))
        .routes(routes!(statement))
        .routes(routes!(posting))
}

/// A book and days in Shanghai, both ends included.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Days {
    /// The first day, `yyyymmdd`.
    #[param(value_type = Option<i64>)]
    from: Option<Day>,
    /// The last day, `yyyymmdd`.
    #[param(value_type = Option<i64>)]
    to: Option<Day>,
}

/// Which accounts.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Which {
    /// Code of a kind: `payable`.
    kind: Option<String>,
    /// Whom or what they are kept for.
    #[param(value_type = Option<String>)]
    subject: Option<Uuid>,
}

/// What each kind of account gave, received and holds; for each unit the balances sum to zero.
#[utoipa::path(
    get, path = "/api/v1/ledger/{book}/trial-balance", params(("book" = i64, Path), Days),
    responses((status = 200, body = TrialBalance), (status = "4XX", body = ProblemBody))
)]
pub(crate) async fn trial_balance(
    ctx: Context,
    State(app): State<App>,
    Path(book): Path<i64>,
    Query(days): Query<Days>,
) -> Result<Json<TrialBalance>, Failure> {
    Ok(Json(read::trial_balance(&ctx, &app, Book(book), (days.from, days.to)).await?))
}

/// The newest seals, each recomputed from what it covers.
#[utoipa::path(
    get, path = "/api/v1/ledger/{book}/seals", params(("book" = i64, Path)),
    responses((status = 200, body = Vec<SealShown>), (status = "4XX", body = ProblemBody))
)]
pub(crate) async fn seals(
    ctx: Context,
    State(app): State<App>,
    Path(book): Path<i64>,
) -> Result<Json<Vec<SealShown>>, Failure> {
    Ok(Json(read::last_seals(&ctx, &app, Book(book)).await?))
}

/// Accounts by kind or by whom they are kept for.
#[utoipa::path(
    get, path = "/api/v1/ledger/{book}/accounts", params(("book" = i64, Path), Which, Page),
    responses((status = 200, body = Listing<Shown>), (status = "4XX", body = ProblemBody))
)]
pub(crate) async fn accounts(
    ctx: Context,
    State(app): State<App>,
    Path(book): Path<i64>,
    Query(which): Query<Which>,
    Query(page): Query<Page>,
) -> Result<Json<Listing<Shown>>, Failure> {
    let kind = match which.kind.as_deref() {
        None => None,
        Some(code) => Some(Kind::parse(code).ok_or_else(Failure::not_found)?),
    };
    let which = (kind, which.subject.map(Subject::from_uuid));
    Ok(Json(read::accounts(&ctx, &app, Book(book), which, &page).await?))
}

/// An account and its entries, newest first.
#[utoipa::path(
    get, path = "/api/v1/ledger/{book}/accounts/{id}", params(("book" = i64, Path), ("id" = String, Path), Days, Page),
    responses((status = 200, body = Statement), (status = "4XX", body = ProblemBody))
)]
pub(crate) async fn statement(
    ctx: Context,
    State(app): State<App>,
    Path((book, id)): Path<(i64, Uuid)>,
    Query(days): Query<Days>,
    Query(page): Query<Page>,
) -> Result<Json<Statement>, Failure> {
    let place = (Book(book), AccountId::from_uuid(id));
    Ok(Json(read::statement(&ctx, &app, place, (days.from, days.to), &page).await?))
}

/// One posting with its transfers and the seal that covers it.
#[utoipa::path(
    get, path = "/api/v1/ledger/{book}/postings/{number}",
    params(("book" = i64, Path), ("number" = i64, Path)),
    responses((status = 200, body = PostingShown), (status = "4XX", body = ProblemBody))
)]
pub(crate) async fn posting(
    ctx: Context,
    State(app): State<App>,
    Path((book, number)): Path<(i64, i64)>,
) -> Result<Json<PostingShown>, Failure> {
    Ok(Json(read::posting(&ctx, &app, Book(book), PostingNumber(number)).await?))
}
