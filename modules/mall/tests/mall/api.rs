//! The JSON interface, as a program of a shopper and one of a shop use it.

use axum::{
    body::Body,
    http::{Request, header},
};
use serde_json::{Value, json};
use sh_db::Db;
use sh_http::testing::{Answer, TestSite};
use sh_testkit::db_test;

use crate::support::{Market, OTHER, SUPPLIER, schema};

/// A program with a cookie jar, or of somebody who has signed in.
struct Program<'a> {
    site: &'a TestSite,
    by: &'a str,
    cookie: String,
    key: &'a str,
}

impl<'a> Program<'a> {
    const fn of(site: &'a TestSite, by: &'a str) -> Self {
        Self { site, by, cookie: String::new(), key: "" }
    }

    async fn call(&mut self, method: &str, path: &str, body: Value) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("/api/v1{path}"))
            .header("x-test-actor", self.by)
            .header(header::COOKIE, &self.cookie)
            .header(header::CONTENT_TYPE, "application/json");
        if !self.key.is_empty() {
            request = request.header("idempotency-key", self.key);
        }
        let answer = self.site.send(request.body(Body::from(body.to_string())).unwrap()).await;
        if let Some(set) = answer.headers.get(header::SET_COOKIE) {
            set.to_str().unwrap().split(';').next().unwrap().clone_into(&mut self.cookie);
        }
        answer
    }

    /// The answer to a call that must go well.
    async fn ok(&mut self, method: &str, path: &str, body: Value) -> Value {
        let answer = self.call(method, path, body).await;
        assert_eq!(answer.status, 200, "{method} {path}: {}", answer.body);
        serde_json::from_str(&answer.body).unwrap()
    }

    /// Status and code of a refusal.
    async fn refused(&mut self, method: &str, path: &str, body: Value) -> (u16, String) {
        let answer = self.call(method, path, body).await;
        let problem: Value = serde_json::from_str(&answer.body).unwrap();
        (answer.status.as_u16(), problem["code"].as_str().unwrap_or_default().to_owned())
    }
}

fn refusal(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

/// What a quotation shows, as an order that agrees to it.
fn agreeing(quoted: &Value) -> Value {
    json!({
        "lines": quoted["lines"],
        "expected_fen": quoted["amount_fen"],
        "address": {
            "county": 440_305, "receiver": "何平", "phone": "13800138000", "detail": "粤海街道科苑路 8 号",
        },
    })
}

#[db_test(&schema())]
async fn a_program_buys_pays_and_receives(db: Db) {
    let market = Market::open(db, 10, 10).await;
    let site = market.site();
    let mut shopper = Program::of(&site, "public");
    shopper.ok("POST", "/basket", json!({ "sku": market.apples, "pieces": 1 })).await;
    assert!(!shopper.cookie.is_empty(), "a guest is known again");
    let basket = shopper.ok("POST", "/basket", json!({ "sku": market.kumquats, "pieces": 5 })).await;
    assert_eq!(basket["shops"].as_array().unwrap().len(), 2);
    let path = format!("/basket/{}", market.kumquats);
    let basket = shopper.ok("PUT", &path, json!({ "pieces": 2 })).await;
    assert_eq!(basket["goods_fen"], 11_590);

    let quoted = shopper.ok("POST", "/checkout", json!({ "county": 440_305 })).await;
    assert_eq!(quoted["amount_fen"], 11_590);
    let (path, body) = (format!("/orders/{}", quoted["order"].as_str().unwrap()), agreeing(&quoted));
    let order = shopper.ok("PUT", &path, body.clone()).await;
    assert_eq!((&order["state"], &order["amount_fen"]), (&json!("unpaid"), &json!(11_590)));
    assert_eq!(shopper.ok("PUT", &path, body.clone()).await["id"], order["id"], "sent twice, one order");
    assert_eq!(market.count("mall_order").await, 1);
    let mut other = body.clone();
    other["address"]["detail"] = json!("福田街道");
    assert_eq!(shopper.refused("PUT", &path, other).await, refusal(422, "idempotency-key-reused"));
    let mut stranger = Program::of(&site, "shopper@*");
    assert_eq!(stranger.refused("PUT", &path, body).await, refusal(422, "idempotency-key-reused"));
    assert_eq!(stranger.refused("GET", &path, Value::Null).await, refusal(404, "not-found"));
    assert_eq!(shopper.ok("GET", "/basket", Value::Null).await["goods_fen"], 0);

    let paying = shopper.ok("POST", &format!("{path}/pay"), json!({ "provider": "simulator" })).await;
    let payment = paying["page"].as_str().unwrap().rsplit('/').next().unwrap();
    let simulate = format!("/payments/{payment}/simulate");
    assert_eq!(stranger.refused("POST", &simulate, json!({ "scenario": "once" })).await.0, 404);
    let order = shopper.ok("POST", &simulate, json!({ "scenario": "once" })).await;
    assert_eq!((&order["state"], &order["paid_fen"]), (&json!("paid"), &json!(11_590)));

    let mut shop = Program::of(&site, SUPPLIER);
    let listed = shop.ok("GET", "/shop/orders", Value::Null).await;
    assert_eq!(listed["items"][0]["order"], order["id"]);
    let part = format!("/shop{path}/{}", market.shop);
    assert_eq!(shop.ok("GET", &part, Value::Null).await["address"]["receiver"], "何平");
    let ship = json!({ "carrier": "顺丰", "waybill": "SF1234567890" });
    let mut wrong = Program::of(&site, OTHER);
    assert_eq!(wrong.refused("POST", &format!("{part}/ship"), ship.clone()).await.0, 404);
    let shipped = shop.ok("POST", &format!("{part}/ship"), ship).await;
    assert_eq!(shipped["part"]["state"], "shipped");
    let received = shopper.ok("POST", &format!("{path}/parts/{}/receive", market.shop), json!({})).await;
    let states: Vec<_> = received["parts"].as_array().unwrap().iter().map(|part| &part["state"]).collect();
    assert!(states.contains(&&json!("received")) && states.contains(&&json!("to-ship")), "{states:?}");

    let asked = format!("{path}/parts/{}/refund", market.other);
    shopper.ok("POST", &asked, json!({ "reason": "不要了" })).await;
    let answer = format!("/shop{path}/{}/answer", market.other);
    let answered = wrong.ok("POST", &answer, json!({ "grant": true })).await;
    assert_eq!(answered["part"]["state"], "refunded");
    assert_eq!(answered["address"], Value::Null, "whoever does not send needs no address");
    let listed = shopper.ok("GET", "/orders?state=paid", Value::Null).await;
    assert_eq!(listed["items"][0]["refunded_fen"], 5_600);
    market.audit().await;
}

#[db_test(&schema())]
async fn a_key_counts_once_and_not_for_something_else(db: Db) {
    let market = Market::open(db, 10, 10).await;
    let site = market.site();
    let mut shopper = Program { key: "basket-1", ..Program::of(&site, "shopper@*") };
    let body = json!({ "sku": market.apples, "pieces": 1 });
    for _ in 0..2 {
        let basket = shopper.ok("POST", "/basket", body.clone()).await;
        assert_eq!(basket["shops"][0]["lines"][0]["pieces"], 1);
    }
    let other = json!({ "sku": market.apples, "pieces": 2 });
    assert_eq!(shopper.refused("POST", "/basket", other).await, refusal(422, "idempotency-key-reused"));
    let sold = json!({ "sku": market.shop, "pieces": 1 });
    shopper.key = "basket-2";
    assert_eq!(shopper.refused("POST", "/basket", sold).await, refusal(404, "not-found"));
}
