-- Where the numbering and the chain of a book stand. Whoever posts to a book holds its row, so that a book has one writer.
CREATE TABLE ledger_book (
    book {{i64}} NOT NULL PRIMARY KEY,
    postings {{i64}} NOT NULL,          -- number of the last posting; there are no gaps
    seals {{i64}} NOT NULL,             -- number of the last seal
    hash {{bytes}} NOT NULL,            -- of the last seal
    at {{instant}} NOT NULL             -- of the last seal; never goes back, even if the clock does
) {{strict}};

-- The id begins with the kind and then as the subject begins, so a kind lies together, in the order of its subjects.
CREATE TABLE ledger_account (
    book {{i64}} NOT NULL,
    id {{uuid}} NOT NULL,
    kind {{i64}} NOT NULL,
    subject {{uuid}} NOT NULL,
    unit {{i64}} NOT NULL,              -- 1 fen, 2 gram, 3 millilitre, 4 piece
    floor {{i64}},                      -- the balance never falls below; NULL: not guarded
    balance {{i64}} NOT NULL,           -- all it was credited less all it was debited
    PRIMARY KEY (book, id),
    CONSTRAINT ledger_account_floor CHECK (floor IS NULL OR balance >= floor)
) {{clustered}};

-- Append only, as are the transfers: a mistake is reversed, never edited.
CREATE TABLE ledger_posting (
    book {{i64}} NOT NULL,
    number {{i64}} NOT NULL,
    at {{instant}} NOT NULL,
    day {{i64}} NOT NULL,
    source {{i64}} NOT NULL,
    document {{uuid}} NOT NULL,
    key {{uuid}},                       -- idempotency key of the command behind it
    reverses {{i64}},                   -- number of the posting that this one takes back
    PRIMARY KEY (book, number)
) {{clustered}};

CREATE TABLE ledger_transfer (
    book {{i64}} NOT NULL,
    posting {{i64}} NOT NULL,
    seq {{i64}} NOT NULL,
    debit {{uuid}} NOT NULL,            -- the account that gives
    credit {{uuid}} NOT NULL,           -- the account that receives
    unit {{i64}} NOT NULL,
    amount {{i64}} NOT NULL,
    PRIMARY KEY (book, posting, seq),
    CONSTRAINT ledger_transfer_amount CHECK (amount > 0),
    CONSTRAINT ledger_transfer_two CHECK (debit <> credit)
) {{clustered}};

-- One per batch: the hash of its postings and transfers and of the seal before it.
CREATE TABLE ledger_seal (
    book {{i64}} NOT NULL,
    seq {{i64}} NOT NULL,
    first {{i64}} NOT NULL,             -- postings from
    last {{i64}} NOT NULL,              -- to
    at {{instant}} NOT NULL,
    previous {{bytes}} NOT NULL,
    hash {{bytes}} NOT NULL,
    PRIMARY KEY (book, seq)
) {{clustered}};

-- What accounts of a kind gave and received on a day. The trial balance reads this.
CREATE TABLE ledger_turnover (
    book {{i64}} NOT NULL,
    day {{i64}} NOT NULL,
    kind {{i64}} NOT NULL,
    unit {{i64}} NOT NULL,
    debit {{i64}} NOT NULL,
    credit {{i64}} NOT NULL,
    PRIMARY KEY (book, day, kind, unit)
) {{clustered}};

-- Which postings have been taken back, by which.
CREATE TABLE ledger_reversal (
    book {{i64}} NOT NULL,
    posting {{i64}} NOT NULL,
    by {{i64}} NOT NULL,
    PRIMARY KEY (book, posting)
) {{clustered}};

-- What commands were answered, for those that are repeated. Whole days are forgotten at a time. Keys that callers choose
-- are spread over the tree, but only over that of a day.
CREATE TABLE ledger_answer (
    book {{i64}} NOT NULL,
    day {{i64}} NOT NULL,
    key {{uuid}} NOT NULL,
    body {{bytes}} NOT NULL,            -- fingerprint of the command
    answer {{bytes}} NOT NULL,
    PRIMARY KEY (book, day, key)
) {{clustered}};

-- The transfers of each account, in order, for statements. A trailing job writes it in large sorted pieces; how far it
-- has come stands in ledger_trail.
CREATE TABLE ledger_entry (
    book {{i64}} NOT NULL,
    account {{uuid}} NOT NULL,
    posting {{i64}} NOT NULL,
    seq {{i64}} NOT NULL,
    other {{uuid}} NOT NULL,            -- the account on the other side
    amount {{i64}} NOT NULL,            -- received above zero, given below
    balance {{i64}} NOT NULL,           -- of the account after it
    PRIMARY KEY (book, account, posting, seq)
) {{clustered}};

-- The balance of each account after its last entry.
CREATE TABLE ledger_entered (
    book {{i64}} NOT NULL,
    account {{uuid}} NOT NULL,
    balance {{i64}} NOT NULL,
    PRIMARY KEY (book, account)
) {{clustered}};

CREATE TABLE ledger_trail (
    book {{i64}} NOT NULL PRIMARY KEY,
    posting {{i64}} NOT NULL            -- entries stand up to this one
) {{strict}};
