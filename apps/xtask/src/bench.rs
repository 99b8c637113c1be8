//! `cargo xtask bench`: the benchmarks in `bench/`, with a durable PostgreSQL server beside them.

use anyhow::Result;
use camino::Utf8PathBuf;

use crate::{
    hash,
    postgres::{Server, Speed},
    shell::Shell,
    system::{self, Need},
};

/// The variable in which a benchmark finds the Python that has the packages of `bench/requirements.txt`.
const PYTHON: &str = "SHANHAI_BENCH_PYTHON";

/// What `cargo xtask bench` takes.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Benchmarks to run and their options; without any, sh-bench says which there are
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "NAME")]
    arguments: Vec<String>,
}

/// `cargo xtask bench`.
pub(crate) fn task(sh: &Shell, args: &Args) -> Result<()> {
    system::require(sh, &[Need::Compiler, Need::Postgres])?;
    let python = if compares(sh, &args.arguments) { Some(python(sh)?) } else { None };
    // `serve` measures the program; built together, both share one choice of their libraries' features.
    let packages = ["build", "--release", "--package", "sh-bench", "--package", "shanhai"];
    sh.step("release build", || sh.run(&mut sh.cargo(&packages)))?;
    let server = Server::start(sh, Speed::Durable)?;
    let mut command = sh.command(sh.target().join("release/sh-bench"));
    command.args(&args.arguments);
    if let Some(python) = python {
        command.env(PYTHON, python);
    }
    sh.step("benchmarks", || sh.run(server.lend(&mut command)))
}

/// Whether a named benchmark has a script `bench/NAME.py` beside it, which compares with a program from Python's world.
fn compares(sh: &Shell, arguments: &[String]) -> bool {
    arguments.iter().any(|name| sh.root().join("bench").join(format!("{name}.py")).is_file())
}

/// A virtual environment under `target/` with exactly what `bench/requirements.txt` names.
fn python(sh: &Shell) -> Result<Utf8PathBuf> {
    system::require(sh, &[Need::Python])?;
    let requirements = sh.root().join("bench/requirements.txt");
    let folder = sh.target().join("bench/python");
    let python = folder.join("bin/python");
    let stamp = folder.join("stamp");
    let wanted = hash::fingerprint(std::slice::from_ref(&requirements), &[])?;
    if !hash::is_stamped(&stamp, &wanted) {
        sh.step("Python packages", || {
            sh.run(sh.command("python3").args(["-m", "venv", "--clear", folder.as_str()]))?;
            let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"];
            sh.run(sh.command(&python).args(install).arg(&requirements))?;
            if sh.dry_run() { Ok(()) } else { hash::stamp(&stamp, &wanted) }
        })?;
    }
    Ok(python)
}
