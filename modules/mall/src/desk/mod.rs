//! The one queue of everything that moves value (交易台): commands are decided one after the other in memory and written
//! set-wise in one transaction, as the ledger describes.

#![deny(clippy::arithmetic_side_effects, clippy::float_arithmetic)]

mod back;
mod known;
mod limit;
mod notes;
mod owed;
mod parts;
mod pay;
mod place;
mod tell;
mod views;
mod write;

pub use tell::EVENTS;

use sh_db::{Batch, Db, DbError, GroupCommit, Limits, Tx};
use sh_http::{App, Context};
use sh_kernel::{Fen, Id};
use sh_ledger::{Plan, Refusal};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

pub(crate) use self::limit::Had;
pub(crate) use self::notes::Note;
use self::{known::Known, notes::Notes, views::Views, write::Work};
use crate::{
    Error,
    command::{Command, What},
    error::Refused,
    model::{Order, Whole},
};

/// What became of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Done {
    /// Whether it had been carried out before, so that nothing happened now.
    pub repeated: bool,
    /// What the order is about: its sum when it is placed, what of a payment went to it, what goes back.
    pub amount: Fen,
}

/// Decides and writes commands, many at a time.
#[derive(Debug)]
pub(crate) struct Desk {
    ctx: Context,
}

/// The entrance to the queue, as a service of the program; to a second one of small writes that move no value; and to what
/// is read in company.
#[derive(Debug, Clone)]
pub struct Queue {
    desk: GroupCommit<Desk>,
    notes: GroupCommit<Notes>,
    pub(crate) views: Views,
}

impl Queue {
    /// Starts the writer; hang the queue into the program with [`App::with`].
    pub fn start(app: &App) -> Self {
        Self::start_on(app.db.clone(), Context::system(app, "mall"), &app.tasks, app.stop.clone())
    }

    fn start_on(db: Db, ctx: Context, tasks: &TaskTracker, end: CancellationToken) -> Self {
        let notes = Notes { ctx: ctx.clone() };
        Self {
            views: Views::start(&db, ctx.clone(), tasks, &end),
            desk: GroupCommit::start(db.clone(), Desk { ctx }, Limits::default(), tasks, end.clone()),
            notes: GroupCommit::start(db, notes, Limits::default(), tasks, end),
        }
    }

