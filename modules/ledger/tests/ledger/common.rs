//! Accounts, commands and callers.

use std::sync::Arc;

use sh_db::{Batch as _, Db, DbError, GroupCommit, Limits};
use sh_kernel::{Day, FixedClock};
use sh_ledger::{
    Account, Book, Claim, Kind, MIGRATIONS, Post, Posted, Posting, Posts, Refusal, Source, Subject, Transfer,
    Unit, What,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use uuid::Uuid;

pub(crate) const STEPS: &[sh_db::Migration] = MIGRATIONS;

pub(crate) fn day() -> Day {
    Day::from_yyyymmdd(20_201_209).unwrap()
}

pub(crate) fn goods(kind: Kind) -> Account {
    Account::new(Book::MARKET, kind, Subject::number(7), Unit::Gram)
}

pub(crate) fn money(kind: Kind, subject: i64) -> Account {
    Account::money(Book::MARKET, kind, Subject::number(subject))
}

pub(crate) fn posting(source: Source, transfers: &[(Account, Account, i64)]) -> Posting {
    Posting {
        book: Book::MARKET,
        day: day(),
        source,
        document: Uuid::from_u128(9),
        transfers: transfers.iter().map(|(from, to, amount)| Transfer::new(*from, *to, *amount)).collect(),
    }
}

/// A command with a key of its own.
pub(crate) fn new(key: u128, transfers: &[(Account, Account, i64)]) -> Post {
    let posting = posting(Source::Order, transfers);
    let body = format!("{posting:?}");
    Post { claim: Claim::new(Book::MARKET, Uuid::from_u128(key), body.as_bytes()), what: What::New(posting) }
}

pub(crate) fn posts(clock: Arc<FixedClock>) -> Posts {
    Posts { clock }
}

/// Makes postings in one transaction of their own.
pub(crate) async fn run(db: &Db, commands: &[Post]) -> Vec<Result<Posted, Refusal>> {
    let posts = posts(sh_testkit::clock());
    let posts = &posts;
    db.write(async |tx| posts.commit(tx, commands).await).await.unwrap()
}

/// Makes one posting that is expected to be accepted.
pub(crate) async fn accept(db: &Db, key: u128, transfers: &[(Account, Account, i64)]) -> Posted {
    run(db, &[new(key, transfers)]).await.remove(0).unwrap()
}

pub(crate) async fn balance(db: &Db, account: Account) -> i64 {
    let loaded = db
        .write(async |tx| {
            let mut plan = sh_ledger::Plan::new(sh_testkit::PRESS_DAY);
            plan.load(tx, [account]).await?;
            Ok::<_, DbError>(plan.balance(&account))
        })
        .await;
    loaded.unwrap().unwrap()
}

pub(crate) async fn audit(db: &Db) {
    let difference = db.read(async |tx| sh_ledger::verify(tx).await).await.unwrap();
    assert_eq!(difference.map(|found| found.to_string()), None);
}

pub(crate) fn sequencer<B: sh_db::Batch>(db: &Db, batch: B) -> (GroupCommit<B>, TaskTracker) {
    let tasks = TaskTracker::new();
    (GroupCommit::start(db.clone(), batch, Limits::default(), &tasks, CancellationToken::new()), tasks)
}
