-- Tables that people import, of any kind (表格导入批次): a file, what it would do, what it did.
CREATE TABLE table_import (
    id {{uuid}} NOT NULL PRIMARY KEY,
    kind {{text}} NOT NULL,
    owner {{uuid}} NOT NULL,               -- whose rows, as a shop; all zeros if they are the operator's
    owner_name {{text}} NOT NULL,
    organisation {{text}},                 -- of the owner, as scopes name it
    file_name {{text}} NOT NULL,
    file_hash {{text}} NOT NULL,
    file_size {{i64}} NOT NULL,
    state {{i64}} NOT NULL,
    checked {{json}},                      -- what the check found out
    done {{i64}} NOT NULL,                 -- rows that are written
    posted {{json}},                       -- what became of them
    problem {{json}},                      -- why the file as a whole was refused
    created_by {{text}} NOT NULL,
    created_at {{instant}} NOT NULL,
    confirmed_by {{text}},
    posted_at {{instant}},
    job {{uuid}}
) {{strict}};
CREATE INDEX table_import_by_owner ON table_import (kind, owner, id);
CREATE INDEX table_import_at_work ON table_import (id) WHERE state IN (1, 4);

-- What is to be known of its rows, in their order.
CREATE TABLE table_import_issue (
    import {{uuid}} NOT NULL,
    row_no {{i64}} NOT NULL,
    seq {{i64}} NOT NULL,
    notice {{bool}} NOT NULL,              -- the row is taken all the same
    column_title {{text}} NOT NULL,
    value {{text}} NOT NULL,
    code {{text}} NOT NULL,
    args {{json}} NOT NULL,
    PRIMARY KEY (import, row_no, seq)
) {{clustered}};
