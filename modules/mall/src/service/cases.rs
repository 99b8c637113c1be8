//! After the sale (售后): what a buyer asks for, line by line; what the shop answers; what the operator decides.
//!
//! Steps that move no value are writes of their own, each only if the case still stands where it was seen. What moves value
//! is a command of the queue like every other.

use sh_access::audit::{Entry, record};
use sh_catalogue::{model::Shop, service::shops};
use sh_http::{App, Context, Invalid, Listing, Page, Permission, Scope};
use sh_kernel::{FieldErrors, Id, Instant};

pub use super::case_photos::{add_photo, photo};
use super::orders::{self, reason_of};
use crate::{
    Error,
    case::{ANSWER_HOURS, Case, CaseRow, EVIDENCE_MAX, Kind, OPEN_DAYS, Part, Side, State, Whole},
    command::{Back, What},
    model::{self, Order, PartState},
    store::{self, case::New},
    token::Visitor,
};

/// Cases of one order.
const CASES_MAX: usize = 20;
/// Cases that one run of the chore moves on.
const STEP: i64 = 200;

/// What a buyer asks for.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The number that its form was given: a form that is sent twice opens one case.
    pub id: Id<Case>,
    /// What.
    pub kind: Kind,
    /// For which pieces.
    pub parts: Vec<Part>,
    /// Why.
    pub reason: String,
}

fn wrong(field: &str, text: String) -> Error {
    let mut errors = FieldErrors::default();
    errors.push(field, "wrong", text);
    Invalid(errors).into()
}

/// Opens a case for some pieces that one shop has sent.
///
/// # Errors
/// [`Error::NotFound`] for orders of others; [`Error::Invalid`] without a reason or for more pieces than there are;
/// [`crate::Refused::WrongState`] if the part is not sent, or was received too long ago; [`crate::Refused::FormOld`];
/// [`sh_ledger::Refusal::OtherBody`] if the number of the form stands for something else.
pub async fn open(
    ctx: &Context,
    app: &App,
    visitor: &Visitor,
    (order, shop): (Id<Order>, Id<Shop>),
    asked: &Asked,
) -> Result<Id<Case>, Error> {
    let whole = orders::get(ctx, app, visitor, order).await?;
    if let Some(known) = opened(app, (order, shop), asked).await? {
        return Ok(known);
    }
    super::check_form(ctx, asked.id)?;
    let part = whole.part(shop).ok_or(Error::NotFound)?;
    let since = ctx.now().plus_seconds(-OPEN_DAYS * 24 * 3_600);
    let stands = match part.state {
        PartState::Shipped => true,
        PartState::Received => part.received_at.is_some_and(|at| at > since),
        _ => false,
    };
    if !stands || part.ask == model::Ask::Asked {
        return Err(crate::Refused::WrongState(part.state.word()).into());
    }
    let reason = reason_of(ctx, &asked.reason)?;
    let row = CaseRow {
        id: asked.id,
        order,
        shop,
        organisation: part.organisation.clone(),
        buyer: whole.order.buyer.clone(),
        kind: asked.kind,
        state: State::Asked,
        reason: reason.clone(),
        amount: sh_kernel::Fen::ZERO,
        waybill: None,
        carrier: None,
        replacement: None,
        opened_at: ctx.now(),
        due_at: Some(ctx.now().plus_seconds(ANSWER_HOURS * 3_600)),
        ended_at: None,
    };
    app.db
        .write(async |tx| {
            super::hold(tx, ctx).await?;
            // The same form was sent twice at the same moment.
            if let Some((known, parts)) = store::case::some(tx, &[row.id]).await?.remove(&row.id) {
                return same(&known, &parts, (order, shop), asked);
            }
            let whole = store::order::whole(tx, order).await?.ok_or(Error::NotFound)?;
            if whole.part(shop).is_none_or(|now| now.state != part.state || now.ask == model::Ask::Asked) {
                return Err(crate::Refused::WrongState("changed").into());
            }
            let others = store::case::asked_for(tx, order).await?;
            let known = store::case::of_order(tx, order).await?;
            if !fits(&whole, shop, &asked.parts, &others) || known.len() >= CASES_MAX {
                return Err(wrong("/pieces", ctx.t("case-pieces-wrong")));
            }
            store::case::add(tx, &row, &asked.parts).await?;
            happened(tx, ctx, row.id, Side::Buyer, ("asked", &reason)).await?;
            let told = serde_json::json!({ "order": order, "kind": asked.kind.word() });
            record(tx, ctx, Entry::new("open-case", "case", row.id).after(&told)).await?;
            Ok(row.id)
        })
        .await
}

