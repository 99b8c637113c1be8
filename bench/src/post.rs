//! `post`: trades, lines and sums through the product's own path, beside raw inserts of the same rows.

use std::{sync::Mutex, time::Instant};

use sh_db::{Engine, Insert};
use sh_kernel::{Clock as _, Day, IdGen, SystemClock};
use sh_statistics::{
    cube::{self, CubeSink},
    definitions,
};
use sh_trade::service::match_run::{MatchProgress, MatchRun, Phase, run as match_claims};

use crate::{
    Setup,
    claims::{self, Claims},
    engine::{Base, title},
    raw::Rows,
    report::{Line, Report},
    tables,
};

const TRADES: usize = 200_000;
const TRADES_QUICK: usize = 20_000;
/// What the product writes for trades, and the order in which it lies there.
const WRITTEN: [(Insert, &str); 4] = [
    (tables::POSTINGS, "seq"),
    (tables::LINES, "posting, trade, line"),
    (tables::TRADES, "posting, id"),
    (tables::TIES, "claim"),
];

/// Measures and reports.
pub(crate) async fn run(report: &mut Report, setup: &Setup) -> anyhow::Result<()> {
    let count = if setup.quick { TRADES_QUICK } else { TRADES };
    let claims = Claims::make(&setup.engines.folder, count)?;
    for engine in &setup.engines.wanted {
        measure(report, setup, *engine, &claims).await?;
    }
    Ok(())
}

async fn measure(report: &mut Report, setup: &Setup, engine: Engine, claims: &Claims) -> anyhow::Result<()> {
    let base = setup.engines.create(engine, "post").await?;
    definitions::install_defaults(&base.db, SystemClock.now()).await?;
    claims::put(&base, &claims.sources, &claims.standing).await?;
    let (posting, transactions) = post(&base).await?;
    let mut rows = Vec::new();
    for (insert, order) in WRITTEN {
        rows.push(Rows::of_table(&base.db, insert, order).await?);
    }
    rows.push(Rows::of_table(&base.db, tables::TAIL, "seq").await?);
    let begun = Instant::now();
    cube::fold(&base.db).await?;
    let folding = begun.elapsed().as_secs_f64();
    rows.push(Rows::of_table(&base.db, tables::CELLS, "definition_key, cuboid").await?);
    setup.engines.remove(base).await?;
    let floor = floor(setup, engine, &rows, transactions).await?;
    let lines = rows[1].len();
    let per_second = |seconds: f64| f64::from(u32::try_from(lines).unwrap_or(u32::MAX)) / seconds;
    let counts: Vec<String> =
        rows.iter().map(|rows| format!("{} {}", rows.len(), rows.insert.table)).collect();
    report.add(
        Line::new(
            "post",
            format!("lines posted, {}", title(engine)),
            per_second(posting + folding),
            "lines/s",
        )
        .floor(per_second(floor), "raw inserts of the same rows")
        .at_least(0.4)
        .phases([
            ("writing ties, trades, lines, waiting cube lines".to_owned(), posting),
            ("folding into the cells".to_owned(), folding),
            ("raw inserts".to_owned(), floor),
        ])
        .note(format!("{transactions} transactions; {}", counts.join(", "))),
    );
    Ok(())
}

/// Matches claims that all report different sales, so that each becomes a trade. Returns the seconds from the first
/// write to the last, and the number of transactions.
async fn post(base: &Base) -> anyhow::Result<(f64, usize)> {
    let (sink, ids) = (CubeSink::default(), IdGen::new());
    let first: Mutex<Option<Instant>> = Mutex::new(None);
    let progress = |told: MatchProgress| {
        if told.phase == Phase::Writing
            && let Ok(mut first) = first.lock()
        {
            first.get_or_insert_with(Instant::now);
        }
        true
    };
    let mut run = MatchRun::new(&base.db, &SystemClock, &ids, &sink);
    run.progress = &progress;
    let days = (Day::new(2018, 1, 1)?, Day::new(2020, 12, 31)?);
    let told = match_claims(&run, Some(days)).await?;
    let begun = first.into_inner().ok().flatten();
    let seconds = begun.map_or(0.0, |begun| begun.elapsed().as_secs_f64());
    let transactions = told.postings.map_or(0, |(first, last)| last - first + 1);
    Ok((seconds, usize::try_from(transactions)?))
}

/// The same rows with prepared multi-row inserts in as many transactions; the sums in one more, as the product does.
async fn floor(setup: &Setup, engine: Engine, rows: &[Rows], transactions: usize) -> anyhow::Result<f64> {
    let base = setup.engines.create(engine, "post_floor").await?;
    let mut raw = base.raw().await?;
    let (cells, others) =
        rows.split_last().map_or((&[][..], rows), |(_, others)| (&rows[others.len()..], others));
    let begun = Instant::now();
    for number in 0..transactions {
        raw.begin().await?;
        for rows in others {
            let at = |number: usize| rows.len() * number / transactions;
            raw.insert(rows, at(number)..at(number + 1)).await?;
        }
        raw.commit().await?;
    }
    for rows in cells {
        raw.begin().await?;
        raw.insert(rows, 0..rows.len()).await?;
        raw.commit().await?;
    }
    let seconds = begun.elapsed().as_secs_f64();
    raw.close().await?;
    setup.engines.remove(base).await?;
    Ok(seconds)
}
