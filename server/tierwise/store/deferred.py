"""Modules that are imported on first use and not where they are named.

SQLAlchemy takes a fifth of a second to import, and the server answers `initialize` before
it needs a ledger. Modules name their statements at the top as usual. The import happens on
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
    """Stands for a module that is imported only when an attribute of it is first read."""

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):
            raise AttributeError(name)
        value = getattr(import_module(self.__name__), name)
        setattr(self, name, value)
        return value


def deferred(name: str) -> ModuleType:
    """A placeholder that imports the module `name` when one of its attributes is first read.

    The caller imports the real module under `TYPE_CHECKING`, for its types.
    """
    return Deferred(name)
