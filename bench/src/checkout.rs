//! `checkout`: an order through the ledger and the group commit, beside the same order written one transaction each and
//! beside what the engine gives for one durable row.
//!
//! First the bare path: order, parts, lines, reservation, transfers, balances, seal, answer, audit, outbox. Then the mall's
//! own orders, which write more, beside the same floors: in the process, and over HTTP with basket, quotation and payment.

mod floor;
mod journey;
mod load;
mod mall;
mod market;
mod orders;

use std::{process::Command, sync::Arc};

use anyhow::Context as _;
use camino::Utf8PathBuf;
use sh_db::{DbError, Engine, GroupCommit, Limits, Options};
use sh_kernel::{IdGen, SystemClock};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    Setup,
    engine::{Base, title},
    report::{Line, Report},
};
use load::{Measured, Shape};
use orders::{MIGRATIONS, Orders};

/// Callers that ask at the same time.
const CALLERS: [usize; 3] = [1, 64, 512];
/// Connections of the engine that gets one transaction for each order.
const POOL: u32 = 32;
/// Seconds of each measurement.
const SECONDS: u64 = 5;
const SECONDS_QUICK: u64 = 2;
/// Orders that are there before the last measurement.
const HISTORY: u64 = 5_000_000;
const HISTORY_QUICK: u64 = 100_000;

/// Measures and reports.
pub(crate) async fn run(report: &mut Report, setup: &Setup) -> anyhow::Result<()> {
    for engine in &setup.engines.wanted {
        measure(report, setup, *engine).await?;
    }
    Ok(())
}

fn seconds(setup: &Setup) -> u64 {
    if setup.quick { SECONDS_QUICK } else { SECONDS }
}

async fn measure(report: &mut Report, setup: &Setup, engine: Engine) -> anyhow::Result<()> {
    let one_row = one_row(report, setup, engine).await?;
    let mut alone = Vec::new();
    for callers in CALLERS {
        alone.push(one_by_one(setup, engine, callers).await?);
    }
    let mut best: Option<Measured> = None;
    for (callers, alone) in CALLERS.into_iter().zip(&alone) {
        let ours = in_groups(setup, engine, callers, Shape::Zipf, 0).await?;
        let line = ours.line(format!("orders, {}, {callers} callers", title(engine)));
        let line = line.floor(alone.rate, format!("a transaction for each order: {}", alone.times()));
        let most = callers == CALLERS[2];
        let target = if engine == Engine::Sqlite { 4.0 } else { 6.0 };
        report.add(if most { line.at_least(target) } else { line });
        if most {
            best = Some(ours);
        }
    }
    let best = best.context("nothing was measured")?;
    let (floor, name, target) = one_row;
    report.add(best.line(format!("the same, {}", title(engine))).floor(floor, name).at_least(target));
    report.add(
        Line::new("checkout", format!("slowest hundredth, {}, 512 callers", title(engine)), best.p99, "ms")
            .floor(best.p50, "half of all orders")
            .at_most(3.0),
    );
    let hot = in_groups(setup, engine, CALLERS[2], Shape::Hot, 0).await?;
    report.add(
        hot.line(format!("half of all orders for one product, {}", title(engine)))
            .floor(best.rate, "spread")
            .at_least(0.8),
    );
    let history = if setup.quick { HISTORY_QUICK } else { HISTORY };
    let after = in_groups(setup, engine, CALLERS[2], Shape::Zipf, history).await?;
    report.add(
        after
            .line(format!("with {history} orders before, {}", title(engine)))
            .floor(best.rate, "empty")
            .at_least(0.6),
    );
    mall::measure(report, setup, engine, &mall::Floors { alone, one_row }).await
}

/// Orders through the sequencer, on a new database, after `history` orders that are not measured.
async fn in_groups(
    setup: &Setup,
    engine: Engine,
    callers: usize,
    shape: Shape,
    history: u64,
) -> anyhow::Result<Measured> {
    let base = setup.engines.create(engine, "checkout").await?;
    base.extend(MIGRATIONS).await?;
    orders::stock(&base.db).await?;
    base.settle().await?;
    let (clock, ids, tasks, end) =
        (Arc::new(SystemClock), Arc::new(IdGen::new()), TaskTracker::new(), CancellationToken::new());
    let batch = Orders { clock, ids };
    let group = GroupCommit::start(base.db.clone(), batch, Limits::default(), &tasks, end.clone());
    let entrance = group.clone();
    let place = move |order| {
        let group = entrance.clone();
        async move { Ok(load::said(&group.submit(order).await?)) }
    };
    let mut placed = 0;
    if history > 0 {
        placed = load::fill(CALLERS[2], shape, history, place.clone()).await?;
        base.settle().await?;
    }
    let before = group.metrics();
    let mut measured = load::drive(callers, shape, seconds(setup), place).await?;
    let after = group.metrics();
    let batches = after.batches.saturating_sub(before.batches).max(1);
    measured.note = format!(
        "{} commands a batch, half of the batches within {} µs",
        after.commands.saturating_sub(before.commands) / batches,
        after.commit_micros.at(500)
    );
    end.cancel();
    tasks.close();
    tasks.wait().await;
    check(&base, placed.saturating_add(measured.placed)).await?;
    setup.engines.remove(base).await?;
    Ok(measured)
}

