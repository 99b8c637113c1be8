//! The cubes are the sum of the lines after any sequence of events, and every figure adds up.

use std::panic::AssertUnwindSafe;

use crate::common::{self, Dice, MIGRATIONS, NOW, post, random_sale, sale};
use futures::FutureExt as _;
use sh_db::{Db, DbError};
use sh_kernel::Fen;
use sh_statistics::{
    Answered, Cuboid, Face, FigureQuery, FigureRow, Figures, INSERTS, STATEMENTS,
    cube::{self, CubeSink, Progress},
    definition::Definition,
    definitions,
};
use sh_testkit::db_test;
use sh_trade::{axes::Axis, model::TradeLine};

#[db_test(MIGRATIONS)]
async fn every_statement_prepares(db: Db) {
    for statement in STATEMENTS.iter().flat_map(|list| list.iter()) {
        db.check_statement(&statement.rendered(db.engine()))
            .await
            .unwrap_or_else(|error| panic!("{}: {error}", statement.name));
    }
    for insert in INSERTS.iter().flat_map(|list| list.iter()) {
        db.check_statement(&insert.rendered(db.engine()))
            .await
            .unwrap_or_else(|error| panic!("{}: {error}", insert.name));
    }
}

/// What the lines give, summed by hand.
fn by_hand(lines: &[TradeLine], definition: &Definition, query: &FigureQuery) -> Vec<FigureRow> {
    let mut groups: std::collections::BTreeMap<Vec<i64>, (i64, i64)> = std::collections::BTreeMap::new();
    for line in lines.iter().filter(|line| definition.counts(line)) {
        if query.filter.iter().all(|(axis, value)| line.value(*axis) == *value) {
            let keys = query.by.iter().map(|axis| line.value(*axis)).collect();
            let sum = groups.entry(keys).or_default();
            sum.0 += line.amount.0;
            sum.1 += line.count;
        }
    }
    groups
        .into_iter()
        .filter(|(_, sum)| *sum != (0, 0))
        .map(|(keys, (amount, trades))| FigureRow { keys, amount: Fen(amount), trades })
        .collect()
}

fn random_query(dice: &mut Dice, lines: &[TradeLine], code: &str) -> FigureQuery {
    let mut query = FigureQuery::total(code);
    for _ in 0..dice.below(3) {
        query.by.push(dice.pick(Axis::ALL));
    }
    for _ in 0..dice.below(3) {
        let axis = dice.pick(Axis::ALL);
        let value = if lines.is_empty() {
            1
        } else {
            dice.pick(lines.iter().collect::<Vec<_>>().as_slice()).value(axis)
        };
        query.filter.push((axis, value));
    }
    query
}

/// Asks random questions and compares each answer with the lines, and its groups with its value.
async fn check_figures(db: &Db, figures: &Figures, lines: &[TradeLine], dice: &mut Dice) {
    let in_force = db.read(async |tx| definitions::in_force(tx).await).await.unwrap();
    for _ in 0..25 {
        let definition = dice.pick(in_force.iter().collect::<Vec<_>>().as_slice());
        let query = random_query(dice, lines, &definition.code);
        let figure = db.read(async |tx| figures.figure(tx, &query).await).await.unwrap();
        let expected = by_hand(lines, definition, &query);
        let total: i64 = expected.iter().map(|row| row.amount.0).sum();
        assert_eq!(figure.value, Fen(total), "{query:?} {:?}", figure.answered);
        if !query.by.is_empty() {
            assert_eq!(figure.rows, expected, "{query:?} {:?}", figure.answered);
            assert_eq!(figure.rows.iter().map(|row| row.amount).sum::<Fen>(), figure.value);
        }
    }
}

