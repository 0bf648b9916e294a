-- Daily sums, kept by the database itself, so that a window of an older Tierwise keeps them too.
-- Marks for calls that were sent, for the rule of a decision, and for what was said once.

ALTER TABLE tasks ADD COLUMN day TEXT;
ALTER TABLE decisions ADD COLUMN rule TEXT;
ALTER TABLE reservations ADD COLUMN sent_ms BIGINT;
ALTER TABLE reservations ADD COLUMN prompt_size INTEGER GENERATED ALWAYS AS (
    CASE
        WHEN input_tokens + cache_read_tokens + cache_write_5m_tokens + cache_write_1h_tokens > 512000 THEN 512000
        WHEN input_tokens + cache_read_tokens + cache_write_5m_tokens + cache_write_1h_tokens > 272000 THEN 272000
        WHEN input_tokens + cache_read_tokens + cache_write_5m_tokens + cache_write_1h_tokens > 256000 THEN 256000
        WHEN input_tokens + cache_read_tokens + cache_write_5m_tokens + cache_write_1h_tokens > 200000 THEN 200000
        WHEN input_tokens + cache_read_tokens + cache_write_5m_tokens + cache_write_1h_tokens > 128000 THEN 128000
        WHEN input_tokens + cache_read_tokens + cache_write_5m_tokens + cache_write_1h_tokens > 100000 THEN 100000
        ELSE 0
    END
) VIRTUAL;

CREATE TABLE said (
    what TEXT NOT NULL,
    day TEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    owner TEXT NOT NULL,
    PRIMARY KEY (what, day)
);

CREATE TABLE windows (
    owner TEXT NOT NULL,
    used_ms BIGINT NOT NULL,
    PRIMARY KEY (owner)
);

CREATE TABLE daily_spend (
    day TEXT NOT NULL,
    period TEXT NOT NULL,
    project TEXT NOT NULL,
    rehearsal BOOLEAN NOT NULL,
    tier TEXT NOT NULL,
    model TEXT NOT NULL,
    prompt_size INTEGER NOT NULL,
    calls INTEGER NOT NULL,
    cost BIGINT NOT NULL,
    assumed_cost BIGINT NOT NULL,
    input_tokens BIGINT NOT NULL,
    output_tokens BIGINT NOT NULL,
    cache_read_tokens BIGINT NOT NULL,
    cache_write_5m_tokens BIGINT NOT NULL,
    cache_write_1h_tokens BIGINT NOT NULL,
    PRIMARY KEY (day, period, project, rehearsal, tier, model, prompt_size)
);
CREATE INDEX daily_spend_project ON daily_spend (project, period);

CREATE TABLE daily_tasks (
    day TEXT NOT NULL,
    project TEXT NOT NULL,
    rehearsal BOOLEAN NOT NULL,
    routed TEXT NOT NULL,
    answering TEXT NOT NULL,
    cause TEXT NOT NULL,
    tasks INTEGER NOT NULL,
    PRIMARY KEY (day, project, rehearsal, routed, answering, cause)
);

CREATE TABLE daily_actions (
    day TEXT NOT NULL,
    rehearsal BOOLEAN NOT NULL,
    action TEXT NOT NULL,
    tasks INTEGER NOT NULL,
    cost BIGINT NOT NULL,
    PRIMARY KEY (day, rehearsal, action)
);

CREATE TABLE daily_outcomes (
    day TEXT NOT NULL,
    rehearsal BOOLEAN NOT NULL,
    kind TEXT NOT NULL,
    tier TEXT NOT NULL,
    outcomes INTEGER NOT NULL,
    PRIMARY KEY (day, rehearsal, kind, tier)
);

UPDATE tasks SET day = COALESCE(
    (SELECT r.day FROM reservations r WHERE r.task_id = tasks.task_id ORDER BY r.created_ms LIMIT 1),
    date(created_ms / 1000, 'unixepoch', 'localtime')
);

