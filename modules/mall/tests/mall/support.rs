//! A program with two shops and their products in stock.

use std::sync::Arc;

use camino::Utf8PathBuf;
use sh_catalogue::{
    draft::{Draft, SkuDraft},
    hook::{Buy, Reviews},
    model::{Shop, Sku},
    service::{
        edit,
        review::{self, Decision},
        shops::{self, NewShop},
    },
};
use sh_db::{Db, DbError, Migration, binds};
use sh_http::{
    App, Context,
    testing::{TestSite, actor},
};
use sh_kernel::{Fen, FixedClock, Id, RegionCode};
use sh_mall::{
    Error, Refused,
    address::Typed,
    desk::Queue,
    model::{Order, Whole},
    provider::{Begun, Providers, bank::Bank, simulator, simulator::Scenario, simulator::Simulator},
    service::{checkout, orders, pay},
    token::{Keys, Visitor},
};
use sh_stock::service::receive::{self, Receipt};
use sh_trade::sink::{NoSink, SharedSink};
use sh_ui::Locale;

pub(crate) const OPERATOR: &str = "mall-operator@*";
/// Of the shop that sells apples.
pub(crate) const SUPPLIER: &str = "supplier@organisation:93530602MA6KAPPLE1";
/// Of the shop that sells kumquats.
pub(crate) const OTHER: &str = "supplier@organisation:93450224MA5NJINJU2";

/// Every table that an order touches.
pub(crate) fn schema() -> Vec<Migration> {
    [
        sh_http::MIGRATIONS,
        sh_access::MIGRATIONS,
        sh_jobs::MIGRATIONS,
        sh_imports::MIGRATIONS,
        sh_parties::MIGRATIONS,
        sh_search::MIGRATIONS,
        sh_ledger::MIGRATIONS,
        sh_trade::MIGRATIONS,
        sh_catalogue::MIGRATIONS,
        sh_stock::MIGRATIONS,
        sh_webhooks::MIGRATIONS,
        sh_mall::MIGRATIONS,
    ]
    .concat()
}

/// A program with two shops; apples cost 59.90, kumquats 28.00, sending is free.
pub(crate) struct Market {
    pub(crate) app: App,
    pub(crate) clock: Arc<FixedClock>,
    pub(crate) shop: Id<Shop>,
    pub(crate) other: Id<Shop>,
    pub(crate) apples: Id<Sku>,
    pub(crate) kumquats: Id<Sku>,
    _data: tempfile::TempDir,
}

impl Market {
    /// With so many pieces of apples and kumquats.
    pub(crate) async fn open(db: Db, apples: i64, kumquats: i64) -> Self {
        let clock = sh_testkit::clock();
        let mut app = sh_http::testing::app(db, clock.clone(), sh_testkit::ids());
        let data = tempfile::tempdir().unwrap();
        app.data_dir = Arc::new(Utf8PathBuf::from_path_buf(data.path().to_owned()).unwrap());
        let keys = Keys::load(&app).await.unwrap();
        let queue = Queue::start(&app);
        let app = app
            .with(keys)
            .with(queue)
            .with(Providers::new(vec![Arc::new(Simulator), Arc::new(Bank)]))
            .with(SharedSink(Arc::new(NoSink)))
            .with(Buy(Arc::new(|app, ctx, shown| Box::pin(sh_mall::buy(app, ctx, shown)))))
            .with(Reviews(Arc::new(|app, ctx, shown| Box::pin(sh_mall::reviews(app, ctx, shown)))));
        let ctx = Context::new(&app, actor(OPERATOR), Locale::Zh);
        let open = async |organisation: &str, name: &str, county| {
            let new = NewShop {
                organisation: organisation.to_owned(),
                name: name.to_owned(),
                county: RegionCode::new(county).unwrap(),
                story: String::new(),
                phone: String::new(),
            };
            shops::open(&ctx, &app, &new).await.unwrap()
        };
        let shop = open("93530602MA6KAPPLE1", "昭阳区绿源苹果专业合作社", 530_602).await;
        let other = open("93450224MA5NJINJU2", "融安县桔乡食品有限公司", 450_224).await;
        let mut market = Self {
            app,
            clock,
            shop,
            other,
            apples: Id::from_uuid(uuid::Uuid::nil()),
            kumquats: Id::from_uuid(uuid::Uuid::nil()),
            _data: data,
        };
        let spec = ("5 kg 装", "5 kg", "59.90");
        market.apples = market.product(SUPPLIER, shop, ("PG-01", "昭通丑苹果", "530602"), spec).await;
        let spec = ("300 g/瓶", "300 g", "28");
        market.kumquats = market.product(OTHER, other, ("JJ-01", "融安金桔膏", "450224"), spec).await;
        market.stock(SUPPLIER, shop, market.apples, apples * 5_000).await;
        market.stock(OTHER, other, market.kumquats, kumquats * 300).await;
        market
    }

    /// Puts a product on sale.
    pub(crate) async fn product(
        &self,
        by: &str,
        shop: Id<Shop>,
        (code, name, origin): (&str, &str, &str),
        (spec, content, price): (&str, &str, &str),
    ) -> Id<Sku> {
        let text = str::to_owned;
        let draft = Draft {
            code: text(code),
            name: text(name),
            origin: text(origin),
            producer: text("某合作社"),
            delivery: text("付款后 48 小时内发货"),
            after_sales: text("坏果包赔"),
            returnable: text("否"),
            publish: true,
            skus: vec![SkuDraft {
                spec: text(spec),
                content: text(content),
                price: text(price),
                ..SkuDraft::default()
            }],
            ..Draft::default()
        };
        self.sell(by, shop, &draft).await[0]
    }

