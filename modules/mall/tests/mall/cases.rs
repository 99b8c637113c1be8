//! After the sale, line by line.

use sh_db::Db;
use sh_http::Page;
use sh_kernel::{Fen, Id};
use sh_mall::{
    Error, Refused,
    case::{ANSWER_HOURS, BUYER_HOURS, Case, EVIDENCE_MAX, Kind, Part, Side, State, Whole},
    model::{Order, OrderState, PartState},
    provider::simulator::Scenario,
    service::{
        cases::{self, Answer, Asked},
        checkout, chores,
        commission::Typed,
        orders, statement, supplier,
    },
    token::Visitor,
};
use sh_testkit::db_test;

use crate::support::{Market, OPERATOR, OTHER, SUPPLIER, refused, schema};

impl Market {
    /// Ten pieces of apples and two of kumquats, paid, sent and received.
    pub(crate) async fn delivered(&self) -> Id<Order> {
        self.delivered_as(["SF0000000001", "SF0000000002"]).await
    }

    /// The same once more, in other parcels.
    pub(crate) async fn delivered_again(&self) -> Id<Order> {
        self.stock(OTHER, self.other, self.kumquats, 600).await;
        self.delivered_as(["SF0000000003", "SF0000000004"]).await
    }

    async fn delivered_as(&self, [first, second]: [&str; 2]) -> Id<Order> {
        let form = self.form(&[(self.apples, 10, 5_990), (self.kumquats, 2, 2_800)]);
        let order = checkout::place(&self.public(), &self.app, "guest:a", &form).await.unwrap();
        self.pay("a", order, Scenario::Once).await.unwrap();
        for (by, shop, waybill) in [(SUPPLIER, self.shop, first), (OTHER, self.other, second)] {
            supplier::ship(&self.ctx(by), &self.app, (order, shop), "顺丰", waybill).await.unwrap();
            orders::receive(&self.public(), &self.app, &Visitor::guest("a"), order, shop).await.unwrap();
        }
        order
    }

    async fn ask(&self, order: Id<Order>, kind: Kind, pieces: i64) -> Result<Id<Case>, Error> {
        let line = self.whole("a", order).await.lines_of(self.shop).next().unwrap().line;
        let (id, parts) = (self.public().id(), vec![Part { line, pieces }]);
        let asked = Asked { id, kind, parts, reason: "坏了几个".to_owned() };
        cases::open(&self.public(), &self.app, &Visitor::guest("a"), (order, self.shop), &asked).await
    }

    async fn case(&self, id: Id<Case>) -> Whole {
        cases::get(&self.public(), &self.app, &Visitor::guest("a"), id).await.unwrap().0
    }

    async fn answer(&self, id: Id<Case>, answer: Answer, said: &str) -> Result<(), Error> {
        cases::answer(&self.ctx(SUPPLIER), &self.app, id, answer, said).await
    }

    async fn sent_back(&self, id: Id<Case>) {
        self.answer(id, Answer::Agree, "").await.unwrap();
        cases::sent(&self.public(), &self.app, &Visitor::guest("a"), id, ("", "ZT1")).await.unwrap();
    }

    async fn owed(&self) -> Fen {
        statement::show(&self.ctx(SUPPLIER), &self.app, None, None, &Page::default()).await.unwrap().owed
    }
}

