//! Small writes that move no value (随手记): what is put into baskets, payments that are begun, what the made-up provider
//! takes. Waiting for the disk costs as much for one of them as for two hundred, so they share transactions as well.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sh_catalogue::{
    basket::{self, BasketSku},
    model::Sku,
};
use sh_db::{Batch, DbError, Tx};
use sh_http::Context;
use sh_kernel::{Id, Instant};

use crate::{
    Error,
    error::Refused,
    model::PaymentRow,
    service::basket::LINES_MAX,
    store::{
        self,
        basket::{Kept, Owned},
        simulator::Taken,
    },
};

/// One of them.
#[derive(Debug)]
pub(crate) enum Note {
    /// Pieces of a variant go into a basket, at the price of now.
    Put { buyer: String, sku: Id<Sku>, pieces: i64 },
    /// A payment is begun.
    Begin(PaymentRow),
    /// The made-up provider takes money, and tells of it later if there is an instant.
    Take(Vec<Taken>, Option<Instant>),
}

/// Writes them, many at a time.
#[derive(Debug)]
pub(crate) struct Notes {
    pub(super) ctx: Context,
}

impl Batch for Notes {
    type Command = Note;
    type Outcome = Result<(), Error>;
    type Error = DbError;

    async fn commit(&self, tx: &mut Tx, notes: &[Note]) -> Result<Vec<Self::Outcome>, DbError> {
        let mut baskets = Baskets::load(tx, notes).await?;
        let (mut payments, mut taken) = (Vec::new(), Vec::new());
        let mut outcomes = Vec::with_capacity(notes.len());
        for note in notes {
            outcomes.push(match note {
                Note::Put { buyer, sku, pieces } => baskets.put(buyer, *sku, *pieces),
                Note::Begin(payment) => {
                    payments.push(payment);
                    Ok(())
                }
                Note::Take(parts, tell_at) => {
                    taken.extend(parts.iter().map(|part| (part, *tell_at)));
                    Ok(())
                }
            });
        }
        store::basket::put(tx, &baskets.lines.into_values().collect::<Vec<_>>(), self.ctx.now()).await?;
        store::pay::add_payments(tx, &payments).await?;
        store::simulator::add(tx, &taken).await?;
        Ok(outcomes)
    }
}

/// What goes into baskets, each line once.
#[derive(Debug, Default)]
struct Baskets<'a> {
    skus: HashMap<Id<Sku>, BasketSku>,
    counts: HashMap<String, i64>,
    lines: BTreeMap<(&'a str, Id<Sku>), Owned<'a>>,
}

impl<'a> Baskets<'a> {
    async fn load(tx: &mut Tx, notes: &[Note]) -> Result<Self, DbError> {
        let puts = notes.iter().filter_map(|note| match note {
            Note::Put { buyer, sku, .. } => Some((buyer.clone(), *sku)),
            Note::Begin(_) | Note::Take(..) => None,
        });
        let (buyers, ids): (BTreeSet<String>, BTreeSet<Id<Sku>>) = puts.unzip();
        let mut baskets = Self::default();
        if buyers.is_empty() {
            return Ok(baskets);
        }
        let (buyers, ids): (Vec<_>, Vec<_>) = (buyers.into_iter().collect(), ids.into_iter().collect());
        for ids in ids.chunks(basket::SKUS_MAX) {
            let found = basket::skus(tx, ids).await?;
            baskets.skus.extend(found.into_iter().map(|sku| (sku.sku, sku)));
        }
        baskets.counts = store::basket::counts(tx, &buyers).await?.into_iter().collect();
        Ok(baskets)
    }

    fn put(&mut self, buyer: &'a str, sku: Id<Sku>, pieces: i64) -> Result<(), Error> {
        let found = self.skus.get(&sku).ok_or(Error::NotFound)?;
        if found.blocked.is_some() {
            return Err(Refused::OffSale(found.name.clone()).into());
        }
        if let Some(line) = self.lines.get_mut(&(buyer, sku)) {
            line.kept.pieces = line.kept.pieces.saturating_add(pieces);
            return Ok(());
        }
        let count = self.counts.entry(buyer.to_owned()).or_default();
        if *count >= LINES_MAX {
            return Err(Error::BasketFull);
        }
        *count = count.saturating_add(1);
        let kept = Kept { sku, pieces, seen: found.price };
        self.lines.insert((buyer, sku), Owned { owner: buyer, kept });
        Ok(())
    }
}
