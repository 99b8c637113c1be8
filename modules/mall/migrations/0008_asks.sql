-- How often the money of a part was asked for: a refusal is followed by another request, a few times.
ALTER TABLE mall_part ADD COLUMN asks {{i64}} NOT NULL DEFAULT 0;
UPDATE mall_part SET asks = 1 WHERE ask <> 0;