#[db_test(&schema())]
async fn parts_of_a_line_go_back_one_after_the_other_until_all_is_refunded(db: Db) {
    let market = Market::open(db, 20, 5).await;
    market.rule("3.33", Typed { fixed: "0.01".to_owned(), ..Typed::default() }).await;
    let order = market.delivered().await;
    assert_eq!(market.owed().await, Fen(59_900 - 1_996));
    let first = market.ask(order, Kind::Refund, 3).await.unwrap();
    let more = market.ask(order, Kind::Refund, 8).await;
    assert!(matches!(more, Err(Error::Invalid(_))), "three of ten are asked for already: {more:?}");
    let twice =
        orders::ask_refund(&market.public(), &market.app, &Visitor::guest("a"), (order, market.shop), "全退")
            .await;
    assert_eq!(refused(twice), Refused::WrongState("asked"));
    market.answer(first, Answer::Agree, "").await.unwrap();
    market.answer(first, Answer::Agree, "").await.unwrap_err();
    let whole = market.whole("a", order).await;
    assert_eq!((whole.order.state, whole.order.refunded), (OrderState::Paid, Fen(17_970)));
    assert_eq!(whole.part(market.shop).unwrap().state, PartState::Received);
    assert_eq!(
        (market.case(first).await.row.state, market.case(first).await.row.amount),
        (State::Done, Fen(17_970))
    );
    market.audit().await;

    let second = market.ask(order, Kind::Return, 2).await.unwrap();
    market.sent_back(second).await;
    let silent = cases::arrived(&market.ctx(SUPPLIER), &market.app, second, false, "").await;
    assert!(matches!(silent, Err(Error::Invalid(_))), "what is written off needs a reason");
    cases::arrived(&market.ctx(SUPPLIER), &market.app, second, true, "").await.unwrap();
    assert_eq!(market.left().await, 12, "two of ten are back in their lot");
    market.audit().await;

    let third = market.ask(order, Kind::Return, 5).await.unwrap();
    market.sent_back(third).await;
    cases::arrived(&market.ctx(SUPPLIER), &market.app, third, false, "都烂了").await.unwrap();
    assert_eq!(
        (market.left().await, market.owed().await),
        (12, Fen::ZERO),
        "what was taken is given back to the fen"
    );
    let whole = market.whole("a", order).await;
    assert_eq!(whole.part(market.shop).unwrap().state, PartState::Refunded);
    assert_eq!((whole.order.state, whole.order.refunded), (OrderState::Paid, Fen(59_900)));
    chores::once(&market.public(), &market.app).await.unwrap();
    assert_eq!(market.count("mall_refund WHERE state = 1").await, 0);
    market.audit().await;
}

#[db_test(&schema())]
async fn an_exchange_sends_others_and_charges_nothing(db: Db) {
    let market = Market::open(db, 12, 5).await;
    let order = market.delivered().await;
    let case = market.ask(order, Kind::Exchange, 2).await.unwrap();
    market.sent_back(case).await;
    cases::arrived(&market.ctx(SUPPLIER), &market.app, case, false, "压坏了").await.unwrap();
    let whole = market.whole("a", order).await;
    assert_eq!((whole.order.refunded, market.left().await), (Fen::ZERO, 0));
    assert_eq!((whole.order.amount, market.case(case).await.row.state), (Fen(65_500), State::Done));
    market.audit().await;

    let again = market.ask(order, Kind::Exchange, 1).await.unwrap();
    market.sent_back(again).await;
    let none = cases::arrived(&market.ctx(SUPPLIER), &market.app, again, false, "又坏了").await;
    assert!(matches!(refused(none), Refused::SoldOut(_)), "there are no others");
    let refund = market.ask(order, Kind::Refund, 9).await.unwrap();
    market.answer(refund, Answer::Agree, "").await.unwrap();
    assert_eq!(market.whole("a", order).await.order.refunded, Fen(53_910));
    market.audit().await;
}

