//! What the product's definitions count, and the life of a definition.

use sh_db::Db;
use sh_kernel::Fen;
use sh_statistics::{
    Error, FigureQuery, Figures,
    cube::{self, CubeSink},
    definition::{Bilingual, Clause, Condition, Content, ContentError, State},
    definitions,
};
use sh_testkit::db_test;
use sh_trade::{
    axes::{Axis, BuyerKind, Certified, Channel, Grade, Link, Role, Stage},
    model::TradeLine,
};

use crate::common::{MIGRATIONS, NOW, post, sale};

fn changed(change: impl FnOnce(&mut TradeLine)) -> TradeLine {
    let mut line = sale(1, 20_200_301, 100);
    change(&mut line);
    line
}

/// The definitions that count a sale which every usual condition admits.
const USUAL: [&str; 12] = [
    "accepted",
    "budget-and-unions",
    "budget-units",
    "certified",
    "direct",
    "gd-2020",
    "gd-3y",
    "grade-a",
    "listed-832",
    "net-returns",
    "paid",
    "with-resale",
];

#[db_test(MIGRATIONS)]
async fn each_definition_counts_what_its_text_says(db: Db) {
    assert_eq!(definitions::install_defaults(&db, NOW).await.unwrap(), 14);
    assert_eq!(definitions::install_defaults(&db, NOW).await.unwrap(), 0, "only once");
    let all = db.read(async |tx| definitions::in_force(tx).await).await.unwrap();
    let counting = |line: &TradeLine| -> Vec<String> {
        all.iter().filter(|one| one.counts(line)).map(|one| one.code.clone()).collect()
    };
    let accepted = changed(|line| line.axes.stage = Stage::Accepted);
    assert_eq!(counting(&accepted), USUAL);
    let without = |line: TradeLine, missing: &[&str]| {
        let found = counting(&line);
        let expected: Vec<&str> = USUAL.into_iter().filter(|code| !missing.contains(code)).collect();
        assert_eq!(found, expected, "{line:?}");
    };
    let accepted = |change: fn(&mut TradeLine)| {
        let mut line = changed(|line| line.axes.stage = Stage::Accepted);
        change(&mut line);
        line
    };
    without(accepted(|line| line.axes.stage = Stage::Paid), &["accepted"]);
    without(accepted(|line| line.axes.stage = Stage::Ordered), &["accepted", "paid"]);
    without(accepted(|line| line.axes.stage = Stage::Signed), &USUAL);
    without(accepted(|line| line.axes.stage = Stage::Pledged), &USUAL);
    without(accepted(|line| line.day = crate::common::day(20_191_231)), &["gd-2020"]);
    without(accepted(|line| line.day = crate::common::day(20_171_231)), &USUAL);
    without(accepted(|line| line.axes.class = 2), &["listed-832"]);
    without(accepted(|line| line.axes.class = 3), &["listed-832"]);
    without(accepted(|line| line.axes.role = Role::HelpSell), &["direct"]);
    without(accepted(|line| line.axes.grade = Grade::B), &["grade-a"]);
    without(accepted(|line| line.axes.buyer_kind = BuyerKind::Union), &["budget-units"]);
    without(
        accepted(|line| line.axes.buyer_kind = BuyerKind::Company),
        &["budget-and-unions", "budget-units"],
    );
    // Who is admitted to the 832 platform helps the poor, whatever its export says of certificates; elsewhere it must be said.
    without(accepted(|line| line.axes.certified = Certified::Untold), &["certified"]);
    without(accepted(|line| line.axes.channel = Channel::Market), &[]);
    let of = |change: fn(&mut TradeLine)| counting(&accepted(change));
    assert_eq!(of(|line| line.axes.link = Link::Resale), ["with-resale"]);
    assert_eq!(of(|line| line.day = crate::common::day(20_201_201)), ["ongoing"]);
    assert_eq!(of(|line| line.day = crate::common::day(20_991_231)), ["ongoing"], "it has no last day");
    assert_eq!(
        of(|line| {
            line.axes.certified = Certified::No;
            line.axes.channel = Channel::Wholesale;
        }),
        ["listed-832"]
    );
    assert_eq!(
        of(|line| {
            line.axes.certified = Certified::Untold;
            line.axes.class = 2;
        }),
        <[&str; 0]>::default()
    );
    assert_eq!(of(|line| line.axes.class = 4), ["certified", "in-province"]);
    assert_eq!(of(|line| line.axes.class = 5), ["certified"]);
    assert_eq!(of(|line| line.axes.stage = Stage::Returned), ["net-returns"]);
}

fn content() -> Content {
    let text = |text: &str| Bilingual { zh: text.to_owned(), en: text.to_owned() };
    Content {
        name: text("茶"),
        text: text("只算茶叶"),
        from: crate::common::day(20_180_101),
        until: crate::common::day(20_201_231),
        clauses: vec![Condition::is(Axis::Category, 6).into()],
        display: sh_statistics::Display::Exact,
    }
}

