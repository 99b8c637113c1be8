//! Keys for programs, as their person, their program and somebody else meet them.

use std::io::Write;
use std::sync::Mutex;

use axum::routing::get;
use sh_access::keys::{DAYS, IN_FORCE_MAX};
use sh_db::{binds, statements};
use sh_http::{Denied, Failure, Module, Permission};
use tracing_subscriber::fmt::MakeWriter;
use utoipa_axum::router::OpenApiRouter;

use super::*;

statements! {
    SECRETS = "SELECT secret, name FROM api_key";
    ENTRIES = "SELECT action, object_id, COALESCE(CAST(before AS TEXT), ''), COALESCE(CAST(after AS TEXT), '')
        FROM audit_entry ORDER BY id";
}

/// An endpoint that the log's readers may read and the managers of accounts may write.
pub(super) fn notes() -> Module {
    async fn read(ctx: Context) -> Result<String, Failure> {
        ctx.require(Permission::ReadAudit, Scope::Everywhere)?;
        Ok(ctx.actor.label().to_owned())
    }
    async fn write(ctx: Context) -> Result<String, Denied> {
        ctx.require(Permission::ManageUsers, Scope::Everywhere)?;
        Ok("written".to_owned())
    }
    Module::new("notes").routes(
        OpenApiRouter::new().route(
            "/api/v1/notes",
            get(read).post(async |ctx: Context| write(ctx).await.map_err(Failure::from)),
        ),
    )
}

impl House {
    async fn make_form(&self, cookie: &str, id: Id<()>, scope: &str, days: i64) -> Answer {
        let form = format!("id={id}&name=%E4%BB%93%E5%BA%93&scope={scope}&days={days}");
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

    /// Status and code of an answer to a program.
    async fn outcome(&self, method: &str, secret: &str) -> (u16, String) {
        let answer = self.program(method, "/api/v1/notes", secret).await;
        let status = answer.status.as_u16();
        let code = if answer.status.is_success() {
            answer.body
        } else {
            answer.json()["code"].as_str().unwrap_or_default().to_owned()
        };
        (status, code)
    }
}

fn is(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

#[db_test(STEPS)]
async fn a_key_may_what_its_person_may_and_one_for_reading_only_reads(db: Db) {
    let house = house(db);
    let admin = house.person("li", Role::Admin, Scope::Everywhere).await;
    house.person("wang", Role::Auditor, Scope::Everywhere).await;
    house.person("chen", Role::City, shenzhen()).await;
    let (li, wang, chen) =
        (house.session("li").await, house.session("wang").await, house.session("chen").await);
    let (_, writes) = house.key(&li, "write", 30).await;
    let (_, reads) = house.key(&li, "read", 30).await;
    assert_eq!(house.outcome("GET", &writes).await, is(200, "li"));
    assert_eq!(house.outcome("POST", &writes).await, is(200, "written"));
    assert_eq!(house.outcome("GET", &reads).await, is(200, "li"));
    for method in ["POST", "PUT", "DELETE", "PATCH"] {
        assert_eq!(house.outcome(method, &reads).await, is(403, "key-reads"), "{method}");
    }
    let (_, weaker) = house.key(&wang, "write", 30).await;
    assert_eq!(house.outcome("GET", &weaker).await, is(200, "wang"));
    assert_eq!(house.outcome("POST", &weaker).await, is(403, "not-allowed"));
    let (_, stranger) = house.key(&chen, "write", 30).await;
    assert_eq!(house.outcome("GET", &stranger).await, is(404, "not-found"));
    // A role that is taken away is gone for the key, too.
    let role = Grant { role: Role::Admin, scope: Scope::Everywhere };
    users::revoke(&house.system(), &house.app, admin, &role, "").await.unwrap();
    assert_eq!(house.outcome("POST", &writes).await, is(404, "not-found"));
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
    assert!(page.contains("仓库") && page.contains("只读") && !page.contains(&revoked), "{page}");
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
    let unknown = house.program("GET", "/api/v1/notes", "shanhai_0").await;
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
    let (_, secret) = house.key(&cookie, "write", 90).await;
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
    let taken = house.make_form(&li, id, "write", 90).await;
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
        house.program("GET", "/api/v1/notes", &secret).await;
        house.program("POST", "/api/v1/notes", &secret).await;
        house.ask("POST", &format!("/w/keys/{id}/revoke"), &cookie, "").await;
        house.program("GET", "/api/v1/notes", &secret).await;
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
