//! All SQL of the module.

use sh_db::{DbError, FromRow, Row, Tx, binds};
use sh_http::{Grant, KeyScope, Role, Scope, User, UserInfo};
use sh_kernel::{Id, Instant};
use uuid::Uuid;

use crate::{
    audit::{AuditEntry, Filter},
    keys::{Key, OwnedKey},
    users::Account,
};

sh_db::inserts! {
    /// A new account.
    ADD_USER = user_account(id Uuid, login Text, name Text, organisation Text, password Text, created_at Instant) "";
    /// A role in a scope; nothing if the account has it.
    ADD_GRANT = user_grant(user_id Uuid, role Text, scope Text, granted_at Instant)
        "ON CONFLICT (user_id, role, scope) DO NOTHING";
    /// A new session.
    ADD_SESSION = user_session(token Bytes, user_id Uuid, created_at Instant, seen_at Instant, expires_at Instant) "";
    /// A phone and its account.
    ADD_PHONE = user_phone(phone Text, user_id Uuid, confirmed_at Instant) "";
    /// Holds the row of a phone until the transaction ends.
    TAKE_TURN = phone_turn(phone Text, at Instant) "ON CONFLICT (phone) DO UPDATE SET at = excluded.at";
    /// A code on its way to a phone.
    ADD_CODE = phone_code(id Uuid, phone Text, code Bytes, made_at Instant, tries I64) "";
    /// A new key; nothing if its form was sent before.
    ADD_KEY = api_key(id Uuid, user_id Uuid, secret Bytes, prefix Text, name Text, scopes Text, created_at Instant,
        expires_at Instant) "ON CONFLICT (id) DO NOTHING";
    /// One change in the log.
    ADD_ENTRY = audit_entry(id Uuid, at Instant, actor Text, actor_name Text, action Text, object_kind Text,
        object_id Text, before Text, after Text, reason Text, trace Text, key Text) "";
}

