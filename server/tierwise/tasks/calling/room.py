"""Decides before a call whether the answer will fit into the most tokens that a tier may write."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from tierwise.budget import tokens
from tierwise.core.actions import KINDS
from tierwise.core.context import ContextItem
from tierwise.core.tiers import Tier
from tierwise.models import notes
from tierwise.tasks.task.task import Task

GROWS: Final = 1.2
"""How much longer the new text of a selection usually is than the old one."""
BLOCK: Final = 30
"""Tokens of a search/replace block beside its lines: the path and the marks."""
LARGE: Final = 0.5
"""If an answer is expected to take this share of a tier's output, the whole output is asked for at
once. An answer that is cut off costs a second call.
"""


def expected(places: Iterable[ContextItem]) -> int:
    """About how many tokens an answer needs to change these pieces of code by search/replace
    blocks. Each block has the old and the new lines.
    """
    return sum(2 * item.tokens + BLOCK for item in places)


def prepare(task: Task, tier: Tier) -> None:
    """Add to the run what its calls ask for: search/replace blocks, and how long the answer may be.

    Blocks are asked for if the selection is too long to be repeated, or if code elsewhere is to
    change too. The tier's longest possible answer is asked for if one of usual length may be cut
    off.
    """
    places = [i for i in (task.run.pack.items if task.run.pack is not None else ()) if i.changes]
    if places:
        task.run.note(notes.EVERYWHERE)
        if task.run.part is None and expected(places) > LARGE * tier.max_tokens / 2:
            task.run.cut_off()
        return
    selection = task.request.selection
    if not KINDS[task.request.action].replaces or selection is None or not selection.text:
        return
    needed = GROWS * tokens.mean_of_chars(len(selection.text))
    if needed > tier.max_tokens:
        task.run.note(notes.BLOCKS)
    elif needed > LARGE * tier.max_tokens:
        task.run.cut_off()
