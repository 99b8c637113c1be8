//! `/s/orders/picks`: what is to be fetched from where, to be printed and ticked off; and the tables that are taken away.

use axum::{extract::State, response::Response};
use maud::{Markup, html};
use serde::Deserialize;
use sh_catalogue::{ShopRow, model::Shop};
use sh_files::write::OutputFormat;
use sh_http::{App, Context, Failure, Html, Query, Temporary};
use sh_kernel::Id;
use sh_ui::{Column, Crumb, DataTable, Pager, Row, button_link, data_table, empty, pager, work_page};

use crate::{
    model::number_of,
    service::pick::{self as service, Fetch, amount},
};

/// Which shop, where the list goes on, and as what file.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct PickQuery {
    shop: Option<Id<Shop>>,
    after: Option<String>,
    format: String,
}

/// `GET /s/orders/picks`
pub(crate) async fn list(
    ctx: Context,
    State(app): State<App>,
    Query(query): Query<PickQuery>,
) -> Result<Html, Failure> {
    let (shop, fetches, next) = service::list(&ctx, &app, query.shop, query.after).await?;
    Ok(Html(view(&ctx, &shop, &fetches, next.as_deref())))
}

fn view(ctx: &Context, shop: &ShopRow, fetches: &[Fetch], next: Option<&str>) -> Markup {
    let locale = ctx.locale;
    let title = ctx.t("picks-title");
    let file = |format: &str| format!("/s/orders/picks/file?shop={}&format={format}", shop.id);
    let frame = ctx
        .frame(title.clone())
        .crumbs([Crumb::link(ctx.t("shop-orders-title"), "/s/orders"), Crumb::here(title)])
        .subtitle(html! { (shop.name) " " time { (ctx.now().to_minute()) } })
        .action(html! {
            (button_link("XLSX", &file("xlsx"), Some("download"))) " "
            (button_link("CSV", &file("csv"), Some("download")))
        });
    let mut places: Vec<(&str, Vec<&Fetch>)> = Vec::new();
    for fetch in fetches {
        match places.last_mut() {
            Some((place, list)) if *place == fetch.place => list.push(fetch),
            _ => places.push((&fetch.place, vec![fetch])),
        }
    }
    let content = html! {
        p.hint { (ctx.t("picks-hint")) }
        @if fetches.is_empty() { (empty(&ctx.t("picks-none"), None)) }
        @for (place, list) in places { (place_table(ctx, place, &list)) }
        (pager(locale, &Pager {
            next: next.map(|after| format!("/s/orders/picks?shop={}&after={after}", shop.id)),
            shown: fetches.len(),
            ..Pager::default()
        }))
    };
    work_page(&frame, &content)
}

fn place_table(ctx: &Context, place: &str, fetches: &[&Fetch]) -> Markup {
    let locale = ctx.locale;
    let rows = fetches.iter().map(|fetch| Row {
        cells: vec![
            Some(html! { (fetch.name) " " span.hint { (fetch.spec) } }),
            Some(html! { (fetch.lot) }),
            fetch.expires.map(sh_ui::date),
            Some(html! { (amount(locale, fetch, fetch.quantity)) }),
            Some(orders(ctx, fetch)),
        ],
        ..Row::default()
    });
    let table = DataTable {
        caption: place.to_owned(),
        caption_shown: true,
        columns: vec![
            Column::text(ctx.t("lot-goods")),
            Column::text(ctx.t("lot-code")),
            Column::day(ctx.t("lot-expires")),
            Column::number(ctx.t("picks-amount")),
            Column::text(ctx.t("picks-orders")),
        ],
        rows: rows.collect(),
        ..DataTable::default()
    };
    data_table(locale, &table)
}

/// The orders, with what of it goes into each.
fn orders(ctx: &Context, fetch: &Fetch) -> Markup {
    html! {
        @for one in &fetch.orders {
            div { (number_of(one.order)) " × " (amount(ctx.locale, fetch, one.quantity)) }
        }
    }
}

/// `GET /s/orders/picks/file`
pub(crate) async fn file(
    ctx: Context,
    State(app): State<App>,
    Query(query): Query<PickQuery>,
) -> Result<Response, Failure> {
    let format = if query.format == "csv" { OutputFormat::CsvUtf8 } else { OutputFormat::Xlsx };
    let place = Temporary::new()?;
    service::export(&ctx, &app, query.shop, format, place.path()).await?;
    place.sent(format.content_type(), &format!("picks-{}.{}", ctx.today(), format.extension())).await
}

/// `GET /s/orders/to-ship`: the parts that wait, as a table to fill in.
pub(crate) async fn to_ship(
    ctx: Context,
    State(app): State<App>,
    Query(query): Query<PickQuery>,
) -> Result<Response, Failure> {
    let place = Temporary::new()?;
    service::to_ship(&ctx, &app, query.shop, place.path()).await?;
    place.sent(OutputFormat::Xlsx.content_type(), &format!("to-ship-{}.xlsx", ctx.today())).await
}
