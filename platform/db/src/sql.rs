//! Statements as constants, registered so that one test prepares every one of them on both engines.

use crate::{Engine, migrate::schema_tokens, tx::SQLITE_ROWS_MAX};

/// A fixed SQL statement with `$1…$n`. Made by [`statements!`](crate::statements), which also registers it.
#[derive(Debug, Clone, Copy)]
pub struct Sql {
    /// The constant's name, for errors and logs.
    pub name: &'static str,
    text: &'static str,
    postgres: Option<&'static str>,
}

impl Sql {
    /// A statement whose text serves both engines.
    pub const fn new(name: &'static str, text: &'static str) -> Self {
        Self { name, text, postgres: None }
    }

    /// Gives PostgreSQL a text of its own. At most a dozen places in the product may need this.
    #[must_use]
    pub const fn postgres(mut self, text: &'static str) -> Self {
        self.postgres = Some(text);
        self
    }

    /// Whether the engines have different texts.
    pub const fn is_per_engine(&self) -> bool {
        self.postgres.is_some()
    }

    /// The text for an engine; `Err` carries a rendered text when the statement has set tokens such as `{{in_i64 $1}}`.
    pub(crate) fn text(&self, engine: Engine) -> Result<&'static str, String> {
        let text = match engine {
            Engine::Sqlite => self.text,
            Engine::Postgres => self.postgres.unwrap_or(self.text),
        };
        if text.contains("{{") { Err(render_sets(text, engine)) } else { Ok(text) }
    }

    /// The text as the engine receives it, for tests and for `EXPLAIN`.
    pub fn rendered(&self, engine: Engine) -> String {
        self.text(engine).map_or_else(|rendered| rendered, ToOwned::to_owned)
    }
}

/// Replaces `{{in_i64 $1}}` and its kin by what an engine understands as "is one of".
pub(crate) fn render_sets(text: &str, engine: Engine) -> String {
    let mut out = String::with_capacity(text.len() + 64);
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        out.push_str(before);
        let Some((token, tail)) = after.split_once("}}") else { break };
        let (kind, place) = token.trim().split_once(' ').unwrap_or((token, "$1"));
        let set = match (engine, kind) {
            (Engine::Postgres, "in_i64") => format!("= ANY({place}::bigint[])"),
            (Engine::Postgres, "in_text") => format!("= ANY({place}::text[])"),
            (Engine::Postgres, "in_uuid") => format!("= ANY({place}::uuid[])"),
            (Engine::Sqlite, "in_uuid") => format!("IN (SELECT unhex(value) FROM json_each({place}))"),
            (Engine::Sqlite, _) => format!("IN (SELECT value FROM json_each({place}))"),
            (Engine::Postgres, other) => format!("{{{{{other}}}}}"),
        };
        out.push_str(&set);
        rest = tail;
    }
    out.push_str(rest);
    out
}

/// The type of a column in a bulk write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A whole number.
    I64,
    /// Yes or no.
    Bool,
    /// Text.
    Text,
    /// Raw bytes.
    Bytes,
    /// An identifier.
    Uuid,
    /// A point in time.
    Instant,
}

impl Kind {
    /// What [`Db::catalogue`](crate::Db::catalogue) calls the type, for tests.
    pub fn type_name(self, engine: Engine) -> &'static str {
        let name = match self {
            Self::I64 => "bigint",
            Self::Bool => "boolean",
            Self::Text => "text",
            Self::Bytes => "bytea",
            Self::Uuid => "uuid",
            Self::Instant => "timestamp with time zone",
        };
        if engine == Engine::Sqlite { crate::sqlite_kind(name) } else { name }
    }

    pub(crate) const fn postgres_array(self) -> &'static str {
        match self {
            Self::I64 => "bigint[]",
            Self::Bool => "boolean[]",
            Self::Text => "text[]",
            Self::Bytes => "bytea[]",
            Self::Uuid => "uuid[]",
            Self::Instant => "timestamptz[]",
        }
    }
}

