//! How the program is put together: where its data lie, which modules it has, who hears of what.

use std::{sync::Arc, time::Duration};

use anyhow::Context as _;
use axum::Router;
use camino::{Utf8Path, Utf8PathBuf};
use sh_access::phone::{OnScreen, PhoneCodes};
use sh_catalogue::{
    hook::{Buy, Headline, Reviews},
    service::halls::Counts,
};
use sh_db::{Db, Migration, Options};
use sh_http::{App, Context, Module, Settings};
use sh_jobs::Handlers;
use sh_kernel::{IdGen, SystemClock};
use sh_mall::{
    desk::Queue,
    provider::{Providers, bank::Bank, simulator::Simulator},
    token::Keys,
};
use sh_statistics::{
    Figures, Kept,
    cube::{self, CubeSink},
};
use sh_trade::sink::SharedSink;
use sh_webhooks::{Egress, Webhooks};

use crate::hooks;

pub use crate::names::namer;

/// Jobs that run at the same time; each works on one import or recomputation.
const WORKERS: usize = 2;
/// Seconds for which an audit waits for own sales to be matched.
const MATCHING_SECONDS_MAX: u32 = 10;
/// How often it then looks again, while further sales come in.
const REPLAYS_MAX: u32 = 5;
/// How long the statements of accounts rest once they have caught up.
const LEDGER_TRAIL_PAUSE: Duration = Duration::from_secs(1);
/// How long sums that somebody seems to be making are watched for a sign of life before they are given up.
const BUILDER_PATIENCE: Duration = Duration::from_secs(20);

/// The tables that people import by the common engine.
const TABLES: &[&dyn sh_imports::Table] = &[
    &sh_stock::service::table::Lots,
    &sh_mall::service::waybills::Waybills,
    &sh_mall::service::statements::BankStatement,
];

/// Where the data of an installation lie.
#[derive(Debug, Clone, clap::Args)]
pub struct Place {
    /// Folder for the database (when it is SQLite), uploaded files and exports.
    #[arg(long, global = true, env = "SHANHAI_DATA", default_value = "data")]
    pub data: Utf8PathBuf,
    /// Address of the database: `sqlite:PATH` or `postgres://user@host/name`. Default: a SQLite file in the data folder.
    #[arg(long, global = true, env = "SHANHAI_DATABASE")]
    pub database: Option<String>,
}

impl Place {
    pub(crate) fn address(&self) -> String {
        self.database.clone().unwrap_or_else(|| format!("sqlite:{}", self.data.join("shanhai.db")))
    }
}

/// Opens the database and brings its schema up to date.
///
/// # Errors
/// If the folder cannot be made, the database not opened, or its schema not brought up to date.
pub async fn open(place: &Place, settings: Settings) -> anyhow::Result<App> {
    std::fs::create_dir_all(&place.data)
        .with_context(|| format!("cannot create the folder {}", place.data))?;
    let db = open_database(place).await?;
    db.migrate(&migrations()).await.context("the schema cannot be brought up to date")?;
    let app = assemble(db, &place.data, settings)?;
    let (keys, queue) = (Keys::load(&app).await?, Queue::start(&app));
    Ok(app.with(keys).with(queue))
}

/// Opens the database as it is.
pub(crate) async fn open_database(place: &Place) -> anyhow::Result<Db> {
    let address = place.address();
    Db::open(&address, &Options::default())
        .await
        .with_context(|| format!("cannot open the database {}", without_password(&address)))
}

fn without_password(address: &str) -> String {
    match (address.split_once("://"), address.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://…@{host}"),
        _ => address.to_owned(),
    }
}

fn assemble(db: Db, data: &Utf8Path, settings: Settings) -> anyhow::Result<App> {
    let app = App::new(db, Arc::new(SystemClock), Arc::new(IdGen::new()), data.to_owned(), settings);
    let app = app
        .with(SharedSink(Arc::new(CubeSink::default())))
        .with(Figures::default())
        .with(Kept::default())
        .with(namer());
    let app =
        app.with(Counts::default()).with(Headline(Arc::new(|app, ctx| Box::pin(hooks::headline(app, ctx)))));
    let app = app
        .with(Buy(Arc::new(|app, ctx, shown| Box::pin(sh_mall::buy(app, ctx, shown)))))
        .with(Reviews(Arc::new(|app, ctx, shown| Box::pin(sh_mall::reviews(app, ctx, shown)))))
        .with(Providers::new(vec![Arc::new(Bank)]))
        .with(webhooks(Egress::default()));
    Ok(sh_access::install(app)?)
}

