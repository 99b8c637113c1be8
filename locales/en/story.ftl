# What there is to try in the demonstration.

story-title = What to try
story-intro = Choose a role and do one thing from beginning to end. All data are made up: change what you like. To begin anew, delete the data folder and start again.
story-password = Every account of the demonstration has the password
story-sign-in = Sign in as

story-shopper = Shopper
story-shopper-find = Find something by hall, category or the first letters of its pinyin; see its origin, lot and expiry
story-shopper-buy = Put things of two shops into the basket, paste a whole address and let it be taken apart, order, and pay with the made-up provider
story-shopper-orders = Confirm a receipt among your orders, or ask for a refund
story-shopper-phone = Register with a code by phone; the page shows the code

story-reader = Journalist, citizen (no sign-in)
story-reader-open = Open 59.18 billion step by step, down to one trade and its documents
story-reader-definitions = Take another definition and see how much it differs upon the same trades
story-reader-releases = See what was frozen on the day of the press conference, and how today differs
story-reader-today = See when an order that was just paid in the mall is counted
story-reader-api = Fetch the same figure as JSON
story-reader-registers = See how many bases were certified in November 2020, open them down to one certificate, then look at today.

story-supplier = Supplier
story-supplier-product = Change a price or a picture and hand it in for review
story-supplier-ship = Send an order that waits
story-supplier-pick = Print the pick list, fill waybills into the exported table, and send many at once
story-supplier-statement = Read the statement: the commission of every line, and what is still owed

story-mall = Operator of the mall
story-mall-review = Review a product; when you return it, say field by field what is to change
story-mall-orders = Find orders by state, time and shop; handle a refund
story-mall-payments = Give a transfer without a code to an order, and see why bank and books differ
story-mall-commissions = Add a rule of commission and see what it would have taken of an old order
story-mall-settle = Make a settlement, and let another person (mall2) confirm the payment

story-city = City, county, market
story-city-import = Upload a monthly return; see how the header is read, which rows are refused, and why
story-city-own = Sign in for another city: do you see what others reported?
story-city-register = As weining, import a register: rows of the county are written, rows of other places come back with the reason.

story-province = Task force of the province
story-province-match = Decide some uncertain pairs by the keys a, r, n, then undo
story-province-define = Draft a new version of a definition and see what it would change before it is in force
story-province-release = One person proposes a release, another (province2) approves it
story-province-certificates = Open a certificate, suspend or revoke it, then check its number as the public sees it.

story-auditor = Auditor
story-auditor-log = Who changed what, when; before and after
story-auditor-orders = Open an order and try to change it

story-admin = Administrator
story-admin-users = Add an account with rights within one city
story-admin-keys = Make a key that may only read, then revoke it