/// Nothing that was measured may be wrong: as many orders as were accepted, and a ledger that holds.
async fn check(base: &Base, placed: u64) -> anyhow::Result<()> {
    let there = orders::count_in(&base.db, orders::Table::Bench).await?;
    anyhow::ensure!(there == placed, "{placed} orders were accepted, {there} are there");
    let found: Result<_, DbError> = base.db.read(async |tx| sh_ledger::verify(tx).await).await;
    match found? {
        None => Ok(()),
        Some(difference) => anyhow::bail!("the ledger does not hold: {difference}"),
    }
}

/// The same orders, each in a transaction of its own.
async fn one_by_one(setup: &Setup, engine: Engine, callers: usize) -> anyhow::Result<Measured> {
    let options = Options { readers_max: POOL - 4, acquire_seconds: 60, ..Options::default() };
    let base = setup.engines.create_with(engine, "checkout_alone", &options).await?;
    base.extend(MIGRATIONS).await?;
    floor::stock(&base.db).await?;
    base.settle().await?;
    let floor = Arc::new(floor::Floor::new(base.db.clone()));
    let measured = load::drive(callers, Shape::Zipf, seconds(setup), move |order| {
        let floor = Arc::clone(&floor);
        async move { floor.place(&order).await }
    })
    .await?;
    let there = orders::count_in(&base.db, orders::Table::Bench).await?;
    anyhow::ensure!(there == measured.placed, "{} orders were accepted, {there} are there", measured.placed);
    setup.engines.remove(base).await?;
    Ok(measured)
}

/// What the engine gives for one durable row, what that is called, and how many times of it orders must reach.
async fn one_row(
    report: &mut Report,
    setup: &Setup,
    engine: Engine,
) -> anyhow::Result<(f64, &'static str, f64)> {
    let base = setup.engines.create(engine, "checkout_row").await?;
    base.extend(MIGRATIONS).await?;
    let callers = if engine == Engine::Sqlite { 1 } else { 32 };
    let rate = floor::one_row(&base, callers, seconds(setup)).await?;
    report.add(Line::new(
        "checkout",
        format!("one row in a durable transaction, {}, {callers} callers", title(engine)),
        rate,
        "transactions/s",
    ));
    setup.engines.remove(base).await?;
    if engine == Engine::Sqlite {
        return Ok((rate, "one row in a durable transaction", 1.0));
    }
    let Some(program) = pgbench() else { return Ok((rate, "one row in a durable transaction", 1.5)) };
    let base = setup.engines.create(engine, "pgbench").await?;
    let rate = simple_update(&program, &base, seconds(setup))?;
    setup.engines.remove(base).await?;
    report.add(Line::new("checkout", "pgbench -N, 32 clients", rate, "transactions/s"));
    Ok((rate, "pgbench -N -c 32", 1.5))
}

/// Where PostgreSQL's own benchmark lies, if it is installed.
fn pgbench() -> Option<Utf8PathBuf> {
    let output = Command::new("pg_config").arg("--bindir").output().ok();
    let named = output.and_then(|output| String::from_utf8(output.stdout).ok());
    let named = named.map(|folder| Utf8PathBuf::from(folder.trim()).join("pgbench"));
    let usual = (15..=20).rev().map(|version| format!("/usr/lib/postgresql/{version}/bin/pgbench").into());
    named.into_iter().chain(usual).find(|path| path.is_file())
}

fn simple_update(program: &Utf8PathBuf, base: &Base, seconds: u64) -> anyhow::Result<f64> {
    let run = |arguments: &[&str]| -> anyhow::Result<String> {
        let output = Command::new(program).args(arguments).arg(base.address()).output()?;
        anyhow::ensure!(output.status.success(), "pgbench: {}", String::from_utf8_lossy(&output.stderr));
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    };
    run(&["--initialize", "--quiet", "--scale=10"])?;
    let time = format!("--time={seconds}");
    let said = run(&["--skip-some-updates", "--protocol=prepared", "--client=32", "--jobs=2", &time])?;
    let line = said.lines().find_map(|line| line.strip_prefix("tps = ")).context("pgbench names no rate")?;
    line.split_whitespace().next().and_then(|number| number.parse().ok()).context("pgbench names no rate")
}
