//! From the first draft to the end of the sale.

use sh_catalogue::{
    Error,
    draft::Draft,
    model::{Review, Shelf, ShopState},
    service::{edit, price, public, review::Decision, shelf, shops},
};
use sh_db::Db;
use sh_http::AppError as _;
use sh_kernel::Fen;
use sh_testkit::db_test;

use crate::support::{Mall, OPERATOR, OTHER, SUPPLIER, apples, kumquats, schema, size};

#[db_test(&schema())]
async fn every_statement_is_understood(db: Db) {
    let statements = sh_catalogue::STATEMENTS.into_iter().flatten().map(|sql| sql.rendered(db.engine()));
    let inserts = sh_catalogue::INSERTS.into_iter().flatten().map(|insert| insert.rendered(db.engine()));
    for text in statements.chain(inserts) {
        if let Err(error) = db.check_statement(&text).await {
            panic!("{error}: {text}");
        }
    }
}

#[db_test(&schema())]
async fn a_product_is_returned_by_field_mended_approved_and_sold(db: Db) {
    let mall = Mall::open(db).await;
    let (supplier, app) = (mall.ctx(SUPPLIER), &mall.app);
    let id = mall.submitted(&apples()).await;
    assert!(mall.found("丑苹果").await.is_empty(), "nothing is shown before it is approved");

    let remarks = [("producer".to_owned(), "请写全称".to_owned())].into();
    mall.decide(id, Decision::Return(remarks)).await.unwrap();
    let opened = edit::open(&supplier, app, id).await.unwrap();
    assert_eq!(opened.product.review, Review::Returned);
    assert_eq!(opened.product.remarks.unwrap()["producer"], "请写全称");
    let draft = Draft { producer: "云南省昭通市绿源苹果专业合作社".to_owned(), ..apples() };
    edit::save(&supplier, app, id, opened.product.stamp, &draft).await.unwrap();
    edit::submit(&supplier, app, id).await.unwrap();
    mall.decide(id, Decision::Approve).await.unwrap();

    assert_eq!(mall.found("丑苹果").await, ["昭通丑苹果"]);
    let opened = edit::open(&supplier, app, id).await.unwrap();
    assert_eq!((opened.product.shelf, opened.product.review), (Shelf::OnSale, Review::None));
    assert_eq!(opened.product.remarks, None);
    let codes: Vec<&str> = opened.skus.iter().map(|sku| sku.code.as_str()).collect();
    assert_eq!(codes, ["PG-01-5000g", "PG-01-2500g"]);
    assert_eq!(opened.product.lead, Some(opened.skus[1].id), "the cheapest variant leads");

    shelf::set(&supplier, app, id, false).await.unwrap();
    assert!(mall.found("丑苹果").await.is_empty());
    shelf::set(&supplier, app, id, true).await.unwrap();
    assert_eq!(mall.found("丑苹果").await.len(), 1);
    shelf::switch(&mall.ctx(OPERATOR), app, id, true, "产地不实").await.unwrap();
    assert!(mall.found("丑苹果").await.is_empty());
    let refused = shelf::set(&supplier, app, id, true).await;
    assert!(matches!(refused, Err(Error::WrongState(_))), "{refused:?}");
    shelf::switch(&mall.ctx(OPERATOR), app, id, false, "").await.unwrap();
    shelf::set(&supplier, app, id, true).await.unwrap();
    assert_eq!(mall.found("丑苹果").await.len(), 1);
}

