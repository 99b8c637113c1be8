//! What is to be sent: fetched by place and lot, filled into a table, imported.

use axum::body::Body;
use camino::Utf8PathBuf;
use sh_db::Db;
use sh_files::{
    sheet::Workbook,
    write::{Column, ColumnKind, OutputFormat, TableSpec, TableWriter, Value},
};
use sh_imports::{
    Owner, Table,
    model::{Import, State, TableImport},
    service::{self as imports},
};
use sh_jobs::Progress;
use sh_kernel::{Day, Fen, Id};
use sh_mall::{
    model::{Order, PartState, number_of},
    provider::simulator::Scenario,
    service::{parcels, pick, supplier, waybills::Waybills},
};
use sh_stock::service::receive::{self, Receipt};
use sh_testkit::db_test;
use sh_ui::Locale;

use crate::support::{Market, OTHER, SUPPLIER, schema};

/// A folder for the files of a test.
pub(crate) struct Folder(tempfile::TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self, name: &str) -> Utf8PathBuf {
        Utf8PathBuf::from_path_buf(self.0.path().join(name)).unwrap()
    }

    /// A table in the character set of older Chinese software.
    pub(crate) fn table(&self, name: &str, titles: &[&str], rows: &[Vec<String>]) -> Utf8PathBuf {
        let path = self.path(name);
        let columns = titles.iter().map(|title| Column::new(*title, ColumnKind::Text)).collect();
        let spec = TableSpec { sheet: "表".to_owned(), above: Vec::new(), columns };
        let mut table = TableWriter::create(&path, OutputFormat::CsvGb18030, spec).unwrap();
        for row in rows {
            let values: Vec<Value<'_>> = row.iter().map(|cell| Value::from(cell.as_str())).collect();
            table.row(&values).unwrap();
        }
        table.finish().unwrap();
        path
    }
}

/// The rows of a file as texts.
pub(crate) fn read(path: &Utf8PathBuf) -> Vec<Vec<String>> {
    let mut workbook = Workbook::open(path, &sh_imports::file::LIMITS).unwrap();
    let sheet = workbook.sheets()[0].name.clone();
    let rows = workbook.rows(&sheet).unwrap();
    rows.map(|row| {
        let row = row.unwrap();
        (0..row.cells.len()).map(|at| row.text(at).into_owned()).collect()
    })
    .collect()
}

impl Market {
    /// Uploads a table and checks it.
    pub(crate) async fn check(&self, table: &dyn Table, by: &str, file: &Utf8PathBuf) -> Import {
        let ctx = self.ctx(by);
        let owner: Owner = table.owner(&ctx, &self.app, None).await.unwrap();
        let id = imports::upload_path(&ctx, &self.app, (table, &owner), file).await.unwrap();
        imports::check(&ctx, &self.app, table, id, &self.progress()).await.unwrap();
        imports::get(&ctx, &self.app, table, id).await.unwrap()
    }

    fn progress(&self) -> Progress {
        Progress::detached(self.clock.clone())
    }

    /// Confirms an import and writes it.
    pub(crate) async fn post(&self, table: &dyn Table, by: &str, id: Id<TableImport>) -> Import {
        let ctx = self.ctx(by);
        imports::confirm(&ctx, &self.app, table, id).await.unwrap();
        imports::post(&ctx, &self.app, table, id, &self.progress()).await.unwrap()
    }

    /// Rows and codes of what is to be known.
    pub(crate) async fn issues(
        &self,
        table: &dyn Table,
        by: &str,
        id: Id<TableImport>,
    ) -> Vec<(u32, String)> {
        let issues = imports::issues(&self.ctx(by), &self.app, (table, id), 100).await.unwrap();
        for issue in &issues {
            for locale in [Locale::Zh, Locale::En] {
                let (reason, fix) = issue.text(locale);
                assert!(!reason.is_empty() && !fix.is_empty(), "{issue:?}");
            }
        }
        issues.into_iter().map(|issue| (issue.row, issue.code)).collect()
    }

    /// Writes an import from where it stands.
    pub(crate) async fn post_again(&self, table: &dyn Table, by: &str, id: Id<TableImport>) -> Import {
        imports::post(&self.ctx(by), &self.app, table, id, &self.progress()).await.unwrap()
    }

