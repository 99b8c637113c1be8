//! The engines without the program: prepared multi-row inserts and plain queries through the driver alone. This is the
//! floor that the program is compared with, opened with the same settings.

use std::ops::Range;

use anyhow::Context as _;
use futures::TryStreamExt as _;
use sh_db::{Db, DbError, Engine, Insert, Kind, Value};
use sh_kernel::Instant;
use sqlx::{
    Arguments as _, AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _, PgConnection,
    Postgres, SqliteConnection,
    postgres::{PgArguments, PgConnectOptions, PgHasArrayType, PgTypeInfo},
    sqlite::{SqliteArguments, SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};
use uuid::Uuid;

/// Rows of one SQLite statement, and values in it.
const SQLITE_ROWS: usize = 256;
const SQLITE_VALUES: usize = 30_000;
/// Rows of one PostgreSQL statement.
const POSTGRES_ROWS: usize = 10_000;
/// Microseconds from 1970 to 2000, where PostgreSQL counts from.
const POSTGRES_EPOCH: i64 = 946_684_800_000_000;

/// One connection.
#[derive(Debug)]
pub(crate) enum Raw {
    Sqlite(Box<SqliteConnection>),
    Postgres(Box<PgConnection>),
}

/// The values of one column.
#[derive(Debug, Clone)]
pub(crate) enum Column {
    I64(Vec<Option<i64>>),
    Bool(Vec<Option<bool>>),
    Text(Vec<Option<String>>),
    Bytes(Vec<Option<Vec<u8>>>),
    Uuid(Vec<Option<Uuid>>),
    /// Microseconds since 1970.
    Instant(Vec<Option<i64>>),
}

impl Column {
    pub(crate) const fn new(kind: Kind) -> Self {
        match kind {
            Kind::I64 => Self::I64(Vec::new()),
            Kind::Bool => Self::Bool(Vec::new()),
            Kind::Text => Self::Text(Vec::new()),
            Kind::Bytes => Self::Bytes(Vec::new()),
            Kind::Uuid => Self::Uuid(Vec::new()),
            Kind::Instant => Self::Instant(Vec::new()),
        }
    }

    const fn len(&self) -> usize {
        match self {
            Self::I64(list) | Self::Instant(list) => list.len(),
            Self::Bool(list) => list.len(),
            Self::Text(list) => list.len(),
            Self::Bytes(list) => list.len(),
            Self::Uuid(list) => list.len(),
        }
    }

    fn push(&mut self, value: Value) -> anyhow::Result<()> {
        match (self, value) {
            (Self::I64(list), Value::I64(value)) => list.push(value),
            (Self::Bool(list), Value::Bool(value)) => list.push(value),
            (Self::Text(list), Value::Text(value)) => list.push(value),
            (Self::Bytes(list), Value::Bytes(value)) => list.push(value),
            (Self::Uuid(list), Value::Uuid(value)) => list.push(value),
            (Self::Instant(list), Value::Instant(value)) => list.push(value.map(Instant::micros)),
            (column, value) => anyhow::bail!("{value:?} does not fit into {column:?}"),
        }
        Ok(())
    }

    fn read(&mut self, row: &sh_db::Row, index: usize) -> Result<(), DbError> {
        match self {
            Self::I64(list) => list.push(row.get(index)?),
            Self::Bool(list) => list.push(row.get(index)?),
            Self::Text(list) => list.push(row.get(index)?),
            Self::Bytes(list) => list.push(row.get(index)?),
            Self::Uuid(list) => list.push(row.get(index)?),
            Self::Instant(list) => list.push(row.get::<Option<Instant>>(index)?.map(Instant::micros)),
        }
        Ok(())
    }

    fn bind_one(&self, at: usize, to: &mut SqliteArguments) -> Result<(), sqlx::error::BoxDynError> {
        match self {
            Self::I64(list) | Self::Instant(list) => to.add(list[at]),
            Self::Bool(list) => to.add(list[at]),
            Self::Text(list) => to.add(list[at].clone()),
            Self::Bytes(list) => to.add(list[at].clone()),
            Self::Uuid(list) => to.add(list[at]),
        }
    }

    fn bind_many(&self, range: Range<usize>, to: &mut PgArguments) -> Result<(), sqlx::error::BoxDynError> {
        match self {
            Self::I64(list) => to.add(&list[range]),
            Self::Bool(list) => to.add(&list[range]),
            Self::Text(list) => to.add(&list[range]),
            Self::Bytes(list) => to.add(&list[range]),
            Self::Uuid(list) => to.add(&list[range]),
            Self::Instant(list) => {
                let moments: Vec<Option<Moment>> = list[range]
                    .iter()
                    .map(|micros| micros.map(|micros| Moment(micros - POSTGRES_EPOCH)))
                    .collect();
                to.add(moments)
            }
        }
    }
}

/// PostgreSQL's `timestamptz`.
#[derive(Debug, Clone, Copy)]
struct Moment(i64);

impl sqlx::Type<Postgres> for Moment {
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_name("timestamptz")
    }
}
impl PgHasArrayType for Moment {
    fn array_type_info() -> PgTypeInfo {
        PgTypeInfo::with_name("_timestamptz")
    }
}
impl sqlx::Encode<'_, Postgres> for Moment {
    fn encode_by_ref(
        &self,
        buffer: &mut sqlx::postgres::PgArgumentBuffer,
    ) -> Result<sqlx::encode::IsNull, sqlx::error::BoxDynError> {
        sqlx::Encode::<Postgres>::encode(self.0, buffer)
    }
}

