//! What the platform sells itself becomes trades without anybody reporting it, on both engines.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on must say why")]
#![expect(unreachable_pub, dead_code, reason = "the support module is shared by several tests")]

mod support;

use sh_db::{Db, Sql, binds};
use sh_http::{AppError as _, Page};
use sh_jobs::{JobState, Progress};
use sh_kernel::{Day, Fen, Quantity, RegionCode};
use sh_testkit::db_test;
use sh_trade::{
    axes::{BuyerKind, Category, Certified, Channel, Grade, Role, Stage},
    facts::{self, LineFilter},
    import::batch::BatchState,
    model::TradeLine,
    own::{self, OwnSale},
    service::{imports, replay::replay, upload, withdraw},
};
use support::{ALL, Program, TASK_FORCE, city_return, schema};

const ORDER: &str = "M20201209000017";

fn day(number: i64) -> Day {
    Day::from_yyyymmdd(number).unwrap()
}

fn sale(stage: Stage, line: u32) -> OwnSale {
    let back = if stage == Stage::Returned { -1 } else { 1 };
    OwnSale {
        order_no: ORDER.to_owned(),
        line,
        part: 0,
        day: day(20_201_127),
        stage,
        seller: sh_parties::number_of("昭阳区绿源苹果专业合作社"),
        seller_name: "昭阳区绿源苹果专业合作社".to_owned(),
        seller_code: Some("93530602MA6KAPPLE1".to_owned()),
        buyer: Some("广州市第一中学".to_owned()),
        buyer_kind: BuyerKind::BudgetUnit,
        product: "昭通丑苹果".to_owned(),
        category: Category::Fruit,
        origin: RegionCode::new(530_602).ok(),
        destination: RegionCode::new(440_100).ok(),
        amount: Fen(back * 1_198_000),
        quantity: Some(Quantity(back * 1_000_000)),
        certified: Certified::Yes,
        channel: Channel::Online,
        role: Role::Direct,
        event: None,
    }
}

async fn record(program: &Program, sales: &[OwnSale]) {
    let ctx = program.ctx("operator@*");
    program.app.db.write(async |tx| own::record(tx, &ctx, sales).await).await.unwrap();
}

/// Runs what waits, and replays everything.
async fn settle(program: &Program) -> u64 {
    let ctx = program.ctx(TASK_FORCE);
    let progress = Progress::detached(ctx.clock.clone());
    let runs = own::settle(&ctx, &program.app, &progress).await.unwrap();
    assert_eq!(replay(&program.app.db).await.unwrap(), None);
    runs
}

async fn lines(program: &Program) -> Vec<TradeLine> {
    let mut lines = Vec::new();
    program
        .app
        .db
        .read(async |tx| {
            facts::for_each_line(tx, &LineFilter::default(), |line| {
                lines.push(line.clone());
                Ok(())
            })
            .await
        })
        .await
        .unwrap();
    lines
}

/// Trades, their amount, and the grade of what stands.
async fn standing(program: &Program) -> (i64, i64, Option<Grade>) {
    let lines = lines(program).await;
    let (count, amount) = lines.iter().fold((0, 0), |sum, line| (sum.0 + line.count, sum.1 + line.amount.0));
    (count, amount, lines.iter().rev().find(|line| line.count > 0).map(|line| line.axes.grade))
}

async fn one(program: &Program, text: &'static str) -> i64 {
    let sql = Sql::new("ONE", text);
    let (number,): (i64,) = program.app.db.read(async |tx| tx.fetch_one(&sql, binds![]).await).await.unwrap();
    number
}

