//! `figures`: any figure by up to two axes from the cube, beside DuckDB answering the same from the lines, and the full
//! recomputation of the cube beside one plain `SELECT … GROUP BY`.

use std::{
    collections::BTreeMap,
    io::{BufWriter, Write as _},
    time::Instant,
};

use anyhow::Context as _;
use camino::Utf8Path;
use sh_db::{Db, Engine, binds};
use sh_kernel::Clock as _;
use sh_statistics::{
    Answered, Cuboid, Figure, FigureQuery, Figures,
    cube::{self, Progress},
    definition::Definition,
    definitions,
};
use sh_trade::axes::Axis;

use crate::{
    Setup,
    dice::Dice,
    engine::{Base, title},
    lines::{CSV_COLUMNS, LINES_PER_POSTING, World},
    process,
    raw::Rows,
    report::{Line, Report, percentile, say},
    tables,
};

const LINES: u64 = 10_000_000;
const LINES_QUICK: u64 = 1_000_000;
const QUESTIONS: usize = 400;
/// The definition that is asked: four conditions and a period.
const CODE: &str = "gd-3y";

/// Measures and reports.
pub(crate) async fn run(report: &mut Report, setup: &Setup) -> anyhow::Result<()> {
    let lines = if setup.quick { LINES_QUICK } else { LINES };
    let world = World::new()?;
    let csv = setup.engines.folder.join("lines.csv");
    export(&world, lines, &csv)?;
    let questions = questions(&world, lines);
    let mut duck: Option<Duck> = None;
    for engine in &setup.engines.wanted {
        let base = setup.engines.create(*engine, "figures").await?;
        let seconds = fill(&base, &world, lines).await?;
        say(&format!("  {lines} lines are in {} after {seconds:.0} s", title(*engine)));
        recompute(report, &base, *engine, lines).await?;
        let definition = base.db.read(async |tx| definitions::find(tx, CODE, None).await).await?;
        if duck.is_none()
            && let Some(python) = &setup.python
        {
            duck = Some(ask_duckdb(python, &csv, &definition, &questions, &setup.engines.folder)?);
        }
        ask(report, &base.db, *engine, &questions, duck.as_ref()).await?;
        beyond(report, &base.db, *engine).await?;
        setup.engines.remove(base).await?;
    }
    std::fs::remove_file(&csv).context("the exported lines")?;
    Ok(())
}

fn export(world: &World, lines: u64, path: &Utf8Path) -> anyhow::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 20, std::fs::File::create(path)?);
    let names: Vec<&str> = CSV_COLUMNS.iter().map(|column| column.0).collect();
    writeln!(out, "{}", names.join(","))?;
    for number in 0..lines {
        world.draw(number).write(&mut out)?;
    }
    Ok(out.flush()?)
}

/// Puts the lines into the table, raw, and the product's own definitions beside them.
async fn fill(base: &Base, world: &World, lines: u64) -> anyhow::Result<f64> {
    let begun = Instant::now();
    let mut raw = base.raw().await?;
    let now = sh_kernel::SystemClock.now();
    let mut postings = Rows::new(tables::POSTINGS);
    for posting in 0..lines.div_ceil(LINES_PER_POSTING) {
        let first = posting * LINES_PER_POSTING;
        let rows = world.rows(first..lines.min(first + LINES_PER_POSTING))?;
        raw.begin().await?;
        raw.insert(&rows, 0..rows.len()).await?;
        raw.commit().await?;
        let seq = i64::try_from(posting + 1)?;
        postings.push(binds![seq, now, 20_201_201, None::<uuid::Uuid>, "import"])?;
    }
    raw.begin().await?;
    raw.insert(&postings, 0..postings.len()).await?;
    raw.commit().await?;
    raw.close().await?;
    base.settle().await?;
    Ok(begun.elapsed().as_secs_f64())
}

/// How long the program takes to make every sum again, beside one plain question to the lines.
async fn recompute(report: &mut Report, base: &Base, engine: Engine, lines: u64) -> anyhow::Result<()> {
    definitions::install_defaults(&base.db, sh_kernel::SystemClock.now()).await?;
    base.settle().await?;
    let all: Vec<(String, i64)> = base
        .db
        .read(async |tx| definitions::in_force(tx).await)
        .await?
        .into_iter()
        .map(|definition| (definition.code, definition.version))
        .collect();
    let one = vec![(CODE.to_owned(), 1)];
    let mut raw = base.raw().await?;
    let begun = Instant::now();
    raw.drain("SELECT day / 100, origin, SUM(amount), SUM(count) FROM trade_line GROUP BY day / 100, origin")
        .await?;
    let floor = begun.elapsed().as_secs_f64();
    raw.close().await?;
    for set in [one, all] {
        let (seconds, phases) = rebuild(&base.db, &set).await?;
        let count = u32::try_from(set.len())?;
        let what = format!("recompute {count} definition(s) over {lines} lines, {}", title(engine));
        report.add(
            Line::new("figures", what, seconds, "s")
                .floor(floor * f64::from(count), "SELECT … GROUP BY month, origin, once for each definition")
                .at_most(3.0)
                .note(format!("{:.1} times one such query", seconds / floor))
                .phases(phases),
        );
    }
    base.settle().await
}

