//! What everybody sees of registers, and who gets where.

use sh_certification::{
    model::EventKind,
    service::{
        change::{self, Change},
        look,
    },
};
use sh_db::Db;
use sh_testkit::db_test;

use crate::support::{AUDITOR, House, PROVINCE, WEINING, day, schema};

#[db_test(&schema())]
async fn a_number_is_verified_in_words(db: Db) {
    let house = House::open(db).await;
    let today = house.ctx("public").today();
    house.issued("gba-base", "甲-1", 520_526, today.yyyymmdd()).await;
    house.issued("gba-base", "OLD-1", 520_526, 20_100_601).await;
    house.issued("gba-base", "BAD-1", 520_526, today.yyyymmdd()).await;
    let bad = look::verify(&house.ctx(PROVINCE), &house.app, "BAD-1", today).await.unwrap();
    let revoked = Change {
        kind: EventKind::Revoked,
        day: today,
        until: None,
        reason: "检测报告是假的".to_owned(),
        seen: 1,
    };
    change::change(&house.ctx(PROVINCE), &house.app, bad[0].row.id, &revoked).await.unwrap();
    let site = house.site();
    let page = async |number: &str| site.get("public", &format!("/v/{number}")).await.body;
    assert!(page("%E7%94%B2%2D1").await.contains("有效，至"));
    assert!(page("OLD-1").await.contains("已过期，有效期到 2013-05-31 为止"));
    let told = page("BAD-1").await;
    assert!(told.contains("已撤销，自") && told.contains("检测报告是假的"));
    assert!(!told.contains(PROVINCE), "who recorded it is not public");
    assert!(page("NO-1").await.contains("查不到这个编号"));
    let answer = site.get("public", "/v?number=OLD-1").await;
    assert_eq!((answer.status.as_u16(), answer.header("location")), (303, "/v/OLD%2D1"));
    let code = site.get("public", "/qr/OLD%2D1.svg").await;
    assert_eq!((code.status.as_u16(), code.header("content-type")), (200, "image/svg+xml"));
    let known = site.get("public", "/api/v1/registers/verify/BAD-1").await.json();
    assert_eq!(known[0]["certificate"]["state"], "revoked");
    assert_eq!(known[0]["history"][1]["reason"], "检测报告是假的");
}

#[db_test(&schema())]
async fn a_register_is_open_data_on_any_day(db: Db) {
    let house = House::open(db).await;
    house.issued("gba-base", "A-1", 520_526, 20_190_601).await;
    house.issued("gba-base", "A-2", 450_224, 20_200_601).await;
    let site = house.site();
    let front = site.get("public", "/registers?on=2020-11-30").await.body;
    assert!(
        front.contains("大湾区“菜篮子”生产基地")
            && front.contains("/registers/counts/gba-provinces?on=2020-11-30")
    );
    let parts = site.get("public", "/registers/counts/gba-provinces?on=2020-11-30").await.body;
    assert!(parts.contains("贵州省") && parts.contains("广西壮族自治区") && parts.contains("place=450000"));
    let list = site.get("public", "/registers/gba-base?on=2019-12-31&state=valid").await.body;
    assert!(list.contains("A-1") && !list.contains("A-2"));
    let csv = site.get("public", "/registers/gba-base/export?on=2020-11-30&state=valid").await;
    assert!(csv.header("content-type").starts_with("text/csv"));
    assert_eq!(csv.body.lines().count(), 3, "{}", csv.body);
    assert!(!csv.body.contains("联系电话"), "what is not public stays inside");
    let json = site.get("public", "/api/v1/registers/gba-base?on=2020-11-30&place=450000").await.json();
    assert_eq!(json["items"][0]["number"], "A-2");
    let counted = site.get("public", "/api/v1/registers/counts?on=2020-11-30").await.json();
    assert_eq!((counted[0]["code"].as_str(), counted[0]["value"].as_i64()), (Some("gba-bases"), Some(2)));
    let all = site.get("public", "/api/v1/registers?on=2020-11-30").await.json();
    let bases = all.as_array().unwrap().iter().find(|one| one["scheme"] == "gba-base").unwrap();
    assert_eq!((&bases["valid"], &bases["provinces"]["520000"]), (&2.into(), &1.into()));
    assert_eq!(site.get("public", "/registers/nothing").await.status.as_u16(), 404);
    assert_eq!(
        site.get("public", "/registers/gba-base?on=2020-02-30").await.status.as_u16(),
        200,
        "told in the form"
    );
    assert_eq!(site.get("public", "/api/v1/registers/gba-base?on=2020-02-30").await.status.as_u16(), 422);
}

#[db_test(&schema())]
async fn who_gets_where(db: Db) {
    let house = House::open(db).await;
    house.issued("gba-base", "A-1", 520_526, 20_190_601).await;
    let opened = look::verify(&house.ctx(PROVINCE), &house.app, "A-1", day(20_200_101)).await.unwrap();
    let own = format!("/w/certs/{}", opened[0].row.id);
    let file = house.file("a.csv", "编号,名称,所在地,发证日期\nW-1,甲基地,贵州毕节威宁,2020-01-01\n");
    let (import, _) = house.checked(WEINING, "gba-base", &file).await;
    let import = format!("/w/certs/imports/{import}");
    let issue = "scheme=gba-base&subject=乙基地&holder=威宁县乙合作社&place=520526&from=2020-01-01";
    let change = "kind=suspended&day=2020-01-01&reason=x&seen=9";
    let routes = [
        ("GET", "/registers", ""),
        ("GET", "/registers/gba-base", ""),
        ("GET", "/registers/gba-base/export", ""),
        ("GET", "/registers/counts/gba-bases", ""),
        ("GET", "/v", ""),
        ("GET", "/v/A-1", ""),
        ("GET", "/w/certs", ""),
        ("GET", "/w/certs/new", ""),
        ("POST", "/w/certs/new", issue),
        ("GET", own.as_str(), ""),
        ("POST", own.as_str(), change),
        ("GET", "/w/certs/import", ""),
        ("GET", import.as_str(), ""),
        ("GET", &format!("{import}/marked"), ""),
        ("POST", &format!("{import}/discard"), ""),
        ("POST", &format!("{import}/confirm"), ""),
        ("GET", "/api/v1/registers", ""),
        ("GET", "/api/v1/registers/counts", ""),
        ("GET", "/api/v1/registers/gba-base", ""),
        ("GET", "/api/v1/registers/verify/A-1", ""),
    ];
    let actors = [
        "public",
        "shopper@*",
        "supplier@organisation:x",
        "operator@organisation:x",
        AUDITOR,
        "county@region:450224",
        WEINING,
        PROVINCE,
    ];
    let table = house.site().probe(&routes, &actors).await;
    insta::assert_snapshot!(
        "who_gets_where",
        table.replace(&own, "/w/certs/{id}").replace(&import, "/w/certs/imports/{id}")
    );
}
