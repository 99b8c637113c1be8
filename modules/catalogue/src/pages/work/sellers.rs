//! `/w/sellers`: shops, opening one, switching one off.

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use maud::{Markup, html};
use serde::Deserialize;
use sh_http::{
    App, AppError, Context, Failure, Form, Html, Kind, Listing, Page, Path, Permission, Query, Redirect,
    Scope,
};
use sh_kernel::{FieldErrors, Id};
use sh_regions::{Regions, Resolution};
use sh_ui::{
    Choice, Column, Crumb, DataTable, Field, Pager, QueryForm, Row, Tone, button, button_danger, button_link,
    button_secondary, data_table, empty, error_summary, facts, pager, panel, query_form, status_tag,
    work_page,
};

use super::listing::SwitchForm;
use crate::{
    model::{Shop, ShopState},
    pages::shop::{product::back, products::fields},
    service::shops::{self, NewShop},
    store::shop::ShopRow,
};

/// The query of the list.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ListQuery {
    q: String,
    state: String,
    after: Option<String>,
}

/// `GET /w/sellers`
pub(crate) async fn list(
    ctx: Context,
    State(app): State<App>,
    Query(query): Query<ListQuery>,
) -> Result<Html, Failure> {
    let page = list_page(&ctx, &app, &query, &OpenForm::default(), &FieldErrors::default()).await?;
    Ok(Html(page))
}

async fn list_page(
    ctx: &Context,
    app: &App,
    query: &ListQuery,
    form: &OpenForm,
    errors: &FieldErrors,
) -> Result<Markup, Failure> {
    let page = Page { after: query.after.clone(), size: None };
    let state = ShopState::from_word(&query.state);
    let shops = shops::list(ctx, app, state, Some(&query.q), &page).await?;
    let locale = ctx.locale;
    let states = vec![
        Choice::new("", ctx.t("mall-any")),
        Choice::new(ShopState::Open.word(), ctx.t("shop-state-open")),
        Choice::new(ShopState::SwitchedOff.word(), ctx.t("shop-state-off")),
    ];
    let filter = QueryForm {
        action: "/w/sellers".to_owned(),
        fields: vec![
            Field::input("search", "q", &ctx.t("shop-name")).value(&query.q).render(locale),
            Field::select("state", &ctx.t("shop-state"), states).value(&query.state).render(locale),
        ],
        ..QueryForm::default()
    };
    let frame = ctx.frame(ctx.t("sellers-title")).with_errors(!errors.0.is_empty());
    let content = html! {
        (error_summary(locale, errors))
        (query_form(locale, &filter))
        (table(ctx, &shops))
        (pager(locale, &Pager {
            next: shops.next.as_deref().map(|after| {
                format!("/w/sellers?state={}&after={after}", query.state)
            }),
            shown: shops.items.len(),
            ..Pager::default()
        }))
        (panel(&ctx.t("sellers-open"), None, &open_form(ctx, form, errors)))
    };
    Ok(work_page(&frame, &content))
}

fn table(ctx: &Context, shops: &Listing<ShopRow>) -> Markup {
    let rows = shops.items.iter().map(|shop| {
        Row::new([
            html! { a href=(format!("/w/sellers/{}", shop.id)) { (shop.name) } },
            html! { (shop.organisation) },
            html! { (Regions::get().full_name(shop.county, ctx.today())) },
            state_tag(ctx, shop),
        ])
    });
    let table = DataTable {
        caption: ctx.t("sellers-title"),
        columns: vec![
            Column::text(ctx.t("shop-name")),
            Column::text(ctx.t("shop-organisation")),
            Column::text(ctx.t("shop-county")),
            Column::text(ctx.t("shop-state")),
        ],
        rows: rows.collect(),
        empty: Some(empty(&ctx.t("sellers-none"), None)),
        ..DataTable::default()
    };
    data_table(ctx.locale, &table)
}

fn state_tag(ctx: &Context, shop: &ShopRow) -> Markup {
    if shop.is_open() {
        status_tag(Tone::Good, &ctx.t("shop-state-open"))
    } else {
        status_tag(Tone::Bad, &ctx.t("shop-state-off"))
    }
}

/// A shop to be opened, as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct OpenForm {
    organisation: String,
    name: String,
    county: String,
    phone: String,
}

