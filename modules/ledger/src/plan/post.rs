//! Deciding postings in memory.

use std::collections::BTreeSet;

use sh_kernel::Day;
use uuid::Uuid;

use super::{Original, Place, Plan, Undo};
use crate::{
    error::{Refusal, Shortage},
    model::{AccountId, Book, Posting, PostingNumber, PostingRef, Source},
    seal::{SealedPosting, SealedTransfer},
};

/// What is known of a posting besides its transfers.
struct Heading {
    book: Book,
    day: Day,
    source: Source,
    document: Uuid,
    reverses: Option<PostingNumber>,
}

impl Plan {
    /// Plans a posting: all its transfers, or, if any guarded account would end below its floor, none. Its accounts
    /// must be loaded; those that do not exist are opened.
    ///
    /// # Errors
    /// [`Refusal::Short`] with every account that is short; [`Refusal::Mistake`] for a posting that cannot be.
    pub fn post(&mut self, posting: &Posting) -> Result<PostingRef, Refusal> {
        for transfer in &posting.transfers {
            if transfer.debit.book != posting.book || transfer.credit.book != posting.book {
                return Err(Refusal::Mistake("a transfer leaves the book"));
            }
        }
        let moves: Vec<_> = posting
            .transfers
            .iter()
            .map(|transfer| (transfer.debit.id, transfer.credit.id, transfer.amount))
            .collect();
        let heading = Heading {
            book: posting.book,
            day: posting.day,
            source: posting.source,
            document: posting.document,
            reverses: None,
        };
        self.attempt(|plan| plan.apply(&heading, &moves))
    }

    /// Plans the opposite of an earlier posting, linked to it. The original must be loaded, or planned before. A posting is taken back
    /// once; what it gave to a guarded account must still be there.
    ///
    /// # Errors
    /// As [`Plan::post`]; [`Refusal::AlreadyReversed`], [`Refusal::NoSuchPosting`].
    pub fn reverse(&mut self, original: PostingRef, day: Day, document: Uuid) -> Result<PostingRef, Refusal> {
        let planned = !self.originals.contains_key(&original);
        let found = self.originals.get(&original).cloned().or_else(|| self.planned(original));
        let mut found = found.ok_or(Refusal::NoSuchPosting(original))?;
        if let Some(by) = found.reversed_by {
            return Err(Refusal::AlreadyReversed { posting: original, by });
        }
        let moves: Vec<_> =
            found.transfers.iter().rev().map(|(debit, credit, amount)| (*credit, *debit, *amount)).collect();
        let heading = Heading {
            book: original.book,
            day,
            source: Source::Reversal,
            document,
            reverses: Some(original.number),
        };
        self.attempt(|plan| {
            let made = plan.apply(&heading, &moves)?;
            found.reversed_by = Some(made.number);
            found.fresh = true;
            plan.originals.insert(original, found);
            plan.undo.push(Undo::Reversal { original, planned });
            Ok(made)
        })
    }

    /// A posting of this very plan.
    fn planned(&self, posting: PostingRef) -> Option<Original> {
        let own = self.transfers.iter();
        let own = own.filter(|(book, transfer)| *book == posting.book && transfer.posting == posting.number);
        let transfers: Vec<_> =
            own.map(|(_, transfer)| (transfer.debit, transfer.credit, transfer.amount)).collect();
        (!transfers.is_empty()).then_some(Original { transfers, reversed_by: None, fresh: false })
    }

