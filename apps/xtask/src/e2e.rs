//! `cargo xtask e2e`: the browser tests in `e2e/` against the program on a fresh small demonstration. It is the program
//! that the other tests use, unoptimised: quick enough for a browser, and it notices an overflow.

use std::{
    fs,
    fs::File,
    io::{Read as _, Write as _},
    net::TcpStream,
    process::{Child, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use camino::{Utf8Path, Utf8PathBuf};

use crate::{
    count::{self, Counts},
    node,
    postgres::{self, Server, Speed},
    shell::{self, Shell},
    system::{self, Need},
    web,
};

/// What the browser tests need from the system.
pub(crate) const NEEDS: &[Need] = &[Need::Compiler, Need::Node, Need::Chromium, Need::ChineseFont];

/// What `cargo xtask e2e` takes.
#[derive(clap::Args, Default)]
pub(crate) struct Args {
    /// Run on PostgreSQL instead of SQLite
    #[arg(long, conflicts_with = "base")]
    postgres: bool,
    /// Test a server that is already running, such as `http://127.0.0.1:8080`, instead of starting one
    #[arg(long, value_name = "URL")]
    base: Option<String>,
    /// Only test files whose name contains one of these
    files: Vec<String>,
}

/// `cargo xtask e2e`.
pub(crate) fn task(sh: &Shell, args: &Args) -> Result<()> {
    system::require(sh, NEEDS)?;
    if args.base.is_none() {
        web::build(sh)?;
        // The whole workspace, so that libraries have the features that they have in the other tests.
        sh.step("build", || sh.run(&mut sh.cargo(&["build", "--workspace", "--quiet"])))?;
    }
    run(sh, args, &mut Counts::default())
}

/// Runs the browser tests against the built program and adds to `total`.
pub(crate) fn run(sh: &Shell, args: &Args, total: &mut Counts) -> Result<()> {
    node::install_packages(sh, "e2e")?;
    if let Some(base) = &args.base {
        return browse(sh, args, base, total);
    }
    if args.postgres {
        system::require(sh, &[Need::Postgres])?;
    }
    let server = args.postgres.then(|| Server::start(sh, Speed::Fast)).transpose()?;
    let site = Site::start(sh, server.as_ref())?;
    let outcome = browse(sh, args, &site.address, total);
    if outcome.is_err() {
        sh.say(&format!("the server's log is in {}", site.log));
    }
    let stopped = site.stop(sh);
    outcome.and(stopped)
}

fn browse(sh: &Shell, args: &Args, base: &str, total: &mut Counts) -> Result<()> {
    let files = test_files(&sh.root().join("e2e"), &args.files)?;
    let chromium = match system::chromium() {
        Some(chromium) => chromium,
        None if sh.dry_run() => "chromium".into(),
        None => bail!("there is no Chromium; run `cargo xtask system`"),
    };
    sh.step("browser tests", || {
        let mut command = node::command(sh, "node", "e2e")?;
        // One file at a time: they share one server, and the browser fills the second core.
        command.args(["--test", "--test-reporter=spec", "--test-concurrency=1"]).args(&files);
        command.env("SHANHAI_E2E_BASE", base).env("SHANHAI_CHROMIUM", chromium);
        let (counts, outcome) = count::run(sh, &mut command)?;
        total.join(counts);
        outcome
    })
}

fn test_files(folder: &Utf8Path, wanted: &[String]) -> Result<Vec<String>> {
    let mut files = Vec::new();
    for entry in folder.read_dir_utf8()? {
        let name = entry?.file_name().to_owned();
        if name.ends_with(".test.mjs") && (wanted.is_empty() || wanted.iter().any(|part| name.contains(part)))
        {
            files.push(name);
        }
    }
    files.sort();
    if files.is_empty() {
        bail!("no file e2e/*.test.mjs fits {wanted:?}");
    }
    Ok(files)
}

/// The running program on its own data.
struct Site {
    process: Option<Child>,
    address: String,
    log: Utf8PathBuf,
}

impl Site {
    fn start(sh: &Shell, server: Option<&Server>) -> Result<Self> {
        let folder = sh.target().join("e2e");
        let data = folder.join("data");
        if !sh.dry_run() {
            if data.exists() {
                fs::remove_dir_all(&data).with_context(|| format!("cannot delete {data}"))?;
            }
            fs::create_dir_all(&folder)?;
        }
        let database = server.map(|server| server.database("postgres"));
        let place = |command: &mut std::process::Command| {
            command.args(["--data", data.as_str()]);
            if let Some(database) = &database {
                command.args(["--database", database]);
            }
        };
        sh.step("small demonstration", || {
            let mut command = sh.command(sh.target().join("debug/shanhai"));
            command.args(["demo", "--no-serve", "--scale", "small"]);
            place(&mut command);
            sh.run(&mut command)
        })?;
        let port = postgres::free_port()?;
        let log = folder.join("server.log");
        // The demonstration itself, which finds its data made: with the notices that its pages carry.
        let mut command = sh.command(sh.target().join("debug/shanhai"));
        command.args(["demo", "--scale", "small", "--port", &port.to_string()]);
        place(&mut command);
        let mut site = Self { process: None, address: format!("http://127.0.0.1:{port}"), log };
        sh.announce(&command);
        if !sh.dry_run() {
            let file = File::create(&site.log)?;
            command.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file);
            site.process = Some(shell::spawn(&mut command)?);
            site.wait_until_healthy(port)?;
        }
        Ok(site)
    }

    fn wait_until_healthy(&mut self, port: u16) -> Result<()> {
        let start = Instant::now();
        while start.elapsed() < Duration::from_mins(1) && !shell::interrupted() {
            if let Some(process) = &mut self.process
                && let Some(status) = process.try_wait()?
            {
                self.process = None;
                bail!("the server ended ({status}):\n{}", last_lines(&self.log, 20));
            }
            if is_healthy(port) {
                return Ok(());
            }
            thread::sleep(Duration::from_millis(100));
        }
        bail!("the server did not answer /healthz within a minute:\n{}", last_lines(&self.log, 20))
    }

    /// Ends the server as an operator would; one that does not end in time, or badly, fails the run.
    fn stop(mut self, sh: &Shell) -> Result<()> {
        let Some(mut process) = self.process.take() else { return Ok(()) };
        sh.step("server shutdown", || match shell::stop(&mut process, "TERM", Duration::from_secs(30))? {
            Some(status) if status.success() => Ok(()),
            Some(status) => bail!("the server ended badly ({status}):\n{}", last_lines(&self.log, 20)),
            None => bail!("the server did not end within 30 s of SIGTERM:\n{}", last_lines(&self.log, 20)),
        })
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        if let Some(mut process) = self.process.take() {
            drop(shell::stop(&mut process, "TERM", Duration::from_secs(5)));
        }
    }
}

fn is_healthy(port: u16) -> bool {
    let ask = || -> std::io::Result<bool> {
        let mut stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_read_timeout(Some(Duration::from_secs(2)))?;
        stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")?;
        let mut answer = [0_u8; 12];
        stream.read_exact(&mut answer)?;
        Ok(answer.ends_with(b" 200"))
    };
    ask().unwrap_or(false)
}

fn last_lines(file: &Utf8Path, count: usize) -> String {
    let text = fs::read_to_string(file).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines.get(lines.len().saturating_sub(count)..).unwrap_or_default().join("\n")
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    fn answer_once(answer: &'static [u8]) -> u16 {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0_u8; 256];
            let _ = stream.read(&mut request).unwrap();
            stream.write_all(answer).unwrap();
        });
        port
    }

    #[test]
    fn only_200_is_healthy() {
        assert!(is_healthy(answer_once(b"HTTP/1.1 200 OK\r\n\r\n")));
        assert!(!is_healthy(answer_once(b"HTTP/1.1 503 Service Unavailable\r\n\r\n")));
        assert!(!is_healthy(answer_once(b"HTTP")));
        assert!(!is_healthy(postgres::free_port().unwrap()));
    }
}
