//! The queue behaves alike on both engines: nothing is lost, nothing runs twice at once.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on must say why")]

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use serde_json::json;
use sh_db::{Db, DbError};
use sh_http::{
    App, Context,
    testing::{TestSite, actor, app},
};
use sh_jobs::{
    ATTEMPTS_MAX, Handlers, Job, JobError, JobState, MIGRATIONS, NewJob, cancel, enqueue, find, module,
    retry, run_now, start,
};
use sh_kernel::{FixedClock, Id, SystemClock};
use sh_testkit::{clock, db_test, ids};
use sh_ui::Locale;
use tokio::sync::Notify;

const CITY: &str = "city@region:440300";

fn program(db: Db) -> App {
    app(db, Arc::new(SystemClock), ids())
}

fn ctx(app: &App) -> Context {
    Context::new(app, actor(CITY), Locale::Zh)
}

fn work(key: Option<&str>) -> NewJob {
    NewJob {
        kind: "count",
        key: key.map(ToOwned::to_owned),
        subject: "11月.xlsx".to_owned(),
        payload: json!({ "to": 3 }),
        region: "440300".parse().ok(),
        ..NewJob::default()
    }
}

async fn put(app: &App, key: Option<&str>) -> Id<Job> {
    let ctx = ctx(app);
    app.db.write(async |tx| enqueue(tx, &ctx, &work(key)).await).await.unwrap().id
}

async fn settled(app: &App, id: Id<Job>) -> Job {
    for _ in 0..200 {
        let job = find(&ctx(app), app, id).await.unwrap();
        if job.state.is_finished() {
            return job;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("the job did not end");
}

#[db_test(MIGRATIONS)]
async fn every_statement_is_understood(db: Db) {
    let module = module();
    for sql in module.statements.iter().flat_map(|list| list.iter()) {
        db.check_statement(&sql.rendered(db.engine()))
            .await
            .unwrap_or_else(|error| panic!("{}: {error}", sql.name));
    }
    for insert in module.inserts.iter().flat_map(|list| list.iter()) {
        db.check_statement(&insert.rendered(db.engine()))
            .await
            .unwrap_or_else(|error| panic!("{}: {error}", insert.name));
    }
}

#[db_test(MIGRATIONS)]
async fn a_job_runs_once_and_tells_how_far_it_came(db: Db) {
    let app = program(db);
    let runs = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&runs);
    let handlers = Arc::new(Handlers::new().on("count", move |run| {
        let counted = Arc::clone(&counted);
        async move {
            counted.fetch_add(1, Ordering::SeqCst);
            run.progress.begin("jobs-progress", 3);
            run.progress.set(3);
            Ok(json!({ "counted": run.payload::<serde_json::Value>()?["to"] }))
        }
    }));
    let mut all = Vec::new();
    for _ in 0..5 {
        all.push(put(&app, None).await);
    }
    start(&app, &handlers, 3);
    for id in all {
        let job = settled(&app, id).await;
        assert_eq!((job.state, job.done, job.total, job.attempts), (JobState::Done, 3, 3, 1));
        assert_eq!(job.result, Some(json!({ "counted": 3 })));
    }
    assert_eq!(runs.load(Ordering::SeqCst), 5);
    app.stop.cancel();
    app.tasks.close();
    app.tasks.wait().await;
}

#[db_test(MIGRATIONS)]
async fn one_key_is_live_once(db: Db) {
    let app = program(db);
    let first = put(&app, Some("batch-1")).await;
    assert_eq!(put(&app, Some("batch-1")).await, first);
    assert_ne!(put(&app, Some("batch-2")).await, first);
    let handlers = Handlers::new().on("count", |_| async { Ok(json!(null)) });
    run_now(&app, &handlers, first, &|_| {}).await.unwrap();
    assert_ne!(put(&app, Some("batch-1")).await, first, "a finished job does not stand in the way");
}

#[db_test(MIGRATIONS)]
async fn work_that_is_rolled_back_is_not_queued(db: Db) {
    let app = program(db);
    let ctx = ctx(&app);
    let outcome: Result<(), DbError> = app
        .db
        .write(async |tx| {
            enqueue(tx, &ctx, &work(Some("gone"))).await?;
            Err(DbError::Other("the use case failed".to_owned()))
        })
        .await;
    assert!(outcome.is_err());
    assert!(sh_jobs::recent(&ctx, &app, None, None, 10).await.unwrap().is_empty());
}

#[db_test(MIGRATIONS)]
async fn a_passing_error_is_tried_again_and_then_goes_on(db: Db) {
    let app = program(db);
    let tries = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&tries);
    let handlers = Handlers::new().on("count", move |_| {
        let attempt = counted.fetch_add(1, Ordering::SeqCst);
        async move {
            if attempt == 0 {
                Err(DbError::Unavailable("connection refused".to_owned()).into())
            } else {
                Ok(json!("second"))
            }
        }
    });
    let id = put(&app, None).await;
    let job = run_now(&app, &handlers, id, &|_| {}).await.unwrap();
    assert_eq!((job.state, job.attempts, job.result), (JobState::Done, 2, Some(json!("second"))));
}

