//! Shanhai: from what everybody reports to a figure that anyone can open.

use clap::Parser as _;
use shanhai::cli;

#[tokio::main]
async fn main() -> std::process::ExitCode {
    let cli = cli::Cli::parse();
    tracing_subscriber::fmt()
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_env("SHANHAI_LOG")
                .unwrap_or_else(|_| "warn,sqlx=error,sh_http=info".into()),
        )
        .with_writer(std::io::stderr)
        .with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()))
        .init();
    match cli.run().await {
        Ok(code) => code,
        Err(error) if cli::is_nobody_reading(&error) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            // The whole chain on one line: what was tried, and why it failed.
            eprintln!("shanhai: {error:#}");
            std::process::ExitCode::from(2)
        }
    }
}
