# Texts of page frames and components, used on every page.

brand = Shanhai
title-error-prefix = Error:{" "}
skip-to-content = Skip to content
menu-main = Main menu
menu-open = Menu
menu-close = Back to the page
signed-in-as = { $name }, { $organisation }
sign-in = Sign in
sign-out = Sign out
breadcrumb = You are here
foot-organiser = Operated by { $value }
foot-site-code = Site code { $value }
foot-contact = Contact: { $value }

unit-yuan = yuan
unit-wan = million yuan
unit-yi = billion yuan
number-about = about { $number }
date-month = { $month } { $year }
range-months = { $first } to { $last } { $year }
range-open = { $from } to { $to }
month-1 = January
month-2 = February
month-3 = March
month-4 = April
month-5 = May
month-6 = June
month-7 = July
month-8 = August
month-9 = September
month-10 = October
month-11 = November
month-12 = December

grade-a = Traced to an order
grade-a-means = Order number, invoice and receipt are on file
grade-b = Backed by a document
grade-b-means = A contract or an invoice is on file
grade-c = Reported as a total
grade-c-means = Only a stamped return is on file

steps = Steps
step-done = done
step-current = in progress
step-ahead = not started
step-failed = sent back

loading = Loading
change = Change
error-label = Error:{" "}
field-optional = {" "}(optional)
error-summary-title = { $count ->
    [one] 1 thing to correct
   *[other] { $count } things to correct
}
range-from = From
range-to = To

query = Filter
query-run = Search
query-reset = Clear filter
query-more = More filters
pager = Pages
pager-total = { $count ->
    [one] 1 row
   *[other] { $count } rows
}
pager-shown = { $count ->
    [one] 1 row on this page
   *[other] { $count } rows on this page
}
pager-previous = Previous
pager-next = Next
bulk = Actions on chosen rows
bulk-all = Choose all on this page
bulk-chosen = { $count } chosen
bulk-choose = Choose
bulk-choose-row = Choose { $name }
keys-title = Keyboard
keys-move = next, previous

proof-valid = valid
proof-pending = being checked
proof-lapsed = no longer valid
proof-missing = missing
drill-label = From the total to one order
compare-aspect = Compared
compare-verdict = Agreement
compare-agree = the same
compare-near = alike
compare-differ = different
compare-unknown = one side is empty

upload-sending = Sending
upload-cancel = Cancel upload
upload-failed = The file did not get through. Check the network and try again
upload-checking = Sent. Reading the file
progress-count = { $done } of { $total }
progress-refresh = Show the latest state
import-result = Result of the check
import-clean = Every row can be imported
import-problems = { $rejected ->
    [one] 1 of { $total } rows needs a correction
   *[other] { $rejected } of { $total } rows need a correction
}
import-total = Rows
import-created = New
import-updated = Updated
import-unchanged = Unchanged
import-rejected = To correct
import-marked-file = Download the marked file
import-problem-table = Cells to correct
import-row = Row
import-column = Column
import-value = Value
import-reason = Reason
import-fix = Correction

chart-as-of = Data to { $date }
chart-source = Source: { $source }
chart-definition = Definition: { $name }
chart-table = Show the table
chart-download = Download
screen-lost = Connection lost. These are the numbers of { $time }
map-label = { $label }, grid of provinces, in { $unit }
map-destination = Destination
map-notice = Squares only; no boundaries are shown

province-11 = Beijing
province-12 = Tianjin
province-13 = Hebei
province-14 = Shanxi
province-15 = Inner Mongolia
province-21 = Liaoning
province-22 = Jilin
province-23 = Heilongjiang
province-31 = Shanghai
province-32 = Jiangsu
province-33 = Zhejiang
province-34 = Anhui
province-35 = Fujian
province-36 = Jiangxi
province-37 = Shandong
province-41 = Henan
province-42 = Hubei
province-43 = Hunan
province-44 = Guangdong
province-45 = Guangxi
province-46 = Hainan
province-50 = Chongqing
province-51 = Sichuan
province-52 = Guizhou
province-53 = Yunnan
province-54 = Tibet
province-61 = Shaanxi
province-62 = Gansu
province-63 = Qinghai
province-64 = Ningxia
province-65 = Xinjiang
province-71 = Taiwan
province-81 = Hong Kong
province-82 = Macao
