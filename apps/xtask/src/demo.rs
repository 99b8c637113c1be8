//! `cargo xtask demo`: from a fresh checkout to the demonstration in the browser.

use std::process::Command;

use anyhow::Result;

use crate::{
    shell::Shell,
    system::{self, Need},
    web,
};

/// What `cargo xtask demo` takes; all of it is handed on to `shanhai demo`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Make the data and stop, without serving it
    #[arg(long)]
    no_serve: bool,
    /// Database address, such as `postgres://user@host/name` [default: SQLite in the data folder]
    #[arg(long, value_name = "URL")]
    database: Option<String>,
    /// Folder for the data
    #[arg(long, value_name = "DIR")]
    data: Option<String>,
    /// How much data to make
    #[arg(long, value_parser = ["small", "article", "full"])]
    scale: Option<String>,
    /// Port to serve on
    #[arg(long, value_name = "N")]
    port: Option<u16>,
}

/// `cargo xtask demo`.
pub(crate) fn task(sh: &Shell, args: &Args) -> Result<()> {
    system::require(sh, &[Need::Compiler, Need::Node])?;
    web::build(sh)?;
    release(sh)?;
    // Not a step: what the program says from here on is for the one who started it.
    sh.run(&mut command(sh, args))
}

/// Builds the program with `web/dist` and the texts inside.
fn release(sh: &Shell) -> Result<()> {
    sh.step("release build", || sh.run(&mut sh.cargo(&["build", "--release", "--package", "shanhai"])))
}

/// The built program.
fn program(sh: &Shell) -> Command {
    sh.command(sh.target().join("release/shanhai"))
}

fn command(sh: &Shell, args: &Args) -> Command {
    let mut command = program(sh);
    command.arg("demo");
    if args.no_serve {
        command.arg("--no-serve");
    }
    let port = args.port.map(|port| port.to_string());
    let pairs =
        [("--database", &args.database), ("--data", &args.data), ("--scale", &args.scale), ("--port", &port)];
    for (name, value) in pairs {
        if let Some(value) = value {
            command.args([name, value]);
        }
    }
    command
}
