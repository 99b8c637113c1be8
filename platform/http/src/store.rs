//! All SQL of this crate: remembered answers, and the question whether the database answers.

sh_db::inserts! {
    /// Claims a key; changes nothing if it is taken.
    CLAIM = idempotency(owner Text, key Text, request Bytes, at Instant) "ON CONFLICT (owner, key) DO NOTHING";
}

sh_db::statements! {
    /// Answers if the database answers.
    ALIVE = "SELECT CAST(1 AS BIGINT)";
    /// Forgets one key that has expired.
    FORGET_EXPIRED = "DELETE FROM idempotency WHERE owner = $1 AND key = $2 AND at < $3";
    /// What is known of a key.
    FIND = "SELECT request, status, content_type, location, body FROM idempotency WHERE owner = $1 AND key = $2";
    /// Remembers the answer.
    FINISH = "UPDATE idempotency SET status = $3, content_type = $4, location = $5, body = $6
        WHERE owner = $1 AND key = $2";
    /// Gives a key back after a write that changed nothing.
    RELEASE = "DELETE FROM idempotency WHERE owner = $1 AND key = $2 AND status IS NULL";
    /// Forgets all keys that have expired.
    FORGET_ALL_EXPIRED = "DELETE FROM idempotency WHERE at < $1";
}
