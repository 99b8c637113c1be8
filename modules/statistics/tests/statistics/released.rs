//! A release as anybody opens it: unchanged, with its parts, beside what it would be today, and its files.

use serde_json::Value;
use sh_db::Db;
use sh_http::testing::{self, TestSite};
use sh_kernel::Instant;
use sh_statistics::{
    Figures, Kept,
    cube::CubeSink,
    definitions,
    releases::{self, Proposal},
};
use sh_testkit::db_test;
use sh_trade::{
    axes::{Axis, Channel},
    model::TradeLine,
};
use sha2::{Digest, Sha256};

use crate::common::{MIGRATIONS, NOW, id, post, sale};

/// Four sellers at two channels in two years, and one seller alone at a third.
fn lines() -> Vec<TradeLine> {
    let mut lines = Vec::new();
    for (at, channel) in [Channel::Platform832, Channel::Market].into_iter().enumerate() {
        for seller in 1..=4 {
            for on in [20_190_310, 20_200_310] {
                let mut line = sale(u64::try_from(lines.len()).unwrap() + 1, on, 10_000 * seller);
                line.axes.channel = channel;
                line.axes.seller = seller + 10 * i64::try_from(at).unwrap();
                lines.push(line);
            }
        }
    }
    let mut alone = sale(90, 20_200_410, 777);
    alone.axes.channel = Channel::Fair;
    alone.axes.seller = 99;
    lines.push(alone);
    lines
}

/// What was proposed and approved, and later a late report and a new sale.
async fn published(db: &Db) -> TestSite {
    definitions::install_defaults(db, NOW).await.unwrap();
    let sink = CubeSink::default();
    post(db, &sink, 1, 20_201_130, "import", &lines()).await;
    let figures = Figures::default();
    let mut proposal =
        Proposal { name: "2020 年 12 月 9 日新闻发布会".to_owned(), ..Proposal::default() };
    proposal.add("gd-3y", &[Axis::Category]);
    let at = |seconds: i64| Instant::from_micros(NOW.micros() + seconds * 1_000_000);
    db.write(async |tx| {
        releases::propose(&figures, tx, id(1), &proposal, "张三", at(0)).await?;
        releases::approve(tx, id(1), "李四", at(1)).await?;
        releases::add_erratum(tx, id(1), "标题里的 519 应为 591", "李四", at(2)).await
    })
    .await
    .unwrap();
    let mut late = sale(91, 20_191_001, 5_000);
    late.axes.seller = 1;
    post(
        db,
        &sink,
        2,
        20_201_210,
        "import",
        &[late.clone(), TradeLine { trade: id(92), day: crate::common::day(20_201_130), ..late.clone() }],
    )
    .await;
    post(db, &sink, 3, 20_201_212, "withdrawal", &[lines()[0].reversal(1, 3)]).await;
    let app = testing::app(db.clone(), sh_testkit::clock(), sh_testkit::ids());
    TestSite::new(&app.with(Figures::default()).with(Kept::default()), vec![sh_statistics::module()])
}

fn path(end: &str) -> String {
    format!("/data/releases/{}{end}", id::<()>(1))
}

async fn body(site: &TestSite, path: &str) -> String {
    let answer = site.get("public", path).await;
    assert_eq!(answer.status.as_u16(), 200, "{path}: {}", answer.body);
    answer.body
}

#[db_test(MIGRATIONS)]
async fn headings_are_in_the_language_of_the_reader(db: Db) {
    let site = published(&db).await;
    let chinese = "近三年采购、销售中西部地区扶贫、带贫产品金额";
    let english =
        "Produce of the centre and west that helps the poor, bought and sold, 2018 to November 2020";
    for (tag, own, other) in [("zh", chinese, english), ("en", english, chinese)] {
        for end in ["", "/1"] {
            let page = body(&site, &path(&format!("{end}?lang={tag}"))).await;
            assert!(page.contains(own) && !page.contains(other), "{end} {tag}: {page}");
        }
        let file = body(&site, &path(&format!(".csv?lang={tag}"))).await;
        assert!(file.contains(own) && !file.contains(other), "{tag}: {file}");
    }
    let text = body(&site, &path(".txt?lang=en")).await;
    assert!(text.contains(chinese), "what the hash is taken over is one text: {text}");
}

