"""Reads a JSON object and changes single members of it. Every other byte stays as it was.

The gateway never serialises a client's body again, because signatures and prompt caches depend on
its bytes. So it reads the object once with the place of each top-level member, and a change only
replaces the characters of one value.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from tierwise.core.dataclass import dataclass

_BLANK: Final = re.compile(r"[ \t\n\r]*")
_DECODER: Final = json.JSONDecoder()


class NotSpliceable(ValueError):
    """The bytes are no JSON object that can be changed safely. Its text is a sentence to show."""


@dataclass(frozen=True, slots=True)
class Member:
    """The offsets of one top-level member: of its key, its value and its value's end."""

    key: int
    value: int
    end: int


@dataclass(frozen=True, slots=True)
class JsonObject:
    """A JSON object: its text, its parsed data, and the place of each member in the text."""

    text: str
    data: Mapping[str, Any]
    members: Mapping[str, Member]


def read(raw: bytes | bytearray) -> JsonObject:
    """Read an object. Raises `NotSpliceable` if the bytes are no object, or if it has two top-level
    members of one name.

    Two members of one name are refused, because parsers differ in which of them counts.
    """
    try:
        text = raw.decode("utf-8")
        return _read(text)
    except UnicodeDecodeError:
        raise NotSpliceable("The body is not UTF-8.") from None
    except RecursionError:
        raise NotSpliceable("The body is nested too deeply.") from None
    except (json.JSONDecodeError, IndexError):
        raise NotSpliceable("The body is not a JSON object.") from None


def _read(text: str) -> JsonObject:
    at = _after_blank(text, 0)
    if text[at] != "{":
        raise NotSpliceable("The body is not a JSON object.")
    data: dict[str, Any] = {}
    members: dict[str, Member] = {}
    at = _after_blank(text, at + 1)
    while text[at] != "}":
        begin = at
        key, at = _DECODER.raw_decode(text, at)
        at = _after_blank(text, at)
        if not isinstance(key, str) or text[at] != ":":
            raise NotSpliceable("The body is not a JSON object.")
        if key in members:
            raise NotSpliceable(f"The body names '{key[:60]}' twice.")
        value_at = _after_blank(text, at + 1)
        data[key], at = _DECODER.raw_decode(text, value_at)
        members[key] = Member(begin, value_at, at)
        at = _after_blank(text, at)
        if text[at] == ",":
            at = _after_blank(text, at + 1)
            if text[at] == "}":
                raise NotSpliceable("The body is not a JSON object.")
        elif text[at] != "}":
            raise NotSpliceable("The body is not a JSON object.")
    if _after_blank(text, at + 1) != len(text):
        raise NotSpliceable("Something follows the JSON object of the body.")
    return JsonObject(text, data, members)


def spliced(
    body: JsonObject, changed: Mapping[str, str | int], dropped: frozenset[str] = frozenset()
) -> bytes:
    """The bytes of a body with new values for some members, and without the dropped ones.

    A changed member must exist, a dropped one need not. Raises `KeyError` if a changed one does
    not exist.
    """
    cuts = [
        (body.members[name].value, body.members[name].end, json.dumps(value))
        for name, value in changed.items()
    ]
    cuts += [(*cut, "") for cut in _without(body, dropped)]
    parts: list[str] = []
    last = 0
    for begin, end, put in sorted(cuts):
        parts += [body.text[last:begin], put]
        last = max(last, end)
    return ("".join(parts) + body.text[last:]).encode("utf-8")


def _without(body: JsonObject, dropped: frozenset[str]) -> Iterator[tuple[int, int]]:
    """Yield the spans of text to remove: each dropped member, together with one comma."""
    names = list(body.members)
    kept_before = False
    for place, name in enumerate(names):
        one = body.members[name]
        if name not in dropped:
            kept_before = True
        elif kept_before:
            yield body.members[names[place - 1]].end, one.end
        elif place + 1 < len(names):
            yield one.key, body.members[names[place + 1]].key
        else:
            yield one.key, one.end


def _after_blank(text: str, at: int) -> int:
    found = _BLANK.match(text, at)
    assert found is not None
    return found.end()
