//! `cargo xtask test`: every test there is, in the order in which failing is cheapest.

use anyhow::Result;

use crate::{
    count::{self, Counts},
    e2e,
    postgres::{Server, Speed},
    shell::Shell,
    system::{self, Need},
    web,
};

/// What `cargo xtask test` takes.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Leave out the browser tests
    #[arg(long)]
    quick: bool,
}

/// `cargo xtask test`.
pub(crate) fn task(sh: &Shell, args: &Args) -> Result<()> {
    all(sh, args.quick)
}

/// Runs the tests of the workspace on both engines and, unless `quick`, the browser tests; prints one total.
pub(crate) fn all(sh: &Shell, quick: bool) -> Result<()> {
    system::require(sh, &[Need::Compiler, Need::Node, Need::Postgres])?;
    if !quick {
        system::require(sh, e2e::NEEDS)?;
    }
    web::build(sh)?;
    // Built before the server starts, so that a compile error costs no start and a long build keeps no server waiting.
    sh.step("test build", || sh.run(&mut sh.cargo(&["test", "--workspace", "--no-run", "--quiet"])))?;
    let mut total = Counts::default();
    let mut outcome = workspace(sh, &mut total);
    if outcome.is_ok() && !quick {
        outcome = e2e::run(sh, &e2e::Args::default(), &mut total);
    }
    if !sh.dry_run() {
        total.print()?;
    }
    outcome
}

fn workspace(sh: &Shell, total: &mut Counts) -> Result<()> {
    let server = Server::start(sh, Speed::Fast)?;
    sh.step("tests of the workspace on SQLite and PostgreSQL", || {
        let mut command = sh.cargo(&["test", "--workspace", "--no-fail-fast"]);
        let (counts, outcome) = count::run(sh, server.lend(&mut command))?;
        total.join(counts);
        outcome
    })
}