async fn publish_next(db: &Db, dice: &mut Dice) {
    let in_force = db.read(async |tx| definitions::in_force(tx).await).await.unwrap();
    let chosen = dice.pick(in_force.iter().collect::<Vec<_>>().as_slice());
    let other = dice.pick(in_force.iter().collect::<Vec<_>>().as_slice());
    let mut content = other.content.clone();
    content.from = common::day(dice.pick(&[20_180_101, 20_190_101, 20_200_101]));
    let draft =
        db.write(async |tx| definitions::draft(tx, &chosen.code, &content, "张三", NOW).await).await.unwrap();
    definitions::preview(db, &draft.code, draft.version, |_| ()).await.unwrap();
    db.write(async |tx| definitions::publish(tx, &draft.code, draft.version, "李四", NOW).await)
        .await
        .unwrap();
}

#[db_test(MIGRATIONS)]
async fn after_any_sequence_of_events_the_cube_is_the_sum_of_the_lines(db: Db) {
    definitions::install_defaults(&db, NOW).await.unwrap();
    let figures = Figures::new(256 * 1024);
    // Folds happen in the midst of postings.
    let sink = CubeSink::folding_at(90);
    let mut dice = Dice(20_201_209);
    let mut lines: Vec<TradeLine> = Vec::new();
    for step in 1..=36_i64 {
        match dice.below(8) {
            0 if !lines.is_empty() => {
                // What stands is taken back.
                let mut reversals = Vec::new();
                for _ in 0..=dice.below(4) {
                    let line = dice.pick(lines.iter().collect::<Vec<_>>().as_slice());
                    let number = u32::try_from(lines.len()).unwrap();
                    if !reversals.iter().any(|other: &TradeLine| other.trade == line.trade) {
                        reversals.push(line.reversal(number, step));
                    }
                }
                post(&db, &sink, step, 20_201_201, "withdrawal", &reversals).await;
                lines.extend(reversals);
            }
            1 => cube::fold(&db).await.unwrap(),
            2 => {
                let all = db.read(async |tx| definitions::in_force(tx).await).await.unwrap();
                let all: Vec<_> = all.into_iter().map(|one| (one.code, one.version)).collect();
                cube::rebuild(&db, &all, |_| ()).await.unwrap();
            }
            3 => publish_next(&db, &mut dice).await,
            _ => {
                let count = 1 + dice.below(40);
                let first = u64::try_from(step).unwrap() * 1000;
                let new: Vec<_> = (0..count).map(|n| random_sale(&mut dice, first + n)).collect();
                post(&db, &sink, step, 20_201_201, "import", &new).await;
                lines.extend(new);
            }
        }
        if step % 4 == 0 {
            assert_eq!(cube::verify(&db).await.unwrap(), None, "after step {step}");
            check_figures(&db, &figures, &lines, &mut dice).await;
        }
    }
}

#[db_test(MIGRATIONS)]
async fn postings_during_a_rebuild_are_neither_lost_nor_counted_twice(db: Db) {
    definitions::install_defaults(&db, NOW).await.unwrap();
    let sink = CubeSink::folding_at(150);
    let mut dice = Dice(7);
    let first: Vec<_> = (0..300).map(|n| random_sale(&mut dice, n)).collect();
    post(&db, &sink, 1, 20_201_130, "import", &first).await;
    let all: Vec<_> = db
        .read(async |tx| definitions::in_force(tx).await)
        .await
        .unwrap()
        .into_iter()
        .map(|one| (one.code, one.version))
        .collect();
    let posting = async {
        for seq in 2..14 {
            let first = u64::try_from(seq).unwrap() * 1000;
            let new: Vec<_> = (0..30).map(|n| random_sale(&mut dice, first + n)).collect();
            post(&db, &sink, seq, 20_201_201, "import", &new).await;
        }
    };
    let rebuilding = async {
        for _ in 0..3 {
            cube::rebuild(&db, &all, |_| ()).await.unwrap();
        }
    };
    tokio::join!(posting, rebuilding);
    assert_eq!(cube::verify(&db).await.unwrap(), None);
    let dropped = db.read(async |tx| cube_keys_left(tx, all.len()).await).await.unwrap();
    assert_eq!(dropped, 0, "cells that no longer answer are removed");
}

