//! What a checkout builds on.

use sh_db::Db;
use sh_ledger::Source;
use sh_stock::Pick;
use sh_testkit::db_test;

use crate::support::{Stock, schema};

#[db_test(&schema())]
async fn what_expires_first_goes_out_first(db: Db) {
    let stock = Stock::open(db).await;
    stock.receive("never", None, 10_000).await;
    stock.receive("late", Some(20_210_301), 10_000).await;
    let soon = stock.receive("soon", Some(20_201_209), 10_000).await;
    let codes: Vec<String> = stock.lots().await.into_iter().map(|lot| lot.code).collect();
    assert_eq!(codes, ["soon", "late", "never"], "the last day is a day of sale");
    let picks = stock.order(15_000).await.unwrap();
    assert_eq!(picks.iter().map(|pick| pick.quantity).collect::<Vec<_>>(), [10_000, 5_000]);
    assert_eq!(picks[0].lot, soon);
    assert_eq!(stock.order(20_000).await, Err(15_000), "says how much there is");
    assert_eq!(stock.available().await[&stock.apples], 15_000);

    // What is released can be sold again; what is shipped cannot be released.
    stock.carry(&picks[..1], Source::Release).await.unwrap();
    stock.carry(&picks[1..], Source::Shipment).await.unwrap();
    assert!(stock.carry(&picks[1..], Source::Release).await.is_err());
    assert!(stock.carry(&picks[..1], Source::Shipment).await.is_err());
    assert_eq!(stock.available().await[&stock.apples], 25_000);
    stock.carry(&picks[1..], Source::Return).await.unwrap();
    assert!(stock.carry(&picks[1..], Source::Return).await.is_err(), "no more comes back than went out");
    assert_eq!(stock.available().await[&stock.apples], 30_000);
}

#[db_test(&schema())]
async fn the_last_pack_is_sold_once(db: Db) {
    let stock = Stock::open(db).await;
    stock.receive("A-17", None, 5_000).await;
    let outcomes = futures::future::join_all((0..20).map(|_| stock.order(5_000))).await;
    let sold: Vec<&Vec<Pick>> = outcomes.iter().filter_map(|outcome| outcome.as_ref().ok()).collect();
    assert_eq!(sold.len(), 1);
    assert!(outcomes.iter().all(|outcome| outcome.is_ok() || *outcome == Err(0)));
    let found = stock.app.db.read(async |tx| sh_ledger::verify(tx).await).await.unwrap();
    assert_eq!(found, None);
}

#[db_test(&schema())]
async fn what_is_sold_out_is_looked_at_no_longer_until_goods_come(db: Db) {
    let stock = Stock::open(db).await;
    let (sold, kept) = (stock.receive("A-1", None, 5_000).await, stock.receive("A-2", None, 10_000).await);
    let picks = stock.order(5_000).await.unwrap();
    assert_eq!(picks[0].lot, sold);
    stock.clock.advance_seconds(2 * 3_600);
    let mark = async || sh_stock::service::empty::mark(&stock.ctx("public"), &stock.app).await.unwrap();
    assert_eq!(mark().await, 0, "what is set aside may be given up again");
    stock.carry(&picks, Source::Shipment).await.unwrap();
    assert_eq!(mark().await, 1);
    let lots = async || stock.lots().await.into_iter().map(|lot| lot.lot).collect::<Vec<_>>();
    assert_eq!(lots().await, [kept]);
    assert_eq!(stock.available().await[&stock.apples], 10_000);
    assert_eq!(mark().await, 0);

    stock.receive("A-1", None, 5_000).await;
    assert_eq!(lots().await.len(), 2);
    let all = stock.order(15_000).await.unwrap();
    assert_eq!(all.len(), 2);
    stock.carry(&all, Source::Shipment).await.unwrap();
    assert_eq!(mark().await, 2);
    assert!(lots().await.is_empty());
    stock.carry(&all, Source::Return).await.unwrap();
    stock.app.db.write(async |tx| sh_stock::refilled(tx, &[sold, kept]).await).await.unwrap();
    assert_eq!(stock.available().await[&stock.apples], 15_000);
}
