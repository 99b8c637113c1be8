//! The public pages and the JSON interface, as anybody gets them.

use std::collections::BTreeSet;

use serde_json::Value;
use sh_db::{Db, DbError};
use sh_http::{
    Context,
    testing::{self, TestSite},
};
use sh_parties::{Party, PartyKind};
use sh_statistics::{Figures, Kept, cube::CubeSink, definitions};
use sh_testkit::db_test;
use sh_trade::{
    axes::{BuyerKind, Channel, Grade},
    model::TradeLine,
};

use crate::common::{MIGRATIONS, NOW, day, id, post, report, sale};

/// Three counties of Bijie: one of four sellers, one of three, one of a single seller; and one county of Yunnan.
fn lines() -> Vec<TradeLine> {
    let mut lines = Vec::new();
    let mut add = |origin: i64, seller: i64, on: i64, amount: i64| {
        let number = u64::try_from(lines.len()).unwrap() + 1;
        let mut line = sale(number, on, amount);
        line.axes.origin = origin;
        line.axes.seller = seller;
        line.axes.destination = if seller % 2 == 0 { 440_300 } else { 440_100 };
        line.axes.grade = [Grade::A, Grade::B, Grade::C][usize::try_from(seller % 3).unwrap()];
        line.axes.channel = if seller % 2 == 0 { Channel::Market } else { Channel::Platform832 };
        lines.push(line);
    };
    for seller in 1..=4 {
        add(520_526, seller, 20_200_310, 1_000_000 * seller);
        add(520_526, seller, 20_191_010, 40_000);
    }
    for seller in 11..=13 {
        add(520_502, seller, 20_201_011, 500_000);
    }
    add(520_521, 21, 20_201_111, 77_700);
    for seller in 31..=35 {
        add(530_602, seller, 20_180_601, 250_000);
    }
    lines
}

async fn seeded(db: &Db) -> TestSite {
    definitions::install_defaults(db, NOW).await.unwrap();
    post(db, &CubeSink::default(), 1, 20_201_130, "import", &lines()).await;
    let party = |number: i64, name: &str, person: bool| Party {
        number,
        name: name.to_owned(),
        kind: PartyKind::Other,
        code: None,
        person,
    };
    let parties = vec![
        party(4, "威宁县四号合作社", false),
        party(21, "独家农场", false),
        party(3, "张三丰", true),
        party(6_000_000_000_001, "深圳市某局", false),
    ];
    db.write(async |tx| Ok::<_, DbError>(sh_parties::upsert(tx, parties.clone()).await?)).await.unwrap();
    let app = testing::app(db.clone(), sh_testkit::clock(), sh_testkit::ids())
        .with(Figures::default())
        .with(Kept::default());
    TestSite::new(&app, vec![sh_statistics::module()])
}

async fn json(site: &TestSite, by: &str, path: &str) -> Value {
    let answer = site.get(by, path).await;
    assert_eq!(answer.status.as_u16(), 200, "{path}: {}", answer.body);
    answer.json()
}

fn sum(rows: &Value) -> i64 {
    rows.as_array().unwrap().iter().map(|row| row["amount"].as_i64().unwrap()).sum()
}

#[db_test(MIGRATIONS)]
async fn the_parts_add_up_to_the_value_along_every_axis(db: Db) {
    let site = seeded(&db).await;
    let whole: i64 = lines().iter().map(|line| line.amount.0).sum();
    let axes = [
        "year",
        "month",
        "origin-province",
        "origin-city",
        "origin",
        "destination",
        "channel",
        "category",
        "buyer-kind",
        "class",
        "certified",
        "role",
        "stage",
        "grade",
        "link",
        "basis",
    ];
    for by in axes {
        for who in ["public", "auditor@*"] {
            let figure = json(&site, who, &format!("/api/v1/figures/gd-3y?by={by}")).await;
            let merged = figure["merged"]["amount"].as_i64().unwrap_or(0);
            assert_eq!(figure["value"], whole, "{by}");
            assert_eq!(sum(&figure["rows"]) + merged, whole, "{by} {who}: {figure}");
            assert_eq!(figure["difference"], 0);
        }
    }
    let page = site.get("public", "/data/origin/520000").await;
    assert_eq!(page.status.as_u16(), 200);
    assert!(page.body.contains("差额 0.00") && page.body.contains("毕节市"), "{}", page.body);
}

