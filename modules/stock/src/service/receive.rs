//! Goods come in (入库).

use sh_access::audit::{Entry, record};
use sh_catalogue::{
    ShopRow, basket,
    model::{Shop, Sku},
    service::shops,
};
use sh_db::Tx;
use sh_http::{App, Context, Invalid, Permission};
use sh_kernel::{Day, FieldErrors, Id};
use sh_ledger::{Claim, Plan, Posting, Refusal, Source, Transfer};

use super::{NAME_CHARS_MAX, by, note, one_error, place, refused};
use crate::{
    Error,
    model::{Lot, LotState, Movement, MovementKind, QUANTITY_MAX, ledger_unit},
    sale::{BOOK, accounts},
    store::{self, LotRow, NewMovement},
};

/// Goods that came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Given out when the form was shown: whoever sends it twice has received once.
    pub id: Id<Movement>,
    /// The shop.
    pub shop: Id<Shop>,
    /// The variant.
    pub sku: Id<Sku>,
    /// The lot as the producer names it; without a name that of the day of receipt.
    pub code: String,
    /// When it was produced.
    pub produced: Option<Day>,
    /// The last day on which it may be sold.
    pub expires: Option<Day>,
    /// The name of the location; without one the first of the shop.
    pub location: String,
    /// How much, in the product's base unit.
    pub quantity: i64,
    /// What the supplier writes to it.
    pub note: String,
}

/// Takes goods in: makes the lot unless it is there, and the location unless it is there. More of a lot that is there comes
/// to it, if its days are the same. Returns the lot.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Denied`]; [`Error::Invalid`] with everything that is wrong; [`Error::WrongState`] if the
/// lot is closed or called back; the ledger if the form was sent before with other content.
pub async fn receive(ctx: &Context, app: &App, receipt: &Receipt) -> Result<Id<Lot>, Error> {
    let shop = shops::get(ctx, app, receipt.shop).await?;
    ctx.require(Permission::EditListings, shop.scope())?;
    check(ctx, receipt)?;
    app.db.write(async |tx| receive_in(tx, ctx, &shop, receipt).await).await
}

/// The same within a transaction; whoever calls it has asked for the permission and checked the receipt.
pub(crate) async fn receive_in(
    tx: &mut Tx,
    ctx: &Context,
    shop: &ShopRow,
    receipt: &Receipt,
) -> Result<Id<Lot>, Error> {
    let body = format!("{} {receipt:?}", ctx.actor.key());
    let claim = Claim::new(BOOK, receipt.id.uuid(), body.as_bytes());
    let mut plan = Plan::new(ctx.now());
    plan.load_claims(tx, [claim]).await?;
    let (lot, is_new) = lot_for(tx, ctx, receipt).await?;
    let at = place(tx, ctx, shop, &receipt.location).await?;
    let accounts = accounts(lot.id, at.id, lot.unit);
    plan.load(tx, [accounts.inbound, accounts.on_hand]).await?;
    let mut posting = None;
    let answer = plan.once(&claim, |plan| {
        let made = plan.post(&Posting {
            book: BOOK,
            day: ctx.today(),
            source: Source::Receipt,
            document: receipt.id.uuid(),
            transfers: vec![Transfer::new(accounts.inbound, accounts.on_hand, receipt.quantity)],
        })?;
        posting = Some(made.number);
        Ok::<_, Refusal>(lot.id.uuid().as_bytes().to_vec())
    });
    let answer = answer.map_err(|refusal| refused(ctx, refusal))?;
    if answer.repeated {
        return lot_of(&answer.bytes);
    }
    fits(ctx, receipt, &lot)?;
    if is_new {
        store::add_lot(tx, &lot).await?;
    }
    store::lies_at(tx, (lot.id, shop.id), at.id).await?;
    store::refilled(tx, &[lot.id]).await?;
    let movement = NewMovement {
        id: receipt.id,
        lot: &lot,
        kind: MovementKind::Receipt,
        reason: None,
        location: at.id,
        target: None,
        quantity: receipt.quantity,
        note: &note(&receipt.note),
        posting,
        at: ctx.now(),
        by: by(ctx),
    };
    store::add_movement(tx, &movement).await?;
    plan.write(tx).await?;
    let told = serde_json::json!({
        "lot": lot.code, "sku": lot.sku, "quantity": receipt.quantity, "location": at.name,
        "produced": lot.produced, "expires": lot.expires,
    });
    record(tx, ctx, Entry::new("receive-lot", "lot", lot.id).after(&told)).await?;
    Ok(lot.id)
}

/// The lot that a receipt names, as it is or as it is to be made, and whether it is new.
async fn lot_for(tx: &mut Tx, ctx: &Context, receipt: &Receipt) -> Result<(LotRow, bool), Error> {
    let found = basket::skus(tx, &[receipt.sku]).await?;
    let sku = found.into_iter().find(|sku| sku.shop == receipt.shop).ok_or(Error::NotFound)?;
    let code = match receipt.code.trim() {
        "" => ctx.today().yyyymmdd().to_string(),
        code => code.to_owned(),
    };
    if let Some(known) = store::lot_by_code(tx, (receipt.shop, sku.sku), &code).await? {
        return Ok((known, false));
    }
    let lot = LotRow {
        id: ctx.id(),
        shop: receipt.shop,
        sku: sku.sku,
        unit: ledger_unit(sku.unit),
        code,
        produced: receipt.produced,
        expires: receipt.expires,
        state: LotState::Open,
        reason: None,
        received_at: ctx.now(),
    };
    Ok((lot, true))
}

fn lot_of(bytes: &[u8]) -> Result<Id<Lot>, Error> {
    let uuid = uuid::Uuid::from_slice(bytes);
    uuid.map(Id::from_uuid).map_err(|_| Refusal::Mistake("the answer that is kept is no lot").into())
}

fn check(ctx: &Context, receipt: &Receipt) -> Result<(), Error> {
    let mut errors = FieldErrors::default();
    if !(1..=QUANTITY_MAX).contains(&receipt.quantity) {
        errors.push("/quantity", "quantity-wrong", ctx.t("lot-quantity-wrong"));
    }
    if receipt.code.trim().chars().count() > NAME_CHARS_MAX {
        errors.push("/code", "too-long", ctx.t("lot-code-long"));
    }
    if receipt.produced.is_some_and(|day| day > ctx.today()) {
        errors.push("/produced", "in-the-future", ctx.t("lot-produced-later"));
    }
    if receipt.expires.is_some_and(|day| receipt.produced.is_some_and(|produced| day < produced)) {
        errors.push("/expires", "before-production", ctx.t("lot-expires-before"));
    } else if receipt.expires.is_some_and(|day| day < ctx.today()) {
        errors.push("/expires", "expired", ctx.t("lot-expires-past"));
    }
    Ok(errors.into_result().map_err(Invalid)?)
}

/// More of a lot has its days, and comes only while it is sold.
fn fits(ctx: &Context, receipt: &Receipt, lot: &LotRow) -> Result<(), Error> {
    if lot.state != LotState::Open {
        return Err(Error::WrongState);
    }
    if (receipt.produced, receipt.expires) != (lot.produced, lot.expires) {
        return Err(one_error("/code", "other-days", ctx.t("lot-code-other-days")));
    }
    Ok(())
}
