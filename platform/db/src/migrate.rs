//! Migrations: one source per version, rendered for each engine.

use crate::{Db, DbError, Engine, Sql, sql::render_schema};

/// One step of a module's schema. Forward only; the text of a released step never changes.
///
/// Type tokens stand for the engine's own types: `{{i64}} {{text}} {{bool}} {{bytes}} {{uuid}} {{instant}} {{json}}`.
/// A table ends with `{{strict}}`, or with `{{clustered}}` when its rows should lie in the order of the primary key.
/// What only one engine has, such as its index of texts, stands between lines `{{sqlite}}` or `{{postgres}}` and `{{both}}`.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// The module that owns the tables.
    pub module: &'static str,
    /// 1, 2, 3 … within the module.
    pub version: i64,
    /// The SQL, statements separated by `;`.
    pub text: &'static str,
}

/// `(token, on SQLite, on PostgreSQL)`.
pub(crate) const fn schema_tokens() -> [(&'static str, &'static str, &'static str); 9] {
    [
        ("{{i64}}", "INTEGER", "BIGINT"),
        ("{{text}}", "TEXT", "TEXT"),
        ("{{bool}}", "INTEGER", "BOOLEAN"),
        ("{{bytes}}", "BLOB", "BYTEA"),
        ("{{uuid}}", "BLOB", "UUID"),
        ("{{instant}}", "INTEGER", "TIMESTAMPTZ"),
        ("{{json}}", "TEXT", "TEXT"),
        ("{{strict}}", "STRICT", ""),
        ("{{clustered}}", "STRICT, WITHOUT ROWID", ""),
    ]
}

const REGISTER: &str = "CREATE TABLE IF NOT EXISTS schema_migration (
    module {{text}} NOT NULL, version {{i64}} NOT NULL, checksum {{text}} NOT NULL,
    PRIMARY KEY (module, version)) {{strict}}";

/// What has been applied.
const APPLIED: Sql =
    Sql::new("APPLIED", "SELECT module, version, checksum FROM schema_migration ORDER BY module, version");
/// Notes one applied step.
const NOTE: Sql =
    Sql::new("NOTE", "INSERT INTO schema_migration (module, version, checksum) VALUES ($1, $2, $3)");

impl Migration {
    /// The SQL for an engine.
    pub fn rendered(&self, engine: Engine) -> String {
        render_schema(self.text, engine)
    }

    fn checksum(&self) -> String {
        use sha2::Digest;
        hex::encode(sha2::Sha256::digest(self.text.as_bytes()))
    }
}

impl Db {
    /// Brings the schema up to date: applies, in the given order, the steps that are missing. Returns how many there
    /// were. All steps of one call are applied in one transaction.
    ///
    /// # Errors
    /// [`DbError::Migration`] if an applied step has another text now, or if the database holds steps that this
    /// program does not know.
    pub async fn migrate(&self, steps: &[Migration]) -> Result<usize, DbError> {
        let engine = self.engine();
        self.write(async |tx| {
            if engine == Engine::Postgres {
                tx.batch("SELECT pg_advisory_xact_lock(7305803)").await?;
            }
            tx.batch(&render_schema(REGISTER, engine)).await?;
            let applied: Vec<(String, i64, String)> = tx.fetch_all(&APPLIED, Vec::new()).await?;
            check_known(&applied, steps)?;
            let mut count = 0;
            for step in steps {
                let found = applied
                    .iter()
                    .find(|(module, version, _)| module == step.module && *version == step.version);
                match found {
                    Some((_, _, checksum)) if *checksum == step.checksum() => {}
                    Some(_) => {
                        return Err(DbError::Migration(format!(
                            "migration {} {} was applied with another text; restore the released text",
                            step.module, step.version
                        )));
                    }
                    None => {
                        tx.batch(&step.rendered(engine)).await?;
                        tx.execute(&NOTE, crate::binds![step.module, step.version, step.checksum()]).await?;
                        count += 1;
                    }
                }
            }
            Ok(count)
        })
        .await
    }

    /// How many of these steps the database still lacks. Changes nothing.
    ///
    /// # Errors
    /// As [`Db::migrate`].
    pub async fn pending(&self, steps: &[Migration]) -> Result<usize, DbError> {
        let applied: Result<Vec<(String, i64, String)>, DbError> =
            self.read(async |tx| tx.fetch_all(&APPLIED, Vec::new()).await).await;
        match applied {
            Ok(applied) => {
                check_known(&applied, steps)?;
                Ok(steps.len() - applied.len())
            }
            // A new database has no register yet.
            Err(DbError::Other(_)) => Ok(steps.len()),
            Err(error) => Err(error),
        }
    }
}

fn check_known(applied: &[(String, i64, String)], steps: &[Migration]) -> Result<(), DbError> {
    for (module, version, _) in applied {
        if !steps.iter().any(|step| step.module == module && step.version == *version) {
            return Err(DbError::Migration(format!(
                "the database holds {module} version {version}, which this program does not know; use a newer program"
            )));
        }
    }
    Ok(())
}
