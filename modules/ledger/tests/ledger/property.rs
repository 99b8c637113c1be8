//! Any run: random commands in random batches, refused, repeated, rolled back and cut off at any point.

use std::{
    collections::{BTreeMap, HashMap},
    future::Future,
    pin::{Pin, pin},
    task::{Context, Poll},
};

use proptest::{
    collection::vec,
    prelude::*,
    strategy::ValueTree as _,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use sh_db::{Batch as _, Db, DbError};
use sh_ledger::{
    Account, Book, Claim, Kind, Post, Posting, PostingNumber, PostingRef, Refusal, Source, Subject, Transfer,
    Unit, What,
};
use sh_testkit::db_test;
use uuid::Uuid;

use crate::common::{STEPS, audit, day, posts};

/// Runs of each engine. Each has a book of its own.
const RUNS: i64 = 40;

/// A command without accounts: from, to and amount of each transfer, or the number of a posting to take back.
#[derive(Debug, Clone)]
enum Asked {
    Move(Moves),
    Reverse(i64),
}

/// What becomes of a batch.
#[derive(Debug, Clone, Copy)]
enum Fate {
    Lasts,
    RolledBack,
    /// The task is dropped after it was asked so often whether it is done.
    CutOff(usize),
}

fn asked() -> impl Strategy<Value = (u8, Asked)> {
    let transfer = (0_usize..6, 0_usize..6, prop_oneof![8 => 1_i64..30, 1 => Just(0), 1 => Just(i64::MAX)]);
    let asked = prop_oneof![
        6 => vec(transfer, 1..5).prop_map(Asked::Move),
        1 => (1_i64..12).prop_map(Asked::Reverse),
    ];
    // Few keys, so that some come twice: with the same body, and with another one.
    (0_u8..60, asked)
}

fn fate() -> impl Strategy<Value = Fate> {
    prop_oneof![4 => Just(Fate::Lasts), 1 => Just(Fate::RolledBack), 3 => (0_usize..60).prop_map(Fate::CutOff)]
}

fn account(book: Book, place: usize) -> Account {
    let subject = Subject::number(1);
    match place {
        0 => Account::new(book, Kind::Inbound, subject, Unit::Gram),
        1 => Account::new(book, Kind::OnHand, subject, Unit::Gram),
        2 => Account::new(book, Kind::Reserved, subject, Unit::Gram),
        3 => Account::money(book, Kind::Receivable, subject),
        4 => Account::money(book, Kind::Payable, subject),
        _ => Account::money(book, Kind::Refundable, subject).floor(Some(-10)),
    }
}

fn command(book: Book, (key, asked): &(u8, Asked)) -> Post {
    let what = match asked {
        Asked::Move(transfers) => What::New(Posting {
            book,
            day: day(),
            source: Source::Adjustment,
            document: Uuid::from_u128(u128::from(*key)),
            transfers: transfers
                .iter()
                .map(|(from, to, amount)| Transfer::new(account(book, *from), account(book, *to), *amount))
                .collect(),
        }),
        Asked::Reverse(number) => What::Reverse {
            original: PostingRef { book, number: PostingNumber(*number) },
            day: day(),
            document: Uuid::from_u128(u128::from(*key)),
        },
    };
    let claim = Claim::new(book, Uuid::from_u128(u128::from(*key)), format!("{asked:?}").as_bytes());
    Post { claim, what }
}

/// From, to and amount of each transfer.
type Moves = Vec<(usize, usize, i64)>;

/// A ledger as simple as can be.
#[derive(Debug, Clone, Default)]
struct Model {
    balances: BTreeMap<usize, i64>,
    /// What each moved, and whether it was taken back.
    postings: Vec<(Moves, bool)>,
    answers: HashMap<u8, (String, i64)>,
}

impl Model {
    /// The number of the posting, or why there is none.
    fn run(&mut self, (key, asked): &(u8, Asked)) -> Result<i64, &'static str> {
        let body = format!("{asked:?}");
        if let Some((first, number)) = self.answers.get(key) {
            return if *first == body { Ok(*number) } else { Err("other body") };
        }
        let (moves, original) = match asked {
            Asked::Move(moves) => (moves.clone(), None),
            Asked::Reverse(number) => {
                let place = usize::try_from(number - 1).unwrap();
                let (moves, reversed) = self.postings.get(place).ok_or("no such posting")?;
                if *reversed {
                    return Err("reversed before");
                }
                (moves.iter().rev().map(|(from, to, amount)| (*to, *from, *amount)).collect(), Some(place))
            }
        };
        let mut balances = self.balances.clone();
        for (from, to, amount) in &moves {
            if *amount <= 0 || from == to || (*from < 3) != (*to < 3) {
                return Err("mistake");
            }
            for (place, change) in [(from, -amount), (to, *amount)] {
                let balance = balances.entry(*place).or_default();
                *balance = balance.checked_add(change).ok_or("overflow")?;
            }
        }
        let floors = [(1, 0), (2, 0), (5, -10)];
        let used = |place| moves.iter().any(|(from, to, _)| *from == place || *to == place);
        if floors
            .iter()
            .any(|(place, floor)| used(*place) && balances.get(place).is_some_and(|is| is < floor))
        {
            return Err("short");
        }
        self.balances = balances;
        if let Some(place) = original {
            self.postings[place].1 = true;
        }
        self.postings.push((moves, false));
        let number = i64::try_from(self.postings.len()).unwrap();
        self.answers.insert(*key, (body, number));
        Ok(number)
    }
}

