"""Turns the end of a task into the state of its job. Pure."""

from __future__ import annotations

from typing import Final

from tierwise.core.dataclass import dataclass
from tierwise.core.jobs import JobState
from tierwise.core.views import TaskState

_BY_ERROR: Final[dict[str, tuple[JobState, str]]] = {
    "BudgetPaused": ("waiting", "money"),
    "TaskTooDear": ("waiting", "money"),
    "SpendNotAgreed": ("needsYou", "too_dear"),
    "LedgerUnavailable": ("waiting", "ledger"),
    "NotConfigured": ("waiting", "key"),
    "ModelError": ("waiting", "model"),
    "Ignored": ("refused", "ignored"),
    "Untrusted": ("refused", "untrusted"),
    "ContextTooLarge": ("refused", "too_large"),
    "UnknownTier": ("refused", "tier"),
    "DocumentChanged": ("changed", "changed"),
    # The job's lines existed when it was queued, so they must have changed since.
    "BadRequest": ("changed", "changed"),
}
"""The state of a job and the code of its reason, by the name of its task's error."""
NETWORK_WAITS: Final = (60, 120, 300, 900)
"""Seconds until a job is tried again whose model could not be reached: the first,
second, ... wait.
"""
MOST_KILLS: Final = 3
"""A job is given up after this many workers ended while they ran it."""
MOST_LOST: Final = 2
"""A job is left to the operator after this many of its model calls were lost."""


@dataclass(frozen=True, slots=True)
class JobEnding:
    """How a run of a job ended: the new state of the job, and the code of the reason, "" if none is
    needed.
    """

    state: JobState
    reason: str = ""


def of_task(
    state: TaskState, error: str | None, *, checked: bool = True, edits: bool = True
) -> JobEnding:
    """The state that a job gets because its task has stopped in `state`, such as ready to review.

    `error` is the name of the task's error if it failed. `checked` says that no free check failed,
    `edits` that the action asks for an edit.
    """
    if state == "proposed":
        return JobEnding("ready") if checked else JobEnding("needsYou", "check")
    if state == "answered":
        if not checked:
            return JobEnding("needsYou", "check")
        return JobEnding("unchanged", "words") if edits else JobEnding("ready")
    if state == "cancelled":
        return JobEnding("cancelled")
    found = _BY_ERROR.get(error or "")
    return JobEnding(*found) if found is not None else JobEnding("failed", "error")


def wait_ms(tries: int) -> int:
    """Milliseconds to wait before the next try of a job. `tries` counts the tries so far."""
    return NETWORK_WAITS[min(max(tries, 1), len(NETWORK_WAITS)) - 1] * 1000
