-- Sales that the platform carries itself: what was recorded, and which days wait for matching.

-- Which claim tells a stage of a line of an own order. Asked for by order.
CREATE TABLE own_sale (
    order_no {{text}} NOT NULL,
    line {{i64}} NOT NULL,
    stage {{i64}} NOT NULL,
    part {{i64}} NOT NULL,              -- 0, 1, 2 … of several returns of one line
    claim {{uuid}} NOT NULL,
    PRIMARY KEY (order_no, line, stage, part)
) {{clustered}};

-- The days of own sales that no run of matching has seen yet, and those that a run is at. One row.
CREATE TABLE own_matching (
    one {{i64}} NOT NULL PRIMARY KEY,
    generation {{i64}} NOT NULL,        -- names the job that will see what is recorded now
    first_day {{i64}},
    last_day {{i64}},
    taken_first {{i64}},
    taken_last {{i64}}
) {{strict}};
