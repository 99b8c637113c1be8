//! The pages, as a browser without scripts uses them.

use std::fmt::Write as _;

use axum::{
    body::Body,
    http::{Request, header},
};
use sh_db::Db;
use sh_http::testing::{Answer, TestSite};
use sh_testkit::db_test;

use crate::support::{Market, OPERATOR, OTHER, SUPPLIER, schema};

/// A browser of somebody without an account.
struct Guest<'a> {
    site: &'a TestSite,
    cookie: String,
}

impl Guest<'_> {
    async fn send(&mut self, method: &str, path: &str, body: String) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("x-test-actor", "public")
            .header("sec-fetch-site", "same-origin")
            .header(header::COOKIE, &self.cookie)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(body))
            .unwrap();
        let answer = self.site.send(request).await;
        for set in answer.headers.get_all(header::SET_COOKIE) {
            let set = set.to_str().unwrap();
            if set.starts_with("shanhai_guest=") {
                set.split(';').next().unwrap().clone_into(&mut self.cookie);
            }
        }
        answer
    }

    async fn get(&mut self, path: &str) -> Answer {
        self.send("GET", path, String::new()).await
    }

    async fn post(&mut self, path: &str, form: &str) -> Answer {
        self.send("POST", path, form.to_owned()).await
    }
}

/// A text as an address carries it.
fn encode(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "%{byte:02X}");
        out
    })
}

/// The hidden and typed fields of the form on a page that posts to `action` and has a field `marks`.
fn fields(page: &str, marks: &str) -> String {
    let form = page.split("<form").find(|form| form.contains(marks)).unwrap();
    let form = form.split("</form>").next().unwrap();
    let value = |tag: &str, name: &str| {
        let from = format!(" {name}=\"");
        tag.split_once(&from).and_then(|(_, rest)| rest.split_once('"')).map(|(value, _)| value.to_owned())
    };
    let inputs = form.split("<input").skip(1).filter_map(|tag| {
        let tag = tag.split('>').next().unwrap();
        Some(format!("{}={}", value(tag, "name")?, encode(&value(tag, "value").unwrap_or_default())))
    });
    let mut list: Vec<String> = inputs.collect();
    for select in form.split("<select").skip(1) {
        let chosen = select.split("<option").find(|option| option.contains(" selected"));
        if let (Some(name), Some(chosen)) =
            (value(select, "name"), chosen.and_then(|tag| value(tag, "value")))
        {
            list.push(format!("{name}={chosen}"));
        }
    }
    list.join("&")
}

#[db_test(&schema())]
async fn a_guest_buys_pays_and_receives(db: Db) {
    let market = Market::open(db, 10, 10).await;
    let site = market.site();
    let mut guest = Guest { site: &site, cookie: String::new() };
    let product = guest.get(&format!("/p/{}", market.apples)).await;
    assert!(product.body.contains("加入购物车") && product.body.contains("还剩 10 件"), "{}", product.body);
    let added = guest.post("/basket/add", &format!("sku={}&pieces=2", market.apples)).await;
    assert_eq!(added.header("location"), "/basket", "{}", added.body);
    guest.post("/basket/add", &format!("sku={}&pieces=1", market.kumquats)).await;
    let basket = guest.get("/basket").await.body;
    for text in ["昭阳区绿源苹果专业合作社", "融安县桔乡食品有限公司", "147.80", "不支持七天无理由退货"]
    {
        assert!(basket.contains(text), "{text} is missing in {basket}");
    }

    let checkout = guest.get("/checkout").await.body;
    let pasted = encode("何平 13800138000 广东省深圳市南山区粤海街道8号");
    let form = fields(&checkout, "name=\"pasted\"");
    let parsed = guest.post("/checkout", &format!("{form}&pasted={pasted}&action=parse")).await;
    assert_eq!(parsed.status.as_u16(), 200);
    for text in ["何平", "13800138000", "粤海街道8号", "¥147.80", "提交订单"] {
        assert!(parsed.body.contains(text), "{text} is missing in {}", parsed.body);
    }
    let form = fields(&parsed.body, "name=\"expected\"");
    let placed = guest.post("/checkout", &format!("{form}&action=place")).await;
    assert_eq!(placed.status.as_u16(), 303, "{}", placed.body);
    let again = guest.post("/checkout", &format!("{form}&action=place")).await;
    assert_eq!(again.header("location"), placed.header("location"), "sent twice, one order");
    let pay = placed.header("location").to_owned();
    let order = pay.trim_end_matches("/pay").to_owned();

    let ways = guest.get(&pay).await.body;
    assert!(ways.contains("银行转账") && ways.contains("¥147.80"), "{ways}");
    let begun = guest.post(&pay, "provider=simulator").await;
    let simulator = begun.header("location").to_owned();
    assert!(guest.get(&simulator).await.body.contains("两个渠道都付了"));
    let paid = guest.post(&simulator, "scenario=once").await;
    assert_eq!(paid.header("location"), order);
    assert!(guest.get("/orders").await.body.contains("待发货"));

    let to_ship = site.get(SUPPLIER, "/s/orders").await.body;
    assert!(to_ship.contains("何*") && !to_ship.contains("何平"), "{to_ship}");
    let part = format!("/s{order}/{}", market.shop);
    let detail = site.get(SUPPLIER, &part).await.body;
    assert!(detail.contains("13800138000") && !detail.contains("金桔"), "{detail}");
    let shipped = site.post(SUPPLIER, &format!("{part}/ship"), "carrier=SF&waybill=SF1234567890").await;
    assert_eq!(shipped.header("location"), part);
    assert!(guest.get(&order).await.body.contains("SF1234567890"));
    guest.post(&format!("{order}/{}/receive", market.shop), "").await;
    assert!(guest.get(&order).await.body.contains("已收货"));
    let detail = site.get(SUPPLIER, &part).await.body;
    assert!(!detail.contains("13800138000") && detail.contains("138****8000"), "{detail}");
    let all = site.get(OPERATOR, "/w/orders?phone=13800138000").await.body;
    assert!(all.contains("138****8000") && !all.contains("13800138000</"), "{all}");
    market.audit().await;
}

