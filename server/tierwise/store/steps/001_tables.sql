-- The first shape of the ledger. A step that was shipped never changes.

CREATE TABLE tasks (
    task_id TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    project TEXT NOT NULL,
    action TEXT NOT NULL,
    language TEXT,
    uri TEXT,
    range JSON,
    conversation_id TEXT,
    session TEXT NOT NULL,
    rehearsal BOOLEAN NOT NULL,
    state TEXT NOT NULL,
    edit_id TEXT,
    error TEXT,
    PRIMARY KEY (task_id)
);

CREATE INDEX tasks_created ON tasks (created_ms);

CREATE TABLE decisions (
    task_id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    at_ms BIGINT NOT NULL,
    first TEXT NOT NULL,
    routed TEXT NOT NULL,
    answering TEXT NOT NULL,
    cause TEXT NOT NULL,
    confidence FLOAT NOT NULL,
    propensity FLOAT NOT NULL,
    weights TEXT NOT NULL,
    final BOOLEAN NOT NULL,
    action TEXT NOT NULL,
    language TEXT,
    project TEXT NOT NULL,
    detail JSON NOT NULL,
    PRIMARY KEY (task_id, seq)
);

CREATE TABLE reservations (
    id TEXT NOT NULL,
    request_id TEXT NOT NULL,
    task_id TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    settled_ms BIGINT,
    lease_ms BIGINT NOT NULL,
    owner TEXT NOT NULL,
    day TEXT NOT NULL,
    period TEXT NOT NULL,
    project TEXT NOT NULL,
    action TEXT NOT NULL,
    language TEXT,
    tier TEXT NOT NULL,
    model TEXT NOT NULL,
    base_url TEXT,
    input_chars INTEGER NOT NULL,
    input_bound INTEGER NOT NULL,
    max_tokens INTEGER NOT NULL,
    worst BIGINT NOT NULL,
    expected BIGINT NOT NULL,
    state TEXT NOT NULL,
    cost BIGINT NOT NULL,
    input_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    cache_read_tokens INTEGER NOT NULL,
    cache_write_5m_tokens INTEGER NOT NULL,
    cache_write_1h_tokens INTEGER NOT NULL,
    assumed BOOLEAN NOT NULL,
    allowed BOOLEAN NOT NULL,
    price_known BOOLEAN NOT NULL,
    rehearsal BOOLEAN NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT one_reservation_per_request UNIQUE (request_id)
);

CREATE INDEX reservations_day ON reservations (day);

CREATE INDEX reservations_open ON reservations (state, lease_ms);

CREATE INDEX reservations_task ON reservations (task_id);

CREATE TABLE spent (
    scope TEXT NOT NULL,
    "key" TEXT NOT NULL,
    rehearsal BOOLEAN NOT NULL,
    settled BIGINT NOT NULL,
    reserved BIGINT NOT NULL,
    expected BIGINT NOT NULL,
    PRIMARY KEY (scope, "key", rehearsal)
);

CREATE TABLE calendar (
    id INTEGER NOT NULL,
    day TEXT NOT NULL,
    zone TEXT NOT NULL,
    seen_ms BIGINT NOT NULL,
    PRIMARY KEY (id)
);

CREATE TABLE samples (
    kind TEXT NOT NULL,
    model TEXT NOT NULL,
    subject TEXT NOT NULL,
    bucket INTEGER NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (kind, model, subject, bucket)
);

CREATE TABLE budget_events (
    id INTEGER NOT NULL,
    at_ms BIGINT NOT NULL,
    kind TEXT NOT NULL,
    scope TEXT NOT NULL,
    "key" TEXT NOT NULL,
    nanos BIGINT,
    task_id TEXT,
    PRIMARY KEY (id)
);

CREATE INDEX budget_events_key ON budget_events (scope, "key", kind);

CREATE TABLE outcomes (
    id INTEGER NOT NULL,
    task_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    tier TEXT NOT NULL,
    value JSON,
    after_ms BIGINT,
    PRIMARY KEY (id)
);

CREATE INDEX outcomes_at ON outcomes (at_ms);

CREATE INDEX outcomes_task ON outcomes (task_id);

CREATE TABLE overrides (
    scope TEXT NOT NULL,
    "key" TEXT NOT NULL,
    project TEXT NOT NULL,
    session TEXT NOT NULL,
    tier TEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    PRIMARY KEY (scope, "key", project, session)
);
