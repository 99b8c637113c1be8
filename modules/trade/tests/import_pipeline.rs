//! From a file to claims, on both engines.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on must say why")]
#![expect(unreachable_pub, reason = "the support module is shared by several tests")]

mod support;

use sh_db::Db;
use sh_http::AppError;
use sh_kernel::{Day, Fen};
use sh_testkit::db_test;
use sh_trade::{
    import::{batch::BatchState, error::ImportError},
    service::{
        check, imports,
        post::{self, Confirmation},
        upload, withdraw,
    },
};
use support::{ALL, GOOD_ROWS, Program, TASK_FORCE, city_return, is, schema, till};

const CITY: &str = "city-440100";

#[db_test(&schema())]
async fn a_monthly_return_becomes_claims(db: Db) {
    let program = Program::start(db).await;
    let batch = program.check(CITY, "11月.xlsx", city_return(GOOD_ROWS, Some("121.86"))).await.unwrap();
    is(&batch, BatchState::Checked);
    assert_eq!(program.issues(batch.id).await, []);
    assert_eq!((batch.rows_total, batch.rows_good, batch.rows_bad, batch.rows_skipped), (5, 3, 0, 2));
    // 1.36 + 0.5 + 120 万元.
    assert_eq!(batch.amount_good, Fen(121_860_000));
    let day = |number| Day::from_yyyymmdd(number).unwrap();
    assert_eq!(batch.days, Some((day(20_201_103), day(20_201_106))));
    let summary = batch.summary.clone().unwrap();
    assert!(summary.totals.iter().all(|total| total.agrees), "{:?}", summary.totals);
    let origins: Vec<_> = summary.samples.iter().map(|row| row.facts.origin.unwrap().number()).collect();
    assert_eq!(origins, [530_602, 450_224, 640_323]);
    assert!(summary.samples.iter().all(|row| row.facts.destination.unwrap().number() == 440_100));
    assert_eq!(program.claims().await.0, 0, "nothing is posted before somebody confirms");

    let batch = program.post(batch.id, ALL).await.unwrap();
    is(&batch, BatchState::Posted);
    assert_eq!((batch.rows_posted, program.claims().await), (3, (3, Fen(121_860_000))));
}

#[db_test(&schema())]
async fn the_same_file_twice_changes_nothing(db: Db) {
    let program = Program::start(db).await;
    let file = city_return(GOOD_ROWS, Some("121.86"));
    let first = program.check(CITY, "11月.xlsx", file.clone()).await.unwrap();
    program.post(first.id, ALL).await.unwrap();
    let again = program.check(CITY, "11月(1).xlsx", file.clone()).await.unwrap_err();
    let ImportError::AlreadyThere { batch, state, .. } = &again else { panic!("{again}") };
    assert_eq!((*batch, *state), (first.id, BatchState::Posted));
    assert_eq!((again.code(), again.kind().status().as_u16()), ("import-already-there", 409));
    assert_eq!(program.claims().await.0, 3);
    // Another source may send the same bytes.
    assert!(program.check("city-440300", "11月.xlsx", file).await.is_ok());
}

#[db_test(&schema())]
async fn of_two_people_at_once_exactly_one_wins(db: Db) {
    let program = Program::start(db).await;
    let stored = upload::files(&program.app).unwrap().put_bytes(till(50, true)).await.unwrap();
    let request = upload::Upload { source: "market", profile: None, file_name: "till.csv" };
    let (one, two) = (program.ctx(TASK_FORCE), program.ctx("city@region:440000"));
    let (a, b) = tokio::join!(
        upload::upload(&one, &program.app, &request, &stored),
        upload::upload(&two, &program.app, &request, &stored)
    );
    let (won, lost) = match (a, b) {
        (Ok(won), Err(lost)) | (Err(lost), Ok(won)) => (won, lost),
        other => panic!("{other:?}"),
    };
    let ImportError::AlreadyThere { batch, .. } = lost else { panic!("{lost}") };
    assert_eq!(batch, won.batch);
}

