//! The pages of lots, as a browser without scripts uses them.

use sh_db::Db;
use sh_http::testing::EVERY_ROLE;
use sh_stock::model::Reason;
use sh_testkit::db_test;

use crate::support::{OTHER, SUPPLIER, Stock, schema};

/// The value of a hidden field.
fn hidden(page: &str, name: &str) -> String {
    let field = format!("name=\"{name}\" value=\"");
    page.split(&field).nth(1).unwrap().split('"').next().unwrap().to_owned()
}

#[db_test(&schema())]
async fn a_supplier_receives_adjusts_moves_and_calls_back(db: Db) {
    let stock = Stock::open(db).await;
    let site = stock.site();
    assert!(site.get(SUPPLIER, "/s/stock").await.body.contains("还没有批次"));
    let choose = site.get(SUPPLIER, "/s/stock/receive?q=%E8%8B%B9%E6%9E%9C").await.body;
    assert!(choose.contains("昭通丑苹果") && !choose.contains("鸡蛋"), "{choose}");
    let form = site.get(SUPPLIER, &format!("/s/stock/receive?sku={}", stock.apples)).await.body;
    assert!(form.contains("每件 5 kg"), "{form}");
    let (key, sku, shop) = (hidden(&form, "key"), stock.apples, stock.shop);
    let sent = |rest: &str| format!("shop={shop}&sku={sku}&key={key}&{rest}");

    let wrong =
        site.post(SUPPLIER, "/s/stock/receive", &sent("quantity=x&produced=1.2.2020&code=A-17")).await;
    assert_eq!(wrong.status.as_u16(), 422);
    for text in ["数量没认出来", "日期写成", "value=\"A-17\"", &key] {
        assert!(wrong.body.contains(text), "{text} is missing in {}", wrong.body);
    }
    let good = sent("quantity=20&produced=2020-12-01&expires=2020-12-30&code=A-17&note=%E9%A6%96%E6%89%B9");
    let received = site.post(SUPPLIER, "/s/stock/receive", &good).await;
    assert_eq!(received.status.as_u16(), 303, "{}", received.body);
    let home = received.header("location").to_owned();
    assert_eq!(site.post(SUPPLIER, "/s/stock/receive", &good).await.header("location"), home, "sent twice");

    let list = site.get(SUPPLIER, "/s/stock?show=expiring").await.body;
    for text in ["A-17", "昭通丑苹果", "100 kg", "21 天后到期", "2020-12-30"] {
        assert!(list.contains(text), "{text} is missing in {list}");
    }
    let page = site.get(SUPPLIER, &home).await.body;
    let (key, at) = (hidden(&page, "key"), hidden(&page, "at"));
    let adjust = format!("{home}/adjust");
    let lost = format!("key={key}&at={at}&reason=spoiled&quantity=12.5+kg&note=%E7%A2%B0%E4%BC%A4");
    assert_eq!(site.post(SUPPLIER, &adjust, &lost).await.status.as_u16(), 303);
    assert_eq!(site.post(SUPPLIER, &adjust, &lost).await.status.as_u16(), 303, "sent twice");
    let much = site.post(SUPPLIER, &adjust, &format!("at={at}&reason=spoiled&quantity=100")).await;
    assert_eq!(much.status.as_u16(), 422);
    assert!(
        much.body.contains("现在只有 87.5 kg") && much.body.contains("href=\"#f-quantity\""),
        "{}",
        much.body
    );
    let away = format!("{home}/move");
    let much = site.post(SUPPLIER, &away, &format!("move-at={at}&location=B&move-quantity=99")).await;
    assert!(much.body.contains("href=\"#f-move-quantity\""), "{}", much.body);
    let moved = site.post(SUPPLIER, &away, &format!("move-at={at}&location=B&move-quantity=7")).await;
    assert_eq!(moved.status.as_u16(), 303, "{}", moved.body);
    while sh_ledger::follow(&stock.app.db).await.unwrap() > 0 {}
    let page = site.get(SUPPLIER, &home).await.body;
    for text in ["52.5 kg", "35 kg", "-12.5 kg", "碰伤", "主仓 → B", "报损", "主仓：可售数量变动"]
    {
        assert!(page.contains(text), "{text} is missing in {page}");
    }
    // Three forms stand on one page: no label may lead to the field of another one.
    let mut names: Vec<&str> =
        page.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let all = names.len();
    names.sort_unstable();
    names.dedup();
    assert!(all > 8 && names.len() == all, "an identifier stands twice in {page}");
    let silent = site.post(SUPPLIER, &format!("{home}/state"), "to=recalled&why=").await;
    assert!(silent.status.as_u16() == 422 && silent.body.contains("href=\"#f-why\""), "{}", silent.body);
    site.post(SUPPLIER, &format!("{home}/state"), "to=recalled&why=%E6%8A%BD%E6%A3%80").await;
    assert!(site.get(SUPPLIER, &home).await.body.contains("抽检"));
    assert!(site.get(OTHER, "/s/stock").await.body.contains("还没有批次"));
}

#[db_test(&schema())]
async fn nobody_gets_at_the_lots_of_others(db: Db) {
    let stock = Stock::open(db).await;
    let lot = stock.receive("A-17", None, 50_000).await;
    let (shop, sku) = (stock.shop, stock.apples);
    let at = stock.look(lot).await.places[0].place.id;
    let site = stock.site();
    let paths = [
        ("GET", "/s/stock".to_owned(), String::new()),
        ("GET", format!("/s/stock?shop={shop}"), String::new()),
        ("GET", "/s/stock/import".to_owned(), String::new()),
        ("GET", format!("/s/stock/export?shop={shop}"), String::new()),
        ("GET", "/s/stock/receive".to_owned(), String::new()),
        ("GET", format!("/s/stock/receive?shop={shop}&sku={sku}"), String::new()),
        ("POST", "/s/stock/receive".to_owned(), format!("shop={shop}&sku={sku}&quantity=x")),
        ("GET", format!("/s/stock/{lot}"), String::new()),
        ("POST", format!("/s/stock/{lot}/adjust"), format!("at={at}&reason=spoiled&quantity=x")),
        ("POST", format!("/s/stock/{lot}/move"), format!("move-at={at}&location=B&move-quantity=x")),
        ("POST", format!("/s/stock/{lot}/state"), "to=recalled&why=".to_owned()),
    ];
    let routes: Vec<(&str, &str, &str)> =
        paths.iter().map(|(method, path, form)| (*method, path.as_str(), form.as_str())).collect();
    let mut actors = EVERY_ROLE.to_vec();
    actors.extend([SUPPLIER, OTHER]);
    let table = site.probe(&routes, &actors).await;
    let table = table.replace(&lot.to_string(), "{lot}").replace(&sku.to_string(), "{sku}");
    insta::assert_snapshot!("who_gets_where", table.replace(&shop.to_string(), "{shop}"));
    assert_eq!(stock.look(lot).await.movements.len(), 1, "nothing has changed");
    stock.adjust(lot, Reason::Counted, 50_000).await.unwrap();
}
