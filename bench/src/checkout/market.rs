//! A mall with 10,000 variants of 300 shops, made through the use cases: the products of [`super::orders`] can be bought.

use std::{fmt::Write as _, sync::Arc};

use anyhow::Context as _;
use camino::Utf8PathBuf;
use sh_catalogue::{
    ProductFilter,
    import::batch::BatchState,
    model::{Review, Shop, Sku},
    service::{
        edit,
        halls::Counts,
        imports::{self, check, post},
        review::{self, Decision},
        shops::{self, NewShop},
    },
};
use sh_db::{DbError, Engine};
use sh_http::{App, Context, Page, Settings};
use sh_jobs::Progress;
use sh_kernel::{Id, IdGen, RegionCode, SystemClock};
use sh_mall::desk::Queue;
use sh_stock::service::{
    look,
    receive::{self, Receipt},
};
use uuid::Uuid;

use super::orders::{self, PRODUCTS, SELLERS};
use crate::{Setup, engine::Base, report::say};

/// Grams of most lots: nobody sells them out, and it is less than a document may take in.
const PLENTY: i64 = 5_000_000_000;

/// The program's parts that orders need, upon a new database.
pub(super) struct Market {
    pub(super) base: Base,
    pub(super) folder: Utf8PathBuf,
    pub(super) app: App,
    /// By the number of the product.
    pub(super) skus: Arc<Vec<Id<Sku>>>,
}

impl Market {
    pub(super) async fn open(setup: &Setup, engine: Engine) -> anyhow::Result<Self> {
        let base = setup.engines.create(engine, "checkout_mall").await?;
        let folder = setup.engines.folder.join("checkout_mall");
        std::fs::create_dir_all(&folder)?;
        let (clock, ids) = (Arc::new(SystemClock), Arc::new(IdGen::new()));
        let app = App::new(base.db.clone(), clock, ids, folder.clone(), Settings::default());
        let app = app.with(Counts::default());
        let queue = Queue::start(&app);
        let mut market = Self { base, folder, app: app.with(queue), skus: Arc::default() };
        say("  filling 300 shops");
        let mut skus = vec![Id::from_uuid(Uuid::nil()); PRODUCTS as usize];
        for seller in 0..SELLERS {
            market.shop(seller, &mut skus).await?;
        }
        market.skus = Arc::new(skus);
        market.base.settle().await?;
        Ok(market)
    }

    pub(super) fn ctx(&self) -> Context {
        Context::system(&self.app, "bench")
    }

    /// Opens a shop with its products on sale and in stock.
    async fn shop(&self, seller: u32, skus: &mut [Id<Sku>]) -> anyhow::Result<()> {
        let ctx = self.ctx();
        let new = NewShop {
            organisation: format!("9153000000000{seller:05}"),
            name: format!("测量用商店{seller}"),
            county: RegionCode::new(530_602)?,
            story: String::new(),
            phone: String::new(),
        };
        let shop = shops::open(&ctx, &self.app, &new).await?;
        self.import(shop, &table(seller)).await?;
        let filter = ProductFilter { review: Some(Review::Submitted), ..ProductFilter::default() };
        let page = Page { after: None, size: Some(200) };
        for row in edit::list(&ctx, &self.app, shop, &filter, &page).await?.items {
            let stamp = edit::open(&ctx, &self.app, row.id).await?.product.stamp;
            review::decide(&ctx, &self.app, row.id, stamp, &Decision::Approve).await?;
        }
        let row = shops::get(&ctx, &self.app, shop).await?;
        for sku in look::receivable(&ctx, &self.app, &row, "").await?.0 {
            let digits: String = sku.name.chars().filter(char::is_ascii_digit).collect();
            let product: u32 = digits.parse().with_context(|| sku.name.clone())?;
            *skus.get_mut(product as usize).context("a product of another number")? = sku.sku;
            let receipt = Receipt {
                id: ctx.id(),
                shop,
                sku: sku.sku,
                code: String::new(),
                produced: None,
                expires: None,
                location: String::new(),
                quantity: orders::grams(product).min(PLENTY),
                note: String::new(),
            };
            receive::receive(&ctx, &self.app, &receipt).await?;
        }
        Ok(())
    }

    async fn import(&self, shop: Id<Shop>, text: &str) -> anyhow::Result<()> {
        let (ctx, path) = (self.ctx(), self.folder.join("products.csv"));
        std::fs::write(&path, text)?;
        let id = imports::upload_path(&ctx, &self.app, shop, &path).await?;
        let progress = Progress::detached(Arc::clone(&self.app.clock));
        let state = check::check(&ctx, &self.app, id, &progress).await?;
        anyhow::ensure!(state == BatchState::Checked, "the table is {state:?}");
        imports::confirm(&ctx, &self.app, id, true).await?;
        let batch = post::post(&ctx, &self.app, id, &progress).await?;
        anyhow::ensure!(batch.posted.rejected == 0, "{:?}", batch.posted);
        Ok(())
    }

    /// Nothing that was measured may be wrong: as many orders as were accepted, books and orders that hold.
    pub(super) async fn check(&self, placed: u64) -> anyhow::Result<()> {
        let there = orders::count_in(&self.base.db, orders::Table::Mall).await?;
        anyhow::ensure!(there == placed, "{placed} orders were accepted, {there} are there");
        self.audit().await
    }

    /// Books and orders hold.
    pub(super) async fn audit(&self) -> anyhow::Result<()> {
        let books: Result<_, DbError> = self.base.db.read(async |tx| sh_ledger::verify(tx).await).await;
        let orders: Result<_, DbError> = self.base.db.read(async |tx| sh_mall::verify(tx).await).await;
        let (books, orders) = (books?.map(|found| found.to_string()), orders?.map(|found| found.to_string()));
        match books.or(orders) {
            None => Ok(()),
            Some(difference) => anyhow::bail!("the books do not hold: {difference}"),
        }
    }

    /// Carries out what waits.
    pub(super) async fn stop(&self) {
        self.app.stop.cancel();
        self.app.tasks.close();
        self.app.tasks.wait().await;
    }

    pub(super) async fn remove(self, setup: &Setup) -> anyhow::Result<()> {
        setup.engines.remove(self.base).await?;
        std::fs::remove_dir_all(&self.folder).context("the folder of the mall")
    }
}

/// The table of a shop: products of one size, at the prices that orders see.
fn table(seller: u32) -> String {
    let mut text = String::from(
        "商品编码,商品名称,产地,生产者,规格,净含量,售价,商品介绍,发货说明,售后说明,7天无理由退货,审核后上架\n",
    );
    for product in (seller..PRODUCTS).step_by(SELLERS as usize) {
        let fen = orders::price(product);
        // Writing to a text cannot fail.
        let _ = writeln!(
            text,
            "P{product},昭阳丑苹果{product}号,530602,第{seller}合作社,500 g,500g,{}.{:02},\
             当地农户种的苹果，合作社统一收购。,48 小时内发货,坏果包赔,否,是",
            fen / 100,
            fen % 100
        );
    }
    text
}
