//! Matching against a database: the same figures whatever the order of imports, withdrawals, and interruptions.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::atomic::{AtomicU32, Ordering},
};

use futures::future::BoxFuture;
use sh_db::{Db, DbError, Migration, Tx, Value, binds, inserts, statements};
use sh_kernel::{Day, Id, IdGen};
use sh_testkit::{check_updates, db_test};

use super::{
    match_run::{MatchError, MatchReport, MatchRun, run},
    replay::{Difference, replay},
};
use crate::{
    matching::{
        RawEntry,
        labelled::{Report, World},
    },
    model::{Claim, DayPrecision, Trade, TradeLine},
    sink::{LineSink, NoSink},
    store::matching as store,
};

pub(super) const STEPS: &[Migration] =
    &[sh_parties::MIGRATIONS[0], crate::MIGRATIONS[0], crate::MIGRATIONS[1], crate::MIGRATIONS[2]];

inserts! {
    /// Claims of a test.
    TEST_CLAIMS = claim(id Uuid, batch Uuid, row_no I64, source Text, kind I64, content I64, occurrence I64,
        withdrawn Bool, day I64, day_precision I64, seller I64, seller_name Text, buyer I64, buyer_kind I64, product Text,
        category I64, origin I64, destination I64, amount I64, basis I64, quantity I64, order_no Text, invoice_no Text,
        stage I64, role I64, channel I64, certified I64, link I64) "";
    /// Names of a test.
    TEST_NAMES = party(number I64, name Text, kind I64, code Text, person Bool) "ON CONFLICT (number) DO NOTHING";
}

statements! {
    /// Takes the claims of a file back.
    TEST_WITHDRAW = "UPDATE claim SET withdrawn = TRUE WHERE batch = $1";
    /// Ties by claim.
    TEST_TIES = "SELECT claim, trade, state, candidate FROM tie ORDER BY claim";
    /// Breaks what is kept of the ties.
    TEST_BREAK_TALLY = "UPDATE tie_tally SET claims = claims + 1 WHERE source = (SELECT MIN(source) FROM tie_tally)
        AND state = 1";
    /// Breaks a tie.
    TEST_BREAK = "UPDATE tie SET score = score - 1 WHERE claim = $1";
    /// Breaks the lines.
    TEST_BREAK_LINE = "UPDATE trade_line SET amount = amount + 1 WHERE trade = $1";
    /// Sums of the table of trades.
    TEST_TRADES = "SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT), COUNT(*), CAST(COALESCE(SUM(lines), 0) AS BIGINT) FROM trade WHERE claims > 0";
    /// Sums of the lines.
    TEST_SUMS = "SELECT CAST(SUM(amount) AS BIGINT), CAST(SUM(count) AS BIGINT), COUNT(*) FROM trade_line";
    /// How many decisions there are.
    TEST_DECISIONS = "SELECT (SELECT COUNT(*) FROM decision) + (SELECT COUNT(*) FROM tie)";
}

/// Claim, trade, state, candidate.
type TieRow = (Id<Claim>, Option<Id<Trade>>, i64, Option<Id<Trade>>);

/// A file: the reports of one source and period.
type File = Vec<Report>;

pub(super) fn files(world: &World) -> Vec<File> {
    let mut files: BTreeMap<(String, u128), File> = BTreeMap::new();
    for report in &world.reports {
        files.entry((report.raw.source.clone(), report.raw.batch)).or_default().push(report.clone());
    }
    files.into_values().collect()
}

fn row(raw: &RawEntry, number: usize) -> Vec<Value> {
    binds![
        raw.id,
        uuid::Uuid::from_u128(raw.batch),
        i64::try_from(number).unwrap(),
        &raw.source,
        raw.kind.code(),
        raw.content,
        raw.occurrence,
        raw.withdrawn,
        raw.day,
        if raw.precision == DayPrecision::Month { 2_i64 } else { 1 },
        raw.seller,
        "",
        raw.buyer,
        raw.buyer_kind.code(),
        &raw.product,
        raw.category.code(),
        raw.origin,
        raw.destination,
        raw.amount,
        raw.basis.code(),
        raw.quantity,
        raw.order_no.as_deref(),
        raw.invoice_no.as_deref(),
        raw.stage.code(),
        raw.role.code(),
        raw.channel.code(),
        raw.certified.code(),
        raw.link.code(),
    ]
}

