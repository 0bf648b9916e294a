"""The tables of the ledger as statements name them. No column holds code, prompts or answers.

The files in `steps/` create the tables on disk. A column that is added here needs a step there, and
may be empty, because a window of an older Tierwise does not know it.

Money is in integer nano-dollars, time in UTC milliseconds. No sum adds rehearsal rows to others.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

from tierwise.store.json_column import TolerantJson

metadata = MetaData()

tasks = Table(
    "tasks",
    metadata,
    Column("task_id", Text, primary_key=True),
    Column("created_ms", BigInteger, nullable=False),
    Column("project", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("language", Text),
    Column("uri", Text),
    Column("range", TolerantJson),
    Column("conversation_id", Text),
    Column("session", Text, nullable=False),
    Column("rehearsal", Boolean, nullable=False),
    Column("state", Text, nullable=False),
    Column("edit_id", Text),
    Column("error", Text),
    Column("day", Text),
    Column("client", Text),
    Column("member", Text),
    Index("tasks_created", "created_ms"),
)

decisions = Table(
    "decisions",
    metadata,
    Column("task_id", Text, primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("at_ms", BigInteger, nullable=False),
    Column("first", Text, nullable=False),
    Column("routed", Text, nullable=False),
    Column("answering", Text, nullable=False),
    Column("cause", Text, nullable=False),
    Column("confidence", Float, nullable=False),
    Column("propensity", Float, nullable=False),
    Column("weights", Text, nullable=False),
    Column("final", Boolean, nullable=False),
    Column("action", Text, nullable=False),
    Column("language", Text),
    Column("project", Text, nullable=False),
    Column("detail", TolerantJson, nullable=False),
    Column("rule", Text),
)
"""`rule` names the rule that made a decision; empty where it was made before rules had names."""

reservations = Table(
    "reservations",
    metadata,
    Column("id", Text, primary_key=True),
    Column("request_id", Text, nullable=False),
    Column("task_id", Text, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("settled_ms", BigInteger),
    Column("lease_ms", BigInteger, nullable=False),
    Column("owner", Text, nullable=False),
    Column("day", Text, nullable=False),
    Column("period", Text, nullable=False),
    Column("project", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("language", Text),
    Column("tier", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("base_url", Text),
    Column("input_chars", Integer, nullable=False),
    Column("input_bound", Integer, nullable=False),
    Column("max_tokens", Integer, nullable=False),
    Column("worst", BigInteger, nullable=False),
    Column("expected", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("cost", BigInteger, nullable=False),
    Column("input_tokens", Integer, nullable=False, default=0),
    Column("output_tokens", Integer, nullable=False, default=0),
    Column("cache_read_tokens", Integer, nullable=False, default=0),
    Column("cache_write_5m_tokens", Integer, nullable=False, default=0),
    Column("cache_write_1h_tokens", Integer, nullable=False, default=0),
    Column("assumed", Boolean, nullable=False, default=False),
    Column("allowed", Boolean, nullable=False, default=False),
    Column("price_known", Boolean, nullable=False),
    Column("rehearsal", Boolean, nullable=False),
    Column("sent_ms", BigInteger),
    Column("member", Text),
    UniqueConstraint("request_id", name="one_reservation_per_request"),
    Index("reservations_open", "state", "lease_ms"),
    Index("reservations_task", "task_id"),
    Index("reservations_day", "day"),
)
"""One row per attempt. State: open, settled, released, or assumed (its process was lost).