#[db_test(&schema())]
async fn a_killed_posting_goes_on_without_loss_or_double(db: Db) {
    let program = Program::start(db).await;
    let batch = program.check("market", "till.csv", till(6_500, true)).await.unwrap();
    is(&batch, BatchState::Checked);
    assert_eq!(batch.rows_good, 6_500);
    post::confirm(&program.ctx(TASK_FORCE), &program.app, batch.id, ALL).await.unwrap();
    // Each life of the program is cut off a little later; what it committed stays.
    let (mut lives, mut life) = (0, std::time::Duration::from_millis(60));
    loop {
        lives += 1;
        life += life / 2;
        let ctx = program.ctx(TASK_FORCE);
        let progress = sh_jobs::Progress::detached(ctx.clock.clone());
        let ended = tokio::time::timeout(life, post::rows(&ctx, &program.app, batch.id, &progress)).await;
        progress.stop();
        let now = program.batch(batch.id).await;
        let (claims, _) = program.claims().await;
        assert_eq!(u64::try_from(claims).unwrap(), now.rows_posted, "half a group lasts");
        if let Ok(ended) = ended {
            assert_eq!(ended.unwrap().rows_posted, 6_500);
            break;
        }
    }
    assert!(lives > 1, "it was never cut off");
    assert_eq!(program.claims().await, (6_500, batch.amount_good));
    upload::resume(&program.ctx(TASK_FORCE), &program.app).await.unwrap();
    program.finish(program.batch(batch.id).await.job.unwrap()).await;
    is(&program.batch(batch.id).await, BatchState::Posted);
    assert_eq!(program.claims().await, (6_500, batch.amount_good));
}

#[db_test(&schema())]
async fn two_workers_on_one_posting_do_not_post_twice(db: Db) {
    let program = Program::start(db).await;
    let batch = program.check("market", "till.csv", till(6_500, true)).await.unwrap();
    post::confirm(&program.ctx(TASK_FORCE), &program.app, batch.id, ALL).await.unwrap();
    let ctx = program.ctx(TASK_FORCE);
    let progress = sh_jobs::Progress::detached(ctx.clock.clone());
    let (a, b) = tokio::join!(
        post::post(&ctx, &program.app, batch.id, &progress),
        post::post(&ctx, &program.app, batch.id, &progress)
    );
    assert!(a.is_ok() || b.is_ok(), "{a:?} {b:?}");
    post::post(&ctx, &program.app, batch.id, &progress).await.unwrap();
    is(&program.batch(batch.id).await, BatchState::Posted);
    assert_eq!(program.claims().await, (6_500, batch.amount_good));
}

#[db_test(&schema())]
async fn a_posting_that_is_stopped_keeps_its_groups_and_can_go_on_or_back(db: Db) {
    let program = Program::start(db).await;
    let ctx = program.ctx(TASK_FORCE);
    let batch = program.check("market", "till.csv", till(5_000, true)).await.unwrap();
    let job = post::confirm(&ctx, &program.app, batch.id, ALL).await.unwrap();
    let stopped = post::stop(&ctx, &program.app, batch.id).await.unwrap();
    is(&stopped, BatchState::Stopped);
    program.finish(job).await;
    is(&program.batch(batch.id).await, BatchState::Stopped);
    let batch = program.post(batch.id, ALL).await.unwrap();
    assert_eq!((batch.rows_posted, program.claims().await.0), (5_000, 5_000));
    assert!(matches!(
        post::stop(&ctx, &program.app, batch.id).await,
        Err(ImportError::WrongState(BatchState::Posted))
    ));
}

