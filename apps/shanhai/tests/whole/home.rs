//! The first page of the workbench: each person finds what waits for them and nothing else.

use std::sync::Arc;

use sh_db::Db;
use sh_files::store::ObjectStore;
use sh_http::{
    App, Context,
    testing::{TestSite, actor, app},
};
use sh_jobs::run_now;
use sh_statistics::{FigureQuery, Figures, Kept, cube::CubeSink, releases::Proposal, service::releases};
use sh_testkit::db_test;
use sh_trade::{
    service::{post, sources, upload},
    sink::SharedSink,
};
use sh_ui::Locale;

const PROVINCE: &str = "task-force@*";
const OTHER_PROVINCE: &str = "task-force@*+auditor@*";
const GUANGZHOU: &str = "city@region:440100";
const SHENZHEN: &str = "city@region:440300";

fn steps() -> Vec<sh_db::Migration> {
    shanhai::wiring::migrations()
}

/// A program on 9 December 2020, when the returns of November are due.
struct Program {
    app: App,
    site: TestSite,
    _folder: tempfile::TempDir,
}

impl Program {
    async fn start(db: Db) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = camino::Utf8PathBuf::from_path_buf(folder.path().to_owned()).unwrap();
        let app = app(db, sh_testkit::clock(), sh_testkit::ids())
            .with(ObjectStore::open_dir(root, 1 << 20).unwrap())
            .with(SharedSink(Arc::new(CubeSink::default())))
            .with(Figures::default())
            .with(Kept::default())
            .with(shanhai::wiring::namer());
        let ctx = Context::system(&app, "test");
        app.db.write(async |tx| sources::install_defaults(&ctx, tx).await).await.unwrap();
        sh_statistics::definitions::install_defaults(&app.db, app.clock.now()).await.unwrap();
        // The site for tests brings its own tables of requests.
        let modules = shanhai::wiring::modules().into_iter().filter(|module| module.name != "http");
        let site = TestSite::new(&app, modules.collect());
        Self { app, site, _folder: folder }
    }

    fn ctx(&self, by: &str) -> Context {
        Context::new(&self.app, actor(by), Locale::Zh)
    }

    /// Checks a return of a city with these rows; returns its batch.
    async fn check(
        &self,
        city: i64,
        name: &str,
        rows: &[&str],
    ) -> sh_kernel::Id<sh_trade::model::ImportBatch> {
        let ctx = self.ctx(PROVINCE);
        let head =
            "序号,采购日期,采购单位,供货单位,产品名称,产地（省、市、县）,采购金额（元）,交易阶段,订单编号";
        let text = format!("{head}\n{}\n", rows.join("\n"));
        let stored = upload::files(&self.app).unwrap().put_bytes(text.into_bytes()).await.unwrap();
        let source = format!("city-{city}");
        let request = upload::Upload { source: &source, profile: None, file_name: name };
        let done = upload::upload(&ctx, &self.app, &request, &stored).await.unwrap();
        run_now(&self.app, &shanhai::wiring::handlers(), done.job, &|_| {}).await.unwrap();
        done.batch
    }

    async fn post(&self, batch: sh_kernel::Id<sh_trade::model::ImportBatch>) {
        let go = post::Confirmation { good_only: true, doubtful_too: true };
        let job = post::confirm(&self.ctx(PROVINCE), &self.app, batch, go).await.unwrap();
        run_now(&self.app, &shanhai::wiring::handlers(), job, &|_| {}).await.unwrap();
    }

    async fn home(&self, by: &str) -> String {
        let answer = self.site.get(by, "/w").await;
        assert_eq!(answer.status.as_u16(), 200, "{by}: {}", answer.body);
        answer.body
    }
}

const GOOD: &str =
    "1,2020-11-03,深圳市第一中学,威宁县绿健果业有限公司,苹果,贵州省毕节市威宁县,13600,已付款,A001";
const OCTOBER: &str =
    "1,2020-10-03,广州市第一中学,威宁县绿健果业有限公司,苹果,贵州省毕节市威宁县,9600,已付款,A002";

