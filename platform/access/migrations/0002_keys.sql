-- Keys with which programs act in a person's name, by the SHA-256 of their secret. A revoked key stays, so that the list
-- says what there was. Scopes are codes with spaces between; prefix is the beginning of the secret, by which people tell
-- keys apart.
CREATE TABLE api_key (
    id {{uuid}} NOT NULL PRIMARY KEY,
    user_id {{uuid}} NOT NULL REFERENCES user_account (id),
    secret {{bytes}} NOT NULL UNIQUE,
    prefix {{text}} NOT NULL,
    name {{text}} NOT NULL,
    scopes {{text}} NOT NULL,
    created_at {{instant}} NOT NULL,
    expires_at {{instant}} NOT NULL,
    used_at {{instant}},
    revoked_at {{instant}}
) {{strict}};
CREATE INDEX api_key_by_user ON api_key (user_id, id);

-- The key with which a program made a change in a person's name, as it was called then.
ALTER TABLE audit_entry ADD COLUMN key {{text}};
