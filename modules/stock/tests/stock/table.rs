//! Lots from a table, stock as a table, and both for programs.

use camino::Utf8PathBuf;
use sh_db::Db;
use sh_files::sheet::Workbook;
use sh_imports::{
    Table,
    model::{Import, State, TableImport},
    service as imports,
};
use sh_jobs::Progress;
use sh_kernel::Id;
use sh_stock::{
    model::LotState,
    service::{
        change,
        look::Show,
        table::{self, Lots},
    },
};
use sh_testkit::db_test;
use sh_ui::Locale;

use crate::support::{OTHER, SUPPLIER, Stock, schema};

const HEADER: &str = "规格编码,批号,生产日期,到期日,库位,数量\n";

impl Stock {
    fn progress(&self) -> Progress {
        Progress::detached(self.clock.clone())
    }

    async fn check(&self, rows: &str) -> Import {
        let ctx = self.ctx(SUPPLIER);
        let folder = tempfile::tempdir().unwrap();
        let path = Utf8PathBuf::from_path_buf(folder.path().join("入库.csv")).unwrap();
        std::fs::write(&path, format!("{HEADER}{rows}")).unwrap();
        let owner = Lots.owner(&ctx, &self.app, None).await.unwrap();
        let id = imports::upload_path(&ctx, &self.app, (&Lots, &owner), &path).await.unwrap();
        imports::check(&ctx, &self.app, &Lots, id, &self.progress()).await.unwrap();
        imports::get(&ctx, &self.app, &Lots, id).await.unwrap()
    }

    async fn post(&self, id: Id<TableImport>) -> Import {
        let ctx = self.ctx(SUPPLIER);
        imports::confirm(&ctx, &self.app, &Lots, id).await.unwrap();
        imports::post(&ctx, &self.app, &Lots, id, &self.progress()).await.unwrap()
    }

    async fn issues(&self, id: Id<TableImport>) -> Vec<(u32, String)> {
        let issues = imports::issues(&self.ctx(SUPPLIER), &self.app, (&Lots, id), 100).await.unwrap();
        for issue in &issues {
            let (reason, fix) = issue.text(Locale::En);
            assert!(!reason.is_empty() && !fix.is_empty(), "{issue:?}");
        }
        issues.into_iter().map(|issue| (issue.row, issue.code)).collect()
    }

    /// The codes of the variants of apples and eggs.
    async fn codes(&self) -> (String, String) {
        let skus = [self.apples, self.eggs];
        let codes = self.app.db.read(async |tx| sh_catalogue::basket::codes(tx, &skus).await).await.unwrap();
        (codes[&self.apples].clone(), codes[&self.eggs].clone())
    }
}

#[db_test(&schema())]
async fn a_table_of_receipts_is_received_once(db: Db) {
    let stock = Stock::open(db).await;
    let (apples, eggs) = stock.codes().await;
    let rows = format!(
        "{apples},A-1,2020-12-01,2021-01-30,A 库,20\n\
         {apples},A-1,2020-12-01,2021-01-30,B 库,12.5 kg\n\
         {eggs},,,,,3 箱\n\
         没有,A-1,,,,1\n\
         {apples},A-2,2020-12-08,2020-12-01,,5\n\
         {apples},A-3,,2020-12-01,,5\n\
         {apples},A-4,2021-12-08,,,5\n\
         {apples},A-5,,,,一些\n\
         {eggs},,,,,3 箱\n"
    );
    let import = stock.check(&rows).await;
    let counts = import.checked.clone().unwrap();
    assert_eq!((counts.rows, counts.created, counts.updated, counts.rejected), (9, 3, 0, 6));
    let told = stock.issues(import.id).await;
    let told: Vec<(u32, &str)> = told.iter().map(|(row, code)| (*row, code.as_str())).collect();
    assert_eq!(
        told,
        [
            (5, "sku-unknown"),
            (6, "lot-expires-before"),
            (7, "lot-expires-past"),
            (8, "day-in-future"),
            (9, "lot-quantity-wrong"),
            (10, "row-twice"),
        ]
    );
    assert!(stock.available().await.is_empty(), "nothing is received before somebody confirms");
    let posted = stock.post(import.id).await;
    assert_eq!((posted.state, posted.posted.changing()), (State::Posted, 3));
    assert_eq!(stock.available().await[&stock.apples], 112_500);
    assert_eq!(stock.available().await[&stock.eggs], 90);

    let twice = stock.check(&rows).await;
    let counts = twice.checked.clone().unwrap();
    assert_eq!(
        (counts.changing(), counts.unchanged, counts.rejected),
        (0, 3, 6),
        "the same rows change nothing"
    );
    assert!(stock.issues(twice.id).await.contains(&(2, "lot-row-known".to_owned())));

    let more =
        format!("{apples},A-1,2020-12-01,2021-01-30,A 库,1\n{apples},A-1,2020-12-02,2021-01-30,A 库,1\n");
    let more = stock.check(&more).await;
    assert_eq!(stock.issues(more.id).await, [(3, "lot-other-days".to_owned())]);
    assert_eq!(stock.post(more.id).await.posted.updated, 1);
    assert_eq!(stock.available().await[&stock.apples], 117_500);

    let lot = stock.lots().await.iter().find(|lot| lot.code == "A-1").unwrap().lot;
    let ctx = stock.ctx(SUPPLIER);
    change::set_state(&ctx, &stock.app, lot, LotState::Closed, "").await.unwrap();
    let closed = stock.check(&format!("{apples},A-1,2020-12-01,2021-01-30,A 库,2\n")).await;
    assert_eq!(stock.issues(closed.id).await, [(2, "lot-not-open".to_owned())]);
}