INSERT INTO daily_spend
    SELECT day, period, project, rehearsal, tier, model, prompt_size,
        COUNT(*), SUM(cost), SUM(CASE WHEN assumed THEN cost ELSE 0 END),
        SUM(input_tokens), SUM(output_tokens), SUM(cache_read_tokens),
        SUM(cache_write_5m_tokens), SUM(cache_write_1h_tokens)
    FROM reservations WHERE state NOT IN ('open', 'released')
    GROUP BY 1, 2, 3, 4, 5, 6, 7;

INSERT INTO daily_tasks
    SELECT t.day, t.project, t.rehearsal,
        COALESCE(d.routed, ''), COALESCE(d.answering, ''), COALESCE(d.cause, ''), COUNT(*)
    FROM tasks t LEFT JOIN decisions d ON d.task_id = t.task_id
        AND d.seq = (SELECT MAX(l.seq) FROM decisions l WHERE l.task_id = t.task_id)
    GROUP BY 1, 2, 3, 4, 5, 6;

INSERT INTO daily_actions
    SELECT day, rehearsal, action, SUM(tasks), SUM(cost) FROM (
        SELECT day, rehearsal, action, 1 AS tasks, 0 AS cost FROM tasks
        UNION ALL
        SELECT day, rehearsal, action, 0, cost FROM reservations
            WHERE state NOT IN ('open', 'released')
    ) GROUP BY 1, 2, 3;

INSERT INTO daily_outcomes
    SELECT t.day, t.rehearsal, o.kind, o.tier, COUNT(*)
    FROM outcomes o JOIN tasks t ON t.task_id = o.task_id
    GROUP BY 1, 2, 3, 4;

CREATE TRIGGER spend_inserted AFTER INSERT ON reservations
WHEN NEW.state NOT IN ('open', 'released')
BEGIN
    INSERT INTO daily_spend
        SELECT NEW.day, NEW.period, NEW.project, NEW.rehearsal, NEW.tier, NEW.model, NEW.prompt_size,
            0, 0, 0, 0, 0, 0, 0, 0
        WHERE NOT EXISTS (SELECT 1 FROM daily_spend WHERE day = NEW.day AND period = NEW.period AND project = NEW.project AND rehearsal = NEW.rehearsal
        AND tier = NEW.tier AND model = NEW.model AND prompt_size = NEW.prompt_size);
    UPDATE daily_spend SET
        calls = calls + 1,
        cost = cost + NEW.cost,
        assumed_cost = assumed_cost + CASE WHEN NEW.assumed THEN NEW.cost ELSE 0 END,
        input_tokens = input_tokens + NEW.input_tokens,
        output_tokens = output_tokens + NEW.output_tokens,
        cache_read_tokens = cache_read_tokens + NEW.cache_read_tokens,
        cache_write_5m_tokens = cache_write_5m_tokens + NEW.cache_write_5m_tokens,
        cache_write_1h_tokens = cache_write_1h_tokens + NEW.cache_write_1h_tokens
        WHERE day = NEW.day AND period = NEW.period AND project = NEW.project AND rehearsal = NEW.rehearsal
        AND tier = NEW.tier AND model = NEW.model AND prompt_size = NEW.prompt_size;
    INSERT INTO daily_actions
        SELECT NEW.day, NEW.rehearsal, NEW.action, 0, 0
        WHERE NOT EXISTS (SELECT 1 FROM daily_actions WHERE day = NEW.day
            AND rehearsal = NEW.rehearsal AND action = NEW.action);
    UPDATE daily_actions SET cost = cost + NEW.cost
        WHERE day = NEW.day AND rehearsal = NEW.rehearsal AND action = NEW.action;
END;

CREATE TRIGGER spend_taken_back AFTER UPDATE OF
    state, cost, assumed, day, input_tokens, output_tokens,
    cache_read_tokens, cache_write_5m_tokens, cache_write_1h_tokens ON reservations
