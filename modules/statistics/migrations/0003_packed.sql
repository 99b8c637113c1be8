-- What is packed already does not get smaller by being compressed again, which the server would try each time.
{{postgres}}
ALTER TABLE cube ALTER COLUMN payload SET STORAGE EXTERNAL;
ALTER TABLE cube_tail ALTER COLUMN payload SET STORAGE EXTERNAL;
{{both}}
