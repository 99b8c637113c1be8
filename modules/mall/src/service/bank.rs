//! Money that the bank shows (银行流水): a line finds its order by the code that its remark names and is booked by the same
//! command as every payment; what finds none waits for a person, who says whose it is or sends it back.

use std::collections::{BTreeSet, HashMap};

use sh_access::audit::{Entry, record};
use sh_db::{DbError, Tx};
use sh_http::{App, Context, Invalid, Listing, Page, Permission, Scope};
use sh_imports::model::TableImport;
use sh_kernel::{Day, Fen, FieldErrors, Id};

use super::operator::by_number;
use crate::{
    Error,
    bank::{Awaits, BankLine, Fit, LineRow, LineState, REFERENCE_CHARS_MAX, TEXT_CHARS_MAX, codes_in},
    command::{Settle, What},
    model::Order,
    provider::bank,
    store,
};

/// Lines of one step of a chore.
const STEP: i64 = 200;

/// A line as a statement, a program or a person tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewLine {
    /// The running number of the bank.
    pub reference: String,
    /// When it came in.
    pub day: Day,
    /// How much; above zero.
    pub amount: Fen,
    /// Who paid.
    pub payer: String,
    /// What they wrote.
    pub remark: String,
}

/// What is known of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// It is there already.
    Known(Box<LineRow>),
    /// Another line has its running number, with this amount.
    Differs(Fen),
    /// Its remark names this order.
    Order(Id<Order>, Fit),
    /// Its remark names no order, or several.
    Nobody,
}

/// What is known of each line, in their order. Several lines for one order are taken one after the other.
pub(crate) async fn look(tx: &mut Tx, lines: &[NewLine]) -> Result<Vec<Found>, DbError> {
    let references: Vec<String> = lines.iter().map(|line| line.reference.clone()).collect();
    let known = store::bank::by_reference(tx, &references).await?;
    let known: HashMap<&str, &LineRow> = known.iter().map(|row| (row.reference.as_str(), row)).collect();
    let codes: BTreeSet<String> = lines.iter().flat_map(|line| codes_in(&line.remark)).collect();
    let codes: Vec<String> = codes.into_iter().collect();
    let awaits = store::bank::by_codes(tx, &codes).await?;
    let mut awaits: HashMap<String, Awaits> =
        awaits.into_iter().map(|order| (order.code.clone(), order)).collect();
    let found = lines.iter().map(|line| {
        if let Some(row) = known.get(line.reference.as_str()) {
            let same = row.amount == line.amount;
            return if same { Found::Known(Box::new((*row).clone())) } else { Found::Differs(row.amount) };
        }
        let mut named = codes_in(&line.remark).into_iter().filter(|code| awaits.contains_key(code));
        let (Some(code), None) = (named.next(), named.next()) else { return Found::Nobody };
        let Some(order) = awaits.get_mut(&code) else { return Found::Nobody };
        let fit = Fit::of(order, line.amount);
        order.due = Fen(order.due.0.saturating_sub(line.amount.0).max(0));
        Found::Order(order.order, fit)
    });
    Ok(found.collect())
}

/// Writes lines down and books those whose order is known; each once by its running number. Answers what was known of each
/// before. Whoever calls it has asked whether the actor may.
pub(crate) async fn book(
    ctx: &Context,
    app: &App,
    lines: &[NewLine],
    import: Option<Id<TableImport>>,
) -> Result<Vec<Found>, Error> {
    let (found, booking) = app
        .db
        .write(async |tx| {
            let found = look(tx, lines).await?;
            let rows: Vec<LineRow> =
                lines.iter().zip(&found).filter_map(|(line, found)| row(ctx, line, found, import)).collect();
            store::bank::add(tx, &rows).await?;
            // What stands now counts: somebody else may have written a line at the same time. Among it are lines that
            // were cut off between writing and booking.
            let references: Vec<String> = lines.iter().map(|line| line.reference.clone()).collect();
            let told: HashMap<&str, Fen> =
                lines.iter().map(|line| (line.reference.as_str(), line.amount)).collect();
            let mut stored = store::bank::by_reference(tx, &references).await?;
            stored.retain(|row| told.get(row.reference.as_str()) == Some(&row.amount));
            if let Some(import) = import {
                let new = stored.iter().filter(|row| row.import.is_none()).map(|row| row.id);
                store::bank::set_import(tx, &new.collect::<Vec<_>>(), import).await?;
            }
            stored.retain(|row| row.state == LineState::Booking);
            Ok::<_, DbError>((found, stored))
        })
        .await?;
    match settle(ctx, app, &booking).await {
        // What is refused is written down and waits for a person.
        Ok(()) | Err(Error::Refused(_)) => Ok(found),
        Err(error) => Err(error),
    }
}

