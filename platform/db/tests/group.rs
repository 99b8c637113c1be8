//! Group commit: what callers are told is what lasts, on both engines.

#![expect(clippy::unwrap_used, reason = "a step that fails fails the test")]

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};

use sh_db::{
    Batch, Db, DbError, Engine, GroupCommit, GroupError, Limits, Migration, Tx, binds, inserts, statements,
    updates,
};
use sh_testkit::{check_updates, db_test};
use tokio::sync::Semaphore;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

const STEPS: &[Migration] = &[Migration {
    module: "sample",
    version: 1,
    text: "CREATE TABLE visit (id {{i64}} NOT NULL PRIMARY KEY,
            CONSTRAINT visit_positive CHECK (id > 0)) {{strict}};
        CREATE TABLE stock (shop {{i64}} NOT NULL, sku {{text}} NOT NULL, left_over {{i64}} NOT NULL, note {{text}},
            PRIMARY KEY (shop, sku)) {{clustered}};",
}];

inserts! {
    ADD = visit(id I64) "";
    ADD_STOCK = stock(shop I64, sku Text, left_over I64, note Text) "";
}

updates! {
    /// Takes from what is there.
    TAKE = stock(shop I64, sku Text, taken I64) set "left_over = stock.left_over - given.taken"
        on "stock.shop = given.shop AND stock.sku = given.sku AND stock.left_over >= given.taken";
}

statements! {
    COUNT = "SELECT COUNT(*) FROM visit";
    LEFT_OVER = "SELECT left_over FROM stock WHERE shop = $1 ORDER BY sku";
}

/// Writes a row per command; some commands are trouble.
#[derive(Default)]
struct Visits {
    /// How many permits a batch takes before it writes; none if there is no gate.
    gate: Option<Arc<Semaphore>>,
    batches: Arc<AtomicUsize>,
    /// While this is set, every batch says that the database is busy.
    busy: Arc<AtomicBool>,
}

/// What a command does besides being written.
const PANIC: i64 = 1_000_001;
const REFUSED_BY_THE_DATABASE: i64 = -1;

impl Batch for Visits {
    type Command = i64;
    type Outcome = (i64, usize);
    type Error = DbError;

    async fn commit(&self, tx: &mut Tx, commands: &[i64]) -> Result<Vec<(i64, usize)>, DbError> {
        if let Some(gate) = &self.gate {
            gate.acquire().await.unwrap().forget();
        }
        self.batches.fetch_add(1, SeqCst);
        tx.insert_many(&ADD, commands.iter().map(|id| binds![*id]).collect::<Vec<_>>()).await?;
        assert!(!commands.contains(&PANIC), "a mistake");
        if self.busy.load(SeqCst) {
            return Err(DbError::Busy);
        }
        Ok(commands.iter().map(|id| (*id, commands.len())).collect())
    }
}

struct Running {
    group: GroupCommit<Visits>,
    tasks: TaskTracker,
    end: CancellationToken,
}

fn start(db: &Db, batch: Visits, limits: Limits) -> Running {
    let (tasks, end) = (TaskTracker::new(), CancellationToken::new());
    let group = GroupCommit::start(db.clone(), batch, limits, &tasks, end.clone());
    Running { group, tasks, end }
}

async fn rows(db: &Db) -> i64 {
    let (count,): (i64,) = db.read(async |tx| tx.fetch_one(&COUNT, binds![]).await).await.unwrap();
    count
}

