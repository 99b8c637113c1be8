-- How much of a product one buyer may have, and in how many days; any number if NULL.
ALTER TABLE product ADD COLUMN limit_pieces {{i64}};
ALTER TABLE product ADD COLUMN limit_days {{i64}};
