//! `/login/phone`: signing in with a code that goes to the phone.

use axum::{
    extract::State,
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use maud::{Markup, html};
use serde::Deserialize;
use sh_http::{App, Context, Failure, Form, Html, Path, Query, Redirect};
use sh_kernel::{FieldErrors, Id, Phone};
use sh_ui::{Field, Tone, banner, button, error_summary, plain_page};

use super::{fields_of, login::Target};
use crate::{
    Error,
    phone::{self, CODE_SECONDS, Code},
    session,
};

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    phone: String,
    #[serde(default)]
    next: String,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Told {
    #[serde(default)]
    code: String,
    #[serde(default)]
    next: String,
}

/// `GET /login/phone`
pub(crate) async fn ask(
    ctx: Context,
    State(app): State<App>,
    Query(target): Query<Target>,
) -> Result<Response, Failure> {
    if !phone::is_offered(&app) {
        return Ok(Redirect::to("/login").into_response());
    }
    let asked = Asked { next: target.next, ..Asked::default() };
    Ok(Html(ask_view(&ctx, &asked, &FieldErrors::default())).into_response())
}

/// `POST /login/phone`
pub(crate) async fn send(
    ctx: Context,
    State(app): State<App>,
    Form(form): Form<Asked>,
) -> Result<Response, Failure> {
    if !phone::is_offered(&app) {
        return Ok(Redirect::to("/login").into_response());
    }
    match phone::send(&ctx, &app, &form.phone).await {
        Ok(id) => Ok(Redirect::to(code_page(id, &form.next)).into_response()),
        Err(error @ Error::TooManyAttempts { .. }) => Err(error.into()),
        Err(error) => Ok(Html::unprocessable(ask_view(&ctx, &form, &fields_of(error.into())?))),
    }
}

/// `GET /login/phone/{id}`
pub(crate) async fn show(
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<Code>>,
    Query(target): Query<Target>,
) -> Result<Html, Failure> {
    let (phone, code) = phone::sent(&ctx, &app, id).await?.ok_or(Error::CodeOver)?;
    let told = Told { next: target.next, ..Told::default() };
    Ok(Html(code_view(&ctx, id, (&phone, code.as_deref()), &told, &FieldErrors::default())))
}

/// `POST /login/phone/{id}`
pub(crate) async fn enter(
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<Code>>,
    headers: HeaderMap,
    Form(form): Form<Told>,
) -> Result<Response, Failure> {
    let old = session::token_of(&app.settings, &headers);
    match phone::enter(&ctx, &app, id, &form.code, old.as_ref()).await {
        Ok(signed_in) => Ok(super::login::signed_in(&ctx, &app, &form.next, signed_in)),
        Err(error) => {
            let errors = fields_of(error.into())?;
            let (phone, code) = phone::sent(&ctx, &app, id).await?.ok_or(Error::CodeOver)?;
            Ok(Html::unprocessable(code_view(&ctx, id, (&phone, code.as_deref()), &form, &errors)))
        }
    }
}

fn code_page(id: Id<Code>, next: &str) -> String {
    super::with_next(&format!("/login/phone/{id}"), next)
}

fn ask_view(ctx: &Context, form: &Asked, errors: &FieldErrors) -> Markup {
    let frame = ctx.frame(ctx.t("phone-title")).with_errors(!errors.0.is_empty());
    let content = html! {
        (error_summary(ctx.locale, errors))
        p { (ctx.t("phone-intro")) }
        form method="post" action="/login/phone" {
            input type="hidden" name="next" value=(form.next);
            (Field::input("tel", "phone", &ctx.t("phone-number")).value(&form.phone).required().keyboard("tel")
                .autocomplete("tel").errors(errors).render(ctx.locale))
            (button(&ctx.t("phone-send")))
        }
        p { a href=(super::with_next("/login", &form.next)) { (ctx.t("login-by-password")) } }
    };
    plain_page(&frame, &content)
}

fn code_view(
    ctx: &Context,
    id: Id<Code>,
    (phone, code): (&Phone, Option<&str>),
    form: &Told,
    errors: &FieldErrors,
) -> Markup {
    let frame = ctx.frame(ctx.t("phone-code-title")).with_errors(!errors.0.is_empty());
    let sent = [("phone", phone.to_string().into()), ("minutes", (CODE_SECONDS / 60).into())];
    let content = html! {
        (error_summary(ctx.locale, errors))
        @if let Some(code) = code {
            (banner(Tone::Notice, &ctx.t("phone-code-demo"), &html! { p.phone-code { code { (code) } } }))
        }
        p { (ctx.locale.with("phone-code-sent", &sent)) }
        form method="post" action={ "/login/phone/" (id) } {
            input type="hidden" name="next" value=(form.next);
            (Field::text("code", &ctx.t("phone-code")).required().keyboard("numeric").autocomplete("one-time-code")
                .errors(errors).render(ctx.locale))
            (button(&ctx.t("phone-enter")))
        }
        p { a href=(super::with_next("/login/phone", &form.next)) { (ctx.t("phone-again")) } }
    };
    plain_page(&frame, &content)
}
