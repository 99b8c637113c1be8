//! The import pages and their JSON, as a browser without scripts and a program use them.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on must say why")]
#![expect(unreachable_pub, dead_code, reason = "the support module is shared by several tests")]

mod support;

use sh_db::Db;
use sh_http::testing::{Answer, EVERY_ROLE, TestSite};
use sh_testkit::db_test;
use sh_trade::{import::batch::BatchState, service::handlers};
use support::{GOOD_ROWS, Program, TASK_FORCE, city_return, is, schema};

const CITY: &str = "city@region:440100";

fn site(program: &Program) -> TestSite {
    TestSite::new(&program.app, vec![sh_trade::module(), sh_jobs::module()])
}

/// A form with a file as a browser sends it.
async fn send(site: &TestSite, by: &str, path: &str, source: &str, name: &str, bytes: &[u8]) -> Answer {
    let mut body = format!(
        "--x\r\nContent-Disposition: form-data; name=\"source\"\r\n\r\n{source}\r\n--x\r\n\
         Content-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
         Content-Type: application/octet-stream\r\n\r\n"
    )
    .into_bytes();
    body.extend_from_slice(bytes);
    body.extend_from_slice(b"\r\n--x--\r\n");
    site.call(by, "POST", path, "multipart/form-data; boundary=x", body).await
}

async fn work(program: &Program) {
    let ctx = program.ctx(TASK_FORCE);
    for job in sh_jobs::recent(&ctx, &program.app, None, None, 50).await.unwrap() {
        if !job.state.is_finished() {
            sh_jobs::run_now(&program.app, &handlers(), job.id, &|_| {}).await.unwrap();
        }
    }
}

#[db_test(&schema())]
async fn a_person_uploads_looks_posts_and_withdraws_without_scripts(db: Db) {
    let program = Program::start(db).await;
    let site = site(&program);
    assert!(site.get(CITY, "/w/imports").await.body.contains("还没导入过"));
    let form = site.get(CITY, "/w/imports/new").await;
    assert!(form.body.contains("广州市月报：选一个文件"), "the only source of a city is not asked for");

    let mut rows = GOOD_ROWS.to_vec();
    rows.push(["2020-11-30", "甲", "乙公司", "米", "城关区", "3", "已付款", "Z1"]);
    let file = city_return(&rows, Some("124.86"));
    let sent = send(&site, CITY, "/w/imports", "city-440100", "11月.xlsx", &file).await;
    assert_eq!(sent.status.as_u16(), 303, "{}", sent.body);
    let page = sent.header("location").to_owned();
    let waiting = site.get(CITY, &page).await;
    assert!(waiting.body.contains("hx-trigger=\"every 1s\""), "{}", waiting.body);
    work(&program).await;

    let checked = site.get(CITY, &page).await;
    for text in [
        "待确认",
        "121.86",
        "城关区",
        "不止一个",
        "合计核对",
        "昭通市昭阳区绿健果业有限责任公司",
        "下载标注后的原文件",
    ] {
        assert!(checked.body.contains(text), "{text} in {}", checked.body);
    }
    assert!(checked.body.contains("只入账可用的 3 行，1 行不入账"));
    assert!(!checked.body.contains("every 1s"), "nothing is at work");

    let answered = site
        .post(CITY, &format!("{page}/columns"), "place-0=%E5%9F%8E%E5%85%B3%E5%8C%BA&code-0=620102")
        .await;
    assert_eq!(answered.status.as_u16(), 303, "{}", answered.body);
    work(&program).await;
    assert!(site.get(CITY, &page).await.body.contains("确认入账 4 行"));

    let confirmed = site.post(CITY, &format!("{page}/confirm"), "").await;
    assert_eq!(confirmed.status.as_u16(), 303);
    work(&program).await;
    let posted = site.get(CITY, &page).await;
    assert!(posted.body.contains("已入账") && posted.body.contains("新的交易"), "{}", posted.body);
    assert_eq!(program.claims().await.0, 4);

    let marked = site.get(CITY, &format!("{page}/marked")).await;
    assert_eq!(marked.status.as_u16(), 200);
    assert!(marked.header("content-disposition").contains(".xlsx"));

    let silent = site.post(CITY, &format!("{page}/withdraw"), "reason=").await;
    assert_eq!(silent.status.as_u16(), 303);
    is(&only(&program).await, BatchState::Posted);
    site.post(CITY, &format!("{page}/withdraw"), "reason=%E9%94%99%E4%BA%86").await;
    work(&program).await;
    assert!(site.get(CITY, &page).await.body.contains("已撤回"));
    assert_eq!(program.claims().await.0, 0);
    assert!(site.get("city@region:440300", "/w/imports").await.body.contains("还没导入过"));
}

