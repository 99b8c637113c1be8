//! Signing in, accounts and the log, as a person and an attacker meet them.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on must say why")]

mod keys;
mod phone;

use std::sync::Arc;

use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use sh_access::{Error, MIGRATIONS, audit, users, users::NewUser};
use sh_db::{Db, DbError, Migration};
use sh_http::{
    Actor, App, Context, Grant, Page, Role, Scope, Settings, testing,
    testing::{Answer, TestSite},
};
use sh_kernel::{FixedClock, Id, RegionCode};
use sh_testkit::db_test;
use sh_ui::Locale;

const STEPS: &[Migration] = &[sh_http::MIGRATIONS[0], MIGRATIONS[0], MIGRATIONS[1], MIGRATIONS[2]];
const PASSWORD: &str = "correct horse battery";

struct House {
    site: TestSite,
    app: App,
    clock: Arc<FixedClock>,
}

fn house_with(db: Db, settings: Settings) -> House {
    let clock = sh_testkit::clock();
    let app = App::new(db, clock.clone(), sh_testkit::ids(), "/nonexistent".into(), settings);
    let app = sh_access::install(app).unwrap();
    let modules = vec![sh_access::module(), sh_http::module(), keys::notes()];
    let (router, _) = sh_http::site(&app, modules, sh_access::identify());
    House { site: TestSite::of(router), app, clock }
}

fn house(db: Db) -> House {
    house_with(db, Settings::default())
}

fn shenzhen() -> Scope {
    Scope::Region(RegionCode::new(440_300).unwrap())
}

impl House {
    fn system(&self) -> Context {
        Context::system(&self.app, "test")
    }

    async fn person(&self, login: &str, role: Role, scope: Scope) -> Id<sh_http::User> {
        let new = NewUser {
            login: login.to_owned(),
            name: format!("{login} 的姓名"),
            organisation: "深圳市乡村振兴和协作交流局".to_owned(),
            password: PASSWORD.to_owned(),
            grants: vec![Grant { role, scope }],
        };
        users::create_user(&self.system(), &self.app, new).await.unwrap()
    }

    /// Sends a request with a session cookie, as a browser does.
    async fn ask(&self, method: &str, path: &str, cookie: &str, form: &str) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("sec-fetch-site", "same-origin")
            .header("cookie", cookie)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(form.to_owned()))
            .unwrap();
        self.site.send(request).await
    }

    async fn sign_in(&self, login: &str, password: &str, cookie: &str) -> Answer {
        let password = password.replace(' ', "+");
        self.ask("POST", "/login", cookie, &format!("login={login}&password={password}")).await
    }

    /// The cookie of a new session.
    async fn session(&self, login: &str) -> String {
        let answer = self.sign_in(login, PASSWORD, "").await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        cookie_of(&answer)
    }

    async fn status(&self, path: &str, cookie: &str) -> u16 {
        self.ask("GET", path, cookie, "").await.status.as_u16()
    }
}

fn cookie_of(answer: &Answer) -> String {
    answer.header("set-cookie").split(';').next().unwrap_or_default().to_owned()
}

#[db_test(STEPS)]
async fn a_person_signs_in_and_out(db: Db) {
    let house = house(db);
    house.person("li.admin", Role::Admin, Scope::Everywhere).await;
    let answer = house.sign_in("LI.admin", PASSWORD, "").await;
    assert_eq!(
        (answer.status.as_u16(), answer.header("location")),
        (303, "/w/users"),
        "the first page of the menu"
    );
    let set = answer.header("set-cookie");
    assert!(set.starts_with("shanhai=") && set.contains("HttpOnly; SameSite=Lax") && !set.contains("Secure"));
    let cookie = cookie_of(&answer);
    let page = house.ask("GET", "/w/users", &cookie, "").await;
    assert!(page.body.contains("li.admin 的姓名") && page.body.contains("管理员 · 全部"), "{}", page.body);
    let out = house.ask("POST", "/logout", &cookie, "").await;
    assert_eq!((out.status.as_u16(), out.header("location")), (303, "/login"));
    assert_eq!(
        house.status("/w/users", &cookie).await,
        303,
        "the session itself has ended, not only the cookie"
    );
}

#[db_test(STEPS)]
async fn over_tls_the_cookie_is_bound_to_the_host(db: Db) {
    let house = house_with(db, Settings { secure_cookies: true, ..Settings::default() });
    house.person("wang", Role::Auditor, Scope::Everywhere).await;
    let answer = house.sign_in("wang", PASSWORD, "").await;
    let set = answer.header("set-cookie");
    assert!(
        set.starts_with("__Host-shanhai=") && set.contains("Path=/;") && set.ends_with("; Secure"),
        "{set}"
    );
    assert!(answer.header("strict-transport-security").contains("max-age"));
    let plain = cookie_of(&answer).replace("__Host-", "");
    assert_eq!(house.status("/w/audit", &plain).await, 303, "the unbound name is not taken");
}

