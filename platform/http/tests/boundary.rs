//! What a caller meets at the boundary: refusals in the right clothes and language, headers, limits, redirects.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on must say why")]

use std::sync::Arc;

use axum::{
    body::Body,
    extract::State,
    http::{Request, StatusCode},
    routing::{get, post},
};
use maud::html;
use serde::{Deserialize, Serialize};
use sh_db::Db;
use sh_http::{
    App, Context, Failure, Form, Html, Json, Listing, MIGRATIONS, Module, Page, Path, Permission, Query,
    Redirect, Scope, testing, testing::TestSite,
};
use sh_kernel::RegionCode;
use sh_testkit::db_test;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

#[derive(Debug, Serialize, Deserialize, ToSchema)]
struct Note {
    text: String,
}

/// Notes of a region.
#[utoipa::path(get, path = "/api/v1/notes", params(Page), responses((status = 200, body = Listing<Note>)))]
async fn list(ctx: Context, Query(page): Query<Page>) -> Result<Json<Listing<Note>>, Failure> {
    ctx.require_somewhere(Permission::ReadClaims)?;
    let after: i64 = page.key()?.unwrap_or(0);
    let rows = (after + 1..=5).take(usize::try_from(page.fetch()).unwrap_or(1)).collect();
    let listing = Listing::of(rows, &page, |row: &i64| *row);
    Ok(Json(listing.map(|row| Note { text: row.to_string() })))
}

/// Keeps a note.
#[utoipa::path(post, path = "/api/v1/notes", request_body = Note, responses((status = 201, body = Note)))]
async fn create(ctx: Context, Json(note): Json<Note>) -> Result<(StatusCode, Json<Note>), Failure> {
    ctx.require(Permission::ImportClaims, Scope::Region(RegionCode::GUANGDONG))?;
    Ok((StatusCode::CREATED, Json(note)))
}

async fn page(ctx: Context) -> Result<Html, Failure> {
    ctx.require(Permission::ReadAudit, Scope::Everywhere)?;
    let frame = ctx.frame("Notes");
    Ok(Html(sh_ui::plain_page(&frame, &html! { p { "body" } })))
}

async fn keep(ctx: Context, Form(note): Form<Note>) -> Result<Redirect, Failure> {
    ctx.require(Permission::ManageUsers, Scope::Everywhere)?;
    Ok(Redirect::to("/w/notes").done(format!("kept {}", note.text)))
}

async fn one(Path(number): Path<i64>) -> Html {
    Html(html! { (number) })
}

async fn breaks() -> Html {
    panic!("a secret detail")
}

async fn full(State(app): State<App>) -> Result<Html, Failure> {
    app.get::<String>()?;
    Err(sh_db::DbError::Full.into())
}

fn notes() -> Module {
    Module::new("notes").routes(
        OpenApiRouter::new()
            .routes(routes!(list, create))
            .route("/w/notes", get(page).post(keep))
            .route("/w/notes/{number}", get(one))
            .route("/breaks", get(breaks))
            .route("/full", post(full)),
    )
}

fn site(db: Db) -> TestSite {
    let app = testing::app(db, sh_testkit::clock(), sh_testkit::ids()).with("a service".to_owned());
    TestSite::new(&app, vec![notes()])
}

#[db_test(MIGRATIONS)]
async fn nobody_is_led_to_the_sign_in_and_back(db: Db) {
    let site = site(db);
    let answer = site.get("public", "/w/notes?day=1&x=y").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(answer.header("location"), "/login?next=%2Fw%2Fnotes%3Fday%3D1%26x%3Dy");
    let api = site.get("public", "/api/v1/notes").await;
    assert_eq!((api.status.as_u16(), api.header("content-type")), (401, "application/problem+json"));
    let sent = site.post("public", "/w/notes", "text=a").await;
    assert_eq!(sent.status, StatusCode::UNAUTHORIZED);
    assert!(sent.body.contains("登录后再提交一次"), "{}", sent.body);
    let mut request = Request::get("/w/notes").body(Body::empty()).unwrap();
    request.headers_mut().insert("hx-request", "true".parse().unwrap());
    let fragment = site.send(request).await;
    assert_eq!((fragment.status.as_u16(), fragment.header("hx-redirect")), (401, "/login?next=%2Fw%2Fnotes"));
}

