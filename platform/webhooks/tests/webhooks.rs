//! Webhooks as a programmer meets them: a server that listens, answers, fails, is slow or gone.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on must say why")]

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use serde_json::{Value, json};
use sh_db::{Db, DbError, Migration, binds, statements};
use sh_http::{
    App, Context, Page, Settings, testing,
    testing::{Answer, TestSite},
};
use sh_kernel::{FixedClock, Id};
use sh_testkit::db_test;
use sh_ui::Locale;
use sh_webhooks::{
    DeliveryState, EVERYWHERE, Egress, Endpoint, Error, Event, EventId, LEASE_SECONDS, OFF_AFTER_SECONDS,
    Off, SCHEDULE_SECONDS, Secret, Webhooks, message_id, service,
};

const SELLER: &str = "supplier@organisation:shop-a";
const OTHER: &str = "supplier@organisation:shop-b";
const KINDS: &[&str] = &["order.placed", "part.shipped"];

/// The tables that webhooks touch.
fn schema() -> Vec<Migration> {
    [sh_http::MIGRATIONS, sh_access::MIGRATIONS, sh_webhooks::MIGRATIONS].concat()
}

statements! {
    /// A sender took everything that waits, and was killed.
    TAKEN_BY_NOBODY = "UPDATE webhook_delivery SET lease = $1, due_at = $2 WHERE due_at IS NOT NULL";
    KEPT_ANSWERS = "SELECT body FROM idempotency";
    LOGGED = "SELECT after FROM audit_entry";
    ANY_LEASE = "SELECT endpoint_id FROM webhook_delivery WHERE lease IS NOT NULL LIMIT 1";
}

struct House {
    app: App,
    site: TestSite,
    clock: Arc<FixedClock>,
}

fn house_with(db: Db, egress: Egress) -> House {
    let clock = sh_testkit::clock();
    let app = App::new(db, clock.clone(), sh_testkit::ids(), "/nonexistent".into(), Settings::default());
    let app = app.with(Webhooks { kinds: KINDS, egress });
    let site = TestSite::new(&app, vec![sh_webhooks::module()]);
    House { app, site, clock }
}

fn house(db: Db) -> House {
    house_with(db, Egress { loopback: true })
}

impl House {
    fn ctx(&self, who: &str) -> Context {
        Context::new(&self.app, testing::actor(who), Locale::Zh)
    }

    async fn endpoint(&self, who: &str, url: &str) -> (Id<Endpoint>, Secret) {
        let ctx = self.ctx(who);
        let new = service::NewEndpoint {
            id: ctx.id(),
            organisation: String::new(),
            url: url.to_owned(),
            kinds: vec!["order.placed".to_owned()],
        };
        let id = new.id;
        (id, service::make(&ctx, &self.app, new).await.unwrap())
    }

    /// An order of both shops, in the transaction of `fails`.
    async fn happen(&self, kind: &'static str, order: i64, fails: bool) {
        let told = |shop: &str| (shop.to_owned(), json!({ "order": order, "shop": shop }));
        let events = [Event { kind, audience: vec![told("shop-a"), told("shop-b"), told(EVERYWHERE)] }];
        let (ids, now) = (&self.app.ids, self.app.clock.now());
        let outcome = self
            .app
            .db
            .write(async |tx| {
                sh_webhooks::publish(tx, (ids, now), &events).await?;
                if fails { Err(DbError::Full) } else { Ok(()) }
            })
            .await;
        assert_eq!(outcome.is_err(), fails);
    }

    async fn deliveries(&self, who: &str, id: Id<Endpoint>) -> Vec<sh_webhooks::Delivery> {
        service::deliveries(&self.ctx(who), &self.app, id, &Page::default()).await.unwrap().items
    }

