-- Who carries the goods back; and, after an exchange, what is sent instead.
ALTER TABLE mall_case ADD COLUMN carrier {{text}};
ALTER TABLE mall_case ADD COLUMN new_carrier {{text}};
ALTER TABLE mall_case ADD COLUMN new_waybill {{text}};
ALTER TABLE mall_case ADD COLUMN new_sent_at {{instant}};
CREATE INDEX mall_case_by_buyer ON mall_case (buyer, id);
