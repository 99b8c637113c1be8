//! The pages of this module.

use maud::{Markup, html};
use sh_http::{Context, Failure, Grant, Permission, Role, Scope};
use sh_kernel::{FieldErrors, RegionCode};
use sh_ui::{Choice, Crumb, Field, Tone, status_tag};

use crate::users::Account;

pub(crate) mod audit;
pub(crate) mod keys;
pub(crate) mod login;
pub(crate) mod me;
pub(crate) mod phone;
pub(crate) mod register;
pub(crate) mod user;
pub(crate) mod user_new;
pub(crate) mod users;

/// Whether the actor may change accounts, so that pages offer it.
fn manages(ctx: &Context) -> bool {
    ctx.allows(Permission::ManageUsers, &Scope::Everywhere)
}

/// The address of a page of signing in that leads on to `next`.
fn with_next(path: &str, next: &str) -> String {
    if next.is_empty() {
        return path.to_owned();
    }
    format!("{path}?next={}", percent_encoding::utf8_percent_encode(next, percent_encoding::NON_ALPHANUMERIC))
}

/// The way from the list of accounts to a page.
fn crumbs(ctx: &Context, here: &str) -> [Crumb; 2] {
    [Crumb::link(ctx.t("users-title"), "/w/users"), Crumb::here(here)]
}

/// A role and its scope in words: `市级 · 440300`.
fn grant_text(ctx: &Context, grant: &Grant) -> String {
    let scope = match &grant.scope {
        Scope::Everywhere => ctx.t("scope-everywhere"),
        Scope::Region(code) => code.to_string(),
        Scope::Organisation(code) => code.clone(),
    };
    format!("{} · {scope}", ctx.t(&format!("role-{}", grant.role.code())))
}

fn state_tag(ctx: &Context, account: &Account) -> Markup {
    if account.disabled_at.is_some() {
        status_tag(Tone::Bad, &ctx.t("user-state-disabled"))
    } else {
        status_tag(Tone::Good, &ctx.t("user-state-active"))
    }
}

/// What the fields of a grant hold: role, kind of scope, code.
#[derive(Debug, Clone, Default, serde::Deserialize)]
pub(crate) struct GrantInput {
    #[serde(default)]
    role: String,
    #[serde(default)]
    scope: String,
    #[serde(default)]
    code: String,
}

impl GrantInput {
    /// The grant, or what is wrong with its fields.
    fn read(&self, ctx: &Context, errors: &mut FieldErrors) -> Option<Grant> {
        let code = self.code.trim();
        let scope = match self.scope.as_str() {
            "everywhere" => Some(Scope::Everywhere),
            "region" => code.parse::<RegionCode>().ok().map(Scope::Region),
            "organisation" if !code.is_empty() => Some(Scope::Organisation(code.to_owned())),
            _ => None,
        };
        if scope.is_none() {
            errors.push("/code", "not-a-scope", ctx.t("user-scope-wrong"));
        }
        let role = Role::parse(&self.role);
        if role.is_none() {
            errors.push("/role", "required", ctx.t("user-role-missing"));
        }
        Some(Grant { role: role?, scope: scope? })
    }

    fn fields(&self, ctx: &Context, errors: &FieldErrors) -> Markup {
        let roles =
            Role::ALL.iter().map(|role| Choice::new(role.code(), ctx.t(&format!("role-{}", role.code()))));
        let scopes = [
            ("region", "scope-region"),
            ("organisation", "scope-organisation"),
            ("everywhere", "scope-everywhere"),
        ];
        let scopes = scopes.iter().map(|(value, key)| Choice::new(*value, ctx.t(key)));
        html! {
            (Field::select("role", &ctx.t("user-role"), roles.collect())
                .value(&self.role).required().errors(errors).render(ctx.locale))
            (Field::select("scope", &ctx.t("user-scope"), scopes.collect())
                .value(&self.scope).required().errors(errors).render(ctx.locale))
            (Field::text("code", &ctx.t("user-scope-code")).hint(ctx.t("user-scope-hint"))
                .value(&self.code).errors(errors).render(ctx.locale))
        }
    }
}

/// The fields of a failure that a form can show again; any other failure goes on to the boundary.
fn fields_of(failure: Failure) -> Result<FieldErrors, Failure> {
    failure.fields().cloned().ok_or(failure)
}
