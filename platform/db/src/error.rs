//! What can go wrong between the program and its database.

/// A database error, told apart by what the caller can do about it.
#[derive(Debug, Clone, thiserror::Error)]
pub enum DbError {
    /// A unique key already holds this value. Carries the name of the constraint as `table_column_key`.
    #[error("{0} already holds this value")]
    Unique(String),
    /// A named CHECK, NOT NULL or foreign key refused the row.
    #[error("the database refused the row: {0}")]
    Refused(String),
    /// Somebody else holds what this transaction needs; it was retried and is still held.
    #[error("the database is busy; try again shortly")]
    Busy,
    /// The database cannot be reached at the moment. Nothing was written.
    #[error("the database cannot be reached: {0}")]
    Unavailable(String),
    /// The disk under the database is full. Nothing was written.
    #[error("the disk under the database is full")]
    Full,
    /// A column held something else than the program expects, such as NULL where a value must stand.
    #[error("column {column}: {problem}")]
    Column {
        /// Position of the column in the result, from 0.
        column: usize,
        /// What is wrong with it.
        problem: String,
    },
    /// A migration that was applied earlier has another text now, or the database is newer than the program.
    #[error("{0}")]
    Migration(String),
    /// The address of the database cannot be understood.
    #[error("{0}")]
    Address(String),
    /// Anything else the driver reports.
    #[error("database: {0}")]
    Other(String),
}

impl DbError {
    /// Whether the same transaction may succeed if it is simply run again.
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Busy | Self::Unavailable(_))
    }
}

impl From<sqlx::Error> for DbError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Database(inner) => from_engine(inner.as_ref()),
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::Protocol(_)
            | sqlx::Error::WorkerCrashed => Self::Unavailable(error.to_string()),
            _ => Self::Other(error.to_string()),
        }
    }
}

fn from_engine(error: &dyn sqlx::error::DatabaseError) -> DbError {
    let code = error.code().unwrap_or_default().into_owned();
    let message = error.message();
    if error.is_unique_violation() {
        return DbError::Unique(constraint_name(error));
    }
    if error.is_check_violation() || error.is_foreign_key_violation() || message.starts_with("NOT NULL") {
        return DbError::Refused(constraint_name(error));
    }
    match code.as_str() {
        // PostgreSQL: serialization failure, deadlock, lock not available. SQLite: BUSY and LOCKED with their extensions.
        "40001" | "40P01" | "55P03" | "5" | "6" | "261" | "517" | "262" => DbError::Busy,
        // PostgreSQL: shutting down, starting up, too many connections, the statement was cancelled, the operating system
        // failed to read, write or find a file. SQLite: cannot open.
        "57P01" | "57P02" | "57P03" | "53300" | "08006" | "08003" | "57014" | "58000" | "58030" | "58P01"
        | "14" => DbError::Unavailable(message.to_owned()),
        // PostgreSQL: disk full. SQLite: FULL, and a failed write or extension of the file.
        "53100" | "13" | "778" | "4874" => DbError::Full,
        "23502" => DbError::Refused(message.to_owned()),
        _ => DbError::Other(format!("{message} ({code})")),
    }
}

/// PostgreSQL names the constraint; SQLite names the columns (`UNIQUE constraint failed: price.sku, price.day`), which
/// give the same name under the rule `table_column…_key`.
fn constraint_name(error: &dyn sqlx::error::DatabaseError) -> String {
    if let Some(name) = error.constraint() {
        return name.to_owned();
    }
    let message = error.message();
    let Some((_, columns)) = message.split_once("failed: ") else { return message.to_owned() };
    let columns = columns.trim_start_matches("index ").trim_matches('\'');
    if !columns.contains('.') {
        return columns.to_owned();
    }
    let mut table = "";
    let mut names = Vec::new();
    for column in columns.split(", ") {
        if let Some((owner, name)) = column.split_once('.') {
            table = owner;
            names.push(name);
        }
    }
    format!("{table}_{}_key", names.join("_"))
}
