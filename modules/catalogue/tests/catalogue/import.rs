//! Products from a table, and back into one.

use std::fmt::Write as _;

use camino::Utf8PathBuf;
use sh_catalogue::{
    Error, ProductFilter,
    import::batch::{Batch, BatchState, Counts, ProductImport},
    model::{Review, Shelf},
    service::{
        edit, export,
        imports::{self, check, marked, post},
        price, review,
        review::Decision,
        shops,
    },
};
use sh_db::Db;
use sh_files::sheet::Workbook;
use sh_http::Page;
use sh_jobs::Progress;
use sh_kernel::{Fen, Id};
use sh_testkit::db_test;
use sh_ui::Locale;

use crate::support::{Mall, OPERATOR, OTHER, SUPPLIER, apples, schema};

const HEADER: &str =
    "商品编码,商品名称,产地,生产者,规格,净含量,毛重,售价,发货说明,售后说明,7天无理由退货,上架\n";

/// A folder for the files of a test.
pub(crate) struct Folder {
    _kept: tempfile::TempDir,
    path: Utf8PathBuf,
}

impl Folder {
    pub(crate) fn new() -> Self {
        let kept = tempfile::tempdir().unwrap();
        let path = Utf8PathBuf::from_path_buf(kept.path().to_owned()).unwrap();
        Self { _kept: kept, path }
    }

    pub(crate) fn file(&self, name: &str, text: &str) -> Utf8PathBuf {
        let path = self.path.join(name);
        std::fs::write(&path, text).unwrap();
        path
    }
}

/// The rows of a table as texts.
fn table(path: &Utf8PathBuf) -> Vec<Vec<String>> {
    let mut workbook = Workbook::open(path, &sh_catalogue::import::file::LIMITS).unwrap();
    let sheet = workbook.sheets()[0].name.clone();
    let rows = workbook.rows(&sheet).unwrap();
    rows.map(|row| {
        let row = row.unwrap();
        (0..row.cells.len()).map(|at| row.text(at).into_owned()).collect()
    })
    .collect()
}

impl Mall {
    /// Uploads and checks a file of the first shop.
    pub(crate) async fn checked(&self, path: &Utf8PathBuf) -> (Id<ProductImport>, BatchState) {
        let ctx = self.ctx(SUPPLIER);
        let id = imports::upload_path(&ctx, &self.app, self.shop, path).await.unwrap();
        let progress = Progress::detached(self.clock.clone());
        let state = check::check(&ctx, &self.app, id, &progress).await.unwrap();
        (id, state)
    }

    /// Imports a file of the first shop to its end.
    async fn imported(&self, path: &Utf8PathBuf, submit: bool) -> Batch {
        let (id, state) = self.checked(path).await;
        assert_eq!(state, BatchState::Checked);
        imports::confirm(&self.ctx(SUPPLIER), &self.app, id, submit).await.unwrap();
        self.posted(id).await
    }

    async fn posted(&self, id: Id<ProductImport>) -> Batch {
        let progress = Progress::detached(self.clock.clone());
        post::post(&self.ctx(SUPPLIER), &self.app, id, &progress).await.unwrap()
    }

    async fn counts(&self, id: Id<ProductImport>) -> Counts {
        imports::get(&self.ctx(SUPPLIER), &self.app, id).await.unwrap().0.checked.unwrap()
    }

    /// Row, column, code of each issue.
    async fn issues(&self, id: Id<ProductImport>) -> Vec<(u32, String, String)> {
        let issues = imports::issues(&self.ctx(SUPPLIER), &self.app, id, 100).await.unwrap();
        issues.into_iter().map(|issue| (issue.row, issue.column, issue.code)).collect()
    }

    async fn approve_all(&self) -> usize {
        let ctx = self.ctx(OPERATOR);
        let mut count = 0;
        while let Some(id) = review::next(&ctx, &self.app).await.unwrap() {
            self.decide(id, Decision::Approve).await.unwrap();
            count += 1;
        }
        count
    }
}