    /// As if the program had been killed after it had written the rows and before it had noted that.
    pub(crate) async fn forget_progress(&self, id: Id<TableImport>) {
        let sql = "UPDATE table_import SET state = 4, done = 0, posted = NULL WHERE id = $1 RETURNING done";
        self.run(sql, sh_db::binds![id]).await;
    }

    /// Changes what no use case changes.
    pub(crate) async fn run(&self, sql: &str, values: Vec<sh_db::Value>) {
        let run = self
            .app
            .db
            .write(async |tx| tx.for_each_dynamic(sql.to_owned(), values.clone(), |_| Ok(())).await);
        run.await.unwrap();
    }

    async fn paid(&self, guest: &str, pieces: i64) -> Id<Order> {
        let order = self.order(guest, pieces).await.unwrap();
        self.pay(guest, order, Scenario::Once).await.unwrap();
        order
    }

    async fn lot(&self, code: &str, expires: &str, place: &str, quantity: i64) {
        let ctx = self.ctx(SUPPLIER);
        let receipt = Receipt {
            id: ctx.id(),
            shop: self.shop,
            sku: self.apples,
            code: code.to_owned(),
            produced: None,
            expires: Some(expires.parse::<Day>().unwrap()),
            location: place.to_owned(),
            quantity,
            note: String::new(),
        };
        receive::receive(&ctx, &self.app, &receipt).await.unwrap();
    }

    async fn state(&self, guest: &str, order: Id<Order>) -> PartState {
        self.whole(guest, order).await.part(self.shop).unwrap().state
    }
}

const TITLES: [&str; 4] = ["收货人", "订单编号", "物流公司", "快递单号"];

fn row(order: &str, carrier: &str, waybill: &str) -> Vec<String> {
    ["何平", order, carrier, waybill].map(str::to_owned).to_vec()
}

#[db_test(&schema())]
async fn a_filled_table_sends_each_parcel_once(db: Db) {
    let market = Market::open(db, 20, 10).await;
    let (a, b) = (market.paid("a", 1).await, market.paid("b", 2).await);
    let (unpaid, both) = (market.order("c", 1).await.unwrap(), market.both("d").await);
    market.pay("d", both, Scenario::Once).await.unwrap();
    let foreign = {
        let form = market.form(&[(market.kumquats, 1, 2_800)]);
        let order = form.order.unwrap();
        sh_mall::service::checkout::place(&market.public(), &market.app, "guest:e", &form).await.unwrap();
        order
    };
    let (folder, app) = (Folder::new(), &market.app);
    let number = |order: Id<Order>| number_of(order);
    let rows = [
        row(&number(a), "顺丰速运", "sf1000000001"),
        row(&number(b), "ZTO", "ZT2000000001"),
        row(&number(b), "中通快递", "ZT2000000002"),
        row(&number(unpaid), "顺丰", "SF1000000003"),
        row(&number(foreign), "顺丰", "SF1000000004"),
        row("123", "顺丰", "SF1000000005"),
        row(&number(both), "飞毯", "SF1000000006"),
        row(&number(both), "顺丰", "1.23E+13"),
        row(&number(both), "", ""),
        row(&number(both), "顺丰", "SF1000000001"),
    ];
    let file = folder.table("运单.csv", &TITLES, &rows);
    let import = market.check(&Waybills, SUPPLIER, &file).await;
    let counts = import.checked.clone().unwrap();
    assert_eq!((counts.rows, counts.created, counts.unchanged, counts.rejected), (10, 3, 1, 6));
    let issues = market.issues(&Waybills, SUPPLIER, import.id).await;
    let told: Vec<(u32, &str)> = issues.iter().map(|(row, code)| (*row, code.as_str())).collect();
    assert_eq!(
        told,
        [
            (5, "part-unpaid"),
            (6, "order-unknown"),
            (7, "order-unknown"),
            (8, "carrier-unknown"),
            (9, "code-digits-lost"),
            (11, "row-twice"),
        ]
    );
    assert_eq!(market.state("a", a).await, PartState::ToShip, "nothing is sent before somebody confirms");

    let posted = market.post(&Waybills, SUPPLIER, import.id).await;
    assert_eq!((posted.state, posted.posted.created, posted.posted.rejected), (State::Posted, 3, 6));
    assert_eq!(market.state("a", a).await, PartState::Shipped);
    assert_eq!(market.state("d", both).await, PartState::ToShip);
    let whole = market.whole("b", b).await;
    assert_eq!(
        (whole.order.amount, whole.order.freight),
        (Fen(11_980), Fen::ZERO),
        "sent twice, charged once"
    );
    assert_eq!(market.count("mall_parcel").await, 3);

    market.forget_progress(import.id).await;
    let ctx = market.ctx(SUPPLIER);
    let again = imports::post(&ctx, app, &Waybills, import.id, &market.progress()).await.unwrap();
    assert_eq!((again.state, again.posted.created, again.posted.unchanged), (State::Posted, 0, 4));
    let twice = market.check(&Waybills, SUPPLIER, &file).await.checked.unwrap();
    assert_eq!((twice.changing(), twice.unchanged), (0, 4), "the same file changes nothing");
    assert_eq!(market.count("mall_parcel").await, 3);

    let late = folder.table("补.csv", &TITLES, &[row(&number(a), "顺丰", "SF1000000009")]);
    let late = market.check(&Waybills, SUPPLIER, &late).await;
    assert_eq!(market.issues(&Waybills, SUPPLIER, late.id).await, [(2, "part-sent".to_owned())]);
    supplier::ship(&ctx, app, (a, market.shop), "顺丰", "SF1000000009").await.unwrap();
    supplier::ship(&ctx, app, (a, market.shop), "SF Express", "SF1000000009").await.unwrap();
    assert_eq!(market.count("mall_parcel").await, 4, "one more parcel by hand, once");
    market.audit().await;
}