/// Rows of one table, column by column.
#[derive(Debug, Clone)]
pub(crate) struct Rows {
    pub(crate) insert: Insert,
    pub(crate) columns: Vec<Column>,
}

impl Rows {
    pub(crate) fn new(insert: Insert) -> Self {
        Self { columns: insert.columns.iter().map(|(_, kind)| Column::new(*kind)).collect(), insert }
    }

    /// Adds a row, its values in the order of the columns.
    pub(crate) fn push(&mut self, values: Vec<Value>) -> anyhow::Result<()> {
        anyhow::ensure!(
            values.len() == self.columns.len(),
            "{} has {} columns",
            self.insert.table,
            self.columns.len()
        );
        self.columns.iter_mut().zip(values).try_for_each(|(column, value)| column.push(value))
    }

    pub(crate) fn len(&self) -> usize {
        self.columns.first().map_or(0, Column::len)
    }

    /// Everything that a table holds, in the order of its rows.
    pub(crate) async fn of_table(db: &Db, insert: Insert, order: &str) -> anyhow::Result<Self> {
        let names: Vec<&str> = insert.columns.iter().map(|(name, _)| *name).collect();
        let text = format!("SELECT {} FROM {} ORDER BY {order}", names.join(", "), insert.table);
        let mut rows = Self::new(insert);
        db.read(async |tx| {
            tx.for_each_dynamic(text.clone(), Vec::new(), |row| {
                rows.columns.iter_mut().enumerate().try_for_each(|(index, column)| column.read(row, index))
            })
            .await
        })
        .await?;
        Ok(rows)
    }
}