pub(super) async fn post(db: &Db, world: &World, file: &File) {
    db.write(async |tx| {
        let names =
            world.names.iter().map(|(number, name)| binds![*number, name, 0_i64, None::<String>, false]);
        tx.insert_many(&TEST_NAMES, names.collect::<Vec<_>>()).await?;
        tx.insert_many(
            &TEST_CLAIMS,
            file.iter().enumerate().map(|(at, r)| row(&r.raw, at)).collect::<Vec<_>>(),
        )
        .await
    })
    .await
    .unwrap();
}

fn days(file: &File) -> Option<(Day, Day)> {
    let days = || file.iter().map(|report| report.raw.day);
    days().min().zip(days().max())
}

async fn matched(
    db: &Db,
    ids: &IdGen,
    sink: &dyn LineSink,
    days: Option<(Day, Day)>,
) -> Result<MatchReport, MatchError> {
    let clock = sh_testkit::clock();
    let mut task = MatchRun::new(db, &*clock, ids, sink);
    task.chunk_claims = 40;
    run(&task, days).await
}

/// What stands: the lines without the numbers of their trades, and which claims are together.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Stands {
    lines: Vec<String>,
    together: BTreeSet<BTreeSet<Id<Claim>>>,
    waiting: BTreeSet<Id<Claim>>,
}

pub(super) async fn stands(db: &Db) -> Stands {
    let mut of_trade: BTreeMap<Id<Trade>, Vec<TradeLine>> = BTreeMap::new();
    let ties: Vec<TieRow> = db
        .read(async |tx| {
            store::every_line(tx, |line| {
                of_trade.entry(line.trade).or_default().push(line);
                Ok(())
            })
            .await?;
            tx.fetch_all(&TEST_TIES, Vec::new()).await.map_err(|error: DbError| error)
        })
        .await
        .unwrap();
    let mut lines = Vec::new();
    for all in of_trade.values() {
        for line in store::standing_lines(all) {
            lines.push(format!(
                "{} {} {} {:?} {:?}",
                line.day, line.amount, line.count, line.quantity, line.axes
            ));
        }
    }
    lines.sort();
    let mut together: BTreeMap<Id<Trade>, BTreeSet<Id<Claim>>> = BTreeMap::new();
    let mut waiting = BTreeSet::new();
    for (claim, trade, _, _) in ties {
        match trade {
            Some(trade) => drop(together.entry(trade).or_default().insert(claim)),
            None => drop(waiting.insert(claim)),
        }
    }
    Stands { lines, together: together.into_values().collect(), waiting }
}

pub(super) async fn agrees_with_replay(db: &Db) {
    assert_eq!(replay(db).await.unwrap(), None);
    let (amount, count, lines): (i64, i64, i64) =
        db.read(async |tx| tx.fetch_one(&TEST_SUMS, Vec::new()).await).await.unwrap();
    let (of_trades, trades, _): (i64, i64, i64) =
        db.read(async |tx| tx.fetch_one(&TEST_TRADES, Vec::new()).await).await.unwrap();
    assert_eq!(amount, of_trades, "the table of trades adds up to its lines");
    assert!(count <= trades && lines >= trades);
}

#[db_test(STEPS)]
async fn every_statement_is_understood(db: Db) {
    for sql in store::STATEMENTS {
        db.check_statement(&sql.rendered(db.engine())).await.unwrap();
    }
    for insert in store::INSERTS {
        db.check_statement(&insert.rendered(db.engine())).await.unwrap();
    }
    check_updates(&db, store::UPDATES).await;
}

