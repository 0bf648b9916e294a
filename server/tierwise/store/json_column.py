"""A column of JSON in which a value may be broken.

A ledger is kept for years, by many versions and sometimes by hand. One value that cannot be
read must cost that value alone, never the whole answer to a query.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import JSON
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator


class TolerantJson(TypeDecorator[Any]):
    """JSON whose unreadable values are read as None. What is written is plain JSON."""

    impl = JSON
    cache_ok = True

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:
        """The function that reads one value of the column. SQLAlchemy asks once per query."""
        strict = super().result_processor(dialect, coltype)

        def read(value: Any) -> Any:
            try:
                return value if strict is None else strict(value)
            except (TypeError, ValueError):
                return None

        return read
