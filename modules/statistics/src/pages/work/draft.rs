//! `/w/definitions/new` and `…/edit`: writing a draft.

use axum::{
    extract::State as Extract,
    response::{IntoResponse, Response},
};
use maud::{Markup, html};
use serde::Deserialize;
use sh_http::{App, AppError, Context, Failure, Form, Html, Kind, Path, Permission, Query, Redirect, Scope};
use sh_kernel::{Day, FieldErrors};
use sh_trade::{axes::Axis, facts::CODED_AXES};
use sh_ui::{Choice, Crumb, Field, button, check_boxes, date_range, error_summary, radios, work_page};

use super::write;
use crate::{
    Display, Error, axis_label,
    definition::{Bilingual, Clause, Condition, Content, ContentError, Definition, OPEN_END},
    label, service, values, word,
};

/// From which definition a new draft starts.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Start {
    from: Option<String>,
    version: Option<i64>,
}

/// The fields of the form; the check boxes come as many pairs of one name.
#[derive(Debug, Default, Clone)]
pub(super) struct Input {
    code: String,
    name_zh: String,
    name_en: String,
    text_zh: String,
    text_en: String,
    from: String,
    until: String,
    boxes: Vec<(Axis, Vec<i64>)>,
    lines: String,
    digits: String,
    about: bool,
}

/// `GET /w/definitions/new`
pub(super) async fn new(
    ctx: Context,
    Extract(app): Extract<App>,
    Query(start): Query<Start>,
) -> Result<Html, Failure> {
    ctx.require(Permission::EditDefinitions, Scope::Everywhere)?;
    let input = match &start.from {
        Some(code) => Input::of(&find(&ctx, &app, code, start.version).await?),
        None => Input::default(),
    };
    Ok(Html(view(&ctx, None, &input, &FieldErrors::default())))
}

/// `GET /w/definitions/{code}/{version}/edit`
pub(super) async fn edit(
    ctx: Context,
    Extract(app): Extract<App>,
    Path((code, version)): Path<(String, i64)>,
) -> Result<Html, Failure> {
    ctx.require(Permission::EditDefinitions, Scope::Everywhere)?;
    let input = Input::of(&find(&ctx, &app, &code, Some(version)).await?);
    Ok(Html(view(&ctx, Some(version), &input, &FieldErrors::default())))
}

/// `POST /w/definitions`
pub(super) async fn create(
    ctx: Context,
    Extract(app): Extract<App>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let input = Input::read(&pairs);
    let content = match input.content(&ctx) {
        Ok(content) => content,
        Err(errors) => return Ok(Html::unprocessable(view(&ctx, None, &input, &errors))),
    };
    match service::definitions::draft(&ctx, &app, input.code.trim(), &content).await {
        Ok(draft) => Ok(saved(&ctx, &draft.code, draft.version)),
        Err(error) => again(&ctx, None, &input, error),
    }
}

/// `POST /w/definitions/{code}/{version}`
pub(super) async fn change(
    ctx: Context,
    Extract(app): Extract<App>,
    Path((code, version)): Path<(String, i64)>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let input = Input { code: code.clone(), ..Input::read(&pairs) };
    let content = match input.content(&ctx) {
        Ok(content) => content,
        Err(errors) => return Ok(Html::unprocessable(view(&ctx, Some(version), &input, &errors))),
    };
    match service::definitions::change(&ctx, &app, &code, version, &content).await {
        Ok(()) => Ok(saved(&ctx, &code, version)),
        Err(error) => again(&ctx, Some(version), &input, error),
    }
}

async fn find(ctx: &Context, app: &App, code: &str, version: Option<i64>) -> Result<Definition, Failure> {
    let versions = service::definitions::versions(ctx, app, code).await?;
    let wanted = |one: &Definition| version.is_none_or(|version| one.version == version);
    versions.into_iter().find(wanted).ok_or_else(Failure::not_found)
}

fn saved(ctx: &Context, code: &str, version: i64) -> Response {
    Redirect::to(format!("/w/definitions/{code}/{version}")).done(ctx.t("definition-saved")).into_response()
}

