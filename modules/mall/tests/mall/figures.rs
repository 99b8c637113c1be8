//! What the figures hear of an order.

use sh_db::{Db, binds};
use sh_http::Context;
use sh_jobs::Progress;
use sh_mall::{
    provider::simulator::Scenario,
    service::{orders, supplier},
    token::Visitor,
};
use sh_testkit::db_test;

use crate::support::{Market, OTHER, SUPPLIER, schema};

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
    let mut lines: Vec<(i64, i64)> = Vec::new();
    app.db
        .read(async |tx| {
            let sql =
                "SELECT stage, CAST(SUM(amount) AS BIGINT) FROM trade_line GROUP BY stage ORDER BY stage"
                    .to_owned();
            tx.for_each_dynamic(sql, binds![], |row| {
                lines.push((row.get(0)?, row.get(1)?));
                Ok(())
            })
            .await
        })
        .await
        .unwrap();
    // The apples are received, which says more than that they were paid; the kumquats were paid, and came back.
    assert_eq!(lines, [(4, 5_600), (5, 5_990), (6, -5_600)]);
    market.audit().await;
}
