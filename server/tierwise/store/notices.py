"""Which editor window tells the operator something: it claims the message in the ledger, so that it
is told only once.

Several windows and processes look at one budget. The one that claims a message shows it, and the
others stay silent. The window that the operator used last comes first.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tierwise.store import upsert
from tierwise.store.deferred import Connection, deferred

if TYPE_CHECKING:
    import sqlalchemy as sa

    from tierwise.store import schema
else:
    sa, schema = deferred("sqlalchemy"), deferred("tierwise.store.schema")


def claim(conn: Connection, what: str, day: str, owner: str, at_ms: int) -> bool:
    """Claim the right to show a message of a day. Returns False if another editor window has it."""
    new = upsert.insert(conn.dialect.name, schema.said).values(
        what=what, day=day, owner=owner, at_ms=at_ms
    )
    return conn.execute(new.on_conflict_do_nothing()).rowcount == 1


def release(conn: Connection, what: str, day: str, owner: str) -> None:
    """Give up a claimed message that this window did not show, so that the next window shows it."""
    table = schema.said
    mine = (table.c.what == what, table.c.day == day, table.c.owner == owner)
    conn.execute(sa.delete(table).where(*mine))


def claimed_ms(conn: Connection, what: str, day: str) -> int | None:
    """When an editor window claimed the right to show the message `what` on `day`, in UTC
    milliseconds. None if no window did.
    """
    table = schema.said
    query = sa.select(table.c.at_ms).where(table.c.what == what, table.c.day == day)
    at_ms: int | None = conn.execute(query).scalar()
    return at_ms


def used(conn: Connection, owner: str, at_ms: int) -> None:
    """Note that the operator used or opened the editor window `owner`."""
    new = upsert.insert(conn.dialect.name, schema.windows).values(owner=owner, used_ms=at_ms)
    conn.execute(
        new.on_conflict_do_update(index_elements=["owner"], set_={"used_ms": new.excluded.used_ms})
    )


def gone(conn: Connection, owner: str) -> None:
    """Note that the editor window `owner` was closed."""
    table = schema.windows
    conn.execute(sa.delete(table).where(table.c.owner == owner))


def windows(conn: Connection) -> Sequence[str]:
    """The open editor windows, the one the operator used last first. Some may have been killed."""
    table = schema.windows
    return list(conn.execute(sa.select(table.c.owner).order_by(table.c.used_ms.desc())).scalars())
