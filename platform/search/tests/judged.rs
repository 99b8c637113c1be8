//! Names of the field and what people type to find them, judged by hand: what must come first, and what must be among
//! the first finds. Both engines answer alike.

#![expect(clippy::unwrap_used, reason = "a step that fails fails the test")]

use sh_db::{Db, DbError};
use sh_kernel::{IdGen, Instant};
use sh_search::{After, Entry, Found, How, MIGRATIONS, Order, Search, find, forget, put, set_numbers};
use sh_testkit::db_test;
use uuid::Uuid;

/// `name|place|producer|description`
const PRODUCTS: &str = include_str!("judged/products.txt");
/// `typed|first[|among…]`: what must be the first find, and what must be among the first ten. `-` asks for no first.
const QUERIES: &str = include_str!("judged/queries.txt");

fn entries() -> Vec<Entry> {
    let ids = IdGen::seeded(7);
    let lines = PRODUCTS.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    lines
        .zip(0_i64..)
        .map(|(line, number)| {
            let mut cells = line.split('|');
            let mut cell = || cells.next().unwrap_or_default().to_owned();
            let (title, place, producer, text) = (cell(), cell(), cell(), cell());
            let facet = if title.contains('茶') { "c6" } else { "c0" };
            Entry {
                kind: "product",
                id: ids.next::<()>(Instant::from_micros(1_606_755_600_000_000 + number * 1_000)).uuid(),
                title,
                names: vec![place, producer],
                text,
                facets: vec![facet.to_owned(), format!("n{}", number % 3)],
                weight: 0,
                first: 1_000 + number * 10,
                second: -number,
            }
        })
        .collect()
}

async fn filled(db: &Db) -> Vec<Entry> {
    let entries = entries();
    db.write(async |tx| put(tx, entries.clone()).await).await.unwrap();
    entries
}

async fn ask(db: &Db, search: &Search<'_>) -> Found {
    db.read(async |tx| Ok::<_, DbError>(find(tx, search).await?)).await.unwrap()
}

fn product(text: &str) -> Search<'_> {
    Search { kind: "product", text, limit: 10, ..Search::default() }
}

fn titles(found: &Found) -> Vec<&str> {
    found.hits.iter().map(|hit| hit.title.as_str()).collect()
}

#[db_test(MIGRATIONS)]
async fn people_find_what_they_mean(db: Db) {
    filled(&db).await;
    let (mut count, mut faults) = (0, Vec::new());
    for line in QUERIES.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        count += 1;
        let mut cells = line.split('|');
        let (typed, first) = (cells.next().unwrap(), cells.next().unwrap());
        let found = ask(&db, &product(typed)).await;
        let titles = titles(&found);
        if first != "-" && titles.first().is_none_or(|title| *title != first) {
            faults.push(format!("{typed}: first is {:?}, not {first} ({:?})", titles.first(), found.how));
        }
        for wanted in cells.filter(|wanted| !titles.contains(wanted)) {
            faults.push(format!("{typed}: {wanted} is missing in {titles:?} ({:?})", found.how));
        }
    }
    assert!(count >= 60, "only {count} questions are judged");
    assert!(faults.is_empty(), "{} of {count}:\n{}", faults.len(), faults.join("\n"));
}

#[db_test(MIGRATIONS)]
async fn it_tells_how_closely_it_looked(db: Db) {
    filled(&db).await;
    for (typed, how) in
        [("金桔膏", How::Exact), ("金桔羔", How::Sound), ("pimgguo", How::Near), ("黑未耳", How::Near)]
    {
        let found = ask(&db, &product(typed)).await;
        assert_eq!((found.how, found.hits.is_empty()), (how, false), "{typed}: {:?}", titles(&found));
    }
    assert!(ask(&db, &product("潜水艇螺旋桨")).await.hits.is_empty());
}