#[db_test(MIGRATIONS)]
async fn values_and_parts_stand_beside_those_of_today(db: Db) {
    let site = published(&db).await;
    let page = body(&site, &path("")).await;
    assert!(page.contains("4,007.77") && page.contains("标题里的 519 应为 591"), "{page}");
    // 4007.77 yuan then; 50 + 50 yuan came, 100 yuan went.
    for words in ["补报的交易", "撤回的导入", "-100.00", "相差"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    let parts = body(&site, &path("/1")).await;
    for words in ["渠道", "合并显示的 2 项", "2019 年 3 月", "证据等级", "产地省份", "广州", "贵州"]
    {
        assert!(parts.contains(words), "{words}: {parts}");
    }
    assert!(!parts.contains(">7.77<"), "one seller's sale is not told: {parts}");
    assert_eq!(site.get("public", &path("/2")).await.status.as_u16(), 404, "a table of parts is no page");
    let body: Value = site.get("public", &format!("/api/v1/releases/{}", id::<()>(1))).await.json();
    let by = |axis: &str| {
        body["figures"]
            .as_array()
            .unwrap()
            .iter()
            .find(|one| one["by"] == serde_json::json!([axis]))
            .unwrap()
            .clone()
    };
    for axis in ["year", "month", "origin-province", "destination", "channel", "grade", "category"] {
        let figure = by(axis);
        let rows: i64 =
            figure["rows"].as_array().unwrap().iter().map(|row| row["amount"].as_i64().unwrap()).sum();
        let merged = figure["merged"]["amount"].as_i64().unwrap_or(0);
        assert_eq!((rows + merged, figure["value"].as_i64()), (400_777, Some(400_777)), "{axis}");
    }
    let years = by("year");
    let years: Vec<(&str, i64, i64)> = years["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            (
                row["keys"][0].as_str().unwrap(),
                row["amount"].as_i64().unwrap(),
                row["today"].as_i64().unwrap(),
            )
        })
        .collect();
    assert_eq!(years, [("2019", 200_000, 195_000), ("2020", 200_777, 205_777)]);
    // One seller's channel, and the smaller of the others so that it cannot be worked out.
    let channels = by("channel");
    assert_eq!(
        (channels["rows"].as_array().unwrap().len(), channels["merged"]["parts"].as_i64()),
        (1, Some(2))
    );
    let year = by("year");
    let since: Vec<(&str, bool, i64)> = year["since"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            (
                one["cause"].as_str().unwrap(),
                one["new_sales"].as_bool().unwrap(),
                one["amount"].as_i64().unwrap(),
            )
        })
        .collect();
    assert_eq!(since, [("import", false, 10_000), ("withdrawal", false, -10_000)]);
}

#[db_test(MIGRATIONS)]
async fn the_files_hold_the_release_and_its_text_gives_its_hash(db: Db) {
    let site = published(&db).await;
    let text = body(&site, &path(".txt")).await;
    let release: Value = site.get("public", &format!("/api/v1/releases/{}", id::<()>(1))).await.json();
    assert_eq!(hex::encode(Sha256::digest(text.as_bytes())), release["content"].as_str().unwrap());
    assert!(
        text.contains("\nvalue: 400777\n")
            && text.contains("\nrow: 2019 200000 8\n")
            && text.contains("\nmerged: 2 "),
        "{text}"
    );
    let csv = site.get("public", &path(".csv")).await;
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
    assert!(csv.header("content-disposition").contains("release-1.csv"));
    for line in ["按年份,year,2019,2019 年,2000.00,8", "合计,4007.77,17", "合并显示的 2 项", "标题里的 519"]
    {
        assert!(csv.body.contains(line), "{line}: {}", csv.body);
    }
    let xlsx = site.get("public", &path(".xlsx")).await;
    assert!(xlsx.header("content-type").contains("spreadsheetml") && xlsx.body.starts_with("PK"));
    let json: Value = serde_json::from_str(&body(&site, &path(".json")).await).unwrap();
    assert_eq!(json, release);
}

#[db_test(MIGRATIONS)]
async fn what_is_published_is_recomputed_from_the_lines_up_to_its_cut_off(db: Db) {
    drop(published(&db).await);
    assert_eq!(releases::verify_releases(&db).await.unwrap(), []);
    let change = async |text: &str| {
        db.write(async |tx| tx.for_each_dynamic(text.to_owned(), Vec::new(), |_| Ok(())).await)
            .await
            .unwrap();
    };
    // A part that is not what the lines give, although the value is.
    change(
        "UPDATE trade_line SET channel = 3 WHERE trade = (SELECT trade FROM trade_line ORDER BY trade LIMIT 1) AND line = 0",
    )
    .await;
    let faults = releases::verify_releases(&db).await.unwrap();
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert!(
        matches!(&faults[0].kind, releases::FaultKind::Groups { title, .. } if title.ends_with("，按销售渠道"))
    );
}