/// The case that the form has opened before, if it has.
async fn opened(app: &App, at: (Id<Order>, Id<Shop>), asked: &Asked) -> Result<Option<Id<Case>>, Error> {
    let found = app.db.read(async |tx| store::case::some(tx, &[asked.id]).await).await?.remove(&asked.id);
    found.map(|(row, parts)| same(&row, &parts, at, asked)).transpose()
}

/// The case, if it is what the form asks for.
fn same(row: &CaseRow, parts: &[Part], at: (Id<Order>, Id<Shop>), asked: &Asked) -> Result<Id<Case>, Error> {
    let mut wanted = asked.parts.clone();
    wanted.sort_by_key(|part| part.line);
    let is = (row.order, row.shop) == at && row.kind == asked.kind && row.reason == asked.reason.trim();
    if is && parts == wanted {
        Ok(row.id)
    } else {
        Err(crate::Refused::from(sh_ledger::Refusal::OtherBody).into())
    }
}

/// Whether so many pieces of each line are with the buyer and no other open case is about them.
fn fits(
    whole: &model::Whole,
    shop: Id<Shop>,
    parts: &[Part],
    others: &std::collections::HashMap<i64, i64>,
) -> bool {
    let each = |part: &Part| {
        let line = whole.lines_of(shop).find(|line| line.line == part.line);
        let asked = others.get(&part.line).copied().unwrap_or(0);
        line.is_some_and(|line| (1..=line.pieces - line.back_pieces - asked).contains(&part.pieces))
    };
    let mut lines: Vec<i64> = parts.iter().map(|part| part.line).collect();
    lines.sort_unstable();
    lines.dedup();
    !parts.is_empty() && lines.len() == parts.len() && parts.iter().all(each)
}

