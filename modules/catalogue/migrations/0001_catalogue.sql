-- Shops. `organisation` is the code that roles of its people carry in their scope.
CREATE TABLE shop (
    id {{uuid}} NOT NULL PRIMARY KEY,
    organisation {{text}} NOT NULL UNIQUE,
    name {{text}} NOT NULL,
    party {{i64}} NOT NULL,                -- number in the register of parties
    county {{i64}} NOT NULL,
    story {{text}} NOT NULL,
    phone {{text}} NOT NULL,
    state {{i64}} NOT NULL,
    off_reason {{text}},
    opened_at {{instant}} NOT NULL
) {{strict}};
CREATE INDEX shop_by_party ON shop (party);

-- Products. `content` is what was approved and is shown; `draft` is the working copy of the supplier, with `remarks` of
-- the operator by field. Columns from `kind` on repeat what lists and baskets need of the content.
CREATE TABLE product (
    id {{uuid}} NOT NULL,
    shop {{uuid}} NOT NULL REFERENCES shop (id),
    code {{text}} NOT NULL,
    name {{text}} NOT NULL,
    shelf {{i64}} NOT NULL,
    review {{i64}} NOT NULL,
    version {{i64}} NOT NULL,              -- ascends with what a buyer would notice
    stamp {{i64}} NOT NULL,                -- ascends with each saving of the draft
    kind {{i64}} NOT NULL,
    origin {{i64}},
    producer {{i64}},
    unit {{i64}} NOT NULL,
    freight {{uuid}},
    returnable {{bool}} NOT NULL,
    certified_until {{i64}},
    lead {{uuid}},                         -- the variant that lists show: the cheapest one on offer
    cover {{text}},                        -- key of the small picture that lists show
    created_at {{instant}} NOT NULL,
    saved_at {{instant}} NOT NULL,
    saved_by {{text}} NOT NULL,
    submitted_at {{instant}},
    decided_at {{instant}},
    decided_by {{text}},
    on_sale_at {{instant}},
    off_reason {{text}},
    remarks {{json}},
    content {{json}},
    draft {{json}},
    PRIMARY KEY (id, shop),
    UNIQUE (shop, code)
) {{strict}};
CREATE INDEX product_by_shop ON product (shop, id);
CREATE INDEX product_waiting ON product (submitted_at, id) WHERE review = 2;
CREATE INDEX product_on_sale ON product (origin, producer) WHERE shelf = 2;
CREATE INDEX product_certified ON product (certified_until) WHERE certified_until IS NOT NULL;

-- Variants, the thing that is bought. One that is no longer offered stays, because orders point to it.
CREATE TABLE sku (
    id {{uuid}} NOT NULL,
    shop {{uuid}} NOT NULL,
    product {{uuid}} NOT NULL,
    code {{text}} NOT NULL,
    spec {{text}} NOT NULL,
    content {{i64}} NOT NULL,              -- in the product's base unit
    gross_grams {{i64}} NOT NULL,
    price {{i64}} NOT NULL,                -- fen
    position {{i64}} NOT NULL,
    active {{bool}} NOT NULL,
    version {{i64}} NOT NULL,
    PRIMARY KEY (id, shop),
    UNIQUE (shop, code),
    CONSTRAINT sku_price_positive CHECK (price > 0)
) {{strict}};
CREATE INDEX sku_by_product ON sku (product, position);

-- Which product of a shop a variant's code belongs to, from the first saved draft on.
CREATE TABLE sku_code (
    shop {{uuid}} NOT NULL,
    code {{text}} NOT NULL,
    product {{uuid}} NOT NULL,
    PRIMARY KEY (shop, code)
) {{clustered}};
CREATE INDEX sku_code_by_product ON sku_code (product);

-- Every price a variant has had. Append-only.
CREATE TABLE sku_price (
    id {{uuid}} NOT NULL,
    shop {{uuid}} NOT NULL,
    sku {{uuid}} NOT NULL,
    before {{i64}},
    price {{i64}} NOT NULL,
    at {{instant}} NOT NULL,
    changed_by {{text}} NOT NULL,
    PRIMARY KEY (id, shop)
) {{strict}};
CREATE INDEX sku_price_by_sku ON sku_price (sku, id);

-- What sending costs.
CREATE TABLE freight (
    id {{uuid}} NOT NULL,
    shop {{uuid}} NOT NULL REFERENCES shop (id),
    name {{text}} NOT NULL,
    template {{json}} NOT NULL,
    PRIMARY KEY (id, shop),
    UNIQUE (shop, name)
) {{strict}};

-- Photos, by the keys of the two sizes in the store of pictures.
CREATE TABLE picture (
    id {{uuid}} NOT NULL,
    shop {{uuid}} NOT NULL,
    product {{uuid}} NOT NULL,
    large {{text}} NOT NULL,
    small {{text}} NOT NULL,
    width {{i64}} NOT NULL,
    height {{i64}} NOT NULL,
    added_at {{instant}} NOT NULL,
    added_by {{text}} NOT NULL,
    PRIMARY KEY (id, shop)
) {{strict}};
CREATE INDEX picture_by_product ON picture (product, id);

-- Halls of provinces and counties (分馆): what is told about a place beside its goods.
CREATE TABLE hall (
    region {{i64}} NOT NULL PRIMARY KEY,
    name {{text}} NOT NULL,
    story {{text}} NOT NULL,
    opened_on {{i64}} NOT NULL
) {{strict}};

-- What people have put aside (收藏).
CREATE TABLE favourite (
    person {{uuid}} NOT NULL,
    product {{uuid}} NOT NULL,
    added_at {{instant}} NOT NULL,
    PRIMARY KEY (person, product)
) {{strict}};