#[db_test(MIGRATIONS)]
async fn pages_follow_each_other_in_every_order(db: Db) {
    let entries = filled(&db).await;
    let orders =
        [Order::Best, Order::Newest, Order::FirstUp, Order::FirstDown, Order::SecondUp, Order::SecondDown];
    for (text, order) in orders.into_iter().flat_map(|order| [("", order), ("茶", order)]) {
        let (mut seen, mut after): (Vec<Uuid>, Option<After>) = (Vec::new(), None);
        loop {
            let page = ask(&db, &Search { after, order, limit: 7, ..product(text) }).await;
            seen.extend(page.hits.iter().map(|hit| hit.id));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        let meant = |entry: &&Entry| text.is_empty() || entry.title.contains('茶');
        let all = ask(&db, &Search { order, limit: 400, ..product(text) }).await;
        let all: Vec<Uuid> = all.hits.iter().map(|hit| hit.id).collect();
        assert_eq!(seen, all, "{text} {order:?}");
        assert!(seen.len() >= entries.iter().filter(meant).count(), "{text} {order:?}");
        if order == Order::FirstDown {
            let number = |id: &Uuid| entries.iter().find(|entry| entry.id == *id).unwrap().first;
            assert!(seen.iter().zip(seen.iter().skip(1)).all(|(a, b)| number(a) > number(b)));
        }
    }
}

#[db_test(MIGRATIONS)]
async fn facets_and_numbers_narrow(db: Db) {
    let entries = filled(&db).await;
    let facets = vec![vec!["c6".to_owned()], vec!["n0".to_owned(), "n1".to_owned()]];
    let narrow = Search {
        facets: &facets,
        first: Some((1_000, 2_000)),
        limit: 400,
        order: Order::FirstUp,
        ..product("")
    };
    let found = ask(&db, &narrow).await;
    let expected: Vec<Uuid> = entries
        .iter()
        .filter(|entry| entry.facets[0] == "c6" && entry.facets[1] != "n2" && entry.first <= 2_000)
        .map(|entry| entry.id)
        .collect();
    assert_eq!(found.hits.iter().map(|hit| hit.id).collect::<Vec<_>>(), expected);
    assert!(!expected.is_empty());
    let count = db.read(async |tx| sh_search::count(tx, &narrow, How::Exact).await).await.unwrap();
    assert_eq!(count, expected.len() as u64);
}

#[db_test(MIGRATIONS)]
async fn what_is_changed_or_gone_is_found_so_at_once(db: Db) {
    let entries = filled(&db).await;
    let mut changed = entries[0].clone();
    "会宁小扁豆".clone_into(&mut changed.title);
    let (id, gone) = (changed.id, entries[1].id);
    let number = entries[2].id;
    db.write(async |tx| {
        put(tx, [changed.clone()]).await?;
        assert_eq!(forget(tx, "product", &[gone, Uuid::nil()]).await?, 1);
        assert!(set_numbers(tx, "product", number, (5, 6)).await?);
        Ok::<_, DbError>(())
    })
    .await
    .unwrap();
    assert_eq!(ask(&db, &product("小扁豆")).await.hits[0].id, id);
    let before = ask(&db, &product(&entries[0].title)).await;
    assert!(before.how != How::Exact || before.hits.iter().all(|hit| hit.id != id));
    let all = ask(&db, &Search { limit: 1_000, order: Order::FirstUp, ..product("") }).await;
    assert_eq!(all.hits.len(), entries.len() - 1);
    assert_eq!(all.hits[0].id, number);
}

#[db_test(MIGRATIONS)]
async fn a_transaction_that_fails_leaves_nothing_to_be_found(db: Db) {
    let entry = entries().remove(0);
    let outcome: Result<(), DbError> = db
        .write(async |tx| {
            put(tx, [entry.clone()]).await?;
            Err(DbError::Other("broken off".to_owned()))
        })
        .await;
    assert!(outcome.is_err());
    assert!(ask(&db, &product("")).await.hits.is_empty());
}

#[db_test(MIGRATIONS)]
async fn odd_input_is_answered_with_finds_or_none(db: Db) {
    filled(&db).await;
    let long = "苹".repeat(500) + &"a".repeat(500);
    for typed in [
        "\"",
        "' OR 1=1 --",
        "NEAR(a b)",
        "*",
        "%_%",
        "( )",
        "的",
        "a",
        "1",
        "🍎",
        "\u{0}茶",
        &long,
        "κproduct",
        "ａｂ",
    ] {
        for order in [Order::Best, Order::Newest] {
            let _ = ask(&db, &Search { order, ..product(typed) }).await;
        }
    }
}
