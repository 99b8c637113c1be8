//! Paying shops what they are owed (结算): an instruction for everything that is due, which a second person confirms as paid.
//!
//! The platform moves no money: an instruction says what whoever holds the buyers' money is to pay, and the books note that
//! it was paid.

use sh_access::audit::{Entry as Logged, record};
use sh_catalogue::model::Shop;
use sh_http::{App, Context, Invalid, Listing, Page, Permission, Scope};
use sh_kernel::{FieldErrors, Id, Instant, Month};
use sh_ledger::{Book, Claim, Plan, Posting, Refusal, Source, Transfer};

use crate::{
    Error,
    error::Refused,
    model::{self, Entry, Settlement, SettlementRow, SettlementState},
    store::{self, settlement::Owed, statement::StatementLine},
};

/// Days after receipt until a sale is due: as long as a buyer may send it back without a reason (七天无理由退货).
pub const HOLD_DAYS: i64 = 7;
/// Characters of the bank's reference.
const REFERENCE_CHARS_MAX: usize = 60;

/// What was received by then is due.
fn received(now: Instant) -> Instant {
    now.plus_seconds(-HOLD_DAYS * 24 * 3_600)
}

/// What each shop is owed that no instruction pays yet.
///
/// # Errors
/// [`Error::Denied`]; a cursor that cannot be read.
pub async fn owed(ctx: &Context, app: &App, page: &Page) -> Result<Listing<Owed>, Error> {
    ctx.require(Permission::ReadOrders, Scope::Everywhere)?;
    let after: Id<Shop> = page.key()?.unwrap_or_else(store::list::begin);
    let by = received(ctx.now());
    let rows = app.db.read(async |tx| store::settlement::owed(tx, by, after, page.fetch()).await).await?;
    Ok(Listing::of(rows, page, |row| row.shop))
}

/// Instructions in a state, the newest first.
///
/// # Errors
/// [`Error::Denied`]; a cursor that cannot be read.
pub async fn list(
    ctx: &Context,
    app: &App,
    state: SettlementState,
    page: &Page,
) -> Result<Listing<SettlementRow>, Error> {
    ctx.require(Permission::ReadOrders, Scope::Everywhere)?;
    let before: Id<Settlement> = page.key()?.unwrap_or_else(store::list::end);
    let rows =
        app.db.read(async |tx| store::settlement::in_state(tx, state, before, page.fetch()).await).await?;
    Ok(Listing::of(rows, page, |row| row.id))
}

/// One instruction with a page of what it pays.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Denied`]; a cursor that cannot be read.
pub async fn get(
    ctx: &Context,
    app: &App,
    id: Id<Settlement>,
    page: &Page,
) -> Result<(SettlementRow, Listing<StatementLine>), Error> {
    let after: Id<Entry> = page.key()?.unwrap_or_else(store::list::begin);
    let (row, entries) = app
        .db
        .read(async |tx| {
            let row = store::settlement::get(tx, id).await?.ok_or(Error::NotFound)?;
            let entries = store::statement::entries_of(tx, row.shop, id, after, page.fetch()).await?;
            Ok::<_, Error>((row, entries))
        })
        .await?;
    let scope = Scope::Organisation(row.organisation.clone());
    ctx.require_any(Permission::ReadOrders, &[scope, Scope::Everywhere])?;
    Ok((row, Listing::of(entries, page, |entry| entry.id)))
}

/// Makes an instruction to pay a shop everything that is due of what was paid up to the end of a month, less whatever went
/// back since. The number was given out with the
/// form: sent twice, it is one instruction.
///
/// # Errors
/// [`Error::Denied`]; [`Error::Invalid`] for a month to come; [`Error::NothingDue`].
pub async fn make(
    ctx: &Context,
    app: &App,
    id: Id<Settlement>,
    shop: Id<Shop>,
    month: Month,
) -> Result<(), Error> {
    ctx.require(Permission::SettleOrders, Scope::Everywhere)?;
    if month > ctx.today().month() {
        return Err(one_error("/month", ctx.t("settlement-month-wrong")));
    }
    let claim = Claim::named(Book::MARKET, "settle", &id.to_string(), format!("{shop} {month}").as_bytes());
    let (paid, by) = (month.next().first_day().start(), received(ctx.now()));
    app.db
        .write(async |tx| {
            // Holds the book: nothing is sold, refunded or paid out meanwhile.
            let mut plan = Plan::new(ctx.now());
            plan.load_claims(tx, [claim]).await?;
            if once(&mut plan, &claim, |_| Ok(()))? {
                return Ok(());
            }
            let due = store::settlement::take(tx, shop, (paid, by), id).await?;
            let amount = due.gross.minus(due.commission)?;
            let (Some(shop_name), Some(organisation), Some(seller), 1..) =
                (due.shop_name, due.organisation, due.seller, amount.0)
            else {
                return Err(Error::NothingDue);
            };
            let row = SettlementRow {
                id,
                shop,
                shop_name,
                organisation,
                seller,
                month,
                entries: due.entries,
                gross: due.gross,
                commission: due.commission,
                amount,
                state: SettlementState::Open,
                made_by: ctx.actor.key(),
                made_at: ctx.now(),
                ended_by: None,
                ended_at: None,
                reference: None,
            };
            store::settlement::add(tx, &row).await?;
            plan.write(tx).await?;
            record(tx, ctx, Logged::new("make-settlement", "settlement", id).after(&told(&row))).await?;
            Ok(())
        })
        .await
}

