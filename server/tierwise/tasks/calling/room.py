"""Whether an answer can fit what a tier may write, told before anything is paid."""

from __future__ import annotations

from typing import Final

from tierwise.budget import tokens
from tierwise.core.actions import KINDS
from tierwise.core.tiers import Tier
from tierwise.models import notes
from tierwise.tasks.task.task import Task

GROWS: Final = 1.2
"""How much longer the new text of a selection usually is than the old one."""
LARGE: Final = 0.5
"""Share of a tier's output from which all of it is asked for at once: an answer that is cut off
costs a second call."""


def prepare(task: Task, tier: Tier) -> None:
    """Ask for blocks where the selection is too long to be repeated, and for a tier's whole
    output where the answer may need it."""
    selection = task.request.selection
    if not KINDS[task.request.action].replaces or selection is None or not selection.text:
        return
    needed = GROWS * tokens.mean_of_chars(len(selection.text))
    if needed > tier.max_tokens:
        task.run.note(notes.BLOCKS)
    elif needed > LARGE * tier.max_tokens:
        task.run.cut_off()
