//! Opening a database and running transactions.

use std::{fmt, str::FromStr, sync::Arc, time::Duration};

use sqlx::{
    Executor as _, PgPool, SqlitePool,
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use crate::{DbError, Engine, Tx, copy::BrokenOff, tx::SQLITE_ROWS_AHEAD};

/// How often a transaction that met a passing lock conflict is run again before the caller hears of it.
const BUSY_RETRIES_MAX: u32 = 8;

/// Sessions of PostgreSQL that group commits may hold at the same time; each has one writer.
const SEQUENCERS_MAX: u32 = 4;

/// The session of a group commit touches rows by their keys and nothing else. A plan that was made and kept while its
/// tables were empty would read them from end to end for ever.
const BY_KEY_ONLY: [(&str, &str); 3] =
    [("enable_seqscan", "off"), ("enable_hashjoin", "off"), ("enable_mergejoin", "off")];

/// How a database is opened.
#[derive(Debug, Clone)]
pub struct Options {
    /// Connections that read at the same time.
    pub readers_max: u32,
    /// How long a caller waits for a free connection, and a dropped server connection is tried again.
    pub acquire_seconds: u64,
    /// Memory for SQLite's page cache per connection that reads, in KiB.
    pub sqlite_cache_kib: u32,
    /// The same for the one connection that writes: it keeps the inner pages of every index at hand.
    pub sqlite_writer_cache_kib: u32,
    /// Whether SQLite and PostgreSQL wait for the disk at each commit. Only throw-away test databases say no.
    pub durable: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            readers_max: 8,
            acquire_seconds: 15,
            sqlite_cache_kib: 16 * 1024,
            sqlite_writer_cache_kib: 64 * 1024,
            durable: true,
        }
    }
}

/// A database: a pool of connections to one engine. Cheap to clone.
#[derive(Clone)]
pub struct Db(Arc<Pools>);

enum Pools {
    Sqlite { writer: SqlitePool, readers: SqlitePool },
    Postgres { pool: PgPool, sequencers: PgPool, broken_off: BrokenOff },
}

impl fmt::Debug for Db {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Db({:?})", self.engine())
    }
}

impl Db {
    /// Opens `sqlite:PATH` (the file is created if it is missing) or `postgres://…`.
    ///
    /// # Errors
    /// [`DbError::Address`] if the address is neither, [`DbError::Unavailable`] if nothing answers there.
    pub async fn open(address: &str, options: &Options) -> Result<Self, DbError> {
        let pools = if let Some(path) = address.strip_prefix("sqlite:") {
            open_sqlite(path.trim_start_matches("//"), options).await?
        } else if address.starts_with("postgres://") || address.starts_with("postgresql://") {
            open_postgres(address, options).await?
        } else {
            return Err(DbError::Address(format!(
                "a database address begins with sqlite: or postgres://, not {:?}",
                address.split(':').next().unwrap_or_default()
            )));
        };
        Ok(Self(Arc::new(pools)))
    }

    /// Which engine this is.
    pub fn engine(&self) -> Engine {
        match &*self.0 {
            Pools::Sqlite { .. } => Engine::Sqlite,
            Pools::Postgres { .. } => Engine::Postgres,
        }
    }

    /// Runs `work` on one consistent view of the data. Nothing it writes would last.
    ///
    /// # Errors
    /// What `work` returns, or a [`DbError`] if no connection is to be had.
    pub async fn read<T, E: From<DbError>>(
        &self,
        work: impl AsyncFnOnce(&mut Tx) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut tx = self.begin_read().await?;
        work(&mut tx).await
    }

    /// Runs `work` in one transaction and commits it if it succeeds. A passing lock conflict runs a clone of it again,
    /// so `work` keeps nothing from an earlier run.
    ///
    /// # Errors
    /// What `work` returns (nothing is written then), or a [`DbError`] if the commit fails.
    pub async fn write<T, E: From<DbError> + Passing>(
        &self,
        // A closure that is called once, many times: the future of an `AsyncFn` that borrows cannot be proven `Send`.
        work: impl AsyncFnOnce(&mut Tx) -> Result<T, E> + Clone,
    ) -> Result<T, E> {
        let mut attempt = 0;
        loop {
            let outcome = self.write_once(work.clone()).await;
            match outcome {
                Err(error) if error.is_busy() && attempt < BUSY_RETRIES_MAX => {
                    attempt += 1;
                    tokio::time::sleep(Duration::from_millis(10 << attempt)).await;
                }
                outcome => return outcome,
            }
        }
    }

    async fn write_once<T, E: From<DbError>>(
        &self,
        work: impl AsyncFnOnce(&mut Tx) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut tx = self.begin_write().await?;
        let value = work(&mut tx).await?;
        tx.commit().await?;
        Ok(value)
    }

    async fn begin_read(&self) -> Result<Tx, DbError> {
        Ok(match &*self.0 {
            Pools::Sqlite { readers, .. } => Tx::sqlite(readers.begin_with("BEGIN").await?),
            Pools::Postgres { pool, broken_off, .. } => Tx::postgres(
                pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?,
                broken_off,
            ),
        })
    }

    async fn begin_write(&self) -> Result<Tx, DbError> {
        Ok(match &*self.0 {
            // IMMEDIATE takes the write lock at once; a lock taken later could not be waited for.
            Pools::Sqlite { writer, .. } => Tx::sqlite(writer.begin_with("BEGIN IMMEDIATE").await?),
            Pools::Postgres { pool, broken_off, .. } => Tx::postgres(pool.begin().await?, broken_off),
        })
    }

