//! Signing in by phone and registering, as shoppers and guessers meet them.

use super::*;
use sh_access::phone::{CODE_SECONDS, CODES_MAX, OnScreen, PAUSE_SECONDS, PhoneCodes, TRIES_MAX};

fn house_with_phones(db: Db) -> House {
    let clock = sh_testkit::clock();
    let app = App::new(db, clock.clone(), sh_testkit::ids(), "/nonexistent".into(), Settings::default());
    let app = sh_access::install(app).unwrap().with(PhoneCodes(Arc::new(OnScreen::default())));
    let (router, _) =
        sh_http::site(&app, vec![sh_access::module(), sh_http::module()], sh_access::identify());
    House { site: TestSite::of(router), app, clock }
}

impl House {
    /// Where the code for a phone is told, and the code.
    async fn code(&self, phone: &str) -> (String, String) {
        let sent = self.ask("POST", "/login/phone", "", &format!("phone={phone}&next=%2Fme")).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
        let path = sent.header("location").to_owned();
        let page = self.ask("GET", &path, "", "").await.body;
        let code = page.split("<code>").nth(1).unwrap().split('<').next().unwrap().to_owned();
        (path.split('?').next().unwrap().to_owned(), code)
    }

    async fn tell(&self, path: &str, code: &str) -> Answer {
        self.ask("POST", path, "", &format!("code={code}&next=%2Fme")).await
    }
}

/// A code that is not this one.
fn other(code: &str) -> String {
    let number: u32 = code.parse().unwrap();
    format!("{:06}", (number + 1) % 1_000_000)
}

#[db_test(STEPS)]
async fn a_phone_signs_in_and_has_an_account_from_then_on(db: Db) {
    let house = house_with_phones(db);
    assert!(house.ask("GET", "/login", "", "").await.body.contains("/login/phone"));
    let (path, code) = house.code("%2B86+138+0013+8000").await;
    let page = house.ask("GET", &path, "", "").await.body;
    assert!(page.contains("138****8000") && !page.contains("13800138000"), "{page}");
    let entered = house.tell(&path, &code).await;
    assert_eq!((entered.status.as_u16(), entered.header("location")), (303, "/me"), "{}", entered.body);
    let first = house.ask("GET", "/me", &cookie_of(&entered), "").await.body;
    assert!(first.contains("用户8000") && first.contains("138****8000"), "{first}");
    assert!(!first.contains("name=\"present\""), "there is no password to be asked for");
    assert_eq!(house.tell(&path, &code).await.status, StatusCode::CONFLICT, "a code is good for once");

    house.clock.advance_seconds(PAUSE_SECONDS);
    let (path, code) = house.code("13800138000").await;
    let again = house.tell(&path, &code).await;
    let second = house.ask("GET", "/me", &cookie_of(&again), "").await.body;
    assert_eq!(login_on(&first), login_on(&second), "it is the same account");

    let set = house.ask("POST", "/me", &cookie_of(&again), "password=a+good+long+one").await;
    assert_eq!(set.status, StatusCode::SEE_OTHER, "{}", set.body);
    let form = house.ask("GET", "/me", &cookie_of(&again), "").await.body;
    assert!(form.contains("name=\"present\""), "from now on it is asked for");
    assert_eq!(house.status("/w/users", &cookie_of(&again)).await, 404, "a shopper administers nothing");
}

/// The login that the page of one's own account shows.
fn login_on(page: &str) -> &str {
    let at = page.find("u-").unwrap();
    page.get(at..at + 14).unwrap()
}

#[db_test(STEPS)]
async fn a_code_cannot_be_guessed_or_used_late(db: Db) {
    let house = house_with_phones(db);
    let (path, code) = house.code("13800138000").await;
    for _ in 0..TRIES_MAX {
        let wrong = house.tell(&path, &other(&code)).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.body.contains("验证码不对") && wrong.header("set-cookie").is_empty());
    }
    assert_eq!(house.tell(&path, &code).await.status, StatusCode::CONFLICT, "it was told wrong too often");
    house.clock.advance_seconds(PAUSE_SECONDS);
    let (path, code) = house.code("13800138000").await;
    house.clock.advance_seconds(CODE_SECONDS);
    let late = house.tell(&path, &code).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    assert!(late.body.contains("验证码已失效") && late.header("set-cookie").is_empty(), "{}", late.body);
}

#[db_test(STEPS)]
async fn a_phone_gets_few_codes(db: Db) {
    let house = house_with_phones(db);
    house.code("13800138000").await;
    let soon = house.ask("POST", "/login/phone", "", "phone=13800138000").await;
    assert_eq!(soon.status, StatusCode::TOO_MANY_REQUESTS);
    let seconds: i64 = soon.header("retry-after").parse().unwrap();
    assert!((1..=PAUSE_SECONDS).contains(&seconds), "{seconds}");
    house.code("13900139000").await;
    for _ in 1..CODES_MAX {
        house.clock.advance_seconds(PAUSE_SECONDS);
        house.code("13800138000").await;
    }
    house.clock.advance_seconds(3600);
    let enough = house.ask("POST", "/login/phone", "", "phone=13800138000").await;
    assert_eq!(enough.status, StatusCode::TOO_MANY_REQUESTS, "so many in a day");
    house.clock.advance_seconds(24 * 3600);
    house.code("13800138000").await;
    let wrong = house.ask("POST", "/login/phone", "", "phone=12345").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.body.contains("请填 11 位手机号") && wrong.body.contains("12345"));
}

#[db_test(STEPS)]
async fn where_nothing_carries_codes_they_are_not_offered(db: Db) {
    let house = house(db);
    assert!(!house.ask("GET", "/login", "", "").await.body.contains("/login/phone"));
    assert_eq!(house.ask("GET", "/login/phone", "", "").await.header("location"), "/login");
}

#[db_test(STEPS)]
async fn somebody_registers_by_login_and_password(db: Db) {
    let house = house(db);
    house.person("wang", Role::Auditor, Scope::Everywhere).await;
    let taken = house.ask("POST", "/register", "", "login=WANG&password=a+good+long+one").await;
    assert_eq!(taken.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(taken.body.contains("已有人用") && !taken.body.contains("a good long one"), "{}", taken.body);
    let short = house.ask("POST", "/register", "", "login=lin.ping&password=short").await;
    assert!(short.body.contains("密码还差 5 个字符") && short.body.contains("lin.ping"), "{}", short.body);
    let made = house.ask("POST", "/register", "", "login=lin.ping&password=a+good+long+one&next=%2Fme").await;
    assert_eq!((made.status.as_u16(), made.header("location")), (303, "/me"), "{}", made.body);
    assert!(house.ask("GET", "/me", &cookie_of(&made), "").await.body.contains("lin.ping"));
    assert_eq!(house.status("/w/users", &cookie_of(&made)).await, 404);
    let account = users::find_by_login(&house.system(), &house.app, "lin.ping").await.unwrap();
    assert_eq!(account.grants, [Grant { role: Role::Shopper, scope: Scope::Everywhere }]);
}
