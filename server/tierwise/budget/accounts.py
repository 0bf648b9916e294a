"""The running sums behind the purse: what is reserved and what is settled, per day and project.

Plain statements on an open transaction. The sums always equal what the reservations add up
to; a test recomputes them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.engine import Connection

from tierwise.budget.limits import BudgetState, Limits
from tierwise.core.money import Usage
from tierwise.store import schema

REAP_MARGIN_MS: Final = 30_000
"""Beyond its lease, so that a slow machine's live reservation is not booked as an orphan."""


def state(
    conn: Connection, limits: Limits, day: str, project: str, period: str, cheapest: int
) -> BudgetState:
    """Spend and caps of a day and a project period, with the operator's changes and raises."""
    project_key = f"{project}|{period}"
    today, mine = _sums(conn, "day", day), _sums(conn, "project", project_key)
    return BudgetState(
        day=day,
        period=period,
        day_limit=_limit(conn, "day", day, limits.day),
        day_spent=today[0],
        day_reserved=today[1],
        project_limit=_limit(conn, "project", project_key, limits.project),
        project_spent=mine[0],
        project_reserved=mine[1],
        soft_at=limits.soft_at,
        cheapest=cheapest,
    )


def last_day(conn: Connection) -> str | None:
    """The latest day anything was booked to."""
    table = schema.spent
    value: str | None = conn.execute(
        select(func.max(table.c.key)).where(table.c.scope == "day")
    ).scalar()
    return value


def add(conn: Connection, row: Mapping[str, Any], *, reserved: int = 0, settled: int = 0) -> None:
    """Add to the sums of a reservation's day and project."""
    for scope, key in (("day", row["day"]), ("project", f"{row['project']}|{row['period']}")):
        statement = upsert(schema.spent).values(
            scope=scope, key=key, rehearsal=row["rehearsal"], settled=settled, reserved=reserved
        )
        conn.execute(
            statement.on_conflict_do_update(
                index_elements=["scope", "key", "rehearsal"],
                set_={
                    "settled": schema.spent.c.settled + settled,
                    "reserved": schema.spent.c.reserved + reserved,
                },
            )
        )


def book(
    conn: Connection, reservation_id: str, usage: Usage, cost: int, *, state: str = "settled"
) -> bool:
    """Settle a reservation to what it cost; False when that was done before."""
    table = schema.reservations
    row = conn.execute(select(table).where(table.c.id == reservation_id)).mappings().one_or_none()
    if row is None or row["state"] not in ("open", "assumed"):
        return False
    late = row["state"] == "assumed"
    conn.execute(
        update(table)
        .where(table.c.id == reservation_id)
        .values(
            state=state,
            cost=cost,
            input_tokens=usage.input_tokens,
            output_tokens=usage.output_tokens,
            cache_read_tokens=usage.cache_read_tokens,
            cache_write_tokens=usage.cache_write_tokens,
            assumed=usage.assumed,
        )
    )
    if late:
        add(conn, dict(row), settled=cost - row["cost"])
    else:
        add(conn, dict(row), reserved=-row["worst"], settled=cost)
    return True


def reap(conn: Connection, now: datetime) -> int:
    """Book reservations whose lease ran out at their worst case, marked assumed."""
    table = schema.reservations
    limit = int(now.timestamp() * 1000) - REAP_MARGIN_MS
    rows = conn.execute(
        select(table).where(table.c.state == "open", table.c.lease_ms < limit)
    ).mappings()
    orphans = list(rows)
    for row in orphans:
        conn.execute(
            update(table)
            .where(table.c.id == row["id"])
            .values(state="assumed", cost=row["worst"], assumed=True)
        )
        add(conn, dict(row), reserved=-row["worst"], settled=row["worst"])
    return len(orphans)


def note(
    conn: Connection,
    kind: str,
    scope: str,
    key: str,
    at_ms: int,
    *,
    nanos: int | None = None,
    task_id: str | None = None,
) -> None:
    """Write down what the operator did about a budget, or that a threshold was announced."""
    conn.execute(
        insert(schema.budget_events).values(
            at_ms=at_ms, kind=kind, scope=scope, key=key, nanos=nanos, task_id=task_id
        )
    )


def noted(conn: Connection, kind: str, scope: str, key: str) -> bool:
    """Whether such an event is there."""
    table = schema.budget_events
    query = select(func.count()).where(
        table.c.kind == kind, table.c.scope == scope, table.c.key == key
    )
    return bool(conn.execute(query).scalar())


def allowed(conn: Connection, task_id: str) -> bool:
    """Whether the operator allowed this task beyond the budget."""
    table = schema.budget_events
    query = select(func.count()).where(table.c.kind == "allow", table.c.task_id == task_id)
    return bool(conn.execute(query).scalar())


def _sums(conn: Connection, scope: str, key: str) -> tuple[int, int]:
    table = schema.spent
    row = conn.execute(
        select(table.c.settled, table.c.reserved).where(
            table.c.scope == scope, table.c.key == key, table.c.rehearsal.is_(False)
        )
    ).one_or_none()
    return (row.settled, row.reserved) if row else (0, 0)


def _limit(conn: Connection, scope: str, key: str, configured: int | None) -> int | None:
    """The cap in force: set from the command line if it was, and every raise of this period."""
    table = schema.budget_events
    newest = conn.execute(
        select(table.c.nanos)
        .where(table.c.kind == "set", table.c.scope == scope)
        .order_by(table.c.id.desc())
        .limit(1)
    ).scalar()
    base = configured if newest is None else newest
    if base is None:
        return None
    raised = conn.execute(
        select(func.coalesce(func.sum(table.c.nanos), 0)).where(
            table.c.kind == "raise", table.c.scope == scope, table.c.key == key
        )
    ).scalar_one()
    return int(base + raised)
