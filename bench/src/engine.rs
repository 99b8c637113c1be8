//! The databases that are measured: a new one on each engine, opened as the program opens it and, beside that, raw.

use anyhow::Context as _;
use camino::{Utf8Path, Utf8PathBuf};
use sh_db::{Db, Engine, Migration, Options};

use crate::raw::Raw;

/// Where databases are made.
#[derive(Debug, Clone)]
pub(crate) struct Engines {
    pub(crate) folder: Utf8PathBuf,
    /// Address of a PostgreSQL server on which databases may be created.
    pub(crate) postgres: Option<String>,
    pub(crate) wanted: Vec<Engine>,
}

/// A new database with the schema of every module that the benchmarks write to.
#[derive(Debug)]
pub(crate) struct Base {
    pub(crate) db: Db,
    address: String,
    engine: Engine,
    name: String,
}

pub(crate) const fn title(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => "SQLite",
        Engine::Postgres => "PostgreSQL",
    }
}

/// The program's schema, as far as it is measured.
fn steps() -> Vec<Migration> {
    [
        sh_http::MIGRATIONS,
        sh_access::MIGRATIONS,
        sh_jobs::MIGRATIONS,
        sh_parties::MIGRATIONS,
        sh_ledger::MIGRATIONS,
        sh_trade::MIGRATIONS,
        sh_statistics::MIGRATIONS,
        sh_search::MIGRATIONS,
        sh_catalogue::MIGRATIONS,
        sh_stock::MIGRATIONS,
        sh_webhooks::MIGRATIONS,
        sh_mall::MIGRATIONS,
    ]
    .concat()
}

impl Engines {
    /// A new database; one of the same name from an earlier run is removed first.
    pub(crate) async fn create(&self, engine: Engine, name: &str) -> anyhow::Result<Base> {
        self.create_with(engine, name, &Options::default()).await
    }

    /// As [`Engines::create`], opened in another way than the program opens it.
    pub(crate) async fn create_with(
        &self,
        engine: Engine,
        name: &str,
        options: &Options,
    ) -> anyhow::Result<Base> {
        let address = match engine {
            Engine::Sqlite => {
                let path = self.folder.join(format!("{name}.db"));
                remove_sqlite(&path)?;
                format!("sqlite:{path}")
            }
            Engine::Postgres => {
                let server = self.server()?;
                let name = format!("bench_{name}");
                let maintenance = Db::open(server, &Options::default()).await?;
                maintenance.drop_database(&name).await?;
                maintenance.create_database(&name).await?;
                maintenance.close().await;
                sh_testkit::with_database(server, &name)
            }
        };
        let db = Db::open(&address, options).await?;
        db.migrate(&steps()).await?;
        Ok(Base { db, address, engine, name: name.to_owned() })
    }

    fn server(&self) -> anyhow::Result<&str> {
        self.postgres.as_deref().context("no PostgreSQL server: give --postgres or run cargo xtask bench")
    }

    /// Closes and removes a database.
    pub(crate) async fn remove(&self, base: Base) -> anyhow::Result<()> {
        base.db.close().await;
        match base.engine {
            Engine::Sqlite => remove_sqlite(&self.folder.join(format!("{}.db", base.name))),
            Engine::Postgres => {
                let maintenance = Db::open(self.server()?, &Options::default()).await?;
                maintenance.drop_database(&format!("bench_{}", base.name)).await?;
                maintenance.close().await;
                Ok(())
            }
        }
    }
}

impl Base {
    /// Adds tables of the benchmarks' own. The program itself refuses such a database.
    pub(crate) async fn extend(&self, own: &[Migration]) -> anyhow::Result<()> {
        self.db.migrate(&[&steps(), own].concat()).await.map(drop).map_err(Into::into)
    }

    /// Where it is, for programs beside this one.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// A connection without anything of the program in between.
    pub(crate) async fn raw(&self) -> anyhow::Result<Raw> {
        Raw::open(&self.address).await
    }

    /// Lets PostgreSQL know what is in the tables, as its housekeeping does within a minute.
    pub(crate) async fn settle(&self) -> anyhow::Result<()> {
        let mut raw = self.raw().await?;
        match self.engine {
            Engine::Postgres => raw.execute("VACUUM (ANALYZE)").await?,
            Engine::Sqlite => raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").await?,
        }
        raw.close().await
    }
}

fn remove_sqlite(path: &Utf8Path) -> anyhow::Result<()> {
    for end in ["", "-wal", "-shm"] {
        let file = format!("{path}{end}");
        match std::fs::remove_file(&file) {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(error).with_context(|| format!("cannot remove {file}")),
        }
    }
    Ok(())
}
