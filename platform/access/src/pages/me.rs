//! `/me`: one's own account and password.

use axum::{
    extract::State,
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use maud::{Markup, html};
use serde::Deserialize;
use sh_http::{App, Context, Denied, Failure, Form, Html, Redirect, UserInfo};
use sh_kernel::FieldErrors;
use sh_ui::{Field, button, error_summary, facts, panel, work_page};

use crate::{
    pages::{fields_of, grant_text},
    session, users,
};

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Change {
    #[serde(default)]
    present: String,
    #[serde(default)]
    password: String,
}

/// `GET /me`
pub(crate) async fn show(ctx: Context, State(app): State<App>) -> Result<Html, Failure> {
    let user = ctx.actor.user().ok_or(Denied::Anonymous)?;
    let own = users::own(&app, user.id).await?;
    Ok(Html(view(&ctx, user, &own, &FieldErrors::default())))
}

/// `POST /me`
pub(crate) async fn change(
    ctx: Context,
    State(app): State<App>,
    headers: HeaderMap,
    Form(form): Form<Change>,
) -> Result<Response, Failure> {
    let user = ctx.actor.user().ok_or(Denied::Anonymous)?;
    let token = session::token_of(&app.settings, &headers);
    let outcome = users::change_own_password(&ctx, &app, &form.present, &form.password, token.as_ref()).await;
    match outcome.map_err(Failure::from) {
        Ok(()) => Ok(Redirect::to("/me").done(ctx.t("me-password-done")).into_response()),
        Err(failure) => {
            let errors = fields_of(failure)?;
            let own = users::own(&app, user.id).await?;
            Ok(Html::unprocessable(view(&ctx, user, &own, &errors)))
        }
    }
}

fn view(ctx: &Context, user: &UserInfo, own: &users::Own, errors: &FieldErrors) -> Markup {
    let frame = ctx.frame(ctx.t("me-title")).with_errors(!errors.0.is_empty());
    let roles = html! { @for grant in &user.grants { div { (grant_text(ctx, grant)) } } };
    let mut rows = vec![
        (ctx.t("user-login"), html! { (user.login) }),
        (ctx.t("user-name"), html! { (user.name) }),
        (ctx.t("user-organisation"), html! { (user.organisation) }),
        (ctx.t("user-roles"), roles),
    ];
    if let Some(phone) = &own.phone {
        rows.insert(1, (ctx.t("phone-number"), html! { (phone) }));
    }
    let form = html! {
        p { (ctx.t("me-password-note")) }
        form method="post" action="/me" {
            @if own.has_password {
                (Field::input("password", "present", &ctx.t("me-present")).required()
                    .autocomplete("current-password").errors(errors).render(ctx.locale))
            }
            (Field::input("password", "password", &ctx.t("me-new")).hint(ctx.t("user-password-hint")).required()
                .autocomplete("new-password").errors(errors).render(ctx.locale))
            (button(&ctx.t("me-password-button")))
        }
    };
    work_page(
        &frame,
        &html! {
            (error_summary(ctx.locale, errors))
            (facts(&rows))
            (panel(&ctx.t("me-password"), None, &form))
        },
    )
}