async fn rebuild(db: &Db, set: &[(String, i64)]) -> anyhow::Result<(f64, Vec<(String, f64)>)> {
    let begun = Instant::now();
    let (mut read, mut written, mut cells) = (0.0, 0.0, 0);
    cube::rebuild(db, set, |progress| match progress {
        Progress::Read { .. } => read = begun.elapsed().as_secs_f64(),
        Progress::Written { cells: done, .. } => {
            written = begun.elapsed().as_secs_f64();
            cells = done;
        }
    })
    .await?;
    let total = begun.elapsed().as_secs_f64();
    let phases = [
        ("reading and adding up the lines".to_owned(), read),
        (format!("writing {cells} cells"), written - read),
        ("swapping and removing the old cells".to_owned(), total - written),
    ];
    Ok((total, phases.into()))
}

/// One question, without its definition.
#[derive(Debug, Clone)]
struct Question {
    by: Vec<Axis>,
    filter: Vec<(Axis, i64)>,
}

impl Question {
    fn query(&self) -> FigureQuery {
        FigureQuery { by: self.by.clone(), filter: self.filter.clone(), ..FigureQuery::total(CODE) }
    }

    /// Sellers have by far the most values, so their slices are the largest.
    fn names_sellers(&self) -> bool {
        self.by.contains(&Axis::Seller) || self.filter.iter().any(|(axis, _)| *axis == Axis::Seller)
    }

    /// The same question to the raw lines.
    fn sql(&self, definition: &Definition) -> String {
        let content = &definition.content;
        let mut conditions =
            vec![format!("day BETWEEN {} AND {}", content.from.yyyymmdd(), content.until.yyyymmdd())];
        for clause in &content.clauses {
            let parts: Vec<String> = clause
                .0
                .iter()
                .map(|one| {
                    let values: Vec<String> = one.any_of.iter().map(ToString::to_string).collect();
                    let not = if one.not { "NOT " } else { "" };
                    format!("{} {not}IN ({})", expression(one.axis), values.join(", "))
                })
                .collect();
            conditions.push(format!("({})", parts.join(" OR ")));
        }
        conditions.extend(self.filter.iter().map(|(axis, value)| format!("{} = {value}", expression(*axis))));
        let keys: Vec<String> = self.by.iter().map(|axis| expression(*axis).to_owned()).collect();
        let (select, group) = if keys.is_empty() {
            (String::new(), String::new())
        } else {
            (format!("{}, ", keys.join(", ")), format!(" GROUP BY {}", keys.join(", ")))
        };
        format!(
            "SELECT {select}SUM(amount), SUM(\"count\") FROM line WHERE {}{group}",
            conditions.join(" AND ")
        )
    }
}

const fn expression(axis: Axis) -> &'static str {
    match axis {
        Axis::Year => "day // 10000",
        Axis::Month => "day // 100",
        Axis::OriginProvince => "origin // 10000 * 10000",
        Axis::OriginCity => "origin // 100 * 100",
        Axis::Origin => "origin",
        Axis::Destination => "destination",
        Axis::Channel => "channel",
        Axis::Category => "category",
        Axis::BuyerKind => "buyer_kind",
        Axis::Class => "class",
        Axis::Certified => "certified",
        Axis::Role => "role",
        Axis::Stage => "stage",
        Axis::Grade => "grade",
        Axis::Link => "link",
        Axis::Basis => "basis",
        Axis::Seller => "seller",
    }
}

/// Random questions by none to two axes, two of five with a condition, as far as a pair of axes answers them.
fn questions(world: &World, lines: u64) -> Vec<Question> {
    let mut dice = Dice::new(77);
    let mut questions = Vec::new();
    while questions.len() < QUESTIONS {
        let question = draw(&mut dice, world, lines);
        let axes: Vec<Axis> =
            question.by.iter().copied().chain(question.filter.iter().map(|one| one.0)).collect();
        if Cuboid::covering(&axes).is_some() {
            questions.push(question);
        }
    }
    questions
}

fn draw(dice: &mut Dice, world: &World, lines: u64) -> Question {
    let mut by: Vec<Axis> = Vec::new();
    for _ in 0..[0, 1, 2][dice.weighted(&[10, 40, 50])] {
        let axis = Axis::ALL[dice.below(Axis::ALL.len())];
        if !by.contains(&axis) {
            by.push(axis);
        }
    }
    let filter = if dice.chance(400) {
        let axis = Axis::ALL[dice.below(Axis::ALL.len())];
        let line = world.draw(dice.next() % lines);
        vec![(axis, line.value(axis))]
    } else {
        Vec::new()
    };
    Question { by, filter }
}

/// What DuckDB answered.
#[derive(Debug, serde::Deserialize)]
struct Duck {
    version: String,
    /// Milliseconds, amount and number of trades of each question.
    answers: Vec<(f64, i64, i64)>,
}

