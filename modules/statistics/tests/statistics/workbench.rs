//! The pages of the workbench: who may open them, and the way from a draft and a proposal to publication.

use std::sync::Arc;

use sh_db::{Db, DbError, Migration};
use sh_http::testing::{TestSite, app};
use sh_statistics::{Figures, cube::CubeSink, definitions};
use sh_testkit::db_test;

use crate::common::{NOW, post, sale};

/// The tables of every module that these pages write to.
fn schema() -> Vec<Migration> {
    [
        sh_http::MIGRATIONS,
        sh_access::MIGRATIONS,
        sh_jobs::MIGRATIONS,
        sh_trade::MIGRATIONS,
        sh_parties::MIGRATIONS,
        sh_statistics::MIGRATIONS,
    ]
    .concat()
}

const FORM: &str = "application/x-www-form-urlencoded";
/// Two people of the task force: the same text is the same person.
const ZHANG: &str = "task-force@*";
const LI: &str = "task-force@*+auditor@*";

async fn site(db: &Db) -> TestSite {
    definitions::install_defaults(db, NOW).await.unwrap();
    post(
        db,
        &CubeSink::default(),
        1,
        20_201_130,
        "import",
        &[sale(1, 20_200_301, 50_000), sale(2, 20_190_301, 700)],
    )
    .await;
    let clock = sh_testkit::clock();
    let app = app(db.clone(), clock, sh_testkit::ids()).with(Figures::default());
    let app = Arc::new(app);
    TestSite::new(&app, vec![sh_access::module(), sh_jobs::module(), sh_statistics::module()])
}

async fn actions(db: &Db) -> Vec<String> {
    let mut actions = Vec::new();
    db.read(async |tx| {
        let text = "SELECT action FROM audit_entry ORDER BY id";
        tx.for_each_dynamic(text.to_owned(), Vec::new(), |row| {
            actions.push(row.get(0)?);
            Ok::<_, DbError>(())
        })
        .await
    })
    .await
    .unwrap();
    actions
}

const DRAFT: &str = "code=tea&name_zh=%E8%8C%B6%E5%8F%B6&name_en=Tea&text_zh=%E5%8F%AA%E7%AE%97%E8%8C%B6%E5%8F%B6\
    &text_en=Tea+only&period_from=2020-01-01&period_to=2020-12-31&category=tea&stage=paid&stage=accepted\
    &lines=origin-province+%3D+520000&digits=3&about=yes";

#[db_test(&schema())]
async fn only_who_may_see_unpublished_figures_opens_the_pages(db: Db) {
    let site = site(&db).await;
    for path in ["/w/definitions", "/w/definitions/gd-3y/1", "/w/releases"] {
        assert_eq!(site.call(ZHANG, "GET", path, FORM, "").await.status, 200, "{path}");
        assert_eq!(site.call("auditor@*", "GET", path, FORM, "").await.status, 200, "{path}");
        assert_eq!(site.call("city@region:440300", "GET", path, FORM, "").await.status, 404, "{path}");
    }
    for path in ["/w/definitions/new", "/w/releases/new"] {
        assert_eq!(site.call(ZHANG, "GET", path, FORM, "").await.status, 200, "{path}");
        assert_eq!(site.call("auditor@*", "GET", path, FORM, "").await.status, 403, "{path}");
    }
    let list = site.call("auditor@*", "GET", "/w/definitions", FORM, "").await.body;
    assert!(list.contains("近三年采购、销售中西部地区扶贫、带贫产品金额"));
    assert!(!list.contains("/w/definitions/new"), "no button for what is refused");
    assert_eq!(site.call("auditor@*", "POST", "/w/definitions", FORM, DRAFT).await.status, 403);
}

