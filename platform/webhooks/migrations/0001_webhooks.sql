-- Where messages go: an address of an organisation, or of the mall's operator (organisation '*'). kinds are the types of
-- events it wants, with spaces between. The secret signs, so that it is kept as it is; after a rotation the one before it
-- signs, too, until old_until.
CREATE TABLE webhook_endpoint (
    id {{uuid}} NOT NULL PRIMARY KEY,
    organisation {{text}} NOT NULL,
    url {{text}} NOT NULL,
    kinds {{text}} NOT NULL,
    secret {{bytes}} NOT NULL,
    old_secret {{bytes}},
    old_until {{instant}},
    created_at {{instant}} NOT NULL,
    off_at {{instant}},
    off_why {{text}},
    failing_since {{instant}}
) {{strict}};
CREATE INDEX webhook_endpoint_by_organisation ON webhook_endpoint (organisation, id);

-- What is to be sent: written in the transaction of the event. due_at is when it is to be tried next; while somebody tries
-- it, when it is taken from them. Without due_at it is settled. step is the place in the schedule, tries counts all attempts.
CREATE TABLE webhook_delivery (
    endpoint_id {{uuid}} NOT NULL,
    event_id {{uuid}} NOT NULL,
    kind {{text}} NOT NULL,
    body {{text}} NOT NULL,
    state {{i64}} NOT NULL,
    due_at {{instant}},
    lease {{uuid}},
    step {{i64}} NOT NULL,
    tries {{i64}} NOT NULL,
    PRIMARY KEY (endpoint_id, event_id)
) {{clustered}};
CREATE INDEX webhook_delivery_due ON webhook_delivery (endpoint_id, due_at) WHERE due_at IS NOT NULL;

-- Every attempt: the status of the answer and its beginning, or why there was none.
CREATE TABLE webhook_attempt (
    endpoint_id {{uuid}} NOT NULL,
    event_id {{uuid}} NOT NULL,
    number {{i64}} NOT NULL,
    at {{instant}} NOT NULL,
    millis {{i64}} NOT NULL,
    status {{i64}},
    answer {{text}} NOT NULL,
    problem {{text}},
    PRIMARY KEY (endpoint_id, event_id, number)
) {{clustered}};
