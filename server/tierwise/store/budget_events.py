"""The log of what the operator did about money, and why paid calls are on hold. It is append-only.

Kinds: `set` (a cap that replaces the configured one, `nanos` null to go back to it),
`raise` (this day, night or period only), `allow` (one task beyond the caps), `hold` and `resume`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, Literal

from tierwise.core.dataclass import dataclass
from tierwise.store.deferred import Connection, deferred
from tierwise.store.glance import LedgerRows

if TYPE_CHECKING:
    import sqlalchemy as sa

    from tierwise.store import schema
else:
    sa, schema = deferred("sqlalchemy"), deferred("tierwise.store.schema")

_ALLOWED: Final = "SELECT 1 FROM budget_events WHERE kind = 'allow' AND task_id = ?"
_WORD: Final = """
SELECT kind, scope, nanos FROM budget_events WHERE kind IN ('hold', 'resume')
  OR (kind = 'raise' AND scope = 'day' AND key = ?)
  OR (kind = 'raise' AND scope = 'project' AND key = ?)
  OR (kind = 'raise' AND scope = 'night' AND key = ?)
  OR (kind = 'set' AND scope IN ('day', 'night'))
  OR (kind = 'set' AND scope = 'project' AND key = ?)
ORDER BY id
"""

Kind = Literal["set", "raise", "allow", "hold", "resume"]


@dataclass(frozen=True, slots=True)
class Change:
    """What the operator did to one cap: `set_to` replaces the configured one, `raised` is added to
    it.
    """

    set_to: int | None = None
    raised: int = 0


@dataclass(frozen=True, slots=True)
class Word:
    """All that the operator changed about money: the caps of the day, the project and the night.

    `hold` is the reason why no paid call is made; None if there is no hold or the operator ended
    it.
    """

    day: Change = Change()
    project: Change = Change()
    night: Change = Change()
    hold: str | None = None


def note(
    conn: Connection,
    kind: Kind,
    scope: str,
    key: str,
    at_ms: int,
    *,
    nanos: int | None = None,
    task_id: str | None = None,
) -> None:
    """Add an event. `scope` is "day", "project", "night", "task", or the reason of a hold."""
    conn.execute(
        sa.insert(schema.budget_events).values(
            at_ms=at_ms, kind=kind, scope=scope, key=key, nanos=nanos, task_id=task_id
        )
    )


def word(conn: LedgerRows, day: str, project: str, period_key: str, night: str = "") -> Word:
    """All that the operator changed about money, for a day, a project in its period, and a night.

    A cap set for the day or the night holds for all projects, one set for a project for that
    project alone. A raise holds only for the day, the night or the period it was made for. A resume
    ends all holds before it.
    """
    found = {"day": Change(), "project": Change(), "night": Change()}
    hold: str | None = None
    for kind, scope, nanos in conn.exec_driver_sql(_WORD, (day, period_key, night, project)):
        if kind == "hold":
            hold = scope
        elif kind == "resume":
            hold = None
        elif kind == "set":
            found[scope] = Change(nanos, found[scope].raised)
        else:
            found[scope] = Change(found[scope].set_to, found[scope].raised + (nanos or 0))
    return Word(found["day"], found["project"], found["night"], hold)


def allowed(conn: Connection, task_id: str) -> bool:
    """Whether the operator allowed this task beyond the caps."""
    return conn.exec_driver_sql(_ALLOWED, (task_id,)).first() is not None


def log(conn: Connection, limit: int = 50) -> Sequence[tuple[int, str, str, int | None]]:
    """The latest events as (at_ms, kind, scope, nanos), newest first."""
    table = schema.budget_events
    query = sa.select(table).order_by(table.c.id.desc()).limit(limit)
    return [(row.at_ms, row.kind, row.scope, row.nanos) for row in conn.execute(query)]
