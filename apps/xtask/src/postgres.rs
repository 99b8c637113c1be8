//! A private PostgreSQL server that lives as long as one command.
//!
//! Made with `initdb` under `target/postgres/`, listening on a free port of 127.0.0.1 with a random password, stopped and
//! deleted at the end, also after a failure or Ctrl-C. As root, which PostgreSQL refuses to run as, it runs as the user
//! `postgres`. What a killed run left behind is removed by the next one.

use std::{
    env, fs,
    fs::File,
    io::Read as _,
    net::TcpListener,
    os::unix::{fs::PermissionsExt as _, process::CommandExt as _},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use camino::{Utf8Path, Utf8PathBuf};

use crate::{
    shell::{self, Shell, find, output},
    system::{self, Need},
};

/// The oldest major version that the product supports.
pub(crate) const OLDEST: u32 = 15;

/// The variable in which tests and benchmarks find the server.
pub(crate) const VARIABLE: &str = "SHANHAI_TEST_POSTGRES";

/// Settings for tests: losing the data in a crash costs nothing, so nothing waits for the disk.
const FAST: &[&str] =
    &["fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=128MB", "jit=off"];

/// Settings for benchmarks: what a careful operator of a machine with 16 GiB would write, and nothing unsafe.
const DURABLE: &[&str] = &[
    "fsync=on",
    "synchronous_commit=on",
    "full_page_writes=on",
    "shared_buffers=2GB",
    "effective_cache_size=8GB",
    "work_mem=64MB",
    "maintenance_work_mem=512MB",
    "max_wal_size=8GB",
    "checkpoint_timeout=15min",
    "jit=off",
];

/// What `cargo xtask postgres` takes.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Write to the disk as in production (fsync on), for measuring
    #[arg(long)]
    durable: bool,
    /// The command to run and its arguments
    #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
    command: Vec<String>,
}

/// `cargo xtask postgres -- COMMAND`.
pub(crate) fn task(sh: &Shell, args: &Args) -> Result<()> {
    system::require(sh, &[Need::Postgres])?;
    let server = Server::start(sh, if args.durable { Speed::Durable } else { Speed::Fast })?;
    let [program, arguments @ ..] = args.command.as_slice() else { bail!("no command given") };
    let mut command = sh.command(program);
    server.lend(command.args(arguments));
    // The caller's own folder: `psql -f file` and the like must find what the caller sees.
    command.current_dir(env::current_dir()?);
    sh.run(&mut command)
}

/// Whether the server waits for the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Speed {
    /// For tests.
    Fast,
    /// For benchmarks.
    Durable,
}

/// A running server; dropping it stops it and deletes its data.
pub(crate) struct Server {
    folder: Option<Utf8PathBuf>,
    process: Option<Child>,
    address: String,
}

impl Server {
    /// Starts a server, or takes the one that the caller's environment already names.
    pub(crate) fn start(sh: &Shell, speed: Speed) -> Result<Self> {
        if let Ok(address) = env::var(VARIABLE) {
            sh.say(&format!("using the PostgreSQL server that {VARIABLE} names"));
            return Ok(Self { folder: None, process: None, address });
        }
        sh.step("PostgreSQL server", || {
            if sh.dry_run() {
                sh.say("$ initdb and postgres in a new folder under target/postgres");
                let address = "postgres://shanhai@127.0.0.1/postgres".to_owned();
                return Ok(Self { folder: None, process: None, address });
            }
            let binaries = binaries().context("no PostgreSQL server programs; run `cargo xtask system`")?;
            let user = system::is_root().then_some("postgres");
            let folder = make_folder(sh, user)?;
            let mut server = Self { folder: Some(folder.clone()), process: None, address: String::new() };
            let password = initialise(&binaries, &folder, user)?;
            // Another process may take the free port before the server does: then the next one is tried.
            for _ in 0..5 {
                let port = free_port()?;
                let mut process = shell::spawn(&mut serve(&binaries, &folder, user, speed, port)?)?;
                if wait_until_ready(&binaries, &folder, user, &mut process, port)? {
                    server.process = Some(process);
                    server.address = format!("postgres://shanhai:{password}@127.0.0.1:{port}/postgres");
                    return Ok(server);
                }
            }
            let log = fs::read_to_string(folder.join("log")).unwrap_or_default();
            bail!("the PostgreSQL server does not start:\n{log}")
        })
    }

