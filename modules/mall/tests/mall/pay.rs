//! Money comes in, late, twice, in part, by two channels, or not at all.

use sh_db::Db;
use sh_kernel::Fen;
use sh_mall::{
    Error, Refused,
    model::{OrderState, PartState, RefundState, UNPAID_SECONDS},
    provider::simulator::Scenario,
    service::{chores, operator, orders, pay},
    token::Visitor,
};
use sh_testkit::db_test;

use crate::support::{Market, OPERATOR, refused, schema};

async fn refunds(
    market: &Market,
    order: sh_kernel::Id<sh_mall::model::Order>,
) -> Vec<(Fen, String, RefundState)> {
    let rows = orders::refunds(&market.public(), &market.app, &Visitor::guest("a"), order).await.unwrap();
    rows.into_iter().map(|row| (row.amount, row.why, row.state)).collect()
}

async fn chores(market: &Market) {
    chores::once(&market.public().acting_as(sh_http::Actor::System { name: "mall" }), &market.app)
        .await
        .unwrap();
}

#[db_test(&schema())]
async fn paid_once_is_paid_however_often_it_is_told(db: Db) {
    let market = Market::open(db, 10, 10).await;
    let order = market.both("a").await;
    market.pay("a", order, Scenario::Twice).await.unwrap();
    let whole = market.whole("a", order).await;
    assert_eq!(
        (whole.order.state, whole.order.paid, whole.receipts.len()),
        (OrderState::Paid, Fen(11_590), 1)
    );
    assert!(whole.parts.iter().all(|part| part.state == PartState::ToShip));
    let outcome = market.pay("a", order, Scenario::Once).await;
    assert_eq!(refused(outcome), Refused::WrongState("paid"), "nobody is asked to pay twice");
    assert!(refunds(&market, order).await.is_empty());
    market.audit().await;
}

#[db_test(&schema())]
async fn of_two_channels_one_pays_and_the_other_is_refunded(db: Db) {
    let market = Market::open(db, 10, 0).await;
    let order = market.order("a", 1).await.unwrap();
    market.pay("a", order, Scenario::TwoChannels).await.unwrap();
    let entered =
        operator::enter_transfer(&market.ctx(OPERATOR), &market.app, order, Fen(5_990), "ICBC-7").await;
    entered.unwrap();
    let whole = market.whole("a", order).await.order;
    assert_eq!((whole.state, whole.paid, whole.refunded), (OrderState::Paid, Fen(5_990), Fen::ZERO));
    let twice = |state| (Fen(5_990), "twice".to_owned(), state);
    assert_eq!(refunds(&market, order).await, [twice(RefundState::Open), twice(RefundState::Open)]);
    market.audit().await;

    // What came by the provider goes back by itself, what came by transfer a person sends.
    chores(&market).await;
    chores(&market).await;
    assert_eq!(refunds(&market, order).await, [twice(RefundState::Done), twice(RefundState::Open)]);
    assert_eq!(market.count("sim_paid_back").await, 1);
    let (_, rows) = operator::get(&market.ctx(OPERATOR), &market.app, order).await.unwrap();
    for row in rows.iter().filter(|row| row.state == RefundState::Open) {
        operator::sent_back(&market.ctx(OPERATOR), &market.app, order, row.id).await.unwrap();
    }
    assert_eq!(refunds(&market, order).await, [twice(RefundState::Done), twice(RefundState::Done)]);
    market.audit().await;
}

#[db_test(&schema())]
async fn a_lost_message_is_asked_for_and_a_late_one_comes(db: Db) {
    let market = Market::open(db, 10, 0).await;
    let lost = market.order("a", 1).await.unwrap();
    market.pay("a", lost, Scenario::Lost).await.unwrap();
    let late = market.order("a", 1).await.unwrap();
    market.pay("a", late, Scenario::Late).await.unwrap();
    chores(&market).await;
    for order in [lost, late] {
        assert_eq!(market.whole("a", order).await.order.state, OrderState::Unpaid);
    }
    market.clock.advance_seconds(25);
    chores(&market).await;
    for order in [lost, late] {
        assert_eq!(market.whole("a", order).await.order.state, OrderState::Paid);
    }
    market.audit().await;
}

