//! The operator's search of orders: what each filter finds, and by which index, however many orders there are.

use std::time::{Duration, Instant};

use sh_db::{Db, Engine};
use sh_http::Page;
use sh_kernel::Id;
use sh_mall::{
    model::{Order, OrderState, number_of},
    provider::simulator::Scenario,
    service::operator::{self, Filter},
};
use sh_testkit::db_test;

use crate::support::{Market, OPERATOR, schema};

/// Where the number of orders for the measurement is read from.
const COUNT: &str = "SHANHAI_ORDERS";
/// What no filter may take longer than, once the pages of the index are in memory.
const LIMIT: Duration = Duration::from_millis(100);
/// Shops of the measurement.
const SHOPS: i64 = 301;

impl Market {
    async fn search(&self, filter: &Filter) -> Vec<Id<Order>> {
        let found = operator::search(&self.ctx(OPERATOR), &self.app, filter, &Page::default()).await.unwrap();
        found.items.into_iter().map(|item| item.id).collect()
    }
}

#[db_test(&schema())]
async fn orders_are_found_by_everything_that_people_know_of_them(db: Db) {
    let market = Market::open(db, 20, 20).await;
    let first = market.order("a", 1).await.unwrap();
    market.clock.advance_seconds(24 * 3_600);
    let both = market.both("b").await;
    market.pay("b", both, Scenario::Once).await.unwrap();
    let today = market.public().today();
    let any = Filter::default;
    let text = str::to_owned;
    let all = vec![both, first];
    let code = market.whole("b", both).await.order.code;
    for (filter, found) in [
        (any(), all.clone()),
        (Filter { number: number_of(both), ..any() }, vec![both]),
        (Filter { number: code, ..any() }, vec![both]),
        (Filter { number: text("1"), ..any() }, Vec::new()),
        (Filter { phone: text("13800138000"), ..any() }, all.clone()),
        (Filter { state: Some(OrderState::Paid), ..any() }, vec![both]),
        (Filter { shop: text("桔乡"), ..any() }, vec![both]),
        (Filter { shop: text("绿源苹果"), ..any() }, all.clone()),
        (Filter { shop: text("没有这家"), ..any() }, Vec::new()),
        (Filter { from: Some(today), ..any() }, vec![both]),
        (Filter { until: Some(today.plus_days(-1)), ..any() }, vec![first]),
        (
            Filter {
                shop: text("绿源"),
                state: Some(OrderState::Unpaid),
                phone: text("13800138000"),
                from: Some(today.plus_days(-1)),
                ..any()
            },
            vec![first],
        ),
    ] {
        assert_eq!(market.search(&filter).await, found, "{filter:?}");
    }
    let page = market.site().get(OPERATOR, "/w/orders?shop=%E6%A1%94%E4%B9%A1&from=2020-12-10").await.body;
    assert!(page.contains(&number_of(both)) && !page.contains(&number_of(first)), "{page}");
}

/// Fills orders of `SHOPS` shops in few statements: one part each, one in ten thousand to the same telephone, one in a
/// thousand unpaid, one in fifty cancelled, one in fifty refunded.
async fn fill(market: &Market, count: i64) {
    let uuid = |number: &str| match market.app.db.engine() {
        Engine::Sqlite => {
            format!("unhex(printf('%016x%016x', (1577836800000 + {number}) << 16 | 28672, 1 << 63))")
        }
        Engine::Postgres => format!(
            "CAST(lpad(to_hex((1577836800000 + {number}) << 16 | 28672), 16, '0') || '8000000000000000' AS uuid)"
        ),
    };
    let at = match market.app.db.engine() {
        Engine::Sqlite => "(1577836800000 + n.i) * 1000",
        Engine::Postgres => "to_timestamp((1577836800000 + n.i) / 1000.0)",
    };
    let numbers = "WITH RECURSIVE n(i) AS (SELECT $1 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < $2)";
    let state =
        "CASE WHEN n.i % 1000 = 0 THEN 1 WHEN n.i % 50 = 1 THEN 3 WHEN n.i % 50 = 2 THEN 4 ELSE 2 END";
    let part = "CASE WHEN n.i % 1000 = 0 THEN 1 WHEN n.i % 50 = 1 THEN 5 WHEN n.i % 50 = 2 THEN 6 ELSE 4 END";
    let order = uuid("n.i");
    let shop = uuid(&format!("n.i % {SHOPS}"));
    let orders = format!(
        "{numbers} INSERT INTO mall_order (id, buyer, state, placed_at, due_at, pieces, goods, freight, amount, paid, \
         refunded, region, receiver, phone, detail, code) SELECT {order}, 'guest:' || n.i, {state}, {at}, {at}, 1, 100, 0, \
         100, CASE WHEN n.i % 1000 = 0 OR n.i % 50 = 1 THEN 0 ELSE 100 END, 0, 440305, '何平', \
         CASE WHEN n.i % 10000 = 7 THEN '13800138000' ELSE '139' || n.i END, '科苑路', 'C' || n.i FROM n RETURNING pieces"
    );
    let parts = format!(
        "{numbers} INSERT INTO mall_part (order_id, shop, organisation, shop_name, seller, state, goods, freight, amount, \
         message, ask) SELECT {order}, {shop}, 'o', 's', 1, {part}, 100, 0, 100, '', 0 FROM n RETURNING ask"
    );
    let mut from = 0;
    while from < count {
        let to = (from + 50_000).min(count);
        for sql in [&orders, &parts] {
            let write = market.app.db.write(async |tx| {
                tx.for_each_dynamic(sql.clone(), sh_db::binds![from, to], |_| Ok(())).await
            });
            write.await.unwrap();
        }
        from = to;
    }
    market.run("ANALYZE", Vec::new()).await;
}

