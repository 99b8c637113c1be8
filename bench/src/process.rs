//! Other processes: this program as its own child, the Python it compares with, and what a process keeps in memory.

use std::{
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail};
use camino::Utf8Path;

use crate::http::Client;

/// How long a program may take to answer before the measurement gives up.
const READY_SECONDS_MAX: u64 = 60;

/// A running program; killed when it is dropped.
#[derive(Debug)]
pub(crate) struct Running(Child);

impl Running {
    /// Starts a program that serves and waits until a page is there. Gives the seconds until then, too.
    ///
    /// # Errors
    /// If it ends, or does not answer.
    pub(crate) fn start(command: &mut Command, host: &str, page: &str) -> anyhow::Result<(Self, f64)> {
        let begun = Instant::now();
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let program = command.get_program().to_string_lossy().into_owned();
        let mut running = Self(child.with_context(|| format!("cannot start {program}"))?);
        let give_up = begun + Duration::from_secs(READY_SECONDS_MAX);
        while Instant::now() < give_up {
            if let Ok(answer) = Client::connect(host).and_then(|mut client| client.get(page, false)) {
                anyhow::ensure!(answer.status == 200, "{page} answers {}", answer.status);
                return Ok((running, begun.elapsed().as_secs_f64()));
            }
            if let Some(status) = running.0.try_wait()? {
                bail!("the program ended: {status}");
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        bail!("the program did not answer within {READY_SECONDS_MAX} s")
    }

    /// The number of the process.
    pub(crate) fn id(&self) -> u32 {
        self.0.id()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself; either way nothing is left.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// The most memory that a process ever held, in MiB.
///
/// # Errors
/// If the system does not tell.
pub(crate) fn resident_peak(process: &str) -> anyhow::Result<f64> {
    resident(process, "VmHWM:")
}

/// The memory that a process holds now, in MiB.
///
/// # Errors
/// If the system does not tell.
pub(crate) fn resident_now(process: &str) -> anyhow::Result<f64> {
    resident(process, "VmRSS:")
}

fn resident(process: &str, field: &str) -> anyhow::Result<f64> {
    let path = format!("/proc/{process}/status");
    let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {path}"))?;
    let line = text.lines().find_map(|line| line.strip_prefix(field));
    let kib: f64 = line
        .and_then(|rest| rest.split_whitespace().next()?.parse().ok())
        .with_context(|| format!("{path} has no {field}"))?;
    Ok(kib / 1024.0)
}

/// Runs this program once more with these arguments and gives what it prints.
///
/// # Errors
/// If it fails.
pub(crate) fn again(arguments: &[&str]) -> anyhow::Result<String> {
    let program = std::env::current_exe().context("this program does not know where it is")?;
    printed(Command::new(program).args(arguments))
}

/// Runs a script beside this crate with the Python that has its packages; gives what it prints, which is JSON.
///
/// # Errors
/// If it fails, or prints something else.
pub(crate) fn python(
    interpreter: &Utf8Path,
    script: &str,
    arguments: &[&str],
) -> anyhow::Result<serde_json::Value> {
    let script = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join(script);
    let text = printed(Command::new(interpreter).arg(&script).args(arguments))?;
    serde_json::from_str(&text).with_context(|| format!("{script} printed something else than JSON"))
}

fn printed(command: &mut Command) -> anyhow::Result<String> {
    let output = command
        .stderr(std::process::Stdio::inherit())
        .output()
        .with_context(|| format!("cannot start {}", command.get_program().to_string_lossy()))?;
    if !output.status.success() {
        bail!("{} failed: {}", command.get_program().to_string_lossy(), output.status);
    }
    String::from_utf8(output.stdout).context("its output is not text")
}
