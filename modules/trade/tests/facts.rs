//! Reading trades and lines on both engines.
#![expect(clippy::unwrap_used, reason = "a step that fails fails the test")]

use std::collections::HashMap;

use sh_db::{Db, DbError, Value, binds, inserts};
use sh_kernel::{Day, Fen, Id, Instant};
use sh_testkit::db_test;
use sh_trade::{
    MIGRATIONS,
    axes::{Axis, Channel, Grade},
    facts::{self, Clause, Condition, Fact, GradeReason, LineFilter, LineQuery, TieState, TradeFilter},
};

inserts! {
    SOURCES = source(code Text, name Text, kind I64, active Bool, created_at Instant) "";
    BATCHES = import_batch(id Uuid, source Text, file_name Text, file_hash Text, file_size I64, state Text,
        good_only Bool, rows_total I64, rows_good I64, rows_bad I64, rows_skipped I64, rows_posted I64,
        amount_good I64, created_by Text, created_at Instant) "";
    CLAIMS = claim(id Uuid, batch Uuid, row_no I64, source Text, kind I64, content I64, occurrence I64, withdrawn Bool,
        day I64, day_precision I64, seller I64, seller_name Text, buyer I64, buyer_kind I64, product Text, category I64,
        origin I64, destination I64, amount I64, basis I64, quantity I64, order_no Text, invoice_no Text, stage I64,
        role I64, channel I64, certified I64, link I64) "";
    TIES = tie(claim Uuid, trade Uuid, state I64, rule I64, score I64, posting I64) "";
    TALLY = tie_tally(source Text, state I64, claims I64, amount I64) "";
    DECISIONS = decision(claim Uuid, posting I64, trade Uuid, state I64, rule I64, score I64) "";
    POSTINGS = posting(seq I64, at Instant, day I64, cause Text) "";
    TRADES = trade(id Uuid, anchor Uuid, day I64, seller I64, buyer I64, origin I64, destination I64, channel I64,
        product Text, amount I64, grade I64, claims I64, lines I64, posting I64) "";
    LINES = trade_line(trade Uuid, line I64, posting I64, day I64, amount I64, count I64, quantity I64, origin I64,
        destination I64, channel I64, category I64, buyer_kind I64, class I64, certified I64, role I64, stage I64,
        grade I64, link I64, basis I64, seller I64, buyer I64) "";
}

const AT: Instant = sh_testkit::PRESS_DAY;

fn id<T>(number: u64) -> Id<T> {
    Id::from_uuid(uuid::Uuid::from_u128(u128::from(number) << 64 | 9))
}

fn day(yyyymmdd: i64) -> Day {
    Day::from_yyyymmdd(yyyymmdd).unwrap()
}

/// Trade `n`: seller, origin, day and amount follow from its number.
fn trade_of(n: u64) -> (i64, i64, i64, i64) {
    let number = i64::try_from(n).unwrap();
    (
        7_000 + number % 5,
        [520_526, 520_502, 530_602, 440_100][usize::try_from(n % 4).unwrap()],
        20_200_101 + number % 28,
        100 + number,
    )
}

fn trade_row(n: u64) -> Vec<Value> {
    let (seller, origin, on, amount) = trade_of(n);
    binds![
        id::<()>(n),
        id::<()>(n),
        on,
        seller,
        0_i64,
        origin,
        440_300_i64,
        1_i64,
        "茶",
        amount,
        1_i64,
        1_i64,
        1_i64,
        1_i64
    ]
}

/// Line `line` of trade `n`, with its sign and stage.
fn line_row(n: u64, line: i64, posting: i64, sign: i64, stage: i64) -> Vec<Value> {
    let (seller, origin, on, amount) = trade_of(n);
    let channel = if n.is_multiple_of(10) { 5_i64 } else { 1 };
    binds![
        id::<()>(n),
        line,
        posting,
        on,
        sign * amount,
        sign,
        sign * 1_000,
        origin,
        440_300_i64,
        channel,
        6_i64,
        1_i64,
        if origin == 440_100 { 4_i64 } else { 1 },
        i64::from(n.is_multiple_of(3)),
        1_i64,
        stage,
        1_i64,
        1_i64,
        1_i64,
        seller,
        0_i64
    ]
}

const COUNT: u64 = 950;

/// 950 trades; the first five are ordered, then paid: a reversing and a new line in a second posting.
async fn fill(db: &Db) {
    db.write(async |tx| {
        for (seq, on, cause) in [(1_i64, 20_200_131_i64, "import"), (2, 20_200_301, "ruling")] {
            tx.insert(&POSTINGS, binds![seq, AT, on, cause]).await?;
        }
        tx.insert_many(&TRADES, (0..COUNT).map(trade_row).collect::<Vec<_>>()).await?;
        let stage = |n| if n < 5 { 3 } else { 4 };
        let mut lines: Vec<_> = (0..COUNT).map(|n| line_row(n, 0, 1, 1, stage(n))).collect();
        lines.extend((0..5).map(|n| line_row(n, 1, 2, -1, 3)));
        lines.extend((0..5).map(|n| line_row(n, 2, 2, 1, 4)));
        tx.insert_many(&LINES, lines).await?;
        Ok::<_, DbError>(())
    })
    .await
    .unwrap();
}

