//! The same as JSON.

use serde_json::{Value, json};
use sh_catalogue::service::{halls, review::Decision};
use sh_db::Db;
use sh_http::testing::{EVERY_ROLE, TestSite};
use sh_kernel::RegionCode;
use sh_testkit::db_test;

use crate::support::{Mall, OPERATOR, OTHER, SUPPLIER, apples, kumquats, schema};

async fn get(site: &TestSite, by: &str, path: &str) -> Value {
    let answer = site.api(by, "GET", path, &Value::Null).await;
    assert_eq!(answer.status.as_u16(), 200, "{path}: {}", answer.body);
    answer.json()
}

#[db_test(&schema())]
async fn a_program_finds_what_people_find(db: Db) {
    let mall = Mall::open(db).await;
    mall.on_sale(&apples()).await;
    let other = mall.submitted_by(OTHER, mall.other, &kumquats()).await;
    mall.decide(other, Decision::Approve).await.unwrap();
    let yunnan = RegionCode::new(530_000).unwrap();
    halls::put(&mall.ctx(OPERATOR), &mall.app, yunnan, "云南馆", "高原").await.unwrap();
    let site = mall.site();

    let found = get(&site, "public", "/api/v1/mall/products?q=cpg").await;
    assert_eq!(found["how"], "exact");
    assert_eq!(found["total_hint"], 1);
    let card = &found["items"][0];
    assert_eq!((&card["name"], &card["price_fen"]), (&json!("昭通丑苹果"), &json!(3_200)));
    assert_eq!((&card["unit_price_fen"], &card["origin"]), (&json!(640), &json!(530_602)));
    let shown = get(&site, "public", &format!("/api/v1/mall/skus/{}", card["sku"].as_str().unwrap())).await;
    assert_eq!((&shown["unit"], &shown["blocked"]), (&json!("g"), &Value::Null));
    assert_eq!(shown["variants"].as_array().unwrap().len(), 2);
    assert!(shown["pictures"][0].as_str().unwrap().starts_with("/drawn/apple-"));

    let (mut names, mut path) = (Vec::new(), "/api/v1/mall/products?size=1&sort=price".to_owned());
    loop {
        let page = get(&site, "public", &path).await;
        names.push(page["items"][0]["name"].as_str().unwrap().to_owned());
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/api/v1/mall/products?size=1&sort=price&after={next}");
    }
    assert_eq!(names, ["融安金桔膏", "昭通丑苹果"]);
    let fruit = get(&site, "public", "/api/v1/mall/products?category=fruit&origin=530000&max=40").await;
    assert_eq!(fruit["items"].as_array().unwrap().len(), 1);
    let categories = get(&site, "public", "/api/v1/mall/categories").await;
    assert!(
        categories
            .as_array()
            .unwrap()
            .iter()
            .any(|one| one["word"] == "fruit" && one["kinds"][0]["word"] == "apples")
    );
    let halls = get(&site, "public", "/api/v1/mall/halls").await;
    assert_eq!((&halls[1]["hall"], &halls[1]["products"]), (&json!("云南馆"), &json!(1)), "{halls}");
    let hall = get(&site, "public", "/api/v1/mall/halls/530000").await;
    assert_eq!((&hall["story"], &hall["counties"][0]["region"]), (&json!("高原"), &json!(530_602)));
    for (path, status) in [
        ("/api/v1/mall/products?category=submarines", 404),
        ("/api/v1/mall/products?min=cheap", 422),
        ("/api/v1/mall/products?after=x", 400),
        ("/api/v1/mall/halls/999999", 404),
        ("/api/v1/mall/skus/0192f000-0000-7000-8000-000000000000", 404),
    ] {
        let answer = site.api("public", "GET", path, &Value::Null).await;
        assert_eq!(answer.status.as_u16(), status, "{path}: {}", answer.body);
        assert_eq!(answer.header("content-type"), "application/problem+json", "{path}");
    }
}