    /// Waits until the messages of an endpoint are so.
    async fn until(&self, id: Id<Endpoint>, what: impl Fn(&[sh_webhooks::Delivery]) -> bool) {
        for _ in 0..400 {
            if what(&self.deliveries("mall-operator@*", id).await) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("it did not come to that: {:?}", self.deliveries("mall-operator@*", id).await);
    }

    async fn ask(&self, who: &str, method: &str, path: &str, body: Option<Value>) -> Answer {
        self.site.api(who, method, path, &body.unwrap_or(Value::Null)).await
    }
}

/// Headers and body of a request.
type Message = (HashMap<String, String>, String);

/// What a listening program has heard.
#[derive(Clone, Default)]
struct Heard(Arc<Mutex<Vec<Message>>>);

impl Heard {
    fn all(&self) -> Vec<Message> {
        self.0.lock().unwrap().clone()
    }

    /// Whether some message carries a signature of this secret, as the guide says how to verify.
    fn verifies(&self, at: usize, secret: &Secret) -> bool {
        let (headers, body) = self.all().swap_remove(at);
        let seconds = headers["webhook-timestamp"].parse().unwrap();
        let wanted = secret.sign(&headers["webhook-id"], seconds, &body);
        headers["webhook-signature"].split(' ').any(|signature| signature == wanted)
    }
}

/// How a listening program answers.
#[derive(Clone)]
struct Manner {
    heard: Heard,
    /// Statuses, one after the other; the last one stays.
    says: Arc<Mutex<Vec<u16>>>,
    delay: Duration,
}

/// A program that listens on this machine. Gives its address and what it hears.
#[expect(clippy::disallowed_methods, reason = "it listens until the test ends")]
async fn listen(says: &[u16], delay: Duration) -> (String, Heard) {
    let manner = Manner { heard: Heard::default(), says: Arc::new(Mutex::new(says.to_vec())), delay };
    let heard = manner.heard.clone();
    let take = async |State(manner): State<Manner>, headers: HeaderMap, body: String| {
        let headers = headers
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_str().unwrap_or_default().to_owned()))
            .collect();
        manner.heard.0.lock().unwrap().push((headers, body));
        tokio::time::sleep(manner.delay).await;
        let mut says = manner.says.lock().unwrap();
        let status = if says.len() > 1 { says.remove(0) } else { says[0] };
        (StatusCode::from_u16(status).unwrap(), [("location", "/elsewhere")], "x".repeat(5000))
    };
    let router = Router::new().route("/{*any}", post(take)).with_state(manner);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (url, heard)
}

const NO_DELAY: Duration = Duration::ZERO;
const NEVER: Duration = Duration::from_mins(10);

fn all(state: DeliveryState, count: usize) -> impl Fn(&[sh_webhooks::Delivery]) -> bool {
    move |list| list.len() == count && list.iter().all(|one| one.state == state)
}

#[db_test(&schema())]
async fn an_event_is_signed_sent_and_logged_and_one_that_was_taken_back_is_not(db: Db) {
    let house = house(db);
    let (url, heard) = listen(&[200], NO_DELAY).await;
    let (id, secret) = house.endpoint(SELLER, &url).await;
    house.happen("order.placed", 1, false).await;
    house.happen("order.placed", 2, true).await;
    house.happen("part.shipped", 3, false).await;
    sh_webhooks::start(&house.app).unwrap();
    house.until(id, all(DeliveryState::Delivered, 1)).await;
    assert_eq!(heard.all().len(), 1, "what it did not want and what did not happen");
    assert!(heard.verifies(0, &secret) && !heard.verifies(0, &Secret::parse("whsec_AAAA").unwrap()));
    let (headers, body) = heard.all().swap_remove(0);
    let body: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(
        (body["type"].as_str(), &body["data"]),
        (Some("order.placed"), &json!({ "order": 1, "shop": "shop-a" }))
    );
    let sent = house.deliveries(SELLER, id).await.swap_remove(0);
    assert_eq!(headers["webhook-id"], message_id(sent.event));
    let (_, attempts) = service::delivery(&house.ctx(SELLER), &house.app, id, sent.event).await.unwrap();
    let [attempt] = attempts.as_slice() else { panic!("{attempts:?}") };
    assert_eq!((attempt.status, attempt.answer.len(), attempt.number), (Some(200), 1024, 1));
    // Sent again by hand, it is the same message.
    service::redeliver(&house.ctx(SELLER), &house.app, id, sent.event).await.unwrap();
    house.until(id, |list| list[0].tries == 2).await;
    assert_eq!(
        (heard.all()[0].1.as_str(), heard.all()[0].0["webhook-id"].as_str()),
        (heard.all()[1].1.as_str(), headers["webhook-id"].as_str())
    );
}

