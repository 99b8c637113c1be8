//! The floors: the same order in a transaction of its own, as a careful programmer writes it, and one bare row.
//!
//! The order takes the rows that it changes in the order of their keys, changes all balances in one statement that
//! keeps the floors, and writes the same rows as ours without seal and turnover, which only a batch makes cheap. On
//! PostgreSQL the accounts of sellers are striped, so that orders of one seller do not wait for each other.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicI64, Ordering::Relaxed},
    time::{Duration, Instant},
};

use sh_db::{Db, DbError, Engine, Kind as ColumnKind, Tx, Value, binds, inserts, statements, updates};
use sh_kernel::{Clock as _, IdGen, SystemClock};
use sh_ledger::{Account, AccountId, Book, Kind, Source, Unit};
use tokio::task::JoinSet;
use uuid::Uuid;

use super::{
    load::Said,
    orders::{self, Order, PRODUCTS, Rows},
};
use crate::{engine::Base, raw};

/// Accounts that share the load of one seller on PostgreSQL.
const STRIPES: u128 = 64;

statements! {
    HOLD = "SELECT id FROM ledger_account WHERE book = $1 AND id {{in_uuid $2}} ORDER BY id",
        postgres "SELECT id FROM ledger_account WHERE book = $1 AND id = ANY($2::uuid[]) ORDER BY id FOR NO KEY UPDATE";
}

inserts! {
    ADD_ANSWER = ledger_answer(book I64, day I64, key Uuid, body Bytes, answer Bytes) "ON CONFLICT (book, day, key) DO NOTHING";
    ADD_ACCOUNTS = ledger_account(book I64, id Uuid, kind I64, subject Uuid, unit I64, floor I64, balance I64) "ON CONFLICT (book, id) DO NOTHING";
    ADD_POSTING = ledger_posting(book I64, number I64, at Instant, day I64, source I64, document Uuid, key Uuid,
        reverses I64) "";
    ADD_TRANSFERS = ledger_transfer(book I64, posting I64, seq I64, debit Uuid, credit Uuid, unit I64, amount I64) "";
}

updates! {
    MOVE = ledger_account(book I64, id Uuid, change I64) set "balance = ledger_account.balance + given.change"
        on "ledger_account.book = given.book AND ledger_account.id = given.id
            AND (ledger_account.floor IS NULL OR ledger_account.balance + given.change >= ledger_account.floor)";
}

/// Places orders one transaction each.
pub(super) struct Floor {
    db: Db,
    ids: IdGen,
    next: AtomicI64,
}

/// Why an order is rolled back.
#[derive(Debug, thiserror::Error)]
enum Undone {
    #[error(transparent)]
    Database(#[from] DbError),
    #[error("sold out")]
    SoldOut,
    #[error("placed before")]
    Repeated,
}

impl Floor {
    pub(super) fn new(db: Db) -> Self {
        Self { db, ids: IdGen::new(), next: AtomicI64::new(1) }
    }

    pub(super) async fn place(&self, order: &Order) -> anyhow::Result<Said> {
        match self.db.write(async |tx| self.write(tx, order).await).await {
            Ok(()) => Ok(Said::Placed),
            Err(Undone::SoldOut) => Ok(Said::SoldOut),
            Err(Undone::Repeated) => Ok(Said::Repeated),
            Err(Undone::Database(error)) => Err(error.into()),
        }
    }