#[db_test(&schema())]
async fn what_is_not_paid_in_time_is_released_and_what_comes_later_goes_back(db: Db) {
    let market = Market::open(db, 10, 0).await;
    let nothing = market.order("a", 2).await.unwrap();
    let half = market.order("a", 1).await.unwrap();
    market.pay("a", half, Scenario::Partial).await.unwrap();
    let whole = market.whole("a", half).await.order;
    assert_eq!((whole.state, whole.paid), (OrderState::Unpaid, Fen(2_995)));
    assert_eq!(market.left().await, 7);

    market.clock.advance_seconds(UNPAID_SECONDS - 1);
    chores(&market).await;
    assert_eq!(market.left().await, 7, "there is still time");
    market.clock.advance_seconds(1);
    chores(&market).await;
    assert_eq!(market.left().await, 10);
    for order in [nothing, half] {
        let whole = market.whole("a", order).await.order;
        assert_eq!((whole.state, whole.ended_why.as_deref()), (OrderState::Cancelled, Some("expired")));
    }
    assert_eq!(refunds(&market, half).await, [(Fen(2_995), "cancelled".to_owned(), RefundState::Done)]);
    operator::enter_transfer(&market.ctx(OPERATOR), &market.app, nothing, Fen(11_980), "ICBC-8")
        .await
        .unwrap();
    assert_eq!(refunds(&market, nothing).await, [(Fen(11_980), "late".to_owned(), RefundState::Open)]);
    assert_eq!(market.left().await, 10);
    market.audit().await;
}

#[db_test(&schema())]
async fn the_rest_of_a_part_payment_completes_it(db: Db) {
    let market = Market::open(db, 10, 0).await;
    let order = market.order("a", 1).await.unwrap();
    market.pay("a", order, Scenario::Partial).await.unwrap();
    market.pay("a", order, Scenario::Once).await.unwrap();
    let whole = market.whole("a", order).await;
    assert_eq!(
        (whole.order.state, whole.order.paid, whole.receipts.len()),
        (OrderState::Paid, Fen(5_990), 2)
    );
    market.audit().await;
}

#[db_test(&schema())]
async fn a_forged_message_and_a_strangers_payment_are_refused(db: Db) {
    let market = Market::open(db, 10, 0).await;
    let order = market.order("a", 1).await.unwrap();
    let (ctx, app) = (market.public(), &market.app);
    let stranger = Visitor::guest("b");
    let outcome = pay::begin(&ctx, app, &stranger, order, "simulator").await;
    assert!(matches!(outcome, Err(Error::NotFound)), "{outcome:?}");
    let outcome = pay::begin(&ctx, app, &Visitor::guest("a"), order, "nobody").await;
    assert!(matches!(outcome, Err(Error::NoProvider)), "{outcome:?}");
    pay::begin(&ctx, app, &Visitor::guest("a"), order, "simulator").await.unwrap();
    let mut payment = None::<uuid::Uuid>;
    app.db
        .read(async |tx| {
            let sql = "SELECT id FROM mall_payment".to_owned();
            tx.for_each_dynamic(sql, Vec::new(), |row| {
                payment = Some(row.get(0)?);
                Ok(())
            })
            .await
        })
        .await
        .unwrap();
    let body = format!("{{\"payment\":\"{}\",\"reference\":\"X-1\",\"amount\":5990}}", payment.unwrap());
    for signature in ["", "00", "zz", &"0".repeat(64)] {
        let outcome = pay::notified(&ctx, app, "simulator", &body, signature).await;
        assert!(matches!(outcome, Err(Error::Forged)), "{outcome:?}");
    }
    let answer = market.site().call("public", "POST", "/callbacks/simulator", "application/json", body).await;
    assert_eq!(answer.status.as_u16(), 403, "{}", answer.body);
    assert_eq!(market.whole("a", order).await.order.state, OrderState::Unpaid);
    market.audit().await;
}
