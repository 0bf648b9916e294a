"""Modules that are imported when they are first used rather than when they are named.

SQLAlchemy costs a fifth of a second to import, and the server answers `initialize` before
it needs a ledger. Rooms name their statements at the top as usual; the import happens on
the ledger thread, with the first statement.
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection as Connection
else:

    class Connection:
        """Names SQLAlchemy's connection in annotations without importing it."""


class Deferred(ModuleType):
    """A stand-in for a module, which it imports when its first attribute is read."""

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):
            raise AttributeError(name)
        value = getattr(import_module(self.__name__), name)
        setattr(self, name, value)
        return value


def deferred(name: str) -> ModuleType:
    """A stand-in for the module `name`; give the real type under `TYPE_CHECKING`."""
    return Deferred(name)
