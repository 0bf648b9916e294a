"""Copies a ledger from a file to a server: every row exactly once, or none at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tierwise.store import daily, reservations
from tierwise.store.deferred import Connection, deferred
from tierwise.store.postgres.migrate import LOCAL_DAY

if TYPE_CHECKING:
    import sqlalchemy as sa

    from tierwise.store import schema
else:
    sa, schema = deferred("sqlalchemy"), deferred("tierwise.store.schema")

KEPT_BY_TRIGGERS: Final = frozenset(
    {"daily_spend", "daily_tasks", "daily_actions", "daily_outcomes"}
)
"""Tables that are not copied but computed from the rows."""
COUNTED: Final = ("reservations", "tasks", "decisions", "outcomes")
"""Tables whose triggers would count each row. That takes far longer than one sum over all rows."""
NUMBERED: Final = frozenset({"budget_events", "outcomes"})
"""Tables whose rows get new numbers, in the same order."""
AT_ONCE: Final = 500
"""Rows per insert."""


class NotEmpty(Exception):
    """The ledger that should receive the rows has reservations already."""


class SumsDiffer(Exception):
    """The sums of the copied rows differ from the sums in the source."""


def rows_of(file: Path) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Every table of a ledger in a file with its rows, in the order of their keys."""
    engine = sa.create_engine(f"sqlite+pysqlite:///file:{file.absolute()}?mode=ro&uri=true")
    try:
        with engine.connect() as conn:
            # If an older Tierwise wrote the file last, tables and columns may be missing.
            there = sa.inspect(conn)
            for table in schema.metadata.sorted_tables:
                if table.name in KEPT_BY_TRIGGERS or not there.has_table(table.name):
                    continue
                known = {column["name"] for column in there.get_columns(table.name)}
                columns = [column for column in table.c if column.name in known]
                query = sa.select(*columns).order_by(*table.primary_key.columns)
                yield table.name, [dict(row) for row in conn.execute(query).mappings()]
    finally:
        engine.dispose()


def take_over(conn: Connection, tables: Mapping[str, list[dict[str, Any]]]) -> int:
    """Write the rows of another ledger into this empty one. Returns how many rows there were.

    Raises `NotEmpty`, and `SumsDiffer` where the running sums differ from the sums of the copied
    reservations. The caller's transaction then rolls back.
    """
    if any(conn.execute(sa.select(schema.reservations.c.id).limit(1))):
        raise NotEmpty
    for name in COUNTED:
        conn.exec_driver_sql(f"ALTER TABLE {name} DISABLE TRIGGER USER")
    conn.exec_driver_sql("SET LOCAL statement_timeout = 0")
    written = 0
    for name, rows in tables.items():
        table = schema.metadata.tables[name]
        for start in range(0, len(rows), AT_ONCE):
            some = rows[start : start + AT_ONCE]
            if name in NUMBERED:
                some = [{k: v for k, v in row.items() if k != "id"} for row in some]
            conn.execute(sa.insert(table), some)
        written += len(rows)
    daily.rebuild(conn.exec_driver_sql, LOCAL_DAY)
    for name in COUNTED:
        conn.exec_driver_sql(f"ALTER TABLE {name} ENABLE TRIGGER USER")
    for rehearsal in (False, True):
        sums = reservations.recomputed(conn, rehearsal=rehearsal)
        if reservations.stored(conn, rehearsal=rehearsal) != sums:
            raise SumsDiffer
    return written
