//! `/s/orders`: what a shop has to send, and what its buyers ask for.

use axum::extract::State;
use maud::{Markup, html};
use serde::Deserialize;
use sh_catalogue::model::Shop;
use sh_http::{App, Context, Failure, Form, Html, Listing, Page, Path, Permission, Query, Redirect, Scope};
use sh_kernel::Id;
use sh_parties::mask_person;
use sh_ui::{
    Choice, Column, Crumb, DataTable, Field, Pager, Row, Tab, button, button_danger, button_link, data_table,
    empty, facts, keyboard_list, pager, panel, radios, tabs, timeline, work_page,
};

use super::{
    back,
    parts::{address, history, lines, parcels_of, part_tag, yuan},
};
use crate::{
    Error,
    model::{Ask, Order, ParcelRow, PartRow, PartState, Whole, number_of},
    service::{
        cases, parcels,
        supplier::{self as service, Which},
    },
    store::list::PartItem,
};

/// The tabs: word, text, what it shows. The first is what waits for the shop.
const TABS: [(&str, &str, Which); 6] = [
    ("", "order-to-ship", Which::State(PartState::ToShip)),
    ("asked", "order-refund-asked", Which::Asked),
    ("shipped", "order-shipped", Which::State(PartState::Shipped)),
    ("received", "order-received", Which::State(PartState::Received)),
    ("refunded", "order-refunded", Which::State(PartState::Refunded)),
    ("unpaid", "order-unpaid", Which::State(PartState::Unpaid)),
];

/// The query of the list.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ListQuery {
    shop: Option<Id<Shop>>,
    tab: String,
    after: Option<String>,
}

impl ListQuery {
    fn href(&self, tab: &str, after: Option<&str>) -> String {
        let shop = self.shop.map(|shop| format!("&shop={shop}")).unwrap_or_default();
        let after = after.map(|after| format!("&after={after}")).unwrap_or_default();
        format!("/s/orders?tab={tab}{shop}{after}")
    }
}

/// `GET /s/orders`
pub(crate) async fn list(
    ctx: Context,
    State(app): State<App>,
    Query(query): Query<ListQuery>,
) -> Result<Html, Failure> {
    let which = TABS.iter().find(|tab| tab.0 == query.tab).ok_or(Error::NotFound)?.2;
    let page = Page { after: query.after.clone(), size: None };
    let parts = service::list(&ctx, &app, query.shop, which, &page).await?;
    let mut frame = ctx.frame(ctx.t("shop-orders-title"));
    if ctx.actor.allows_somewhere(Permission::HandleOrders) {
        frame = frame.action(to_do(&ctx, query.shop));
    }
    Ok(Html(work_page(&frame, &list_content(&ctx, &query, &parts))))
}

/// The way of whoever sends many: fetch, fill in, import.
fn to_do(ctx: &Context, shop: Option<Id<Shop>>) -> Markup {
    let shop = shop.map(|shop| format!("?shop={shop}")).unwrap_or_default();
    html! {
        (button_link(&ctx.t("picks-title"), &format!("/s/orders/picks{shop}"), None)) " "
        (button_link(&ctx.t("orders-to-ship-table"), &format!("/s/orders/to-ship{shop}"), Some("download"))) " "
        (button_link(&ctx.t("table-waybills-title"), &format!("/s/orders/waybills{shop}"), Some("upload")))
    }
}

fn list_content(ctx: &Context, query: &ListQuery, parts: &Listing<PartItem>) -> Markup {
    let locale = ctx.locale;
    let list: Vec<Tab> = TABS
        .iter()
        .map(|(word, key, _)| Tab::new(ctx.t(key), query.href(word, None), query.tab == *word))
        .collect();
    let rows = parts.items.iter().map(|item| {
        Row::new([
            html! { a href=(format!("/s/orders/{}/{}", item.order, item.shop)) { (number_of(item.order)) } },
            html! { time { (item.placed_at.to_minute()) } },
            html! { (mask_person(&item.receiver)) },
            html! { (item.lines) },
            html! { (yuan(item.amount)) },
            part_tag(locale, item.state, item.ask),
        ])
    });
    let table = DataTable {
        caption: ctx.t("shop-orders-title"),
        columns: vec![
            Column::text(ctx.t("order-number")),
            Column::day(ctx.t("order-placed-at")),
            Column::text(ctx.t("checkout-receiver")),
            Column::number(ctx.t("order-lines-count")),
            Column::number(ctx.t("order-sum")),
            Column::text(ctx.t("order-state")),
        ],
        rows: rows.collect(),
        empty: Some(empty(&ctx.t("shop-orders-none"), None)),
        ..DataTable::default()
    };
    html! {
        (tabs(&ctx.t("shop-orders-title"), &list))
        (keyboard_list(locale, &[], &data_table(locale, &table)))
        (pager(locale, &Pager {
            next: parts.next.as_deref().map(|after| query.href(&query.tab, Some(after))),
            shown: parts.items.len(),
            ..Pager::default()
        }))
    }
}

