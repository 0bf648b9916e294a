"""The tables of the ledger. No column holds code, prompts or answers.

Money columns are integer nano-dollars, times UTC milliseconds. Rehearsal rows are marked
and kept apart in every sum.
"""

from __future__ import annotations

from typing import Final

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

VERSION: Final = 1
"""Schema version in `PRAGMA user_version`; an older program refuses to write a newer one."""

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
    Column("detail", JSON, nullable=False),
)

reservations = Table(
    "reservations",
    metadata,
    Column("id", Text, primary_key=True),
    Column("request_id", Text, nullable=False),
    Column("task_id", Text, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("lease_ms", BigInteger, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("day", Text, nullable=False),
    Column("period", Text, nullable=False),
    Column("project", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("language", Text),
    Column("tier", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("input_chars", Integer, nullable=False),
    Column("max_tokens", Integer, nullable=False),
    Column("worst", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("cost", BigInteger, nullable=False),
    Column("input_tokens", Integer, nullable=False, default=0),
    Column("output_tokens", Integer, nullable=False, default=0),
    Column("cache_read_tokens", Integer, nullable=False, default=0),
    Column("cache_write_tokens", Integer, nullable=False, default=0),
    Column("assumed", Boolean, nullable=False, default=False),
    Column("allowed", Boolean, nullable=False, default=False),
    Column("rehearsal", Boolean, nullable=False),
    UniqueConstraint("request_id", name="one_reservation_per_request"),
    Index("reservations_open", "state", "lease_ms"),
    Index("reservations_task", "task_id"),
)

spent = Table(
    "spent",
    metadata,
    Column("scope", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("rehearsal", Boolean, primary_key=True),
    Column("settled", BigInteger, nullable=False, default=0),
    Column("reserved", BigInteger, nullable=False, default=0),
)
"""Running sums: scope "day" keyed by civil day, scope "project" keyed by project and period."""

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
"""What the operator did about money: set, raise, allow; and which thresholds were announced."""

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