fn word(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::Short(_) => "short",
        Refusal::Overflow(_) => "overflow",
        Refusal::OtherBody => "other body",
        Refusal::AlreadyReversed { .. } => "reversed before",
        Refusal::NoSuchPosting(_) => "no such posting",
        Refusal::Mistake(_) => "mistake",
    }
}

/// A future that is given up after it was asked so often.
struct CutOff<F>(Pin<Box<F>>, usize);

impl<F: Future> Future for CutOff<F> {
    type Output = Option<F::Output>;
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<F::Output>> {
        if self.1 == 0 {
            return Poll::Ready(None);
        }
        self.1 -= 1;
        self.0.as_mut().poll(cx).map(Some)
    }
}

async fn run(db: &Db, book: Book, batches: &[(Vec<(u8, Asked)>, Fate)]) {
    let posts = posts(sh_testkit::clock());
    let posts = &posts;
    let mut model = Model::default();
    for (asked, fate) in batches {
        let commands: Vec<Post> = asked.iter().map(|one| command(book, one)).collect();
        let commands = commands.as_slice();
        let mut after = model.clone();
        let expected: Vec<_> = asked.iter().map(|one| after.run(one)).collect();
        match fate {
            Fate::Lasts => {
                let outcomes = db.write(async |tx| posts.commit(tx, commands).await).await.unwrap();
                let said: Vec<_> = outcomes
                    .iter()
                    .map(|one| one.as_ref().map(|posted| posted.posting.number.0).map_err(word))
                    .collect();
                assert_eq!(said, expected, "{asked:?} upon {model:?}");
                model = after;
            }
            Fate::RolledBack => {
                let outcome: Result<(), DbError> = db
                    .write(async |tx| {
                        posts.commit(tx, commands).await?;
                        Err(DbError::Other("rolled back".to_owned()))
                    })
                    .await;
                assert!(outcome.is_err());
            }
            Fate::CutOff(polls) => {
                let whole = db.write(async |tx| posts.commit(tx, commands).await);
                pin!(CutOff(Box::pin(whole), *polls)).await;
                // The commit may have been on its way: either all of it lasts, or nothing.
                let postings = standing(db, book).await;
                if postings == after.postings.len() {
                    model = after;
                } else {
                    assert_eq!(postings, model.postings.len(), "half a batch lasts");
                }
            }
        }
    }
    for (place, wanted) in &model.balances {
        let account = account(book, *place);
        assert_eq!(crate::common::balance(db, account).await, *wanted, "account {place}");
    }
}

/// How many postings a book has, by the number that the next one gets.
async fn standing(db: &Db, book: Book) -> usize {
    let transfers = vec![Transfer::new(account(book, 0), account(book, 1), 1)];
    let posting = Posting { book, day: day(), source: Source::Adjustment, document: Uuid::nil(), transfers };
    let next = std::sync::Mutex::new(0);
    let undone: Result<(), DbError> = db
        .write(async |tx| {
            let mut plan = sh_ledger::Plan::new(sh_testkit::PRESS_DAY);
            plan.load(tx, [account(book, 0), account(book, 1)]).await?;
            let made = plan.post(&posting).map_err(|refusal| DbError::Other(refusal.to_string()))?;
            *next.lock().unwrap() = made.number.0;
            Err(DbError::Other("only asked".to_owned()))
        })
        .await;
    assert!(undone.is_err());
    usize::try_from(next.into_inner().unwrap() - 1).unwrap()
}

#[db_test(STEPS)]
async fn after_any_run_units_sum_to_zero_and_balances_are_sums_of_transfers(db: Db) {
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let batches = vec((vec(asked(), 1..12), fate()), 1..10);
    for number in 1..=RUNS {
        let run_of = batches.new_tree(&mut runner).unwrap().current();
        run(&db, Book(number), &run_of).await;
    }
    audit(&db).await;
}
