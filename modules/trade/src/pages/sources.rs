//! `/w/sources`: the register of those who report.

mod list;
mod new;
mod show;

use axum::routing::{get, post};
use sh_http::{App, Failure, MenuEntry, Permission};
use sh_kernel::FieldErrors;
use sh_ui::Locale;
use utoipa_axum::router::OpenApiRouter;

use crate::model::SourceKind;

/// The pages.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .route("/w/sources", get(list::list).post(new::create))
        .route("/w/sources/new", get(new::show))
        .route("/w/sources/{code}", get(show::show))
        .route("/w/sources/{code}/change", post(show::change))
}

/// The page in the menu of the workbench.
pub const MENU: MenuEntry = MenuEntry {
    group: "menu-data",
    label: "sources-title",
    href: "/w/sources",
    permission: Permission::ReadSources,
    order: 230,
    icon: Some("building-community"),
};

/// What a kind of source is called.
fn kind_text(locale: Locale, kind: SourceKind) -> String {
    locale.t(match kind {
        SourceKind::Platform => "data-kind-platform",
        SourceKind::Till => "data-kind-till",
        SourceKind::Counter => "data-kind-counter",
        SourceKind::Union => "data-kind-union",
        SourceKind::SupplierCounty => "data-kind-supplier-county",
        SourceKind::CityReturn => "data-kind-city-return",
    })
}

/// The fields that were not accepted, for the form to tell; any other failure goes on.
fn fields_of(failure: Failure) -> Result<FieldErrors, Failure> {
    failure.fields().cloned().ok_or(failure)
}