/// The program with a made-up way to pay, for demonstrations: whoever can open its page has paid.
pub(crate) fn with_simulator(app: App) -> App {
    app.with(Providers::new(vec![Arc::new(Simulator), Arc::new(Bank)]))
}

/// The program with codes for phones shown on the page, for demonstrations: whoever asks for one has the phone.
pub(crate) fn with_codes_on_screen(app: App) -> App {
    app.with(PhoneCodes(Arc::new(OnScreen::default())))
}

/// The program with webhooks that may also go to this machine without TLS, for demonstrations.
pub(crate) fn with_loopback(app: App) -> App {
    app.with(webhooks(Egress { loopback: true }))
}

fn webhooks(egress: Egress) -> Webhooks {
    Webhooks { kinds: sh_mall::desk::EVENTS, egress }
}

/// Every step of every module's schema.
pub fn migrations() -> Vec<Migration> {
    modules().iter().flat_map(|module| module.migrations.iter().copied()).collect()
}

/// Every module, in the order of their dependencies.
pub fn modules() -> Vec<Module> {
    vec![
        sh_http::module(),
        sh_access::module(),
        sh_jobs::module(),
        sh_webhooks::module(),
        sh_imports::module(),
        parties(),
        sh_ledger::module(),
        sh_trade::module(),
        sh_statistics::module(),
        search(),
        sh_certification::module(),
        sh_catalogue::module(),
        sh_stock::module(),
        sh_mall::module(),
        crate::pages::home::module(),
        crate::pages::story::module(),
        crate::pages::styleguide::module(),
    ]
}

fn parties() -> Module {
    Module::new("parties")
        .migrations(sh_parties::MIGRATIONS)
        .store(sh_parties::STATEMENTS, sh_parties::INSERTS)
}

fn search() -> Module {
    Module::new("search").migrations(sh_search::MIGRATIONS).store(sh_search::STATEMENTS, sh_search::INSERTS)
}

/// Puts in what every installation begins with: the sources and the definitions, with their sums. Doing it again changes
/// nothing.
///
/// # Errors
/// What the database refuses.
pub async fn install(app: &App) -> anyhow::Result<()> {
    put_defaults(app).await?;
    cube::build_missing(&app.db, |_| ()).await?;
    Ok(())
}

/// As [`install`], without the sums: those are made beside the first answers.
pub(crate) async fn put_defaults(app: &App) -> anyhow::Result<()> {
    let ctx = Context::system(app, "install");
    app.db.write(async |tx| sh_trade::service::sources::install_defaults(&ctx, tx).await).await?;
    sh_statistics::definitions::put_defaults(&app.db, app.clock.now()).await?;
    sh_certification::service::schemes::install(&ctx, app).await?;
    Ok(())
}