/// What the square of a city says.
fn square<'a>(page: &'a str, city: &str) -> Option<&'a str> {
    let (_, rest) = page.split_once(&format!("<span class=\"board-name\">{city}</span>"))?;
    let (state, _) = rest.split_once("</a>")?;
    state.rsplit_once("</svg>")?.1.split_once('<').map(|found| found.0)
}

fn has(page: &str, texts: &[&str]) {
    for text in texts {
        assert!(page.contains(text), "{text} is missing: {page}");
    }
}

fn has_not(page: &str, texts: &[&str]) {
    for text in texts {
        assert!(!page.contains(text), "{text} is there: {page}");
    }
}

#[db_test(&steps())]
async fn an_import_waits_for_its_people_until_it_is_posted(db: Db) {
    let program = Program::start(db).await;
    let batch = program.check(440_300, "深圳11月.csv", &[GOOD]).await;
    let waits = ["确认入账：深圳11月.csv", "1 行可以入账", "处理下一件"];
    for by in [PROVINCE, SHENZHEN] {
        let page = program.home(by).await;
        has(&page, &waits);
        has(&page, &[&format!("href=\"/w/imports/{batch}\""), "今天</span>"]);
        assert_eq!(square(&page, "深圳市"), Some("待入账"), "{by}");
    }
    // Another city neither has it to do nor sees it; it owes its own return.
    let page = program.home(GUANGZHOU).await;
    has_not(&page, &["深圳"]);
    has(&page, &["报送 2020 年 11 月的数", "href=\"/w/imports/new?source=city-440100\"", "等了 8 天"]);
    assert_eq!((square(&page, "广州市"), square(&page, "佛山市")), (Some("未报"), None));
    // The auditor sees all and has nothing to do.
    let page = program.home("auditor@*").await;
    has(&page, &["今天办完了"]);
    has_not(&page, &["深圳11月.csv", "处理下一件"]);
    assert_eq!((square(&page, "深圳市"), square(&page, "佛山市")), (Some("待入账"), Some("未报")));

    program.post(batch).await;
    for by in [PROVINCE, SHENZHEN] {
        let page = program.home(by).await;
        has(&page, &["今天办完了"]);
        assert_eq!(square(&page, "深圳市"), Some("已入账"), "{by}");
    }
}

#[db_test(&steps())]
async fn the_board_shows_the_month_that_is_asked_for(db: Db) {
    let program = Program::start(db).await;
    let batch = program.check(440_100, "广州10月.csv", &[OCTOBER]).await;
    program.post(batch).await;
    let november = program.home(PROVINCE).await;
    has(&november, &["2020 年 11 月", "已入账 0，待入账 0，未报 21", "href=\"/w?month=202010\""]);
    let october = program.site.get(PROVINCE, "/w?month=202010").await.body;
    assert_eq!(square(&october, "广州市"), Some("已入账"));
    has(&october, &["已入账 1，待入账 0，未报 20", "href=\"/w?month=202011\""]);
    // What is not a month is as if nothing had been asked.
    has(&program.site.get(PROVINCE, "/w?month=202013").await.body, &["已入账 0，待入账 0，未报 21"]);
}

#[db_test(&steps())]
async fn reports_that_may_repeat_a_sale_wait_for_who_may_decide(db: Db) {
    let program = Program::start(db).await;
    let row = |day: &str, buyer: &str| {
        format!(
            "1,2020-11-{day},{buyer},昭通市昭阳区绿健果业有限责任公司,苹果,云南省昭通市昭阳区,136000,已付款,"
        )
    };
    for (city, day, name) in [(440_100, "03", "广州.csv"), (440_300, "13", "深圳.csv")] {
        let batch = program.check(city, name, &[&row(day, "广东粤海食品有限公司")]).await;
        program.post(batch).await;
    }
    let waits = ["核对 1 条报送是不是同一笔", "合计 136,000.00 元", "href=\"/w/matches/"];
    has(&program.home(PROVINCE).await, &waits);
    has(&program.home(SHENZHEN).await, &waits);
    has_not(&program.home(GUANGZHOU).await, &["核对 1 条"]);
}

