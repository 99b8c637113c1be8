//! `shanhai demo`: the Guangdong 2018–2020 demonstration, from files to figures.

use std::{net::SocketAddr, process::ExitCode};

use anyhow::Context as _;
use camino::Utf8PathBuf;
use sh_http::{App, Context, Settings};
use sh_kernel::{Clock as _, SystemClock};
use sh_trade::service::{imports, post, upload};
use sh_world::{Mall, MallScale};

use super::{
    import::{bar, post_all, receive},
    serve,
};
use crate::{
    demo::{self, past::Past},
    pages::story::Story,
    wiring::{self, Place},
};

#[derive(Debug, clap::Args)]
pub(crate) struct Demo {
    /// How large: `small` (some thousand reports), `article` (300,000, as the press reported), `full` (10 million).
    #[arg(long, default_value = "article")]
    scale: String,
    /// Prepare everything and stop.
    #[arg(long)]
    no_serve: bool,
    /// Port to listen on.
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// The world follows from this number.
    #[arg(long, default_value_t = 2020)]
    seed: u64,
    /// About how many orders were placed in the last six weeks; by default as many as fit the scale.
    #[arg(long)]
    orders: Option<u32>,
}

impl Demo {
    pub(crate) async fn run(self, place: &Place) -> anyhow::Result<ExitCode> {
        let scale = sh_world::Scale::named(&self.scale)
            .with_context(|| format!("there is no scale {:?}: small, article or full", self.scale))?;
        let settings = Settings {
            public_url: format!("http://127.0.0.1:{}", self.port),
            site: demo::site(),
            ..Settings::default()
        };
        let app = wiring::with_codes_on_screen(wiring::with_simulator(wiring::open(place, settings).await?));
        let app = wiring::with_loopback(app).with(Story);
        wiring::install(&app).await?;
        let mut logins = demo::users::create(&app).await?;
        self.keep_registers(&app, place).await?;
        let past = Past::begin(&app);
        let mall = self.open_mall(&past, place).await?;
        logins.extend(supplier(&app, &mall).await?);
        self.prepare(&app, place, &scale).await?;
        self.sell(&past, &mall).await?;
        past.end().await;
        demo::orders::count(&app).await?;
        self.tell(&logins);
        if self.no_serve {
            app.db.close().await;
            return Ok(ExitCode::SUCCESS);
        }
        serve::listen(app, SocketAddr::from(([127, 0, 0, 1], self.port))).await
    }

    /// Imports the registers of bases, products and stores, as the offices send them.
    async fn keep_registers(&self, app: &App, place: &Place) -> anyhow::Result<()> {
        let progress = bar(0, "keeping registers");
        let shown = progress.clone();
        demo::registers::fill(
            app,
            &place.data.join(format!("registers-{}", self.seed)),
            self.seed,
            |done, all| {
                shown.set_length(all as u64);
                shown.set_position(done as u64);
            },
        )
        .await?;
        progress.finish_and_clear();
        Ok(())
    }

    /// Opens the mall, some weeks ago.
    async fn open_mall(&self, past: &Past, place: &Place) -> anyhow::Result<Mall> {
        let folder = place.data.join(format!("mall-{}-{}", self.scale, self.seed));
        let scale = MallScale::named(&self.scale);
        let progress = bar(scale.shops, "opening shops");
        let (shown, today) = (progress.clone(), SystemClock.today());
        let mall = demo::mall::fill(past, today, &folder, (scale, self.seed), |done| {
            shown.set_position(done as u64);
        })
        .await?;
        progress.finish_and_clear();
        Ok(mall)
    }

    /// Lets people buy, from then until now.
    async fn sell(&self, past: &Past, mall: &Mall) -> anyhow::Result<()> {
        let count = self.orders.unwrap_or_else(|| demo::orders::count_at(&self.scale));
        let progress = bar(demo::orders::DAYS.unsigned_abs() as usize, "selling");
        let shown = progress.clone();
        demo::orders::fill(past, mall, (count, self.seed), |day| {
            shown.set_position(u64::from(day.unsigned_abs()));
        })
        .await?;
        progress.finish_and_clear();
        Ok(())
    }

    /// Makes the world's files and imports them. What an earlier run has done is not done again.
    async fn prepare(&self, app: &App, place: &Place, scale: &sh_world::Scale) -> anyhow::Result<()> {
        let ctx = Context::system(app, "demo");
        let folder = place.data.join(format!("world-{}-{}", self.scale, self.seed));
        let progress = bar(0, "writing files");
        let (data, scale, seed, shown) = (folder.clone(), *scale, self.seed, progress.clone());
        let world = tokio::task::spawn_blocking(move || {
            sh_world::generate(data.as_std_path(), &scale, seed, |done, total| {
                shown.set_length(total as u64);
                shown.set_position(done as u64);
            })
        })
        .await??;
        progress.finish_and_clear();
        let progress = bar(world.files.len(), "checking");
        let mut batches = Vec::new();
        for file in &world.files {
            let path = Utf8PathBuf::try_from(file.path.clone())?;
            let name = path.file_name().unwrap_or_default().to_owned();
            let request = upload::Upload { source: &file.source, profile: None, file_name: &name };
            if let Some(standing) = imports::standing(&ctx, app, &file.source, &path).await? {
                batches.extend(demo::unfinished(&standing));
            } else {
                let id = receive(&ctx, app, &request, &path).await.with_context(|| name.clone())?;
                let go = post::Confirmation { good_only: true, doubtful_too: true };
                post::confirm(&ctx, app, id, go)
                    .await
                    .with_context(|| format!("{name} was checked, not posted"))?;
                batches.push(id);
            }
            progress.inc(1);
        }
        progress.finish_and_clear();
        if !batches.is_empty() {
            post_all(&ctx, app, &batches).await?;
        }
        sh_statistics::cube::fold(&app.db).await?;
        demo::release::publish_first(app).await
    }

    #[expect(clippy::print_stdout, reason = "the answer of a command")]
    fn tell(&self, logins: &[&str]) {
        println!("The demonstration is ready.");
        let root = format!("http://127.0.0.1:{}", self.port);
        for (path, what) in [
            ("/story", "what to try, for each role"),
            ("/", "the mall: halls, categories, search, products"),
            ("/orders", "what a shopper has bought"),
            ("/s/products", "the workbench of a supplier"),
            ("/s/orders", "what a shop has to send"),
            ("/w/orders", "all orders, for the operator"),
            ("/w/listings", "what suppliers have handed in"),
            ("/data", "the figures, open down to one sale"),
            ("/registers", "bases, products and stores that are certified, on any day"),
            ("/data/releases", "what was published, frozen under a hash"),
            ("/w/imports", "files that came in"),
            ("/w/matches", "reports that a person must compare"),
            ("/w/definitions", "what each figure counts"),
            ("/styleguide", "every component of the pages"),
        ] {
            println!("  {root}{path:<18} {what}");
        }
        println!("Sign in as {} with the password {}", logins.join(", "), demo::users::PASSWORD);
    }
}

/// The account of the supplier who runs the first shop. Returns its login.
async fn supplier(app: &App, mall: &Mall) -> anyhow::Result<Option<&'static str>> {
    let Some(first) = mall.shops.first() else { return Ok(None) };
    Ok(Some(demo::users::supplier(app, &first.organisation, &first.name).await?))
}
