-- What buyers say of a product, summed: how many reviews gave how many stars, and how many of them show photos.
CREATE TABLE product_rating (
    product {{uuid}} NOT NULL PRIMARY KEY,
    shop {{uuid}} NOT NULL,
    one {{i64}} NOT NULL,
    two {{i64}} NOT NULL,
    three {{i64}} NOT NULL,
    four {{i64}} NOT NULL,
    five {{i64}} NOT NULL,
    photos {{i64}} NOT NULL
) {{strict}};
CREATE INDEX product_rating_by_shop ON product_rating (shop);
