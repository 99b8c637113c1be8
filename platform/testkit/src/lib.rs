//! What tests stand on: a fresh database on each engine, and a clock that does not move by itself.
//!
//! Tests on PostgreSQL need a server; `cargo xtask test` starts a private one and passes its address in
//! `SHANHAI_TEST_POSTGRES`. For a single test: `cargo xtask postgres -- cargo test -p sh-trade`.

use std::{
    future::Future,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    sync::Arc,
    sync::atomic::{AtomicU32, Ordering},
};

use sh_db::{Db, DbError, Engine, Migration, Options, Update, Value};
use sh_kernel::{FixedClock, IdGen, Instant};
pub use sh_testkit_macros::db_test;

/// The variable that holds the address of a PostgreSQL server on which tests may create databases.
pub const POSTGRES_VARIABLE: &str = "SHANHAI_TEST_POSTGRES";

/// 2020-12-09 10:00 in Shanghai, the morning of the press conference.
pub const PRESS_DAY: Instant = Instant::from_micros(1_607_479_200_000_000);

/// A clock standing at [`PRESS_DAY`].
pub fn clock() -> Arc<FixedClock> {
    Arc::new(FixedClock::at(PRESS_DAY))
}

/// Identifiers that are the same in each run.
pub fn ids() -> Arc<IdGen> {
    Arc::new(IdGen::seeded(1))
}

fn options() -> Options {
    Options {
        readers_max: 4,
        acquire_seconds: 20,
        sqlite_cache_kib: 4096,
        sqlite_writer_cache_kib: 4096,
        durable: false,
    }
}

#[expect(clippy::expect_used, reason = "a test that cannot start must say why")]
fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime for the test")
}

/// Runs a test body on a fresh SQLite database in a temporary folder.
///
/// # Panics
/// If the database cannot be made, and when the body does.
#[expect(clippy::expect_used, reason = "a test that cannot start must say why")]
pub fn on_sqlite<F: Future<Output = ()>>(steps: &[Migration], body: impl FnOnce(Db) -> F) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let address = format!("sqlite:{}", folder.path().join("test.db").display());
    runtime().block_on(async {
        let db = Db::open(&address, &options()).await.expect("a SQLite database");
        db.migrate(steps).await.expect("migrations on SQLite");
        body(db.clone()).await;
        db.close().await;
    });
}

/// Runs a test body on a fresh PostgreSQL database, which is dropped afterwards, also when the body panics.
///
/// # Panics
/// If [`POSTGRES_VARIABLE`] is not set: a test that silently skips an engine proves nothing.
#[expect(clippy::expect_used, clippy::panic, reason = "a test that cannot start must say why")]
pub fn on_postgres<F: Future<Output = ()>>(steps: &[Migration], body: impl FnOnce(Db) -> F) {
    let Ok(server) = std::env::var(POSTGRES_VARIABLE) else {
        panic!(
            "{POSTGRES_VARIABLE} is not set; run `cargo xtask test` or `cargo xtask postgres -- cargo test …`"
        );
    };
    let name = database_name();
    let runtime = runtime();
    runtime.block_on(async {
        let maintenance = Db::open(&server, &options()).await.expect("the PostgreSQL server");
        maintenance.create_database(&name).await.expect("a new database");
        maintenance.close().await;
    });
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        runtime.block_on(async {
            let db = Db::open(&with_database(&server, &name), &options()).await.expect("the test database");
            db.migrate(steps).await.expect("migrations on PostgreSQL");
            body(db.clone()).await;
            db.close().await;
        });
    }));
    runtime.block_on(async {
        if let Ok(maintenance) = Db::open(&server, &options()).await {
            // Best effort: the whole cluster is removed at the end of the run anyway.
            drop(maintenance.drop_database(&name).await);
            maintenance.close().await;
        }
    });
    if let Err(panic) = outcome {
        resume_unwind(panic);
    }
}

/// Checks that statements which change many rows are understood and that SQLite finds each row by its key, however many
/// are given: it decides that by their number.
///
/// # Panics
/// If one is not.
#[expect(clippy::expect_used, reason = "a statement that fails must say why")]
pub async fn check_updates(db: &Db, updates: &[Update]) {
    for update in updates {
        let text = update.rendered(db.engine());
        db.check_statement(&text).await.expect(update.name);
        if db.engine() == Engine::Sqlite {
            let values = text.matches('?').map(|_| Value::I64(Some(1))).collect();
            let mut steps: Vec<String> = Vec::new();
            let explain = format!("EXPLAIN QUERY PLAN {text}");
            let told = db.read(async |tx| {
                tx.for_each_dynamic(explain, values, |row| {
                    steps.push(row.get(3)?);
                    Ok(())
                })
                .await
            });
            told.await.map_err(|error: DbError| error.to_string()).expect(update.name);
            let found = steps.iter().any(|step| step.starts_with(&format!("SEARCH {} USING", update.table)));
            assert!(found, "{}: {steps:?}", update.name);
        }
    }
}

fn database_name() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("test_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::SeqCst))
}

/// The address of another database on the same server.
pub fn with_database(server: &str, name: &str) -> String {
    let (base, query) = server.split_once('?').map_or((server, None), |(base, query)| (base, Some(query)));
    let root = base.rsplit_once('/').map_or(base, |(root, _)| if root.ends_with('/') { base } else { root });
    match query {
        Some(query) => format!("{root}/{name}?{query}"),
        None => format!("{root}/{name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_database_on_the_same_server() {
        assert_eq!(
            with_database("postgres://u@127.0.0.1:5433/postgres", "a"),
            "postgres://u@127.0.0.1:5433/a"
        );
        assert_eq!(
            with_database("postgres://u@h:1/x?sslmode=disable", "a"),
            "postgres://u@h:1/a?sslmode=disable"
        );
    }
}
