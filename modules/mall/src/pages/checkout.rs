//! `/checkout`: where it goes, what it costs, the order. One form in steps: each button sends it all, nothing typed is lost.

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use maud::{Markup, html};
use serde::Deserialize;
use sh_http::{App, AppError, Context, Failure, Form, Html, Kind, Query, Redirect};
use sh_kernel::{Fen, FieldErrors, Id};
use sh_ui::{Field, Tone, banner, button_link, button_secondary, empty, error_summary, facts, panel};

use super::{
    addresses::line as line_of,
    basket::{changed, value},
    fields, page,
    parts::yuan,
    place::Place,
};
use crate::{
    Error,
    address::{self, Saved},
    service::{
        basket::{Group, Item},
        checkout::{self as service, Form as Order, Quoted},
    },
    token::Visitor,
};

/// What the form shows and sends.
#[derive(Debug, Clone, Default)]
struct Sent {
    order: Order,
    /// Where it goes.
    place: Place,
    /// The county for which the shown sum was made.
    quoted: String,
}

impl Sent {
    fn of(pairs: &[(String, String)]) -> Self {
        let text = |name: &str| value(pairs, name).trim().to_owned();
        let lines = pairs.iter().filter_map(|(name, text)| {
            let sku = name.strip_prefix("line-")?.parse().ok()?;
            let (pieces, price) = text.split_once(' ')?;
            Some((sku, pieces.parse().ok()?, Fen(price.parse().ok()?)))
        });
        let messages = pairs
            .iter()
            .filter_map(|(name, text)| Some((name.strip_prefix("message-")?.parse().ok()?, text.clone())));
        let place = Place::sent(pairs);
        Self {
            order: Order {
                order: text("order").parse().ok(),
                lines: lines.collect(),
                expected: Fen(text("expected").parse().unwrap_or(0)),
                address: place.typed.clone(),
                title: text("title"),
                tax_number: text("tax-number"),
                messages: messages.collect(),
            },
            place,
            quoted: text("quoted"),
        }
    }
}

/// Which of the saved addresses is chosen.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Chosen {
    address: Option<Id<Saved>>,
}

/// The addresses that a person has saved; nobody else has any.
async fn addresses(ctx: &Context, app: &App) -> Result<Vec<Saved>, Error> {
    match ctx.actor.user() {
        Some(_) => crate::service::addresses::list(ctx, app).await,
        None => Ok(Vec::new()),
    }
}

/// `GET /checkout`
pub(crate) async fn show(
    ctx: Context,
    State(app): State<App>,
    visitor: Visitor,
    Query(chosen): Query<Chosen>,
) -> Result<Html, Failure> {
    let mut sent = Sent::default();
    let known = addresses(&ctx, &app).await?;
    let begins = |one: &&Saved| chosen.address.map_or(one.usual, |id| one.id == id);
    if let Some(saved) = known.iter().find(begins) {
        sent.place = Place::of(saved.address.clone().into());
    }
    sent.order.order = Some(ctx.id());
    Ok(Html(form(&ctx, &app, &visitor, &sent, &FieldErrors::default()).await?))
}

/// `POST /checkout`: one step further, or the order.
pub(crate) async fn send(
    ctx: Context,
    State(app): State<App>,
    visitor: Visitor,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let mut sent = Sent::of(&pairs);
    let mut errors = FieldErrors::default();
    match value(&pairs, "action") {
        "parse" => {
            sent.place = Place::of(address::parse(value(&pairs, "pasted"), ctx.today()));
        }
        "place" if !sent.quoted.is_empty() && sent.quoted == sent.place.typed.county => {
            return place(&ctx, &app, &visitor, sent).await;
        }
        "places" => {}
        _ => {
            address::check(ctx.locale, &sent.place.typed, ctx.today(), &mut errors);
        }
    }
    sent.order.address = sent.place.typed.clone();
    let status = if errors.0.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, Html(form(&ctx, &app, &visitor, &sent, &errors).await?)).into_response())
}

async fn place(ctx: &Context, app: &App, visitor: &Visitor, mut sent: Sent) -> Result<Response, Failure> {
    let buyer = visitor.buyer().ok_or(Error::NotFound)?;
    let error = match service::place(ctx, app, buyer, &sent.order).await {
        Ok(order) => return Ok(Redirect::to(format!("/orders/{order}/pay")).into_response()),
        Err(error) => error,
    };
    if !matches!(error.kind(), Kind::Conflict | Kind::Unprocessable | Kind::TooMany) {
        return Err(error.into());
    }
    // The number is spent: whoever sends the form again after reading why orders anew.
    if error.needs_new_form() {
        sent.order.order = Some(ctx.id());
    }
    let errors = fields(ctx, &error);
    Ok((error.kind().status(), Html(form(ctx, app, visitor, &sent, &errors).await?)).into_response())
}