/// Confirms that a shop was paid, with what the bank calls the payment. Whoever made the instruction cannot.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Denied`], [`Error::Invalid`]; [`Error::SamePerson`]; [`Error::SettlementEnded`];
/// [`Error::SettlementStale`] if goods of it went back since, or somebody asks for that;
/// [`Error::ReferenceTaken`] if another payment has this reference.
pub async fn pay(ctx: &Context, app: &App, id: Id<Settlement>, reference: &str) -> Result<(), Error> {
    ctx.require(Permission::SettleOrders, Scope::Everywhere)?;
    let reference = reference.trim();
    if reference.is_empty() || reference.chars().count() > REFERENCE_CHARS_MAX {
        return Err(one_error("/reference", ctx.t("order-reference-missing")));
    }
    let claim = Claim::named(Book::MARKET, "pay-out", &id.to_string(), reference.as_bytes());
    let outcome = app
        .db
        .write(async |tx| {
            let mut plan = Plan::new(ctx.now());
            plan.load_claims(tx, [claim]).await?;
            let row = store::settlement::get(tx, id).await?.ok_or(Error::NotFound)?;
            let (from, to) = (model::payable(row.seller), model::paid_out(row.seller));
            plan.load(tx, [from, to]).await?;
            let posting = Posting {
                book: Book::MARKET,
                day: ctx.today(),
                source: Source::Payout,
                document: id.uuid(),
                transfers: vec![Transfer::new(from, to, row.amount.0)],
            };
            if once(&mut plan, &claim, |plan| plan.post(&posting).map(drop))? {
                return Ok(());
            }
            if row.made_by == ctx.actor.key() {
                return Err(Error::SamePerson);
            }
            if store::settlement::is_stale(tx, row.shop, id).await? {
                return Err(Error::SettlementStale);
            }
            let by = (&*ctx.actor.key(), ctx.now());
            if !store::settlement::end(tx, id, SettlementState::Paid, by, Some(reference)).await? {
                return Err(Error::SettlementEnded);
            }
            plan.write(tx).await?;
            let paid = serde_json::json!({ "reference": reference, "amount_fen": row.amount });
            record(tx, ctx, Logged::new("pay-settlement", "settlement", id).after(&paid)).await?;
            Ok(())
        })
        .await;
    match outcome {
        Err(Error::Db(sh_db::DbError::Unique(_))) => Err(Error::ReferenceTaken),
        outcome => outcome,
    }
}

/// Takes an instruction back that is not paid yet: what it would have paid is due again.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Denied`]; [`Error::SettlementEnded`].
pub async fn withdraw(ctx: &Context, app: &App, id: Id<Settlement>) -> Result<(), Error> {
    ctx.require(Permission::SettleOrders, Scope::Everywhere)?;
    app.db
        .write(async |tx| {
            super::hold(tx, ctx).await?;
            let row = store::settlement::get(tx, id).await?.ok_or(Error::NotFound)?;
            let by = (&*ctx.actor.key(), ctx.now());
            if !store::settlement::end(tx, id, SettlementState::Withdrawn, by, None).await? {
                return Err(Error::SettlementEnded);
            }
            store::settlement::give_back(tx, row.shop, id).await?;
            record(tx, ctx, Logged::new("withdraw-settlement", "settlement", id).before(&told(&row))).await?;
            Ok(())
        })
        .await
}

/// The month that a form or program names; this one if it names none.
///
/// # Errors
/// [`Error::Invalid`] for what is no month.
pub(crate) fn month(ctx: &Context, text: &str) -> Result<Month, Error> {
    if text.trim().is_empty() {
        return Ok(ctx.today().month());
    }
    super::statement::month_of(text).ok_or_else(|| one_error("/month", ctx.t("settlement-month-wrong")))
}

/// Whether it had been done before.
fn once(
    plan: &mut Plan,
    claim: &Claim,
    work: impl FnOnce(&mut Plan) -> Result<(), Refusal>,
) -> Result<bool, Refused> {
    let answer = plan.once(claim, |plan| work(plan).map(|()| Vec::new()));
    Ok(answer.map_err(Refused::Ledger)?.repeated)
}

fn one_error(field: &str, text: String) -> Error {
    let mut errors = FieldErrors::default();
    errors.push(field, "wrong", text);
    Invalid(errors).into()
}

fn told(row: &SettlementRow) -> serde_json::Value {
    serde_json::json!({
        "shop": row.shop, "month": row.month.to_string(), "entries": row.entries, "gross_fen": row.gross,
        "commission_fen": row.commission, "amount_fen": row.amount,
    })
}
