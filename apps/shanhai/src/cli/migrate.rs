//! `shanhai migrate`: bring the schema up to date.

use std::process::ExitCode;

use super::out;
use crate::wiring::{self, Place};

#[derive(Debug, clap::Args)]
pub(crate) struct Migrate {}

impl Migrate {
    pub(crate) async fn run(self, place: &Place) -> anyhow::Result<ExitCode> {
        let db = wiring::open_database(place).await?;
        let count = db.migrate(&wiring::migrations()).await?;
        // A new version of the program may keep other sums.
        sh_statistics::cube::build_missing(&db, |_| ()).await?;
        db.close().await;
        match count {
            0 => out::say("The schema is up to date.")?,
            count => out::say(&format!("{count} steps applied; the schema is up to date."))?,
        }
        Ok(ExitCode::SUCCESS)
    }
}