pub(super) async fn happened(
    tx: &mut sh_db::Tx,
    ctx: &Context,
    case: Id<Case>,
    side: Side,
    (what, said): (&'static str, &str),
) -> Result<(), Error> {
    Ok(store::case::happened(tx, (&ctx.ids, ctx.now()), case, &New { side, what, said }).await?)
}

/// A case, and as what the actor sees it.
///
/// # Errors
/// [`Error::NotFound`] for everybody who is not its buyer, its shop or the operator.
pub async fn get(ctx: &Context, app: &App, visitor: &Visitor, id: Id<Case>) -> Result<(Whole, Side), Error> {
    let whole = app.db.read(async |tx| store::case::whole(tx, id).await).await?.ok_or(Error::NotFound)?;
    let side = side(ctx, visitor, &whole.row).ok_or(Error::NotFound)?;
    Ok((whole, side))
}

/// The order of a case that the actor may see. A shop sees its own part of it only.
///
/// # Errors
/// [`Error::NotFound`].
pub(crate) async fn order(ctx: &Context, app: &App, row: &CaseRow) -> Result<model::Whole, Error> {
    let found = app.db.read(async |tx| store::order::whole(tx, row.order).await).await?;
    let mut whole = found.ok_or(Error::NotFound)?;
    if !ctx.allows(Permission::ReadOrders, &Scope::Everywhere) {
        whole.lines.retain(|line| line.shop == row.shop);
    }
    Ok(whole)
}

fn side(ctx: &Context, visitor: &Visitor, row: &CaseRow) -> Option<Side> {
    let shop = Scope::Organisation(row.organisation.clone());
    if visitor.owns(&row.buyer) {
        Some(Side::Buyer)
    } else if ctx.allows(Permission::ReadOrders, &Scope::Everywhere) {
        Some(Side::Operator)
    } else if ctx.allows(Permission::ReadOrders, &shop) {
        Some(Side::Shop)
    } else {
        None
    }
}

/// The cases of an order of the visitor, in their order.
///
/// # Errors
/// [`Error::NotFound`] for orders of others.
pub async fn of_order(
    ctx: &Context,
    app: &App,
    visitor: &Visitor,
    order: Id<Order>,
) -> Result<Vec<CaseRow>, Error> {
    orders::get(ctx, app, visitor, order).await?;
    Ok(app.db.read(async |tx| store::case::of_order(tx, order).await).await?)
}

/// The cases of the visitor, the newest first.
///
/// # Errors
/// A cursor that cannot be read, or the database.
pub async fn of_visitor(
    _ctx: &Context,
    app: &App,
    visitor: &Visitor,
    page: &Page,
) -> Result<Listing<CaseRow>, Error> {
    let before: Id<Case> = page.key()?.unwrap_or_else(store::list::end);
    let Some(buyer) = visitor.buyer() else { return Ok(Listing::of(Vec::new(), page, |_: &CaseRow| before)) };
    let rows = app.db.read(async |tx| store::case::of_buyer(tx, buyer, before, page.fetch()).await).await?;
    Ok(Listing::of(rows, page, |row| row.id))
}

/// The cases of an order for the operator or for one of its shops, which sees its own only.
///
/// # Errors
/// What the database refuses.
pub async fn seen_of_order(ctx: &Context, app: &App, order: Id<Order>) -> Result<Vec<CaseRow>, Error> {
    let mut rows = app.db.read(async |tx| store::case::of_order(tx, order).await).await?;
    rows.retain(|row| side(ctx, &Visitor::default(), row).is_some());
    Ok(rows)
}

/// The cases of the actor's shop in a state, the oldest first.
///
/// # Errors
/// [`Error::Denied`], [`Error::Catalogue`]; a cursor that cannot be read.
pub async fn of_shop(
    ctx: &Context,
    app: &App,
    shop: Option<Id<Shop>>,
    state: State,
    page: &Page,
) -> Result<Listing<CaseRow>, Error> {
    let shop = shops::own(ctx, app, shop).await?;
    ctx.require_any(Permission::ReadOrders, &[shop.scope(), Scope::Everywhere])?;
    let after: Id<Case> = page.key()?.unwrap_or_else(store::list::begin);
    let rows =
        app.db.read(async |tx| store::case::of_shop(tx, shop.id, state, after, page.fetch()).await).await?;
    Ok(Listing::of(rows, page, |row| row.id))
}

/// All cases in a state, the oldest first: they are worked through by age.
///
/// # Errors
/// [`Error::Denied`]; a cursor that cannot be read.
pub async fn list(ctx: &Context, app: &App, state: State, page: &Page) -> Result<Listing<CaseRow>, Error> {
    ctx.require(Permission::ReadOrders, Scope::Everywhere)?;
    let after: Id<Case> = page.key()?.unwrap_or_else(store::list::begin);
    let rows = app.db.read(async |tx| store::case::in_state(tx, state, after, page.fetch()).await).await?;
    Ok(Listing::of(rows, page, |row| row.id))
}

/// What somebody does with a case that moves no value.
struct Move<'a> {
    from: &'a [State],
    to: State,
    side: Side,
    what: &'static str,
    said: &'a str,
    /// By whom, if known, and with which number goods are sent back.
    way: Option<(Option<&'a str>, &'a str)>,
}

/// Moves a case on, with its event and an entry in the log.
async fn step(ctx: &Context, app: &App, row: &CaseRow, go: Move<'_>) -> Result<(), Error> {
    if !go.from.contains(&row.state) {
        return Err(crate::Refused::WrongState(row.state.word()).into());
    }
    app.db
        .write(async |tx| {
            super::hold(tx, ctx).await?;
            if !store::case::step(tx, row, go.to, ctx.now(), go.way).await? {
                return Err(crate::Refused::WrongState("changed").into());
            }
            happened(tx, ctx, row.id, go.side, (go.what, go.said)).await?;
            let entry = Entry::new("move-case", "case", row.id)
                .before(&serde_json::json!({ "state": row.state.word() }))
                .after(&serde_json::json!({ "state": go.to.word() }))
                .reason(go.said);
            record(tx, ctx, entry).await?;
            Ok(())
        })
        .await
}

pub(super) async fn of_buyer(
    ctx: &Context,
    app: &App,
    visitor: &Visitor,
    id: Id<Case>,
) -> Result<CaseRow, Error> {
    match get(ctx, app, visitor, id).await? {
        (whole, Side::Buyer) => Ok(whole.row),
        _ => Err(Error::NotFound),
    }
}

async fn found(app: &App, id: Id<Case>) -> Result<Whole, Error> {
    let whole = app.db.read(async |tx| store::case::whole(tx, id).await).await?;
    whole.ok_or(Error::NotFound)
}

/// The case as its shop may handle it.
async fn at_shop(ctx: &Context, app: &App, id: Id<Case>) -> Result<Whole, Error> {
    let whole = found(app, id).await?;
    ctx.require(Permission::HandleOrders, Scope::Organisation(whole.row.organisation.clone()))?;
    Ok(whole)
}

