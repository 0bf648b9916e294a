"""How many earlier answers of a tier the operator kept, per kind of task."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from tierwise.core.dataclass import dataclass

KEPT: Final = frozenset({"applied", "partlyApplied", "inserted", "copied", "wentOn"})
NOT_KEPT: Final = frozenset({"discarded", "undone", "superseded", "reasked", "interrupted"})
ENOUGH: Final = 10
"""Answers of an action and tier from which the record is shown; fewer say next to nothing."""
LAST: Final = 100
"""How many of the newest answers of an action and tier count: models and work change."""

OutcomeLine = tuple[str, str, str, str]
"""An outcome: task id, tier, kind and value."""


@dataclass(frozen=True, slots=True)
class KeptOf:
    """How many of the last `judged` answers the operator kept."""

    kept: int
    judged: int


def verdict(kind: str, value: str, tier: str, tiers: Sequence[str]) -> bool | None:
    """Whether an outcome says that an answer of `tier` was kept; None if it does not say.

    A redo on a cheaper tier is no verdict against the answer: the operator found it too dear.
    `tiers` are the names of the ladder, the cheapest first.
    """
    if kind == "superseded" and value in tiers:
        at = tiers.index(tier) if tier in tiers else -1
        if tiers.index(value) < at:
            return None
    return True if kind in KEPT else False if kind in NOT_KEPT else None


def kept_or_not(
    outcomes: Iterable[OutcomeLine], tiers: Sequence[str]
) -> Mapping[tuple[str, str], bool]:
    """Whether the answer of a tier to a task was kept, for each answer that has a verdict.

    A verdict against an answer outweighs one for it.
    """
    found: dict[tuple[str, str], bool] = {}
    for task_id, tier, kind, value in outcomes:
        kept = verdict(kind, value, tier, tiers)
        if kept is not None:
            key = (task_id, tier)
            found[key] = found.get(key, True) and kept
    return found


class OwnRecord:
    """Which of the latest answers the operator kept, by action and tier.

    New answers replace the oldest.
    """

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], dict[str, bool]] = {}

    def saw(self, action: str, tier: str, task_id: str, *, kept: bool) -> None:
        """Note whether the answer of a tier to a task was kept.

        Of several verdicts on one answer one is counted, and "not kept" wins.
        """
        tasks = self._found.setdefault((action, tier), {})
        tasks[task_id] = tasks.get(task_id, True) and kept
        if len(tasks) > LAST:
            del tasks[next(iter(tasks))]

    def clear(self) -> None:
        """Forget which answers were kept."""
        self._found.clear()

    def of(self, action: str, tier: str) -> KeptOf | None:
        """The record of a tier in tasks of an action; None while there is too little of it."""
        tasks = self._found.get((action, tier), {})
        return KeptOf(sum(tasks.values()), len(tasks)) if len(tasks) >= ENOUGH else None
