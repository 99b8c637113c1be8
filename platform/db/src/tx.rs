//! One transaction: statements, sets of rows, bulk writes.

use std::time::Duration;

use futures::{FutureExt as _, Stream, TryStreamExt as _};
use sh_kernel::Instant;
use sqlx::{
    Arguments as _, AssertSqlSafe, Executor as _, Postgres, SqlSafeStr as _, Sqlite, Transaction,
    postgres::{PgArguments, PgHasArrayType, PgTypeInfo},
    sqlite::SqliteArguments,
};
use uuid::Uuid;

use crate::{
    DbError, Engine, FromRow, Insert, Row, Sql, Update, Value,
    copy::{BrokenOff, COPY_ROWS_MIN, copy},
    row::{Inner as RowInner, POSTGRES_EPOCH_MICROS},
    sql::Kind,
};

/// Rows of one SQLite bulk statement: large enough to spread the cost of a call, small enough to stay in its cache.
pub(crate) const SQLITE_ROWS_MAX: usize = 256;
/// Values that one SQLite statement may bind.
const SQLITE_BINDS_MAX: usize = 30_000;
/// Rows of one PostgreSQL bulk statement.
const POSTGRES_ROWS_MAX: usize = 10_000;

/// Rows of a result that a connection of SQLite keeps ready: as many as it makes during a pause of the reader and more.
pub(crate) const SQLITE_ROWS_AHEAD: usize = 4096;
/// From so many rows on a result counts as long.
const SQLITE_LONG: usize = 512;
/// How long a reader of a long result waits for the next rows.
const SQLITE_PAUSE: Duration = Duration::from_millis(1);

/// The savepoint of [`Tx::nested`]. One name serves all: an inner savepoint hides the outer one until it ends.
const SAVEPOINT: &str = "part";

/// A running transaction. It is rolled back unless the closure that received it succeeds.
#[derive(Debug)]
pub struct Tx {
    inner: Inner,
    /// A statement failed since the last savepoint. PostgreSQL answers COMMIT with success then and rolls back.
    failed: bool,
    broken_off: BrokenOff,
}

#[derive(Debug)]
enum Inner {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

impl Tx {
    pub(crate) fn sqlite(tx: Transaction<'static, Sqlite>) -> Self {
        Self { inner: Inner::Sqlite(tx), failed: false, broken_off: BrokenOff::default() }
    }

    pub(crate) fn postgres(tx: Transaction<'static, Postgres>, broken_off: &BrokenOff) -> Self {
        Self { inner: Inner::Postgres(tx), failed: false, broken_off: broken_off.clone() }
    }

    /// Which engine this runs on.
    pub fn engine(&self) -> Engine {
        match &self.inner {
            Inner::Sqlite(_) => Engine::Sqlite,
            Inner::Postgres(_) => Engine::Postgres,
        }
    }

    pub(crate) async fn commit(self) -> Result<(), DbError> {
        if self.failed {
            return Err(DbError::Other("a statement failed, so the transaction cannot last".to_owned()));
        }
        match self.inner {
            Inner::Sqlite(tx) => tx.commit().await?,
            Inner::Postgres(tx) => tx.commit().await?,
        }
        Ok(())
    }

    /// Runs several statements without values, as a migration does.
    pub(crate) async fn batch(&mut self, text: &str) -> Result<(), DbError> {
        let statement = sqlx::raw_sql(AssertSqlSafe(text.to_owned()));
        match &mut self.inner {
            Inner::Sqlite(tx) => tx.execute(statement).await.map(drop)?,
            Inner::Postgres(tx) => tx.execute(statement).await.map(drop)?,
        }
        Ok(())
    }

    pub(crate) async fn prepare(&mut self, text: &str) -> Result<(), DbError> {
        let statement = AssertSqlSafe(text.to_owned()).into_sql_str();
        match &mut self.inner {
            Inner::Sqlite(tx) => (&mut **tx).prepare(statement).await.map(drop)?,
            Inner::Postgres(tx) => (&mut **tx).prepare(statement).await.map(drop)?,
        }
        Ok(())
    }

