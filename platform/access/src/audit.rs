//! The log of changes (操作日志): who changed what, from what to what, why. Append-only.

use serde::Serialize;
use serde_json::Value;
use sh_db::{DbError, Tx, binds};
use sh_http::{Actor, App, Context, Invalid, Listing, Names, Page, Permission, Scope, Thing, names_of};
use sh_kernel::{Day, FieldErrors, Id, IdGen, Instant};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{Error, store};

/// One change on its way into the log. `before` and `after` hold the fields that matter, never secrets.
#[derive(Debug, Clone)]
pub struct Entry {
    /// What was done, as a code with a text `audit-action-<code>`: `grant-role`.
    pub action: &'static str,
    /// What kind of thing was changed, as a code with a text `audit-object-<code>`: `user`.
    pub object_kind: &'static str,
    /// Which one.
    pub object_id: String,
    /// How it was.
    pub before: Option<Value>,
    /// How it is.
    pub after: Option<Value>,
    /// Why, in the words of the person.
    pub reason: Option<String>,
}

impl Entry {
    /// An entry without before, after and reason.
    #[expect(clippy::needless_pass_by_value, reason = "callers hand over identifiers and numbers")]
    pub fn new(action: &'static str, object_kind: &'static str, object_id: impl ToString) -> Self {
        let object_id = object_id.to_string();
        Self { action, object_kind, object_id, before: None, after: None, reason: None }
    }

    /// With how it was.
    #[must_use]
    pub fn before(mut self, state: &impl Serialize) -> Self {
        self.before = serde_json::to_value(state).ok();
        self
    }

    /// With how it is.
    #[must_use]
    pub fn after(mut self, state: &impl Serialize) -> Self {
        self.after = serde_json::to_value(state).ok();
        self
    }

    /// With why; an empty text is none.
    #[must_use]
    pub fn reason(mut self, reason: &str) -> Self {
        self.reason = Some(reason.trim().to_owned()).filter(|reason| !reason.is_empty());
        self
    }
}

/// Writes a change to the log, in the transaction that makes it: both last, or neither.
///
/// # Errors
/// What the database refuses.
pub async fn record(tx: &mut Tx, ctx: &Context, entry: Entry) -> Result<(), DbError> {
    let row = row(ctx.id(), ctx.now(), By::of(ctx), entry);
    tx.insert(&store::ADD_ENTRY, row).await.map(drop)
}

/// Who makes a change, where no request is at hand: in a batch that carries out the commands of many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct By {
    /// A stable key: `user:…`, `system:jobs`.
    pub actor: String,
    /// How the log names them.
    pub name: String,
    /// Reference to the request.
    pub trace: String,
    /// The key of the program that acts in their name.
    pub key: Option<String>,
}

impl By {
    /// Whoever acts in this context.
    pub fn of(ctx: &Context) -> Self {
        let key = ctx.actor.user().and_then(|user| user.key.as_ref());
        Self {
            actor: ctx.actor.key(),
            name: ctx.actor.label().to_owned(),
            trace: ctx.trace.clone(),
            key: key.map(|key| key.label.clone()),
        }
    }
}

/// Writes the changes of a batch to the log, in the transaction that makes them, in one go.
///
/// # Errors
/// What the database refuses.
pub async fn record_many(
    tx: &mut Tx,
    (ids, at): (&IdGen, Instant),
    entries: Vec<(By, Entry)>,
) -> Result<(), DbError> {
    let rows = entries.into_iter().map(|(by, entry)| row(ids.next(at), at, by, entry));
    let rows: Vec<_> = rows.collect();
    tx.insert_many(&store::ADD_ENTRY, rows).await.map(drop)
}

/// The entry as it is stored.
fn row(id: Id<AuditEntry>, at: Instant, by: By, entry: Entry) -> Vec<sh_db::Value> {
    let text = |value: Option<Value>| value.map(|value| value.to_string());
    binds![
        id,
        at,
        by.actor,
        by.name,
        entry.action,
        entry.object_kind,
        entry.object_id,
        text(entry.before),
        text(entry.after),
        entry.reason,
        by.trace,
        by.key
    ]
}

/// Asks to see what is masked otherwise (脱敏信息). Allowed with [`Permission::Unmask`] there and a reason; the log then
/// holds who looked at what and why.
///
/// # Errors
/// [`Error::Denied`], or [`Error::Invalid`] without a reason.
pub async fn unmask(
    ctx: &Context,
    app: &App,
    object: (&'static str, String),
    scope: Scope,
    reason: &str,
) -> Result<(), Error> {
    ctx.require(Permission::Unmask, scope)?;
    let mut errors = FieldErrors::default();
    if reason.trim().is_empty() {
        errors.push("/reason", "required", ctx.t("audit-reason-needed"));
    }
    errors.into_result().map_err(Invalid)?;
    let entry = Entry::new("unmask", object.0, object.1).reason(reason);
    app.db.write(async |tx| record(tx, ctx, entry).await).await?;
    Ok(())
}

/// One change in the log.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AuditEntry {
    /// Ascends with time.
    #[schema(value_type = String)]
    pub id: Uuid,
    /// When.
    #[schema(value_type = String)]
    pub at: Instant,
    /// Who, as a stable key: `user:…`, `system:jobs`.
    pub actor: String,
    /// Who, as the log named them then.
    pub actor_name: String,
    /// What was done.
    pub action: String,
    /// What kind of thing was changed.
    pub object_kind: String,
    /// Which one.
    pub object_id: String,
    /// How it was.
    pub before: Option<Value>,
    /// How it is.
    pub after: Option<Value>,
    /// Why.
    pub reason: Option<String>,
    /// Reference to the request.
    pub trace: String,
    /// The key with which a program did it in their name: the beginning of its secret, and its name.
    pub key: Option<String>,
}

