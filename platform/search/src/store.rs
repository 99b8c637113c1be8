//! All SQL of the crate. Only the question whether a document's tokens answer an expression differs between the engines.

use sh_db::{DbError, FromRow, Insert, Row, Sql, Tx, Value, binds};
use sh_kernel::Id;
use uuid::Uuid;

use crate::{Entry, Hit};

sh_db::inserts! {
    /// Enters documents, or enters them anew.
    PUT = search_doc(number I64, kind Text, id Uuid, title Text, weight I64, first I64, second I64)
        "ON CONFLICT (number, kind, id) DO UPDATE SET title = excluded.title, weight = excluded.weight, \
         first = excluded.first, second = excluded.second";
    /// Their tokens, after those that were there are gone.
    PUT_TEXTS = search_text(rowid I64, tokens Text) "";
}

sh_db::statements! {
    /// Takes documents of a kind out.
    FORGET = "DELETE FROM search_doc WHERE number {{in_i64 $1}} AND kind = $2 AND id {{in_uuid $3}}";

    /// Takes the tokens of documents out.
    FORGET_TEXTS = "DELETE FROM search_text WHERE rowid {{in_i64 $1}}";

    /// Sets the two numbers of a document.
    SET_NUMBERS = "UPDATE search_doc SET first = $4, second = $5 WHERE number = $1 AND kind = $2 AND id = $3";

    /// Documents whose tokens answer $1, of kind $2, with numbers within limits, in the order of $7: 0 the weightiest
    /// first, 1 the newest, 2 and 3 by the first number up and down, 4 and 5 by the second; after the key and number of
    /// the last one before.
    FIND = "SELECT f.id, f.title, f.weight, f.number, f.place FROM (
            SELECT d.id, d.title, d.weight, d.number,
                CASE CAST($7 AS BIGINT) WHEN 0 THEN -d.weight WHEN 1 THEN 0 WHEN 2 THEN d.first
                    WHEN 3 THEN -d.first WHEN 4 THEN d.second ELSE -d.second END AS place
            FROM search_text t CROSS JOIN search_doc d
            WHERE t.search_text MATCH $1 AND d.number = t.rowid AND d.kind = $2
                AND d.first BETWEEN $3 AND $4 AND d.second BETWEEN $5 AND $6) f
        WHERE CAST($8 AS BIGINT) IS NULL OR f.place > $8 OR (f.place = $8 AND f.number < $9)
        ORDER BY f.place, f.number DESC LIMIT $10",
        postgres "SELECT f.id, f.title, f.weight, f.number, f.place FROM (
            SELECT d.id, d.title, d.weight, d.number,
                CASE CAST($7 AS BIGINT) WHEN 0 THEN -d.weight WHEN 1 THEN 0 WHEN 2 THEN d.first
                    WHEN 3 THEN -d.first WHEN 4 THEN d.second ELSE -d.second END AS place
            FROM search_text t JOIN search_doc d ON d.number = t.rowid
            WHERE array_to_tsvector(string_to_array(t.tokens, ' ')) @@ CAST($1 AS TSQUERY) AND d.kind = $2
                AND d.first BETWEEN $3 AND $4 AND d.second BETWEEN $5 AND $6) f
        WHERE CAST($8 AS BIGINT) IS NULL OR f.place > $8 OR (f.place = $8 AND f.number < $9)
        ORDER BY f.place, f.number DESC LIMIT $10";

    /// How many documents answer, counted up to a limit.
    COUNT = "SELECT COUNT(*) FROM (SELECT 1 FROM search_text t CROSS JOIN search_doc d
            WHERE t.search_text MATCH $1 AND d.number = t.rowid AND d.kind = $2
                AND d.first BETWEEN $3 AND $4 AND d.second BETWEEN $5 AND $6 LIMIT $7) f",
        postgres "SELECT COUNT(*) FROM (SELECT 1 FROM search_text t JOIN search_doc d ON d.number = t.rowid
            WHERE array_to_tsvector(string_to_array(t.tokens, ' ')) @@ CAST($1 AS TSQUERY) AND d.kind = $2
                AND d.first BETWEEN $3 AND $4 AND d.second BETWEEN $5 AND $6 LIMIT $7) f";
}

/// The statements, for the program's list.
pub(crate) const ALL: (&[Sql], &[Insert]) = (STATEMENTS, INSERTS);

impl FromRow for Hit {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self {
            id: row.get(0)?,
            title: row.get(1)?,
            weight: row.get(2)?,
            number: row.get(3)?,
            place: row.get(4)?,
        })
    }
}

/// The number under which a document is kept.
pub(crate) fn number(id: Uuid) -> i64 {
    Id::<()>::from_uuid(id).ordinal()
}

/// Rows of both tables, written in the caller's transaction: a document without its tokens is never seen.
pub(crate) async fn put(
    tx: &mut Tx,
    entries: impl IntoIterator<Item = Entry> + Send,
) -> Result<u64, DbError> {
    let (mut numbers, mut docs, mut texts) = (Vec::new(), Vec::<Vec<Value>>::new(), Vec::<Vec<Value>>::new());
    for entry in entries {
        let number = number(entry.id);
        texts.push(binds![number, entry.tokens()]);
        docs.push(binds![number, entry.kind, entry.id, entry.title, entry.weight, entry.first, entry.second]);
        numbers.push(number);
    }
    tx.execute(&FORGET_TEXTS, binds![numbers.as_slice()]).await?;
    tx.insert_many(&PUT_TEXTS, texts).await?;
    tx.insert_many(&PUT, docs).await
}

pub(crate) async fn forget(tx: &mut Tx, kind: &str, ids: &[Uuid]) -> Result<u64, DbError> {
    let numbers: Vec<i64> = ids.iter().map(|id| number(*id)).collect();
    let ids: Vec<Id<()>> = ids.iter().map(|id| Id::from_uuid(*id)).collect();
    let count = tx.execute(&FORGET, binds![numbers.as_slice(), kind, ids.as_slice()]).await?;
    tx.execute(&FORGET_TEXTS, binds![numbers.as_slice()]).await?;
    Ok(count)
}

pub(crate) async fn set_numbers(
    tx: &mut Tx,
    kind: &str,
    id: Uuid,
    (first, second): (i64, i64),
) -> Result<u64, DbError> {
    tx.execute(&SET_NUMBERS, binds![number(id), kind, id, first, second]).await
}

/// What a search asks the database.
pub(crate) struct Ask<'a> {
    pub(crate) expr: String,
    pub(crate) kind: &'a str,
    pub(crate) first: (i64, i64),
    pub(crate) second: (i64, i64),
}

pub(crate) async fn find(
    tx: &mut Tx,
    ask: &Ask<'_>,
    order: i64,
    after: Option<(i64, i64)>,
    limit: i64,
) -> Result<Vec<Hit>, DbError> {
    let (place, number) = (after.map(|after| after.0), after.map(|after| after.1));
    let values = binds![
        ask.expr.as_str(),
        ask.kind,
        ask.first.0,
        ask.first.1,
        ask.second.0,
        ask.second.1,
        order,
        place,
        number,
        limit
    ];
    tx.fetch_all(&FIND, values).await
}

pub(crate) async fn count(tx: &mut Tx, ask: &Ask<'_>, limit: i64) -> Result<u64, DbError> {
    let values =
        binds![ask.expr.as_str(), ask.kind, ask.first.0, ask.first.1, ask.second.0, ask.second.1, limit];
    let (count,): (i64,) = tx.fetch_one(&COUNT, values).await?;
    Ok(u64::try_from(count).unwrap_or(0))
}
