//! Writing what a batch has decided, table by table.

use sh_access::audit::{self, By, Entry};
use sh_db::{DbError, Tx};
use sh_http::Context;
use sh_kernel::Instant;
use sh_trade::own::OwnSale;

use super::{Step, known::Known, tell};
use crate::{
    command::{Command, What},
    model::{EntryRow, ParcelRow, PickRow, ReceiptRow, RefundRow, Whole},
    store,
};

/// What the commands of a batch do besides the ledger and the orders that were there before.
#[derive(Debug)]
pub(super) struct Work {
    /// When the batch is decided.
    pub(super) at: Instant,
    placed: Vec<Whole>,
    sales: Vec<OwnSale>,
    receipts: Vec<ReceiptRow>,
    refunds: Vec<RefundRow>,
    paid_back: Vec<sh_kernel::Id<crate::model::Refund>>,
    entries: Vec<EntryRow>,
    picks: Vec<PickRow>,
    parcels: Vec<ParcelRow>,
    finished: Vec<store::case::Finished>,
    events: Vec<sh_webhooks::Event>,
    audit: Vec<(By, Entry)>,
}

impl Work {
    pub(super) const fn new(at: Instant) -> Self {
        Self {
            at,
            placed: Vec::new(),
            sales: Vec::new(),
            receipts: Vec::new(),
            refunds: Vec::new(),
            paid_back: Vec::new(),
            entries: Vec::new(),
            picks: Vec::new(),
            parcels: Vec::new(),
            finished: Vec::new(),
            events: Vec::new(),
            audit: Vec::new(),
        }
    }

    /// Takes over what a command has done.
    pub(super) fn add(&mut self, known: &Known, step: Step<'_>, command: &Command) {
        let whole = step.placed.as_ref();
        let whole = whole.or_else(|| known.orders.get(&command.what.order()?));
        if let Some(whole) = whole {
            let (action, shop) = name(&command.what);
            let amount = whole.order.amount;
            let state = whole.order.state.word();
            let payload = serde_json::json!({
                "order": whole.order.id, "shop": shop, "state": state, "amount_fen": amount,
                "paid_fen": whole.order.paid, "refunded_fen": whole.order.refunded,
            });
            self.events.extend(tell::event(&step, whole, &command.what));
            let entry = Entry::new(action, "order", whole.order.id).after(&payload);
            self.audit.push((command.by.clone(), entry));
        }
        self.placed.extend(step.placed);
        self.sales.extend(step.sales);
        self.receipts.extend(step.receipt);
        self.refunds.extend(step.refunds);
        self.paid_back.extend(step.paid_back);
        self.entries.extend(step.entries);
        self.picks.extend(step.picks);
        self.parcels.extend(step.parcels);
        self.finished.extend(step.finished);
    }

    /// Writes everything, in few large statements.
    pub(super) async fn write(self, tx: &mut Tx, ctx: &Context, known: &Known) -> Result<(), DbError> {
        store::order::add(tx, &self.placed).await?;
        let ordered = self
            .placed
            .iter()
            .flat_map(|whole| whole.lines.iter().map(|line| (whole.order.buyer.as_str(), line.sku)));
        store::basket::drop_ordered(tx, &ordered.collect::<Vec<_>>()).await?;
        let changed: Vec<&Whole> = known.changed.iter().filter_map(|id| known.orders.get(id)).collect();
        store::pay::add_receipts(tx, &self.receipts).await?;
        store::order::add_picks(tx, self.picks.iter()).await?;
        store::order::set(tx, &changed).await?;
        store::parcel::add(tx, &self.parcels).await?;
        // Goods that came back may be of lots that were sold out.
        let back = changed.iter().flat_map(|whole| &whole.picks).filter(|pick| pick.back > 0);
        let mut lots: Vec<_> = back.map(|pick| sh_kernel::Id::from_uuid(pick.lot)).collect();
        lots.sort_unstable();
        lots.dedup();
        sh_stock::refilled(tx, &lots).await?;
        store::case::finish(tx, (&ctx.ids, self.at), &self.finished).await?;
        store::pay::add_refunds(tx, &self.refunds).await?;
        store::pay::set_paid_back(tx, &self.paid_back, self.at).await?;
        store::statement::add(tx, &self.entries).await?;
        sh_webhooks::publish(tx, (&ctx.ids, self.at), &self.events).await?;
        audit::record_many(tx, (&ctx.ids, self.at), self.audit).await?;
        if self.sales.is_empty() {
            return Ok(());
        }
        sh_trade::own::record(tx, ctx, &self.sales).await
    }
}

/// What a command is called in the log, and which shop it is about.
fn name(what: &What) -> (&'static str, Option<sh_kernel::Id<sh_catalogue::model::Shop>>) {
    match what {
        What::Place(_) => ("place-order", None),
        What::Settle(_) => ("settle-order", None),
        What::Cancel(_) => ("cancel-order", None),
        What::Ship(ship) => ("ship-order", Some(ship.shop)),
        What::Receive(_, shop) => ("receive-order", Some(*shop)),
        What::Ask(ask) => ("ask-refund", Some(ask.shop)),
        What::Refund(decide) if decide.grant => ("grant-refund", Some(decide.shop)),
        What::Refund(decide) => ("refuse-refund", Some(decide.shop)),
        What::Back(back) => ("finish-case", Some(back.shop)),
        What::PaidBack(..) => ("paid-back", None),
    }
}
