//! `shanhai audit`: does everything that is published still follow from what came in?

use std::process::ExitCode;

use sh_db::DbError;
use sh_http::Settings;

use super::out;
use crate::wiring::{self, Place};

#[derive(Debug, clap::Args)]
pub(crate) struct Audit {}

impl Audit {
    /// Runs every check; tells the first difference that each finds, and ends with 1 if there is one.
    pub(crate) async fn run(self, place: &Place) -> anyhow::Result<ExitCode> {
        let app = wiring::open(place, Settings::default()).await?;
        let ledger: Result<_, DbError> = app.db.read(async |tx| sh_ledger::verify(tx).await).await;
        let orders: Result<_, DbError> = app.db.read(async |tx| sh_mall::verify(tx).await).await;
        let checks = [
            ("files = their hashes", sh_trade::service::imports::verify_files(&app).await?),
            ("trades = decisions replayed", wiring::replay(&app).await?),
            ("cube = recomputation", sh_statistics::cube::verify(&app.db).await?.map(|d| d.to_string())),
            ("ledger = its postings, sealed", ledger?.map(|found| found.to_string())),
            ("orders = their lines, lots, money and figures", orders?.map(|found| found.to_string())),
            (
                "releases = their hashes and values",
                sh_statistics::releases::verify_releases(&app.db).await?.first().map(ToString::to_string),
            ),
        ];
        let mut code = ExitCode::SUCCESS;
        for (what, difference) in checks {
            match difference {
                None => out::say(&format!("ok    {what}"))?,
                Some(difference) => {
                    out::say(&format!("FAIL  {what}: first difference: {difference}"))?;
                    code = ExitCode::FAILURE;
                }
            }
        }
        Ok(code)
    }
}
