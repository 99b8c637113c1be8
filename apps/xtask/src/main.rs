//! The tasks of the house: `cargo xtask demo`, `test`, `ci` and their parts.
//!
//! One file per task. Everything a task needs beyond Rust itself is checked by [`system`] and installed after saying so;
//! everything a task makes lies under `target/`.

mod arch;
mod bench;
mod ci;
mod count;
mod demo;
mod e2e;
mod hash;
mod node;
mod postgres;
mod shell;
mod system;
mod test;
mod web;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::shell::Shell;

/// Builds, tests and shows Shanhai.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", disable_version_flag = true)]
struct Cli {
    /// Only say what would be run and installed
    #[arg(long, global = true)]
    dry_run: bool,
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Check the system packages that the tasks need, and install what is missing
    System,
    /// Build style sheets, scripts and icons into web/dist
    Web,
    /// Build the program and start it on the demonstration data
    Demo(demo::Args),
    /// Run every test: the workspace on both engines, then the browser tests
    Test(test::Args),
    /// Run the browser tests on a fresh small demonstration
    E2e(e2e::Args),
    /// Run what continuous integration runs: checks, then every test
    Ci(ci::Args),
    /// Check the edges between crates and the other rules in arch.toml
    Arch,
    /// Build and run the benchmarks, with a durable PostgreSQL beside them
    Bench(bench::Args),
    /// Run a command with a private PostgreSQL server up and its address in `SHANHAI_TEST_POSTGRES`
    Postgres(postgres::Args),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(&cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: &Cli) -> anyhow::Result<()> {
    shell::catch_interrupts()?;
    let sh = Shell::new(cli.dry_run)?;
    let outcome = match &cli.task {
        Task::System => system::task(&sh),
        Task::Web => web::task(&sh),
        Task::Demo(args) => demo::task(&sh, args),
        Task::Test(args) => test::task(&sh, args),
        Task::E2e(args) => e2e::task(&sh, args),
        Task::Ci(args) => ci::task(&sh, args),
        Task::Arch => arch::task(&sh),
        Task::Bench(args) => bench::task(&sh, args),
        Task::Postgres(args) => postgres::task(&sh, args),
    };
    sh.close();
    outcome
}
