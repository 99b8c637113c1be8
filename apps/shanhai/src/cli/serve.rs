//! `shanhai serve`: answer requests until stopped.

use std::{net::SocketAddr, process::ExitCode, time::Duration};

use anyhow::Context as _;
use sh_http::{App, Settings};

use crate::wiring::{self, Place};

/// How long shutdown waits for running requests and jobs.
const DRAIN_SECONDS_MAX: u64 = 20;

#[derive(Debug, clap::Args)]
pub(crate) struct Serve {
    /// Address to listen on.
    #[arg(long, default_value = "127.0.0.1", env = "SHANHAI_HOST")]
    host: std::net::IpAddr,
    /// Port to listen on.
    #[arg(long, default_value_t = 8080, env = "SHANHAI_PORT")]
    port: u16,
    /// The address people use, if it is another one, such as behind a proxy: `https://shanhai.example`. Given as https,
    /// cookies are sent over TLS only.
    #[arg(long, env = "SHANHAI_PUBLIC_URL")]
    public_url: Option<String>,
    /// A proxy whose word on the caller's address is believed. May be given several times.
    #[arg(long)]
    trusted_proxy: Vec<std::net::IpAddr>,
    /// With a made-up way to pay, for trying things out: whoever can open its page has paid.
    #[arg(long, env = "SHANHAI_PAY_SIMULATOR")]
    pay_simulator: bool,
    /// Signing in by phone with codes that are shown on the page instead of sent, for trying things out: whoever knows a
    /// number can sign in with it.
    #[arg(long, env = "SHANHAI_PHONE_CODES_ON_SCREEN")]
    phone_codes_on_screen: bool,
    /// Lets webhooks go to this machine, and there without TLS, for trying things out.
    #[arg(long, env = "SHANHAI_WEBHOOKS_LOOPBACK")]
    webhooks_loopback: bool,
}

impl Serve {
    pub(crate) async fn run(self, place: &Place) -> anyhow::Result<ExitCode> {
        let mut app = wiring::open(place, self.settings()).await?;
        if self.pay_simulator {
            app = wiring::with_simulator(app);
        }
        if self.phone_codes_on_screen {
            app = wiring::with_codes_on_screen(app);
        }
        if self.webhooks_loopback {
            app = wiring::with_loopback(app);
        }
        wiring::put_defaults(&app).await?;
        listen(app, SocketAddr::new(self.host, self.port)).await
    }

    fn settings(&self) -> Settings {
        let public_url =
            self.public_url.clone().unwrap_or_else(|| format!("http://{}:{}", self.host, self.port));
        Settings {
            secure_cookies: public_url.starts_with("https://"),
            public_url,
            trusted_proxies: self.trusted_proxy.clone(),
            ..Settings::default()
        }
    }
}

/// Serves until ctrl-c or SIGTERM, then lets running requests and jobs end.
pub(crate) async fn listen(app: App, address: SocketAddr) -> anyhow::Result<ExitCode> {
    let listener = tokio::net::TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot listen on {address}; is another program using the port?"))?;
    let router = wiring::router(&app);
    wiring::start_background(&app);
    eprintln!("Shanhai answers on http://{}", listener.local_addr()?);
    let stop = app.stop.clone();
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service).with_graceful_shutdown(stopped(stop)).await?;
    app.tasks.close();
    if tokio::time::timeout(Duration::from_secs(DRAIN_SECONDS_MAX), app.tasks.wait()).await.is_err() {
        eprintln!("Stopped with work still running; it goes on at the next start.");
    }
    app.db.close().await;
    Ok(ExitCode::SUCCESS)
}

async fn stopped(stop: tokio_util::sync::CancellationToken) {
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => drop(signal.recv().await),
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminate => {}
        () = stop.cancelled() => {}
    }
    stop.cancel();
}
