"""Leaves out rows with values that no version of this program writes, and names them in the log."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from types import UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

log = logging.getLogger(__name__)
R = TypeVar("R")
_KNOWN: dict[type, Sequence[tuple[str, Any]]] = {}


def well(rows: Iterable[R]) -> Sequence[R]:
    """The rows in which every field has a value of its type. Each row is a dataclass.

    A row that is left out is named in the log by its `id`.
    """
    found = []
    for row in rows:
        if fits(row):
            found.append(row)
        else:
            log.warning("an odd row of the ledger is left out: %s", getattr(row, "id", "?"))
    return found


def fits(row: Any) -> bool:
    """Whether every field of a dataclass has a value of its annotated type. Pure."""
    return all(_is(getattr(row, name), kind) for name, kind in _fields(type(row)))


def _fields(of: type) -> Sequence[tuple[str, Any]]:
    if of not in _KNOWN:
        _KNOWN[of] = tuple(get_type_hints(of).items())
    return _KNOWN[of]


def _is(value: Any, kind: Any) -> bool:
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Literal:
        return value in inner
    if origin in (Union, UnionType):
        return any(_is(value, one) for one in inner)
    if origin is tuple:
        return (
            isinstance(value, tuple)
            and len(value) == len(inner)
            and all(map(_is, value, inner))
        )  # fmt: skip
    # A truth value is an integer to Python, and SQLite gives back a number for it.
    return isinstance(value, int if kind is bool else kind)