#[db_test(MIGRATIONS)]
async fn a_county_of_one_seller_cannot_be_worked_out(db: Db) {
    let site = seeded(&db).await;
    let figure = json(&site, "public", "/api/v1/figures/gd-3y?by=origin&origin=520500").await;
    // The next smallest county goes with it, so the total minus the rows is two counties and four sellers.
    let keys: Vec<&str> =
        figure["rows"].as_array().unwrap().iter().map(|row| row["key"].as_str().unwrap()).collect();
    assert_eq!((keys, figure["merged"]["parts"].as_i64()), (vec!["520526"], Some(2)));
    assert_eq!(figure["merged"]["amount"], 1_577_700);
    let open = json(&site, "auditor@*", "/api/v1/figures/gd-3y?by=origin&origin=520500").await;
    assert_eq!((open["rows"].as_array().unwrap().len(), open["merged"].is_null()), (3, true));

    for path in
        ["/data/origin/520521", "/data/producer/21", "/data/trades?origin=520521", "/data/trades?seller=21"]
    {
        let page = site.get("public", path).await;
        assert_eq!(page.status.as_u16(), 200, "{path}");
        assert!(
            page.body.contains("不到 3 家供货方") && !page.body.contains("777.00"),
            "{path}: {}",
            page.body
        );
        assert!(site.get("auditor@*", path).await.body.contains("777.00"), "{path}");
    }
    let refused = site.get("public", "/api/v1/trades?origin=520521").await;
    assert_eq!((refused.status.as_u16(), refused.json()["code"].as_str()), (403, Some("too-few-sellers")));
    // In wider lists its sales are there, without seller and county.
    let list = json(&site, "public", "/api/v1/trades?origin=520500&size=200").await;
    let hidden: Vec<&Value> =
        list["items"].as_array().unwrap().iter().filter(|trade| trade["seller"].is_null()).collect();
    assert_eq!(hidden.len(), 4);
    assert!(hidden.iter().all(|trade| trade["origin"] == 520_500 && trade["seller_name"].is_null()));
    let one = json(&site, "public", &format!("/api/v1/trades/{}", id::<()>(12))).await;
    assert_eq!((&one["seller"], &one["origin"]), (&Value::Null, &Value::from(520_500)));
}

#[db_test(MIGRATIONS)]
async fn the_way_leads_from_the_total_to_one_order(db: Db) {
    let site = seeded(&db).await;
    let mut page = site.get("public", "/data").await;
    let steps = [
        "/data/origin/520000?d=gd-3y",
        "/data/origin/520500?d=gd-3y",
        "/data/origin/520526?d=gd-3y",
        "/data/producer/4?d=gd-3y",
    ];
    assert!(page.body.contains("各级合计核对一致"), "{}", page.body);
    for step in steps {
        assert!(page.body.contains(&format!("href=\"{step}\"")), "{step}: {}", page.body);
        let next = site.get("public", step).await;
        assert_eq!(next.status.as_u16(), 200, "{step}");
    }
    page = site.get("public", "/data/trades?d=gd-3y&seller=4").await;
    let trade = format!("/data/trade/{}?d=gd-3y", id::<()>(7));
    assert!(page.body.contains(&trade), "{}", page.body);
    let order = site.get("public", &trade).await;
    assert!(order.body.contains("威宁县四号合作社") && order.body.contains("深圳市某局"), "{}", order.body);
    assert!(order.body.contains("40,000.00"), "{}", order.body);
}

#[db_test(MIGRATIONS)]
async fn people_are_not_named(db: Db) {
    let site = seeded(&db).await;
    let mut line = sale(90, 20_200_501, 12_300);
    line.axes.buyer_kind = BuyerKind::Person;
    post(&db, &CubeSink::default(), 2, 20_201_201, "import", &[line]).await;
    let page = site.get("public", &format!("/data/trade/{}", id::<()>(90))).await;
    assert!(page.body.contains("这一单涉及个人信息，只显示金额和产品"), "{}", page.body);
    assert!(!page.body.contains("深圳市某局"), "{}", page.body);
    let list = site.get("public", "/data/trades?seller=3").await;
    assert!(list.body.contains("张**") && !list.body.contains("张三丰"), "{}", list.body);
}

