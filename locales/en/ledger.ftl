# The books: trial balance, accounts, statements, postings, seals.

menu-ledger = Accounts
ledger-title = Books
ledger-book = Book
ledger-from = From
ledger-to = To
ledger-balanced = In balance: all accounts sum to 0
ledger-unbalanced = Out of balance: the accounts sum to { $sums }
ledger-run-audit = Have an administrator run shanhai audit, which names the first difference. Pay nothing on these figures before it is explained.
ledger-seals-hold = { $count ->
    [one] The last seal was recomputed just now and is unchanged. Run shanhai audit to check all of them.
   *[other] The last { $count } seals were recomputed just now and are unchanged. Run shanhai audit to check all of them.
}
ledger-seals-broken = Seal { $seals } does not match: postings under it were changed
ledger-none = Nothing is posted yet. Balances appear with the first order, receipt of goods or payment.
ledger-trial = Turnover and balance ({ $unit })
ledger-kind = Account type
ledger-all-kinds = All types
ledger-opening = Opening balance
ledger-debit = Given
ledger-credit = Received
ledger-closing = Closing balance
ledger-sum = Sum
ledger-standing = Where the book stands
ledger-last-posting = Last posting
ledger-last-seal = Last seal
ledger-hash = Hash
ledger-statements = Statements
ledger-behind = { $missing ->
    [one] Statements reach posting { $entered }; one more follows within seconds
   *[other] Statements reach posting { $entered }; { $missing } more follow within seconds
}
ledger-seals = Latest seals
ledger-seal = Seal
ledger-postings = Postings
ledger-sealed-at = Sealed at
ledger-checked = Check
ledger-seal-holds = unchanged
ledger-seal-broken = does not match
ledger-accounts = Find accounts
ledger-account = Account
ledger-subject = Kept for (number)
ledger-balance = Balance
ledger-unit = Unit
ledger-floor = Lowest balance
ledger-no-floor = none
ledger-no-accounts = No such account. Choose another type, or clear the number.
ledger-statement = Statement
ledger-no-entries = Nothing moved in this time
ledger-posting = Posting
ledger-posting-title = Posting { $number }
ledger-at = Posted at
ledger-day = Business day
ledger-source = Source
ledger-document = Document
ledger-key = Idempotency key
ledger-reverses = Takes back posting
ledger-reversed-by = Taken back by posting
ledger-other = Other account
ledger-transfers = Transfers
ledger-line = Line
ledger-gives = Gives
ledger-receives = Receives
ledger-amount = Amount

ledger-unit-fen = yuan
ledger-unit-gram = g
ledger-unit-millilitre = ml
ledger-unit-piece = pieces

ledger-kind-inbound = Goods in
ledger-kind-on-hand = On hand
ledger-kind-reserved = Reserved
ledger-kind-shipped = Shipped
ledger-kind-loss = Lost
ledger-kind-allowance = Purchase allowance
ledger-kind-receivable = Receivable
ledger-kind-payable = Payable to suppliers
ledger-kind-commission = Commission
ledger-kind-provider-clearing = At payment providers
ledger-kind-refundable = To be refunded
ledger-kind-paid-out = Paid to suppliers
ledger-kind-freight = Freight

ledger-source-opening = Opening
ledger-source-receipt = Goods in
ledger-source-adjustment = Adjustment
ledger-source-order = Order
ledger-source-release = Release of a reservation
ledger-source-payment = Payment
ledger-source-shipment = Shipment
ledger-source-return = Return
ledger-source-refund = Refund
ledger-source-payout = Payout
ledger-source-reversal = Reversal

problem-too-little-there = There is not enough
problem-too-little-there-advice = Nothing was done. Lower the quantity or amount and send it again.
problem-already-reversed = This posting was taken back before
problem-already-reversed-advice = A posting is taken back once. Open it to see which posting did.
problem-amount-too-large = The amount is larger than the system can hold
problem-amount-too-large-advice = Nothing was done. Check the amount and send it again.
