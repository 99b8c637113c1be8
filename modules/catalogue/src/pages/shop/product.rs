//! `/s/products/{id}`: the form of one product, its price changes, its state of sale.

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use maud::{Markup, html};
use serde::Deserialize;
use sh_files::{
    parse::{MoneyUnit, money as read_money},
    sheet::Cell,
};
use sh_http::{App, AppError, Context, Failure, Form, Html, Kind, Path, Permission, Redirect};
use sh_kernel::{Fen, FieldErrors, Id};
use sh_ui::{
    Column, Crumb, DataTable, Row, Tone, banner, button_danger, button_link, button_secondary, data_table,
    error_summary, money, panel, status_tag, toast, work_page,
};

use super::{
    form::{self, Pairs, Posted},
    products::fields,
    review_tag, shelf_tag,
};
use crate::{
    Error,
    draft::Draft,
    model::{Product, Review, Shelf, Sku},
    pages::mall,
    service::{
        edit::{self, Opened},
        price, public, shelf,
    },
};

fn home(id: Id<Product>) -> String {
    format!("/s/products/{id}")
}

/// `GET /s/products/{id}`
pub(crate) async fn show(
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<Product>>,
) -> Result<Html, Failure> {
    let opened = edit::open(&ctx, &app, id).await?;
    let draft = opened.product.draft();
    Ok(Html(page(&ctx, &opened, &draft, &remarked(&ctx, &opened), &FieldErrors::default(), 1)))
}

/// What the operator has remarked, as errors of the fields.
fn remarked(ctx: &Context, opened: &Opened) -> FieldErrors {
    let mut errors = FieldErrors::default();
    for (field, text) in opened.product.remarks.iter().flatten() {
        let pointer = if field == "all" { String::new() } else { format!("/{field}") };
        errors.push(pointer, "returned", ctx.locale.with("review-remark", &[("text", text.into())]));
    }
    errors
}

fn page(
    ctx: &Context,
    opened: &Opened,
    draft: &Draft,
    remarks: &FieldErrors,
    errors: &FieldErrors,
    blank: usize,
) -> Markup {
    let (locale, product) = (ctx.locale, &opened.product);
    let may = ctx.allows(Permission::EditListings, &opened.shop.scope());
    let name = if draft.name.trim().is_empty() { product.code.clone() } else { draft.name.clone() };
    let (tone, state) = shelf_tag(locale, product.shelf);
    let frame = ctx
        .frame(name.clone())
        .crumbs([Crumb::link(ctx.t("products-title"), "/s/products"), Crumb::here(name)])
        .subtitle(html! {
            (opened.shop.name) " " (status_tag(tone, &state))
            @if let Some((tone, text)) = review_tag(locale, product.review) { " " (status_tag(tone, &text)) }
        })
        .with_errors(!errors.0.is_empty());
    let shown = if errors.0.is_empty() { remarks } else { errors };
    let waits = product.review == Review::Submitted;
    let content = html! {
        @if let Some(reason) = &product.off_reason {
            (banner(Tone::Bad, &ctx.t("product-switched-off"), &html! { p { (reason) } }))
        }
        @if waits { (banner(Tone::Info, &ctx.t("product-waits"), &html! { p { (ctx.t("product-waits-note")) } })) }
        (error_summary(locale, shown))
        @if product.content.is_some() { (offered(ctx, opened, may)) }
        @if may && !waits {
            form.stack method="post" action=(home(product.id)) {
                (saved(ctx, product.id, product.stamp, None))
                (form::fields(ctx, opened, draft, shown, blank))
                div.query-actions {
                    button.button type="submit" name="action" value="submit" { (ctx.t("product-submit")) }
                    (button_secondary(&ctx.t("product-save"), "action", "save"))
                    (button_link(&ctx.t("product-preview"), &format!("{}/preview", home(product.id)), None))
                }
            }
            @if product.review != Review::None {
                form method="post" action=(format!("{}/discard", home(product.id))) {
                    @let key = if product.content.is_some() { "product-discard" } else { "product-remove" };
                    (button_danger(&ctx.t(key), "sure", "1"))
                }
            }
        }
    };
    work_page(&frame, &content)
}

