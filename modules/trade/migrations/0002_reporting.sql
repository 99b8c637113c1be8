-- Who has reported for a month: standing files by the last day that they tell of.

CREATE INDEX import_batch_days ON import_batch (day_last, day_first, source, state) WHERE live = 1;
