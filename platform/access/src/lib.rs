//! Who may do what (账号、权限、操作日志): sign-in with sessions, accounts with roles in a scope, and the log of changes.
//!
//! The program calls [`install`] once and hands [`identify`] to `sh_http::site`. Every module writes its changes to the
//! log with [`audit::record`], inside its own transaction. Accounts are administered centrally: whoever manages them
//! needs the permission everywhere.

pub mod audit;
mod error;
pub mod keys;
mod limits;
mod pages;
mod password;
pub mod phone;
mod session;
mod store;
pub mod users;

use std::sync::Arc;

use axum::routing::{get, post};
use sh_db::Migration;
use sh_http::{App, Identify, MenuEntry, Module, Permission};
use utoipa_axum::{router::OpenApiRouter, routes};

pub use error::Error;
pub use session::{ABSOLUTE_SECONDS, IDLE_SECONDS};

/// The tables of this module.
pub const MIGRATIONS: &[Migration] = &[
    Migration { module: "access", version: 1, text: include_str!("../migrations/0001_access.sql") },
    Migration { module: "access", version: 2, text: include_str!("../migrations/0002_keys.sql") },
    Migration { module: "access", version: 3, text: include_str!("../migrations/0003_phone.sql") },
];

/// What this module keeps in memory: the limits on attempts and on passwords being checked at once.
pub(crate) struct Access {
    pub(crate) limits: limits::Limits,
    pub(crate) passwords: password::Passwords,
}

/// Hangs into the program what sign-in needs.
///
/// # Errors
/// [`Error::Password`] if the machine gives no random numbers.
pub fn install(app: App) -> Result<App, Error> {
    let access = Access {
        limits: limits::Limits::new(Arc::clone(&app.clock)),
        passwords: password::Passwords::new()?,
    };
    Ok(app.with(access))
}

/// Finds out who asks: under `/api/v1` the person whose key the request carries, else the one whose session it carries,
/// else nobody.
pub fn identify() -> Identify {
    Arc::new(|app, caller| {
        Box::pin(async move {
            if let Some(secret) = keys::secret_of(&caller) {
                return Ok(keys::actor(&app, secret, &caller).await?);
            }
            match session::token_of(&app.settings, &caller.headers) {
                Some(token) => Ok(session::actor(&app, &token).await?),
                None => Ok(sh_http::Actor::Public),
            }
        })
    })
}

/// Routes, tables and menu entries.
pub fn module() -> Module {
    let entry = |label, href, permission, order| MenuEntry {
        group: "menu-system",
        label,
        href,
        permission,
        order,
        icon: Some("settings"),
    };
    Module::new("access")
        .routes(
            OpenApiRouter::new()
                .routes(routes!(pages::audit::api_list))
                .route("/login", get(pages::login::show).post(pages::login::enter))
                .route("/login/phone", get(pages::phone::ask).post(pages::phone::send))
                .route("/login/phone/{id}", get(pages::phone::show).post(pages::phone::enter))
                .route("/register", get(pages::register::show).post(pages::register::register))
                .route("/logout", post(pages::login::leave))
                .route("/me", get(pages::me::show).post(pages::me::change))
                .route("/w/users", get(pages::users::list).post(pages::user_new::create))
                .route("/w/users/new", get(pages::user_new::show))
                .route("/w/users/{id}", get(pages::user::show))
                .route("/w/users/{id}/grant", post(pages::user::grant))
                .route("/w/users/{id}/revoke", post(pages::user::revoke))
                .route("/w/users/{id}/password", post(pages::user::password))
                .route("/w/users/{id}/keys/{key}/revoke", post(pages::user::revoke_key))
                .route("/w/users/{id}/state", post(pages::user::state))
                .route("/w/keys", get(pages::keys::list).post(pages::keys::make))
                .route("/w/keys/{id}/revoke", post(pages::keys::revoke))
                .route("/w/audit", get(pages::audit::list))
                .route("/w/audit.csv", get(pages::audit::csv)),
        )
        .migrations(MIGRATIONS)
        .store(store::STATEMENTS, store::INSERTS)
        .menu(MenuEntry {
            group: "menu-interfaces",
            label: "api-keys-title",
            href: "/w/keys",
            permission: Permission::KeepKeys,
            order: 990,
            icon: Some("settings"),
        })
        .menu(entry("users-title", "/w/users", Permission::ReadUsers, 910))
        .menu(entry("audit-title", "/w/audit", Permission::ReadAudit, 920))
}