`sent_ms` is 0 until the request may be sent, then that moment. It is empty where an
older Tierwise made the reservation: such a request counts as sent.
"""

spent = Table(
    "spent",
    metadata,
    Column("scope", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("rehearsal", Boolean, primary_key=True),
    Column("settled", BigInteger, nullable=False),
    Column("reserved", BigInteger, nullable=False),
    Column("expected", BigInteger, nullable=False),
)
"""Running sums, such as scope "day" keyed by civil day and scope "project" keyed by project and
period. Others are those of a job and of a team (`ReservationRow.accounts`)."""

calendar = Table(
    "calendar",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("day", Text, nullable=False),
    Column("zone", Text, nullable=False),
    Column("seen_ms", BigInteger, nullable=False),
)
"""One row: the day that is open, the zone it was opened in, the latest instant seen."""

samples = Table(
    "samples",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("model", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("bucket", Integer, primary_key=True),
    Column("n", Integer, nullable=False),
)
"""Histograms: "output" tokens per model and action, "input" tokens over their bound per model
and language (bucket widths are in `budget.calibration`), and the time to the "first_token" per
place."""

budget_events = Table(
    "budget_events",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at_ms", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("scope", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("nanos", BigInteger),
    Column("task_id", Text),
    Index("budget_events_key", "scope", "key", "kind"),
)
"""What the operator did about money (set, raise, allow, resume), and why money is on hold."""

outcomes = Table(
    "outcomes",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("task_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("tier", Text, nullable=False),
    Column("value", TolerantJson),
    Column("after_ms", BigInteger),
    Index("outcomes_task", "task_id"),
    Index("outcomes_at", "at_ms"),
)

overrides = Table(
    "overrides",
    metadata,
    Column("scope", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("project", Text, primary_key=True),
    Column("session", Text, primary_key=True),
    Column("tier", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
)

daily_spend = Table(
    "daily_spend",
    metadata,
    Column("day", Text, primary_key=True),
    Column("period", Text, primary_key=True),
    Column("project", Text, primary_key=True),
    Column("rehearsal", Boolean, primary_key=True),
    Column("tier", Text, primary_key=True),
    Column("model", Text, primary_key=True),
    Column("prompt_size", Integer, primary_key=True),
    Column("calls", Integer, nullable=False),
    Column("cost", BigInteger, nullable=False),
    Column("assumed_cost", BigInteger, nullable=False),
    Column("input_tokens", BigInteger, nullable=False),
    Column("output_tokens", BigInteger, nullable=False),
    Column("cache_read_tokens", BigInteger, nullable=False),
    Column("cache_write_5m_tokens", BigInteger, nullable=False),
    Column("cache_write_1h_tokens", BigInteger, nullable=False),
)
"""What calls used and cost, by the day they were reserved on. Kept by triggers."""

daily_tasks = Table(
    "daily_tasks",
    metadata,
    Column("day", Text, primary_key=True),
    Column("project", Text, primary_key=True),
    Column("rehearsal", Boolean, primary_key=True),
    Column("routed", Text, primary_key=True),
    Column("answering", Text, primary_key=True),
    Column("cause", Text, primary_key=True),
    Column("tasks", Integer, nullable=False),
)
"""How many tasks were asked, by their latest decision. Kept by triggers."""

daily_actions = Table(
    "daily_actions",
    metadata,
    Column("day", Text, primary_key=True),
    Column("rehearsal", Boolean, primary_key=True),
    Column("action", Text, primary_key=True),
    Column("tasks", Integer, nullable=False),
    Column("cost", BigInteger, nullable=False),
)
"""How many tasks there were and what they cost, by action. Kept by triggers."""

daily_outcomes = Table(
    "daily_outcomes",
    metadata,
    Column("day", Text, primary_key=True),
    Column("rehearsal", Boolean, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("tier", Text, primary_key=True),
    Column("outcomes", Integer, nullable=False),
)
"""How many outcomes of each kind there were, by day and tier. Kept by triggers."""

members = Table(
    "members",
    metadata,
    Column("member", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("token_hash", Text, nullable=False),
    Column("named", Boolean, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("revoked_ms", BigInteger),
)
"""Who may call a team's gateway. Only the hash of a token is kept. With `named` the owner sees the
name beside the sums."""

team_caps = Table(
    "team_caps",
    metadata,
    Column("scope", Text, primary_key=True),
    Column("who", Text, primary_key=True),
    Column("span", Text, primary_key=True),
    Column("nanos", BigInteger, nullable=False),
)
"""Caps that a team shares: scope team, member or project, for an hour, a day or a period. `who` is
a member or a project. If it is empty, the cap is for each of them."""

team_policy = Table(
    "team_policy",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
)
"""Rules that bind all members: floors by action, the highest tier, the zone of the team's day."""

