//! `/s/stock/receive`: goods come in. First the variant is chosen, then what came is written down.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use maud::{Markup, html};
use serde::Deserialize;
use sh_catalogue::{
    ShopRow,
    basket::BasketSku,
    draft::measured as content,
    model::{Shop, Sku},
};
use sh_http::{App, AppError, Context, Failure, Form, Html, Kind, Query, Redirect};
use sh_kernel::{Day, FieldErrors, Id};
use sh_ui::{
    Column, Crumb, DataTable, Field, QueryForm, Row, button, button_link, data_table, empty, error_summary,
    query_form, work_page,
};

use super::{fields, goods};
use crate::{
    model::{Movement, quantity},
    service::{
        look, own,
        receive::{self, Receipt},
    },
};

/// Which shop and variant a receipt is for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ReceiveQuery {
    shop: Option<Id<Shop>>,
    sku: Option<Id<Sku>>,
    q: String,
}

/// The form as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ReceiveForm {
    shop: Option<Id<Shop>>,
    sku: Option<Id<Sku>>,
    key: Option<Id<Movement>>,
    code: String,
    produced: String,
    expires: String,
    quantity: String,
    location: String,
    note: String,
}

/// `GET /s/stock/receive`
pub(crate) async fn show(
    ctx: Context,
    State(app): State<App>,
    Query(query): Query<ReceiveQuery>,
) -> Result<Html, Failure> {
    let shop = own(&ctx, &app, query.shop).await?;
    if let Some(sku) = query.sku {
        let sku = look::variant(&ctx, &app, &shop, sku).await?;
        let form = ReceiveForm { key: Some(ctx.id()), ..ReceiveForm::default() };
        return Ok(Html(page(&ctx, &shop, &sku, &form, &FieldErrors::default())));
    }
    let (skus, _) = look::receivable(&ctx, &app, &shop, &query.q).await?;
    Ok(Html(choose(&ctx, &shop, &query, &skus)))
}

fn frame(ctx: &Context, shop: &ShopRow) -> sh_ui::Frame {
    let title = ctx.t("lots-receive");
    ctx.frame(title.clone())
        .crumbs([Crumb::link(ctx.t("lots-title"), "/s/stock"), Crumb::here(title)])
        .subtitle(html! { (shop.name) })
}

fn choose(ctx: &Context, shop: &ShopRow, query: &ReceiveQuery, skus: &[BasketSku]) -> Markup {
    let locale = ctx.locale;
    let form = QueryForm {
        action: "/s/stock/receive".to_owned(),
        fields: vec![Field::input("search", "q", &ctx.t("lots-search")).value(&query.q).render(locale)],
        hidden: vec![("shop".to_owned(), shop.id.to_string())],
        ..QueryForm::default()
    };
    let rows = skus.iter().map(|sku| {
        let href = format!("/s/stock/receive?shop={}&sku={}", shop.id, sku.sku);
        Row::new([
            html! { a href=(href) { (goods(sku)) } },
            html! { (content(sku.content, sku.unit)) },
            sh_ui::money(locale, sku.price),
        ])
    });
    let none = if query.q.is_empty() {
        empty(&ctx.t("lots-no-goods"), Some(&button_link(&ctx.t("products-title"), "/s/products", None)))
    } else {
        empty(&ctx.t("products-none-found"), None)
    };
    let table = DataTable {
        caption: ctx.t("lots-choose"),
        caption_shown: true,
        columns: vec![
            Column::text(ctx.t("lot-goods")),
            Column::text(ctx.t("product-content")),
            Column::number(ctx.t("product-price")),
        ],
        rows: rows.collect(),
        empty: Some(none),
        ..DataTable::default()
    };
    work_page(&frame(ctx, shop), &html! { (query_form(locale, &form)) (data_table(locale, &table)) })
}

