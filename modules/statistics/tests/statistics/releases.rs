//! Releases: two people, one hash, no change.

use sh_db::Db;
use sh_kernel::{Fen, Instant};
use sh_statistics::{
    Answered, Error, FigureQuery, Figures,
    cube::CubeSink,
    definitions,
    releases::{self, FaultKind, Proposal, Release, ReleaseState},
};
use sh_testkit::db_test;
use sh_trade::axes::Axis;

use crate::common::{Dice, MIGRATIONS, NOW, day, id, post, random_sale, sale};

fn press_conference() -> Proposal {
    Proposal {
        name: "2020 年 12 月 9 日新闻发布会".to_owned(),
        supersedes: None,
        figures: vec![
            FigureQuery::total("gd-3y"),
            FigureQuery::total("gd-2020"),
            FigureQuery::total("gd-3y").by(Axis::Channel).only(Axis::Year, 2020),
        ],
    }
}

struct House {
    db: Db,
    figures: Figures,
}

impl House {
    async fn new(db: Db) -> Self {
        definitions::install_defaults(&db, NOW).await.unwrap();
        let mut dice = Dice(1);
        let mut lines: Vec<_> = (100..400).map(|n| random_sale(&mut dice, n)).collect();
        lines.extend([sale(1, 20_200_301, 500), sale(2, 20_190_301, 70)]);
        post(&db, &CubeSink::default(), 1, 20_201_201, "import", &lines).await;
        Self { db, figures: Figures::default() }
    }

    async fn propose(&self, number: u64, proposal: &Proposal, by: &str) -> Result<Release, Error> {
        let figures = &self.figures;
        self.db.write(async |tx| releases::propose(figures, tx, id(number), proposal, by, NOW).await).await
    }

    async fn approve(&self, number: u64, by: &str) -> Result<Release, Error> {
        let at = Instant::from_micros(NOW.micros() + i64::try_from(number).unwrap());
        self.db.write(async |tx| releases::approve(tx, id(number), by, at).await).await
    }

    async fn detail(&self, number: u64) -> releases::ReleaseDetail {
        self.db.read(async |tx| releases::detail(tx, id(number)).await).await.unwrap().unwrap()
    }

    async fn run(&self, text: &str) {
        let text = text.to_owned();
        self.db
            .write(async |tx| tx.for_each_dynamic(text.clone(), Vec::new(), |_| Ok(())).await)
            .await
            .unwrap();
    }

    async fn faults(&self) -> Vec<FaultKind> {
        let faults = releases::verify_releases(&self.db).await.unwrap();
        faults.into_iter().map(|fault| fault.kind).collect()
    }
}

#[db_test(MIGRATIONS)]
async fn publication_takes_two_people(db: Db) {
    let house = House::new(db).await;
    let proposed = house.propose(1, &press_conference(), "张三").await.unwrap();
    assert_eq!(
        (proposed.state, proposed.posting, proposed.day),
        (ReleaseState::Proposed, 1, day(20_201_201))
    );
    assert!(matches!(house.approve(1, "张三").await, Err(Error::SelfApproval)));
    let published = house.approve(1, "李四").await.unwrap();
    assert_eq!((published.state, published.number), (ReleaseState::Published, Some(1)));
    assert_eq!(published.hash.as_ref().map(String::len), Some(64));
    assert!(matches!(house.approve(1, "王五").await, Err(Error::WrongState)), "not twice");
    let detail = house.detail(1).await;
    assert_eq!(detail.release, published);
    let parts = detail.figures[2].rows.iter().map(|row| row.amount);
    let merged = detail.figures[2].merged.map(|rest| rest.amount);
    assert_eq!(parts.chain(merged).sum::<Fen>(), detail.figures[2].value);
    assert_eq!(house.faults().await, []);
}

