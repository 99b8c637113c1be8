//! A program with two shops and what they sell.

use std::{collections::HashMap, sync::Arc};

use camino::Utf8PathBuf;
use sh_catalogue::{
    draft::{Draft, SkuDraft},
    model::{Shop, Sku},
    service::{
        edit,
        review::{self, Decision},
        shops::{self, NewShop},
    },
};
use sh_db::{Db, DbError, Migration};
use sh_http::{
    App, Context, Page,
    testing::{TestSite, actor},
};
use sh_kernel::{Day, FixedClock, Id, RegionCode};
use sh_ledger::{Plan, Posting, Source, Transfer};
use sh_stock::{
    Error, ForSale, Pick, accounts, for_sale,
    model::{Lot, Reason},
    pick,
    sale::BOOK,
    service::{
        change::{self, Adjustment},
        look::{self, Opened, Show},
        receive::{self, Receipt},
    },
};
use sh_ui::Locale;

pub(crate) const OPERATOR: &str = "mall-operator@*";
/// Of the shop that most tests work with.
pub(crate) const SUPPLIER: &str = "supplier@organisation:93530602MA6KAPPLE1";
/// Of another shop.
pub(crate) const OTHER: &str = "supplier@organisation:93450224MA5NJINJU2";

/// Every table that lots touch.
pub(crate) fn schema() -> Vec<Migration> {
    [
        sh_http::MIGRATIONS,
        sh_access::MIGRATIONS,
        sh_jobs::MIGRATIONS,
        sh_imports::MIGRATIONS,
        sh_parties::MIGRATIONS,
        sh_ledger::MIGRATIONS,
        sh_search::MIGRATIONS,
        sh_catalogue::MIGRATIONS,
        sh_stock::MIGRATIONS,
    ]
    .concat()
}

pub(crate) fn day(number: i64) -> Day {
    Day::from_yyyymmdd(number).unwrap()
}

/// A program with two shops: the first sells apples in packs of 5 kg and eggs in packs of 30.
pub(crate) struct Stock {
    pub(crate) app: App,
    _data: tempfile::TempDir,
    pub(crate) clock: Arc<FixedClock>,
    pub(crate) shop: Id<Shop>,
    pub(crate) apples: Id<Sku>,
    pub(crate) eggs: Id<Sku>,
    /// Of the other shop.
    pub(crate) kumquats: Id<Sku>,
}

impl Stock {
    pub(crate) async fn open(db: Db) -> Self {
        let clock = sh_testkit::clock();
        let mut app = sh_http::testing::app(db, clock.clone(), sh_testkit::ids());
        let data = tempfile::tempdir().unwrap();
        app.data_dir = Arc::new(Utf8PathBuf::from_path_buf(data.path().to_owned()).unwrap());
        let shop = open_shop(&app, "93530602MA6KAPPLE1", "昭阳区绿源苹果专业合作社", 530_602).await;
        let other = open_shop(&app, "93450224MA5NJINJU2", "融安县桔乡食品有限公司", 450_224).await;
        let apples = sell(&app, (SUPPLIER, shop), ("PG-01", "昭通丑苹果", "530602"), "5 kg").await;
        let eggs = sell(&app, (SUPPLIER, shop), ("JD-01", "乌蒙山土鸡蛋", "530602"), "30 枚").await;
        let kumquats = sell(&app, (OTHER, other), ("JJ-01", "融安金桔", "450224"), "2.5 kg").await;
        Self { app, _data: data, clock, shop, apples, eggs, kumquats }
    }

    pub(crate) fn ctx(&self, by: &str) -> Context {
        Context::new(&self.app, actor(by), Locale::Zh)
    }

    pub(crate) fn site(&self) -> TestSite {
        TestSite::new(&self.app, vec![sh_stock::module(), sh_catalogue::module(), sh_access::module()])
    }

    /// So many grams of apples that expire on a day.
    pub(crate) fn receipt(&self, code: &str, expires: Option<i64>, quantity: i64) -> Receipt {
        Receipt {
            id: self.ctx(SUPPLIER).id(),
            shop: self.shop,
            sku: self.apples,
            code: code.to_owned(),
            produced: Some(day(20_201_201)),
            expires: expires.map(day),
            location: String::new(),
            quantity,
            note: String::new(),
        }
    }

    pub(crate) async fn receive(&self, code: &str, expires: Option<i64>, quantity: i64) -> Id<Lot> {
        let receipt = self.receipt(code, expires, quantity);
        receive::receive(&self.ctx(SUPPLIER), &self.app, &receipt).await.unwrap()
    }

    /// Adjusts a lot at the first location where it lies.
    pub(crate) async fn adjust(&self, lot: Id<Lot>, reason: Reason, quantity: i64) -> Result<(), Error> {
        let ctx = self.ctx(SUPPLIER);
        let location = self.look(lot).await.places[0].place.id;
        let adjustment = Adjustment { id: ctx.id(), lot, location, reason, quantity, note: String::new() };
        change::adjust(&ctx, &self.app, &adjustment).await
    }

    pub(crate) async fn look(&self, lot: Id<Lot>) -> Opened {
        look::open(&self.ctx(SUPPLIER), &self.app, lot).await.unwrap()
    }

    /// The codes of the lots of a list.
    pub(crate) async fn list(&self, show: Show, text: &str) -> Vec<String> {
        let ctx = self.ctx(SUPPLIER);
        let list = look::list(&ctx, &self.app, self.shop, (show, text), &Page::default()).await.unwrap();
        list.items.into_iter().map(|one| one.lot.code).collect()
    }

