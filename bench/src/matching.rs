//! `match`: a million claims against a million trades, with labels; and Splink on the same claims.

use std::{collections::HashMap, sync::Mutex, time::Instant};

use anyhow::Context as _;
use camino::Utf8Path;
use sh_db::Engine;
use sh_kernel::{Clock as _, IdGen, SystemClock};
use sh_statistics::{cube::CubeSink, definitions};
use sh_trade::service::match_run::{MatchProgress, MatchReport, MatchRun, Phase, run as match_claims};
use uuid::Uuid;

use crate::{
    Setup,
    claims::{self, Claims, Told},
    engine::{Base, title},
    process,
    quality::{Judged, Quality},
    report::{Line, Report, say},
};

/// Claims that come in upon as many trades: the smaller and the ten times larger size.
const SIZES: [usize; 2] = [100_000, 1_000_000];
const SIZES_QUICK: [usize; 2] = [10_000, 100_000];
/// The number by which a waiting claim is stored.
const WAITING: i64 = 5;

/// Measures and reports.
pub(crate) async fn run(report: &mut Report, setup: &Setup) -> anyhow::Result<()> {
    let sizes = if setup.quick { SIZES_QUICK } else { SIZES };
    let mut seconds: HashMap<&str, Vec<f64>> = HashMap::new();
    for (round, size) in sizes.into_iter().enumerate() {
        let claims = Claims::make(&setup.engines.folder, size)?;
        for engine in &setup.engines.wanted {
            let taken = measure(report, setup, *engine, &claims, round == 1).await?;
            seconds.entry(title(*engine)).or_default().push(taken);
        }
        if round == 0 {
            compare(report, setup, &claims).await?;
        }
    }
    for (engine, taken) in seconds {
        if let [small, large] = taken[..] {
            report.add(
                Line::new("match", format!("ten times the claims, {engine}"), large, "s")
                    .floor(small, "a tenth of them")
                    .at_most(12.0),
            );
        }
    }
    Ok(())
}

/// Lets the first half stand, times the second half against it, and judges the result.
async fn measure(
    report: &mut Report,
    setup: &Setup,
    engine: Engine,
    claims: &Claims,
    timed: bool,
) -> anyhow::Result<f64> {
    let base = setup.engines.create(engine, "match").await?;
    definitions::install_defaults(&base.db, SystemClock.now()).await?;
    claims::put(&base, &claims.sources, &claims.standing).await?;
    let (first, _, _) = matched(&base).await?;
    base.settle().await?;
    claims::put(&base, &claims.sources, &claims.coming).await?;
    let (taken, phases, told) = matched(&base).await?;
    let (come, stand) = (claims.coming.len(), claims.standing.len());
    let line =
        Line::new("match", format!("{come} claims against {stand} trades, {}", title(engine)), taken, "s")
            .phases(phases)
            .note(format!(
                "{} new trades, {} ties written; the first {stand} took {first:.1} s",
                told.trades_new, told.ties_written
            ));
    report.add(if timed && !setup.quick { line.at_most(60.0) } else { line });
    let (quality, queue) = judge(&base, &[&claims.standing, &claims.coming]).await?;
    report_quality(report, &format!("{} claims, {}", come + stand, title(engine)), quality, Some(queue));
    setup.engines.remove(base).await?;
    Ok(taken)
}

fn report_quality(report: &mut Report, what: &str, quality: Quality, queue: Option<f64>) {
    for (name, value, least) in [
        ("precision", quality.precision, 0.999),
        ("recall", quality.recall, 0.98),
        ("precision between sources", quality.precision_between_sources, 0.999),
        ("recall between sources", quality.recall_between_sources, 0.98),
    ] {
        report.add(Line::new("match", format!("{name}, {what}"), value, "").at_least(least));
    }
    if let Some(queue) = queue {
        let line = Line::new("match", format!("claims that wait for a person, {what}"), queue * 100.0, "%");
        report.add(line.at_most(2.0));
    }
}

/// Matches everything that is new. Returns the seconds, where they went, and what the run did.
async fn matched(base: &Base) -> anyhow::Result<(f64, Vec<(String, f64)>, MatchReport)> {
    let sink = CubeSink::default();
    let ids = IdGen::new();
    let begun = Instant::now();
    let marks: Mutex<[Option<f64>; 2]> = Mutex::new([None; 2]);
    let progress = |told: MatchProgress| {
        if let Ok(mut marks) = marks.lock() {
            let mark = match told.phase {
                Phase::Reading => return true,
                // A run that has to widen its days reads and resolves again: the last time counts.
                Phase::Resolving => &mut marks[0],
                Phase::Writing => {
                    marks[1].get_or_insert(begun.elapsed().as_secs_f64());
                    return true;
                }
            };
            *mark = Some(begun.elapsed().as_secs_f64());
        }
        true
    };
    let mut run = MatchRun::new(&base.db, &SystemClock, &ids, &sink);
    run.progress = &progress;
    let told = match_claims(&run, Some(days()?)).await?;
    let total = begun.elapsed().as_secs_f64();
    let [resolving, writing] = marks.into_inner().unwrap_or_default();
    let (resolving, writing) = (resolving.unwrap_or(total), writing.unwrap_or(total));
    let phases = [
        ("reading the claims".to_owned(), resolving),
        ("comparing, tying, planning".to_owned(), writing - resolving),
        ("writing ties, trades, lines, waiting cube lines".to_owned(), total - writing),
    ];
    Ok((total, phases.into(), told))
}