#[db_test(&schema())]
async fn a_part_has_no_more_parcels_than_may_be(db: Db) {
    let market = Market::open(db, 5, 0).await;
    let order = market.paid("a", 1).await;
    let ctx = market.ctx(SUPPLIER);
    for number in 0..parcels::PARCELS_MAX {
        let waybill = format!("SF10000000{number:02}");
        supplier::ship(&ctx, &market.app, (order, market.shop), "顺丰", &waybill).await.unwrap();
    }
    let more = supplier::ship(&ctx, &market.app, (order, market.shop), "顺丰", "SF2000000000").await;
    assert!(matches!(more, Err(sh_mall::Error::TooManyParcels)), "{more:?}");
    market.audit().await;
}

#[db_test(&schema())]
async fn goods_are_fetched_by_place_and_soonest_expiry(db: Db) {
    let market = Market::open(db, 0, 10).await;
    market.lot("L-2", "2021-02-01", "B 库", 15_000).await;
    market.lot("L-1", "2021-01-01", "B 库", 10_000).await;
    market.lot("L-3", "2021-03-01", "A 库", 10_000).await;
    let (a, b) = (market.paid("a", 3).await, market.paid("b", 3).await);
    market.order("c", 1).await.unwrap();
    let ctx = market.ctx(SUPPLIER);
    let (_, fetches, next) = pick::list(&ctx, &market.app, None, None).await.unwrap();
    assert_eq!(next, None);
    let told = fetches.iter().map(|fetch| {
        let pieces = fetch.pieces(fetch.quantity).unwrap();
        let orders: Vec<Id<Order>> = fetch.orders.iter().map(|one| one.order).collect();
        (format!("{} {} {pieces}", fetch.place, fetch.lot), orders)
    });
    let expected = [("A 库 L-3 1", vec![b]), ("B 库 L-1 2", vec![a]), ("B 库 L-2 3", vec![a, b])];
    assert!(told.eq(expected.into_iter().map(|(what, orders)| (what.to_owned(), orders))), "{fetches:?}");
    let site = market.site();
    let page = site.get(SUPPLIER, "/s/orders/picks").await.body;
    for text in ["A 库", "B 库", "L-1", "2021-01-01", &number_of(a), "3 件"] {
        assert!(page.contains(text), "{text} is missing in {page}");
    }
    let csv = site.get(SUPPLIER, "/s/orders/picks/file?format=csv").await.body;
    assert_eq!(csv.lines().count(), 4, "{csv}");
    assert!(csv.contains("L-2") && csv.contains(&format!("{} × 1 件", number_of(a))), "{csv}");
    let json = site.get(SUPPLIER, "/api/v1/shop/orders/picks").await.json();
    assert_eq!(json["items"][1]["pieces"], 2);
    assert_eq!(json["items"][2]["orders"][1]["number"], number_of(b));
    let foreign = site.get(OTHER, &format!("/s/orders/picks?shop={}", market.shop)).await;
    assert!(foreign.status.as_u16() == 403 || foreign.status.as_u16() == 404, "{}", foreign.status);
    assert!(!site.get(OTHER, "/s/orders/picks").await.body.contains("L-1"));

    let folder = Folder::new();
    let path = folder.path("待发货.xlsx");
    pick::to_ship(&ctx, &market.app, None, &path).await.unwrap();
    let rows = read(&path);
    assert_eq!(rows.len(), 3, "header and two parts");
    assert_eq!(rows[0][..3], ["订单号", "快递公司", "运单号"]);
    assert_eq!((rows[1][0].as_str(), rows[1][1].as_str()), (number_of(a).as_str(), ""));
    assert!(
        rows[1].iter().any(|cell| cell.contains("科苑路 8 号"))
            && rows[1].contains(&"13800138000".to_owned())
    );
    assert_eq!(market.count("audit_entry WHERE action = 'export-to-ship'").await, 1);
}

