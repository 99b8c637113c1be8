//! `shanhai demo`: the Guangdong 2018–2020 demonstration, from files to figures.

use std::{net::SocketAddr, process::ExitCode};

use anyhow::Context as _;
use camino::Utf8PathBuf;
use sh_http::{App, Context, Settings};
use sh_trade::service::{imports, post, upload};

use super::{
    import::{bar, post_all, receive},
    serve,
};
use crate::{
    demo,
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
        let app = wiring::with_simulator(wiring::open(place, settings).await?);
        wiring::install(&app).await?;
        let mut logins = demo::users::create(&app).await?;
        logins.extend(self.open_mall(&app, place).await?);
        self.prepare(&app, place, &scale).await?;
        self.tell(&logins);
        if self.no_serve {
            app.db.close().await;
            return Ok(ExitCode::SUCCESS);
        }
        serve::listen(app, SocketAddr::from(([127, 0, 0, 1], self.port))).await
    }

    /// Opens the mall. Returns the login of the supplier of its first shop.
    async fn open_mall(&self, app: &App, place: &Place) -> anyhow::Result<Option<&'static str>> {
        let folder = place.data.join(format!("mall-{}-{}", self.scale, self.seed));
        let scale = sh_world::MallScale::named(&self.scale);
        let progress = bar(scale.shops, "opening shops");
        let shown = progress.clone();
        let mall = demo::mall::fill(app, &folder, (scale, self.seed), |done| shown.set_position(done as u64))
            .await?;
        progress.finish_and_clear();
        let Some(first) = mall.shops.first() else { return Ok(None) };
        Ok(Some(demo::users::supplier(app, &first.organisation, &first.name).await?))
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
            ("/", "the mall: halls, categories, search, products"),
            ("/s/products", "the workbench of a supplier"),
            ("/w/listings", "what suppliers have handed in"),
            ("/data", "the figures, open down to one sale"),
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