/// A bulk write of many rows into one table. Made by [`inserts!`](crate::inserts), which also registers it.
#[derive(Debug, Clone, Copy)]
pub struct Insert {
    /// The constant's name, for errors and logs.
    pub name: &'static str,
    /// The table written to.
    pub table: &'static str,
    /// Its columns, in the order of the bound values.
    pub columns: &'static [(&'static str, Kind)],
    /// What follows the rows: `ON CONFLICT …`, `RETURNING …`, or nothing. Refer to the table by its name.
    pub tail: &'static str,
}

impl Insert {
    /// The statement for `rows` rows on SQLite, or for any number of rows on PostgreSQL.
    pub(crate) fn text(&self, engine: Engine, rows: usize) -> String {
        let names = self.columns.iter().map(|column| column.0).collect::<Vec<_>>().join(", ");
        let head = format!("INSERT INTO {} ({names}) ", self.table);
        match engine {
            Engine::Postgres => format!("{head}SELECT * FROM unnest({}) {}", arrays(self.columns), self.tail),
            Engine::Sqlite => format!("{head}VALUES {} {}", places(self.columns.len(), rows), self.tail),
        }
    }

    /// The statement for very many rows on PostgreSQL, if nothing follows the rows.
    pub(crate) fn copy_text(&self) -> String {
        let names = self.columns.iter().map(|column| column.0).collect::<Vec<_>>().join(", ");
        format!("COPY {} ({names}) FROM STDIN (FORMAT binary)", self.table)
    }

    /// The statement for one row as the engine receives it, for tests.
    pub fn rendered(&self, engine: Engine) -> String {
        self.text(engine, 1)
    }
}

/// A change of many rows of one table, each found by its key. Made by [`updates!`](crate::updates), which also registers
/// it.
#[derive(Debug, Clone, Copy)]
pub struct Update {
    /// The constant's name, for errors and logs.
    pub name: &'static str,
    /// The table that is changed.
    pub table: &'static str,
    /// What is given for each row, in the order of the bound values; the other texts call it `given.<name>`.
    pub columns: &'static [(&'static str, Kind)],
    /// What follows SET.
    pub set: &'static str,
    /// What follows WHERE: the whole key of the table, so that each row is found by its primary key, and any condition.
    pub condition: &'static str,
}

impl Update {
    /// The statement for `rows` rows on SQLite, or for any number of rows on PostgreSQL.
    pub(crate) fn text(&self, engine: Engine, rows: usize) -> String {
        let names = self.columns.iter().map(|column| column.0).collect::<Vec<_>>().join(", ");
        let Self { table, set, condition, .. } = self;
        match engine {
            Engine::Postgres => {
                let arrays = arrays(self.columns);
                format!("UPDATE {table} SET {set} FROM unnest({arrays}) AS given({names}) WHERE {condition}")
            }
            Engine::Sqlite => {
                let rows = places(self.columns.len(), rows);
                // Without the plus the engine may put an index over the given rows and read the whole table beside it.
                let condition = condition.replace("given.", "+given.");
                format!(
                    "WITH given({names}) AS (VALUES {rows}) UPDATE {table} SET {set} FROM given WHERE {condition}"
                )
            }
        }
    }

    /// The statement as the engine receives it for many rows, for tests.
    pub fn rendered(&self, engine: Engine) -> String {
        self.text(engine, SQLITE_ROWS_MAX)
    }
}

/// `$1::bigint[], $2::text[] …`
fn arrays(columns: &[(&str, Kind)]) -> String {
    let arrays = columns.iter().enumerate();
    arrays
        .map(|(index, column)| format!("${}::{}", index + 1, column.1.postgres_array()))
        .collect::<Vec<_>>()
        .join(", ")
}

/// `(?, ?), (?, ?) …`
///
/// Bare question marks: numbered ones are names to SQLite, which looks each up among all the others, so that a
/// statement of some thousand values takes a hundred times as long.
fn places(columns: usize, rows: usize) -> String {
    let one = format!("({})", vec!["?"; columns].join(", "));
    vec![one.as_str(); rows].join(", ")
}

