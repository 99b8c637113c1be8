-- Sources, imports, claims, trades and their lines.

-- Who reports, and how its files are read by default.
CREATE TABLE source (
    code {{text}} NOT NULL PRIMARY KEY,
    name {{text}} NOT NULL,
    kind {{i64}} NOT NULL,
    region {{i64}},                     -- the division whose people may see and edit its imports
    organisation {{text}},
    active {{bool}} NOT NULL,
    created_at {{instant}} NOT NULL
) {{strict}};

-- How the columns of a source's files are to be read. A correction by a person makes a new version.
CREATE TABLE source_profile (
    source {{text}} NOT NULL REFERENCES source (code),
    name {{text}} NOT NULL,
    version {{i64}} NOT NULL,
    mapping {{json}} NOT NULL,
    created_by {{text}} NOT NULL,
    created_at {{instant}} NOT NULL,
    PRIMARY KEY (source, name, version)
) {{clustered}};

CREATE TABLE import_batch (
    id {{uuid}} NOT NULL PRIMARY KEY,
    source {{text}} NOT NULL REFERENCES source (code),
    file_name {{text}} NOT NULL,
    file_hash {{text}} NOT NULL,        -- SHA-256 of the file as it was uploaded
    file_size {{i64}} NOT NULL,
    profile {{text}},
    profile_version {{i64}},
    state {{text}} NOT NULL,
    -- 1 while the file counts: the same file of the same source cannot come in twice. NULL after withdrawal or failure.
    live {{i64}},
    good_only {{bool}} NOT NULL,
    rows_total {{i64}} NOT NULL,
    rows_good {{i64}} NOT NULL,
    rows_bad {{i64}} NOT NULL,
    rows_skipped {{i64}} NOT NULL,      -- titles, totals, blank
    rows_posted {{i64}} NOT NULL,
    amount_good {{i64}} NOT NULL,
    day_first {{i64}},
    day_last {{i64}},
    summary {{json}},
    problem {{text}},
    created_by {{text}} NOT NULL,
    created_at {{instant}} NOT NULL,
    confirmed_by {{text}},
    confirmed_at {{instant}},
    posted_at {{instant}},
    withdrawn_by {{text}},
    withdrawn_at {{instant}},
    withdraw_reason {{text}},
    job {{uuid}},                       -- the job that works or last worked on it
    UNIQUE (source, file_hash, live)
) {{strict}};
CREATE INDEX import_batch_state ON import_batch (state, id);
CREATE INDEX import_batch_source ON import_batch (source, id);

-- Rows that were not accepted, or only with a remark.
CREATE TABLE import_issue (
    batch {{uuid}} NOT NULL REFERENCES import_batch (id),
    row_no {{i64}} NOT NULL,
    seq {{i64}} NOT NULL,
    severity {{i64}} NOT NULL,          -- 1 rejected, 2 remark
    column_title {{text}},
    value {{text}},
    code {{text}} NOT NULL,
    args {{json}} NOT NULL,
    PRIMARY KEY (batch, row_no, seq)
) {{clustered}};

-- One row of a file, as its source says it. Ids ascend with time, so new rows lie together.
CREATE TABLE claim (
    id {{uuid}} NOT NULL PRIMARY KEY,
    batch {{uuid}} NOT NULL,
    row_no {{i64}} NOT NULL,
    source {{text}} NOT NULL,
    kind {{i64}} NOT NULL,
    content {{i64}} NOT NULL,
    occurrence {{i64}} NOT NULL,
    withdrawn {{bool}} NOT NULL,
    day {{i64}} NOT NULL,
    day_precision {{i64}} NOT NULL,     -- 1 day, 2 month
    seller {{i64}} NOT NULL,            -- party number
    seller_name {{text}} NOT NULL,
    seller_code {{text}},
    buyer {{i64}} NOT NULL,             -- party number, 0 if anonymous
    buyer_name {{text}},
    buyer_kind {{i64}} NOT NULL,
    product {{text}} NOT NULL,
    category {{i64}} NOT NULL,
    origin {{i64}} NOT NULL,            -- 0 if not told
    destination {{i64}} NOT NULL,       -- 0 if not told
    amount {{i64}} NOT NULL,
    basis {{i64}} NOT NULL,
    quantity {{i64}} NOT NULL,          -- 0 if not told
    order_no {{text}},
    invoice_no {{text}},
    stage {{i64}} NOT NULL,
    role {{i64}} NOT NULL,
    channel {{i64}} NOT NULL,
    outlet {{text}},
    certified {{i64}} NOT NULL,         -- 0 no, 1 yes, 2 not told
    link {{i64}} NOT NULL,
    event {{text}}
) {{strict}};
CREATE INDEX claim_day ON claim (day);
CREATE INDEX claim_batch ON claim (batch, row_no);