    /// Runs a statement and tells how many rows it changed.
    ///
    /// # Errors
    /// What the database refuses.
    pub async fn execute(&mut self, sql: &Sql, values: Vec<Value>) -> Result<u64, DbError> {
        let outcome = self.run(sql, values).await;
        self.noted(outcome)
    }

    async fn run(&mut self, sql: &Sql, values: Vec<Value>) -> Result<u64, DbError> {
        let (text, keep) = statement(sql, self.engine());
        let outcome = match &mut self.inner {
            Inner::Sqlite(tx) => sqlx::query_with(text, sqlite_arguments(values)?)
                .persistent(keep)
                .execute(&mut **tx)
                .await
                .map(|done| done.rows_affected()),
            Inner::Postgres(tx) => sqlx::query_with(text, postgres_arguments(values)?)
                .persistent(keep)
                .execute(&mut **tx)
                .await
                .map(|done| done.rows_affected()),
        };
        Ok(outcome?)
    }

    /// All rows of a result. For results whose size has a bound; see [`Tx::for_each`] for the others.
    ///
    /// # Errors
    /// What the database refuses, or a column that cannot be read.
    pub async fn fetch_all<T: FromRow + Send>(
        &mut self,
        sql: &Sql,
        values: Vec<Value>,
    ) -> Result<Vec<T>, DbError> {
        let mut rows = Vec::new();
        self.for_each(sql, values, |row| {
            rows.push(T::from_row(row)?);
            Ok(())
        })
        .await?;
        Ok(rows)
    }

    /// The only row of a result, or `None`.
    ///
    /// # Errors
    /// What the database refuses, or a column that cannot be read.
    pub async fn fetch_optional<T: FromRow + Send>(
        &mut self,
        sql: &Sql,
        values: Vec<Value>,
    ) -> Result<Option<T>, DbError> {
        Ok(self.fetch_all(sql, values).await?.into_iter().next())
    }

    /// The only row of a result that always has one, such as a count.
    ///
    /// # Errors
    /// [`DbError::Other`] if there is none.
    pub async fn fetch_one<T: FromRow + Send>(
        &mut self,
        sql: &Sql,
        values: Vec<Value>,
    ) -> Result<T, DbError> {
        self.fetch_optional(sql, values)
            .await?
            .ok_or_else(|| DbError::Other(format!("{} returned no row", sql.name)))
    }

    /// Hands each row of a result to `take` as it arrives, so that memory does not grow with the result.
    ///
    /// # Errors
    /// What the database refuses, or what `take` returns.
    pub async fn for_each(
        &mut self,
        sql: &Sql,
        values: Vec<Value>,
        take: impl FnMut(&Row) -> Result<(), DbError> + Send,
    ) -> Result<(), DbError> {
        let (text, keep) = statement(sql, self.engine());
        let outcome = self.stream(text, keep, values, take).await;
        self.noted(outcome)
    }

    /// As [`Tx::for_each`], for a statement that was put together from fixed parts at run time, such as a list with
    /// optional filters. Never put a user's text into it: bind it.
    ///
    /// # Errors
    /// What the database refuses, or what `take` returns.
    pub async fn for_each_dynamic(
        &mut self,
        text: String,
        values: Vec<Value>,
        take: impl FnMut(&Row) -> Result<(), DbError> + Send,
    ) -> Result<(), DbError> {
        let rendered = crate::sql::render_sets(&text, self.engine());
        let outcome = self.stream(AssertSqlSafe(rendered).into_sql_str(), false, values, take).await;
        self.noted(outcome)
    }

