//! Baskets and the secrets that sign their tokens.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use sh_db::{DbError, Tx, binds};
use sh_kernel::{Fen, Id, Instant};

use sh_catalogue::model::Sku;

sh_db::inserts! {
    /// Puts a line into a basket; pieces of a line that is there are added, and the price seen is the new one.
    PUT_LINES = basket_line(owner Text, sku Uuid, pieces I64, seen I64, added_at Instant)
        "ON CONFLICT (owner, sku) DO UPDATE SET pieces = basket_line.pieces + excluded.pieces, seen = excluded.seen";
    /// A secret, unless there is one.
    ADD_SECRET = mall_secret(name Text, secret Bytes) "ON CONFLICT (name) DO NOTHING";
}

sh_db::statements! {
    /// The lines of some baskets, the oldest first.
    LINES = "SELECT owner, sku, pieces, seen FROM basket_line WHERE owner {{in_text $1}} ORDER BY added_at, sku";
    /// How many lines a basket has.
    COUNT = "SELECT COUNT(*) FROM basket_line WHERE owner = $1";
    /// How many lines the baskets of some owners have.
    COUNTS = "SELECT owner, COUNT(*) FROM basket_line WHERE owner {{in_text $1}} GROUP BY owner";
    /// Sets the pieces of a line.
    SET_PIECES = "UPDATE basket_line SET pieces = $3 WHERE owner = $1 AND sku = $2";
    /// Notes the price that the buyer has seen now.
    SET_SEEN = "UPDATE basket_line SET seen = $3 WHERE owner = $1 AND sku = $2";
    /// Takes lines out of a basket.
    DROP_LINES = "DELETE FROM basket_line WHERE owner = $1 AND sku {{in_uuid $2}}";
    /// What some owners have in their baskets.
    HELD = "SELECT owner, sku FROM basket_line WHERE owner {{in_text $1}}";
    /// Takes variants out of the baskets of several owners.
    DROP_MANY = "DELETE FROM basket_line WHERE owner {{in_text $1}} AND sku {{in_uuid $2}}";
    /// Forgets baskets of guests that were left.
    DROP_OLD = "DELETE FROM basket_line WHERE added_at < $1 AND owner LIKE 'guest:%'";
    /// Takes what one owner has out of the table.
    DROP_OWNER = "DELETE FROM basket_line WHERE owner = $1";
    /// A secret.
    SECRET = "SELECT secret FROM mall_secret WHERE name = $1";
}

/// A line of a basket as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Kept {
    pub(crate) sku: Id<Sku>,
    pub(crate) pieces: i64,
    pub(crate) seen: Fen,
}

/// A line and whose basket it is in.
#[derive(Debug)]
pub(crate) struct Owned<'a> {
    pub(crate) owner: &'a str,
    pub(crate) kept: Kept,
}

/// The lines of some baskets, by owner.
pub(crate) async fn lines(tx: &mut Tx, owners: &[String]) -> Result<HashMap<String, Vec<Kept>>, DbError> {
    let rows: Vec<(String, Id<Sku>, i64, Fen)> = tx.fetch_all(&LINES, binds![owners]).await?;
    let mut baskets: HashMap<String, Vec<Kept>> = HashMap::new();
    for (owner, sku, pieces, seen) in rows {
        baskets.entry(owner).or_default().push(Kept { sku, pieces, seen });
    }
    Ok(baskets)
}

pub(crate) async fn count(tx: &mut Tx, owner: &str) -> Result<i64, DbError> {
    let (count,): (i64,) = tx.fetch_one(&COUNT, binds![owner]).await?;
    Ok(count)
}

pub(crate) async fn counts(tx: &mut Tx, owners: &[String]) -> Result<Vec<(String, i64)>, DbError> {
    tx.fetch_all(&COUNTS, binds![owners]).await
}

