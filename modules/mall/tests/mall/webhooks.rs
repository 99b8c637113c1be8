//! What programs of shops and of the operator are told.

use serde_json::{Value, json};
use sh_db::Db;
use sh_http::Page;
use sh_kernel::Id;
use sh_mall::{
    case::{Kind, Part},
    desk::EVENTS,
    provider::simulator::Scenario,
    service::{
        cases::{self, Answer, Asked},
        checkout, orders, supplier,
    },
    token::Visitor,
};
use sh_testkit::db_test;
use sh_webhooks::{Egress, Endpoint, Webhooks, service};

use crate::support::{Market, OPERATOR, OTHER, SUPPLIER, schema};

/// An endpoint that hears of everything. Nothing is sent in this test; what waits is looked at.
async fn endpoint(market: &Market, who: &str) -> Id<Endpoint> {
    let ctx = market.ctx(who);
    let new = service::NewEndpoint {
        id: ctx.id(),
        organisation: String::new(),
        url: "https://shop.example/hook".to_owned(),
        kinds: EVENTS.iter().map(|kind| (*kind).to_owned()).collect(),
    };
    let id = new.id;
    service::make(&ctx, &market.app, new).await.unwrap();
    id
}

/// The types and data of what waits, the oldest first.
async fn told(market: &Market, who: &str, id: Id<Endpoint>) -> Vec<(String, Value)> {
    let found = service::deliveries(&market.ctx(who), &market.app, id, &Page::default()).await.unwrap();
    let bodies = found.items.iter().rev().map(|one| serde_json::from_str::<Value>(&one.body).unwrap());
    bodies.map(|body| (body["type"].as_str().unwrap().to_owned(), body["data"].clone())).collect()
}

fn kinds(told: &[(String, Value)]) -> Vec<&str> {
    told.iter().map(|(kind, _)| kind.as_str()).collect()
}

#[db_test(&schema())]
async fn a_shop_hears_of_its_own_part_and_nobody_of_the_buyer(db: Db) {
    let mut market = Market::open(db, 20, 20).await;
    market.app = market.app.clone().with(Webhooks { kinds: EVENTS, egress: Egress::default() });
    let (apples, other) = (endpoint(&market, SUPPLIER).await, endpoint(&market, OTHER).await);
    let all = endpoint(&market, OPERATOR).await;
    let (app, visitor, ctx) = (&market.app, Visitor::guest("a"), market.public());
    let form = market.form(&[(market.apples, 1, 5_990), (market.kumquats, 2, 2_800)]);
    let order = checkout::place(&ctx, app, "guest:a", &form).await.unwrap();
    // A second payment goes back and is no second "paid".
    market.pay("a", order, Scenario::TwoChannels).await.unwrap();
    supplier::ship(&market.ctx(SUPPLIER), app, (order, market.shop), "顺丰", "SF1234567890").await.unwrap();
    orders::receive(&ctx, app, &visitor, order, market.shop).await.unwrap();

    let own = told(&market, SUPPLIER, apples).await;
    assert_eq!(kinds(&own), ["order.placed", "order.paid", "part.shipped", "part.received"]);
    let (_, placed) = &own[0];
    assert_eq!((&placed["state"], &placed["amount_fen"]), (&json!("unpaid"), &json!(5_990)));
    assert_eq!(own[3].1["state"], "received");
    let theirs = told(&market, OTHER, other).await;
    assert_eq!(kinds(&theirs), ["order.placed", "order.paid"]);
    assert_eq!(theirs[1].1["amount_fen"], 5_600);
    let whole = told(&market, OPERATOR, all).await;
    assert_eq!(kinds(&whole), kinds(&own));
    assert_eq!((&whole[1].1["state"], &whole[1].1["amount_fen"]), (&json!("paid"), &json!(11_590)));
    let text = format!("{own:?}{theirs:?}{whole:?}");
    let address = form.address.clone();
    for personal in [address.receiver, address.phone, address.detail] {
        assert!(!personal.is_empty() && !text.contains(&personal), "{personal} in {text}");
    }

    // What is repeated is not told again, and what is refused is not told at all.
    checkout::place(&ctx, app, "guest:a", &form).await.unwrap();
    assert!(orders::receive(&ctx, app, &visitor, order, market.other).await.is_err());
    assert_eq!(told(&market, OPERATOR, all).await.len(), whole.len());

    // The end of a case says which case, and what went back with it.
    let (parts, reason) = (vec![Part { line: 1, pieces: 1 }], "坏了".to_owned());
    let asked = Asked { id: ctx.id(), kind: Kind::Refund, parts, reason };
    let case = cases::open(&ctx, app, &visitor, (order, market.shop), &asked).await.unwrap();
    cases::answer(&market.ctx(SUPPLIER), app, case, Answer::Agree, "").await.unwrap();
    for (who, id) in [(SUPPLIER, apples), (OPERATOR, all)] {
        let (kind, data) = told(&market, who, id).await.pop().unwrap();
        assert_eq!(kind, "part.case-finished");
        assert_eq!((&data["case"], &data["case_refunded_fen"]), (&json!(case), &json!(5_990)), "{data}");
    }
}