    async fn stream(
        &mut self,
        text: sqlx::SqlStr,
        keep: bool,
        values: Vec<Value>,
        mut take: impl FnMut(&Row) -> Result<(), DbError> + Send,
    ) -> Result<(), DbError> {
        match &mut self.inner {
            Inner::Sqlite(tx) => {
                let query = sqlx::query_with(text, sqlite_arguments(values)?).persistent(keep);
                let mut rows = query.fetch(&mut **tx);
                let mut taken = 0_usize;
                while let Some(row) = next_of_many(&mut rows, taken).await? {
                    take(&Row(RowInner::Sqlite(row)))?;
                    taken += 1;
                }
            }
            Inner::Postgres(tx) => {
                let query = sqlx::query_with(text, postgres_arguments(values)?).persistent(keep);
                let mut rows = query.fetch(&mut **tx);
                while let Some(row) = rows.try_next().await? {
                    take(&Row(RowInner::Postgres(row)))?;
                }
            }
        }
        Ok(())
    }

    /// Writes many rows in as few calls as the engine takes. Returns how many rows were written or changed.
    ///
    /// # Errors
    /// What the database refuses; then none of the transaction lasts.
    pub async fn insert_many(
        &mut self,
        insert: &Insert,
        rows: impl IntoIterator<Item = Vec<Value>> + Send,
    ) -> Result<u64, DbError> {
        let rows: Vec<Vec<Value>> = rows.into_iter().collect();
        let outcome = match &mut self.inner {
            Inner::Postgres(tx) if insert.tail.is_empty() && rows.len() >= COPY_ROWS_MIN => {
                copy(tx, insert, &rows, &self.broken_off).await
            }
            _ => {
                let text = |engine, size| insert.text(engine, size);
                self.bulk(insert.name, insert.columns, &text, rows).await
            }
        };
        self.noted(outcome)
    }

    /// Changes many rows, each found by its key, in as few calls as the engine takes. Returns how many were changed:
    /// fewer than were given if some are not there or do not meet the condition of `update`.
    ///
    /// # Errors
    /// What the database refuses; then none of the transaction lasts.
    pub async fn update_many(
        &mut self,
        update: &Update,
        rows: impl IntoIterator<Item = Vec<Value>> + Send,
    ) -> Result<u64, DbError> {
        let rows: Vec<Vec<Value>> = rows.into_iter().collect();
        let text = |engine, size| update.text(engine, size);
        let outcome = self.bulk(update.name, update.columns, &text, rows).await;
        self.noted(outcome)
    }

    /// Runs a statement over many rows of values: as rows of `VALUES` on SQLite, as one array per column on PostgreSQL.
    async fn bulk(
        &mut self,
        name: &str,
        columns: &[(&str, Kind)],
        text: &(dyn Fn(Engine, usize) -> String + Sync),
        rows: Vec<Vec<Value>>,
    ) -> Result<u64, DbError> {
        let mut rows = rows.into_iter();
        let mut changed = 0;
        match &mut self.inner {
            Inner::Sqlite(tx) => {
                let most = SQLITE_ROWS_MAX.min(SQLITE_BINDS_MAX / columns.len().max(1)).max(1);
                while rows.len() > 0 {
                    // Few different sizes, so that the prepared statements stay in the cache.
                    let size = if rows.len() >= most { most } else { 1 << rows.len().ilog2() };
                    let arguments = sqlite_arguments(rows.by_ref().take(size).flatten())?;
                    let text = AssertSqlSafe(text(Engine::Sqlite, size));
                    changed += sqlx::query_with(text, arguments).execute(&mut **tx).await?.rows_affected();
                }
            }
            Inner::Postgres(tx) => {
                while rows.len() > 0 {
                    let arguments = postgres_columns(name, columns, rows.by_ref().take(POSTGRES_ROWS_MAX))?;
                    let text = AssertSqlSafe(text(Engine::Postgres, 0));
                    changed += sqlx::query_with(text, arguments).execute(&mut **tx).await?.rows_affected();
                }
            }
        }
        Ok(changed)
    }

    /// Runs a part of the transaction that may fail on its own: what it wrote is taken back then, and the rest of the
    /// transaction goes on.
    ///
    /// # Errors
    /// What `work` returns; or a [`DbError`] if the engine gave the whole transaction up, as with a full disk.
    pub async fn nested<T, E: From<DbError>>(
        &mut self,
        work: impl AsyncFnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
        self.open_part().await?;
        let outcome = work(self).await;
        if outcome.is_ok() {
            self.keep_part().await?;
        } else {
            self.drop_part().await?;
        }
        outcome
    }