    pub(crate) async fn lots(&self) -> Vec<ForSale> {
        let (skus, today) = ([self.apples, self.eggs], self.ctx("public").today());
        self.app.db.read(async |tx| for_sale(tx, &skus, today).await).await.unwrap()
    }

    /// What there is to sell.
    pub(crate) async fn available(&self) -> HashMap<Id<Sku>, i64> {
        let (skus, today) = ([self.apples, self.eggs], self.ctx("public").today());
        self.app.db.read(async |tx| sh_stock::available(tx, &skus, today).await).await.unwrap()
    }

    /// Places an order as a checkout does; how much there is otherwise.
    pub(crate) async fn order(&self, quantity: i64) -> Result<Vec<Pick>, i64> {
        let ctx = self.ctx("public");
        let sku = self.apples;
        self.app
            .db
            .write(async |tx| {
                let mut plan = Plan::new(ctx.now());
                plan.load_claims(tx, [sh_ledger::Claim::new(BOOK, ctx.id::<()>().uuid(), b"")]).await?;
                let lots = for_sale(tx, &[sku], ctx.today()).await?;
                let all: Vec<_> = lots.iter().flat_map(|lot| [lot.on_hand(), lot.reserved()]).collect();
                plan.load(tx, all).await?;
                let picks = match pick(&plan, &lots, sku, quantity) {
                    Ok(picks) => picks,
                    Err(there) => return Ok(Err(there)),
                };
                let transfers = picks.iter().map(|pick| {
                    let lot = lots.iter().find(|lot| (lot.lot, lot.location) == (pick.lot, pick.location));
                    let lot = lot.ok_or_else(|| DbError::Other("a pick of no lot".to_owned()))?;
                    Ok::<_, DbError>(Transfer::new(lot.on_hand(), lot.reserved(), pick.quantity))
                });
                let transfers = transfers.collect::<Result<Vec<_>, _>>()?;
                post(&mut plan, &ctx, Source::Order, transfers)?;
                plan.write(tx).await?;
                Ok::<_, DbError>(Ok(picks))
            })
            .await
            .unwrap()
    }

    /// Ships, releases or takes back what was picked: from and to which of its accounts.
    pub(crate) async fn carry(&self, picks: &[Pick], source: Source) -> Result<(), DbError> {
        let ctx = self.ctx("public");
        self.app
            .db
            .write(async |tx| {
                let mut plan = Plan::new(ctx.now());
                let transfers: Vec<Transfer> = picks
                    .iter()
                    .map(|pick| {
                        let at = accounts(pick.lot, pick.location, sh_ledger::Unit::Gram);
                        let (from, to) = match source {
                            Source::Shipment => (at.reserved, at.shipped),
                            Source::Release => (at.reserved, at.on_hand),
                            _ => (at.shipped, at.on_hand),
                        };
                        Transfer::new(from, to, pick.quantity)
                    })
                    .collect();
                plan.load(tx, transfers.iter().flat_map(|t| [t.debit, t.credit]).collect::<Vec<_>>()).await?;
                post(&mut plan, &ctx, source, transfers)?;
                plan.write(tx).await
            })
            .await
    }
}

fn post(plan: &mut Plan, ctx: &Context, source: Source, transfers: Vec<Transfer>) -> Result<(), DbError> {
    let posting =
        Posting { book: BOOK, day: ctx.today(), source, document: ctx.id::<()>().uuid(), transfers };
    plan.post(&posting).map(drop).map_err(|refusal| DbError::Other(refusal.to_string()))
}

async fn open_shop(app: &App, organisation: &str, name: &str, county: i64) -> Id<Shop> {
    let ctx = Context::new(app, actor(OPERATOR), Locale::Zh);
    let new = NewShop {
        organisation: organisation.to_owned(),
        name: name.to_owned(),
        county: RegionCode::new(county).unwrap(),
        story: String::new(),
        phone: "0870-1234567".to_owned(),
    };
    shops::open(&ctx, app, &new).await.unwrap()
}

/// Puts a product on sale; returns its variant.
async fn sell(
    app: &App,
    (by, shop): (&str, Id<Shop>),
    (code, name, origin): (&str, &str, &str),
    content: &str,
) -> Id<Sku> {
    let text = str::to_owned;
    let draft = Draft {
        code: text(code),
        name: text(name),
        origin: text(origin),
        producer: text("昭阳区绿源苹果专业合作社"),
        delivery: text("付款后 48 小时内发货"),
        after_sales: text("坏果包赔"),
        returnable: text("否"),
        publish: true,
        skus: vec![SkuDraft {
            spec: content.to_owned(),
            content: content.to_owned(),
            gross: text("5.2 kg"),
            price: text("59.90"),
            ..SkuDraft::default()
        }],
        ..Draft::default()
    };
    let ctx = Context::new(app, actor(by), Locale::Zh);
    let id = edit::create(&ctx, app, shop, &draft).await.unwrap();
    edit::submit(&ctx, app, id).await.unwrap();
    let operator = Context::new(app, actor(OPERATOR), Locale::Zh);
    let stamp = edit::open(&operator, app, id).await.unwrap().product.stamp;
    review::decide(&operator, app, id, stamp, &Decision::Approve).await.unwrap();
    edit::open(&operator, app, id).await.unwrap().skus[0].id
}
