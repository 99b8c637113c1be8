//! `/login`, `/logout`.

use axum::{
    extract::State,
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use maud::{Markup, html};
use serde::Deserialize;
use sh_http::{Actor, App, AppError, Context, Failure, Form, Html, Kind, Query, Redirect, local_path};
use sh_ui::{Field, Flash, Tone, button, plain_page};

use crate::{Error, phone, session};

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Target {
    #[serde(default)]
    pub(super) next: String,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Credentials {
    #[serde(default)]
    login: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    next: String,
}

/// `GET /login`
pub(crate) async fn show(ctx: Context, State(app): State<App>, Query(target): Query<Target>) -> Response {
    if ctx.actor.user().is_some() {
        return Redirect::to(destination(&ctx, &target.next)).into_response();
    }
    Html(view(&ctx, phone::is_offered(&app), ("", &target.next), None)).into_response()
}

/// `POST /login`
pub(crate) async fn enter(
    ctx: Context,
    State(app): State<App>,
    headers: HeaderMap,
    Form(form): Form<Credentials>,
) -> Result<Response, Failure> {
    let old = session::token_of(&app.settings, &headers);
    match session::sign_in(&ctx, &app, &form.login, &form.password, old.as_ref()).await {
        Ok(entered) => Ok(signed_in(&ctx, &app, &form.next, entered)),
        Err(error @ (Error::WrongCredentials | Error::TooManyAttempts { .. })) => {
            Ok(again(&ctx, phone::is_offered(&app), &form, &error))
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /logout`
pub(crate) async fn leave(
    ctx: Context,
    State(app): State<App>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    if let Some(token) = session::token_of(&app.settings, &headers) {
        session::sign_out(&app, &token).await?;
    }
    let mut response = Redirect::to("/login").done(ctx.t("login-signed-out")).into_response();
    session::take_back(response.headers_mut(), &app.settings);
    Ok(response)
}

/// Hands out the session of somebody who has just signed in, and leads on.
pub(super) fn signed_in(ctx: &Context, app: &App, next: &str, (actor, secret): (Actor, String)) -> Response {
    let ctx = ctx.acting_as(actor);
    let mut response = Redirect::to(destination(&ctx, next)).into_response();
    session::hand_out(response.headers_mut(), &app.settings, &secret);
    response
}

/// Where a sign-in leads: the page one wanted, else the first one may open.
fn destination<'a>(ctx: &Context, next: &'a str) -> &'a str {
    if next.is_empty() { ctx.home() } else { local_path(next) }
}

/// The form again, with the login kept and what to do.
fn again(ctx: &Context, by_phone: bool, form: &Credentials, error: &Error) -> Response {
    let message = match error {
        Error::TooManyAttempts { seconds } => {
            ctx.locale.with("login-too-many", &[("seconds", (*seconds).into())])
        }
        _ => ctx.t("login-wrong"),
    };
    let status = if error.kind() == Kind::TooMany { error.kind() } else { Kind::Unprocessable }.status();
    let page = Html(view(ctx, by_phone, (&form.login, &form.next), Some(message)));
    let mut response = (status, page).into_response();
    if let Some(seconds) = error.retry_after_seconds() {
        response.headers_mut().insert("retry-after", seconds.into());
    }
    response
}

fn view(ctx: &Context, by_phone: bool, (login, next): (&str, &str), message: Option<String>) -> Markup {
    let mut frame = ctx.frame(ctx.t("login-title"));
    frame.has_errors = message.is_some();
    if let Some(text) = message {
        frame.flash = Some(Flash { tone: Tone::Bad, text });
    }
    plain_page(
        &frame,
        &html! {
            form method="post" action="/login" {
                input type="hidden" name="next" value=(next);
                (Field::text("login", &ctx.t("login-name")).value(login).required().autocomplete("username")
                    .render(ctx.locale))
                (Field::input("password", "password", &ctx.t("login-password")).required()
                    .autocomplete("current-password").render(ctx.locale))
                (button(&ctx.t("login-button")))
            }
            @if by_phone { p { a href=(super::with_next("/login/phone", next)) { (ctx.t("login-by-phone")) } } }
            p { a href=(super::with_next("/register", next)) { (ctx.t("login-register")) } }
        },
    )
}
