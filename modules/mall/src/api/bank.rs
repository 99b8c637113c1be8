//! Money that the bank shows as JSON under `/api/v1/payments/lines`, for programs that read a bank's statement.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use sh_http::{App, Context, Failure, Invalid, Json, Listing, Page, Path, Query};
use sh_kernel::{Day, Fen, FieldErrors, Id};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    Error,
    bank::{BankLine, LineRow, LineState},
    model::Order,
    service::bank::{self as service, Found, NewLine, Show},
};

/// Lines of one request.
const LINES_MAX: usize = 200;

/// The endpoints.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list, enter)).routes(routes!(assign)).routes(routes!(send_back))
}

/// Which lines are asked for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct Asked {
    /// `waiting`, `booking`, `booked`, `returned`; those that wait if left out.
    state: Option<String>,
    /// Where the page begins: `next` of the page before it.
    after: Option<String>,
    /// Rows of the page, at most 200.
    size: Option<u32>,
}

/// Money that the bank shows.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BankLine)]
pub(crate) struct LineBody {
    /// Identifier.
    #[schema(value_type = String)]
    id: Id<BankLine>,
    /// The running number of the bank.
    reference: String,
    /// When it came in, as 20201130.
    #[schema(value_type = i64)]
    day: Day,
    /// How much, in fen.
    #[schema(value_type = i64)]
    amount_fen: Fen,
    /// Who paid.
    payer: String,
    /// What they wrote.
    remark: String,
    /// `waiting`, `booking`, `booked`, `returned`.
    #[schema(value_type = String)]
    state: LineState,
    /// Whose transfer it is.
    #[schema(value_type = Option<String>)]
    order: Option<Id<Order>>,
    /// What whoever sent it back wrote.
    note: Option<String>,
}

impl From<LineRow> for LineBody {
    fn from(line: LineRow) -> Self {
        let LineRow { id, reference, day, amount, payer, remark, state, order, note, .. } = line;
        Self {
            id,
            reference,
            day,
            amount_fen: amount,
            payer: sh_parties::mask_person(&payer),
            remark,
            state,
            order,
            note,
        }
    }
}

/// Money that the bank shows, the newest first.
#[utoipa::path(get, path = "/api/v1/payments/lines", tag = "payments", params(Asked),
    responses((status = 200, body = Listing<LineBody>)))]
pub(crate) async fn list(
    ctx: Context,
    State(app): State<App>,
    Query(asked): Query<Asked>,
) -> Result<Json<Listing<LineBody>>, Failure> {
    let word = asked.state.as_deref().unwrap_or(LineState::Waiting.word());
    let state = LineState::from_word(word).ok_or(Error::NotFound)?;
    let page = Page { after: asked.after, size: asked.size };
    Ok(Json(service::list(&ctx, &app, Show::State(state), &page).await?.map(LineBody::from)))
}

/// A line as the bank tells it.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = BankLineNew)]
pub(crate) struct NewBody {
    /// The running number of the bank; each counts once.
    reference: String,
    /// When it came in, as 20201130.
    #[schema(value_type = i64)]
    day: Day,
    /// How much, in fen.
    #[schema(value_type = i64)]
    amount_fen: Fen,
    /// Who paid.
    #[serde(default)]
    payer: String,
    /// What they wrote; the code of an order in it says whose it is.
    #[serde(default)]
    remark: String,
}

/// Lines of a statement.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = BankLinesNew)]
pub(crate) struct EnterBody {
    /// At most 200.
    lines: Vec<NewBody>,
}

/// What became of a line.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BankLineTaken)]
pub(crate) struct TakenBody {
    /// The running number of the bank.
    reference: String,
    /// `exact`, `under` (stays with the order until the rest comes), `over` and `late` (what is not needed goes back),
    /// `waiting` (for a person), `known` (nothing changed), `differs` (another amount is known; nothing changed).
    outcome: &'static str,
    /// Whose transfer it is.
    #[schema(value_type = Option<String>)]
    order: Option<Id<Order>>,
}

fn taken(line: NewLine, found: Found) -> TakenBody {
    let (outcome, order) = match found {
        Found::Known(row) => ("known", row.order),
        Found::Differs(_) => ("differs", None),
        Found::Order(order, fit) => (fit.word(), Some(order)),
        Found::Nobody => ("waiting", None),
    };
    TakenBody { reference: line.reference, outcome, order }
}

/// Takes lines of the bank and books those that name an order. A running number that is known changes nothing.
#[utoipa::path(post, path = "/api/v1/payments/lines", tag = "payments", request_body = EnterBody,
    responses((status = 200, body = [TakenBody]), (status = 422, description = "A line is not accepted; nothing was taken")))]
pub(crate) async fn enter(
    ctx: Context,
    State(app): State<App>,
    Json(body): Json<EnterBody>,
) -> Result<Json<Vec<TakenBody>>, Failure> {
    if body.lines.len() > LINES_MAX {
        let mut errors = FieldErrors::default();
        errors.push("/lines", "too-many", ctx.t("bank-lines-too-many"));
        return Err(Invalid(errors).into());
    }
    let lines = body.lines.into_iter().map(|line| {
        let NewBody { reference, day, amount_fen, payer, remark } = line;
        let remark = remark.chars().take(crate::bank::TEXT_CHARS_MAX).collect();
        NewLine { reference: crate::bank::reference(&reference), day, amount: amount_fen, payer, remark }
    });
    let lines: Vec<NewLine> = lines.collect();
    let found = service::enter(&ctx, &app, &lines).await?;
    Ok(Json(lines.into_iter().zip(found).map(|(line, found)| taken(line, found)).collect()))
}

/// Whose a line is.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = BankLineAssign)]
pub(crate) struct AssignBody {
    /// The number of the order, or the code of its transfer.
    order: String,
}

/// Says whose a line is, and books it.
#[utoipa::path(post, path = "/api/v1/payments/lines/{id}/assign", tag = "payments", request_body = AssignBody,
    params(("id" = String, Path, description = "The line")),
    responses((status = 200, body = LineBody), (status = 409, description = "It was decided already"),
        (status = 422, description = "There is no such order")))]
pub(crate) async fn assign(
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<BankLine>>,
    Json(body): Json<AssignBody>,
) -> Result<Json<LineBody>, Failure> {
    service::assign(&ctx, &app, id, &body.order).await?;
    Ok(Json(service::get(&ctx, &app, id).await?.into()))
}

/// Why a line was sent back.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = BankLineReturn)]
pub(crate) struct ReturnBody {
    /// The running number of the transfer back, or why.
    note: String,
}

/// Says that a line was sent back to whoever paid.
#[utoipa::path(post, path = "/api/v1/payments/lines/{id}/return", tag = "payments", request_body = ReturnBody,
    params(("id" = String, Path, description = "The line")),
    responses((status = 200, body = LineBody), (status = 409, description = "It was decided already"),
        (status = 422, description = "The note is missing")))]
pub(crate) async fn send_back(
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<BankLine>>,
    Json(body): Json<ReturnBody>,
) -> Result<Json<LineBody>, Failure> {
    service::send_back(&ctx, &app, id, &body.note).await?;
    Ok(Json(service::get(&ctx, &app, id).await?.into()))
}