async fn form(
    ctx: &Context,
    app: &App,
    visitor: &Visitor,
    sent: &Sent,
    errors: &FieldErrors,
) -> Result<Markup, Error> {
    let quoted = service::quote(ctx, app, visitor, sent.place.county()).await?;
    let frame = ctx.frame(ctx.t("checkout-title")).with_errors(!errors.0.is_empty());
    if quoted.basket.is_empty() {
        let content = empty(&ctx.t("checkout-empty"), Some(&button_link(&ctx.t("mall-go-look"), "/", None)));
        return Ok(page(ctx, frame, &content));
    }
    let known = addresses(ctx, app).await?;
    let content = html! {
        (error_summary(ctx.locale, errors))
        (changed(ctx, &quoted.basket))
        @if ctx.actor.user().is_some() { (panel(&ctx.t("addresses-title"), None, &saved(ctx, &known))) }
        (panel(&ctx.t("checkout-paste"), None, &pasted(ctx, sent)))
        form.stack method="post" action="/checkout" {
            (hidden(sent, &quoted))
            (panel(&ctx.t("checkout-address"), None, &sent.place.inputs(ctx, errors)))
            (panel(&ctx.t("checkout-invoice"), None, &invoice(ctx, sent, errors)))
            @for (group, freight) in quoted.basket.groups.iter().zip(&quoted.freights) {
                (panel(&group.shop_name, None, &part(ctx, sent, (group, *freight), errors)))
            }
            (last(ctx, sent, &quoted))
        }
    };
    Ok(page(ctx, frame, &content))
}

/// The saved addresses: each is chosen by opening its link.
fn saved(ctx: &Context, known: &[Saved]) -> Markup {
    html! {
        ul.ways {
            @for one in known {
                li { a href=(format!("/checkout?address={}", one.id)) { (ctx.t("checkout-send-to")) " " (line_of(ctx, one)) } }
            }
        }
        p { a href="/me/addresses" { (ctx.t("checkout-addresses")) } }
    }
}

/// The form of the text that is read into the fields. What is chosen already is kept.
fn pasted(ctx: &Context, sent: &Sent) -> Markup {
    html! {
        form.form method="post" action="/checkout" {
            @if let Some(order) = sent.order.order { input type="hidden" name="order" value=(order); }
            input type="hidden" name="title" value=(sent.order.title);
            input type="hidden" name="tax-number" value=(sent.order.tax_number);
            (Field::area("pasted", &ctx.t("checkout-pasted"), 2).hint(ctx.t("checkout-pasted-hint")).render(ctx.locale))
            (button_secondary(&ctx.t("checkout-parse"), "action", "parse"))
        }
    }
}

/// What the buyer is shown and agrees to, as it is sent along.
fn hidden(sent: &Sent, quoted: &Quoted) -> Markup {
    html! {
        @if let Some(order) = sent.order.order { input type="hidden" name="order" value=(order); }
        @for item in quoted.basket.items() {
            input type="hidden" name=(format!("line-{}", item.sku.sku))
                value=(format!("{} {}", item.pieces, item.sku.price.0));
        }
        input type="hidden" name="expected" value=(quoted.amount.0);
        input type="hidden" name="quoted" value=(sent.place.county().map(|code| code.to_string()).unwrap_or_default());
    }
}

fn invoice(ctx: &Context, sent: &Sent, errors: &FieldErrors) -> Markup {
    html! {
        div.stack {
            (Field::text("title", &ctx.t("checkout-invoice-title")).hint(ctx.t("checkout-invoice-hint"))
                .value(&sent.order.title).errors(errors).render(ctx.locale))
            (Field::text("tax-number", &ctx.t("checkout-tax-number")).value(&sent.order.tax_number).errors(errors)
                .render(ctx.locale))
        }
    }
}

fn part(ctx: &Context, sent: &Sent, (group, freight): (&Group, Option<Fen>), errors: &FieldErrors) -> Markup {
    let name = format!("message-{}", group.shop);
    let message = sent.order.messages.iter().find(|(shop, _)| *shop == group.shop);
    let freight = match (sent.place.county(), freight) {
        (None, _) => ctx.t("checkout-freight-later"),
        (_, None) => ctx.t("checkout-not-sent"),
        (_, Some(fee)) => yuan(fee),
    };
    html! {
        div.stack {
            ul { @for item in &group.items { li { (line(item)) } } }
            (facts(&[(ctx.t("order-freight"), html! { (freight) })]))
            (Field::text(&name, &ctx.t("checkout-message")).value(message.map_or("", |one| one.1.as_str())).errors(errors)
                .render(ctx.locale))
        }
    }
}

fn line(item: &Item) -> Markup {
    let amount = item.amount().map_or_else(|_| "--".to_owned(), yuan);
    html! { (item.sku.name) " " (item.sku.spec) " × " (item.pieces) " " b { (amount) } }
}

/// The sum and the button that goes one step on.
fn last(ctx: &Context, sent: &Sent, quoted: &Quoted) -> Markup {
    let sent_there = quoted.freights.iter().all(Option::is_some);
    let ready = quoted.basket.items().all(Item::can_be_bought);
    if sent.place.county().is_none() {
        return html! {
            (facts(&[(ctx.t("order-goods-sum"), html! { (yuan(quoted.goods)) })]))
            p { button.button type="submit" name="action" value="quote" { (ctx.t("checkout-quote")) } }
        };
    }
    html! {
        (facts(&[
            (ctx.t("order-goods-sum"), html! { (yuan(quoted.goods)) }),
            (ctx.t("order-freight"), html! { (yuan(quoted.freight)) }),
            (ctx.t("order-sum"), html! { b { (yuan(quoted.amount)) } }),
        ]))
        @if !sent_there {
            (banner(Tone::Notice, &ctx.t("checkout-not-sent"), &html! {}))
        } @else if !ready {
            (banner(Tone::Notice, &ctx.t("basket-not-ready"), &html! { p { a href="/basket" { (ctx.t("basket-title")) } } }))
        } @else {
            p {
                button.button type="submit" name="action" value="place" { (ctx.t("checkout-place")) }
                " " (button_secondary(&ctx.t("checkout-quote-again"), "action", "quote"))
            }
        }
    }
}