/// The form again for what a person can mend; anything else is a failure.
fn again(ctx: &Context, version: Option<i64>, input: &Input, error: Error) -> Result<Response, Failure> {
    if error.kind() != Kind::Unprocessable {
        return Err(error.into());
    }
    let pointer = match &error {
        Error::Code(_) => "/code",
        Error::Content(ContentError::NoName) => "/name_zh",
        Error::Content(ContentError::NoText) => "/text_zh",
        Error::Content(ContentError::Period) => "/period",
        _ => "/lines",
    };
    let args: Vec<(String, String)> =
        error.args().into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    let args: Vec<(&str, sh_ui::Arg<'_>)> =
        args.iter().map(|(name, value)| (name.as_str(), value.as_str().into())).collect();
    let mut errors = FieldErrors::default();
    errors.push(pointer, error.code(), ctx.locale.with(&format!("problem-{}", error.code()), &args));
    Ok(Html::unprocessable(view(ctx, version, input, &errors)))
}

impl Input {
    fn of(definition: &Definition) -> Self {
        let content = &definition.content;
        let (boxes, lines) = write::split(&content.clauses);
        let (digits, about) = match content.display {
            Display::Exact => (String::new(), false),
            Display::Cut { digits, about, .. } => (digits.to_string(), about),
        };
        Self {
            code: definition.code.clone(),
            name_zh: content.name.zh.clone(),
            name_en: content.name.en.clone(),
            text_zh: content.text.zh.clone(),
            text_en: content.text.en.clone(),
            from: content.from.to_string(),
            until: if content.is_open() { String::new() } else { content.until.to_string() },
            boxes,
            lines,
            digits,
            about,
        }
    }

    fn read(pairs: &[(String, String)]) -> Self {
        let all = |name: &str| -> Vec<&str> {
            pairs.iter().filter(|pair| pair.0 == name).map(|pair| pair.1.as_str()).collect()
        };
        let text = |name: &str| all(name).first().copied().unwrap_or_default().to_owned();
        let boxes = CODED_AXES.iter().map(|axis| {
            let chosen = all(axis.word());
            let is_chosen = |value: &i64| word(*axis, *value).is_some_and(|word| chosen.contains(&word));
            (*axis, values(*axis).into_iter().filter(is_chosen).collect::<Vec<_>>())
        });
        Self {
            code: text("code"),
            name_zh: text("name_zh"),
            name_en: text("name_en"),
            text_zh: text("text_zh"),
            text_en: text("text_en"),
            from: text("period_from"),
            until: text("period_to"),
            boxes: boxes.filter(|(_, values)| !values.is_empty()).collect(),
            lines: text("lines"),
            digits: text("digits"),
            about: text("about") == "yes",
        }
    }

    fn content(&self, ctx: &Context) -> Result<Content, FieldErrors> {
        let mut errors = FieldErrors::default();
        let until = if self.until.is_empty() { OPEN_END } else { &self.until };
        let days = (self.from.parse::<Day>(), until.parse::<Day>());
        if days.0.is_err() || days.1.is_err() {
            errors.push("/period", "not-a-day", ctx.t("definition-days-missing"));
        }
        let boxes = self.boxes.iter().map(|(axis, values)| Clause::from(Condition::one_of(*axis, values)));
        let mut clauses: Vec<Clause> = boxes.collect();
        match write::read(&self.lines, days.1.unwrap_or_else(|_| ctx.today())) {
            Ok(more) => clauses.extend(more),
            Err(wrong) => {
                let args = [("line", wrong.line.into()), ("part", wrong.part.as_str().into())];
                errors.push("/lines", "not-a-clause", ctx.locale.with("definition-line-wrong", &args));
            }
        }
        let (Ok(from), Ok(until), true) = (days.0, days.1, errors.0.is_empty()) else { return Err(errors) };
        let trimmed = |text: &str| text.trim().to_owned();
        Ok(Content {
            name: Bilingual { zh: trimmed(&self.name_zh), en: trimmed(&self.name_en) },
            text: Bilingual { zh: trimmed(&self.text_zh), en: trimmed(&self.text_en) },
            from,
            until,
            clauses,
            display: match self.digits.parse() {
                Ok(digits @ 1..=9) => Display::Cut { digits, about: self.about, more: false },
                _ => Display::Exact,
            },
        })
    }
}

fn view(ctx: &Context, version: Option<i64>, input: &Input, errors: &FieldErrors) -> Markup {
    let locale = ctx.locale;
    let title = ctx.t(if version.is_some() { "definition-edit" } else { "definition-new" });
    let mut frame = ctx
        .frame(title.clone())
        .crumbs([Crumb::link(ctx.t("definitions-title"), "/w/definitions"), Crumb::here(title)]);
    frame.has_errors = !errors.0.is_empty();
    let action = match version {
        Some(version) => format!("/w/definitions/{}/{version}", input.code),
        None => "/w/definitions".to_owned(),
    };
    let text = |name: &str, key: &str, value: &str| {
        Field::text(name, &ctx.t(key)).value(value).required().errors(errors)
    };
    let area = |name: &str, key: &str, value: &str| {
        Field::area(name, &ctx.t(key), 4).value(value).required().errors(errors)
    };
    let content = html! {
        (error_summary(locale, errors))
        form.is-wide method="post" action=(action) {
            @if version.is_none() {
                (text("code", "definition-code", &input.code).hint(ctx.t("definition-code-hint")).render(locale))
            }
            (text("name_zh", "definition-name-zh", &input.name_zh).render(locale))
            (text("name_en", "definition-name-en", &input.name_en).render(locale))
            (area("text_zh", "definition-text-zh", &input.text_zh).render(locale))
            (area("text_en", "definition-text-en", &input.text_en).render(locale))
            (date_range(locale, "period", &ctx.t("definition-period"), &input.from, &input.until, errors.of("/period")))
            p.hint { (ctx.t("definition-boxes-hint")) }
            @for axis in CODED_AXES { (boxes(ctx, axis, input)) }
            (Field::area("lines", &ctx.t("definition-lines"), 4).value(&input.lines).errors(errors)
                .hint(ctx.t("definition-lines-hint")).render(locale))
            (rounding(ctx, input))
            (button(&ctx.t("definition-save")))
        }
    };
    work_page(&frame, &content)
}

fn boxes(ctx: &Context, axis: Axis, input: &Input) -> Markup {
    let choices: Vec<Choice> = values(axis)
        .into_iter()
        .filter_map(|value| Some(Choice::new(word(axis, value)?, label(axis, value, ctx.locale))))
        .collect();
    let chosen: Vec<&str> = input
        .boxes
        .iter()
        .filter(|(one, _)| *one == axis)
        .flat_map(|(_, values)| values.iter().filter_map(|value| word(axis, *value)))
        .collect();
    check_boxes(ctx.locale, axis.word(), &axis_label(axis, ctx.locale), &choices, &chosen, None)
}

fn rounding(ctx: &Context, input: &Input) -> Markup {
    let yes_no =
        [Choice::new("no", ctx.t("definition-about-no")), Choice::new("yes", ctx.t("definition-about-yes"))];
    html! {
        (Field::number("digits", &ctx.t("definition-digits")).value(&input.digits)
            .hint(ctx.t("definition-digits-hint")).render(ctx.locale))
        (radios(ctx.locale, "about", &ctx.t("definition-about"), &yes_no, if input.about { "yes" } else { "no" }, None))
    }
}