fn page(ctx: &Context, shop: &ShopRow, sku: &BasketSku, form: &ReceiveForm, errors: &FieldErrors) -> Markup {
    let locale = ctx.locale;
    let each = content(sku.content, sku.unit);
    let text =
        |name: &str, key: &str, value: &str| Field::text(name, &ctx.t(key)).value(value).errors(errors);
    let day = |name: &str, key: &str, value: &str| Field::date(name, &ctx.t(key)).value(value).errors(errors);
    let body = html! {
        (error_summary(locale, errors))
        p { strong { (goods(sku)) } " " a href=(format!("/s/stock/receive?shop={}", shop.id)) { (ctx.t("lots-choose-other")) } }
        form.form method="post" action="/s/stock/receive" {
            input type="hidden" name="shop" value=(shop.id);
            input type="hidden" name="sku" value=(sku.sku);
            @if let Some(key) = form.key { input type="hidden" name="key" value=(key); }
            (text("quantity", "lot-quantity", &form.quantity)
                .hint(locale.with("lot-quantity-hint", &[("each", each.into())])).required().render(locale))
            (text("code", "lot-code", &form.code).hint(ctx.t("lot-code-hint")).render(locale))
            (day("produced", "lot-produced", &form.produced).render(locale))
            (day("expires", "lot-expires", &form.expires).hint(ctx.t("lot-expires-hint")).render(locale))
            (text("location", "lot-location", &form.location).hint(ctx.t("lot-location-hint")).render(locale))
            (text("note", "lot-note", &form.note).render(locale))
            (button(&ctx.t("lots-receive-do")))
        }
    };
    work_page(&frame(ctx, shop).with_errors(!errors.0.is_empty()), &body)
}

impl ReceiveForm {
    /// What it says, and the fields that cannot be read.
    fn receipt(&self, ctx: &Context, sku: &BasketSku) -> Result<Receipt, FieldErrors> {
        let mut errors = FieldErrors::default();
        let mut day = |name: &str, text: &str| -> Option<Day> {
            let day = text.trim().parse().ok();
            if day.is_none() && !text.trim().is_empty() {
                errors.push(format!("/{name}"), "not-a-day", ctx.t("lot-day-wrong"));
            }
            day
        };
        let (produced, expires) = (day("produced", &self.produced), day("expires", &self.expires));
        let quantity = quantity(&self.quantity, sku.unit, sku.content);
        if quantity.is_none() {
            errors.push("/quantity", "quantity-wrong", ctx.t("lot-quantity-wrong"));
        }
        let receipt = Receipt {
            id: self.key.unwrap_or_else(|| ctx.id()),
            shop: sku.shop,
            sku: sku.sku,
            code: self.code.clone(),
            produced,
            expires,
            location: self.location.clone(),
            quantity: quantity.unwrap_or(0),
            note: self.note.clone(),
        };
        if errors.0.is_empty() { Ok(receipt) } else { Err(errors) }
    }
}

/// `POST /s/stock/receive`
pub(crate) async fn receive(
    ctx: Context,
    State(app): State<App>,
    Form(form): Form<ReceiveForm>,
) -> Result<Response, Failure> {
    let shop = own(&ctx, &app, form.shop).await?;
    let sku = form.sku.ok_or_else(Failure::not_found)?;
    let sku = look::variant(&ctx, &app, &shop, sku).await?;
    let errors = match form.receipt(&ctx, &sku) {
        Err(errors) => errors,
        Ok(receipt) => match receive::receive(&ctx, &app, &receipt).await {
            Ok(lot) => {
                return Ok(Redirect::to(format!("/s/stock/{lot}"))
                    .done(ctx.t("lot-received"))
                    .into_response());
            }
            Err(error) if matches!(error.kind(), Kind::Unprocessable | Kind::Conflict) => {
                fields(&ctx, &error)
            }
            Err(error) => return Err(error.into()),
        },
    };
    Ok(Html::unprocessable(page(&ctx, &shop, &sku, &form, &errors)))
}