-- Which trade a claim is tied to now, and since which posting. Rewritten by matching; `decision` keeps what stood before.
CREATE TABLE tie (
    claim {{uuid}} NOT NULL PRIMARY KEY,
    trade {{uuid}},                     -- NULL while a person has to decide
    state {{i64}} NOT NULL,             -- 1 anchor, 2 tied by rule, 3 tied by a person, 4 repeat of an earlier row, 5 waits for a person
    rule {{i64}} NOT NULL,
    score {{i64}} NOT NULL,             -- 0 to 1000
    candidate {{uuid}},                 -- for a waiting claim: the trade it may belong to
    posting {{i64}} NOT NULL,           -- since when
    ruling {{uuid}}                     -- the ruling behind it, if a person decided
) {{clustered}};
CREATE INDEX tie_trade ON tie (trade);
CREATE INDEX tie_waiting ON tie (state, claim) WHERE state = 5;

-- Every automatic and human decision but those that stand, which `tie` holds. Nothing is ever removed. Asked for by
-- claim only, so one tree holds all.
CREATE TABLE decision (
    claim {{uuid}} NOT NULL,
    posting {{i64}} NOT NULL,           -- since when it stood
    trade {{uuid}},
    state {{i64}} NOT NULL,             -- as in tie; 0 when the claim was withdrawn
    rule {{i64}} NOT NULL,
    score {{i64}} NOT NULL,
    ruling {{uuid}},
    PRIMARY KEY (claim, posting)
) {{clustered}};

-- What a person decided about two claims. Matching obeys the rulings in force.
CREATE TABLE ruling (
    id {{uuid}} NOT NULL PRIMARY KEY,
    claim {{uuid}} NOT NULL,
    other {{uuid}} NOT NULL,
    same {{bool}} NOT NULL,
    actor {{text}} NOT NULL,
    reason {{text}},
    at {{instant}} NOT NULL,
    withdrawn_by {{text}},
    withdrawn_at {{instant}},
    pending {{bool}} NOT NULL           -- made or taken back, and no run of matching has heeded that yet
) {{strict}};
CREATE INDEX ruling_claim ON ruling (claim);
CREATE INDEX ruling_pending ON ruling (id) WHERE pending;

CREATE TABLE posting (
    seq {{i64}} NOT NULL PRIMARY KEY,
    at {{instant}} NOT NULL,
    day {{i64}} NOT NULL,
    batch {{uuid}},
    cause {{text}} NOT NULL
) {{strict}};

CREATE TABLE trade (
    id {{uuid}} NOT NULL PRIMARY KEY,
    anchor {{uuid}} NOT NULL,
    day {{i64}} NOT NULL,
    seller {{i64}} NOT NULL,
    buyer {{i64}} NOT NULL,
    origin {{i64}} NOT NULL,
    destination {{i64}} NOT NULL,
    channel {{i64}} NOT NULL,
    product {{text}} NOT NULL,
    amount {{i64}} NOT NULL,            -- of the lines that stand, returns subtracted
    grade {{i64}} NOT NULL,
    claims {{i64}} NOT NULL,            -- 0: dissolved, every line reversed
    lines {{i64}} NOT NULL,
    posting {{i64}} NOT NULL            -- the last posting that touched it
) {{clustered}};
CREATE INDEX trade_day ON trade (day, id);
CREATE INDEX trade_seller ON trade (seller, day, id);
CREATE INDEX trade_origin ON trade (origin, day, id);

-- Append only. A correction is a reversing line and a new one.
CREATE TABLE trade_line (
    trade {{uuid}} NOT NULL,
    line {{i64}} NOT NULL,
    posting {{i64}} NOT NULL,
    day {{i64}} NOT NULL,
    amount {{i64}} NOT NULL,
    count {{i64}} NOT NULL,
    quantity {{i64}} NOT NULL,
    origin {{i64}} NOT NULL,
    destination {{i64}} NOT NULL,
    channel {{i64}} NOT NULL,
    category {{i64}} NOT NULL,
    buyer_kind {{i64}} NOT NULL,
    class {{i64}} NOT NULL,
    certified {{i64}} NOT NULL,         -- 0 no, 1 yes, 2 not told
    role {{i64}} NOT NULL,
    stage {{i64}} NOT NULL,
    grade {{i64}} NOT NULL,
    link {{i64}} NOT NULL,
    basis {{i64}} NOT NULL,
    seller {{i64}} NOT NULL,
    buyer {{i64}} NOT NULL,
    PRIMARY KEY (trade, line)
) {{clustered}};

-- Matching runs exclude each other: who runs, and until when the others wait at most.
CREATE TABLE matching_lease (
    one {{i64}} NOT NULL PRIMARY KEY,
    holder {{uuid}} NOT NULL,
    until {{instant}} NOT NULL
) {{strict}};
