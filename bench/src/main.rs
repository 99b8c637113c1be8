//! `sh-bench NAME…`: how fast the product is, as ratios to what the machine and the engines give without it.
//!
//! See README.md for what each line means.

mod catalogue;
mod checkout;
mod claims;
mod dice;
mod engine;
mod figures;
mod http;
mod import;
mod lines;
mod matching;
mod post;
mod process;
mod quality;
mod raw;
mod report;
mod serve;
mod tables;

use std::process::ExitCode;

use anyhow::Context as _;
use camino::Utf8PathBuf;
use clap::{Parser, ValueEnum};
use sh_db::Engine;

use crate::{
    engine::Engines,
    report::{Report, say},
};

/// What can be measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
enum Name {
    /// Reading and checking a file, beside a bare cell reader
    Import,
    /// Tying a million claims to a million trades, judged by labels, beside Splink
    Match,
    /// Writing trades, lines and sums, beside raw inserts
    Post,
    /// Answering figures from the cube, beside DuckDB; recomputing the cube, beside a plain query
    Figures,
    /// The running program: start, memory, pages
    Serve,
    /// Product pages and searches among many products, tables of products in
    Catalogue,
    /// Placing orders, beside one transaction for each order and one durable row
    Checkout,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum EngineName {
    Sqlite,
    Postgres,
}

/// Measures the product against floors that are taken in the same run on the same data.
#[derive(Debug, Parser)]
struct Cli {
    /// What to measure, in this order
    #[arg(required_unless_present = "read_once", value_name = "NAME")]
    names: Vec<Name>,
    /// Smaller sizes: shows that everything works and about where it stands
    #[arg(long)]
    quick: bool,
    /// Write the results here, too
    #[arg(long, value_name = "FILE")]
    json: Option<Utf8PathBuf>,
    /// A PostgreSQL server on which databases may be created
    #[arg(long, value_name = "URL", env = sh_testkit::POSTGRES_VARIABLE, hide_env_values = true)]
    postgres: Option<String>,
    /// Only this engine; may be given twice
    #[arg(long, value_name = "ENGINE")]
    engine: Vec<EngineName>,
    /// A Python that has the packages of requirements.txt; without it the comparisons with them are left out
    #[arg(long, value_name = "FILE", env = "SHANHAI_BENCH_PYTHON")]
    python: Option<Utf8PathBuf>,
    /// Where files and SQLite databases are made
    #[arg(long, value_name = "DIR", default_value = "target/bench/work")]
    folder: Utf8PathBuf,
    /// The program that `serve` starts
    #[arg(long, value_name = "FILE", default_value = "target/release/shanhai")]
    program: Utf8PathBuf,
    /// The data that `serve` serves; the demonstration is made there if there are none
    #[arg(long, value_name = "DIR", default_value = "target/bench/data")]
    data: Utf8PathBuf,
    /// The child process of `import`
    #[arg(long, hide = true, value_name = "FILE")]
    read_once: Option<Utf8PathBuf>,
}

/// What every benchmark needs to know.
#[derive(Debug)]
struct Setup {
    quick: bool,
    engines: Engines,
    python: Option<Utf8PathBuf>,
    program: Utf8PathBuf,
    data: Utf8PathBuf,
}

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let cli = Cli::parse();
    if let Some(path) = &cli.read_once {
        say(&import::read_once(path)?.to_string());
        return Ok(ExitCode::SUCCESS);
    }
    std::fs::create_dir_all(&cli.folder).with_context(|| format!("cannot create {}", cli.folder))?;
    let setup = setup(&cli);
    let mut report = Report::new(cli.quick);
    for name in &cli.names {
        match name {
            Name::Import => import::run(&mut report, &setup.engines.folder, cli.quick)?,
            Name::Match => matching::run(&mut report, &setup).await?,
            Name::Post => post::run(&mut report, &setup).await?,
            Name::Serve => serve::run(&mut report, &setup)?,
            Name::Figures => figures::run(&mut report, &setup).await?,
            Name::Catalogue => catalogue::run(&mut report, &setup).await?,
            Name::Checkout => checkout::run(&mut report, &setup).await?,
        }
    }
    say(&report.table());
    if let Some(path) = &cli.json {
        report.write_json(path)?;
    }
    Ok(if report.missed() == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn setup(cli: &Cli) -> Setup {
    let named = |name| cli.engine.is_empty() || cli.engine.contains(&name);
    let mut wanted = Vec::new();
    if named(EngineName::Sqlite) {
        wanted.push(Engine::Sqlite);
    }
    if named(EngineName::Postgres) {
        if cli.postgres.is_some() || cli.engine.contains(&EngineName::Postgres) {
            wanted.push(Engine::Postgres);
        } else {
            say("no PostgreSQL server is given, so only SQLite is measured");
        }
    }
    if cli.python.is_none() {
        say("no Python is given, so nothing is compared with DuckDB and Splink");
    }
    let engines = Engines { folder: cli.folder.clone(), postgres: cli.postgres.clone(), wanted };
    Setup {
        quick: cli.quick,
        engines,
        python: cli.python.clone(),
        program: cli.program.clone(),
        data: cli.data.clone(),
    }
}