/// The buyer says more, as the shop has asked.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Invalid`] without a text; [`crate::Refused::WrongState`].
pub async fn add(ctx: &Context, app: &App, visitor: &Visitor, id: Id<Case>, said: &str) -> Result<(), Error> {
    let row = of_buyer(ctx, app, visitor, id).await?;
    let said = reason_of(ctx, said)?;
    let go = Move {
        from: &[State::Evidence],
        to: State::Asked,
        side: Side::Buyer,
        what: "added",
        said: &said,
        way: None,
    };
    step(ctx, app, &row, go).await
}

/// The buyer has sent the goods back.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Invalid`] without a waybill, or with a carrier that is not known; it may be left out;
/// [`crate::Refused::WrongState`].
pub async fn sent(
    ctx: &Context,
    app: &App,
    visitor: &Visitor,
    id: Id<Case>,
    (carrier, waybill): (&str, &str),
) -> Result<(), Error> {
    let row = of_buyer(ctx, app, visitor, id).await?;
    let waybill = waybill.trim();
    if waybill.is_empty() || waybill.chars().count() > 60 {
        return Err(wrong("/waybill", ctx.t("case-waybill-missing")));
    }
    let known = crate::carrier::named(carrier);
    if !carrier.trim().is_empty() && known.is_none() {
        let names = crate::carrier::known();
        return Err(wrong(
            "/carrier",
            ctx.locale.with("order-carrier-unknown", &[("names", names.as_str().into())]),
        ));
    }
    let said = known.map_or_else(|| waybill.to_owned(), |known| format!("{known} {waybill}"));
    let go = Move {
        from: &[State::Sending],
        to: State::Arriving,
        side: Side::Buyer,
        what: "sent",
        said: &said,
        way: Some((known, waybill)),
    };
    step(ctx, app, &row, go).await
}

/// The buyer gives it up.
///
/// # Errors
/// [`Error::NotFound`]; [`crate::Refused::WrongState`] if it is over.
pub async fn withdraw(ctx: &Context, app: &App, visitor: &Visitor, id: Id<Case>) -> Result<(), Error> {
    let row = of_buyer(ctx, app, visitor, id).await?;
    let from = &[State::Asked, State::Evidence, State::Sending, State::Refused, State::Arbitration];
    let go = Move { from, to: State::Closed, side: Side::Buyer, what: "withdrawn", said: "", way: None };
    step(ctx, app, &row, go).await
}

/// The buyer turns to the operator.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Invalid`] without a reason; [`crate::Refused::WrongState`] if the shop has not refused.
pub async fn arbitrate(
    ctx: &Context,
    app: &App,
    visitor: &Visitor,
    id: Id<Case>,
    said: &str,
) -> Result<(), Error> {
    let row = of_buyer(ctx, app, visitor, id).await?;
    let said = reason_of(ctx, said)?;
    let go = Move {
        from: &[State::Refused],
        to: State::Arbitration,
        side: Side::Buyer,
        what: "arbitrate",
        said: &said,
        way: None,
    };
    step(ctx, app, &row, go).await
}

/// What a shop answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// It agrees: money goes back at once, goods are awaited.
    Agree,
    /// It refuses.
    Refuse,
    /// It asks the buyer for more.
    Evidence,
}

/// The shop answers.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Denied`]; [`Error::Invalid`] without a reason, unless it agrees, or if it has asked for
/// more as often as it may ([`EVIDENCE_MAX`]); [`crate::Refused::WrongState`].
pub async fn answer(ctx: &Context, app: &App, id: Id<Case>, answer: Answer, said: &str) -> Result<(), Error> {
    let whole = at_shop(ctx, app, id).await?;
    if answer == Answer::Evidence && whole.evidence_asked() >= EVIDENCE_MAX {
        return Err(wrong(
            "/answer",
            ctx.locale.with("case-evidence-over", &[("most", EVIDENCE_MAX.into())]),
        ));
    }
    let row = whole.row;
    let said = if answer == Answer::Agree { said.trim().to_owned() } else { reason_of(ctx, said)? };
    let back = matches!(row.kind, Kind::Return | Kind::Exchange);
    if answer == Answer::Agree && !back {
        if row.state != State::Asked {
            return Err(crate::Refused::WrongState(row.state.word()).into());
        }
        return finish(ctx, app, &row, (false, false), (Side::Shop, &said)).await;
    }
    let (to, what) = match answer {
        Answer::Agree => (State::Sending, "agreed"),
        Answer::Refuse => (State::Refused, "refused"),
        Answer::Evidence => (State::Evidence, "evidence"),
    };
    let go = Move { from: &[State::Asked], to, side: Side::Shop, what, said: &said, way: None };
    step(ctx, app, &row, go).await
}

