//! Keys for programs, as their person, their program and somebody else meet them.

use std::io::Write;
use std::sync::Mutex;

use axum::{extract::State, routing::get};
use sh_access::keys::{DAYS, IN_FORCE_MAX};
use sh_db::{binds, statements};
use sh_http::{Failure, Module, Permission};
use tracing_subscriber::fmt::MakeWriter;
use utoipa_axum::router::OpenApiRouter;

use super::*;

statements! {
    SECRETS = "SELECT secret, name FROM api_key";
    ENTRIES = "SELECT action, object_id, COALESCE(CAST(before AS TEXT), ''), COALESCE(CAST(after AS TEXT), '')
        FROM audit_entry ORDER BY id";
}

/// What the key's reading and writing are tried on: the log's readers may read, sources may be written by who manages them.
/// A third endpoint asks for what no key gives.
pub(super) fn notes() -> Module {
    async fn read(ctx: Context) -> Result<String, Failure> {
        ctx.require(Permission::ReadAudit, Scope::Everywhere)?;
        Ok(ctx.actor.label().to_owned())
    }
    async fn write(ctx: Context, State(app): State<App>) -> Result<String, Failure> {
        ctx.require(Permission::ManageSources, Scope::Everywhere)?;
        let entry = audit::Entry::new("note", "note", 7);
        app.db.write(async |tx| audit::record(tx, &ctx, entry.clone()).await).await?;
        Ok("written".to_owned())
    }
    async fn unmask(ctx: Context, State(app): State<App>) -> Result<String, sh_access::Error> {
        audit::unmask(&ctx, &app, ("note", "7".to_owned()), Scope::Everywhere, "核对").await?;
        Ok("13800138000".to_owned())
    }
    Module::new("notes").routes(
        OpenApiRouter::new()
            .route("/api/v1/sources", get(read).post(write).put(write).delete(write).patch(write))
            .route("/api/v1/unmasked", get(async |ctx, app| unmask(ctx, app).await.map_err(Failure::from))),
    )
}

impl House {
    async fn make_form(&self, cookie: &str, id: Id<()>, scope: &str, days: i64) -> Answer {
        let scopes = scope.replace('+', "&scope=");
        let form = format!("id={id}&name=%E4%BB%93%E5%BA%93&scope={scopes}&days={days}");
        self.ask("POST", "/w/keys", cookie, &form).await
    }

    /// A new key: its identifier and its secret as the page shows it.
    async fn key(&self, cookie: &str, scope: &str, days: i64) -> (Id<()>, String) {
        let id = self.system().id();
        let answer = self.make_form(cookie, id, scope, days).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        assert_eq!(answer.header("cache-control"), "no-store");
        let (_, rest) = answer.body.split_once("readonly value=\"").unwrap();
        (id, rest.split('"').next().unwrap().to_owned())
    }

    async fn program(&self, method: &str, path: &str, secret: &str) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", format!("Bearer {secret}"))
            .body(Body::empty())
            .unwrap();
        self.site.send(request).await
    }

    /// What was done to keys, the oldest first.
    async fn program_log(&self, cookie: &str) -> Vec<String> {
        let json = self.ask("GET", "/api/v1/audit?kind=api-key&size=50", cookie, "").await.json();
        let items = json["items"].as_array().unwrap().iter().rev();
        items.map(|entry| entry["action"].as_str().unwrap().to_owned()).collect()
    }

    /// Status and code of an answer to a program.
    async fn outcome(&self, method: &str, secret: &str) -> (u16, String) {
        let answer = self.program(method, "/api/v1/sources", secret).await;
        let status = answer.status.as_u16();
        let code = if answer.status.is_success() {
            answer.body
        } else {
            answer.json()["code"].as_str().unwrap_or_default().to_owned()
        };
        (status, code)
    }
}

/// What lists and logs show of a secret.
fn beginning(secret: &str) -> &str {
    secret.get(..16).unwrap()
}

