//! What a database says of its own schema, in the same words on both engines, so that a test can compare them. An index
//! of texts is each engine's own (a virtual table of FTS5, a table with a GIN index) and is left out.

use std::fmt::{self, Write as _};

use crate::{Db, DbError, FromRow, Row, Sql, binds};

/// Every column: table, name, type as the engine calls it, whether a value must stand, place in the primary key or 0.
const COLUMNS: Sql = Sql::new(
    "COLUMNS",
    "SELECT m.name, c.name, c.type, c.\"notnull\" = 1, c.pk FROM pragma_table_list m, pragma_table_info(m.name) c
     WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%' ORDER BY m.name, c.cid",
)
.postgres(
    "SELECT CAST(t.relname AS TEXT), CAST(a.attname AS TEXT), format_type(a.atttypid, NULL), a.attnotnull,
        COALESCE(CAST(array_position(CAST(k.conkey AS INT2[]), a.attnum) AS BIGINT), 0)
     FROM pg_class t JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
     LEFT JOIN pg_constraint k ON k.conrelid = t.oid AND k.contype = 'p'
     WHERE t.relkind = 'r' AND t.relnamespace = CAST('public' AS regnamespace)
        AND NOT EXISTS (SELECT 1 FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid
            JOIN pg_am w ON w.oid = x.relam WHERE i.indrelid = t.oid AND w.amname = 'gin')
     ORDER BY t.relname, a.attnum",
);

/// Every index that is not the primary key's: table, whether unique, whether partial, its columns.
const INDEXES: Sql = Sql::new(
    "INDEXES",
    "SELECT m.name, i.\"unique\" = 1, i.partial = 1,
        (SELECT group_concat(COALESCE(x.name, '…'), ', ') FROM (SELECT name FROM pragma_index_info(i.name) ORDER BY seqno) x)
     FROM pragma_table_list m, pragma_index_list(m.name) i
     WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%' AND i.origin <> 'pk'",
)
.postgres(
    "SELECT CAST(t.relname AS TEXT), i.indisunique, i.indpred IS NOT NULL,
        (SELECT string_agg(COALESCE(CAST(a.attname AS TEXT), '…'), ', ' ORDER BY k.place)
         FROM unnest(CAST(i.indkey AS INT2[])) WITH ORDINALITY k(number, place)
         LEFT JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.number)
     FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid JOIN pg_class x ON x.oid = i.indexrelid
     JOIN pg_am w ON w.oid = x.relam AND w.amname = 'btree'
     WHERE NOT i.indisprimary AND t.relnamespace = CAST('public' AS regnamespace)",
);

/// One column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnFacts {
    /// Its name.
    pub name: String,
    /// Its type, as the engine calls it.
    pub kind: String,
    /// Whether a value must stand in it.
    pub required: bool,
}

/// One table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableFacts {
    /// Its name.
    pub name: String,
    /// Its columns, in order.
    pub columns: Vec<ColumnFacts>,
    /// The columns of its primary key, in order.
    pub primary_key: Vec<String>,
    /// Its other indexes and unique constraints as `unique (a, b)`, `index (c) partial`, in the order of these texts.
    pub indexes: Vec<String>,
}

impl fmt::Display for TableFacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.name)?;
        for column in &self.columns {
            let required = if column.required { " NOT NULL" } else { "" };
            writeln!(f, "    {} {}{required}", column.name, column.kind)?;
        }
        let mut keys = format!("    primary key ({})", self.primary_key.join(", "));
        for index in &self.indexes {
            write!(keys, "\n    {index}")?;
        }
        writeln!(f, "{keys}")
    }
}

/// Table, whether unique, whether partial, columns.
type IndexRow = (String, bool, bool, String);

struct ColumnRow(String, ColumnFacts, i64);

impl FromRow for ColumnRow {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        let facts = ColumnFacts { name: row.get(1)?, kind: row.get(2)?, required: row.get(3)? };
        Ok(Self(row.get(0)?, facts, row.get(4)?))
    }
}

impl Db {
    /// Every table, in the order of their names.
    ///
    /// # Errors
    /// What the database refuses.
    pub async fn catalogue(&self) -> Result<Vec<TableFacts>, DbError> {
        let (columns, indexes): (Vec<ColumnRow>, Vec<IndexRow>) = self
            .read(async |tx| {
                Ok::<_, DbError>((
                    tx.fetch_all(&COLUMNS, binds![]).await?,
                    tx.fetch_all(&INDEXES, binds![]).await?,
                ))
            })
            .await?;
        let mut tables: Vec<(TableFacts, Vec<(i64, String)>)> = Vec::new();
        for ColumnRow(table, facts, place) in columns {
            if tables.last().is_none_or(|(last, _)| last.name != table) {
                let empty = TableFacts {
                    name: table,
                    columns: Vec::new(),
                    primary_key: Vec::new(),
                    indexes: Vec::new(),
                };
                tables.push((empty, Vec::new()));
            }
            if let Some((last, keys)) = tables.last_mut() {
                if place > 0 {
                    keys.push((place, facts.name.clone()));
                }
                last.columns.push(facts);
            }
        }
        let finish = |(mut table, mut keys): (TableFacts, Vec<(i64, String)>)| {
            keys.sort();
            table.primary_key = keys.into_iter().map(|(_, name)| name).collect();
            let of_table = indexes.iter().filter(|(owner, ..)| *owner == table.name);
            table.indexes = of_table
                .map(|(_, unique, partial, columns)| {
                    let kind = if *unique { "unique" } else { "index" };
                    format!("{kind} ({columns}){}", if *partial { " partial" } else { "" })
                })
                .collect();
            table.indexes.sort();
            table
        };
        let mut tables: Vec<TableFacts> = tables.into_iter().map(finish).collect();
        tables.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(tables)
    }
}

/// What SQLite calls a type of PostgreSQL, by the tokens of [`Migration`](crate::Migration). SQLite's own names stay.
pub fn sqlite_kind(kind: &str) -> &str {
    match kind {
        "bigint" | "boolean" | "timestamp with time zone" => "INTEGER",
        "text" => "TEXT",
        "bytea" | "uuid" => "BLOB",
        other => other,
    }
}