#[db_test(&schema())]
async fn the_operator_decides_over_the_shop(db: Db) {
    let market = Market::open(db, 20, 5).await;
    let order = market.delivered().await;
    let (app, ctx, visitor) = (&market.app, market.public(), Visitor::guest("a"));
    let case = market.ask(order, Kind::Refund, 1).await.unwrap();
    assert!(matches!(market.answer(case, Answer::Refuse, " ").await, Err(Error::Invalid(_))));
    market.answer(case, Answer::Evidence, "请拍照").await.unwrap();
    assert_eq!(refused(market.answer(case, Answer::Agree, "").await), Refused::WrongState("evidence"));
    cases::add(&ctx, app, &visitor, case, "照片已上传").await.unwrap();
    market.answer(case, Answer::Refuse, "看不出问题").await.unwrap();
    let early = cases::decide(&market.ctx(OPERATOR), app, case, true, "应退").await;
    assert_eq!(refused(early), Refused::WrongState("refused"));
    cases::arbitrate(&ctx, app, &visitor, case, "明明是坏的").await.unwrap();
    let waiting =
        cases::list(&market.ctx(OPERATOR), app, State::Arbitration, &Page::default()).await.unwrap();
    assert_eq!(waiting.items.len(), 1);
    let shop = cases::decide(&market.ctx(SUPPLIER), app, case, false, "不退").await;
    assert!(matches!(shop, Err(Error::Denied(_))), "{shop:?}");
    cases::decide(&market.ctx(OPERATOR), app, case, true, "照片看得出坏果").await.unwrap();
    let whole = market.case(case).await;
    assert_eq!((whole.row.state, whole.row.amount), (State::Done, Fen(5_990)));
    let last = whole.events.last().unwrap();
    assert_eq!((last.side, last.said.as_str()), (Side::Operator, "照片看得出坏果"));
    market.audit().await;
}

#[db_test(&schema())]
async fn whoever_is_silent_loses_the_turn(db: Db) {
    let market = Market::open(db, 20, 5).await;
    let order = market.delivered().await;
    let (app, system) = (&market.app, market.public());
    let case = market.ask(order, Kind::Refund, 1).await.unwrap();
    assert_eq!(cases::late(&system, app).await.unwrap(), 0);
    market.clock.advance_seconds(ANSWER_HOURS * 3_600);
    assert_eq!(cases::late(&system, app).await.unwrap(), 1);
    assert_eq!(market.case(case).await.row.state, State::Arbitration);
    cases::decide(&market.ctx(OPERATOR), app, case, false, "证据不足").await.unwrap();
    let other = market.ask(order, Kind::Refund, 1).await.unwrap();
    market.answer(other, Answer::Evidence, "请拍照").await.unwrap();
    market.clock.advance_seconds(BUYER_HOURS * 3_600);
    cases::late(&system, app).await.unwrap();
    assert_eq!(market.case(other).await.row.state, State::Closed);
    market.audit().await;
}

#[db_test(&schema())]
async fn nobody_else_sees_a_case(db: Db) {
    let market = Market::open(db, 20, 5).await;
    let order = market.delivered().await;
    let (app, ctx) = (&market.app, market.public());
    let stranger = Visitor::guest("b");
    let line = Part { line: 1, pieces: 1 };
    let asked = Asked { id: ctx.id(), kind: Kind::Refund, parts: vec![line], reason: "骗".to_owned() };
    let foreign = cases::open(&ctx, app, &stranger, (order, market.shop), &asked).await;
    assert!(matches!(foreign, Err(Error::NotFound)), "{foreign:?}");
    let case = market.ask(order, Kind::Complaint, 1).await.unwrap();
    for (by, visitor) in [("public", &stranger), (OTHER, &Visitor::default())] {
        let seen = cases::get(&market.ctx(by), app, visitor, case).await;
        assert!(matches!(seen, Err(Error::NotFound)), "{by}: {seen:?}");
        let photo = cases::photo(&market.ctx(by), app, visitor, case, 1).await;
        assert!(matches!(photo, Err(Error::NotFound)), "{by}");
    }
    let late = cases::answer(&market.ctx(OTHER), app, case, Answer::Agree, "").await;
    assert!(matches!(late, Err(Error::Denied(_))), "{late:?}");
    let broken = cases::add_photo(&ctx, app, &Visitor::guest("a"), case, b"<svg/>".to_vec()).await;
    assert!(matches!(broken, Err(Error::Picture(_))), "{broken:?}");
    let site = market.site();
    let page = site.get(SUPPLIER, &format!("/cases/{case}")).await.body;
    assert!(page.contains("投诉") && page.contains("待商家处理") && page.contains("同意"), "{page}");
    assert_eq!(site.get("public", &format!("/cases/{case}")).await.status, 404);
    assert!(site.get(SUPPLIER, "/s/cases").await.body.contains("投诉"));
    assert!(site.get(OPERATOR, "/w/cases?state=asked").await.body.contains("投诉"));
    let told = site.get(SUPPLIER, &format!("/api/v1/cases/{case}")).await.body;
    assert!(told.contains("\"kind\":\"complaint\"") && told.contains("\"state\":\"asked\""), "{told}");
    market.answer(case, Answer::Agree, "向您道歉").await.unwrap();
    assert_eq!(market.whole("a", order).await.order.refunded, Fen::ZERO);
    market.audit().await;
}

