//! The queue of matches and its JSON, as a browser without scripts and a program use them.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on must say why")]
#![expect(unreachable_pub, dead_code, reason = "the support module is shared by several tests")]

mod support;

use sh_db::{Db, Sql};
use sh_http::testing::{Answer, EVERY_ROLE, TestSite};
use sh_testkit::db_test;
use support::{ALL, Program, TASK_FORCE, city_return, schema};

const SHENZHEN: &str = "city@region:440300";

/// One purchase, as Guangzhou reports it on the 3rd and Shenzhen on the 13th: alike, but gone to two cities.
fn rows(day: &'static str) -> [[&'static str; 8]; 2] {
    [
        [
            day,
            "广东粤海食品有限公司",
            "昭通市昭阳区绿健果业有限责任公司",
            "苹果",
            "云南省昭通市昭阳区",
            "13.6",
            "已付款",
            "",
        ],
        [
            "2020-11-20",
            if day.ends_with("03") { "甲公司" } else { "乙公司" },
            "融安县金桔产业合作社",
            "金桔",
            "融安县",
            if day.ends_with("03") { "0.5" } else { "0.7" },
            "已验收",
            "",
        ],
    ]
}

async fn waiting(db: Db) -> (Program, TestSite) {
    let program = Program::start(db).await;
    for (source, day) in [("city-440100", "2020-11-03"), ("city-440300", "2020-11-13")] {
        let total = if day.ends_with("03") { "14.1" } else { "14.3" };
        let file = city_return(&rows(day), Some(total));
        let batch = program.check(source, &format!("{source}.xlsx"), file).await.unwrap();
        program.post(batch.id, ALL).await.unwrap();
    }
    let site = TestSite::new(&program.app, vec![sh_trade::module(), sh_jobs::module(), sh_access::module()]);
    (program, site)
}

/// Trades that stand, and their sum in fen.
async fn trades(program: &Program) -> (i64, i64) {
    const SUM: Sql =
        Sql::new("SUM", "SELECT CAST(SUM(count) AS BIGINT), CAST(SUM(amount) AS BIGINT) FROM trade_line");
    program.app.db.read(async |tx| tx.fetch_one(&SUM, Vec::new()).await).await.unwrap()
}

/// What stands between two texts for the first time.
fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let (_, rest) = text.split_once(before).unwrap_or_else(|| panic!("{before} in {text}"));
    rest.split_once(after).unwrap().0
}

async fn only(site: &TestSite) -> (String, Answer) {
    let list = site.get(SHENZHEN, "/w/matches").await;
    assert_eq!(list.status.as_u16(), 200);
    let path =
        format!("/w/matches/{}", between(&list.body, "href=\"/w/matches/0", "\"").trim_start_matches('/'));
    let path = path.replace("/w/matches/", "/w/matches/0");
    (path, list)
}

#[db_test(&schema())]
async fn a_city_decides_and_takes_it_back_without_scripts(db: Db) {
    let (program, site) = waiting(db).await;
    // What waits is not counted.
    assert_eq!(trades(&program).await, (3, 14_800_000));
    let (path, list) = only(&site).await;
    for text in ["深圳市月报", "136,000.00", "等人判断", "判断之前不计入总数", "供应方、采购方、金额相同"]
    {
        assert!(list.body.contains(text), "{text} in {}", list.body);
    }
    let page = site.get(SHENZHEN, &path).await;
    for text in [
        "是同一笔",
        "不是",
        "data-key=\"a\"",
        "data-key=\"r\"",
        "data-key=\"n\"",
        "相差 10 天",
        "广州市月报",
        "可能是同一笔：供应方、采购方、金额相同，日期相近",
        "88.0% 起自动归并",
    ] {
        assert!(page.body.contains(text), "{text} in {}", page.body);
    }
    let other = between(&page.body, "name=\"other\" value=\"", "\"").to_owned();
    let form = format!("other={other}&decision=different&reason=%E4%B8%A4%E7%AC%94%E8%B4%A7");
    let decided = site.post(SHENZHEN, &path, &form).await;
    let ruling = decided.header("location").strip_prefix("/w/matches?undo=").unwrap().to_owned();
    assert_eq!(decided.status.as_u16(), 303);
    assert_eq!(trades(&program).await, (4, 28_400_000));
    let list = site.get(SHENZHEN, &format!("/w/matches?undo={ruling}")).await;
    assert!(list.body.contains("没有要对的账") && list.body.contains("data-key=\"u\""), "{}", list.body);

    // Whoever comes later is told who was quicker, and overrules nobody by mistake.
    let late = site.post(TASK_FORCE, &path, &format!("other={other}&decision=same")).await;
    assert_eq!((late.status.as_u16(), late.header("location")), (303, path.as_str()));
    assert_eq!(trades(&program).await, (4, 28_400_000));
    let settled = site.get(TASK_FORCE, &path).await;
    for text in ["已经有结论", "判断：不是同一笔", "data-key=\"n\""] {
        assert!(settled.body.contains(text), "{text} in {}", settled.body);
    }

    let log = site.get(SHENZHEN, "/w/matches/decided").await;
    assert!(log.body.contains("两笔货"), "{}", log.body);
    let undo = format!("/w/matches/decided/{}", between(&log.body, "action=\"/w/matches/decided/", "\""));
    assert_eq!(site.post(SHENZHEN, &undo, "").await.status.as_u16(), 303);
    assert_eq!(trades(&program).await, (3, 14_800_000));
    assert_eq!(site.post(SHENZHEN, &undo, "").await.status.as_u16(), 303);
    assert!(site.get(SHENZHEN, "/w/matches/decided").await.body.contains("撤销"));

    let again = site.post(SHENZHEN, &path, &format!("other={other}&decision=different")).await;
    let settled =
        site.get(SHENZHEN, &format!("{path}?{}", again.header("location").split_once('?').unwrap().1)).await;
    let undo = between(&settled.body, "action=\"/w/matches/decided/", "\"");
    let undone = site.post(SHENZHEN, &format!("/w/matches/decided/{undo}"), "").await;
    assert_eq!(undone.header("location"), path, "back to the claim, which waits again");
    assert!(site.get(SHENZHEN, &path).await.body.contains("data-key=\"a\""));

    let joined = site.post(SHENZHEN, &path, &format!("other={other}&decision=same&reason=")).await;
    assert_eq!(joined.status.as_u16(), 303);
    assert_eq!(trades(&program).await, (3, 14_800_000));
    assert!(site.get(SHENZHEN, "/w/matches").await.body.contains("没有要对的账"));
}

