-- Members of a team, the caps they share, and whose a task and a reservation is.

ALTER TABLE reservations ADD COLUMN member TEXT COLLATE "C";
ALTER TABLE tasks ADD COLUMN member TEXT COLLATE "C";
CREATE INDEX tasks_member ON tasks (member, created_ms);

CREATE TABLE members (
    member TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    role TEXT COLLATE "C" NOT NULL,
    token_hash TEXT COLLATE "C" NOT NULL,
    named BOOLEAN NOT NULL,
    created_ms BIGINT NOT NULL,
    revoked_ms BIGINT,
    PRIMARY KEY (member)
);
CREATE UNIQUE INDEX members_token ON members (token_hash);

CREATE TABLE team_caps (
    scope TEXT COLLATE "C" NOT NULL,
    who TEXT COLLATE "C" NOT NULL,
    span TEXT COLLATE "C" NOT NULL,
    nanos BIGINT NOT NULL,
    PRIMARY KEY (scope, who, span)
);

CREATE TABLE team_policy (
    kind TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    value TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (kind, key)
);
CREATE INDEX reservations_member ON reservations (member, created_ms) WHERE member IS NOT NULL;
