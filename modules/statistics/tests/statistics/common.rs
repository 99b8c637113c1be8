//! Lines as matching would post them, made by a small repeatable random source.

use sh_db::{Db, DbError, Migration, binds, inserts};
use sh_kernel::{Day, Fen, Id, Instant, Quantity};
use sh_statistics::cube::CubeSink;
use sh_trade::{
    axes::{BuyerKind, Category, Certified, Channel, Grade, Link, PriceBasis, Role, Stage},
    model::{LineAxes, TradeLine},
    sink::LineSink,
};

pub(crate) const MIGRATIONS: &[Migration] = &[
    sh_trade::MIGRATIONS[0],
    sh_trade::MIGRATIONS[1],
    sh_trade::MIGRATIONS[2],
    sh_parties::MIGRATIONS[0],
    sh_statistics::MIGRATIONS[0],
    sh_statistics::MIGRATIONS[1],
];

/// 2020-12-09, the day of the press conference, 10:00 in Shanghai.
pub(crate) const NOW: Instant = sh_testkit::PRESS_DAY;

inserts! {
    POSTINGS = posting(seq I64, at Instant, day I64, batch Uuid, cause Text) "";
    BATCHES = import_batch(id Uuid, source Text, file_name Text, file_hash Text, file_size I64, state Text, live I64,
        good_only Bool, rows_total I64, rows_good I64, rows_bad I64, rows_skipped I64, rows_posted I64,
        amount_good I64, day_first I64, day_last I64, created_by Text, created_at Instant) "";
    LINES = trade_line(trade Uuid, line I64, posting I64, day I64, amount I64, count I64, quantity I64, origin I64,
        destination I64, channel I64, category I64, buyer_kind I64, class I64, certified I64, role I64, stage I64,
        grade I64, link I64, basis I64, seller I64, buyer I64) "";
    TRADES = trade(id Uuid, anchor Uuid, day I64, seller I64, buyer I64, origin I64, destination I64, channel I64,
        product Text, amount I64, grade I64, claims I64, lines I64, posting I64)
        "ON CONFLICT (id) DO UPDATE SET amount = excluded.amount, lines = excluded.lines, claims = excluded.claims,
        posting = excluded.posting";
}

/// A repeatable source of numbers.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % bound
    }

    pub(crate) fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[usize::try_from(self.below(items.len() as u64)).unwrap()]
    }
}

pub(crate) fn day(yyyymmdd: i64) -> Day {
    Day::from_yyyymmdd(yyyymmdd).unwrap()
}

pub(crate) fn id<T>(number: u64) -> Id<T> {
    Id::from_uuid(uuid::Uuid::from_u128(u128::from(number) << 64 | 7))
}

/// A sale that the three-year definition counts.
pub(crate) fn sale(trade: u64, on: i64, amount: i64) -> TradeLine {
    TradeLine {
        trade: id(trade),
        line: 0,
        posting: 0,
        day: day(on),
        amount: Fen(amount),
        count: 1,
        quantity: Quantity(1_000),
        axes: LineAxes {
            origin: 520_526,
            destination: 440_100,
            channel: Channel::Platform832,
            category: Category::Tea,
            buyer_kind: BuyerKind::BudgetUnit,
            class: 1,
            certified: Certified::Yes,
            role: Role::Direct,
            stage: Stage::Paid,
            grade: Grade::A,
            link: Link::First,
            basis: PriceBasis::WithTax,
            seller: 5_000_000_000_001,
            buyer: 6_000_000_000_001,
        },
    }
}

