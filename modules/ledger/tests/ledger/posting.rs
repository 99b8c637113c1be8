//! One command after the other.

use sh_db::Db;
use sh_ledger::{Kind, Post, PostingNumber, PostingRef, Refusal, Shortage, What};
use sh_testkit::{check_updates, db_test};
use uuid::Uuid;

use crate::common::{STEPS, accept, audit, balance, day, goods, money, new, run};

#[db_test(STEPS)]
async fn goods_come_in_are_set_aside_and_sent(db: Db) {
    let first = accept(&db, 1, &[(goods(Kind::Inbound), goods(Kind::OnHand), 5000)]).await;
    let second = accept(&db, 2, &[(goods(Kind::OnHand), goods(Kind::Reserved), 2000)]).await;
    accept(&db, 3, &[(goods(Kind::Reserved), goods(Kind::Shipped), 2000)]).await;
    assert_eq!((first.posting.number.0, second.posting.number.0), (1, 2));
    let balances = [Kind::Inbound, Kind::OnHand, Kind::Reserved, Kind::Shipped].map(goods);
    let mut shown = Vec::new();
    for account in balances {
        shown.push(balance(&db, account).await);
    }
    assert_eq!(shown, [-5000, 3000, 0, 2000]);
    audit(&db).await;
}

#[db_test(STEPS)]
async fn a_refusal_names_every_account_that_is_short_and_leaves_nothing(db: Db) {
    let (stock, card) = (goods(Kind::OnHand), money(Kind::Refundable, 1));
    accept(&db, 1, &[(goods(Kind::Inbound), stock, 5), (money(Kind::Payable, 1), card, 30)]).await;
    // Two lines of one product are summed; what the posting itself gives counts as there.
    let refused = run(
        &db,
        &[new(
            2,
            &[
                (stock, goods(Kind::Reserved), 3),
                (stock, goods(Kind::Shipped), 4),
                (card, money(Kind::Payable, 2), 50),
                (money(Kind::Payable, 3), card, 10),
            ],
        )],
    )
    .await;
    let short = vec![
        Shortage { account: stock, available: 5, asked: 7 },
        Shortage { account: card, available: 40, asked: 50 },
    ];
    assert_eq!(refused, [Err(Refusal::Short(short))]);
    assert_eq!((balance(&db, stock).await, balance(&db, card).await), (5, 30));
    audit(&db).await;
}

#[db_test(STEPS)]
async fn in_a_batch_a_refused_command_leaves_no_trace_for_the_next(db: Db) {
    let (from, to) = (goods(Kind::OnHand), goods(Kind::Reserved));
    accept(&db, 1, &[(goods(Kind::Inbound), from, 10)]).await;
    let take = |key, amount| new(key, &[(from, to, amount)]);
    let outcomes = run(&db, &[take(2, 6), take(3, 6), take(4, 4), take(5, 1)]).await;
    let kinds: Vec<_> = outcomes
        .iter()
        .map(|outcome| match outcome {
            Ok(posted) => posted.posting.number.0,
            Err(Refusal::Short(short)) => -short[0].available,
            Err(other) => panic!("{other}"),
        })
        .collect();
    assert_eq!(kinds, [2, -4, 3, 0]);
    audit(&db).await;
}

#[db_test(STEPS)]
async fn a_repeated_command_has_one_effect_and_a_key_with_another_body_is_refused(db: Db) {
    let (from, to) = (goods(Kind::Inbound), goods(Kind::OnHand));
    let command = new(1, &[(from, to, 5)]);
    let mut other = new(1, &[(from, to, 6)]);
    // Twice in one batch, then again in a later one.
    let outcomes = run(&db, &[command.clone(), command.clone(), other.clone()]).await;
    assert!(!outcomes[0].as_ref().unwrap().repeated);
    assert!(outcomes[1].as_ref().unwrap().repeated);
    assert_eq!(outcomes[2], Err(Refusal::OtherBody));
    let again = run(&db, &[command.clone(), other.clone()]).await;
    assert_eq!(again[0].as_ref().unwrap().posting, outcomes[0].as_ref().unwrap().posting);
    assert_eq!(again[1], Err(Refusal::OtherBody));
    assert_eq!(balance(&db, to).await, 5);
    // A refused command leaves its key free.
    let asked = new(2, &[(to, goods(Kind::Reserved), 8)]);
    assert!(matches!(run(&db, &[asked]).await[0], Err(Refusal::Short(_))));
    other.claim = new(2, &[]).claim;
    assert!(run(&db, &[other]).await[0].is_ok());
    // After some days the answer is forgotten, and the same key is a new command.
    let later = day().plus_days(sh_ledger::ANSWER_DAYS + 1);
    let forgotten = db.write(async |tx| sh_ledger::forget_old_answers(tx, later).await).await.unwrap();
    assert_eq!(forgotten, 2);
    assert!(!run(&db, &[command]).await[0].as_ref().unwrap().repeated);
    audit(&db).await;
}

