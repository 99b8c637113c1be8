//! `/orders/{id}/pay`: how to pay; what providers tell; the page of the made-up provider.

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
};
use maud::{Markup, html};
use serde::Deserialize;
use sh_http::{App, Context, Failure, Form, Html, Path, Redirect};
use sh_kernel::Id;
use sh_ui::{Choice, Crumb, Tone, banner, button, facts, plain_page, radios};

use super::{back, page, parts::yuan};
use crate::{
    Error,
    model::{Order, OrderState, Payment, PaymentRow, Whole, number_of},
    provider::{
        Begun, Providers, bank,
        simulator::{self, Scenario},
    },
    service::{orders, pay as service},
    token::Visitor,
};

/// The header that carries the signature of a provider's message.
const SIGNATURE: &str = "x-signature";

/// `GET /orders/{id}/pay`
pub(crate) async fn show(
    ctx: Context,
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<Id<Order>>,
) -> Result<Html, Failure> {
    let whole = orders::get(&ctx, &app, &visitor, id).await?;
    let providers = app.get::<Providers>()?;
    let number = number_of(id);
    let frame = ctx.frame(ctx.t("order-pay")).crumbs([
        Crumb::link(ctx.t("orders-title"), "/orders"),
        Crumb::link(number, format!("/orders/{id}")),
        Crumb::here(ctx.t("order-pay")),
    ]);
    Ok(Html(page(&ctx, frame, &ways(&ctx, &whole, &providers))))
}

fn provider_name(ctx: &Context, code: &str) -> String {
    match code {
        bank::CODE => ctx.t("pay-bank"),
        simulator::CODE => ctx.t("pay-simulator"),
        other => other.to_owned(),
    }
}

fn ways(ctx: &Context, whole: &Whole, providers: &Providers) -> Markup {
    let (locale, order) = (ctx.locale, &whole.order);
    let href = format!("/orders/{}", order.id);
    if order.state != OrderState::Unpaid {
        let key = if order.state == OrderState::Paid { "pay-done" } else { "pay-over" };
        return banner(Tone::Info, &ctx.t(key), &html! { p { a href=(href) { (ctx.t("order-open")) } } });
    }
    let due = order.amount.0.saturating_sub(order.paid.0);
    let choices: Vec<Choice> = providers
        .all()
        .iter()
        .map(|provider| Choice::new(provider.code(), provider_name(ctx, provider.code())))
        .collect();
    let first = choices.first().map(|choice| choice.value.clone()).unwrap_or_default();
    let until = locale.with("order-pay-until", &[("at", order.due_at.to_minute().into())]);
    html! {
        (facts(&[
            (ctx.t("pay-due"), html! { b { (yuan(sh_kernel::Fen(due))) } }),
            (ctx.t("pay-code"), html! { (order.code) }),
        ]))
        p { (until) }
        form.form method="post" action=(format!("{href}/pay")) {
            (radios(locale, "provider", &ctx.t("pay-how"), &choices, &first, None))
            (button(&ctx.t("order-pay")))
        }
        p.hint { (locale.with("pay-bank-how", &[("code", order.code.as_str().into())])) }
    }
}

/// Which way.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct PayForm {
    provider: String,
}

/// `POST /orders/{id}/pay`
pub(crate) async fn begin(
    ctx: Context,
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<Id<Order>>,
    Form(form): Form<PayForm>,
) -> Result<Redirect, Failure> {
    let order = format!("/orders/{id}");
    match service::begin(&ctx, &app, &visitor, id, &form.provider).await {
        Ok(Begun::Page(to)) => Ok(Redirect::to(to)),
        Ok(Begun::Transfer) => Ok(Redirect::to(order).saying(Tone::Info, ctx.t("pay-bank-begun"))),
        Err(error) => back(&ctx, &order, Err(error), "pay-bank-begun"),
    }
}

/// `POST /callbacks/{provider}`: a provider's signed message.
pub(crate) async fn callback(
    ctx: Context,
    State(app): State<App>,
    Path(provider): Path<String>,
    headers: HeaderMap,
    body: String,
) -> Result<StatusCode, Failure> {
    let signature = headers.get(SIGNATURE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    service::notified(&ctx, &app, &provider, &body, signature).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `GET /pay/simulator/{payment}`
pub(crate) async fn simulator(
    ctx: Context,
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<Id<Payment>>,
) -> Result<Html, Failure> {
    let payment = service::simulated(&ctx, &app, &visitor, id).await?;
    Ok(Html(plain_page(&ctx.frame(ctx.t("pay-simulator")), &scenarios(&ctx, &payment))))
}

fn scenario_name(ctx: &Context, scenario: Scenario) -> String {
    ctx.t(match scenario {
        Scenario::Once => "pay-once",
        Scenario::Late => "pay-late",
        Scenario::Twice => "pay-twice",
        Scenario::Lost => "pay-lost",
        Scenario::Partial => "pay-partial",
        Scenario::TwoChannels => "pay-two-channels",
    })
}

fn scenarios(ctx: &Context, payment: &PaymentRow) -> Markup {
    let choices: Vec<Choice> = Scenario::ALL
        .iter()
        .map(|(scenario, word)| Choice::new(*word, scenario_name(ctx, *scenario)))
        .collect();
    html! {
        p { (ctx.t("pay-simulator-note")) }
        (facts(&[(ctx.t("pay-due"), html! { b { (yuan(payment.amount)) } })]))
        form.form method="post" action=(simulator::page(payment.id)) {
            (radios(ctx.locale, "scenario", &ctx.t("pay-scenario"), &choices, "once", None))
            (button(&ctx.t("order-pay")))
        }
        p { a href=(format!("/orders/{}", payment.order)) { (ctx.t("order-open")) } }
    }
}

/// How it goes.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ScenarioForm {
    scenario: String,
}

/// `POST /pay/simulator/{payment}`
pub(crate) async fn simulate(
    ctx: Context,
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<Id<Payment>>,
    Form(form): Form<ScenarioForm>,
) -> Result<Redirect, Failure> {
    let scenario = Scenario::from_word(&form.scenario).ok_or(Error::NotFound)?;
    let order = service::simulate(&ctx, &app, &visitor, id, scenario).await?;
    Ok(Redirect::to(format!("/orders/{order}")))
}
