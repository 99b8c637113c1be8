-- Secrets of this installation, made at the first start: what cookies and callbacks are signed with.
CREATE TABLE mall_secret (
    name {{text}} NOT NULL PRIMARY KEY,
    secret {{bytes}} NOT NULL
) {{strict}};

-- What somebody means to buy. `owner` is a person (user:…) or the hash of a guest's token (guest:…).
CREATE TABLE basket_line (
    owner {{text}} NOT NULL,
    sku {{uuid}} NOT NULL,
    pieces {{i64}} NOT NULL,
    seen {{i64}} NOT NULL,                 -- the price in fen that the buyer saw last
    added_at {{instant}} NOT NULL,
    PRIMARY KEY (owner, sku),
    CONSTRAINT basket_pieces CHECK (pieces > 0)
) {{clustered}};
CREATE INDEX basket_by_age ON basket_line (added_at);

-- Orders. Identifiers are given out with the form, so they ascend.
CREATE TABLE mall_order (
    id {{uuid}} NOT NULL PRIMARY KEY,
    buyer {{text}} NOT NULL,
    state {{i64}} NOT NULL,
    placed_at {{instant}} NOT NULL,
    due_at {{instant}} NOT NULL,           -- unpaid by then, it is cancelled
    pieces {{i64}} NOT NULL,
    goods {{i64}} NOT NULL,
    freight {{i64}} NOT NULL,
    amount {{i64}} NOT NULL,               -- goods and freight
    paid {{i64}} NOT NULL,                 -- of the amount
    refunded {{i64}} NOT NULL,             -- of what was paid: granted, not yet necessarily sent
    region {{i64}} NOT NULL,
    receiver {{text}} NOT NULL,
    phone {{text}} NOT NULL,
    detail {{text}} NOT NULL,
    title {{text}},
    tax_number {{text}},
    code {{text}} NOT NULL,                -- what a bank transfer names
    paid_at {{instant}},
    ended_at {{instant}},                  -- cancelled or wholly refunded
    ended_why {{text}},
    CONSTRAINT order_amount CHECK (amount = goods + freight AND amount > 0),
    CONSTRAINT order_paid CHECK (paid BETWEEN 0 AND amount AND refunded BETWEEN 0 AND paid)
) {{strict}};
CREATE INDEX mall_order_by_buyer ON mall_order (buyer, id);
CREATE INDEX mall_order_due ON mall_order (due_at) WHERE state = 1;
CREATE INDEX mall_order_by_phone ON mall_order (phone, id);
CREATE INDEX mall_order_by_state ON mall_order (state, id);
CREATE UNIQUE INDEX mall_order_by_code ON mall_order (code);

-- One part for each shop of an order.
CREATE TABLE mall_part (
    order_id {{uuid}} NOT NULL,
    shop {{uuid}} NOT NULL,
    organisation {{text}} NOT NULL,
    shop_name {{text}} NOT NULL,
    seller {{i64}} NOT NULL,
    state {{i64}} NOT NULL,
    goods {{i64}} NOT NULL,
    freight {{i64}} NOT NULL,
    amount {{i64}} NOT NULL,
    message {{text}} NOT NULL,
    carrier {{text}},
    waybill {{text}},
    shipped_at {{instant}},
    received_at {{instant}},
    ask {{i64}} NOT NULL,                  -- a refund was asked for
    ask_reason {{text}},
    asked_at {{instant}},
    answer {{text}},
    answered_at {{instant}},
    PRIMARY KEY (order_id, shop)
) {{strict}};
CREATE INDEX mall_part_by_shop ON mall_part (shop, state, order_id);
CREATE INDEX mall_part_asked ON mall_part (shop, order_id) WHERE ask = 1;
CREATE UNIQUE INDEX mall_part_by_waybill ON mall_part (carrier, waybill) WHERE waybill IS NOT NULL;