async fn only(program: &Program) -> sh_trade::import::batch::Batch {
    let ctx = program.ctx(TASK_FORCE);
    let filter = sh_trade::service::imports::BatchFilter::default();
    let found =
        sh_trade::service::imports::list(&ctx, &program.app, &filter, &sh_http::Page::default()).await;
    found.unwrap().items.remove(0).batch
}

#[db_test(&schema())]
async fn the_same_file_again_is_told_beside_the_form(db: Db) {
    let program = Program::start(db).await;
    let site = site(&program);
    let file = city_return(GOOD_ROWS, Some("121.86"));
    send(&site, CITY, "/w/imports", "city-440100", "a.xlsx", &file).await;
    let again = send(&site, CITY, "/w/imports", "city-440100", "b.xlsx", &file).await;
    assert_eq!(again.status.as_u16(), 409);
    let batch = only(&program).await.id.to_string();
    assert!(again.body.contains("同一个文件已经导入过") && again.body.contains(&batch), "{}", again.body);
    let foreign = send(&site, CITY, "/w/imports", "city-440300", "c.xlsx", &file).await;
    assert_eq!(foreign.status.as_u16(), 404, "a city does not report for another one");
}

#[db_test(&schema())]
async fn a_file_that_is_refused_says_why_and_what_to_do(db: Db) {
    let program = Program::start(db).await;
    let site = site(&program);
    let text = "日期,甲方,乙方,品名,钱\n2020-11-03,广州一中,乙公司,苹果,300\n".as_bytes();
    let sent = send(&site, "task-force@*", "/w/imports", "market", "x.csv", text).await;
    let page = sent.header("location").to_owned();
    work(&program).await;
    let failed = site.get(TASK_FORCE, &page).await;
    assert!(failed.body.contains("缺少必要的列") && failed.body.contains("乙方"), "{}", failed.body);
    // 日期 and 品名 are known; the person explains the others.
    let form = "title-0=%E4%B9%99%E6%96%B9&field-0=seller&title-1=%E9%92%B1&field-1=amount\
        &title-2=%E7%94%B2%E6%96%B9&field-2=buyer";
    site.post(TASK_FORCE, &format!("{page}/columns"), form).await;
    work(&program).await;
    let batch = only(&program).await;
    is(&batch, BatchState::Checked);
    assert_eq!((batch.rows_good, batch.amount_good.0), (1, 30_000));
}

/// A workbook whose first sheet is last month's, and whose second one does not say that its amounts are in 万元.
fn two_months() -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    for (name, day, amount) in [("10月", "2020-10-12", 1.5), ("11月", "2020-11-12", 2.25)] {
        let sheet = book.add_worksheet().set_name(name).unwrap();
        for (column, title) in (0_u16..).zip(["日期", "供应商", "品名", "产地", "数额", "单价"])
        {
            sheet.write(0, column, title).unwrap();
        }
        for (column, text) in (0_u16..).zip([day, "绿健果业公司", "苹果", "昭阳区"]) {
            sheet.write(1, column, text).unwrap();
        }
        sheet.write(1, 4, amount).unwrap();
        sheet.write(1, 5, 6.8).unwrap();
        sheet.write(2, 0, "合计").unwrap();
        sheet.write(2, 4, amount).unwrap();
    }
    book.save_to_buffer().unwrap()
}

