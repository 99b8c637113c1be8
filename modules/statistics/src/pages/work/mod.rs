//! Pages of the workbench: definitions and releases.

mod definition;
mod definitions;
mod draft;
mod release;
mod releases;
mod write;

use std::sync::Arc;

use axum::routing::{get, post};
use sh_http::{App, Context, MenuEntry, Permission, Scope};
use utoipa_axum::router::OpenApiRouter;

use crate::Figures;

/// The routes of these pages.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .route("/w/definitions", get(definitions::page).post(draft::create))
        .route("/w/definitions/new", get(draft::new))
        .route("/w/definitions/{code}/{version}", get(definition::page).post(draft::change))
        .route("/w/definitions/{code}/{version}/edit", get(draft::edit))
        .route("/w/definitions/{code}/{version}/preview", post(definition::preview))
        .route("/w/definitions/{code}/{version}/publish", post(definition::publish))
        .route("/w/definitions/{code}/{version}/discard", post(definition::discard))
        .route("/w/releases", get(releases::page).post(releases::propose))
        .route("/w/releases/new", get(releases::new))
        .route("/w/releases/{id}", get(release::page))
        .route("/w/releases/{id}/approve", post(release::approve))
        .route("/w/releases/{id}/withdraw", post(release::withdraw))
        .route("/w/releases/{id}/erratum", post(release::erratum))
}

/// These pages in the menu of the workbench.
pub(crate) const MENU: [MenuEntry; 2] =
    [entry("definitions-title", "/w/definitions", 310), entry("releases-title", "/w/releases", 320)];

const fn entry(label: &'static str, href: &'static str, order: u16) -> MenuEntry {
    MenuEntry {
        group: "menu-statistics",
        label,
        href,
        permission: Permission::ReadReleases,
        order,
        icon: Some("chart-bar"),
    }
}

/// What answers questions: the program's, which remembers, or one for this request.
fn figures(app: &App) -> Arc<Figures> {
    app.get::<Figures>().unwrap_or_else(|_| Arc::new(Figures::default()))
}

fn may(ctx: &Context, permission: Permission) -> bool {
    ctx.allows(permission, &Scope::Everywhere)
}