#[db_test(&schema())]
async fn a_supplier_s_program_does_what_the_supplier_does(db: Db) {
    let mall = Mall::open(db).await;
    let site = mall.site();
    let put = async |path: &str, body: Value| site.api(SUPPLIER, "PUT", path, &body).await;
    let begun =
        site.api(SUPPLIER, "POST", "/api/v1/shop/products", &json!({"draft": {"code": "PG-01"}})).await;
    assert_eq!(begun.status.as_u16(), 201, "{}", begun.body);
    let path = format!("/api/v1/shop/products/{}", begun.json()["id"].as_str().unwrap());
    let early = site.api(SUPPLIER, "POST", &format!("{path}/submit"), &Value::Null).await;
    assert_eq!(early.status.as_u16(), 422);
    assert!(early.body.contains("/origin"), "{}", early.body);
    let draft = json!({
        "code": "PG-01", "name": "昭通丑苹果", "origin": "530602", "producer": "绿源合作社", "delivery": "48 小时内",
        "after_sales": "坏果包赔", "returnable": "no", "publish": true,
        "variants": [{"spec": "5 kg", "content": "5 kg", "price": "59.90"}],
    });
    let saved = put(&path, json!({"stamp": begun.json()["stamp"], "draft": draft})).await;
    assert_eq!(saved.status.as_u16(), 200, "{}", saved.body);
    let again = put(&path, json!({"stamp": begun.json()["stamp"], "draft": draft})).await;
    assert_eq!(
        (again.status.as_u16(), &again.json()["stamp"]),
        (200, &saved.json()["stamp"]),
        "{}",
        again.body
    );
    let stale = put(&path, json!({"stamp": begun.json()["stamp"], "draft": {"code": "PG-01"}})).await;
    assert_eq!(stale.status.as_u16(), 409, "{}", stale.body);
    let handed = site.api(SUPPLIER, "POST", &format!("{path}/submit"), &Value::Null).await;
    assert_eq!(handed.json()["review"], "submitted");
    mall.decide(begun.json()["id"].as_str().unwrap().parse().unwrap(), Decision::Approve).await.unwrap();

    let listed = get(&site, SUPPLIER, "/api/v1/shop/products?shelf=on-sale").await;
    assert_eq!(
        (&listed["items"][0]["code"], &listed["items"][0]["price_fen"]),
        (&json!("PG-01"), &json!(5_990))
    );
    let whole = get(&site, SUPPLIER, &path).await;
    let price = format!("/api/v1/shop/skus/{}/price", whole["variants"][0]["sku"].as_str().unwrap());
    let stale = put(&price, json!({"seen_fen": 1, "price_fen": 4_990})).await;
    assert_eq!(stale.status.as_u16(), 409, "{}", stale.body);
    let priced = put(&price, json!({"seen_fen": 5_990, "price_fen": 4_990})).await;
    assert_eq!(priced.json()["variants"][0]["price_fen"], 4_990);
    let off = put(&format!("{path}/shelf"), json!({"on_sale": false})).await;
    assert_eq!(off.json()["shelf"], "off-sale");
    assert_eq!(get(&site, "public", "/api/v1/mall/products").await["items"], json!([]));

    for by in EVERY_ROLE.iter().copied().chain([OTHER]) {
        for (method, path) in [
            ("POST", "/api/v1/shop/products"),
            ("PUT", path.as_str()),
            ("POST", &format!("{path}/submit")),
            ("PUT", &format!("{path}/shelf")),
            ("PUT", price.as_str()),
        ] {
            let body = json!({
                "stamp": 0, "draft": {}, "on_sale": true, "seen_fen": 1, "price_fen": 2, "shop": mall.shop,
            });
            let status = site.api(by, method, path, &body).await.status.as_u16();
            assert!([401, 403, 404].contains(&status), "{by} {method} {path}: {status}");
        }
    }
}
