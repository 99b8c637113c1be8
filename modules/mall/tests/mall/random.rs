//! Whatever people do in whatever order: the ledger stays whole, and nothing is half there.

use sh_db::Db;
use sh_http::AppError;
use sh_kernel::{Fen, Id};
use sh_mall::{
    Error,
    model::Order,
    provider::simulator::Scenario,
    service::{checkout, chores, operator, orders, supplier},
    token::Visitor,
};
use sh_testkit::db_test;

use crate::support::{Market, OPERATOR, OTHER, SUPPLIER, schema};

/// Numbers that look like chance and are the same in each run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }
}

async fn act(market: &Market, dice: &mut Dice, known: &mut Vec<(String, Id<Order>)>) -> Result<(), Error> {
    let (ctx, app) = (market.public(), &market.app);
    let guest = format!("g{}", dice.below(3));
    let what = dice.below(10);
    if what < 3 || known.is_empty() {
        let pieces = i64::try_from(dice.below(4)).unwrap() + 1;
        let mut lines = vec![(market.apples, pieces, 5_990)];
        if dice.below(2) == 0 {
            lines.push((market.kumquats, pieces, 2_800));
        }
        let order = checkout::place(&ctx, app, &format!("guest:{guest}"), &market.form(&lines)).await?;
        known.push((guest, order));
        return Ok(());
    }
    let at = usize::try_from(dice.below(known.len() as u64)).unwrap();
    let (guest, order) = known[at].clone();
    let visitor = Visitor::guest(&guest);
    let (shop, by) = if dice.below(2) == 0 { (market.shop, SUPPLIER) } else { (market.other, OTHER) };
    match what {
        3 | 4 => {
            let (scenario, _) = Scenario::ALL[usize::try_from(dice.below(6)).unwrap()];
            market.pay(&guest, order, scenario).await
        }
        5 => orders::cancel(&ctx, app, &visitor, order).await,
        6 => {
            let waybill = format!("WB{:08}", dice.below(100_000_000));
            supplier::ship(&market.ctx(by), app, (order, shop), "中通", &waybill).await
        }
        7 => orders::receive(&ctx, app, &visitor, order, shop).await,
        8 => {
            orders::ask_refund(&ctx, app, &visitor, (order, shop), "不要了").await?;
            let decided = (dice.below(3) > 0, dice.below(2) == 0);
            supplier::answer(&market.ctx(by), app, (order, shop), decided, "看过了").await
        }
        _ => {
            market.clock.advance_seconds(i64::try_from(dice.below(900)).unwrap());
            let reference = format!("BANK-{}", dice.below(50));
            let amount = Fen(i64::try_from(dice.below(9_000)).unwrap() + 1);
            let entered =
                operator::enter_transfer(&market.ctx(OPERATOR), app, order, amount, &reference).await;
            chores::once(&ctx, app).await?;
            entered
        }
    }
}

#[db_test(&schema())]
async fn any_run_leaves_the_books_whole(db: Db) {
    let market = Market::open(db, 60, 40).await;
    let mut dice = Dice(0x5eed_2020_1209);
    let (mut known, mut done) = (Vec::new(), 0);
    for step in 0..300 {
        match act(&market, &mut dice, &mut known).await {
            Ok(()) => done += 1,
            // Refusals are answers; failures are not.
            Err(error) => assert!(error.kind().status().as_u16() < 500, "step {step}: {error:?}"),
        }
        if step % 100 == 99 {
            market.audit().await;
        }
    }
    assert!(done > 80, "only {done} steps did something");
    market.clock.advance_seconds(3_600);
    chores::once(&market.public(), &market.app).await.unwrap();
    market.audit().await;
    assert_eq!(market.count("mall_order WHERE state = 1").await, 0, "nothing waits for ever");
}