#[db_test(&schema())]
async fn an_import_can_be_withdrawn_as_a_whole_and_come_again(db: Db) {
    let program = Program::start(db).await;
    let ctx = program.ctx(TASK_FORCE);
    let file = city_return(GOOD_ROWS, Some("121.86"));
    let batch = program.check(CITY, "11月.xlsx", file.clone()).await.unwrap();
    program.post(batch.id, ALL).await.unwrap();
    let silent = withdraw::withdraw(&ctx, &program.app, batch.id, "  ").await;
    assert!(matches!(silent, Err(ImportError::ReasonMissing)));
    let job = withdraw::withdraw(&ctx, &program.app, batch.id, "报错月份").await.unwrap();
    program.finish(job).await;
    let withdrawn = program.batch(batch.id).await;
    is(&withdrawn, BatchState::Withdrawn);
    assert_eq!(withdrawn.withdraw_reason.as_deref(), Some("报错月份"));
    assert_eq!(program.claims().await, (0, Fen::ZERO));
    let again = program.check(CITY, "11月.xlsx", file).await.unwrap();
    program.post(again.id, ALL).await.unwrap();
    assert_eq!(program.claims().await.0, 3);
}

#[db_test(&schema())]
async fn rejected_rows_name_cell_and_reason_and_the_good_ones_may_go_alone(db: Db) {
    let program = Program::start(db).await;
    let mut rows = GOOD_ROWS.to_vec();
    rows.push(["2020-11-31", "甲", "乙公司", "米", "昭阳区", "1", "已付款", ""]);
    rows.push(["2020-11-30", "甲", "", "米", "昭阳区", "约12万元", "已付款", ""]);
    rows.push(["2020-11-30", "甲", "乙公司", "米", "朝阳区镇", "3", "已付款", ""]);
    rows.push(["2020-12-30", "甲", "乙公司", "米", "昭阳区", "3", "已付款", ""]);
    rows.push(["2020-11-30", "甲", "乙公司", "米", "城关区", "3", "已付款", ""]);
    rows.push(["2020-11-30", "甲", "乙公司", "米", "昭阳区", "3", "已取消", ""]);
    let batch = program.check(CITY, "11月.xlsx", city_return(&rows, Some("128.86"))).await.unwrap();
    is(&batch, BatchState::Checked);
    assert_eq!((batch.rows_good, batch.rows_bad), (3, 5));
    let issues = imports::issues(&program.ctx(TASK_FORCE), &program.app, batch.id, None, 100).await.unwrap();
    let has = |row, code: &str, column: &str, value: &str| {
        assert!(
            issues.iter().any(|issue| issue.row == row
                && issue.code == code
                && issue.column.as_deref() == Some(column)
                && issue.value == value),
            "{row} {code} {column} {value} in {issues:#?}"
        );
    };
    has(7, "day-does-not-exist", "采购日期", "2020-11-31");
    has(8, "seller-missing", "供货单位", "");
    has(8, "money-approximate", "采购金额", "约12万元");
    has(9, "origin-unknown", "产地（省、市、县）", "朝阳区镇");
    has(10, "day-in-future", "采购日期", "2020-12-30");
    has(11, "origin-ambiguous", "产地（省、市、县）", "城关区");
    has(12, "row-void", "交易阶段", "已取消");

    let refused = program.post(batch.id, ALL).await.unwrap_err();
    assert!(matches!(refused, ImportError::HasBadRows(5)), "{refused}");
    let go = Confirmation { good_only: true, doubtful_too: true };
    let batch = program.post(batch.id, go).await.unwrap();
    assert_eq!((batch.state, program.claims().await.0), (BatchState::Posted, 3));
}

