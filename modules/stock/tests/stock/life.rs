//! A lot from its receipt to its end.

use sh_db::Db;
use sh_http::{AppError as _, Page};
use sh_kernel::Id;
use sh_stock::{
    Error,
    model::{LotState, MovementKind, Reason},
    service::{
        change::{self, Relocation},
        look::{self, Balance, Show},
        receive,
    },
};
use sh_testkit::db_test;

use crate::support::{OTHER, SUPPLIER, Stock, day, schema};

#[db_test(&schema())]
async fn every_statement_is_understood(db: Db) {
    let statements = sh_stock::STATEMENTS.iter().map(|sql| sql.rendered(db.engine()));
    let inserts = sh_stock::INSERTS.iter().map(|insert| insert.rendered(db.engine()));
    for text in statements.chain(inserts) {
        if let Err(error) = db.check_statement(&text).await {
            panic!("{error}: {text}");
        }
    }
}

#[db_test(&schema())]
async fn goods_come_in_once_and_more_of_a_lot_comes_to_it(db: Db) {
    let stock = Stock::open(db).await;
    let (ctx, app) = (stock.ctx(SUPPLIER), &stock.app);
    let first = stock.receipt("A-17", Some(20_210_301), 100_000);
    let lot = receive::receive(&ctx, app, &first).await.unwrap();
    assert_eq!(receive::receive(&ctx, app, &first).await.unwrap(), lot, "sent twice");
    let mut changed = first.clone();
    changed.quantity = 1;
    let refused = receive::receive(&ctx, app, &changed).await.unwrap_err();
    assert_eq!(refused.code(), "idempotency-key-reused");
    assert_eq!(stock.receive("A-17", Some(20_210_301), 20_000).await, lot);
    let opened = stock.look(lot).await;
    let balance = Balance { received: 120_000, on_hand: 120_000, ..Balance::default() };
    assert_eq!(opened.listed.balance, balance);
    assert_eq!(opened.places[0].place.name, "主仓", "the first location is made with the first receipt");
    assert_eq!(opened.movements.len(), 2);
    assert_eq!(stock.available().await[&stock.apples], 120_000);

    // The same number with other days is another lot, or a slip.
    let other_days =
        receive::receive(&ctx, app, &stock.receipt("A-17", Some(20_210_302), 1)).await.unwrap_err();
    assert_eq!(other_days.fields().unwrap().0[0].pointer, "/code");
    let unnamed = stock.receive("", None, 5_000).await;
    assert_eq!(stock.look(unnamed).await.listed.lot.code, "20201209");

    for (wrong, field) in [
        (receive::Receipt { quantity: 0, ..first.clone() }, "/quantity"),
        (receive::Receipt { produced: Some(day(20_201_210)), ..first.clone() }, "/produced"),
        (receive::Receipt { expires: Some(day(20_201_130)), ..first.clone() }, "/expires"),
        (receive::Receipt { expires: Some(day(20_201_208)), ..first.clone() }, "/expires"),
    ] {
        let refused = receive::receive(&ctx, app, &wrong).await.unwrap_err();
        assert_eq!(refused.fields().unwrap().0[0].pointer, field, "{wrong:?}");
    }
    let foreign = receive::Receipt { id: ctx.id(), sku: stock.kumquats, ..first.clone() };
    assert!(matches!(receive::receive(&ctx, app, &foreign).await, Err(Error::NotFound)));
    let stranger = receive::receive(&stock.ctx(OTHER), app, &stock.receipt("X", None, 1)).await.unwrap_err();
    assert_eq!(stranger.kind().status().as_u16(), 404);
}

