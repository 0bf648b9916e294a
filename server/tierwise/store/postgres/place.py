"""A ledger on PostgreSQL: written on one connection, read on another.

A server may stop and come back, so a kept connection is not trusted: if it turns out to be dead
before a statement was sent, a new one is made.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, TypeVar

from tierwise.core.error_reason import ErrorReason
from tierwise.core.errors import LedgerUnavailable
from tierwise.store.glance import LedgerRows
from tierwise.store.postgres import driver, faults, migrate
from tierwise.store.postgres.address import PostgresAddress, address_of

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

T = TypeVar("T")
log = logging.getLogger(__name__)

WRITE: Final = f"BEGIN; {migrate.LOCK}"
READ: Final = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY"


class PostgresPlace:
    """The ledger in one schema of a database. One thread writes, one reads."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._writer = _Kept(WRITE)
        self._reader = _Kept(READ)

    def write(self, fn: Callable[[Connection], T]) -> T:
        """Run `fn` in one transaction that no other writer shares.

        Raises `LedgerUnavailable` for every fault of the server or the connection. If the
        connection is lost at the end of the transaction, the transaction may have been written all
        the same.
        """
        with _said():
            self._prepare()
            connection = self._begin(self._writer)
            try:
                if _min_writer(connection) > len(migrate.STEPS):
                    raise LedgerUnavailable(ErrorReason("ledger_newer"))
                result = fn(connection)
                connection.commit()
                return result
            except BaseException as error:
                self._writer.end(error)
                raise

    def read(self, fn: Callable[[Connection], T]) -> T:
        """Run `fn` on one snapshot. Raises `LedgerUnavailable`."""
        with _said():
            connection = self._begin(self._reader)
            try:
                result = fn(connection)
                connection.rollback()
                return result
            except BaseException as error:
                self._reader.end(error)
                raise

    def call(self, statement: str, parameters: tuple[Any, ...]) -> Any:
        """Run one statement that is a transaction of its own, in one round trip.

        If the connection is lost the statement runs once more, so it must be one that may run
        twice. Returns the first column of its row, None without a row.
        """
        with _said():
            self._prepare()
            try:
                return self._ask(statement, parameters)
            except Exception as error:
                self._writer.end(error)
                if faults.fault_of(error) != "server_away":
                    raise
                return self._ask(statement, parameters)

    def glance(self, fn: Callable[[LedgerRows], T]) -> T:
        """Raises `LedgerUnavailable` at every call: a server takes longer to answer than a glance
        may take. The caller opens the ledger and reads it.
        """
        raise LedgerUnavailable(ErrorReason("server_away"))

    def readable(self) -> bool:
        """False: whether a server can be read is not known before it is asked."""
        return False

    def copy_due(self) -> bool:
        """False: the database server makes its own backups."""
        return False

    def copy(self) -> None:
        """Do nothing: the database server makes its own backups."""

    def close_writer(self) -> None:
        """Close the connection that writes. Never raises."""
        self._writer.close()

    def close_reader(self) -> None:
        """Close the connection that reads. Never raises."""
        self._reader.close()

    def _ask(self, statement: str, parameters: tuple[Any, ...]) -> Any:
        connection = self._writer.connected(address_of(self._url))
        raw = connection.connection.driver_connection
        assert raw is not None
        row = raw.execute(statement, parameters).fetchone()
        return None if row is None else row[0]

    def _begin(self, kept: _Kept) -> Connection:
        """A connection in a new transaction.

        If the kept one turns out to be dead, a new one is made.
        """
        address = address_of(self._url)
        kept_one = kept.connection is not None
        try:
            return _begun(kept, address)
        except Exception as error:
            if not kept_one or faults.fault_of(error) != "server_away":
                raise
        return _begun(kept, address)

    def _prepare(self) -> None:
        """Bring the ledger up to date before the first write, in a transaction of its own."""
        if self._writer.connection is not None:
            return
        from tierwise.store import daily

        connection = self._begin(self._writer)
        try:
            migrate.migrate(connection)
            if not daily.check(connection.exec_driver_sql, migrate.LOCAL_DAY):
                log.warning("ledger: the daily sums were wrong and were added up again")
            connection.commit()
        except BaseException:
            self._writer.close()
            raise


class _Kept:
    """A connection that is kept between transactions, and made again after a fault."""

    def __init__(self, begin: str) -> None:
        self._begin = begin
        self._engine: Engine | None = None
        self.connection: Connection | None = None

    def connected(self, address: PostgresAddress) -> Connection:
        if self.connection is None:
            self._engine = driver.engine(address, self._begin)
            self.connection = self._engine.connect()
        return self.connection

    def end(self, error: BaseException) -> None:
        """Roll back a transaction. After a fault of the server the connection is closed as well."""
        if faults.fault_of(error) is not None or self.connection is None:
            self.close()
            return
        try:
            self.connection.rollback()
        except Exception:
            self.close()

    def close(self) -> None:
        try:
            if self.connection is not None:
                self.connection.close()
            if self._engine is not None:
                self._engine.dispose()
        except Exception as error:
            log.warning("ledger: close failed (%s)", type(error).__name__)
        self.connection, self._engine = None, None


def _begun(kept: _Kept, address: PostgresAddress) -> Connection:
    try:
        connection = kept.connected(address)
        connection.begin()
    except BaseException:
        kept.close()
        raise
    return connection


@contextmanager
def _said() -> Iterator[None]:
    """Turn errors of the server into `LedgerUnavailable`. Other errors pass through."""
    try:
        yield
    except LedgerUnavailable:
        raise
    except Exception as error:
        fault = faults.fault_of(error)
        if fault is None:
            raise
        log.warning("ledger: %s (%s)", fault, type(error).__name__)
        raise faults.unavailable(fault) from error


def _min_writer(connection: Connection) -> int:
    return int(connection.exec_driver_sql("SELECT min_writer FROM shape").scalar_one())