#[db_test(&schema())]
async fn a_person_answers_what_the_check_asks_and_it_is_kept_for_the_source(db: Db) {
    let program = Program::start(db).await;
    let ctx = program.ctx("city@region:440100");
    let rows = [["2020-11-30", "甲", "乙公司", "米", "城关区", "3", "已付款", "Z1"]];
    let batch = program.check(CITY, "a.xlsx", city_return(&rows, Some("3"))).await.unwrap();
    assert_eq!(batch.rows_bad, 1);
    let places = [("城关区".to_owned(), "620102".parse().unwrap())].into();
    let correction = check::Correction { places, ..check::Correction::default() };
    let job = check::correct(&ctx, &program.app, batch.id, &correction).await.unwrap();
    program.finish(job).await;
    let batch = program.batch(batch.id).await;
    assert_eq!((batch.rows_good, batch.rows_bad), (1, 0));
    assert_eq!(batch.profile, Some(("default".to_owned(), 1)));
    // The next file of this source needs no answer.
    let rows = [["2020-11-29", "甲", "丙公司", "面", "城关区", "4", "已付款", "Z2"]];
    let next = program.check(CITY, "b.xlsx", city_return(&rows, Some("4"))).await.unwrap();
    assert_eq!(next.rows_bad, 0);
}

#[db_test(&schema())]
async fn columns_that_nobody_understands_are_named_by_a_person(db: Db) {
    let program = Program::start(db).await;
    let text = "日期,甲方,乙方,东西,钱\n2020-11-03,广州一中,乙公司,苹果,300\n合计,,,,300\n";
    let batch = program.check("market", "x.csv", text.as_bytes().to_vec()).await.unwrap();
    is(&batch, BatchState::Failed);
    let problem = batch.problem.unwrap();
    assert!(matches!(problem.code.as_str(), "import-wrong-template" | "import-no-header"), "{problem:?}");
}

#[db_test(&schema())]
async fn half_a_file_is_not_posted_without_a_word(db: Db) {
    let program = Program::start(db).await;
    let batch = program.check("market", "half.csv", till(20, false)).await.unwrap();
    assert_eq!(program.issues(batch.id).await, [(0, "total-missing".to_owned())]);
    assert!(matches!(program.post(batch.id, ALL).await, Err(ImportError::Doubtful)));
    let wrong = program.check(CITY, "w.xlsx", city_return(GOOD_ROWS, Some("150"))).await.unwrap();
    assert_eq!(program.issues(wrong.id).await, [(7, "total-differs".to_owned())]);
    assert!(matches!(program.post(wrong.id, ALL).await, Err(ImportError::Doubtful)));
    let go = Confirmation { good_only: false, doubtful_too: true };
    assert_eq!(program.post(wrong.id, go).await.unwrap().state, BatchState::Posted);
}

#[db_test(&schema())]
async fn hostile_and_broken_files_are_refused_with_a_reason(db: Db) {
    let program = Program::start(db).await;
    let whole = city_return(GOOD_ROWS, Some("121.86"));
    let half = whole.get(..whole.len() / 2).unwrap().to_vec();
    let mut flipped = whole.clone();
    flipped.iter_mut().skip(600).step_by(7).for_each(|byte| *byte ^= 0x5a);
    let no_rows = "流水号,交易时间,销售单位,商品名称,金额\r\n".as_bytes().to_vec();
    let cases: Vec<(&str, Vec<u8>, &[&str])> = vec![
        ("empty.xlsx", Vec::new(), &["file-empty"]),
        ("blank.csv", b"\n\n  \n".to_vec(), &["file-empty", "import-no-header"]),
        ("cut.xlsx", half, &["file-damaged"]),
        ("flipped.xlsx", flipped, &["file-damaged"]),
        ("page.xls", b"<html><body><table></table></body></html>".to_vec(), &["file-is-web-page"]),
        ("report.pdf", b"%PDF-1.7 ...".to_vec(), &["file-format-unsupported"]),
        ("norows.csv", no_rows, &["import-no-rows"]),
        (
            "other.csv",
            "姓名,年龄\n张三,30\n".as_bytes().to_vec(),
            &["import-no-header", "import-wrong-template"],
        ),
    ];
    for (name, bytes, codes) in cases {
        let batch = program.check("market", name, bytes).await.unwrap();
        is(&batch, BatchState::Failed);
        let problem = batch.problem.unwrap();
        assert!(codes.contains(&problem.code.as_str()), "{name}: {problem:?}");
    }
    assert_eq!(program.claims().await.0, 0);
}