#[db_test(MIGRATIONS)]
async fn a_release_stays_as_it_was_when_sales_come_in_late(db: Db) {
    let house = House::new(db).await;
    house.propose(1, &press_conference(), "张三").await.unwrap();
    house.approve(1, "李四").await.unwrap();
    let before = house.detail(1).await;

    post(&house.db, &CubeSink::default(), 2, 20_201_215, "import", &[sale(3, 20_200_501, 40)]).await;
    post(
        &house.db,
        &CubeSink::default(),
        3,
        20_201_216,
        "withdrawal",
        &[sale(2, 20_190_301, 70).reversal(1, 3)],
    )
    .await;
    assert_eq!(house.detail(1).await, before);
    assert_eq!(house.faults().await, [], "the lines up to the cut-off still give the released values");

    let figures = &house.figures;
    let compared =
        house.db.read(async |tx| releases::compare_today(figures, tx, &before).await).await.unwrap();
    let three_years = &compared[0];
    assert_eq!(three_years.now.0.0 - three_years.then.0.0, 40 - 70);
    let since: Vec<_> = three_years
        .since
        .iter()
        .map(|sum| (sum.cause.as_str(), sum.after, sum.amount.0, sum.trades))
        .collect();
    assert_eq!(since, [("import", false, 40, 1), ("withdrawal", false, -70, -1)]);
    assert_eq!(compared[1].since.len(), 1, "the sale of 2019 does not touch the figure of 2020");
    assert!(three_years.newer.is_none());
}

#[db_test(MIGRATIONS)]
async fn a_new_definition_is_named_beside_the_old_value(db: Db) {
    let house = House::new(db).await;
    house.propose(1, &press_conference(), "张三").await.unwrap();
    house.approve(1, "李四").await.unwrap();
    let before = house.detail(1).await;
    let db = &house.db;
    let mut content = before.figures[0].definition.clone();
    content.from = day(20_200_101);
    db.write(async |tx| definitions::draft(tx, "gd-3y", &content, "张三", NOW).await).await.unwrap();
    definitions::preview(db, "gd-3y", 2, |_| ()).await.unwrap();
    db.write(async |tx| definitions::publish(tx, "gd-3y", 2, "李四", NOW).await).await.unwrap();

    let figures = &house.figures;
    let compared = db.read(async |tx| releases::compare_today(figures, tx, &before).await).await.unwrap();
    assert_eq!(compared[0].now, compared[0].then, "the old version still gives the released value");
    let old = FigureQuery { version: Some(1), ..FigureQuery::total("gd-3y") };
    let old = db.read(async |tx| figures.figure(tx, &old).await).await.unwrap();
    assert!(matches!(old.answered, Answered::Kept(_)), "what was released is kept ready");
    let newer = compared[0].newer.as_ref().unwrap();
    assert_eq!((newer.version, newer.now.0), (2, before.figures[1].value));
    assert!(house.faults().await.is_empty());
}

#[db_test(MIGRATIONS)]
async fn a_superseded_and_a_withdrawn_release_stay_visible(db: Db) {
    let house = House::new(db).await;
    house.propose(1, &press_conference(), "张三").await.unwrap();
    let early = Proposal { supersedes: Some(id(1)), ..press_conference() };
    assert!(matches!(house.propose(2, &early, "张三").await, Err(Error::WrongState)));
    let first = house.approve(1, "李四").await.unwrap();
    house.propose(2, &early, "张三").await.unwrap();
    assert_eq!(house.detail(1).await.release.superseded_by, None, "not before it is published");
    let second = house.approve(2, "李四").await.unwrap();
    assert_eq!((second.number, second.previous), (Some(2), first.hash.clone()));
    assert_eq!(house.detail(1).await.release.superseded_by, Some(id(2)));

    let db = &house.db;
    let withdraw = async |reason: &str| {
        db.write(async |tx| releases::withdraw(tx, id(1), reason, "李四", NOW).await).await
    };
    assert!(matches!(withdraw("  ").await, Err(Error::NoReason)));
    withdraw("口径有误").await.unwrap();
    assert!(matches!(withdraw("再一次").await, Err(Error::WrongState)));
    let one = house.detail(1).await.release;
    assert_eq!(
        (one.state, one.reason.as_deref(), one.hash),
        (ReleaseState::Withdrawn, Some("口径有误"), first.hash)
    );
    assert_eq!(house.faults().await, [], "a withdrawal does not break the chain");
    let public = db.read(async |tx| releases::list(tx, true, None, 20).await).await.unwrap();
    assert_eq!(public.iter().map(|release| release.id).collect::<Vec<_>>(), [id(2), id(1)]);
}

