"""Places in a text, named by quoting it."""

from __future__ import annotations

from tests.corpus.answers.form import Position


class Misquoted(ValueError):
    """A quote that is not in the text, or is there more than once."""


def only(text: str, quote: str) -> int:
    """The offset of the only place where `quote` stands in `text`."""
    if text.count(quote) != 1:
        raise Misquoted(f"{text.count(quote)} places, not one, have {quote!r}")
    return text.index(quote)


def span(text: str, first: str, last: str | None) -> tuple[int, int]:
    """From the start of the quote `first` to the end of the next `last` (of `first` itself)."""
    start = only(text, first)
    if last is None:
        return start, start + len(first)
    end = text.find(last, start)
    if end < 0:
        raise Misquoted(f"nothing below {first!r} has {last!r}")
    return start, end + len(last)


def swapped(text: str, old: str, new: str) -> str:
    """`text` with the only `old` replaced by `new`."""
    at = only(text, old)
    return text[:at] + new + text[at + len(old) :]


def position(text: str, offset: int) -> Position:
    """The LSP position of an offset, with characters in UTF-16 code units."""
    line = text.count("\n", 0, offset)
    before = text[text.rfind("\n", 0, offset) + 1 : offset]
    return Position(line, len(before.encode("utf-16-le")) // 2)
