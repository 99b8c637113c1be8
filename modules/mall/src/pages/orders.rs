//! `/orders`: what somebody has ordered.

use axum::extract::State;
use maud::{Markup, html};
use serde::Deserialize;
use sh_http::{App, Context, Failure, Html, Listing, Page, Query};
use sh_ui::{Pager, Tab, button_link, empty, pager, panel, tabs};

use super::{
    page,
    parts::{order_tag, part_tag, yuan},
};
use crate::{
    model::{OrderState, Whole, number_of},
    service::orders as service,
    token::Visitor,
};

/// The query of the list.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ListQuery {
    state: String,
    after: Option<String>,
}

/// `GET /orders`
pub(crate) async fn list(
    ctx: Context,
    State(app): State<App>,
    visitor: Visitor,
    Query(query): Query<ListQuery>,
) -> Result<Html, Failure> {
    let state = OrderState::from_word(&query.state);
    let asked = Page { after: query.after.clone(), size: Some(20) };
    let orders = service::list(&ctx, &app, &visitor, state, &asked).await?;
    Ok(Html(page(&ctx, ctx.frame(ctx.t("orders-title")), &content(&ctx, state, &orders))))
}

fn content(ctx: &Context, state: Option<OrderState>, orders: &Listing<Whole>) -> Markup {
    let word = state.map_or("", OrderState::word);
    let tab = |key: &str, state: &str| Tab::new(ctx.t(key), format!("/orders?state={state}"), word == state);
    let list = [
        tab("orders-all", ""),
        tab("order-unpaid", "unpaid"),
        tab("order-paid", "paid"),
        tab("order-refunded", "refunded"),
        tab("order-cancelled", "cancelled"),
    ];
    html! {
        (tabs(&ctx.t("orders-title"), &list))
        @if orders.items.is_empty() {
            (empty(&ctx.t("orders-none"), Some(&button_link(&ctx.t("mall-go-look"), "/", None))))
        }
        @for whole in &orders.items { (one(ctx, whole)) }
        @if ctx.actor.user().is_some() { p { a href="/me/addresses" { (ctx.t("checkout-addresses")) } } }
        (pager(ctx.locale, &Pager {
            next: orders.next.as_deref().map(|after| format!("/orders?state={word}&after={after}")),
            shown: orders.items.len(),
            ..Pager::default()
        }))
    }
}

fn one(ctx: &Context, whole: &Whole) -> Markup {
    let (locale, order) = (ctx.locale, &whole.order);
    let href = format!("/orders/{}", order.id);
    let heading = locale.with("order-number-is", &[("number", number_of(order.id).into())]);
    let content = html! {
        p { time { (order.placed_at.to_minute()) } " " (order_tag(locale, order.state)) " " b { (yuan(order.amount)) } }
        @for part in &whole.parts {
            p { (part.shop_name) " " (part_tag(locale, part.state, part.ask)) }
            ul { @for line in whole.lines_of(part.shop) {
                li { (line.name) " " (line.spec) " × " (line.pieces) }
            } }
        }
        p {
            a href=(href) { (ctx.t("order-open")) }
            @if order.state == OrderState::Unpaid { " " a.button href=(format!("{href}/pay")) { (ctx.t("order-pay")) } }
        }
    };
    panel(&heading, None, &content)
}