WHEN OLD.state NOT IN ('open', 'released')
BEGIN
    UPDATE daily_spend SET
        calls = calls - 1,
        cost = cost - OLD.cost,
        assumed_cost = assumed_cost - CASE WHEN OLD.assumed THEN OLD.cost ELSE 0 END,
        input_tokens = input_tokens - OLD.input_tokens,
        output_tokens = output_tokens - OLD.output_tokens,
        cache_read_tokens = cache_read_tokens - OLD.cache_read_tokens,
        cache_write_5m_tokens = cache_write_5m_tokens - OLD.cache_write_5m_tokens,
        cache_write_1h_tokens = cache_write_1h_tokens - OLD.cache_write_1h_tokens
        WHERE day = OLD.day AND period = OLD.period AND project = OLD.project AND rehearsal = OLD.rehearsal
        AND tier = OLD.tier AND model = OLD.model AND prompt_size = OLD.prompt_size;
    UPDATE daily_actions SET cost = cost - OLD.cost
        WHERE day = OLD.day AND rehearsal = OLD.rehearsal AND action = OLD.action;
END;

CREATE TRIGGER spend_updated AFTER UPDATE OF
    state, cost, assumed, day, input_tokens, output_tokens,
    cache_read_tokens, cache_write_5m_tokens, cache_write_1h_tokens ON reservations
WHEN NEW.state NOT IN ('open', 'released')
BEGIN
    INSERT INTO daily_spend
        SELECT NEW.day, NEW.period, NEW.project, NEW.rehearsal, NEW.tier, NEW.model, NEW.prompt_size,
            0, 0, 0, 0, 0, 0, 0, 0
        WHERE NOT EXISTS (SELECT 1 FROM daily_spend WHERE day = NEW.day AND period = NEW.period AND project = NEW.project AND rehearsal = NEW.rehearsal
        AND tier = NEW.tier AND model = NEW.model AND prompt_size = NEW.prompt_size);
    UPDATE daily_spend SET
        calls = calls + 1,
        cost = cost + NEW.cost,
        assumed_cost = assumed_cost + CASE WHEN NEW.assumed THEN NEW.cost ELSE 0 END,
        input_tokens = input_tokens + NEW.input_tokens,
        output_tokens = output_tokens + NEW.output_tokens,
        cache_read_tokens = cache_read_tokens + NEW.cache_read_tokens,
        cache_write_5m_tokens = cache_write_5m_tokens + NEW.cache_write_5m_tokens,
        cache_write_1h_tokens = cache_write_1h_tokens + NEW.cache_write_1h_tokens
        WHERE day = NEW.day AND period = NEW.period AND project = NEW.project AND rehearsal = NEW.rehearsal
        AND tier = NEW.tier AND model = NEW.model AND prompt_size = NEW.prompt_size;
    INSERT INTO daily_actions
        SELECT NEW.day, NEW.rehearsal, NEW.action, 0, 0
        WHERE NOT EXISTS (SELECT 1 FROM daily_actions WHERE day = NEW.day
            AND rehearsal = NEW.rehearsal AND action = NEW.action);
    UPDATE daily_actions SET cost = cost + NEW.cost
        WHERE day = NEW.day AND rehearsal = NEW.rehearsal AND action = NEW.action;
END;

