-- What the operator takes of a sale. A row is a version: it is closed by its last day, never written anew. The first rule in
-- force that fits a line is the one that counts, by `position`.
CREATE TABLE commission_rule (
    id {{uuid}} NOT NULL PRIMARY KEY,
    position {{i64}} NOT NULL,
    name {{text}} NOT NULL,
    category {{i64}},                      -- fits any if NULL, likewise below
    shop {{uuid}},
    region {{i64}},                        -- of origin: a province, city or county
    certified {{bool}},
    rate {{i64}} NOT NULL,                 -- hundredths of a percent of the goods
    fixed {{i64}} NOT NULL,                -- fen of each line besides
    valid_from {{i64}} NOT NULL,
    valid_to {{i64}},                      -- the last day; before valid_from: it never held
    replaces {{uuid}},
    made_by {{text}} NOT NULL,
    made_at {{instant}} NOT NULL,
    CONSTRAINT commission_rate CHECK (rate BETWEEN 0 AND 10000 AND fixed >= 0)
) {{strict}};
CREATE INDEX commission_rule_by_end ON commission_rule (valid_to, position, id);

-- Frozen with the line when it is sold, whatever becomes of the rule.
ALTER TABLE mall_line ADD COLUMN commission_rule {{uuid}};
ALTER TABLE mall_line ADD COLUMN commission_rate {{i64}} NOT NULL DEFAULT 0;
ALTER TABLE mall_line ADD COLUMN commission_fixed {{i64}} NOT NULL DEFAULT 0;
ALTER TABLE mall_line ADD COLUMN commission {{i64}} NOT NULL DEFAULT 0;
-- What of the line was granted back.
ALTER TABLE mall_line ADD COLUMN back_pieces {{i64}} NOT NULL DEFAULT 0;

-- What a shop is owed and why, line by line: each sale when it is paid, each refund when it is granted. Identifiers ascend
-- with time, so that a month is a range of them. Line 0 is the freight.
CREATE TABLE mall_entry (
    shop {{uuid}} NOT NULL,
    id {{uuid}} NOT NULL,
    seller {{i64}} NOT NULL,
    order_id {{uuid}} NOT NULL,
    line {{i64}} NOT NULL,
    kind {{i64}} NOT NULL,
    pieces {{i64}} NOT NULL,
    amount {{i64}} NOT NULL,               -- above zero: owed to the shop
    commission {{i64}} NOT NULL,           -- above zero: taken from it
    settlement {{uuid}},                   -- the instruction that it is paid with
    PRIMARY KEY (shop, id)
) {{clustered}};
CREATE INDEX mall_entry_by_settlement ON mall_entry (shop, settlement, id);

-- Instructions to pay shops what they are owed. The number is given out with the form, so that a form sent twice is one.
CREATE TABLE mall_settlement (
    id {{uuid}} NOT NULL PRIMARY KEY,
    shop {{uuid}} NOT NULL,
    shop_name {{text}} NOT NULL,
    organisation {{text}} NOT NULL,
    seller {{i64}} NOT NULL,
    month {{i64}} NOT NULL,                -- everything due up to its end
    entries {{i64}} NOT NULL,
    gross {{i64}} NOT NULL,                -- goods and freight, less refunds
    commission {{i64}} NOT NULL,
    amount {{i64}} NOT NULL,               -- what is to be paid
    state {{i64}} NOT NULL,
    made_by {{text}} NOT NULL,
    made_at {{instant}} NOT NULL,
    ended_by {{text}},
    ended_at {{instant}},
    reference {{text}},                    -- what the bank calls the payment
    CONSTRAINT settlement_amount CHECK (amount = gross - commission AND amount > 0)
) {{strict}};
CREATE INDEX mall_settlement_by_state ON mall_settlement (state, id);
CREATE INDEX mall_settlement_by_shop ON mall_settlement (shop, id);
CREATE UNIQUE INDEX mall_settlement_by_reference ON mall_settlement (reference) WHERE reference IS NOT NULL;