#[db_test(STEPS)]
async fn a_token_planted_before_the_sign_in_is_worth_nothing_after_it(db: Db) {
    let house = house(db);
    house.person("wang", Role::Auditor, Scope::Everywhere).await;
    let made_up = format!("shanhai={}", "a".repeat(64));
    let answer = house.sign_in("wang", PASSWORD, &made_up).await;
    assert_ne!(cookie_of(&answer), made_up);
    assert_eq!(house.status("/w/audit", &made_up).await, 303);
    let first = cookie_of(&answer);
    let second = cookie_of(&house.sign_in("wang", PASSWORD, &first).await);
    assert_ne!(first, second);
    assert_eq!((house.status("/w/audit", &first).await, house.status("/w/audit", &second).await), (303, 200));
}

#[db_test(STEPS)]
async fn a_session_ends_when_idle_and_in_any_case_after_twelve_hours(db: Db) {
    let house = house(db);
    house.person("wang", Role::Auditor, Scope::Everywhere).await;
    let idle = house.session("wang").await;
    house.clock.advance_seconds(sh_access::IDLE_SECONDS - 1);
    assert_eq!(house.status("/w/audit", &idle).await, 200);
    house.clock.advance_seconds(sh_access::IDLE_SECONDS);
    assert_eq!(house.status("/w/audit", &idle).await, 303);
    let busy = house.session("wang").await;
    for _ in 0..11 {
        house.clock.advance_seconds(3600);
        assert_eq!(house.status("/w/audit", &busy).await, 200);
    }
    house.clock.advance_seconds(3600);
    assert_eq!(house.status("/w/audit", &busy).await, 303);
}

#[db_test(STEPS)]
async fn a_long_write_keeps_nobody_from_reading(db: Db) {
    let house = house(db);
    house.person("wang", Role::Auditor, Scope::Everywhere).await;
    let cookie = house.session("wang").await;
    house.clock.advance_seconds(120);
    let ctx = house.system();
    let work = house.app.db.write(async |tx| {
        audit::record(tx, &ctx, audit::Entry::new("edit-note", "note", 1)).await?;
        // Holds the only writer of SQLite while the page is asked for.
        assert_eq!(house.status("/w/audit", &cookie).await, 200);
        Ok::<_, DbError>(())
    });
    work.await.unwrap();
}

#[db_test(STEPS)]
async fn a_disabled_account_is_out_at_once_and_learns_nothing_at_the_door(db: Db) {
    let house = house(db);
    let id = house.person("wang", Role::Auditor, Scope::Everywhere).await;
    let cookie = house.session("wang").await;
    users::set_disabled(&house.system(), &house.app, id, true, "离职").await.unwrap();
    assert_eq!(house.status("/w/audit", &cookie).await, 303);
    let refused = house.sign_in("wang", PASSWORD, "").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let wrong = house.sign_in("wang", "not the password", "").await;
    let nobody = house.sign_in("nobody", PASSWORD, "").await;
    assert_eq!(refused.body, wrong.body);
    assert_eq!(refused.body, nobody.body.replace("nobody", "wang"));
    assert!(refused.body.contains("账号或密码不对") && refused.header("set-cookie").is_empty());
    users::set_disabled(&house.system(), &house.app, id, false, "返岗").await.unwrap();
    house.session("wang").await;
}

