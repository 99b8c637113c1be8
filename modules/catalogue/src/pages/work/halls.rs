//! `/w/halls`: opening halls and telling their stories.

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use maud::{Markup, html};
use serde::Deserialize;
use sh_http::{App, AppError, Context, Failure, Form, Html, Kind, Permission, Query, Redirect, Scope};
use sh_kernel::{FieldErrors, RegionCode};
use sh_regions::{Regions, Resolution};
use sh_ui::{Column, DataTable, Field, Row, button, data_table, empty, error_summary, panel, work_page};

use crate::{pages::shop::products::fields, service::halls};

/// Which hall is told anew.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct HallQuery {
    region: String,
}

/// A hall as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct HallForm {
    region: String,
    name: String,
    story: String,
}

/// `GET /w/halls`
pub(crate) async fn list(
    ctx: Context,
    State(app): State<App>,
    Query(query): Query<HallQuery>,
) -> Result<Html, Failure> {
    ctx.require(Permission::ManageMall, Scope::Everywhere)?;
    let mut form = HallForm::default();
    if let Ok(region) = query.region.parse::<RegionCode>() {
        let view = halls::view(&ctx, &app, region).await?;
        form.region = Regions::get().full_name(region, ctx.today());
        if let Some(hall) = view.hall {
            form.name = hall.name;
            form.story = hall.story;
        }
    }
    Ok(Html(page(&ctx, &app, &form, &FieldErrors::default()).await?))
}

async fn page(ctx: &Context, app: &App, form: &HallForm, errors: &FieldErrors) -> Result<Markup, Failure> {
    let items = halls::list(ctx, app).await?;
    let locale = ctx.locale;
    let rows = items.iter().map(|item| {
        let place = Regions::get().name(item.region, ctx.today());
        Row {
            cells: vec![
                Some(html! { a href=(format!("/w/halls?region={}", item.region)) { (place) } }),
                item.hall.as_ref().map(|hall| html! { (hall.name) }),
                Some(html! { (item.products) }),
                item.hall.as_ref().map(|hall| html! { (hall.opened_on) }),
            ],
            ..Row::default()
        }
    });
    let table = DataTable {
        caption: ctx.t("halls-title"),
        columns: vec![
            Column::text(ctx.t("hall-place")),
            Column::text(ctx.t("hall-name")),
            Column::number(ctx.t("hall-products")),
            Column::text(ctx.t("hall-opened")),
        ],
        rows: rows.collect(),
        empty: Some(empty(&ctx.t("mall-halls-none"), None)),
        ..DataTable::default()
    };
    let text = |name: &str, key: &str, value: &str| {
        Field::text(name, &ctx.t(key)).value(value).required().errors(errors)
    };
    let frame = ctx.frame(ctx.t("halls-title")).with_errors(!errors.0.is_empty());
    let content = html! {
        (error_summary(locale, errors))
        (data_table(locale, &table))
        (panel(&ctx.t("hall-tell"), None, &html! {
            form.form method="post" action="/w/halls" {
                (text("region", "hall-place", &form.region).hint(ctx.t("hall-place-hint")).render(locale))
                (text("name", "hall-name", &form.name).render(locale))
                (Field::area("story", &ctx.t("hall-story"), 8).value(&form.story).errors(errors).render(locale))
                (button(&ctx.t("hall-save")))
            }
        }))
    };
    Ok(work_page(&frame, &content))
}

/// `POST /w/halls`
pub(crate) async fn save(
    ctx: Context,
    State(app): State<App>,
    Form(form): Form<HallForm>,
) -> Result<Response, Failure> {
    ctx.require(Permission::ManageMall, Scope::Everywhere)?;
    let Resolution::One(region) = Regions::get().resolve(&form.region, None, ctx.today()) else {
        let mut errors = FieldErrors::default();
        errors.push("/region", "origin-unknown", ctx.t("hall-region-wrong"));
        let page = page(&ctx, &app, &form, &errors).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page)).into_response());
    };
    match halls::put(&ctx, &app, region, &form.name, &form.story).await {
        Ok(()) => Ok(Redirect::to("/w/halls").done(ctx.t("hall-saved")).into_response()),
        Err(error) if error.kind() == Kind::Unprocessable => {
            let page = page(&ctx, &app, &form, &fields(&ctx, &error)).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page)).into_response())
        }
        Err(error) => Err(error.into()),
    }
}
