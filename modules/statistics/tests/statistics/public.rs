//! What the public sees of small groups: counted from the sums and from the lines alike, the same from every side.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use sh_db::Db;
use sh_http::testing::{self, TestSite};
use sh_statistics::{Figures, Kept, PARTIES_MIN, cube::CubeSink, definitions};
use sh_testkit::db_test;
use sh_trade::{axes::Axis, model::TradeLine};

use crate::common::{Dice, MIGRATIONS, NOW, post, random_sale, sale};

async fn site(db: &Db) -> TestSite {
    definitions::install_defaults(db, NOW).await.unwrap();
    let app = testing::app(db.clone(), sh_testkit::clock(), sh_testkit::ids());
    TestSite::new(&app.with(Figures::default()).with(Kept::default()), vec![sh_statistics::module()])
}

fn at(trade: u64, origin: i64, seller: i64, amount: i64) -> TradeLine {
    let mut line = sale(trade, 20_200_301, amount);
    line.axes.origin = origin;
    line.axes.seller = seller;
    line
}

async fn figure(site: &TestSite, by: &str, question: &str) -> Value {
    let answer = site.get(by, &format!("/api/v1/figures/{question}")).await;
    assert_eq!(answer.status.as_u16(), 200, "{question}: {}", answer.body);
    answer.json()
}

/// Amounts by key.
fn rows(figure: &Value) -> BTreeMap<String, i64> {
    let rows = figure["rows"].as_array().unwrap().iter();
    rows.map(|row| (row["key"].as_str().unwrap().to_owned(), row["amount"].as_i64().unwrap())).collect()
}

#[db_test(MIGRATIONS)]
async fn a_county_of_two_sellers_is_hidden_in_every_table(db: Db) {
    let site = site(&db).await;
    let mut lines = vec![at(1, 520_526, 1, 900), at(2, 520_526, 2, 100)];
    lines.extend((0..4).map(|n| at(10 + n, 520_502, 10 + i64::try_from(n).unwrap(), 1_000)));
    lines.extend((0..3).map(|n| at(20 + n, 520_524, 20 + i64::try_from(n).unwrap(), 700)));
    lines.extend((0..3).map(|n| at(30 + n, 530_602, 30 + i64::try_from(n).unwrap(), 50)));
    post(&db, &CubeSink::default(), 1, 20_201_130, "import", &lines).await;
    // In its city the next smallest goes with it, and so in the list of all counties, where it need not otherwise.
    for question in ["gd-3y?by=origin&origin=520500", "gd-3y?by=origin&origin=520000", "gd-3y?by=origin"] {
        let figure = figure(&site, "public", question).await;
        let shown: Vec<String> = rows(&figure).into_keys().filter(|key| key.starts_with("52")).collect();
        assert_eq!(shown, ["520502"], "{question}");
        assert_eq!(
            (figure["merged"]["parts"].as_i64(), figure["merged"]["amount"].as_i64()),
            (Some(2), Some(3_100))
        );
    }
    for hidden in
        ["gd-3y?origin=520526", "gd-3y?origin=520524", "gd-3y?origin=520526&by=month", "gd-3y?seller=1"]
    {
        let refused = site.get("public", &format!("/api/v1/figures/{hidden}")).await;
        assert_eq!(
            (refused.status.as_u16(), refused.json()["code"].as_str()),
            (403, Some("too-few-sellers")),
            "{hidden}"
        );
        figure(&site, "auditor@*", hidden).await;
    }
    let narrow = site.get("public", "/api/v1/figures/gd-3y?origin=520502&month=202003&by=channel").await;
    assert_eq!((narrow.status.as_u16(), narrow.json()["code"].as_str()), (422, Some("too-narrow")));
    let page = site.get("public", "/data/m/gd-3y?origin=520526").await;
    assert_eq!(page.status.as_u16(), 403);
    assert!(page.body.contains("不到 3 家供货方") && !page.body.contains("10.00"), "{}", page.body);
}

/// Axes with their word, and how many sellers stand behind each value of lines that the definition counts.
fn sellers(lines: &[TradeLine], axis: Axis) -> BTreeMap<i64, usize> {
    let mut behind: BTreeMap<i64, BTreeSet<i64>> = BTreeMap::new();
    for line in lines {
        behind.entry(line.value(axis)).or_default().insert(line.axes.seller);
    }
    behind.into_iter().map(|(value, sellers)| (value, sellers.len())).collect()
}