#[db_test(&schema())]
async fn an_order_is_one_trade_from_payment_to_return(db: Db) {
    let program = Program::start(db).await;
    record(&program, &[sale(Stage::Paid, 1)]).await;
    assert_eq!(standing(&program).await.0, 0, "nothing is counted before matching");
    assert_eq!(settle(&program).await, 1);
    assert_eq!(standing(&program).await, (1, 1_198_000, Some(Grade::B)));
    let first = lines(&program).await;
    let axes = first[0].axes;
    assert_eq!((axes.origin, axes.destination, axes.channel), (530_602, 440_100, Channel::Online));
    assert_eq!((axes.certified, axes.stage, axes.role), (Certified::Yes, Stage::Paid, Role::Direct));
    assert_eq!((axes.seller, first[0].day), (sale(Stage::Paid, 1).seller, day(20_201_127)));

    record(&program, &[sale(Stage::Accepted, 1)]).await;
    settle(&program).await;
    assert_eq!(standing(&program).await, (1, 1_198_000, Some(Grade::A)));
    let all = lines(&program).await;
    assert!(all.iter().all(|line| line.trade == first[0].trade), "received is the same trade");

    // Half of it goes back, then the rest.
    let back = |part, amount| OwnSale {
        part,
        day: day(20_201_205),
        amount: Fen(amount),
        ..sale(Stage::Returned, 1)
    };
    record(&program, &[back(0, -599_000)]).await;
    settle(&program).await;
    assert_eq!(standing(&program).await.1, 599_000);
    record(&program, &[back(1, -599_000)]).await;
    settle(&program).await;
    assert_eq!(standing(&program).await, (1, 0, Some(Grade::A)), "one trade that came to nothing");
    let all = lines(&program).await;
    assert!(all.iter().all(|line| line.trade == first[0].trade), "a return is no trade of its own");
    assert!(all.iter().any(|line| line.axes.stage == Stage::Returned && line.amount == Fen(-1_198_000)));
    assert!(all.len() > 3, "nothing was taken out, only reversed: {all:?}");
}

#[db_test(&schema())]
async fn recorded_twice_changes_nothing(db: Db) {
    let program = Program::start(db).await;
    let both = [sale(Stage::Paid, 1), sale(Stage::Paid, 2), sale(Stage::Accepted, 1)];
    record(&program, &both).await;
    settle(&program).await;
    let before = (lines(&program).await, program.claims().await);
    assert_eq!(before.1.0, 3);
    assert_eq!(standing(&program).await.0, 2, "equal lines of an order are two sales");
    record(&program, &both).await;
    record(&program, &[OwnSale { amount: Fen(1), ..sale(Stage::Paid, 1) }, sale(Stage::Paid, 2)]).await;
    assert_eq!(settle(&program).await, 0, "there is nothing to match");
    assert_eq!((lines(&program).await, program.claims().await), before);
    let twice = [sale(Stage::Accepted, 2), sale(Stage::Accepted, 2)];
    record(&program, &twice).await;
    settle(&program).await;
    assert_eq!((program.claims().await.0, standing(&program).await.0), (4, 2));
}

#[db_test(&schema())]
async fn a_report_of_the_same_sale_ties_to_it(db: Db) {
    let program = Program::start(db).await;
    record(&program, &[sale(Stage::Paid, 1), sale(Stage::Accepted, 1)]).await;
    settle(&program).await;
    let trade = lines(&program).await[0].trade;
    let row = [
        "2020-11-28",
        "广州市第一中学",
        "昭阳区绿源苹果专业合作社",
        "苹果",
        "云南省昭通市昭阳区",
        "1.198",
        "已付款",
        ORDER,
    ];
    let other =
        ["2020-11-28", "广州市教育局", "融安县金桔产业合作社", "融安金桔", "融安县", "0.5", "已付款", ""];
    let batch = program.check("city-440100", "11月.xlsx", city_return(&[row, other], None)).await.unwrap();
    let go = sh_trade::service::post::Confirmation { good_only: true, doubtful_too: true };
    program.post(batch.id, go).await.unwrap();
    assert_eq!(replay(&program.app.db).await.unwrap(), None);
    assert_eq!(standing(&program).await.0, 2, "the city's report of the order is no sale of its own");
    let detail = program.app.db.read(async |tx| facts::trade(tx, trade).await).await.unwrap().unwrap();
    let sources: Vec<&str> = detail.claims.iter().map(|claim| claim.source.as_str()).collect();
    assert!(sources.contains(&"mall") && sources.contains(&"city-440100"), "{sources:?}");
    assert_eq!(ALL, sh_trade::service::post::Confirmation::default());
}

