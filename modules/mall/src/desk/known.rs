//! What a batch must know before it decides, read once for all of its commands.

use std::collections::{BTreeSet, HashMap, HashSet};

use sh_catalogue::{basket, basket::BasketSku, model::Sku};
use sh_db::{DbError, Tx};
use sh_kernel::{Day, Fen, Id};
use sh_ledger::{Account, Plan};
use sh_stock::ForSale;

use super::limit::Bought;
use crate::{
    case::{Case, CaseRow, Kind, Part},
    command::{Command, Place, What},
    commission::Rule,
    goods,
    model::{self, Order, Refund, RefundRow, Whole},
    store,
};

/// Orders, variants and lots that a batch is about.
#[derive(Debug, Default)]
pub(crate) struct Known {
    /// Orders that were there before, as the commands so far have changed them.
    pub(crate) orders: HashMap<Id<Order>, Whole>,
    /// Which of them were changed.
    pub(crate) changed: HashSet<Id<Order>>,
    /// Variants of new orders.
    pub(crate) skus: HashMap<Id<Sku>, BasketSku>,
    /// Their lots, soonest expiry first.
    pub(crate) lots: Vec<ForSale>,
    /// What is taken of what is sold today, in its order.
    pub(crate) rules: Vec<Rule>,
    /// What buyers of limited products have had of them.
    pub(crate) bought: Bought,
    /// Cases that come to what was asked for, with what they are about.
    pub(crate) cases: HashMap<Id<Case>, (CaseRow, Vec<Part>)>,
    /// Which of them the batch has finished.
    pub(crate) finished: HashSet<Id<Case>>,
    /// Refunds that a provider has sent.
    pub(crate) refunds: HashMap<Id<Refund>, RefundRow>,
}

impl Known {
    /// Reads everything and loads the accounts into the plan.
    pub(crate) async fn load(
        tx: &mut Tx,
        plan: &mut Plan,
        commands: &[Command],
        today: Day,
    ) -> Result<Self, DbError> {
        let mut known = Self::default();
        let ids: BTreeSet<Id<Order>> = commands.iter().filter_map(|command| command.what.order()).collect();
        if !ids.is_empty() {
            let ids: Vec<_> = ids.into_iter().collect();
            let wholes = store::order::wholes(tx, &ids).await?;
            known.orders = wholes.into_iter().map(|whole| (whole.order.id, whole)).collect();
        }
        let refunds: Vec<Id<Refund>> = commands
            .iter()
            .filter_map(|command| match command.what {
                What::PaidBack(_, refund) => Some(refund),
                _ => None,
            })
            .collect();
        if !refunds.is_empty() {
            let rows = store::pay::refunds(tx, &refunds).await?;
            known.refunds = rows.into_iter().map(|row| (row.id, row)).collect();
        }
        let cases: Vec<Id<Case>> = commands.iter().filter_map(|command| command.what.case()).collect();
        if !cases.is_empty() {
            known.cases = store::case::some(tx, &cases).await?;
        }
        known.load_goods(tx, commands, today).await?;
        known.bought = Bought::load(tx, commands, &known.skus, today.start()).await?;
        plan.load(tx, known.accounts(commands)).await?;
        Ok(known)
    }

    async fn load_goods(&mut self, tx: &mut Tx, commands: &[Command], today: Day) -> Result<(), DbError> {
        let ordered = places(commands).flat_map(|place| place.lines.iter().map(|line| line.sku));
        let ids: BTreeSet<Id<Sku>> = ordered.chain(self.exchanged()).collect();
        let ids: Vec<Id<Sku>> = ids.into_iter().collect();
        if !ids.is_empty() {
            self.rules = store::commission::on(tx, today).await?;
        }
        for ids in ids.chunks(basket::SKUS_MAX) {
            let found = basket::skus(tx, ids).await?;
            self.skus.extend(found.into_iter().map(|sku| (sku.sku, sku)));
            self.lots.extend(sh_stock::for_sale(tx, ids, today).await?);
        }
        Ok(())
    }

    /// Variants of which others are sent for what came back.
    fn exchanged(&self) -> Vec<Id<Sku>> {
        let cases = self.cases.values().filter(|(row, _)| row.kind == Kind::Exchange);
        let lines = cases.filter_map(|(row, _)| Some(self.orders.get(&row.order)?.lines_of(row.shop)));
        lines.flatten().map(|line| line.sku).collect()
    }

    fn accounts(&self, commands: &[Command]) -> Vec<Account> {
        let mut list = Vec::new();
        for place in places(commands) {
            list.push(model::receivable(place.order));
            list.extend([
                model::open_orders(&place.buyer),
                model::open_pieces(&place.buyer),
                model::all_open(),
            ]);
            let skus = place.lines.iter().filter_map(|line| self.skus.get(&line.sku));
            list.extend(skus.map(|sku| model::payable(sku.seller)));
        }
        list.extend(self.lots.iter().flat_map(|lot| [lot.on_hand(), lot.reserved()]));
        if !self.cases.is_empty() {
            // Others that leave for what came back can come back in the same batch.
            list.extend(self.lots.iter().flat_map(|lot| [lot.shipped(), lot.loss()]));
        }
        for whole in self.orders.values() {
            let order = &whole.order;
            list.extend([model::receivable(order.id), model::refundable(order.id)]);
            list.extend([
                model::open_orders(&order.buyer),
                model::open_pieces(&order.buyer),
                model::all_open(),
            ]);
            list.extend(whole.parts.iter().map(|part| model::payable(part.seller)));
            let charged = whole.parts.iter().filter(|part| whole.charged(part.shop) > Fen::ZERO);
            list.extend(charged.map(|part| model::commission(part.seller)));
            for part in &whole.parts {
                list.extend(whole.picks_of(part.shop).flat_map(|(pick, unit)| goods::accounts(pick, unit)));
            }
        }
        let settles = commands.iter().filter_map(|command| match &command.what {
            What::Settle(settle) => Some(model::clearing(&settle.provider)),
            _ => None,
        });
        list.extend(settles);
        list.extend(self.refunds.values().map(|refund| model::clearing(&refund.provider)));
        list
    }

    /// Keeps an order as a command has changed it.
    pub(crate) fn put(&mut self, id: Id<Order>, whole: Whole) {
        self.orders.insert(id, whole);
        self.changed.insert(id);
    }
}

pub(super) fn places(commands: &[Command]) -> impl Iterator<Item = &Place> {
    commands.iter().filter_map(|command| match &command.what {
        What::Place(place) => Some(&**place),
        _ => None,
    })
}