#[db_test(&steps())]
async fn a_proposal_waits_for_a_second_person(db: Db) {
    let program = Program::start(db).await;
    let batch = program.check(440_300, "深圳11月.csv", &[GOOD]).await;
    program.post(batch).await;
    let figures = vec![FigureQuery::total("gd-3y")];
    let proposal = Proposal { name: "十一月通报".to_owned(), figures, ..Proposal::default() };
    let by = program.ctx(PROVINCE);
    let release = releases::propose(&by, &program.app, &Figures::default(), &proposal).await.unwrap();
    has(
        &program.home(OTHER_PROVINCE).await,
        &["批准或退回发布：十一月通报", &format!("href=\"/w/releases/{}\"", release.id)],
    );
    for by in [PROVINCE, SHENZHEN, "auditor@*"] {
        has_not(&program.home(by).await, &["十一月通报"]);
    }
    releases::approve(&program.ctx(OTHER_PROVINCE), &program.app, release.id).await.unwrap();
    has_not(&program.home(OTHER_PROVINCE).await, &["十一月通报"]);
}

/// Roles of the mall and the page where they begin.
const MALL: &[(&str, &str)] =
    &[("mall-operator", "/w/listings"), ("supplier", "/s/products"), ("shopper", "/")];

#[db_test(&steps())]
async fn everybody_with_an_account_begins_here_and_nobody_else_gets_in(db: Db) {
    let program = Program::start(db).await;
    for by in sh_http::testing::EVERY_ROLE {
        let answer = program.site.get(by, "/w").await;
        let role = by.split('@').next().unwrap_or_default();
        match (role, MALL.iter().find(|(name, _)| *name == role)) {
            ("public", _) => {
                assert_eq!((answer.status.as_u16(), answer.header("location")), (303, "/login?next=%2Fw"));
            }
            // Whoever has to do with the mall only has another first page, to which a sign-in leads.
            (_, Some((_, first))) => {
                assert_eq!(answer.status.as_u16(), 404, "{by}");
                assert_eq!(program.site.get(by, "/login").await.header("location"), *first, "{by}");
            }
            (_, None) => assert_eq!(answer.status.as_u16(), 200, "{by}"),
        }
    }
    // Who has signed in and opens the sign-in page is led to their first page.
    let answer = program.site.get(SHENZHEN, "/login").await;
    assert_eq!((answer.status.as_u16(), answer.header("location")), (303, "/w"));
}

#[db_test(&steps())]
async fn the_log_calls_things_by_their_names(db: Db) {
    let program = Program::start(db).await;
    let batch = program.check(440_300, "深圳11月.csv", &[GOOD]).await;
    program.post(batch).await;
    program.site.post(PROVINCE, "/w/sources/city-440300/change", "name=%E6%B7%B1%E5%9C%B3&active=yes").await;
    let log = program.site.get("auditor@*", "/w/audit").await.body;
    has(
        &log,
        &[
            &format!("导入批次 <a href=\"/w/imports/{batch}\">深圳11月.csv</a>"),
            "数据来源 <a href=\"/w/sources/city-440300\">深圳</a>",
            &format!(
                "<a href=\"/w/audit?kind=import&amp;object={}\">全部变更</a>",
                batch.to_string().replace('-', "%2D")
            ),
            ">后台任务</td>",
        ],
    );
    // An administrator reads the log and no returns: the name, not the way there.
    let log = program.site.get("admin@*", "/w/audit").await.body;
    has(&log, &["导入批次 深圳11月.csv"]);
    has_not(&log, &["href=\"/w/imports/"]);
    let file = program.site.get("auditor@*", "/w/audit.csv").await.body;
    has(&file, &[&format!("\"{batch}\",\"深圳11月.csv\"")]);
}