#[db_test(&schema())]
async fn one_job_waits_however_many_orders_come(db: Db) {
    let program = Program::start(db).await;
    let ctx = program.ctx("operator@*");
    for number in 10..30 {
        let mut order = sale(Stage::Paid, 1);
        order.order_no = format!("M202012090001{number}");
        record(&program, &[order]).await;
    }
    assert_eq!(one(&program, "SELECT COUNT(*) FROM job").await, 1);
    let queued = sh_jobs::recent(&program.ctx("admin@*"), &program.app, None, None, 10).await.unwrap();
    let job = queued[0].id;
    assert_eq!(program.finish(job).await.state, JobState::Done);
    assert_eq!(standing(&program).await.0, 20);
    record(&program, &[sale(Stage::Paid, 1)]).await;
    assert_eq!(one(&program, "SELECT COUNT(*) FROM job").await, 2, "what comes later is for another job");
    // A run that was cut off is simply run again.
    let progress = Progress::detached(ctx.clock.clone());
    progress.stop();
    assert!(own::settle(&ctx, &program.app, &progress).await.is_err());
    assert_eq!(standing(&program).await.0, 20);
    settle(&program).await;
    assert_eq!(standing(&program).await.0, 21);
}

#[db_test(&schema())]
async fn own_sales_stand_in_batches_that_nobody_takes_back(db: Db) {
    let program = Program::start(db).await;
    record(&program, &[sale(Stage::Paid, 1), sale(Stage::Paid, 2)]).await;
    record(&program, &[sale(Stage::Accepted, 1), sale(Stage::Paid, 3)]).await;
    let ctx = program.ctx(TASK_FORCE);
    let list =
        imports::list(&ctx, &program.app, &imports::BatchFilter::default(), &Page::default()).await.unwrap();
    let mut seen: Vec<_> =
        list.items.iter().map(|one| (one.batch.rows_posted, one.batch.amount_good)).collect();
    seen.sort_unstable();
    assert_eq!(seen, [(1, Fen(1_198_000)), (3, Fen(3 * 1_198_000))], "one batch for each stage of a day");
    let batch = &list.items[0].batch;
    assert_eq!((batch.state, batch.source.as_str()), (BatchState::Posted, own::SOURCE));
    let refused = withdraw::withdraw(&ctx, &program.app, batch.id, "试试").await.unwrap_err();
    assert_eq!(refused.code(), "import-own-sales");
    let refused = upload::may_upload(&ctx, &program.app, own::SOURCE).await.unwrap_err();
    assert_eq!(refused.code(), "import-own-sales");
    assert_eq!(imports::verify_files(&program.app).await.unwrap(), None, "own sales have no file");
}

#[db_test(&schema())]
async fn a_sale_that_cannot_be_is_not_recorded(db: Db) {
    let program = Program::start(db).await;
    let ctx = program.ctx("operator@*");
    for wrong in [
        OwnSale { order_no: "A17".to_owned(), ..sale(Stage::Paid, 1) },
        OwnSale { amount: Fen(-1), ..sale(Stage::Paid, 1) },
        OwnSale { amount: Fen(1), ..sale(Stage::Returned, 1) },
        sale(Stage::Signed, 1),
    ] {
        let sales = [sale(Stage::Paid, 2), wrong];
        let outcome = program.app.db.write(async |tx| own::record(tx, &ctx, &sales).await).await;
        assert!(outcome.is_err(), "{sales:?}");
    }
    assert_eq!(program.claims().await.0, 0);
}

#[db_test(&schema())]
async fn of_several_who_record_the_same_at_once_one_counts(db: Db) {
    let program = Program::start(db).await;
    let sales = [sale(Stage::Paid, 1), sale(Stage::Paid, 2), sale(Stage::Accepted, 1)];
    futures::future::join_all((0..6).map(|_| record(&program, &sales))).await;
    assert_eq!(program.claims().await.0, 3);
    assert_eq!(one(&program, "SELECT CAST(SUM(rows_total) AS BIGINT) FROM import_batch").await, 3);
    settle(&program).await;
    assert_eq!(standing(&program).await.0, 2);
}
