//! `/w/users/{id}`: one account, its roles, its state, its log.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use maud::{Markup, html};
use serde::Deserialize;
use sh_http::{
    App, Context, Failure, Form, Grant, Html, Names, Path, Permission, Redirect, Role, Scope, User,
};
use sh_kernel::{FieldErrors, Id};
use sh_ui::{Field, button, button_danger, error_summary, facts, panel, work_page};

use crate::{
    audit::AuditEntry,
    keys::{self, Key},
    pages::{
        GrantInput, audit::entries_table, crumbs, fields_of, grant_text, keys::scope_texts, manages,
        state_tag,
    },
    users::{self, Account},
};

/// Changes in the log that the page of an account shows.
const ENTRIES_MAX: u32 = 20;

#[derive(Debug, Default, Deserialize)]
pub(crate) struct GrantForm {
    #[serde(flatten)]
    grant: GrantInput,
    #[serde(default)]
    reason: String,
}

#[derive(Debug, Deserialize)]
pub(crate) struct RevokeForm {
    role: String,
    scope: String,
}

#[derive(Debug, Deserialize)]
pub(crate) struct PasswordForm {
    #[serde(default)]
    password: String,
}

#[derive(Debug, Deserialize)]
pub(crate) struct StateForm {
    to: String,
    #[serde(default)]
    reason: String,
}

/// `GET /w/users/{id}`
pub(crate) async fn show(
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<User>>,
) -> Result<Html, Failure> {
    page(&ctx, &app, id, &GrantForm::default(), &FieldErrors::default()).await
}

/// `POST /w/users/{id}/grant`
pub(crate) async fn grant(
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<User>>,
    Form(form): Form<GrantForm>,
) -> Result<Response, Failure> {
    ctx.require(Permission::ManageUsers, Scope::Everywhere)?;
    let mut errors = FieldErrors::default();
    let Some(grant) = form.grant.read(&ctx, &mut errors) else {
        return refused(&ctx, &app, id, &form, &errors).await;
    };
    users::grant(&ctx, &app, id, &grant, &form.reason).await?;
    Ok(back(&ctx, id, "user-granted"))
}

/// `POST /w/users/{id}/revoke`
pub(crate) async fn revoke(
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<User>>,
    Form(form): Form<RevokeForm>,
) -> Result<Response, Failure> {
    ctx.require(Permission::ManageUsers, Scope::Everywhere)?;
    let (role, scope) =
        Role::parse(&form.role).zip(Scope::parse(&form.scope)).ok_or_else(Failure::not_found)?;
    users::revoke(&ctx, &app, id, &Grant { role, scope }, "").await?;
    Ok(back(&ctx, id, "user-revoked"))
}

/// `POST /w/users/{id}/password`
pub(crate) async fn password(
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<User>>,
    Form(form): Form<PasswordForm>,
) -> Result<Response, Failure> {
    match users::set_password(&ctx, &app, id, &form.password).await.map_err(Failure::from) {
        Ok(()) => Ok(back(&ctx, id, "user-password-set")),
        Err(failure) => refused(&ctx, &app, id, &GrantForm::default(), &fields_of(failure)?).await,
    }
}

/// `POST /w/users/{id}/state`
pub(crate) async fn state(
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<User>>,
    Form(form): Form<StateForm>,
) -> Result<Response, Failure> {
    let disable = form.to == "disabled";
    users::set_disabled(&ctx, &app, id, disable, &form.reason).await?;
    Ok(back(&ctx, id, if disable { "user-disabled" } else { "user-enabled" }))
}

/// `POST /w/users/{id}/keys/{key}/revoke`
pub(crate) async fn revoke_key(
    ctx: Context,
    State(app): State<App>,
    Path((id, key)): Path<(Id<User>, Id<Key>)>,
) -> Result<Response, Failure> {
    keys::revoke_of(&ctx, &app, id, key).await?;
    Ok(back(&ctx, id, "key-revoked"))
}

fn back(ctx: &Context, id: Id<User>, key: &str) -> Response {
    Redirect::to(format!("/w/users/{id}")).done(ctx.t(key)).into_response()
}

async fn refused(
    ctx: &Context,
    app: &App,
    id: Id<User>,
    form: &GrantForm,
    errors: &FieldErrors,
) -> Result<Response, Failure> {
    let Html(markup) = page(ctx, app, id, form, errors).await?;
    Ok(Html::unprocessable(markup))
}