#[db_test(STEPS)]
async fn guessing_is_slowed_down_by_login(db: Db) {
    let house = house(db);
    house.person("wang", Role::Auditor, Scope::Everywhere).await;
    for _ in 0..8 {
        assert_eq!(house.sign_in("wang", "guess", "").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let stopped = house.sign_in("wang", PASSWORD, "").await;
    assert_eq!(stopped.status, StatusCode::TOO_MANY_REQUESTS);
    let seconds: i64 = stopped.header("retry-after").parse().unwrap();
    assert!((1..=31).contains(&seconds), "{seconds}");
    assert!(stopped.body.contains(&format!("请 {seconds} 秒后再登录")), "{}", stopped.body);
    house.person("zhao", Role::Auditor, Scope::Everywhere).await;
    house.session("zhao").await;
    house.clock.advance_seconds(seconds);
    house.session("wang").await;
}

#[db_test(STEPS)]
async fn a_sign_in_leads_to_this_site_only_and_is_not_sent_from_another(db: Db) {
    let house = house(db);
    house.person("wang", Role::Auditor, Scope::Everywhere).await;
    for (next, to) in
        [("%2Fw%2Faudit%3Fday%3D2020-12-09", "/w/audit?day=2020-12-09"), ("%2F%2Fevil.example", "/")]
    {
        let form = format!("login=wang&password={}&next={next}", PASSWORD.replace(' ', "+"));
        assert_eq!(house.ask("POST", "/login", "", &form).await.header("location"), to);
    }
    let cookie = house.session("wang").await;
    let again = house.ask("GET", "/login?next=https%3A%2F%2Fevil.example", &cookie, "").await;
    assert_eq!((again.status.as_u16(), again.header("location")), (303, "/"));
    let foreign = Request::post("/login")
        .header("sec-fetch-site", "cross-site")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from(format!("login=wang&password={PASSWORD}")))
        .unwrap();
    let foreign = house.site.send(foreign).await;
    assert_eq!((foreign.status.as_u16(), foreign.header("set-cookie")), (403, ""));
}

#[db_test(STEPS)]
async fn who_gets_where(db: Db) {
    let clock = sh_testkit::clock();
    let app = sh_access::install(testing::app(db, clock, sh_testkit::ids())).unwrap();
    let new = NewUser {
        login: "someone".to_owned(),
        name: "某人".to_owned(),
        organisation: "某单位".to_owned(),
        password: PASSWORD.to_owned(),
        grants: Vec::new(),
    };
    let id = users::create_user(&Context::system(&app, "test"), &app, new).await.unwrap();
    let one = format!("/w/users/{id}");
    let key = format!("{one}/keys/00000000-0000-0000-0000-000000000000/revoke");
    let [grant, revoke, password, state] =
        ["grant", "revoke", "password", "state"].map(|verb| format!("{one}/{verb}"));
    let routes = [
        ("GET", "/login", ""),
        ("GET", "/me", ""),
        ("GET", "/w/users", ""),
        ("GET", "/w/users/new", ""),
        ("POST", "/w/users", ""),
        ("GET", &one, ""),
        ("POST", &grant, "role=city&scope=region&code=440300"),
        ("POST", &revoke, "role=city&scope=region%3A440300"),
        ("POST", &password, "password=a+new+long+one"),
        ("POST", &state, "to=disabled"),
        ("GET", "/w/users/00000000-0000-0000-0000-000000000000", ""),
        ("GET", "/w/keys", ""),
        ("POST", "/w/keys", "id=00000000-0000-0000-0000-000000000000&name="),
        ("POST", "/w/keys/00000000-0000-0000-0000-000000000000/revoke", ""),
        ("POST", &key, ""),
        ("GET", "/w/audit", ""),
        ("GET", "/w/audit.csv", ""),
        ("GET", "/api/v1/audit", ""),
    ];
    let site = TestSite::new(&app, vec![sh_access::module()]);
    let table = site.probe(&routes, testing::EVERY_ROLE).await.replace(&id.to_string(), "{id}");
    insta::assert_snapshot!("who_gets_where", table);
}

#[db_test(STEPS)]
async fn roles_are_given_and_taken_and_the_log_says_so(db: Db) {
    let house = house(db);
    let admin = house.person("li", Role::Admin, Scope::Everywhere).await;
    let city = house.person("chen", Role::City, shenzhen()).await;
    let cookie = house.session("li").await;
    let chen = house.session("chen").await;
    assert_eq!(house.status("/w/audit", &chen).await, 404, "a city may not know of the log");
    let path = format!("/w/users/{city}");
    let form = "role=auditor&scope=everywhere&code=&reason=%E5%8D%8F%E5%8A%A9%E5%AE%A1%E8%AE%A1";
    let given = house.ask("POST", &format!("{path}/grant"), &cookie, form).await;
    assert_eq!((given.status.as_u16(), given.header("location")), (303, path.as_str()));
    assert_eq!(house.status("/w/audit", &chen).await, 200, "it holds at once");
    let wrong =
        house.ask("POST", &format!("{path}/grant"), &cookie, "role=city&scope=region&code=4403").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        wrong.body.contains("有误：")
            && wrong.body.contains("六位行政区划代码")
            && wrong.body.contains("value=\"4403\"")
    );
    let taken = house.ask("POST", &format!("{path}/revoke"), &cookie, "role=auditor&scope=*").await;
    assert_eq!(taken.status, StatusCode::SEE_OTHER);
    assert_eq!(house.status("/w/audit", &chen).await, 404);
    let log = house.ask("GET", &path, &cookie, "").await.body;
    assert!(log.contains("授予角色") && log.contains("协助审计"), "{log}");
    assert!(log.contains("grants: city@region:440300 → auditor@*, city@region:440300"), "{log}");
    let own = house.ask("POST", &format!("/w/users/{admin}/revoke"), &cookie, "role=admin&scope=*").await;
    assert_eq!(own.status, StatusCode::CONFLICT);
    assert!(own.body.contains("不能停用自己"), "{}", own.body);
    let own = house.ask("POST", &format!("/w/users/{admin}/state"), &cookie, "to=disabled").await;
    assert_eq!(own.status, StatusCode::CONFLICT);
}