async fn cube_keys_left(tx: &mut sh_db::Tx, answering: usize) -> Result<i64, DbError> {
    let mut keys = 0;
    tx.for_each_dynamic("SELECT COUNT(DISTINCT definition_key) FROM cube".to_owned(), Vec::new(), |row| {
        keys = row.get(0)?;
        Ok(())
    })
    .await?;
    Ok((keys - i64::try_from(answering).unwrap()).max(0))
}

#[db_test(MIGRATIONS)]
async fn a_changed_cell_is_named(db: Db) {
    definitions::install_defaults(&db, NOW).await.unwrap();
    let sink = CubeSink::folding_at(0);
    post(&db, &sink, 1, 20_201_130, "import", &[sale(1, 20_200_301, 500), sale(2, 20_190_301, 70)]).await;
    assert_eq!(cube::verify(&db).await.unwrap(), None);
    db.write(async |tx| {
        // The sums of another definition, which counts one sale less.
        let text = "UPDATE cube SET payload = (SELECT c.payload FROM cube c JOIN cube_key k
            ON k.definition_key = c.definition_key WHERE k.code = 'gd-2020' AND c.cuboid = 1112)
            WHERE cuboid = 1112 AND definition_key IN (SELECT definition_key FROM cube_key WHERE code = 'gd-3y')";
        tx.for_each_dynamic(text.to_owned(), Vec::new(), |_| Ok(())).await
    })
    .await
    .unwrap();
    let difference = cube::verify(&db).await.unwrap().unwrap();
    assert_eq!(difference.code, "gd-3y");
    assert_eq!(difference.face, Face::Pair(Cuboid { a: Axis::Certified, b: Axis::Role }));
    assert_eq!((difference.cube, difference.lines), ((Fen(500), 1), (Fen(570), 2)));
    assert_eq!(
        difference.to_string(),
        "gd-3y version 1, certified 1, role 1: the cube says 5.00 yuan in 1 trades, the lines say 5.70 yuan in 2 trades"
    );
}

#[db_test(MIGRATIONS)]
async fn a_figure_says_from_what_it_was_read(db: Db) {
    definitions::install_defaults(&db, NOW).await.unwrap();
    let figures = Figures::default();
    let sink = CubeSink::default();
    post(&db, &sink, 1, 20_200_305, "import", &[sale(1, 20_200_301, 500), sale(2, 20_190_301, 70)]).await;
    post(&db, &sink, 2, 20_200_709, "import", &[sale(3, 20_200_701, 9)]).await;
    let ask = async |query: FigureQuery| db.read(async |tx| figures.figure(tx, &query).await).await.unwrap();

    let total = ask(FigureQuery::total("gd-3y")).await;
    assert_eq!((total.value, total.trades), (Fen(579), 3));
    assert_eq!(total.answered, Answered::Kept(Face::Pair(Cuboid { a: Axis::Certified, b: Axis::Role })));
    assert_eq!(total.posting.unwrap().seq, 2);
    assert_eq!(ask(FigureQuery::total("gd-2020")).await.value, Fen(509));

    let years = ask(FigureQuery::total("gd-3y").by(Axis::Year)).await;
    let keys: Vec<_> = years.rows.iter().map(|row| (row.keys[0], row.amount.0)).collect();
    assert_eq!(keys, [(2019, 70), (2020, 509)]);

    let three =
        FigureQuery::total("gd-3y").by(Axis::Channel).only(Axis::Month, 202_003).only(Axis::Origin, 520_526);
    let three = ask(three).await;
    assert_eq!((three.answered, three.value), (Answered::Lines, Fen(500)));
    let seller = ask(FigureQuery::total("gd-3y").by(Axis::Stage).only(Axis::Seller, 5_000_000_000_001)).await;
    assert_eq!((seller.answered, seller.value), (Answered::Lines, Fen(579)));

    let earlier = FigureQuery { as_of: Some(common::day(20_200_630)), ..FigureQuery::total("gd-3y") };
    let earlier = ask(earlier).await;
    assert_eq!((earlier.answered, earlier.value), (Answered::Kept(Face::Postings), Fen(570)));
    assert_eq!(earlier.posting.unwrap().seq, 1);
    let before = FigureQuery { as_of: Some(common::day(20_171_231)), ..FigureQuery::total("gd-3y") };
    let before = ask(before).await;
    assert_eq!((before.value, before.posting.is_none()), (Fen(0), true));
    let channels =
        FigureQuery { as_of: Some(common::day(20_200_630)), ..FigureQuery::total("gd-3y").by(Axis::Channel) };
    let channels = ask(channels).await;
    assert_eq!((channels.answered, channels.value), (Answered::Lines, Fen(570)));
}