/// Puts lines into baskets, each line once.
pub(crate) async fn put(tx: &mut Tx, lines: &[Owned<'_>], at: Instant) -> Result<(), DbError> {
    let rows = lines.iter().map(|Owned { owner, kept }| binds![*owner, kept.sku, kept.pieces, kept.seen, at]);
    tx.insert_many(&PUT_LINES, rows.collect::<Vec<_>>()).await.map(drop)
}

pub(crate) async fn set_pieces(tx: &mut Tx, owner: &str, sku: Id<Sku>, pieces: i64) -> Result<bool, DbError> {
    Ok(tx.execute(&SET_PIECES, binds![owner, sku, pieces]).await? > 0)
}

pub(crate) async fn set_seen(tx: &mut Tx, owner: &str, sku: Id<Sku>, seen: Fen) -> Result<(), DbError> {
    tx.execute(&SET_SEEN, binds![owner, sku, seen]).await.map(drop)
}

pub(crate) async fn drop_lines(tx: &mut Tx, owner: &str, skus: &[Id<Sku>]) -> Result<(), DbError> {
    tx.execute(&DROP_LINES, binds![owner, skus]).await.map(drop)
}

/// Takes out of the baskets what their owners have ordered. Most order all that they have: these share one statement.
pub(crate) async fn drop_ordered(tx: &mut Tx, ordered: &[(&str, Id<Sku>)]) -> Result<(), DbError> {
    let owners: BTreeSet<&str> = ordered.iter().map(|(owner, _)| *owner).collect();
    if owners.is_empty() {
        return Ok(());
    }
    let owners: Vec<String> = owners.into_iter().map(ToOwned::to_owned).collect();
    let held: Vec<(String, Id<Sku>)> = tx.fetch_all(&HELD, binds![&owners[..]]).await?;
    let ordered: HashSet<(&str, Id<Sku>)> = ordered.iter().copied().collect();
    let mut baskets: BTreeMap<&str, (Vec<Id<Sku>>, bool)> = BTreeMap::new();
    for (owner, sku) in &held {
        let (gone, stays) = baskets.entry(owner).or_default();
        if ordered.contains(&(owner.as_str(), *sku)) {
            gone.push(*sku);
        } else {
            *stays = true;
        }
    }
    let (mut emptied, mut skus) = (Vec::new(), BTreeSet::new());
    for (owner, (gone, stays)) in baskets {
        if !stays {
            emptied.push(owner.to_owned());
            skus.extend(gone);
        } else if !gone.is_empty() {
            drop_lines(tx, owner, &gone).await?;
        }
    }
    if emptied.is_empty() {
        return Ok(());
    }
    let skus: Vec<Id<Sku>> = skus.into_iter().collect();
    tx.execute(&DROP_MANY, binds![&emptied[..], &skus[..]]).await.map(drop)
}

/// Forgets baskets of guests that were begun before an instant. Returns how many lines.
pub(crate) async fn drop_old(tx: &mut Tx, before: Instant) -> Result<u64, DbError> {
    tx.execute(&DROP_OLD, binds![before]).await
}

/// Everything in one basket goes into another.
pub(crate) async fn merge(tx: &mut Tx, from: &str, to: &str, at: Instant) -> Result<(), DbError> {
    let Some(lines) = lines(tx, &[from.to_owned()]).await?.remove(from) else { return Ok(()) };
    let lines: Vec<_> = lines.into_iter().map(|kept| Owned { owner: to, kept }).collect();
    put(tx, &lines, at).await?;
    tx.execute(&DROP_OWNER, binds![from]).await.map(drop)
}

/// The secret of this name; `fresh` becomes it if there is none yet.
pub(crate) async fn secret(tx: &mut Tx, name: &str, fresh: &[u8]) -> Result<Vec<u8>, DbError> {
    tx.insert(&ADD_SECRET, binds![name, fresh.to_vec()]).await?;
    let (secret,): (Vec<u8>,) = tx.fetch_one(&SECRET, binds![name]).await?;
    Ok(secret)
}
