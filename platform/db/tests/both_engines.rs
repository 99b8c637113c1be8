//! The database layer behaves alike on both engines.

#![expect(clippy::unwrap_used, clippy::type_complexity, reason = "a step that fails fails the test")]

use sh_db::{Db, DbError, Engine, Migration, binds, inserts, statements};
use sh_kernel::{Day, Fen, Id, Instant};
use sh_testkit::db_test;

const STEPS: &[Migration] = &[Migration {
    module: "sample",
    version: 1,
    text: "CREATE TABLE price (
        id {{uuid}} NOT NULL PRIMARY KEY, sku {{text}} NOT NULL UNIQUE, price {{i64}} NOT NULL,
        at {{instant}} NOT NULL, note {{text}}, shown {{bool}} NOT NULL, raw {{bytes}},
        CONSTRAINT price_positive CHECK (price > 0)) {{strict}};
        CREATE TABLE child (price {{uuid}} NOT NULL REFERENCES price (id), day {{i64}} NOT NULL,
        PRIMARY KEY (price, day)) {{clustered}};",
}];

inserts! {
    ADD = price(id Uuid, sku Text, price I64, at Instant, note Text, shown Bool, raw Bytes) "";
    UPSERT = price(id Uuid, sku Text, price I64, at Instant, note Text, shown Bool, raw Bytes)
        "ON CONFLICT (sku) DO UPDATE SET price = excluded.price WHERE price.price <> excluded.price";
    ADD_CHILD = child(price Uuid, day I64) "";
}

statements! {
    BY_SKU = "SELECT id, price, at, note, shown, raw FROM price WHERE sku = $1";
    SKUS = "SELECT sku FROM price WHERE sku {{in_text $1}} ORDER BY sku";
    IDS = "SELECT sku FROM price WHERE id {{in_uuid $1}} ORDER BY sku";
    PRICES = "SELECT sku FROM price WHERE price {{in_i64 $1}} AND (CAST($2 AS TEXT) IS NULL OR note = $2) ORDER BY sku";
    NOTE_OF = "SELECT note FROM price WHERE sku = $1";
    TOTAL = "SELECT CAST(SUM(price) AS BIGINT), COUNT(*) FROM price";
    ADD_ONE = "UPDATE price SET price = price + 1 WHERE sku = $1";
    DROP_ALL = "DELETE FROM price";
    PRICE_OF = "SELECT price FROM price WHERE sku = $1";
}

fn price(n: u128, sku: &str, price: i64, note: Option<&str>) -> Vec<sh_db::Value> {
    let id: Id<()> = Id::from_uuid(uuid(n));
    let at = Instant::from_micros(1_600_000_000_123_456);
    binds![id, sku, Fen(price), at, note, true, Some(vec![1_u8, 2])]
}

fn uuid(n: u128) -> uuid::Uuid {
    uuid::Uuid::from_u128(n)
}

#[db_test(STEPS)]
async fn what_is_written_is_read_back(db: Db) {
    db.write(async |tx| tx.insert(&ADD, price(7, "姜 \"1\"", 5, Some("n"))).await).await.unwrap();
    let row: (Id<()>, Fen, Instant, Option<String>, bool, Option<Vec<u8>>) =
        db.read(async |tx| tx.fetch_one(&BY_SKU, binds!["姜 \"1\""]).await).await.unwrap();
    assert_eq!(row.0.uuid(), uuid(7));
    assert_eq!((row.1, row.2.micros()), (Fen(5), 1_600_000_000_123_456));
    assert_eq!((row.3.as_deref(), row.4, row.5), (Some("n"), true, Some(vec![1, 2])));
}

#[db_test(STEPS)]
async fn null_where_a_value_must_stand_is_an_error(db: Db) {
    db.write(async |tx| tx.insert(&ADD, price(1, "a", 5, None)).await).await.unwrap();
    let outcome: Result<(String,), DbError> =
        db.read(async |tx| tx.fetch_one(&NOTE_OF, binds!["a"]).await).await;
    assert!(matches!(outcome, Err(DbError::Column { column: 0, .. })), "{outcome:?}");
}

#[db_test(STEPS)]
async fn refusals_carry_the_same_names(db: Db) {
    db.write(async |tx| tx.insert(&ADD, price(1, "a", 5, None)).await).await.unwrap();
    let twice = db.write(async |tx| tx.insert(&ADD, price(2, "a", 5, None)).await).await;
    assert!(matches!(&twice, Err(DbError::Unique(name)) if name == "price_sku_key"), "{twice:?}");
    let cheap = db.write(async |tx| tx.insert(&ADD, price(3, "b", 0, None)).await).await;
    assert!(matches!(&cheap, Err(DbError::Refused(name)) if name == "price_positive"), "{cheap:?}");
    let orphan = db
        .write(async |tx| {
            tx.insert(&ADD_CHILD, binds![uuid(99), Day::from_yyyymmdd(20_201_130).unwrap()]).await
        })
        .await;
    assert!(matches!(orphan, Err(DbError::Refused(_))), "{orphan:?}");
}

