-- Imports of products (商品导入批次): a file, what it would change, what it changed.
CREATE TABLE product_import (
    id {{uuid}} NOT NULL PRIMARY KEY,
    shop {{uuid}} NOT NULL REFERENCES shop (id),
    file_name {{text}} NOT NULL,
    file_hash {{text}} NOT NULL,
    file_size {{i64}} NOT NULL,
    state {{text}} NOT NULL,
    submit {{bool}} NOT NULL,
    -- What the check found out.
    checked {{json}},
    -- Products that are written, and what became of them.
    done {{i64}} NOT NULL,
    posted {{json}},
    problem {{json}},
    created_by {{text}} NOT NULL,
    created_at {{instant}} NOT NULL,
    confirmed_by {{text}},
    posted_at {{instant}},
    job {{uuid}}
) {{strict}};
CREATE INDEX product_import_by_shop ON product_import (shop, id);
CREATE INDEX product_import_at_work ON product_import (id) WHERE state IN ('uploaded', 'posting');

-- The first problems of an import, in the order of the rows.
CREATE TABLE product_import_issue (
    batch {{uuid}} NOT NULL REFERENCES product_import (id),
    seq {{i64}} NOT NULL,
    row_no {{i64}} NOT NULL,
    column_title {{text}} NOT NULL,
    value {{text}} NOT NULL,
    code {{text}} NOT NULL,
    args {{json}} NOT NULL,
    PRIMARY KEY (batch, seq)
) {{strict}};
