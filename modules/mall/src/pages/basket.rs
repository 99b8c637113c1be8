//! `/basket`: what somebody means to buy, by shop.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use maud::{Markup, html};
use sh_catalogue::model::Sku;
use sh_http::{App, Context, Failure, Form, Html, Redirect};
use sh_kernel::{Fen, Id};
use sh_ui::{
    AmountUnit, Column, DataTable, Field, Row, Tone, banner, button, button_link, button_secondary,
    data_table, empty, facts, money_cell, panel, status_tag,
};

use super::{back, page, parts::yuan};
use crate::{
    Error,
    service::basket::{self as service, Basket, Group, Item},
    token::Visitor,
};

/// `GET /basket`
pub(crate) async fn show(ctx: Context, State(app): State<App>, visitor: Visitor) -> Result<Html, Failure> {
    let basket = service::show(&ctx, &app, &visitor).await?;
    let content = if basket.is_empty() {
        empty(&ctx.t("basket-empty"), Some(&button_link(&ctx.t("mall-go-look"), "/", None)))
    } else {
        content(&ctx, &basket)?
    };
    Ok(Html(page(&ctx, ctx.frame(ctx.t("basket-title")), &content)))
}

fn content(ctx: &Context, basket: &Basket) -> Result<Markup, Error> {
    let goods = basket.goods()?;
    let ready = basket.items().all(Item::can_be_bought);
    let sum = facts(&[(ctx.t("order-goods-sum"), html! { (yuan(goods)) })]);
    Ok(html! {
        (changed(ctx, basket))
        @for group in &basket.groups { (panel(&group.shop_name, None, &table(ctx, group))) }
        (sum)
        @if ready {
            p { a.button href="/checkout" { (ctx.t("basket-checkout")) } }
        } @else {
            (banner(Tone::Notice, &ctx.t("basket-not-ready"), &html! {}))
        }
    })
}

/// Prices that have changed since they were seen, old and new, and the button that agrees to them.
pub(crate) fn changed(ctx: &Context, basket: &Basket) -> Markup {
    let changed: Vec<&Item> = basket.items().filter(|item| item.changed()).collect();
    if changed.is_empty() {
        return html! {};
    }
    banner(
        Tone::Notice,
        &ctx.t("basket-changed"),
        &html! {
            ul { @for item in &changed {
                li {
                    (item.sku.name) " " (item.sku.spec) " "
                    s { (yuan(item.seen)) } " → " b { (yuan(item.sku.price)) }
                }
            } }
            form method="post" action="/basket/agree" {
                @for item in &changed {
                    input type="hidden" name="line" value=(format!("{} {}", item.sku.sku, item.sku.price.0));
                }
                (button_secondary(&ctx.t("basket-agree"), "agree", "1"))
            }
        },
    )
}

fn table(ctx: &Context, group: &Group) -> Markup {
    let (locale, unit) = (ctx.locale, AmountUnit::Yuan);
    let rows = group.items.iter().map(|item| {
        let amount = item.amount().map_or_else(|_| html! { "--" }, |fen| money_cell(locale, fen, unit));
        Row::new([
            html! {
                a href=(format!("/p/{}", item.sku.sku)) { (item.sku.name) " " (item.sku.spec) }
                @if let Some(text) = trouble(ctx, item) { " " (status_tag(Tone::Bad, &text)) }
                @if !item.sku.returnable { " " span.hint { (ctx.t("order-not-returnable")) } }
            },
            html! { (money_cell(locale, item.sku.price, unit)) },
            pieces(ctx, item),
            amount,
        ])
    });
    let table = DataTable {
        caption: group.shop_name.clone(),
        columns: vec![
            Column::text(ctx.t("order-goods")),
            Column::amount(ctx.t("order-price"), unit.label(locale)),
            Column::text(ctx.t("order-pieces")),
            Column::amount(ctx.t("order-amount"), unit.label(locale)),
        ],
        rows: rows.collect(),
        ..DataTable::default()
    };
    data_table(locale, &table)
}

/// Why a line cannot be ordered.
fn trouble(ctx: &Context, item: &Item) -> Option<String> {
    if item.sku.blocked.is_some() {
        return Some(ctx.t("basket-off-sale"));
    }
    (item.left < item.pieces).then(|| ctx.locale.with("basket-left", &[("count", item.left.into())]))
}

fn pieces(ctx: &Context, item: &Item) -> Markup {
    let label = ctx.locale.with("basket-pieces-of", &[("name", item.sku.name.as_str().into())]);
    html! {
        form.inline method="post" action="/basket/change" {
            input type="hidden" name="sku" value=(item.sku.sku);
            (Field::number(&format!("pieces-{}", item.sku.sku), &label).value(item.pieces.to_string()).in_cell())
            " " (button(&ctx.t("basket-change")))
            " " (button_secondary(&ctx.t("basket-drop"), "drop", "1"))
        }
    }
}

/// A field of a form with names that are put together.
pub(crate) fn value<'a>(pairs: &'a [(String, String)], name: &str) -> &'a str {
    pairs.iter().find(|pair| pair.0 == name).map_or("", |pair| pair.1.as_str())
}

fn sku_of(pairs: &[(String, String)]) -> Result<Id<Sku>, Error> {
    value(pairs, "sku").parse().map_err(|_| Error::NotFound)
}

/// `POST /basket/add`
pub(crate) async fn add(
    ctx: Context,
    State(app): State<App>,
    mut visitor: Visitor,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let sku = sku_of(&pairs)?;
    let buyer = visitor.or_new(&app)?;
    let pieces = value(&pairs, "pieces").trim().parse().unwrap_or(1);
    let outcome = service::add(&ctx, &app, &buyer, sku, pieces).await;
    let to = if outcome.is_ok() { "/basket".to_owned() } else { format!("/p/{sku}") };
    let mut response = back(&ctx, &to, outcome, "basket-added")?.into_response();
    visitor.remember(&app, response.headers_mut());
    Ok(response)
}

/// `POST /basket/change`
pub(crate) async fn change(
    ctx: Context,
    State(app): State<App>,
    visitor: Visitor,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Redirect, Failure> {
    let sku = sku_of(&pairs)?;
    let buyer = visitor.buyer().ok_or(Error::NotFound)?;
    let typed = value(&pairs, &format!("pieces-{sku}")).trim().parse().unwrap_or(1);
    let pieces = if value(&pairs, "drop") == "1" { 0 } else { typed };
    back(&ctx, "/basket", service::change(&ctx, &app, buyer, sku, pieces).await, "basket-changed-pieces")
}

/// `POST /basket/agree`
pub(crate) async fn agree(
    ctx: Context,
    State(app): State<App>,
    visitor: Visitor,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Redirect, Failure> {
    let buyer = visitor.buyer().ok_or(Error::NotFound)?;
    let shown = pairs.iter().filter(|pair| pair.0 == "line").filter_map(|(_, text)| {
        let (sku, price) = text.split_once(' ')?;
        Some((sku.parse().ok()?, Fen(price.parse().ok()?)))
    });
    let shown: Vec<_> = shown.collect();
    back(&ctx, "/basket", service::agree(&ctx, &app, buyer, &shown).await, "basket-agreed")
}
