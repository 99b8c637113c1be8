//! The rules of commission.

use sh_db::{DbError, FromRow, Row, Tx, binds};
use sh_kernel::{Day, Id};

use crate::commission::{RULES_MAX, Rule};

sh_db::inserts! {
    /// A new version of a rule.
    ADD_RULE = commission_rule(id Uuid, position I64, name Text, category I64, shop Uuid, region I64, certified Bool,
        rate I64, fixed I64, valid_from I64, valid_to I64, replaces Uuid, made_by Text, made_at Instant) "";
}

sh_db::statements! {
    /// The rules that hold on a day, in their order.
    RULES_ON = "SELECT id, position, name, category, shop, region, certified, rate, fixed, valid_from, valid_to, \
        replaces, made_by, made_at FROM commission_rule WHERE valid_from <= $1 AND \
        (valid_to IS NULL OR valid_to >= $1) ORDER BY position, id LIMIT $2";
    /// The rules that hold only later than a day, in the order in which they begin.
    RULES_AFTER = "SELECT id, position, name, category, shop, region, certified, rate, fixed, valid_from, valid_to, \
        replaces, made_by, made_at FROM commission_rule WHERE valid_from > $1 AND \
        (valid_to IS NULL OR valid_to >= valid_from) ORDER BY valid_from, position, id LIMIT $2";
    /// The rules that held before a day or never held, the newest first, before one of them.
    RULES_ENDED = "SELECT id, position, name, category, shop, region, certified, rate, fixed, valid_from, valid_to, \
        replaces, made_by, made_at FROM commission_rule WHERE valid_to IS NOT NULL AND \
        (valid_to < $1 OR valid_to < valid_from) AND id < $2 ORDER BY id DESC LIMIT $3";
    /// One rule.
    RULE = "SELECT id, position, name, category, shop, region, certified, rate, fixed, valid_from, valid_to, \
        replaces, made_by, made_at FROM commission_rule WHERE id = $1";
    /// How many rules hold on a day or later.
    COUNT_RULES = "SELECT COUNT(*) FROM commission_rule WHERE valid_to IS NULL OR valid_to >= $1";
    /// Gives a rule a last day, unless it has an earlier one.
    END_RULE = "UPDATE commission_rule SET valid_to = $2 WHERE id = $1 AND (valid_to IS NULL OR valid_to > $2)";
}

impl FromRow for Rule {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self {
            id: row.get(0)?,
            position: row.get(1)?,
            name: row.get(2)?,
            category: row.get(3)?,
            shop: row.get(4)?,
            region: row.get(5)?,
            certified: row.get(6)?,
            rate: row.get(7)?,
            fixed: row.get(8)?,
            from: row.get(9)?,
            to: row.get(10)?,
            replaces: row.get(11)?,
            made_by: row.get(12)?,
            made_at: row.get(13)?,
        })
    }
}

fn rules_max() -> i64 {
    i64::try_from(RULES_MAX).unwrap_or(i64::MAX)
}

pub(crate) async fn on(tx: &mut Tx, day: Day) -> Result<Vec<Rule>, DbError> {
    tx.fetch_all(&RULES_ON, binds![day, rules_max()]).await
}

pub(crate) async fn after(tx: &mut Tx, day: Day) -> Result<Vec<Rule>, DbError> {
    tx.fetch_all(&RULES_AFTER, binds![day, rules_max()]).await
}

pub(crate) async fn ended(tx: &mut Tx, day: Day, before: Id<Rule>, limit: i64) -> Result<Vec<Rule>, DbError> {
    tx.fetch_all(&RULES_ENDED, binds![day, before, limit]).await
}

pub(crate) async fn rule(tx: &mut Tx, id: Id<Rule>) -> Result<Option<Rule>, DbError> {
    tx.fetch_optional(&RULE, binds![id]).await
}

pub(crate) async fn count(tx: &mut Tx, today: Day) -> Result<i64, DbError> {
    tx.fetch_one::<(i64,)>(&COUNT_RULES, binds![today]).await.map(|row| row.0)
}

/// Whether the rule had no earlier last day.
pub(crate) async fn end(tx: &mut Tx, id: Id<Rule>, last: Day) -> Result<bool, DbError> {
    Ok(tx.execute(&END_RULE, binds![id, last]).await? > 0)
}

pub(crate) async fn add(tx: &mut Tx, rule: &Rule) -> Result<(), DbError> {
    let row = binds![
        rule.id,
        rule.position,
        &rule.name,
        rule.category,
        rule.shop,
        rule.region,
        rule.certified,
        rule.rate,
        rule.fixed,
        rule.from,
        rule.to,
        rule.replaces,
        &rule.made_by,
        rule.made_at
    ];
    tx.insert(&ADD_RULE, row).await.map(drop)
}
