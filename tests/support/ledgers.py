"""Opens ledgers for tests by their folder, in a file or on a PostgreSQL server.

With `pytest --store postgres` every folder gets a schema of its own on one server. Processes that a
test starts find that server in their environment.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, create_engine

from tierwise.store import migrate
from tierwise.store.ledger import Ledger
from tierwise.store.lock import WAIT_S
from tierwise.store.postgres import driver
from tierwise.store.postgres import migrate as postgres
from tierwise.store.postgres.address import address_of
from tierwise.store.postgres.place import WRITE

SERVER: Final = "TIERWISE_TEST_POSTGRES"
"""The variable that holds the server's address where ledgers are on PostgreSQL."""


def on_postgres() -> bool:
    """Whether ledgers are opened on a server."""
    return SERVER in os.environ


def address(folder: Path) -> str | None:
    """The address of a folder's ledger; None where it is a file in the folder."""
    if not on_postgres():
        return None
    return _schema(os.environ[SERVER], str(folder.absolute()))


def open_ledger(folder: Path, *, patience_s: float = WAIT_S) -> Ledger:
    """The ledger of that folder, in the store that was chosen for this run."""
    return Ledger.open(folder, address(folder), patience_s=patience_s)


@cache
def _schema(server: str, folder: str) -> str:
    import psycopg

    name = "t" + hashlib.sha256(folder.encode()).hexdigest()[:20]
    with psycopg.connect(server.replace("+psycopg", ""), autocommit=True) as conn:
        conn.execute(f"SELECT pg_advisory_lock(1); CREATE SCHEMA IF NOT EXISTS {name}")
    return f"{server}?options=-csearch_path%3D{name}"


@contextmanager
def empty() -> Iterator[Connection]:
    """A connection to an empty ledger of the chosen store; nothing that is written stays."""
    url = address(Path("/empty"))
    made = create_engine("sqlite://") if url is None else _engine(url)
    with made.connect() as conn:
        begun = conn.begin()
        if url is None:
            migrate.migrate(conn)
        try:
            yield conn
        finally:
            begun.rollback()
    if url is None:
        made.dispose()


@cache
def _engine(url: str) -> Engine:
    made = driver.engine(address_of(url), WRITE)
    with made.begin() as conn:
        postgres.migrate(conn)
    return made
