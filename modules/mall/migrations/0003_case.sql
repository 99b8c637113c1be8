-- How much of a pick came back, or was exchanged: the rest is with the buyer.
ALTER TABLE mall_pick ADD COLUMN back {{i64}} NOT NULL DEFAULT 0;

-- What a buyer asks for after the sale, for some pieces of some lines of one shop.
CREATE TABLE mall_case (
    id {{uuid}} NOT NULL PRIMARY KEY,
    order_id {{uuid}} NOT NULL,
    shop {{uuid}} NOT NULL,
    organisation {{text}} NOT NULL,
    buyer {{text}} NOT NULL,
    kind {{i64}} NOT NULL,
    state {{i64}} NOT NULL,
    reason {{text}} NOT NULL,
    amount {{i64}} NOT NULL,               -- fen that went back
    waybill {{text}},                      -- by which the buyer sends the goods back
    opened_at {{instant}} NOT NULL,
    due_at {{instant}},                    -- whoever has to do something by then; NULL when it is over
    ended_at {{instant}}
) {{strict}};
CREATE INDEX mall_case_by_order ON mall_case (order_id, shop, id);
CREATE INDEX mall_case_by_shop ON mall_case (shop, state, id);
CREATE INDEX mall_case_by_state ON mall_case (state, id);
CREATE INDEX mall_case_due ON mall_case (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE mall_case_line (
    case_id {{uuid}} NOT NULL,
    line {{i64}} NOT NULL,
    pieces {{i64}} NOT NULL,
    PRIMARY KEY (case_id, line),
    CONSTRAINT case_pieces CHECK (pieces > 0)
) {{clustered}};

-- What has happened to it, in order.
CREATE TABLE mall_case_event (
    case_id {{uuid}} NOT NULL,
    id {{uuid}} NOT NULL,
    at {{instant}} NOT NULL,
    side {{i64}} NOT NULL,
    what {{text}} NOT NULL,
    said {{text}} NOT NULL,
    PRIMARY KEY (case_id, id)
) {{clustered}};

-- Photos: keys of files that only the buyer, the shop and the operator may open.
CREATE TABLE mall_case_photo (
    case_id {{uuid}} NOT NULL,
    number {{i64}} NOT NULL,
    photo {{text}} NOT NULL,
    PRIMARY KEY (case_id, number)
) {{clustered}};
