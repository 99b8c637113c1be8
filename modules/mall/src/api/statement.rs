//! A shop's statement as JSON under `/api/v1/shop/statement`.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use sh_catalogue::model::Shop;
use sh_http::{App, Context, Failure, Json, Listing, Page, Query};
use sh_kernel::{Fen, Id, Instant};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    commission::Rule,
    model::{Entry, EntryKind, Order, Settlement, number_of},
    service::statement as service,
    store::statement::StatementLine,
};

/// The endpoints.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(show))
}

/// Which statement is asked for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct Asked {
    /// The shop; the caller's own if left out.
    #[param(value_type = Option<String>)]
    shop: Option<Id<Shop>>,
    /// `2020-11`; the current month if left out.
    month: String,
    /// Where the page begins: `next` of the page before it.
    after: Option<String>,
    /// Rows of the page, at most 200.
    size: Option<u32>,
}

/// What is owed for a line or a freight, or no longer owed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StatementEntry)]
pub(crate) struct EntryBody {
    /// The entry; ascends with time.
    #[schema(value_type = String)]
    id: Id<Entry>,
    /// When.
    #[schema(value_type = String)]
    at: Instant,
    /// `sale` or `refund`.
    #[schema(value_type = String)]
    kind: EntryKind,
    /// The order.
    #[schema(value_type = String)]
    order: Id<Order>,
    /// Its number as people read it.
    number: String,
    /// The number of the line; 0 for the freight.
    line: i64,
    /// The goods; empty for the freight.
    name: String,
    /// Pieces; below zero if they go back.
    pieces: i64,
    /// What is owed, in fen; below zero if it goes back.
    #[schema(value_type = i64)]
    amount_fen: Fen,
    /// What is taken of it, in fen; below zero if it is given back.
    #[schema(value_type = i64)]
    commission_fen: Fen,
    /// The rule that the line was sold under.
    #[schema(value_type = Option<String>)]
    rule: Option<Id<Rule>>,
    /// Its rate then, in hundredths of a percent.
    rate: i64,
    /// Its fixed part then, in fen.
    #[schema(value_type = i64)]
    fixed_fen: Fen,
    /// The instruction that it is paid with.
    #[schema(value_type = Option<String>)]
    settlement: Option<Id<Settlement>>,
}

impl From<StatementLine> for EntryBody {
    fn from(row: StatementLine) -> Self {
        let StatementLine { id, order, line, kind, pieces, amount, commission, settlement, name, .. } = row;
        Self {
            id,
            at: id.made_at(),
            kind,
            order,
            number: number_of(order),
            line,
            name,
            pieces,
            amount_fen: amount,
            commission_fen: commission,
            rule: row.rule,
            rate: row.rate,
            fixed_fen: row.fixed,
            settlement,
        }
    }
}

/// The statement of a shop for a month. What was owed before, the sums of the month and what was paid make what is owed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ShopStatement)]
pub(crate) struct StatementBody {
    /// The shop.
    #[schema(value_type = String)]
    shop: Id<Shop>,
    /// The month.
    month: String,
    /// What was owed when it began, in fen.
    #[schema(value_type = i64)]
    before_fen: Fen,
    /// Goods that were paid, in fen.
    #[schema(value_type = i64)]
    goods_fen: Fen,
    /// Freight that was paid, in fen.
    #[schema(value_type = i64)]
    freight_fen: Fen,
    /// What went back, in fen, below zero.
    #[schema(value_type = i64)]
    refunded_fen: Fen,
    /// What was taken, in fen.
    #[schema(value_type = i64)]
    commission_fen: Fen,
    /// What of it was given back, in fen, below zero.
    #[schema(value_type = i64)]
    commission_back_fen: Fen,
    /// What was paid to the shop, in fen.
    #[schema(value_type = i64)]
    paid_fen: Fen,
    /// What is owed at the end, or by now, in fen.
    #[schema(value_type = i64)]
    owed_fen: Fen,
    /// A page of what makes it up.
    entries: Listing<EntryBody>,
}

/// What a shop is owed for a month and why, line by line.
#[utoipa::path(get, path = "/api/v1/shop/statement", tag = "shop", params(Asked),
    responses((status = 200, body = StatementBody)))]
pub(crate) async fn show(
    ctx: Context,
    State(app): State<App>,
    Query(asked): Query<Asked>,
) -> Result<Json<StatementBody>, Failure> {
    let page = Page { after: asked.after, size: asked.size };
    let found = service::show(&ctx, &app, asked.shop, service::month_of(&asked.month), &page).await?;
    Ok(Json(StatementBody {
        shop: found.shop.id,
        month: found.month.to_string(),
        before_fen: found.before,
        goods_fen: found.sums.goods,
        freight_fen: found.sums.freight,
        refunded_fen: found.sums.refunded,
        commission_fen: found.sums.commission,
        commission_back_fen: found.sums.commission_back,
        paid_fen: found.paid,
        owed_fen: found.owed,
        entries: found.entries.map(EntryBody::from),
    }))
}