fn is(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

#[db_test(STEPS)]
async fn a_key_may_what_its_person_may_and_one_for_reading_only_reads(db: Db) {
    let house = house(db);
    let admin = house.person("li", Role::Admin, Scope::Everywhere).await;
    house.person("chen", Role::City, shenzhen()).await;
    let (li, chen) = (house.session("li").await, house.session("chen").await);
    let (_, writes) = house.key(&li, "read+sources", 30).await;
    let (_, only_writes) = house.key(&li, "sources", 30).await;
    let (_, reads) = house.key(&li, "read", 30).await;
    assert_eq!(house.outcome("GET", &writes).await, is(200, "li"));
    assert_eq!(house.outcome("POST", &writes).await, is(200, "written"));
    assert_eq!(
        house.outcome("GET", &only_writes).await,
        is(403, "key-not-for-this"),
        "the log is for those who look"
    );
    assert_eq!(house.outcome("GET", &reads).await, is(200, "li"));
    for method in ["POST", "PUT", "DELETE", "PATCH"] {
        assert_eq!(house.outcome(method, &reads).await, is(403, "key-lacks-scope"), "{method}");
    }
    let refused = house.program("POST", "/api/v1/sources", &reads).await.json();
    assert!(refused["detail"].as_str().unwrap().contains("sources"), "{refused}");
    let closed = house.program("POST", "/api/v1/audit", &writes).await;
    assert_eq!((closed.status.as_u16(), closed.json()["code"].as_str()), (403, Some("key-closed")));
    let (_, stranger) = house.key(&chen, "read", 30).await;
    assert_eq!(house.outcome("GET", &stranger).await, is(404, "not-found"));
    // A role that is taken away is gone for the key, too.
    let role = Grant { role: Role::Admin, scope: Scope::Everywhere };
    users::revoke(&house.system(), &house.app, admin, &role, "").await.unwrap();
    assert_eq!(house.outcome("POST", &writes).await, is(404, "not-found"));
}

#[db_test(STEPS)]
async fn an_auditors_key_changes_nothing_and_unmasks_nothing(db: Db) {
    let house = house(db);
    house.person("wang", Role::Auditor, Scope::Everywhere).await;
    let cookie = house.session("wang").await;
    let page = house.ask("GET", "/w/keys", &cookie, "").await.body;
    assert!(page.contains("value=\"read\"") && !page.contains("value=\"sources\""), "{page}");
    for scope in ["sources", "read+imports", "orders", "everything", ""] {
        let refused = house.make_form(&cookie, house.system().id(), scope, 30).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{scope}");
    }
    let (_, secret) = house.key(&cookie, "read", 30).await;
    assert_eq!(house.outcome("POST", &secret).await, is(403, "key-lacks-scope"));
    // The person may unmask, with a trace; the key may not.
    let by_hand = house.ask("GET", "/api/v1/unmasked", &cookie, "").await;
    assert_eq!(by_hand.status, StatusCode::OK, "{}", by_hand.body);
    let by_key = house.program("GET", "/api/v1/unmasked", &secret).await;
    assert_eq!((by_key.status.as_u16(), by_key.json()["code"].as_str()), (403, Some("key-not-for-this")));
    assert!(!by_key.body.contains("13800138000"), "{}", by_key.body);
}

#[db_test(STEPS)]
async fn the_log_says_which_key_acted(db: Db) {
    let house = house(db);
    house.person("li", Role::Admin, Scope::Everywhere).await;
    let cookie = house.session("li").await;
    let (_, secret) = house.key(&cookie, "read+sources", 30).await;
    assert_eq!(house.outcome("POST", &secret).await, is(200, "written"));
    let label = format!("{}… 仓库", beginning(&secret));
    let json = house.program("GET", "/api/v1/audit?action=note", &secret).await.json();
    assert_eq!(json["items"][0]["key"], label.as_str());
    assert_eq!(json["items"][0]["actor_name"], "li");
    let page = house.ask("GET", "/w/audit?action=note", &cookie, "").await.body;
    assert!(page.contains(&format!("用密钥 {label}")), "{page}");
    let file = house.ask("GET", "/w/audit.csv?action=note", &cookie, "").await.body;
    assert!(file.contains(&format!("\"li\",\"{label}\"")), "{file}");
    let by_hand = house.program("GET", "/api/v1/audit?action=sign-in", &secret).await.json();
    assert!(by_hand["items"][0]["key"].is_null(), "{by_hand}");
}

#[db_test(STEPS)]
async fn one_key_has_its_own_limit(db: Db) {
    let house = house(db);
    house.person("wang", Role::Auditor, Scope::Everywhere).await;
    let cookie = house.session("wang").await;
    let (_, busy) = house.key(&cookie, "read", 30).await;
    let (_, calm) = house.key(&cookie, "read", 30).await;
    let mut heard = 0;
    let refused = loop {
        let answer = house.program("GET", "/api/v1/sources", &busy).await;
        if answer.status != StatusCode::OK {
            break answer;
        }
        heard += 1;
    };
    assert_eq!(heard, 300);
    assert_eq!((refused.status.as_u16(), refused.header("retry-after")), (429, "1"));
    assert_eq!(refused.json()["code"], "too-many-requests");
    assert_eq!(house.outcome("GET", &calm).await.0, 200, "another key is not held up");
    house.clock.advance_seconds(1);
    assert_eq!(house.outcome("GET", &busy).await.0, 200);
}

#[db_test(STEPS)]
async fn a_new_password_an_administrator_and_the_end_of_the_account_revoke_keys(db: Db) {
    let house = house(db);
    let id = house.person("wang", Role::Auditor, Scope::Everywhere).await;
    house.person("li", Role::Admin, Scope::Everywhere).await;
    let (wang, li) = (house.session("wang").await, house.session("li").await);
    let (first, one) = house.key(&wang, "read", 30).await;
    let (_, two) = house.key(&wang, "read", 30).await;
    let page = house.ask("GET", &format!("/w/users/{id}"), &li, "").await.body;
    assert!(page.contains(beginning(&one)) && !page.contains(&one), "{page}");
    let path = format!("/w/users/{id}/keys/{first}/revoke");
    assert_eq!(house.ask("POST", &path, &wang, "").await.status, StatusCode::FORBIDDEN);
    assert_eq!(house.ask("POST", &path, &li, "").await.status, StatusCode::SEE_OTHER);
    assert_eq!(house.outcome("GET", &one).await, is(401, "key-revoked"));
    assert_eq!(house.outcome("GET", &two).await.0, 200);
    let change = format!("present={}&password=a+new+long+one", PASSWORD.replace(' ', "+"));
    assert_eq!(house.ask("POST", "/me", &wang, &change).await.status, StatusCode::SEE_OTHER);
    assert_eq!(house.outcome("GET", &two).await, is(401, "key-revoked"));
    let (_, three) = house.key(&wang, "read", 30).await;
    users::set_disabled(&house.system(), &house.app, id, true, "离职").await.unwrap();
    assert_eq!(house.outcome("GET", &three).await, is(401, "key-unknown"));
    users::set_disabled(&house.system(), &house.app, id, false, "复职").await.unwrap();
    assert_eq!(house.outcome("GET", &three).await, is(401, "key-revoked"), "it does not come back");
    let log = house.program_log(&li).await;
    assert_eq!(log, ["make-key", "make-key", "revoke-key", "revoke-key", "make-key", "revoke-key"]);
}

#[db_test(STEPS)]
async fn a_key_ends_with_its_time_by_revocation_and_with_the_account(db: Db) {
    let house = house(db);
    let id = house.person("wang", Role::Auditor, Scope::Everywhere).await;
    let cookie = house.session("wang").await;
    let (first, revoked) = house.key(&cookie, "read", 30).await;
    let (_, short) = house.key(&cookie, "read", 30).await;
    let (_, long) = house.key(&cookie, "read", 365).await;
    assert_eq!(house.outcome("GET", &revoked).await.0, 200);
    let page = house.ask("GET", "/w/keys", &cookie, "").await.body;
    assert!(page.contains("仓库") && page.contains("查看") && !page.contains(&revoked), "{page}");
    let path = format!("/w/keys/{first}/revoke");
    assert_eq!(house.ask("POST", &path, &cookie, "").await.status, StatusCode::SEE_OTHER);
    assert_eq!(house.outcome("GET", &revoked).await, is(401, "key-revoked"));
    house.clock.advance_seconds(30 * 24 * 3600 - 1);
    assert_eq!(house.outcome("GET", &short).await.0, 200);
    house.clock.advance_seconds(1);
    assert_eq!(house.outcome("GET", &short).await, is(401, "key-expired"));
    assert_eq!(house.outcome("GET", &long).await.0, 200);
    users::set_disabled(&house.system(), &house.app, id, true, "离职").await.unwrap();
    assert_eq!(house.outcome("GET", &long).await, is(401, "key-unknown"));
    let unknown = house.program("GET", "/api/v1/sources", "shanhai_0").await;
    assert_eq!((unknown.status.as_u16(), unknown.header("www-authenticate")), (401, "Bearer"));
    assert_eq!(unknown.json()["title"], "接口密钥不对");
}

#[db_test(STEPS)]
async fn a_bad_key_is_refused_beside_a_good_session_and_keys_open_no_page(db: Db) {
    let house = house(db);
    house.person("wang", Role::Auditor, Scope::Everywhere).await;
    let cookie = house.session("wang").await;
    let request = Request::get("/api/v1/audit").header("cookie", &cookie).header("authorization", "bearer x");
    let answer = house.site.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(answer.status.as_u16(), 401);
    let (_, secret) = house.key(&cookie, "read", 90).await;
    assert_eq!(house.program("GET", "/api/v1/audit", &secret).await.status.as_u16(), 200);
    for path in ["/w/audit", "/w/keys", "/me"] {
        assert_eq!(house.program("GET", path, &secret).await.status.as_u16(), 303, "{path}");
    }
}

#[db_test(STEPS)]
async fn somebody_elses_key_is_not_there(db: Db) {
    let house = house(db);
    house.person("wang", Role::Auditor, Scope::Everywhere).await;
    house.person("li", Role::Admin, Scope::Everywhere).await;
    let (wang, li) = (house.session("wang").await, house.session("li").await);
    let (id, secret) = house.key(&wang, "read", 90).await;
    let foreign = house.ask("POST", &format!("/w/keys/{id}/revoke"), &li, "").await;
    assert_eq!(foreign.status, StatusCode::NOT_FOUND);
    assert!(!house.ask("GET", "/w/keys", &li, "").await.body.contains(&id.to_string()));
    let taken = house.make_form(&li, id, "read", 90).await;
    assert_eq!(taken.status, StatusCode::SEE_OTHER, "a number that is taken makes no key");
    assert_eq!(house.outcome("GET", &secret).await, is(200, "wang"));
}

#[db_test(STEPS)]
async fn a_form_is_checked_counts_once_and_keeps_to_the_limit(db: Db) {
    let house = house(db);
    house.person("wang", Role::Auditor, Scope::Everywhere).await;
    let cookie = house.session("wang").await;
    let bad = format!("id={}&name=&scope=all&days=4000", house.system().id::<()>());
    let answer = house.ask("POST", "/w/keys", &cookie, &bad).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.body.contains("有 3 处要改"), "{}", answer.body);
    let (id, secret) = house.key(&cookie, "read", DAYS[0]).await;
    let again = house.make_form(&cookie, id, "read", DAYS[0]).await;
    assert_eq!((again.status.as_u16(), again.header("location")), (303, "/w/keys"));
    assert_eq!(house.outcome("GET", &secret).await.0, 200);
    for _ in 1..IN_FORCE_MAX {
        house.key(&cookie, "read", DAYS[0]).await;
    }
    let more = house.make_form(&cookie, house.system().id(), "read", DAYS[0]).await;
    assert_eq!(more.status, StatusCode::CONFLICT);
    assert!(more.body.contains("有效密钥已满 20 个"), "{}", more.body);
    house.ask("POST", &format!("/w/keys/{id}/revoke"), &cookie, "").await;
    house.key(&cookie, "read", DAYS[0]).await;
}

