//! `/w/orders`: all orders, for whoever runs the mall.

use axum::extract::State;
use maud::{Markup, html};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use sh_files::{
    parse::{self, MoneyUnit},
    sheet::Cell,
};
use sh_http::{App, Context, Failure, Form, Html, Listing, Page, Path, Permission, Query, Redirect, Scope};
use sh_kernel::{Day, Fen, Id};
use sh_parties::{mask_person, mask_phone};
use sh_ui::{
    AmountUnit, Choice, Column, Crumb, DataTable, Field, Pager, QueryForm, Row, button, button_secondary,
    data_table, empty, facts, keyboard_list, pager, panel, query_form, timeline, work_page,
};

use super::{
    back,
    parts::{address, history, lines, order_tag, part_tag, sums, yuan},
};
use crate::{
    model::{Order, OrderState, Refund, RefundRow, RefundState, Whole, number_of},
    provider::bank,
    service::{
        cases,
        operator::{self as service, Filter},
    },
    store::list::OrderItem,
};

/// The query of the list.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ListQuery {
    number: String,
    phone: String,
    state: String,
    shop: String,
    from: String,
    until: String,
    after: Option<String>,
}

impl ListQuery {
    fn filter(&self) -> Filter {
        Filter {
            number: self.number.clone(),
            phone: self.phone.clone(),
            state: OrderState::from_word(&self.state),
            shop: self.shop.clone(),
            from: self.from.parse().ok(),
            until: self.until.parse().ok(),
        }
    }

    fn href(&self, after: &str) -> String {
        let plain = |text: &str| text.chars().filter(char::is_ascii_alphanumeric).collect::<String>();
        let state = OrderState::from_word(&self.state).map_or("", OrderState::word);
        let day = |text: &str| text.parse().map(|day: Day| day.to_string()).unwrap_or_default();
        format!(
            "/w/orders?number={}&phone={}&state={state}&shop={}&from={}&until={}&after={after}",
            plain(&self.number),
            plain(&self.phone),
            utf8_percent_encode(&self.shop, NON_ALPHANUMERIC),
            day(&self.from),
            day(&self.until)
        )
    }
}

/// `GET /w/orders`
pub(crate) async fn list(
    ctx: Context,
    State(app): State<App>,
    Query(query): Query<ListQuery>,
) -> Result<Html, Failure> {
    let page = Page { after: query.after.clone(), size: None };
    let orders = service::search(&ctx, &app, &query.filter(), &page).await?;
    Ok(Html(work_page(&ctx.frame(ctx.t("all-orders-title")), &list_content(&ctx, &query, &orders))))
}

fn state_name(ctx: &Context, state: OrderState) -> String {
    ctx.t(match state {
        OrderState::Unpaid => "order-unpaid",
        OrderState::Paid => "order-paid",
        OrderState::Cancelled => "order-cancelled",
        OrderState::Refunded => "order-refunded",
    })
}

fn search_form(ctx: &Context, query: &ListQuery) -> Markup {
    let locale = ctx.locale;
    let states = OrderState::ALL.iter().map(|state| Choice::new(state.word(), state_name(ctx, *state)));
    let states = std::iter::once(Choice::new("", ctx.t("orders-all"))).chain(states).collect();
    let form = QueryForm {
        action: "/w/orders".to_owned(),
        fields: vec![
            Field::input("search", "number", &ctx.t("order-number-or-code"))
                .value(&query.number)
                .render(locale),
            Field::input("search", "phone", &ctx.t("checkout-phone")).value(&query.phone).render(locale),
            Field::select("state", &ctx.t("order-state"), states).value(&query.state).render(locale),
            Field::input("search", "shop", &ctx.t("orders-of-shop")).value(&query.shop).render(locale),
            Field::date("from", &ctx.t("orders-from")).value(&query.from).render(locale),
            Field::date("until", &ctx.t("orders-until")).value(&query.until).render(locale),
        ],
        ..QueryForm::default()
    };
    query_form(locale, &form)
}

fn list_content(ctx: &Context, query: &ListQuery, orders: &Listing<OrderItem>) -> Markup {
    let locale = ctx.locale;
    let rows = orders.items.iter().map(|item| {
        Row::new([
            html! { a href=(format!("/w/orders/{}", item.id)) { (number_of(item.id)) } },
            html! { time { (item.placed_at.to_minute()) } },
            html! { (mask_person(&item.receiver)) " " (mask_phone(&item.phone)) },
            html! { (yuan(item.amount)) },
            html! { (yuan(item.paid)) },
            html! { (yuan(item.refunded)) },
            order_tag(locale, item.state),
        ])
    });
    let table = DataTable {
        caption: ctx.t("all-orders-title"),
        columns: vec![
            Column::text(ctx.t("order-number")),
            Column::day(ctx.t("order-placed-at")),
            Column::text(ctx.t("checkout-receiver")),
            Column::number(ctx.t("order-sum")),
            Column::number(ctx.t("order-paid-sum")),
            Column::number(ctx.t("order-refunded-sum")),
            Column::text(ctx.t("order-state")),
        ],
        rows: rows.collect(),
        empty: Some(empty(&ctx.t("all-orders-none"), None)),
        ..DataTable::default()
    };
    html! {
        (search_form(ctx, query))
        (keyboard_list(locale, &[], &data_table(locale, &table)))
        (pager(locale, &Pager {
            next: orders.next.as_deref().map(|after| query.href(after)),
            shown: orders.items.len(),
            ..Pager::default()
        }))
    }
}