#[db_test(MIGRATIONS)]
async fn a_lasting_error_ends_it_and_a_person_may_start_it_again(db: Db) {
    let app = program(db);
    let good = Arc::new(AtomicU32::new(0));
    let seen = Arc::clone(&good);
    let handlers = Handlers::new().on("count", move |_| {
        let good = seen.load(Ordering::SeqCst) > 0;
        async move {
            if good { Ok(json!(1)) } else { Err(JobError::failed("import-file-gone", "no such object")) }
        }
    });
    let id = put(&app, Some("k")).await;
    let job = run_now(&app, &handlers, id, &|_| {}).await.unwrap();
    assert_eq!((job.state, job.problem.as_deref()), (JobState::Failed, Some("import-file-gone")));
    good.store(1, Ordering::SeqCst);
    retry(&ctx(&app), &app, id).await.unwrap();
    let job = run_now(&app, &handlers, id, &|_| {}).await.unwrap();
    assert_eq!((job.state, job.problem, job.attempts), (JobState::Done, None, 1));
}

#[db_test(MIGRATIONS)]
async fn a_panic_fails_the_job_and_not_the_worker(db: Db) {
    let app = program(db);
    let handlers = Handlers::new().on("count", |run| async move {
        assert!(run.job.subject.is_empty(), "a mistake in the handler");
        Ok(json!(null))
    });
    let id = put(&app, None).await;
    let job = run_now(&app, &handlers, id, &|_| {}).await.unwrap();
    assert_eq!((job.state, job.problem.as_deref()), (JobState::Failed, Some("internal")));
}

#[db_test(MIGRATIONS)]
async fn a_job_whose_worker_died_is_taken_again(db: Db) {
    let clock: Arc<FixedClock> = clock();
    let app = app(db, Arc::clone(&clock) as Arc<dyn sh_kernel::Clock>, ids());
    let id = put(&app, None).await;
    // The first worker hangs and then dies with its program.
    let began = Arc::new(Notify::new());
    let told = Arc::clone(&began);
    let hanging = Handlers::new().on("count", move |_| {
        told.notify_one();
        std::future::pending()
    });
    let (dying, other) = (app.clone(), hanging.clone());
    let dead = app.tasks.spawn(async move { run_now(&dying, &other, id, &|_| {}).await });
    began.notified().await;
    dead.abort();
    assert!(dead.await.is_err());
    let handlers = Arc::new(Handlers::new().on("count", |_| async { Ok(json!("taken over")) }));
    start(&app, &handlers, 2);
    tokio::time::sleep(std::time::Duration::from_millis(700)).await;
    assert_eq!(find(&ctx(&app), &app, id).await.unwrap().state, JobState::Running, "the lease still holds");
    clock.advance_seconds(31);
    let job = settled(&app, id).await;
    assert_eq!((job.state, job.attempts), (JobState::Done, 2));
    app.stop.cancel();
}

