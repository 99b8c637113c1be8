//! What the figures hear of an order.

use sh_db::{Db, binds};
use sh_http::Context;
use sh_jobs::Progress;
use sh_mall::{
    model::number_of,
    provider::{Begun, simulator::Scenario},
    service::{checkout, orders, pay, supplier},
    token::Visitor,
};
use sh_testkit::db_test;

use crate::support::{Market, OPERATOR, OTHER, SUPPLIER, schema};

#[db_test(&schema())]
async fn an_order_becomes_trades_without_anybody_reporting_it(db: Db) {
    let market = Market::open(db, 10, 10).await;
    let order = market.both("a").await;
    market.pay("a", order, Scenario::Once).await.unwrap();
    let (app, visitor, ctx) = (&market.app, Visitor::guest("a"), market.public());
    supplier::ship(&market.ctx(SUPPLIER), app, (order, market.shop), "顺丰", "SF1234567890").await.unwrap();
    orders::receive(&ctx, app, &visitor, order, market.shop).await.unwrap();
    orders::ask_refund(&ctx, app, &visitor, (order, market.other), "不要了").await.unwrap();
    supplier::answer(&market.ctx(OTHER), app, (order, market.other), (true, false), "").await.unwrap();

    let system = Context::system(app, "jobs");
    sh_trade::own::settle(&system, app, &Progress::detached(market.app.clock.clone())).await.unwrap();
    let lines = sums_by_stage(&market).await;
    // The apples are received, which says more than that they were paid; the kumquats were paid, and came back.
    assert_eq!(lines, [(4, 5_600), (5, 5_990), (6, -5_600)]);
    market.audit().await;
}

/// The lines behind the figures: stage and sum.
async fn sums_by_stage(market: &Market) -> Vec<(i64, i64)> {
    let mut lines = Vec::new();
    let sql = "SELECT stage, CAST(SUM(amount) AS BIGINT) FROM trade_line GROUP BY stage ORDER BY stage";
    market
        .app
        .db
        .read(async |tx| {
            tx.for_each_dynamic(sql.to_owned(), binds![], |row| {
                lines.push((row.get(0)?, row.get(1)?));
                Ok(())
            })
            .await
        })
        .await
        .unwrap();
    lines
}

#[db_test(&schema())]
async fn fully_refunded_reads_refunded_everywhere(db: Db) {
    let market = Market::open(db, 10, 0).await;
    let (app, ctx) = (&market.app, market.ctx("shopper@*"));
    let visitor = Visitor::person(&ctx);
    let form = market.form(&[(market.apples, 2, 5_990)]);
    let order = checkout::place(&ctx, app, visitor.buyer().unwrap(), &form).await.unwrap();
    let begun = pay::begin(&ctx, app, &visitor, order, "simulator").await.unwrap();
    let Begun::Page(page) = begun else { panic!("{begun:?}") };
    let payment = page.rsplit('/').next().unwrap().parse().unwrap();
    pay::simulate(&ctx, app, &visitor, payment, Scenario::Once).await.unwrap();
    supplier::ship(&market.ctx(SUPPLIER), app, (order, market.shop), "顺丰", "SF1234567890").await.unwrap();
    orders::receive(&ctx, app, &visitor, order, market.shop).await.unwrap();
    orders::ask_refund(&ctx, app, &visitor, (order, market.shop), "坏了").await.unwrap();
    supplier::answer(&market.ctx(SUPPLIER), app, (order, market.shop), (true, true), "").await.unwrap();

    let (site, number) = (market.site(), number_of(order));
    for (by, path) in [
        ("shopper@*", "/orders?state=refunded".to_owned()),
        ("shopper@*", format!("/orders/{order}")),
        (SUPPLIER, "/s/orders?tab=refunded".to_owned()),
        (SUPPLIER, format!("/s/orders/{order}/{}", market.shop)),
        (OPERATOR, "/w/orders?state=refunded".to_owned()),
        (OPERATOR, format!("/w/orders/{order}")),
    ] {
        let page = site.get(by, &path).await.body;
        assert!(page.contains(&number) && page.contains("已退款"), "{path}: {page}");
    }
    let told = site.get("shopper@*", &format!("/api/v1/orders/{order}")).await.body;
    assert!(told.contains("\"state\":\"refunded\"") && told.contains("\"refunded_fen\":11980"), "{told}");
    let system = Context::system(app, "jobs");
    sh_trade::own::settle(&system, app, &Progress::detached(market.app.clock.clone())).await.unwrap();
    let sum: i64 = sums_by_stage(&market).await.iter().map(|(_, amount)| amount).sum();
    assert_eq!(sum, 0, "figures included");
    assert_eq!(market.left().await, 10, "what is back may be sold again");
    market.audit().await;
}