#[db_test(&schema())]
async fn tills_and_counters_tell_returns_and_resales(db: Db) {
    let program = Program::start(db).await;
    let text = "流水号,交易时间,销售单位,商品名称,产地,数量,单位,单价,金额,经营方式,状态\r\n\
        T1,2020/11/3 14:22,交易市场有限公司,苦荞茶,昭阳区,2,盒,45.00,90.00,自营,已完成\r\n\
        T2,2020/11/3 14:30,绿健果业有限公司,丑苹果,昭阳区,1,箱,68.00,(68.00),代销,退货\r\n\
        T3,2020/11/4 09:00,绿健果业有限公司,丑苹果,昭阳区,10,斤,5.00,500000.00,代销,已完成\r\n\
        合计,,,,,,,,\"500,022.00\",,\r\n";
    let bytes = encoding_rs::GB18030.encode(text).0.into_owned();
    let batch = program.check("market", "till.csv", bytes).await.unwrap();
    assert_eq!(program.issues(batch.id).await, [(4, "unit-slip".to_owned())]);
    let samples = batch.summary.unwrap().samples;
    let told: Vec<_> = samples
        .iter()
        .map(|row| (row.facts.amount.0, row.facts.stage.word(), row.facts.link.word()))
        .collect();
    assert_eq!(
        told,
        [(9_000, "accepted", "resale"), (-6_800, "returned", "first"), (50_000_000, "accepted", "first")]
    );

    let journal = concat!(
        r#"{"id":"C1","counter":"GZ-1","sold_at":"2020-11-03T23:30:00Z","seller":"合作社","product":"金桔膏","origin":"450224","quantity":1,"unit":"瓶","unit_price_fen":3800,"amount_fen":3800,"mode":"代销","destination":"440100","status":"paid","refund_fen":0}"#,
        "\n",
        r#"{"id":"C2","counter":"GZ-1","sold_at":"2020-11-05T12:00:00+08:00","seller":"合作社","product":"金桔膏","origin":"450224","quantity":2,"unit":"瓶","unit_price_fen":3800,"amount_fen":7600,"mode":"代销","destination":"440100","status":"paid","refund_fen":3800}"#,
        "\n"
    );
    let batch = program.check("counter", "c.jsonl", journal.as_bytes().to_vec()).await.unwrap();
    is(&batch, BatchState::Checked);
    let summary = batch.summary.clone().unwrap();
    assert_eq!((batch.rows_good, summary.claims), (2, 3));
    assert_eq!((summary.amount_good, summary.amount_returned), (Fen(7_600), Fen(-3_800)));
    // Half past eleven at night in London is the next morning in Shanghai.
    assert_eq!(summary.samples.first().unwrap().facts.day.yyyymmdd(), 20_201_104);
}

#[db_test(&schema())]
async fn who_says_nothing_of_certificates_does_not_say_no(db: Db) {
    let program = Program::start(db).await;
    let rows = |titles: &str, cells: [&str; 4]| {
        let lines = (1..)
            .zip(cells)
            .map(|(day, cell)| format!("2020-11-0{day},绿健果业有限公司,丑苹果,昭阳区,{day}00.00{cell}\r\n"));
        format!(
            "交易时间,销售单位,商品名称,产地,金额{titles}\r\n{}合计,,,,1000.00\r\n",
            lines.collect::<String>()
        )
        .into_bytes()
    };
    let mut told = Vec::new();
    for (name, bytes) in [
        ("nothing.csv", rows("", ["", "", "", ""])),
        ("word.csv", rows(",是否扶贫产品", [",是", ",否", ",", ",看情况"])),
        ("number.csv", rows(",认定编号", [",GD-DP-2020-0123", ",无", ",", ",/"])),
    ] {
        let batch = program.check("market", name, bytes).await.unwrap();
        is(&batch, BatchState::Checked);
        let summary = batch.summary.unwrap();
        assert_eq!(summary.issue_counts.get("certified-unknown").copied(), (name == "word.csv").then_some(1));
        told.push(summary.samples.iter().map(|row| row.facts.certified.word()).collect::<Vec<_>>());
    }
    assert_eq!(told, [["untold"; 4], ["yes", "no", "untold", "untold"], ["yes", "no", "no", "no"]]);
}

