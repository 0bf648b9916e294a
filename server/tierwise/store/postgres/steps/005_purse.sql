-- Reserving and settling as one statement each: the purse of `budget/purse.py` inside the server, so
-- that a network lies between a gateway and its ledger once per call and not ten times.
-- A test runs both on the same cases and compares the rows.

CREATE FUNCTION now_ms() RETURNS BIGINT LANGUAGE sql AS $$
    SELECT (extract(epoch FROM clock_timestamp()) * 1000)::BIGINT;
$$;

-- The civil day of an instant in a zone; NULL where the zone is not known.
CREATE FUNCTION day_in(at_ms BIGINT, zone TEXT) RETURNS TEXT LANGUAGE plpgsql AS $$
BEGIN
    RETURN to_char(to_timestamp(at_ms / 1000.0) AT TIME ZONE zone, 'YYYY-MM-DD');
EXCEPTION WHEN invalid_parameter_value THEN
    RETURN NULL;
END $$;

-- Every sum a reservation counts toward, as pairs of scope and key.
CREATE FUNCTION accounts_of(r reservations) RETURNS JSONB LANGUAGE sql IMMUTABLE AS $$
    SELECT jsonb_build_array(
        jsonb_build_array('day', r.day),
        jsonb_build_array('project', r.project || '|' || r.period)
    ) || CASE WHEN r.request_id LIKE 'job:%' THEN jsonb_build_array(jsonb_build_array(
            'job', COALESCE(substring(r.request_id FROM '^job:(.*):[^:]*$'), '')))
        ELSE '[]'::JSONB END
    || CASE WHEN r.member <> '' THEN jsonb_build_array(
            jsonb_build_array('period', r.period),
            jsonb_build_array('project-day', r.project || '|' || r.day),
            jsonb_build_array('member-day', r.member || '|' || r.day),
            jsonb_build_array('member-period', r.member || '|' || r.period))
        ELSE '[]'::JSONB END;
$$;

CREATE FUNCTION add_sums(
    r reservations, more_settled BIGINT, more_reserved BIGINT, more_expected BIGINT
) RETURNS void LANGUAGE sql AS $$
    INSERT INTO spent AS s
        SELECT a ->> 0, a ->> 1, r.rehearsal, more_settled, more_reserved, more_expected
        FROM jsonb_array_elements(accounts_of(r)) AS a
    ON CONFLICT (scope, key, rehearsal) DO UPDATE SET
        settled = s.settled + EXCLUDED.settled,
        reserved = s.reserved + EXCLUDED.reserved,
        expected = s.expected + EXCLUDED.expected;
$$;

-- A cap in force: set by hand or configured, lowered by the repository, then raised.
CREATE FUNCTION cap_in_force(
    configured BIGINT, was_set BOOLEAN, set_to BIGINT, repository BIGINT, raised BIGINT
) RETURNS BIGINT LANGUAGE sql IMMUTABLE AS $$
    SELECT LEAST(CASE WHEN was_set AND set_to IS NOT NULL THEN set_to ELSE configured END,
        repository) + raised;
$$;

-- Settled, reserved and expected of one account, or of an hour.
CREATE FUNCTION sums_of(in_scope TEXT, of_key TEXT) RETURNS JSONB LANGUAGE sql STABLE AS $$
    SELECT COALESCE(
        (SELECT jsonb_build_array(settled, reserved, expected) FROM spent
            WHERE scope = in_scope AND key = of_key AND NOT rehearsal),
        '[0, 0, 0]'::JSONB);
$$;

CREATE FUNCTION sums_since(
    since_ms BIGINT, of_member TEXT, of_project TEXT
) RETURNS JSONB LANGUAGE sql STABLE AS $$
    SELECT jsonb_build_array(
        COALESCE(SUM(cost), 0), COALESCE(SUM(CASE WHEN state = 'open' THEN worst ELSE 0 END), 0), 0)
    FROM reservations WHERE NOT rehearsal AND created_ms > since_ms
        AND (of_member IS NULL OR member = of_member)
        AND (of_project IS NULL OR project = of_project);
$$;

