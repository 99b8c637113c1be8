//! Measures registers at their largest: `cargo run --example measure -p sh-certification -- ROWS [ADDRESS]` imports so many
//! certificates into a new database (a SQLite file if no address is given) and times every filter of the lists.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a measurement for people")]

use std::{fmt::Write as _, sync::Arc, time::Instant};

use camino::Utf8PathBuf;
use sh_certification::{
    Tally,
    model::State,
    service::{
        imports::{self, check, post},
        look::{self, Filter},
        schemes,
    },
};
use sh_db::{Db, Options};
use sh_http::{App, Context, Page, Settings};
use sh_jobs::Progress;
use sh_kernel::{Day, IdGen, RegionCode, SystemClock};

#[tokio::main]
async fn main() {
    let mut asked = std::env::args().skip(1);
    let rows: u32 = asked.next().and_then(|text| text.parse().ok()).unwrap_or(10_000);
    let folder = tempfile::tempdir().unwrap();
    let data = Utf8PathBuf::from_path_buf(folder.path().to_owned()).unwrap();
    let address = asked.next().unwrap_or_else(|| format!("sqlite:{}", data.join("measure.db")));
    let db = Db::open(&address, &Options::default()).await.unwrap();
    let schema = [
        sh_http::MIGRATIONS,
        sh_access::MIGRATIONS,
        sh_jobs::MIGRATIONS,
        sh_parties::MIGRATIONS,
        sh_certification::MIGRATIONS,
    ];
    db.migrate(&schema.concat()).await.unwrap();
    let clock = Arc::new(SystemClock);
    let app = App::new(db, clock.clone(), Arc::new(IdGen::new()), data.clone(), Settings::default());
    let ctx = Context::system(&app, "measure");
    schemes::install(&ctx, &app).await.unwrap();
    bring_in(&ctx, &app, rows, &data).await;
    ask(&ctx, &app, rows).await;
}

async fn bring_in(ctx: &Context, app: &App, rows: u32, data: &Utf8PathBuf) {
    const PLACES: [&str; 4] = ["贵州毕节威宁", "广西柳州融安县", "云南昭通昭阳区", "广东清远连南"];
    for scheme in ["gba-base", "sz-product"] {
        let mut text = String::from("编号,名称,持证单位,所在地,发证日期,有效期至\n");
        for number in 0..rows / 2 {
            let place = PLACES[number as usize % PLACES.len()];
            let year = 2015 + number % 12;
            writeln!(
                text,
                "{scheme}-{number},第{number}号,第{}合作社,{place},{year}-06-01,{}-05-31",
                number % 5_000,
                year + 3
            )
            .unwrap();
        }
        let path = data.join(format!("{scheme}.csv"));
        std::fs::write(&path, text).unwrap();
        let progress = Progress::detached(Arc::new(SystemClock));
        let began = Instant::now();
        let batch = imports::upload_path(ctx, app, scheme, &path).await.unwrap();
        check::check(ctx, app, batch.id, &progress).await.unwrap();
        let checked = began.elapsed();
        imports::confirm(ctx, app, batch.id).await.unwrap();
        let posted = post::post(ctx, app, batch.id, &progress).await.unwrap().posted;
        println!("{scheme}: checked after {checked:?}, written after {:?}: {posted:?}", began.elapsed());
    }
}

async fn ask(ctx: &Context, app: &App, rows: u32) {
    let day = |number| Day::from_yyyymmdd(number).ok();
    let on = Filter { on: day(20_201_130), ..Filter::default() };
    let state = |state| Filter { state: Some(state), ..on.clone() };
    let place = RegionCode::new(450_000).ok();
    let filters = [
        ("all", on.clone()),
        ("valid", state(State::Valid)),
        ("expired", state(State::Expired)),
        ("suspended: none", state(State::Suspended)),
        (
            "revoked, of a scheme: none",
            Filter { scheme: Some("sz-product".to_owned()), ..state(State::Revoked) },
        ),
        ("of the later scheme", Filter { scheme: Some("sz-product".to_owned()), ..on.clone() }),
        ("valid in a province", Filter { place, ..state(State::Valid) }),
        ("in a county without any", Filter { place: RegionCode::new(110_101).ok(), ..on.clone() }),
        (
            "valid in a county without any",
            Filter { place: RegionCode::new(110_101).ok(), ..state(State::Valid) },
        ),
        (
            "expiring within 60 days",
            Filter { within_days: Some(60), ..Filter { on: day(20_200_501), ..on.clone() } },
        ),
        ("expiring within 10 days: none", Filter { within_days: Some(10), ..on.clone() }),
        ("one name", Filter { text: format!("第{}号", rows / 2 - 1), ..on.clone() }),
        ("a name that is none", Filter { text: "没有这个".to_owned(), ..on.clone() }),
        ("a name that is none, valid", Filter { text: "没有这个".to_owned(), ..state(State::Valid) }),
    ];
    for (name, filter) in filters {
        let mut times = Vec::new();
        let mut found = 0;
        for _ in 0..7 {
            let began = Instant::now();
            found = look::list(ctx, app, &filter, &Page::default()).await.unwrap().items.len();
            times.push(began.elapsed());
        }
        times.sort_unstable();
        println!("{name}: {found} rows, median {:?}, worst {:?}", times[3], times[6]);
    }
    let began = Instant::now();
    let tally = Tally::on(app, day(20_201_130).unwrap()).await.unwrap();
    println!("all counts: {} + {} in {:?}", tally.of("gba-base"), tally.of("sz-product"), began.elapsed());
}