#[db_test(&schema())]
async fn only_people_of_the_place_work_on_its_imports(db: Db) {
    let program = Program::start(db).await;
    let batch = program.check(CITY, "11月.xlsx", city_return(GOOD_ROWS, Some("121.86"))).await.unwrap();
    let own = program.ctx("city@region:440100");
    let other = program.ctx("city@region:440300");
    let auditor = program.ctx("auditor@*");
    assert!(imports::get(&own, &program.app, batch.id).await.is_ok());
    let stranger = imports::get(&other, &program.app, batch.id).await.unwrap_err();
    assert_eq!(stranger.kind().status().as_u16(), 404);
    let reader = post::confirm(&auditor, &program.app, batch.id, ALL).await.unwrap_err();
    assert_eq!(reader.kind().status().as_u16(), 403);
    let page = sh_http::Page::default();
    let filter = imports::BatchFilter::default();
    assert_eq!(imports::list(&own, &program.app, &filter, &page).await.unwrap().items.len(), 1);
    assert_eq!(imports::list(&other, &program.app, &filter, &page).await.unwrap().items.len(), 0);
}

#[db_test(&schema())]
async fn the_users_own_file_comes_back_marked(db: Db) {
    let program = Program::start(db).await;
    let mut rows = GOOD_ROWS.to_vec();
    rows.push(["2020-11-31", "甲", "乙公司", "米", "昭阳区", "1", "已付款", ""]);
    let batch = program.check(CITY, "11月.xlsx", city_return(&rows, Some("122.86"))).await.unwrap();
    let output = camino::Utf8PathBuf::from_path_buf(program.folder.path().join("marked.xlsx")).unwrap();
    check::marked_file(&program.ctx(TASK_FORCE), &program.app, batch.id, &output).await.unwrap();
    let mut book = sh_files::sheet::Workbook::open(&output, &sh_files::sheet::Limits::default()).unwrap();
    let sheet = book.sheets()[0].name.clone();
    let rows: Vec<_> = book.rows(&sheet).unwrap().map(Result::unwrap).collect();
    let row = |number| rows.iter().find(|row| row.number == number).unwrap();
    assert_eq!((row(3).text(9).as_ref(), row(3).text(10).as_ref()), ("结果", "原因"));
    assert_eq!(row(7).text(4), "米");
    assert!(row(7).text(10).contains("采购日期") && row(7).text(10).contains("2020-11-31"), "{:?}", row(7));
}

#[db_test(&schema())]
async fn work_that_was_cut_off_is_queued_again_at_start(db: Db) {
    let program = Program::start(db).await;
    let ctx = program.ctx(TASK_FORCE);
    let batch = program.check("market", "till.csv", till(30, true)).await.unwrap();
    let job = post::confirm(&ctx, &program.app, batch.id, ALL).await.unwrap();
    assert_eq!(upload::resume(&ctx, &program.app).await.unwrap(), 0, "its job is still there");
    sh_jobs::cancel(&ctx, &program.app, job).await.unwrap();
    assert_eq!(upload::resume(&ctx, &program.app).await.unwrap(), 1);
    let job = program.batch(batch.id).await.job.unwrap();
    program.finish(job).await;
    is(&program.batch(batch.id).await, BatchState::Posted);
}
