-- Schemes (制度) as data. A version never changes once it is published; certificates keep theirs.
CREATE TABLE scheme (
    code {{text}} NOT NULL,
    version {{i64}} NOT NULL,
    content {{json}} NOT NULL,
    published_at {{instant}} NOT NULL,
    published_by {{text}} NOT NULL,
    PRIMARY KEY (code, version)
) {{strict}};

-- Certificates (证书). What became of them stands in their events, and from those in their spans.
CREATE TABLE certificate (
    id {{uuid}} NOT NULL PRIMARY KEY,
    scheme {{text}} NOT NULL,
    scheme_version {{i64}} NOT NULL,
    number {{text}} NOT NULL,
    subject {{text}} NOT NULL,
    holder {{i64}} NOT NULL,               -- number in the register of parties
    holder_name {{text}} NOT NULL,
    region {{i64}} NOT NULL,
    batch {{text}} NOT NULL,
    detail {{json}} NOT NULL,              -- the further fields of the scheme
    events {{i64}} NOT NULL,               -- how many there are; whoever adds one has seen this many
    recorded_at {{instant}} NOT NULL,
    UNIQUE (scheme, number)
) {{strict}};
CREATE INDEX certificate_by_number ON certificate (number);
CREATE INDEX certificate_by_holder ON certificate (holder, id);

-- What a certificate is found by, narrow, so that walking over all of them is cheap.
CREATE TABLE certificate_find (
    certificate {{uuid}} NOT NULL,
    scheme {{text}} NOT NULL,
    region {{i64}} NOT NULL,
    text {{text}} NOT NULL,
    PRIMARY KEY (certificate)
) {{clustered}};

-- What became of a certificate (证书变动), in the order in which it was recorded. Append-only.
CREATE TABLE certificate_event (
    certificate {{uuid}} NOT NULL,
    seq {{i64}} NOT NULL,
    kind {{i64}} NOT NULL,                 -- 1 issued, 2 renewed, 3 suspended, 4 resumed, 5 revoked, 6 corrected
    from_day {{i64}} NOT NULL,             -- since when it holds
    until_day {{i64}},                     -- the last day of a term; none if it has no end
    reason {{text}} NOT NULL,
    import {{uuid}},                       -- the register that told it
    row_no {{i64}},
    recorded_at {{instant}} NOT NULL,
    recorded_by {{text}} NOT NULL,
    PRIMARY KEY (certificate, seq)
) {{strict}};

-- In which state a certificate is from when until when. Follows from its events; days before the first span are not yet.
-- A span says when it ends, so that nothing is written when a certificate expires.
CREATE TABLE certificate_span (
    certificate {{uuid}} NOT NULL,
    from_day {{i64}} NOT NULL,
    to_day {{i64}} NOT NULL,
    state {{i64}} NOT NULL,                -- 1 valid, 2 expired, 3 suspended, 4 revoked
    scheme {{text}} NOT NULL,
    region {{i64}} NOT NULL,
    PRIMARY KEY (certificate, from_day)
) {{clustered}};
CREATE INDEX certificate_span_in_state ON certificate_span (state, certificate, scheme, region, from_day, to_day);

-- Imports of registers (名录导入批次): a file, what it would change, what it changed.
CREATE TABLE register_import (
    id {{uuid}} NOT NULL PRIMARY KEY,
    scheme {{text}} NOT NULL,
    scheme_version {{i64}} NOT NULL,
    file_name {{text}} NOT NULL,
    file_hash {{text}} NOT NULL,
    state {{i64}} NOT NULL,                -- 1 uploaded, 2 checked, 3 failed, 4 posting, 5 posted, 6 discarded
    checked {{json}},
    done {{i64}} NOT NULL,
    posted {{json}},
    problem {{json}},
    created_by {{text}} NOT NULL,
    creator {{text}} NOT NULL,
    created_at {{instant}} NOT NULL,
    confirmed_by {{text}},
    job {{uuid}}
) {{strict}};
CREATE INDEX register_import_by_file ON register_import (scheme, file_hash, id);
CREATE INDEX register_import_at_work ON register_import (id) WHERE state IN (1, 4);

-- The first problems of an import, in the order of the rows.
CREATE TABLE register_import_issue (
    batch {{uuid}} NOT NULL REFERENCES register_import (id),
    seq {{i64}} NOT NULL,
    row_no {{i64}} NOT NULL,
    column_title {{text}} NOT NULL,
    value {{text}} NOT NULL,
    code {{text}} NOT NULL,
    args {{json}} NOT NULL,
    PRIMARY KEY (batch, seq)
) {{strict}};
