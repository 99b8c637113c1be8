-- What can be found, one row each. `number` ascends with the id; `weight` says how good a find is when the words do not
-- decide; `first` and `second` are what lists of this kind are sorted and narrowed by, as the owner says.
CREATE TABLE search_doc (
    number {{i64}} NOT NULL,
    kind {{text}} NOT NULL,
    id {{uuid}} NOT NULL,
    title {{text}} NOT NULL,
    weight {{i64}} NOT NULL,
    first {{i64}} NOT NULL,
    second {{i64}} NOT NULL,
    PRIMARY KEY (number, kind, id)
) {{clustered}};

-- The tokens of each document under its number, in the engine's own index of texts. The store writes both tables.
{{postgres}}
CREATE TABLE search_text (rowid {{i64}} NOT NULL PRIMARY KEY, tokens {{text}} NOT NULL);
-- A short list of what waits to be merged into the index keeps both writing and searching quick.
CREATE INDEX search_text_tokens ON search_text
    USING gin (array_to_tsvector(string_to_array(tokens, ' '))) WITH (gin_pending_list_limit = 512);
{{sqlite}}
CREATE VIRTUAL TABLE search_text USING fts5(
    tokens, content = '', contentless_delete = 1, detail = none, tokenize = 'unicode61 remove_diacritics 0');
{{both}}
