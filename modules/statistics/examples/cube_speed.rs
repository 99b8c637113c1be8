//! What keeping the cubes costs, as ratios to the bare engine in the same run:
//!
//! ```text
//! cargo run --release -p sh-statistics --example cube_speed -- sqlite:/tmp/speed.db 1000000
//! ```
//!
//! The database must be empty. Prints the rate of bare multi-row inserts of trades and lines, the same with cubes, the
//! time of one plain grouping of all lines, of a rebuild, and of figures read cold and warm.
#![expect(clippy::print_stdout, reason = "a program that prints its measurements")]
#![expect(clippy::cast_precision_loss, reason = "rates for people to read")]

use std::time::Instant as Moment;

use sh_db::{Db, DbError, Migration, Options, Value, binds, inserts};
use sh_kernel::{Day, Fen, Id, Instant, Quantity};
use sh_statistics::{
    FigureQuery, Figures,
    cube::{self, CubeSink},
    definitions,
};
use sh_trade::{
    axes::{Axis, BuyerKind, Category, Certified, Channel, Grade, Link, PriceBasis, Role, Stage},
    model::{LineAxes, TradeLine},
    sink::{LineSink, NoSink},
};

const STEPS: &[Migration] = &[
    sh_trade::MIGRATIONS[0],
    sh_trade::MIGRATIONS[1],
    sh_trade::MIGRATIONS[2],
    sh_parties::MIGRATIONS[0],
    sh_statistics::MIGRATIONS[0],
    sh_statistics::MIGRATIONS[1],
];
/// Lines in one posting.
const POSTING_LINES: u64 = 5_000;

inserts! {
    POSTINGS = posting(seq I64, at Instant, day I64, cause Text) "";
    LINES = trade_line(trade Uuid, line I64, posting I64, day I64, amount I64, count I64, quantity I64, origin I64,
        destination I64, channel I64, category I64, buyer_kind I64, class I64, certified I64, role I64, stage I64,
        grade I64, link I64, basis I64, seller I64, buyer I64) "";
    TRADES = trade(id Uuid, anchor Uuid, day I64, seller I64, buyer I64, origin I64, destination I64, channel I64,
        product Text, amount I64, grade I64, claims I64, lines I64, posting I64) "";
}

fn dice(seed: u64, bound: u64) -> u64 {
    let mut z = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    (z ^ (z >> 31)) % bound
}

fn pick<T: Copy>(items: &[T], seed: u64) -> T {
    items[usize::try_from(dice(seed, items.len() as u64)).unwrap_or(0)]
}

fn number(seed: u64, bound: u64) -> i64 {
    i64::try_from(dice(seed, bound)).unwrap_or(0)
}

/// Line `n` of `of`, in the order of days: 900 counties, 12,000 sellers, 35 months, 21 cities.
fn line(n: u64, of: u64) -> TradeLine {
    let seed = n * 16;
    let seller = number(seed, 12_000);
    let county = number(u64::try_from(seller).unwrap_or(0), 900);
    let place = 520_000 + county / 90 * 10_000 - 60_000 + (county % 90) / 10 * 100 + 100 + county % 10 + 21;
    let on =
        Day::from_yyyymmdd(20_180_101).map(|day| day.plus_days(i32::try_from(n * 1_064 / of).unwrap_or(0)));
    TradeLine {
        trade: Id::from_uuid(uuid::Uuid::from_u128(u128::from(n) << 64 | 7)),
        line: 0,
        posting: 0,
        day: on.unwrap_or_else(|_| Day::from_day_number(0)),
        amount: Fen(number(seed + 1, 900_000) + 1),
        count: 1,
        quantity: Quantity(number(seed + 2, 100_000)),
        axes: LineAxes {
            origin: place,
            destination: 440_100 + number(seed + 3, 21) * 100,
            channel: pick(Channel::ALL, seed + 4),
            category: pick(Category::ALL, seed + 5),
            buyer_kind: pick(BuyerKind::ALL, seed + 6),
            class: 1 + county % 4,
            certified: if seller % 100 < 85 { Certified::Yes } else { Certified::No },
            role: pick(Role::ALL, seed + 7),
            stage: pick(&[Stage::Ordered, Stage::Paid, Stage::Accepted, Stage::Accepted], seed + 8),
            grade: pick(Grade::ALL, seed + 9),
            link: pick(&[Link::First, Link::First, Link::First, Link::Resale], seed + 10),
            basis: pick(&[PriceBasis::Unknown, PriceBasis::WithTax], seed + 11),
            seller: seller * 0x0123_4567_89AB,
            buyer: number(seed + 12, 5_000),
        },
    }
}

fn trade_row(line: &TradeLine) -> Vec<Value> {
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
        1_i64,
        line.posting
    ]
}

fn line_row(line: &TradeLine) -> Vec<Value> {
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
        axes.buyer
    ]
}