#[db_test(MIGRATIONS)]
async fn what_is_not_there_and_what_cannot_be_read(db: Db) {
    let site = seeded(&db).await;
    for path in [
        "/data/m/none",
        "/data?d=none",
        "/data/origin/999999",
        "/data/origin/110000",
        "/data/dest/1",
        "/data/channel/tv",
        "/data/producer/9",
        "/data/trade/x",
        "/data/releases/x",
        "/data/definitions/gd-3y/9",
        "/api/v1/figures/none",
        "/api/v1/definitions/gd-3y/9",
    ] {
        assert_eq!(site.get("public", path).await.status.as_u16(), 404, "{path}");
    }
    for path in [
        "/data/trades?channel=tv",
        "/data/m/gd-3y?by=colour",
        "/data/trades?after=zzz",
        "/data/releases?after=1",
        "/api/v1/figures/gd-3y?as_of=yesterday",
        "/api/v1/trades?month=13",
        "/api/v1/trades?after=1",
    ] {
        assert_eq!(site.get("public", path).await.status.as_u16(), 400, "{path}");
    }
    let refusal = site.get("public", "/api/v1/trades?month=13").await;
    assert_eq!(refusal.header("content-type"), "application/problem+json");
    assert!(refusal.body.contains("month=13") && refusal.body.contains("bad-condition"), "{}", refusal.body);
}

#[db_test(MIGRATIONS)]
async fn before_any_data_the_cockpit_says_so(db: Db) {
    let app = testing::app(db, sh_testkit::clock(), sh_testkit::ids());
    let site = TestSite::new(&app, vec![sh_statistics::module()]);
    for path in ["/data", "/data/screen", "/data/trades", "/data/definitions"] {
        assert!(site.get("public", path).await.body.contains("口径发布后显示"), "{path}");
    }
    assert_eq!(json(&site, "public", "/api/v1/trades").await["items"], Value::Array(Vec::new()));
}

#[db_test(MIGRATIONS)]
async fn a_table_can_be_taken_home_and_says_what_the_page_says(db: Db) {
    let site = seeded(&db).await;
    let csv = site.get("public", "/data/m/gd-3y.csv?by=origin&origin=520500").await;
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
    assert!(csv.header("content-disposition").contains("gd-3y-v1-origin.csv"));
    assert!(csv.body.contains("520526") && csv.body.contains("101600.00"), "{}", csv.body);
    assert!(
        csv.body.contains("15777.00") && !csv.body.contains("777.00,1"),
        "small counties together: {}",
        csv.body
    );
    let xlsx = site.get("public", "/data/m/gd-3y.xlsx").await;
    assert!(xlsx.header("content-type").contains("spreadsheetml") && xlsx.body.starts_with("PK"));
    let file = site.get("public", "/data/m/gd-3y.json?by=channel").await.json();
    let figure = json(&site, "public", "/api/v1/figures/gd-3y?by=channel").await;
    assert_eq!(file["rows"], figure["rows"]);
}

#[db_test(MIGRATIONS)]
async fn every_page_speaks_both_languages_and_stays_small(db: Db) {
    let site = seeded(&db).await;
    let trade = format!("/data/trade/{}", id::<()>(1));
    let pages = [
        "/data",
        "/data/screen",
        "/data/origin/520000",
        "/data/dest/440300",
        "/data/channel/market",
        "/data/producer/4",
        "/data/trades",
        trade.as_str(),
        "/data/m/gd-3y",
        "/data/releases",
        "/data/definitions",
        "/data/definitions/gd-3y/1",
        "/data/api",
    ];
    for path in pages {
        for tag in ["zh", "en"] {
            let page = site.get("public", &format!("{path}?lang={tag}")).await;
            assert_eq!(page.status.as_u16(), 200, "{path}: {}", page.body);
            let missing: BTreeSet<&str> = page
                .body
                .split(['>', '<', '"', ' '])
                .filter(|word| word.starts_with("data-") && !word.contains('='))
                .filter(|word| !["data-head", "data-meta", "data-actions"].contains(word))
                .filter(|word| *word != "data-fullscreen")
                .collect();
            assert!(missing.is_empty(), "{path} {tag}: {missing:?}");
            assert!(page.body.len() < 200 * 1024, "{path}: {} bytes before compression", page.body.len());
            assert!(!page.body.contains(" style=") && !page.body.contains("onclick"), "{path}");
        }
    }
    let etag = site.get("public", "/api/v1/figures/gd-3y").await;
    assert!(etag.header("etag").starts_with("W/"));
}

