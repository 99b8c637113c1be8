//! Runs commands from the root of the checkout, says which, and keeps the time of every step.

use std::{
    cell::{Cell, RefCell},
    env,
    process::{Child, Command, ExitStatus, Stdio},
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use camino::{Utf8Path, Utf8PathBuf};

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// From here on Ctrl-C and SIGTERM end the running command and then this process in order, so that a private database
/// server is stopped and removed on the way out.
pub(crate) fn catch_interrupts() -> Result<()> {
    ctrlc::set_handler(|| INTERRUPTED.store(true, Ordering::SeqCst)).context("cannot watch for Ctrl-C")
}

/// Whether somebody asked this process to stop.
pub(crate) fn interrupted() -> bool {
    INTERRUPTED.load(Ordering::SeqCst)
}

/// Where commands run, and what is said about them.
pub(crate) struct Shell {
    root: Utf8PathBuf,
    dry_run: bool,
    depth: Cell<usize>,
    times: RefCell<Vec<(String, Duration)>>,
}

impl Shell {
    /// The shell of the checkout that the current folder lies in.
    pub(crate) fn new(dry_run: bool) -> Result<Self> {
        let here = Utf8PathBuf::try_from(env::current_dir()?).context("the current folder is not UTF-8")?;
        let Some(root) = here.ancestors().find(|folder| folder.join("arch.toml").is_file()) else {
            bail!("{here} is not inside a checkout: no folder above it holds arch.toml");
        };
        Ok(Self { root: root.to_owned(), dry_run, depth: Cell::new(0), times: RefCell::default() })
    }

    /// The root of the checkout.
    pub(crate) fn root(&self) -> &Utf8Path {
        &self.root
    }

    /// Cargo's target folder.
    pub(crate) fn target(&self) -> Utf8PathBuf {
        match env::var("CARGO_TARGET_DIR") {
            Ok(folder) => self.root.join(folder),
            Err(_) => self.root.join("target"),
        }
    }

    /// Whether commands are only said, not run.
    pub(crate) fn dry_run(&self) -> bool {
        self.dry_run
    }

    /// A command that starts in the root of the checkout.
    pub(crate) fn command(&self, program: impl AsRef<str>) -> Command {
        let mut command = Command::new(program.as_ref());
        command.current_dir(&self.root);
        command
    }

    /// A cargo command with its first arguments.
    pub(crate) fn cargo(&self, arguments: &[&str]) -> Command {
        let mut command = self.command(env::var("CARGO").as_deref().unwrap_or("cargo"));
        command.args(arguments);
        command
    }

    /// Does `work` as a named step and says how long it took.
    pub(crate) fn step<T>(&self, title: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
        let depth = self.depth.get();
        eprintln!("{}▸ {title}", "  ".repeat(depth));
        let start = Instant::now();
        self.depth.set(depth + 1);
        let outcome = work();
        self.depth.set(depth);
        let took = start.elapsed();
        let mark = if outcome.is_ok() { '✓' } else { '✗' };
        eprintln!("{}{mark} {title}: {}", "  ".repeat(depth), seconds(took));
        if depth == 0 {
            self.times.borrow_mut().push((title.to_owned(), took));
        }
        outcome
    }

    /// A line about the step that is running.
    pub(crate) fn say(&self, text: &str) {
        eprintln!("{}{text}", "  ".repeat(self.depth.get()));
    }

    /// Runs a command and fails if it does.
    pub(crate) fn run(&self, command: &mut Command) -> Result<()> {
        let line = self.announce(command);
        if self.dry_run {
            return Ok(());
        }
        let status = wait(&mut spawn(command)?)?;
        check(&line, status)
    }

    /// Says which command runs, as a line that can be typed; gives it without its variables, for messages.
    pub(crate) fn announce(&self, command: &Command) -> String {
        let (whole, short) = typed(command, &self.root);
        self.say(&format!("$ {whole}"));
        short
    }

    /// The times of the steps, when there was more than one.
    pub(crate) fn close(&self) {
        let times = self.times.borrow();
        if times.len() < 2 || self.dry_run {
            return;
        }
        let total: Duration = times.iter().map(|(_, took)| *took).sum();
        eprintln!("{:>9}  total", seconds(total));
        for (title, took) in times.iter() {
            eprintln!("{:>9}  {title}", seconds(*took));
        }
    }
}

/// What a command prints, without the line break at its end. Fails if the command does.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("cannot run {name}"))?;
    if !output.status.success() {
        bail!("{name} failed ({}): {}", output.status, String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned())
}

/// Starts a command.
pub(crate) fn spawn(command: &mut Command) -> Result<Child> {
    let name = command.get_program().to_string_lossy().into_owned();
    command.spawn().with_context(|| format!("cannot run {name}"))
}

/// Waits for a command; an interrupt gives it five seconds to end by itself, then ends it.
pub(crate) fn wait(child: &mut Child) -> Result<ExitStatus> {
    loop {
        if let Some(status) = child.try_wait()? {
            if interrupted() {
                bail!("interrupted");
            }
            return Ok(status);
        }
        if interrupted() {
            stop(child, "TERM", Duration::from_secs(5))?;
            bail!("interrupted");
        }
        thread::sleep(Duration::from_millis(20));
    }
}

/// Asks a process to end with a signal, and kills it if it does not within `patience`. `None` means killed.
pub(crate) fn stop(child: &mut Child, signal: &str, patience: Duration) -> Result<Option<ExitStatus>> {
    // The standard library can only kill; the asking is left to the `kill` that every Unix has.
    drop(Command::new("kill").args([&format!("-{signal}"), &child.id().to_string()]).status());
    let start = Instant::now();
    while start.elapsed() < patience {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        thread::sleep(Duration::from_millis(20));
    }
    child.kill()?;
    child.wait()?;
    Ok(None)
}

/// Fails unless a command ended well.
pub(crate) fn check(line: &str, status: ExitStatus) -> Result<()> {
    if status.success() { Ok(()) } else { bail!("`{line}` failed ({status})") }
}

/// The first program of that name on the search path.
pub(crate) fn find(program: &str) -> Option<Utf8PathBuf> {
    let path = env::var("PATH").unwrap_or_default();
    env::split_paths(&path)
        .filter_map(|folder| Utf8PathBuf::try_from(folder.join(program)).ok())
        .find(|candidate| candidate.is_file())
}

/// The command as it can be typed, with and without the variables set for it.
fn typed(command: &Command, root: &Utf8Path) -> (String, String) {
    let mut words = Vec::new();
    for (name, value) in command.get_envs() {
        if let Some(value) = value.filter(|_| name != "PATH") {
            words.push(format!("{}={}", name.to_string_lossy(), quoted(&value.to_string_lossy())));
        }
    }
    let variables = words.len();
    let inside = format!("{root}/");
    for word in std::iter::once(command.get_program()).chain(command.get_args()) {
        let word = word.to_string_lossy();
        words.push(quoted(word.strip_prefix(&inside).unwrap_or(&word)));
    }
    (words.join(" "), words.split_off(variables).join(" "))
}

fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./:=@,+%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

fn seconds(took: Duration) -> String {
    let whole = took.as_secs();
    if whole < 60 {
        format!("{}.{} s", whole, took.subsec_millis() / 100)
    } else {
        format!("{}:{:02} min", whole / 60, whole % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_read_as_people_write_them() {
        assert_eq!(seconds(Duration::from_millis(1_250)), "1.2 s");
        assert_eq!(seconds(Duration::from_secs(61)), "1:01 min");
    }

    #[test]
    fn a_said_command_can_be_typed() {
        let mut command = Command::new("/x/y/target/shanhai");
        command.env("DAY", "9 December").args(["demo", "--data", "it's here", ""]);
        assert_eq!(
            typed(&command, Utf8Path::new("/x/y")).0,
            r"DAY='9 December' target/shanhai demo --data 'it'\''s here' ''"
        );
    }

    #[test]
    fn a_process_that_ignores_the_request_is_killed() {
        let mut stubborn =
            Command::new("sh").args(["-c", "trap '' TERM; sleep 5 & wait; sleep 5"]).spawn().unwrap();
        thread::sleep(Duration::from_millis(100));
        assert_eq!(stop(&mut stubborn, "TERM", Duration::from_millis(200)).unwrap(), None);
        let mut polite = Command::new("sleep").arg("5").spawn().unwrap();
        assert!(stop(&mut polite, "TERM", Duration::from_secs(5)).unwrap().is_some());
    }
}
