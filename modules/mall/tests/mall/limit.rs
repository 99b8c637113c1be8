//! How much of a product one buyer may have.

use sh_catalogue::{
    draft::{Draft, SkuDraft},
    model::Sku,
};
use sh_db::Db;
use sh_kernel::Id;
use sh_mall::{
    Error, OverLimit, Refused,
    model::Order,
    provider::simulator::Scenario,
    service::{checkout, orders, supplier},
    token::Visitor,
};
use sh_testkit::db_test;

use crate::support::{Market, OTHER, SUPPLIER, refused, schema};

const DAY: i64 = 24 * 3_600;
const PRICE: i64 = 1_000;

/// Kumquats in two sizes, of which one buyer may have five pieces in ten days.
async fn limited(market: &Market) -> [Id<Sku>; 2] {
    let text = str::to_owned;
    let sku = |spec: &str| SkuDraft {
        spec: text(spec),
        content: text("1 kg"),
        price: text("10"),
        ..SkuDraft::default()
    };
    let draft = Draft {
        code: text("XG-01"),
        name: text("融安金桔"),
        origin: text("450224"),
        producer: text("某合作社"),
        delivery: text("付款后 48 小时内发货"),
        after_sales: text("坏果包赔"),
        returnable: text("否"),
        limit: text("5"),
        limit_days: text("10"),
        publish: true,
        skus: vec![sku("大果"), sku("中果")],
        ..Draft::default()
    };
    let skus = market.sell(OTHER, market.other, &draft).await;
    for sku in &skus {
        market.stock(OTHER, market.other, *sku, 5_000_000).await;
    }
    [skus[0], skus[1]]
}

async fn buy(
    market: &Market,
    buyer: &str,
    phone: &str,
    lines: &[(Id<Sku>, i64)],
) -> Result<Id<Order>, Error> {
    let lines: Vec<_> = lines.iter().map(|(sku, pieces)| (*sku, *pieces, PRICE)).collect();
    let mut form = market.form(&lines);
    phone.clone_into(&mut form.address.phone);
    checkout::place(&market.public(), &market.app, buyer, &form).await
}

fn left(outcome: Result<Id<Order>, Error>) -> i64 {
    match refused(outcome) {
        Refused::OverLimit(list) => match &list[..] {
            [OverLimit { pieces: 5, left, .. }] => *left,
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}

#[db_test(&schema())]
async fn a_purchase_limit_that_a_thousand_use_at_once_is_never_exceeded(db: Db) {
    let market = Market::open(db, 0, 0).await;
    let [large, small] = limited(&market).await;
    let each = async |number: usize| {
        let (buyer, sku) =
            (format!("user:{}", number % 2), if number.is_multiple_of(3) { large } else { small });
        buy(&market, &buyer, &format!("1380013800{}", number % 2), &[(sku, 1)]).await
    };
    let (mut placed, mut over) = (0, 0);
    for outcome in futures::future::join_all((0..1_000).map(each)).await {
        match outcome {
            Ok(_) => placed += 1,
            Err(Error::Refused(Refused::OverLimit(_))) => over += 1,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((placed, over), (10, 990), "five for each of two people");
    market.audit().await;
}

#[db_test(&schema())]
async fn lines_of_one_product_are_summed_and_what_goes_back_may_be_bought_again(db: Db) {
    let market = Market::open(db, 0, 0).await;
    let [large, small] = limited(&market).await;
    let by = |lines: Vec<(Id<Sku>, i64)>| {
        let market = &market;
        async move { buy(market, "guest:a", "13800138000", &lines).await }
    };
    assert_eq!(left(by(vec![(large, 3), (small, 3)]).await), 5, "each line alone would be allowed");
    assert_eq!(left(by(vec![(large, 3), (large, 3)]).await), 5, "likewise twice the same");
    let first = by(vec![(large, 3), (small, 1)]).await.unwrap();
    assert_eq!(left(by(vec![(small, 2)]).await), 1);
    orders::cancel(&market.public(), &market.app, &Visitor::guest("a"), first).await.unwrap();
    let second = by(vec![(large, 2), (small, 2)]).await.unwrap();
    assert_eq!(left(by(vec![(small, 2)]).await), 1);

    market.pay("a", second, Scenario::Once).await.unwrap();
    let (visitor, at) = (Visitor::guest("a"), (second, market.other));
    orders::ask_refund(&market.public(), &market.app, &visitor, at, "买错了").await.unwrap();
    supplier::answer(&market.ctx(OTHER), &market.app, at, (true, false), "").await.unwrap();
    by(vec![(small, 5)]).await.unwrap();
    market.clock.advance_seconds(10 * DAY - 60);
    assert_eq!(left(by(vec![(small, 1)]).await), 0);
    market.clock.advance_seconds(120);
    by(vec![(small, 5)]).await.unwrap();
    market.audit().await;
}

#[db_test(&schema())]
async fn whoever_orders_to_one_telephone_is_one_buyer(db: Db) {
    let market = Market::open(db, 0, 0).await;
    let [large, _] = limited(&market).await;
    buy(&market, "guest:a", "13800138000", &[(large, 4)]).await.unwrap();
    assert_eq!(left(buy(&market, "guest:b", "13800138000", &[(large, 2)]).await), 1);
    buy(&market, "guest:b", "13900139000", &[(large, 5)]).await.unwrap();
    assert_eq!(
        left(buy(&market, "guest:b", "13700137000", &[(large, 1)]).await),
        0,
        "another telephone, same token"
    );
    let account = buy(&market, "user:1", "13800138000", &[(large, 2)]).await;
    assert_eq!(left(account), 1, "an account costs nothing either");
    buy(&market, "user:1", "13800138000", &[(large, 1)]).await.unwrap();
    let page = market.site().get("public", &format!("/p/{large}")).await.body;
    assert!(page.contains("每人 10 天内限购 5 件"), "{page}");
    let seen = market.site().get(SUPPLIER, &format!("/api/v1/mall/skus/{large}")).await.body;
    assert!(seen.contains("\"limit_pieces\":5"), "{seen}");
}