/// Every filter beside the time that it takes at worst, the first time left out.
#[expect(clippy::print_stdout, reason = "a measurement tells what it has measured")]
async fn measure(db: Db) {
    let count: i64 = std::env::var(COUNT).ok().and_then(|text| text.parse().ok()).unwrap_or(500_000);
    let market = Market::open(db, 0, 0).await;
    let begun = Instant::now();
    fill(&market, count).await;
    println!("{count} orders filled in {:.1} s", begun.elapsed().as_secs_f64());
    // The shop whose name people type is the first of those that were filled.
    let rename = match market.app.db.engine() {
        Engine::Sqlite => {
            "UPDATE mall_part SET shop = $1 WHERE shop = unhex('016f5e66e80070008000000000000000') RETURNING ask"
        }
        Engine::Postgres => {
            "UPDATE mall_part SET shop = $1 WHERE shop = CAST('016f5e66e80070008000000000000000' AS uuid) RETURNING ask"
        }
    };
    market.run(rename, sh_db::binds![market.shop]).await;
    let day = |text: &str| Some(text.parse().unwrap());
    let filter = Filter::default;
    let filters = [
        ("all", filter()),
        ("number", Filter { number: number_of(last(&market).await), ..filter() }),
        ("code", Filter { number: "C77".to_owned(), ..filter() }),
        ("unknown number", Filter { number: "12345678901234567".to_owned(), ..filter() }),
        ("phone", Filter { phone: "13800138000".to_owned(), ..filter() }),
        (
            "phone and a rare state",
            Filter { phone: "13800138000".to_owned(), state: Some(OrderState::Refunded), ..filter() },
        ),
        ("a rare state", Filter { state: Some(OrderState::Unpaid), ..filter() }),
        ("a common state", Filter { state: Some(OrderState::Paid), ..filter() }),
        ("days", Filter { from: day("2020-01-01"), until: day("2020-01-01"), ..filter() }),
        (
            "a rare state on days without it",
            Filter { state: Some(OrderState::Refunded), until: day("2019-12-31"), ..filter() },
        ),
        ("shop", Filter { shop: "绿源".to_owned(), ..filter() }),
        (
            "shop and a rare state",
            Filter { shop: "绿源".to_owned(), state: Some(OrderState::Refunded), ..filter() },
        ),
        (
            "shop and a telephone that it never sent to",
            Filter { shop: "绿源".to_owned(), phone: "13800138000".to_owned(), ..filter() },
        ),
    ];
    let mut slow = Vec::new();
    for (name, filter) in filters {
        let mut worst = Duration::ZERO;
        let mut found = 0;
        for round in 0..6 {
            let begun = Instant::now();
            found = market.search(&filter).await.len();
            if round > 0 {
                worst = worst.max(begun.elapsed());
            }
        }
        println!("{name}: {found} orders, {:.2} ms", worst.as_secs_f64() * 1_000.0);
        if worst > LIMIT {
            slow.push(name);
        }
    }
    assert!(slow.is_empty(), "slower than {LIMIT:?}: {slow:?}");
}

async fn last(market: &Market) -> Id<Order> {
    market.search(&Filter::default()).await[0]
}

#[test]
#[ignore = "a measurement: run it alone, with SHANHAI_ORDERS as large as wanted"]
fn every_filter_is_quick_on_sqlite() {
    sh_testkit::on_sqlite(&schema(), measure);
}

#[test]
#[ignore = "a measurement: run it alone, with SHANHAI_ORDERS as large as wanted"]
fn every_filter_is_quick_on_postgres() {
    sh_testkit::on_postgres(&schema(), measure);
}