#[db_test(&schema())]
async fn products_come_in_are_handed_in_and_sold(db: Db) {
    let mall = Mall::open(db).await;
    let folder = Folder::new();
    let file = folder.file(
        "商品.csv",
        &format!(
            "{HEADER}\
             PG-01,昭通丑苹果,云南昭通昭阳区,绿源合作社,5 kg 装,5kg,,59.90,48 小时内发货,坏果包赔,否,是\n\
             ,,,,2.5 kg 装,2.5kg,,32,,,,\n\
             TJ-01,昭通天麻,云南昭通昭阳区,绿源合作社,250 g,250g,0.3kg,128,48 小时内发货,坏果包赔,是,否\n"
        ),
    );
    let (id, _) = mall.checked(&file).await;
    let counts = mall.counts(id).await;
    assert_eq!(counts, Counts { products: 2, rows: 3, created: 3, ..Counts::default() });
    assert!(mall.found("丑苹果").await.is_empty(), "a check writes nothing");

    imports::confirm(&mall.ctx(SUPPLIER), &mall.app, id, true).await.unwrap();
    let batch = mall.posted(id).await;
    assert_eq!((batch.state, batch.posted), (BatchState::Posted, counts));
    assert_eq!(mall.posted(id).await, batch, "nothing is written twice");
    assert_eq!(mall.approve_all().await, 2);
    assert_eq!(mall.found("丑苹果").await, ["昭通丑苹果"]);
    assert!(mall.found("天麻").await.is_empty(), "what is not to be put on sale waits for the supplier");

    // Prices alone need nobody's consent and hold at once; the other columns stay as they are.
    let prices =
        folder.file("价格.csv", "商品编码,规格编码,售价\nPG-01,PG-01-5000g,55\nPG-01,PG-01-2500g,32\n");
    let batch = mall.imported(&prices, false).await;
    assert_eq!(batch.posted, Counts { products: 1, rows: 2, priced: 2, ..Counts::default() });
    let listed =
        edit::list(&mall.ctx(SUPPLIER), &mall.app, mall.shop, &ProductFilter::default(), &Page::default())
            .await;
    let apples = listed.unwrap().items.into_iter().find(|product| product.code == "PG-01").unwrap();
    assert_eq!((apples.shelf, apples.review), (Shelf::OnSale, Review::None));
    let opened = edit::open(&mall.ctx(SUPPLIER), &mall.app, apples.id).await.unwrap();
    assert_eq!(opened.skus.iter().map(|sku| sku.price).collect::<Vec<_>>(), [Fen(5_500), Fen(3_200)]);
    let history = price::history(&mall.ctx(SUPPLIER), &mall.app, opened.skus[0].id).await.unwrap();
    assert_eq!((history[0].before, history[0].price), (Some(Fen(5_990)), Fen(5_500)));
    assert_eq!(history[0].by, SUPPLIER, "the price was changed by whoever confirmed the import");

    // Anything else makes a working copy.
    let other = folder.file("介绍.csv", "商品编码,商品介绍\nPG-01,冰糖心\n");
    mall.imported(&other, false).await;
    let opened = edit::open(&mall.ctx(SUPPLIER), &mall.app, apples.id).await.unwrap();
    assert_eq!(opened.product.review, Review::Draft);
    assert_eq!(opened.product.draft().description, "冰糖心");
    assert_eq!(opened.product.draft().skus.len(), 2);
}