fn open_form(ctx: &Context, form: &OpenForm, errors: &FieldErrors) -> Markup {
    let text = |name: &str, key: &str, value: &str| {
        Field::text(name, &ctx.t(key)).value(value).required().errors(errors)
    };
    html! {
        form.stack method="post" action="/w/sellers" {
            div.query-fields {
                (text("name", "shop-name", &form.name).render(ctx.locale))
                (text("organisation", "shop-organisation", &form.organisation)
                    .hint(ctx.t("shop-organisation-hint")).render(ctx.locale))
                (text("county", "shop-county", &form.county).hint(ctx.t("product-origin-hint")).render(ctx.locale))
                (Field::input("tel", "phone", &ctx.t("shop-phone")).value(&form.phone).errors(errors)
                    .render(ctx.locale))
            }
            div.query-actions { (button(&ctx.t("sellers-open"))) }
        }
    }
}

/// `POST /w/sellers`
pub(crate) async fn open(
    ctx: Context,
    State(app): State<App>,
    Form(form): Form<OpenForm>,
) -> Result<Response, Failure> {
    ctx.require(Permission::ManageMall, Scope::Everywhere)?;
    let Resolution::One(county) = Regions::get().resolve(&form.county, None, ctx.today()) else {
        let mut errors = FieldErrors::default();
        errors.push("/county", "origin-unknown", ctx.t("shop-county-wrong"));
        let page = list_page(&ctx, &app, &ListQuery::default(), &form, &errors).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page)).into_response());
    };
    let new = NewShop {
        organisation: form.organisation.trim().to_owned(),
        name: form.name.clone(),
        county,
        story: String::new(),
        phone: form.phone.clone(),
    };
    match shops::open(&ctx, &app, &new).await {
        Ok(id) => Ok(Redirect::to(format!("/w/sellers/{id}")).done(ctx.t("sellers-opened")).into_response()),
        Err(error) if error.kind() == Kind::Unprocessable => {
            let errors = fields(&ctx, &error);
            let page = list_page(&ctx, &app, &ListQuery::default(), &form, &errors).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page)).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

/// `GET /w/sellers/{id}`
pub(crate) async fn show(
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<Shop>>,
) -> Result<Html, Failure> {
    let shop = shops::get(&ctx, &app, id).await?;
    let frame = ctx
        .frame(shop.name.clone())
        .crumbs([Crumb::link(ctx.t("sellers-title"), "/w/sellers"), Crumb::here(shop.name.clone())])
        .subtitle(state_tag(&ctx, &shop));
    let known = facts(&[
        (ctx.t("shop-organisation"), html! { (shop.organisation) }),
        (ctx.t("shop-county"), html! { (Regions::get().full_name(shop.county, ctx.today())) }),
        (ctx.t("shop-phone"), html! { (shop.phone) }),
        (ctx.t("shop-opened"), html! { (shop.opened_at.day()) }),
        (ctx.t("shop-story"), html! { (shop.story) }),
    ]);
    let content = html! {
        (panel(&ctx.t("shop-facts"), None, &html! {
            (known)
            p { (button_link(&ctx.t("sellers-products"), &format!("/s/products?shop={id}"), None)) }
        }))
        (panel(&ctx.t("shop-state"), None, &switch_form(&ctx, &shop)))
    };
    Ok(Html(work_page(&frame, &content)))
}

fn switch_form(ctx: &Context, shop: &ShopRow) -> Markup {
    let action = format!("/w/sellers/{}/switch", shop.id);
    if shop.is_open() {
        html! {
            form.form method="post" action=(action) {
                (Field::text("reason", &ctx.t("sellers-off-why")).hint(ctx.t("sellers-off-hint")).required()
                    .render(ctx.locale))
                (button_danger(&ctx.t("sellers-off"), "off", "1"))
            }
        }
    } else {
        html! {
            p { (shop.off_reason.as_deref().unwrap_or_default()) }
            form method="post" action=(action) { (button_secondary(&ctx.t("sellers-on"), "off", "0")) }
        }
    }
}

/// `POST /w/sellers/{id}/switch`
pub(crate) async fn switch(
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<Shop>>,
    Form(form): Form<SwitchForm>,
) -> Result<Redirect, Failure> {
    let (to, key) = if form.off == "1" {
        (ShopState::SwitchedOff, "sellers-is-off")
    } else {
        (ShopState::Open, "sellers-is-on")
    };
    let outcome = shops::switch(&ctx, &app, id, to, &form.reason).await;
    back(&ctx, &format!("/w/sellers/{id}"), outcome, key)
}
