"""Tier words in an instruction, and which of the operator's choices decides."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from tierwise.core.decision import Scope
from tierwise.core.errors import UnknownTier
from tierwise.core.situation import Choice
from tierwise.core.tiers import Ladder

PRECEDENCE: Final[tuple[Scope, ...]] = (
    "task", "conversation", "file", "action", "session", "project",
)  # fmt: skip
"""The scopes of a choice. The first in this list wins. A remap comes after all of them and applies
once."""

_WORD: Final = re.compile(r"\s*@([A-Za-z][\w-]*)(?=\s|$|[,:;])[,:;]?\s*")


def split_tier_word(instruction: str, ladder: Ladder) -> tuple[str | None, str]:
    """The tier named by a first word like `@opus`, and the instruction without it.

    `@@` at the start stands for a plain `@`. Raises `UnknownTier` if the word after the `@` names
    no tier. A first word with a dot or a slash is a file mention and stays.
    """
    if instruction.lstrip().startswith("@@"):
        return None, instruction.replace("@@", "@", 1)
    found = _WORD.match(instruction)
    if found is None:
        return None, instruction
    name = found.group(1).lower()
    if name not in ladder:
        raise UnknownTier(name, ladder.names)
    return name, instruction[found.end() :]


def strongest(choices: Iterable[Choice]) -> Choice | None:
    """Of several choices of a tier the one that decides: the one with the narrowest scope."""
    held = [c for c in choices if c.scope in PRECEDENCE]
    return min(held, key=lambda c: PRECEDENCE.index(c.scope), default=None)
