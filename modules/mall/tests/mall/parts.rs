//! Parcels, receipts and refunds.

use sh_db::Db;
use sh_http::Page;
use sh_kernel::Fen;
use sh_mall::{
    Error, Refused,
    model::{ASKS_MAX, Ask, OrderState, PartState},
    provider::simulator::Scenario,
    service::{
        chores, orders,
        supplier::{self, Which},
    },
    token::Visitor,
};
use sh_testkit::db_test;

use crate::support::{Market, OTHER, SUPPLIER, refused, schema};

#[db_test(&schema())]
async fn a_shop_sends_and_the_buyer_confirms(db: Db) {
    let market = Market::open(db, 10, 10).await;
    let order = market.both("a").await;
    let (app, visitor) = (&market.app, Visitor::guest("a"));
    let supplier = market.ctx(SUPPLIER);
    let page = Page::default();
    let to_ship = || supplier::list(&supplier, app, None, Which::State(PartState::ToShip), &page);
    assert!(to_ship().await.unwrap().items.is_empty(), "it is not paid");
    let early = supplier::ship(&supplier, app, (order, market.shop), "顺丰", "SF1234567890").await;
    assert_eq!(refused(early), Refused::WrongState("unpaid"));

    market.pay("a", order, Scenario::Once).await.unwrap();
    let list = to_ship().await.unwrap().items;
    assert_eq!((list.len(), list[0].order, list[0].amount), (1, order, Fen(5_990)));
    for (carrier, waybill) in [("", "SF1234567890"), ("顺丰", ""), ("顺丰", "运单")] {
        let outcome = supplier::ship(&supplier, app, (order, market.shop), carrier, waybill).await;
        assert!(matches!(outcome, Err(Error::Invalid(_))), "{outcome:?}");
    }
    let foreign = supplier::ship(&supplier, app, (order, market.other), "顺丰", "SF1234567890").await;
    assert!(matches!(foreign, Err(Error::Denied(_))), "{foreign:?}");
    supplier::ship(&supplier, app, (order, market.shop), "顺丰", "sf1234567890").await.unwrap();
    supplier::ship(&supplier, app, (order, market.shop), "顺丰", "SF1234567890").await.unwrap();
    let taken = supplier::ship(&market.ctx(OTHER), app, (order, market.other), "顺丰", "SF1234567890").await;
    assert!(matches!(taken, Err(Error::WaybillTaken)), "{taken:?}");
    supplier::ship(&market.ctx(OTHER), app, (order, market.other), "中通", "ZT0000000001").await.unwrap();

    let stranger = orders::receive(&market.public(), app, &Visitor::guest("b"), order, market.shop).await;
    assert!(matches!(stranger, Err(Error::NotFound)), "{stranger:?}");
    orders::receive(&market.public(), app, &visitor, order, market.shop).await.unwrap();
    let whole = market.whole("a", order).await;
    let states: Vec<PartState> =
        [market.shop, market.other].iter().map(|shop| whole.part(*shop).unwrap().state).collect();
    assert_eq!(states, [PartState::Received, PartState::Shipped]);
    assert_eq!(whole.part(market.shop).unwrap().waybill.as_deref(), Some("SF1234567890"));
    let seen = supplier::get(&supplier, app, order, market.shop).await.unwrap();
    assert_eq!((seen.parts.len(), seen.lines.len()), (1, 1), "a shop sees its own part only");
    market.audit().await;
}

