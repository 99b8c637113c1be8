//! A program with two shops, and products in every state.

use std::sync::Arc;

use camino::Utf8PathBuf;
use sh_catalogue::{
    Error,
    draft::{Draft, SkuDraft},
    model::{Product, Shop, Sku},
    service::{
        edit, public,
        review::{self, Decision},
        shops::{self, NewShop},
    },
};
use sh_db::{Db, Migration};
use sh_http::{
    App, Context,
    testing::{TestSite, actor},
};
use sh_kernel::{FixedClock, Id, RegionCode};
use sh_ui::Locale;

pub(crate) const OPERATOR: &str = "mall-operator@*";
/// Of the shop that most tests work with.
pub(crate) const SUPPLIER: &str = "supplier@organisation:93530602MA6KAPPLE1";
/// Of another shop.
pub(crate) const OTHER: &str = "supplier@organisation:93450224MA5NJINJU2";
pub(crate) const SHOPPER: &str = "shopper@*";

/// Every table that the catalogue touches.
pub(crate) fn schema() -> Vec<Migration> {
    [
        sh_http::MIGRATIONS,
        sh_access::MIGRATIONS,
        sh_jobs::MIGRATIONS,
        sh_parties::MIGRATIONS,
        sh_search::MIGRATIONS,
        sh_catalogue::MIGRATIONS,
    ]
    .concat()
}

/// A program with two shops.
pub(crate) struct Mall {
    pub(crate) app: App,
    _data: tempfile::TempDir,
    pub(crate) clock: Arc<FixedClock>,
    pub(crate) shop: Id<Shop>,
    pub(crate) other: Id<Shop>,
}

impl Mall {
    pub(crate) async fn open(db: Db) -> Self {
        let clock = sh_testkit::clock();
        let mut app = sh_http::testing::app(db, clock.clone(), sh_testkit::ids());
        let data = tempfile::tempdir().unwrap();
        app.data_dir = Arc::new(Utf8PathBuf::from_path_buf(data.path().to_owned()).unwrap());
        let ctx = Context::new(&app, actor(OPERATOR), Locale::Zh);
        let shop = async |organisation: &str, name: &str, county| {
            let new = NewShop {
                organisation: organisation.to_owned(),
                name: name.to_owned(),
                county: RegionCode::new(county).unwrap(),
                story: String::new(),
                phone: "0870-1234567".to_owned(),
            };
            shops::open(&ctx, &app, &new).await.unwrap()
        };
        let first = shop("93530602MA6KAPPLE1", "昭阳区绿源苹果专业合作社", 530_602).await;
        let other = shop("93450224MA5NJINJU2", "融安县桔乡食品有限公司", 450_224).await;
        Self { app, _data: data, clock, shop: first, other }
    }

    pub(crate) fn ctx(&self, by: &str) -> Context {
        Context::new(&self.app, actor(by), Locale::Zh)
    }

    pub(crate) fn site(&self) -> TestSite {
        TestSite::new(&self.app, vec![sh_catalogue::module(), sh_access::module()])
    }

    /// Begins a product of the first shop and hands it in.
    pub(crate) async fn submitted(&self, draft: &Draft) -> Id<Product> {
        self.submitted_by(SUPPLIER, self.shop, draft).await
    }

    pub(crate) async fn submitted_by(&self, by: &str, shop: Id<Shop>, draft: &Draft) -> Id<Product> {
        let ctx = self.ctx(by);
        let id = edit::create(&ctx, &self.app, shop, draft).await.unwrap();
        edit::submit(&ctx, &self.app, id).await.unwrap();
        id
    }

    pub(crate) async fn decide(&self, id: Id<Product>, decision: Decision) -> Result<(), Error> {
        let ctx = self.ctx(OPERATOR);
        let stamp = edit::open(&ctx, &self.app, id).await.unwrap().product.stamp;
        review::decide(&ctx, &self.app, id, stamp, &decision).await
    }

    /// A product of the first shop on sale.
    pub(crate) async fn on_sale(&self, draft: &Draft) -> Id<Product> {
        let id = self.submitted(draft).await;
        self.decide(id, Decision::Approve).await.unwrap();
        id
    }

    /// The first variant of a product.
    pub(crate) async fn sku(&self, id: Id<Product>) -> Id<Sku> {
        edit::open(&self.ctx(OPERATOR), &self.app, id).await.unwrap().skus[0].id
    }

    /// The names found for a text.
    pub(crate) async fn found(&self, text: &str) -> Vec<String> {
        let browse = public::Browse { text: text.to_owned(), ..public::Browse::default() };
        let found = public::browse(&self.ctx("public"), &self.app, &browse).await.unwrap();
        found.cards.into_iter().map(|card| card.name).collect()
    }
}

/// A whole draft.
pub(crate) fn apples() -> Draft {
    let text = str::to_owned;
    Draft {
        code: text("PG-01"),
        name: text("昭通丑苹果"),
        origin: text("云南昭通昭阳区"),
        producer: text("昭阳区绿源苹果专业合作社"),
        description: text("高原日照长，脆甜多汁。"),
        delivery: text("付款后 48 小时内发货"),
        after_sales: text("坏果包赔，签收后 48 小时内申请"),
        returnable: text("否"),
        certificate: text("YN-2020-0417"),
        certificate_until: text("2021-12-31"),
        publish: true,
        skus: vec![size("5 kg 装", "5 kg", "59.90"), size("2.5 kg 装", "2.5 kg", "32.00")],
        ..Draft::default()
    }
}

pub(crate) fn size(spec: &str, content: &str, price: &str) -> SkuDraft {
    SkuDraft {
        spec: spec.to_owned(),
        content: content.to_owned(),
        price: price.to_owned(),
        ..SkuDraft::default()
    }
}

/// A draft of the second shop.
pub(crate) fn kumquats() -> Draft {
    let text = str::to_owned;
    Draft {
        code: text("JJ-01"),
        name: text("融安金桔膏"),
        origin: text("450224"),
        producer: text("融安县桔乡食品有限公司"),
        delivery: text("付款后 24 小时内发货"),
        after_sales: text("破损包赔"),
        returnable: text("是"),
        publish: true,
        skus: vec![size("300 g/瓶", "300 g", "28")],
        ..Draft::default()
    }
}
