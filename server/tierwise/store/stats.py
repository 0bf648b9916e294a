"""What `stats` reads: counts and money by tier and action, rehearsal apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tierwise.core.money import Usage
from tierwise.store.deferred import Connection, deferred
from tierwise.store.reservations import ReservationRow

if TYPE_CHECKING:
    import sqlalchemy as sa

    from tierwise.store import schema
else:
    sa, schema = deferred("sqlalchemy"), deferred("tierwise.store.schema")


@dataclass(frozen=True, slots=True)
class Paid:
    """What one attempt used and cost (nano-dollars), for pricing it again elsewhere."""

    tier: str
    model: str
    action: str
    at_ms: int
    usage: Usage
    cost: int
    price_known: bool


@dataclass(frozen=True, slots=True)
class Stats:
    """Counts and money since a moment. Money in nano-dollars.

    `moved` counts tasks by (routed, answering); `causes` by what last changed the tier;
    `outcomes` by kind and answering tier. `paid` are the settled attempts themselves.
    """

    tasks: int = 0
    by_tier: Mapping[str, int] = field(default_factory=dict)
    by_action: Mapping[str, int] = field(default_factory=dict)
    spent_by_tier: Mapping[str, int] = field(default_factory=dict)
    spent_by_action: Mapping[str, int] = field(default_factory=dict)
    moved: Mapping[tuple[str, str], int] = field(default_factory=dict)
    causes: Mapping[str, int] = field(default_factory=dict)
    outcomes: Mapping[tuple[str, str], int] = field(default_factory=dict)
    spent: int = 0
    assumed: int = 0
    paid: Sequence[Paid] = ()


@dataclass(frozen=True, slots=True)
class _Last:
    routed: str
    answering: str
    cause: str


def stats(conn: Connection, since_ms: int = 0, *, rehearsal: bool = False) -> Stats:
    """What happened since `since_ms` (UTC milliseconds)."""
    owners = schema.tasks
    found = conn.execute(
        sa.select(owners.c.task_id, owners.c.action).where(
            owners.c.created_ms >= since_ms, owners.c.rehearsal.is_(rehearsal)
        )
    ).all()
    last = _last_decisions(conn, since_ms, rehearsal)
    attempts = _attempts(conn, since_ms, rehearsal)
    by_tier, by_action = Counter[str](), Counter[str]()
    for row in attempts:
        by_tier[row.tier] += row.cost
        by_action[row.action] += row.cost
    return Stats(
        tasks=len(found),
        by_tier=Counter(made.answering for made in last),
        by_action=Counter(row.action for row in found),
        spent_by_tier=by_tier,
        spent_by_action=by_action,
        moved=Counter((made.routed, made.answering) for made in last),
        causes=Counter(made.cause for made in last),
        outcomes=_outcomes(conn, since_ms, rehearsal),
        spent=sum(row.cost for row in attempts),
        assumed=sum(row.cost for row in attempts if row.assumed),
        paid=[_paid(row) for row in attempts if row.state != "released"],
    )


def paid(
    conn: Connection, *, day: str | None = None, project: tuple[str, str] | None = None
) -> Sequence[tuple[str, Paid]]:
    """Task id and attempt of everything booked to a civil day, or to (project, period)."""
    table = schema.reservations
    query = sa.select(table).where(table.c.rehearsal.is_(False), table.c.state != "open")
    if day is not None:
        query = query.where(table.c.day == day)
    if project is not None:
        query = query.where(table.c.project == project[0], table.c.period == project[1])
    rows = [ReservationRow(**row) for row in conn.execute(query).mappings()]
    return [(row.task_id, _paid(row)) for row in rows if row.state != "released"]


def _attempts(conn: Connection, since_ms: int, rehearsal: bool) -> Sequence[ReservationRow]:
    table = schema.reservations
    query = sa.select(table).where(
        table.c.created_ms >= since_ms,
        table.c.rehearsal.is_(rehearsal),
        table.c.state != "open",
    )
    return [ReservationRow(**row) for row in conn.execute(query).mappings()]


def _last_decisions(conn: Connection, since_ms: int, rehearsal: bool) -> Sequence[_Last]:
    """The latest decision of each task, without its detail."""
    made, owners = schema.decisions, schema.tasks
    newest = (
        sa.select(made.c.task_id, sa.func.max(made.c.seq).label("seq"))
        .group_by(made.c.task_id)
        .subquery()
    )
    query = (
        sa.select(made.c.routed, made.c.answering, made.c.cause)
        .join(newest, sa.and_(newest.c.task_id == made.c.task_id, newest.c.seq == made.c.seq))
        .join(owners, owners.c.task_id == made.c.task_id)
        .where(owners.c.created_ms >= since_ms, owners.c.rehearsal.is_(rehearsal))
    )
    return [_Last(*row) for row in conn.execute(query)]


def _outcomes(conn: Connection, since_ms: int, rehearsal: bool) -> Mapping[tuple[str, str], int]:
    events, owners = schema.outcomes, schema.tasks
    query = (
        sa.select(events.c.kind, events.c.tier, sa.func.count())
        .join(owners, owners.c.task_id == events.c.task_id)
        .where(owners.c.created_ms >= since_ms, owners.c.rehearsal.is_(rehearsal))
        .group_by(events.c.kind, events.c.tier)
    )
    return {(kind, tier): n for kind, tier, n in conn.execute(query)}


def _paid(row: ReservationRow) -> Paid:
    usage = Usage(
        row.input_tokens,
        row.output_tokens,
        row.cache_read_tokens,
        row.cache_write_5m_tokens,
        row.cache_write_1h_tokens,
        row.assumed,
    )
    return Paid(row.tier, row.model, row.action, row.created_ms, usage, row.cost, row.price_known)
