//! `cargo xtask ci`: the checks, cheapest first, then every test.

use std::process::Command;

use anyhow::Result;

use crate::{
    arch,
    shell::{Shell, find, output},
    system::{self, Need},
    test, web,
};

/// The spelling checker comes from Python's package index, which carries it built; building it takes minutes.
const TYPOS: &str = "1.52.0";

/// What `cargo xtask ci` takes.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Only the checks, without the tests
    #[arg(long)]
    checks: bool,
}

/// `cargo xtask ci`.
pub(crate) fn task(sh: &Shell, args: &Args) -> Result<()> {
    checks(sh)?;
    if args.checks { Ok(()) } else { test::all(sh, false) }
}

fn checks(sh: &Shell) -> Result<()> {
    system::require(sh, &[Need::Compiler, Need::Node, Need::Python])?;
    sh.step("format", || sh.run(&mut sh.cargo(&["fmt", "--all", "--", "--check"])))?;
    spelling(sh)?;
    arch::task(sh)?;
    web::build(sh)?;
    web::check(sh)?;
    sh.step("clippy", || {
        sh.run(&mut sh.cargo(&["clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"]))
    })?;
    sh.step("documentation", || {
        let mut doc = sh.cargo(&["doc", "--workspace", "--no-deps", "--quiet"]);
        sh.run(doc.env("RUSTDOCFLAGS", "-D warnings"))
    })?;
    dependencies(sh)
}

fn spelling(sh: &Shell) -> Result<()> {
    sh.step("spelling", || {
        let own = sh.target().join("xtask/typos");
        let program = match find("typos") {
            Some(installed) => installed,
            None => own.join("bin/typos"),
        };
        let wanted = format!("typos-cli {TYPOS}");
        let is_there = output(Command::new(&program).arg("--version")).is_ok_and(|version| version == wanted);
        if !is_there && program.starts_with(&own) {
            sh.run(sh.command("python3").args(["-m", "venv", own.as_str()]))?;
            let mut pip = sh.command(own.join("bin/pip"));
            sh.run(pip.args([
                "install",
                "--quiet",
                "--disable-pip-version-check",
                &format!("typos=={TYPOS}"),
            ]))?;
        }
        sh.run(&mut sh.command(program))
    })
}

/// Licences, sources and duplicates of the dependencies. Advisories need a database from outside: `cargo deny check`.
fn dependencies(sh: &Shell) -> Result<()> {
    if find("cargo-deny").is_none() {
        sh.say("dependencies: not checked, cargo-deny is not installed (`cargo install cargo-deny`)");
        return Ok(());
    }
    sh.step("dependencies", || {
        sh.run(&mut sh.cargo(&["deny", "--offline", "check", "bans", "licenses", "sources"]))
    })
}
