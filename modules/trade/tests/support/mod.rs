//! A program around the import pipeline, and files as sources write them.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on must say why")]

use std::sync::Arc;

use camino::Utf8PathBuf;
use rust_xlsxwriter::{Format, Workbook};
use sh_db::{Db, Migration, Sql};
use sh_files::store::ObjectStore;
use sh_http::{App, Context, testing::actor};
use sh_jobs::{Job, JobState, run_now};
use sh_kernel::{Clock, Fen, Id, IdGen};
use sh_testkit::{clock, ids};
use sh_trade::{
    import::{
        batch::{Batch, BatchState},
        error::ImportError,
    },
    model::ImportBatch,
    service::{handlers, imports, post, sources, upload},
    sink::{NoSink, SharedSink},
};
use sh_ui::Locale;

/// The province's task force.
pub const TASK_FORCE: &str = "task-force@*";

/// Every table that an import touches.
pub fn schema() -> Vec<Migration> {
    [
        sh_http::MIGRATIONS,
        sh_access::MIGRATIONS,
        sh_jobs::MIGRATIONS,
        sh_parties::MIGRATIONS,
        sh_trade::MIGRATIONS,
    ]
    .concat()
}

/// A program with an object store of its own.
pub struct Program {
    pub app: App,
    pub folder: tempfile::TempDir,
}

impl Program {
    /// With the standard sources registered.
    pub async fn start(db: Db) -> Self {
        Self::start_with(db, clock(), ids()).await
    }

    /// The same with another clock.
    pub async fn start_with(db: Db, clock: Arc<dyn Clock>, ids: Arc<IdGen>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = Utf8PathBuf::from_path_buf(folder.path().join("objects")).unwrap();
        let store = ObjectStore::open_dir(root, 64 << 20).unwrap();
        let app = sh_http::testing::app(db, clock, ids).with(store).with(SharedSink(Arc::new(NoSink)));
        let ctx = Context::system(&app, "test");
        app.db.write(async |tx| sources::install_defaults(&ctx, tx).await).await.unwrap();
        Self { app, folder }
    }

    pub fn ctx(&self, by: &str) -> Context {
        Context::new(&self.app, actor(by), Locale::Zh)
    }

    /// Keeps a file as a batch and checks it.
    pub async fn check(&self, source: &str, name: &str, bytes: Vec<u8>) -> Result<Batch, ImportError> {
        let ctx = self.ctx(TASK_FORCE);
        let stored = upload::files(&self.app)?.put_bytes(bytes).await?;
        let request = upload::Upload { source, profile: None, file_name: name };
        let done = upload::upload(&ctx, &self.app, &request, &stored).await?;
        let job = self.finish(done.job).await;
        assert_eq!(job.state, JobState::Done, "{:?} {:?}", job.problem, job.problem_args);
        Ok(self.batch(done.batch).await)
    }

    /// Runs a job to its end.
    pub async fn finish(&self, job: Id<Job>) -> Job {
        run_now(&self.app, &handlers(), job, &|_| {}).await.unwrap()
    }

    pub async fn batch(&self, id: Id<ImportBatch>) -> Batch {
        imports::get(&self.ctx(TASK_FORCE), &self.app, id).await.unwrap().0
    }

    /// Confirms and posts.
    pub async fn post(&self, id: Id<ImportBatch>, go: post::Confirmation) -> Result<Batch, ImportError> {
        let job = post::confirm(&self.ctx(TASK_FORCE), &self.app, id, go).await?;
        let job = self.finish(job).await;
        assert_eq!(job.state, JobState::Done, "{:?} {:?}", job.problem, job.problem_args);
        Ok(self.batch(id).await)
    }

    /// How many claims stand, and their sum.
    pub async fn claims(&self) -> (i64, Fen) {
        const COUNT: Sql = Sql::new(
            "COUNT",
            "SELECT COUNT(*), COALESCE(CAST(SUM(amount) AS BIGINT), 0) FROM claim WHERE withdrawn = $1",
        );
        self.app.db.read(async |tx| tx.fetch_one(&COUNT, sh_db::binds![false]).await).await.unwrap()
    }

