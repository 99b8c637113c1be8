//! `/w/listings`: products that wait for a decision.

use axum::extract::State;
use maud::html;
use sh_http::{App, Context, Failure, Html, Page, Query};
use sh_ui::{Column, DataTable, Pager, Row, data_table, empty, keyboard_list, pager, status_tag, work_page};

use crate::{pages::shop::shelf_tag, service::review};

/// `GET /w/listings`
pub(crate) async fn list(
    ctx: Context,
    State(app): State<App>,
    Query(page): Query<Page>,
) -> Result<Html, Failure> {
    let waiting = review::waiting(&ctx, &app, &page).await?;
    let locale = ctx.locale;
    let rows = waiting.items.iter().map(|row| {
        let (tone, text) = shelf_tag(locale, row.shelf);
        Row::new([
            html! { a href=(format!("/w/listings/{}", row.id)) { (row.name) } },
            html! { (row.shop) },
            html! { (row.code) },
            status_tag(tone, &text),
            html! { time { (row.submitted_at.to_minute()) } },
        ])
    });
    let table = DataTable {
        caption: ctx.t("listings-title"),
        columns: vec![
            Column::text(ctx.t("product-name")),
            Column::text(ctx.t("shop-name")),
            Column::text(ctx.t("product-code")),
            Column::text(ctx.t("product-state")),
            Column::text(ctx.t("listings-since")),
        ],
        rows: rows.collect(),
        empty: Some(empty(&ctx.t("listings-none"), None)),
        ..DataTable::default()
    };
    let content = html! {
        (keyboard_list(locale, &[], &data_table(locale, &table)))
        (pager(locale, &Pager {
            next: waiting.next.as_deref().map(|after| format!("/w/listings?after={after}")),
            total: waiting.total_hint,
            shown: waiting.items.len(),
            ..Pager::default()
        }))
    };
    Ok(Html(work_page(&ctx.frame(ctx.t("listings-title")), &content)))
}
