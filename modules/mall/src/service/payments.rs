//! What each provider holds, what moved, and why the bank shows another sum than the books (收退款台账).

use sh_http::{App, Context, Listing, Page, Permission, Scope};
use sh_kernel::{Fen, Id};
use sh_ledger::{Book, Kind, PostingNumber, read};

use crate::{
    Error,
    bank::LineState,
    model::{Order, clearing},
    provider::{Providers, bank},
    store::{self, bank::Sum},
};

/// What a provider's money did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moved {
    /// It paid for an order.
    Paid,
    /// The order did not need it: too much, twice, too late.
    Surplus,
    /// It went back to the buyer.
    PaidBack,
}

/// One movement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Movement {
    /// The posting.
    pub posting: PostingNumber,
    /// Its place in it.
    pub seq: i64,
    /// When.
    pub at: sh_kernel::Instant,
    /// What.
    pub what: Moved,
    /// The order.
    pub order: Id<Order>,
    /// Above zero what came in, below what went out.
    pub amount: Fen,
    /// What the provider held after it.
    pub held: Fen,
}

/// What a provider holds and why.
#[derive(Debug, Clone)]
pub struct Ledger {
    /// What it holds by the books.
    pub held: Fen,
    /// What of that is to go back and has not gone yet.
    pub to_go_back: Sum,
    /// Paid for orders that are not paid in full.
    pub part_paid: Sum,
    /// What the bank shows besides; only for the bank.
    pub bank: Option<AtBank>,
    /// What moved, the newest first; it follows within seconds.
    pub movements: Listing<Movement>,
}

/// Why the bank shows another sum than the books.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AtBank {
    /// Came in and has no order yet.
    pub waiting: Sum,
    /// Came in, is known whose it is, and is being booked this moment.
    pub booking: Sum,
    /// Somebody entered it, and it stands on no statement yet.
    pub by_hand: Sum,
}

impl AtBank {
    /// What the bank must hold if the books say so much.
    ///
    /// # Errors
    /// [`Error::Overflow`].
    pub fn expected(&self, held: Fen) -> Result<Fen, Error> {
        Ok(held.plus(self.waiting.amount)?.plus(self.booking.amount)?.minus(self.by_hand.amount)?)
    }
}

/// The ledger of a provider.
///
/// # Errors
/// [`Error::Denied`], [`Error::NoProvider`], a cursor that cannot be read.
pub async fn ledger(ctx: &Context, app: &App, provider: &str, page: &Page) -> Result<Ledger, Error> {
    ctx.require(Permission::SettleOrders, Scope::Everywhere)?;
    let provider = app.get::<Providers>()?.get(provider)?.code();
    let before: Option<(PostingNumber, i64)> = page.key()?;
    let account = clearing(provider);
    app.db
        .read(async |tx| {
            let balances = read::balances(tx, Book::MARKET, &[account]).await?;
            let entries = read::entries(tx, &account, before, page.fetch()).await?;
            let movements = entries.iter().map(movement).collect();
            let bank = if provider == bank::CODE {
                Some(AtBank {
                    waiting: store::bank::sum_in_state(tx, LineState::Waiting).await?,
                    booking: store::bank::sum_in_state(tx, LineState::Booking).await?,
                    by_hand: store::bank::sum_by_hand(tx).await?,
                })
            } else {
                None
            };
            Ok(Ledger {
                // The account gives what comes in, so what is held stands below zero.
                held: Fen(balances.get(&account.id).copied().unwrap_or(0).saturating_neg()),
                to_go_back: store::bank::to_go_back(tx, provider).await?,
                part_paid: store::bank::part_paid(tx, provider).await?,
                bank,
                movements: Listing::of(movements, page, |row: &Movement| (row.posting, row.seq)),
            })
        })
        .await
}

fn movement(entry: &read::Entry) -> Movement {
    let what = match (entry.other_kind, entry.amount > 0) {
        (_, true) => Moved::PaidBack,
        (Kind::Refundable, false) => Moved::Surplus,
        (_, false) => Moved::Paid,
    };
    Movement {
        posting: entry.posting,
        seq: entry.seq,
        at: entry.at,
        what,
        order: Id::from_uuid(entry.other_subject),
        amount: Fen(entry.amount.saturating_neg()),
        held: Fen(entry.balance.saturating_neg()),
    }
}
