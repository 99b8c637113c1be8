//! Many callers at once.

use sh_db::{Batch, Db, DbError, GroupError, Tx};
use sh_ledger::{Kind, Post, Posted, Posts, Refusal, What};
use sh_testkit::db_test;
use uuid::Uuid;

use crate::common::{STEPS, accept, audit, balance, goods, new, posts, sequencer};

#[db_test(STEPS)]
async fn one_unit_and_many_callers_make_exactly_one_success(db: Db) {
    let (from, to) = (goods(Kind::OnHand), goods(Kind::Reserved));
    accept(&db, 1, &[(goods(Kind::Inbound), from, 1)]).await;
    let (group, tasks) = sequencer(&db, posts(sh_testkit::clock()));
    let callers: Vec<_> = (0..2000)
        .map(|n| {
            let group = group.clone();
            tasks.spawn(async move { group.submit(new(100 + n, &[(from, to, 1)])).await })
        })
        .collect();
    let (mut accepted, mut refused) = (0, 0);
    for caller in callers {
        match caller.await.unwrap().unwrap() {
            Ok(_) => accepted += 1,
            Err(Refusal::Short(short)) => {
                assert_eq!((short.len(), short[0].available, short[0].asked), (1, 0, 1));
                refused += 1;
            }
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!((accepted, refused), (1, 1999));
    assert_eq!((balance(&db, from).await, balance(&db, to).await), (0, 1));
    audit(&db).await;
}

#[db_test(STEPS)]
async fn the_same_key_many_times_in_flight_has_one_effect(db: Db) {
    let command = new(1, &[(goods(Kind::Inbound), goods(Kind::OnHand), 5)]);
    // Two sequencers, as two modules or, on PostgreSQL, two processes have them.
    let (left, tasks) = sequencer(&db, posts(sh_testkit::clock()));
    let (right, _) = sequencer(&db, posts(sh_testkit::clock()));
    let callers: Vec<_> = (0..200)
        .map(|n| {
            let (group, command) = (if n % 2 == 0 { left.clone() } else { right.clone() }, command.clone());
            tasks.spawn(async move { group.submit(command).await })
        })
        .collect();
    let mut outcomes = Vec::new();
    for caller in callers {
        outcomes.push(caller.await.unwrap().unwrap().unwrap());
    }
    assert_eq!(outcomes.iter().filter(|posted| !posted.repeated).count(), 1);
    assert!(outcomes.iter().all(|posted| posted.posting == outcomes[0].posting));
    assert_eq!(balance(&db, goods(Kind::OnHand)).await, 5);
    audit(&db).await;
}

/// Writes postings; the document 13 makes a statement fail after half of the work is done, 14 makes it panic.
struct Poisoned(Posts);

impl Batch for Poisoned {
    type Command = Post;
    type Outcome = Result<Posted, Refusal>;
    type Error = DbError;

    async fn commit(&self, tx: &mut Tx, commands: &[Post]) -> Result<Vec<Self::Outcome>, DbError> {
        let outcomes = self.0.commit(tx, commands).await?;
        for command in commands {
            let What::New(posting) = &command.what else { continue };
            match posting.document.as_u128() {
                13 => return Err(DbError::Refused("poison".to_owned())),
                14 => panic!("poison"),
                _ => {}
            }
        }
        Ok(outcomes)
    }
}

#[db_test(STEPS)]
async fn a_poisoned_command_never_fails_its_neighbours(db: Db) {
    let (group, tasks) = sequencer(&db, Poisoned(posts(sh_testkit::clock())));
    let callers: Vec<_> = (0..300_u128)
        .map(|n| {
            let mut command = new(n, &[(goods(Kind::Inbound), goods(Kind::OnHand), 1)]);
            if let (What::New(posting), 13 | 14) = (&mut command.what, n % 100) {
                posting.document = Uuid::from_u128(n % 100);
            }
            let group = group.clone();
            tasks.spawn(async move { group.submit(command).await })
        })
        .collect();
    for (n, caller) in callers.into_iter().enumerate() {
        let outcome = caller.await.unwrap();
        match n % 100 {
            13 => assert!(matches!(outcome, Err(GroupError::Failed(DbError::Refused(_)))), "{outcome:?}"),
            14 => assert!(matches!(outcome, Err(GroupError::Mistake(_))), "{outcome:?}"),
            _ => assert!(outcome.unwrap().is_ok()),
        }
    }
    assert_eq!(balance(&db, goods(Kind::OnHand)).await, 294);
    assert!(group.metrics().replays > 0);
    audit(&db).await;
}
