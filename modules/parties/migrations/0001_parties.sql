-- Organisations and people as the sources name them. One row per folded name.
CREATE TABLE party (
    number {{i64}} NOT NULL PRIMARY KEY,   -- hash of the folded name
    name {{text}} NOT NULL,                -- as it was written when it was first seen
    kind {{i64}} NOT NULL,
    code {{text}},                         -- unified social credit code, if any source told it
    person {{bool}} NOT NULL
) {{strict}};