/// The stamp under which the form was opened, and when it was last kept. Each change of a field keeps the whole form and
/// brings this part anew.
fn saved(ctx: &Context, id: Id<Product>, stamp: i64, note: Option<(Tone, String)>) -> Markup {
    html! {
        div #saved hx-post=(format!("{}/draft", home(id))) hx-include="closest form"
            hx-trigger="change from:'closest form' delay:1s" hx-target="#saved" hx-swap="outerHTML" {
            input type="hidden" name="stamp" value=(stamp);
            @match note {
                Some((Tone::Bad, text)) => (toast(Tone::Bad, &text)),
                Some((_, text)) => p.hint role="status" { (text) },
                None => p.hint { (ctx.t("product-autosave")) },
            }
        }
    }
}

/// The variants on offer with their prices, which change at once, and the switch of the sale.
fn offered(ctx: &Context, opened: &Opened, may: bool) -> Markup {
    let (locale, product) = (ctx.locale, &opened.product);
    let rows = opened.skus.iter().filter(|sku| sku.active).map(|sku| {
        Row::new([
            html! { a href=(format!("/p/{}", sku.id)) { (sku.spec) } },
            html! { (sku.code) },
            money(locale, sku.price),
            html! {
                @if may {
                    form.inline method="post" action=(format!("/s/skus/{}/price", sku.id)) {
                        input type="hidden" name="seen" value=(sku.price.0);
                        input type="text" inputmode="decimal" name="price" value=(sku.price.to_plain())
                            aria-label=(locale.with("product-new-price", &[("spec", sku.spec.as_str().into())]));
                        (button_secondary(&ctx.t("product-set-price"), "action", "price"))
                    }
                }
            },
        ])
    });
    let table = DataTable {
        caption: ctx.t("product-offered"),
        columns: vec![
            Column::text(ctx.t("product-spec")),
            Column::text(ctx.t("product-sku-code")),
            Column::number(ctx.t("product-price")),
            Column::action(ctx.t("product-set-price")),
        ],
        rows: rows.collect(),
        ..DataTable::default()
    };
    let switch = match product.shelf {
        Shelf::OnSale => Some(("0", "product-take-off")),
        Shelf::Ready | Shelf::OffSale => Some(("1", "product-put-on")),
        Shelf::New | Shelf::SwitchedOff => None,
    };
    let form = html! {
        @if let (Some((to, key)), true) = (switch, may) {
            form method="post" action=(format!("{}/shelf", home(product.id))) {
                (button_secondary(&ctx.t(key), "on", to))
            }
        }
    };
    panel(&ctx.t("product-offered"), Some(&form), &data_table(locale, &table))
}

/// `POST /s/products/{id}`: keeps the form, hands it in, or asks for one more variant.
pub(crate) async fn save(
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<Product>>,
    Form(pairs): Form<Pairs>,
) -> Result<Response, Failure> {
    let posted = Posted::of(&pairs);
    let outcome = match edit::save(&ctx, &app, id, posted.stamp, &posted.draft).await {
        Ok(_) if posted.action == "submit" => edit::submit(&ctx, &app, id).await,
        Ok(_) => Ok(()),
        Err(error) => Err(error),
    };
    match (outcome, posted.action.as_str()) {
        (Ok(()), "submit") => {
            Ok(Redirect::to("/s/products?tab=submitted").done(ctx.t("product-submitted")).into_response())
        }
        (Ok(()), "add-sku") => again(&ctx, &app, id, &posted, &FieldErrors::default(), StatusCode::OK).await,
        (Ok(()), "pictures") => Ok(Redirect::to(format!("{}/pictures", home(id))).into_response()),
        (Ok(()), _) => Ok(Redirect::to(home(id)).done(ctx.t("product-saved")).into_response()),
        (Err(error), _) if matches!(error.kind(), Kind::Unprocessable | Kind::Conflict) => {
            let errors = fields(&ctx, &error);
            again(&ctx, &app, id, &posted, &errors, error.kind().status()).await
        }
        (Err(error), _) => Err(error.into()),
    }
}

/// The form once more, with everything that was typed.
async fn again(
    ctx: &Context,
    app: &App,
    id: Id<Product>,
    posted: &Posted,
    errors: &FieldErrors,
    status: StatusCode,
) -> Result<Response, Failure> {
    let opened = edit::open(ctx, app, id).await?;
    let blank = if posted.action == "add-sku" { 2 } else { 1 };
    let page = page(ctx, &opened, &posted.draft, &FieldErrors::default(), errors, blank);
    Ok((status, Html(page)).into_response())
}