CREATE TRIGGER task_inserted AFTER INSERT ON tasks
BEGIN
    UPDATE tasks
        SET day = COALESCE(NEW.day, date(NEW.created_ms / 1000, 'unixepoch', 'localtime'))
        WHERE task_id = NEW.task_id;
    INSERT INTO daily_actions
        SELECT t.day, t.rehearsal, t.action, 0, 0
        FROM tasks t WHERE t.task_id = NEW.task_id AND NOT EXISTS (
            SELECT 1 FROM daily_actions d WHERE d.day = t.day
                AND d.rehearsal = t.rehearsal AND d.action = t.action);
    UPDATE daily_actions SET tasks = tasks + 1
        WHERE (day, rehearsal, action) = (
            SELECT day, rehearsal, action FROM tasks WHERE task_id = NEW.task_id);
    INSERT INTO daily_tasks
        SELECT t.day, t.project, t.rehearsal,
            COALESCE(l.routed, ''), COALESCE(l.answering, ''), COALESCE(l.cause, ''), 0
        FROM tasks t LEFT JOIN decisions l ON l.task_id = t.task_id AND l.seq = (
            SELECT MAX(seq) FROM decisions WHERE task_id = NEW.task_id)
        WHERE t.task_id = NEW.task_id AND NOT EXISTS (
            SELECT 1 FROM daily_tasks d WHERE d.day = t.day AND d.project = t.project
                AND d.rehearsal = t.rehearsal
                AND d.routed = COALESCE(l.routed, '')
                AND d.answering = COALESCE(l.answering, '')
                AND d.cause = COALESCE(l.cause, ''));
    UPDATE daily_tasks SET tasks = tasks + 1
        WHERE (day, project, rehearsal, routed, answering, cause) = (
            SELECT t.day, t.project, t.rehearsal,
                COALESCE(l.routed, ''), COALESCE(l.answering, ''), COALESCE(l.cause, '')
            FROM tasks t LEFT JOIN decisions l ON l.task_id = t.task_id AND l.seq = (
                SELECT MAX(seq) FROM decisions WHERE task_id = NEW.task_id)
            WHERE t.task_id = NEW.task_id);
    INSERT INTO daily_outcomes
        SELECT t.day, t.rehearsal, o.kind, o.tier, 0
        FROM outcomes o JOIN tasks t ON t.task_id = o.task_id
        WHERE o.task_id = NEW.task_id AND NOT EXISTS (
            SELECT 1 FROM daily_outcomes d WHERE d.day = t.day AND d.rehearsal = t.rehearsal
                AND d.kind = o.kind AND d.tier = o.tier)
        GROUP BY 1, 2, 3, 4;
    UPDATE daily_outcomes SET outcomes = outcomes + (
            SELECT COUNT(*) FROM outcomes o WHERE o.task_id = NEW.task_id
                AND o.kind = daily_outcomes.kind AND o.tier = daily_outcomes.tier)
        WHERE (day, rehearsal) = (SELECT day, rehearsal FROM tasks WHERE task_id = NEW.task_id)
            AND kind IN (SELECT kind FROM outcomes WHERE task_id = NEW.task_id);
END;

CREATE TRIGGER decision_inserted AFTER INSERT ON decisions
WHEN NOT EXISTS (SELECT 1 FROM decisions WHERE task_id = NEW.task_id AND seq > NEW.seq)
BEGIN
    UPDATE daily_tasks SET tasks = tasks - 1
        WHERE (day, project, rehearsal, routed, answering, cause) = (
            SELECT t.day, t.project, t.rehearsal,
                COALESCE(d.routed, ''), COALESCE(d.answering, ''), COALESCE(d.cause, '')
            FROM tasks t LEFT JOIN decisions d ON d.task_id = t.task_id AND d.seq = (
                SELECT MAX(l.seq) FROM decisions l WHERE l.task_id = t.task_id AND l.seq < NEW.seq)
            WHERE t.task_id = NEW.task_id);
    INSERT INTO daily_tasks
        SELECT t.day, t.project, t.rehearsal, NEW.routed, NEW.answering, NEW.cause, 0
        FROM tasks t WHERE t.task_id = NEW.task_id AND NOT EXISTS (
            SELECT 1 FROM daily_tasks d WHERE d.day = t.day AND d.project = t.project
                AND d.rehearsal = t.rehearsal
                AND d.routed = NEW.routed AND d.answering = NEW.answering AND d.cause = NEW.cause);
    UPDATE daily_tasks SET tasks = tasks + 1
        WHERE (day, project, rehearsal, routed, answering, cause) = (
            SELECT t.day, t.project, t.rehearsal, NEW.routed, NEW.answering, NEW.cause
            FROM tasks t WHERE t.task_id = NEW.task_id);
END;

CREATE TRIGGER outcome_inserted AFTER INSERT ON outcomes
BEGIN
    INSERT INTO daily_outcomes
        SELECT t.day, t.rehearsal, NEW.kind, NEW.tier, 0
        FROM tasks t WHERE t.task_id = NEW.task_id AND NOT EXISTS (
            SELECT 1 FROM daily_outcomes d WHERE d.day = t.day AND d.rehearsal = t.rehearsal
                AND d.kind = NEW.kind AND d.tier = NEW.tier);
    UPDATE daily_outcomes SET outcomes = outcomes + 1
        WHERE (day, rehearsal, kind, tier) = (
            SELECT t.day, t.rehearsal, NEW.kind, NEW.tier
            FROM tasks t WHERE t.task_id = NEW.task_id);
END;