    /// Begins a transaction of a [`GroupCommit`](crate::GroupCommit): on the one writer of SQLite, or in a session of
    /// PostgreSQL that is kept for this.
    pub(crate) async fn begin_group(&self) -> Result<Tx, DbError> {
        match &*self.0 {
            Pools::Sqlite { .. } => self.begin_write().await,
            Pools::Postgres { sequencers, broken_off, .. } => {
                Ok(Tx::postgres(sequencers.begin().await?, broken_off))
            }
        }
    }

    /// Prepares a statement without running it, so that a test finds a text that an engine does not understand.
    ///
    /// # Errors
    /// What the engine says about the text.
    pub async fn check_statement(&self, text: &str) -> Result<(), DbError> {
        let mut tx = self.begin_write().await?;
        tx.prepare(text).await
    }

    /// Creates a database beside this one, with byte-wise text order. PostgreSQL only; for tests and set-up.
    ///
    /// # Errors
    /// What the server refuses, or [`DbError::Address`] if the name is not plain.
    pub async fn create_database(&self, name: &str) -> Result<(), DbError> {
        self.maintain(&format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'"), name)
            .await
    }

    /// Drops a database beside this one, throwing out whoever is connected. PostgreSQL only; for tests.
    ///
    /// # Errors
    /// What the server refuses, or [`DbError::Address`] if the name is not plain.
    pub async fn drop_database(&self, name: &str) -> Result<(), DbError> {
        self.maintain(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"), name).await
    }

    async fn maintain(&self, text: &str, name: &str) -> Result<(), DbError> {
        let plain = !name.is_empty()
            && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        let Pools::Postgres { pool, .. } = &*self.0 else {
            return Err(DbError::Address("only PostgreSQL holds several databases".to_owned()));
        };
        if !plain {
            return Err(DbError::Address(format!("{name:?} is not a plain database name")));
        }
        pool.execute(sqlx::raw_sql(sqlx::AssertSqlSafe(text.to_owned()))).await?;
        Ok(())
    }

    /// Closes all connections after the running transactions have ended.
    pub async fn close(&self) {
        match &*self.0 {
            Pools::Sqlite { writer, readers } => {
                readers.close().await;
                writer.close().await;
            }
            Pools::Postgres { pool, sequencers, .. } => {
                sequencers.close().await;
                pool.close().await;
            }
        }
    }
}

/// An error that can say whether it is a passing lock conflict inside the database.
pub trait Passing {
    /// Whether running the same transaction again may succeed at once.
    fn is_busy(&self) -> bool;
}

impl<E: std::error::Error + 'static> Passing for E {
    fn is_busy(&self) -> bool {
        let mut error: Option<&(dyn std::error::Error + 'static)> = Some(self);
        while let Some(current) = error {
            if matches!(current.downcast_ref::<DbError>(), Some(DbError::Busy)) {
                return true;
            }
            error = current.source();
        }
        false
    }
}

async fn open_sqlite(path: &str, options: &Options) -> Result<Pools, DbError> {
    let base = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(if options.durable { SqliteSynchronous::Full } else { SqliteSynchronous::Off })
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(options.acquire_seconds))
        .statement_cache_capacity(512)
        .row_buffer_size(SQLITE_ROWS_AHEAD)
        .pragma("temp_store", "MEMORY")
        .pragma("mmap_size", "0")
        .pragma("wal_autocheckpoint", "20000");
    // A negative number is one of KiB, a positive one of pages.
    let cache = |kib: u32| format!("-{kib}");
    let acquire = Duration::from_secs(options.acquire_seconds);
    let writer = SqlitePoolOptions::new()
        .max_connections(1)
        .acquire_timeout(acquire)
        .idle_timeout(None)
        .max_lifetime(None)
        .connect_with(base.clone().pragma("cache_size", cache(options.sqlite_writer_cache_kib)))
        .await?;
    let readers = SqlitePoolOptions::new()
        .max_connections(options.readers_max)
        .acquire_timeout(acquire)
        .idle_timeout(None)
        .max_lifetime(None)
        .connect_with(base.pragma("cache_size", cache(options.sqlite_cache_kib)).pragma("query_only", "ON"))
        .await?;
    Ok(Pools::Sqlite { writer, readers })
}

async fn open_postgres(address: &str, options: &Options) -> Result<Pools, DbError> {
    let connect = PgConnectOptions::from_str(address)
        .map_err(|error| DbError::Address(format!("the database address cannot be read: {error}")))?
        .application_name("shanhai")
        .options([
            ("synchronous_commit", if options.durable { "on" } else { "off" }),
            ("TimeZone", "Asia/Shanghai"),
        ])
        .statement_cache_capacity(512);
    let broken_off = BrokenOff::default();
    let pool = whole_connections(&broken_off)
        .max_connections(options.readers_max + 4)
        .acquire_timeout(Duration::from_secs(options.acquire_seconds))
        .connect_with(connect.clone())
        .await?;
    let sequencers = whole_connections(&broken_off)
        .max_connections(SEQUENCERS_MAX)
        .acquire_timeout(Duration::from_secs(options.acquire_seconds))
        .idle_timeout(None)
        .test_before_acquire(false)
        .connect_lazy_with(connect.options(BY_KEY_ONLY));
    Ok(Pools::Postgres { pool, sequencers, broken_off })
}

/// A pool that does not hand out connections on which a copy was broken off.
fn whole_connections(broken_off: &BrokenOff) -> PgPoolOptions {
    let broken_off = broken_off.clone();
    PgPoolOptions::new().before_acquire(move |_, connection| {
        let whole = !broken_off.met(connection.age);
        Box::pin(async move { Ok(whole) })
    })
}
