//! `/register`: an account by login and password, for whoever wants to buy.

use axum::{
    extract::State,
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use maud::{Markup, html};
use serde::Deserialize;
use sh_http::{App, Context, Failure, Form, Html, Query, Redirect};
use sh_kernel::FieldErrors;
use sh_ui::{Field, button, error_summary, plain_page};

use super::{fields_of, login::Target};
use crate::{Error, phone, session};

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Wanted {
    #[serde(default)]
    login: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    next: String,
}

/// `GET /register`
pub(crate) async fn show(ctx: Context, State(app): State<App>, Query(target): Query<Target>) -> Response {
    if ctx.actor.user().is_some() {
        return Redirect::to("/me").into_response();
    }
    let wanted = Wanted { next: target.next, ..Wanted::default() };
    Html(view(&ctx, phone::is_offered(&app), &wanted, &FieldErrors::default())).into_response()
}

/// `POST /register`
pub(crate) async fn register(
    ctx: Context,
    State(app): State<App>,
    headers: HeaderMap,
    Form(form): Form<Wanted>,
) -> Result<Response, Failure> {
    let old = session::token_of(&app.settings, &headers);
    let outcome = phone::register_by_password(&ctx, &app, (&form.login, &form.password), old.as_ref()).await;
    match outcome {
        Ok(signed_in) => Ok(super::login::signed_in(&ctx, &app, &form.next, signed_in)),
        Err(error @ Error::TooManyAttempts { .. }) => Err(error.into()),
        Err(error) => {
            let errors = fields_of(error.into())?;
            Ok(Html::unprocessable(view(&ctx, phone::is_offered(&app), &form, &errors)))
        }
    }
}

fn view(ctx: &Context, by_phone: bool, form: &Wanted, errors: &FieldErrors) -> Markup {
    let frame = ctx.frame(ctx.t("register-title")).with_errors(!errors.0.is_empty());
    let content = html! {
        (error_summary(ctx.locale, errors))
        p { (ctx.t("register-intro")) }
        form method="post" action="/register" {
            input type="hidden" name="next" value=(form.next);
            (Field::text("login", &ctx.t("user-login")).hint(ctx.t("user-login-hint")).value(&form.login).required()
                .autocomplete("username").errors(errors).render(ctx.locale))
            (Field::input("password", "password", &ctx.t("login-password")).hint(ctx.t("user-password-hint"))
                .required().autocomplete("new-password").errors(errors).render(ctx.locale))
            (button(&ctx.t("register-button")))
        }
        @if by_phone { p { a href=(super::with_next("/login/phone", &form.next)) { (ctx.t("login-by-phone")) } } }
        p { a href=(super::with_next("/login", &form.next)) { (ctx.t("register-known")) } }
    };
    plain_page(&frame, &content)
}