/// A line on its way in; nothing for one that is there.
fn row(ctx: &Context, line: &NewLine, found: &Found, import: Option<Id<TableImport>>) -> Option<LineRow> {
    let (state, order) = match found {
        Found::Known(_) | Found::Differs(_) => return None,
        Found::Order(order, _) => (LineState::Booking, Some(*order)),
        Found::Nobody => (LineState::Waiting, None),
    };
    Some(LineRow {
        id: ctx.id(),
        reference: line.reference.clone(),
        day: line.day,
        amount: line.amount,
        payer: line.payer.chars().take(TEXT_CHARS_MAX).collect(),
        remark: line.remark.chars().take(TEXT_CHARS_MAX).collect(),
        state,
        order,
        import,
        typed: false,
        decided_by: None,
        decided_at: None,
        note: None,
    })
}

/// Books lines whose order is known, all at once so that they share a batch, and notes that. What is refused waits for a
/// person again, and is answered.
async fn settle(ctx: &Context, app: &App, lines: &[LineRow]) -> Result<(), Error> {
    let lines = || lines.iter().filter_map(|line| Some((line, line.order?)));
    let commands = lines().map(|(line, order)| {
        let settle = Settle {
            order,
            provider: bank::CODE.to_owned(),
            reference: line.reference.clone(),
            amount: line.amount,
        };
        super::submit(ctx, app, What::Settle(settle))
    });
    let outcomes = futures::future::join_all(commands).await;
    let (mut booked, mut refused) = (Vec::new(), None);
    let mut unbooked = Vec::new();
    for ((line, order), outcome) in lines().zip(outcomes) {
        match outcome {
            Ok(_) => booked.push((line.id, order)),
            Err(Error::Refused(why)) => {
                tracing::warn!(%why, reference = line.reference, "a line of the bank could not be booked");
                unbooked.push((line.id, order));
                refused = Some(why);
            }
            Err(error) => return Err(error),
        }
    }
    app.db
        .write(async |tx| {
            store::bank::booked(tx, &booked).await?;
            for (line, order) in &unbooked {
                store::bank::unassign(tx, *line, *order).await?;
            }
            Ok::<_, DbError>(())
        })
        .await?;
    refused.map_or(Ok(()), |why| Err(why.into()))
}

/// Books what was cut off on its way. Returns how many lines.
///
/// # Errors
/// The queue, or the database.
pub async fn book_left(ctx: &Context, app: &App) -> Result<u64, Error> {
    let left = app.db.read(async |tx| store::bank::left(tx, STEP).await).await?;
    match settle(ctx, app, &left).await {
        Ok(()) | Err(Error::Refused(_)) => Ok(left.len() as u64),
        Err(error) => Err(error),
    }
}

/// Enters a transfer for an order that stands on no statement yet.
pub(crate) async fn by_hand(
    ctx: &Context,
    app: &App,
    order: Id<Order>,
    (amount, reference): (Fen, &str),
) -> Result<(), Error> {
    let line = app
        .db
        .write(async |tx| {
            if store::list::between(tx, order, order).await?.is_empty() {
                return Err(Error::NotFound);
            }
            let by = (ctx.actor.label(), ctx.now());
            let known = store::bank::by_reference(tx, &[reference.to_owned()]).await?.pop();
            let Some(mut known) = known else {
                let line = LineRow {
                    id: ctx.id(),
                    reference: reference.to_owned(),
                    day: ctx.today(),
                    amount,
                    payer: String::new(),
                    remark: String::new(),
                    state: LineState::Booking,
                    order: Some(order),
                    import: None,
                    typed: true,
                    decided_by: Some(by.0.to_owned()),
                    decided_at: Some(by.1),
                    note: None,
                };
                store::bank::add(tx, std::slice::from_ref(&line)).await?;
                // Somebody else may have written the same at the same time.
                let stored = store::bank::by_reference(tx, &[reference.to_owned()]).await?.pop();
                let stored = stored.filter(|row| row.order == Some(order) && row.amount == amount);
                return stored.ok_or(Error::ReferenceTaken);
            };
            let waits = known.state == LineState::Waiting && known.amount == amount;
            if waits && store::bank::assign(tx, known.id, order, by).await? {
                (known.state, known.order) = (LineState::Booking, Some(order));
                return Ok(known);
            }
            let same = known.order == Some(order) && known.amount == amount;
            if same { Ok(known) } else { Err(Error::ReferenceTaken) }
        })
        .await?;
    if line.state == LineState::Booking { settle(ctx, app, &[line]).await } else { Ok(()) }
}

/// Which lines a list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Show {
    /// Lines in a state.
    State(LineState),
    /// Lines that somebody entered and that stand on no statement.
    ByHand,
}

fn may(ctx: &Context) -> Result<(), Error> {
    Ok(ctx.require(Permission::SettleOrders, Scope::Everywhere)?)
}