#[db_test(&schema())]
async fn a_form_that_is_sent_twice_opens_one_case(db: Db) {
    let market = Market::open(db, 20, 5).await;
    let order = market.delivered().await;
    let (app, ctx, visitor, at) = (&market.app, market.public(), Visitor::guest("a"), (order, market.shop));
    let line = market.whole("a", order).await.lines_of(market.shop).next().unwrap().line;
    let (kind, parts) = (Kind::Refund, vec![Part { line, pieces: 1 }]);
    let asked = Asked { id: ctx.id(), kind, parts, reason: "坏了几个".to_owned() };
    let both = futures::future::join_all([
        cases::open(&ctx, app, &visitor, at, &asked),
        cases::open(&ctx, app, &visitor, at, &asked),
    ]);
    let opened: Vec<Id<Case>> = both.await.into_iter().map(Result::unwrap).collect();
    assert_eq!((opened[0], opened[1]), (asked.id, asked.id));
    assert_eq!(market.count("mall_case").await, 1);
    let other = Asked { reason: "别的原因".to_owned(), ..asked.clone() };
    let other = refused(cases::open(&ctx, app, &visitor, at, &other).await);
    assert_eq!(other, Refused::Ledger(sh_ledger::Refusal::OtherBody));
    market.clock.advance_seconds(25 * 3_600);
    let made_long_ago = Asked { id: Id::from_uuid(asked.id.uuid()), ..asked.clone() };
    cases::open(&ctx, app, &visitor, at, &made_long_ago).await.unwrap();
    let page = market.site().get("public", &format!("/orders/{order}/{}/after-sale", market.shop)).await;
    assert_eq!(page.status, 404, "of somebody else");
}

#[db_test(&schema())]
async fn a_shop_asks_for_more_three_times_and_then_decides(db: Db) {
    let market = Market::open(db, 20, 5).await;
    let order = market.delivered().await;
    let (app, ctx, visitor) = (&market.app, market.public(), Visitor::guest("a"));
    let case = market.ask(order, Kind::Refund, 1).await.unwrap();
    let button = "value=\"evidence\"";
    for _ in 0..EVIDENCE_MAX {
        assert!(market.site().get(SUPPLIER, &format!("/cases/{case}")).await.body.contains(button));
        market.answer(case, Answer::Evidence, "再拍一张").await.unwrap();
        cases::add(&ctx, app, &visitor, case, "已上传").await.unwrap();
    }
    let more = market.answer(case, Answer::Evidence, "还要一张").await;
    assert!(matches!(more, Err(Error::Invalid(_))), "{more:?}");
    assert!(!market.site().get(SUPPLIER, &format!("/cases/{case}")).await.body.contains(button));
    market.answer(case, Answer::Refuse, "看不出").await.unwrap();
    cases::arbitrate(&ctx, app, &visitor, case, "明明是坏的").await.unwrap();
    let page = async |who: &str| market.site().get(who, &format!("/cases/{case}")).await.body;
    assert!(page(OPERATOR).await.contains("value=\"buyer\""));
    let auditor = page("auditor@*").await;
    assert!(auditor.contains("待平台处理") && !auditor.contains("/decide"), "who only reads decides nothing");
}