    /// Begins a part that [`Tx::keep_part`] or [`Tx::drop_part`] ends.
    pub(crate) async fn open_part(&mut self) -> Result<(), DbError> {
        self.batch(&format!("SAVEPOINT {SAVEPOINT}")).await
    }

    /// Ends a part; what it wrote belongs to the transaction.
    pub(crate) async fn keep_part(&mut self) -> Result<(), DbError> {
        if self.failed {
            return Err(DbError::Other("a statement failed, so its part cannot last".to_owned()));
        }
        self.batch(&format!("RELEASE SAVEPOINT {SAVEPOINT}")).await
    }

    /// Ends a part and takes back what it wrote.
    pub(crate) async fn drop_part(&mut self) -> Result<(), DbError> {
        self.batch(&format!("ROLLBACK TO SAVEPOINT {SAVEPOINT}")).await?;
        self.failed = false;
        self.batch(&format!("RELEASE SAVEPOINT {SAVEPOINT}")).await
    }

    fn noted<T>(&mut self, outcome: Result<T, DbError>) -> Result<T, DbError> {
        self.failed |= outcome.is_err();
        outcome
    }

    /// Writes one row.
    ///
    /// # Errors
    /// What the database refuses.
    pub async fn insert(&mut self, insert: &Insert, row: Vec<Value>) -> Result<u64, DbError> {
        self.insert_many(insert, [row]).await
    }
}

/// The next row of a result. Rows come from the thread of an SQLite connection one by one, and to wake this task for each
/// costs more than to read it: once many have come, it sleeps a moment and finds the next ones together. It also lets
/// other tasks run from time to time, which a stream that is never empty would not.
async fn next_of_many<R>(
    rows: &mut (impl Stream<Item = Result<R, sqlx::Error>> + Unpin + Send),
    taken: usize,
) -> Result<Option<R>, sqlx::Error> {
    if taken >= SQLITE_LONG {
        if taken.is_multiple_of(SQLITE_LONG) {
            tokio::task::yield_now().await;
        }
        if let Some(next) = rows.try_next().now_or_never() {
            return next;
        }
        tokio::time::sleep(SQLITE_PAUSE).await;
    }
    rows.try_next().await
}

fn statement(sql: &Sql, engine: Engine) -> (sqlx::SqlStr, bool) {
    match sql.text(engine) {
        Ok(text) => (text.into_sql_str(), true),
        Err(rendered) => (AssertSqlSafe(rendered).into_sql_str(), true),
    }
}

fn not_bound(error: impl std::fmt::Display) -> DbError {
    DbError::Other(format!("a value cannot be bound: {error}"))
}

fn json_list<T>(items: &[T], write: impl Fn(&T) -> String) -> String {
    let mut out = String::from("[");
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        out.push_str(&write(item));
    }
    out.push(']');
    out
}