    async fn write(&self, tx: &mut Tx, order: &Order) -> Result<(), Undone> {
        let (now, claim) = (SystemClock.now(), order.claim());
        let day = now.day();
        let answer = binds![Book::MARKET, day, claim.key, claim.body.to_vec(), vec![0_u8; 8]];
        if tx.insert(&ADD_ANSWER, answer).await? == 0 {
            return Err(Undone::Repeated);
        }
        let stripe = (order.id.uuid().as_u128() >> 32) % STRIPES;
        let striped = tx.engine() == Engine::Postgres;
        let transfers = order.transfers(|line| {
            if striped {
                stripe_of(line.payable(), u8::try_from(stripe).unwrap_or(0))
            } else {
                line.payable()
            }
        });
        let mut changes: BTreeMap<AccountId, (Account, i64)> = BTreeMap::new();
        for step in &transfers {
            changes.entry(step.debit.id).or_insert((step.debit, 0)).1 -= step.amount;
            changes.entry(step.credit.id).or_insert((step.credit, 0)).1 += step.amount;
        }
        let opened = transfers.last().map(|step| account_row(&step.debit, 0));
        tx.insert_many(&ADD_ACCOUNTS, opened).await?;
        if striped {
            let ids: Vec<Uuid> = changes.keys().map(|id| id.uuid()).collect();
            let _: Vec<(Uuid,)> =
                tx.fetch_all(&HOLD, vec![Value::I64(Some(Book::MARKET.0)), Value::Uuids(ids)]).await?;
        }
        let rows: Vec<_> =
            changes.values().map(|(account, change)| binds![account.book, account.id, *change]).collect();
        if usize::try_from(tx.update_many(&MOVE, rows).await?) != Ok(changes.len()) {
            return Err(Undone::SoldOut);
        }
        let number = self.next.fetch_add(1, Relaxed);
        let posting =
            binds![Book::MARKET, number, now, day, Source::Order, order.id, Some(claim.key), None::<i64>];
        tx.insert(&ADD_POSTING, posting).await?;
        let moves = (1_i64..).zip(&transfers).map(|(seq, step)| {
            binds![Book::MARKET, number, seq, step.debit.id, step.credit.id, step.debit.unit, step.amount]
        });
        tx.insert_many(&ADD_TRANSFERS, moves.collect::<Vec<_>>()).await?;
        let mut rows = Rows::default();
        rows.add(order, now, &self.ids);
        rows.write(tx).await?;
        Ok(())
    }
}

fn stripe_of(account: Account, stripe: u8) -> Account {
    Account::money(account.book, account.kind, account.subject.stripe(stripe))
}

fn account_row(account: &Account, balance: i64) -> Vec<Value> {
    binds![account.book, account.id, account.kind, account.subject, account.unit, account.floor, balance]
}

/// Opens every account that orders touch.
pub(super) async fn stock(db: &Db) -> Result<(), DbError> {
    let mut rows = Vec::new();
    for product in 0..PRODUCTS {
        rows.push(account_row(&orders::goods(product, Kind::OnHand), orders::grams(product)));
        rows.push(account_row(&orders::goods(product, Kind::Reserved), 0));
    }
    for seller in 0..orders::SELLERS {
        let subject = sh_ledger::Subject::number(i64::from(seller));
        let account = Account::new(Book::MARKET, Kind::Payable, subject, Unit::Fen);
        rows.push(account_row(&account, 0));
        if db.engine() == Engine::Postgres {
            rows.extend((0..64).map(|stripe| account_row(&stripe_of(account, stripe), 0)));
        }
    }
    db.write(async |tx| tx.insert_many(&ADD_ACCOUNTS, rows.clone()).await).await.map(drop)
}

/// Rows in a second, each in a durable transaction of its own, through the driver alone.
pub(super) async fn one_row(base: &Base, callers: usize, seconds: u64) -> anyhow::Result<f64> {
    let insert =
        sh_db::Insert { name: "ADD_ROW", table: "bench_row", columns: &[("id", ColumnKind::I64)], tail: "" };
    let begun = Instant::now();
    let until = begun + Duration::from_secs(seconds);
    let next = std::sync::Arc::new(AtomicI64::new(0));
    let mut tasks = JoinSet::new();
    for _ in 0..callers {
        let (mut raw, next) = (base.raw().await?, std::sync::Arc::clone(&next));
        tasks.spawn(async move {
            let mut count = 0_u32;
            while Instant::now() < until {
                let mut rows = raw::Rows::new(insert);
                rows.push(binds![next.fetch_add(1, Relaxed)])?;
                raw.insert(&rows, 0..1).await?;
                count += 1;
            }
            raw.close().await?;
            Ok::<_, anyhow::Error>(count)
        });
    }
    let mut count = 0;
    while let Some(one) = tasks.join_next().await {
        count += one??;
    }
    Ok(f64::from(count) / begun.elapsed().as_secs_f64())
}
