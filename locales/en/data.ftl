# Public data pages: cockpit, drill-down, trades, definitions, releases, interface

data-title = Consumption assistance in figures
data-description = From the total to one order: public data on consumption assistance, open down to single orders.
data-nav-cockpit = Cockpit
data-nav-trades = Trades
data-nav-releases = Releases
data-nav-definitions = Definitions
data-nav-api = API
data-nothing-yet = Shown once a definition is in force. So far none is, or no data has been posted.
data-as-of = Data as of
data-open-end = now
data-by = Definition
data-definition-version = { $name }, version { $version }
data-version-short = version { $version }
data-recomputed = { $time } all levels add up
data-recomputed-differs = { $time } levels do not add up
data-stale = The data stop on { $day }; nothing has been posted since
data-stale-late = The data stop on { $day }: no return for { $month } from { $cities }
data-stale-cities = { $cities } and { $others ->
    [one] { $others } more city
   *[other] { $others } more cities
}
data-stale-why = The figures below are those of that day, unchanged.
data-source = reports of all channels, each sale counted once
data-switch = Another definition
data-export = Excel file
data-screen = Big screen
data-fullscreen = Full screen

data-see-definition = See the definition
data-see-trades = See the trades
data-see-value = See the value
data-see-whole = See the total
data-see-latest = See the latest version
data-see-by = By { $axis }
data-table = table
data-exact = Exact to the fen
data-exact-yuan = { $yuan } yuan, { $count ->
    [one] { $count } trade
   *[other] { $count } trades
}
data-exact-yuan-only = { $yuan } yuan
data-year = { $from }
data-years = { $from } to { $to }
data-solid = How solid is it
data-counted-once = Reported and counted
data-counted-once-note = One sale is often reported by several parties. Reports are what was handed in; each gives a trade its facts, joins a trade that another report stands for, repeats an earlier row, or waits for a person. Each trade counts once.
data-claimed = Reports
data-claimed-amount = Reported amount
data-unique = Trades
data-unique-note = { $share } of reports
data-waiting = To review
data-sources = { $count ->
    [one] { $count } source
   *[other] { $count } sources
}
data-origins = Origin
data-map-hint = Open a province
data-destination-tile = buyer
data-cities = Buying cities
data-other-cities = { $count ->
    [one] { $count } other
   *[other] { $count } others
}
data-channels = Channels
data-other-channels = { $count ->
    [one] { $count } other
   *[other] { $count } others
}
data-months = Months
data-month-short = { $month }
data-months-label = Amount by month, highest { $month }, { $amount }
data-no-charts = By month, evidence, city or channel fewer than 3 sellers stand behind each part; none is shown by itself.
data-no-months = No month can be shown by itself
data-rail-rule = At each level the parts add up to it
data-whole = Total
data-provinces = { $count ->
    [one] { $count } province of origin
   *[other] { $count } provinces of origin
}
data-share-of-parent = { $share } of level above
data-count-trades = { $count ->
    [one] { $count } trade
   *[other] { $count } trades
}
data-one-order = One order: { $product }
data-difference = Difference { $amount }

data-merged = { $count } parts shown together
data-merged-why = Parts with fewer than 3 sellers are not listed by themselves but together, so the total still adds up.
data-hidden = Not shown by itself
data-hidden-why = Fewer than 3 sellers stand behind it; showing it would tell what one of them sold. Its amount is part of the level above.
data-hidden-up = See the level above
data-hidden-rows = Where a place has fewer than 3 sellers, the trade shows the place above it and no seller.
data-not-told = not shown
data-no-finer = { $name } (no finer place reported)
data-place-unknown = Place not told
data-party-unknown = Seller not registered

data-amount = Amount
data-share = Share
data-share-of = of { $name }
data-trades = Trades
data-sellers = Sellers
data-sum = Total
data-parts-by = By { $axis }
data-more-parts = { $count } parts; the first 200 are listed, the others are in the last row
data-value = Value
data-conditions = What counts
data-choose-axis = Another axis
data-versions = Versions
data-definition = Definition
data-counts-what = What it counts
data-period = Period
data-version = Version
data-code = Code
data-state = State
data-in-force-since = In force since
data-definitions-note = A definition says what a figure counts and what it leaves out. Once in force it never changes; a change is a new version, and the old one stays.
data-retired = This version is no longer in force
data-display = How it is written
data-display-exact = As it is, with two decimals.
data-display-cut = In units of 100 million yuan, the first { $digits } significant digits, cut and not rounded up.
data-display-about = { " " }With “about” before it.
data-display-more = { " " }With “more than” if something was cut off.
data-state-draft = Draft
data-state-published = In force
data-state-retired = Retired
data-or = , or{ " " }
data-comma = ,{ " " }
data-named = { $name }: { $value }
data-all-but = all but { $values }
data-and-others = { $values } and others, { $count } in all

data-changes = Change log
data-versions-before = Versions before version { $version } follow from its page
data-written-by = Proposed by
data-approved-by = Approved by
data-what-changed = What changed
data-shipped = Shipped with the product
data-diff-first = First version
data-diff-name = Another name; it was “{ $old }”
data-diff-text = The explanation was changed
data-diff-period = Period { $new } instead of { $old }
data-diff-removed = Condition dropped: { $condition }
data-diff-added = Condition added: { $condition }
data-diff-display = Written in another way: { $display }
data-diff-none = Nothing in its content
data-value-changes = Changes of the value
data-value-changes-note = What changed the value, by the day it was entered. The entries of a day stand together, because a single one may be the sale of one seller.
data-posted-on = Entered on
data-change = Change
data-value-after = Value after
data-earlier = Earlier
data-log-import = { $count ->
    [one] one import
   *[other] { $count } imports
}
data-log-withdrawal = { $count ->
    [one] one import taken back
   *[other] { $count } imports taken back
}
data-log-ruling = { $count ->
    [one] one decision of a person
   *[other] { $count } decisions of people
}
data-log-matching = { $count ->
    [one] matched again once
   *[other] matched again { $count } times
}