#[db_test(&schema())]
async fn a_person_chooses_worksheet_and_unit_and_keeps_both_in_a_profile(db: Db) {
    let program = Program::start(db).await;
    let site = site(&program);
    let sent = send(&site, CITY, "/w/imports", "city-440100", "两个月.xlsx", &two_months()).await;
    let page = sent.header("location").to_owned();
    work(&program).await;
    // 数额 is not known, so the file is refused; what can be chosen stands below.
    let failed = site.get(CITY, &page).await.body;
    for text in
        ["缺少必要的列：金额", "数额", "name=\"sheet\"", "11月", "name=\"unit-4\"", "name=\"profile\""]
    {
        assert!(failed.contains(text), "{text} in {failed}");
    }
    let form = |more: &str| format!("title-4=%E6%95%B0%E9%A2%9D&field-4=amount{more}");
    site.post(CITY, &format!("{page}/columns"), &form("")).await;
    work(&program).await;
    let batch = only(&program).await;
    is(&batch, BatchState::Checked);
    assert_eq!((batch.amount_good.0, batch.profile.clone()), (150, Some(("default".to_owned(), 1))));
    let checked = site.get(CITY, &page).await.body;
    for text in ["自动挑选（现在是“10月”）", "只读了工作表“10月”", "按列名和表头（元）"]
    {
        assert!(checked.contains(text), "{text} in {checked}");
    }

    let bad = site.post(CITY, &format!("{page}/columns"), &form("&profile=a+b")).await;
    assert_eq!(bad.status.as_u16(), 303);
    is(&only(&program).await, BatchState::Checked);
    let more = "&unit-4=ten-thousand&sheet=11%E6%9C%88&profile=%E4%B8%87%E5%85%83%E8%A1%A8";
    site.post(CITY, &format!("{page}/columns"), &form(more)).await;
    work(&program).await;
    let batch = only(&program).await;
    assert_eq!((batch.rows_good, batch.amount_good.0), (1, 2_250_000));
    assert_eq!(batch.profile, Some(("万元表".to_owned(), 1)));
    let summary = batch.summary.unwrap();
    assert!(summary.totals.iter().all(|total| total.agrees), "{:?}", summary.totals);
    assert_eq!((summary.sheets.read.as_str(), summary.sheets.chosen), ("11月", true));
    assert!(!summary.issue_counts.contains_key("sheets-left-out"));
    let checked = site.get(CITY, &page).await.body;
    assert!(checked.contains("<option value=\"ten-thousand\" selected>"), "{checked}");
    assert!(checked.contains("<option value=\"11月\" selected>"), "{checked}");

    // The old profile is as it was; the next file may be read by either.
    assert!(site.get(CITY, "/w/imports/new").await.body.contains("万元表"));
    site.post(CITY, &format!("{page}/discard"), "").await;
    let request = sh_trade::service::upload::Upload {
        source: "city-440100",
        profile: Some("万元表"),
        file_name: "again.xlsx",
    };
    let ctx = program.ctx(TASK_FORCE);
    let stored =
        sh_trade::service::upload::files(&program.app).unwrap().put_bytes(two_months()).await.unwrap();
    let done = sh_trade::service::upload::upload(&ctx, &program.app, &request, &stored).await.unwrap();
    program.finish(done.job).await;
    assert_eq!(program.batch(done.batch).await.amount_good.0, 2_250_000);
    let (version, mapping) =
        sh_trade::service::sources::profile(&ctx, &program.app, "city-440100", "default").await.unwrap();
    assert_eq!((version, mapping.sheet, mapping.units.len()), (1, None, 0));
}

#[db_test(&schema())]
async fn a_sheet_without_a_table_can_be_chosen_away_again(db: Db) {
    let program = Program::start(db).await;
    let site = site(&program);
    let mut book = rust_xlsxwriter::Workbook::new();
    book.add_worksheet().set_name("说明").unwrap().write(0, 0, "本表由各区填报").unwrap();
    let sheet = book.add_worksheet().set_name("明细").unwrap();
    for (row, cells) in
        (0_u32..).zip([["日期", "供应商", "品名", "金额"], ["2020-11-12", "甲公司", "苹果", "3"]])
    {
        for (column, text) in (0_u16..).zip(cells) {
            sheet.write(row, column, text).unwrap();
        }
    }
    let file = book.save_to_buffer().unwrap();
    let page =
        send(&site, CITY, "/w/imports", "city-440100", "a.xlsx", &file).await.header("location").to_owned();
    work(&program).await;
    is(&only(&program).await, BatchState::Checked);
    site.post(CITY, &format!("{page}/columns"), "sheet=%E8%AF%B4%E6%98%8E").await;
    work(&program).await;
    is(&only(&program).await, BatchState::Failed);
    let failed = site.get(CITY, &page).await.body;
    assert!(failed.contains("没找到表头") && failed.contains("name=\"sheet\""), "{failed}");
    site.post(CITY, &format!("{page}/columns"), "sheet=").await;
    work(&program).await;
    let batch = only(&program).await;
    is(&batch, BatchState::Checked);
    assert_eq!(batch.amount_good.0, 300);
}

