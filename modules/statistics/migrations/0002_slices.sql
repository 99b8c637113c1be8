-- The sums of one pair of axes lie together, packed: a figure reads one row, and folding writes each once. What was
-- there row by row is made again from the lines.
DROP TABLE cube;
CREATE TABLE cube (
    definition_key {{i64}} NOT NULL,
    cuboid {{i64}} NOT NULL,
    cells {{i64}} NOT NULL,             -- how many
    payload {{bytes}} NOT NULL,
    PRIMARY KEY (definition_key, cuboid)
) {{strict}};
DELETE FROM cube_key;
DELETE FROM cube_tail;
UPDATE cube_state SET pending = 0;
-- Ascends while somebody builds the set; one that stands still was given up by a killed program.
ALTER TABLE cube_key ADD COLUMN beat {{i64}} NOT NULL DEFAULT 0;

-- What of a released figure is shown as one because fewer than three sellers stand behind its parts.
ALTER TABLE release_figure ADD COLUMN merged {{json}};