#[db_test(MIGRATIONS)]
async fn who_may_not_know_gets_404_and_who_may_look_gets_403(db: Db) {
    let routes = [
        ("GET", "/w/notes", ""),
        ("POST", "/w/notes", "text=a"),
        ("GET", "/api/v1/notes", ""),
        ("GET", "/w/notes/7", ""),
    ];
    insta::assert_snapshot!("probe", site(db).probe(&routes, testing::EVERY_ROLE).await);
}

#[db_test(MIGRATIONS)]
async fn a_refusal_speaks_the_language_and_form_of_the_request(db: Db) {
    let site = site(db);
    let mut request = Request::get("/api/v1/notes?after=nonsense").body(Body::empty()).unwrap();
    request.headers_mut().insert("x-test-actor", "auditor@*".parse().unwrap());
    request.headers_mut().insert("accept-language", "en".parse().unwrap());
    let answer = site.send(request).await;
    let mut problem = answer.json();
    assert_eq!(problem["instance"], answer.header("x-request-id"));
    problem["instance"] = "…".into();
    insta::assert_json_snapshot!("problem", problem);
    let page = site.get("auditor@*", "/nowhere").await;
    assert_eq!((page.status.as_u16(), page.header("content-type")), (404, "text/html; charset=utf-8"));
    assert!(
        page.body.contains("没有这个页面") && page.body.contains(page.header("x-request-id")),
        "{}",
        page.body
    );
    let method = site.call("auditor@*", "DELETE", "/w/notes/7", "text/plain", "").await;
    assert_eq!((method.status.as_u16(), method.header("allow")), (405, "GET,HEAD"));
    let number = site.get("auditor@*", "/w/notes/seven").await;
    assert_eq!(number.status, StatusCode::NOT_FOUND);
}

#[db_test(MIGRATIONS)]
async fn a_broken_handler_tells_nothing_but_the_reference(db: Db) {
    let site = site(db);
    let broken = site.get("public", "/breaks").await;
    assert_eq!(broken.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(broken.body.contains(broken.header("x-request-id")) && !broken.body.contains("secret"));
    let full = site.post("public", "/full", "").await;
    assert_eq!((full.status.as_u16(), full.header("retry-after")), (503, "2"));
    assert!(full.body.contains("磁盘满了"), "{}", full.body);
}

#[db_test(MIGRATIONS)]
async fn a_body_is_limited_and_must_be_what_is_asked_for(db: Db) {
    let site = site(db);
    let big = serde_json::json!({ "text": "x".repeat(sh_http::BODY_BYTES_MAX) });
    let answer = site.api("task-force@*", "POST", "/api/v1/notes", &big).await;
    assert_eq!((answer.status.as_u16(), answer.json()["code"].as_str()), (413, Some("too-large")));
    let wrong = site.api("task-force@*", "POST", "/api/v1/notes", &serde_json::json!({ "t": 1 })).await;
    assert_eq!((wrong.status.as_u16(), wrong.json()["code"].as_str()), (422, Some("unreadable-json")));
}

#[db_test(MIGRATIONS)]
async fn a_result_is_told_once_on_the_next_page(db: Db) {
    let site = site(db);
    let sent = site.post("admin@*", "/w/notes", "text=<b>ok").await;
    assert_eq!((sent.status, sent.header("location")), (StatusCode::SEE_OTHER, "/w/notes"));
    let cookie = sent.header("set-cookie").split(';').next().unwrap().to_owned();
    let next = Request::get("/w/notes")
        .header("x-test-actor", "admin@*")
        .header("cookie", &cookie)
        .body(Body::empty())
        .unwrap();
    let page = site.send(next).await;
    assert!(page.body.contains("kept &lt;b&gt;ok"), "{}", page.body);
    assert!(page.header("set-cookie").starts_with("shanhai_flash=;"), "{:?}", page.headers);
}

#[db_test(MIGRATIONS)]
async fn a_form_from_another_site_is_refused(db: Db) {
    let site = site(db);
    let request = Request::post("/w/notes")
        .header("x-test-actor", "admin@*")
        .header("sec-fetch-site", "cross-site")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from("text=a"))
        .unwrap();
    let answer = site.send(request).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert!(answer.body.contains("别的网站"), "{}", answer.body);
}

