"""Applies text edits to a text."""

from __future__ import annotations

from collections.abc import Sequence

from tierwise.core.views import TextChange
from tierwise.syntax.positions import LineIndex


def applied(text: str, edits: Sequence[TextChange]) -> str:
    """The text after several edits that do not overlap. Their ranges are those of `text`, the text
    before.
    """
    index = LineIndex(text)
    spans = sorted(
        ((index.offset(e.range.start), index.offset(e.range.end), e.new_text) for e in edits),
        reverse=True,
    )
    for start, end, new_text in spans:
        text = text[:start] + new_text + text[end:]
    return text