#[db_test(&schema())]
async fn wrong_rows_come_back_with_reason_and_fix(db: Db) {
    let mall = Mall::open(db).await;
    let folder = Folder::new();
    let file = folder.file(
        "商品.csv",
        &format!(
            "{HEADER}\
             A1,昭通丑苹果,云南昭通昭阳区,绿源合作社,5 kg 装,5kg,,约60,48 小时内发货,坏果包赔,否,是\n\
             A1,昭通丑苹果,云南昭通昭阳区,绿源合作社,2 kg 装,2kg,,20,48 小时内发货,坏果包赔,否,是\n\
             A2,昭通天麻,亚特兰蒂斯,绿源合作社,250 g,250g,,128,48 小时内发货,坏果包赔,也许,要\n\
             A3,昭通核桃,云南昭通昭阳区,绿源合作社,1 kg,1kg,,40,48 小时内发货,坏果包赔,否,是\n\
             A1,昭通丑苹果,云南昭通昭阳区,绿源合作社,1 kg,1kg,,12,48 小时内发货,坏果包赔,否,是\n\
             A4,昭通花椒,云南昭通昭阳区,绿源合作社,100 g,100g,,30,48 小时内发货,坏果包赔,否,是\n\
             A4,昭通青花椒,,,200 g,200g,,55,,,,\n"
        ),
    );
    let (id, _) = mall.checked(&file).await;
    let counts = mall.counts(id).await;
    assert_eq!(counts, Counts { products: 5, rows: 7, created: 1, rejected: 6, ..Counts::default() });
    let issue = |row: u32, column: &str, code: &str| (row, column.to_owned(), code.to_owned());
    assert_eq!(
        mall.issues(id).await,
        [
            issue(2, "售价", "money-approximate"),
            issue(3, "", "product-rejected"),
            issue(4, "上架", "yes-or-no"),
            issue(4, "产地", "origin-unknown"),
            issue(4, "7天无理由退货", "yes-or-no"),
            issue(6, "商品编码", "product-apart"),
            issue(7, "", "product-rejected"),
            issue(8, "商品名称", "row-differs"),
        ]
    );
    for issue in imports::issues(&mall.ctx(SUPPLIER), &mall.app, id, 100).await.unwrap() {
        for locale in [Locale::Zh, Locale::En] {
            let (reason, fix) = issue.text(locale);
            assert!(!reason.contains("issue-") && !fix.contains("issue-"), "{} {reason} {fix}", issue.code);
        }
    }

    let out = folder.path.join("marked.csv");
    marked::marked(&mall.ctx(SUPPLIER), &mall.app, id, &out).await.unwrap();
    let rows = table(&out);
    assert_eq!(rows[0][12..], ["结果", "原因"]);
    assert_eq!(rows[1][12], "要改");
    assert!(rows[1][13].starts_with("售价：“约60”"), "{}", rows[1][13]);
    assert_eq!(rows[4][12], "可入账");

    let batch = {
        imports::confirm(&mall.ctx(SUPPLIER), &mall.app, id, false).await.unwrap();
        mall.posted(id).await
    };
    assert_eq!((batch.posted.created, batch.posted.rejected), (1, 6));
    let again = imports::confirm(&mall.ctx(SUPPLIER), &mall.app, id, false).await;
    assert!(matches!(again, Err(Error::WrongState(_))), "{again:?}");

    // The mended file brings the rest; what is there already stays.
    let text = std::fs::read_to_string(&file).unwrap().replace("约60", "60");
    let (id, _) = mall.checked(&folder.file("改过.csv", &text)).await;
    let counts = mall.counts(id).await;
    assert_eq!((counts.created, counts.unchanged, counts.rejected), (2, 1, 4));
}

#[db_test(&schema())]
async fn what_is_exported_comes_back_unchanged(db: Db) {
    let mall = Mall::open(db).await;
    let folder = Folder::new();
    mall.on_sale(&apples()).await;
    let draft =
        sh_catalogue::draft::Draft { code: "TJ-01".to_owned(), name: "昭通天麻".to_owned(), ..apples() };
    edit::create(&mall.ctx(SUPPLIER), &mall.app, mall.shop, &draft).await.unwrap();
    for (name, locale) in [("zh", Locale::Zh), ("en", Locale::En)] {
        let out = folder.path.join(format!("{name}.xlsx"));
        let mut ctx = mall.ctx(SUPPLIER);
        ctx.locale = locale;
        export::export(&ctx, &mall.app, mall.shop, &out).await.unwrap();
        assert_eq!(table(&out).len(), 5, "a header and two variants of two products");
        let (id, state) = mall.checked(&out).await;
        assert_eq!(state, BatchState::Checked);
        assert_eq!(mall.issues(id).await, []);
        let counts = mall.counts(id).await;
        assert_eq!(counts, Counts { products: 2, rows: 4, unchanged: 4, ..Counts::default() });
        let nothing = imports::confirm(&mall.ctx(SUPPLIER), &mall.app, id, false).await;
        assert!(matches!(nothing, Err(Error::NothingToImport)), "{nothing:?}");
    }
    let out = folder.path.join("blank.xlsx");
    export::blank(&mall.ctx(SUPPLIER), &mall.app, mall.shop, &out).await.unwrap();
    let (id, state) = mall.checked(&out).await;
    assert_eq!(state, BatchState::Failed);
    let problem = imports::get(&mall.ctx(SUPPLIER), &mall.app, id).await.unwrap().0.problem.unwrap();
    assert_eq!(problem.code, "products-no-rows");
}

#[db_test(&schema())]
async fn a_cut_off_import_goes_on_where_it_stopped(db: Db) {
    let mall = Mall::open(db).await;
    let folder = Folder::new();
    let mut text = HEADER.to_owned();
    for number in 0..1_200 {
        let price = number % 90 + 10;
        writeln!(
            text,
            "N{number},昭通苹果,云南昭通昭阳区,绿源合作社,5 kg 装,5kg,,{price}.5,48 小时内发货,坏果包赔,否,是"
        )
        .unwrap();
    }
    let (id, _) = mall.checked(&folder.file("多.csv", &text)).await;
    imports::confirm(&mall.ctx(SUPPLIER), &mall.app, id, false).await.unwrap();
    // Stopped as soon as the first group is written.
    let progress = Progress::detached(mall.clock.clone());
    progress.stop();
    let stopped = post::post(&mall.ctx(SUPPLIER), &mall.app, id, &progress).await;
    assert!(matches!(stopped, Err(Error::Stopped)), "{stopped:?}");
    let halfway = imports::get(&mall.ctx(SUPPLIER), &mall.app, id).await.unwrap().0;
    assert_eq!((halfway.state, halfway.posted.products), (BatchState::Posting, 500));

    let batch = mall.posted(id).await;
    assert_eq!((batch.posted.products, batch.posted.created), (1_200, 1_200));
    let (mut seen, mut page) = (0, Page::default());
    loop {
        let list = edit::list(&mall.ctx(SUPPLIER), &mall.app, mall.shop, &ProductFilter::default(), &page)
            .await
            .unwrap();
        seen += list.items.len();
        let Some(next) = list.next else { break };
        page.after = Some(next);
    }
    assert_eq!(seen, 1_200);
}

