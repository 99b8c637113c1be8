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
    tokens {{text}} NOT NULL,
    PRIMARY KEY (number, kind, id)
) {{clustered}};

{{postgres}}
-- A short list of what waits to be merged into the index keeps both writing and searching quick.
CREATE INDEX search_doc_tokens ON search_doc
    USING gin (array_to_tsvector(string_to_array(tokens, ' '))) WITH (gin_pending_list_limit = 512);
{{sqlite}}
-- The engine's index keeps the tokens by number; the row lets go of them, so that it stays narrow.
CREATE VIRTUAL TABLE search_text USING fts5(
    tokens, content = '', contentless_delete = 1, detail = none, tokenize = 'unicode61 remove_diacritics 0');
CREATE TRIGGER search_doc_added AFTER INSERT ON search_doc BEGIN
    INSERT INTO search_text (rowid, tokens) VALUES (new.number, new.tokens);
    UPDATE search_doc SET tokens = '' WHERE number = new.number AND kind = new.kind AND id = new.id;
END;
CREATE TRIGGER search_doc_changed AFTER UPDATE OF tokens ON search_doc WHEN new.tokens <> '' BEGIN
    DELETE FROM search_text WHERE rowid = old.number;
    INSERT INTO search_text (rowid, tokens) VALUES (new.number, new.tokens);
    UPDATE search_doc SET tokens = '' WHERE number = new.number AND kind = new.kind AND id = new.id;
END;
CREATE TRIGGER search_doc_removed AFTER DELETE ON search_doc BEGIN
    DELETE FROM search_text WHERE rowid = old.number;
END;
{{both}}