/// Replays every decision of matching; tells the first difference. While orders come in, own sales wait for a moment to
/// be matched, and what waits is no difference.
pub(crate) async fn replay(app: &App) -> anyhow::Result<Option<String>> {
    let waits = async || app.db.read(async |tx| sh_trade::own::waits(tx).await).await;
    for _ in 0..REPLAYS_MAX {
        let mut looks = 0;
        while waits().await? && looks < MATCHING_SECONDS_MAX {
            looks += 1;
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        let waited = waits().await?;
        let Some(difference) = sh_trade::service::replay::replay(&app.db).await? else { return Ok(None) };
        if !waited && !waits().await? {
            return Ok(Some(difference.to_string()));
        }
    }
    Ok(Some(
        "sales of the mall wait to be matched; let the program run for a minute, then audit again".to_owned(),
    ))
}

/// The router that is served.
pub fn router(app: &App) -> Router {
    sh_http::site(app, modules(), sh_access::identify()).0
}

/// What runs each kind of job.
pub fn handlers() -> Arc<Handlers> {
    let trade = sh_trade::service::handlers().and(sh_statistics::service::definitions::handlers());
    let tables = sh_imports::service::handlers(TABLES).and(sh_certification::service::imports::handlers());
    Arc::new(trade.and(sh_catalogue::service::imports::handlers()).and(tables))
}

/// Starts what runs beside the requests: the workers of the job queue and the housekeeping.
pub(crate) fn start_background(app: &App) {
    sh_jobs::start(app, &handlers(), WORKERS);
    follow_ledger(app);
    if let Err(error) = sh_webhooks::start(app) {
        tracing::error!(%error, "webhooks are not sent; they wait until the program can");
    }
    let mall = app.clone();
    app.tasks.spawn(async move { sh_mall::service::chores::run(&mall).await });
    let sums = app.clone();
    app.tasks.spawn(async move {
        tokio::select! {
            () = keep_sums(&sums) => {}
            () = sums.stop.cancelled() => {}
        }
    });
    let housekeeping = app.clone();
    app.tasks.spawn(async move {
        let ctx = Context::system(&housekeeping, "start");
        if let Err(error) = sh_trade::service::upload::resume(&ctx, &housekeeping).await {
            tracing::warn!(%error, "imports that were cut off could not be queued again");
        }
        if let Err(error) = sh_catalogue::service::imports::resume(&ctx, &housekeeping).await {
            tracing::warn!(%error, "imports of products that were cut off could not be queued again");
        }
        if let Err(error) = sh_imports::service::resume(&ctx, &housekeeping, TABLES).await {
            tracing::warn!(%error, "imports of tables that were cut off could not be queued again");
        }
        if let Err(error) = sh_certification::service::imports::resume(&ctx, &housekeeping).await {
            tracing::warn!(%error, "imports of registers that were cut off could not be queued again");
        }
        while !housekeeping.stop.is_cancelled() {
            if let Err(error) = forget_old_answers(&housekeeping).await {
                tracing::warn!(%error, "old answers could not be forgotten");
            }
            if let Err(error) = sh_catalogue::service::shelf::forget_expired(&ctx, &housekeeping).await {
                tracing::warn!(%error, "recognitions that have ended are still listed");
            }
            if let Err(error) = sh_catalogue::service::pictures::forget_unused(&ctx, &housekeeping).await {
                tracing::warn!(%error, "photos that nobody uses are still kept");
            }
            if let Err(error) = sh_stock::service::empty::mark(&ctx, &housekeeping).await {
                tracing::warn!(%error, "lots of which nothing is left are still looked at");
            }
            if let Err(error) = sh_mall::service::basket::forget_old(&ctx, &housekeeping).await {
                tracing::warn!(%error, "baskets that were left are still kept");
            }
            tokio::select! {
                () = tokio::time::sleep(Duration::from_hours(24)) => {}
                () = housekeeping.stop.cancelled() => {}
            }
        }
    });
}

/// Keeps the statements of accounts up to date, behind whoever posts.
fn follow_ledger(app: &App) {
    let app = app.clone();
    app.tasks.clone().spawn(async move {
        while !app.stop.is_cancelled() {
            let pause = match sh_ledger::follow(&app.db).await {
                Ok(0) => LEDGER_TRAIL_PAUSE,
                // More is waiting. The short pause lets whoever wants to write come first.
                Ok(_) => Duration::from_millis(5),
                Err(error) => {
                    tracing::warn!(%error, "the statements of accounts could not be brought up to date");
                    LEDGER_TRAIL_PAUSE
                }
            };
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = app.stop.cancelled() => {}
            }
        }
    });
}

/// Forgets what was answered to commands that nobody repeats any more.
async fn forget_old_answers(app: &App) -> Result<(), sh_db::DbError> {
    sh_http::forget_old_answers(app, app.clock.now()).await?;
    let today = app.clock.today();
    app.db.write(async |tx| sh_ledger::forget_old_answers(tx, today).await).await.map(drop)
}

/// Makes the sums that are missing, as after a new version of the program, and gives up those that a killed program was
/// making.
async fn keep_sums(app: &App) {
    if let Err(error) = cube::build_missing(&app.db, |_| ()).await {
        tracing::warn!(%error, "missing sums could not be made; figures are summed from the lines");
    }
    match cube::abandon_builds(&app.db, BUILDER_PATIENCE).await {
        Ok(0) => {}
        Ok(count) => tracing::info!(count, "gave up sums that a killed program was making"),
        Err(error) => tracing::warn!(%error, "sums that a killed program was making could not be given up"),
    }
}
