"""Recognises words that let a task go on, and words that say its result was wrong.

"Continue" after a plan or a pause belongs to the running task and is no small new one. "No, still
wrong" says that the last answer was wrong.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib import resources
from typing import Final

_WORD: Final = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_LONGEST: Final = 6
"""The most words of a consent. A sentence of seven words is rarely a mere consent."""

_WRONG: Final = re.compile(
    r"""(?ix)^\W*(?:
    no\b(?!\s+(?:need|problem|worries|hurry|more|longer))|nope\b|wrong\b|nein\b|non\b
    |(?:(?:it|that|this|the\ \w+)\W*)?(?:is|['’]s|are)?\s*still\b
    |(?:it|that|this)\s+(?:did|does|is|was)(?:n['’]t|\ not)\b
    |(?:that|this|it)(?:['’]s|\ is|\ was)\s+(?:wrong|not|incorrect|broken|worse)
    |not\s+(?:what|right|quite|working|fixed)|try\s+again
    |you\s+(?:broke|forgot|missed|didn['’]t)|undo\b|revert\b
    )"""
)


def consents(words: str) -> bool:
    """True if the operator only says that the task should go on."""
    found = [word.lower().replace("’", "'") for word in _WORD.findall(words)]
    if not 0 < len(found) <= _LONGEST or "?" in words:
        return False
    assent, beside = _words()
    named = assent | beside
    return all(word in named for word in found) and any(word in assent for word in found)


def corrects(words: str) -> bool:
    """True if the operator says that the last answer was wrong."""
    return _WRONG.search(words[:200]) is not None and not consents(words)


@cache
def _words() -> tuple[frozenset[str], frozenset[str]]:
    """Load the words that say "go on", and the words that may accompany them."""
    text = resources.files("tierwise.gateway").joinpath("consent.toml").read_text("utf-8")
    found = tomllib.loads(text)
    return frozenset(found["assent"].split()), frozenset(found["beside"].split())