#[db_test(&schema())]
async fn what_is_on_sale_stays_while_its_copy_is_worked_on(db: Db) {
    let mall = Mall::open(db).await;
    let (supplier, app) = (mall.ctx(SUPPLIER), &mall.app);
    let id = mall.on_sale(&apples()).await;
    let opened = edit::open(&supplier, app, id).await.unwrap();
    let (old, stamp) = (opened.skus[0].id, opened.product.stamp);
    let mut draft = opened.product.draft();
    "昭通冰糖心丑苹果".clone_into(&mut draft.name);
    draft.skus = vec![size("10 kg 装", "10 kg", "108"), draft.skus[0].clone()];
    edit::save(&supplier, app, id, stamp, &draft).await.unwrap();
    edit::submit(&supplier, app, id).await.unwrap();
    assert_eq!(mall.found("丑苹果").await, ["昭通丑苹果"]);

    mall.decide(id, Decision::Approve).await.unwrap();
    assert_eq!(mall.found("丑苹果").await, ["昭通冰糖心丑苹果"]);
    let skus = edit::open(&supplier, app, id).await.unwrap().skus;
    let offered: Vec<(&str, bool)> = skus.iter().map(|sku| (sku.spec.as_str(), sku.active)).collect();
    assert!(offered.contains(&("10 kg 装", true)) && offered.contains(&("2.5 kg 装", false)), "{offered:?}");
    assert_eq!(
        skus.iter().find(|sku| sku.spec == "5 kg 装").unwrap().id,
        old,
        "the same thing keeps its number"
    );
    let gone = skus.iter().find(|sku| !sku.active).unwrap().id;
    let shown = public::product(&mall.ctx("public"), app, gone).await.unwrap();
    assert!(shown.blocked.is_some(), "an old address still tells what it was");
}

#[db_test(&schema())]
async fn a_form_that_was_kept_a_moment_ago_is_taken_and_an_older_one_is_not(db: Db) {
    let mall = Mall::open(db).await;
    let (supplier, app) = (mall.ctx(SUPPLIER), &mall.app);
    let id = mall.on_sale(&apples()).await;
    let product = edit::open(&supplier, app, id).await.unwrap().product;
    let typed = |description: &str| Draft { description: description.to_owned(), ..product.draft() };
    let (kept, _) = edit::save(&supplier, app, id, product.stamp, &typed("新介绍")).await.unwrap();
    let (again, _) = edit::save(&supplier, app, id, product.stamp, &typed("新介绍")).await.unwrap();
    assert_eq!((kept, again), (product.stamp + 1, kept));
    let stale = edit::save(&supplier, app, id, product.stamp, &typed("旧介绍")).await;
    assert!(matches!(stale, Err(Error::Changed)), "{stale:?}");
}

#[db_test(&schema())]
async fn a_price_holds_at_once_and_no_older_copy_brings_it_back(db: Db) {
    let mall = Mall::open(db).await;
    let (supplier, app) = (mall.ctx(SUPPLIER), &mall.app);
    let id = mall.on_sale(&apples()).await;
    let sku = mall.sku(id).await;
    let stamp = edit::open(&supplier, app, id).await.unwrap().product.stamp;
    let copy = Draft {
        description: "新介绍".to_owned(),
        ..edit::open(&supplier, app, id).await.unwrap().product.draft()
    };
    edit::save(&supplier, app, id, stamp, &copy).await.unwrap();

    price::set(&supplier, app, sku, Fen(5_990), Fen(2_990)).await.unwrap();
    let stale = price::set(&supplier, app, sku, Fen(5_990), Fen(1_990)).await;
    assert!(matches!(stale, Err(Error::Changed)), "{stale:?}");
    let wrong = price::set(&supplier, app, sku, Fen(2_990), Fen(0)).await;
    assert!(matches!(wrong, Err(Error::Invalid(_))), "{wrong:?}");
    let shown = public::product(&mall.ctx("public"), app, sku).await.unwrap();
    assert_eq!(shown.sku.price, Fen(2_990));
    let cheap = public::Browse { most: Some(Fen(3_000)), ..public::Browse::default() };
    let found = public::browse(&mall.ctx("public"), app, &cheap).await.unwrap();
    assert_eq!(found.cards[0].sku, sku, "lists sort by the new price and lead with the cheapest variant");

    edit::submit(&supplier, app, id).await.unwrap();
    mall.decide(id, Decision::Approve).await.unwrap();
    let shown = public::product(&mall.ctx("public"), app, sku).await.unwrap();
    assert_eq!((shown.sku.price, shown.content.description.as_str()), (Fen(2_990), "新介绍"));
    let prices: Vec<(Option<Fen>, Fen)> = price::history(&supplier, app, sku)
        .await
        .unwrap()
        .into_iter()
        .map(|change| (change.before, change.price))
        .collect();
    assert_eq!(prices, [(Some(Fen(5_990)), Fen(2_990)), (None, Fen(5_990))]);
}

