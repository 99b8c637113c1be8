//! Writing a plan: a handful of statements, whatever the number of commands.

use std::collections::BTreeMap;

use sh_db::{DbError, Tx, binds};

use super::{Plan, Slot};
use crate::{
    model::{AccountId, Book, Kind, Unit},
    seal::seal,
    store::{SealRow, book},
};

impl Plan {
    /// Writes everything that was planned: accounts that were opened, postings, transfers, one balance for each account
    /// touched, turnovers, one seal for each book, answers. The last step of a batch; the lock on the books ends with
    /// the transaction.
    ///
    /// # Errors
    /// What the database refuses. The transaction must not be committed then.
    pub async fn write(mut self, tx: &mut Tx) -> Result<(), DbError> {
        self.write_accounts(tx).await?;
        self.write_postings(tx).await?;
        self.write_turnover(tx).await?;
        self.write_seals(tx).await?;
        self.write_answers(tx).await
    }

    async fn write_accounts(&self, tx: &mut Tx) -> Result<(), DbError> {
        let mut opened = Vec::new();
        let mut changed = Vec::new();
        for place in self.touched() {
            let Some(Slot { account, stored, balance }) = self.slots.get(&place) else { continue };
            match stored {
                None => opened.push(binds![
                    account.book,
                    account.id,
                    account.kind,
                    account.subject,
                    account.unit,
                    account.floor,
                    *balance
                ]),
                Some(stored) if stored != balance => {
                    changed.push(binds![account.book, account.id, *balance]);
                }
                Some(_) => {}
            }
        }
        tx.insert_many(&book::ADD_ACCOUNTS, opened).await?;
        book::check_count(tx.update_many(&book::SET_BALANCES, changed.clone()).await?, changed.len())
    }

    async fn write_postings(&self, tx: &mut Tx) -> Result<(), DbError> {
        let postings = self.postings.iter().map(|(book, posting)| {
            binds![
                *book,
                posting.number,
                posting.at,
                posting.day,
                posting.source,
                posting.document,
                posting.key,
                posting.reverses.map(|number| number.0)
            ]
        });
        tx.insert_many(&book::ADD_POSTINGS, postings.collect::<Vec<_>>()).await?;
        let transfers = self.transfers.iter().map(|(book, transfer)| {
            binds![
                *book,
                transfer.posting,
                transfer.seq,
                transfer.debit,
                transfer.credit,
                transfer.unit,
                transfer.amount
            ]
        });
        tx.insert_many(&book::ADD_TRANSFERS, transfers.collect::<Vec<_>>()).await?;
        let reversals = self.originals.iter().filter(|(_, original)| original.fresh);
        let reversals = reversals.map(|(posting, original)| {
            binds![posting.book, posting.number, original.reversed_by.map(|by| by.0)]
        });
        tx.insert_many(&book::ADD_REVERSALS, reversals.collect::<Vec<_>>()).await.map(drop)
    }

    async fn write_turnover(&self, tx: &mut Tx) -> Result<(), DbError> {
        let days: BTreeMap<_, _> =
            self.postings.iter().map(|(book, posting)| ((*book, posting.number), posting.day)).collect();
        let mut sums: BTreeMap<(Book, i64, Kind, Unit), (i64, i64)> = BTreeMap::new();
        let kind_of = |book: Book, id: AccountId| self.slots.get(&(book, id)).map(|slot| slot.account.kind);
        for (book, transfer) in &self.transfers {
            let Some(day) = days.get(&(*book, transfer.posting)) else { continue };
            for (id, debit, credit) in
                [(transfer.debit, transfer.amount, 0), (transfer.credit, 0, transfer.amount)]
            {
                let Some(kind) = kind_of(*book, id) else { continue };
                let sum = sums.entry((*book, *day, kind, transfer.unit)).or_default();
                let added = sum.0.checked_add(debit).zip(sum.1.checked_add(credit));
                *sum = added.ok_or_else(|| DbError::Other("a day's turnover is too large".to_owned()))?;
            }
        }
        let rows = sums
            .into_iter()
            .map(|((book, day, kind, unit), (debit, credit))| binds![book, day, kind, unit, debit, credit]);
        tx.insert_many(&book::ADD_TURNOVER, rows.collect::<Vec<_>>()).await.map(drop)
    }

    async fn write_seals(&mut self, tx: &mut Tx) -> Result<(), DbError> {
        let mut seals = Vec::new();
        let mut heads = Vec::new();
        for (book, head) in &mut self.heads {
            let postings = || self.postings.iter().filter(|(of, _)| of == book).map(|(_, posting)| posting);
            let (Some(first), Some(last)) = (postings().next(), postings().next_back()) else { continue };
            let transfers = self.transfers.iter().filter(|(of, _)| of == book).map(|(_, transfer)| transfer);
            let hash = seal(&head.hash, postings(), transfers);
            let seq = head.seals.saturating_add(1);
            let row = SealRow {
                seq,
                first: first.number,
                last: last.number,
                at: head.at,
                previous: std::mem::replace(&mut head.hash, hash.clone()),
                hash,
            };
            heads.push(binds![*book, last.number, seq, row.hash.clone(), head.at]);
            seals.push(binds![*book, row.seq, row.first, row.last, row.at, row.previous, row.hash]);
        }
        tx.insert_many(&book::ADD_SEALS, seals).await?;
        book::check_count(tx.update_many(&book::SET_BOOKS, heads.clone()).await?, heads.len())
    }

    async fn write_answers(&self, tx: &mut Tx) -> Result<(), DbError> {
        let day = self.at.day();
        let fresh = self.answers.iter().filter(|(_, kept)| kept.fresh);
        let mut rows: Vec<_> = fresh.collect();
        rows.sort_unstable_by_key(|(place, _)| **place);
        let rows = rows
            .into_iter()
            .map(|((book, key), kept)| binds![*book, day, *key, kept.body.to_vec(), kept.answer.clone()]);
        tx.insert_many(&book::ADD_ANSWERS, rows.collect::<Vec<_>>()).await.map(drop)
    }
}
