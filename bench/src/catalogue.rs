//! `catalogue`: pages of products and searches among many, beside what the engine gives for them; tables of products in.

use std::{fmt::Write as _, sync::Arc, time::Instant};

use anyhow::Context as _;
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, StatusCode},
};
use camino::Utf8PathBuf;
use sh_catalogue::{
    ProductFilter,
    import::batch::BatchState,
    model::{Review, Shop},
    service::{
        edit,
        halls::Counts,
        imports::{self, check, post},
        review::{self, Decision},
        shops::{self, NewShop},
    },
};
use sh_db::Engine;
use sh_http::{App, Context, Page, Settings};
use sh_jobs::Progress;
use sh_kernel::{Id, IdGen, RegionCode, SystemClock};
use tower::ServiceExt as _;

use crate::{
    Setup,
    dice::Dice,
    engine::{Base, title},
    report::{Line, Report, percentile},
};

/// Variants on sale. Each product has two.
const SKUS: usize = 100_000;
const SKUS_QUICK: usize = 4_000;
/// Products of the table that is imported.
const IMPORTED: usize = 100_000;
const IMPORTED_QUICK: usize = 5_000;
/// Bytes of a page at most.
const PAGE_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Pages and searches that are asked for.
const ASKED: usize = 2_000;

/// Places, as they stand before the name of a product, with their divisions.
const PLACES: &[(&str, i64)] = &[
    ("昭阳", 530_602),
    ("鲁甸", 530_621),
    ("镇雄", 530_627),
    ("融安", 450_224),
    ("三江", 450_226),
    ("威宁", 520_526),
    ("赫章", 520_527),
    ("凤庆", 530_921),
    ("剑川", 532_931),
    ("昭觉", 513_431),
    ("美姑", 513_436),
    ("城口", 500_229),
    ("礼县", 621_226),
    ("西和", 621_225),
    ("隆德", 640_423),
    ("紫阳", 610_924),
];
const SIGNS: &[&str] =
    &["高山", "有机", "富硒", "生态", "农家", "古法", "精选", "头茬", "原味", "手工", "清甜", "老树"];
const GOODS: &[&str] = &[
    "丑苹果",
    "雪梨",
    "沃柑",
    "脐橙",
    "金桔",
    "红心猕猴桃",
    "蜂糖李",
    "水蜜桃",
    "阳光玫瑰",
    "石榴",
    "大米",
    "小米",
    "荞麦",
    "菜籽油",
    "山茶油",
    "红豆",
    "马铃薯",
    "红薯",
    "辣椒",
    "番茄",
    "香菇",
    "小黄姜",
    "竹笋",
    "黑猪肉",
    "牦牛肉",
    "滩羊肉",
    "土鸡",
    "土鸡蛋",
    "冷水鱼",
    "绿茶",
    "红茶",
    "普洱茶",
    "苦荞茶",
    "核桃",
    "红枣",
    "黑木耳",
    "羊肚菌",
    "土蜂蜜",
    "天麻",
    "花椒",
    "腊肉",
    "螺蛳粉",
    "米粉",
    "辣椒酱",
    "刺梨汁",
    "米酒",
    "鲜花饼",
    "秋梨膏",
    "魔芋",
    "奶酪",
];

/// Measures and reports.
pub(crate) async fn run(report: &mut Report, setup: &Setup) -> anyhow::Result<()> {
    for engine in &setup.engines.wanted {
        import(report, setup, *engine).await?;
        pages(report, setup, *engine).await?;
    }
    Ok(())
}

/// A program with one shop upon a new database.
struct Market {
    base: Base,
    app: App,
    shop: Id<Shop>,
    folder: Utf8PathBuf,
}

impl Market {
    async fn open(setup: &Setup, engine: Engine) -> anyhow::Result<Self> {
        let base = setup.engines.create(engine, "catalogue").await?;
        let folder = setup.engines.folder.join("catalogue");
        std::fs::create_dir_all(&folder)?;
        let (clock, ids) = (Arc::new(SystemClock), Arc::new(IdGen::new()));
        let app = App::new(base.db.clone(), clock, ids, folder.clone(), Settings::default());
        let app = app.with(Counts::default());
        let new = NewShop {
            organisation: "915200000000BENCH1".to_owned(),
            name: "测量用商店".to_owned(),
            county: RegionCode::new(530_602)?,
            story: String::new(),
            phone: String::new(),
        };
        let shop = shops::open(&Context::system(&app, "bench"), &app, &new).await?;
        Ok(Self { base, app, shop, folder })
    }

