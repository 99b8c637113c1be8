//! The workbenches of suppliers and operator, as a browser without scripts uses them.

use std::fmt::Write as _;

use sh_catalogue::{
    draft::Draft,
    model::{Review, Shelf},
    service::edit,
};
use sh_db::Db;
use sh_http::testing::EVERY_ROLE;
use sh_testkit::db_test;

use crate::{
    import::Folder,
    support::{Mall, OPERATOR, OTHER, SUPPLIER, apples, schema},
};

/// The form of a draft as a browser sends it.
fn form(draft: &Draft, stamp: i64, action: &str) -> String {
    let mut out = format!("stamp={stamp}&action={action}");
    let mut add = |name: &str, value: &str| {
        let value = percent_encoding::utf8_percent_encode(value, percent_encoding::NON_ALPHANUMERIC);
        let _ = write!(out, "&{name}={value}");
    };
    add("code", &draft.code);
    add("name", &draft.name);
    add("origin", &draft.origin);
    add("producer", &draft.producer);
    add("delivery", &draft.delivery);
    add("after-sales", &draft.after_sales);
    add("returnable", &draft.returnable);
    add("publish", "1");
    for (at, sku) in draft.skus.iter().enumerate() {
        add(&format!("sku-{at}-spec"), &sku.spec);
        add(&format!("sku-{at}-content"), &sku.content);
        add(&format!("sku-{at}-price"), &sku.price);
    }
    out
}

#[db_test(&schema())]
async fn a_supplier_fills_in_hands_in_and_mends_what_is_returned(db: Db) {
    let mall = Mall::open(db).await;
    let site = mall.site();
    assert!(site.get(SUPPLIER, "/s/products").await.body.contains("还没有商品"));
    let begun = site
        .post(SUPPLIER, "/s/products", "name=%E6%98%AD%E9%80%9A%E4%B8%91%E8%8B%B9%E6%9E%9C&code=PG-01")
        .await;
    assert_eq!(begun.status.as_u16(), 303, "{}", begun.body);
    let page = begun.header("location").to_owned();
    let id = page.rsplit('/').next().unwrap().parse().unwrap();

    let missing = site
        .post(SUPPLIER, &page, &form(&Draft { code: "PG-01".to_owned(), ..Draft::default() }, 1, "submit"))
        .await;
    assert_eq!(missing.status.as_u16(), 422);
    for text in ["<title>有误：", "产地（县）：没有填。", "href=\"#f-sku-0-spec\"", "还没有规格"]
    {
        assert!(missing.body.contains(text), "{text} is missing in {}", missing.body);
    }
    // What was typed is kept although it was not accepted.
    let saved = site.post(SUPPLIER, &format!("{page}/draft"), &form(&apples(), 2, "")).await;
    assert!(saved.body.contains("10:00 已存") && saved.body.contains("value=\"3\""), "{}", saved.body);
    let older = Draft { producer: "另一家合作社".to_owned(), ..apples() };
    let stale = site.post(SUPPLIER, &format!("{page}/draft"), &form(&older, 2, "")).await;
    assert!(stale.body.contains("别处已经改过"), "{}", stale.body);
    let more = site.post(SUPPLIER, &page, &form(&apples(), 3, "add-sku")).await;
    assert!(more.body.contains("sku-3-spec"), "two more rows");
    let preview = site.get(SUPPLIER, &format!("{page}/preview")).await;
    assert!(preview.body.contains("预览") && preview.body.contains("¥5.99 / 500 g"), "{}", preview.body);
    let handed = site.post(SUPPLIER, &page, &form(&apples(), 4, "submit")).await;
    assert_eq!(handed.status.as_u16(), 303, "{}", handed.body);
    assert!(site.get(SUPPLIER, &page).await.body.contains("正在等平台审核"));

    let queue = site.get(OPERATOR, "/w/listings").await.body;
    assert!(queue.contains("昭通丑苹果") && queue.contains("昭阳区绿源苹果专业合作社"), "{queue}");
    let review = site.get(OPERATOR, &format!("/w/listings/{id}")).await.body;
    let stamp = edit::open(&mall.ctx(OPERATOR), &mall.app, id).await.unwrap().product.stamp;
    assert!(
        review.contains("云南省昭通市昭阳区") && review.contains(&format!("value=\"{stamp}\"")),
        "{review}"
    );
    let decide = format!("/w/listings/{id}/decide");
    let empty = site.post(OPERATOR, &decide, &format!("stamp={stamp}&action=return")).await;
    assert_eq!(empty.status.as_u16(), 303);
    let returned = site
        .post(OPERATOR, &decide, &format!("stamp={stamp}&action=return&remark-origin=%E4%B8%8D%E5%AF%B9"))
        .await;
    assert_eq!(returned.header("location"), "/w/listings", "nothing else waits");
    let page_again = site.get(SUPPLIER, &page).await.body;
    assert!(page_again.contains("退回意见：不对") && page_again.contains("#f-origin"), "{page_again}");

    let stamp = edit::open(&mall.ctx(OPERATOR), &mall.app, id).await.unwrap().product.stamp;
    site.post(SUPPLIER, &page, &form(&apples(), stamp, "submit")).await;
    let stamp = edit::open(&mall.ctx(OPERATOR), &mall.app, id).await.unwrap().product.stamp;
    let approved = site.post(OPERATOR, &decide, &format!("stamp={stamp}&action=approve")).await;
    assert_eq!(approved.status.as_u16(), 303);
    let product = edit::open(&mall.ctx(OPERATOR), &mall.app, id).await.unwrap().product;
    assert_eq!((product.shelf, product.review), (Shelf::OnSale, Review::None));

    let sku = mall.sku(id).await;
    let priced = site.post(SUPPLIER, &format!("/s/skus/{sku}/price"), "seen=5990&price=49.9").await;
    assert_eq!(priced.header("location"), page);
    assert!(site.get("public", &format!("/p/{sku}")).await.body.contains("49.90"));
    site.post(SUPPLIER, &format!("{page}/shelf"), "on=0").await;
    assert_eq!(site.get("public", &format!("/p/{sku}")).await.status.as_u16(), 410);
}

