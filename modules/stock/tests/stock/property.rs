//! Any sequence of receipts, adjustments, moves, orders, shipments, releases and returns.

use std::collections::BTreeMap;

use proptest::{
    collection::vec,
    prelude::*,
    strategy::ValueTree as _,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use sh_db::{Db, DbError};
use sh_kernel::Id;
use sh_ledger::{Source, read};
use sh_stock::{
    Pick, accounts,
    model::{Lot, Reason},
    sale::BOOK,
    service::change::{self, Relocation},
};
use sh_testkit::db_test;

use crate::support::{SUPPLIER, Stock, schema};

/// Sequences on each engine, one after the other on the same lots.
const RUNS: usize = 8;

#[derive(Debug, Clone)]
enum Step {
    Receive(usize, i64),
    Adjust(usize, Reason, i64),
    Move(usize, i64),
    Order(i64),
    /// The order with this number, as far as there are so many, is shipped, released or comes back.
    Carry(usize, Source),
}

fn step() -> impl Strategy<Value = Step> {
    let lot = 0_usize..3;
    let reason = prop_oneof![Just(Reason::Counted), Just(Reason::Spoiled), Just(Reason::Found)];
    let source = prop_oneof![Just(Source::Shipment), Just(Source::Release), Just(Source::Return)];
    prop_oneof![
        2 => (lot.clone(), 1_i64..50).prop_map(|(lot, quantity)| Step::Receive(lot, quantity)),
        2 => (lot.clone(), reason, 0_i64..40).prop_map(|(lot, reason, quantity)| Step::Adjust(lot, reason, quantity)),
        1 => (lot, 1_i64..30).prop_map(|(lot, quantity)| Step::Move(lot, quantity)),
        4 => (1_i64..60).prop_map(Step::Order),
        4 => (0_usize..12, source).prop_map(|(order, source)| Step::Carry(order, source)),
    ]
}

/// What is known without the database: how much of the lots together is where.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Sums {
    received: i64,
    on_hand: i64,
    reserved: i64,
    shipped: i64,
    lost: i64,
}

struct Run<'a> {
    stock: &'a Stock,
    lots: Vec<Id<Lot>>,
    /// Orders that were placed: what was picked, and where it is now.
    orders: Vec<(Vec<Pick>, Source)>,
    sums: Sums,
}