fn expected(keep: impl Fn(u64) -> bool) -> (i64, i64) {
    let kept: Vec<u64> = (0..COUNT).filter(|n| keep(*n)).collect();
    (kept.iter().map(|n| trade_of(*n).3).sum(), i64::try_from(kept.len()).unwrap())
}

#[db_test(MIGRATIONS)]
async fn a_fact_is_the_line_it_comes_from(db: Db) {
    fill(&db).await;
    let (mut lines, mut read) = (Vec::new(), Vec::new());
    db.read(async |tx| {
        facts::for_each_line(tx, &LineFilter::default(), |line| {
            let fact = Fact::of(line);
            assert!(Axis::ALL.iter().all(|axis| fact.value(*axis) == line.value(*axis)));
            lines.push(fact);
            Ok(())
        })
        .await?;
        facts::for_each_fact(tx, &LineFilter::default(), |fact| {
            read.push(*fact);
            Ok(())
        })
        .await
    })
    .await
    .unwrap();
    let key = |fact: &Fact| (fact.day, fact.amount, fact.seller, fact.codes);
    lines.sort_by_key(key);
    read.sort_by_key(key);
    assert_eq!((lines.len(), lines == read), (960, true));
}

#[db_test(MIGRATIONS)]
async fn lines_are_chosen_by_day_posting_and_trade(db: Db) {
    fill(&db).await;
    let count = async |filter: LineFilter| {
        let mut count = 0;
        db.read(async |tx| {
            facts::for_each_line(tx, &filter, |_| {
                count += 1;
                Ok(())
            })
            .await
        })
        .await
        .unwrap();
        count
    };
    let all = LineFilter::default();
    assert_eq!(count(LineFilter { posting_upto: Some(1), ..all }).await, 950);
    assert_eq!(count(LineFilter { posting_after: Some(1), ..all }).await, 10);
    assert_eq!(count(LineFilter { trade: Some(id(3)), ..all }).await, 3);
    let (_, on_first) = expected(|n| n % 28 == 9);
    let one_day = LineFilter { from: Some(day(20_200_110)), until: Some(day(20_200_110)), ..all };
    assert_eq!(i64::from(count(one_day).await), on_first);
}

#[db_test(MIGRATIONS)]
async fn sums_leave_out_what_cancels_and_find_the_same_by_index_and_by_scan(db: Db) {
    fill(&db).await;
    let sums = async |query: &LineQuery| db.read(async |tx| facts::sums(tx, query).await).await.unwrap();
    let by_stage = sums(&LineQuery { by: vec![Axis::Stage], ..LineQuery::default() }).await;
    assert_eq!(by_stage.len(), 1, "the ordered lines were all taken back");
    assert_eq!((by_stage[0].amount.0, by_stage[0].trades), expected(|_| true));
    let then = LineQuery {
        filter: LineFilter { posting_upto: Some(1), ..LineFilter::default() },
        by: vec![Axis::Stage],
        ..LineQuery::default()
    };
    let then = sums(&then).await;
    assert_eq!(then.iter().map(|sum| (sum.keys[0], sum.trades)).collect::<Vec<_>>(), [(3, 5), (4, 945)]);

    for (axis, value, keep) in [
        (Axis::Seller, 7_002, (|n| n % 5 == 2) as fn(u64) -> bool),
        (Axis::Origin, 520_502, |n| n % 4 == 1),
        (Axis::OriginProvince, 520_000, |n| n % 4 < 2),
        (Axis::Certified, 1, |n| n % 3 == 0),
    ] {
        let query = LineQuery { by: vec![Axis::Month], ..LineQuery::default() }.with(axis, value);
        // The state of a posting is never looked up by the index of trades.
        let scan = LineQuery {
            filter: LineFilter { posting_upto: Some(2), ..LineFilter::default() },
            ..query.clone()
        };
        let (found, scanned) = (sums(&query).await, sums(&scan).await);
        assert_eq!(found, scanned, "{axis:?}");
        assert_eq!((found[0].amount.0, found[0].trades), expected(keep), "{axis:?}");
    }
    let either = Clause(vec![
        Condition::is(Axis::Certified, 1),
        Condition { not: true, ..Condition::one_of(Axis::Origin, &[520_526, 520_502]) },
    ]);
    let either = sums(&LineQuery { clauses: vec![either], ..LineQuery::default() }).await;
    assert_eq!(either[0].amount.0, expected(|n| n % 3 == 0 || n % 4 > 1).0);
    let nothing = sums(&LineQuery { clauses: vec![Clause(Vec::new())], ..LineQuery::default() }).await;
    assert_eq!((nothing.len(), nothing[0].amount), (1, Fen(0)));
}