#[db_test(&schema())]
async fn freight_is_written_in_words_and_read_back(db: Db) {
    let mall = Mall::open(db).await;
    let site = mall.site();
    let sent = "name=%E5%BF%AB%E9%80%92&first-weight=3kg&first=8&step-weight=1kg&step=1&free-from=99\
        &places-0=%E6%96%B0%E7%96%86%E3%80%81%E8%A5%BF%E8%97%8F&fee-0=25&more-0=10&not-sent=%E5%8F%B0%E6%B9%BE";
    let kept = site.post(SUPPLIER, "/s/freight", sent).await;
    assert_eq!(kept.status.as_u16(), 303, "{}", kept.body);
    let list = site.get(SUPPLIER, "/s/freight").await.body;
    for text in
        ["首重 3 kg 内 ¥8.00，每加 1 kg ¥1.00", "新疆、西藏", "¥25.00", "台湾不发货", "满 ¥99.00 包邮"]
    {
        assert!(list.contains(text), "{text} is missing in {list}");
    }
    let href = list.split("href=\"/s/freight/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let page = site.get(SUPPLIER, &format!("/s/freight/{href}")).await.body;
    assert!(page.contains("value=\"3 kg\"") && page.contains("新疆、西藏"), "{page}");
    let wrong = site
        .post(SUPPLIER, "/s/freight", "name=a&first=-1&first-weight=x&places-0=%E7%81%AB%E6%98%9F&fee-0=1")
        .await;
    assert_eq!(wrong.status.as_u16(), 422);
    assert!(wrong.body.contains("没认出“火星”") && wrong.body.contains("重量写成"), "{}", wrong.body);
    assert_eq!(site.get(OTHER, &format!("/s/freight/{href}")).await.status.as_u16(), 404);
}

#[db_test(&schema())]
async fn nobody_gets_at_the_products_of_others(db: Db) {
    let mall = Mall::open(db).await;
    let id = mall.on_sale(&apples()).await;
    let sku = mall.sku(id).await;
    let shop = mall.shop;
    let import = mall.checked(&Folder::new().file("a.csv", "商品编码,商品名称\nB1,昭通苹果\n")).await.0;
    let site = mall.site();
    let paths = [
        ("GET", "/s/products".to_owned(), ""),
        ("GET", format!("/s/products?shop={shop}"), ""),
        ("GET", "/s/products/new".to_owned(), ""),
        ("POST", "/s/products".to_owned(), "code=&name=a"),
        ("GET", format!("/s/products/{id}"), ""),
        ("POST", format!("/s/products/{id}"), "stamp=0&action=save"),
        ("POST", format!("/s/products/{id}/draft"), "stamp=0"),
        ("GET", format!("/s/products/{id}/preview"), ""),
        ("GET", format!("/s/products/{id}/pictures"), ""),
        (
            "POST",
            format!("/s/products/{id}/pictures/change"),
            "picture=0192f000-0000-7000-8000-000000000000&action=first",
        ),
        ("POST", format!("/s/products/{id}/discard"), "sure=1"),
        ("POST", format!("/s/products/{id}/shelf"), "on=1"),
        ("POST", format!("/s/skus/{sku}/price"), "seen=1&price=2"),
        ("GET", "/s/products/import".to_owned(), ""),
        ("GET", format!("/s/products/export?shop={shop}"), ""),
        ("GET", format!("/s/products/template?shop={shop}"), ""),
        ("GET", format!("/s/imports/{import}"), ""),
        ("GET", format!("/s/imports/{import}/marked"), ""),
        ("POST", format!("/s/imports/{import}/confirm"), ""),
        ("POST", format!("/s/imports/{import}/discard"), ""),
        ("GET", "/s/freight".to_owned(), ""),
        ("POST", "/s/freight".to_owned(), "name="),
        ("GET", "/s/shop".to_owned(), ""),
        ("POST", "/s/shop".to_owned(), "phone=x"),
        ("GET", "/w/listings".to_owned(), ""),
        ("GET", format!("/w/listings/{id}"), ""),
        ("POST", format!("/w/listings/{id}/decide"), "stamp=0&action=approve"),
        ("POST", format!("/w/listings/{id}/switch"), "off=1"),
        ("GET", "/w/sellers".to_owned(), ""),
        ("POST", "/w/sellers".to_owned(), "name=a"),
        ("GET", format!("/w/sellers/{shop}"), ""),
        ("POST", format!("/w/sellers/{shop}/switch"), "off=1"),
        ("GET", "/w/halls".to_owned(), ""),
        ("POST", "/w/halls".to_owned(), "region=x"),
        ("GET", "/me/favourites".to_owned(), ""),
        ("POST", format!("/p/{sku}/favourite"), "keep=1"),
    ];
    let routes: Vec<(&str, &str, &str)> =
        paths.iter().map(|(method, path, form)| (*method, path.as_str(), *form)).collect();
    let mut actors = EVERY_ROLE.to_vec();
    actors.extend([SUPPLIER, OTHER]);
    let table = site.probe(&routes, &actors).await;
    let table = table
        .replace(&id.to_string(), "{product}")
        .replace(&sku.to_string(), "{sku}")
        .replace(&import.to_string(), "{import}")
        .replace(&shop.to_string(), "{shop}");
    insta::assert_snapshot!("who_gets_where", table);
    let product = edit::open(&mall.ctx(OPERATOR), &mall.app, id).await.unwrap().product;
    assert_eq!((product.shelf, product.review), (Shelf::OnSale, Review::None), "nothing has changed");
}
