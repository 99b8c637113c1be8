-- Answers to writes that carried an Idempotency-Key. Without a status, the write is still running, or the program
-- died during it and the outcome is not known here.
CREATE TABLE idempotency (
    owner {{text}} NOT NULL,
    key {{text}} NOT NULL,
    request {{bytes}} NOT NULL,
    at {{instant}} NOT NULL,
    status {{i64}},
    content_type {{text}},
    location {{text}},
    body {{bytes}},
    PRIMARY KEY (owner, key)
) {{strict}};
