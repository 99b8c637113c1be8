//! What becomes of certificates, and how they are found.

use sh_certification::{
    Error,
    model::{EventKind, State},
    service::{
        change::{self, Change},
        look::{self, Filter},
        schemes,
    },
};
use sh_db::Db;
use sh_kernel::RegionCode;
use sh_testkit::db_test;

use crate::support::{AUDITOR, House, PROVINCE, WEINING, day, schema};

fn done(kind: EventKind, on: i64, seen: i64) -> Change {
    Change { kind, day: day(on), until: None, reason: "抽检不合格".to_owned(), seen }
}

#[db_test(&schema())]
async fn a_certificate_is_suspended_resumed_renewed_and_revoked(db: Db) {
    let house = House::open(db).await;
    house.issued("gba-base", "GBA-001", 520_526, 20_190_601).await;
    let opened = async |on| {
        let found = look::verify(&house.ctx(PROVINCE), &house.app, "GBA-001", day(on)).await.unwrap();
        found.into_iter().next().unwrap()
    };
    let id = opened(20_200_101).await.row.id;
    let act = async |by: &str, change: Change| change::change(&house.ctx(by), &house.app, id, &change).await;

    let denied = act("county@region:450224", done(EventKind::Suspended, 20_200_101, 1)).await;
    assert!(matches!(denied, Err(Error::Denied(_))), "{denied:?}");
    let denied = act(AUDITOR, done(EventKind::Suspended, 20_200_101, 1)).await;
    assert!(matches!(denied, Err(Error::Denied(_))), "{denied:?}");
    let resumed = act(WEINING, done(EventKind::Resumed, 20_200_101, 1)).await;
    assert!(matches!(resumed, Err(Error::WrongState)), "it is not suspended");
    let silent = Change { reason: " ".to_owned(), ..done(EventKind::Suspended, 20_200_101, 1) };
    assert!(matches!(act(WEINING, silent).await, Err(Error::Invalid(_))));

    act(WEINING, done(EventKind::Suspended, 20_200_101, 1)).await.unwrap();
    let again = act(WEINING, done(EventKind::Revoked, 20_200_102, 1)).await;
    assert!(matches!(again, Err(Error::Changed)), "somebody else was quicker: {again:?}");
    act(WEINING, done(EventKind::Resumed, 20_200_201, 2)).await.unwrap();
    assert_eq!(opened(20_200_131).await.state, State::Suspended);
    assert_eq!(opened(20_200_201).await.state, State::Valid);

    act(WEINING, done(EventKind::Renewed, 20_220_601, 3)).await.unwrap();
    assert_eq!(opened(20_250_531).await.state, State::Valid, "another three years");
    assert_eq!(opened(20_250_601).await.state, State::Expired);

    act(WEINING, done(EventKind::Revoked, 20_200_601, 4)).await.unwrap();
    assert_eq!(opened(20_200_531).await.state, State::Valid);
    assert_eq!(opened(20_230_101).await.state, State::Revoked);
    let after = act(WEINING, done(EventKind::Renewed, 20_250_601, 5)).await;
    assert!(matches!(after, Err(Error::WrongState)), "{after:?}");

    let valid = Filter { state: Some(State::Valid), ..Filter::default() };
    let on = |on| Filter { on: Some(day(on)), ..valid.clone() };
    assert_eq!(house.numbers(&on(20_200_531)).await, ["GBA-001"]);
    assert!(house.numbers(&on(20_200_601)).await.is_empty(), "lists say what the events say");
}

#[db_test(&schema())]
async fn lists_are_filtered_by_all_that_one_asks_for(db: Db) {
    let house = House::open(db).await;
    for (scheme, number, region, from) in [
        ("gba-base", "A-1", 520_526, 20_190_601),
        ("gba-base", "A-2", 450_224, 20_190_701),
        ("gba-base", "A-3", 530_602, 20_200_301),
        ("gba-processor", "B-1", 520_526, 20_200_101),
        ("sz-product", "C-1", 450_224, 20_200_101),
    ] {
        house.issued(scheme, number, region, from).await;
    }
    let all = Filter { on: Some(day(20_201_130)), ..Filter::default() };
    assert_eq!(house.numbers(&all).await.len(), 5, "page after page");
    let scheme = Filter { scheme: Some("gba-base".to_owned()), ..all.clone() };
    assert_eq!(house.numbers(&scheme).await, ["A-1", "A-2", "A-3"]);
    let place = Filter { place: RegionCode::new(520_000).ok(), ..all.clone() };
    assert_eq!(house.numbers(&place).await, ["A-1", "B-1"]);
    let valid = Filter { state: Some(State::Valid), ..place.clone() };
    assert_eq!(house.numbers(&valid).await, ["A-1", "B-1"]);
    let text = Filter { text: "融安".to_owned(), ..all.clone() };
    assert_eq!(house.numbers(&text).await, ["A-2", "C-1"], "by the name of the place");
    let wild = Filter { text: "%".to_owned(), ..all.clone() };
    assert!(house.numbers(&wild).await.is_empty(), "a sign is a sign");
    let soon = Filter { on: Some(day(20_220_515)), within_days: Some(30), ..all.clone() };
    assert_eq!(house.numbers(&soon).await, ["A-1"], "A-2 lasts until the end of June");
    let soon = Filter { within_days: Some(60), ..soon };
    assert_eq!(house.numbers(&soon).await, ["A-1", "A-2"]);
    let expired = Filter { on: Some(day(20_230_101)), state: Some(State::Expired), ..all };
    assert_eq!(house.numbers(&expired).await, ["A-1", "A-2", "B-1"]);
}

#[db_test(&schema())]
async fn a_scheme_gets_versions_and_certificates_keep_theirs(db: Db) {
    let house = House::open(db).await;
    house.issued("gba-base", "A-1", 520_526, 20_190_601).await;
    let ctx = house.ctx(PROVINCE);
    let mut scheme = schemes::get(&ctx, &house.app, "gba-base").await.unwrap().scheme;
    assert_eq!(schemes::publish(&ctx, &house.app, &scheme).await.unwrap(), 1, "nothing new");
    scheme.term = Some(sh_certification::model::Term { months: 60 });
    let denied = schemes::publish(&house.ctx(WEINING), &house.app, &scheme).await;
    assert!(matches!(denied, Err(Error::Denied(_))), "{denied:?}");
    assert_eq!(schemes::publish(&ctx, &house.app, &scheme).await.unwrap(), 2);
    house.issued("gba-base", "A-2", 520_526, 20_190_601).await;
    let state = async |number: &str| {
        let found = look::verify(&ctx, &house.app, number, day(20_230_101)).await.unwrap();
        (found[0].scheme.version, found[0].state)
    };
    assert_eq!(state("A-1").await, (1, State::Expired));
    assert_eq!(state("A-2").await, (2, State::Valid));
}