    /// Gives a command the address of the server.
    pub(crate) fn lend<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        command.env(VARIABLE, &self.address)
    }

    /// The address of a database of that name on this server.
    pub(crate) fn database(&self, name: &str) -> String {
        match self.address.rsplit_once('/') {
            Some((server, _)) => format!("{server}/{name}"),
            None => self.address.clone(),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(mut process) = self.process.take() {
            // SIGINT is PostgreSQL's "fast shutdown": it does not wait for clients.
            if let Err(error) = shell::stop(&mut process, "INT", Duration::from_secs(20)) {
                eprintln!("cannot stop the PostgreSQL server: {error:#}");
            }
        }
        if let Some(folder) = self.folder.take()
            && let Err(error) = fs::remove_dir_all(&folder)
        {
            eprintln!("cannot delete {folder}: {error}");
        }
    }
}

/// The folder with `initdb` and `postgres` of the newest installed server that is not older than [`OLDEST`].
pub(crate) fn binaries() -> Option<Utf8PathBuf> {
    let debian = Utf8Path::new("/usr/lib/postgresql");
    let mut folders: Vec<(u32, Utf8PathBuf)> = debian
        .read_dir_utf8()
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            Some((entry.as_ref().ok()?.file_name().parse().ok()?, entry.ok()?.path().join("bin")))
        })
        .collect();
    folders.sort();
    let is_server =
        |folder: &Utf8PathBuf| folder.join("initdb").is_file() && folder.join("postgres").is_file();
    let packaged = folders.into_iter().rev().find(|(major, folder)| *major >= OLDEST && is_server(folder));
    packaged.map(|(_, folder)| folder).or_else(|| {
        let folder = find("postgres")?.parent()?.to_owned();
        let version = output(Command::new(folder.join("postgres")).arg("--version")).ok()?;
        (major(&version) >= Some(OLDEST) && is_server(&folder)).then_some(folder)
    })
}

/// A port of 127.0.0.1 that nobody listens on at this moment.
pub(crate) fn free_port() -> Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0)).context("no free port")?.local_addr()?.port())
}

/// Deletes what killed runs left and makes the folder of this run, which `user` owns and can reach.
fn make_folder(sh: &Shell, user: Option<&str>) -> Result<Utf8PathBuf> {
    // The user `postgres` cannot enter a checkout inside somebody's home folder: then the system's place for temporary
    // files has to do.
    let temporary = Utf8PathBuf::try_from(env::temp_dir())?.join("shanhai-postgres");
    let mut refused = String::new();
    for place in [sh.target().join("postgres"), temporary] {
        fs::create_dir_all(&place)?;
        sweep(&place);
        let folder = place.join(std::process::id().to_string());
        fs::create_dir_all(&folder)?;
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o700))?;
        if let Some(user) = user {
            let mut chown = Command::new("chown");
            output(chown.args([user, folder.as_str()]))?;
        }
        match output(as_user(user, "test", "INT").args(["-w", folder.as_str()])) {
            Ok(_) => return Ok(folder),
            Err(error) => refused = format!("{error:#}"),
        }
        fs::remove_dir_all(&folder)?;
    }
    bail!("no folder in which PostgreSQL may write: {refused}")
}

/// Removes the folders of runs that no longer live. Their servers ended with them, or are ended here.
fn sweep(place: &Utf8Path) {
    for entry in place.read_dir_utf8().into_iter().flatten().flatten() {
        let alive = |pid: &str| output(Command::new("kill").args(["-0", pid])).is_ok();
        if alive(entry.file_name()) {
            continue;
        }
        let pid_file = fs::read_to_string(entry.path().join("data/postmaster.pid")).unwrap_or_default();
        if let Some(pid) = pid_file.lines().next()
            && fs::read_to_string(format!("/proc/{pid}/cmdline"))
                .is_ok_and(|line| line.contains(entry.path().as_str()))
        {
            drop(output(Command::new("kill").args(["-QUIT", pid])));
            thread::sleep(Duration::from_millis(500));
        }
        drop(fs::remove_dir_all(entry.path()));
    }
}