#[db_test(STEPS)]
async fn a_new_account_is_checked_field_by_field(db: Db) {
    let house = house(db);
    house.person("li", Role::Admin, Scope::Everywhere).await;
    let cookie = house.session("li").await;
    let bad = "login=%E6%9D%8E&name=&organisation=x&password=short&role=city&scope=region&code=440300";
    let answer = house.ask("POST", "/w/users", &cookie, bad).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    for text in ["有 3 处要改", "账号只能用", "请填写", "密码还差 5 个字符", "value=\"李\""]
    {
        assert!(answer.body.contains(text), "{text}: {}", answer.body);
    }
    assert!(!answer.body.contains("short\""), "the password is not sent back");
    let good = "login=Chen&name=%E9%99%88&organisation=x&password=long+enough+now&role=city&scope=region&code=440300";
    let made = house.ask("POST", "/w/users", &cookie, good).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER);
    let twice = house.ask("POST", "/w/users", &cookie, good).await;
    assert!(
        twice.status == StatusCode::UNPROCESSABLE_ENTITY && twice.body.contains("已有人用"),
        "{}",
        twice.body
    );
    let found = house.ask("GET", "/w/users?q=CHEN%25", &cookie, "").await;
    assert!(found.body.contains("没有符合条件的账号"), "signs of patterns are taken as they stand");
    let found = house.ask("GET", "/w/users?q=chen", &cookie, "").await;
    assert!(found.body.contains("市级 · 440300"), "{}", found.body);
}

