"""An insert for which a row with the same key may exist, in the dialect of the store."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy import Table
    from sqlalchemy.dialects.postgresql import Insert


def insert(store: str, table: Table) -> Insert:
    """An insert into `table` with `on_conflict_do_update` and `on_conflict_do_nothing`.

    `store` is the name of a dialect: `conn.dialect.name`. The two stores word such an insert
    alike, so it is typed as the one of PostgreSQL.
    """
    made: Any = import_module(f"sqlalchemy.dialects.{store}")
    found: Insert = made.insert(table)
    return found