-- The caps of a team that bind a member in a project, each with what is spent under it.
CREATE FUNCTION shared_caps(
    of_member TEXT, of_project TEXT, on_day TEXT, in_period TEXT, hour_ago BIGINT
) RETURNS JSONB LANGUAGE sql STABLE AS $$
    SELECT COALESCE(jsonb_agg(
        jsonb_build_array(c.scope, c.span, c.nanos) || CASE
            WHEN c.span = 'hour' THEN sums_since(hour_ago,
                CASE WHEN c.scope = 'member' THEN of_member END,
                CASE WHEN c.scope = 'project' THEN of_project END)
            WHEN c.scope = 'team' AND c.span = 'day' THEN sums_of('day', on_day)
            WHEN c.scope = 'team' THEN sums_of('period', in_period)
            WHEN c.scope = 'member' AND c.span = 'day'
                THEN sums_of('member-day', of_member || '|' || on_day)
            WHEN c.scope = 'member' THEN sums_of('member-period', of_member || '|' || in_period)
            WHEN c.span = 'day' THEN sums_of('project-day', of_project || '|' || on_day)
            ELSE sums_of('project', of_project || '|' || in_period)
        END ORDER BY c.scope, c.span), '[]'::JSONB)
    FROM (
        SELECT DISTINCT ON (scope, span) scope, span, nanos FROM team_caps
        WHERE scope = 'team' OR (scope = 'member' AND who IN ('', of_member))
            OR (scope = 'project' AND who IN ('', of_project))
        ORDER BY scope, span, who DESC
    ) AS c;
$$;

-- Where the spend stands, as `budget/accounts.py` tells it, and the day to book to.
CREATE FUNCTION budget_state(ask JSONB, at_ms BIGINT) RETURNS JSONB LANGUAGE plpgsql AS $$
DECLARE
    lim JSONB := ask -> 'limits';
    of_project TEXT := ask -> 'row' ->> 'project';
    of_member TEXT := ask -> 'row' ->> 'member';
    zone TEXT := ask ->> 'zone';
    opened calendar;
    today TEXT;
    now_day TEXT;
    next_zone TEXT;
    next_seen BIGINT;
    reason TEXT;
    in_period TEXT;
    project_key TEXT;
    hour_ago BIGINT;
    day_set budget_events;
    project_set budget_events;
    word budget_events;
    day_was BOOLEAN;
    project_was BOOLEAN;
    opens BOOLEAN := true;
BEGIN
    SELECT * INTO opened FROM calendar LIMIT 1;
    now_day := day_in(at_ms, zone);
    IF now_day IS NULL THEN
        zone := current_setting('TimeZone');
        now_day := day_in(at_ms, zone);
    END IF;
    today := now_day;
    next_zone := zone;
    next_seen := at_ms;
    IF opened.id IS NOT NULL THEN
        IF opened.seen_ms - at_ms > 129600000 THEN
            reason := 'clock';
            opens := false;
        ELSE
            next_seen := GREATEST(opened.seen_ms, at_ms);
            IF opened.zone <> zone THEN
                today := LEAST(today, COALESCE(day_in(at_ms, opened.zone), today));
            END IF;
            IF today <= opened.day THEN
                today := opened.day;
                next_zone := opened.zone;
            ELSE
                today := now_day;
            END IF;
        END IF;
    END IF;
    in_period := CASE WHEN lim ->> 'period' = 'month' THEN substr(today, 1, 7) ELSE 'total' END;
    project_key := of_project || '|' || in_period;
    hour_ago := GREATEST(at_ms, COALESCE(opened.seen_ms, 0)) - 3600000;
    SELECT * INTO day_set FROM budget_events
        WHERE kind = 'set' AND scope = 'day' ORDER BY id DESC LIMIT 1;
    day_was := FOUND;
    SELECT * INTO project_set FROM budget_events
        WHERE kind = 'set' AND scope = 'project' AND key = of_project ORDER BY id DESC LIMIT 1;
    project_was := FOUND;
    SELECT * INTO word FROM budget_events
        WHERE kind IN ('hold', 'resume') ORDER BY id DESC LIMIT 1;
    IF word.kind = 'hold' THEN
        reason := word.scope;
    END IF;
    RETURN jsonb_build_object(
        'day', today, 'period', in_period, 'opens', opens, 'zone', next_zone, 'seen_ms', next_seen,
        'day_limit', cap_in_force((lim ->> 'day')::BIGINT, day_was, day_set.nanos,
            (lim ->> 'repository_day')::BIGINT, (SELECT COALESCE(SUM(nanos), 0) FROM budget_events
            WHERE kind = 'raise' AND scope = 'day' AND key = today)::BIGINT),
        'project_limit', cap_in_force((lim ->> 'project')::BIGINT, project_was, project_set.nanos,
            (lim ->> 'repository_project')::BIGINT,
            (SELECT COALESCE(SUM(nanos), 0) FROM budget_events
            WHERE kind = 'raise' AND scope = 'project' AND key = project_key)::BIGINT),
        'hour_limit', (lim ->> 'hour')::BIGINT,
        'day_sums', sums_of('day', today), 'project_sums', sums_of('project', project_key),
        'hour_sums', CASE WHEN lim ->> 'hour' IS NULL THEN '[0, 0, 0]'::JSONB
            ELSE sums_since(hour_ago, NULL, NULL) END,
        'shared', CASE WHEN COALESCE(of_member, '') = '' THEN '[]'::JSONB
            ELSE shared_caps(of_member, of_project, today, in_period, hour_ago) END,
        'hold', reason);