#[db_test(MIGRATIONS)]
async fn a_rebuild_tells_how_far_it_is(db: Db) {
    definitions::install_defaults(&db, NOW).await.unwrap();
    let lines: Vec<_> = (0..10).map(|n| sale(n, 20_200_301, 5)).collect();
    post(&db, &CubeSink::default(), 1, 20_201_130, "import", &lines).await;
    let mut notes = Vec::new();
    cube::rebuild(&db, &[("gd-3y".to_owned(), 1)], |note| notes.push(note)).await.unwrap();
    assert_eq!(notes.first(), Some(&Progress::Read { lines: 10 }));
    assert!(matches!(notes.last(), Some(Progress::Written { cells, sets: 1, of: 1 }) if *cells > 0));
}

async fn number(db: &Db, text: &str) -> i64 {
    let mut found = 0;
    db.read(async |tx| {
        tx.for_each_dynamic(text.to_owned(), Vec::new(), |row| {
            found = row.get(0)?;
            Ok::<_, DbError>(())
        })
        .await
    })
    .await
    .unwrap();
    found
}

#[db_test(MIGRATIONS)]
async fn sums_are_given_up_when_nobody_shows_a_sign_of_life(db: Db) {
    definitions::install_defaults(&db, NOW).await.unwrap();
    let sink = CubeSink::default();
    post(&db, &sink, 1, 20_201_130, "import", &[sale(1, 20_200_301, 500)]).await;
    let set = [("gd-3y".to_owned(), 1)];
    // The work ends where it first tells how far it is. The tests of the whole program kill a process; here it is about
    // the signs of life.
    let killed = AssertUnwindSafe(cube::rebuild(&db, &set, |_| panic!("killed"))).catch_unwind().await;
    assert!(killed.is_err(), "not killed: {:?}", killed.ok());
    let building = "SELECT COUNT(*) FROM cube_key WHERE state = 'building'";
    let waiting = "SELECT COUNT(*) FROM cube_tail";
    assert_eq!(number(&db, building).await, 1);
    post(&db, &sink, 2, 20_201_201, "import", &[sale(2, 20_200_401, 70)]).await;
    cube::fold(&db).await.unwrap();
    assert_eq!(number(&db, waiting).await, 1, "the line waits for whoever is making sums");

    // Somebody who still works on it shows a sign of life meanwhile.
    let patience = std::time::Duration::from_millis(300);
    let (abandoned, ()) = tokio::join!(cube::abandon_builds(&db, patience), async {
        tokio::time::sleep(patience / 3).await;
        db.write(async |tx| {
            tx.for_each_dynamic("UPDATE cube_key SET beat = beat + 1".to_owned(), Vec::new(), |_| Ok(()))
                .await
        })
        .await
        .unwrap();
    });
    assert_eq!((abandoned.unwrap(), number(&db, building).await), (0, 1));
    assert_eq!(cube::abandon_builds(&db, patience).await.unwrap(), 1);
    assert_eq!((number(&db, building).await, cube::abandon_builds(&db, patience).await.unwrap()), (0, 0));
    cube::fold(&db).await.unwrap();
    assert_eq!(number(&db, waiting).await, 0);
    assert_eq!(cube::verify(&db).await.unwrap(), None);
    let total =
        db.read(async |tx| Figures::default().figure(tx, &FigureQuery::total("gd-3y")).await).await.unwrap();
    assert_eq!(total.value, Fen(570));
}
