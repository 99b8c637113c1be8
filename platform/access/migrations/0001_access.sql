-- Accounts. A password is a PHC string; without one nobody can sign in by password.
CREATE TABLE user_account (
    id {{uuid}} NOT NULL PRIMARY KEY,
    login {{text}} NOT NULL UNIQUE,
    name {{text}} NOT NULL,
    organisation {{text}} NOT NULL,
    password {{text}},
    created_at {{instant}} NOT NULL,
    signed_in_at {{instant}},
    disabled_at {{instant}}
) {{strict}};

-- What an account may do and where; scopes as text: *, region:440300, organisation:sz-market.
CREATE TABLE user_grant (
    user_id {{uuid}} NOT NULL REFERENCES user_account (id),
    role {{text}} NOT NULL,
    scope {{text}} NOT NULL,
    granted_at {{instant}} NOT NULL,
    PRIMARY KEY (user_id, role, scope)
) {{strict}};

-- Sessions by the SHA-256 of their token, so that nobody who reads the table can use them.
CREATE TABLE user_session (
    token {{bytes}} NOT NULL PRIMARY KEY,
    user_id {{uuid}} NOT NULL REFERENCES user_account (id),
    created_at {{instant}} NOT NULL,
    seen_at {{instant}} NOT NULL,
    expires_at {{instant}} NOT NULL
) {{strict}};
CREATE INDEX user_session_by_user ON user_session (user_id);

-- What was changed by whom. Append-only: no statement of the program changes or deletes a row.
CREATE TABLE audit_entry (
    id {{uuid}} NOT NULL PRIMARY KEY,
    at {{instant}} NOT NULL,
    actor {{text}} NOT NULL,
    actor_name {{text}} NOT NULL,
    action {{text}} NOT NULL,
    object_kind {{text}} NOT NULL,
    object_id {{text}} NOT NULL,
    before {{json}},
    after {{json}},
    reason {{text}},
    trace {{text}} NOT NULL
) {{strict}};
CREATE INDEX audit_entry_by_object ON audit_entry (object_kind, object_id, id);
