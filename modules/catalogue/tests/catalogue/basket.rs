//! What stock and mall build on.

use sh_catalogue::{
    basket::{self, Blocked},
    freight::{Exception, Quote, Rate, Template},
    model::ShopState,
    service::{edit, review::Decision, shelf, shops},
};
use sh_db::{Db, DbError};
use sh_kernel::{Day, Fen, Id, RegionCode};
use sh_testkit::db_test;

use crate::support::{Mall, OPERATOR, OTHER, SUPPLIER, apples, kumquats, schema};

fn place(code: i64) -> RegionCode {
    RegionCode::new(code).unwrap()
}

#[db_test(&schema())]
async fn a_basket_is_loaded_with_all_it_depends_on(db: Db) {
    let mall = Mall::open(db).await;
    let app = &mall.app;
    let template = Template {
        rate: Rate { first_grams: 3_000, first: Fen(800), step_grams: 1_000, step: Fen(100) },
        exceptions: vec![Exception { regions: vec![place(650_000)], rate: None }],
        free_from: None,
    };
    let freight =
        shops::save_freight(&mall.ctx(SUPPLIER), app, mall.shop, None, ("快递", &template)).await.unwrap();
    let mut draft = apples();
    "快递".clone_into(&mut draft.freight);
    let id = mall.on_sale(&draft).await;
    let first = mall.sku(id).await;
    let other = mall.submitted_by(OTHER, mall.other, &kumquats()).await;
    mall.decide(other, Decision::Approve).await.unwrap();
    let second = mall.sku(other).await;

    let load = async || {
        let ids = [first, second, Id::from_uuid(uuid::Uuid::nil())];
        let mut skus = app.db.read(async |tx| Ok::<_, DbError>(basket::skus(tx, &ids).await?)).await.unwrap();
        skus.sort_by_key(|sku| sku.sku);
        skus
    };
    let skus = load().await;
    assert_eq!(skus.len(), 2, "an unknown variant is missing");
    let apple = &skus[0];
    assert_eq!((apple.sku, apple.price, apple.gross_grams), (first, Fen(5_990), 5_000));
    assert_eq!((apple.category(), apple.origin, apple.returnable), (3, place(530_602), false));
    assert_eq!((apple.shop, apple.organisation.as_str()), (mall.shop, "93530602MA6KAPPLE1"));
    assert_eq!(apple.freight, Some(freight));
    assert!(
        apple.is_certified(Day::new(2021, 12, 31).unwrap())
            && !apple.is_certified(Day::new(2022, 1, 1).unwrap())
    );
    assert_eq!((apple.blocked, skus[1].freight), (None, None));

    let quote = |pieces, to| basket::freight([(apple, pieces), (&skus[1], 1)], place(to)).unwrap();
    assert_eq!(quote(1, 440_305), Quote::Fee(Fen(1_000)), "5 kg is 3 kg and two steps");
    assert_eq!(quote(2, 440_305), Quote::Fee(Fen(1_500)), "all pieces of an order are weighed together");
    assert_eq!(quote(1, 650_102), Quote::NotSent);
    assert!(basket::freight([(apple, i64::MAX)], place(440_305)).is_err());

    shelf::set(&mall.ctx(SUPPLIER), app, id, false).await.unwrap();
    let after = load().await;
    assert_eq!(after[0].blocked, Some(Blocked::OffSale));
    assert!(after[0].product_version > apple.product_version, "a buyer would notice");
    shops::switch(&mall.ctx(OPERATOR), app, mall.other, ShopState::SwitchedOff, "停业").await.unwrap();
    assert_eq!(load().await[1].blocked, Some(Blocked::ShopOff));
    let opened = edit::open(&mall.ctx(SUPPLIER), app, id).await.unwrap();
    assert_eq!(opened.freights[0].template, template);
}
