# Tables that are imported: what all of them say.

table-template = Download an empty table
table-earlier = Earlier imports
table-none = Nothing was imported yet.
table-done = { $count ->
    [one] 1 row imported
   *[other] { $count } rows imported
}
table-go-on = Go on importing
table-confirmed = The import has begun
table-discarded = Discarded; nothing was written
table-checking = Checking
table-posting = Writing
table-state-uploaded = Checking
table-state-checked = To be confirmed
table-state-failed = Unreadable
table-state-posting = Writing
table-state-posted = Imported
table-state-discarded = Discarded
table-classes = Rows by kind
table-notices = Taken all the same, please look
table-notice = Note
table-mark-notice = Taken, please look

problem-table-no-header = No header was found
problem-table-no-header-advice = Keep the row with the titles, or download the empty table and fill it in.
problem-table-columns-missing = Columns are missing: { $missing }
problem-table-columns-missing-advice = The table has these columns: { $titles }. Add what is missing, or download the empty table and fill it in.
problem-table-no-rows = There is nothing below the header
problem-table-no-rows-advice = Fill it in and upload it again.

issue-row-twice = “{ $value }” stands in row { $row } already.
issue-row-twice-fix = Keep one row.

job-kind-table-check = Check a table
job-kind-table-post = Import a table
audit-action-upload-table = Uploaded a table
audit-action-confirm-table = Confirmed the import of a table
audit-action-discard-table = Discarded the import of a table
audit-action-import-table = Imported a table
audit-object-table-import = Import of a table
