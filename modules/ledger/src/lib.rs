//! Double entry for whatever moves: money owed, stock by lot, reservations (复式账).
//!
//! A [`Transfer`] takes so much of one unit from one [`Account`] and gives it to another. Transfers that belong to one
//! document form a [`Posting`], which lasts whole or not at all and is never edited, only reversed. A guarded account
//! never ends below its floor: selling goods that are not there and spending money that is not there are one and the
//! same refusal, [`Refusal::Short`]. Each batch is sealed with a hash of itself and of the seal before it.
//!
//! # Signs
//!
//! The **debit** account gives, the **credit** account receives; a balance is all that was received less all that was
//! given, as a bank shows it to its customer. What comes from outside comes out of an account that is below zero:
//! goods out of [`Kind::Inbound`], a buyer's debt out of [`Kind::Receivable`]. So the balances of a unit always sum to
//! zero. Amounts are whole fen, grams, millilitres or pieces.
//!
//! # How a module posts
//!
//! Commands that move value go through [`sh_db::GroupCommit`]. The module's [`sh_db::Batch`] makes one [`Plan`] for all
//! commands of a batch: load what they touch, decide them one after the other in memory, write everything at once.
//! Accounts need no look-up and no opening: an [`Account`] follows from book, kind and subject, and the first transfer
//! opens it.
//!
//! ```
//! use sh_db::{Batch, DbError, Tx};
//! use sh_kernel::{Clock, Day, Id};
//! use sh_ledger::{Account, Book, Claim, Kind, Plan, Posting, Refusal, Source, Subject, Transfer, Unit};
//!
//! /// A lot, an order.
//! struct Lot;
//! struct Order;
//!
//! /// Set goods of a lot aside for an order.
//! struct Reserve { order: Id<Order>, lot: Id<Lot>, grams: i64, day: Day }
//!
//! impl Reserve {
//!     fn on_hand(&self) -> Account {
//!         Account::new(Book::MARKET, Kind::OnHand, Subject::of(self.lot), Unit::Gram)
//!     }
//!     fn reserved(&self) -> Account {
//!         Account::new(Book::MARKET, Kind::Reserved, Subject::of(self.lot), Unit::Gram)
//!     }
//!     /// The order was numbered when its form was shown: whoever sends the form twice has ordered once.
//!     fn claim(&self) -> Claim {
//!         Claim::new(Book::MARKET, self.order.uuid(), format!("{} {}", self.lot, self.grams).as_bytes())
//!     }
//! }
//!
//! struct Reservations<C>(C);
//!
//! impl<C: Clock + 'static> Batch for Reservations<C> {
//!     type Command = Reserve;
//!     /// The number of the posting, or why there is none.
//!     type Outcome = Result<Vec<u8>, Refusal>;
//!     type Error = DbError;
//!
//!     async fn commit(&self, tx: &mut Tx, commands: &[Reserve]) -> Result<Vec<Self::Outcome>, DbError> {
//!         let mut plan = Plan::new(self.0.now());
//!         plan.load(tx, commands.iter().flat_map(|c| [c.on_hand(), c.reserved()])).await?;
//!         plan.load_claims(tx, commands.iter().map(Reserve::claim)).await?;
//!         let outcomes = commands.iter().map(|command| {
//!             plan.once(&command.claim(), |plan| {
//!                 let made = plan.post(&Posting {
//!                     book: Book::MARKET,
//!                     day: command.day,
//!                     source: Source::Order,
//!                     document: command.order.uuid(),
//!                     transfers: vec![Transfer::new(command.on_hand(), command.reserved(), command.grams)],
//!                 })?;
//!                 // Rows of the module itself are collected here and written below, set-wise.
//!                 Ok(made.number.to_string().into_bytes())
//!             })
//!             .map(|answer| answer.bytes)
//!         });
//!         let outcomes = outcomes.collect();
//!         plan.write(tx).await?;
//!         Ok(outcomes)
//!     }
//! }
//! ```
//!
//! * Accounts that depend on what the database holds, such as the lots of a product, are loaded after reading that:
//!   [`Plan::load`] may be called again. Load a book's accounts first and read the module's own rows afterwards: from
//!   then on nobody else writes for this book.
//! * A command that makes several postings, or postings and documents, is one [`Plan::attempt`] or [`Plan::once`]: if it
//!   is refused half way, nothing of it stays in the plan. What `work` collects outside of the plan is pushed only
//!   after success.
//! * A [`Refusal::Short`] names every account that is short, what was there and what was asked for.
//! * Within a posting the order of transfers does not matter to floors: they are checked after the last one. Two lines
//!   of one product are summed by that.
//! * Single postings without documents of their own go through [`Posts`], a ready-made batch.
//!
//! # What always holds
//!
//! Per book and unit the balances sum to zero; each balance is the sum of its transfers; no guarded account is below its
//! floor; postings are numbered without gaps; every seal hashes its batch and the seal before it. [`verify`] checks all
//! of it and names the first difference.

#![deny(clippy::arithmetic_side_effects, clippy::float_arithmetic)]

mod claim;
mod error;
mod model;
mod pages;
mod plan;
mod posts;
pub mod read;
mod seal;
mod store;
mod trail;
mod verify;

use sh_db::{DbError, Migration, Tx};
use sh_http::Module;
use sh_kernel::Day;

pub use claim::{ANSWER_DAYS, Answer, Claim};
pub use error::{Refusal, Shortage};
pub use model::{
    Account, AccountId, Book, Kind, Posting, PostingNumber, PostingRef, Source, Subject, Transfer, Unit,
};
pub use plan::Plan;
pub use posts::{Post, Posted, Posts, What};
pub use trail::follow;
pub use verify::{Difference, verify};

/// The schema of this module.
pub const MIGRATIONS: &[Migration] =
    &[Migration { module: "ledger", version: 1, text: include_str!("../migrations/0001_ledger.sql") }];

/// Pages, interface and tables of this module.
pub fn module() -> Module {
    Module::new("ledger")
        .routes(pages::routes())
        .migrations(MIGRATIONS)
        .store(store::book::STATEMENTS, store::book::INSERTS)
        .updates(store::book::UPDATES)
        .store(store::audit::STATEMENTS, &[])
        .store(store::pages::STATEMENTS, &[])
        .store(store::trail::STATEMENTS, store::trail::INSERTS)
        .menu(pages::MENU)
}

/// Forgets answers that are older than [`ANSWER_DAYS`]. Returns how many.
///
/// # Errors
/// What the database refuses.
pub async fn forget_old_answers(tx: &mut Tx, today: Day) -> Result<u64, DbError> {
    let before = today.plus_days(ANSWER_DAYS.saturating_neg()).yyyymmdd();
    let mut count = 0_u64;
    for (book, ..) in store::audit::books(tx).await? {
        count = count.saturating_add(store::book::forget_answers(tx, book, before).await?);
    }
    Ok(count)
}