/// What the program writes to its log.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;
    fn make_writer(&self) -> Self {
        self.clone()
    }
}

#[db_test(STEPS)]
async fn the_secret_is_neither_in_the_database_nor_in_the_log(db: Db) {
    let house = house(db);
    house.person("wang", Role::Auditor, Scope::Everywhere).await;
    let cookie = house.session("wang").await;
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(log.clone())
        .finish();
    let work = async {
        let (id, secret) = house.key(&cookie, "read", 90).await;
        house.program("GET", "/api/v1/sources", &secret).await;
        house.program("POST", "/api/v1/sources", &secret).await;
        house.ask("POST", &format!("/w/keys/{id}/revoke"), &cookie, "").await;
        house.program("GET", "/api/v1/sources", &secret).await;
        (id, secret)
    };
    let (id, secret) = tracing::instrument::WithSubscriber::with_subscriber(work, subscriber).await;
    let random = secret.strip_prefix("shanhai_").unwrap();
    assert_eq!(random.len(), 64);
    let log = String::from_utf8_lossy(&log.0.lock().unwrap().clone()).into_owned();
    assert!(log.contains(&format!("key={id}")) && log.contains("key-revoked"), "{log}");
    assert!(!log.contains(random), "{log}");
    let (keys, entries) = house
        .app
        .db
        .read(async |tx| {
            let keys: Vec<(Vec<u8>, String)> = tx.fetch_all(&SECRETS, binds![]).await?;
            let entries: Vec<(String, String, String, String)> = tx.fetch_all(&ENTRIES, binds![]).await?;
            Ok::<_, DbError>((keys, entries))
        })
        .await
        .unwrap();
    assert_eq!((keys[0].0.len(), keys[0].1.as_str()), (32, "仓库"));
    assert!(!format!("{keys:?}{entries:?}").contains(random), "{entries:?}");
    let done: Vec<&str> =
        entries.iter().filter(|entry| entry.1 == id.to_string()).map(|entry| entry.0.as_str()).collect();
    assert_eq!(done, ["make-key", "revoke-key"]);
}
