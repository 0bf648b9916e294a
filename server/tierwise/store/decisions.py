"""A task's life in the ledger: the task, its decisions, and what history and `why` read back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import and_, desc, func, insert, select, update
from sqlalchemy.engine import Connection

from tierwise.store import schema


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task as kept. `created_ms` is UTC milliseconds, `range` four numbers or None."""

    task_id: str
    created_ms: int
    project: str
    action: str
    language: str | None
    uri: str | None
    range: tuple[int, int, int, int] | None
    conversation_id: str | None
    session: str
    rehearsal: bool
    state: str
    edit_id: str | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """A decision as kept; `detail` holds what a replay needs, in JSON, without any text."""

    at_ms: int
    first: str
    routed: str
    answering: str
    cause: str
    confidence: float
    propensity: float
    weights: str
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Told:
    """A task read back: its row, its decisions in order, its outcomes, its cost in nano-dollars."""

    task: TaskRow
    decisions: tuple[DecisionRow, ...]
    outcomes: tuple[tuple[str, int, str, Any], ...]
    attempts: tuple[Mapping[str, Any], ...]

    @property
    def cost(self) -> int:
        return sum(int(a["cost"]) for a in self.attempts)


def insert_task(conn: Connection, row: TaskRow) -> None:
    """Add a task; a task id that is there already is an error of the caller."""
    conn.execute(insert(schema.tasks).values(**asdict(row)))


def set_task_state(
    conn: Connection, task_id: str, state: str, *, edit_id: str | None, error: str | None
) -> None:
    """Note the state a task is in, with its proposal or its error's name."""
    table = schema.tasks
    conn.execute(
        update(table)
        .where(table.c.task_id == task_id)
        .values(state=state, edit_id=edit_id, error=error)
    )


def record_decision(conn: Connection, task_id: str, seq: int, row: DecisionRow) -> None:
    """Add the `seq`-th decision of a task."""
    conn.execute(insert(schema.decisions).values(task_id=task_id, seq=seq, **asdict(row)))


def task(conn: Connection, task_id: str) -> Told | None:
    """A task with everything known of it; a unique prefix of the id is enough."""
    table = schema.tasks
    rows = conn.execute(
        select(table).where(table.c.task_id.startswith(task_id, autoescape=True)).limit(2)
    ).mappings()
    found = list(rows)
    exact = [row for row in found if row["task_id"] == task_id]
    if len(exact or found) != 1:
        return None
    return _told(conn, _row(dict((exact or found)[0])))


def history(
    conn: Connection,
    *,
    limit: int,
    since_ms: int | None = None,
    tier: str | None = None,
    state: str | None = None,
) -> Sequence[Told]:
    """Tasks, newest first; `tier` is the tier that answered last."""
    table, made = schema.tasks, schema.decisions
    query = select(table).order_by(desc(table.c.created_ms), desc(table.c.task_id)).limit(limit)
    if since_ms is not None:
        query = query.where(table.c.created_ms >= since_ms)
    if state is not None:
        query = query.where(table.c.state == state)
    if tier is not None:
        last = (
            select(made.c.task_id, func.max(made.c.seq).label("seq"))
            .group_by(made.c.task_id)
            .subquery()
        )
        answered = select(made.c.task_id).join(
            last, and_(made.c.task_id == last.c.task_id, made.c.seq == last.c.seq)
        )
        query = query.where(table.c.task_id.in_(answered.where(made.c.answering == tier)))
    rows = [_row(dict(row)) for row in conn.execute(query).mappings()]
    return [_told(conn, row) for row in rows]


def _row(values: dict[str, Any]) -> TaskRow:
    if values["range"] is not None:
        values["range"] = tuple(values["range"])
    return TaskRow(**values)


def _told(conn: Connection, row: TaskRow) -> Told:
    made, became, paid = schema.decisions, schema.outcomes, schema.reservations
    decided = conn.execute(
        select(made).where(made.c.task_id == row.task_id).order_by(made.c.seq)
    ).mappings()
    outcomes = conn.execute(
        select(became.c.kind, became.c.at_ms, became.c.tier, became.c.value)
        .where(became.c.task_id == row.task_id)
        .order_by(became.c.id)
    )
    attempts = conn.execute(
        select(paid).where(paid.c.task_id == row.task_id).order_by(paid.c.created_ms, paid.c.id)
    ).mappings()
    return Told(
        row,
        tuple(
            DecisionRow(**{k: v for k, v in d.items() if k not in ("task_id", "seq")})
            for d in decided
        ),
        tuple((o.kind, o.at_ms, o.tier, o.value) for o in outcomes),
        tuple(dict(a) for a in attempts),
    )
