"""A task in the ledger: its row, its decisions, and what history and `why` read back."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, field
from typing import TYPE_CHECKING, Any, Final

from tierwise.core.dataclass import dataclass
from tierwise.store import upsert
from tierwise.store.deferred import Connection, deferred

if TYPE_CHECKING:
    import sqlalchemy as sa

    from tierwise.store import schema
else:
    sa, schema = deferred("sqlalchemy"), deferred("tierwise.store.schema")


AGENT: Final = "agent"
"""The action of an agent's turn."""
COMMAND: Final = "command"
"""The client of a task that a command did at night. It says nothing about a tier."""


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task as the ledger keeps it. `created_ms` is UTC milliseconds, `range` four numbers or
    None.
    """

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
    day: str | None = None
    """The civil day of the task; with None the ledger takes the day on this machine."""
    client: str | None = None
    """The editor or agent that asked, by its own name; None where it gave no name."""
    member: str | None = None
    """The member of a team who asked; None without a team."""


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """A decision as the ledger keeps it. `detail` is JSON with all that a replay needs, but no
    text.

    `rule` names the rule that made it, None where it was made before rules had names.
    """

    first: str
    routed: str
    answering: str
    cause: str
    confidence: float
    propensity: float
    weights: str
    detail: Mapping[str, Any]
    final: bool = True
    action: str = ""
    language: str | None = None
    project: str = ""
    rule: str | None = None
    at_ms: int = field(default_factory=lambda: time.time_ns() // 1_000_000)


@dataclass(frozen=True, slots=True)
class TaskHistory:
    """All that the ledger has about a task: its row, decisions in order, outcomes and paid
    attempts.

    An outcome is (kind, at_ms, tier, value); an attempt is a reservation's columns
    and `cache_write_tokens`, both kinds together.
    """

    task: TaskRow
    decisions: tuple[DecisionRow, ...]
    outcomes: tuple[tuple[str, int, str, Any], ...]
    attempts: tuple[Mapping[str, Any], ...]

    @property
    def cost(self) -> int:
        """What the task has cost so far, in nano-dollars."""
        return sum(int(a["cost"]) for a in self.attempts)


def insert_task(conn: Connection, row: TaskRow) -> None:
    """Add a task.

    If its id is there already, because its editor window was lost, that row is continued.
    """
    new = upsert.insert(conn.dialect.name, schema.tasks).values(**asdict(row))
    again = {"state": row.state, "session": row.session, "edit_id": row.edit_id, "error": row.error}
    conn.execute(new.on_conflict_do_update(index_elements=["task_id"], set_=again))


def set_task_state(
    conn: Connection,
    task_id: str,
    state: str,
    edit_id: str | None = None,
    error: str | None = None,
) -> None:
    """Set the state of a task, with its proposal or its error's name.

    A proposal's id stays once it is known, so that later states still name it.
    """
    table = schema.tasks
    values: dict[str, Any] = {"state": state, "error": error}
    if edit_id is not None:
        values["edit_id"] = edit_id
    conn.execute(sa.update(table).where(table.c.task_id == task_id).values(**values))


def record_decision(conn: Connection, task_id: str, seq: int, row: DecisionRow) -> None:
    """Add the `seq`-th decision of a task; a redo keeps the earlier ones.

    If a lost editor window left decisions of the task, this one is numbered after them.
    """
    made = schema.decisions
    last = conn.execute(
        sa.select(sa.func.max(made.c.seq)).where(made.c.task_id == task_id)
    ).scalar()
    seq = max(seq, (last or 0) + 1)
    conn.execute(sa.insert(schema.decisions).values(task_id=task_id, seq=seq, **asdict(row)))


def task(conn: Connection, task_id: str) -> TaskHistory | None:
    """A task with everything known of it. A unique beginning of the id is enough.

    None if no task or several tasks begin so.
    """
    table = schema.tasks
    found = [
        dict(row)
        for row in conn.execute(
            sa.select(table)
            .where(table.c.task_id.startswith(task_id, autoescape=True))
            .order_by(table.c.task_id)
            .limit(2)
        ).mappings()
    ]
    exact = [row for row in found if row["task_id"] == task_id] or found
    if len(exact) != 1:
        return None
    return _told(conn, [_row(exact[0])])[0]


def history(
    conn: Connection,
    *,
    limit: int = 50,
    since_ms: int | None = None,
    tier: str | None = None,
    state: str | None = None,
    task_id: str | None = None,
    workspace: str | None = None,
) -> Sequence[TaskHistory]:
    """Tasks, newest first; `tier` is the tier that answered last.

    With a `workspace`, a project's key, turns of agents that work elsewhere are left out.
    """
    table = schema.tasks
    query = sa.select(table).order_by(sa.desc(table.c.created_ms), sa.desc(table.c.task_id))
    if since_ms is not None:
        query = query.where(table.c.created_ms >= since_ms)
    if state is not None:
        query = query.where(table.c.state == state)
    if task_id is not None:
        query = query.where(table.c.task_id == task_id)
    if tier is not None:
        query = query.where(_last_answering() == tier)
    if workspace is not None:
        query = query.where(sa.or_(table.c.action != AGENT, table.c.project == workspace))
    rows = [_row(dict(row)) for row in conn.execute(query.limit(limit)).mappings()]
    return _told(conn, rows)


def spoken(
    conn: Connection, project: str, conversation_id: str | None, *, limit: int
) -> Sequence[TaskHistory]:
    """Tasks of a project's conversations, or of one of them, newest first."""
    table = schema.tasks
    query = sa.select(table).where(
        table.c.project == project,
        table.c.conversation_id.is_not(None)
        if conversation_id is None
        else table.c.conversation_id == conversation_id,
    )
    newest = query.order_by(sa.desc(table.c.created_ms), sa.desc(table.c.task_id)).limit(limit)
    return _told(conn, [_row(dict(row)) for row in conn.execute(newest).mappings()])


