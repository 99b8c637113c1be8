//! Does everything that orders say follow from each other, from the books, and from what the figures heard? For
//! `shanhai audit`.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    fmt,
};

use sh_db::{DbError, Tx};
use sh_kernel::{Fen, Id};
use sh_ledger::{Account, AccountId, Book, Kind, read};
use sh_trade::{axes::Stage, own};

use crate::{
    figures, goods,
    model::{self, Order, OrderState, PartRow, PartState, Settlement, Whole},
    store,
};

/// Orders that are checked in one go.
const PAGE: i64 = 500;

/// The kinds of accounts that stand as orders say, and for nothing else.
const KINDS: [Kind; 9] = [
    Kind::Receivable,
    Kind::Refundable,
    Kind::Payable,
    Kind::Commission,
    Kind::PaidOut,
    Kind::ProviderClearing,
    Kind::Reserved,
    Kind::Shipped,
    Kind::Allowance,
];

/// The first thing that is not as it must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// An order does not hold together.
    Order {
        /// Which one.
        order: Id<Order>,
        /// What is wrong with it.
        what: &'static str,
    },
    /// An account does not stand as the orders say.
    Account {
        /// Its kind.
        kind: Kind,
        /// Which one.
        account: AccountId,
        /// What it shows.
        balance: i64,
        /// What the orders make it.
        orders: i64,
    },
    /// The figures have not heard of a line that has come so far, or have heard of one that has not.
    Sale {
        /// The number of the part of the order.
        order_no: String,
        /// The line.
        line: i64,
        /// How far it is said to have come.
        stage: Stage,
        /// Whether the figures have heard of it.
        heard: bool,
    },
    /// An instruction does not pay what its entries say.
    Settlement(Id<Settlement>),
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Order { order, what } => write!(f, "order {}: {what}", model::number_of(*order)),
            Self::Account { kind, account, balance, orders } => {
                let kind = kind.code();
                write!(f, "account {account} of {kind} shows {balance}, by the orders it is {orders}")
            }
            Self::Sale { order_no, line, stage, heard } => {
                let (stage, has) = (stage.word(), if *heard { "heard" } else { "not heard" });
                write!(f, "order {order_no} line {line}: the figures have {has} that it is {stage}")
            }
            Self::Settlement(id) => write!(f, "settlement {id}: it does not pay what its entries say"),
        }
    }
}

/// Checks every order on one consistent view of the data, a [`sh_db::Db::read`]: parts, lines, lots and payments sum to it,
/// its state is that of its parts; the accounts of buyers, sellers, providers and lots stand exactly as all orders
/// together say; statements follow from lines, payments and refunds, and the accounts of commission and of what sellers are
/// owed and were paid from the statements; and the figures have heard of every line as far as it has come. Gives the first difference, or nothing.
///
/// Keeps one sum for each account in memory that is not at zero.
///
/// # Errors
/// What the database refuses.
pub async fn verify(tx: &mut Tx) -> Result<Option<Difference>, DbError> {
    if let Some((order, what)) = store::audit::first_wrong(tx).await? {
        return Ok(Some(Difference::Order { order, what }));
    }
    if let Some(settlement) = store::audit::wrong_settlement(tx).await? {
        return Ok(Some(Difference::Settlement(settlement)));
    }
    let mut books = Books::default();
    let mut after = store::list::begin();
    loop {
        let ids = store::audit::orders_after(tx, after, PAGE).await?;
        let Some(last) = ids.last() else { break };
        after = *last;
        let back = store::audit::open_back(tx, &ids).await?;
        let wholes = store::order::wholes(tx, &ids).await?;
        for whole in &wholes {
            books.add_order(whole, back.get(&whole.order.id).copied().unwrap_or(Fen::ZERO));
        }
        if let Some(found) = unheard(tx, &wholes).await? {
            return Ok(Some(found));
        }
    }
    for owed in store::audit::owed(tx).await? {
        books.add(model::payable(owed.seller), owed.net.0);
        books.add(model::commission(owed.seller), owed.commission.0);
    }
    for (seller, paid) in store::audit::paid_out(tx).await? {
        books.add(model::payable(seller), paid.0.saturating_neg());
        books.add(model::paid_out(seller), paid.0);
    }
    for (provider, held) in store::audit::held(tx).await? {
        books.add(model::clearing(&provider), held.0.saturating_neg());
    }
    books.compare(tx).await
}

