//! Rulings against a database: they win, they can be taken back, and the queue shows what is left.

use std::sync::Arc;

use sh_db::{Db, Migration, Sql};
use sh_http::{App, Context, Page, testing::actor};
use sh_kernel::{Fen, Id};
use sh_testkit::db_test;
use sh_ui::Locale;

use super::{
    match_run::{MatchRun, run},
    match_tests::{agrees_with_replay, files, post, stands},
    matches::{self, QueueFilter},
    rule::{RuleError, decide, undo},
};
use crate::{
    matching::labelled::World,
    model::{Claim, Trade},
    sink::{NoSink, SharedSink},
};

/// The tables of every module that deciding writes to.
fn schema() -> Vec<Migration> {
    [sh_http::MIGRATIONS, sh_access::MIGRATIONS, sh_parties::MIGRATIONS, crate::MIGRATIONS].concat()
}

struct Desk {
    app: App,
}

impl Desk {
    async fn with(db: Db, world: &World) -> Self {
        let app = sh_http::testing::app(db, sh_testkit::clock(), sh_testkit::ids())
            .with(SharedSink(Arc::new(NoSink)));
        for file in files(world) {
            post(&app.db, world, &file).await;
        }
        let task = MatchRun::new(&app.db, &*app.clock, &app.ids, &NoSink);
        run(&task, None).await.unwrap();
        Self { app }
    }

    fn by(&self, who: &str) -> Context {
        Context::new(&self.app, actor(who), Locale::Zh)
    }

    async fn count(&self, sql: &'static str) -> i64 {
        let sql = Sql::new("COUNT", sql);
        let row: (i64,) = self.app.db.read(async |tx| tx.fetch_one(&sql, Vec::new()).await).await.unwrap();
        row.0
    }

    /// Two claims that are tied to one trade, the anchor first.
    async fn tied(&self) -> (Id<Claim>, Id<Claim>) {
        let sql = Sql::new(
            "TIED",
            "SELECT tr.anchor, t.claim FROM tie t JOIN trade tr ON tr.id = t.trade WHERE t.state = 2 AND t.rule = 3
             ORDER BY t.claim LIMIT 1",
        );
        self.app.db.read(async |tx| tx.fetch_one(&sql, Vec::new()).await).await.unwrap()
    }

    async fn trade_of(&self, claim: Id<Claim>) -> Option<Id<Trade>> {
        let sql = Sql::new("TRADE_OF", "SELECT trade FROM tie WHERE claim = $1");
        let row: (Option<Id<Trade>>,) =
            self.app.db.read(async |tx| tx.fetch_one(&sql, sh_db::binds![claim]).await).await.unwrap();
        row.0
    }
}

const TASK_FORCE: &str = "task-force@*";

#[db_test(&schema())]
async fn a_ruling_parts_and_taking_it_back_joins_again(db: Db) {
    let desk = Desk::with(db, &World::new(150, 4)).await;
    let ctx = desk.by(TASK_FORCE);
    let before = stands(&desk.app.db).await;
    let (anchor, claim) = desk.tied().await;
    let decided = decide(&ctx, &desk.app, claim, anchor, false, "两笔货，同一天").await.unwrap();
    assert!(decided.report.unwrap().ties_written >= 1);
    assert_ne!(desk.trade_of(claim).await, desk.trade_of(anchor).await);
    agrees_with_replay(&desk.app.db).await;
    // Said again the other way: the later ruling counts, the earlier one is taken back.
    decide(&ctx, &desk.app, anchor, claim, true, "").await.unwrap();
    assert_eq!(desk.trade_of(claim).await, desk.trade_of(anchor).await);
    assert_eq!(desk.count("SELECT COUNT(*) FROM ruling WHERE withdrawn_at IS NULL").await, 1);
    assert_eq!(desk.count("SELECT COUNT(*) FROM tie WHERE ruling IS NOT NULL").await, 1);
    agrees_with_replay(&desk.app.db).await;
    let ruled = matches::rulings(&ctx, &desk.app, &Page::default()).await.unwrap();
    assert_eq!(ruled.items.len(), 2);
    let last = ruled.items[0].ruling.id;
    undo(&ctx, &desk.app, last).await.unwrap();
    assert!(matches!(undo(&ctx, &desk.app, last).await, Err(RuleError::AlreadyUndone)));
    assert_eq!(stands(&desk.app.db).await, before);
    agrees_with_replay(&desk.app.db).await;
    assert_eq!(desk.count("SELECT COUNT(*) FROM ruling WHERE pending").await, 0);
    assert_eq!(desk.count("SELECT COUNT(*) FROM audit_entry").await, 3);
}

