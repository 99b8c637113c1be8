-- Receipts that came with a table (批次导入): what a row said, so that the same row receives once, in whatever file it
-- stands.
CREATE TABLE lot_table_row (
    shop {{uuid}} NOT NULL,
    content {{text}} NOT NULL,             -- SHA-256 of what it said
    lot {{uuid}} NOT NULL,
    import {{uuid}} NOT NULL,
    PRIMARY KEY (shop, content)
) {{clustered}};
