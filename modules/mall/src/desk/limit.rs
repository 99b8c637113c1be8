//! How much of a product one buyer may have (限购), decided in memory over all orders of a batch.
//!
//! A buyer is known by their account or token and by the telephone that the order goes to, because tokens and accounts cost
//! nothing: what goes to one telephone counts together.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sh_catalogue::{
    basket::BasketSku,
    draft::Limit,
    model::{Product, Sku},
};
use sh_db::{DbError, Tx};
use sh_kernel::{Id, Instant};

use super::{
    known::{Known, places},
    place::Line,
};
use crate::{
    command::Command,
    error::{OverLimit, Refused},
    model::{Order, OrderState, Whole},
    store,
};

const DAY_SECONDS: i64 = 24 * 3_600;

/// Pieces of a limited product in a live order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Had {
    pub(crate) order: Id<Order>,
    pub(crate) buyer: String,
    pub(crate) phone: String,
    pub(crate) placed_at: Instant,
    pub(crate) product: Id<Product>,
    pub(crate) pieces: i64,
}

/// What the buyers of a batch have had of the limited products in it.
#[derive(Debug, Default)]
pub(crate) struct Bought(HashMap<Id<Product>, Vec<Had>>);

impl Bought {
    /// Reads it in two queries, or none if nothing in the batch is limited.
    pub(super) async fn load(
        tx: &mut Tx,
        commands: &[Command],
        skus: &HashMap<Id<Sku>, BasketSku>,
        today: Instant,
    ) -> Result<Self, DbError> {
        let limited = skus.values().filter_map(|sku| Some((sku.product, sku.limit?.days)));
        let days: BTreeMap<Id<Product>, i64> = limited.collect();
        let Some(longest) = days.values().max() else { return Ok(Self::default()) };
        let is_limited = |sku: &Id<Sku>| skus.get(sku).is_some_and(|sku| sku.limit.is_some());
        let (mut buyers, mut phones) = (BTreeSet::new(), BTreeSet::new());
        for place in places(commands) {
            if place.lines.iter().any(|line| is_limited(&line.sku)) {
                buyers.insert(place.buyer.clone());
                phones.insert(place.address.phone.clone());
            }
        }
        // A day more than the window: today has only begun where it is counted from.
        let since =
            today.plus_seconds(longest.saturating_add(1).saturating_mul(DAY_SECONDS).saturating_neg());
        let products: Vec<_> = days.into_keys().collect();
        let list = |set: BTreeSet<String>| set.into_iter().collect::<Vec<_>>();
        let found = store::order::had(tx, &list(buyers), &list(phones), &products, since).await?;
        let mut bought = Self::default();
        for one in found {
            bought.0.entry(one.product).or_default().push(one);
        }
        Ok(bought)
    }

    /// Takes an order in that the batch has just placed.
    pub(super) fn add(&mut self, skus: &HashMap<Id<Sku>, BasketSku>, whole: &Whole) {
        let order = &whole.order;
        let limited =
            |line: &&crate::model::LineRow| skus.get(&line.sku).is_some_and(|sku| sku.limit.is_some());
        for line in whole.lines.iter().filter(limited) {
            self.0.entry(line.product).or_default().push(Had {
                order: order.id,
                buyer: order.buyer.clone(),
                phone: order.address.phone.clone(),
                placed_at: order.placed_at,
                product: line.product,
                pieces: line.pieces,
            });
        }
    }

    fn pieces(&self, known: &Known, product: Id<Product>, limit: Limit, who: (&str, &str, Instant)) -> i64 {
        let (buyer, phone, now) = who;
        let since = now.plus_seconds(limit.days.saturating_mul(DAY_SECONDS).saturating_neg());
        let same = |one: &Had| one.buyer == buyer || one.phone == phone;
        // Cancelled in this batch: the rows were read before.
        let live = |one: &Had| {
            known.orders.get(&one.order).is_none_or(|whole| whole.order.state != OrderState::Cancelled)
        };
        let rows = self.0.get(&product).into_iter().flatten();
        let rows = rows.filter(|one| one.placed_at > since && same(one) && live(one));
        rows.fold(0, |sum, one| sum.saturating_add(one.pieces))
    }
}

/// Refuses an order with more of a product than its buyer may still have. Lines of one product are summed first.
pub(super) fn check(
    known: &Known,
    now: Instant,
    buyer: &str,
    phone: &str,
    lines: &[Line<'_>],
) -> Result<(), Refused> {
    let mut wanted: BTreeMap<Id<Product>, (&str, Limit, i64)> = BTreeMap::new();
    for (line, sku) in lines {
        if let Some(limit) = sku.limit {
            let entry = wanted.entry(line.product).or_insert((&sku.name, limit, 0));
            entry.2 = entry.2.saturating_add(line.pieces);
        }
    }
    let over = wanted.into_iter().filter_map(|(product, (name, limit, pieces))| {
        let had = known.bought.pieces(known, product, limit, (buyer, phone, now));
        let left = limit.pieces.saturating_sub(had).max(0);
        (pieces > left).then(|| OverLimit { name: name.to_owned(), pieces: limit.pieces, left })
    });
    let over: Vec<OverLimit> = over.collect();
    if over.is_empty() { Ok(()) } else { Err(Refused::OverLimit(over)) }
}