#[db_test(MIGRATIONS)]
async fn sellers_and_causes_are_counted(db: Db) {
    fill(&db).await;
    let three = async |by: Vec<Axis>| {
        let query = LineQuery { by, crowds: true, ..LineQuery::default() };
        let sums = db.read(async |tx| facts::sums(tx, &query).await).await.unwrap();
        let is_three = |sum: &facts::Sum| sum.crowd.is_three(sum.amount.0, sum.trades);
        sums.iter().map(|sum| (sum.keys.first().copied(), is_three(sum))).collect::<Vec<_>>()
    };
    let channels = three(vec![Axis::Channel]).await;
    assert_eq!(channels, [(Some(1), true), (Some(5), false)], "every tenth trade has the same seller");
    assert_eq!(three(Vec::new()).await, [(None, true)]);
    assert!(three(vec![Axis::Seller]).await.iter().all(|(_, three)| !three));

    let paid = LineQuery::default().with(Axis::Stage, 4);
    let causes = db.read(async |tx| facts::sums_by_cause(tx, &paid, day(20_200_110)).await).await.unwrap();
    let found: Vec<_> = causes.iter().map(|sum| (sum.cause.as_str(), sum.after, sum.trades)).collect();
    let late = expected(|n| n >= 5 && n % 28 <= 9).1;
    assert_eq!(found, [("import", false, late), ("import", true, 945 - late), ("ruling", false, 5)]);
}

#[db_test(MIGRATIONS)]
async fn postings_are_found_by_day(db: Db) {
    fill(&db).await;
    let on = async |yyyymmdd| {
        let posting = db.read(async |tx| facts::posting_on(tx, day(yyyymmdd)).await).await.unwrap();
        posting.map(|posting| posting.seq)
    };
    assert_eq!((on(20_200_130).await, on(20_200_131).await, on(20_201_231).await), (None, Some(1), Some(2)));
    let last = db.read(async |tx| facts::last_posting(tx).await).await.unwrap().unwrap();
    assert_eq!((last.seq, last.day), (2, day(20_200_301)));
}

/// Walks all pages and returns what was listed: trade and counted amount.
async fn walk(db: &Db, filter: &TradeFilter, limit: usize) -> Vec<(Id<sh_trade::model::Trade>, i64)> {
    let mut after = None;
    let mut all = Vec::new();
    for _ in 0..1_000 {
        let page = db.read(async |tx| facts::list_trades(tx, filter, after, limit).await).await.unwrap();
        assert!(page.items.len() <= limit);
        all.extend(page.items.iter().map(|item| (item.row.id, item.counted.0)));
        // A cursor goes through an address and comes back the same.
        after = page.next.map(|cursor| cursor.to_string().parse().unwrap());
        if after.is_none() {
            return all;
        }
    }
    panic!("the list does not end");
}

#[db_test(MIGRATIONS)]
async fn a_list_is_complete_without_repeats_and_adds_up_to_the_figure(db: Db) {
    fill(&db).await;
    let clause = |axis, value| Clause::from(Condition::is(axis, value));
    for (clauses, keep) in [
        (vec![], (|_| true) as fn(u64) -> bool),
        (vec![clause(Axis::Seller, 7_001)], |n| n % 5 == 1),
        (vec![clause(Axis::OriginProvince, 520_000)], |n| n % 4 < 2),
        (vec![clause(Axis::OriginProvince, 520_000), clause(Axis::OriginCity, 520_500)], |n| n % 4 < 2),
        (vec![clause(Axis::Origin, 530_602), clause(Axis::Certified, 1)], |n| n % 4 == 2 && n % 3 == 0),
        (vec![clause(Axis::Channel, Channel::Zone.code())], |n| n % 10 == 0),
        (vec![clause(Axis::Stage, 3)], |_| false),
    ] {
        let filter = TradeFilter { clauses: clauses.clone(), ..TradeFilter::default() };
        let listed = walk(&db, &filter, 37).await;
        let (amount, count) = expected(keep);
        assert_eq!(i64::try_from(listed.len()).unwrap(), count, "{clauses:?}");
        assert_eq!(listed.iter().map(|(_, counted)| counted).sum::<i64>(), amount, "{clauses:?}");
        let distinct: HashMap<_, _> = listed.iter().copied().collect();
        assert_eq!(distinct.len(), listed.len(), "{clauses:?}");
        let mut early = walk(&db, &TradeFilter { oldest_first: true, ..filter }, 41).await;
        early.reverse();
        assert_eq!(early, listed, "{clauses:?}: from the other end");
    }
    let days =
        TradeFilter { from: Some(day(20_200_105)), until: Some(day(20_200_106)), ..TradeFilter::default() };
    let (_, count) = expected(|n| (4..6).contains(&(n % 28)));
    assert_eq!(i64::try_from(walk(&db, &days, 200).await.len()).unwrap(), count);
}