/// A sale with random values on every axis.
pub(crate) fn random_sale(dice: &mut Dice, trade: u64) -> TradeLine {
    let origin = dice.pick(&[520_526, 520_526, 520_502, 520_500, 530_602, 441_802, 0, 450_224]);
    let mut line = sale(trade, 20_180_101, i64::try_from(dice.below(900_000)).unwrap() + 1);
    line.day =
        day(dice.pick(&[20_171_231, 20_180_105, 20_190_630, 20_191_001, 20_200_229, 20_201_130, 20_201_201]));
    if dice.below(12) == 0 {
        line.amount = line.amount.reversed();
        line.count = 0;
        line.axes.stage = Stage::Returned;
    } else {
        line.axes.stage = dice.pick(&[Stage::Signed, Stage::Ordered, Stage::Paid, Stage::Accepted]);
    }
    line.axes.origin = origin;
    line.axes.class = if origin == 0 { 0 } else { 1 + i64::try_from(dice.below(5)).unwrap() };
    line.axes.destination = dice.pick(&[440_100, 440_300, 0]);
    line.axes.channel = dice.pick(Channel::ALL);
    line.axes.category = dice.pick(Category::ALL);
    line.axes.buyer_kind = dice.pick(BuyerKind::ALL);
    line.axes.certified = dice.pick(&[Certified::Yes, Certified::Yes, Certified::No, Certified::Untold]);
    line.axes.role = dice.pick(Role::ALL);
    line.axes.grade = dice.pick(Grade::ALL);
    line.axes.link = dice.pick(&[Link::First, Link::First, Link::Resale]);
    line.axes.basis = dice.pick(PriceBasis::ALL);
    line.axes.seller = 5_000_000_000_000 + i64::try_from(dice.below(6)).unwrap();
    line
}

/// A file of a source for the days, posted.
pub(crate) async fn report(db: &Db, source: &str, number: u64, (from, until): (i64, i64)) {
    let file = format!("{source}-{number}");
    let row = binds![
        id::<()>(number),
        source,
        &file,
        &file,
        1_i64,
        "posted",
        1_i64,
        true,
        1_i64,
        1_i64,
        0_i64,
        0_i64,
        1_i64,
        100_i64,
        day(from),
        day(until),
        "test",
        NOW
    ];
    db.write(async |tx| tx.insert(&BATCHES, row.clone()).await.map(drop)).await.unwrap();
}

/// Posts lines as one posting in one transaction, and the trades they belong to.
pub(crate) async fn post(db: &Db, sink: &CubeSink, seq: i64, on: i64, cause: &str, lines: &[TradeLine]) {
    let lines: Vec<TradeLine> = lines.iter().map(|line| TradeLine { posting: seq, ..line.clone() }).collect();
    let lines = &lines;
    db.write(async |tx| {
        let at = Instant::from_micros(NOW.micros() + seq);
        let none: Option<Id<()>> = None;
        tx.insert(&POSTINGS, binds![seq, at, day(on), none, cause]).await?;
        tx.insert_many(&TRADES, lines.iter().map(trade_row).collect::<Vec<_>>()).await?;
        tx.insert_many(&LINES, lines.iter().map(line_row).collect::<Vec<_>>()).await?;
        sink.apply(tx, lines).await?;
        Ok::<_, DbError>(())
    })
    .await
    .unwrap();
}

fn trade_row(line: &TradeLine) -> Vec<sh_db::Value> {
    let axes = &line.axes;
    binds![
        line.trade,
        line.trade.cast::<()>(),
        line.day,
        axes.seller,
        axes.buyer,
        axes.origin,
        axes.destination,
        axes.channel.code(),
        "茶叶",
        line.amount,
        axes.grade.code(),
        1_i64,
        i64::from(line.line) + 1,
        line.posting,
    ]
}

fn line_row(line: &TradeLine) -> Vec<sh_db::Value> {
    let axes = &line.axes;
    binds![
        line.trade,
        line.line,
        line.posting,
        line.day,
        line.amount,
        line.count,
        line.quantity,
        axes.origin,
        axes.destination,
        axes.channel.code(),
        axes.category.code(),
        axes.buyer_kind.code(),
        axes.class,
        axes.certified.code(),
        axes.role.code(),
        axes.stage.code(),
        axes.grade.code(),
        axes.link.code(),
        axes.basis.code(),
        axes.seller,
        axes.buyer,
    ]
}
