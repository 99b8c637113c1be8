//! For tests of modules: a site without a sign-in, where each request says who sends it.
//!
//! An actor is written `role@scope`: `city@region:440300`, `auditor@*`, `operator@organisation:sz-market`; several
//! grants are joined by `+`; `public` is nobody. The same text is always the same person.

use std::{fmt::Write, sync::Arc};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use sh_db::Db;
use sh_kernel::{Clock, Id, IdGen};
use sha2::{Digest, Sha256};
use tower::ServiceExt;

use crate::{Actor, App, Grant, Module, Role, Scope, Settings, UserInfo, module, site};

/// The header that says who sends a request.
const ACTOR_HEADER: &str = "x-test-actor";

/// The person written `role@scope+role@scope`; `public` is nobody.
///
/// # Panics
/// If the text is not written so.
#[expect(clippy::expect_used, reason = "only tests come here")]
pub fn actor(text: &str) -> Actor {
    if text == "public" {
        return Actor::Public;
    }
    let grants = text.split('+').map(|grant| {
        let (role, scope) = grant.split_once('@').expect("role@scope");
        Grant {
            role: Role::parse(role).expect("the code of a role"),
            scope: Scope::parse(scope).expect("a scope"),
        }
    });
    let mut id = [0; 16];
    id.copy_from_slice(Sha256::digest(text).get(..16).expect("32 bytes"));
    Actor::User(Box::new(UserInfo {
        id: Id::from_uuid(uuid::Uuid::from_bytes(id)),
        login: text.to_owned(),
        name: text.to_owned(),
        organisation: "Test".to_owned(),
        grants: grants.collect(),
        key: None,
    }))
}

/// The shared state for a test, with settings of a program tried out on one machine.
pub fn app(db: Db, clock: Arc<dyn Clock>, ids: Arc<IdGen>) -> App {
    App::new(db, clock, ids, "/nonexistent".into(), Settings::default())
}

/// A site of some modules.
#[derive(Debug, Clone)]
pub struct TestSite(Router);

/// What a request was answered.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body as text.
    pub body: String,
}

impl Answer {
    /// A header as text; empty if it is missing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The body as JSON.
    ///
    /// # Panics
    /// If it is something else.
    #[expect(clippy::expect_used, reason = "only tests come here")]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).expect("a JSON body")
    }
}

impl TestSite {
    /// Modules put together, with each request saying who sends it.
    pub fn new(app: &App, mut modules: Vec<Module>) -> Self {
        modules.push(module());
        let (router, _) = site(
            app,
            modules,
            Arc::new(|_, caller| {
                let text = caller
                    .headers
                    .get(ACTOR_HEADER)
                    .and_then(|value| value.to_str().ok())
                    .unwrap_or("public");
                let found = actor(text);
                Box::pin(async move { Ok(found) })
            }),
        );
        Self(router)
    }

    /// A router with a real sign-in.
    pub fn of(router: Router) -> Self {
        Self(router)
    }

    /// Sends any request.
    ///
    /// # Panics
    /// If the body cannot be read.
    #[expect(clippy::expect_used, reason = "only tests come here")]
    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = match self.0.clone().oneshot(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        };
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.expect("a body in memory");
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: String::from_utf8_lossy(&bytes).into_owned(),
        }
    }

    /// A request by an actor as a browser sends it from a page of ours.
    ///
    /// # Panics
    /// If the path or method is not one.
    #[expect(clippy::expect_used, reason = "only tests come here")]
    pub async fn call(
        &self,
        by: &str,
        method: &str,
        path: &str,
        kind: &str,
        body: impl Into<Body>,
    ) -> Answer {
        let request = Request::builder()
            .method(Method::from_bytes(method.as_bytes()).expect("a method"))
            .uri(path)
            .header(ACTOR_HEADER, by)
            .header("sec-fetch-site", "same-origin")
            .header(header::CONTENT_TYPE, kind)
            .body(body.into())
            .expect("a request");
        self.send(request).await
    }

    /// Opens a page.
    pub async fn get(&self, by: &str, path: &str) -> Answer {
        self.call(by, "GET", path, "text/plain", Body::empty()).await
    }

    /// Sends a form, `name=value&name=value`.
    pub async fn post(&self, by: &str, path: &str, form: &str) -> Answer {
        self.call(by, "POST", path, "application/x-www-form-urlencoded", form.to_owned()).await
    }

    /// Calls the JSON interface.
    pub async fn api(&self, by: &str, method: &str, path: &str, body: &serde_json::Value) -> Answer {
        self.call(by, method, path, "application/json", body.to_string()).await
    }

    /// Tries every route as every actor and tabulates the status of the answers, for a snapshot: who gets where is
    /// then decided once and for all to see. A route is `(method, path, form)`.
    pub async fn probe(&self, routes: &[(&str, &str, &str)], actors: &[&str]) -> String {
        let mut table = String::new();
        for (method, path, form) in routes {
            let _ = writeln!(table, "{method} {path}");
            for by in actors {
                let answer = self
                    .call(by, method, path, "application/x-www-form-urlencoded", (*form).to_owned())
                    .await;
                let _ = writeln!(table, "  {by:<36}{}", answer.status.as_u16());
            }
        }
        table
    }
}

/// One actor of each role and nobody, as [`TestSite::probe`] takes them: the province, Shenzhen, its Nanshan district,
/// the market, a shop.
pub const EVERY_ROLE: &[&str] = &[
    "public",
    "admin@*",
    "task-force@*",
    "city@region:440300",
    "county@region:440305",
    "auditor@*",
    "operator@organisation:sz-market",
    "mall-operator@*",
    "supplier@organisation:sz-shop",
    "shopper@*",
];