    /// Imports a table to its end. Returns the seconds of checking and of writing.
    async fn import(&self, text: &str, submit: bool) -> anyhow::Result<(f64, f64)> {
        let ctx = Context::system(&self.app, "bench");
        let path = self.folder.join("products.csv");
        std::fs::write(&path, text)?;
        let id = imports::upload_path(&ctx, &self.app, self.shop, &path).await?;
        let progress = Progress::detached(Arc::clone(&self.app.clock));
        let begun = Instant::now();
        let state = check::check(&ctx, &self.app, id, &progress).await?;
        let checked = begun.elapsed().as_secs_f64();
        anyhow::ensure!(state == BatchState::Checked, "the table is {state:?}");
        imports::confirm(&ctx, &self.app, id, submit).await?;
        let begun = Instant::now();
        let batch = post::post(&ctx, &self.app, id, &progress).await?;
        anyhow::ensure!(batch.posted.rejected == 0, "{:?}", batch.posted);
        Ok((checked, begun.elapsed().as_secs_f64()))
    }

    /// Approves everything that waits. Returns the seconds.
    async fn approve(&self) -> anyhow::Result<f64> {
        let ctx = Context::system(&self.app, "bench");
        let filter = ProductFilter { review: Some(Review::Submitted), ..ProductFilter::default() };
        let begun = Instant::now();
        loop {
            let page = Page { after: None, size: Some(200) };
            let rows = edit::list(&ctx, &self.app, self.shop, &filter, &page).await?.items;
            if rows.is_empty() {
                return Ok(begun.elapsed().as_secs_f64());
            }
            for row in rows {
                let stamp = edit::open(&ctx, &self.app, row.id).await?.product.stamp;
                review::decide(&ctx, &self.app, row.id, stamp, &Decision::Approve).await?;
            }
        }
    }

    async fn close(self, setup: &Setup) -> anyhow::Result<()> {
        setup.engines.remove(self.base).await?;
        std::fs::remove_dir_all(&self.folder).context("the folder of the shop")
    }
}

/// The table of a shop: `count` products of one name each, with `sizes` variants.
fn table(count: usize, sizes: usize) -> String {
    let mut text = String::from(
        "商品编码,商品名称,产地,生产者,规格,净含量,售价,商品介绍,发货说明,售后说明,7天无理由退货,审核后上架\n",
    );
    let mut dice = Dice::new(5);
    for number in 0..count {
        let (place, code) = PLACES[number % PLACES.len()];
        let good = GOODS[number / PLACES.len() % GOODS.len()];
        let sign = SIGNS[number / PLACES.len() / GOODS.len() % SIGNS.len()];
        for size in 1..=sizes {
            let (grams, fen) = (500 * size, (800 + dice.below(9_000)) * size);
            // Writing to a text cannot fail.
            let _ = writeln!(
                text,
                "P{number},{sign}{place}{good},{code},{place}第{}合作社,{grams} g,{grams}g,{}.{:02},\
                 {place}的{good}，{sign}，由当地农户种养，合作社统一收购、分级、包装。,48 小时内发货,坏果包赔,否,是",
                number % 997,
                fen / 100,
                fen % 100
            );
        }
    }
    text
}

async fn import(report: &mut Report, setup: &Setup, engine: Engine) -> anyhow::Result<()> {
    let count = if setup.quick { IMPORTED_QUICK } else { IMPORTED };
    let market = Market::open(setup, engine).await?;
    let (checking, writing) = market.import(&table(count, 1), false).await?;
    // The floor: the engine copies the very rows that were written into tables without an index.
    let mut raw = market.base.raw().await?;
    let begun = Instant::now();
    for table in ["product", "sku_code"] {
        raw.execute(&format!("CREATE TABLE floor_{table} AS SELECT * FROM {table}")).await?;
    }
    let copied = begun.elapsed().as_secs_f64();
    raw.close().await?;
    let line = Line::new(
        "catalogue",
        format!("{count} products imported, {}", title(engine)),
        checking + writing,
        "s",
    )
    .phases([("checking".to_owned(), checking), ("writing".to_owned(), writing)]);
    report.add(if setup.quick { line } else { line.at_most(60.0) });
    let name = format!("the same, {}", title(engine));
    report.add(
        Line::new("catalogue", name, checking + writing, "s").floor(copied, "the engine copies the rows"),
    );
    market.close(setup).await
}

