-- Members of a team, the caps they share, and whose a task and a reservation is.

ALTER TABLE reservations ADD COLUMN member TEXT;
ALTER TABLE tasks ADD COLUMN member TEXT;
CREATE INDEX reservations_made ON reservations (created_ms);
CREATE INDEX tasks_member ON tasks (member, created_ms);

CREATE TABLE members (
    member TEXT NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    token_hash TEXT NOT NULL,
    named BOOLEAN NOT NULL,
    created_ms BIGINT NOT NULL,
    revoked_ms BIGINT,
    PRIMARY KEY (member)
);
CREATE UNIQUE INDEX members_token ON members (token_hash);

CREATE TABLE team_caps (
    scope TEXT NOT NULL,
    who TEXT NOT NULL,
    span TEXT NOT NULL,
    nanos BIGINT NOT NULL,
    PRIMARY KEY (scope, who, span)
);

CREATE TABLE team_policy (
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (kind, key)
);
CREATE INDEX reservations_member ON reservations (member, created_ms) WHERE member IS NOT NULL;