#[db_test(&schema())]
async fn a_changed_price_is_shown_on_the_pages(db: Db) {
    let market = Market::open(db, 10, 0).await;
    let site = market.site();
    let mut guest = Guest { site: &site, cookie: String::new() };
    guest.post("/basket/add", &format!("sku={}&pieces=1", market.apples)).await;
    let address = "&county=440305&receiver=A&phone=13800138000&detail=B&action=quote";
    let checkout = guest.get("/checkout").await.body;
    let form = fields(&checkout, "name=\"expected\"");
    let quoted = guest.post("/checkout", &format!("{}{address}", keep(&form))).await;
    assert!(quoted.body.contains("提交订单"), "{}", quoted.body);
    let form = fields(&quoted.body, "name=\"expected\"");
    site.post(SUPPLIER, &format!("/s/skus/{}/price", market.apples), "seen=5990&price=61.9").await;
    let refused = guest.post("/checkout", &format!("{form}&action=place")).await;
    assert_eq!(refused.status.as_u16(), 409);
    for text in ["¥59.90 → ¥61.90", "¥61.90", "按新价买"] {
        assert!(refused.body.contains(text), "{text} is missing in {}", refused.body);
    }
    // The page shows the new sum; sending it now agrees to it.
    let form = fields(&refused.body, "name=\"expected\"");
    let placed = guest.post("/checkout", &format!("{form}&action=place")).await;
    assert_eq!(placed.status.as_u16(), 303, "{}", placed.body);
    market.audit().await;
}

/// The hidden fields only; what is typed is given by the test.
fn keep(form: &str) -> String {
    let typed = ["receiver=", "phone=", "detail=", "county="];
    form.split('&')
        .filter(|field| !typed.iter().any(|name| field.starts_with(name)))
        .collect::<Vec<_>>()
        .join("&")
}

#[db_test(&schema())]
async fn strangers_are_told_that_there_is_nothing(db: Db) {
    let market = Market::open(db, 10, 0).await;
    let site = market.site();
    let order = market.order("a", 1).await.unwrap();
    let shop = market.shop;
    for path in
        [format!("/orders/{order}"), format!("/orders/{order}/pay"), format!("/s/orders/{order}/{shop}")]
    {
        let answer = site.get("shopper@*", &path).await;
        assert_eq!(answer.status.as_u16(), 404, "{path}");
    }
    assert_eq!(site.get(OTHER, &format!("/s/orders/{order}/{shop}")).await.status.as_u16(), 404);
    assert_eq!(site.get(SUPPLIER, "/w/orders").await.status.as_u16(), 404);
    assert_eq!(site.get("shopper@*", "/w/orders").await.status.as_u16(), 404);
    assert_eq!(site.get("auditor@*", &format!("/w/orders/{order}")).await.status.as_u16(), 200);
    let entered =
        site.post("auditor@*", &format!("/w/orders/{order}/transfer"), "amount=1&reference=x").await;
    assert_eq!(entered.status.as_u16(), 403);
    let shipped = site
        .post("auditor@*", &format!("/s/orders/{order}/{shop}/ship"), "carrier=SF&waybill=SF123456")
        .await;
    assert_eq!(shipped.status.as_u16(), 403);
    for path in ["cancel", &format!("{shop}/receive"), &format!("{shop}/refund")] {
        let answer = site.post("shopper@*", &format!("/orders/{order}/{path}"), "reason=x").await;
        assert_eq!(answer.status.as_u16(), 404, "{path}");
    }
    assert_eq!(market.left().await, 9);
}