#[db_test(STEPS)]
async fn the_order_of_imports_is_irrelevant(db: Db) {
    let world = World::new(260, 5);
    let ids = IdGen::seeded(3);
    let files = files(&world);
    for file in &files {
        post(&db, &world, file).await;
        matched(&db, &ids, &NoSink, days(file)).await.unwrap();
    }
    agrees_with_replay(&db).await;
    let forwards = stands(&db).await;
    // Taken back one by one, then sent again from the last to the first.
    for file in &files {
        let batch = uuid::Uuid::from_u128(file[0].raw.batch);
        db.write(async |tx| tx.execute(&TEST_WITHDRAW, binds![batch]).await).await.unwrap();
        matched(&db, &ids, &NoSink, days(file)).await.unwrap();
    }
    agrees_with_replay(&db).await;
    assert_eq!(stands(&db).await.lines, Vec::<String>::new());
    let again: Vec<File> = files
        .iter()
        .rev()
        .map(|file| {
            let mut file = file.clone();
            for report in &mut file {
                report.raw.batch += 1 << 100;
                report.raw.id =
                    Id::from_uuid(uuid::Uuid::from_u128(report.raw.id.uuid().as_u128() ^ (1 << 127)));
            }
            file
        })
        .collect();
    for file in &again {
        post(&db, &world, file).await;
        matched(&db, &ids, &NoSink, days(file)).await.unwrap();
    }
    agrees_with_replay(&db).await;
    assert_eq!(stands(&db).await.lines, forwards.lines);
}

#[db_test(STEPS)]
async fn all_at_once_is_the_same_as_one_by_one(db: Db) {
    let world = World::new(200, 9);
    let ids = IdGen::seeded(3);
    let files = files(&world);
    for file in &files {
        post(&db, &world, file).await;
    }
    let report = matched(&db, &ids, &NoSink, None).await.unwrap();
    assert_eq!(usize::try_from(report.claims_read).unwrap(), world.reports.len());
    assert_eq!(usize::try_from(report.ties_written).unwrap(), world.reports.len());
    agrees_with_replay(&db).await;
    // Nothing is new: nothing is written, neither for some days nor for all.
    for span in [None, days(&files[0])] {
        let report = matched(&db, &ids, &NoSink, span).await.unwrap();
        assert_eq!((report.ties_written, report.lines_written, report.postings), (0, 0, None));
    }
}

#[db_test(STEPS)]
async fn taking_a_file_back_gives_what_was_before(db: Db) {
    let world = World::new(220, 21);
    let ids = IdGen::seeded(3);
    let files = files(&world);
    let largest = files.iter().enumerate().max_by_key(|(_, file)| file.len()).unwrap().0;
    for (at, file) in files.iter().enumerate() {
        if at != largest {
            post(&db, &world, file).await;
        }
    }
    matched(&db, &ids, &NoSink, None).await.unwrap();
    let before = stands(&db).await;
    post(&db, &world, &files[largest]).await;
    matched(&db, &ids, &NoSink, days(&files[largest])).await.unwrap();
    assert_ne!(stands(&db).await, before);
    let batch = uuid::Uuid::from_u128(files[largest][0].raw.batch);
    db.write(async |tx| tx.execute(&TEST_WITHDRAW, binds![batch]).await).await.unwrap();
    let report = matched(&db, &ids, &NoSink, days(&files[largest])).await.unwrap();
    assert!(report.untied > 0);
    assert_eq!(stands(&db).await, before);
    agrees_with_replay(&db).await;
}

/// Fails at one call, as if the program had been killed there.
struct Failing {
    calls: AtomicU32,
    at: u32,
}

impl LineSink for Failing {
    fn apply<'a>(&'a self, _: &'a mut Tx, _: &'a [TradeLine]) -> BoxFuture<'a, Result<(), DbError>> {
        Box::pin(async {
            let call = self.calls.fetch_add(1, Ordering::SeqCst);
            if call == self.at { Err(DbError::Unavailable("killed".to_owned())) } else { Ok(()) }
        })
    }
}

