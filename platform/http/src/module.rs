//! How a module offers its routes, tables and menu entries, and how the program puts modules together.

use std::sync::Arc;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::{HeaderMap, Method},
    middleware, routing,
};
use futures::future::BoxFuture;
use sh_db::{Insert, Migration, Sql, Update};
use tower_http::{catch_panic::CatchPanicLayer, compression::CompressionLayer};
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use crate::{Actor, App, Failure, Permission, boundary, idempotency, language, openapi, serve, store};

/// Bytes of a request body, unless a route sets its own limit for uploads.
pub const BODY_BYTES_MAX: usize = 512 * 1024;

/// What a module brings into the program.
pub struct Module {
    /// The name of the module, as its migrations carry it.
    pub name: &'static str,
    /// Pages (`.route(…)`) and documented JSON endpoints (`.routes(routes!(…))`).
    pub routes: OpenApiRouter<App>,
    /// The steps of its schema.
    pub migrations: &'static [Migration],
    /// Its statements, for the test that prepares them on both engines.
    pub statements: Vec<&'static [Sql]>,
    /// Its bulk writes, likewise.
    pub inserts: Vec<&'static [Insert]>,
    /// Its changes of many rows, likewise.
    pub updates: Vec<&'static [Update]>,
    /// Its pages in the menu of the workbench.
    pub menu: Vec<MenuEntry>,
    /// Files that everybody gets alike, served beside the pages: no cookie is read or set there.
    pub files: Router<App>,
}

/// A page in the menu of the workbench, shown to whoever has the permission somewhere.
#[derive(Debug, Clone, Copy)]
pub struct MenuEntry {
    /// Text key of the group: `menu-system`.
    pub group: &'static str,
    /// Text key of the page.
    pub label: &'static str,
    /// The address.
    pub href: &'static str,
    /// What one needs to open it.
    pub permission: Permission,
    /// Entries and their groups stand in ascending order.
    pub order: u16,
    /// The icon of the group.
    pub icon: Option<&'static str>,
}

impl Module {
    /// A module without anything in it.
    pub fn new(name: &'static str) -> Self {
        Self {
            name,
            routes: OpenApiRouter::new(),
            migrations: &[],
            statements: Vec::new(),
            inserts: Vec::new(),
            updates: Vec::new(),
            menu: Vec::new(),
            files: Router::new(),
        }
    }

    /// With pages and endpoints.
    #[must_use]
    pub fn routes(mut self, routes: impl Into<OpenApiRouter<App>>) -> Self {
        self.routes = routes.into();
        self
    }

    /// With tables.
    #[must_use]
    pub fn migrations(mut self, migrations: &'static [Migration]) -> Self {
        self.migrations = migrations;
        self
    }

    /// With the statements and bulk writes of one store file.
    #[must_use]
    pub fn store(mut self, statements: &'static [Sql], inserts: &'static [Insert]) -> Self {
        self.statements.push(statements);
        self.inserts.push(inserts);
        self
    }

    /// With the changes of many rows of one store file.
    #[must_use]
    pub fn updates(mut self, updates: &'static [Update]) -> Self {
        self.updates.push(updates);
        self
    }

    /// With files that everybody gets alike, such as photos. They pass no boundary: nobody is asked who they are, and the
    /// handler sets all headers itself.
    #[must_use]
    pub fn files(mut self, files: Router<App>) -> Self {
        self.files = files;
        self
    }

    /// With a page in the menu.
    #[must_use]
    pub fn menu(mut self, entry: MenuEntry) -> Self {
        self.menu.push(entry);
        self
    }
}

impl std::fmt::Debug for Module {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Module").field("name", &self.name).finish_non_exhaustive()
    }
}

/// What a request shows of its sender.
#[derive(Debug, Clone)]
pub struct Caller {
    /// What it wants to do.
    pub method: Method,
    /// With what, without the query.
    pub path: String,
    /// Cookies, keys.
    pub headers: HeaderMap,
}

/// Finds out who asks. `sh-access` provides the real one.
pub type Identify = Arc<dyn Fn(App, Caller) -> BoxFuture<'static, Result<Actor, Failure>> + Send + Sync>;

/// The tables that this crate itself needs.
pub fn module() -> Module {
    Module::new("http")
        .routes(OpenApiRouter::new().route("/language", routing::post(language::choose)))
        .migrations(idempotency::MIGRATIONS)
        .store(store::STATEMENTS, store::INSERTS)
}

/// Puts modules together into the router that is served, and the description of the JSON interface.
pub fn site(app: &App, modules: Vec<Module>, identify: Identify) -> (Router, OpenApi) {
    let mut menu: Vec<MenuEntry> = modules.iter().flat_map(|module| module.menu.iter().copied()).collect();
    menu.sort_by_key(|entry| entry.order);
    let mut routes = OpenApiRouter::with_openapi(openapi::base());
    let mut files = Router::new();
    for module in modules {
        routes = routes.merge(module.routes);
        files = files.merge(module.files);
    }
    let (routes, description) = routes.split_for_parts();
    let boundary = boundary::Boundary { app: app.clone(), identify, menu: menu.into() };
    let inner = routes
        .merge(openapi::route(&description))
        .fallback(serve::nothing_here)
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(middleware::from_fn_with_state(app.clone(), idempotency::once))
        .layer(CatchPanicLayer::custom(boundary::panicked))
        .layer(middleware::from_fn_with_state(boundary, boundary::run));
    let router = Router::new()
        .route("/assets/{*path}", routing::get(serve::assets))
        .route("/healthz", routing::get(serve::health))
        .merge(files)
        .merge(inner)
        .layer(CompressionLayer::new())
        .with_state(app.clone());
    (router, description)
}