#[db_test(&schema())]
async fn what_is_exchanged_goes_back_in_the_same_batch(db: Db) {
    let market = Market::open(db, 12, 5).await;
    let order = market.delivered().await;
    // What is sent instead comes from a lot that the order knew nothing of.
    market.stock(SUPPLIER, market.shop, market.apples, 20_000).await;
    let exchange = market.ask(order, Kind::Exchange, 4).await.unwrap();
    let back = market.ask(order, Kind::Return, 6).await.unwrap();
    for case in [exchange, back] {
        market.sent_back(case).await;
    }
    let supplier = market.ctx(SUPPLIER);
    let arrived = |case| cases::arrived(&supplier, &market.app, case, false, "压坏了");
    let (first, second) = futures::join!(arrived(exchange), arrived(back));
    first.unwrap();
    second.unwrap();
    let refund = market.ask(order, Kind::Return, 4).await.unwrap();
    market.sent_back(refund).await;
    cases::arrived(&supplier, &market.app, refund, false, "又压坏了").await.unwrap();
    assert_eq!(market.whole("a", order).await.part(market.shop).unwrap().state, PartState::Refunded);
    market.audit().await;
}

#[db_test(&schema())]
async fn what_is_sent_instead_has_a_waybill_too(db: Db) {
    let market = Market::open(db, 20, 5).await;
    let order = market.delivered().await;
    let (app, ctx, visitor) = (&market.app, market.public(), Visitor::guest("a"));
    let supplier = market.ctx(SUPPLIER);
    let case = market.ask(order, Kind::Exchange, 1).await.unwrap();
    let early = cases::replaced(&supplier, app, case, ("顺丰", "SF9000000001")).await;
    assert_eq!(refused(early), Refused::WrongState("asked"));
    market.answer(case, Answer::Agree, "").await.unwrap();
    let unknown = cases::sent(&ctx, app, &visitor, case, ("飞毯", "FT1")).await;
    assert!(matches!(unknown, Err(Error::Invalid(_))), "{unknown:?}");
    cases::sent(&ctx, app, &visitor, case, ("中通快递", "ZT8000000001")).await.unwrap();
    cases::arrived(&supplier, app, case, false, "压坏了").await.unwrap();
    let page = market.site().get(SUPPLIER, &format!("/cases/{case}")).await.body;
    assert!(page.contains("中通 ZT8000000001") && page.contains("/replaced"), "{page}");
    let stranger = cases::replaced(&market.ctx(OTHER), app, case, ("顺丰", "SF9000000001")).await;
    assert!(matches!(stranger, Err(Error::Denied(_))), "{stranger:?}");
    let empty = cases::replaced(&supplier, app, case, ("顺丰", "")).await;
    assert!(matches!(empty, Err(Error::Invalid(_))), "{empty:?}");
    cases::replaced(&supplier, app, case, ("顺丰", "sf9000000001")).await.unwrap();
    let again = cases::replaced(&supplier, app, case, ("顺丰", "SF9000000002")).await;
    assert_eq!(refused(again), Refused::WrongState("done"));
    let whole = market.case(case).await;
    assert_eq!(whole.row.replacement.unwrap().waybill, "SF9000000001");
    assert_eq!(whole.events.last().unwrap().said, "顺丰 SF9000000001");

    // The buyer's programs list what is theirs, and nobody else's.
    let own = cases::of_visitor(&ctx, app, &visitor, &Page::default()).await.unwrap();
    assert_eq!(own.items.iter().map(|row| row.id).collect::<Vec<_>>(), [case]);
    let none = cases::of_visitor(&ctx, app, &Visitor::guest("b"), &Page::default()).await.unwrap();
    assert!(none.items.is_empty());
    let site = market.site();
    assert_eq!(site.get("public", "/api/v1/cases/own").await.json()["items"], serde_json::json!([]));
    let told = site.get(SUPPLIER, &format!("/api/v1/cases/{case}")).await.json();
    assert_eq!(told["case"]["replacement_waybill"], "SF9000000001");
    let photo = axum::http::Request::post(format!("/api/v1/cases/{case}/photos"))
        .header("x-test-actor", SUPPLIER)
        .header("content-type", "image/jpeg")
        .body(axum::body::Body::from("no picture"))
        .unwrap();
    assert_eq!(site.send(photo).await.status, 404, "a shop adds no photos");
}
