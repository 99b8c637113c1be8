//! The command line.

mod audit;
mod demo;
mod doctor;
mod export;
mod figure;
mod import;
mod migrate;
mod out;
mod serve;
mod user;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use sh_ui::Locale;

use crate::wiring::Place;

pub use out::is_nobody_reading;

/// Shanhai 山海: consumption assistance counted once, and open down to one order.
#[derive(Debug, Parser)]
#[command(version, about, propagate_version = true)]
pub struct Cli {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Prepare the Guangdong 2018–2020 demonstration and serve it.
    Demo(demo::Demo),
    /// Take in files of one source: check, then post.
    Import(import::Import),
    /// Look at figures.
    Figure(figure::FigureCommand),
    /// Write the lines behind the figures to a file.
    Export(export::Export),
    /// Check that everything published still follows from what came in; ends with 1 and the first difference if not.
    Audit(audit::Audit),
    /// Bring the schema of the database up to date.
    Migrate(migrate::Migrate),
    /// Check that everything the program needs is there.
    Doctor(doctor::Doctor),
    /// Answer requests until stopped.
    Serve(serve::Serve),
    /// Make accounts, the first administrator above all.
    User(user::UserCommand),
}

/// Language of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Language {
    Zh,
    En,
}

impl Language {
    const fn locale(self) -> Locale {
        match self {
            Self::Zh => Locale::Zh,
            Self::En => Locale::En,
        }
    }
}

impl Cli {
    /// Runs the command. The exit code is 0 if all is well and 1 if the command found that something is not.
    ///
    /// # Errors
    /// If the command could not be run; the program then ends with 2.
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        match self.command {
            Command::Demo(command) => command.run(&self.place).await,
            Command::Import(command) => command.run(&self.place).await,
            Command::Figure(command) => command.run(&self.place).await,
            Command::Export(command) => command.run(&self.place).await,
            Command::Audit(command) => command.run(&self.place).await,
            Command::Migrate(command) => command.run(&self.place).await,
            Command::Doctor(command) => command.run(&self.place).await,
            Command::Serve(command) => command.run(&self.place).await,
            Command::User(command) => command.run(&self.place).await,
        }
    }
}