sh_db::statements! {
    /// One account.
    USER = "SELECT id, login, name, organisation, password, created_at, signed_in_at, disabled_at
        FROM user_account WHERE id = $1";
    /// Keeps an account from changing until the transaction ends. On both engines a write locks the row.
    LOCK_USER = "UPDATE user_account SET login = login WHERE id = $1";
    /// One account by its login.
    USER_BY_LOGIN = "SELECT id, login, name, organisation, password, created_at, signed_in_at, disabled_at
        FROM user_account WHERE login = $1";
    /// Any account that can sign in.
    ANYBODY = "SELECT CAST(1 AS BIGINT) FROM user_account WHERE password IS NOT NULL AND disabled_at IS NULL LIMIT 1";
    /// Accounts in the order of their logins, after a login, whose login, name or organisation contains a text.
    USERS = "SELECT id, login, name, organisation, password, created_at, signed_in_at, disabled_at
        FROM user_account
        WHERE login > $1 AND (CAST($2 AS TEXT) IS NULL
            OR login LIKE $2 ESCAPE '!' OR name LIKE $2 ESCAPE '!' OR organisation LIKE $2 ESCAPE '!')
        ORDER BY login LIMIT $3";
    /// What some accounts are called.
    USER_NAMES = "SELECT id, login, name FROM user_account WHERE id {{in_uuid $1}}";
    /// What accounts may do and where.
    GRANTS = "SELECT user_id, role, scope FROM user_grant WHERE user_id {{in_uuid $1}} ORDER BY role, scope";
    /// Takes a role away.
    DROP_GRANT = "DELETE FROM user_grant WHERE user_id = $1 AND role = $2 AND scope = $3";
    /// Sets a password.
    SET_PASSWORD = "UPDATE user_account SET password = $2 WHERE id = $1";
    /// Disables or, with NULL, enables an account.
    SET_DISABLED = "UPDATE user_account SET disabled_at = $2 WHERE id = $1";
    /// Notes a sign-in.
    SET_SIGNED_IN = "UPDATE user_account SET signed_in_at = $2 WHERE id = $1";
    /// The session of a token.
    SESSION = "SELECT user_id, seen_at, expires_at FROM user_session WHERE token = $1";
    /// Notes that a session is in use.
    SET_SEEN = "UPDATE user_session SET seen_at = $2 WHERE token = $1 AND seen_at < $2";
    /// Ends a session.
    DROP_SESSION = "DELETE FROM user_session WHERE token = $1";
    /// Ends all sessions of an account but one.
    DROP_SESSIONS_OF = "DELETE FROM user_session WHERE user_id = $1 AND token <> $2";
    /// Forgets sessions that have ended by themselves.
    DROP_OLD_SESSIONS = "DELETE FROM user_session WHERE expires_at <= $1 OR seen_at <= $2";
    /// Whose a phone is.
    PHONE_OWNER = "SELECT user_id FROM user_phone WHERE phone = $1";
    /// The phone of an account.
    PHONE_OF = "SELECT phone FROM user_phone WHERE user_id = $1";
    /// Forgets codes that were made before an instant.
    DROP_OLD_CODES = "DELETE FROM phone_code WHERE made_at < $1";
    /// How many codes of a phone are kept, and when the last was made.
    CODES_OF = "SELECT COUNT(*), MAX(made_at) FROM phone_code WHERE phone = $1";
    /// To which phone a code went that can still be told.
    CODE_PHONE = "SELECT phone FROM phone_code WHERE id = $1 AND made_at > $2 AND used_at IS NULL";
    /// Counts an attempt to tell a code, if there is one to be told.
    TRY_CODE = "UPDATE phone_code SET tries = tries + 1 WHERE id = $1 AND made_at > $2 AND used_at IS NULL AND tries < $3
        RETURNING phone, code";
    /// Uses a code up.
    USE_CODE = "UPDATE phone_code SET used_at = $2 WHERE id = $1 AND used_at IS NULL";
    /// Keys of a person before a key, newest first.
    KEYS = "SELECT id, name, prefix, scopes, created_at, expires_at, used_at, revoked_at FROM api_key
        WHERE user_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3";
    /// One key of a person.
    KEY = "SELECT id, name, prefix, scopes, created_at, expires_at, used_at, revoked_at FROM api_key
        WHERE user_id = $1 AND id = $2";
    /// Keys of a person that are in force.
    KEYS_TO_REVOKE = "SELECT id, name, prefix, scopes, created_at, expires_at, used_at, revoked_at FROM api_key
        WHERE user_id = $1 AND revoked_at IS NULL AND expires_at > $2 ORDER BY id DESC LIMIT $3";
    /// The key of a secret, and whose it is.
    KEY_OF_SECRET = "SELECT id, name, prefix, scopes, created_at, expires_at, used_at, revoked_at, user_id FROM api_key
        WHERE secret = $1";
    /// How many keys of a person are in force.
    KEYS_IN_FORCE = "SELECT COUNT(*) FROM api_key WHERE user_id = $1 AND revoked_at IS NULL AND expires_at > $2";
    /// Revokes a key.
    REVOKE_KEY = "UPDATE api_key SET revoked_at = $3 WHERE user_id = $1 AND id = $2 AND revoked_at IS NULL";
    /// Notes that a key is in use.
    SET_KEY_USED = "UPDATE api_key SET used_at = $2 WHERE id = $1 AND (used_at IS NULL OR used_at < $2)";
    /// Changes before an entry, newest first, by optional filters.
    ENTRIES = "SELECT id, at, actor, actor_name, action, object_kind, object_id, before, after, reason, trace, key
        FROM audit_entry
        WHERE id < $1 AND at >= $2 AND at < $3
            AND (CAST($4 AS TEXT) IS NULL OR actor_name = $4)
            AND (CAST($5 AS TEXT) IS NULL OR action = $5)
            AND (CAST($6 AS TEXT) IS NULL OR object_kind = $6)
            AND (CAST($7 AS TEXT) IS NULL OR object_id = $7)
        ORDER BY id DESC LIMIT $8";
}

impl FromRow for Account {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self {
            id: row.get(0)?,
            login: row.get(1)?,
            name: row.get(2)?,
            organisation: row.get(3)?,
            password: row.get(4)?,
            created_at: row.get(5)?,
            signed_in_at: row.get(6)?,
            disabled_at: row.get(7)?,
            grants: Vec::new(),
        })
    }
}

impl FromRow for Key {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        let scopes: String = row.get(3)?;
        Ok(Self {
            id: row.get(0)?,
            name: row.get(1)?,
            prefix: row.get(2)?,
            // A scope that a newer program gave is unknown here and opens nothing.
            scopes: scopes.split(' ').filter_map(KeyScope::parse).collect(),
            created_at: row.get(4)?,
            expires_at: row.get(5)?,
            used_at: row.get(6)?,
            revoked_at: row.get(7)?,
        })
    }
}

