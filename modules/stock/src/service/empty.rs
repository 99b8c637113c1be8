//! Lots of which nothing is left (售罄批次): they are looked at no longer when something is sold.

use std::collections::HashSet;

use sh_db::Tx;
use sh_http::{App, Context};
use sh_kernel::Id;
use sh_ledger::{Account, Claim, Plan};

use crate::{
    Error,
    model::Lot,
    sale::{BOOK, accounts},
    store::{self, LotRow},
};

/// Lots of one step.
const STEP: i64 = 200;
/// Hours for which a lot is left alone after it came in.
const FRESH_HOURS: i64 = 1;

/// Marks lots that are sold and of which nothing is on hand or set aside. Returns how many.
///
/// # Errors
/// The database.
pub async fn mark(ctx: &Context, app: &App) -> Result<u64, Error> {
    let before = ctx.now().plus_seconds(-FRESH_HOURS * 3_600);
    let (mut after, mut count) = (Id::from_uuid(uuid::Uuid::nil()), 0);
    loop {
        let lots = app.db.read(async |tx| store::with_goods(tx, after, before, STEP).await).await?;
        let Some(last) = lots.last() else { return Ok(count) };
        after = last.id;
        count += app.db.write(async |tx| step(tx, ctx, &lots).await).await?;
    }
}

async fn step(tx: &mut Tx, ctx: &Context, lots: &[LotRow]) -> Result<u64, Error> {
    let ids: Vec<Id<Lot>> = lots.iter().map(|lot| lot.id).collect();
    // Locks the book: from here on nobody sells, receives, takes back, or moves something to a place not seen here.
    let mut plan = Plan::new(ctx.now());
    plan.load_claims(tx, [Claim::named(BOOK, "hold", "", b"")]).await?;
    let places = store::places(tx, &ids).await?;
    let held: Vec<(Id<Lot>, Account)> = lots
        .iter()
        .flat_map(|lot| {
            let own = places.iter().filter(move |(of, _)| *of == lot.id);
            own.flat_map(move |(_, place)| {
                let at = accounts(lot.id, place.id, lot.unit);
                [(lot.id, at.on_hand), (lot.id, at.reserved)]
            })
        })
        .collect();
    plan.load(tx, held.iter().map(|(_, account)| *account).collect::<Vec<_>>()).await?;
    let full = held.iter().filter(|(_, account)| plan.balance(account).unwrap_or(0) > 0);
    let full: HashSet<Id<Lot>> = full.map(|(lot, _)| *lot).collect();
    let empty: Vec<Id<Lot>> = ids.into_iter().filter(|id| !full.contains(id)).collect();
    store::set_empty(tx, &empty).await?;
    Ok(empty.len() as u64)
}
