//! A write that is sent twice happens once, on both engines.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on must say why")]

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use axum::{
    body::Body,
    extract::State,
    http::{Request, StatusCode},
    routing::post,
};
use sh_db::Db;
use sh_http::{
    App, Context, Failure, Json, MIGRATIONS, Module, testing,
    testing::{Answer, TestSite},
};
use sh_kernel::FixedClock;
use sh_testkit::db_test;
use utoipa_axum::router::OpenApiRouter;

#[derive(Default)]
struct Counter(AtomicU32);

async fn count(
    _: Context,
    State(app): State<App>,
    Json(body): Json<serde_json::Value>,
) -> Result<(StatusCode, Json<u32>), Failure> {
    let number = app.get::<Counter>()?.0.fetch_add(1, Ordering::SeqCst) + 1;
    tokio::time::sleep(Duration::from_millis(body["sleep"].as_u64().unwrap_or(0))).await;
    if body["fail"] == true {
        return Err(sh_db::DbError::Busy.into());
    }
    Ok((StatusCode::CREATED, Json(number)))
}

fn site(db: Db) -> (TestSite, App, Arc<FixedClock>) {
    let clock = sh_testkit::clock();
    let app = testing::app(db, clock.clone(), sh_testkit::ids()).with(Counter::default());
    let module = Module::new("count").routes(OpenApiRouter::new().route("/api/v1/count", post(count)));
    (TestSite::new(&app, vec![module]), app, clock)
}

async fn send(site: &TestSite, by: &str, key: &str, body: &str) -> Answer {
    let request = Request::post("/api/v1/count")
        .header("x-test-actor", by)
        .header("idempotency-key", key)
        .header("content-type", "application/json")
        .body(Body::from(body.to_owned()))
        .unwrap();
    site.send(request).await
}

#[db_test(MIGRATIONS)]
async fn a_repetition_gets_the_first_answer(db: Db) {
    let (site, ..) = site(db);
    let first = send(&site, "city@region:440300", "k1", "{}").await;
    assert_eq!((first.status.as_u16(), first.body.as_str()), (201, "1"));
    let again = send(&site, "city@region:440300", "k1", "{}").await;
    assert_eq!((again.status.as_u16(), again.body.as_str()), (201, "1"));
    assert_eq!(again.header("idempotency-replayed"), "true");
    let other = send(&site, "city@region:440300", "k1", "{\"a\":1}").await;
    assert_eq!((other.status.as_u16(), other.json()["code"].as_str()), (422, Some("idempotency-key-reused")));
    let stranger = send(&site, "city@region:440100", "k1", "{}").await;
    assert_eq!(stranger.body, "2", "keys of different people do not meet");
}

#[db_test(MIGRATIONS)]
async fn of_many_at_once_one_happens(db: Db) {
    let (site, app, _) = site(db);
    let tasks: Vec<_> = (0..12)
        .map(|_| {
            let site = site.clone();
            app.tasks.spawn(async move { send(&site, "admin@*", "k", "{\"sleep\":150}").await })
        })
        .collect();
    let mut statuses = Vec::new();
    for task in tasks {
        let answer = task.await.unwrap();
        if answer.status == StatusCode::CONFLICT {
            assert_eq!(answer.json()["code"], "idempotency-in-flight");
        } else {
            assert_eq!(answer.body, "1");
        }
        statuses.push(answer.status.as_u16());
    }
    assert!(statuses.iter().all(|status| [201, 409].contains(status)), "{statuses:?}");
    assert!(statuses.contains(&201));
    assert_eq!(app.get::<Counter>().unwrap().0.load(Ordering::SeqCst), 1);
}

#[db_test(MIGRATIONS)]
async fn a_failed_write_may_be_sent_again(db: Db) {
    let (site, ..) = site(db);
    let body = "{\"fail\":true}";
    assert_eq!(send(&site, "admin@*", "k", body).await.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(send(&site, "admin@*", "k", body).await.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(send(&site, "admin@*", "k", "{}").await.body, "3", "each attempt ran");
}

#[db_test(MIGRATIONS)]
async fn a_caller_that_hangs_up_does_not_stop_the_write(db: Db) {
    let (site, app, _) = site(db);
    // The caller hangs up as soon as the write has begun.
    let begun = async {
        while app.get::<Counter>().unwrap().0.load(Ordering::SeqCst) == 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::select! {
        _ = send(&site, "admin@*", "k", "{\"sleep\":200}") => panic!("the write takes longer than that"),
        () = begun => {}
    }
    app.tasks.close();
    app.tasks.wait().await;
    let again = send(&site, "admin@*", "k", "{\"sleep\":200}").await;
    assert_eq!((again.body.as_str(), again.header("idempotency-replayed")), ("1", "true"));
}

#[db_test(MIGRATIONS)]
async fn after_a_day_a_key_is_free_again(db: Db) {
    let (site, app, clock) = site(db);
    assert_eq!(send(&site, "admin@*", "k", "{}").await.body, "1");
    clock.advance_seconds(23 * 3600);
    assert_eq!(send(&site, "admin@*", "k", "{}").await.body, "1");
    clock.advance_seconds(2 * 3600);
    assert_eq!(send(&site, "admin@*", "k", "{}").await.body, "2");
    clock.advance_seconds(25 * 3600);
    assert_eq!(sh_http::forget_old_answers(&app, sh_kernel::Clock::now(&*clock)).await.unwrap(), 1);
}

#[db_test(MIGRATIONS)]
async fn a_key_must_be_short_and_visible(db: Db) {
    let (site, ..) = site(db);
    for key in ["x".repeat(65), "a b".to_owned()] {
        let answer = send(&site, "admin@*", &key, "{}").await;
        assert_eq!(
            (answer.status.as_u16(), answer.json()["code"].as_str()),
            (400, Some("idempotency-key-invalid"))
        );
    }
    // Without a name there is nobody whose keys these could be.
    assert_eq!(send(&site, "public", "k", "{}").await.body, "1");
    assert_eq!(send(&site, "public", "k", "{}").await.body, "2");
}