#[db_test(&schema())]
async fn a_program_imports_over_json(db: Db) {
    let program = Program::start(db).await;
    let site = site(&program);
    let file = city_return(GOOD_ROWS, Some("150"));
    let sent = send(&site, CITY, "/api/v1/imports", "city-440100", "a.xlsx", &file).await;
    assert_eq!(sent.status.as_u16(), 202, "{}", sent.body);
    let id = sent.json()["id"].as_str().unwrap().to_owned();
    work(&program).await;
    let path = format!("/api/v1/imports/{id}");
    let shown = site.get(CITY, &path).await.json();
    assert_eq!((shown["state"].as_str(), shown["doubtful"].as_bool()), (Some("checked"), Some(true)));
    let issues = site.get(CITY, &format!("{path}/issues")).await.json();
    assert_eq!(issues[0]["code"], "total-differs");
    assert!(issues[0]["reason"].as_str().unwrap().contains("1,500,000.00"), "{issues}");

    let correction = serde_json::json!({ "units": { "采购金额": "yuan" }, "columns": { "交易阶段": null } });
    assert_eq!(site.api(CITY, "POST", &format!("{path}/columns"), &correction).await.status.as_u16(), 202);
    work(&program).await;
    assert_eq!(site.get(CITY, &path).await.json()["amount_good"], 12_186);
    let correction = serde_json::json!({ "units": { "采购金额": null } });
    site.api(CITY, "POST", &format!("{path}/columns"), &correction).await;
    work(&program).await;

    let refused = site.api(CITY, "POST", &format!("{path}/confirm"), &serde_json::json!({})).await;
    assert_eq!((refused.status.as_u16(), refused.json()["code"].as_str()), (409, Some("import-doubtful")));
    let go = serde_json::json!({ "doubtful_too": true });
    assert_eq!(site.api(CITY, "POST", &format!("{path}/confirm"), &go).await.status.as_u16(), 202);
    work(&program).await;
    assert_eq!(site.get(CITY, &path).await.json()["rows_posted"], 3);
    assert_eq!(
        site.get(CITY, "/api/v1/imports?source=city-440100").await.json()["items"][0]["state"],
        "posted"
    );
    let back = serde_json::json!({ "reason": "报错" });
    assert_eq!(site.api(CITY, "POST", &format!("{path}/withdraw"), &back).await.status.as_u16(), 202);
    work(&program).await;
    assert_eq!(site.get(CITY, &path).await.json()["state"], "withdrawn");
}

#[db_test(&schema())]
async fn who_gets_where(db: Db) {
    let program = Program::start(db).await;
    let site = site(&program);
    let batch =
        program.check("city-440300", "11月.xlsx", city_return(GOOD_ROWS, Some("121.86"))).await.unwrap();
    let path = |rest: &str| format!("/w/imports/{}{rest}", batch.id);
    let (page, confirm, discard) = (path(""), path("/confirm"), path("/discard"));
    let routes = [
        ("GET", "/w/imports", ""),
        ("GET", "/w/imports/new", ""),
        ("GET", page.as_str(), ""),
        ("POST", confirm.as_str(), "good_only=yes"),
        ("POST", discard.as_str(), ""),
    ];
    let table = site.probe(&routes, EVERY_ROLE).await.replace(&batch.id.to_string(), "{id}");
    insta::assert_snapshot!(table);
}

