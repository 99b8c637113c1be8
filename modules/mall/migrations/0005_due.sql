-- What a part's money is, whenever it was booked: settlements take refunds with their sales.
CREATE INDEX mall_entry_by_order ON mall_entry (shop, order_id);
-- Parts that are on their way, and parts whose shop has to answer, by their time: both end by themselves.
CREATE INDEX mall_part_by_shipped ON mall_part (shipped_at) WHERE state = 3;
CREATE INDEX mall_part_by_asked ON mall_part (asked_at) WHERE ask = 1;