fn json_string(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if u32::from(c) < 0x20 => {
                let code = format!("\\u{:04x}", u32::from(c));
                out.push_str(&code);
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

fn sqlite_arguments(values: impl IntoIterator<Item = Value>) -> Result<SqliteArguments, DbError> {
    let mut arguments = SqliteArguments::default();
    for value in values {
        match value {
            Value::I64(number) => arguments.add(number),
            Value::Bool(flag) => arguments.add(flag),
            Value::Text(text) => arguments.add(text),
            Value::Bytes(bytes) => arguments.add(bytes),
            Value::Uuid(id) => arguments.add(id),
            Value::Instant(instant) => arguments.add(instant.map(Instant::micros)),
            Value::I64s(list) => arguments.add(json_list(&list, ToString::to_string)),
            Value::Texts(list) => arguments.add(json_list(&list, |text| json_string(text))),
            Value::Uuids(list) => arguments.add(json_list(&list, |id| format!("\"{}\"", id.simple()))),
        }
        .map_err(not_bound)?;
    }
    Ok(arguments)
}

/// PostgreSQL's `timestamptz`: microseconds since 2000-01-01 UTC.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Timestamp(pub(crate) i64);

impl Timestamp {
    fn of(instant: Instant) -> Self {
        Self(instant.micros() - POSTGRES_EPOCH_MICROS)
    }
}

impl sqlx::Type<Postgres> for Timestamp {
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_name("timestamptz")
    }
}
impl PgHasArrayType for Timestamp {
    fn array_type_info() -> PgTypeInfo {
        PgTypeInfo::with_name("_timestamptz")
    }
}
impl sqlx::Encode<'_, Postgres> for Timestamp {
    fn encode_by_ref(
        &self,
        buffer: &mut sqlx::postgres::PgArgumentBuffer,
    ) -> Result<sqlx::encode::IsNull, sqlx::error::BoxDynError> {
        sqlx::Encode::<Postgres>::encode(self.0, buffer)
    }
}
impl<'r> sqlx::Decode<'r, Postgres> for Timestamp {
    fn decode(value: sqlx::postgres::PgValueRef<'r>) -> Result<Self, sqlx::error::BoxDynError> {
        // Prepared statements answer in binary, which for this type is a plain 64-bit count.
        <i64 as sqlx::Decode<Postgres>>::decode(value).map(Self)
    }
}

fn postgres_arguments(values: impl IntoIterator<Item = Value>) -> Result<PgArguments, DbError> {
    let mut arguments = PgArguments::default();
    for value in values {
        match value {
            Value::I64(number) => arguments.add(number),
            Value::Bool(flag) => arguments.add(flag),
            Value::Text(text) => arguments.add(text),
            Value::Bytes(bytes) => arguments.add(bytes),
            Value::Uuid(id) => arguments.add(id),
            Value::Instant(instant) => arguments.add(instant.map(Timestamp::of)),
            Value::I64s(list) => arguments.add(list),
            Value::Texts(list) => arguments.add(list),
            Value::Uuids(list) => arguments.add(list),
        }
        .map_err(not_bound)?;
    }
    Ok(arguments)
}

/// Turns rows into one array per column, as `unnest` takes them.
fn postgres_columns(
    statement: &str,
    columns: &[(&str, Kind)],
    rows: impl Iterator<Item = Vec<Value>>,
) -> Result<PgArguments, DbError> {
    let mut lists: Vec<Vec<Value>> = columns.iter().map(|_| Vec::new()).collect();
    for row in rows {
        if row.len() != lists.len() {
            return Err(DbError::Other(format!("{statement}: a row has {} values", row.len())));
        }
        for (list, value) in lists.iter_mut().zip(row) {
            list.push(value);
        }
    }
    let mut arguments = PgArguments::default();
    for ((name, kind), values) in columns.iter().zip(lists) {
        if let Some(value) = values.iter().find(|value| !value.fits(*kind)) {
            return Err(DbError::Other(format!("{statement}: column {name} cannot take {value:?}")));
        }
        add_array(&mut arguments, *kind, values).map_err(not_bound)?;
    }
    Ok(arguments)
}

fn add_array(
    arguments: &mut PgArguments,
    kind: Kind,
    values: Vec<Value>,
) -> Result<(), sqlx::error::BoxDynError> {
    macro_rules! array {
        ($variant:ident, $type:ty, $convert:expr) => {{
            let list: Vec<Option<$type>> = values
                .into_iter()
                .map(|value| if let Value::$variant(inner) = value { inner.map($convert) } else { None })
                .collect();
            arguments.add(list)
        }};
    }
    match kind {
        Kind::I64 => array!(I64, i64, |number| number),
        Kind::Bool => array!(Bool, bool, |flag| flag),
        Kind::Text => array!(Text, String, |text| text),
        Kind::Bytes => array!(Bytes, Vec<u8>, |bytes| bytes),
        Kind::Uuid => array!(Uuid, Uuid, |id| id),
        Kind::Instant => array!(Instant, Timestamp, Timestamp::of),
    }
}