#[db_test(MIGRATIONS)]
async fn the_past_is_answered_as_it_was_known(db: Db) {
    let site = seeded(&db).await;
    let mut late = sale(91, 20_200_501, 1_000);
    late.axes.seller = 1;
    post(&db, &CubeSink::default(), 2, 20_201_205, "late", &[late]).await;
    let now = json(&site, "public", "/api/v1/figures/gd-3y").await["value"].as_i64().unwrap();
    let then = json(&site, "public", "/api/v1/figures/gd-3y?as_of=2020-12-01").await;
    assert_eq!((now - then["value"].as_i64().unwrap(), then["posting"].as_i64()), (1_000, Some(1)));
    assert!(then["as_of"].as_str().unwrap().starts_with(&day(20_201_209).to_string()));
}

#[db_test(MIGRATIONS)]
async fn the_change_log_tells_what_changed_a_figure_and_its_definition(db: Db) {
    let site = seeded(&db).await;
    let first = lines().iter().map(|line| line.amount.0).sum::<i64>();
    post(&db, &CubeSink::default(), 2, 20_201_205, "import", &[sale(91, 20_200_501, 1_000)]).await;
    let taken_back = lines()[0].reversal(1, 3);
    post(&db, &CubeSink::default(), 3, 20_201_205, "withdrawal", std::slice::from_ref(&taken_back)).await;
    let body = json(&site, "public", "/api/v1/figures/gd-3y/changes").await;
    let days = body["days"].as_array().unwrap();
    let second = 1_000 + taken_back.amount.0;
    let told =
        |day: &Value| (day["change"]["amount"].as_i64().unwrap(), day["after"]["amount"].as_i64().unwrap());
    assert_eq!((days.len(), told(&days[0]), told(&days[1])), (2, (second, first + second), (first, first)));
    let causes =
        serde_json::json!([{"cause": "import", "postings": 1}, {"cause": "withdrawal", "postings": 1}]);
    assert_eq!((&days[0]["causes"], &body["before"]), (&causes, &Value::Null));
    let page = site.get("public", "/data/m/gd-3y").await.body;
    for text in ["变更记录", "2020-12-05", "导入 1 次、撤回导入 1 次", "系统自带", "第一版"]
    {
        assert!(page.contains(text), "{text}: {page}");
    }
    // Of a part of the value it is not known.
    let part = site.get("public", "/data/m/gd-3y?channel=market").await.body;
    assert!(part.contains("变更记录") && !part.contains("撤回导入 1 次"), "{part}");

    let mut content = db.read(async |tx| definitions::find(tx, "gd-3y", None).await).await.unwrap().content;
    content.from = day(20_190_101);
    content.clauses.pop();
    content.clauses.push(sh_statistics::definition::Condition::is(sh_trade::axes::Axis::Channel, 2).into());
    db.write(async |tx| definitions::draft(tx, "gd-3y", &content, "张三", NOW).await).await.unwrap();
    let versions = json(&site, "public", "/api/v1/definitions/gd-3y").await;
    assert_eq!(versions["items"].as_array().unwrap().len(), 1, "drafts are not public: {versions}");
    definitions::preview(&db, "gd-3y", 2, |_| ()).await.unwrap();
    db.write(async |tx| definitions::publish(tx, "gd-3y", 2, "李四", NOW).await).await.unwrap();
    let versions = json(&site, "public", "/api/v1/definitions/gd-3y").await;
    let latest = &versions["items"][0];
    let people = (&latest["written_by"], &latest["approved_by"], &latest["version"]);
    assert_eq!(people, (&"张三".into(), &"李四".into(), &2.into()), "{versions}");
    let changes: Vec<&str> =
        latest["changes"].as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect();
    assert!(
        changes[0].contains("2018-01-01～2020-11-30") && changes[0].contains("2019-01-01"),
        "{changes:?}"
    );
    assert!(changes[1].starts_with("去掉条件：") && changes[2].starts_with("增加条件："), "{changes:?}");
    assert!(changes[2].contains("交易市场"), "{changes:?}");
    let page = site.get("public", "/data/m/gd-3y?lang=en").await.body;
    for text in ["Change log", "Condition added", "张三", "李四", "First version", "2019-01-01"] {
        assert!(page.contains(text), "{text}: {page}");
    }
    assert_eq!(site.get("public", "/api/v1/definitions/none").await.status.as_u16(), 404);
    assert_eq!(site.get("public", "/api/v1/definitions/gd-3y?after=x").await.status.as_u16(), 400);
    let older = json(&site, "public", "/api/v1/definitions/gd-3y?after=2").await;
    assert_eq!(older["items"][0]["version"], 1);
}

