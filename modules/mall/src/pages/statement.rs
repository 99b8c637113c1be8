//! `/s/statement`: what a shop is owed and why, month by month.

use axum::{extract::State, response::Response};
use maud::{Markup, html};
use serde::Deserialize;
use sh_catalogue::model::Shop;
use sh_files::write::OutputFormat;
use sh_http::{App, Context, Failure, Html, Listing, Page, Query, Temporary};
use sh_kernel::{Fen, Id};
use sh_ui::{
    AmountUnit, Column, DataTable, Field, Pager, QueryForm, Row, button_link, data_table, empty, facts,
    keyboard_list, money_cell, pager, panel, query_form, work_page,
};

use super::{parts::yuan, settlement::settlements};
use crate::{
    model::number_of,
    service::statement::{self as service, Statement, goods_of, kind_key, rate_of},
    store::statement::StatementLine,
};

/// The query of the page.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct StatementQuery {
    shop: Option<Id<Shop>>,
    month: String,
    after: Option<String>,
}

/// `GET /s/statement`
pub(crate) async fn show(
    ctx: Context,
    State(app): State<App>,
    Query(query): Query<StatementQuery>,
) -> Result<Html, Failure> {
    let page = Page { after: query.after.clone(), size: None };
    let found = service::show(&ctx, &app, query.shop, service::month_of(&query.month), &page).await?;
    let at = format!("shop={}&month={}", found.shop.id, found.month);
    let frame = ctx
        .frame(ctx.t("statement-title"))
        .subtitle(html! { (found.shop.name) })
        .action(button_link(&ctx.t("statement-csv"), &format!("/s/statement/csv?{at}"), None));
    Ok(Html(work_page(&frame, &content(&ctx, &found, &at))))
}

fn content(ctx: &Context, found: &Statement, at: &str) -> Markup {
    let locale = ctx.locale;
    let form = QueryForm {
        action: "/s/statement".to_owned(),
        fields: vec![
            html! { input type="hidden" name="shop" value=(found.shop.id); },
            Field::input("month", "month", &ctx.t("statement-month"))
                .value(found.month.to_string())
                .render(locale),
        ],
        ..QueryForm::default()
    };
    html! {
        (query_form(locale, &form))
        (panel(&locale.with("statement-of", &[("month", found.month.to_string().into())]), None, &facts(&sums(ctx, found))))
        p { (ctx.t("statement-how")) }
        (keyboard_list(locale, &[], &entries(ctx, &found.entries)))
        (pager(locale, &Pager {
            next: found.entries.next.as_deref().map(|after| format!("/s/statement?{at}&after={after}")),
            shown: found.entries.items.len(),
            ..Pager::default()
        }))
        (panel(&ctx.t("settlements-made"), None, &settlements(ctx, &found.settlements, "settlements-none")))
    }
}

fn sums(ctx: &Context, found: &Statement) -> Vec<(String, Markup)> {
    let row = |key: &str, amount: Fen| (ctx.t(key), html! { (yuan(amount)) });
    let sums = &found.sums;
    vec![
        row("statement-before", found.before),
        row("statement-goods", sums.goods),
        row("order-freight", sums.freight),
        row("statement-refunded", sums.refunded),
        row("statement-taken", sums.commission.reversed()),
        row("statement-given-back", sums.commission_back.reversed()),
        row("statement-paid", found.paid.reversed()),
        (ctx.t("statement-owed"), html! { strong { (yuan(found.owed)) } }),
    ]
}

/// Entries as a table.
pub(crate) fn entries(ctx: &Context, entries: &Listing<StatementLine>) -> Markup {
    let (locale, unit) = (ctx.locale, AmountUnit::Yuan);
    let rows = entries.items.iter().map(|row| {
        let rule = rate_of(locale, row);
        Row::new([
            html! { (number_of(row.order)) br; time.hint { (row.id.made_at().to_minute()) } },
            html! {
                (ctx.t(kind_key(row.kind))) " · " (goods_of(locale, row))
                @if row.pieces != 0 { " × " (row.pieces) }
                @if !rule.is_empty() { br; span.hint { (rule) } }
            },
            html! { (money_cell(locale, row.amount, unit)) },
            html! { (money_cell(locale, row.commission, unit)) },
            html! { (money_cell(locale, row.amount.minus(row.commission).unwrap_or(row.amount), unit)) },
            html! {
                @match row.settlement {
                    Some(id) => { a href=(format!("/s/settlements/{id}")) { (ctx.t("statement-taken-in")) } }
                    None => (ctx.t("statement-open")),
                }
            },
        ])
    });
    let amount = |key: &str| Column::amount(ctx.t(key), unit.label(locale));
    let table = DataTable {
        caption: ctx.t("statement-entries"),
        columns: vec![
            Column::text(ctx.t("order-number")),
            Column::text(ctx.t("order-goods")),
            amount("statement-amount"),
            amount("statement-commission"),
            amount("statement-net"),
            Column::text(ctx.t("statement-settlement")),
        ],
        rows: rows.collect(),
        empty: Some(empty(&ctx.t("statement-none"), None)),
        ..DataTable::default()
    };
    data_table(locale, &table)
}

/// `GET /s/statement/csv`
pub(crate) async fn csv(
    ctx: Context,
    State(app): State<App>,
    Query(query): Query<StatementQuery>,
) -> Result<Response, Failure> {
    let month = service::month_of(&query.month).unwrap_or_else(|| ctx.today().month());
    let place = Temporary::new()?;
    service::export(&ctx, &app, (query.shop, month), place.path()).await?;
    place.sent(OutputFormat::CsvUtf8.content_type(), &format!("statement-{month}.csv")).await
}