#[db_test(&schema())]
async fn stock_is_adjusted_with_a_reason_and_never_beyond_what_is_there(db: Db) {
    let stock = Stock::open(db).await;
    let lot = stock.receive("A-17", None, 50_000).await;
    stock.adjust(lot, Reason::Spoiled, 10_000).await.unwrap();
    stock.adjust(lot, Reason::Counted, 38_000).await.unwrap();
    stock.adjust(lot, Reason::Counted, 38_000).await.unwrap();
    stock.adjust(lot, Reason::Found, 5_000).await.unwrap();
    let opened = stock.look(lot).await;
    let balance = Balance { received: 50_000, on_hand: 43_000, lost: 7_000, ..Balance::default() };
    assert_eq!(opened.listed.balance, balance);
    let told: Vec<_> =
        opened.movements.iter().map(|row| (row.reason, row.quantity, row.posting.is_some())).collect();
    assert_eq!(
        told,
        [
            (Some(Reason::Found), 5_000, true),
            (Some(Reason::Counted), 0, false),
            (Some(Reason::Counted), -2_000, true),
            (Some(Reason::Spoiled), -10_000, true),
            (None, 50_000, true),
        ]
    );
    let picks = stock.order(40_000).await.unwrap();
    let refused = stock.adjust(lot, Reason::Spoiled, 3_001).await.unwrap_err();
    assert!(matches!(&refused, Error::Short { there } if there == "3 kg"), "{refused:?}");
    let refused = stock.adjust(lot, Reason::Found, 7_001).await.unwrap_err();
    assert!(matches!(&refused, Error::MoreThanLost { lost } if lost == "7 kg"), "{refused:?}");
    assert!(matches!(stock.adjust(lot, Reason::Spoiled, 0).await, Err(Error::Invalid(_))));
    stock.carry(&picks, sh_ledger::Source::Shipment).await.unwrap();
    while sh_ledger::follow(&stock.app.db).await.unwrap() > 0 {}
    let place = &stock.look(lot).await.places[0];
    assert_eq!(place.balance, Balance { on_hand: 3_000, shipped: 40_000, ..balance });
    let sources: Vec<_> = place.entries.iter().map(|entry| (entry.source.code(), entry.amount)).collect();
    assert_eq!(sources.first(), Some(&("order", -40_000)));
    assert_eq!(sources.last(), Some(&("receipt", 50_000)));
}

#[db_test(&schema())]
async fn goods_are_carried_between_locations(db: Db) {
    let stock = Stock::open(db).await;
    let (ctx, app) = (stock.ctx(SUPPLIER), &stock.app);
    let lot = stock.receive("A-17", None, 50_000).await;
    let from = stock.look(lot).await.places[0].place.id;
    let to = |name: &str, quantity| Relocation {
        id: ctx.id(),
        lot,
        from,
        to: name.to_owned(),
        quantity,
        note: "装车".to_owned(),
    };
    let moved = to("广州前置仓", 20_000);
    change::relocate(&ctx, app, &moved).await.unwrap();
    change::relocate(&ctx, app, &moved).await.unwrap();
    assert!(matches!(change::relocate(&ctx, app, &to("广州前置仓", 30_001)).await, Err(Error::Short { .. })));
    assert!(matches!(change::relocate(&ctx, app, &to("主仓", 1)).await, Err(Error::Invalid(_))));
    let nowhere = Relocation { from: Id::from_uuid(uuid::Uuid::nil()), ..to("主仓", 1) };
    assert!(matches!(change::relocate(&ctx, app, &nowhere).await, Err(Error::NotFound)));
    let opened = stock.look(lot).await;
    let there: Vec<_> = opened.places.iter().map(|at| (at.place.name.as_str(), at.balance.on_hand)).collect();
    assert_eq!(there, [("主仓", 30_000), ("广州前置仓", 20_000)]);
    assert_eq!(opened.movements[0].kind, MovementKind::Move);
    assert_eq!(opened.movements[0].target.as_deref(), Some("广州前置仓"));
    assert_eq!(stock.available().await[&stock.apples], 50_000);
    let picks = stock.order(35_000).await.unwrap();
    assert_eq!(picks.iter().map(|pick| pick.quantity).collect::<Vec<_>>(), [30_000, 5_000]);
}

