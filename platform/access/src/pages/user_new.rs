//! `/w/users/new`: a new account with its first role.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use maud::{Markup, html};
use serde::Deserialize;
use sh_http::{App, Context, Failure, Form, Html, Permission, Redirect, Scope};
use sh_kernel::FieldErrors;
use sh_ui::{Field, button, error_summary, work_page};

use crate::{
    pages::{GrantInput, crumbs, fields_of},
    users::{self, NewUser},
};

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Input {
    #[serde(default)]
    login: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    organisation: String,
    #[serde(default)]
    password: String,
    #[serde(flatten)]
    grant: GrantInput,
}

/// `GET /w/users/new`
pub(crate) async fn show(ctx: Context) -> Result<Html, Failure> {
    ctx.require(Permission::ManageUsers, Scope::Everywhere)?;
    Ok(Html(view(&ctx, &Input::default(), &FieldErrors::default())))
}

/// `POST /w/users`
pub(crate) async fn create(
    ctx: Context,
    State(app): State<App>,
    Form(input): Form<Input>,
) -> Result<Response, Failure> {
    ctx.require(Permission::ManageUsers, Scope::Everywhere)?;
    let mut errors = FieldErrors::default();
    if let Some(new) = input.read(&ctx, &mut errors) {
        match users::create_user(&ctx, &app, new).await.map_err(Failure::from) {
            Ok(id) => {
                return Ok(Redirect::to(format!("/w/users/{id}"))
                    .done(ctx.t("user-created"))
                    .into_response());
            }
            Err(failure) => errors = fields_of(failure)?,
        }
    }
    Ok(Html::unprocessable(view(&ctx, &input, &errors)))
}

impl Input {
    fn read(&self, ctx: &Context, errors: &mut FieldErrors) -> Option<NewUser> {
        let grant = self.grant.read(ctx, errors)?;
        Some(NewUser {
            login: self.login.clone(),
            name: self.name.clone(),
            organisation: self.organisation.clone(),
            password: self.password.clone(),
            grants: vec![grant],
        })
    }
}

fn view(ctx: &Context, input: &Input, errors: &FieldErrors) -> Markup {
    let title = ctx.t("users-new");
    let frame = ctx.frame(&title).crumbs(crumbs(ctx, &title)).with_errors(!errors.0.is_empty());
    let text = |name, key: &str, value: &str| {
        Field::text(name, &ctx.t(key)).value(value).required().autocomplete("off").errors(errors)
    };
    work_page(
        &frame,
        &html! {
            (error_summary(ctx.locale, errors))
            form method="post" action="/w/users" {
                (text("login", "user-login", &input.login).hint(ctx.t("user-login-hint")).render(ctx.locale))
                (text("name", "user-name", &input.name).render(ctx.locale))
                (text("organisation", "user-organisation", &input.organisation).render(ctx.locale))
                (Field::input("password", "password", &ctx.t("user-password")).hint(ctx.t("user-password-hint"))
                    .required().autocomplete("new-password").errors(errors).render(ctx.locale))
                (input.grant.fields(ctx, errors))
                (button(&ctx.t("user-create")))
            }
        },
    )
}