#[db_test(&schema())]
async fn every_statement_is_understood(db: Db) {
    let module = sh_trade::module();
    for sql in module.statements.iter().flat_map(|list| list.iter()) {
        let checked = db.check_statement(&sql.rendered(db.engine())).await;
        checked.unwrap_or_else(|error| panic!("{}: {error}", sql.name));
    }
    for insert in module.inserts.iter().flat_map(|list| list.iter()) {
        let checked = db.check_statement(&insert.rendered(db.engine())).await;
        checked.unwrap_or_else(|error| panic!("{}: {error}", insert.name));
    }
}

#[test]
fn every_code_has_its_texts() {
    use sh_files::{OpenError, parse::ProblemCode};
    let issues =
        sh_trade::import::issue::CODES.iter().copied().chain(ProblemCode::ALL.iter().map(|c| c.as_str()));
    for locale in sh_ui::Locale::ALL {
        for code in issues.clone() {
            assert!(locale.has(&format!("issue-{code}")), "{code}");
            assert!(locale.has(&format!("issue-{code}-fix")), "{code}");
        }
        for code in OpenError::CODES {
            assert!(locale.has(&format!("problem-{code}")), "{code}");
        }
        for field in sh_trade::import::fields::Field::ALL {
            assert!(locale.has(&format!("field-{}", field.word())), "{field:?}");
        }
        for state in BatchState::ALL {
            assert!(locale.has(&format!("import-state-{}", state.word())), "{state:?}");
        }
    }
}

/// A workbook with one sheet for each month, each with its heading and its total; a summary of another shape; and a note.
fn by_month(totals: [&str; 2]) -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    let note = book.add_worksheet().set_name("填表说明").unwrap();
    note.write(0, 0, "每月一张表").unwrap();
    let titles = ["日期", "采购单位", "供应商", "品名", "产地", "金额", "订单编号"];
    let months = [
        ("10月", "统计月份：2020年10月", [["10月3日", "1.36", "B1"], ["10月99日", "0.5", "B2"]].as_slice()),
        (
            "11月",
            "统计月份：2020年11月",
            &[["11月3日", "2.5", "B3"], ["11月9日", "3", "B4"], ["11月9日", "", "B5"]],
        ),
    ];
    for ((name, heading, rows), total) in months.into_iter().zip(totals) {
        let sheet = book.add_worksheet().set_name(name).unwrap();
        sheet.write(0, 0, format!("{heading}    单位：万元")).unwrap();
        for (column, title) in (0_u16..).zip(titles) {
            sheet.write(1, column, title).unwrap();
        }
        for (row, [day, amount, order]) in (2_u32..).zip(rows) {
            let cells = [*day, "广州市第一中学", "绿健果业公司", "苹果", "昭阳区", *amount, *order];
            for (column, text) in (0_u16..).zip(cells) {
                sheet.write(row, column, text).unwrap();
            }
        }
        let last = 2 + u32::try_from(rows.len()).unwrap();
        sheet.write(last, 0, "合计").unwrap();
        sheet.write(last, 5, total.parse::<f64>().unwrap()).unwrap();
    }
    let summary = book.add_worksheet().set_name("汇总").unwrap();
    for (column, title) in (0_u16..).zip(["供应商", "品名", "金额", "日期"]) {
        summary.write(0, column, title).unwrap();
        summary.write(1, column, ["绿健果业公司", "苹果", "9", "2020-11-30"][usize::from(column)]).unwrap();
    }
    book.save_to_buffer().unwrap()
}