#[db_test(&schema())]
async fn a_consumer_that_never_answers_holds_up_nobody(db: Db) {
    let house = house(db);
    let (slow, _) = listen(&[200], NEVER).await;
    let (quick, heard) = listen(&[200], NO_DELAY).await;
    let (slow, _) = house.endpoint(SELLER, &slow).await;
    let (quick, _) = house.endpoint(OTHER, &quick).await;
    for order in 0..40 {
        house.happen("order.placed", order, false).await;
    }
    let began = std::time::Instant::now();
    sh_webhooks::start(&house.app).unwrap();
    house.until(quick, all(DeliveryState::Delivered, 40)).await;
    assert!(began.elapsed() < Duration::from_secs(9), "{:?}", began.elapsed());
    assert_eq!(heard.all().len(), 40);
    assert!(house.deliveries(SELLER, slow).await.iter().all(|one| one.tries == 0));
    house.happen("order.placed", 41, false).await;
}

#[db_test(&schema())]
async fn what_fails_is_tried_again_by_the_schedule_with_the_same_id_and_given_up_at_its_end(db: Db) {
    let house = house(db);
    let (url, heard) = listen(&[500, 302, 204], NO_DELAY).await;
    let (id, _) = house.endpoint(SELLER, &url).await;
    house.happen("order.placed", 1, false).await;
    sh_webhooks::start(&house.app).unwrap();
    house.until(id, |list| list[0].tries == 1).await;
    assert!(service::find(&house.ctx(SELLER), &house.app, id).await.unwrap().failing_since.is_some());
    house.clock.advance_seconds(SCHEDULE_SECONDS[0]);
    house.until(id, |list| list[0].tries == 2).await;
    // A redirect is not followed, and five seconds are not five minutes.
    house.clock.advance_seconds(SCHEDULE_SECONDS[0]);
    tokio::time::sleep(Duration::from_millis(900)).await;
    assert_eq!(house.deliveries(SELLER, id).await[0].tries, 2);
    house.clock.advance_seconds(SCHEDULE_SECONDS[1]);
    house.until(id, all(DeliveryState::Delivered, 1)).await;
    let ids: Vec<String> = heard.all().iter().map(|(headers, _)| headers["webhook-id"].clone()).collect();
    assert!(ids.len() == 3 && ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    assert!(service::find(&house.ctx(SELLER), &house.app, id).await.unwrap().failing_since.is_none());

    let (url, _) = listen(&[500], NO_DELAY).await;
    let (id, _) = house.endpoint(SELLER, &url).await;
    house.happen("order.placed", 2, false).await;
    for (tries, seconds) in SCHEDULE_SECONDS.iter().enumerate() {
        house.until(id, |list| list[0].tries == i64::try_from(tries).unwrap() + 1).await;
        house.clock.advance_seconds(*seconds);
    }
    house.until(id, all(DeliveryState::GivenUp, 1)).await;
    assert!(service::find(&house.ctx(SELLER), &house.app, id).await.unwrap().off.is_none());
}

#[db_test(&schema())]
async fn an_endpoint_is_switched_off_after_days_without_arrival_or_when_it_is_gone(db: Db) {
    let house = house(db);
    let (failing, _) = listen(&[500], NO_DELAY).await;
    let (gone, _) = listen(&[410], NO_DELAY).await;
    let (failing, _) = house.endpoint(SELLER, &failing).await;
    let (gone, _) = house.endpoint(SELLER, &gone).await;
    house.happen("order.placed", 1, false).await;
    sh_webhooks::start(&house.app).unwrap();
    house.until(failing, |list| list[0].tries == 1).await;
    house.until(gone, |list| list[0].tries == 1).await;
    let off =
        async |id| service::find(&house.ctx(SELLER), &house.app, id).await.unwrap().off.map(|(_, why)| why);
    assert_eq!((off(failing).await, off(gone).await), (None, Some(Off::Gone)));
    house.clock.advance_seconds(OFF_AFTER_SECONDS);
    house.until(failing, |list| list[0].tries == 2).await;
    assert_eq!(off(failing).await, Some(Off::Failures));
    house.happen("order.placed", 2, false).await;
    assert_eq!(house.deliveries(SELLER, failing).await.len(), 1, "nothing is kept for it any more");
    let page = house.site.get(SELLER, "/s/webhooks").await.body;
    assert!(page.contains("连续 5 天送不到，已停用") && page.contains("对方答复 410"), "{page}");
    let test = service::test(&house.ctx(SELLER), &house.app, failing).await;
    assert!(matches!(test, Err(Error::Off)), "{test:?}");
    service::switch(&house.ctx(SELLER), &house.app, failing, true).await.unwrap();
    house.happen("order.placed", 3, false).await;
    assert_eq!(house.deliveries(SELLER, failing).await.len(), 2);
}

#[db_test(&schema())]
async fn a_killed_sender_loses_nothing(db: Db) {
    let house = house(db);
    let (url, heard) = listen(&[200], NO_DELAY).await;
    let (id, _) = house.endpoint(SELLER, &url).await;
    for order in 0..5 {
        house.happen("order.placed", order, false).await;
    }
    // The program took the messages and was killed before it knew what became of them.
    let (lease, until) = (uuid::Uuid::max(), house.app.clock.now().plus_seconds(LEASE_SECONDS));
    house.app.db.write(async |tx| tx.execute(&TAKEN_BY_NOBODY, binds![lease, until]).await).await.unwrap();
    sh_webhooks::start(&house.app).unwrap();
    tokio::time::sleep(Duration::from_millis(900)).await;
    assert!(heard.all().is_empty(), "they are still somebody's");
    house.clock.advance_seconds(LEASE_SECONDS);
    house.until(id, all(DeliveryState::Delivered, 5)).await;
    let left: Option<(Id<Endpoint>,)> =
        house.app.db.read(async |tx| tx.fetch_optional(&ANY_LEASE, binds![]).await).await.unwrap();
    assert!(left.is_none());
}

#[db_test(&schema())]
async fn a_stopped_sender_writes_down_what_is_on_its_way(db: Db) {
    let house = house(db);
    let (url, heard) = listen(&[200], Duration::from_millis(700)).await;
    let (id, _) = house.endpoint(SELLER, &url).await;
    house.happen("order.placed", 1, false).await;
    sh_webhooks::start(&house.app).unwrap();
    for _ in 0..200 {
        if !heard.all().is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    house.app.stop.cancel();
    house.app.tasks.close();
    house.app.tasks.wait().await;
    assert!(all(DeliveryState::Delivered, 1)(&house.deliveries(SELLER, id).await));
}

#[db_test(&schema())]
async fn nothing_is_sent_to_this_machine_or_a_house_network(db: Db) {
    let house = house_with(db, Egress::default());
    let ctx = house.ctx(SELLER);
    for url in [
        "http://example.com/",
        "https://127.0.0.1/",
        "https://10.1.2.3/",
        "https://[fd00::1]/",
        "https://me@example.com/",
    ] {
        let new = service::NewEndpoint {
            id: ctx.id(),
            organisation: String::new(),
            url: url.to_owned(),
            kinds: vec!["order.placed".to_owned()],
        };
        let refused = service::make(&ctx, &house.app, new).await;
        assert!(matches!(refused, Err(Error::Invalid(_))), "{url}: {refused:?}");
    }
    // A name passes until it is looked up.
    let (id, _) = house.endpoint(SELLER, "https://localhost/").await;
    house.happen("order.placed", 1, false).await;
    sh_webhooks::start(&house.app).unwrap();
    house.until(id, |list| list[0].tries == 1).await;
    let sent = house.deliveries(SELLER, id).await.swap_remove(0);
    let (_, attempts) = service::delivery(&ctx, &house.app, id, sent.event).await.unwrap();
    assert_eq!(attempts[0].problem.as_deref(), Some("not-public"));
}

#[db_test(&schema())]
async fn an_organisation_sees_its_own_and_no_secret_is_shown_again(db: Db) {
    let house = house(db);
    let made = house
        .ask(
            SELLER,
            "POST",
            "/api/v1/webhooks",
            Some(json!({ "url": "http://127.0.0.1:9/", "kinds": ["order.placed"] })),
        )
        .await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    let (id, secret) =
        (made.json()["id"].as_str().unwrap().to_owned(), made.json()["secret"].as_str().unwrap().to_owned());
    house.happen("order.placed", 1, false).await;
    let path = format!("/api/v1/webhooks/{id}");
    let event =
        house.ask(SELLER, "GET", &format!("{path}/deliveries"), None).await.json()["items"][0]["event"]
            .as_str()
            .unwrap()
            .to_owned();
    let own = [String::new(), "/deliveries".to_owned(), format!("/deliveries/{event}")];
    let pages = [format!("/s/webhooks/{id}"), format!("/s/webhooks/{id}/{event}"), "/s/webhooks".to_owned()];
    for path in own.iter().map(|tail| format!("{path}{tail}")).chain(pages.clone()) {
        let answer = house.site.get(SELLER, &path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        assert!(!answer.body.contains(&secret) && !answer.body.contains("whsec_"), "{path}");
        let foreign = house.site.get(OTHER, &path).await;
        assert!(
            foreign.status == StatusCode::NOT_FOUND || !foreign.body.contains(&id),
            "{path}: {}",
            foreign.status
        );
        assert_eq!(house.site.get("auditor@*", &path).await.status, StatusCode::OK, "{path}");
    }
    for verb in ["off", "on", "rotate", "test", &format!("deliveries/{event}/redeliver")] {
        let verb = format!("{path}/{verb}");
        assert_eq!(
            house.ask(OTHER, "POST", &verb, Some(json!({}))).await.status,
            StatusCode::NOT_FOUND,
            "{verb}"
        );
        assert_eq!(
            house.ask("auditor@*", "POST", &verb, Some(json!({}))).await.status,
            StatusCode::FORBIDDEN,
            "{verb}"
        );
        assert_eq!(
            house.ask("shopper@*", "POST", &verb, Some(json!({}))).await.status,
            StatusCode::NOT_FOUND,
            "{verb}"
        );
    }
    // The operator hears of all shops, at an endpoint that no shop sees.
    let (all, _) = house.endpoint("mall-operator@*", "http://127.0.0.1:9/all").await;
    house.happen("order.placed", 2, false).await;
    let told = house.deliveries("mall-operator@*", all).await;
    assert!(told.len() == 1 && told[0].body.contains(r#""shop":"*""#), "{told:?}");
    let foreign = service::find(&house.ctx(SELLER), &house.app, all).await;
    assert!(foreign.is_err(), "{foreign:?}");
}

#[db_test(&schema())]
async fn many_forms_at_once_make_no_more_endpoints_than_there_may_be(db: Db) {
    let house = house(db);
    let ctx = house.ctx(SELLER);
    let make = |number: usize| {
        let url = format!("http://127.0.0.1:9/{number}");
        let kinds = vec!["order.placed".to_owned()];
        service::make(
            &ctx,
            &house.app,
            service::NewEndpoint { id: ctx.id(), organisation: String::new(), url, kinds },
        )
    };
    let made = futures::future::join_all((0..30).map(make)).await;
    let most = usize::try_from(service::ENDPOINTS_MAX).unwrap();
    assert_eq!(made.iter().filter(|one| one.is_ok()).count(), most);
    assert!(made.iter().all(|one| matches!(one, Ok(_) | Err(Error::TooMany))));
    assert_eq!(service::list(&ctx, &house.app, &Page::default()).await.unwrap().items.len(), most);
}

#[db_test(&schema())]
async fn neither_memory_nor_log_keeps_what_is_secret(db: Db) {
    let house = house(db.clone());
    let send = async || {
        let body = json!({ "url": "http://127.0.0.1:9/hook?token=geheim", "kinds": ["order.placed"] });
        let request = axum::http::Request::post("/api/v1/webhooks")
            .header("x-test-actor", SELLER)
            .header("idempotency-key", "k1")
            .header("content-type", "application/json")
            .body(axum::body::Body::from(body.to_string()))
            .unwrap();
        house.site.send(request).await
    };
    let first = send().await;
    assert_eq!((first.status, first.header("cache-control")), (StatusCode::CREATED, "no-store"));
    let secret = first.json()["secret"].as_str().unwrap().to_owned();
    let again = send().await;
    assert_eq!(again.status, StatusCode::CONFLICT, "{}", again.body);
    assert_eq!(again.json()["code"], "idempotency-shown-once");
    assert_eq!(service::list(&house.ctx(SELLER), &house.app, &Page::default()).await.unwrap().items.len(), 1);
    let kept: Vec<(Option<Vec<u8>>,)> =
        db.read(async |tx| tx.fetch_all(&KEPT_ANSWERS, binds![]).await).await.unwrap();
    let logged: Vec<(Option<String>,)> =
        db.read(async |tx| tx.fetch_all(&LOGGED, binds![]).await).await.unwrap();
    let text: Vec<String> = logged.into_iter().filter_map(|row| row.0).collect();
    assert!(
        kept.len() == 1 && !String::from_utf8_lossy(&kept[0].0.clone().unwrap_or_default()).contains(&secret)
    );
    assert!(
        text.iter().any(|text| text.contains("/hook?****"))
            && !text.iter().any(|text| text.contains("geheim"))
    );
}

#[db_test(&schema())]
async fn after_a_rotation_both_secrets_sign_for_a_day(db: Db) {
    let house = house(db);
    let (url, heard) = listen(&[200], NO_DELAY).await;
    let (id, first) = house.endpoint(SELLER, &url).await;
    let second = service::rotate(&house.ctx(SELLER), &house.app, id).await.unwrap();
    sh_webhooks::start(&house.app).unwrap();
    let sent = async |count| {
        let event: Id<EventId> = service::test(&house.ctx(SELLER), &house.app, id).await.unwrap();
        house.until(id, all(DeliveryState::Delivered, count)).await;
        event
    };
    sent(1).await;
    assert!(heard.verifies(0, &first) && heard.verifies(0, &second));
    house.clock.advance_seconds(service::ROTATION_SECONDS);
    sent(2).await;
    assert!(!heard.verifies(1, &first) && heard.verifies(1, &second));
}

#[db_test(&schema())]
async fn every_statement_is_understood(db: Db) {
    let module = sh_webhooks::module();
    let engine = db.engine();
    let statements = module.statements.iter().copied().flatten().map(|sql| (sql.name, sql.rendered(engine)));
    let inserts =
        module.inserts.iter().copied().flatten().map(|insert| (insert.name, insert.rendered(engine)));
    let updates =
        module.updates.iter().copied().flatten().map(|update| (update.name, update.rendered(engine)));
    for (name, text) in statements.chain(inserts).chain(updates) {
        db.check_statement(&text).await.unwrap_or_else(|error| panic!("{name}: {error}"));
    }
}
