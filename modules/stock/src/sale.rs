//! What whoever sells builds on: which lots may be sold, in which order, and the accounts that they are posted to.
//!
//! The contract for a checkout: inside the transaction that sells, load the claims of its plan first, which locks the book;
//! then read [`for_sale`] for all variants in one query, load the [`ForSale::on_hand`] and [`ForSale::reserved`] accounts of
//! these lots, and let [`pick`] choose for one order after the other.
//!
//! | what happens | transfer |
//! |---|---|
//! | an order is placed | on hand → reserved |
//! | it is shipped | reserved → shipped |
//! | it is cancelled, or never paid | reserved → on hand |
//! | goods come back | shipped → on hand, or → loss |

use std::collections::HashMap;

use sh_catalogue::model::{Shop, Sku};
use sh_db::{DbError, Tx};
use sh_kernel::{Day, Id};
use sh_ledger::{Account, Book, Kind, Plan, Subject, Unit, read};

use crate::{
    model::{Location, Lot},
    store,
};

/// The book in which goods are counted.
pub const BOOK: Book = Book::MARKET;

/// A lot (批次) at a location that may be sold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForSale {
    /// The lot.
    pub lot: Id<Lot>,
    /// Its variant.
    pub sku: Id<Sku>,
    /// Its shop.
    pub shop: Id<Shop>,
    /// Where it lies.
    pub location: Id<Location>,
    /// What it is counted in.
    pub unit: Unit,
    /// As the producer names it.
    pub code: String,
    /// When it was produced.
    pub produced: Option<Day>,
    /// The last day on which it may be sold.
    pub expires: Option<Day>,
}

impl ForSale {
    /// All accounts of the lot at this location.
    pub fn accounts(&self) -> ForSaleAccounts {
        accounts(self.lot, self.location, self.unit)
    }

    /// What lies there and may be sold.
    pub fn on_hand(&self) -> Account {
        self.accounts().on_hand
    }

    /// What is set aside for orders.
    pub fn reserved(&self) -> Account {
        self.accounts().reserved
    }

    /// What has left to buyers.
    pub fn shipped(&self) -> Account {
        self.accounts().shipped
    }

    /// What was lost.
    pub fn loss(&self) -> Account {
        self.accounts().loss
    }

    /// What it came from.
    pub fn inbound(&self) -> Account {
        self.accounts().inbound
    }
}

/// The accounts of a lot at a location. Their sum is always zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ForSaleAccounts {
    /// What it came from: below zero by all that ever came in.
    pub inbound: Account,
    /// What lies there and may be sold.
    pub on_hand: Account,
    /// What is set aside for orders.
    pub reserved: Account,
    /// What has left to buyers.
    pub shipped: Account,
    /// What was lost. Guarded: no more is found again than was lost, so that no more is ever sold than came in.
    pub loss: Account,
}

impl ForSaleAccounts {
    /// All of them.
    pub const fn all(&self) -> [Account; 5] {
        [self.inbound, self.on_hand, self.reserved, self.shipped, self.loss]
    }
}

/// The accounts of a lot at a location, for shipping or releasing what was picked earlier as well.
pub fn accounts(lot: Id<Lot>, location: Id<Location>, unit: Unit) -> ForSaleAccounts {
    let subject = Subject::of(lot).and(Subject::of(location));
    let account = |kind| Account::new(BOOK, kind, subject, unit);
    ForSaleAccounts {
        inbound: account(Kind::Inbound),
        on_hand: account(Kind::OnHand),
        reserved: account(Kind::Reserved),
        shipped: account(Kind::Shipped),
        loss: account(Kind::Loss).floor(Some(0)),
    }
}

/// Lots of these variants that are not closed, not called back and not expired on `today`, soonest expiry first, then
/// oldest (先到期先出). One query. A lot of which nothing is left is among them until it is closed or expires.
///
/// # Errors
/// What the database refuses.
pub async fn for_sale(tx: &mut Tx, skus: &[Id<Sku>], today: Day) -> Result<Vec<ForSale>, DbError> {
    if skus.is_empty() {
        return Ok(Vec::new());
    }
    store::for_sale(tx, skus, today).await
}

/// So much of a lot at a location.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pick {
    /// The lot.
    pub lot: Id<Lot>,
    /// Where it lies.
    pub location: Id<Location>,
    /// How much, in the base unit.
    pub quantity: i64,
}

/// Chooses lots of a variant, in the order in which they come, from what the plan has left. Their accounts on hand must be
/// loaded in the plan; what is not loaded is not there. Chooses only: posting it is the caller's.
///
/// # Errors
/// How much there is in all, if that is less than `quantity`.
pub fn pick(plan: &Plan, lots: &[ForSale], sku: Id<Sku>, quantity: i64) -> Result<Vec<Pick>, i64> {
    let (mut picks, mut left) = (Vec::new(), quantity);
    for lot in lots.iter().filter(|lot| lot.sku == sku) {
        if left <= 0 {
            break;
        }
        let there = plan.available(&lot.on_hand()).unwrap_or(0).max(0);
        if there > 0 {
            let taken = there.min(left);
            picks.push(Pick { lot: lot.lot, location: lot.location, quantity: taken });
            left = left.saturating_sub(taken);
        }
    }
    if left > 0 { Err(quantity.saturating_sub(left)) } else { Ok(picks) }
}

/// What is there to sell of each variant, in the base unit, for pages. Variants of which there is nothing are left out.
///
/// # Errors
/// What the database refuses.
pub async fn available(tx: &mut Tx, skus: &[Id<Sku>], today: Day) -> Result<HashMap<Id<Sku>, i64>, DbError> {
    let lots = for_sale(tx, skus, today).await?;
    let accounts: Vec<Account> = lots.iter().map(ForSale::on_hand).collect();
    let balances = read::balances(tx, BOOK, &accounts).await?;
    let mut sums: HashMap<Id<Sku>, i64> = HashMap::new();
    for (lot, account) in lots.iter().zip(&accounts) {
        let there = balances.get(&account.id).copied().unwrap_or(0);
        if there > 0 {
            let sum = sums.entry(lot.sku).or_default();
            *sum = sum.saturating_add(there);
        }
    }
    Ok(sums)
}