fn claim_row(
    n: u64,
    row: i64,
    source: &str,
    kind: i64,
    order: Option<&str>,
    invoice: Option<&str>,
) -> Vec<Value> {
    binds![
        id::<()>(n),
        id::<()>(500),
        row,
        source,
        kind,
        1_i64,
        0_i64,
        false,
        20_200_103_i64,
        1_i64,
        7_002_i64,
        "绿源果业",
        0_i64,
        1_i64,
        "茶",
        6_i64,
        520_526_i64,
        440_300_i64,
        102_i64,
        1_i64,
        0_i64,
        order,
        invoice,
        5_i64,
        1_i64,
        1_i64,
        1_i64,
        1_i64
    ]
}

#[expect(clippy::too_many_lines, reason = "one story from the first report to the last correction")]
#[db_test(MIGRATIONS)]
async fn a_trade_opens_with_what_everybody_says_of_it(db: Db) {
    fill(&db).await;
    db.write(async |tx| {
        tx.insert(&SOURCES, binds!["832", "832 平台", 0_i64, true, AT]).await?;
        tx.insert(&SOURCES, binds!["city-440300", "深圳市月报", 5_i64, true, AT]).await?;
        tx.insert(
            &BATCHES,
            binds![
                id::<()>(500),
                "832",
                "orders.csv",
                "00",
                1_i64,
                "posted",
                false,
                3_i64,
                3_i64,
                0_i64,
                0_i64,
                3_i64,
                0_i64,
                "张三",
                AT
            ],
        )
        .await?;
        tx.insert(&CLAIMS, claim_row(901, 12, "city-440300", 5, None, Some("24442000000000000001"))).await?;
        tx.insert(&CLAIMS, claim_row(902, 7, "832", 0, Some("DD-1"), None)).await?;
        tx.insert(&CLAIMS, claim_row(903, 8, "832", 0, None, None)).await?;
        let tie = |claim: u64, trade: Option<u64>, state: i64| {
            let trade: Option<Id<()>> = trade.map(id);
            binds![id::<()>(claim), trade, state, 2_i64, 940_i64, 2_i64]
        };
        tx.insert(&TIES, tie(901, Some(2), 2)).await?;
        tx.insert(&TIES, tie(902, Some(2), 1)).await?;
        tx.insert(&TIES, tie(903, None, 5)).await?;
        for (source, state) in [("city-440300", 2_i64), ("832", 1), ("832", 5)] {
            tx.insert(&TALLY, binds![source, state, 1_i64, 102_i64]).await?;
        }
        tx.insert(&DECISIONS, binds![id::<()>(901), 1_i64, id::<()>(902), 5_i64, 2_i64, 800_i64]).await?;
        Ok::<_, DbError>(())
    })
    .await
    .unwrap();

    let trade = db.read(async |tx| facts::trade(tx, id(2)).await).await.unwrap().unwrap();
    assert_eq!((trade.row.amount, trade.row.grade, trade.lines.len()), (Fen(102), Grade::A, 3));
    let claims: Vec<_> =
        trade.claims.iter().map(|claim| (claim.source_name.as_str(), claim.row, claim.state)).collect();
    assert_eq!(claims, [("832 平台", 7, TieState::Anchor), ("深圳市月报", 12, TieState::ByRule)]);
    assert_eq!(trade.claims[0].file_name, "orders.csv");
    // What stood before, then what stands.
    let told: Vec<_> =
        trade.decisions.iter().map(|one| (one.claim, one.posting, one.state, one.score)).collect();
    assert_eq!(
        told,
        [
            (id(901), 1, TieState::Waiting, 800),
            (id(901), 2, TieState::ByRule, 940),
            (id(902), 2, TieState::Anchor, 940)
        ]
    );
    assert_eq!(
        trade.reasons,
        [
            GradeReason::PlatformOrder { order_no: "DD-1".to_owned(), accepted: true },
            GradeReason::Invoice("24442000000000000001".to_owned()),
        ]
    );
    assert!(db.read(async |tx| facts::trade(tx, id(99_999)).await).await.unwrap().is_none());

    let summary = db.read(async |tx| facts::claims_summary(tx).await).await.unwrap();
    let found: Vec<_> = summary
        .iter()
        .map(|one| (one.source.as_str(), one.claims, one.gross.0, one.joined, one.anchors, one.waiting))
        .collect();
    assert_eq!(found, [("832", 2, 204, 0, 1, 1), ("city-440300", 1, 102, 1, 0, 0)]);
}
