//! The language of a request, and the switch in the head of every page.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use axum_extra::extract::CookieJar;
use serde::Deserialize;
use sh_ui::Locale;

use crate::{App, Form, Redirect, set_cookie};

const COOKIE: &str = "shanhai_lang";
/// Seconds that a chosen language is remembered: one year.
const REMEMBERED_SECONDS: i64 = 365 * 24 * 3600;

/// The language to answer in: `?lang=`, else the one chosen before, else what the browser prefers, else Chinese.
pub(crate) fn of(query: Option<&str>, cookies: &CookieJar, accept_language: &str) -> Locale {
    let asked = query
        .into_iter()
        .flat_map(|query| query.split('&'))
        .find_map(|pair| pair.strip_prefix("lang="))
        .and_then(Locale::parse);
    let chosen = cookies.get(COOKIE).map(axum_extra::extract::cookie::Cookie::value);
    asked.unwrap_or_else(|| Locale::negotiate(chosen, Some(accept_language)))
}

#[derive(Debug, Deserialize)]
pub(crate) struct Choice {
    to: String,
    next: String,
}

/// Remembers the language and goes back to the page, without a `lang` in its address that would win over the choice.
pub(crate) async fn choose(State(app): State<App>, Form(choice): Form<Choice>) -> Response {
    let locale = Locale::parse(&choice.to).unwrap_or_default();
    let (path, query) = choice.next.split_once('?').unwrap_or((choice.next.as_str(), ""));
    let kept: Vec<&str> =
        query.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("lang=")).collect();
    let next = if kept.is_empty() { path.to_owned() } else { format!("{path}?{}", kept.join("&")) };
    let mut response = Redirect::to(next).into_response();
    set_cookie(response.headers_mut(), &app.settings, COOKIE, locale.tag(), REMEMBERED_SECONDS);
    response
}