#[db_test(&schema())]
async fn filters_stand_in_the_address(db: Db) {
    let (_program, site) = waiting(db).await;
    let shown = async |query: &str| site.get(TASK_FORCE, &format!("/w/matches?{query}")).await.body;
    assert!(shown("city=440300&min=100000").await.contains("city=440300&amp;min=100000"));
    let typed = shown("min=10,000").await;
    assert!(typed.contains("136,000.00") && typed.contains("min=10000\""), "{typed}");
    let unreadable = shown("max=%E8%AE%B8%E5%A4%9A").await;
    assert!(unreadable.contains("没认出这个金额") && unreadable.contains("136,000.00"), "{unreadable}");
    for nothing in ["min=200000", "max=1000", "city=440100", "source=832"] {
        assert!(shown(nothing).await.contains("没有符合条件的"), "{nothing}");
    }
    assert!(site.get("city@region:440100", "/w/matches").await.body.contains("没有要对的账"));
    let english = site.get(TASK_FORCE, "/w/matches?lang=en").await;
    assert_eq!(english.status.as_u16(), 200);
}

#[db_test(&schema())]
async fn a_program_decides_by_json(db: Db) {
    let (program, site) = waiting(db).await;
    let list = site.get(SHENZHEN, "/api/v1/matches").await;
    let list: serde_json::Value = serde_json::from_str(&list.body).unwrap();
    let pair = &list["items"][0];
    assert_eq!(pair["claim"]["amount"], 13_600_000);
    let verdict = |field: &str| {
        let fields = pair["fields"].as_array().unwrap();
        fields.iter().find(|one| one["field"] == field).unwrap()["verdict"].clone()
    };
    assert_eq!(
        (verdict("amount"), verdict("destination"), verdict("day")),
        ("agrees".into(), "differs".into(), "explained".into())
    );
    let body =
        serde_json::json!({ "claim": pair["claim"]["id"], "other": pair["other"]["id"], "same": true });
    let refused = site.api("city@region:440100", "POST", "/api/v1/matches/rulings", &body).await;
    assert_eq!(refused.status.as_u16(), 404, "{}", refused.body);
    let decided = site.api(SHENZHEN, "POST", "/api/v1/matches/rulings", &body).await;
    let decided: serde_json::Value = serde_json::from_str(&decided.body).unwrap();
    assert_eq!(decided["heeded"], true);
    assert_eq!(trades(&program).await, (3, 14_800_000));
    let ruling = decided["ruling"].as_str().unwrap();
    let nothing = serde_json::json!({});
    let path = format!("/api/v1/matches/rulings/{ruling}");
    assert_eq!(site.api(SHENZHEN, "DELETE", &path, &nothing).await.status.as_u16(), 200);
    assert_eq!(site.api(SHENZHEN, "DELETE", &path, &nothing).await.status.as_u16(), 409);
}

#[db_test(&schema())]
async fn only_those_who_decide_get_in(db: Db) {
    let (_program, site) = waiting(db).await;
    let (path, _) = only(&site).await;
    for by in EVERY_ROLE {
        let decides = matches!(*by, "task-force@*" | "city@region:440300");
        for page in ["/w/matches", "/w/matches/decided", &path] {
            let status = site.get(by, page).await.status.as_u16();
            if decides {
                assert_eq!(status, 200, "{by} {page}");
            } else {
                assert!([303, 401, 403, 404].contains(&status), "{by} {page} {status}");
            }
        }
    }
}
