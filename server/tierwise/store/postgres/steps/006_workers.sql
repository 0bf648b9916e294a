-- The night's workers that share one queue, and when each was there last.

CREATE TABLE workers (
    worker TEXT COLLATE "C" NOT NULL,
    seen_ms BIGINT NOT NULL,
    PRIMARY KEY (worker)
);
