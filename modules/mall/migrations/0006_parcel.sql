-- Parcels (包裹): every waybill of a part. The part keeps the first one besides, which lists and programs show.
CREATE TABLE mall_parcel (
    order_id {{uuid}} NOT NULL,
    shop {{uuid}} NOT NULL,
    waybill {{text}} NOT NULL,
    carrier {{text}} NOT NULL,
    sent_at {{instant}} NOT NULL,
    import {{uuid}},                       -- the table that it came with
    PRIMARY KEY (order_id, shop, waybill, carrier)
) {{clustered}};
CREATE UNIQUE INDEX mall_parcel_by_waybill ON mall_parcel (waybill, carrier);
INSERT INTO mall_parcel (order_id, shop, waybill, carrier, sent_at)
    SELECT order_id, shop, waybill, carrier, shipped_at FROM mall_part WHERE waybill IS NOT NULL;
DROP INDEX mall_part_by_waybill;