/// Waits until `count` commands are in the queue, as far as they are not taken.
async fn until_queued(group: &GroupCommit<Visits>, count: usize) {
    while group.metrics().queued < count {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

type Submitted = tokio::task::JoinHandle<Result<(i64, usize), GroupError<DbError>>>;

fn submit(running: &Running, id: i64) -> Submitted {
    let group = running.group.clone();
    running.tasks.spawn(async move { group.submit(id).await })
}

#[db_test(STEPS)]
async fn many_callers_share_a_transaction_and_each_gets_its_own_outcome(db: Db) {
    let gate = Arc::new(Semaphore::new(0));
    let visits = Visits { gate: Some(Arc::clone(&gate)), ..Visits::default() };
    let running = start(&db, visits, Limits { batch_max: 8, ..Limits::default() });
    let first = submit(&running, 1);
    while running.group.metrics().queued > 0 || gate.available_permits() > 0 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    tokio::time::sleep(Duration::from_millis(20)).await;
    let others: Vec<_> = (2..=21).map(|id| submit(&running, id)).collect();
    until_queued(&running.group, 20).await;
    gate.add_permits(100);
    assert_eq!(first.await.unwrap().unwrap(), (1, 1), "alone, a command does not wait for others");
    let mut sizes = Vec::new();
    for (id, other) in (2..).zip(others) {
        let (own, size) = other.await.unwrap().unwrap();
        assert_eq!(own, id);
        sizes.push(size);
    }
    sizes.sort_unstable();
    assert_eq!(sizes, [vec![4; 4], vec![8; 16]].concat());
    assert_eq!(rows(&db).await, 21);
    let metrics = running.group.metrics();
    assert_eq!((metrics.commands, metrics.batches, metrics.queued, metrics.replays), (21, 4, 0, 0));
    assert_eq!((metrics.batch_size.at(1000), metrics.commit_micros.count()), (15, 4));
}

#[db_test(STEPS)]
async fn one_bad_command_fails_alone(db: Db) {
    let gate = Arc::new(Semaphore::new(0));
    let running =
        start(&db, Visits { gate: Some(Arc::clone(&gate)), ..Visits::default() }, Limits::default());
    let commands = [1, 2, REFUSED_BY_THE_DATABASE, 3, PANIC, 4, 4, 5];
    let mut waiting = Vec::new();
    for (place, command) in commands.into_iter().enumerate() {
        waiting.push(submit(&running, command));
        // The first is taken at once and stands at the gate; the others queue in this order.
        if place > 0 {
            until_queued(&running.group, place).await;
        } else {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
    gate.add_permits(1000);
    let mut said = Vec::new();
    for one in waiting {
        said.push(match one.await.unwrap() {
            Ok((id, _)) => id.to_string(),
            Err(
                GroupError::Failed(DbError::Refused(what) | DbError::Unique(what))
                | GroupError::Mistake(what),
            ) => what,
            Err(other) => panic!("{other}"),
        });
    }
    let unique = if db.engine() == Engine::Sqlite { "visit_id_key" } else { "visit_pkey" };
    assert_eq!(said, ["1", "2", "visit_positive", "3", "a mistake", "4", unique, "5"]);
    assert_eq!(rows(&db).await, 5);
    assert_eq!(running.group.metrics().replays, 1);
    assert_eq!(running.group.submit(6).await.unwrap().0, 6, "the writer goes on after a panic");
}

#[db_test(STEPS)]
async fn a_full_queue_turns_away_and_nothing_of_it_is_done(db: Db) {
    let gate = Arc::new(Semaphore::new(0));
    let limits = Limits { queue_max: 3, batch_max: 8 };
    let running = start(&db, Visits { gate: Some(Arc::clone(&gate)), ..Visits::default() }, limits);
    let first = submit(&running, 1);
    tokio::time::sleep(Duration::from_millis(50)).await;
    let queued: Vec<_> = (2..=4).map(|id| submit(&running, id)).collect();
    until_queued(&running.group, 3).await;
    assert!(matches!(running.group.submit(5).await, Err(GroupError::Full)));
    assert_eq!(running.group.metrics().refused, 1);
    gate.add_permits(100);
    assert!(first.await.unwrap().is_ok());
    for one in queued {
        assert!(one.await.unwrap().is_ok());
    }
    assert_eq!(rows(&db).await, 4);
}

#[db_test(STEPS)]
async fn at_the_end_what_waits_is_done_and_what_comes_is_refused(db: Db) {
    let gate = Arc::new(Semaphore::new(0));
    let running =
        start(&db, Visits { gate: Some(Arc::clone(&gate)), ..Visits::default() }, Limits::default());
    let waiting: Vec<_> = (1..=20).map(|id| submit(&running, id)).collect();
    tokio::time::sleep(Duration::from_millis(50)).await;
    running.end.cancel();
    gate.add_permits(100);
    for one in waiting {
        assert!(one.await.unwrap().is_ok());
    }
    assert!(matches!(running.group.submit(21).await, Err(GroupError::Stopping)));
    running.tasks.close();
    running.tasks.wait().await;
    assert_eq!(rows(&db).await, 20);
}

#[db_test(STEPS)]
async fn a_caller_that_goes_away_does_not_stop_its_command(db: Db) {
    let gate = Arc::new(Semaphore::new(0));
    let running =
        start(&db, Visits { gate: Some(Arc::clone(&gate)), ..Visits::default() }, Limits::default());
    let caller = submit(&running, 1);
    tokio::time::sleep(Duration::from_millis(50)).await;
    caller.abort();
    gate.add_permits(10);
    assert_eq!(running.group.submit(2).await.unwrap().0, 2);
    assert_eq!(rows(&db).await, 2);
}

#[db_test(STEPS)]
async fn a_passing_conflict_is_tried_again_and_a_lasting_one_is_told(db: Db) {
    let visits = Visits::default();
    let (busy, batches) = (Arc::clone(&visits.busy), Arc::clone(&visits.batches));
    let running = start(&db, visits, Limits::default());
    busy.store(true, SeqCst);
    let waiting = submit(&running, 1);
    while batches.load(SeqCst) < 2 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    busy.store(false, SeqCst);
    assert!(waiting.await.unwrap().is_ok());
    assert!(running.group.metrics().retries > 0);
    busy.store(true, SeqCst);
    assert!(matches!(running.group.submit(2).await, Err(GroupError::Database(DbError::Busy))));
    assert_eq!(rows(&db).await, 1);
}

#[db_test(STEPS)]
async fn a_part_that_fails_takes_nothing_with_it(db: Db) {
    db.write(async |tx| {
        tx.insert(&ADD, binds![1_i64]).await?;
        let part: Result<(), DbError> = tx
            .nested(async |tx| {
                tx.insert(&ADD, binds![2_i64]).await?;
                tx.insert(&ADD, binds![1_i64]).await.map(drop)
            })
            .await;
        assert!(matches!(part, Err(DbError::Unique(_))));
        tx.nested(async |tx| tx.insert(&ADD, binds![3_i64]).await).await
    })
    .await
    .unwrap();
    assert_eq!(rows(&db).await, 2);
}

#[db_test(STEPS)]
async fn a_transaction_in_which_a_statement_failed_never_seems_to_last(db: Db) {
    let outcome: Result<(), DbError> = db
        .write(async |tx| {
            tx.insert(&ADD, binds![1_i64]).await?;
            assert!(tx.insert(&ADD, binds![-5_i64]).await.is_err());
            Ok(())
        })
        .await;
    assert!(outcome.is_err());
    assert_eq!(rows(&db).await, 0);
}

#[db_test(STEPS)]
async fn many_rows_are_changed_by_their_keys(db: Db) {
    let left: Vec<(i64,)> = db
        .write(async |tx| {
            let rows = (0..1000).map(|n| binds![1_i64, format!("s{n:04}"), 10_i64, None::<String>]);
            tx.insert_many(&ADD_STOCK, rows.collect::<Vec<_>>()).await?;
            let taken =
                (0..700).map(|n| binds![1_i64, format!("s{n:04}"), if n == 5 { 11_i64 } else { n % 11 }]);
            let changed = tx.update_many(&TAKE, taken.collect::<Vec<_>>()).await?;
            assert_eq!(changed, 699, "one asked for more than is there");
            assert_eq!(tx.update_many(&TAKE, [binds![2_i64, "s0001", 1_i64]]).await?, 0, "another shop");
            tx.fetch_all(&LEFT_OVER, binds![1_i64]).await
        })
        .await
        .unwrap();
    let wanted = (0..1000_i64).map(|n| if n >= 700 || n == 5 { 10 } else { 10 - n % 11 });
    assert_eq!(left.into_iter().map(|row| row.0).collect::<Vec<_>>(), wanted.collect::<Vec<_>>());
}

#[db_test(STEPS)]
async fn every_statement_prepares(db: Db) {
    for text in STATEMENTS.iter().map(|sql| sql.rendered(db.engine())) {
        db.check_statement(&text).await.unwrap();
    }
    for text in INSERTS.iter().map(|sql| sql.rendered(db.engine())) {
        db.check_statement(&text).await.unwrap();
    }
    check_updates(&db, UPDATES).await;
}