impl Run<'_> {
    async fn step(&mut self, step: &Step) {
        match step {
            Step::Receive(lot, quantity) => {
                let lot = self.stock.receive(&format!("L{lot}"), None, *quantity).await;
                if !self.lots.contains(&lot) {
                    self.lots.push(lot);
                }
                self.sums.received += quantity;
                self.sums.on_hand += quantity;
            }
            Step::Adjust(lot, reason, quantity) => {
                let Some(lot) = self.lots.get(*lot) else { return };
                let before = self.stock.look(*lot).await.places[0].balance;
                let difference = reason.difference(before.on_hand, *quantity);
                let fits = before.on_hand + difference >= 0
                    && before.lost - difference >= 0
                    && (*quantity > 0 || *reason == Reason::Counted);
                assert_eq!(
                    self.stock.adjust(*lot, *reason, *quantity).await.is_ok(),
                    fits,
                    "{step:?} {before:?}"
                );
                if fits {
                    self.sums.on_hand += difference;
                    self.sums.lost -= difference;
                }
            }
            Step::Move(lot, quantity) => {
                let Some(lot) = self.lots.get(*lot) else { return };
                let at = &self.stock.look(*lot).await.places[0];
                let ctx = self.stock.ctx(SUPPLIER);
                let relocation = Relocation {
                    id: ctx.id(),
                    lot: *lot,
                    from: at.place.id,
                    to: "分仓".to_owned(),
                    quantity: *quantity,
                    note: String::new(),
                };
                let outcome = change::relocate(&ctx, &self.stock.app, &relocation).await;
                assert_eq!(outcome.is_ok(), *quantity <= at.balance.on_hand, "{step:?}");
            }
            Step::Order(quantity) => match self.stock.order(*quantity).await {
                Ok(picks) => {
                    assert_eq!(picks.iter().map(|pick| pick.quantity).sum::<i64>(), *quantity);
                    self.sums.on_hand -= quantity;
                    self.sums.reserved += quantity;
                    self.orders.push((picks, Source::Order));
                }
                Err(there) => assert_eq!(there, self.sums.on_hand, "{step:?}"),
            },
            Step::Carry(order, source) => self.carry(*order, *source).await,
        }
    }

    async fn carry(&mut self, order: usize, source: Source) {
        let Some((picks, stands)) = self.orders.get_mut(order) else { return };
        let quantity: i64 = picks.iter().map(|pick| pick.quantity).sum();
        // A mall knows what became of its orders; here they are asked in any order, and what cannot be is refused as long
        // as no other order lends its goods: only those are asked that fit.
        let fits = match source {
            Source::Shipment | Source::Release => *stands == Source::Order,
            _ => *stands == Source::Shipment,
        };
        if !fits {
            return;
        }
        self.stock.carry(picks, source).await.unwrap();
        *stands = source;
        let sums = &mut self.sums;
        match source {
            Source::Shipment => {
                (sums.reserved, sums.shipped) = (sums.reserved - quantity, sums.shipped + quantity);
            }
            Source::Release => {
                (sums.reserved, sums.on_hand) = (sums.reserved - quantity, sums.on_hand + quantity);
            }
            _ => {
                (sums.shipped, sums.on_hand) = (sums.shipped - quantity, sums.on_hand + quantity);
            }
        }
    }

    /// Each lot on its own, then all of them: nothing is made, nothing is lost, nothing is below zero.
    async fn check(&self) {
        let mut all = Sums::default();
        for lot in &self.lots {
            let opened = self.stock.look(*lot).await;
            let balance = opened.listed.balance;
            let held = balance.on_hand + balance.reserved + balance.shipped + balance.lost;
            assert_eq!(held, balance.received, "{balance:?}");
            assert!(balance.shipped <= balance.received, "more went out than came in: {balance:?}");
            for at in &opened.places {
                let one = at.balance;
                assert!(
                    [one.on_hand, one.reserved, one.shipped, one.lost].iter().all(|sum| *sum >= 0),
                    "{one:?}"
                );
            }
            all = Sums {
                received: all.received + balance.received,
                on_hand: all.on_hand + balance.on_hand,
                reserved: all.reserved + balance.reserved,
                shipped: all.shipped + balance.shipped,
                lost: all.lost + balance.lost,
            };
        }
        assert_eq!(all, self.sums);
        let known = self.stock.available().await.get(&self.stock.apples).copied().unwrap_or(0);
        assert_eq!(known, self.sums.on_hand);
    }
}

#[db_test(&schema())]
async fn nothing_is_made_and_nothing_is_sold_twice(db: Db) {
    let mut runner =
        TestRunner::new_with_rng(Config::default(), TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let stock = Stock::open(db).await;
    let mut run = Run { stock: &stock, lots: Vec::new(), orders: Vec::new(), sums: Sums::default() };
    for _ in 0..RUNS {
        let steps = vec(step(), 5..25).new_tree(&mut runner).unwrap().current();
        for step in &steps {
            run.step(step).await;
        }
        run.check().await;
    }
    assert!(
        run.sums.shipped > 0 && run.sums.lost > 0 && run.orders.len() > 5,
        "nothing was tried: {:?}",
        run.sums
    );
    let found = stock.app.db.read(async |tx| sh_ledger::verify(tx).await).await.unwrap();
    assert_eq!(found, None);
    // Lots that share a location share no account.
    let mut seen = BTreeMap::new();
    for lot in stock.lots().await {
        for account in accounts(lot.lot, lot.location, lot.unit).all() {
            assert_eq!(seen.insert(account.id, lot.lot), None);
        }
    }
    let accounts: Vec<_> = stock.lots().await.iter().map(sh_stock::ForSale::on_hand).collect();
    let read: Result<_, DbError> =
        stock.app.db.read(async |tx| read::balances(tx, BOOK, &accounts).await).await;
    assert_eq!(read.unwrap().values().sum::<i64>(), run.sums.on_hand);
}
