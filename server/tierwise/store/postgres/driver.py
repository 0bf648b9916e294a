"""Connections to PostgreSQL that accept the ledger's statements.

The statements are shared with SQLite, and the differences are handled here, once: plain statements
mark their parameters with `?`, a sum of integers is an integer, text holds no NUL, and JSON
holds no NaN.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from tierwise.core.error_reason import ErrorReason
from tierwise.core.errors import LedgerUnavailable
from tierwise.store.json_text import dumps
from tierwise.store.postgres.address import CONNECT_S, PostgresAddress

if TYPE_CHECKING:
    import psycopg
    from sqlalchemy import Engine

LOCK_MS: Final = 5_000
"""Milliseconds a statement waits for another gateway's lock; a transaction takes milliseconds."""

STATEMENT_MS: Final = 15_000
"""Milliseconds a statement may take."""

SILENT_MS: Final = 10_000
"""Milliseconds without an answer after which a connection counts as broken."""

_SETTINGS: Final = (
    f"SET lock_timeout = {LOCK_MS}; SET statement_timeout = {STATEMENT_MS};"
    f" SET idle_in_transaction_session_timeout = {STATEMENT_MS}"
)


def connect(address: PostgresAddress) -> psycopg.Connection[Any]:
    """An open connection on which each statement is a transaction of its own.

    Raises `psycopg.Error` where the server does not answer or refuses, and `LedgerUnavailable`
    where the driver is not installed.
    """
    try:
        import psycopg
    except ImportError:
        raise LedgerUnavailable(ErrorReason.of("no_postgres_driver")) from None

    connection: psycopg.Connection[Any] = psycopg.connect(
        address.url,
        autocommit=True,
        connect_timeout=CONNECT_S,
        tcp_user_timeout=SILENT_MS,
        keepalives_idle=5,
        keepalives_interval=2,
        keepalives_count=3,
        application_name="tierwise",
    )
    _teach(connection)
    try:
        connection.execute(_SETTINGS)
    except BaseException:
        connection.close()
        raise
    return connection


def engine(address: PostgresAddress, begin: str) -> Engine:
    """An SQLAlchemy engine with one such connection.

    `begin` is the statement that opens transactions.
    """
    from sqlalchemy import create_engine, event
    from sqlalchemy.pool import StaticPool

    made = create_engine(
        "postgresql+psycopg://",
        creator=lambda: connect(address),
        poolclass=StaticPool,
        # It is closed without a rollback: a dead connection has nothing to roll back.
        pool_reset_on_return=None,
    )

    @event.listens_for(made, "begin")
    def _begin(conn: Any) -> None:
        conn.connection.driver_connection.execute(begin)

    @event.listens_for(made, "before_cursor_execute", retval=True)
    def _mark(
        conn: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool
    ) -> tuple[str, Any]:
        plain = context is not None and context.compiled is None
        return (marked(statement) if plain and parameters else statement), parameters

    return made


_LITERAL: Final = re.compile(r"('(?:[^']|'')*')|(%)|(\?)")


def marked(statement: str) -> str:
    """A plain statement with the driver's marks instead of `?`. Text in quotes is not changed."""

    def put(found: re.Match[str]) -> str:
        text, percent, _ = found.groups()
        if text is not None:
            return text.replace("%", "%%")
        return "%%" if percent else "%s"

    return _LITERAL.sub(put, statement)


def storable(value: object) -> object:
    """A value whose texts a server accepts: without NUL, and without half of a surrogate pair."""
    if isinstance(value, str):
        plain = value.replace("\x00", "\ufffd")
        return plain.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, dict):
        return {key: storable(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [storable(inner) for inner in value]
    return value


def _teach(connection: psycopg.Connection[Any]) -> None:
    """Make a connection return sums as integers, and write texts in a `storable` form."""
    from psycopg.adapt import Buffer
    from psycopg.types.json import set_json_dumps
    from psycopg.types.numeric import IntLoader
    from psycopg.types.string import StrDumper, StrDumperUnknown

    class Text(StrDumper):
        def dump(self, obj: str) -> Buffer | None:
            return super().dump(str(storable(obj)))

    class Unknown(StrDumperUnknown):
        def dump(self, obj: str) -> Buffer | None:
            return super().dump(str(storable(obj)))

    set_json_dumps(dumps, connection)
    connection.adapters.register_dumper(str, Text)
    connection.adapters.register_dumper(str, Unknown)
    connection.adapters.register_loader("numeric", IntLoader)