impl Raw {
    pub(crate) async fn open(address: &str) -> anyhow::Result<Self> {
        if let Some(path) = address.strip_prefix("sqlite:") {
            let options = SqliteConnectOptions::new()
                .filename(path)
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full)
                .pragma("cache_size", "-16384")
                .pragma("temp_store", "MEMORY")
                .pragma("wal_autocheckpoint", "20000");
            return Ok(Self::Sqlite(Box::new(options.connect().await.context("raw SQLite")?)));
        }
        let options: PgConnectOptions = address.parse().context("the PostgreSQL address")?;
        Ok(Self::Postgres(Box::new(options.connect().await.context("raw PostgreSQL")?)))
    }

    pub(crate) const fn engine(&self) -> Engine {
        match self {
            Self::Sqlite(_) => Engine::Sqlite,
            Self::Postgres(_) => Engine::Postgres,
        }
    }

    pub(crate) async fn close(self) -> anyhow::Result<()> {
        match self {
            Self::Sqlite(connection) => connection.close().await?,
            Self::Postgres(connection) => connection.close().await?,
        }
        Ok(())
    }

    pub(crate) async fn execute(&mut self, text: &str) -> anyhow::Result<()> {
        let statement = sqlx::raw_sql(AssertSqlSafe(text.to_owned()));
        match self {
            Self::Sqlite(connection) => {
                connection.execute(statement).await?;
            }
            Self::Postgres(connection) => {
                connection.execute(statement).await?;
            }
        }
        Ok(())
    }

    /// Runs a query and takes every row of its result. Returns how many there were.
    pub(crate) async fn drain(&mut self, text: &str) -> anyhow::Result<u64> {
        let mut count = 0;
        match self {
            Self::Sqlite(connection) => {
                let mut rows = sqlx::query(AssertSqlSafe(text.to_owned())).fetch(&mut **connection);
                while rows.try_next().await?.is_some() {
                    count += 1;
                }
            }
            Self::Postgres(connection) => {
                let mut rows = sqlx::query(AssertSqlSafe(text.to_owned())).fetch(&mut **connection);
                while rows.try_next().await?.is_some() {
                    count += 1;
                }
            }
        }
        Ok(count)
    }

    pub(crate) async fn begin(&mut self) -> anyhow::Result<()> {
        let text = if self.engine() == Engine::Sqlite { "BEGIN IMMEDIATE" } else { "BEGIN" };
        self.execute(text).await
    }

    pub(crate) async fn commit(&mut self) -> anyhow::Result<()> {
        self.execute("COMMIT").await
    }

    /// Writes some rows with prepared multi-row inserts, within the transaction that is open.
    pub(crate) async fn insert(&mut self, rows: &Rows, range: Range<usize>) -> anyhow::Result<()> {
        match self {
            Self::Sqlite(connection) => sqlite(connection, rows, range).await,
            Self::Postgres(connection) => postgres(connection, rows, range).await,
        }
    }
}

fn wrong(error: &sqlx::error::BoxDynError) -> anyhow::Error {
    anyhow::anyhow!("a value cannot be bound: {error}")
}

async fn sqlite(connection: &mut SqliteConnection, rows: &Rows, range: Range<usize>) -> anyhow::Result<()> {
    let width = rows.columns.len().max(1);
    let most = SQLITE_ROWS.min(SQLITE_VALUES / width);
    let mut at = range.start;
    while at < range.end {
        let left = range.end - at;
        let size = if left >= most { most } else { 1 << left.ilog2() };
        let mut arguments = SqliteArguments::default();
        for row in at..at + size {
            for column in &rows.columns {
                column.bind_one(row, &mut arguments).map_err(|error| wrong(&error))?;
            }
        }
        let text = AssertSqlSafe(text(&rows.insert, Engine::Sqlite, size));
        sqlx::query_with(text, arguments).execute(&mut *connection).await?;
        at += size;
    }
    Ok(())
}

async fn postgres(connection: &mut PgConnection, rows: &Rows, range: Range<usize>) -> anyhow::Result<()> {
    let mut at = range.start;
    while at < range.end {
        let until = range.end.min(at + POSTGRES_ROWS);
        let mut arguments = PgArguments::default();
        for column in &rows.columns {
            column.bind_many(at..until, &mut arguments).map_err(|error| wrong(&error))?;
        }
        let text = AssertSqlSafe(text(&rows.insert, Engine::Postgres, 0));
        sqlx::query_with(text, arguments).execute(&mut *connection).await?;
        at = until;
    }
    Ok(())
}

fn text(insert: &Insert, engine: Engine, rows: usize) -> String {
    let names: Vec<&str> = insert.columns.iter().map(|(name, _)| *name).collect();
    let head = format!("INSERT INTO {} ({})", insert.table, names.join(", "));
    if engine == Engine::Postgres {
        let arrays: Vec<String> = (1..)
            .zip(insert.columns)
            .map(|(number, (_, kind))| format!("${number}::{}", array(*kind)))
            .collect();
        return format!("{head} SELECT * FROM unnest({})", arrays.join(", "));
    }
    let one = format!("({})", vec!["?"; insert.columns.len()].join(", "));
    format!("{head} VALUES {}", vec![one.as_str(); rows].join(", "))
}

const fn array(kind: Kind) -> &'static str {
    match kind {
        Kind::I64 => "bigint[]",
        Kind::Bool => "boolean[]",
        Kind::Text => "text[]",
        Kind::Bytes => "bytea[]",
        Kind::Uuid => "uuid[]",
        Kind::Instant => "timestamptz[]",
    }
}