    /// Carries a command out, or tells why not. Whoever submits it has checked the permission.
    ///
    /// # Errors
    /// [`Error::Refused`], [`Error::Queue`].
    pub async fn submit(&self, command: Command) -> Result<Done, Error> {
        match self.desk.submit(command).await {
            Ok(outcome) => Ok(outcome?),
            Err(sh_db::GroupError::Failed(DbError::Unique(name))) if name.contains("waybill") => {
                Err(Error::WaybillTaken)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Writes something small.
    ///
    /// # Errors
    /// What is not accepted; [`Error::Queue`].
    pub(crate) async fn note(&self, note: Note) -> Result<(), Error> {
        self.notes.submit(note).await?
    }

    /// What the queue has done so far and what waits now.
    pub fn metrics(&self) -> sh_db::Metrics {
        self.desk.metrics()
    }
}

impl Batch for Desk {
    type Command = Command;
    type Outcome = Result<Done, Refused>;
    type Error = DbError;

    async fn commit(&self, tx: &mut Tx, commands: &[Command]) -> Result<Vec<Self::Outcome>, DbError> {
        let now = self.ctx.now();
        let mut plan = Plan::new(now);
        // Holds the book first: from here on nobody else changes orders or stock.
        plan.load_claims(tx, commands.iter().map(|command| command.what.claim())).await?;
        let mut known = Known::load(tx, &mut plan, commands, now.day()).await?;
        let mut work = Work::new(now);
        let outcomes = commands.iter().map(|command| self.decide(&mut plan, &mut known, &mut work, command));
        let outcomes = outcomes.collect();
        work.write(tx, &self.ctx, &known).await?;
        plan.write(tx).await?;
        Ok(outcomes)
    }
}

impl Desk {
    fn decide(
        &self,
        plan: &mut Plan,
        known: &mut Known,
        work: &mut Work,
        command: &Command,
    ) -> Result<Done, Refused> {
        let claim = command.what.claim();
        let mut step = Step::new(&self.ctx, work.at);
        let mut next = None;
        let answer = plan.once::<Refused>(&claim, |plan| {
            let amount = match &command.what {
                What::Place(place) => {
                    let (whole, amount) = place::decide(plan, known, &step, place)?;
                    step.placed = Some(whole);
                    amount
                }
                other => {
                    let id = other.order().ok_or(Refused::NotFound)?;
                    let mut whole = known.orders.get(&id).cloned().ok_or(Refused::NotFound)?;
                    let amount = step.take(plan, known, &mut whole, other)?;
                    next = Some((id, whole));
                    amount
                }
            };
            Ok(amount.0.to_be_bytes().to_vec())
        })?;
        if !answer.repeated {
            if let Some(placed) = &step.placed {
                known.bought.add(&known.skus, placed);
            }
            known.finished.extend(step.finished.as_ref().map(|finished| finished.case));
            if let Some((id, whole)) = next {
                known.put(id, whole);
            }
            work.add(known, step, command);
        }
        Ok(Done { repeated: answer.repeated, amount: amount_of(&answer.bytes)? })
    }
}

fn amount_of(bytes: &[u8]) -> Result<Fen, Refused> {
    let bytes = <[u8; 8]>::try_from(bytes).map_err(|_| Refusal::Mistake("an answer of another shape"))?;
    Ok(Fen(i64::from_be_bytes(bytes)))
}

/// What one command does besides the plan. Kept only if the command is not refused.
#[derive(Debug)]
pub(crate) struct Step<'a> {
    ctx: &'a Context,
    at: sh_kernel::Instant,
    placed: Option<Whole>,
    sales: Vec<sh_trade::own::OwnSale>,
    receipt: Option<crate::model::ReceiptRow>,
    refunds: Vec<crate::model::RefundRow>,
    paid_back: Option<Id<crate::model::Refund>>,
    entries: Vec<crate::model::EntryRow>,
    picks: Vec<crate::model::PickRow>,
    parcels: Vec<crate::model::ParcelRow>,
    /// Whether a part has left with this command.
    left: bool,
    finished: Option<crate::store::case::Finished>,
}

impl<'a> Step<'a> {
    const fn new(ctx: &'a Context, at: sh_kernel::Instant) -> Self {
        Self {
            ctx,
            at,
            placed: None,
            sales: Vec::new(),
            receipt: None,
            refunds: Vec::new(),
            paid_back: None,
            entries: Vec::new(),
            picks: Vec::new(),
            parcels: Vec::new(),
            left: false,
            finished: None,
        }
    }

    /// Changes an order as the command asks. Returns what it is about.
    fn take(
        &mut self,
        plan: &mut Plan,
        known: &Known,
        whole: &mut Whole,
        what: &What,
    ) -> Result<Fen, Refused> {
        match what {
            What::Place(_) => Err(Refusal::Mistake("an order that is there is placed").into()),
            What::Settle(settle) => self.settle(plan, whole, settle),
            What::Cancel(cancel) => self.cancel(plan, whole, *cancel),
            What::Ship(ship) => self.ship(plan, whole, ship),
            What::Receive(_, shop) => self.receive(whole, *shop),
            What::Ask(ask) => self.ask(whole, ask),
            What::Refund(decide) => self.answer(plan, whole, decide),
            What::Back(back) => self.finish(plan, known, whole, back),
            What::PaidBack(_, refund) => self.paid_back(plan, known, whole, *refund),
        }
    }
}

/// The posting of a document of an order.
fn posting(
    order: Id<Order>,
    at: sh_kernel::Instant,
    source: sh_ledger::Source,
    transfers: Vec<sh_ledger::Transfer>,
) -> sh_ledger::Posting {
    sh_ledger::Posting {
        book: sh_ledger::Book::MARKET,
        day: at.day(),
        source,
        document: order.uuid(),
        transfers,
    }
}