/// What the orders make of the accounts.
#[derive(Debug, Default)]
struct Books(HashMap<AccountId, i64>);

impl Books {
    fn add(&mut self, account: Account, amount: i64) {
        let sum = self.0.entry(account.id).or_default();
        *sum = sum.saturating_add(amount);
        // What is settled is most, and need not be kept.
        if *sum == 0 {
            self.0.remove(&account.id);
        }
    }

    fn add_order(&mut self, whole: &Whole, back: Fen) {
        let order = &whole.order;
        self.add(model::refundable(order.id), back.0);
        if order.state == OrderState::Unpaid {
            self.add(model::receivable(order.id), order.paid.0.saturating_sub(order.amount.0));
            self.add(model::open_orders(&order.buyer), -1);
            self.add(model::open_pieces(&order.buyer), order.pieces.saturating_neg());
            self.add(model::all_open(), order.pieces.saturating_add(1));
        }
        for part in &whole.parts {
            self.add_part(whole, part);
        }
    }

    fn add_part(&mut self, whole: &Whole, part: &PartRow) {
        // What was paid, the statement tells.
        if part.state == PartState::Unpaid {
            self.add(model::payable(part.seller), part.amount.0);
        }
        for (pick, unit) in whole.picks_of(part.shop) {
            let [_, reserved, shipped, _] = goods::accounts(pick, unit);
            let out = pick.quantity.saturating_sub(pick.back);
            match part.state {
                PartState::Unpaid | PartState::ToShip => self.add(reserved, out),
                PartState::Shipped | PartState::Received => self.add(shipped, out),
                PartState::Cancelled | PartState::Refunded => {}
            }
        }
    }

    async fn compare(mut self, tx: &mut Tx) -> Result<Option<Difference>, DbError> {
        for kind in KINDS {
            let standing = read::of_kind(tx, Book::MARKET, kind).await?;
            for (account, balance) in standing {
                let orders = self.0.remove(&account).unwrap_or(0);
                if orders != balance {
                    return Ok(Some(Difference::Account { kind, account, balance, orders }));
                }
            }
            let left = self.0.iter().find(|(account, _)| account.is_of(kind));
            if let Some((account, orders)) = left {
                let (account, orders) = (*account, *orders);
                return Ok(Some(Difference::Account { kind, account, balance: 0, orders }));
            }
        }
        Ok(None)
    }
}

/// The first line of which the figures have heard less or more than it has come to.
async fn unheard(tx: &mut Tx, wholes: &[Whole]) -> Result<Option<Difference>, DbError> {
    let numbered =
        |whole: &Whole| (0..whole.parts.len()).map(|at| figures::order_no(&whole.order, at)).collect();
    let numbers: Vec<String> = wholes.iter().flat_map(|whole| -> Vec<String> { numbered(whole) }).collect();
    let heard: HashSet<own::Reached> = own::recorded(tx, &numbers).await?;
    let reached: HashSet<own::Reached> = wholes.iter().flat_map(reached).collect();
    // The first in the order of the numbers, so that two audits name the same one.
    let differ: BTreeSet<&own::Reached> = heard.symmetric_difference(&reached).collect();
    Ok(differ.first().map(|sale| {
        let (order_no, line, stage) = (sale.0.clone(), sale.1, sale.2);
        Difference::Sale { order_no, line, stage, heard: heard.contains(*sale) }
    }))
}

/// How far the lines of an order have come.
fn reached(whole: &Whole) -> Vec<own::Reached> {
    let mut list = Vec::new();
    for (at, part) in whole.parts.iter().enumerate() {
        let number = figures::order_no(&whole.order, at);
        for line in whole.lines_of(part.shop) {
            let stages = [
                (Stage::Paid, whole.order.paid_at.is_some()),
                (Stage::Accepted, part.received_at.is_some()),
                (Stage::Returned, line.back_pieces > 0),
            ];
            let stages = stages.into_iter().filter(|(_, is)| *is);
            list.extend(stages.map(|(stage, _)| (number.clone(), line.line, stage)));
        }
    }
    list
}
