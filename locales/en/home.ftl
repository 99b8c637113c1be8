# First page of the workbench: to-dos, returns of the month, alerts

menu-home = Workbench
home-title = To-dos and returns
home-next = Do the next one
home-todos = To do
home-count = { $count ->
    [one] { $count } item
   *[other] { $count } items
}
home-nothing = Nothing is left to do today
home-see-imports = See the imports
home-today = today
home-days = { $days ->
    [one] { $days } day old
   *[other] { $days } days old
}
home-report = Send the figures for { $month }
home-import-confirm = Confirm the posting of { $file }
home-import-good = { $count ->
    [one] { $count } row can be posted
   *[other] { $count } rows can be posted
}
home-import-mend = Look at { $file } before it is posted
home-import-bad = { $count ->
    [one] { $count } row to mend
   *[other] { $count } rows to mend
}
home-import-stopped = Go on posting { $file }
home-import-posted = { $count ->
    [one] Stopped after { $count } row
   *[other] Stopped after { $count } rows
}
home-import-failed = Replace or discard { $file }
home-import-failed-hint = It cannot be read; open it to see why
home-more-imports = Other imports wait as well; see all
home-matches = { $count ->
    [one] Decide on { $count } report that may repeat a sale
   *[other] Decide on { $count } reports that may repeat a sale
}
home-matches-hint = { $yuan } yuan in all, not counted until decided
home-release = Approve or send back “{ $name }”
home-release-hint = Proposed by { $by }; a second person approves
home-jobs-failed = { $count ->
    [one] { $count } job did not finish
   *[other] { $count } jobs did not finish
}
home-jobs-latest = The latest: { $subject }, { $time }.
home-jobs-see = See why and repeat
home-reporting = Returns
home-month-before = Month before
home-month-after = Month after
home-cities = Monthly returns of cities
home-others = Other sources
home-counts = { $posted } posted, { $underway } on the way, { $missing } missing
home-more-sources = { $count } more sources are not listed
home-no-sources = No source is registered for you
home-state-posted = Posted
home-state-underway = On the way
home-state-missing = Missing
home-state-none = None this month
