-- What outcomes of all members of a team taught, by project and by the weights it stands on. A
-- lesson holds numbers and names of this program's own, never text of anybody's.

CREATE TABLE team_lessons (
    lesson TEXT COLLATE "C" NOT NULL,
    project TEXT COLLATE "C" NOT NULL,
    weights TEXT COLLATE "C" NOT NULL,
    member TEXT COLLATE "C" NOT NULL,
    ripe_ms BIGINT NOT NULL,
    body JSON NOT NULL,
    PRIMARY KEY (lesson)
);

CREATE TABLE team_learned (
    project TEXT COLLATE "C" NOT NULL,
    weights TEXT COLLATE "C" NOT NULL,
    version INTEGER NOT NULL,
    body JSON NOT NULL,
    PRIMARY KEY (project, weights)
);
