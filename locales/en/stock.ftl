# Lots and stock

lots-title = Lots
lots-receive = Receive goods
lots-receive-do = Receive
lots-search = Product name or variant code
lots-open = On sale
lots-expiring = Expiring within 30 days
lots-empty = Sold out
lots-closed = Closed
lots-recalled = Recalled
lots-none = There are no lots yet. Receive goods to sell them.
lots-none-found = No lot fits
lots-choose = Choose what has come in
lots-choose-other = Another variant
lots-no-goods = No product is approved yet, so nothing can be received. Hand in a product first.
lot-title = Lot { $code }
lot-facts = The lot
lot-goods = Goods
lot-each = Content of a piece
lot-code = Lot number
lot-code-hint = As printed on the packing; without one, today's date is used
lot-code-long = A lot number has at most 40 characters
lot-code-other-days = There is a lot of this number with other days. Check the days, or give another number.
lot-produced = Produced on
lot-produced-later = The day of production cannot be later than today
lot-expires = Last day of sale
lot-expires-hint = After this day it is no longer sold. What expires first is sent first.
lot-expires-before = The last day of sale cannot be before production
lot-expires-past = It has expired and cannot be received
lot-day-wrong = Write a day as 2020-12-09
lot-quantity = Quantity
lot-quantity-hint = A number of pieces of { $each } each; for loose goods with a unit, such as 12.5 kg
lot-quantity-wrong = The quantity cannot be read. Enter a number of pieces above 0, or a unit that suits the goods.
lot-location = Location
lot-location-hint = Without one, the first location; a new name makes a new one
lot-location-first = Main store
lot-location-long = The name of a location has at most 40 characters
lot-location-missing = Say where it goes
lot-location-same = It is there already; give another location
lot-location-known = There are: { $names }. A new name makes a new one
lot-locations-full = There are as many locations as there may be; use one of them
lot-note = Note
lot-received = Received and ready for sale
lot-received-at = First received
lot-state = State
lot-open = On sale
lot-closed = Closed
lot-recalled = Recalled
lot-expired = Expired
lot-expires-in = { $days ->
    [0] Expires today
    [one] Expires tomorrow
   *[other] Expires in { $days } days
}
lot-balance = Quantities by location
lot-came-in = Received
lot-on-hand = On hand
lot-reserved = Reserved
lot-shipped = Shipped
lot-lost = Lost
lot-pieces = { $count } pcs
lot-adjust = Adjust stock
lot-adjust-do = Adjust
lot-adjusted = The stock is adjusted
lot-reason = Reason
lot-reason-hint = Counted: what is on hand. Spoiled or found: the difference. What is reserved does not count.
lot-reason-counted = Counted
lot-reason-spoiled = Spoiled or lost
lot-reason-found = Found again
lot-move = Move elsewhere
lot-move-to = Move to
lot-move-do = Move
lot-moved = Moved
lot-sale = Close or recall
lot-why = Why
lot-why-hint = A recall needs it, for example: failed an inspection
lot-close = Close this lot
lot-reopen = Sell it again
lot-recall = Recall this lot
lot-state-set = The state of the lot is changed
lot-movements = Documents
lot-at = Time
lot-what = What
lot-by = By
lot-was-received = Received
lot-was-moved = Moved
lot-history = { $place }: what changed the quantity on hand
lot-history-soon = Entries appear within seconds; reload the page
lot-change = Change

problem-lot-wrong-state = The lot is in a state in which this cannot be done
problem-lot-wrong-state-advice = Nothing is received into a lot that is closed or recalled, and a recall stays. Reload the page.
problem-lot-reason-missing = A recall needs a reason
problem-lot-reason-missing-advice = Buyers and inspectors see it.
problem-lot-short = Too little is on hand: { $there }
problem-lot-short-advice = What is reserved cannot be touched. Enter less.
problem-lot-more-than-lost = More is found than was lost here: { $lost }
problem-lot-more-than-lost-advice = Receive what is more than that.

audit-action-receive-lot = Received a lot
audit-action-adjust-lot = Adjusted stock
audit-action-move-lot = Moved a lot
audit-action-open-lot = Sold a lot again
audit-action-close-lot = Closed a lot
audit-action-recall-lot = Recalled a lot

# Lots from and into tables

lots-sku-code = Variant code
lots-spec = Variant
lots-export = Export stock
table-lots-title = Table of receipts
table-lots-label = Choose a table of receipts
table-lots-hint = .xlsx, .xls or .csv (UTF-8 or GB18030). One row is one receipt. It is checked first; nothing is received before you confirm.
table-lots-columns-hint = Goods are found by the variant code; a quantity counts pieces or has a unit (20 箱, 12.5 kg). Rows that say the same are received once, so the same table twice changes nothing; two receipts that are alike need different receipt numbers.
table-lots-confirm = { $count ->
    [one] Receive 1 row
   *[other] Receive { $count } rows
}
table-lots-see = See the lots
table-lots-new = New lots
table-lots-more = More of lots that are there
table-lots-known = Received with an earlier table
issue-sku-unknown = The shop has no variant “{ $value }”.
issue-sku-unknown-fix = Check the code; a new product has to be approved first.
issue-lot-quantity-wrong = “{ $value }” is no quantity of such goods.
issue-lot-quantity-wrong-fix = Write a number of pieces, or one with a unit such as 12.5 kg.
issue-lot-expires-before = { $value } lies before the day of production.
issue-lot-expires-before-fix = Check both days.
issue-lot-expires-past = { $value } is over.
issue-lot-expires-past-fix = Expired goods are not received.
issue-lot-other-days = The lot “{ $value }” is there with other days.
issue-lot-other-days-fix = Check the days, or take another lot.
issue-lot-not-open = The lot “{ $value }” was closed or called back.
issue-lot-not-open-fix = Take another lot, or open it again first.
issue-lot-location-wrong = The location “{ $value }” cannot be used.
issue-lot-location-wrong-fix = A name has 40 characters at most, a shop 100 locations.
issue-lot-row-known = The same row was received before and is skipped.
issue-lot-row-known-fix = If it is another receipt, give it a receipt number.
