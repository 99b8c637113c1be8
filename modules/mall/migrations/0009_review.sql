-- What buyers say of the lines that they have received: once for each line.
CREATE TABLE mall_review (
    id {{uuid}} NOT NULL PRIMARY KEY,
    order_id {{uuid}} NOT NULL,
    line {{i64}} NOT NULL,
    shop {{uuid}} NOT NULL,
    organisation {{text}} NOT NULL,
    product {{uuid}} NOT NULL,
    buyer {{text}} NOT NULL,
    name {{text}} NOT NULL,                -- as everybody reads it: masked, unless the buyer wants their name there
    stars {{i64}} NOT NULL,
    said {{text}} NOT NULL,
    said_at {{instant}} NOT NULL,
    edited_at {{instant}},
    more {{text}},                         -- what is added later, once
    more_at {{instant}},
    answer {{text}},                       -- of the shop, once
    answered_at {{instant}},
    hidden_at {{instant}},
    hidden_why {{text}},
    reported_at {{instant}},               -- somebody has reported it, and the operator has not looked yet
    photos {{i64}} NOT NULL,
    CONSTRAINT review_stars CHECK (stars BETWEEN 1 AND 5)
) {{strict}};
CREATE UNIQUE INDEX mall_review_by_line ON mall_review (order_id, line);
CREATE INDEX mall_review_by_product ON mall_review (product, id);
CREATE INDEX mall_review_by_stars ON mall_review (product, stars, id);
CREATE INDEX mall_review_with_photos ON mall_review (product, id) WHERE photos > 0;
CREATE INDEX mall_review_by_shop ON mall_review (shop, id);
CREATE INDEX mall_review_unanswered ON mall_review (shop, id) WHERE answered_at IS NULL;
CREATE INDEX mall_review_reported ON mall_review (id) WHERE reported_at IS NOT NULL;
CREATE INDEX mall_review_hidden ON mall_review (id) WHERE hidden_at IS NOT NULL;

CREATE TABLE mall_review_photo (
    review {{uuid}} NOT NULL,
    number {{i64}} NOT NULL,
    photo {{text}} NOT NULL,
    PRIMARY KEY (review, number)
) {{clustered}};

-- Who has reported a review: everybody once.
CREATE TABLE mall_review_report (
    review {{uuid}} NOT NULL,
    who {{text}} NOT NULL,
    at {{instant}} NOT NULL,
    reason {{text}} NOT NULL,
    PRIMARY KEY (review, who)
) {{clustered}};
