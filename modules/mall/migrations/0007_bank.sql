-- Money that the bank shows (银行流水): each line once by its running number, from a statement, a program or a person.
CREATE TABLE bank_line (
    id {{uuid}} NOT NULL PRIMARY KEY,
    reference {{text}} NOT NULL,           -- the running number of the bank
    day {{i64}} NOT NULL,
    amount {{i64}} NOT NULL,
    payer {{text}} NOT NULL,
    remark {{text}} NOT NULL,
    state {{i64}} NOT NULL,
    order_id {{uuid}},                     -- whose transfer it is
    import {{uuid}},                       -- the statement on which it stands, if one was read
    typed {{bool}} NOT NULL,               -- a person typed it, perhaps before the bank shows it
    decided_by {{text}},                   -- who said whose it is, or sent it back
    decided_at {{instant}},
    note {{text}},                         -- what they wrote
    CONSTRAINT bank_line_amount CHECK (amount > 0)
) {{strict}};
CREATE UNIQUE INDEX bank_line_by_reference ON bank_line (reference);
CREATE INDEX bank_line_by_state ON bank_line (state, id);
CREATE INDEX bank_line_by_hand ON bank_line (id) WHERE import IS NULL;
