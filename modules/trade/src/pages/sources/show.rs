//! `/w/sources/{code}`: one source, what its files look like, and what people have corrected about them.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use maud::{Markup, html};
use serde::Deserialize;
use sh_http::{App, Context, Failure, Form, Html, Path, Permission, Redirect};
use sh_kernel::FieldErrors;
use sh_regions::Regions;
use sh_ui::{
    Choice, Column, Crumb, DataTable, Field, Row, button, button_link, check_boxes, data_table, empty,
    error_summary, facts, panel, work_page,
};

use super::{fields_of, kind_text};
use crate::{
    import::{batch::Source, columns::Mapping, profiles},
    pages::{
        imports::{field_text, unit_text},
        source_name,
    },
    service::sources::{self, SourceChange},
};

/// `GET /w/sources/{code}`
pub(crate) async fn show(
    ctx: Context,
    State(app): State<App>,
    Path(code): Path<String>,
) -> Result<Html, Failure> {
    let (source, profiles) = sources::entry(&ctx, &app, &code).await?;
    let input = Input::of(&source);
    Ok(Html(view(&ctx, &source, &profiles, &input, &FieldErrors::default())))
}

/// What the form says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Input {
    name: String,
    organisation: String,
    active: Option<String>,
}

impl Input {
    fn of(source: &Source) -> Self {
        Self {
            name: source.name.clone(),
            organisation: source.organisation.clone().unwrap_or_default(),
            active: source.active.then(|| "yes".to_owned()),
        }
    }
}

/// `POST /w/sources/{code}/change`
pub(crate) async fn change(
    ctx: Context,
    State(app): State<App>,
    Path(code): Path<String>,
    Form(input): Form<Input>,
) -> Result<Response, Failure> {
    let wanted = SourceChange {
        name: input.name.clone(),
        organisation: Some(input.organisation.clone()),
        active: input.active.is_some(),
    };
    let failure = match sources::change(&ctx, &app, &code, &wanted).await {
        Ok(_) => {
            let to = format!("/w/sources/{code}");
            return Ok(Redirect::to(to).done(ctx.t("source-changed")).into_response());
        }
        Err(error) => Failure::from(error),
    };
    let errors = fields_of(failure)?;
    let (source, profiles) = sources::entry(&ctx, &app, &code).await?;
    Ok(Html::unprocessable(view(&ctx, &source, &profiles, &input, &errors)))
}

fn view(
    ctx: &Context,
    source: &Source,
    profiles: &[(String, i64, Mapping)],
    input: &Input,
    errors: &FieldErrors,
) -> Markup {
    let title = source_name(ctx.locale, &source.code, &source.name);
    let mut frame = ctx
        .frame(&title)
        .crumbs([Crumb::link(ctx.t("sources-title"), "/w/sources"), Crumb::here(title.clone())])
        .with_errors(!errors.0.is_empty());
    if source.active && ctx.require_any(Permission::ImportClaims, &source.scopes()).is_ok() {
        let href = format!("/w/imports/new?source={}", source.code);
        frame = frame.action(button_link(&ctx.t("imports-new"), &href, Some("upload")));
    }
    let may_change = ctx.require_any(Permission::ManageSources, &source.scopes()).is_ok();
    let content = html! {
        (error_summary(ctx.locale, errors))
        (panel(&ctx.t("source-facts"), None, &known(ctx, source)))
        (panel(&ctx.t("source-template"), None, &template(ctx, source)))
        (panel(&ctx.t("source-profiles"), None, &corrections(ctx, profiles)))
        @if may_change { (panel(&ctx.t("source-change"), None, &form(ctx, source, input, errors))) }
    };
    work_page(&frame, &content)
}

fn known(ctx: &Context, source: &Source) -> Markup {
    let place = source.region.map(|code| format!("{} {code}", Regions::get().full_name(code, ctx.today())));
    let state = if source.active { "source-active" } else { "source-ended" };
    facts(&[
        (ctx.t("source-code"), html! { code { (source.code) } }),
        (ctx.t("source-kind"), html! { (kind_text(ctx.locale, source.kind)) }),
        (ctx.t("source-region"), html! { (place.as_deref().unwrap_or("--")) }),
        (ctx.t("source-organisation"), html! { (source.organisation.as_deref().unwrap_or("--")) }),
        (ctx.t("source-state"), html! { (ctx.t(state)) }),
    ])
}

/// The columns of the standard file and what they say: by these a file is read when nobody has corrected anything.
fn template(ctx: &Context, source: &Source) -> Markup {
    let columns = profiles::template(source.kind).columns.iter();
    let rows = columns.map(|(title, meaning, example)| Row {
        cells: vec![
            Some(html! { (title) }),
            Some(html! { (field_text(ctx.locale, *meaning)) }),
            (!example.is_empty()).then(|| html! { (example) }),
        ],
        ..Row::default()
    });
    let table = DataTable {
        caption: ctx.t("source-template"),
        columns: ["import-column-title", "import-column-meaning", "source-example"]
            .map(|key| Column::text(ctx.t(key)))
            .to_vec(),
        rows: rows.collect(),
        ..DataTable::default()
    };
    html! {
        p.hint { (ctx.t("source-template-hint")) }
        @if ctx.require_any(Permission::ReadClaims, &source.scopes()).is_ok() {
            p { (button_link(&ctx.t("imports-template"), &format!("/w/imports/template/{}", source.code), Some("download"))) }
        }
        details { summary { (ctx.t("imports-columns-expected")) } (data_table(ctx.locale, &table)) }
    }
}

/// What each profile corrects, one line per correction.
fn corrections(ctx: &Context, profiles: &[(String, i64, Mapping)]) -> Markup {
    let locale = ctx.locale;
    let rows = profiles.iter().map(|(name, version, mapping)| {
        let columns = mapping.columns.iter().map(|(title, field)| (title, field_text(locale, *field)));
        let units = mapping.units.iter().map(|(title, unit)| (title, unit_text(locale, *unit)));
        let places =
            mapping.places.iter().map(|(name, code)| (name, Regions::get().full_name(*code, ctx.today())));
        Row::new([
            html! { (name) },
            html! { (version) },
            html! {
                @if let Some(sheet) = &mapping.sheet { div { (locale.t("import-sheet")) " → " (sheet) } }
                @for (what, means) in columns.chain(units).chain(places) { div { (what) " → " (means) } }
            },
        ])
    });
    let table = DataTable {
        caption: locale.t("source-profiles"),
        columns: vec![
            Column::text(locale.t("import-profile")),
            Column::number(locale.t("source-version")),
            Column::text(locale.t("source-corrections")),
        ],
        rows: rows.collect(),
        empty: Some(empty(&locale.t("source-profiles-none"), None)),
        ..DataTable::default()
    };
    data_table(locale, &table)
}

fn form(ctx: &Context, source: &Source, input: &Input, errors: &FieldErrors) -> Markup {
    let text =
        |name: &str, key: &str, value: &str| Field::text(name, &ctx.t(key)).value(value).errors(errors);
    let chosen = if input.active.is_some() { vec!["yes"] } else { Vec::new() };
    let active = [Choice::new("yes", ctx.t("source-active-hint"))];
    html! {
        form.form method="post" action={ "/w/sources/" (source.code) "/change" } {
            (text("name", "source-name", &input.name).required().render(ctx.locale))
            (text("organisation", "source-organisation", &input.organisation)
                .hint(ctx.t("source-organisation-hint")).render(ctx.locale))
            (check_boxes(ctx.locale, "active", &ctx.t("source-state"), &active, &chosen, None))
            (button(&ctx.t("source-save")))
        }
    }
}