-- Lines, with everything frozen that the sale needs later.
CREATE TABLE mall_line (
    order_id {{uuid}} NOT NULL,
    line {{i64}} NOT NULL,
    shop {{uuid}} NOT NULL,
    sku {{uuid}} NOT NULL,
    product {{uuid}} NOT NULL,
    name {{text}} NOT NULL,
    spec {{text}} NOT NULL,
    cover {{text}},
    kind {{i64}} NOT NULL,
    category {{i64}} NOT NULL,
    origin {{i64}} NOT NULL,
    certified {{bool}} NOT NULL,
    returnable {{bool}} NOT NULL,
    unit {{i64}} NOT NULL,
    content {{i64}} NOT NULL,
    pieces {{i64}} NOT NULL,
    price {{i64}} NOT NULL,
    amount {{i64}} NOT NULL,
    PRIMARY KEY (order_id, line)
) {{clustered}};

-- From which lot at which place each line is served.
CREATE TABLE mall_pick (
    order_id {{uuid}} NOT NULL,
    line {{i64}} NOT NULL,
    lot {{uuid}} NOT NULL,
    location {{uuid}} NOT NULL,
    quantity {{i64}} NOT NULL,
    PRIMARY KEY (order_id, line, lot, location)
) {{clustered}};

-- Payments that were begun with a provider.
CREATE TABLE mall_payment (
    id {{uuid}} NOT NULL,
    order_id {{uuid}} NOT NULL,
    provider {{text}} NOT NULL,
    amount {{i64}} NOT NULL,
    begun_at {{instant}} NOT NULL,
    PRIMARY KEY (id, order_id)
) {{strict}};
CREATE INDEX mall_payment_by_order ON mall_payment (order_id, id);

-- Money that came in: each reference of a provider once.
CREATE TABLE mall_receipt (
    order_id {{uuid}} NOT NULL,
    provider {{text}} NOT NULL,
    reference {{text}} NOT NULL,
    amount {{i64}} NOT NULL,
    applied {{i64}} NOT NULL,              -- to the order; the rest goes back
    returned {{i64}} NOT NULL,             -- of what was applied
    at {{instant}} NOT NULL,
    PRIMARY KEY (order_id, provider, reference)
) {{strict}};

-- Money that is to go back.
CREATE TABLE mall_refund (
    id {{uuid}} NOT NULL,
    order_id {{uuid}} NOT NULL,
    provider {{text}} NOT NULL,
    reference {{text}} NOT NULL,
    amount {{i64}} NOT NULL,
    why {{text}} NOT NULL,
    state {{i64}} NOT NULL,
    asked_at {{instant}} NOT NULL,
    done_at {{instant}},
    PRIMARY KEY (id, order_id)
) {{strict}};
CREATE INDEX mall_refund_by_order ON mall_refund (order_id, id);
CREATE INDEX mall_refund_open ON mall_refund (id) WHERE state = 1;

-- What others are told of, in order.
CREATE TABLE mall_outbox (
    id {{uuid}} NOT NULL PRIMARY KEY,
    at {{instant}} NOT NULL,
    kind {{text}} NOT NULL,
    order_id {{uuid}} NOT NULL,
    payload {{json}} NOT NULL
) {{clustered}};

-- The made-up provider: what it has taken, when it tells, whether it has paid back. Stands for somebody else's books.
CREATE TABLE sim_taken (
    reference {{text}} NOT NULL PRIMARY KEY,
    payment {{uuid}} NOT NULL,
    amount {{i64}} NOT NULL,
    tell_at {{instant}},                   -- NULL: it has told, or never will by itself
    tells {{i64}} NOT NULL                 -- how often it tells
) {{strict}};
CREATE INDEX sim_taken_by_payment ON sim_taken (payment);
CREATE INDEX sim_taken_to_tell ON sim_taken (tell_at) WHERE tell_at IS NOT NULL;
CREATE TABLE sim_paid_back (
    refund {{uuid}} NOT NULL PRIMARY KEY,
    reference {{text}} NOT NULL,
    amount {{i64}} NOT NULL
) {{strict}};
