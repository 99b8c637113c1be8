-- Addresses that people keep for their next orders. `owner` is a person (user:…); what stands here is personal.
CREATE TABLE mall_address (
    id {{uuid}} NOT NULL PRIMARY KEY,
    owner {{text}} NOT NULL,
    region {{i64}} NOT NULL,
    receiver {{text}} NOT NULL,
    phone {{text}} NOT NULL,
    detail {{text}} NOT NULL,
    usual {{bool}} NOT NULL                -- the one that a form begins with
) {{strict}};
CREATE INDEX mall_address_by_owner ON mall_address (owner, id);
