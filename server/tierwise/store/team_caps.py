"""Caps that a team shares, and what was spent under each of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final, cast

from tierwise.core.dataclass import dataclass
from tierwise.core.team import CapScope, Span
from tierwise.store import reservations, upsert
from tierwise.store.deferred import Connection, deferred
from tierwise.store.glance import LedgerRows
from tierwise.store.reservations import Sums

if TYPE_CHECKING:
    import sqlalchemy as sa

    from tierwise.store import schema
else:
    sa, schema = deferred("sqlalchemy"), deferred("tierwise.store.schema")

SCOPES: Final[tuple[CapScope, ...]] = ("team", "member", "project")
SPANS: Final[tuple[Span, ...]] = ("hour", "day", "period")

_CAPS: Final = """
SELECT scope, who, span, nanos FROM team_caps WHERE scope = 'team'
  OR (scope = 'member' AND who IN ('', ?)) OR (scope = 'project' AND who IN ('', ?))
ORDER BY who
"""
_SPENT: Final = """
SELECT settled, reserved, expected FROM spent WHERE NOT rehearsal AND scope = ? AND key = ?
"""


@dataclass(frozen=True, slots=True)
class CapRow:
    """One cap that a team shares: what may be spent in a span of time, in nano-dollars.

    `who` is a member or a project. It is empty for a cap of the whole team, and for one that every
    member or project has.
    """

    scope: CapScope
    who: str
    span: Span
    nanos: int


@dataclass(frozen=True, slots=True)
class CapQuestion:
    """For whom and for when caps are read.

    `day` and `period` are keys of sums, `hour_ago_ms` is UTC milliseconds.
    """

    member: str
    project: str
    day: str
    period: str
    hour_ago_ms: int


def put(conn: Connection, cap: CapRow) -> None:
    """Set a cap. It replaces an earlier one."""
    new = upsert.insert(conn.dialect.name, schema.team_caps).values(
        scope=cap.scope, who=cap.who, span=cap.span, nanos=cap.nanos
    )
    key = ["scope", "who", "span"]
    conn.execute(new.on_conflict_do_update(index_elements=key, set_={"nanos": new.excluded.nanos}))


def drop(conn: Connection, scope: CapScope, who: str, span: Span) -> None:
    """Remove the cap of a scope, its member or project (`who`) and a span of time."""
    table = schema.team_caps
    mine = (table.c.scope == scope, table.c.who == who, table.c.span == span)
    conn.execute(sa.delete(table).where(*mine))


def every(conn: Connection) -> Sequence[CapRow]:
    """All caps that the team shares."""
    table = schema.team_caps
    rows = conn.execute(sa.select(table).order_by(table.c.scope, table.c.who, table.c.span))
    return [CapRow(row.scope, row.who, row.span, row.nanos) for row in rows]


def binding(
    conn: LedgerRows, asked: CapQuestion
) -> Mapping[tuple[CapScope, Span], tuple[int, Sums]]:
    """The caps that bind a member in a project, each with what is spent under it.

    A cap for this very member or project replaces the cap for each of them.
    """
    caps: dict[tuple[CapScope, Span], int] = {}
    for scope, _who, span, nanos in conn.exec_driver_sql(_CAPS, (asked.member, asked.project)):
        caps[cast(CapScope, scope), cast(Span, span)] = nanos
    return {key: (nanos, spent(conn, *key, asked)) for key, nanos in caps.items()}


def spent(conn: LedgerRows, scope: CapScope, span: Span, asked: CapQuestion) -> Sums:
    """What is settled, reserved and expected in a scope and a span, without rehearsal."""
    who = asked.member if scope == "member" else asked.project
    if span == "hour":
        of = None if scope == "team" else scope
        return reservations.since(conn, asked.hour_ago_ms, of, who)
    accounts: Mapping[tuple[CapScope, Span], tuple[str, str]] = {
        ("team", "day"): ("day", asked.day),
        ("team", "period"): ("period", asked.period),
        ("member", "day"): ("member-day", f"{who}|{asked.day}"),
        ("member", "period"): ("member-period", f"{who}|{asked.period}"),
        ("project", "day"): ("project-day", f"{who}|{asked.day}"),
        ("project", "period"): ("project", reservations.project_key(who, asked.period)),
    }
    for amounts in conn.exec_driver_sql(_SPENT, accounts[scope, span]):
        return Sums(*amounts)
    return Sums()
