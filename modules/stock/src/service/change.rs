//! What becomes of goods that are here: adjusted with a reason, carried to another location, sold no longer.

use sh_access::audit::{Entry, record};
use sh_http::{App, Context, Permission};
use sh_kernel::Id;
use sh_ledger::{Claim, Plan, Posting, Refusal, Source, Transfer};

use super::{by, find, note, one_error, place, refused};
use crate::{
    Error,
    model::{Location, Lot, LotState, Movement, MovementKind, QUANTITY_MAX, Reason},
    sale::{BOOK, accounts},
    store::{self, LotRow, NewMovement},
};

/// An adjustment of the books to what is there (调整).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adjustment {
    /// Given out when the form was shown: whoever sends it twice has adjusted once.
    pub id: Id<Movement>,
    /// The lot.
    pub lot: Id<Lot>,
    /// Where it lies.
    pub location: Id<Location>,
    /// Why.
    pub reason: Reason,
    /// In the base unit: what was counted, or how much is spoiled or found. What is set aside for orders is not counted.
    pub quantity: i64,
    /// What the supplier writes to it.
    pub note: String,
}

/// Adjusts what is on hand at a location: what is missing goes to the account of what was lost, what is found comes back from
/// there. A count that finds what the books say is kept as a document without a posting.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Denied`], [`Error::Invalid`]; [`Error::Short`] if more is taken away than is on hand,
/// [`Error::MoreThanLost`] if more is found than was lost: such goods are received.
pub async fn adjust(ctx: &Context, app: &App, adjustment: &Adjustment) -> Result<(), Error> {
    let (lot, _) = find(ctx, app, adjustment.lot, Permission::EditListings).await?;
    let least = i64::from(adjustment.reason != Reason::Counted);
    if !(least..=QUANTITY_MAX).contains(&adjustment.quantity) {
        return Err(one_error("/quantity", "quantity-wrong", ctx.t("lot-quantity-wrong")));
    }
    let body = format!("{} {adjustment:?}", ctx.actor.key());
    let claim = Claim::new(BOOK, adjustment.id.uuid(), body.as_bytes());
    let at = accounts(lot.id, adjustment.location, lot.unit);
    app.db
        .write(async |tx| {
            let mut plan = Plan::new(ctx.now());
            plan.load_claims(tx, [claim]).await?;
            plan.load(tx, [at.on_hand, at.loss]).await?;
            lies_there(tx, &lot, adjustment.location).await?;
            let on_hand = plan.balance(&at.on_hand).unwrap_or(0);
            let difference = adjustment.reason.difference(on_hand, adjustment.quantity);
            let transfer = if difference < 0 {
                Transfer::new(at.on_hand, at.loss, difference.saturating_neg())
            } else {
                Transfer::new(at.loss, at.on_hand, difference)
            };
            let mut posting = None;
            let answer = plan.once(&claim, |plan| {
                if difference != 0 {
                    let made = plan.post(&document(ctx, adjustment.id, transfer))?;
                    posting = Some(made.number);
                }
                Ok::<_, Refusal>(Vec::new())
            });
            if answer.map_err(|refusal| refused(ctx, refusal))?.repeated {
                return Ok(());
            }
            if difference > 0 {
                store::refilled(tx, &[lot.id]).await?;
            }
            let movement = NewMovement {
                id: adjustment.id,
                lot: &lot,
                kind: MovementKind::Adjustment,
                reason: Some(adjustment.reason),
                location: adjustment.location,
                target: None,
                quantity: difference,
                note: &note(&adjustment.note),
                posting,
                at: ctx.now(),
                by: by(ctx),
            };
            store::add_movement(tx, &movement).await?;
            plan.write(tx).await?;
            let entry = Entry::new("adjust-lot", "lot", lot.id)
                .before(&serde_json::json!({ "on_hand": on_hand }))
                .after(&serde_json::json!({ "on_hand": on_hand.saturating_add(difference) }))
                .reason(adjustment.reason.word());
            record(tx, ctx, entry).await?;
            Ok(())
        })
        .await
}

/// Goods that are carried from one location to another (移库).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relocation {
    /// Given out when the form was shown: whoever sends it twice has carried once.
    pub id: Id<Movement>,
    /// The lot.
    pub lot: Id<Lot>,
    /// Where it lies.
    pub from: Id<Location>,
    /// The name of the location that it is carried to; a new one is made.
    pub to: String,
    /// How much, in the base unit.
    pub quantity: i64,
    /// What the supplier writes to it.
    pub note: String,
}