END $$;

-- Set the worst case of a call aside. Says `reserved` with the row, `used` with the row that has
-- the key already, `refused` with the state that refuses, or `newer` for a program too old.
CREATE FUNCTION purse_reserve(ask JSONB) RETURNS JSONB LANGUAGE plpgsql AS $$
DECLARE
    wish JSONB := ask -> 'wish';
    at_ms BIGINT;
    r reservations;
    state JSONB;
    free BOOLEAN;
    paused BOOLEAN;
    room BIGINT;
    most BIGINT := (wish ->> 'most')::BIGINT;
    held BIGINT := 0;
    job JSONB;
    base BIGINT := (wish ->> 'base')::BIGINT;
    per_token BIGINT := (wish ->> 'per_token')::BIGINT;
    output BIGINT := (wish ->> 'output')::BIGINT;
    smallest BIGINT := (ask ->> 'smallest')::BIGINT;
    floor_output BIGINT;
    whole BIGINT;
    capped BOOLEAN := false;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('tierwise ' || current_schema(), 0));
    IF (SELECT min_writer FROM shape) > (ask ->> 'writer')::INTEGER THEN
        RETURN '{"is": "newer"}';
    END IF;
    SELECT * INTO r FROM reservations WHERE request_id = ask -> 'row' ->> 'request_id';
    IF FOUND THEN
        RETURN jsonb_build_object('is', 'used', 'row', to_jsonb(r));
    END IF;
    at_ms := COALESCE((ask ->> 'at_ms')::BIGINT, now_ms());
    r := jsonb_populate_record(NULL::reservations, ask -> 'row');
    state := budget_state(ask, at_ms);
    free := (ask ->> 'free')::BOOLEAN OR EXISTS (
        SELECT 1 FROM budget_events WHERE kind = 'allow' AND task_id = r.task_id);
    whole := base + output * per_token;
    IF NOT free AND whole > 0 THEN
        SELECT bool_or(lim - spent - holds <= 0 OR lim - spent - holds < smallest),
            CASE WHEN COUNT(*) > 0 THEN GREATEST(MIN(lim - spent - holds), 0) END
            INTO paused, room
            FROM (
                SELECT (state ->> 'day_limit')::BIGINT AS lim,
                    (state -> 'day_sums' ->> 0)::BIGINT AS spent,
                    (state -> 'day_sums' ->> 1)::BIGINT AS holds
                UNION ALL SELECT (state ->> 'project_limit')::BIGINT,
                    (state -> 'project_sums' ->> 0)::BIGINT, (state -> 'project_sums' ->> 1)::BIGINT
                UNION ALL SELECT (state ->> 'hour_limit')::BIGINT,
                    (state -> 'hour_sums' ->> 0)::BIGINT, (state -> 'hour_sums' ->> 1)::BIGINT
                UNION ALL SELECT (c ->> 2)::BIGINT, (c ->> 3)::BIGINT, (c ->> 4)::BIGINT
                    FROM jsonb_array_elements(state -> 'shared') AS c
            ) AS caps WHERE lim IS NOT NULL;
        job := ask -> 'job_cap';
        IF jsonb_typeof(job) = 'number' THEN
            SELECT GREATEST(0, job::BIGINT - (s ->> 0)::BIGINT - (s ->> 1)::BIGINT),
                (s ->> 1)::BIGINT INTO whole, held
                FROM sums_of('job', COALESCE(
                    substring(r.request_id FROM '^job:(.*):[^:]*$'), '')) AS s;
            IF most IS NULL OR most > whole THEN
                most := whole;
            ELSE
                held := 0;
            END IF;
            whole := base + output * per_token;
        END IF;
        IF COALESCE(paused, false) OR state ->> 'hold' IS NOT NULL THEN
            RETURN jsonb_build_object(
                'is', 'refused', 'state', state, 'most', most, 'held', held);
        END IF;
        room := LEAST(room, most);
        IF room IS NOT NULL AND whole > room THEN
            floor_output := LEAST(output, GREATEST(
                (ask ->> 'least')::BIGINT, (wish ->> 'useful')::BIGINT));
            IF base + floor_output * per_token > room THEN
                RETURN jsonb_build_object(
                    'is', 'refused', 'state', state, 'most', most, 'held', held);
            END IF;
            output := LEAST(output, (room - base) / per_token);
            whole := base + output * per_token;
            capped := true;
        END IF;
    END IF;
    IF (state ->> 'opens')::BOOLEAN THEN
        INSERT INTO calendar AS c VALUES (
            1, state ->> 'day', state ->> 'zone', (state ->> 'seen_ms')::BIGINT)
        ON CONFLICT (id) DO UPDATE
            SET day = EXCLUDED.day, zone = EXCLUDED.zone, seen_ms = EXCLUDED.seen_ms
            WHERE c.day <> EXCLUDED.day OR c.zone <> EXCLUDED.zone
                OR EXCLUDED.seen_ms - c.seen_ms >= 60000;
    END IF;
    r.created_ms := at_ms;
    r.lease_ms := at_ms + (ask ->> 'lease_ms')::BIGINT;
    r.day := state ->> 'day';
    r.period := state ->> 'period';
    r.max_tokens := output;
    r.worst := whole;
    r.expected := LEAST(r.expected, whole);
    r.allowed := free AND NOT r.rehearsal;
    r.sent_ms := CASE WHEN (ask ->> 'marked')::BOOLEAN THEN 0 ELSE at_ms END;
    PERFORM keep_reservation(r);
    PERFORM add_sums(r, 0, r.worst, r.expected);
    RETURN jsonb_build_object('is', 'reserved', 'row', to_jsonb(r), 'capped', capped);