/// `POST /s/products/{id}/draft`: keeps what is typed while it is typed.
pub(crate) async fn autosave(
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<Product>>,
    Form(pairs): Form<Pairs>,
) -> Result<Html, Failure> {
    let posted = Posted::of(&pairs);
    match edit::save(&ctx, &app, id, posted.stamp, &posted.draft).await {
        Ok((stamp, at)) => {
            let time = at.to_minute();
            let time = time.rsplit(' ').next().unwrap_or_default();
            let note = ctx.locale.with("product-autosaved", &[("time", time.into())]);
            Ok(Html(saved(&ctx, id, stamp, Some((Tone::Good, note)))))
        }
        Err(error) if matches!(error.kind(), Kind::Conflict | Kind::Unprocessable) => {
            let text = fields(&ctx, &error).0.into_iter().next().map(|field| field.message);
            Ok(Html(saved(&ctx, id, posted.stamp, text.map(|text| (Tone::Bad, text)))))
        }
        Err(error) => Err(error.into()),
    }
}

/// `GET /s/products/{id}/preview`: the public page as the working copy would make it.
pub(crate) async fn preview(
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<Product>>,
) -> Result<Response, Failure> {
    let opened = edit::open(&ctx, &app, id).await?;
    match public::preview(&ctx, &app, &opened).await {
        Ok(shown) => Ok(Html(mall::product::preview(&ctx, &shown)).into_response()),
        Err(error) if matches!(error, Error::Invalid(_)) => {
            let posted = Posted { draft: opened.product.draft(), ..Posted::default() };
            again(&ctx, &app, id, &posted, &fields(&ctx, &error), StatusCode::UNPROCESSABLE_ENTITY).await
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /s/products/{id}/discard`
pub(crate) async fn discard(
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<Product>>,
) -> Result<Redirect, Failure> {
    let opened = edit::open(&ctx, &app, id).await?;
    edit::discard(&ctx, &app, id).await?;
    let to = if opened.product.content.is_some() { home(id) } else { "/s/products".to_owned() };
    Ok(Redirect::to(to).done(ctx.t("product-discarded")))
}

/// On sale or off.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ShelfForm {
    on: String,
}

/// `POST /s/products/{id}/shelf`
pub(crate) async fn shelf(
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<Product>>,
    Form(form): Form<ShelfForm>,
) -> Result<Redirect, Failure> {
    let on = form.on == "1";
    let outcome = shelf::set(&ctx, &app, id, on).await;
    let key = if on { "product-is-on-sale" } else { "product-is-off-sale" };
    back(&ctx, &home(id), outcome, key)
}

/// A new price.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct PriceForm {
    seen: i64,
    price: String,
}

/// `POST /s/skus/{id}/price`
pub(crate) async fn price(
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<Sku>>,
    Form(form): Form<PriceForm>,
) -> Result<Redirect, Failure> {
    let product = public::home_of(&ctx, &app, id).await?;
    let to = home(product);
    match read_money(&Cell::text(&form.price), MoneyUnit::Yuan) {
        Ok(new) => {
            let outcome = price::set(&ctx, &app, id, Fen(form.seen), new).await;
            back(&ctx, &to, outcome, "product-price-set")
        }
        Err(_) => Ok(Redirect::to(to).saying(Tone::Bad, ctx.t("product-price-wrong"))),
    }
}

/// Back to a page: with what was done, or with what a person has to do first.
pub(crate) fn back(
    ctx: &Context,
    to: &str,
    outcome: Result<(), Error>,
    done: &str,
) -> Result<Redirect, Failure> {
    match outcome {
        Ok(()) => Ok(Redirect::to(to).done(ctx.t(done))),
        Err(error) if matches!(error.kind(), Kind::Conflict | Kind::Unprocessable) => {
            let text = fields(ctx, &error).0.into_iter().map(|field| field.message).collect::<Vec<_>>();
            Ok(Redirect::to(to).saying(Tone::Bad, text.join(" ")))
        }
        Err(error) => Err(error.into()),
    }
}