#[db_test(&schema())]
async fn two_people_never_overwrite_each_other(db: Db) {
    let mall = Mall::open(db).await;
    let (supplier, app) = (mall.ctx(SUPPLIER), &mall.app);
    let id = edit::create(&supplier, app, mall.shop, &apples()).await.unwrap();
    let stamp = edit::open(&supplier, app, id).await.unwrap().product.stamp;
    let first = Draft { description: "甲".to_owned(), ..apples() };
    let (next, _) = edit::save(&supplier, app, id, stamp, &first).await.unwrap();
    let second =
        edit::save(&supplier, app, id, stamp, &Draft { description: "乙".to_owned(), ..apples() }).await;
    assert!(matches!(second, Err(Error::Changed)), "{second:?}");
    assert_eq!(edit::open(&supplier, app, id).await.unwrap().product.draft().description, "甲");
    edit::submit(&supplier, app, id).await.unwrap();
    let late = edit::save(&supplier, app, id, next, &first).await;
    assert!(matches!(late, Err(Error::WrongState(_))), "{late:?}");
    let twice = edit::submit(&supplier, app, id).await;
    assert!(matches!(twice, Err(Error::WrongState(_))), "{twice:?}");
    mall.decide(id, Decision::Approve).await.unwrap();
    let again = mall.decide(id, Decision::Approve).await;
    assert!(matches!(again, Err(Error::Changed)), "{again:?}");
}

#[db_test(&schema())]
async fn codes_are_used_once_in_a_shop(db: Db) {
    let mall = Mall::open(db).await;
    let (supplier, app) = (mall.ctx(SUPPLIER), &mall.app);
    mall.on_sale(&apples()).await;
    let twice = edit::create(&supplier, app, mall.shop, &apples()).await;
    assert!(matches!(&twice, Err(Error::CodeTaken(code)) if code == "PG-01"), "{twice:?}");
    // The same code in another shop is another thing.
    let other = Draft { code: "PG-01".to_owned(), ..kumquats() };
    mall.submitted_by(OTHER, mall.other, &other).await;
}

