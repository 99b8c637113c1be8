//! Reads the closing lines of the test runners, so that a long run of several ends with one total.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    process::{Command, Stdio},
    thread,
};

use anyhow::{Context as _, Result, bail};

use crate::shell::{Shell, spawn, wait};

/// How many tests ran, as their runners say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    passed: u64,
    failed: u64,
    skipped: u64,
}

impl Counts {
    /// Adds what one line of a runner says: cargo's `test result: …` or Node's `ℹ pass 3`.
    fn add(&mut self, line: &str) {
        if let Some((_, rest)) = line.split_once("test result: ") {
            for part in rest.split([';', '.']) {
                match part.split_whitespace().collect::<Vec<_>>().as_slice() {
                    [number, "passed"] => self.passed += number.parse().unwrap_or(0),
                    [number, "failed"] => self.failed += number.parse().unwrap_or(0),
                    [number, "ignored"] => self.skipped += number.parse().unwrap_or(0),
                    _ => {}
                }
            }
        } else if let Some(rest) = line.strip_prefix("ℹ ") {
            match rest.split_whitespace().collect::<Vec<_>>().as_slice() {
                ["pass", number] => self.passed += number.parse().unwrap_or(0),
                ["fail" | "cancelled", number] => self.failed += number.parse().unwrap_or(0),
                ["skipped" | "todo", number] => self.skipped += number.parse().unwrap_or(0),
                _ => {}
            }
        }
    }

    /// Adds the counts of another runner.
    pub(crate) fn join(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }

    /// Prints `total: 12 passed, 0 failed, 0 skipped`.
    pub(crate) fn print(self) -> Result<()> {
        let Self { passed, failed, skipped } = self;
        writeln!(std::io::stdout(), "total: {passed} passed, {failed} failed, {skipped} skipped")?;
        Ok(())
    }
}

/// Runs a test runner, shows what it prints, and counts. The counts are valid whether or not the run passed.
///
/// # Errors
/// If the runner cannot be started, or if it ended well without having run a single test: a filter that fits nothing
/// must not look like success.
pub(crate) fn run(sh: &Shell, command: &mut Command) -> Result<(Counts, Result<()>)> {
    let line = sh.announce(command);
    if sh.dry_run() {
        return Ok((Counts::default(), Ok(())));
    }
    let mut child = spawn(command.stdout(Stdio::piped()))?;
    let printed = child.stdout.take().context("the runner has no output")?;
    let reader = thread::spawn(move || {
        let mut counts = Counts::default();
        for line in BufReader::new(printed).split(b'\n').map_while(Result::ok) {
            let line = String::from_utf8_lossy(&line);
            counts.add(&line);
            if writeln!(std::io::stdout(), "{line}").is_err() {
                break;
            }
        }
        counts
    });
    let status = wait(&mut child)?;
    let Ok(counts) = reader.join() else { bail!("the output of `{line}` could not be read") };
    let outcome = crate::shell::check(&line, status);
    if outcome.is_ok() && counts.passed + counts.failed == 0 {
        bail!("`{line}` ran no test");
    }
    Ok((counts, outcome))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_runners_are_read() {
        let mut counts = Counts::default();
        counts.add(
            "test result: ok. 12 passed; 0 failed; 2 ignored; 0 measured; 3 filtered out; finished in 0.35s",
        );
        counts.add(
            "test result: FAILED. 1 passed; 4 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1s",
        );
        counts.add("ℹ tests 9");
        counts.add("ℹ pass 7");
        counts.add("ℹ fail 1");
        counts.add("ℹ cancelled 1");
        counts.add("ℹ skipped 0");
        counts.add("a page may print: 5 passed");
        assert_eq!(counts, Counts { passed: 20, failed: 6, skipped: 2 });
    }
}