/// Posts lines `from..to` and returns the seconds it took.
async fn post(db: &Db, sink: &dyn LineSink, from: u64, to: u64, of: u64) -> Result<f64, DbError> {
    let start = Moment::now();
    let mut at = from;
    while at < to {
        let end = (at + POSTING_LINES).min(to);
        let seq = i64::try_from(at / POSTING_LINES + 1).unwrap_or(0);
        let lines: Vec<TradeLine> = (at..end).map(|n| TradeLine { posting: seq, ..line(n, of) }).collect();
        let lines = &lines;
        db.write(async |tx| {
            tx.insert(&POSTINGS, binds![seq, Instant::from_micros(seq), 20_201_130_i64, "import"]).await?;
            tx.insert_many(&TRADES, lines.iter().map(trade_row).collect::<Vec<_>>()).await?;
            tx.insert_many(&LINES, lines.iter().map(line_row).collect::<Vec<_>>()).await?;
            sink.apply(tx, lines).await
        })
        .await?;
        at = end;
    }
    Ok(start.elapsed().as_secs_f64())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let address = arguments.next().ok_or("the address of an empty database")?;
    let lines: u64 = arguments.next().unwrap_or_else(|| "200000".to_owned()).parse()?;
    let db = Db::open(&address, &Options::default()).await?;
    db.migrate(STEPS).await?;
    definitions::install_defaults(&db, Instant::from_micros(0)).await?;

    // Bare and with cubes by turns, so that both meet the same growing tables.
    let (mut bare, mut cubed) = (0.0, 0.0);
    let (sink, share) = (CubeSink::default(), lines / 8);
    for turn in 0..4 {
        bare += post(&db, &NoSink, turn * 2 * share, (turn * 2 + 1) * share, lines).await?;
        cubed += post(&db, &sink, (turn * 2 + 1) * share, (turn * 2 + 2) * share, lines).await?;
    }
    let start = Moment::now();
    cube::fold(&db).await?;
    let fold = start.elapsed().as_secs_f64();
    let half = share as f64 * 4.0;
    println!("bare inserts        {:>10.0} lines/s", half / bare);
    println!(
        "with cubes          {:>10.0} lines/s, {:.0} %",
        half / (cubed + fold),
        bare / (cubed + fold) * 100.0
    );
    println!("  of which last fold {fold:.2} s");

    let plain = "SELECT day / 100, origin, destination, channel, category, buyer_kind, class, certified, role, stage, \
        grade, link, basis, SUM(amount), SUM(count) FROM trade_line \
        GROUP BY day / 100, origin, destination, channel, category, buyer_kind, class, certified, role, stage, grade, \
        link, basis";
    let start = Moment::now();
    let mut groups = 0_u64;
    db.read(async |tx| {
        tx.for_each_dynamic(plain.to_owned(), Vec::new(), |_| {
            groups += 1;
            Ok(())
        })
        .await
    })
    .await?;
    let grouping = start.elapsed().as_secs_f64();
    let in_force = db.read(async |tx| definitions::in_force(tx).await).await?;
    let all: Vec<_> = in_force.into_iter().map(|one| (one.code, one.version)).collect();
    let start = Moment::now();
    let (mut read, mut cells) = (0.0, 0);
    cube::rebuild(&db, &all, |note| match note {
        cube::Progress::Read { .. } => read = start.elapsed().as_secs_f64(),
        cube::Progress::Written { of, .. } => cells = of,
    })
    .await?;
    let rebuild = start.elapsed().as_secs_f64();
    println!("plain grouping      {grouping:>10.2} s, {groups} groups");
    println!(
        "rebuild             {rebuild:>10.2} s, {:.2} times; {} definitions, {cells} cells, lines read in {read:.2} s",
        rebuild / grouping,
        all.len()
    );
    figures(&db).await?;
    let start = Moment::now();
    println!(
        "difference          {:?} after {:.2} s",
        cube::verify(&db).await?,
        start.elapsed().as_secs_f64()
    );
    Ok(())
}

async fn figures(db: &Db) -> Result<(), Box<dyn std::error::Error>> {
    let total = FigureQuery::total("gd-3y");
    let queries = [
        ("total", total.clone()),
        ("by county", total.clone().by(Axis::Origin)),
        ("one county by month", total.clone().by(Axis::Month).only(Axis::Origin, 460_122)),
        ("one seller by month", total.clone().by(Axis::Month).only(Axis::Seller, 77 * 0x0123_4567_89AB)),
        ("three axes", total.only(Axis::Origin, 460_122).only(Axis::Stage, 4).by(Axis::Month)),
    ];
    let figures = Figures::default();
    for (name, query) in queries {
        let mut times = Vec::new();
        for _ in 0..20 {
            let start = Moment::now();
            db.read(async |tx| figures.figure(tx, &query).await).await?;
            times.push(start.elapsed().as_secs_f64() * 1000.0);
        }
        let cold = times.remove(0);
        times.sort_by(f64::total_cmp);
        println!("{name:<20}{cold:>10.2} ms cold, {:.3} ms warm", times.get(10).copied().unwrap_or(0.0));
    }
    Ok(())
}