def judged(conn: Connection, since_ms: int = 0) -> Sequence[TaskHistory]:
    """Paid tasks that have outcomes since then (UTC milliseconds), oldest first.

    Rehearsal is left out: its answers are made up, so that nothing can be learned from them.
    """
    events, table = schema.outcomes, schema.tasks
    lately = sa.select(events.c.task_id).where(events.c.at_ms >= since_ms)
    query = (
        sa.select(table)
        .where(table.c.rehearsal.is_(False), table.c.task_id.in_(lately))
        .order_by(table.c.created_ms, table.c.task_id)
    )
    return _told(conn, [_row(dict(row)) for row in conn.execute(query).mappings()])


def with_outcome(conn: Connection, kind: str) -> Sequence[TaskHistory]:
    """Paid tasks with an outcome of this kind, oldest first."""
    events, table = schema.outcomes, schema.tasks
    those = sa.select(events.c.task_id).where(events.c.kind == kind)
    query = (
        sa.select(table)
        .where(table.c.rehearsal.is_(False), table.c.task_id.in_(those))
        .order_by(table.c.created_ms, table.c.task_id)
    )
    return _told(conn, [_row(dict(row)) for row in conn.execute(query).mappings()])


def applied_above(conn: Connection, tier: str) -> int:
    """How often edits of tiers other than `tier` were applied, rehearsal left out."""
    table = schema.daily_outcomes
    query = sa.select(sa.func.sum(table.c.outcomes)).where(
        table.c.kind == "applied", table.c.tier != tier, table.c.rehearsal.is_(False)
    )
    return int(conn.execute(query).scalar() or 0)


def _last_answering() -> sa.ScalarSelect[str]:
    """The tier of a task's latest decision, for use in a query over `tasks`."""
    made = schema.decisions
    return (
        sa.select(made.c.answering)
        .where(made.c.task_id == schema.tasks.c.task_id)
        .order_by(sa.desc(made.c.seq))
        .limit(1)
        .correlate(schema.tasks)
        .scalar_subquery()
    )


def _row(values: dict[str, Any]) -> TaskRow:
    place = values["range"]
    values["range"] = tuple(place) if isinstance(place, list) and len(place) == 4 else None
    return TaskRow(**values)


def _told(conn: Connection, rows: Sequence[TaskRow]) -> Sequence[TaskHistory]:
    """The histories of these tasks, read in three queries for every 500 of them."""
    ids = [row.task_id for row in rows]
    decided, became, paid = decisions_of(conn, ids), _outcomes(conn, ids), _attempts(conn, ids)
    return [
        TaskHistory(
            row,
            tuple(decided.get(row.task_id, ())),
            tuple(became.get(row.task_id, ())),
            tuple(paid.get(row.task_id, ())),
        )
        for row in rows
    ]


def decisions_of(conn: Connection, ids: Sequence[str]) -> Mapping[str, Sequence[DecisionRow]]:
    """The decisions of many tasks, by task id, each in order."""
    made = schema.decisions
    found: dict[str, list[DecisionRow]] = {}
    for some in _chunks(ids):
        query = sa.select(made).where(made.c.task_id.in_(some)).order_by(made.c.task_id, made.c.seq)
        for row in conn.execute(query).mappings():
            values = {k: v for k, v in row.items() if k not in ("task_id", "seq")}
            found.setdefault(row["task_id"], []).append(DecisionRow(**values))
    return found


def _outcomes(
    conn: Connection, ids: Sequence[str]
) -> Mapping[str, Sequence[tuple[str, int, str, Any]]]:
    table = schema.outcomes
    found: dict[str, list[tuple[str, int, str, Any]]] = {}
    for some in _chunks(ids):
        query = sa.select(table).where(table.c.task_id.in_(some)).order_by(table.c.id)
        for row in conn.execute(query).mappings():
            event = (row["kind"], row["at_ms"], row["tier"], row["value"])
            found.setdefault(row["task_id"], []).append(event)
    return found


def _attempts(conn: Connection, ids: Sequence[str]) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    table = schema.reservations
    found: dict[str, list[Mapping[str, Any]]] = {}
    for some in _chunks(ids):
        query = sa.select(table).where(table.c.task_id.in_(some))
        for row in conn.execute(query.order_by(table.c.created_ms, table.c.id)).mappings():
            written = row["cache_write_5m_tokens"] + row["cache_write_1h_tokens"]
            attempt = {**row, "cache_write_tokens": written}
            found.setdefault(row["task_id"], []).append(attempt)
    return found


def _chunks(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    """Pieces of a list, small enough for the parameters that one statement may have."""
    for start in range(0, len(ids), 500):
        yield ids[start : start + 500]
