//! A PostgreSQL server of one test, which may stop and start it.

use std::{
    fs,
    net::TcpListener,
    os::unix::process::CommandExt as _,
    path::PathBuf,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// How long the server may take to begin or to end.
const PATIENCE: Duration = Duration::from_mins(1);

pub(crate) struct Server {
    folder: tempfile::TempDir,
    port: u16,
    process: Option<Child>,
}

impl Server {
    /// Makes a cluster and starts it on a free port.
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        if is_root() {
            let owned = Command::new("chown").arg("postgres").arg(folder.path()).status().unwrap();
            assert!(owned.success());
        }
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut server = Self { folder, port, process: None };
        let made = server
            .program("initdb")
            .args(["--username=shanhai", "--auth=trust", "--locale=C", "--encoding=UTF8", "--no-sync", "-D"])
            .arg(server.data())
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        server.go_on();
        server
    }

    pub(crate) fn address(&self) -> String {
        format!("postgres://shanhai@127.0.0.1:{}/postgres", self.port)
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// A program of the server, run by a user that PostgreSQL accepts, which the kernel ends with this process.
    fn program(&self, name: &str) -> Command {
        let mut command = Command::new("setpriv");
        if is_root() {
            command.args(["--reuid", "postgres", "--regid", "postgres", "--init-groups"]);
        }
        command.args(["--pdeathsig", "INT", "--"]).arg(binaries().join(name)).current_dir(self.folder.path());
        command
    }

    /// Starts it again on the same port.
    pub(crate) fn go_on(&mut self) {
        let mut command = self.program("postgres");
        command.arg("-D").arg(self.data()).args(["-p", &self.port.to_string()]);
        for setting in ["listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off", "jit=off"] {
            command.args(["-c", setting]);
        }
        let process = command.process_group(0).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        self.process = Some(process);
        let begun = Instant::now();
        let port = self.port.to_string();
        while !self
            .program("pg_isready")
            .args(["-q", "-h", "127.0.0.1", "-p", &port])
            .status()
            .unwrap()
            .success()
        {
            assert!(begun.elapsed() < PATIENCE, "the PostgreSQL server does not start");
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// Stops it without waiting for its clients, whose transactions are rolled back.
    pub(crate) fn stop(&mut self) {
        let Some(mut process) = self.process.take() else { return };
        let asked = Command::new("kill").args(["-INT", &process.id().to_string()]).status().unwrap();
        assert!(asked.success());
        process.wait().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().unwrap();
    id.stdout.trim_ascii() == b"0"
}

/// The folder with the programs of the newest installed server.
fn binaries() -> PathBuf {
    let packaged = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let mut folders: Vec<(u32, PathBuf)> = packaged
        .filter_map(|entry| {
            let entry = entry.ok()?;
            Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin")))
        })
        .filter(|(_, folder)| folder.join("postgres").is_file())
        .collect();
    folders.sort();
    folders.pop().map_or_else(from_path, |(_, folder)| folder)
}

fn from_path() -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).find(|folder| folder.join("postgres").is_file());
    found.unwrap_or_else(|| panic!("no PostgreSQL server is installed; run `cargo xtask system`"))
}
