//! Reading what a batch needs, once.

use std::collections::{BTreeMap, BTreeSet};

use sh_db::{DbError, Tx};
use uuid::Uuid;

use super::{Head, Kept, Original, Plan, Slot};
use crate::{
    claim::{ANSWER_DAYS, Claim},
    model::{Account, AccountId, Book, PostingRef},
    seal::BEGINNING,
    store,
};

impl Plan {
    /// Reads the accounts of a batch that are not loaded yet and locks their books. Accounts that do not exist are
    /// known from here on, too, with nothing on them; if several callers name one, the first one's floor counts.
    ///
    /// # Errors
    /// What the database refuses.
    pub async fn load(
        &mut self,
        tx: &mut Tx,
        accounts: impl IntoIterator<Item = Account>,
    ) -> Result<(), DbError> {
        let mut wanted: BTreeMap<Book, BTreeMap<AccountId, Account>> = BTreeMap::new();
        for account in accounts {
            if !self.slots.contains_key(&(account.book, account.id)) {
                wanted.entry(account.book).or_default().entry(account.id).or_insert(account);
            }
        }
        for book in wanted.keys() {
            self.open(tx, *book).await?;
        }
        for (book, accounts) in wanted {
            let ids: Vec<Uuid> = accounts.keys().map(|id| id.uuid()).collect();
            for (found, balance) in store::book::accounts(tx, book, ids).await? {
                let slot = Slot { account: found, stored: Some(balance), balance };
                self.slots.insert((book, found.id), slot);
            }
            for (id, account) in accounts {
                self.slots.entry((book, id)).or_insert(Slot { account, stored: None, balance: 0 });
            }
        }
        Ok(())
    }

    /// Reads what was answered before to commands with these keys.
    ///
    /// # Errors
    /// What the database refuses.
    pub async fn load_claims(
        &mut self,
        tx: &mut Tx,
        claims: impl IntoIterator<Item = Claim>,
    ) -> Result<(), DbError> {
        let mut wanted: BTreeMap<Book, BTreeSet<Uuid>> = BTreeMap::new();
        for claim in claims {
            wanted.entry(claim.book).or_default().insert(claim.key);
        }
        for book in wanted.keys() {
            self.open(tx, *book).await?;
        }
        // A day ahead as well: the clock may have been set back.
        let today = self.at.day();
        let days: Vec<i64> =
            (ANSWER_DAYS.saturating_neg()..=1).map(|step| today.plus_days(step).yyyymmdd()).collect();
        for (book, keys) in wanted {
            for row in store::book::answers(tx, book, &days, keys.into_iter().collect()).await? {
                self.answers.entry((book, row.key)).or_insert(Kept {
                    body: row.body,
                    answer: row.answer,
                    fresh: false,
                });
            }
        }
        Ok(())
    }

    /// Reads postings that are to be taken back, and their accounts.
    ///
    /// # Errors
    /// What the database refuses.
    pub async fn load_originals(
        &mut self,
        tx: &mut Tx,
        postings: impl IntoIterator<Item = PostingRef>,
    ) -> Result<(), DbError> {
        let mut wanted: BTreeMap<Book, BTreeSet<i64>> = BTreeMap::new();
        for posting in postings {
            if !self.originals.contains_key(&posting) {
                wanted.entry(posting.book).or_default().insert(posting.number.0);
            }
        }
        for book in wanted.keys() {
            self.open(tx, *book).await?;
        }
        for (book, numbers) in wanted {
            let numbers: Vec<i64> = numbers.into_iter().collect();
            let reversed: BTreeMap<_, _> =
                store::book::reversals(tx, book, &numbers).await?.into_iter().collect();
            let mut touched: BTreeSet<AccountId> = BTreeSet::new();
            for transfer in store::book::transfers_of(tx, book, &numbers).await? {
                touched.extend([transfer.debit, transfer.credit]);
                let number = transfer.posting;
                self.originals
                    .entry(PostingRef { book, number })
                    .or_insert_with(|| Original {
                        transfers: Vec::new(),
                        reversed_by: reversed.get(&number).copied(),
                        fresh: false,
                    })
                    .transfers
                    .push((transfer.debit, transfer.credit, transfer.amount));
            }
            touched.retain(|id| !self.slots.contains_key(&(book, *id)));
            let ids = touched.into_iter().map(AccountId::uuid).collect();
            for (found, balance) in store::book::accounts(tx, book, ids).await? {
                let slot = Slot { account: found, stored: Some(balance), balance };
                self.slots.entry((book, found.id)).or_insert(slot);
            }
        }
        Ok(())
    }

    /// Locks a book and reads where it stands; a new one begins with nothing.
    async fn open(&mut self, tx: &mut Tx, book: Book) -> Result<(), DbError> {
        if self.heads.contains_key(&book) {
            return Ok(());
        }
        let mut found = store::book::lock_book(tx, book).await?;
        if found.is_none() {
            store::book::add_book(tx, book, &BEGINNING).await?;
            found = store::book::lock_book(tx, book).await?;
        }
        let (postings, seals, hash, at) =
            found.ok_or_else(|| DbError::Other(format!("book {book} cannot be opened")))?;
        self.heads.insert(book, Head { postings, seals, hash, at: at.max(self.at) });
        Ok(())
    }
}