#[db_test(&schema())]
async fn tables_of_others_are_not_there(db: Db) {
    let mall = Mall::open(db).await;
    let folder = Folder::new();
    let file = folder.file("商品.csv", &format!("{HEADER}A1,昭通苹果,,,,,,,,,,\n"));
    let (id, _) = mall.checked(&file).await;
    let other = mall.ctx(OTHER);
    assert!(matches!(imports::get(&other, &mall.app, id).await, Err(Error::NotFound | Error::Denied(_))));
    assert!(imports::confirm(&other, &mall.app, id, false).await.is_err());
    assert!(imports::discard(&other, &mall.app, id).await.is_err());
    assert!(imports::upload_path(&other, &mall.app, mall.shop, &file).await.is_err());
    assert!(export::export(&other, &mall.app, mall.shop, &folder.path.join("x")).await.is_err());
    imports::discard(&mall.ctx(SUPPLIER), &mall.app, id).await.unwrap();
    let _ = shops::get(&mall.ctx(SUPPLIER), &mall.app, mall.shop).await.unwrap();
}

#[db_test(&schema())]
async fn a_code_of_a_variant_that_another_product_has_is_told_by_row(db: Db) {
    let mall = Mall::open(db).await;
    let folder = Folder::new();
    edit::create(&mall.ctx(SUPPLIER), &mall.app, mall.shop, &apples()).await.unwrap();
    let header = "商品编码,商品名称,产地,生产者,规格编码,规格,净含量,售价,发货说明,售后说明,7天无理由退货\n";
    let row = |code: &str, sku: &str| {
        format!("{code},昭通雪梨,云南昭通昭阳区,绿源合作社,{sku},2.5 kg,2.5kg,32,48 小时内发货,坏果包赔,否\n")
    };
    // The draft has it; a product of the file has it, once typed and once made of the product's code and content.
    let rows = [row("LI-01", "PG-01-2500g"), row("LI-02", ""), row("LI-03", "LI-02-2500g"), row("LI-04", "")];
    let (id, _) = mall.checked(&folder.file("a.csv", &format!("{header}{}", rows.concat()))).await;
    let told = |row, code: &str| (row, "规格编码".to_owned(), code.to_owned());
    assert_eq!(mall.issues(id).await, [told(2, "sku-code-elsewhere"), told(4, "sku-code-elsewhere")]);
    imports::confirm(&mall.ctx(SUPPLIER), &mall.app, id, true).await.unwrap();
    let batch = mall.posted(id).await;
    assert_eq!((batch.posted.created, batch.posted.rejected), (2, 2));
    assert_eq!(mall.approve_all().await, 2, "what came in can be approved");
}

#[db_test(&schema())]
async fn a_large_table_comes_in_through_the_page(db: Db) {
    let mall = Mall::open(db).await;
    let upload = |size: usize| {
        let mut file =
            format!("{HEADER}PG-01,昭通丑苹果,云南昭通昭阳区,绿源合作社,5 kg 装,5kg,,59.90,a,b,否,是\n");
        file.push_str(&",,,,,,,,,,,\n".repeat(size / 12));
        let mut body =
            format!("--x\r\nContent-Disposition: form-data; name=\"shop\"\r\n\r\n{}\r\n", mall.shop);
        body.push_str("--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\n");
        body + &file + "\r\n--x--\r\n"
    };
    let send = async |body: String| {
        let kind = "multipart/form-data; boundary=x";
        mall.site().call(SUPPLIER, "POST", "/s/products/import", kind, body).await
    };
    let taken = send(upload(3 << 20)).await;
    assert_eq!(taken.status.as_u16(), 303, "{}", taken.body);
    let refused = send(upload(70 << 20)).await;
    assert_eq!(refused.status.as_u16(), 413, "{}", refused.body);
}