#[db_test(MIGRATIONS)]
async fn shutting_down_puts_the_job_back_without_counting_the_attempt(db: Db) {
    let app = program(db);
    let began = Arc::new(Notify::new());
    let told = Arc::clone(&began);
    let handlers = Arc::new(Handlers::new().on("count", move |run| {
        let told = Arc::clone(&told);
        async move {
            told.notify_one();
            loop {
                run.progress.check()?;
                tokio::time::sleep(std::time::Duration::from_millis(10)).await;
            }
        }
    }));
    let id = put(&app, None).await;
    start(&app, &handlers, 1);
    began.notified().await;
    app.stop.cancel();
    app.tasks.close();
    app.tasks.wait().await;
    let job = find(&ctx(&app), &app, id).await.unwrap();
    assert_eq!((job.state, job.attempts), (JobState::Queued, 0));
}

#[db_test(MIGRATIONS)]
async fn a_person_stops_a_running_and_a_waiting_job(db: Db) {
    let app = program(db);
    let waiting = put(&app, None).await;
    cancel(&ctx(&app), &app, waiting).await.unwrap();
    let job = find(&ctx(&app), &app, waiting).await.unwrap();
    assert_eq!((job.state, job.problem.as_deref()), (JobState::Failed, Some("job-cancelled")));

    let running = put(&app, None).await;
    let began = Arc::new(Notify::new());
    let told = Arc::clone(&began);
    let handlers = Arc::new(Handlers::new().on("count", move |run| {
        let told = Arc::clone(&told);
        async move {
            told.notify_one();
            loop {
                run.progress.check()?;
                tokio::time::sleep(std::time::Duration::from_millis(10)).await;
            }
        }
    }));
    start(&app, &handlers, 1);
    began.notified().await;
    cancel(&ctx(&app), &app, running).await.unwrap();
    assert_eq!(settled(&app, running).await.problem.as_deref(), Some("job-cancelled"));
    app.stop.cancel();
}

#[db_test(MIGRATIONS)]
async fn a_job_that_keeps_breaking_its_worker_is_given_up(db: Db) {
    let clock: Arc<FixedClock> = clock();
    let app = app(db, Arc::clone(&clock) as Arc<dyn sh_kernel::Clock>, ids());
    let id = put(&app, None).await;
    for _ in 0..ATTEMPTS_MAX {
        let hanging = Handlers::new().on("count", |_| std::future::pending());
        let short =
            tokio::time::timeout(std::time::Duration::from_millis(60), run_now(&app, &hanging, id, &|_| {}));
        assert!(short.await.is_err());
        clock.advance_seconds(31);
    }
    let handlers = Handlers::new().on("count", |_| async { Ok(json!(null)) });
    let job = run_now(&app, &handlers, id, &|_| {}).await.unwrap();
    assert_eq!((job.state, job.problem.as_deref()), (JobState::Failed, Some("job-keeps-failing")));
}

#[db_test(MIGRATIONS)]
async fn people_see_the_jobs_of_their_region_and_their_own(db: Db) {
    let app = program(db);
    let id = put(&app, None).await;
    let site = TestSite::new(&app, vec![module()]);
    let page = site.get(CITY, &format!("/w/jobs/{id}")).await;
    assert_eq!(page.status.as_u16(), 200);
    assert!(page.body.contains("11月.xlsx") && page.body.contains("排队中"), "{}", page.body);
    assert!(page.body.contains("every 1s"), "a job that has not ended is fetched again");
    assert!(site.get("task-force@*", "/w/jobs").await.body.contains("11月.xlsx"));
    assert_eq!(site.get("city@region:440100", &format!("/w/jobs/{id}")).await.status.as_u16(), 404);
    assert!(!site.get("city@region:440100", "/w/jobs").await.body.contains("11月.xlsx"));
    assert_eq!(site.get(CITY, &format!("/api/v1/jobs/{id}")).await.json()["state"], "queued");
    assert_eq!(site.post(CITY, &format!("/w/jobs/{id}/cancel"), "").await.status.as_u16(), 303);
    let page = site.get(CITY, &format!("/w/jobs/{id}")).await;
    assert!(page.body.contains("任务已被人停止") && !page.body.contains("every 1s"), "{}", page.body);
}