/// Carries goods from one location to another. What is set aside for orders stays where it is.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Denied`], [`Error::Invalid`]; [`Error::Short`] if there is not so much on hand.
pub async fn relocate(ctx: &Context, app: &App, relocation: &Relocation) -> Result<(), Error> {
    let (lot, shop) = find(ctx, app, relocation.lot, Permission::EditListings).await?;
    if !(1..=QUANTITY_MAX).contains(&relocation.quantity) {
        return Err(one_error("/quantity", "quantity-wrong", ctx.t("lot-quantity-wrong")));
    }
    if relocation.to.trim().is_empty() {
        return Err(one_error("/location", "required", ctx.t("lot-location-missing")));
    }
    let body = format!("{} {relocation:?}", ctx.actor.key());
    let claim = Claim::new(BOOK, relocation.id.uuid(), body.as_bytes());
    app.db
        .write(async |tx| {
            let mut plan = Plan::new(ctx.now());
            plan.load_claims(tx, [claim]).await?;
            lies_there(tx, &lot, relocation.from).await?;
            let to = place(tx, ctx, &shop, &relocation.to).await?;
            if to.id == relocation.from {
                return Err(one_error("/location", "same-location", ctx.t("lot-location-same")));
            }
            let from = accounts(lot.id, relocation.from, lot.unit).on_hand;
            let target = accounts(lot.id, to.id, lot.unit).on_hand;
            plan.load(tx, [from, target]).await?;
            let mut posting = None;
            let answer = plan.once(&claim, |plan| {
                let transfer = Transfer::new(from, target, relocation.quantity);
                posting = Some(plan.post(&document(ctx, relocation.id, transfer))?.number);
                Ok::<_, Refusal>(Vec::new())
            });
            if answer.map_err(|refusal| refused(ctx, refusal))?.repeated {
                return Ok(());
            }
            store::lies_at(tx, (lot.id, shop.id), to.id).await?;
            store::refilled(tx, &[lot.id]).await?;
            let movement = NewMovement {
                id: relocation.id,
                lot: &lot,
                kind: MovementKind::Move,
                reason: None,
                location: relocation.from,
                target: Some(to.id),
                quantity: relocation.quantity,
                note: &note(&relocation.note),
                posting,
                at: ctx.now(),
                by: by(ctx),
            };
            store::add_movement(tx, &movement).await?;
            plan.write(tx).await?;
            let told = serde_json::json!({ "quantity": relocation.quantity, "to": to.name });
            record(tx, ctx, Entry::new("move-lot", "lot", lot.id).after(&told)).await?;
            Ok(())
        })
        .await
}

fn document(ctx: &Context, id: Id<Movement>, transfer: Transfer) -> Posting {
    Posting {
        book: BOOK,
        day: ctx.today(),
        source: Source::Adjustment,
        document: id.uuid(),
        transfers: vec![transfer],
    }
}

/// Whether the lot lies or has lain at a location: nothing is posted to places of others.
async fn lies_there(tx: &mut sh_db::Tx, lot: &LotRow, location: Id<Location>) -> Result<(), Error> {
    let places = store::places(tx, &[lot.id]).await?;
    if places.iter().any(|(_, place)| place.id == location) { Ok(()) } else { Err(Error::NotFound) }
}

/// Closes a lot, calls it back, or opens it again. What is set aside for orders stays so; a recall needs a reason, and once
/// called back a lot stays it.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Denied`], [`Error::ReasonMissing`]; [`Error::WrongState`] if it is in that state already, was
/// called back, or somebody else was quicker.
pub async fn set_state(
    ctx: &Context,
    app: &App,
    id: Id<Lot>,
    to: LotState,
    reason: &str,
) -> Result<(), Error> {
    let (lot, _) = find(ctx, app, id, Permission::EditListings).await?;
    let reason = note(reason);
    if to == LotState::Recalled && reason.is_empty() {
        return Err(Error::ReasonMissing);
    }
    if lot.state == to || lot.state == LotState::Recalled {
        return Err(Error::WrongState);
    }
    let kept = Some(reason.as_str()).filter(|text| !text.is_empty() && to != LotState::Open);
    app.db
        .write(async |tx| {
            // Locks the book: no order that is being planned now picks from the lot after it was closed.
            let places = store::places(tx, &[id]).await?;
            let on_hand = places.iter().map(|(_, place)| accounts(id, place.id, lot.unit).on_hand);
            let mut lock = Plan::new(ctx.now());
            lock.load(tx, on_hand.collect::<Vec<_>>()).await?;
            if !store::set_state(tx, &lot, (lot.state, to), kept).await? {
                return Err(Error::WrongState);
            }
            let action = match to {
                LotState::Open => "open-lot",
                LotState::Closed => "close-lot",
                LotState::Recalled => "recall-lot",
            };
            let entry = Entry::new(action, "lot", id)
                .before(&serde_json::json!({ "state": lot.state.word() }))
                .after(&serde_json::json!({ "state": to.word() }));
            record(tx, ctx, entry.reason(&reason)).await?;
            Ok(())
        })
        .await
}
