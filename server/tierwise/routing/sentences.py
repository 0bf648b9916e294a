"""The sentences of an instruction, with their offsets.

Text is cut at line ends and after the marks that end a sentence, so that talk can be told from what
is asked. A mark inside a word, as in code and logs, does not cut.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

_END: Final = re.compile(r"(?:[.!?…]+[\"')\]]*(?=\s|$)|(?<=\s)[:;]-?[)(DP](?=\s|$)|[。！？]+|\n+)")
_SHORT: Final = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|vs|approx|resp|bzw|z\.B|Mr|Mrs|Dr|no)|\b\w)\.$", re.I
)
"""Abbreviations: they end in a full stop that ends no sentence."""


Span = tuple[int, int]
_INSIDE: Final = re.compile(
    r"(?<=[^\s.!?;,(\[])\s+(?=(?:(?:I(?:'\w+)?|[A-Z][a-z]+(?:'\w+)?|FWD?:|Re:)\s|\[|"
    r"(?i:ok|okay|thanks|thank you|thx|ty|cheers|sorry|bye|danke|merci|gracias|obrigad[oa]|"
    r"grazie)\b))"
)
"""Where a sentence may begin without a mark before it: a capital, or a word of thanks."""


def soft(text: str, span: Span) -> Iterator[Span]:
    """The ends of a sentence that may be sentences of their own, longest first, as offsets.

    No mark comes before them: "thanks" in "rename it thanks".
    """
    start, end = span
    for mark in _INSIDE.finditer(text, start, end):
        yield mark.end(), end


def spans(text: str) -> Iterator[Span]:
    """Start and end of each sentence. Its mark is included, the blank before it is not."""
    start = 0
    for mark in _END.finditer(text):
        end = mark.end()
        if mark.group(0) == "." and _SHORT.search(text[max(start, end - 8) : end]):
            continue
        if text[start:end].strip():
            lead = len(text[start:end]) - len(text[start:end].lstrip())
            yield start + lead, end
        start = end
    if text[start:].strip():
        lead = len(text[start:]) - len(text[start:].lstrip())
        yield start + lead, len(text)
