-- Phones by which people sign in. Each belongs to one account.
CREATE TABLE user_phone (
    phone {{text}} NOT NULL PRIMARY KEY,
    user_id {{uuid}} NOT NULL UNIQUE REFERENCES user_account (id),
    confirmed_at {{instant}} NOT NULL
) {{clustered}};

-- When a phone was last sent a code. Its row is held while codes are counted, so that they are sent one after the other.
CREATE TABLE phone_turn (
    phone {{text}} NOT NULL PRIMARY KEY,
    at {{instant}} NOT NULL
) {{clustered}};

-- Codes that were sent to a phone, kept for a day. A code is hashed with its number, lasts for minutes and is good for one
-- sign-in.
CREATE TABLE phone_code (
    id {{uuid}} NOT NULL PRIMARY KEY,
    phone {{text}} NOT NULL,
    code {{bytes}} NOT NULL,
    made_at {{instant}} NOT NULL,
    tries {{i64}} NOT NULL,
    used_at {{instant}}
) {{strict}};
CREATE INDEX phone_code_by_phone ON phone_code (phone, made_at);
CREATE INDEX phone_code_by_time ON phone_code (made_at);