#[db_test(STEPS)]
async fn an_interrupted_run_is_simply_run_again(db: Db) {
    let world = World::new(200, 33);
    let ids = IdGen::seeded(3);
    let files = files(&world);
    let (early, late): (Vec<_>, Vec<_>) =
        files.iter().partition(|file| file[0].raw.source.starts_with("city"));
    for file in early {
        post(&db, &world, file).await;
        matched(&db, &ids, &NoSink, days(file)).await.unwrap();
    }
    for file in &late {
        post(&db, &world, file).await;
    }
    let all: File = late.into_iter().flatten().cloned().collect();
    for at in [3, 1, 0] {
        let failing = Failing { calls: AtomicU32::new(0), at };
        let outcome = matched(&db, &ids, &failing, days(&all)).await;
        assert!(matches!(outcome, Err(MatchError::Db(DbError::Unavailable(_)))), "{outcome:?}");
    }
    matched(&db, &ids, &NoSink, days(&all)).await.unwrap();
    agrees_with_replay(&db).await;
    let entries = world.entries();
    let outcome = crate::matching::resolve(&entries, &[], &crate::matching::Settings::default());
    let id = |claim: u32| entries.list()[claim as usize].id;
    let together: BTreeSet<BTreeSet<_>> =
        outcome.clusters().map(|members| members.iter().map(|m| id(m.claim)).collect()).collect();
    assert_eq!(stands(&db).await.together, together);
}

#[db_test(STEPS)]
async fn replay_names_the_first_difference(db: Db) {
    let world = World::new(60, 2);
    let ids = IdGen::seeded(3);
    for file in files(&world) {
        post(&db, &world, &file).await;
    }
    assert!(matches!(replay(&db).await.unwrap(), Some(Difference::Tie { .. })));
    matched(&db, &ids, &NoSink, None).await.unwrap();
    agrees_with_replay(&db).await;
    let ties: Vec<TieRow> = db.read(async |tx| tx.fetch_all(&TEST_TIES, Vec::new()).await).await.unwrap();
    db.write(async |tx| tx.execute(&TEST_BREAK_TALLY, Vec::new()).await).await.unwrap();
    assert!(matches!(replay(&db).await.unwrap(), Some(Difference::Tally { .. })));
    let trade = ties[7].1.unwrap();
    db.write(async |tx| tx.execute(&TEST_BREAK_LINE, binds![trade]).await).await.unwrap();
    assert_eq!(replay(&db).await.unwrap(), Some(Difference::Lines { trade }));
    db.write(async |tx| tx.execute(&TEST_BREAK, binds![ties[3].0]).await).await.unwrap();
    let found = replay(&db).await.unwrap();
    assert!(matches!(&found, Some(Difference::Tie { claim, .. }) if *claim == ties[3].0), "{found:?}");
}

#[db_test(STEPS)]
async fn two_runs_exclude_each_other(db: Db) {
    let world = World::new(40, 2);
    for file in files(&world) {
        post(&db, &world, &file).await;
    }
    let clock = sh_testkit::clock();
    let ids = IdGen::seeded(3);
    let holder: Id<()> = ids.next(sh_testkit::PRESS_DAY);
    let until = sh_testkit::PRESS_DAY.plus_seconds(60);
    let took =
        db.write(async |tx| store::take_lease(tx, holder, sh_testkit::PRESS_DAY, until).await).await.unwrap();
    assert!(took);
    let task = MatchRun::new(&db, &*clock, &ids, &NoSink);
    assert!(matches!(run(&task, None).await, Err(MatchError::Busy)));
    // The holder was killed: its lease ends by itself.
    clock.advance_seconds(61);
    assert!(run(&task, None).await.unwrap().ties_written > 0);
    let (decisions,): (i64,) =
        db.read(async |tx| tx.fetch_one(&TEST_DECISIONS, Vec::new()).await).await.unwrap();
    assert_eq!(usize::try_from(decisions).unwrap(), world.reports.len());
}

#[test]
fn a_run_may_live_on_any_thread() {
    fn sent<T: Send>(_: &T) {}
    fn check<'a>(task: &'a MatchRun<'a>) {
        sent(&run(task, None));
    }
    let _ = check;
}