    /// Runs inside an attempt, which takes back what was done before an error.
    fn apply(
        &mut self,
        heading: &Heading,
        moves: &[(AccountId, AccountId, i64)],
    ) -> Result<PostingRef, Refusal> {
        if moves.is_empty() {
            return Err(Refusal::Mistake("a posting without transfers"));
        }
        let head = self.heads.get_mut(&heading.book).ok_or(Refusal::Mistake("the book was not loaded"))?;
        head.postings = head.postings.checked_add(1).ok_or(Refusal::Mistake("the book is full"))?;
        let (number, at) = (PostingNumber(head.postings), head.at);
        self.postings.push((
            heading.book,
            SealedPosting {
                number,
                at,
                day: heading.day.yyyymmdd(),
                source: heading.source,
                document: heading.document,
                key: self.key,
                reverses: heading.reverses,
            },
        ));
        let before = self.undo.len();
        for (seq, (debit, credit, amount)) in (1_i64..).zip(moves) {
            self.transfer(heading.book, number, seq, (*debit, *credit, *amount))?;
        }
        self.check_floors(before, heading.book, moves)?;
        Ok(PostingRef { book: heading.book, number })
    }

    fn transfer(
        &mut self,
        book: Book,
        posting: PostingNumber,
        seq: i64,
        (debit, credit, amount): (AccountId, AccountId, i64),
    ) -> Result<(), Refusal> {
        if amount <= 0 {
            return Err(Refusal::Mistake("an amount of nothing or less"));
        }
        if debit == credit {
            return Err(Refusal::Mistake("a transfer from an account to itself"));
        }
        let not_loaded = Refusal::Mistake("an account was not loaded");
        let unit = self.slots.get(&(book, debit)).ok_or(not_loaded.clone())?.account.unit;
        if self.slots.get(&(book, credit)).ok_or(not_loaded)?.account.unit != unit {
            return Err(Refusal::Mistake("a transfer between two units"));
        }
        self.add((book, debit), amount.checked_neg().ok_or(Refusal::Overflow(debit))?)?;
        self.add((book, credit), amount)?;
        self.transfers.push((book, SealedTransfer { posting, seq, debit, credit, unit, amount }));
        Ok(())
    }

    fn add(&mut self, place: Place, amount: i64) -> Result<(), Refusal> {
        let slot = self.slots.get_mut(&place).ok_or(Refusal::Mistake("an account was not loaded"))?;
        let was = slot.balance;
        slot.balance = was.checked_add(amount).ok_or(Refusal::Overflow(place.1))?;
        self.undo.push(Undo::Balance(place, was));
        Ok(())
    }

    /// Looks at every account that was touched since `before`, a length of the list of steps.
    fn check_floors(
        &self,
        before: usize,
        book: Book,
        moves: &[(AccountId, AccountId, i64)],
    ) -> Result<(), Refusal> {
        let mut short = Vec::new();
        for (debit, credit, _) in moves {
            for id in [debit, credit] {
                let Some(slot) = self.slots.get(&(book, *id)) else { continue };
                if slot.account.floor.is_some_and(|floor| slot.balance < floor) && !short.contains(id) {
                    short.push(*id);
                }
            }
        }
        if short.is_empty() {
            return Ok(());
        }
        Err(Refusal::Short(
            short.into_iter().filter_map(|id| self.shortage(before, book, id, moves)).collect(),
        ))
    }

    fn shortage(
        &self,
        before: usize,
        book: Book,
        id: AccountId,
        moves: &[(AccountId, AccountId, i64)],
    ) -> Option<Shortage> {
        let slot = self.slots.get(&(book, id))?;
        let was = self.undo.get(before..)?.iter().find_map(|step| match step {
            Undo::Balance(place, was) if *place == (book, id) => Some(*was),
            _ => None,
        })?;
        let sum = |side: fn(&(AccountId, AccountId, i64)) -> AccountId| {
            moves.iter().filter(|step| side(step) == id).fold(0_i64, |sum, step| sum.saturating_add(step.2))
        };
        let (asked, given) = (sum(|step| step.0), sum(|step| step.1));
        let available = was.saturating_sub(slot.account.floor?).saturating_add(given);
        Some(Shortage { account: slot.account, available, asked })
    }

    /// The accounts that the planned transfers touch, in the order of their keys.
    pub(super) fn touched(&self) -> BTreeSet<Place> {
        self.transfers
            .iter()
            .flat_map(|(book, transfer)| [(*book, transfer.debit), (*book, transfer.credit)])
            .collect()
    }
}