#[db_test(MIGRATIONS)]
async fn an_erratum_is_added_and_changes_nothing_else(db: Db) {
    let house = House::new(db).await;
    house.propose(1, &press_conference(), "张三").await.unwrap();
    let db = &house.db;
    let write = async |body: &str| {
        db.write(async |tx| releases::add_erratum(tx, id(1), body, "李四", NOW).await).await
    };
    assert!(matches!(write("标题误为 519").await, Err(Error::WrongState)), "not before publication");
    house.approve(1, "李四").await.unwrap();
    assert!(matches!(write(" ").await, Err(Error::NoReason)));
    write("标题误为 519 亿元，应为 591 亿元").await.unwrap();
    write("再更正").await.unwrap();
    let errata = house.detail(1).await.errata;
    assert_eq!(errata.iter().map(|one| one.seq).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(house.faults().await, []);
}

#[db_test(MIGRATIONS)]
async fn what_cannot_be_released_is_refused(db: Db) {
    let house = House::new(db).await;
    let none = Proposal { figures: Vec::new(), ..press_conference() };
    assert!(matches!(house.propose(1, &none, "张三").await, Err(Error::EmptyRelease)));
    let nameless = Proposal { name: " ".to_owned(), ..press_conference() };
    assert!(matches!(house.propose(1, &nameless, "张三").await, Err(Error::EmptyRelease)));
    let db = &house.db;
    let content = db.read(async |tx| definitions::find(tx, "gd-3y", None).await).await.unwrap().content;
    db.write(async |tx| definitions::draft(tx, "gd-3y", &content, "张三", NOW).await).await.unwrap();
    let query = FigureQuery { version: Some(2), ..FigureQuery::total("gd-3y") };
    let draft = Proposal { figures: vec![query], ..press_conference() };
    assert!(
        matches!(house.propose(1, &draft, "张三").await, Err(Error::DraftInRelease(code)) if code == "gd-3y")
    );
    let nobody: Result<_, Error> = house.approve(77, "李四").await;
    assert!(matches!(nobody, Err(Error::NoRelease)));
}

#[db_test(MIGRATIONS)]
async fn tampering_is_found(db: Db) {
    let house = House::new(db).await;
    for number in [1, 2] {
        house.propose(number, &press_conference(), "张三").await.unwrap();
    }
    house.run("UPDATE release_figure SET value = value + 1 WHERE position = 1").await;
    assert!(matches!(house.approve(1, "李四").await, Err(Error::Tampered)));
    house.run("UPDATE release_figure SET value = value - 1 WHERE position = 1").await;
    house.approve(1, "李四").await.unwrap();
    house.approve(2, "李四").await.unwrap();
    assert_eq!(house.faults().await, []);

    house.run("UPDATE release_figure SET value = value + 1 WHERE position = 1").await;
    let faults = house.faults().await;
    assert!(faults.contains(&FaultKind::Content));
    assert!(faults.iter().any(|fault| matches!(fault, FaultKind::Value { position: 1, .. })));
    house.run("UPDATE release_figure SET value = value - 1 WHERE position = 1").await;
    house.run("UPDATE release SET approved_by = '王五' WHERE number = 1").await;
    assert_eq!(house.faults().await, [FaultKind::Chain]);
    house.run("UPDATE release SET approved_by = '李四' WHERE number = 1").await;
    // A line that is slipped in under an old posting changes what the lines give.
    house.run("UPDATE trade_line SET amount = amount + 1 WHERE amount = 500").await;
    assert!(house.faults().await.iter().any(|fault| matches!(fault, FaultKind::Value { .. })));
}
