//! `shanhai migrate`: bring the schema up to date.

use std::process::ExitCode;

use crate::wiring::{self, Place};

#[derive(Debug, clap::Args)]
pub(crate) struct Migrate {}

impl Migrate {
    #[expect(clippy::print_stdout, reason = "the answer of a command")]
    pub(crate) async fn run(self, place: &Place) -> anyhow::Result<ExitCode> {
        let db = wiring::open_database(place).await?;
        let count = db.migrate(&wiring::migrations()).await?;
        // A new version of the program may keep other sums.
        sh_statistics::cube::build_missing(&db, |_| ()).await?;
        db.close().await;
        match count {
            0 => println!("The schema is up to date."),
            count => println!("{count} steps applied; the schema is up to date."),
        }
        Ok(ExitCode::SUCCESS)
    }
}
