-- Work that outlives a request.
CREATE TABLE job (
    id {{uuid}} NOT NULL PRIMARY KEY,
    kind {{text}} NOT NULL,
    -- No two live jobs of a kind have the same key. NULL: no such promise.
    job_key {{text}},
    live {{i64}},                       -- 1 while queued or running, NULL afterwards
    state {{i64}} NOT NULL,             -- 1 queued, 2 running, 3 done, 4 failed
    subject {{text}} NOT NULL,          -- what it works on, as people call it: the file's name
    href {{text}},                      -- where its result is to be seen
    payload {{json}} NOT NULL,
    result {{json}},
    stage {{text}},                     -- text key of what it does now
    stage_at {{instant}},
    done {{i64}} NOT NULL,
    total {{i64}} NOT NULL,             -- 0 while nobody knows
    problem {{text}},                   -- code of the last failure
    problem_args {{json}},
    attempts {{i64}} NOT NULL,
    cancel {{bool}} NOT NULL,
    due_at {{instant}} NOT NULL,
    lease {{uuid}},                     -- of the worker that runs it
    lease_until {{instant}},
    actor {{text}} NOT NULL,
    actor_label {{text}} NOT NULL,
    region {{i64}},
    organisation {{text}},
    created_at {{instant}} NOT NULL,
    started_at {{instant}},
    finished_at {{instant}},
    UNIQUE (kind, job_key, live)
) {{strict}};
CREATE INDEX job_due ON job (live, state, due_at) WHERE live = 1;