#[db_test(MIGRATIONS)]
async fn a_draft_is_previewed_before_it_is_put_in_force(db: Db) {
    definitions::install_defaults(&db, NOW).await.unwrap();
    let figures = Figures::default();
    let sink = CubeSink::default();
    let lines = [
        sale(1, 20_200_301, 500),
        changed(|line| line.trade = crate::common::id(2)),
        sale(3, 20_190_301, 70),
    ];
    post(&db, &sink, 1, 20_201_130, "import", &[lines[0].clone(), lines[2].clone()]).await;
    let mut narrow = db.read(async |tx| definitions::find(tx, "gd-3y", None).await).await.unwrap().content;
    narrow.from = crate::common::day(20_200_101);

    let draft =
        db.write(async |tx| definitions::draft(tx, "gd-3y", &narrow, "张三", NOW).await).await.unwrap();
    assert_eq!((draft.version, draft.state), (2, State::Draft));
    let publish = async || db.write(async |tx| definitions::publish(tx, "gd-3y", 2, "李四", NOW).await).await;
    let impact = async || db.read(async |tx| definitions::impact(&figures, tx, "gd-3y", 2).await).await;
    assert!(matches!(publish().await, Err(Error::NotPreviewed)));
    assert!(matches!(impact().await, Err(Error::NotPreviewed)));

    definitions::preview(&db, "gd-3y", 2, |_| ()).await.unwrap();
    let seen = impact().await.unwrap();
    assert_eq!((seen.now.unwrap().value, seen.draft.value), (Fen(570), Fen(500)));
    let years = &seen.axes[0];
    assert_eq!((years.axis, years.rows.len()), (Axis::Year, 1));
    assert_eq!(
        (years.rows[0].value, years.rows[0].now, years.rows[0].draft),
        (2019, (Fen(70), 1), (Fen(0), 0))
    );

    // A posting after the preview reaches the draft, too.
    post(&db, &sink, 2, 20_201_201, "import", &[lines[1].clone()]).await;
    assert_eq!(impact().await.unwrap().draft.value, Fen(600));

    // A change makes the preview void.
    db.write(async |tx| definitions::change(tx, "gd-3y", 2, &narrow).await).await.unwrap();
    assert!(matches!(publish().await, Err(Error::NotPreviewed)));
    definitions::preview(&db, "gd-3y", 2, |_| ()).await.unwrap();
    publish().await.unwrap();
    assert!(matches!(publish().await, Err(Error::NotADraft)));
    let versions = db.read(async |tx| definitions::versions(tx, "gd-3y").await).await.unwrap();
    let states: Vec<_> = versions.iter().map(|one| (one.version, one.state)).collect();
    assert_eq!(states, [(2, State::Published), (1, State::Retired)]);
    assert_eq!(versions[0].published_by.as_deref(), Some("李四"));
    let value =
        async |query: FigureQuery| db.read(async |tx| figures.figure(tx, &query).await).await.unwrap().value;
    assert_eq!(value(FigureQuery::total("gd-3y")).await, Fen(600));
    let old = FigureQuery { version: Some(1), ..FigureQuery::total("gd-3y") };
    assert_eq!(value(old).await, Fen(670), "what was released under the old version can still be computed");
    assert_eq!(cube::verify(&db).await.unwrap(), None);
}

#[db_test(MIGRATIONS)]
async fn a_definition_in_force_cannot_be_changed(db: Db) {
    definitions::install_defaults(&db, NOW).await.unwrap();
    let refused = db.write(async |tx| definitions::change(tx, "gd-3y", 1, &content()).await).await;
    assert!(matches!(refused, Err(Error::NotADraft)));
    let refused = db.write(async |tx| definitions::discard(tx, "gd-3y", 1).await).await;
    assert!(matches!(refused, Err(Error::NotADraft)));
    assert!(matches!(definitions::preview(&db, "gd-3y", 1, |_| ()).await, Err(Error::NotADraft)));
}

#[db_test(MIGRATIONS)]
async fn a_draft_can_be_thrown_away(db: Db) {
    definitions::install_defaults(&db, NOW).await.unwrap();
    db.write(async |tx| definitions::draft(tx, "tea", &content(), "张三", NOW).await).await.unwrap();
    definitions::preview(&db, "tea", 1, |_| ()).await.unwrap();
    db.write(async |tx| definitions::discard(tx, "tea", 1).await).await.unwrap();
    let gone = db.read(async |tx| definitions::find(tx, "tea", Some(1)).await).await;
    assert!(matches!(gone, Err(Error::NoDefinition(code)) if code == "tea"));
    // A posting that folds no longer looks for it.
    post(&db, &CubeSink::folding_at(0), 1, 20_201_130, "import", &[sale(1, 20_200_301, 500)]).await;
    assert_eq!(cube::verify(&db).await.unwrap(), None);
}

#[db_test(MIGRATIONS)]
async fn an_incomplete_draft_is_refused(db: Db) {
    let write = async |code: &str, content: Content| {
        db.write(async |tx| definitions::draft(tx, code, &content, "张三", NOW).await).await
    };
    assert!(matches!(write("Tea!", content()).await, Err(Error::Code(_))));
    let mut bad = content();
    " ".clone_into(&mut bad.name.en);
    assert!(matches!(write("tea", bad).await, Err(Error::Content(ContentError::NoName))));
    let mut bad = content();
    std::mem::swap(&mut bad.from, &mut bad.until);
    assert!(matches!(write("tea", bad).await, Err(Error::Content(ContentError::Period))));
    let mut bad = content();
    bad.clauses.push(Clause(Vec::new()));
    assert!(matches!(write("tea", bad).await, Err(Error::Content(ContentError::Empty))));
    assert!(write("tea", content()).await.is_ok());
}
