-- Whether a photo was ever on sale: orders go on showing it. Photos of before are taken to have been.
ALTER TABLE picture ADD COLUMN shown {{bool}} NOT NULL DEFAULT TRUE;
CREATE INDEX picture_unshown ON picture (added_at, id) WHERE NOT shown;
CREATE INDEX picture_by_file ON picture (small);
