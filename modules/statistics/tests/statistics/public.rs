//! What the public sees: sellers are counted, small groups are hidden.

use sh_db::Db;
use sh_kernel::Fen;
use sh_statistics::{FigureQuery, Figures, PARTIES_MIN, cube::CubeSink, definitions};
use sh_testkit::db_test;
use sh_trade::{axes::Axis, model::TradeLine};

use crate::common::{Dice, MIGRATIONS, NOW, post, random_sale, sale};

fn at(trade: u64, origin: i64, seller: i64, amount: i64) -> TradeLine {
    let mut line = sale(trade, 20_200_301, amount);
    line.axes.origin = origin;
    line.axes.seller = seller;
    line
}

#[db_test(MIGRATIONS)]
async fn a_county_of_two_sellers_is_hidden_and_cannot_be_computed(db: Db) {
    definitions::install_defaults(&db, NOW).await.unwrap();
    let figures = Figures::default();
    let mut lines = vec![at(1, 520_526, 1, 900), at(2, 520_526, 2, 100)];
    lines.extend((0..4).map(|n| at(10 + n, 520_502, 10 + i64::try_from(n).unwrap(), 1_000)));
    lines.extend((0..3).map(|n| at(20 + n, 520_524, 20 + i64::try_from(n).unwrap(), 700)));
    post(&db, &CubeSink::default(), 1, 20_201_130, "import", &lines).await;
    let query = FigureQuery::total("gd-3y").by(Axis::Origin).only(Axis::OriginProvince, 520_000);
    let (figure, rows) = db.read(async |tx| figures.public(tx, &query, PARTIES_MIN).await).await.unwrap();
    assert_eq!(figure.value, Fen(7_100));
    assert!(figure.rows.is_empty(), "the unhidden rows do not leave");
    assert_eq!(rows.hidden, 2);
    let shown: Vec<_> = rows.rows.iter().map(|row| (row.keys[0], row.shown.is_some())).collect();
    assert_eq!(
        shown,
        [(520_502, true), (520_524, false), (520_526, false)],
        "the next smallest goes with it"
    );
}

#[db_test(MIGRATIONS)]
async fn sellers_are_counted_alike_from_the_cube_and_from_the_lines(db: Db) {
    definitions::install_defaults(&db, NOW).await.unwrap();
    let figures = Figures::default();
    let mut dice = Dice(99);
    let mut lines: Vec<_> = (0..300).map(|n| random_sale(&mut dice, n)).collect();
    let reversals: Vec<_> = lines.iter().take(60).map(|line| line.reversal(1, 2)).collect();
    post(&db, &CubeSink::folding_at(100), 1, 20_201_130, "import", &lines).await;
    post(&db, &CubeSink::folding_at(100), 2, 20_201_201, "withdrawal", &reversals).await;
    lines.drain(..60);
    let definition = db.read(async |tx| definitions::find(tx, "certified", None).await).await.unwrap();
    for by in [Axis::OriginCity, Axis::Year, Axis::Channel, Axis::Grade] {
        let query = FigureQuery::total("certified").by(by);
        let counts = db.read(async |tx| figures.parties(tx, &query).await).await.unwrap();
        let mut expected: std::collections::BTreeMap<i64, std::collections::BTreeSet<i64>> =
            std::collections::BTreeMap::new();
        for line in lines.iter().filter(|line| definition.counts(line)) {
            expected.entry(line.value(by)).or_default().insert(line.axes.seller);
        }
        let expected: Vec<(i64, i64)> =
            expected.into_iter().map(|(key, set)| (key, i64::try_from(set.len()).unwrap())).collect();
        let found: Vec<(i64, i64)> = counts.iter().map(|count| (count.keys[0], count.parties)).collect();
        assert_eq!(found, expected, "{by:?}");
    }
}