#[db_test(STEPS)]
async fn many_rows_go_in_at_once_and_an_unchanged_one_is_left_alone(db: Db) {
    let rows = |price_of: i64| {
        (1..=20_000_u128).map(move |n| price(n, &format!("s{n}"), price_of, None)).collect::<Vec<_>>()
    };
    assert_eq!(db.write(async |tx| tx.insert_many(&UPSERT, rows(3)).await).await.unwrap(), 20_000);
    assert_eq!(db.write(async |tx| tx.insert_many(&UPSERT, rows(3)).await).await.unwrap(), 0);
    assert_eq!(db.write(async |tx| tx.insert_many(&UPSERT, rows(4)).await).await.unwrap(), 20_000);
    let total: (i64, i64) = db.read(async |tx| tx.fetch_one(&TOTAL, binds![]).await).await.unwrap();
    assert_eq!(total, (80_000, 20_000));
}

#[db_test(STEPS)]
async fn sets_are_found_by_number_text_and_id(db: Db) {
    db.write(async |tx| {
        tx.insert_many(&ADD, [price(1, "甲\"", 1, None), price(2, "b", 2, Some("x")), price(3, "c", 3, None)])
            .await
    })
    .await
    .unwrap();
    let texts = vec!["甲\"".to_owned(), "c".to_owned(), "none".to_owned()];
    let ids: Vec<Id<()>> = vec![Id::from_uuid(uuid(2)), Id::from_uuid(uuid(3))];
    let (by_text, by_id, by_number): (Vec<(String,)>, Vec<(String,)>, Vec<(String,)>) = db
        .read(async |tx| {
            Ok::<_, DbError>((
                tx.fetch_all(&SKUS, binds![texts.as_slice()]).await?,
                tx.fetch_all(&IDS, binds![ids.as_slice()]).await?,
                tx.fetch_all(&PRICES, binds![[1_i64, 2].as_slice(), Some("x")]).await?,
            ))
        })
        .await
        .unwrap();
    assert_eq!(by_text.iter().map(|row| row.0.as_str()).collect::<Vec<_>>(), ["c", "甲\""]);
    assert_eq!(by_id.iter().map(|row| row.0.as_str()).collect::<Vec<_>>(), ["b", "c"]);
    assert_eq!(by_number.iter().map(|row| row.0.as_str()).collect::<Vec<_>>(), ["b"]);
}

#[db_test(STEPS)]
async fn a_failed_transaction_leaves_nothing(db: Db) {
    let outcome: Result<(), DbError> = db
        .write(async |tx| {
            tx.insert(&ADD, price(1, "a", 5, None)).await?;
            Err(DbError::Other("changed my mind".to_owned()))
        })
        .await;
    assert!(outcome.is_err());
    let count: (Option<i64>, i64) = db.read(async |tx| tx.fetch_one(&TOTAL, binds![]).await).await.unwrap();
    assert_eq!(count.1, 0);
}

/// So many that PostgreSQL takes them as a copy, in several parts.
fn many() -> Vec<Vec<sh_db::Value>> {
    let note = |n: u128| n.is_multiple_of(3).then(|| "长 \u{1f33e}\t\\ \n".repeat(20));
    (1..=3_000).map(|n| price(n, &format!("s{n:05}"), 7, note(n).as_deref())).collect()
}

#[db_test(STEPS)]
async fn very_many_rows_are_written_as_they_are(db: Db) {
    assert_eq!(db.write(async |tx| tx.insert_many(&ADD, many()).await).await.unwrap(), 3_000);
    let sum: (Option<i64>, i64) = db.read(async |tx| tx.fetch_one(&TOTAL, binds![]).await).await.unwrap();
    assert_eq!(sum, (Some(21_000), 3_000));
    for (n, sku) in [(1, "s00001"), (3, "s00003"), (3_000, "s03000")] {
        let row: (Id<()>, Fen, Instant, Option<String>, bool, Option<Vec<u8>>) =
            db.read(async |tx| tx.fetch_one(&BY_SKU, binds![sku]).await).await.unwrap();
        assert_eq!((row.0.uuid(), row.1, row.2.micros()), (uuid(n), Fen(7), 1_600_000_000_123_456));
        assert_eq!(row.3, n.is_multiple_of(3).then(|| "长 \u{1f33e}\t\\ \n".repeat(20)));
        assert_eq!((row.4, row.5), (true, Some(vec![1, 2])));
    }
}