said = Table(
    "said",
    metadata,
    Column("what", Text, primary_key=True),
    Column("day", Text, primary_key=True),
    Column("at_ms", BigInteger, nullable=False),
    Column("owner", Text, nullable=False),
)
"""Messages that the operator got on a day, so that no second window or process shows them."""

windows = Table(
    "windows",
    metadata,
    Column("owner", Text, primary_key=True),
    Column("used_ms", BigInteger, nullable=False),
)
"""The windows that are open, and when the operator last asked for something in each."""

queue_groups = Table(
    "queue_groups",
    metadata,
    Column("id", Text, primary_key=True),
    Column("project", Text, nullable=False),
    Column("root", Text, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("action", Text, nullable=False),
    Column("fan", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("tier", Text),
    Column("at_ms", BigInteger),
    Column("by_ms", BigInteger),
    Column("every", Text),
    Column("after_group", Text),
    Column("cap", BigInteger),
    Column("agent", Boolean, nullable=False),
    Column("rehearsal", Boolean, nullable=False),
    Column("state", Text, nullable=False),
    Column("forecast", BigInteger, nullable=False),
    Column("worst", BigInteger, nullable=False),
    Column("baseline", BigInteger, nullable=False),
    Column("told_ms", BigInteger),
    Column("next_group", Text),
    Column("snapshot", Text),
    Column("place", Text),
    Column("host", Text),
    Index("queue_groups_project", "project"),
)
"""Jobs that were queued together. `fan` says what there is a job for: each file, diagnostic or
symbol.

`told_ms` is when the operator was told that it is over, `next_group` the one that repeats it, and
`snapshot` the commit that holds the working tree as it was queued. `place` is the state folder
that holds what belongs to it, `host` the machine it was queued on. Both are empty if the ledger is
a file.
"""

queue_jobs = Table(
    "queue_jobs",
    metadata,
    Column("id", Text, primary_key=True),
    Column("group_id", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("uri", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("range", TolerantJson),
    Column("state", Text, nullable=False),
    Column("reason", Text),
    Column("worker", Text),
    Column("run", Integer, nullable=False),
    Column("kills", Integer, nullable=False),
    Column("version", Text),
    Column("tier", Text),
    Column("routed", Text),
    Column("edit_id", Text),
    Column("tests", Text),
    Column("network", Boolean),
    Column("cost", BigInteger, nullable=False),
    Column("not_before_ms", BigInteger),
    Column("started_ms", BigInteger),
    Column("ended_ms", BigInteger),
    Index("queue_jobs_group", "group_id"),
    Index("queue_jobs_state", "state"),
)
"""One job; its id is that of its task. `worker` is the process that runs it. `run` counts how often
it was handed to the engine, `kills` how many workers ended while it ran. `version` is the version
of the engine that it was handed to. `reason` is a code."""

workers = Table(
    "workers",
    metadata,
    Column("worker", Text, primary_key=True),
    Column("seen_ms", BigInteger, nullable=False),
    Column("place", Text),
)
"""The night's workers that share one queue, by the names of their processes: when each reported
last, and the state folder that it works for."""

team_lessons = Table(
    "team_lessons",
    metadata,
    Column("lesson", Text, primary_key=True),
    Column("project", Text, nullable=False),
    Column("weights", Text, nullable=False),
    Column("member", Text, nullable=False),
    Column("ripe_ms", BigInteger, nullable=False),
    Column("body", TolerantJson, nullable=False),
)
"""What one task of a member taught: numbers, no text. `weights` is the hash of the shipped weights
that its numbers refer to."""

team_learned = Table(
    "team_learned",
    metadata,
    Column("project", Text, primary_key=True),
    Column("weights", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("body", TolerantJson, nullable=False),
)
"""The learned state of a project. It is computed from its lessons, in the order they came in."""