fn ask_duckdb(
    python: &Utf8Path,
    csv: &Utf8Path,
    definition: &Definition,
    questions: &[Question],
    folder: &Utf8Path,
) -> anyhow::Result<Duck> {
    let asked = folder.join("questions.json");
    let texts: Vec<String> = questions.iter().map(|question| question.sql(definition)).collect();
    let columns: BTreeMap<&str, &str> = CSV_COLUMNS.iter().copied().collect();
    let content = serde_json::json!({ "columns": columns, "order": CSV_COLUMNS.iter().map(|c| c.0).collect::<Vec<_>>(),
        "questions": texts });
    std::fs::write(&asked, content.to_string())?;
    let told = process::python(python, "figures.py", &[csv.as_str(), asked.as_str()])?;
    Ok(serde_json::from_value(told)?)
}

/// Asks every question three times: by a program that remembers nothing, by one that has just started, and once more by
/// that one.
async fn ask(
    report: &mut Report,
    db: &Db,
    engine: Engine,
    questions: &[Question],
    duck: Option<&Duck>,
) -> anyhow::Result<()> {
    let name = title(engine);
    let nothing = Figures::new(0);
    let mut cold = answer(db, &nothing, questions, duck).await?;
    let figures = Figures::default();
    let mut fresh = answer(db, &figures, questions, duck).await?;
    let mut warm = answer(db, &figures, questions, duck).await?;
    let duck_total: Option<f64> = duck.map(|duck| duck.answers.iter().map(|answer| answer.0).sum());
    for (times, what) in [
        (&mut cold, "every slice read from the database"),
        (&mut fresh, "the program has just started"),
        (&mut warm, "the program is running"),
    ] {
        let mut about_sellers: Vec<f64> = times
            .iter()
            .zip(questions)
            .filter(|(_, one)| one.names_sellers())
            .map(|(time, _)| *time)
            .collect();
        let high = percentile(times, 99);
        let line = Line::new(
            "figures",
            format!("{} questions, p99, {name}, {what}", times.len()),
            high,
            "ms",
        )
        .at_most(20.0)
        .note(format!(
            "p50 {:.2} ms, longest {:.1} ms; the {} about sellers, who have the most cells: p50 {:.1} ms",
            percentile(times, 50),
            percentile(times, 100),
            about_sellers.len(),
            percentile(&mut about_sellers, 50)
        ));
        report.add(line);
        let total: f64 = times.iter().sum();
        if let (Some(duck), Some(duck_total)) = (duck, duck_total) {
            let mut theirs: Vec<f64> = duck.answers.iter().map(|answer| answer.0).collect();
            let (their_middle, their_high) = (percentile(&mut theirs, 50), percentile(&mut theirs, 99));
            let other = format!("DuckDB {} from the lines", duck.version);
            let line = Line::new("figures", format!("the same, p99, {name}, {what}"), high, "ms")
                .times_faster_than(their_high, other.clone())
                .note(format!("middle question: DuckDB's {their_middle:.1} ms"));
            report.add(if what.ends_with("running") { line.at_least(20.0) } else { line });
            let asked = questions.len();
            let line =
                Line::new("figures", format!("all {asked} questions together, {name}, {what}"), total, "ms")
                    .times_faster_than(duck_total, other);
            report.add(if what.ends_with("running") { line.at_least(20.0) } else { line });
        }
    }
    Ok(())
}

async fn answer(
    db: &Db,
    figures: &Figures,
    questions: &[Question],
    duck: Option<&Duck>,
) -> anyhow::Result<Vec<f64>> {
    let mut times = Vec::with_capacity(questions.len());
    for (number, question) in questions.iter().enumerate() {
        let query = question.query();
        let begun = Instant::now();
        let figure: Figure = db.read(async |tx| figures.figure(tx, &query).await).await?;
        times.push(begun.elapsed().as_secs_f64() * 1000.0);
        anyhow::ensure!(
            matches!(figure.answered, Answered::Kept(_)),
            "{query:?} was not answered from the cube"
        );
        if let Some((_, amount, trades)) = duck.and_then(|duck| duck.answers.get(number)) {
            anyhow::ensure!(
                (figure.value.0, figure.trades) == (*amount, *trades),
                "{query:?}: the cube says {} fen in {} trades, DuckDB {amount} in {trades}",
                figure.value.0,
                figure.trades
            );
        }
    }
    Ok(times)
}

/// What no pair of axes covers is summed from the lines; told without a target.
async fn beyond(report: &mut Report, db: &Db, engine: Engine) -> anyhow::Result<()> {
    let query = FigureQuery::total(CODE).by(Axis::Destination).by(Axis::Category).only(Axis::Channel, 3);
    let begun = Instant::now();
    let figure: Figure = db.read(async |tx| Figures::default().figure(tx, &query).await).await?;
    let seconds = begun.elapsed().as_secs_f64();
    anyhow::ensure!(figure.answered == Answered::Lines, "three axes are not kept ready");
    let what = format!("a question with three axes, from the lines, {}", title(engine));
    report.add(Line::new("figures", what, seconds, "s"));
    Ok(())
}