/// Makes the cluster: byte order for text as the product requires, UTF-8, and a password for the one user.
fn initialise(binaries: &Utf8Path, folder: &Utf8Path, user: Option<&str>) -> Result<String> {
    let mut random = [0_u8; 16];
    File::open("/dev/urandom")?.read_exact(&mut random)?;
    let password = format!("{:032x}", u128::from_ne_bytes(random));
    let file = folder.join("password");
    // The folder itself is closed to everybody but the server's user, so the file need not be.
    fs::write(&file, &password)?;
    let mut initdb = as_user(user, binaries.join("initdb").as_str(), "INT");
    initdb.current_dir(folder);
    initdb.args(["--username=shanhai", "--auth=scram-sha-256", "--locale=C", "--encoding=UTF8", "--no-sync"]);
    output(initdb.arg(format!("--pwfile={file}")).arg("-D").arg(folder.join("data")))?;
    fs::remove_file(&file)?;
    Ok(password)
}

fn serve(
    binaries: &Utf8Path,
    folder: &Utf8Path,
    user: Option<&str>,
    speed: Speed,
    port: u16,
) -> Result<Command> {
    let log = File::options().create(true).append(true).open(folder.join("log"))?;
    let mut command = as_user(user, binaries.join("postgres").as_str(), "INT");
    command.current_dir(folder).arg("-D").arg(folder.join("data")).args(["-p", &port.to_string()]);
    let common = ["listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=200"];
    for setting in common.iter().chain(if speed == Speed::Fast { FAST } else { DURABLE }) {
        command.args(["-c", setting]);
    }
    // Its own process group: Ctrl-C in a terminal goes to the tests, which must not see their server vanish first.
    command.process_group(0).stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
    Ok(command)
}

/// Whether the server came up; `false` if it ended, which a taken port is the usual reason for.
fn wait_until_ready(
    binaries: &Utf8Path,
    folder: &Utf8Path,
    user: Option<&str>,
    process: &mut Child,
    port: u16,
) -> Result<bool> {
    let start = Instant::now();
    while start.elapsed() < Duration::from_mins(1) {
        if process.try_wait()?.is_some() {
            return Ok(false);
        }
        let mut probe = as_user(user, binaries.join("pg_isready").as_str(), "INT");
        probe.current_dir(folder).args(["-q", "-h", "127.0.0.1", "-p", &port.to_string()]);
        if output(&mut probe).is_ok() {
            return Ok(true);
        }
        if shell::interrupted() {
            break;
        }
        thread::sleep(Duration::from_millis(50));
    }
    shell::stop(process, "QUIT", Duration::from_secs(5))?;
    bail!("interrupted, or the PostgreSQL server was not ready within a minute")
}

/// A command that runs as `user`, and that the kernel ends with `signal` should this process be killed outright.
fn as_user(user: Option<&str>, program: &str, signal: &str) -> Command {
    if find("setpriv").is_none() {
        let Some(user) = user else { return Command::new(program) };
        let mut command = Command::new("runuser");
        command.args(["-u", user, "--", program]);
        return command;
    }
    let mut command = Command::new("setpriv");
    if let Some(user) = user {
        command.args(["--reuid", user, "--regid", user, "--init-groups"]);
    }
    command.args(["--pdeathsig", signal, "--", program]);
    command
}

/// `postgres (PostgreSQL) 15.18 (Debian …)` is 15.
fn major(version: &str) -> Option<u32> {
    version.split_whitespace().find_map(|word| {
        let digits: String = word.chars().take_while(char::is_ascii_digit).collect();
        digits.parse().ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_of_postgresql() {
        assert_eq!(major("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)"), Some(15));
        assert_eq!(major("postgres (PostgreSQL) 18beta1"), Some(18));
        assert_eq!(major("postgres"), None);
    }

    #[test]
    fn another_database_of_the_server() {
        let address = "postgres://shanhai:x@127.0.0.1:5/postgres".to_owned();
        let server = Server { folder: None, process: None, address };
        assert_eq!(server.database("e2e"), "postgres://shanhai:x@127.0.0.1:5/e2e");
    }
}