#[db_test(MIGRATIONS)]
async fn what_is_reported_stands_beside_what_is_counted(db: Db) {
    let site = seeded(&db).await;
    let app = testing::app(db.clone(), sh_testkit::clock(), sh_testkit::ids());
    let ctx = Context::system(&app, "test");
    db.write(async |tx| sh_trade::service::sources::install_defaults(&ctx, tx).await).await.unwrap();
    let body = json(&site, "public", "/api/v1/figures/gd-3y/claims").await;
    let figure = json(&site, "public", "/api/v1/figures/gd-3y").await;
    assert_eq!((&body["value"], &body["trades"]), (&figure["value"], &figure["trades"]));
    let sources = body["sources"].as_array().unwrap();
    for field in ["claims", "gross", "waiting", "waiting_amount"] {
        let sum: i64 = sources.iter().map(|one| one[field].as_i64().unwrap()).sum();
        assert_eq!(body[field], sum, "{field}");
    }
    assert_eq!(site.get("public", "/api/v1/figures/none/claims").await.status.as_u16(), 404);
    assert_eq!(site.get("public", "/api/v1/figures/none/changes").await.status.as_u16(), 404);
}

#[db_test(MIGRATIONS)]
async fn data_that_stop_name_the_cities_they_wait_for(db: Db) {
    let site = seeded(&db).await;
    let says = async |path: &str, text: &str| {
        let page = site.get("public", path).await.body;
        assert!(page.contains(text), "{path} does not say {text}: {page}");
    };
    // Nine days after the last posting, and no city is registered yet.
    says("/data", "数据停在 2020-11-30，之后没有新的数据入账").await;
    let app = testing::app(db.clone(), sh_testkit::clock(), sh_testkit::ids());
    let ctx = Context::system(&app, "test");
    db.write(async |tx| sh_trade::service::sources::install_defaults(&ctx, tx).await).await.unwrap();
    for path in ["/data", "/data/origin/520000", "/data/m/gd-3y"] {
        let late = "数据停在 2020-11-30，原因：广州市、韶关市、深圳市和另外 18 市 2020 年 11 月的数未报";
        says(path, late).await;
    }
    let late = "no return for November 2020 from Guangzhou, Shaoguan, Shenzhen and 18 more cities";
    says("/data?lang=en", late).await;
    // Everybody reports but Foshan, which stopped in October; one file may tell of the whole year.
    let cities = sh_regions::Regions::get().guangdong_cities();
    for (number, city) in (1000..).zip(cities.iter().map(|city| city.number())) {
        let days = match city {
            440_600 => (20_201_001, 20_201_031),
            440_300 => (20_200_101, 20_201_130),
            _ => (20_201_101, 20_201_128),
        };
        report(&db, &format!("city-{city}"), number, days).await;
    }
    says("/data", "数据停在 2020-11-30，原因：佛山市 2020 年 11 月的数未报").await;
    says("/data?lang=en", "no return for November 2020 from Foshan<").await;
    post(&db, &CubeSink::default(), 2, 20_201_208, "import", &[sale(92, 20_200_501, 1_000)]).await;
    assert!(!site.get("public", "/data").await.body.contains("数据停在"), "a new posting ends it");
}

#[test]
fn the_cockpit_looks_as_agreed() {
    sh_testkit::on_sqlite(MIGRATIONS, async |db: Db| {
        let site = seeded(&db).await;
        let page = site.get("public", "/data").await;
        let (_, main) = page.body.split_once("<div class=\"cockpit\">").unwrap();
        let (main, _) = main.split_once("</main>").unwrap();
        // The name of the sprite carries a hash of every icon there is.
        let main = main.replace(&sh_ui::asset("icons.svg"), "/assets/icons.svg");
        insta::assert_snapshot!("cockpit", main.replace("><", ">\n<"));
    });
}