#[db_test(&schema())]
async fn a_lot_that_is_closed_or_called_back_is_not_sold(db: Db) {
    let stock = Stock::open(db).await;
    let (ctx, app) = (stock.ctx(SUPPLIER), &stock.app);
    let lot = stock.receive("A-17", None, 50_000).await;
    let set = async |to, why| change::set_state(&ctx, app, lot, to, why).await;
    set(LotState::Closed, "").await.unwrap();
    assert_eq!(stock.order(1).await, Err(0));
    assert!(matches!(set(LotState::Closed, "").await, Err(Error::WrongState)));
    let more = receive::receive(&ctx, app, &stock.receipt("A-17", None, 1)).await;
    assert!(matches!(more, Err(Error::WrongState)), "{more:?}");
    set(LotState::Open, "").await.unwrap();
    let picks = stock.order(10_000).await.unwrap();
    assert!(matches!(set(LotState::Recalled, " ").await, Err(Error::ReasonMissing)));
    set(LotState::Recalled, "抽检不合格").await.unwrap();
    assert!(matches!(set(LotState::Open, "").await, Err(Error::WrongState)), "a recall stays");
    assert_eq!(stock.order(1).await, Err(0));
    assert!(stock.available().await.is_empty());
    assert_eq!(stock.look(lot).await.listed.lot.reason.as_deref(), Some("抽检不合格"));
    stock.carry(&picks, sh_ledger::Source::Release).await.unwrap();
    assert_eq!(stock.order(1).await, Err(0), "what comes back of it is not sold either");
    assert_eq!(
        (stock.list(Show::Recalled, "").await, stock.list(Show::Open, "").await),
        (vec!["A-17".to_owned()], vec![])
    );
}

#[db_test(&schema())]
async fn lists_show_what_expires_what_is_empty_and_whose_goods(db: Db) {
    let stock = Stock::open(db).await;
    let (ctx, app) = (stock.ctx(SUPPLIER), &stock.app);
    for (code, expires) in
        [("late", 20_210_301), ("soon", 20_210_108), ("sooner", 20_201_220), ("edge", 20_210_109)]
    {
        stock.receive(code, Some(expires), 5_000).await;
    }
    let mut eggs = stock.receipt("eggs", None, 300);
    eggs.sku = stock.eggs;
    receive::receive(&ctx, app, &eggs).await.unwrap();
    assert_eq!(
        stock.list(Show::Expiring, "").await,
        ["sooner", "soon"],
        "within thirty days, the next one first"
    );
    stock.clock.advance_seconds(16 * 86_400);
    assert_eq!(stock.list(Show::Expiring, "").await, ["sooner", "soon", "edge"], "also what has expired");
    assert_eq!(stock.list(Show::Open, "").await, ["eggs", "edge", "sooner", "soon", "late"]);
    assert_eq!(stock.list(Show::Open, "鸡蛋").await, ["eggs"]);
    assert_eq!(stock.list(Show::Open, "PG-01").await.len(), 4);
    assert!(stock.list(Show::Open, "没有这个").await.is_empty());
    assert!(stock.list(Show::Empty, "").await.is_empty());
    assert_eq!(stock.order(15_001).await, Err(15_000), "what has expired is not sold");
    stock.order(10_000).await.unwrap();
    assert!(stock.list(Show::Empty, "").await.is_empty(), "what is set aside is still there");

    let soon = stock.lots().await.into_iter().find(|lot| lot.code == "late").unwrap().lot;
    stock.adjust(soon, Reason::Counted, 0).await.unwrap();
    assert_eq!(stock.list(Show::Empty, "").await, ["late"]);

    // Page by page, each lot once.
    for show in [Show::Open, Show::Expiring] {
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let page = Page { after: after.clone(), size: Some(2) };
            let list = look::list(&ctx, app, stock.shop, (show, ""), &page).await.unwrap();
            seen.extend(list.items.into_iter().map(|one| one.lot.code));
            after = list.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen, stock.list(show, "").await);
    }
    let strangers = look::list(&stock.ctx(OTHER), app, stock.shop, (Show::Open, ""), &Page::default()).await;
    assert!(strangers.is_err());
}
