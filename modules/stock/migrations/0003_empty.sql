-- Lots of which nothing is left are not looked at when something is sold. A lot is marked by a job, and the mark is taken off
-- with the next goods that come to it.
ALTER TABLE lot ADD COLUMN empty {{bool}} NOT NULL DEFAULT FALSE;
DROP INDEX lot_for_sale;
CREATE INDEX lot_for_sale ON lot (sku, expires) WHERE state = 1 AND NOT empty;
CREATE INDEX lot_with_goods ON lot (id) WHERE state = 1 AND NOT empty;
