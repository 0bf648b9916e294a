"""Stores data with many numbers as bytes, which are read in a fifth of the time of JSON.

One line of JSON describes the data. The numbers follow as they lie in memory, low byte first.
It takes plain data, arrays, and dataclasses whose classes the reader is given.
"""

from __future__ import annotations

import json
import sys
from array import array
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any, Final

BYTES: Final = "bytes"
"""Marks plain bytes. Arrays are marked with their type code."""
ROWS: Final = "rows"
"""Marks a table of names that all have the same count of numbers."""
PLAIN: Final = "plain"
"""Marks any other table, which is wholly in the line of JSON."""


def pack(value: Any) -> bytes:
    """A value as bytes. Fields that begin with an underscore are private and left out."""
    numbers = bytearray()
    line = json.dumps(_said(value, numbers), ensure_ascii=True, separators=(",", ":"))
    return line.encode("ascii") + b"\n" + bytes(numbers)


def unpack(raw: bytes, kinds: Mapping[str, type[Any]]) -> Any:
    """The value that `pack` made these bytes of. `kinds` are its dataclasses, by name.

    A list comes back as a tuple.
    """
    end = raw.index(b"\n")
    return _Reader(raw, end + 1, kinds).value(json.loads(raw[:end]))


def _said(value: Any, numbers: bytearray) -> Any:
    """The description of a value for the line of JSON. Its numbers are added to `numbers`."""
    if isinstance(value, array):
        numbers += _little(value).tobytes()
        return {"": value.typecode, "many": len(value)}
    if isinstance(value, bytearray):
        numbers += value
        return {"": BYTES, "many": len(value)}
    if isinstance(value, tuple | list):
        return [_said(item, numbers) for item in value]
    if is_dataclass(value):
        own = (f.name for f in fields(value) if not f.name.startswith("_"))
        said = {name: _said(getattr(value, name), numbers) for name in own}
        return {"": type(value).__name__, **said}
    if isinstance(value, dict):
        rows = value and all(isinstance(row, tuple) for row in value.values())
        return _rows(value, numbers) if rows else {"": PLAIN, "items": value}
    return value


def _rows(table: Mapping[str, tuple[float, ...]], numbers: bytearray) -> Any:
    flat = array("d", [number for row in table.values() for number in row])
    return {"": ROWS, "names": list(table), "values": _said(flat, numbers)}


def _little(numbers: array[Any]) -> array[Any]:
    """Convert numbers from the byte order of this machine to little-endian, or back.

    Both directions are the same step: on a big-endian machine the bytes of a copy are swapped.
    """
    if sys.byteorder == "little":
        return numbers
    turned = array(numbers.typecode, numbers)
    turned.byteswap()
    return turned


class _Reader:
    """Reads the described value in order. `at` is where the next numbers begin."""

    def __init__(self, raw: bytes, at: int, kinds: Mapping[str, type[Any]]) -> None:
        self._raw, self._at, self._kinds = raw, at, kinds

    def value(self, said: Any) -> Any:
        if isinstance(said, list):
            return tuple(self.value(item) for item in said)
        if not isinstance(said, dict):
            return said
        kind = said[""]
        if kind == PLAIN:
            return said["items"]
        if kind == ROWS:
            values = iter(self.value(said["values"]))
            width = said["values"]["many"] // len(said["names"])
            return dict(zip(said["names"], zip(*[values] * width, strict=True), strict=True))
        if kind in self._kinds:
            return self._kinds[kind](**{name: self.value(said[name]) for name in said if name})
        return self._numbers(kind, said["many"])

    def _numbers(self, kind: str, many: int) -> array[Any] | bytearray:
        if kind == BYTES:
            self._at += many
            return bytearray(self._raw[self._at - many : self._at])
        found = array(kind)
        begins, self._at = self._at, self._at + many * found.itemsize
        found.frombytes(self._raw[begins : self._at])
        return _little(found)