#[db_test(&schema())]
async fn claims_far_apart_in_time_can_be_joined(db: Db) {
    let world = World::new(200, 6);
    let desk = Desk::with(db, &world).await;
    let ctx = desk.by(TASK_FORCE);
    let plain = |report: &&crate::matching::labelled::Report| !report.is_return && !report.is_repeat;
    let first = world.reports.iter().filter(plain).min_by_key(|report| report.raw.day).unwrap().raw.id;
    let last = world.reports.iter().filter(plain).max_by_key(|report| report.raw.day).unwrap().raw.id;
    let decided = decide(&ctx, &desk.app, first, last, true, "年底补报").await.unwrap();
    assert_eq!(desk.trade_of(first).await, desk.trade_of(last).await);
    agrees_with_replay(&desk.app.db).await;
    undo(&ctx, &desk.app, decided.ruling).await.unwrap();
    assert_ne!(desk.trade_of(first).await, desk.trade_of(last).await);
    agrees_with_replay(&desk.app.db).await;
}

#[db_test(&schema())]
async fn a_city_decides_its_own_claims_only(db: Db) {
    let desk = Desk::with(db, &World::new(2_000, 8)).await;
    let (anchor, claim) = desk.tied().await;
    let city = desk.count("SELECT c.destination FROM tie t JOIN claim c ON c.id = t.claim WHERE t.state = 5 ORDER BY t.claim LIMIT 1").await;
    let own = desk.by(&format!("city@region:{city}"));
    let all = matches::waiting(&desk.by(TASK_FORCE), &desk.app, &QueueFilter::default(), &Page::default())
        .await
        .unwrap();
    let mine = matches::waiting(&own, &desk.app, &QueueFilter::default(), &Page::default()).await.unwrap();
    assert!(!mine.items.is_empty());
    assert!(mine.items.iter().all(|pair| pair.claim.claim.destination == city));
    let of_city = all.items.iter().filter(|pair| pair.claim.claim.destination == city).count();
    assert_eq!(mine.items.len(), of_city);
    let stranger = if city == 440_500 { 440_600 } else { 440_500 };
    let other = desk.by(&format!("city@region:{stranger}"));
    let pair = &mine.items[0];
    let refused = decide(&other, &desk.app, pair.claim.claim.id, pair.other.claim.id, true, "").await;
    assert!(matches!(refused, Err(RuleError::Denied(_))), "{refused:?}");
    let public = desk.by("public");
    assert!(matches!(decide(&public, &desk.app, claim, anchor, false, "").await, Err(RuleError::Denied(_))));
    // What is decided leaves the queue and is counted.
    decide(&own, &desk.app, pair.claim.claim.id, pair.other.claim.id, true, "").await.unwrap();
    assert!(matches::pair(&own, &desk.app, pair.claim.claim.id).await.unwrap().is_none());
    assert_eq!(desk.trade_of(pair.claim.claim.id).await, desk.trade_of(pair.other.claim.id).await);
    let sum = matches::sum(&own, &desk.app, &QueueFilter::default()).await.unwrap();
    assert_eq!(usize::try_from(sum.count).unwrap(), of_city - 1);
    agrees_with_replay(&desk.app.db).await;
}

#[db_test(&schema())]
async fn the_queue_is_filtered_by_source_and_amount(db: Db) {
    let desk = Desk::with(db, &World::new(2_000, 8)).await;
    let ctx = desk.by(TASK_FORCE);
    let queue = async |filter: QueueFilter| {
        matches::waiting(&ctx, &desk.app, &filter, &Page { after: None, size: Some(200) })
            .await
            .unwrap()
            .items
    };
    let all = queue(QueueFilter::default()).await;
    assert!(all.len() >= 3, "{}", all.len());
    let source = all[0].claim.claim.source.clone();
    let of_source = queue(QueueFilter { source: Some(source.clone()), ..QueueFilter::default() }).await;
    assert_eq!(of_source.len(), all.iter().filter(|pair| pair.claim.claim.source == source).count());
    let middle = all[1].claim.claim.amount.abs();
    let large = queue(QueueFilter { amount_min: Some(Fen(middle)), ..QueueFilter::default() }).await;
    assert_eq!(large.len(), all.iter().filter(|pair| pair.claim.claim.amount.abs() >= middle).count());
    let summed = matches::sum(&ctx, &desk.app, &QueueFilter::default()).await.unwrap();
    assert_eq!(usize::try_from(summed.count).unwrap(), all.len());
    let by_source: i64 = matches::sources(&ctx, &desk.app).await.unwrap().iter().map(|s| s.count).sum();
    assert_eq!(by_source, summed.count);
    // Page by page the same.
    let mut page = Page { after: None, size: Some(2) };
    let mut seen = Vec::new();
    loop {
        let listing = matches::waiting(&ctx, &desk.app, &QueueFilter::default(), &page).await.unwrap();
        seen.extend(listing.items.iter().map(|pair| pair.claim.claim.id));
        let Some(next) = listing.next else { break };
        page.after = Some(next);
    }
    assert_eq!(seen, all.iter().map(|pair| pair.claim.claim.id).collect::<Vec<_>>());
}

#[db_test(&schema())]
async fn every_statement_of_the_queue_is_understood(db: Db) {
    for sql in crate::store::queue::STATEMENTS {
        db.check_statement(&sql.rendered(db.engine())).await.unwrap();
    }
}