impl FromRow for OwnedKey {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self { key: Key::from_row(row)?, user: row.get(8)? })
    }
}

impl FromRow for AuditEntry {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        let json = |column| -> Result<Option<serde_json::Value>, DbError> {
            let text: Option<String> = row.get(column)?;
            text.map(|text| serde_json::from_str(&text))
                .transpose()
                .map_err(|error| DbError::Column { column, problem: error.to_string() })
        };
        Ok(Self {
            id: row.get(0)?,
            at: row.get(1)?,
            actor: row.get(2)?,
            actor_name: row.get(3)?,
            action: row.get(4)?,
            object_kind: row.get(5)?,
            object_id: row.get(6)?,
            before: json(7)?,
            after: json(8)?,
            reason: row.get(9)?,
            trace: row.get(10)?,
            key: row.get(11)?,
        })
    }
}

/// Puts their grants to accounts.
async fn with_grants(tx: &mut Tx, mut accounts: Vec<Account>) -> Result<Vec<Account>, DbError> {
    let ids: Vec<Id<User>> = accounts.iter().map(|account| account.id).collect();
    let rows: Vec<(Id<User>, String, String)> = tx.fetch_all(&GRANTS, binds![ids.as_slice()]).await?;
    for (id, role, scope) in rows {
        // A role that a newer program gave is unknown here and gives nothing.
        if let (Some(role), Some(scope)) = (Role::parse(&role), Scope::parse(&scope))
            && let Some(account) = accounts.iter_mut().find(|account| account.id == id)
        {
            account.grants.push(Grant { role, scope });
        }
    }
    Ok(accounts)
}

/// One account with its grants.
pub(crate) async fn user(tx: &mut Tx, id: Id<User>) -> Result<Option<Account>, DbError> {
    let found = tx.fetch_all(&USER, binds![id]).await?;
    Ok(with_grants(tx, found).await?.pop())
}

/// One account with its grants, kept from changing until the transaction ends.
pub(crate) async fn user_for_change(tx: &mut Tx, id: Id<User>) -> Result<Option<Account>, DbError> {
    tx.execute(&LOCK_USER, binds![id]).await?;
    user(tx, id).await
}

/// One account with its grants, by its login.
pub(crate) async fn user_by_login(tx: &mut Tx, login: &str) -> Result<Option<Account>, DbError> {
    let found = tx.fetch_all(&USER_BY_LOGIN, binds![login]).await?;
    Ok(with_grants(tx, found).await?.pop())
}

/// Accounts with their grants after a login, by a text that login, name or organisation contain.
pub(crate) async fn users(
    tx: &mut Tx,
    after: &str,
    contains: Option<&str>,
    limit: i64,
) -> Result<Vec<Account>, DbError> {
    let pattern = contains.map(|text| {
        let plain = text.replace('!', "!!").replace('%', "!%").replace('_', "!_");
        format!("%{plain}%")
    });
    let found = tx.fetch_all(&USERS, binds![after, pattern, limit]).await?;
    with_grants(tx, found).await
}

/// Changes before an entry, newest first.
pub(crate) async fn entries(
    tx: &mut Tx,
    filter: &Filter,
    before: Option<Uuid>,
    limit: i64,
) -> Result<Vec<AuditEntry>, DbError> {
    let (from, to) = match filter.day {
        Some(day) => (day.start(), day.plus_days(1).start()),
        None => (Instant::from_micros(0), Instant::from_micros(FAR_MICROS)),
    };
    let row = binds![
        before.unwrap_or(Uuid::max()),
        from,
        to,
        filter.actor.as_deref(),
        filter.action.as_deref(),
        filter.kind.as_deref(),
        filter.object.as_deref(),
        limit
    ];
    tx.fetch_all(&ENTRIES, row).await
}

/// The year 2200, later than any entry.
const FAR_MICROS: i64 = 7_258_118_400_000_000;

impl Account {
    /// The person as a signed-in actor.
    pub(crate) fn into_info(self) -> UserInfo {
        UserInfo {
            id: self.id,
            login: self.login,
            name: self.name,
            organisation: self.organisation,
            grants: self.grants,
            key: None,
        }
    }
}
