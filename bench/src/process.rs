//! Other processes: this program as its own child, the Python it compares with, and what a process keeps in memory.

use std::process::Command;

use anyhow::{Context as _, bail};
use camino::Utf8Path;

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
