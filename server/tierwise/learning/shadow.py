"""What shadow answers showed: how often the cheapest tier would have written what was kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tierwise.core.dataclass import dataclass
from tierwise.store.decisions import TaskHistory

TAKEN_BACK: Final = frozenset({"undone", "discarded", "superseded"})
"""Outcomes after which an edit is not kept any more."""


@dataclass(frozen=True, slots=True)
class ShadowSums:
    """Sums over tasks whose kept edit was compared with a shadow answer. Money is nano-dollars.

    A shadow answer is the cheapest tier's answer to the same task, never shown. In `same` tasks it
    was the same as the kept edit, in `failed` it failed the checks. `less` is what the `same` tasks
    would have cost less on that tier. `spent` is what all shadow answers cost.
    """

    tier: str | None = None
    tasks: int = 0
    same: int = 0
    failed: int = 0
    less: int = 0
    spent: int = 0


def shadow_sums(told: Sequence[TaskHistory]) -> ShadowSums:
    """The sums over tasks with an outcome `shadow`.

    A task whose edit was taken back is left out, except from `spent`.
    """
    tier: str | None = None
    tasks = same = failed = less = spent = 0
    for task in told:
        cost = sum(int(a["cost"]) for a in task.attempts if a["action"] == "shadow")
        spent += cost
        compared = [at for at, event in enumerate(task.outcomes) if event[0] == "shadow"]
        if not compared or any(e[0] in TAKEN_BACK for e in task.outcomes[compared[-1] :]):
            continue
        _, _, tier, came_out = task.outcomes[compared[-1]]
        tasks += 1
        failed += came_out == "failed"
        if came_out == "same":
            same += 1
            less += task.cost - 2 * cost
    return ShadowSums(tier, tasks, same, failed, less, spent)