END $$;

CREATE FUNCTION keep_reservation(r reservations) RETURNS void LANGUAGE sql AS $$
    INSERT INTO reservations (
        id, request_id, task_id, created_ms, settled_ms, lease_ms, owner, day, period, project,
        action, language, tier, model, base_url, input_chars, input_bound, max_tokens, worst,
        expected, state, cost, input_tokens, output_tokens, cache_read_tokens,
        cache_write_5m_tokens, cache_write_1h_tokens, assumed, allowed, price_known, rehearsal,
        sent_ms, member
    ) VALUES (
        r.id, r.request_id, r.task_id, r.created_ms, r.settled_ms, r.lease_ms, r.owner, r.day,
        r.period, r.project, r.action, r.language, r.tier, r.model, r.base_url, r.input_chars,
        r.input_bound, r.max_tokens, r.worst, r.expected, r.state, r.cost, r.input_tokens,
        r.output_tokens, r.cache_read_tokens, r.cache_write_5m_tokens, r.cache_write_1h_tokens,
        r.assumed, r.allowed, r.price_known, r.rehearsal, r.sent_ms, r.member
    );
$$;

-- Book what a call used. Says `booked`, or `before` with the row where it was booked already.
CREATE FUNCTION purse_settle(told JSONB) RETURNS JSONB LANGUAGE plpgsql AS $$
DECLARE
    r reservations;
    u JSONB := told -> 'usage';
    paid BIGINT := (told ->> 'cost')::BIGINT;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('tierwise ' || current_schema(), 0));
    IF (SELECT min_writer FROM shape) > (told ->> 'writer')::INTEGER THEN
        RETURN '{"is": "newer"}';
    END IF;
    SELECT * INTO r FROM reservations WHERE id = told -> 'row' ->> 'id';
    IF NOT FOUND THEN
        r := jsonb_populate_record(NULL::reservations, told -> 'row');
        r.state := 'open';
        PERFORM keep_reservation(r);
        PERFORM add_sums(r, 0, r.worst, r.expected);
    END IF;
    IF r.state NOT IN ('open', 'assumed') THEN
        RETURN jsonb_build_object('is', 'before', 'row', to_jsonb(r));
    END IF;
    UPDATE reservations SET
        state = 'settled', cost = paid,
        settled_ms = COALESCE((told ->> 'at_ms')::BIGINT, now_ms()),
        input_tokens = (u ->> 'input_tokens')::BIGINT,
        output_tokens = (u ->> 'output_tokens')::BIGINT,
        cache_read_tokens = (u ->> 'cache_read_tokens')::BIGINT,
        cache_write_5m_tokens = (u ->> 'cache_write_5m_tokens')::BIGINT,
        cache_write_1h_tokens = (u ->> 'cache_write_1h_tokens')::BIGINT,
        assumed = (u ->> 'assumed')::BOOLEAN
        WHERE id = r.id;
    IF r.state = 'open' THEN
        PERFORM add_sums(r, paid, -r.worst, -r.expected);
    ELSE
        PERFORM add_sums(r, paid - r.cost, 0, 0);
    END IF;
    INSERT INTO samples AS s
        SELECT a ->> 0, a ->> 1, a ->> 2, (a ->> 3)::BIGINT, 1
        FROM jsonb_array_elements(told -> 'samples') AS a
    ON CONFLICT (kind, model, subject, bucket) DO UPDATE SET n = s.n + 1;
    RETURN '{"is": "booked"}';
END $$;
