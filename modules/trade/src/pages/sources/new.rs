//! `/w/sources/new`: somebody reports for the first time.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use maud::{Markup, html};
use serde::Deserialize;
use sh_http::{App, Context, Failure, Form, Html, Permission, Redirect};
use sh_kernel::{FieldErrors, RegionCode};
use sh_ui::{Choice, Crumb, Field, button, error_summary, work_page};

use super::{fields_of, kind_text};
use crate::{import::profiles::SourceSpec, model::SourceKind, service::sources};

/// What the form says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Input {
    kind: String,
    name: String,
    code: String,
    region: String,
    organisation: String,
}

impl Input {
    fn spec(&self, ctx: &Context) -> Result<SourceSpec, FieldErrors> {
        let mut errors = FieldErrors::default();
        let region = self.region.trim();
        let place = region.parse::<RegionCode>().ok();
        if !region.is_empty() && place.is_none() {
            errors.push("/region", "shape", ctx.t("import-bad-place"));
        }
        let kind = SourceKind::ALL.iter().find(|kind| kind.word() == self.kind);
        if kind.is_none() {
            errors.push("/kind", "required", ctx.t("source-kind-missing"));
        }
        errors.into_result()?;
        Ok(SourceSpec {
            code: self.code.clone(),
            name: self.name.clone(),
            kind: kind.copied().unwrap_or(SourceKind::CityReturn),
            region: place,
            organisation: Some(self.organisation.clone()),
        })
    }
}

/// `GET /w/sources/new`
pub(crate) async fn show(ctx: Context) -> Result<Html, Failure> {
    ctx.require_somewhere(Permission::ManageSources)?;
    Ok(Html(view(&ctx, &Input::default(), &FieldErrors::default())))
}

/// `POST /w/sources`
pub(crate) async fn create(
    ctx: Context,
    State(app): State<App>,
    Form(input): Form<Input>,
) -> Result<Response, Failure> {
    ctx.require_somewhere(Permission::ManageSources)?;
    let errors = match input.spec(&ctx) {
        Ok(spec) => match sources::register(&ctx, &app, &spec).await.map_err(Failure::from) {
            Ok(source) => {
                let to = format!("/w/sources/{}", source.code);
                return Ok(Redirect::to(to).done(ctx.t("source-registered")).into_response());
            }
            Err(failure) => fields_of(failure)?,
        },
        Err(errors) => errors,
    };
    Ok(Html::unprocessable(view(&ctx, &input, &errors)))
}

fn view(ctx: &Context, input: &Input, errors: &FieldErrors) -> Markup {
    let title = ctx.t("sources-new");
    let frame = ctx
        .frame(&title)
        .crumbs([Crumb::link(ctx.t("sources-title"), "/w/sources"), Crumb::here(title.clone())])
        .with_errors(!errors.0.is_empty());
    let kinds = SourceKind::ALL.iter().map(|kind| Choice::new(kind.word(), kind_text(ctx.locale, *kind)));
    let kinds = std::iter::once(Choice::new("", ctx.t("source-choose"))).chain(kinds).collect();
    let text =
        |name: &str, key: &str, value: &str| Field::text(name, &ctx.t(key)).value(value).errors(errors);
    let content = html! {
        (error_summary(ctx.locale, errors))
        form.form method="post" action="/w/sources" {
            (Field::select("kind", &ctx.t("source-kind"), kinds).value(&input.kind).required().errors(errors)
                .hint(ctx.t("source-kind-hint")).render(ctx.locale))
            (text("name", "source-name", &input.name).required().hint(ctx.t("source-name-hint")).render(ctx.locale))
            (text("region", "source-region", &input.region).keyboard("numeric").hint(ctx.t("source-region-hint"))
                .render(ctx.locale))
            (text("code", "source-code", &input.code).hint(ctx.t("source-code-hint")).render(ctx.locale))
            (text("organisation", "source-organisation", &input.organisation)
                .hint(ctx.t("source-organisation-hint")).render(ctx.locale))
            (button(&ctx.t("source-register")))
        }
    };
    work_page(&frame, &content)
}
