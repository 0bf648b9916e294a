-- The night queue: groups of jobs. No column holds an instruction, code or a command.

CREATE TABLE queue_groups (
    id TEXT COLLATE "C" NOT NULL,
    project TEXT COLLATE "C" NOT NULL,
    root TEXT COLLATE "C" NOT NULL,
    created_ms BIGINT NOT NULL,
    action TEXT COLLATE "C" NOT NULL,
    fan TEXT COLLATE "C" NOT NULL,
    origin TEXT COLLATE "C" NOT NULL,
    tier TEXT COLLATE "C",
    at_ms BIGINT,
    by_ms BIGINT,
    every TEXT COLLATE "C",
    after_group TEXT COLLATE "C",
    cap BIGINT,
    agent BOOLEAN NOT NULL,
    rehearsal BOOLEAN NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    forecast BIGINT NOT NULL,
    worst BIGINT NOT NULL,
    baseline BIGINT NOT NULL,
    told_ms BIGINT,
    next_group TEXT COLLATE "C",
    snapshot TEXT COLLATE "C",
    PRIMARY KEY (id)
);

CREATE INDEX queue_groups_project ON queue_groups (project);

CREATE TABLE queue_jobs (
    id TEXT COLLATE "C" NOT NULL,
    group_id TEXT COLLATE "C" NOT NULL,
    number BIGINT NOT NULL,
    uri TEXT COLLATE "C" NOT NULL,
    path TEXT COLLATE "C" NOT NULL,
    range JSON,
    state TEXT COLLATE "C" NOT NULL,
    reason TEXT COLLATE "C",
    worker TEXT COLLATE "C",
    run BIGINT NOT NULL,
    kills BIGINT NOT NULL,
    version TEXT COLLATE "C",
    tier TEXT COLLATE "C",
    routed TEXT COLLATE "C",
    edit_id TEXT COLLATE "C",
    tests TEXT COLLATE "C",
    network BOOLEAN,
    cost BIGINT NOT NULL,
    not_before_ms BIGINT,
    started_ms BIGINT,
    ended_ms BIGINT,
    PRIMARY KEY (id)
);

CREATE INDEX queue_jobs_group ON queue_jobs (group_id);
CREATE INDEX queue_jobs_state ON queue_jobs (state);
