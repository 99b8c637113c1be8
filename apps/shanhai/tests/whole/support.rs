//! Installations to try things on, and the world whose files they read.

use std::{
    collections::BTreeMap,
    fs,
    future::Future,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

use sh_db::{Db, Options, Sql, binds};
use sh_testkit::{POSTGRES_VARIABLE, with_database};
use sh_world::{Scale, World};

/// The world of all tests here follows from this number, as that of `shanhai demo` does by default.
const SEED: u64 = 2020;

/// Waits for something asynchronous.
pub(crate) fn block<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

/// One installation: a folder and a database of its own, both gone when it is dropped.
pub(crate) struct Place {
    pub(crate) folder: tempfile::TempDir,
    database: Database,
}

/// Where the database of an installation is.
enum Database {
    /// A SQLite file in its folder.
    File,
    /// A database of this name on the server for tests; dropped with the installation.
    Own { server: String, name: String },
    /// At this address.
    At(String),
}

/// What a command said and how it ended.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Said {
    pub(crate) fn of(output: &Output) -> Self {
        Self {
            code: output.status.code(),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Fails the test unless the command ended well.
    pub(crate) fn well(self) -> String {
        assert_eq!(self.code, Some(0), "{self:?}");
        self.out
    }
}

/// A figure for each definition: fen and trades.
pub(crate) type Values = BTreeMap<String, (i64, i64)>;

impl Place {
    /// With a SQLite file that is not there yet.
    pub(crate) fn empty() -> Self {
        Self::at(Database::File)
    }

    fn at(database: Database) -> Self {
        Self { folder: tempfile::tempdir().unwrap(), database }
    }

    /// On a database that the test has made.
    pub(crate) fn on(address: &str) -> Self {
        Self::at(Database::At(address.to_owned()))
    }

    /// With a new database on the PostgreSQL server for tests.
    pub(crate) fn postgres() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let server = std::env::var(POSTGRES_VARIABLE).unwrap_or_else(|_| {
            panic!("{POSTGRES_VARIABLE} is not set; run `cargo xtask test` or `cargo xtask postgres -- cargo test …`")
        });
        let name = format!("whole_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::SeqCst));
        block(async {
            let db = Db::open(&server, &Options::default()).await.unwrap();
            db.create_database(&name).await.unwrap();
            db.close().await;
        });
        Self::at(Database::Own { server, name })
    }

    /// A copy of an installation on SQLite in which `shanhai demo` has imported the world. It was made once.
    pub(crate) fn with_demo() -> Self {
        static MADE: OnceLock<PathBuf> = OnceLock::new();
        let made = MADE.get_or_init(|| {
            let place = Self::empty();
            place.demo().well();
            let kept = room().join("demo");
            copy(place.folder.path(), &kept);
            kept
        });
        let place = Self::empty();
        copy(made, place.folder.path());
        place
    }

    pub(crate) fn address(&self) -> String {
        match &self.database {
            Database::File => format!("sqlite:{}", self.folder.path().join("shanhai.db").display()),
            Database::Own { server, name } => with_database(server, name),
            Database::At(address) => address.clone(),
        }
    }

    /// The program on this installation.
    pub(crate) fn command<S: AsRef<std::ffi::OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_shanhai"));
        command.args(args).stdin(Stdio::null());
        for name in ["SHANHAI_LOG", "SHANHAI_PORT", "SHANHAI_HOST", "SHANHAI_PUBLIC_URL"] {
            command.env_remove(name);
        }
        command.env("SHANHAI_DATA", self.folder.path()).env("SHANHAI_DATABASE", self.address());
        command
    }

    pub(crate) fn run<S: AsRef<std::ffi::OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Said {
        Said::of(&self.command(args).output().unwrap())
    }

    pub(crate) fn demo(&self) -> Said {
        self.run(["demo", "--no-serve", "--scale", "tiny"])
    }

    /// Imports files of one source, whatever remarks there are.
    pub(crate) fn import(&self, source: &str, files: &[&Path]) -> Said {
        let mut command = self.command(["import", "--good-only", "--doubtful-too", "--source", source]);
        Said::of(&command.args(files).output().unwrap())
    }

    /// Imports files, those of each source together.
    pub(crate) fn import_all<'a>(&self, files: impl IntoIterator<Item = (&'a str, &'a Path)>) {
        let mut by_source: BTreeMap<&str, Vec<&Path>> = BTreeMap::new();
        for (source, file) in files {
            by_source.entry(source).or_default().push(file);
        }
        for (source, files) in by_source {
            self.import(source, &files).well();
        }
    }

    /// Every figure in force.
    pub(crate) fn figures(&self) -> Values {
        let text = self.run(["figure", "list", "--format", "json"]).well();
        let list: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap();
        let value = |figure: &serde_json::Value| {
            let number = |name: &str| figure[name].as_i64().unwrap();
            (figure["code"].as_str().unwrap().to_owned(), (number("value_fen"), number("trades")))
        };
        list.iter().map(value).collect()
    }

    /// `shanhai audit` finds nothing.
    pub(crate) fn audited(&self) {
        self.run(["audit"]).well();
    }

    /// The only number that a statement gives.
    pub(crate) fn number(&self, text: &'static str) -> i64 {
        self.value(text)
    }

    /// The only identifier that a statement gives, as commands write it.
    pub(crate) fn id(&self, text: &'static str) -> String {
        self.value::<sh_kernel::Id<()>>(text).to_string()
    }

    fn value<T: sh_db::Column + Send>(&self, text: &'static str) -> T {
        block(async {
            let db = Db::open(&self.address(), &Options::default()).await.unwrap();
            let (value,): (T,) =
                db.read(async |tx| tx.fetch_one(&Sql::new("value", text), binds![]).await).await.unwrap();
            db.close().await;
            value
        })
    }

    /// Changes rows behind the program's back. Returns how many.
    pub(crate) fn tamper(&self, text: &'static str) -> u64 {
        block(async {
            let db = Db::open(&self.address(), &Options::default()).await.unwrap();
            let changed =
                db.write(async |tx| tx.execute(&Sql::new("tamper", text), binds![]).await).await.unwrap();
            db.close().await;
            changed
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Database::Own { server, name } = &self.database else { return };
        block(async {
            if let Ok(db) = Db::open(server, &Options::default()).await {
                // Best effort: the cluster of a test run is removed at its end anyway.
                drop(db.drop_database(name).await);
                db.close().await;
            }
        });
    }
}

/// A folder for what all tests of this run share. What earlier runs left is removed.
fn room() -> &'static Path {
    static MADE: OnceLock<PathBuf> = OnceLock::new();
    MADE.get_or_init(|| {
        let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("whole");
        fs::create_dir_all(&root).unwrap();
        for entry in fs::read_dir(&root).unwrap() {
            let entry = entry.unwrap();
            if !Path::new("/proc").join(entry.file_name()).exists() {
                // Another run that starts at the same time may be quicker.
                drop(fs::remove_dir_all(entry.path()));
            }
        }
        root.join(std::process::id().to_string())
    })
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// The world that `shanhai demo` imports, with what really happened in it.
pub(crate) struct Truth {
    pub(crate) world: World,
    /// File and row of every report of each sale.
    pub(crate) reports: Vec<Vec<(String, u32)>>,
}

pub(crate) fn truth() -> &'static Truth {
    static MADE: OnceLock<Truth> = OnceLock::new();
    MADE.get_or_init(|| {
        let folder = room().join("world");
        let world = sh_world::generate(&folder, &Scale::TINY, SEED, |_, _| {}).unwrap();
        let mut reports = vec![Vec::new(); world.trades];
        let rows = fs::read_to_string(folder.join("labels/rows.csv")).unwrap();
        for line in rows.lines().skip(1) {
            let [file, row, trade] = line.split(',').collect::<Vec<_>>().try_into().unwrap();
            reports[trade.parse::<usize>().unwrap()].push((file.to_owned(), row.parse().unwrap()));
        }
        Truth { world, reports }
    })
}

impl Truth {
    /// Source and path of every file.
    pub(crate) fn files(&self) -> impl Iterator<Item = (&str, &Path)> {
        self.world.files.iter().map(|file| (file.source.as_str(), file.path.as_path()))
    }

    /// The last file of a source.
    pub(crate) fn file(&self, source: &str) -> PathBuf {
        self.files().filter(|(code, _)| *code == source).last().unwrap().1.to_owned()
    }
}

/// The last part of a path.
pub(crate) fn name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}
