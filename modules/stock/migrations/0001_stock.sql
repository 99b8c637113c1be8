-- Where goods of a shop lie (仓位). The first one is made with the first receipt.
CREATE TABLE stock_location (
    id {{uuid}} NOT NULL,
    shop {{uuid}} NOT NULL,
    name {{text}} NOT NULL,
    PRIMARY KEY (id, shop),
    UNIQUE (shop, name)
) {{strict}};

-- Lots (批次) of a variant. How much there is of them stands in the ledger.
CREATE TABLE lot (
    id {{uuid}} NOT NULL,
    shop {{uuid}} NOT NULL,
    sku {{uuid}} NOT NULL,
    unit {{i64}} NOT NULL,                 -- as the ledger numbers it
    code {{text}} NOT NULL,                -- as the producer names it
    produced {{i64}},
    expires {{i64}},                       -- the last day on which it may be sold
    state {{i64}} NOT NULL,                -- 1 open, 2 closed, 3 recalled
    reason {{text}},                       -- of the state
    received_at {{instant}} NOT NULL,
    PRIMARY KEY (id, shop),
    UNIQUE (shop, sku, code)
) {{strict}};
CREATE INDEX lot_for_sale ON lot (sku, expires) WHERE state = 1;
CREATE INDEX lot_by_shop ON lot (shop, id);
CREATE INDEX lot_expiring ON lot (shop, expires, id) WHERE state = 1 AND expires IS NOT NULL;

-- At which locations a lot has ever lain.
CREATE TABLE lot_location (
    lot {{uuid}} NOT NULL,
    shop {{uuid}} NOT NULL,
    location {{uuid}} NOT NULL,
    PRIMARY KEY (lot, shop, location)
) {{clustered}};

-- What people did to a lot (出入库单): the document behind a posting. Append-only.
CREATE TABLE lot_movement (
    id {{uuid}} NOT NULL,
    shop {{uuid}} NOT NULL,
    lot {{uuid}} NOT NULL,
    kind {{i64}} NOT NULL,                 -- 1 receipt, 2 adjustment, 3 move
    reason {{i64}},                        -- of an adjustment: 1 counted, 2 spoiled, 3 found
    location {{uuid}} NOT NULL,
    target {{uuid}},                       -- where a move went
    quantity {{i64}} NOT NULL,             -- in the base unit; below zero what was taken away
    note {{text}} NOT NULL,
    posting {{i64}},                       -- none if a count found what the books say
    at {{instant}} NOT NULL,
    changed_by {{text}} NOT NULL,
    PRIMARY KEY (id, shop)
) {{strict}};
CREATE INDEX lot_movement_by_lot ON lot_movement (lot, id);
