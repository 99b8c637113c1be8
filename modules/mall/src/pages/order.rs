//! `/orders/{id}`: one order of the visitor, what has happened, what can be done.

use std::collections::HashMap;

use axum::extract::State;
use maud::{Markup, html};
use serde::Deserialize;
use sh_catalogue::model::Shop;
use sh_http::{App, Context, Failure, Form, Html, Path, Redirect};
use sh_kernel::Id;
use sh_ui::{Crumb, Field, button, button_danger, facts, panel, timeline};

use super::{
    back, page,
    parts::{address, history, lines, order_tag, parcels_of, part_tag, sums},
};
use crate::{
    case::CaseRow,
    model::{ASKS_MAX, Ask, Order, OrderState, ParcelRow, PartRow, PartState, RefundRow, Whole, number_of},
    review::Review,
    service::{cases, orders as service, parcels, reviews},
    token::Visitor,
};

/// `GET /orders/{id}`
pub(crate) async fn show(
    ctx: Context,
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<Id<Order>>,
) -> Result<Html, Failure> {
    let whole = service::get(&ctx, &app, &visitor, id).await?;
    let refunds = service::refunds(&ctx, &app, &visitor, id).await?;
    let cases = cases::of_order(&ctx, &app, &visitor, id).await?;
    let reviews: HashMap<_, _> = reviews::of_order(&ctx, &app, &visitor, id).await?.into_iter().collect();
    let title = ctx.locale.with("order-number-is", &[("number", number_of(id).into())]);
    let frame =
        ctx.frame(title.clone()).crumbs([Crumb::link(ctx.t("orders-title"), "/orders"), Crumb::here(title)]);
    let sent = parcels::of_order(&app, id).await?;
    let parts = parts(&ctx, &whole, &sent, &reviews);
    Ok(Html(page(&ctx, frame, &content(&ctx, &whole, &refunds, &cases, &parts))))
}

fn content(ctx: &Context, whole: &Whole, refunds: &[RefundRow], cases: &[CaseRow], parts: &Markup) -> Markup {
    let (locale, order) = (ctx.locale, &whole.order);
    let mut rows = sums(locale, order);
    rows.push((ctx.t("order-goes-to"), html! { (address(&order.address, order.placed_at.day(), true)) }));
    if let Some(title) = &order.title {
        let number = title.tax_number.as_deref().unwrap_or_default();
        rows.push((ctx.t("checkout-invoice"), html! { (title.name) " " (number) }));
    }
    html! {
        p { (order_tag(locale, order.state)) }
        @if order.state == OrderState::Unpaid { (unpaid(ctx, whole)) }
        (parts)
        (super::case::of_order(ctx, cases))
        (panel(&ctx.t("order-facts"), None, &facts(&rows)))
        (panel(&ctx.t("order-history"), None, &timeline(&history(locale, whole, refunds))))
    }
}

/// The parts, each with what can be done.
fn parts(ctx: &Context, whole: &Whole, sent: &[ParcelRow], reviews: &HashMap<i64, Id<Review>>) -> Markup {
    html! {
        @for part in &whole.parts {
            (panel(&part.shop_name, None, &html! {
                (part_content(ctx, whole, part, sent)) (reviews_of(ctx, whole, part, reviews))
            }))
        }
    }
}

fn unpaid(ctx: &Context, whole: &Whole) -> Markup {
    let order = &whole.order;
    html! {
        p { (ctx.locale.with("order-pay-until", &[("at", order.due_at.to_minute().into())])) }
        p { a.button href=(format!("/orders/{}/pay", order.id)) { (ctx.t("order-pay")) } }
        form method="post" action=(format!("/orders/{}/cancel", order.id)) {
            (button_danger(&ctx.t("order-cancel"), "cancel", "1"))
        }
    }
}

fn part_content(ctx: &Context, whole: &Whole, part: &PartRow, sent: &[ParcelRow]) -> Markup {
    let locale = ctx.locale;
    let action = |what: &str| format!("/orders/{}/{}/{what}", part.order, part.shop);
    let can_ask = matches!(part.ask, Ask::None | Ask::Refused) && part.asks < ASKS_MAX;
    let whole_back = part.state == PartState::ToShip && can_ask;
    html! {
        p { (part_tag(locale, part.state, part.ask)) }
        (lines(locale, whole.lines_of(part.shop)))
        (parcels_of(locale, sent, part.shop))
        @if part.state == PartState::Shipped {
            form method="post" action=(action("receive")) { (button(&ctx.t("order-receive"))) }
        }
        @if matches!(part.state, PartState::Shipped | PartState::Received) && part.ask != Ask::Asked {
            p { a.button.is-secondary href=(action("after-sale")) { (ctx.t("case-open")) } }
        }
        @if whole_back {
            details {
                summary { (ctx.t("order-ask-refund")) }
                form.form method="post" action=(action("refund")) {
                    (Field::area("reason", &ctx.t("order-reason"), 2).required().render(locale))
                    (button_danger(&ctx.t("order-ask-refund"), "ask", "1"))
                }
            }
        }
        @if part.ask == Ask::Refused {
            p { (locale.with("order-refused-why", &[("answer", part.answer.clone().unwrap_or_default().into())])) }
        }
    }
}

/// A way to review each line that was received, or to its review.
fn reviews_of(ctx: &Context, whole: &Whole, part: &PartRow, reviews: &HashMap<i64, Id<Review>>) -> Markup {
    let received = part.received_at.is_some();
    html! {
        @if received {
            ul.ways {
                @for line in whole.lines_of(part.shop) {
                    @let (href, key) = match reviews.get(&line.line) {
                        Some(id) => (format!("/reviews/{id}"), "review-see"),
                        None => (format!("/reviews/write/{}/{}", line.order, line.line), "review-write"),
                    };
                    li { a href=(href) { (ctx.t(key)) " " (line.name) " " (line.spec) } }
                }
            }
        }
    }
}

/// `POST /orders/{id}/cancel`
pub(crate) async fn cancel(
    ctx: Context,
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<Id<Order>>,
) -> Result<Redirect, Failure> {
    back(
        &ctx,
        &format!("/orders/{id}"),
        service::cancel(&ctx, &app, &visitor, id).await,
        "order-is-cancelled",
    )
}

/// `POST /orders/{id}/{shop}/receive`
pub(crate) async fn receive(
    ctx: Context,
    State(app): State<App>,
    visitor: Visitor,
    Path((id, shop)): Path<(Id<Order>, Id<Shop>)>,
) -> Result<Redirect, Failure> {
    let outcome = service::receive(&ctx, &app, &visitor, id, shop).await;
    back(&ctx, &format!("/orders/{id}"), outcome, "order-is-received")
}

/// Why.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct AskForm {
    reason: String,
}

/// `POST /orders/{id}/{shop}/refund`
pub(crate) async fn ask(
    ctx: Context,
    State(app): State<App>,
    visitor: Visitor,
    Path((id, shop)): Path<(Id<Order>, Id<Shop>)>,
    Form(form): Form<AskForm>,
) -> Result<Redirect, Failure> {
    let outcome = service::ask_refund(&ctx, &app, &visitor, (id, shop), &form.reason).await;
    back(&ctx, &format!("/orders/{id}"), outcome, "order-refund-is-asked")
}