data-any = Any
data-month-hint = For example 2020-11
data-too-many = { $count } trades are too many to list
data-narrow-first = Choose a place of origin, a city, a channel or a month first.
data-none-here = No match in this stretch; go on to the next page
data-no-trades = No trades match. Drop a condition and try again.
data-day = Day
data-trade-id = Trade
data-product = Product
data-counted = Counted
data-buyer = Buyer
data-facts = Facts
data-why-grade = Why it has this grade
data-personal = This order concerns a person; only amount and product are shown
data-dissolved = This order was merged into another or withdrawn
data-dissolved-why = All its lines are reversed; it counts nowhere.
data-claims = Who reported it
data-claims-note = Every report is kept. Where amounts differ, the first one stands.
data-no-claims = No report stands any more
data-lines = Posted lines
data-lines-note = Lines never change. A correction reverses the old line and adds a new one.
data-history = How reports came together
data-source-name = Source
data-source-kind = Kind of source
data-kind-platform = Trading platform
data-kind-till = Till of the market or a pavilion
data-kind-counter = Counter journal
data-kind-union = Union list
data-kind-supplier-county = Return of a supplier county
data-kind-city-return = Monthly return of a city
data-anchors = Counted by
data-joined = Joined to another
data-repeats = Repeated rows
data-tie = Tied
data-tie-anchor = Its facts stand
data-tie-by-rule = By rule
data-tie-by-person = By a person
data-tie-repeat = Repeated report
data-tie-waiting = Awaiting review
data-tie-withdrawn = Withdrawn
data-likeness = Likeness
data-order-no = Order number
data-invoice-no = Invoice number
data-file = File and row
data-line = No.
data-line-kind = Kind
data-line-stands = Stands
data-line-return = Return
data-line-reversal = Reversal
data-posting = Posting
data-left = Left: { $state }
data-decision = { $source }: { $rule }; posting { $posting }
data-reason-both = Both buyer and seller report this order
data-reason-order = Platform order { $number }
data-reason-order-accepted = Platform order { $number }, signed for by the buyer
data-reason-own-record = The own record of the till or counter
data-reason-order-no = Order or contract { $number }
data-reason-invoice = Invoice { $number }
data-reason-reported = Reports only, no document

data-releases-note = Each release freezes its figures under a hash. When data change later the release stays; beside it stands what it would be today, and why.
data-no-releases = Nothing has been released yet
data-release = Release
data-release-number = Release number
data-release-proposed = Awaiting approval
data-release-published = Published
data-release-superseded = Superseded
data-release-withdrawn = Withdrawn
data-published-on = Published
data-hash = Hash
data-previous-hash = Hash of the release before
data-withdrawn = This release was withdrawn; do not cite it
data-superseded = A newer release takes the place of this one
data-errata = Errata
data-same-today = Recomputed today by the same definition, the result is the same.
data-today = By the same definition today
data-changed-by = Difference
data-newer-definition = Version { $version } of the definition is in force; today it gives
data-cause = Why it changed
data-figure = Figure
data-by-axis = Split by
data-group = Part
data-files = The whole release as a file:
data-files-hash = The TXT file is the text that the hash is taken over. Any program that computes its SHA-256 must come to the hash of the content.
data-content-hash = Hash of the content
data-released-parts = { $count ->
    [one] See its parts, one table
   *[other] See its parts, { $count } tables
}
data-released = Released
data-today-column = Today
data-cause-withdrawal = Imports taken back
data-cause-ruling = Decisions of people
data-cause-matching = Matched again
data-cause-new = New sales since
data-cause-late = Late reports

data-api-note = Every figure on these pages can be read by programs. No registration, answers are JSON.
data-api-address = Address
data-api-gives = What it gives
data-api-figures = Every figure in force with its value
data-api-figure = One figure by province of origin
data-api-claims = What sources report against what is counted
data-api-changes = What changed the value of a figure
data-api-versions = The versions of a definition and what each changed
data-api-as-of = Guizhou by month, as known on 2020-12-09
data-api-trades = Trades of Bijie in October 2020, page by page
data-api-releases = Releases
data-api-definitions = Definitions in force with their conditions
data-api-openapi = Description of the interface (OpenAPI 3.1)
data-api-rules = Rules
data-api-amounts = Amounts are whole fen.
data-api-pages = Lists are paged: pass next as after; without next you are at the end.
data-api-problems = Failures are application/problem+json; code never changes, detail says what to do.
data-api-etag = Send If-None-Match; what has not changed answers 304.
data-api-small = As on the pages, parts with fewer than 3 sellers are in merged.
data-api-example = Example

problem-bad-condition = The condition “{ $name }={ $value }” cannot be read
problem-bad-condition-advice = Check how it is written; the page “API” names the values.
problem-no-definition = There is no definition “{ $code }”
problem-no-definition-advice = See “Definitions” for those in force.
problem-too-narrow = The public sees figures by two axes at most, conditions among them
problem-too-narrow-advice = Drop a condition, or do not split further.
problem-too-many-trades = Too many trades; narrow the question first
problem-too-many-trades-advice = At most 5,000 trades are sorted by amount, and at most 20,000 go into one file. Add a place, a month or a channel.
data-sort-newest = Newest first
data-sort-oldest = Oldest first
data-sort-largest = Largest amount first
data-sort = Sort by
problem-too-few-sellers = Fewer than 3 sellers stand behind it; it is not given by itself
problem-too-few-sellers-advice = Drop a condition, or ask for the place above.