/// `GET /s/orders/{id}/{shop}`
pub(crate) async fn show(
    ctx: Context,
    State(app): State<App>,
    Path((id, shop)): Path<(Id<Order>, Id<Shop>)>,
) -> Result<Html, Failure> {
    let whole = service::get(&ctx, &app, id, shop).await?;
    let part = whole.part(shop).ok_or(Error::NotFound)?;
    let number = number_of(id);
    let frame = ctx
        .frame(ctx.locale.with("order-number-is", &[("number", number.as_str().into())]))
        .crumbs([Crumb::link(ctx.t("shop-orders-title"), "/s/orders"), Crumb::here(number)])
        .subtitle(html! { (part.shop_name) " " (part_tag(ctx.locale, part.state, part.ask)) });
    let cases = cases::seen_of_order(&ctx, &app, id).await?;
    let parcels = parcels::of_order(&app, id).await?;
    let content = html! { (content(&ctx, &whole, part, &parcels)) (super::case::of_order(&ctx, &cases)) };
    Ok(Html(work_page(&frame, &content)))
}

fn content(ctx: &Context, whole: &Whole, part: &PartRow, sent: &[ParcelRow]) -> Markup {
    let locale = ctx.locale;
    let may = ctx.allows(Permission::HandleOrders, &Scope::Organisation(part.organisation.clone()));
    // Whoever sends needs the address in full, and nobody any longer.
    let open = may && matches!(part.state, PartState::ToShip | PartState::Shipped);
    let mut rows = vec![
        (
            ctx.t("order-goes-to"),
            html! { (address(&whole.order.address, whole.order.placed_at.day(), open)) },
        ),
        (ctx.t("order-freight"), html! { (yuan(part.freight)) }),
        (ctx.t("order-sum"), html! { (yuan(part.amount)) }),
    ];
    if !part.message.is_empty() {
        rows.push((ctx.t("checkout-message"), html! { (part.message) }));
    }
    html! {
        @if may && part.ask == Ask::Asked { (answer_form(ctx, part)) }
        @if may && part.state == PartState::ToShip { (ship_form(ctx, part)) }
        (parcels_of(locale, sent, part.shop))
        @if may && part.state == PartState::Shipped {
            details { summary { (ctx.t("order-parcel-more")) } (ship_form(ctx, part)) }
        }
        (panel(&ctx.t("order-facts"), None, &facts(&rows)))
        (panel(&ctx.t("order-lines"), None, &lines(locale, whole.lines_of(part.shop))))
        (panel(&ctx.t("order-history"), None, &timeline(&history(locale, whole, &[]))))
    }
}

fn ship_form(ctx: &Context, part: &PartRow) -> Markup {
    let action = format!("/s/orders/{}/{}/ship", part.order, part.shop);
    panel(
        &ctx.t("order-ship"),
        None,
        &html! {
            form.form method="post" action=(action) {
                (Field::text("carrier", &ctx.t("order-carrier")).required().hint(ctx.t("order-carrier-hint"))
                    .render(ctx.locale))
                (Field::text("waybill", &ctx.t("order-waybill")).required().render(ctx.locale))
                (button(&ctx.t(if part.state == PartState::Shipped { "order-parcel-more" } else { "order-ship" })))
            }
        },
    )
}

fn answer_form(ctx: &Context, part: &PartRow) -> Markup {
    let action = format!("/s/orders/{}/{}/answer", part.order, part.shop);
    let sent = matches!(part.state, PartState::Shipped | PartState::Received);
    let choices =
        [Choice::new("1", ctx.t("order-goods-are-back")), Choice::new("0", ctx.t("order-goods-are-lost"))];
    panel(
        &ctx.t("order-refund-asked"),
        None,
        &html! {
            p { (part.ask_reason.as_deref().unwrap_or_default()) }
            form.form method="post" action=(action) {
                @if sent { (radios(ctx.locale, "back", &ctx.t("order-goods-back"), &choices, "0", None)) }
                (Field::area("answer", &ctx.t("order-answer"), 2).hint(ctx.t("order-answer-hint")).render(ctx.locale))
                button.button type="submit" name="grant" value="1" {
                    (ctx.locale.with("order-grant", &[("amount", yuan(part.amount).into())]))
                }
                " " (button_danger(&ctx.t("order-refuse"), "grant", "0"))
            }
        },
    )
}

/// Who carries it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ShipForm {
    carrier: String,
    waybill: String,
}

/// `POST /s/orders/{id}/{shop}/ship`
pub(crate) async fn ship(
    ctx: Context,
    State(app): State<App>,
    Path((id, shop)): Path<(Id<Order>, Id<Shop>)>,
    Form(form): Form<ShipForm>,
) -> Result<Redirect, Failure> {
    let outcome = service::ship(&ctx, &app, (id, shop), &form.carrier, &form.waybill).await;
    back(&ctx, &format!("/s/orders/{id}/{shop}"), outcome, "order-is-shipped")
}

/// The shop's answer.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct AnswerForm {
    grant: String,
    back: String,
    answer: String,
}

/// `POST /s/orders/{id}/{shop}/answer`
pub(crate) async fn answer(
    ctx: Context,
    State(app): State<App>,
    Path((id, shop)): Path<(Id<Order>, Id<Shop>)>,
    Form(form): Form<AnswerForm>,
) -> Result<Redirect, Failure> {
    let decided = (form.grant == "1", form.back == "1");
    let outcome = service::answer(&ctx, &app, (id, shop), decided, &form.answer).await;
    back(&ctx, &format!("/s/orders/{id}/{shop}"), outcome, "order-is-answered")
}
