//! The trailing job: entries by account, so that a statement is a range of keys. The writer appends to the postings
//! only; what people look up is written behind it, sorted, many postings at a time.

use std::collections::BTreeMap;

use sh_db::{Db, DbError, Tx, binds};

use crate::{
    model::{AccountId, Book, PostingNumber},
    store,
};

/// Postings that one transaction takes: enough to be written in bulk, few enough that the writer hardly waits.
const POSTINGS_MAX: i64 = 1000;

/// Takes the trail of every book one step further. Returns how many postings it took; 0 if it had caught up.
///
/// # Errors
/// What the database refuses. The step is simply taken again.
pub async fn follow(db: &Db) -> Result<u64, DbError> {
    let books = db.read(async |tx| store::audit::books(tx).await).await?;
    let mut taken = 0_u64;
    for (book, ..) in books {
        taken = taken.saturating_add(db.write(async |tx| step(tx, book).await).await?);
    }
    Ok(taken)
}

/// One entry: account, posting, place in it, account on the other side, amount, balance after it.
type Entry = (AccountId, PostingNumber, i64, AccountId, i64, i64);

async fn step(tx: &mut Tx, book: Book) -> Result<u64, DbError> {
    let (stands, postings) = store::trail::take(tx, book).await?;
    let last = postings.min(stands.saturating_add(POSTINGS_MAX));
    if last <= stands {
        return Ok(0);
    }
    let first = PostingNumber(stands.saturating_add(1));
    let transfers = store::audit::transfers_between(tx, book, first, PostingNumber(last)).await?;
    let mut balances: BTreeMap<AccountId, i64> = BTreeMap::new();
    for transfer in &transfers {
        balances.entry(transfer.debit).or_insert(0);
        balances.entry(transfer.credit).or_insert(0);
    }
    let accounts = balances.keys().map(|id| id.uuid()).collect();
    balances.extend(store::trail::entered(tx, book, accounts).await?);
    let mut entries: Vec<Entry> = Vec::with_capacity(transfers.len().saturating_mul(2));
    for transfer in transfers {
        let (debit, credit) = (transfer.debit, transfer.credit);
        for (account, other, amount) in
            [(debit, credit, transfer.amount.saturating_neg()), (credit, debit, transfer.amount)]
        {
            let balance = balances.entry(account).or_default();
            *balance = balance.saturating_add(amount);
            entries.push((account, transfer.posting, transfer.seq, other, amount, *balance));
        }
    }
    entries.sort_unstable();
    let rows = entries.into_iter().map(|(account, posting, seq, other, amount, balance)| {
        binds![book, account, posting, seq, other, amount, balance]
    });
    tx.insert_many(&store::trail::ADD_ENTRIES, rows.collect::<Vec<_>>()).await?;
    let balances = balances.into_iter().map(|(account, balance)| binds![book, account, balance]);
    tx.insert_many(&store::trail::SET_ENTERED, balances.collect::<Vec<_>>()).await?;
    store::trail::set(tx, book, PostingNumber(last)).await?;
    Ok(last.saturating_sub(stands).unsigned_abs())
}