#[db_test(&schema())]
async fn a_receipt_that_was_cut_off_goes_on(db: Db) {
    let stock = Stock::open(db).await;
    let (apples, _) = stock.codes().await;
    let rows: Vec<String> = (0..450).map(|number| format!("{apples},L-{number:03},,,,1\n")).collect();
    let import = stock.check(&rows.concat()).await;
    let ctx = stock.ctx(SUPPLIER);
    imports::confirm(&ctx, &stock.app, &Lots, import.id).await.unwrap();
    let stopped = stock.progress();
    stopped.stop();
    let cut = imports::post(&ctx, &stock.app, &Lots, import.id, &stopped).await;
    assert!(matches!(cut, Err(sh_jobs::JobError::Stopped)), "{cut:?}");
    let at = imports::get(&ctx, &stock.app, &Lots, import.id).await.unwrap();
    assert_eq!((at.state, at.done), (State::Posting, 200));
    assert_eq!(stock.available().await[&stock.apples], 200 * 5_000);
    let done = imports::post(&ctx, &stock.app, &Lots, import.id, &stock.progress()).await.unwrap();
    assert_eq!((done.state, done.posted.rows, done.posted.created), (State::Posted, 450, 450));
    assert_eq!(stock.available().await[&stock.apples], 450 * 5_000);
}

#[db_test(&schema())]
async fn stock_is_told_to_tables_and_programs(db: Db) {
    let stock = Stock::open(db).await;
    let site = stock.site();
    let body = serde_json::json!({
        "sku": stock.apples, "code": "A-1", "expires": 20_210_130, "location": "A 库", "quantity": 100_000,
    });
    let made = site.api(SUPPLIER, "POST", "/api/v1/shop/lots", &body).await;
    assert_eq!(made.status.as_u16(), 201, "{}", made.body);
    let made = made.json();
    let (lot, place) = (made["lot"]["id"].as_str().unwrap(), made["places"][0]["location"].as_str().unwrap());
    assert_eq!(made["lot"]["balance"]["on_hand"], 100_000);
    let adjust = format!("/api/v1/shop/lots/{lot}/adjust");
    let lost = serde_json::json!({ "location": place, "reason": "spoiled", "quantity": 5_000 });
    let left = site.api(SUPPLIER, "POST", &adjust, &lost).await.json();
    assert_eq!(left["places"][0]["balance"]["on_hand"], 95_000);
    let much = serde_json::json!({ "location": place, "reason": "spoiled", "quantity": 500_000 });
    assert_eq!(site.api(SUPPLIER, "POST", &adjust, &much).await.status.as_u16(), 422);
    for (by, status) in [(OTHER, 404), ("public", 401)] {
        assert_eq!(site.api(by, "POST", &adjust, &lost).await.status.as_u16(), status, "{by}");
    }
    let list = site.get(SUPPLIER, "/api/v1/shop/lots").await.json();
    assert_eq!(
        (list["items"][0]["code"].as_str(), &list["items"][0]["expires"]),
        (Some("A-1"), &20_210_130.into())
    );
    assert_eq!(site.get(OTHER, "/api/v1/shop/lots").await.json()["items"].as_array().unwrap().len(), 0);
    assert_eq!(stock.list(Show::Open, "").await, ["A-1"]);

    let folder = tempfile::tempdir().unwrap();
    let path = Utf8PathBuf::from_path_buf(folder.path().join("库存.xlsx")).unwrap();
    table::export(&stock.ctx(SUPPLIER), &stock.app, stock.shop, &path).await.unwrap();
    let mut workbook = Workbook::open(&path, &sh_imports::file::LIMITS).unwrap();
    let sheet = workbook.sheets()[0].name.clone();
    let rows: Vec<_> = workbook.rows(&sheet).unwrap().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 2);
    let cells: Vec<String> = (0..11).map(|at| rows[1].text(at).into_owned()).collect();
    assert_eq!(cells[0], stock.codes().await.0);
    assert_eq!(&cells[3..8], ["A-1", "", "2021-01-30", "A 库", "95 kg"]);
    let again = imports::upload_path(
        &stock.ctx(SUPPLIER),
        &stock.app,
        (&Lots, &Lots.owner(&stock.ctx(SUPPLIER), &stock.app, None).await.unwrap()),
        &path,
    )
    .await
    .unwrap();
    let ctx = stock.ctx(SUPPLIER);
    let state = imports::check(&ctx, &stock.app, &Lots, again, &stock.progress()).await.unwrap();
    assert_eq!(state, State::Failed, "what is there is no table of what came in");
}