#[db_test(MIGRATIONS)]
async fn pages_are_protected_and_known_content_is_not_sent_again(db: Db) {
    let site = site(db);
    let first = site.get("admin@*", "/w/notes").await;
    for (name, value) in [
        ("content-security-policy", "default-src 'self'"),
        ("x-content-type-options", "nosniff"),
        ("cache-control", "private, no-cache"),
        ("vary", "HX-Request, Cookie, Authorization, Accept-Language"),
    ] {
        assert!(first.header(name).starts_with(value), "{name}: {}", first.header(name));
    }
    let again = Request::get("/w/notes")
        .header("x-test-actor", "admin@*")
        .header("if-none-match", first.header("etag"))
        .body(Body::empty())
        .unwrap();
    let again = site.send(again).await;
    assert_eq!((again.status, again.body.as_str()), (StatusCode::NOT_MODIFIED, ""));
    let english = site.get("admin@*", "/w/notes?lang=en").await;
    assert!(english.header("etag") != first.header("etag") && english.body.contains("lang=\"en\""));
}

#[db_test(MIGRATIONS)]
async fn the_language_is_switched_and_remembered(db: Db) {
    let site = site(db);
    let answer = site.post("public", "/language", "to=en&next=%2Fw%2Fnotes%3Flang%3Dzh%26day%3D1").await;
    assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, "/w/notes?day=1"));
    assert!(answer.header("set-cookie").starts_with("shanhai_lang=en;"), "{:?}", answer.headers);
    let away = site.post("public", "/language", "to=en&next=https%3A%2F%2Fevil.example").await;
    assert_eq!(away.header("location"), "/");
}

#[db_test(MIGRATIONS)]
async fn lists_are_paged_by_cursor(db: Db) {
    let site = site(db);
    let first = site.get("auditor@*", "/api/v1/notes?size=3").await.json();
    assert_eq!(first["items"].as_array().unwrap().len(), 3);
    let next = first["next"].as_str().unwrap();
    let last = site.get("auditor@*", &format!("/api/v1/notes?size=3&after={next}")).await.json();
    assert_eq!((last["items"][0]["text"].as_str(), last["next"].as_str()), (Some("4"), None));
}

#[db_test(MIGRATIONS)]
async fn the_interface_describes_itself_and_the_program_tells_its_health(db: Db) {
    let site = site(db);
    let description = site.get("public", "/api/v1/openapi.json").await.json();
    assert!(description["paths"]["/api/v1/notes"]["post"].is_object());
    assert!(description["components"]["schemas"]["Problem"].is_object());
    let health = site.get("public", "/healthz").await;
    assert_eq!((health.status.as_u16(), health.body.as_str()), (200, "ok\n"));
    assert_eq!(site.get("public", "/assets/none.css").await.status, StatusCode::NOT_FOUND);
}

#[db_test(MIGRATIONS)]
async fn every_statement_is_understood(db: Db) {
    let module = sh_http::module();
    for sql in module.statements.iter().copied().flatten() {
        db.check_statement(&sql.rendered(db.engine())).await.unwrap_or_else(|e| panic!("{}: {e}", sql.name));
    }
    for insert in module.inserts.iter().copied().flatten() {
        db.check_statement(&insert.rendered(db.engine()))
            .await
            .unwrap_or_else(|e| panic!("{}: {e}", insert.name));
    }
}

#[test]
fn shared_state_is_cheap_to_share() {
    fn shared<T: Clone + Send + Sync + 'static>() {}
    shared::<App>();
    shared::<Context>();
    shared::<Arc<App>>();
}