    /// Puts what a draft says on sale. Returns its variants.
    pub(crate) async fn sell(&self, by: &str, shop: Id<Shop>, draft: &Draft) -> Vec<Id<Sku>> {
        let ctx = self.ctx(by);
        let id = edit::create(&ctx, &self.app, shop, draft).await.unwrap();
        edit::submit(&ctx, &self.app, id).await.unwrap();
        let operator = self.ctx(OPERATOR);
        let stamp = edit::open(&operator, &self.app, id).await.unwrap().product.stamp;
        review::decide(&operator, &self.app, id, stamp, &Decision::Approve).await.unwrap();
        let opened = edit::open(&operator, &self.app, id).await.unwrap();
        opened.skus.iter().map(|sku| sku.id).collect()
    }

    /// Takes goods in; nothing for none.
    pub(crate) async fn stock(&self, by: &str, shop: Id<Shop>, sku: Id<Sku>, quantity: i64) {
        if quantity == 0 {
            return;
        }
        let ctx = self.ctx(by);
        let receipt = Receipt {
            id: ctx.id(),
            shop,
            sku,
            code: String::new(),
            produced: None,
            expires: None,
            location: String::new(),
            quantity,
            note: String::new(),
        };
        receive::receive(&ctx, &self.app, &receipt).await.unwrap();
    }

    pub(crate) fn ctx(&self, by: &str) -> Context {
        Context::new(&self.app, actor(by), Locale::Zh)
    }

    pub(crate) fn public(&self) -> Context {
        self.ctx("public")
    }

    pub(crate) fn site(&self) -> TestSite {
        TestSite::new(&self.app, vec![sh_catalogue::module(), sh_stock::module(), sh_mall::module()])
    }

    /// A form for these variants, pieces and prices, with the sum that they make.
    pub(crate) fn form(&self, lines: &[(Id<Sku>, i64, i64)]) -> checkout::Form {
        checkout::Form {
            order: Some(self.public().id()),
            lines: lines.iter().map(|(sku, pieces, price)| (*sku, *pieces, Fen(*price))).collect(),
            expected: Fen(lines.iter().map(|(_, pieces, price)| pieces * price).sum()),
            address: Typed {
                county: "440305".to_owned(),
                receiver: "何平".to_owned(),
                phone: "13800138000".to_owned(),
                detail: "粤海街道科苑路 8 号".to_owned(),
            },
            ..checkout::Form::default()
        }
    }

    /// Orders apples for a guest.
    pub(crate) async fn order(&self, guest: &str, pieces: i64) -> Result<Id<Order>, Error> {
        let form = self.form(&[(self.apples, pieces, 5_990)]);
        checkout::place(&self.public(), &self.app, &format!("guest:{guest}"), &form).await
    }

    /// Orders one piece of apples and two of kumquats for a guest.
    pub(crate) async fn both(&self, guest: &str) -> Id<Order> {
        let form = self.form(&[(self.apples, 1, 5_990), (self.kumquats, 2, 2_800)]);
        checkout::place(&self.public(), &self.app, &format!("guest:{guest}"), &form).await.unwrap()
    }

    /// Pays as a scenario says.
    pub(crate) async fn pay(&self, guest: &str, order: Id<Order>, scenario: Scenario) -> Result<(), Error> {
        let (ctx, visitor) = (self.public(), Visitor::guest(guest));
        let begun = pay::begin(&ctx, &self.app, &visitor, order, simulator::CODE).await?;
        let Begun::Page(page) = begun else { panic!("{begun:?}") };
        let payment = page.rsplit('/').next().unwrap().parse().unwrap();
        pay::simulate(&ctx, &self.app, &visitor, payment, scenario).await.map(drop)
    }

    pub(crate) async fn whole(&self, guest: &str, order: Id<Order>) -> Whole {
        orders::get(&self.public(), &self.app, &Visitor::guest(guest), order).await.unwrap()
    }

    /// Pieces of apples that may be sold.
    pub(crate) async fn left(&self) -> i64 {
        let (sku, today) = (self.apples, self.public().today());
        let found = self
            .app
            .db
            .read(async |tx| Ok::<_, DbError>(sh_stock::available(tx, &[sku], today).await?))
            .await
            .unwrap();
        found.get(&sku).copied().unwrap_or(0) / 5_000
    }

    /// The ledger is as it must be, and nothing is half there.
    pub(crate) async fn audit(&self) {
        let difference = self.app.db.read(async |tx| sh_ledger::verify(tx).await).await.unwrap();
        assert_eq!(difference.map(|found| found.to_string()), None);
        let difference = self.app.db.read(async |tx| sh_mall::verify(tx).await).await.unwrap();
        assert_eq!(difference.map(|found| found.to_string()), None);
    }

    /// How many rows a table has.
    pub(crate) async fn count(&self, what: &str) -> i64 {
        let sql = format!("SELECT COUNT(*) FROM {what}");
        let mut count = 0;
        self.app
            .db
            .read(async |tx| {
                tx.for_each_dynamic(sql.clone(), binds![], |row| {
                    count = row.get(0)?;
                    Ok(())
                })
                .await
            })
            .await
            .unwrap();
        count
    }
}

/// Why a command was refused.
pub(crate) fn refused<T: std::fmt::Debug>(outcome: Result<T, Error>) -> Refused {
    match outcome {
        Err(Error::Refused(refused)) => refused,
        other => panic!("not refused: {other:?}"),
    }
}