#[db_test(&schema())]
async fn a_code_of_a_variant_that_another_product_has_is_told_when_it_is_typed(db: Db) {
    let mall = Mall::open(db).await;
    let (supplier, app) = (mall.ctx(SUPPLIER), &mall.app);
    // Neither product is approved yet.
    let first = edit::create(&supplier, app, mall.shop, &apples()).await.unwrap();
    let mut pears = Draft { code: "LI-01".to_owned(), name: "昭通雪梨".to_owned(), ..apples() };
    let id = edit::create(&supplier, app, mall.shop, &pears).await.unwrap();
    "PG-01-2500g".clone_into(&mut pears.skus[1].code);
    let refused = edit::save(&supplier, app, id, 1, &pears).await;
    let Err(Error::Invalid(refused)) = refused else { panic!("{refused:?}") };
    let told = &refused.fields().unwrap().0[0];
    assert_eq!(told.pointer, "/sku-1-code");
    assert!(told.message.contains("“PG-01-2500g”已用在商品“PG-01”"), "{}", told.message);
    let kept = edit::open(&supplier, app, id).await.unwrap().product;
    assert_eq!((kept.stamp, kept.draft().skus[1].code.as_str()), (1, ""), "nothing is half kept");
    // The shop next door may use it.
    let mut other = kumquats();
    "PG-01-2500g".clone_into(&mut other.skus[0].code);
    edit::create(&mall.ctx(OTHER), app, mall.other, &other).await.unwrap();

    // A code that its product gives up is free again.
    let stamp = edit::open(&supplier, app, first).await.unwrap().product.stamp;
    let fewer = Draft { skus: vec![apples().skus[0].clone()], ..apples() };
    edit::save(&supplier, app, first, stamp, &fewer).await.unwrap();
    edit::save(&supplier, app, id, 1, &pears).await.unwrap();

    // One that an approved variant has stays its product's, even if the working copy lets go of it.
    edit::submit(&supplier, app, first).await.unwrap();
    mall.decide(first, Decision::Approve).await.unwrap();
    let stamp = edit::open(&supplier, app, first).await.unwrap().product.stamp;
    let others = Draft { skus: vec![size("1 kg 装", "1 kg", "15")], ..apples() };
    edit::save(&supplier, app, first, stamp, &others).await.unwrap();
    "PG-01-5000g".clone_into(&mut pears.skus[0].code);
    let refused = edit::save(&supplier, app, id, 2, &pears).await;
    assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
    "PG-01-1000g".clone_into(&mut pears.skus[0].code);
    let refused = edit::save(&supplier, app, id, 2, &pears).await;
    assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
    // Given up with its working copy.
    edit::discard(&supplier, app, first).await.unwrap();
    edit::save(&supplier, app, id, 2, &pears).await.unwrap();
}

#[db_test(&schema())]
async fn a_shop_that_is_off_shows_and_sells_nothing(db: Db) {
    let mall = Mall::open(db).await;
    let app = &mall.app;
    let operator = mall.ctx(OPERATOR);
    let id = mall.on_sale(&apples()).await;
    let missing = shops::switch(&operator, app, mall.shop, ShopState::SwitchedOff, " ").await;
    assert!(matches!(missing, Err(Error::ReasonMissing)), "{missing:?}");
    shops::switch(&operator, app, mall.shop, ShopState::SwitchedOff, "证照过期").await.unwrap();
    assert!(mall.found("丑苹果").await.is_empty());
    let refused = shelf::set(&mall.ctx(SUPPLIER), app, id, false).await;
    assert!(refused.is_ok(), "taking off sale is always allowed");
    let refused = shelf::set(&mall.ctx(SUPPLIER), app, id, true).await;
    assert!(matches!(refused, Err(Error::ShopOff)), "{refused:?}");
    shops::switch(&operator, app, mall.shop, ShopState::Open, "").await.unwrap();
    shelf::set(&mall.ctx(SUPPLIER), app, id, true).await.unwrap();
    assert_eq!(mall.found("丑苹果").await.len(), 1);
}

#[db_test(&schema())]
async fn a_recognition_that_has_ended_is_shown_no_longer(db: Db) {
    let mall = Mall::open(db).await;
    let app = &mall.app;
    let id = mall.on_sale(&apples()).await;
    let sku = mall.sku(id).await;
    let certified = public::Browse { certified: true, ..public::Browse::default() };
    let count = async || {
        let found = public::browse(&mall.ctx("public"), app, &certified).await.unwrap();
        found.cards.len()
    };
    assert_eq!(count().await, 1);
    assert_eq!(shelf::forget_expired(&mall.ctx(OPERATOR), app).await.unwrap(), 0);
    mall.clock.advance_seconds(400 * 86_400);
    let shown = public::product(&mall.ctx("public"), app, sku).await.unwrap();
    assert_eq!(shown.certificate, None, "the page looks at the day by itself");
    assert_eq!(shelf::forget_expired(&mall.ctx(OPERATOR), app).await.unwrap(), 1);
    assert_eq!(count().await, 0);
    assert_eq!(mall.found("丑苹果").await.len(), 1);
}
