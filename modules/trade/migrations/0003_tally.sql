-- What each source has reported, by how its rows are tied. Kept with every tie that is written, so that no page counts
-- all ties.
CREATE TABLE tie_tally (
    source {{text}} NOT NULL,
    state {{i64}} NOT NULL,             -- as in tie
    claims {{i64}} NOT NULL,
    amount {{i64}} NOT NULL,
    PRIMARY KEY (source, state)
) {{clustered}};