/// Declares a module's statements as constants and lists them in `STATEMENTS`.
///
/// ```
/// sh_db::statements! {
///     /// One price by its product.
///     PRICE_BY_SKU = "SELECT price FROM price WHERE sku = $1";
/// }
/// assert_eq!(STATEMENTS.len(), 1);
/// # let _ = PRICE_BY_SKU;
/// ```
#[macro_export]
macro_rules! statements {
    ($( $(#[$doc:meta])* $name:ident = $text:expr $(, postgres $postgres:expr)? ;)*) => {
        $( $(#[$doc])* pub(crate) const $name: $crate::Sql =
            $crate::Sql::new(stringify!($name), $text)$(.postgres($postgres))?; )*
        /// Every statement above, for the test that prepares them on both engines.
        pub const STATEMENTS: &[$crate::Sql] = &[$($name),*];
    };
}

/// Declares a module's bulk writes as constants and lists them in `INSERTS`.
///
/// ```
/// sh_db::inserts! {
///     /// Sets prices; a price that is there already is replaced.
///     UPSERT_PRICES = price(sku Text, price I64) "ON CONFLICT (sku) DO UPDATE SET price = excluded.price";
/// }
/// assert_eq!(INSERTS[0].columns.len(), 2);
/// # let _ = UPSERT_PRICES;
/// ```
#[macro_export]
macro_rules! inserts {
    ($( $(#[$doc:meta])* $name:ident = $table:ident($($column:ident $kind:ident),* $(,)?) $tail:expr ;)*) => {
        $( $(#[$doc])* pub(crate) const $name: $crate::Insert = $crate::Insert {
            name: stringify!($name),
            table: stringify!($table),
            columns: &[$((stringify!($column), $crate::Kind::$kind)),*],
            tail: $tail,
        }; )*
        /// Every bulk write above, for the test that prepares them on both engines.
        pub const INSERTS: &[$crate::Insert] = &[$($name),*];
    };
}

/// Declares a module's changes of many rows as constants and lists them in `UPDATES`.
///
/// ```
/// sh_db::updates! {
///     /// Raises prices.
///     RAISE_PRICES = price(sku Text, by I64) set "price = price.price + given.by" on "price.sku = given.sku";
/// }
/// assert_eq!(UPDATES[0].columns.len(), 2);
/// # let _ = RAISE_PRICES;
/// ```
#[macro_export]
macro_rules! updates {
    ($( $(#[$doc:meta])* $name:ident = $table:ident($($column:ident $kind:ident),* $(,)?)
        set $set:literal on $condition:literal ;)*) => {
        $( $(#[$doc])* pub(crate) const $name: $crate::Update = $crate::Update {
            name: stringify!($name),
            table: stringify!($table),
            columns: &[$((stringify!($column), $crate::Kind::$kind)),*],
            set: $set,
            condition: $condition,
        }; )*
        /// Every change above, for the test that prepares them on both engines.
        pub const UPDATES: &[$crate::Update] = &[$($name),*];
    };
}

/// Renders the type tokens of a migration for an engine, and leaves out what is meant for the other one.
pub(crate) fn render_schema(text: &str, engine: Engine) -> String {
    let mut out = String::with_capacity(text.len());
    let mut meant_for = None;
    for line in text.lines() {
        match line.trim() {
            "{{sqlite}}" => meant_for = Some(Engine::Sqlite),
            "{{postgres}}" => meant_for = Some(Engine::Postgres),
            "{{both}}" => meant_for = None,
            _ if meant_for.is_none_or(|other| other == engine) => {
                out.push_str(line);
                out.push('\n');
            }
            _ => {}
        }
    }
    for (token, sqlite, postgres) in schema_tokens() {
        out = out.replace(token, if engine == Engine::Sqlite { sqlite } else { postgres });
    }
    out
}