#[db_test(&schema())]
async fn fully_refunded_reads_refunded(db: Db) {
    let market = Market::open(db, 10, 10).await;
    let order = market.both("a").await;
    market.pay("a", order, Scenario::Once).await.unwrap();
    let (app, visitor, ctx) = (&market.app, Visitor::guest("a"), market.public());
    let (supplier, other) = (market.ctx(SUPPLIER), market.ctx(OTHER));
    let ask = async |shop, reason: &str| orders::ask_refund(&ctx, app, &visitor, (order, shop), reason).await;
    assert!(matches!(ask(market.shop, " ").await, Err(Error::Invalid(_))));
    let unasked = supplier::answer(&supplier, app, (order, market.shop), (true, false), "").await;
    assert_eq!(refused(unasked), Refused::WrongState("to-ship"));

    ask(market.shop, "买错了").await.unwrap();
    let asked = supplier::list(&supplier, app, None, Which::Asked, &Page::default()).await.unwrap();
    assert_eq!(asked.items.len(), 1);
    supplier::answer(&supplier, app, (order, market.shop), (true, false), "好").await.unwrap();
    let whole = market.whole("a", order).await;
    assert_eq!((whole.order.state, whole.order.refunded), (OrderState::Paid, Fen(5_990)));
    assert_eq!(market.left().await, 10, "what was not sent may be sold again");

    supplier::ship(&other, app, (order, market.other), "中通", "ZT0000000001").await.unwrap();
    ask(market.other, "破了").await.unwrap();
    let silent = supplier::answer(&other, app, (order, market.other), (false, false), "").await;
    assert!(matches!(silent, Err(Error::Invalid(_))), "a refusal needs a reason");
    supplier::answer(&other, app, (order, market.other), (true, false), "").await.unwrap();
    let whole = market.whole("a", order).await;
    assert_eq!((whole.order.state, whole.order.refunded), (OrderState::Refunded, Fen(11_590)));
    assert!(whole.parts.iter().all(|part| part.state == PartState::Refunded && part.ask == Ask::Granted));
    chores::once(&ctx, app).await.unwrap();
    assert_eq!(market.count("mall_refund WHERE state = 1").await, 0);
    let again = supplier::answer(&other, app, (order, market.other), (true, true), "").await;
    assert!(again.is_err(), "{again:?}");
    market.audit().await;
}

#[db_test(&schema())]
async fn a_refusal_is_told_with_its_reason(db: Db) {
    let market = Market::open(db, 10, 0).await;
    let order = market.order("a", 1).await.unwrap();
    market.pay("a", order, Scenario::Once).await.unwrap();
    let (app, ctx) = (&market.app, market.public());
    orders::ask_refund(&ctx, app, &Visitor::guest("a"), (order, market.shop), "不要了").await.unwrap();
    let supplier = market.ctx(SUPPLIER);
    supplier::answer(&supplier, app, (order, market.shop), (false, false), "已经装车").await.unwrap();
    let whole = market.whole("a", order).await;
    let part = &whole.parts[0];
    assert_eq!(
        (part.ask, part.state, part.answer.as_deref()),
        (Ask::Refused, PartState::ToShip, Some("已经装车"))
    );
    assert_eq!(whole.order.refunded, Fen::ZERO);
    market.audit().await;
}

#[db_test(&schema())]
async fn a_refusal_is_not_the_last_word(db: Db) {
    let market = Market::open(db, 10, 0).await;
    let order = market.order("a", 1).await.unwrap();
    market.pay("a", order, Scenario::Once).await.unwrap();
    let (app, ctx, visitor, at) = (&market.app, market.public(), Visitor::guest("a"), (order, market.shop));
    let supplier = market.ctx(SUPPLIER);
    for round in 1..ASKS_MAX {
        orders::ask_refund(&ctx, app, &visitor, at, "不要了").await.unwrap();
        orders::ask_refund(&ctx, app, &visitor, at, "不要了").await.unwrap();
        assert_eq!(market.whole("a", order).await.parts[0].asks, round, "a form sent twice is one request");
        supplier::answer(&supplier, app, at, (false, false), "已经装车").await.unwrap();
    }
    // The shop still has not sent it: the third request is answered for it when it is silent.
    orders::ask_refund(&ctx, app, &visitor, at, "还没发货").await.unwrap();
    market.clock.advance_seconds(49 * 3_600);
    chores::answer_for_silent(&ctx, app).await.unwrap();
    let whole = market.whole("a", order).await;
    assert_eq!((whole.order.state, whole.parts[0].ask), (OrderState::Refunded, Ask::Granted));
    assert_eq!(whole.parts[0].answer.as_deref(), Some("商家超时未处理，系统自动退款"));
    market.audit().await;

    let other = market.order("a", 1).await.unwrap();
    market.pay("a", other, Scenario::Once).await.unwrap();
    let at = (other, market.shop);
    for _ in 0..ASKS_MAX {
        orders::ask_refund(&ctx, app, &visitor, at, "不要了").await.unwrap();
        supplier::answer(&supplier, app, at, (false, false), "已经装车").await.unwrap();
    }
    let again = orders::ask_refund(&ctx, app, &visitor, at, "不要了").await;
    assert_eq!(refused(again), Refused::AskedOften);
}