#[db_test(&schema())]
async fn worksheets_of_one_header_are_read_as_one_file(db: Db) {
    let program = Program::start(db).await;
    let site = site(&program);
    let sent = send(&site, CITY, "/w/imports", "city-440100", "全年.xlsx", &by_month(["1.86", "5.5"])).await;
    let page = sent.header("location").to_owned();
    work(&program).await;
    let checked = site.get(CITY, &page).await.body;
    for text in ["只读了工作表“10月”", "11月、汇总", "<option value=\"*\">表头相同的全部工作表</option>"]
    {
        assert!(checked.contains(text), "{text} in {checked}");
    }
    site.post(CITY, &format!("{page}/columns"), "sheet=%2A").await;
    work(&program).await;
    let batch = only(&program).await;
    is(&batch, BatchState::Checked);
    // Each sheet is read by its own heading, and each total is compared with its own sheet.
    assert_eq!((batch.rows_good, batch.rows_bad, batch.amount_good.0), (3, 2, 6_860_000));
    let summary = batch.summary.clone().unwrap();
    assert_eq!((summary.day_first, summary.day_last), (Some(day(20_201_003)), Some(day(20_201_109))));
    let checked = site.get(CITY, &page).await.body;
    for text in [
        "10月、11月",
        "“10月”第 5 行",
        "“11月”第 6 行",
        "只读了工作表“10月、11月”",
        ">10月 4<",
        ">11月 5<",
        "<option value=\"*\" selected>",
    ] {
        assert!(checked.contains(text), "{text} in {checked}");
    }
    assert!(!checked.contains("11月、汇总"), "{checked}");
    let issues = site.get(CITY, &format!("/api/v1/imports/{}/issues", batch.id)).await.json();
    let places: Vec<(Option<&str>, Option<u64>)> = issues
        .as_array()
        .unwrap()
        .iter()
        .filter(|issue| issue["severity"] == "rejected")
        .map(|issue| (issue["sheet"].as_str(), issue["row"].as_u64()))
        .collect();
    assert_eq!(places, [(Some("10月"), Some(4)), (Some("11月"), Some(5))]);

    // The file comes back with both sheets marked.
    let folder = tempfile::tempdir().unwrap();
    let output = camino::Utf8PathBuf::from_path_buf(folder.path().join("marked.xlsx")).unwrap();
    let ctx = program.ctx(TASK_FORCE);
    sh_trade::service::check::marked_file(&ctx, &program.app, batch.id, &output).await.unwrap();
    let mut book = sh_files::sheet::Workbook::open(&output, &sh_files::sheet::Limits::default()).unwrap();
    for (sheet, row) in [("10月", 4), ("11月", 5)] {
        let found = book.rows(sheet).unwrap().map(Result::unwrap).find(|found| found.number == row).unwrap();
        assert_eq!(found.text(7), "要改", "{sheet}");
    }

    // What was posted is found by sheet and row; taking it back takes all of it back.
    site.post(CITY, &format!("{page}/confirm"), "good_only=yes").await;
    work(&program).await;
    is(&only(&program).await, BatchState::Posted);
    assert_eq!(program.claims().await, (3, sh_kernel::Fen(6_860_000)));
    site.post(CITY, &format!("{page}/withdraw"), "reason=x").await;
    work(&program).await;
    assert_eq!(program.claims().await.0, 0);

    // The choice stays with the source: the next workbook is read whole at once, and its doubt is told by sheet.
    let next = program.check("city-440100", "明年.xlsx", by_month(["1.86", "9"])).await.unwrap();
    let summary = next.summary.unwrap();
    let agree: Vec<_> =
        summary.totals.iter().map(|total| (summary.sheets.place(total.row), total.agrees)).collect();
    assert_eq!(agree, [((Some("10月"), 5), true), ((Some("11月"), 6), false)]);
}

fn day(number: i64) -> sh_kernel::Day {
    sh_kernel::Day::from_yyyymmdd(number).unwrap()
}

#[db_test(&schema())]
async fn a_workbook_of_too_many_sheets_is_refused(db: Db) {
    let program = Program::start(db).await;
    let site = site(&program);
    let mut book = rust_xlsxwriter::Workbook::new();
    for number in 0..=sh_trade::import::file::SHEETS_MAX {
        let sheet = book.add_worksheet().set_name(format!("表{number}")).unwrap();
        for (row, cells) in
            (0_u32..).zip([["日期", "供应商", "品名", "金额"], ["2020-11-12", "甲公司", "苹果", "3"]])
        {
            for (column, text) in (0_u16..).zip(cells) {
                sheet.write(row, column, text).unwrap();
            }
        }
    }
    let file = book.save_to_buffer().unwrap();
    let page =
        send(&site, CITY, "/w/imports", "city-440100", "a.xlsx", &file).await.header("location").to_owned();
    work(&program).await;
    site.post(CITY, &format!("{page}/columns"), "sheet=%2A").await;
    work(&program).await;
    is(&only(&program).await, BatchState::Failed);
    let failed = site.get(CITY, &page).await.body;
    assert!(failed.contains("有 61 张工作表表头相同，一次最多读 60 张"), "{failed}");
}
