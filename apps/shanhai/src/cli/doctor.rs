//! `shanhai doctor`: what is needed to run, and whether it is there.

use std::process::ExitCode;

use sh_access::users;
use sh_db::{Db, Engine};

use super::out;
use crate::wiring::{self, Place};

#[derive(Debug, clap::Args)]
pub(crate) struct Doctor {}

/// Free space below which a full import may not end well.
const FREE_BYTES_MIN: u64 = 2 * 1024 * 1024 * 1024;

impl Doctor {
    pub(crate) async fn run(self, place: &Place) -> anyhow::Result<ExitCode> {
        let mut well = say("data folder", &writable(place))?;
        well &= say("free space", &free_space(place))?;
        match wiring::open_database(place).await {
            Ok(db) => {
                let engine = match db.engine() {
                    Engine::Sqlite => "SQLite",
                    Engine::Postgres => "PostgreSQL",
                };
                well &= say("database", &Ok(format!("{engine} answers")))?;
                let schema = schema(&db).await;
                well &= say("schema", &schema)?;
                if schema.is_ok() {
                    well &= say("sums", &sums(&db).await)?;
                    well &= say("accounts", &accounts(&db).await)?;
                }
                db.close().await;
            }
            Err(error) => well &= say("database", &Err(format!("{error:#}")))?,
        }
        well &= say("pages", &assets())?;
        let counties = sh_regions::Regions::get().listed_counties().len();
        well &= say("divisions", &Ok(format!("{counties} listed counties")))?;
        Ok(if well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

fn say(what: &str, outcome: &Result<String, String>) -> anyhow::Result<bool> {
    match outcome {
        Ok(text) => out::say(&format!("ok    {what}: {text}"))?,
        Err(text) => out::say(&format!("FAIL  {what}: {text}"))?,
    }
    Ok(outcome.is_ok())
}

fn writable(place: &Place) -> Result<String, String> {
    let probe = place.data.join(".doctor");
    std::fs::create_dir_all(&place.data)
        .and_then(|()| std::fs::write(&probe, b"probe"))
        .and_then(|()| std::fs::remove_file(&probe))
        .map(|()| format!("{} can be written", place.data))
        .map_err(|error| format!("{} cannot be written: {error}", place.data))
}

/// Asks `df`, which every Unix has, for the free bytes of the data folder.
fn free_space(place: &Place) -> Result<String, String> {
    let output = std::process::Command::new("df")
        .args(["-P", "-k", place.data.as_str()])
        .output()
        .map_err(|error| format!("df cannot be run: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let free = text
        .lines()
        .nth(1)
        .and_then(|line| line.split_whitespace().nth(3))
        .and_then(|kib| kib.parse::<u64>().ok())
        .ok_or_else(|| "df gave no answer".to_owned())?
        * 1024;
    let gib = free / (1024 * 1024 * 1024);
    if free < FREE_BYTES_MIN {
        Err(format!("only {gib} GiB are free"))
    } else {
        Ok(format!("{gib} GiB are free"))
    }
}

async fn schema(db: &Db) -> Result<String, String> {
    match db.pending(&wiring::migrations()).await {
        Ok(0) => Ok("up to date".to_owned()),
        Ok(count) => Err(format!("{count} steps are missing; run `shanhai migrate`")),
        Err(error) => Err(error.to_string()),
    }
}

/// Whether the sums of every definition in force are kept ready.
async fn sums(db: &Db) -> Result<String, String> {
    match sh_statistics::cube::missing(db).await {
        Ok(missing) if missing.is_empty() => Ok("kept ready for every definition".to_owned()),
        Ok(missing) => {
            let names: Vec<String> =
                missing.iter().map(|(code, version)| format!("{code}/{version}")).collect();
            Err(format!("not made for {}; run `shanhai migrate`", names.join(", ")))
        }
        Err(error) => Err(error.to_string()),
    }
}

/// Whether anybody can sign in.
async fn accounts(db: &Db) -> Result<String, String> {
    match db.read(async |tx| users::is_anybody_there(tx).await).await {
        Ok(true) => Ok("somebody can sign in".to_owned()),
        Ok(false) => {
            Err("nobody can sign in; run `shanhai user add LOGIN --name NAME --organisation NAME`".to_owned())
        }
        Err(error) => Err(error.to_string()),
    }
}

fn assets() -> Result<String, String> {
    if sh_ui::assets_built() {
        Ok("style sheets and scripts are built in".to_owned())
    } else {
        Err("built without style sheets; run `cargo xtask web` and build again".to_owned())
    }
}