/// The goods have come back to the shop: the money goes back, or others are sent.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Denied`]; [`Error::Invalid`] if goods that cannot be sold again have no reason;
/// [`crate::Refused::WrongState`], [`crate::Refused::SoldOut`] if there are no others.
pub async fn arrived(ctx: &Context, app: &App, id: Id<Case>, resale: bool, said: &str) -> Result<(), Error> {
    let row = at_shop(ctx, app, id).await?.row;
    if row.state != State::Arriving {
        return Err(crate::Refused::WrongState(row.state.word()).into());
    }
    let said = if resale { said.trim().to_owned() } else { reason_of(ctx, said)? };
    finish(ctx, app, &row, (resale, false), (Side::Shop, &said)).await
}

/// The shop says by which parcel others are sent after an exchange.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Denied`]; [`Error::Invalid`] without a carrier that is known and a waybill;
/// [`crate::Refused::WrongState`] if nothing is to be sent, or it was said before.
pub async fn replaced(
    ctx: &Context,
    app: &App,
    id: Id<Case>,
    (carrier, waybill): (&str, &str),
) -> Result<(), Error> {
    let row = at_shop(ctx, app, id).await?.row;
    let (carrier, waybill) = super::parcels::checked(ctx, carrier, waybill)?;
    if !row.awaits_replacement() {
        return Err(crate::Refused::WrongState(row.state.word()).into());
    }
    app.db
        .write(async |tx| {
            if !store::case::replace(tx, id, (&carrier, &waybill), ctx.now()).await? {
                return Err(crate::Refused::WrongState("changed").into());
            }
            let said = format!("{carrier} {waybill}");
            happened(tx, ctx, id, Side::Shop, ("replaced", &said)).await?;
            let told = serde_json::json!({ "carrier": carrier, "waybill": waybill });
            Ok(record(tx, ctx, Entry::new("replace-goods", "case", id).after(&told)).await?)
        })
        .await
}

/// The operator decides, for the buyer or for the shop, with a reason. For the buyer the money goes back.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Denied`], [`Error::Invalid`]; [`crate::Refused::WrongState`] if it is not for the operator.
pub async fn decide(
    ctx: &Context,
    app: &App,
    id: Id<Case>,
    for_buyer: bool,
    said: &str,
) -> Result<(), Error> {
    ctx.require(Permission::ManageMall, Scope::Everywhere)?;
    let row = found(app, id).await?.row;
    let said = reason_of(ctx, said)?;
    if row.state != State::Arbitration {
        return Err(crate::Refused::WrongState(row.state.word()).into());
    }
    if for_buyer {
        return finish(ctx, app, &row, (false, true), (Side::Operator, &said)).await;
    }
    let go = Move {
        from: &[State::Arbitration],
        to: State::Closed,
        side: Side::Operator,
        what: "for-shop",
        said: &said,
        way: None,
    };
    step(ctx, app, &row, go).await
}

async fn finish(
    ctx: &Context,
    app: &App,
    row: &CaseRow,
    (resale, money): (bool, bool),
    (side, said): (Side, &str),
) -> Result<(), Error> {
    let back =
        Back { case: row.id, order: row.order, shop: row.shop, resale, money, side, said: said.to_owned() };
    super::submit(ctx, app, What::Back(back)).await.map(drop)
}

/// Moves on every case whose time is over. Returns how many.
///
/// # Errors
/// What the database refuses.
pub async fn late(ctx: &Context, app: &App) -> Result<u64, Error> {
    let now: Instant = ctx.now();
    let rows = app.db.read(async |tx| store::case::late(tx, now, STEP).await).await?;
    let mut count = 0;
    for row in rows {
        let from = [row.state];
        let to = row.state.when_late();
        let go = Move { from: &from, to, side: Side::Program, what: "late", said: "", way: None };
        match step(ctx, app, &row, go).await {
            Ok(()) => count += 1,
            // Somebody has acted at the last moment.
            Err(Error::Refused(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(count)
}
