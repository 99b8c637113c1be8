//! Planning a batch in memory: what is there is read once, commands are decided one after the other, everything is
//! written at the end in few large statements.

mod load;
mod post;
mod write;

use std::collections::{BTreeMap, HashMap};

use sh_kernel::Instant;
use uuid::Uuid;

use crate::{
    claim::{Answer, Claim},
    error::Refusal,
    model::{Account, AccountId, Book, PostingNumber, PostingRef},
    seal::{SealedPosting, SealedTransfer},
};

/// The state of the accounts that a batch touches, and what its commands have done to them so far.
///
/// Made and written within one transaction; see the [crate] for an example. Loading a book's accounts locks the book
/// until the transaction ends, so what the plan knows is true until it is written. Load everything of a batch in one
/// call where possible: books are locked in ascending order, which keeps two writers from waiting for each other.
#[derive(Debug)]
#[must_use = "a plan has no effect until it is written"]
pub struct Plan {
    at: Instant,
    heads: BTreeMap<Book, Head>,
    slots: HashMap<Place, Slot>,
    answers: HashMap<(Book, Uuid), Kept>,
    originals: HashMap<PostingRef, Original>,
    postings: Vec<(Book, SealedPosting)>,
    transfers: Vec<(Book, SealedTransfer)>,
    undo: Vec<Undo>,
    key: Option<Uuid>,
}

/// A book and an account in it.
type Place = (Book, AccountId);

/// Where a book stands.
#[derive(Debug, Clone)]
struct Head {
    postings: i64,
    seals: i64,
    hash: Vec<u8>,
    /// Of the last seal, or of this plan if that is later.
    at: Instant,
}

/// An account in the plan.
#[derive(Debug, Clone)]
struct Slot {
    account: Account,
    /// Its balance in the database, if it exists there.
    stored: Option<i64>,
    balance: i64,
}

/// An answer in the plan.
#[derive(Debug, Clone)]
struct Kept {
    body: [u8; 16],
    answer: Vec<u8>,
    fresh: bool,
}

/// A posting that may be taken back.
#[derive(Debug, Clone)]
struct Original {
    transfers: Vec<(AccountId, AccountId, i64)>,
    reversed_by: Option<PostingNumber>,
    fresh: bool,
}

/// How to take back one step of planning.
#[derive(Debug)]
enum Undo {
    Balance(Place, i64),
    Answer(Book, Uuid),
    /// Whether the original is itself only planned, so that nothing may stay of it.
    Reversal {
        original: PostingRef,
        planned: bool,
    },
}

/// A state of the plan to go back to.
#[derive(Debug, Clone, Copy)]
struct Mark {
    undo: usize,
    postings: usize,
    transfers: usize,
}

impl Plan {
    /// An empty plan at the instant `at`, which its postings will carry.
    pub fn new(at: Instant) -> Self {
        Self {
            at,
            heads: BTreeMap::new(),
            slots: HashMap::new(),
            answers: HashMap::new(),
            originals: HashMap::new(),
            postings: Vec::new(),
            transfers: Vec::new(),
            undo: Vec::new(),
            key: None,
        }
    }

    /// Plans one command: whatever `work` plans stays if it succeeds, and is gone without a trace if it does not.
    /// Attempts may be nested.
    ///
    /// # Errors
    /// What `work` returns.
    pub fn attempt<T, E>(&mut self, work: impl FnOnce(&mut Self) -> Result<T, E>) -> Result<T, E> {
        let mark = self.mark();
        let outcome = work(self);
        if outcome.is_err() {
            self.back_to(mark);
        }
        outcome
    }

    /// Plans one command that may be repeated: the first one that succeeds has its answer kept, each later one with
    /// the same key gets that answer and does nothing. A refused command leaves its key free. The claim must be loaded.
    ///
    /// # Errors
    /// What `work` returns; [`Refusal::OtherBody`] if the key came with another command before.
    pub fn once<E: From<Refusal>>(
        &mut self,
        claim: &Claim,
        work: impl FnOnce(&mut Self) -> Result<Vec<u8>, E>,
    ) -> Result<Answer, E> {
        let place = (claim.book, claim.key);
        if let Some(kept) = self.answers.get(&place) {
            if kept.body != claim.body {
                return Err(Refusal::OtherBody.into());
            }
            return Ok(Answer { bytes: kept.answer.clone(), repeated: true });
        }
        self.attempt(|plan| {
            let outer = plan.key.replace(claim.key);
            let outcome = work(plan);
            plan.key = outer;
            let bytes = outcome?;
            plan.undo.push(Undo::Answer(claim.book, claim.key));
            plan.answers.insert(place, Kept { body: claim.body, answer: bytes.clone(), fresh: true });
            Ok(Answer { bytes, repeated: false })
        })
    }

    /// The balance of a loaded account as planned so far; 0 if it does not exist yet, `None` if it was not loaded.
    pub fn balance(&self, account: &Account) -> Option<i64> {
        self.slots.get(&(account.book, account.id)).map(|slot| slot.balance)
    }

    /// What a loaded account can still give, as planned so far: its balance above its floor. `None` if it is not
    /// guarded, or was not loaded.
    pub fn available(&self, account: &Account) -> Option<i64> {
        let slot = self.slots.get(&(account.book, account.id))?;
        slot.account.floor.map(|floor| slot.balance.saturating_sub(floor))
    }

    const fn mark(&self) -> Mark {
        Mark { undo: self.undo.len(), postings: self.postings.len(), transfers: self.transfers.len() }
    }

    fn back_to(&mut self, mark: Mark) {
        for step in self.undo.drain(mark.undo..).rev() {
            match step {
                Undo::Balance(place, was) => {
                    if let Some(slot) = self.slots.get_mut(&place) {
                        slot.balance = was;
                    }
                }
                Undo::Answer(book, key) => {
                    self.answers.remove(&(book, key));
                }
                Undo::Reversal { original, planned: true } => {
                    self.originals.remove(&original);
                }
                Undo::Reversal { original, planned: false } => {
                    if let Some(original) = self.originals.get_mut(&original) {
                        original.reversed_by = None;
                        original.fresh = false;
                    }
                }
            }
        }
        for (book, _) in self.postings.drain(mark.postings..) {
            if let Some(head) = self.heads.get_mut(&book) {
                head.postings = head.postings.saturating_sub(1);
            }
        }
        self.transfers.truncate(mark.transfers);
    }
}