/// One field that a change touched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The name of the field; empty if the whole is one value.
    pub field: String,
    /// How it was, if it was there.
    pub before: Option<String>,
    /// How it is, if it is there.
    pub after: Option<String>,
}

impl AuditEntry {
    /// What was changed.
    pub(crate) fn thing(&self) -> Thing {
        Thing::new(&self.object_kind, &self.object_id)
    }

    /// The fields that differ between before and after, in the order of their names.
    pub fn differences(&self) -> Vec<Difference> {
        let fields = |state: &Option<Value>| match state {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Object(map)) => {
                map.iter().map(|(name, value)| (name.clone(), plain(value))).collect()
            }
            Some(value) => vec![(String::new(), plain(value))],
        };
        let (before, after) = (fields(&self.before), fields(&self.after));
        let mut names: Vec<&String> = before.iter().chain(&after).map(|(name, _)| name).collect();
        names.sort();
        names.dedup();
        let of = |list: &[(String, String)], name: &str| {
            list.iter().find(|(other, _)| other == name).map(|(_, value)| value.clone())
        };
        names
            .into_iter()
            .map(|name| Difference {
                field: name.clone(),
                before: of(&before, name),
                after: of(&after, name),
            })
            .filter(|difference| difference.before != difference.after)
            .collect()
    }
}

/// A JSON value as people read it: texts without quotes, lists with commas.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => "--".to_owned(),
        Value::Array(list) => list.iter().map(plain).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

/// Which changes are asked for.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// By this person: their login, or the name of a part of the program.
    pub actor: Option<String>,
    /// Of this kind.
    pub action: Option<String>,
    /// To things of this kind.
    pub kind: Option<String>,
    /// To this thing.
    pub object: Option<String>,
    /// On this day in Shanghai.
    pub day: Option<Day>,
}

/// Changes by filter, newest first.
///
/// # Errors
/// [`Error::Denied`] without [`Permission::ReadAudit`] everywhere, or a cursor that cannot be read.
pub async fn list(
    ctx: &Context,
    app: &App,
    filter: &Filter,
    page: &Page,
) -> Result<Listing<AuditEntry>, sh_http::Failure> {
    ctx.require(Permission::ReadAudit, Scope::Everywhere)?;
    let before: Option<Uuid> = page.key()?;
    let rows = app.db.read(async |tx| store::entries(tx, filter, before, page.fetch()).await).await?;
    Ok(Listing::of(rows, page, |entry| entry.id))
}

/// What the things that were changed are called, as far as anybody knows.
///
/// # Errors
/// What the database refuses.
pub(crate) async fn names(ctx: &Context, app: &App, entries: &[AuditEntry]) -> Result<Names, DbError> {
    names_of(ctx, app, entries.iter().map(AuditEntry::thing).collect()).await
}

/// The newest changes to one thing, for the page of that thing. The caller has checked that it may be seen.
///
/// # Errors
/// What the database refuses.
pub async fn of_object(
    tx: &mut Tx,
    object_kind: &str,
    object_id: &str,
    limit: u32,
) -> Result<Vec<AuditEntry>, DbError> {
    let filter = Filter {
        kind: Some(object_kind.to_owned()),
        object: Some(object_id.to_owned()),
        ..Filter::default()
    };
    store::entries(tx, &filter, None, i64::from(limit)).await
}

/// The actor of a person by their account, for jobs that act for whoever started them.
///
/// # Errors
/// What the database refuses; [`Error::NoSuchUser`] if the account is gone or disabled.
pub async fn actor_of(app: &App, user: Id<sh_http::User>) -> Result<Actor, Error> {
    let account = app.db.read(async |tx| store::user(tx, user).await).await?;
    let account = account.filter(|account| account.disabled_at.is_none()).ok_or(Error::NoSuchUser)?;
    Ok(Actor::User(Box::new(account.into_info())))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn entry(before: Option<Value>, after: Option<Value>) -> AuditEntry {
        AuditEntry {
            id: Uuid::nil(),
            at: Instant::from_micros(0),
            actor: String::new(),
            actor_name: String::new(),
            action: String::new(),
            object_kind: String::new(),
            object_id: String::new(),
            before,
            after,
            reason: None,
            trace: String::new(),
            key: None,
        }
    }

    #[test]
    fn only_what_differs_is_shown() {
        let entry = entry(
            Some(json!({ "name": "甲", "same": 1, "gone": true })),
            Some(json!({ "name": "乙", "same": 1, "list": ["a", "b"] })),
        );
        let shown: Vec<String> = entry
            .differences()
            .into_iter()
            .map(|d| format!("{} {:?} {:?}", d.field, d.before.as_deref(), d.after.as_deref()))
            .collect();
        assert_eq!(
            shown,
            ["gone Some(\"true\") None", "list None Some(\"a, b\")", "name Some(\"甲\") Some(\"乙\")"]
        );
    }
}