#[db_test(STEPS)]
async fn one_bad_row_among_very_many_leaves_nothing(db: Db) {
    let twice = [many(), vec![price(9_999, "s00001", 7, None)]].concat();
    let refused = db.write(async |tx| tx.insert_many(&ADD, twice).await).await;
    assert!(matches!(&refused, Err(DbError::Unique(name)) if name == "price_sku_key"), "{refused:?}");
    let cheap = [many(), vec![price(9_999, "x", 0, None)]].concat();
    let refused = db.write(async |tx| tx.insert_many(&ADD, cheap).await).await;
    assert!(matches!(&refused, Err(DbError::Refused(name)) if name == "price_positive"), "{refused:?}");
    let misfit = [many(), vec![binds![uuid(9_999), "x", 7]]].concat();
    assert!(db.write(async |tx| tx.insert_many(&ADD, misfit).await).await.is_err());
    // A part may fail on its own, and the rest of the transaction lasts.
    db.write(async |tx| {
        tx.insert(&ADD, price(9_998, "kept", 7, None)).await?;
        let twice = [many(), vec![price(9_999, "s00001", 7, None)]].concat();
        let part: Result<u64, DbError> = tx.nested(async |tx| tx.insert_many(&ADD, twice).await).await;
        assert!(part.is_err());
        Ok::<_, DbError>(())
    })
    .await
    .unwrap();
    let sum: (Option<i64>, i64) = db.read(async |tx| tx.fetch_one(&TOTAL, binds![]).await).await.unwrap();
    assert_eq!(sum.1, 1);
}

#[db_test(STEPS)]
async fn a_caller_that_goes_away_in_the_middle_leaves_a_working_database(db: Db) {
    for millis in 0..20 {
        let write = db.write(async |tx| tx.insert_many(&ADD, many()).await);
        drop(tokio::time::timeout(std::time::Duration::from_millis(millis), write).await);
        let sum: (Option<i64>, i64) = db.read(async |tx| tx.fetch_one(&TOTAL, binds![]).await).await.unwrap();
        // Who goes away while it is committed does not hear that it lasts.
        assert!(sum.1 == 0 || sum.1 == 3_000, "{} rows after {millis} ms", sum.1);
        db.write(async |tx| tx.execute(&DROP_ALL, binds![]).await).await.unwrap();
    }
    assert_eq!(db.write(async |tx| tx.insert_many(&ADD, many()).await).await.unwrap(), 3_000);
}

#[db_test(STEPS)]
async fn callers_at_the_same_time_lose_no_update(db: Db) {
    db.write(async |tx| tx.insert(&ADD, price(1, "a", 1, None)).await).await.unwrap();
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..50 {
        let db = db.clone();
        tasks.spawn(async move { db.write(async |tx| tx.execute(&ADD_ONE, binds!["a"]).await).await });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap().unwrap();
    }
    let price: (i64,) = db.read(async |tx| tx.fetch_one(&PRICE_OF, binds!["a"]).await).await.unwrap();
    assert_eq!(price.0, 51);
}

#[db_test(STEPS)]
async fn a_reader_cannot_write(db: Db) {
    let outcome = db.read(async |tx| tx.insert(&ADD, price(1, "a", 5, None)).await).await;
    assert!(outcome.is_err());
}

#[db_test(STEPS)]
async fn migrating_again_changes_nothing_and_a_changed_text_is_refused(db: Db) {
    assert_eq!(db.migrate(STEPS).await.unwrap(), 0);
    let changed = Migration { text: "SELECT 1", ..STEPS[0] };
    assert!(matches!(db.migrate(&[changed]).await, Err(DbError::Migration(_))));
    assert!(matches!(db.migrate(&[]).await, Err(DbError::Migration(_))), "a newer database is refused");
}

#[db_test(STEPS)]
async fn every_statement_prepares(db: Db) {
    for statement in STATEMENTS {
        db.check_statement(&statement.rendered(db.engine())).await.unwrap();
    }
    for insert in INSERTS {
        db.check_statement(&insert.rendered(db.engine())).await.unwrap();
    }
    assert!(db.check_statement("SELECT nonsense FROM nowhere").await.is_err());
}

#[tokio::test]
async fn an_address_that_is_neither_engine_is_refused() {
    let outcome = Db::open("mysql://x", &sh_db::Options::default()).await;
    assert!(matches!(outcome, Err(DbError::Address(_))));
    assert_eq!(format!("{:?}", Engine::Sqlite), "Sqlite");
}