#[db_test(&schema())]
async fn a_draft_is_written_previewed_and_put_in_force(db: Db) {
    let site = site(&db).await;
    let wrong = DRAFT.replace("tea&name", "TEA!&name").replace("520000", "mars");
    let refused = site.call(ZHANG, "POST", "/w/definitions", FORM, wrong).await;
    assert_eq!(refused.status, 422);
    assert!(refused.body.contains("第 1 行看不懂：origin-province = mars"), "{}", refused.body);
    assert!(refused.body.contains("只算茶叶"), "what was entered is kept");
    let wrong = DRAFT.replace("tea&name", "TEA!&name");
    assert!(site.call(ZHANG, "POST", "/w/definitions", FORM, wrong).await.body.contains("代码“TEA!”不能用"));

    let saved = site.call(ZHANG, "POST", "/w/definitions", FORM, DRAFT).await;
    assert_eq!((saved.status.as_u16(), saved.header("location")), (303, "/w/definitions/tea/1"));
    let page = site.call(ZHANG, "GET", "/w/definitions/tea/1", FORM, "").await.body;
    assert!(page.contains("还没有计算") && page.contains("/w/definitions/tea/1/preview"));
    let early = site.call(ZHANG, "POST", "/w/definitions/tea/1/publish", FORM, "").await;
    assert_eq!(early.status, 409);

    let queued = site.call(ZHANG, "POST", "/w/definitions/tea/1/preview", FORM, "").await;
    assert!(queued.header("location").starts_with("/w/jobs/"));
    definitions::preview(&db, "tea", 1, |_| ()).await.unwrap();
    let page = site.call(ZHANG, "GET", "/w/definitions/tea/1", FORM, "").await.body;
    assert!(page.contains("500.00") && page.contains("/w/definitions/tea/1/publish"), "{page}");

    let form = site.call(ZHANG, "GET", "/w/definitions/tea/1/edit", FORM, "").await.body;
    assert!(form.contains("origin-province = 520000") && form.contains("2020-01-01"));
    let published = site.call(ZHANG, "POST", "/w/definitions/tea/1/publish", FORM, "").await;
    assert_eq!(published.status, 303);
    let late = site.call(ZHANG, "POST", "/w/definitions/tea/1", FORM, DRAFT).await;
    assert_eq!(late.status, 409, "what is in force cannot be changed");
    assert_eq!(actions(&db).await, ["draft-definition", "publish-definition"]);
}

#[db_test(&schema())]
async fn a_release_is_proposed_by_one_and_published_by_another(db: Db) {
    let site = site(&db).await;
    let empty = site.call(ZHANG, "POST", "/w/releases", FORM, "name=&definition=gd-3y").await;
    assert_eq!(empty.status, 422);
    let proposed = site
        .call(ZHANG, "POST", "/w/releases", FORM, "name=Press+day&definition=gd-3y&split=year&supersedes=")
        .await;
    assert_eq!(proposed.status, 303);
    let path = proposed.header("location").to_owned();
    let page = site.call(ZHANG, "GET", &path, FORM, "").await.body;
    assert!(
        page.contains("要由另一人批准") && page.contains("507.00") && page.contains("没有变化"),
        "{page}"
    );
    assert_eq!(site.call(ZHANG, "POST", &format!("{path}/approve"), FORM, "").await.status, 403);
    assert_eq!(site.call("auditor@*", "POST", &format!("{path}/approve"), FORM, "").await.status, 403);
    assert_eq!(site.call(LI, "POST", &format!("{path}/approve"), FORM, "").await.status, 303);
    assert_eq!(site.call(LI, "POST", &format!("{path}/approve"), FORM, "").await.status, 409);

    post(&db, &CubeSink::default(), 2, 20_201_215, "import", &[sale(3, 20_200_501, 400)]).await;
    let page = site.call(LI, "GET", &path, FORM, "").await.body;
    assert!(page.contains("511.00") && page.contains("+4.00") && page.contains("补报的交易"), "{page}");

    assert_eq!(site.call(LI, "POST", &format!("{path}/erratum"), FORM, "text=591").await.status, 303);
    assert_eq!(site.call(LI, "POST", &format!("{path}/withdraw"), FORM, "text=").await.status, 422);
    assert_eq!(site.call(LI, "POST", &format!("{path}/withdraw"), FORM, "text=wrong").await.status, 303);
    let page = site.call(LI, "GET", &path, FORM, "").await.body;
    assert!(page.contains("这次发布已撤回") && page.contains("wrong") && !page.contains("/withdraw\""));
    let list = site.call(ZHANG, "GET", "/w/releases", FORM, "").await.body;
    assert!(list.contains("<s>Press day</s>"));
    assert_eq!(actions(&db).await, ["propose-release", "approve-release", "add-erratum", "withdraw-release"]);
}
