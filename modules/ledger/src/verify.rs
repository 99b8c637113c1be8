//! Does everything that a book says follow from its postings? For `shanhai audit`.

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
};

use sh_db::{DbError, Tx};

use crate::{
    model::{AccountId, Book, Kind, PostingNumber, Unit},
    seal::{BEGINNING, SealedPosting, SealedTransfer, seal as hash_of},
    store::{SealRow, audit},
};

/// Seals that are checked in one go.
const SEALS_PAGE: i64 = 256;

/// The first thing that is not as it must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// A seal does not follow from the one before it, or its number or range leaves a gap.
    Chain {
        /// Its book.
        book: Book,
        /// Its number.
        seal: i64,
    },
    /// What a seal covers has another hash: something was changed, taken out or put in.
    Sealed {
        /// Its book.
        book: Book,
        /// Its number.
        seal: i64,
    },
    /// A posting has a number that leaves a gap, or no transfers, or transfers belong to no posting.
    Posting {
        /// Its book.
        book: Book,
        /// Its number.
        posting: PostingNumber,
    },
    /// The book says that it stands somewhere else than its last seal.
    Head {
        /// The book.
        book: Book,
    },
    /// An account's balance is not the sum of its transfers.
    Balance {
        /// Its book.
        book: Book,
        /// The account.
        account: AccountId,
        /// Its balance.
        balance: i64,
        /// What its transfers sum to.
        transfers: i128,
    },
    /// A transfer moves another unit than its account counts.
    Unit {
        /// Its book.
        book: Book,
        /// The account.
        account: AccountId,
    },
    /// A guarded account is below its floor.
    Floor {
        /// Its book.
        book: Book,
        /// The account.
        account: AccountId,
        /// Its balance.
        balance: i64,
        /// Its floor.
        floor: i64,
    },
    /// The balances of a unit do not sum to zero.
    Sum {
        /// The book.
        book: Book,
        /// The unit.
        unit: Unit,
        /// What they sum to.
        sum: i128,
    },
    /// A day's turnover of a kind is not the sum of its transfers.
    Turnover {
        /// The book.
        book: Book,
        /// The day, `yyyymmdd`.
        day: i64,
        /// The kind of the accounts.
        kind: Kind,
    },
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Chain { book, seal } => {
                write!(f, "book {book}: seal {seal} does not follow from the one before it")
            }
            Self::Sealed { book, seal } => {
                write!(f, "book {book}: what seal {seal} covers is not what was sealed")
            }
            Self::Posting { book, posting } => {
                write!(f, "book {book}: posting {posting} is out of order or incomplete")
            }
            Self::Head { book } => write!(f, "book {book} does not stand where its last seal stands"),
            Self::Balance { book, account, balance, transfers } => {
                write!(f, "book {book}: account {account} shows {balance}, its transfers sum to {transfers}")
            }
            Self::Unit { book, account } => {
                write!(f, "book {book}: account {account} has transfers of another unit")
            }
            Self::Floor { book, account, balance, floor } => {
                write!(f, "book {book}: account {account} shows {balance}, below its floor of {floor}")
            }
            Self::Sum { book, unit, sum } => {
                write!(f, "book {book}: the balances in {} sum to {sum} instead of 0", unit.code())
            }
            Self::Turnover { book, day, kind } => {
                write!(
                    f,
                    "book {book}: the turnover of {} on {day} is not that of its transfers",
                    kind.code()
                )
            }
        }
    }
}