/// `GET /w/orders/{id}`
pub(crate) async fn show(
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<Order>>,
) -> Result<Html, Failure> {
    let (whole, refunds) = service::get(&ctx, &app, id).await?;
    let cases = cases::seen_of_order(&ctx, &app, id).await?;
    let number = number_of(id);
    let frame = ctx
        .frame(ctx.locale.with("order-number-is", &[("number", number.as_str().into())]))
        .crumbs([Crumb::link(ctx.t("all-orders-title"), "/w/orders"), Crumb::here(number)])
        .subtitle(html! { (order_tag(ctx.locale, whole.order.state)) });
    Ok(Html(work_page(
        &frame,
        &html! { (content(&ctx, &whole, &refunds)) (super::case::of_order(&ctx, &cases)) },
    )))
}

fn content(ctx: &Context, whole: &Whole, refunds: &[RefundRow]) -> Markup {
    let (locale, order) = (ctx.locale, &whole.order);
    let may = ctx.allows(Permission::SettleOrders, &Scope::Everywhere);
    let mut rows = sums(locale, order);
    rows.push((ctx.t("pay-code"), html! { (order.code) }));
    rows.push((ctx.t("order-goes-to"), html! { (address(&order.address, order.placed_at.day(), false)) }));
    html! {
        (panel(&ctx.t("order-facts"), None, &facts(&rows)))
        @for part in &whole.parts {
            (panel(&part.shop_name, None, &html! {
                p { (part_tag(locale, part.state, part.ask)) }
                (lines(locale, whole.lines_of(part.shop)))
            }))
        }
        @if may { (transfer_form(ctx, order.id)) (by_hand(ctx, refunds)) }
        (panel(&ctx.t("order-history"), None, &timeline(&history(locale, whole, refunds))))
    }
}

fn transfer_form(ctx: &Context, id: Id<Order>) -> Markup {
    panel(
        &ctx.t("order-transfer"),
        None,
        &html! {
            form.form method="post" action=(format!("/w/orders/{id}/transfer")) {
                (Field::number("amount", &ctx.t("order-transfer-amount")).required().suffix(AmountUnit::Yuan.label(ctx.locale)).render(ctx.locale))
                (Field::text("reference", &ctx.t("order-transfer-reference")).required().render(ctx.locale))
                (button(&ctx.t("order-transfer-enter")))
            }
        },
    )
}

/// Refunds that a person sends by transfer.
fn by_hand(ctx: &Context, refunds: &[RefundRow]) -> Markup {
    let open = refunds.iter().filter(|row| row.provider == bank::CODE && row.state == RefundState::Open);
    html! {
        @for row in open {
            (panel(&ctx.t("order-send-back"), None, &html! {
                p { (yuan(row.amount)) " · " (row.reference) }
                form method="post" action=(format!("/w/orders/{}/sent-back", row.order)) {
                    (button_secondary(&ctx.t("order-sent-back"), "refund", &row.id.to_string()))
                }
            }))
        }
    }
}

/// What the bank shows.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct TransferForm {
    amount: String,
    reference: String,
}

/// `POST /w/orders/{id}/transfer`
pub(crate) async fn transfer(
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<Order>>,
    Form(form): Form<TransferForm>,
) -> Result<Redirect, Failure> {
    let amount = parse::money(&Cell::text(&form.amount), MoneyUnit::Yuan).unwrap_or(Fen::ZERO);
    let outcome = service::enter_transfer(&ctx, &app, id, amount, &form.reference).await;
    back(&ctx, &format!("/w/orders/{id}"), outcome, "order-transfer-entered")
}

/// Which refund.
#[derive(Debug, Deserialize)]
pub(crate) struct SentBackForm {
    refund: Id<Refund>,
}

/// `POST /w/orders/{id}/sent-back`
pub(crate) async fn sent_back(
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<Order>>,
    Form(form): Form<SentBackForm>,
) -> Result<Redirect, Failure> {
    let outcome = service::sent_back(&ctx, &app, id, form.refund).await;
    back(&ctx, &format!("/w/orders/{id}"), outcome, "order-is-sent-back")
}