fn reverse(key: u128, number: i64) -> Post {
    let original = PostingRef { book: sh_ledger::Book::MARKET, number: PostingNumber(number) };
    Post { what: What::Reverse { original, day: day(), document: Uuid::from_u128(1) }, ..new(key, &[]) }
}

#[db_test(STEPS)]
async fn a_posting_is_taken_back_once(db: Db) {
    let (from, to) = (goods(Kind::Inbound), goods(Kind::OnHand));
    let made =
        accept(&db, 1, &[(from, to, 5), (money(Kind::Receivable, 1), money(Kind::Payable, 1), 70)]).await;
    let outcomes = run(&db, &[reverse(2, 1), reverse(3, 1), reverse(4, 99)]).await;
    let by = outcomes[0].as_ref().unwrap().posting.number;
    assert_eq!(outcomes[1], Err(Refusal::AlreadyReversed { posting: made.posting, by }));
    assert!(matches!(outcomes[2], Err(Refusal::NoSuchPosting(_))));
    let later = run(&db, &[reverse(5, 1)]).await;
    assert_eq!(later, [Err(Refusal::AlreadyReversed { posting: made.posting, by })]);
    assert_eq!((balance(&db, to).await, balance(&db, money(Kind::Payable, 1)).await), (0, 0));
    audit(&db).await;
}

#[db_test(STEPS)]
async fn what_was_passed_on_cannot_be_taken_back(db: Db) {
    let (from, to) = (goods(Kind::Inbound), goods(Kind::OnHand));
    accept(&db, 1, &[(from, to, 5)]).await;
    accept(&db, 2, &[(to, goods(Kind::Reserved), 2)]).await;
    let outcomes = run(&db, &[reverse(3, 1), reverse(4, 2), reverse(5, 1)]).await;
    let short = vec![Shortage { account: to, available: 3, asked: 5 }];
    assert_eq!(outcomes[0], Err(Refusal::Short(short)));
    assert!(outcomes[1].is_ok() && outcomes[2].is_ok(), "{outcomes:?}");
    audit(&db).await;
}

#[db_test(STEPS)]
async fn what_cannot_be_is_refused(db: Db) {
    let (gram, fen) = (goods(Kind::Inbound), money(Kind::Receivable, 1));
    let elsewhere =
        sh_ledger::Account::money(sh_ledger::Book(2), Kind::Receivable, sh_ledger::Subject::number(1));
    let huge = (money(Kind::Receivable, 2), money(Kind::Payable, 2), i64::MAX);
    let commands = [
        new(1, &[]),
        new(2, &[(gram, fen, 1)]),
        new(3, &[(gram, gram, 1)]),
        new(4, &[(gram, goods(Kind::OnHand), 0)]),
        new(5, &[(gram, goods(Kind::OnHand), -1)]),
        new(6, &[(fen, elsewhere, 1)]),
        new(7, &[huge]),
        new(8, &[huge]),
    ];
    let outcomes = run(&db, &commands).await;
    for outcome in &outcomes[..6] {
        assert!(matches!(outcome, Err(Refusal::Mistake(_))), "{outcome:?}");
    }
    assert!(outcomes[6].is_ok(), "larger than 21,474,836.47 yuan");
    assert!(matches!(outcomes[7], Err(Refusal::Overflow(_))));
    audit(&db).await;
}

#[db_test(STEPS)]
async fn an_account_may_have_a_floor_of_its_own(db: Db) {
    let limit = money(Kind::Allowance, 1).floor(Some(-3));
    let outcomes = run(
        &db,
        &[
            new(1, &[(limit, money(Kind::Receivable, 1), 2)]),
            new(2, &[(limit, money(Kind::Receivable, 1), 2)]),
            new(3, &[(limit, money(Kind::Receivable, 1), 1)]),
        ],
    )
    .await;
    let short = vec![Shortage { account: limit, available: 1, asked: 2 }];
    assert_eq!(outcomes[1], Err(Refusal::Short(short)));
    assert!(outcomes[0].is_ok() && outcomes[2].is_ok());
    assert_eq!(balance(&db, limit).await, -3);
    audit(&db).await;
}

#[db_test(STEPS)]
async fn every_statement_prepares_and_balances_are_found_by_their_key(db: Db) {
    let engine = db.engine();
    let module = sh_ledger::module();
    let texts = module.statements.into_iter().flatten().map(|sql| sql.rendered(engine));
    let texts = texts.chain(module.inserts.into_iter().flatten().map(|sql| sql.rendered(engine)));
    for text in texts {
        db.check_statement(&text).await.unwrap();
    }
    for updates in module.updates {
        check_updates(&db, updates).await;
    }
}
