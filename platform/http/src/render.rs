//! How a failure looks from outside: a page, a fragment, or problem+json after RFC 9457.

use axum::{
    Json,
    http::{HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use maud::{Markup, html};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use sh_ui::{Arg, Frame, Locale, Tone, button_link, error_summary, plain_page, toast};
use utoipa::ToSchema;

use crate::{Context, Failure, Html, error::Problem};

/// Whom an address speaks to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    /// People: pages and fragments.
    Html,
    /// Programs.
    Json,
}

impl Family {
    /// Decided by the address; elsewhere than under `/api/` a caller that takes JSON and no HTML gets JSON.
    pub(crate) fn of(path: &str, accept: &str) -> Self {
        let json_only = accept.contains("json") && !accept.contains("text/html");
        if path.starts_with("/api/") || json_only { Self::Json } else { Self::Html }
    }
}

/// A refusal after RFC 9457, as the JSON interface gives it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody {
    /// Where the code is explained.
    #[serde(rename = "type")]
    pub kind: String,
    /// What happened, in the language of the request.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// Stable code.
    pub code: String,
    /// What to do about it, in the language of the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// Reference to this request, for questions.
    pub instance: String,
    /// The fields that were not accepted.
    pub errors: Vec<ProblemField>,
}

/// One field that was not accepted.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemField {
    /// JSON pointer to the field.
    pub pointer: String,
    /// Stable code.
    pub code: String,
    /// What to do about it, in the language of the request.
    pub message: String,
}

/// The text `problem-<code>`, or the general one of the status.
fn title(locale: Locale, problem: &Problem) -> String {
    text(locale, problem, "").unwrap_or_else(|| locale.t("problem-internal"))
}

fn text(locale: Locale, problem: &Problem, ending: &str) -> Option<String> {
    let own = format!("problem-{}{ending}", problem.code);
    let general = format!("problem-status-{}{ending}", problem.status.as_u16());
    let args: Vec<(&str, Arg<'_>)> =
        problem.args.iter().map(|(name, value)| (name.as_str(), Arg::from(value))).collect();
    [own, general].iter().find(|key| locale.has(key)).map(|key| locale.with(key, &args))
}

/// The answer to a failed request.
pub(crate) fn answer(ctx: &Context, family: Family, method: &Method, problem: &Problem) -> Response {
    let mut response = match family {
        Family::Json => json(ctx, problem),
        Family::Html if problem.status == StatusCode::UNAUTHORIZED && (ctx.htmx || method.is_safe()) => {
            to_sign_in(ctx)
        }
        Family::Html if ctx.htmx => Html(fragment(ctx, problem)).into_response(),
        Family::Html => Html(page(ctx, problem)).into_response(),
    };
    if response.status() == StatusCode::OK {
        *response.status_mut() = problem.status;
    }
    if let Some(seconds) = problem.retry_after_seconds {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

fn json(ctx: &Context, problem: &Problem) -> Response {
    let fields = problem.fields.iter().flat_map(|fields| &fields.0);
    let body = ProblemBody {
        kind: format!("/problems/{}", problem.code),
        title: title(ctx.locale, problem),
        status: problem.status.as_u16(),
        code: problem.code.clone().into_owned(),
        detail: text(ctx.locale, problem, "-advice"),
        instance: ctx.trace.clone(),
        errors: fields
            .map(|field| ProblemField {
                pointer: field.pointer.clone(),
                code: field.code.clone(),
                message: field.message.clone(),
            })
            .collect(),
    };
    ([(header::CONTENT_TYPE, "application/problem+json")], Json(body)).into_response()
}

/// Leads to the sign-in page and back. A fragment request cannot be redirected by status: the whole page has to go.
fn to_sign_in(ctx: &Context) -> Response {
    let address = sign_in_address(&ctx.path);
    if ctx.htmx {
        return (StatusCode::UNAUTHORIZED, [("hx-redirect", address)]).into_response();
    }
    (StatusCode::SEE_OTHER, [(header::LOCATION, address)]).into_response()
}

fn sign_in_address(next: &str) -> String {
    format!("/login?next={}", utf8_percent_encode(next, NON_ALPHANUMERIC))
}

fn fragment(ctx: &Context, problem: &Problem) -> Markup {
    let reference = ctx.locale.with("problem-reference", &[("trace", ctx.trace.as_str().into())]);
    toast(Tone::Bad, &format!("{} {reference}", title(ctx.locale, problem)))
}

/// The page that a failure gets, with status 200, for the style guide: some failures cannot be asked for.
pub fn specimen(ctx: &Context, failure: &Failure) -> Html {
    Html(page(ctx, &failure.0))
}

fn page(ctx: &Context, problem: &Problem) -> Markup {
    let locale = ctx.locale;
    let mut frame = Frame::new(locale, title(locale, problem), ctx.path.clone());
    frame.site = sh_ui::SiteInfo::clone(&ctx.site);
    let content = html! {
        @if let Some(advice) = text(locale, problem, "-advice") { p { (advice) } }
        @if let Some(fields) = &problem.fields { (error_summary(locale, fields)) }
        p.hint { (locale.with("problem-reference", &[("trace", ctx.trace.as_str().into())])) }
        @if problem.status == StatusCode::UNAUTHORIZED {
            p { (button_link(&locale.t("sign-in"), "/login", None)) }
        } @else {
            p { (button_link(&locale.t("problem-home"), "/", None)) }
        }
    };
    plain_page(&frame, &content)
}