fn days() -> anyhow::Result<(sh_kernel::Day, sh_kernel::Day)> {
    Ok((sh_kernel::Day::new(2018, 1, 1)?, sh_kernel::Day::new(2020, 12, 31)?))
}

/// Compares the ties that stand with the labels. Also gives the part of the claims that wait.
async fn judge(base: &Base, halves: &[&[Told]]) -> anyhow::Result<(Quality, f64)> {
    let mut ties: HashMap<Uuid, (Option<Uuid>, i64)> = HashMap::new();
    let text = "SELECT claim, trade, state FROM tie".to_owned();
    base.db
        .read(async |tx| {
            tx.for_each_dynamic(text.clone(), Vec::new(), |row| {
                ties.insert(row.get(0)?, (row.get(1)?, row.get(2)?));
                Ok(())
            })
            .await
        })
        .await?;
    let mut trades: HashMap<Uuid, u32> = HashMap::new();
    let (mut judged, mut waiting, mut all) = (Vec::new(), 0_u32, 0_u32);
    for told in halves.iter().flat_map(|half| half.iter()) {
        let (trade, state) = ties.get(&told.id).context("a claim was left without a tie")?;
        all += 1;
        waiting += u32::from(*state == WAITING);
        if told.is_return() {
            continue;
        }
        let next = u32::try_from(trades.len())?;
        // A claim without a trade stands alone.
        let trade = *trades.entry(trade.unwrap_or(told.id)).or_insert(next);
        judged.push(Judged { trade, sale: told.sale, source: told.source });
    }
    Ok((Quality::of(&judged), f64::from(waiting) / f64::from(all.max(1))))
}

/// What Splink says.
#[derive(Debug, serde::Deserialize)]
struct Splink {
    version: String,
    engine: String,
    steps: std::collections::BTreeMap<String, f64>,
    pairs: u64,
    thresholds: std::collections::BTreeMap<String, Quality>,
}

/// All claims at once, by the product and by Splink.
async fn compare(report: &mut Report, setup: &Setup, claims: &Claims) -> anyhow::Result<()> {
    let Some(python) = &setup.python else { return Ok(()) };
    let engine = *setup.engines.wanted.first().context("no engine")?;
    let base = setup.engines.create(engine, "match").await?;
    definitions::install_defaults(&base.db, SystemClock.now()).await?;
    claims::put(&base, &claims.sources, &claims.standing).await?;
    claims::put(&base, &claims.sources, &claims.coming).await?;
    let (ours, phases, _) = matched(&base).await?;
    let (quality, _) = judge(&base, &[&claims.standing, &claims.coming]).await?;
    setup.engines.remove(base).await?;
    let path = setup.engines.folder.join("claims.csv");
    let all = claims.standing.iter().chain(&claims.coming);
    let count = claims::export(&path, &claims.sources, all)?;
    let told = splink(python, &path)?;
    std::fs::remove_file(&path)?;
    let seconds: f64 = told.steps.iter().filter(|(name, _)| *name != "loading").map(|step| step.1).sum();
    report.add(
        Line::new("match", format!("{count} claims at once, {}", title(engine)), ours, "s")
            .times_faster_than(seconds, format!("Splink {} on DuckDB {}", told.version, told.engine))
            .phases(phases),
    );
    for (step, seconds) in &told.steps {
        say(&format!("             Splink, {step}: {seconds:.1} s"));
    }
    let usual = told.thresholds.get("0.95").context("no result at 0.95")?;
    let best = told.thresholds.iter().max_by(|a, b| a.1.balance().total_cmp(&b.1.balance()));
    let (threshold, best) = best.context("no result")?;
    for (name, pick) in [
        ("precision between sources", (|one| one.precision_between_sources) as fn(&Quality) -> f64),
        ("recall between sources", |one| one.recall_between_sources),
    ] {
        let line = Line::new("match", format!("{name}, {count} claims at once"), pick(&quality), "");
        report.add(line.floor(pick(best), format!("Splink at {threshold}, its best")).note(format!(
            "Splink at 0.95: {:.4}; it scored {} pairs",
            pick(usual),
            told.pairs
        )));
    }
    Ok(())
}

fn splink(python: &Utf8Path, path: &Utf8Path) -> anyhow::Result<Splink> {
    Ok(serde_json::from_value(process::python(python, "match.py", &[path.as_str()])?)?)
}
