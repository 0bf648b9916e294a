"""The tables of the ledger as statements name them. No column holds code, prompts or answers.

What is created on disk is in `steps/`: a column that is added here needs a step there, and
may be empty, because a window of an older Tierwise knows nothing of it.

Money columns are integer nano-dollars, times UTC milliseconds. Rehearsal rows are marked
and kept apart in every sum.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
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
    Column("range", JSON),
    Column("conversation_id", Text),
    Column("session", Text, nullable=False),
    Column("rehearsal", Boolean, nullable=False),
    Column("state", Text, nullable=False),
    Column("edit_id", Text),
    Column("error", Text),
    Column("day", Text),
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
    Column("detail", JSON, nullable=False),
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
    UniqueConstraint("request_id", name="one_reservation_per_request"),
    Index("reservations_open", "state", "lease_ms"),
    Index("reservations_task", "task_id"),
    Index("reservations_day", "day"),
)
"""One row per attempt. State: open, settled, released, or assumed (its process was lost).

`sent_ms` is 0 until the request may leave, then the moment it was let go. It is empty where an
older Tierwise made the reservation: such a request must be taken for sent.
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
"""Running sums: scope "day" keyed by civil day, scope "project" keyed by project and period."""

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
and language. Bucket widths are in `budget.calibration`."""

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
    Column("value", JSON),
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
"""What was asked and what it cost, by kind of action. Kept by triggers."""

daily_outcomes = Table(
    "daily_outcomes",
    metadata,
    Column("day", Text, primary_key=True),
    Column("rehearsal", Boolean, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("tier", Text, primary_key=True),
    Column("outcomes", Integer, nullable=False),
)
"""What became of the tasks of a day. Kept by triggers."""

said = Table(
    "said",
    metadata,
    Column("what", Text, primary_key=True),
    Column("day", Text, primary_key=True),
    Column("at_ms", BigInteger, nullable=False),
    Column("owner", Text, nullable=False),
)
"""What was said to the operator on a day, so that no second window or process says it again."""

windows = Table(
    "windows",
    metadata,
    Column("owner", Text, primary_key=True),
    Column("used_ms", BigInteger, nullable=False),
)
"""The windows that are open, and when the operator last asked for something in each."""