/// Checks every book from its first posting on one consistent view of the data, a [`sh_db::Db::read`]: seals chain and hash what is there,
/// postings are numbered without gaps, balances are the sums of their transfers, sum to zero for each unit and keep
/// their floors, turnovers are the sums of their days. Gives the first difference, or nothing.
///
/// Keeps one sum for each account in memory.
///
/// # Errors
/// What the database refuses.
pub async fn verify(tx: &mut Tx) -> Result<Option<Difference>, DbError> {
    for (book, postings, seals, hash) in audit::books(tx).await? {
        let mut walk = Walk::new(tx, book).await?;
        if let Some(found) = walk.seals(tx).await? {
            return Ok(Some(found));
        }
        if (walk.postings, walk.seals, &walk.hash) != (postings, seals, &hash) {
            return Ok(Some(Difference::Head { book }));
        }
        if let Some(found) = walk.balances().or(walk.turnover(tx).await?) {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// An account, and what its transfers sum to so far.
struct Seen {
    kind: Kind,
    unit: Unit,
    floor: Option<i64>,
    balance: i64,
    sum: i128,
}

/// What has been seen of a book so far.
struct Walk {
    book: Book,
    postings: i64,
    seals: i64,
    hash: Vec<u8>,
    accounts: HashMap<AccountId, Seen>,
    /// Given and received on a day by accounts of a kind.
    days: BTreeMap<(i64, Kind, Unit), (i128, i128)>,
}

impl Walk {
    async fn new(tx: &mut Tx, book: Book) -> Result<Self, DbError> {
        let mut accounts = HashMap::new();
        audit::each_account(tx, book, |account, balance| {
            let (kind, unit, floor) = (account.kind, account.unit, account.floor);
            accounts.insert(account.id, Seen { kind, unit, floor, balance, sum: 0 });
            Ok(())
        })
        .await?;
        Ok(Self { book, postings: 0, seals: 0, hash: BEGINNING.to_vec(), accounts, days: BTreeMap::new() })
    }

    /// Walks along the chain and sums what it covers.
    async fn seals(&mut self, tx: &mut Tx) -> Result<Option<Difference>, DbError> {
        loop {
            let page = audit::seals_after(tx, self.book, self.seals, SEALS_PAGE).await?;
            let (Some(first), Some(last)) = (page.first(), page.last()) else { break };
            let (postings, transfers) = audit::between(tx, self.book, first.first, last.last).await?;
            let (mut postings, mut transfers) = (postings.as_slice(), transfers.as_slice());
            for seal in &page {
                let covered = split(&mut postings, |posting| posting.number <= seal.last);
                let moves = split(&mut transfers, |transfer| transfer.posting <= seal.last);
                if let Some(found) = self.seal(seal, covered, moves) {
                    return Ok(Some(found));
                }
            }
        }
        // What was put in behind the last seal is covered by none.
        let beyond = PostingNumber(self.postings.saturating_add(1));
        let (postings, transfers) = audit::between(tx, self.book, beyond, PostingNumber(i64::MAX)).await?;
        let stray = postings.first().map(|posting| posting.number);
        let stray = stray.or_else(|| transfers.first().map(|transfer| transfer.posting));
        Ok(stray.map(|posting| Difference::Posting { book: self.book, posting }))
    }

    fn seal(
        &mut self,
        seal: &SealRow,
        postings: &[SealedPosting],
        transfers: &[SealedTransfer],
    ) -> Option<Difference> {
        let book = self.book;
        let follows = seal.seq == self.seals.saturating_add(1)
            && seal.first.0 == self.postings.saturating_add(1)
            && seal.previous == self.hash;
        if !follows {
            return Some(Difference::Chain { book, seal: seal.seq });
        }
        if hash_of(&seal.previous, postings, transfers) != seal.hash {
            return Some(Difference::Sealed { book, seal: seal.seq });
        }
        let mut moves = transfers;
        for posting in postings {
            let number = posting.number;
            let own = split(&mut moves, |transfer| transfer.posting == number);
            if number.0 != self.postings.saturating_add(1) || own.is_empty() {
                return Some(Difference::Posting { book, posting: number });
            }
            self.postings = number.0;
            for transfer in own {
                if let Some(found) = self.transfer(posting.day, transfer) {
                    return Some(found);
                }
            }
        }
        if let Some(stray) = moves.first() {
            return Some(Difference::Posting { book, posting: stray.posting });
        }
        if self.postings != seal.last.0 {
            return Some(Difference::Chain { book, seal: seal.seq });
        }
        self.seals = seal.seq;
        self.hash.clone_from(&seal.hash);
        None
    }

    fn transfer(&mut self, day: i64, transfer: &SealedTransfer) -> Option<Difference> {
        let (book, amount) = (self.book, i128::from(transfer.amount));
        for (id, given, received) in [(transfer.debit, amount, 0), (transfer.credit, 0, amount)] {
            let Some(seen) = self.accounts.get_mut(&id) else {
                let transfers = received.saturating_sub(given);
                return Some(Difference::Balance { book, account: id, balance: 0, transfers });
            };
            if seen.unit != transfer.unit {
                return Some(Difference::Unit { book, account: id });
            }
            seen.sum = seen.sum.saturating_add(received).saturating_sub(given);
            let sums = self.days.entry((day, seen.kind, seen.unit)).or_default();
            *sums = (sums.0.saturating_add(given), sums.1.saturating_add(received));
        }
        None
    }

    fn balances(&self) -> Option<Difference> {
        let book = self.book;
        let mut sums: BTreeMap<Unit, i128> = BTreeMap::new();
        // The first in the order of the identifiers, so that two audits name the same one.
        let mut found: Option<(AccountId, Difference)> = None;
        let mut note = |id: AccountId, difference: Difference| {
            if found.as_ref().is_none_or(|(first, _)| id < *first) {
                found = Some((id, difference));
            }
        };
        for (id, seen) in &self.accounts {
            let balance = seen.balance;
            if seen.sum != i128::from(balance) {
                note(*id, Difference::Balance { book, account: *id, balance, transfers: seen.sum });
            }
            if let Some(floor) = seen.floor.filter(|floor| balance < *floor) {
                note(*id, Difference::Floor { book, account: *id, balance, floor });
            }
            let sum = sums.entry(seen.unit).or_default();
            *sum = sum.saturating_add(i128::from(balance));
        }
        let unbalanced = sums.into_iter().find(|(_, sum)| *sum != 0);
        found.map(|(_, difference)| difference).or(unbalanced.map(|(unit, sum)| Difference::Sum {
            book,
            unit,
            sum,
        }))
    }

    async fn turnover(&self, tx: &mut Tx) -> Result<Option<Difference>, DbError> {
        let book = self.book;
        let mut wanted = self.days.clone();
        for (day, kind, unit, debit, credit) in audit::turnover(tx, book).await? {
            if wanted.remove(&(day, kind, unit)) != Some((i128::from(debit), i128::from(credit))) {
                return Ok(Some(Difference::Turnover { book, day, kind }));
            }
        }
        Ok(wanted.keys().next().map(|(day, kind, _)| Difference::Turnover { book, day: *day, kind: *kind }))
    }
}

/// Takes the items from the front that `belongs` says belong.
fn split<'a, T>(items: &mut &'a [T], belongs: impl Fn(&T) -> bool) -> &'a [T] {
    let count = items.iter().take_while(|item| belongs(item)).count();
    let (front, rest) = items.split_at(count);
    *items = rest;
    front
}
