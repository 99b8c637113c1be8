//! Group reading: everybody gets their own answer, on both engines.

#![expect(clippy::unwrap_used, reason = "a step that fails fails the test")]

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
};

use sh_db::{Db, DbError, GroupRead, Lookup, Migration, Tx, binds, inserts, statements};
use sh_testkit::db_test;
use tokio::{sync::Semaphore, task::JoinSet};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

const STEPS: &[Migration] = &[Migration {
    module: "sample",
    version: 1,
    text: "CREATE TABLE word (id {{i64}} NOT NULL PRIMARY KEY, text {{text}}) {{strict}};",
}];

inserts! {
    ADD = word(id I64, text Text) "";
}

statements! {
    WORDS = "SELECT id, text FROM word WHERE id {{in_i64 $1}}";
}

/// Looks words up. A word that is NULL cannot be read.
#[derive(Clone, Default)]
struct Words {
    /// How many permits a look takes first; none if there is no gate.
    gate: Option<Arc<Semaphore>>,
    looks: Arc<AtomicUsize>,
}

const PANIC: i64 = 1_000_001;

impl Lookup for Words {
    type Key = i64;
    type Found = Option<String>;

    async fn look_up(&self, tx: &mut Tx, ids: &[i64]) -> Result<Vec<Option<String>>, DbError> {
        if let Some(gate) = &self.gate {
            gate.acquire().await.unwrap().forget();
        }
        self.looks.fetch_add(1, SeqCst);
        assert!(!ids.contains(&PANIC), "a mistake");
        let found: Vec<(i64, String)> = tx.fetch_all(&WORDS, binds![ids]).await?;
        let found: HashMap<i64, String> = found.into_iter().collect();
        Ok(ids.iter().map(|id| found.get(id).cloned()).collect())
    }
}

struct Running {
    words: GroupRead<Words>,
    tasks: TaskTracker,
    end: CancellationToken,
}

fn start(db: &Db, words: Words) -> Running {
    let (tasks, end) = (TaskTracker::new(), CancellationToken::new());
    Running { words: GroupRead::start(db, words, &tasks, &end), tasks, end }
}

async fn add(db: &Db, id: i64, text: Option<&str>) {
    db.write(async |tx| tx.insert(&ADD, binds![id, text]).await).await.unwrap();
}

#[db_test(STEPS)]
async fn whoever_has_just_written_sees_it(db: Db) {
    let running = start(&db, Words::default());
    let mut tasks = JoinSet::new();
    for id in 0..200 {
        let (db, words) = (db.clone(), running.words.clone());
        tasks.spawn(async move {
            assert_eq!(words.ask(id).await.unwrap(), None);
            add(&db, id, Some(&format!("w{id}"))).await;
            assert_eq!(words.ask(id).await.unwrap(), Some(format!("w{id}")));
        });
    }
    while let Some(one) = tasks.join_next().await {
        one.unwrap();
    }
}

#[db_test(STEPS)]
async fn those_who_wait_share_a_look(db: Db) {
    let gate = Arc::new(Semaphore::new(0));
    let words = Words { gate: Some(Arc::clone(&gate)), ..Words::default() };
    let running = start(&db, words.clone());
    add(&db, 7, Some("seven")).await;
    let mut tasks = JoinSet::new();
    for id in 0..100 {
        let words = running.words.clone();
        tasks.spawn(async move { (id, words.ask(id % 10).await.unwrap()) });
    }
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    gate.add_permits(100);
    while let Some(one) = tasks.join_next().await {
        let (id, found) = one.unwrap();
        assert_eq!(found.as_deref(), (id % 10 == 7).then_some("seven"));
    }
    let looks = words.looks.load(SeqCst);
    assert!(looks <= 10, "{looks} looks for 100 callers");
}

#[db_test(STEPS)]
async fn what_cannot_be_read_fails_alone(db: Db) {
    let gate = Arc::new(Semaphore::new(0));
    let running = start(&db, Words { gate: Some(Arc::clone(&gate)), ..Words::default() });
    add(&db, 1, Some("one")).await;
    add(&db, 2, None).await;
    let mut tasks = JoinSet::new();
    for id in [1, 2, PANIC, 1, 2, PANIC, 1] {
        let words = running.words.clone();
        tasks.spawn(async move { (id, words.ask(id).await) });
    }
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    gate.add_permits(100);
    while let Some(one) = tasks.join_next().await {
        match one.unwrap() {
            (1, found) => assert_eq!(found.unwrap().as_deref(), Some("one")),
            (_, found) => assert!(found.is_err(), "{found:?}"),
        }
    }
    assert_eq!(running.words.ask(1).await.unwrap().as_deref(), Some("one"), "the readers live on");
}

#[db_test(STEPS)]
async fn at_the_end_who_waits_is_served_and_nobody_is_let_in(db: Db) {
    let gate = Arc::new(Semaphore::new(0));
    let running = start(&db, Words { gate: Some(Arc::clone(&gate)), ..Words::default() });
    add(&db, 1, Some("one")).await;
    let mut tasks = JoinSet::new();
    for _ in 0..10 {
        let words = running.words.clone();
        tasks.spawn(async move { words.ask(1).await });
    }
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    running.end.cancel();
    running.tasks.close();
    gate.add_permits(100);
    while let Some(one) = tasks.join_next().await {
        assert_eq!(one.unwrap().unwrap().as_deref(), Some("one"));
    }
    running.tasks.wait().await;
    assert!(matches!(running.words.ask(1).await, Err(DbError::Unavailable(_))));
}