async fn pages(report: &mut Report, setup: &Setup, engine: Engine) -> anyhow::Result<()> {
    let skus = if setup.quick { SKUS_QUICK } else { SKUS };
    let market = Market::open(setup, engine).await?;
    market.import(&table(skus / 2, 2), true).await?;
    let approving = market.approve().await?;
    market.base.settle().await?;
    let (site, _) = sh_http::site(&market.app, vec![sh_catalogue::module()], sh_access::identify());
    let cards = addresses(&site).await?;
    let mut dice = Dice::new(9);
    let paths = |list: &[String], dice: &mut Dice| -> Vec<String> {
        (0..ASKED).filter_map(|_| list.get(dice.below(list.len())).cloned()).collect()
    };
    let pages = paths(&cards, &mut dice);
    let searches: Vec<String> = (0..ASKED).map(|_| search(&mut dice)).collect();
    let what = format!("among {skus} variants, {}", title(engine));
    let floor = floor(&market.base).await?;
    for (name, paths, most, floor) in [
        ("product pages", &pages, 10.0, (floor.0, "the engine reads the rows of one product")),
        ("searches", &searches, 20.0, (floor.1, "the engine compares every name (LIKE)")),
    ] {
        let mut times = ask(&site, paths).await?;
        let (half, slow) = (percentile(&mut times, 50), percentile(&mut times, 99));
        let line = Line::new("catalogue", format!("{name} {what}: p99"), slow, "ms");
        report.add(line.at_most(most).note(format!("p50 {half:.2} ms, {} asked", times.len())));
        let line = Line::new("catalogue", format!("{name} {what}: p50"), half, "ms");
        report.add(line.floor(floor.0, floor.1));
    }
    let rate = f64::from(u32::try_from(skus / 2)?) / approving;
    report.add(Line::new("catalogue", format!("approvals, {}", title(engine)), rate, "products/s"));
    market.close(setup).await
}

/// Addresses of products, taken from lists as people find them.
async fn addresses(site: &Router) -> anyhow::Result<Vec<String>> {
    let mut found = Vec::new();
    for good in GOODS {
        for sort in ["price", "price-down", "new"] {
            let page = get(site, &format!("/search?q={good}&sort={sort}")).await?;
            let parts = page.split("href=\"/p/").skip(1);
            found.extend(parts.filter_map(|part| part.split('"').next()).map(|id| format!("/p/{id}")));
        }
    }
    anyhow::ensure!(!found.is_empty(), "no product is found");
    Ok(found)
}

/// What somebody types: words, a place and a word, two words, pinyin, initials, one slip, a price besides.
fn search(dice: &mut Dice) -> String {
    let good = GOODS[dice.below(GOODS.len())];
    let (place, code) = PLACES[dice.below(PLACES.len())];
    let sign = SIGNS[dice.below(SIGNS.len())];
    match dice.below(8) {
        0 => format!("/search?q={good}"),
        1 => format!("/search?q={place}{good}"),
        2 => format!("/search?q={sign}+{good}"),
        3 => format!("/search?q={}", sh_search::pinyin(good).replace(' ', "")),
        4 => {
            let initials: String =
                sh_search::pinyin(good).split(' ').filter_map(|one| one.chars().next()).collect();
            format!("/search?q={initials}")
        }
        5 => format!("/search?q={}", sh_search::pinyin(good).replace(' ', "").replacen('n', "m", 1)),
        6 => format!("/search?q={good}&min=20&max=60&sort=rate"),
        _ => format!("/search?q={good}&origin={code}"),
    }
}

/// A page, through the whole router.
async fn get(site: &Router, path: &str) -> anyhow::Result<String> {
    let answer = site.clone().oneshot(Request::get(path).body(Body::empty())?).await?;
    anyhow::ensure!(answer.status() == StatusCode::OK, "{path}: {}", answer.status());
    Ok(String::from_utf8(to_bytes(answer.into_body(), PAGE_BYTES_MAX).await?.into())?)
}

/// Milliseconds of each answer.
async fn ask(site: &Router, paths: &[String]) -> anyhow::Result<Vec<f64>> {
    let mut times = Vec::with_capacity(paths.len());
    for path in paths {
        let begun = Instant::now();
        get(site, path).await?;
        times.push(begun.elapsed().as_secs_f64() * 1_000.0);
    }
    Ok(times)
}

/// Milliseconds in which the engine reads one product with its variants, and compares every name with a word.
async fn floor(base: &Base) -> anyhow::Result<(f64, f64)> {
    let mut raw = base.raw().await?;
    let product = "SELECT p.content, s.* FROM product p JOIN sku s ON s.product = p.id \
        WHERE p.id = (SELECT id FROM product ORDER BY id LIMIT 1)";
    let (mut pages, mut searches) = (Vec::new(), Vec::new());
    for good in GOODS.iter().cycle().take(200) {
        let begun = Instant::now();
        raw.drain(product).await?;
        pages.push(begun.elapsed().as_secs_f64() * 1_000.0);
        let begun = Instant::now();
        raw.drain(&format!(
            "SELECT id, name FROM product WHERE name LIKE '%{good}%' ORDER BY id DESC LIMIT 24"
        ))
        .await?;
        searches.push(begun.elapsed().as_secs_f64() * 1_000.0);
    }
    raw.close().await?;
    Ok((percentile(&mut pages, 50), percentile(&mut searches, 50)))
}