#[db_test(&schema())]
async fn waybills_are_imported_without_scripts(db: Db) {
    let market = Market::open(db, 5, 5).await;
    let order = market.paid("a", 1).await;
    let site = market.site();
    let csv =
        format!("订单号,快递公司,运单号\n{},顺丰,SF1000000001\n999,顺丰,SF1000000002\n", number_of(order));
    let body = format!(
        "--x\r\ncontent-disposition: form-data; name=\"shop\"\r\n\r\n{}\r\n--x\r\ncontent-disposition: form-data; \
         name=\"file\"; filename=\"运单.csv\"\r\n\r\n{csv}\r\n--x--\r\n",
        market.shop
    );
    let kind = "multipart/form-data; boundary=x";
    let home = "/s/orders/waybills";
    assert!(site.get(SUPPLIER, home).await.body.contains("导入运单"));
    let stranger = site.call(OTHER, "POST", home, kind, Body::from(body.clone())).await;
    assert!(stranger.status.is_client_error(), "{}", stranger.status);
    let sent = site.call(SUPPLIER, "POST", home, kind, Body::from(body)).await;
    assert_eq!(sent.status.as_u16(), 303, "{}", sent.body);
    let page = sent.header("location").to_owned();
    let id = page.rsplit('/').next().unwrap().parse().unwrap();
    let ctx = market.ctx(SUPPLIER);
    imports::check(&ctx, &market.app, &Waybills, id, &market.progress()).await.unwrap();
    let shown = site.get(SUPPLIER, &page).await.body;
    for text in ["2 行里有 1 行要改", "店里没有订单“999”", "确认发货 1 个包裹", "要发的包裹"]
    {
        assert!(shown.contains(text), "{text} is missing in {shown}");
    }
    let marked = site.get(SUPPLIER, &format!("{page}/marked")).await.body;
    assert!(marked.contains("店里没有订单") && marked.lines().count() == 3, "{marked}");
    assert!(site.get(OTHER, &page).await.status.is_client_error());
    assert!(site.post(OTHER, &format!("{page}/confirm"), "").await.status.is_client_error());
    assert_eq!(site.post(SUPPLIER, &format!("{page}/confirm"), "").await.status.as_u16(), 303);
    imports::post(&ctx, &market.app, &Waybills, id, &market.progress()).await.unwrap();
    assert!(site.get(SUPPLIER, &page).await.body.contains("已导入 1 行"));
    let part = site.get(SUPPLIER, &format!("/s/orders/{order}/{}", market.shop)).await.body;
    assert!(part.contains("SF1000000001") && part.contains("再加一个包裹"), "{part}");
}
