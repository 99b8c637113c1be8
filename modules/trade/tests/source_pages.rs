//! The register of sources, as a browser without scripts uses it.

#![expect(clippy::unwrap_used, reason = "a step that fails fails the test")]
#![expect(unreachable_pub, dead_code, reason = "the support module is shared by several tests")]

mod support;

use sh_db::Db;
use sh_http::testing::{EVERY_ROLE, TestSite};
use sh_testkit::db_test;
use support::{GOOD_ROWS, Program, TASK_FORCE, city_return, schema};

fn site(program: &Program) -> TestSite {
    TestSite::new(&program.app, vec![sh_trade::module(), sh_jobs::module(), sh_access::module()])
}

#[db_test(&schema())]
async fn a_county_is_registered_before_its_first_file(db: Db) {
    let program = Program::start(db).await;
    let site = site(&program);
    let unknown = program.check("county-530602", "a.xlsx", Vec::new()).await.unwrap_err();
    assert_eq!(unknown.to_string(), "no source county-530602 is registered");

    // The name and the county are missing, and a city is no county.
    for (form, said) in [
        ("kind=supplier-county&name=&region=530602", "请填名称"),
        ("kind=supplier-county&name=a&region=", "请填县级代码"),
        ("kind=supplier-county&name=a&region=530600", "请填县级代码"),
        ("kind=city-return&name=a&region=530600", "请填广东省地级以上市的代码"),
        ("kind=&name=a&region=530602", "请选类型"),
        ("kind=till&name=a&region=440999", "没有这个区划代码"),
        ("kind=till&name=a&region=&code=A+B", "小写字母"),
        ("kind=city-return&name=a&region=440100", "这个代码已有来源在用"),
    ] {
        let refused = site.post(TASK_FORCE, "/w/sources", form).await;
        assert_eq!(refused.status.as_u16(), 422, "{form}");
        assert!(refused.body.contains(said), "{said} in {}", refused.body);
    }
    let form = "kind=supplier-county&name=%E6%98%AD%E9%98%B3%E5%8C%BA%E4%BE%9B%E8%B4%A7%E6%8A%A5%E8%A1%A8&region=530602";
    let done = site.post(TASK_FORCE, "/w/sources", form).await;
    assert_eq!((done.status.as_u16(), done.header("location")), (303, "/w/sources/county-530602"));
    let page = site.get(TASK_FORCE, "/w/sources/county-530602").await.body;
    for text in ["昭阳区供货报表", "云南省昭通市昭阳区", "销售日期", "还没人改过", "在报"]
    {
        assert!(page.contains(text), "{text} in {page}");
    }
    assert!(site.get("county@region:530602", "/w/imports/new").await.body.contains("昭阳区供货报表"));

    // Nobody uploads for one that reports no more.
    let ended = site
        .post(TASK_FORCE, "/w/sources/county-530602/change", "name=%E6%98%AD%E9%98%B3&organisation=")
        .await;
    assert_eq!(ended.status.as_u16(), 303, "{}", ended.body);
    assert!(site.get(TASK_FORCE, "/w/sources/county-530602").await.body.contains("不再报"));
    assert!(!site.get("county@region:530602", "/w/imports/new").await.body.contains("昭阳"));
    let nameless = site.post(TASK_FORCE, "/w/sources/county-530602/change", "name=").await;
    assert_eq!(nameless.status.as_u16(), 422);
}

#[db_test(&schema())]
async fn what_people_corrected_stands_with_the_source(db: Db) {
    let program = Program::start(db).await;
    let site = site(&program);
    let city = "city@region:440100";
    let batch = program.check("city-440100", "a.xlsx", city_return(GOOD_ROWS, Some("121.86"))).await.unwrap();
    let form = "title-6=%E9%87%87%E8%B4%AD%E9%87%91%E9%A2%9D&unit-6=yuan&place-0=%E5%9F%8E%E5%85%B3%E5%8C%BA&code-0=620102";
    site.post(city, &format!("/w/imports/{}/columns", batch.id), form).await;
    let page = site.get(city, "/w/sources/city-440100").await.body;
    for text in ["采购金额 → 元", "城关区 → 甘肃省兰州市城关区", "default"] {
        assert!(page.contains(text), "{text} in {page}");
    }
    assert!(!page.contains("/change"), "a city changes nothing about who it is");
}

#[db_test(&schema())]
async fn who_gets_to_the_register(db: Db) {
    let program = Program::start(db).await;
    let site = site(&program);
    let routes = [
        ("GET", "/w/sources", ""),
        ("GET", "/w/sources/new", ""),
        ("GET", "/w/sources/city-440300", ""),
        ("POST", "/w/sources", "kind=till&name=a&code=a"),
        ("POST", "/w/sources/city-440300/change", "name="),
    ];
    insta::assert_snapshot!(site.probe(&routes, EVERY_ROLE).await);
}