/// Lines, the newest first.
///
/// # Errors
/// [`Error::Denied`], a cursor that cannot be read.
pub async fn list(ctx: &Context, app: &App, show: Show, page: &Page) -> Result<Listing<LineRow>, Error> {
    may(ctx)?;
    let before: Id<BankLine> = page.key()?.unwrap_or_else(store::list::end);
    let rows = app
        .db
        .read(async |tx| match show {
            Show::State(state) => store::bank::in_state(tx, state, before, page.fetch()).await,
            Show::ByHand => store::bank::by_hand(tx, before, page.fetch()).await,
        })
        .await?;
    Ok(Listing::of(rows, page, |row| row.id))
}

/// One line.
///
/// # Errors
/// [`Error::Denied`], [`Error::NotFound`].
pub async fn get(ctx: &Context, app: &App, id: Id<BankLine>) -> Result<LineRow, Error> {
    may(ctx)?;
    app.db.read(async |tx| store::bank::line(tx, id).await).await?.ok_or(Error::NotFound)
}

/// Writes down lines that a program of the bank tells, and books them as a statement does.
///
/// # Errors
/// [`Error::Denied`], [`Error::Invalid`] if a line has no running number or amount.
pub async fn enter(ctx: &Context, app: &App, lines: &[NewLine]) -> Result<Vec<Found>, Error> {
    may(ctx)?;
    let mut errors = FieldErrors::default();
    for (at, line) in lines.iter().enumerate() {
        if !is_reference(&line.reference) {
            errors.push(format!("/lines/{at}/reference"), "required", ctx.t("order-reference-missing"));
        }
        if line.amount <= Fen::ZERO {
            errors.push(format!("/lines/{at}/amount_fen"), "money-not-a-number", ctx.t("order-amount-wrong"));
        }
    }
    errors.into_result().map_err(Invalid)?;
    let told = serde_json::json!({ "lines": lines.len() });
    app.db
        .write(async |tx| {
            let object = lines.first().map_or("", |line| line.reference.as_str());
            record(tx, ctx, Entry::new("enter-bank-lines", "bank-line", object).after(&told)).await
        })
        .await?;
    book(ctx, app, lines, None).await
}

/// Whether something can be the running number of a bank.
pub(crate) fn is_reference(text: &str) -> bool {
    !text.trim().is_empty() && text.chars().count() <= REFERENCE_CHARS_MAX
}

/// A person says whose a line is: by the number of the order, or the code of its transfer.
///
/// # Errors
/// [`Error::Denied`], [`Error::NotFound`]; [`Error::Invalid`] if there is no such order; [`Error::LineDecided`] if somebody
/// else was quicker.
pub async fn assign(ctx: &Context, app: &App, id: Id<BankLine>, number: &str) -> Result<(), Error> {
    may(ctx)?;
    let line = app
        .db
        .write(async |tx| {
            let mut line = store::bank::line(tx, id).await?.ok_or(Error::NotFound)?;
            let Some(order) = by_number(tx, number.trim()).await? else {
                let mut errors = FieldErrors::default();
                errors.push("/order", "unknown", ctx.t("bank-line-no-order"));
                return Err(Invalid(errors).into());
            };
            if !store::bank::assign(tx, id, order, (ctx.actor.label(), ctx.now())).await? {
                return Err(Error::LineDecided);
            }
            let told =
                serde_json::json!({ "order": order, "amount_fen": line.amount, "line": line.reference });
            record(tx, ctx, Entry::new("assign-bank-line", "bank-line", id).after(&told)).await?;
            (line.state, line.order) = (LineState::Booking, Some(order));
            Ok(line)
        })
        .await?;
    settle(ctx, app, &[line]).await
}

/// A person has sent a line back by transfer, and says with which running number or why.
///
/// # Errors
/// [`Error::Denied`], [`Error::NotFound`]; [`Error::Invalid`] without a note; [`Error::LineDecided`] if somebody else was
/// quicker.
pub async fn send_back(ctx: &Context, app: &App, id: Id<BankLine>, note: &str) -> Result<(), Error> {
    get(ctx, app, id).await?;
    let note: String = note.trim().chars().take(TEXT_CHARS_MAX).collect();
    if note.is_empty() {
        let mut errors = FieldErrors::default();
        errors.push("/note", "required", ctx.t("bank-line-note-missing"));
        return Err(Invalid(errors).into());
    }
    app.db
        .write(async |tx| {
            let line = store::bank::line(tx, id).await?.ok_or(Error::NotFound)?;
            if !store::bank::send_back(tx, id, (ctx.actor.label(), ctx.now()), &note).await? {
                return Err(Error::LineDecided);
            }
            let told = serde_json::json!({ "amount_fen": line.amount, "line": line.reference });
            let entry = Entry::new("return-bank-line", "bank-line", id).after(&told).reason(&note);
            Ok(record(tx, ctx, entry).await?)
        })
        .await
}
