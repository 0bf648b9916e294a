"""Turns the messages of the validation library into plain words.

The library speaks to programmers: "Input should be a valid integer, unable to parse string as an
integer". The operator reads "it must be a whole number".
"""

from __future__ import annotations

import re
from typing import Final

_WORDS: Final = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        (r"Value error, ", ""),
        (r"Field required$", "it is missing"),
        (r"Input should be a (valid|finite) integer.*", "it must be a whole number"),
        (r"Input should be a (valid|finite) number.*", "it must be a number"),
        (r"Input should be a valid boolean.*", "it must be true or false"),
        (r"Input should be a valid string.*", "it must be a text"),
        (r"Input should be a valid (list|tuple|array).*", "it must be a list"),
        (r"Input should be (a valid dictionary|an object).*", "it must be a table of keys"),
        (r"Input should be a valid date.*", "it must be a date like 2026-11-30"),
        (r"Input should be greater than or equal to (\S+)", r"it must be \1 or more"),
        (r"Input should be less than or equal to (\S+)", r"it must be \1 or less"),
        (r"Input should be greater than (\S+)", r"it must be more than \1"),
        (r"Input should be less than (\S+)", r"it must be less than \1"),
        (r"(Input|String|List) should ", "it must "),
    )
)


def plain(message: str) -> str:
    """A validation message in plain words. A message of ours is returned unchanged."""
    for pattern, words in _WORDS:
        message = pattern.sub(words, message, count=1)
    return message
