-- Definitions, cubes, releases.

-- What a figure counts. A published version never changes; a change is a new version.
CREATE TABLE definition (
    code {{text}} NOT NULL,
    version {{i64}} NOT NULL,
    name_zh {{text}} NOT NULL,
    name_en {{text}} NOT NULL,
    text_zh {{text}} NOT NULL,
    text_en {{text}} NOT NULL,
    day_from {{i64}} NOT NULL,
    day_until {{i64}} NOT NULL,
    conditions {{json}} NOT NULL,       -- list of clauses, each a list of conditions
    display {{json}} NOT NULL,
    state {{text}} NOT NULL,            -- draft, published, retired
    created_by {{text}} NOT NULL,
    created_at {{instant}} NOT NULL,
    published_by {{text}},
    published_at {{instant}},
    PRIMARY KEY (code, version)
) {{clustered}};

-- One row. The number of transactions whose lines the cubes have taken; whoever adds one holds this row.
CREATE TABLE cube_state (
    id {{i64}} NOT NULL PRIMARY KEY,
    seq {{i64}} NOT NULL,
    pending {{i64}} NOT NULL,           -- lines in cube_tail that are not folded into cells yet
    last_key {{i64}} NOT NULL
) {{strict}};
INSERT INTO cube_state (id, seq, pending, last_key) VALUES (1, 0, 0, 0);

-- Lines that were posted and are not yet in the cells, one row per transaction.
CREATE TABLE cube_tail (
    seq {{i64}} NOT NULL PRIMARY KEY,
    lines {{i64}} NOT NULL,
    payload {{bytes}} NOT NULL
) {{strict}};

-- Which cells belong to which version of a definition.
CREATE TABLE cube_key (
    definition_key {{i64}} NOT NULL PRIMARY KEY,
    code {{text}} NOT NULL,
    version {{i64}} NOT NULL,
    state {{text}} NOT NULL,            -- building, ready, dropped
    folded {{i64}} NOT NULL             -- the cells hold every transaction up to this one
) {{strict}};

-- The sums, per definition and pair of axes.
CREATE TABLE cube (
    definition_key {{i64}} NOT NULL,
    cuboid {{i64}} NOT NULL,
    a {{i64}} NOT NULL,
    b {{i64}} NOT NULL,
    amount {{i64}} NOT NULL,
    trades {{i64}} NOT NULL,
    PRIMARY KEY (definition_key, cuboid, a, b)
) {{clustered}};

-- Figures frozen under a hash.
CREATE TABLE release (
    id {{uuid}} NOT NULL PRIMARY KEY,
    name {{text}} NOT NULL,
    state {{text}} NOT NULL,            -- proposed, published, withdrawn
    posting {{i64}} NOT NULL,           -- the cut-off: the last posting counted
    day {{i64}} NOT NULL,               -- the day of that posting
    supersedes {{uuid}},
    content {{text}} NOT NULL,          -- SHA-256 of the content, fixed when proposed
    proposed_by {{text}} NOT NULL,
    proposed_at {{instant}} NOT NULL,
    approved_by {{text}},
    approved_at {{instant}},
    number {{i64}} UNIQUE,              -- 1, 2, 3 … in the order of publication
    previous {{text}},                  -- the hash of the release before
    hash {{text}},                      -- SHA-256 of content, approval and previous hash
    withdrawn_by {{text}},
    withdrawn_at {{instant}},
    reason {{text}}
) {{strict}};

CREATE TABLE release_figure (
    release {{uuid}} NOT NULL REFERENCES release (id),
    position {{i64}} NOT NULL,
    title {{text}} NOT NULL,
    code {{text}} NOT NULL,
    version {{i64}} NOT NULL,
    definition {{json}} NOT NULL,       -- the definition as it was
    by_axes {{json}} NOT NULL,
    filter {{json}} NOT NULL,
    value {{i64}} NOT NULL,
    trades {{i64}} NOT NULL,
    rows {{json}} NOT NULL,
    PRIMARY KEY (release, position)
) {{clustered}};

-- What turned out to be wrong in a published release. The release itself stays.
CREATE TABLE release_erratum (
    release {{uuid}} NOT NULL REFERENCES release (id),
    seq {{i64}} NOT NULL,
    body {{text}} NOT NULL,
    written_by {{text}} NOT NULL,
    written_at {{instant}} NOT NULL,
    PRIMARY KEY (release, seq)
) {{clustered}};