    /// Codes of the issues of a batch with their rows.
    pub async fn issues(&self, id: Id<ImportBatch>) -> Vec<(u32, String)> {
        let found = imports::issues(&self.ctx(TASK_FORCE), &self.app, id, None, 10_000).await.unwrap();
        found.into_iter().map(|issue| (issue.row, issue.code)).collect()
    }
}

/// Posts everything.
pub const ALL: post::Confirmation = post::Confirmation { good_only: false, doubtful_too: false };

/// A city's monthly return as cities make it: title rows merged over the table, amounts in 万元, one row per
/// purchase, a row of totals.
pub fn city_return(rows: &[[&str; 8]], total: Option<&str>) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name("月报").unwrap();
    let bold = Format::new();
    sheet.merge_range(0, 0, 0, 8, "广州市消费扶贫产品采购销售情况月报表", &bold).unwrap();
    sheet.merge_range(1, 0, 1, 8, "统计月份：2020年11月    单位：万元", &bold).unwrap();
    let titles = [
        "序号",
        "采购日期",
        "采购单位",
        "供货单位",
        "产品名称",
        "产地（省、市、县）",
        "采购金额",
        "交易阶段",
        "订单编号",
    ];
    for (column, title) in (0_u16..).zip(titles) {
        sheet.write(2, column, title).unwrap();
    }
    for (row, (index, cells)) in (3_u32..).zip(rows.iter().enumerate()) {
        sheet.write(row, 0, u32::try_from(index).unwrap() + 1).unwrap();
        for (column, cell) in (1_u16..).zip(cells) {
            match (column, cell.parse::<f64>()) {
                (6, Ok(number)) => sheet.write(row, column, number).unwrap(),
                _ => sheet.write(row, column, *cell).unwrap(),
            };
        }
    }
    if let Some(total) = total {
        let row = 3 + u32::try_from(rows.len()).unwrap();
        sheet.write(row, 0, "合  计").unwrap();
        sheet.write(row, 6, total.parse::<f64>().unwrap()).unwrap();
        sheet.write(row + 2, 0, "填报人：张三        审核人：李四").unwrap();
    }
    book.save_to_buffer().unwrap()
}

/// Rows that nothing is wrong with.
pub const GOOD_ROWS: &[[&str; 8]] = &[
    [
        "2020-11-03",
        "广州市第一中学",
        "昭通市昭阳区绿健果业有限责任公司",
        "苹果",
        "云南省昭通市昭阳区",
        "1.36",
        "已付款",
        "A001",
    ],
    ["2020年11月5日", "广州市教育局", "融安县金桔产业合作社", "融安金桔", "融安县", "0.5", "已验收", "A002"],
    ["11月6日", "碧桂园集团有限公司", "盐池县滩羊肉公司", "滩羊肉", "宁夏吴忠盐池", "120", "已签收", "A003"],
];

/// A till's export in GB18030 with `rows` sales of one yuan more each, and its total.
pub fn till(rows: u32, total: bool) -> Vec<u8> {
    let mut text =
        String::from("流水号,交易时间,专馆名称,销售单位,商品名称,产地,数量,单位,单价,金额,经营方式,状态\r\n");
    let mut sum = 0;
    for row in 1..=rows {
        let price = 10 + row % 90;
        sum += price;
        let day = 1 + row % 28;
        let line = format!(
            "T{row:07},2020/11/{day} 14:22,云南昭通馆,昭通市绿健果业有限公司,丑苹果,昭阳区,1,箱,{price}.00,{price}.00,代销,已完成\r\n"
        );
        text.push_str(&line);
    }
    if total {
        let line = format!("合计,,,,,,,,,{sum}.00,,\r\n");
        text.push_str(&line);
    }
    encoding_rs::GB18030.encode(&text).0.into_owned()
}

/// Whether a batch is in a state, with what it says otherwise.
pub fn is(batch: &Batch, state: BatchState) {
    assert_eq!(
        batch.state,
        state,
        "{:?} {:?}",
        batch.problem,
        batch.summary.as_ref().map(|s| &s.issue_counts)
    );
}