#[db_test(MIGRATIONS)]
async fn sellers_are_counted_alike_from_the_sums_and_from_the_lines(db: Db) {
    let site = site(&db).await;
    let mut dice = Dice(99);
    let mut lines: Vec<_> = (0..250).map(|n| random_sale(&mut dice, n)).collect();
    let reversals: Vec<_> = lines.iter().take(80).map(|line| line.reversal(1, 2)).collect();
    post(&db, &CubeSink::folding_at(50), 1, 20_201_130, "import", &lines).await;
    post(&db, &CubeSink::folding_at(50), 2, 20_201_201, "withdrawal", &reversals).await;
    // Something later, so that the state of 1 December is one of the past and is read from the lines.
    post(&db, &CubeSink::folding_at(50), 3, 20_201_203, "import", &[sale(900, 20_171_231, 5)]).await;
    lines.drain(..80);
    let definition = db.read(async |tx| definitions::find(tx, "certified", None).await).await.unwrap();
    lines.retain(|line| definition.counts(line));
    let (mut small, mut told) = (0, 0);
    for axis in [Axis::Year, Axis::Month, Axis::Channel, Axis::Grade, Axis::Category, Axis::OriginCity] {
        let question = format!("certified?by={}", axis.word());
        let now = figure(&site, "public", &question).await;
        let then = figure(&site, "public", &format!("{question}&as_of=2020-12-01")).await;
        assert_eq!((&now["rows"], &now["merged"]), (&then["rows"], &then["merged"]), "{axis:?}");
        let all = figure(&site, "auditor@*", &question).await;
        let (shown, all) = (rows(&now), rows(&all));
        let behind = sellers(&lines, axis);
        assert_eq!(all.len(), behind.len());
        let few = behind.values().filter(|count| i64::try_from(**count).unwrap() < PARTIES_MIN).count();
        small += few;
        told += shown.len();
        assert!(all.len() - shown.len() >= few);
        for (value, count) in &behind {
            let key = sh_statistics::word(axis, *value).map_or_else(|| value.to_string(), str::to_owned);
            assert!(*count >= 3 || !shown.contains_key(&key), "{axis:?} {key} has {count} sellers");
        }
    }
    assert!(small > 3 && told > 3, "{small} small groups, {told} are told");
}

#[db_test(MIGRATIONS)]
async fn what_is_hidden_in_one_table_is_not_shown_in_the_other_direction(db: Db) {
    let site = site(&db).await;
    let mut dice = Dice(5);
    let lines: Vec<_> = (0..500).map(|n| random_sale(&mut dice, n)).collect();
    post(&db, &CubeSink::default(), 1, 20_201_130, "import", &lines).await;
    let (mut hidden, mut shown) = (0, 0);
    for (one, other) in [("month", "channel"), ("grade", "channel"), ("year", "category")] {
        let values = async |axis: &str| rows(&figure(&site, "public", &format!("certified?by={axis}")).await);
        let (ones, others) = (values(one).await, values(other).await);
        for a in ones.keys() {
            let across = rows(&figure(&site, "public", &format!("certified?by={other}&{one}={a}")).await);
            let all = rows(&figure(&site, "auditor@*", &format!("certified?by={other}&{one}={a}")).await);
            for b in others.keys().filter(|b| all.contains_key(*b)) {
                let down = rows(&figure(&site, "public", &format!("certified?by={one}&{other}={b}")).await);
                assert_eq!(across.get(b), down.get(a), "{one}={a} {other}={b}");
                let both =
                    site.get("public", &format!("/api/v1/figures/certified?{one}={a}&{other}={b}")).await;
                assert_eq!(both.status.as_u16(), if across.contains_key(b) { 200 } else { 403 });
                let list = site
                    .get("public", &format!("/api/v1/trades?figure=certified&{one}={a}&{other}={b}"))
                    .await;
                assert_eq!(list.status, both.status);
                if across.contains_key(b) { shown += 1 } else { hidden += 1 }
            }
        }
    }
    assert!(hidden > 5 && shown > 5, "{hidden} hidden, {shown} shown");
}