#[db_test(STEPS)]
async fn a_changed_password_ends_the_other_sessions(db: Db) {
    let house = house(db);
    let id = house.person("wang", Role::Auditor, Scope::Everywhere).await;
    let (here, elsewhere) = (house.session("wang").await, house.session("wang").await);
    let wrong = house.ask("POST", "/me", &here, "present=nope&password=another+long+one").await;
    assert!(wrong.status == StatusCode::UNPROCESSABLE_ENTITY && wrong.body.contains("现在的密码不对"));
    let form = format!("present={}&password=another+long+one", PASSWORD.replace(' ', "+"));
    assert_eq!(house.ask("POST", "/me", &here, &form).await.status, StatusCode::SEE_OTHER);
    assert_eq!((house.status("/me", &here).await, house.status("/me", &elsewhere).await), (200, 303));
    assert_eq!(house.sign_in("wang", PASSWORD, "").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    users::set_password(&house.system(), &house.app, id, PASSWORD).await.unwrap();
    assert_eq!(house.status("/me", &here).await, 303);
    house.session("wang").await;
}

#[db_test(STEPS)]
async fn the_log_is_filtered_paged_and_exported(db: Db) {
    let house = house(db);
    house.person("wang", Role::Auditor, Scope::Everywhere).await;
    let ctx = house.system();
    for number in 0..7 {
        house.clock.advance_seconds(10);
        let entry = audit::Entry::new("edit-note", "note", number)
            .before(&serde_json::json!({ "text": "=1+1", "same": 1 }))
            .after(&serde_json::json!({ "text": "两", "same": 1 }))
            .reason("  更正  ");
        house.app.db.write(async |tx| audit::record(tx, &ctx, entry).await).await.unwrap();
    }
    house.clock.advance_seconds(24 * 3600);
    let cookie = house.session("wang").await;
    let listed = house.ask("GET", "/api/v1/audit?kind=note&day=2020-12-09&size=4", &cookie, "").await.json();
    let numbers = |page: &serde_json::Value| -> Vec<String> {
        let items = page["items"].as_array().unwrap();
        items.iter().map(|item| item["object_id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(numbers(&listed), ["6", "5", "4", "3"]);
    let next = listed["next"].as_str().unwrap();
    let rest =
        house.ask("GET", &format!("/api/v1/audit?kind=note&size=4&after={next}"), &cookie, "").await.json();
    assert_eq!((numbers(&rest), rest["next"].as_str()), (vec!["2".into(), "1".into(), "0".into()], None));
    let none = house.ask("GET", "/w/audit?kind=note&day=2020-12-10", &cookie, "").await;
    assert!(none.body.contains("没有符合条件的记录"), "{}", none.body);
    let page = house.ask("GET", "/w/audit?actor=test&action=edit-note&object=3&kind=note", &cookie, "").await;
    assert!(page.body.contains("text: =1+1 → 两") && page.body.contains("更正"), "{}", page.body);
    assert!(!page.body.contains("same:"), "what did not change is not shown");
    let csv = house.ask("GET", "/w/audit.csv?kind=note", &cookie, "").await;
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
    assert!(csv.body.starts_with("\u{feff}\"时间\",\"操作人\""), "{}", csv.body);
    assert_eq!(csv.body.lines().count(), 8);
    assert!(csv.body.contains("\"text: =1+1 → 两\",\"更正\""), "{}", csv.body);
}

#[db_test(STEPS)]
async fn a_change_and_its_entry_last_together_or_not_at_all(db: Db) {
    let house = house(db);
    let ctx = house.system();
    let outcome: Result<(), DbError> = house
        .app
        .db
        .write(async |tx| {
            audit::record(tx, &ctx, audit::Entry::new("edit-note", "note", 1)).await?;
            Err(DbError::Other("the change itself failed".to_owned()))
        })
        .await;
    assert!(outcome.is_err());
    let all = audit::list(&ctx, &house.app, &audit::Filter::default(), &Page::default()).await.unwrap();
    assert!(all.items.is_empty());
}

#[db_test(STEPS)]
async fn looking_behind_a_mask_needs_a_reason_and_leaves_a_trace(db: Db) {
    let house = house(db);
    let ctx = |by: &str| Context::new(&house.app, testing::actor(by), Locale::Zh);
    let object = || ("party", "7".to_owned());
    let auditor = ctx("auditor@*");
    let silent = audit::unmask(&auditor, &house.app, object(), shenzhen(), " ").await;
    assert!(matches!(silent, Err(Error::Invalid(_))), "{silent:?}");
    audit::unmask(&auditor, &house.app, object(), shenzhen(), "核对收款人").await.unwrap();
    let county = ctx("county@region:440305");
    let denied = audit::unmask(&county, &house.app, object(), shenzhen(), "x").await;
    assert!(matches!(denied, Err(Error::Denied(_))), "{denied:?}");
    let all = audit::list(&auditor, &house.app, &audit::Filter::default(), &Page::default()).await.unwrap();
    let seen: Vec<_> =
        all.items.iter().map(|entry| (entry.actor_name.as_str(), entry.reason.as_deref())).collect();
    assert_eq!(seen, [("auditor@*", Some("核对收款人"))]);
}

#[db_test(STEPS)]
async fn nobody_but_who_may_changes_accounts(db: Db) {
    let house = house(db);
    let id = house.person("wang", Role::City, shenzhen()).await;
    for by in ["public", "auditor@*", "task-force@*", "city@region:440300", "admin@region:440300"] {
        let ctx = Context::new(&house.app, testing::actor(by), Locale::Zh);
        let grant = Grant { role: Role::Admin, scope: Scope::Everywhere };
        let outcome = users::grant(&ctx, &house.app, id, &grant, "").await;
        assert!(matches!(outcome, Err(Error::Denied(_))), "{by}: {outcome:?}");
        assert!(matches!(users::set_password(&ctx, &house.app, id, PASSWORD).await, Err(Error::Denied(_))));
    }
    let actor = audit::actor_of(&house.app, id).await.unwrap();
    let Actor::User(user) = actor else { panic!("{actor:?}") };
    assert_eq!(user.grants, [Grant { role: Role::City, scope: shenzhen() }]);
}

#[db_test(STEPS)]
async fn every_statement_is_understood_and_none_touches_the_log_again(db: Db) {
    let module = sh_access::module();
    for sql in module.statements.iter().copied().flatten() {
        let text = sql.rendered(db.engine());
        db.check_statement(&text).await.unwrap_or_else(|error| panic!("{}: {error}", sql.name));
        let writes = text.contains("UPDATE audit_entry") || text.contains("DELETE FROM audit_entry");
        assert!(!writes, "{}", sql.name);
    }
    for insert in module.inserts.iter().copied().flatten() {
        let text = insert.rendered(db.engine());
        db.check_statement(&text).await.unwrap_or_else(|error| panic!("{}: {error}", insert.name));
    }
}
