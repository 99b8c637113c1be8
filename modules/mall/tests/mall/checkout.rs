//! From the basket to the order.

use std::sync::Arc;

use futures::future::join_all;
use sh_catalogue::{
    freight::{Rate, Template},
    service::{edit, price, shelf, shops},
};
use sh_db::Db;
use sh_kernel::{Fen, Id};
use sh_ledger::Refusal;
use sh_mall::{
    Error, Refused,
    model::{OPEN_ORDERS_MAX, OPEN_PIECES_MAX, OrderState},
    service::{basket, checkout, orders},
    token::Visitor,
};
use sh_testkit::db_test;

use crate::support::{Market, OTHER, SUPPLIER, refused, schema};

/// What became of many who order at once, as many as the queue takes.
async fn all_at_once(
    market: &Arc<Market>,
    count: usize,
    buyer: impl Fn(usize) -> String,
) -> Vec<Result<Id<sh_mall::model::Order>, Error>> {
    let orders = (0..count).map(|number| {
        let (buyer, market) = (buyer(number), Arc::clone(market));
        market.app.tasks.clone().spawn(async move { market.order(&buyer, 1).await })
    });
    join_all(orders).await.into_iter().map(Result::unwrap).collect()
}

#[db_test(&schema())]
async fn one_unit_and_ten_thousand_buyers_is_one_order(db: Db) {
    let market = Arc::new(Market::open(db, 1, 0).await);
    let (mut placed, mut sold_out) = (0, 0);
    for outcome in all_at_once(&market, 10_000, |number| format!("buyer-{number}")).await {
        match outcome {
            Ok(_) => placed += 1,
            Err(Error::Refused(Refused::SoldOut(list))) => {
                assert_eq!((list[0].sku, list[0].left), (market.apples, 0));
                sold_out += 1;
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((placed, sold_out), (1, 9_999));
    assert_eq!((market.count("mall_order").await, market.left().await), (1, 0));
    market.audit().await;
}

#[db_test(&schema())]
async fn a_limit_that_a_thousand_use_at_once_is_never_exceeded(db: Db) {
    let market = Arc::new(Market::open(db, 2_000, 0).await);
    let (mut placed, mut over) = (0, 0);
    for outcome in all_at_once(&market, 1_000, |_| "a".to_owned()).await {
        match outcome {
            Ok(_) => placed += 1,
            Err(Error::Refused(Refused::TooManyOpen)) => over += 1,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((placed, over), (OPEN_ORDERS_MAX, 1_000 - OPEN_ORDERS_MAX));
    assert_eq!(market.left().await, 2_000 - OPEN_ORDERS_MAX);
    market.audit().await;
}

#[db_test(&schema())]
async fn two_lines_of_one_variant_are_one_question(db: Db) {
    let market = Market::open(db, 3, 0).await;
    let place = async |lines: &[(_, _, _)]| {
        checkout::place(&market.public(), &market.app, "guest:a", &market.form(lines)).await
    };
    let apples = market.apples;
    let Refused::SoldOut(short) = refused(place(&[(apples, 2, 5_990), (apples, 2, 5_990)]).await) else {
        panic!("each line alone would have been served")
    };
    assert_eq!(short[0].left, 3);
    assert_eq!(market.left().await, 3, "a refused order takes nothing");
    let order = place(&[(apples, 1, 5_990), (apples, 2, 5_990)]).await.unwrap();
    let whole = market.whole("a", order).await;
    assert_eq!((whole.lines.len(), whole.lines[0].pieces, whole.order.amount), (1, 3, Fen(17_970)));
    assert_eq!(market.left().await, 0);
    market.audit().await;
}

#[db_test(&schema())]
async fn a_form_sent_twice_is_one_order_and_another_body_is_refused(db: Db) {
    let market = Market::open(db, 10, 0).await;
    let form = market.form(&[(market.apples, 2, 5_990)]);
    let ctx = market.public();
    let send = || checkout::place(&ctx, &market.app, "guest:a", &form);
    let (first, second) = tokio::join!(send(), send());
    assert_eq!(first.unwrap(), second.unwrap());
    assert_eq!(send().await.unwrap(), form.order.unwrap());
    assert_eq!((market.count("mall_order").await, market.left().await), (1, 8));

    let mut other = form.clone();
    "福田街道".clone_into(&mut other.address.detail);
    let outcome = checkout::place(&ctx, &market.app, "guest:a", &other).await;
    assert_eq!(refused(outcome), Refused::Ledger(Refusal::OtherBody));
    // Whoever learns the number of an order learns nothing of it.
    let outcome = checkout::place(&ctx, &market.app, "guest:b", &form).await;
    assert_eq!(refused(outcome), Refused::Ledger(Refusal::OtherBody));

    let old =
        checkout::Form { order: Some(form.order.unwrap()), ..market.form(&[(market.apples, 1, 5_990)]) };
    market.clock.advance_seconds(3 * 24 * 3600);
    let outcome = checkout::place(&market.public(), &market.app, "guest:a", &old).await;
    assert_eq!(refused(outcome), Refused::FormOld, "its answer may be forgotten by now");
    let made_up = checkout::Form { order: Some(Id::from_uuid(uuid::Uuid::max())), ..old };
    let outcome = checkout::place(&market.public(), &market.app, "guest:a", &made_up).await;
    assert_eq!(refused(outcome), Refused::FormOld);
    market.audit().await;
}

#[db_test(&schema())]
async fn a_changed_price_is_shown_old_and_new_and_never_charged_silently(db: Db) {
    let market = Market::open(db, 10, 0).await;
    let (ctx, app, visitor) = (market.public(), &market.app, Visitor::guest("a"));
    basket::add(&ctx, app, "guest:a", market.apples, 2).await.unwrap();
    let form = market.form(&[(market.apples, 2, 5_990)]);
    price::set(&market.ctx(SUPPLIER), app, market.apples, Fen(5_990), Fen(6_190)).await.unwrap();

    let Refused::Changed(list) = refused(checkout::place(&ctx, app, "guest:a", &form).await) else {
        panic!("charged silently")
    };
    assert_eq!((list[0].seen, list[0].now), (Fen(5_990), Fen(6_190)));
    let shown = basket::show(&ctx, app, &visitor).await.unwrap();
    let item = shown.items().next().unwrap();
    assert!(item.changed());
    assert_eq!((item.seen, item.sku.price, item.pieces), (Fen(5_990), Fen(6_190), 2));

    basket::agree(&ctx, app, "guest:a", &[(market.apples, Fen(6_190))]).await.unwrap();
    assert!(!basket::show(&ctx, app, &visitor).await.unwrap().items().next().unwrap().changed());
    let form = market.form(&[(market.apples, 2, 6_190)]);
    let order = checkout::place(&ctx, app, "guest:a", &form).await.unwrap();
    assert_eq!(market.whole("a", order).await.order.amount, Fen(12_380));
    assert!(basket::show(&ctx, app, &visitor).await.unwrap().is_empty(), "what is ordered leaves the basket");
    market.audit().await;
}

#[db_test(&schema())]
async fn freight_is_in_the_expected_sum_and_a_shop_that_is_off_does_not_sell(db: Db) {
    let market = Market::open(db, 10, 10).await;
    let (ctx, app) = (market.public(), &market.app);
    let supplier = market.ctx(SUPPLIER);
    let template = Template {
        rate: Rate { first_grams: 5_000, first: Fen(800), step_grams: 1_000, step: Fen(100) },
        exceptions: Vec::new(),
        free_from: None,
    };
    shops::save_freight(&supplier, app, market.shop, None, ("快递", &template)).await.unwrap();
    let product = edit::list(
        &supplier,
        app,
        market.shop,
        &sh_catalogue::ProductFilter::default(),
        &sh_http::Page::default(),
    )
    .await
    .unwrap()
    .items[0]
        .id;
    let mut draft = edit::open(&supplier, app, product).await.unwrap().product.draft();
    "快递".clone_into(&mut draft.freight);
    let stamp = edit::open(&supplier, app, product).await.unwrap().product.stamp;
    edit::save(&supplier, app, product, stamp, &draft).await.unwrap();
    edit::submit(&supplier, app, product).await.unwrap();
    let operator = market.ctx(crate::support::OPERATOR);
    let stamp = edit::open(&operator, app, product).await.unwrap().product.stamp;
    sh_catalogue::service::review::decide(
        &operator,
        app,
        product,
        stamp,
        &sh_catalogue::service::review::Decision::Approve,
    )
    .await
    .unwrap();

    let form = market.form(&[(market.apples, 2, 5_990), (market.kumquats, 1, 2_800)]);
    let Refused::Total { expected, actual } = refused(checkout::place(&ctx, app, "guest:a", &form).await)
    else {
        panic!("freight was charged silently")
    };
    assert_eq!((expected, actual), (Fen(14_780), Fen(16_080)), "10 kg are 5 kg and five steps");
    let form = checkout::Form { expected: Fen(16_080), ..form };
    let order = checkout::place(&ctx, app, "guest:a", &form).await.unwrap();
    let whole = market.whole("a", order).await;
    assert_eq!((whole.order.freight, whole.parts.len()), (Fen(1_300), 2));

    shelf::set(&market.ctx(OTHER), app, kumquat_product(&market).await, false).await.unwrap();
    let form = market.form(&[(market.kumquats, 1, 2_800)]);
    let outcome = checkout::place(&ctx, app, "guest:a", &form).await;
    assert!(matches!(refused(outcome), Refused::OffSale(_)));
    market.audit().await;
}

async fn kumquat_product(market: &Market) -> Id<sh_catalogue::model::Product> {
    let page = sh_http::Page::default();
    let filter = sh_catalogue::ProductFilter::default();
    let list = edit::list(&market.ctx(OTHER), &market.app, market.other, &filter, &page).await.unwrap();
    list.items[0].id
}

#[db_test(&schema())]
async fn an_unpaid_basket_cannot_empty_a_shop(db: Db) {
    let market = Market::open(db, 10_000, 0).await;
    let mut last = None;
    for _ in 0..OPEN_ORDERS_MAX {
        last = Some(market.order("a", 1).await.unwrap());
    }
    assert_eq!(refused(market.order("a", 1).await), Refused::TooManyOpen);
    market.order("b", 1).await.unwrap();
    orders::cancel(&market.public(), &market.app, &Visitor::guest("a"), last.unwrap()).await.unwrap();
    market.order("a", 1).await.unwrap();

    assert_eq!(refused(market.order("c", OPEN_PIECES_MAX + 1).await), Refused::TooManyPieces);
    market.order("c", OPEN_PIECES_MAX).await.unwrap();
    assert_eq!(refused(market.order("c", 1).await), Refused::TooManyPieces);
    market.audit().await;
}

#[db_test(&schema())]
async fn amounts_beyond_32_bits_work(db: Db) {
    let market = Market::open(db, 0, 0).await;
    let spec = ("一车", "1 kg", "10000000");
    let dear = market.product(SUPPLIER, market.shop, ("DA-01", "昭通丑苹果整车", "530602"), spec).await;
    market.stock(SUPPLIER, market.shop, dear, 900_000).await;
    let form = market.form(&[(dear, 400, 1_000_000_000)]);
    let order = checkout::place(&market.public(), &market.app, "guest:a", &form).await.unwrap();
    market.pay("a", order, sh_mall::provider::simulator::Scenario::Once).await.unwrap();
    let whole = market.whole("a", order).await.order;
    assert_eq!((whole.state, whole.paid), (OrderState::Paid, Fen(400_000_000_000)));
    let huge = market.form(&[(dear, 999, i64::MAX / 1_000)]);
    assert!(checkout::place(&market.public(), &market.app, "guest:b", &huge).await.is_err());
    market.audit().await;
}

#[db_test(&schema())]
async fn what_somebody_put_aside_before_they_signed_in_comes_along(db: Db) {
    let market = Market::open(db, 10, 0).await;
    let site = market.site();
    let added = site.post("public", "/basket/add", &format!("sku={}&pieces=2", market.apples)).await;
    assert_eq!(added.header("location"), "/basket", "{}", added.body);
    let cookie = added.header("set-cookie").split(';').next().unwrap().to_owned();
    let request = |by: &str| {
        axum::http::Request::builder()
            .uri("/basket")
            .header("x-test-actor", by)
            .header("cookie", &cookie)
            .body(axum::body::Body::empty())
            .unwrap()
    };
    assert!(site.send(request("public")).await.body.contains("昭通丑苹果"));
    assert!(site.get("public", "/basket").await.body.contains("购物车是空的"), "another guest");
    assert!(site.send(request("shopper@*")).await.body.contains("昭通丑苹果"));
    assert!(site.get("shopper@*", "/basket").await.body.contains("昭通丑苹果"), "it is theirs now");
}
