-- The night queue: groups of jobs. No column holds an instruction, code or a command.

CREATE TABLE queue_groups (
    id TEXT NOT NULL,
    project TEXT NOT NULL,
    root TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    action TEXT NOT NULL,
    fan TEXT NOT NULL,
    origin TEXT NOT NULL,
    tier TEXT,
    at_ms BIGINT,
    by_ms BIGINT,
    every TEXT,
    after_group TEXT,
    cap BIGINT,
    agent BOOLEAN NOT NULL,
    rehearsal BOOLEAN NOT NULL,
    state TEXT NOT NULL,
    forecast BIGINT NOT NULL,
    worst BIGINT NOT NULL,
    baseline BIGINT NOT NULL,
    told_ms BIGINT,
    next_group TEXT,
    snapshot TEXT,
    PRIMARY KEY (id)
);

CREATE INDEX queue_groups_project ON queue_groups (project);

CREATE TABLE queue_jobs (
    id TEXT NOT NULL,
    group_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    uri TEXT NOT NULL,
    path TEXT NOT NULL,
    range JSON,
    state TEXT NOT NULL,
    reason TEXT,
    worker TEXT,
    run INTEGER NOT NULL,
    kills INTEGER NOT NULL,
    version TEXT,
    tier TEXT,
    routed TEXT,
    edit_id TEXT,
    tests TEXT,
    network BOOLEAN,
    cost BIGINT NOT NULL,
    not_before_ms BIGINT,
    started_ms BIGINT,
    ended_ms BIGINT,
    PRIMARY KEY (id)
);

CREATE INDEX queue_jobs_group ON queue_jobs (group_id);
CREATE INDEX queue_jobs_state ON queue_jobs (state);
