"""The sentences of an instruction, with where they stand.

A line that is code or a log stays whole; prose is cut at sentence ends, so that what is merely
talk can be told from what is asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

_END: Final = re.compile(r"(?:[.!?…]+[\"')\]]*(?=\s|$)|(?<=\s)[:;]-?[)(DP](?=\s|$)|[。！？]+|\n+)")
_SHORT: Final = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|vs|approx|resp|bzw|z\.B|Mr|Mrs|Dr|no)|\b\w)\.$", re.I
)
"""What ends in a point and ends no sentence."""


Span = tuple[int, int]
_INSIDE: Final = re.compile(
    r"(?<=[^\s.!?;,(\[])\s+(?=(?:(?:I(?:'\w+)?|[A-Z][a-z]+(?:'\w+)?|FWD?:|Re:)\s|\[|"
    r"(?i:ok|okay|thanks|thank you|thx|ty|cheers|sorry|bye|danke|merci|gracias|obrigad[oa]|"
    r"grazie)\b))"
)
"""Where a sentence may begin without a mark before it: a capital, or a word of thanks."""


def soft(text: str, span: Span) -> Iterator[Span]:
    """What may be a sentence of its own at the end of a sentence, longest first."""
    start, end = span
    for mark in _INSIDE.finditer(text, start, end):
        yield mark.end(), end


def spans(text: str) -> Iterator[Span]:
    """Start and end of each sentence, its mark included and the blank before it left out."""
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