async fn page(
    ctx: &Context,
    app: &App,
    id: Id<User>,
    form: &GrantForm,
    errors: &FieldErrors,
) -> Result<Html, Failure> {
    let account = users::find(ctx, app, id).await?;
    let object = id.to_string();
    let entries =
        app.db.read(async |tx| crate::audit::of_object(tx, "user", &object, ENTRIES_MAX).await).await?;
    let names = crate::audit::names(ctx, app, &entries).await?;
    let keys = keys::in_force_of(ctx, app, id).await?;
    Ok(Html(view(ctx, (&account, &keys), (&entries, &names), form, errors)))
}

fn view(
    ctx: &Context,
    (account, keys): (&Account, &[Key]),
    (entries, names): (&[AuditEntry], &Names),
    form: &GrantForm,
    errors: &FieldErrors,
) -> Markup {
    let frame = ctx.frame(&account.name).crumbs(crumbs(ctx, &account.name)).with_errors(!errors.0.is_empty());
    let when =
        |at: Option<sh_kernel::Instant>| at.map_or_else(|| "--".to_owned(), sh_kernel::Instant::to_minute);
    let rows = [
        (ctx.t("user-login"), html! { (account.login) }),
        (ctx.t("user-organisation"), html! { (account.organisation) }),
        (ctx.t("user-state"), state_tag(ctx, account)),
        (ctx.t("user-created-at"), html! { (account.created_at.to_minute()) }),
        (ctx.t("user-signed-in"), html! { (when(account.signed_in_at)) }),
    ];
    work_page(
        &frame,
        &html! {
            (error_summary(ctx.locale, errors))
            (facts(&rows))
            (panel(&ctx.t("user-roles"), None, &roles(ctx, account)))
            @if !keys.is_empty() { (panel(&ctx.t("user-keys"), None, &keys_of(ctx, account, keys))) }
            @if manages(ctx) {
                (panel(&ctx.t("user-grant"), None, &grant_form(ctx, account, form, errors)))
                (panel(&ctx.t("user-password"), None, &password_form(ctx, account, errors)))
                (panel(&ctx.t("user-state"), None, &state_form(ctx, account)))
            }
            (panel(&ctx.t("audit-title"), None, &entries_table(ctx, entries, names)))
        },
    )
}

fn roles(ctx: &Context, account: &Account) -> Markup {
    html! {
        @if account.grants.is_empty() { p { (ctx.t("user-no-roles")) } }
        @for grant in &account.grants {
            form method="post" action={ "/w/users/" (account.id) "/revoke" } {
                input type="hidden" name="role" value=(grant.role.code());
                input type="hidden" name="scope" value=(grant.scope.to_code());
                p {
                    (grant_text(ctx, grant)) " "
                    @if manages(ctx) { (button_danger(&ctx.t("user-revoke"), "do", "revoke")) }
                }
            }
        }
    }
}

/// The keys of the person that are in force.
fn keys_of(ctx: &Context, account: &Account, keys: &[Key]) -> Markup {
    html! {
        @for key in keys {
            form method="post" action={ "/w/users/" (account.id) "/keys/" (key.id) "/revoke" } {
                p {
                    (key.name) " " code { (key.prefix) "…" } " · " (scope_texts(ctx, &key.scopes)) " "
                    @if manages(ctx) {
                        button.button.is-danger type="submit" {
                            (ctx.t("key-revoke")) span.visually-hidden { " " (key.name) }
                        }
                    }
                }
            }
        }
    }
}

fn grant_form(ctx: &Context, account: &Account, form: &GrantForm, errors: &FieldErrors) -> Markup {
    html! {
        form method="post" action={ "/w/users/" (account.id) "/grant" } {
            (form.grant.fields(ctx, errors))
            (Field::text("reason", &ctx.t("audit-reason")).value(&form.reason).render(ctx.locale))
            (button(&ctx.t("user-grant-button")))
        }
    }
}

fn password_form(ctx: &Context, account: &Account, errors: &FieldErrors) -> Markup {
    html! {
        form method="post" action={ "/w/users/" (account.id) "/password" } {
            (Field::input("password", "password", &ctx.t("user-password-new")).hint(ctx.t("user-password-hint"))
                .required().autocomplete("new-password").errors(errors).render(ctx.locale))
            (button(&ctx.t("user-password-button")))
        }
    }
}

fn state_form(ctx: &Context, account: &Account) -> Markup {
    let disabled = account.disabled_at.is_some();
    html! {
        form method="post" action={ "/w/users/" (account.id) "/state" } {
            // The page has another field of this name; the address of this one is its own.
            label for="f-state-reason" { (ctx.t("audit-reason")) }
            input id="f-state-reason" type="text" name="reason";
            @if disabled {
                input type="hidden" name="to" value="active";
                (button(&ctx.t("user-enable")))
            } @else { (button_danger(&ctx.t("user-disable"), "to", "disabled")) }
        }
    }
}
