//! `/s/stock`: the lots of a shop.

use std::fmt::Write as _;

use axum::{extract::State, response::Response};
use maud::{Markup, html};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use sh_catalogue::{ShopRow, model::Shop};
use sh_files::write::OutputFormat;
use sh_http::{App, Context, Failure, Html, Listing, Page, Permission, Query, Temporary};
use sh_kernel::Id;
use sh_ui::{
    Column, DataTable, Field, Pager, QueryForm, Row, Tab, button_link, data_table, empty, pager, query_form,
    tabs, work_page,
};

use super::{day_or, goods, state_tag};
use crate::service::{
    look::{self, Listed, Show},
    measured, own, table,
};

/// The query of the list.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ListQuery {
    shop: Option<Id<Shop>>,
    show: String,
    q: String,
    after: Option<String>,
}

impl ListQuery {
    fn href(&self, show: Show, after: Option<&str>) -> String {
        let mut href = format!("/s/stock?show={}", show.word());
        if !self.q.is_empty() {
            let _ = write!(href, "&q={}", utf8_percent_encode(&self.q, NON_ALPHANUMERIC));
        }
        if let Some(shop) = self.shop {
            let _ = write!(href, "&shop={shop}");
        }
        if let Some(after) = after {
            let _ = write!(href, "&after={after}");
        }
        href
    }
}

/// `GET /s/stock`
pub(crate) async fn list(
    ctx: Context,
    State(app): State<App>,
    Query(query): Query<ListQuery>,
) -> Result<Html, Failure> {
    let shop = own(&ctx, &app, query.shop).await?;
    let show = Show::from_word(&query.show);
    let page = Page { after: query.after.clone(), size: None };
    let lots = look::list(&ctx, &app, shop.id, (show, &query.q), &page).await?;
    Ok(Html(view(&ctx, &shop, &query, show, &lots)))
}

/// `GET /s/stock/export`: what is there, place by place.
pub(crate) async fn export(
    ctx: Context,
    State(app): State<App>,
    Query(query): Query<ListQuery>,
) -> Result<Response, Failure> {
    let shop = own(&ctx, &app, query.shop).await?;
    let place = Temporary::new()?;
    table::export(&ctx, &app, shop.id, place.path()).await?;
    place.sent(OutputFormat::Xlsx.content_type(), &format!("stock-{}.xlsx", ctx.today())).await
}

fn view(ctx: &Context, shop: &ShopRow, query: &ListQuery, show: Show, lots: &Listing<Listed>) -> Markup {
    let locale = ctx.locale;
    let may = ctx.allows(Permission::EditListings, &shop.scope());
    let receive = format!("/s/stock/receive?shop={}", shop.id);
    let mut frame = ctx.frame(ctx.t("lots-title")).subtitle(html! { (shop.name) });
    if may {
        frame = frame.action(html! {
            (button_link(&ctx.t("lots-receive"), &receive, Some("plus"))) " "
            (button_link(&ctx.t("table-lots-title"), &format!("/s/stock/import?shop={}", shop.id), Some("upload")))
            " "
            (button_link(&ctx.t("lots-export"), &format!("/s/stock/export?shop={}", shop.id), Some("download")))
        });
    }
    let mut hidden = vec![("show".to_owned(), show.word().to_owned())];
    hidden.extend(query.shop.map(|shop| ("shop".to_owned(), shop.to_string())));
    let form = QueryForm {
        action: "/s/stock".to_owned(),
        fields: vec![Field::input("search", "q", &ctx.t("lots-search")).value(&query.q).render(locale)],
        hidden,
        ..QueryForm::default()
    };
    let list: Vec<Tab> = Show::ALL
        .into_iter()
        .map(|(tab, _)| Tab::new(tab_text(ctx, tab), query.href(tab, None), tab == show))
        .collect();
    let content = html! {
        (query_form(locale, &form))
        (tabs(&ctx.t("lots-title"), &list))
        (lot_table(ctx, lots, (may && show == Show::Open && query.q.is_empty()).then_some(receive.as_str())))
        (pager(locale, &Pager {
            next: lots.next.as_deref().map(|after| query.href(show, Some(after))),
            shown: lots.items.len(),
            ..Pager::default()
        }))
    };
    work_page(&frame, &content)
}

fn tab_text(ctx: &Context, show: Show) -> String {
    ctx.t(match show {
        Show::Open => "lots-open",
        Show::Expiring => "lots-expiring",
        Show::Empty => "lots-empty",
        Show::Closed => "lots-closed",
        Show::Recalled => "lots-recalled",
    })
}

fn lot_table(ctx: &Context, lots: &Listing<Listed>, receive: Option<&str>) -> Markup {
    let locale = ctx.locale;
    let rows = lots.items.iter().map(|one| {
        let lot = &one.lot;
        let amount = |amount| Some(html! { (measured(locale, amount, lot.unit)) });
        Row {
            cells: vec![
                Some(html! { a href=(format!("/s/stock/{}", lot.id)) { (lot.code) } }),
                Some(goods(&one.sku)),
                day_or(lot.produced),
                day_or(lot.expires),
                amount(one.balance.on_hand),
                amount(one.balance.reserved),
                Some(state_tag(locale, lot, ctx.today())),
            ],
            ..Row::default()
        }
    });
    let first = receive.map(|href| button_link(&ctx.t("lots-receive"), href, Some("plus")));
    let why = if first.is_some() { "lots-none" } else { "lots-none-found" };
    let table = DataTable {
        caption: ctx.t("lots-title"),
        columns: vec![
            Column::text(ctx.t("lot-code")),
            Column::text(ctx.t("lot-goods")),
            Column::day(ctx.t("lot-produced")),
            Column::day(ctx.t("lot-expires")),
            Column::number(ctx.t("lot-on-hand")),
            Column::number(ctx.t("lot-reserved")),
            Column::text(ctx.t("lot-state")),
        ],
        rows: rows.collect(),
        empty: Some(empty(&ctx.t(why), first.as_ref())),
        ..DataTable::default()
    };
    data_table(locale, &table)
}
