"""What was paid beside what the client showed: nothing may be paid that is not shown.

A call is counted where it arrives, at the loopback model. It must have a reservation that was
marked as sent, and the task it belongs to must have been told to the client with its whole cost:
the client shows every task that it is told of, in its status item, its panel and its lenses.
"""

from __future__ import annotations

import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from .ledger import LedgerFile

WITHIN: Final = 15.0
"""Seconds until what runs is booked and shown; a bound for failures."""


@dataclass(frozen=True)
class Paid:
    """A task by what the ledger holds of it. `open` counts calls that are not booked yet."""

    calls: int
    nanos: int
    open: int
    assumed: bool


def unshown(told: Path | None, ledger: LedgerFile, calls: int) -> list[str]:
    """What is wrong: calls beyond the ledger, tasks and costs beyond the screen; best nothing.

    Without the file of what the client was told, the calls alone are looked at.
    """
    deadline = time.monotonic() + WITHIN
    while True:
        found = look(told, ledger, calls)
        if not found or time.monotonic() > deadline:
            return found
        time.sleep(0.1)


def look(told: Path | None, ledger: LedgerFile, calls: int) -> list[str]:
    """The same, at this moment."""
    booked = tasks(ledger)
    known = sum(task.calls for task in booked.values())
    wrong = [f"{calls} calls arrived, {known} were marked as sent"] if calls > known else []
    if told is None:
        return wrong
    seen = shown(told)
    for task_id, task in booked.items():
        last = seen.get(task_id)
        if last is None:
            wrong.append(f"{task_id} made {task.calls} calls and was never shown")
        elif not task.open and not task.assumed and last != task.nanos:
            wrong.append(f"{task_id} cost {task.nanos} nano-dollars, {last} were shown")
    return wrong


def tasks(ledger: LedgerFile) -> dict[str, Paid]:
    """The tasks for which calls were sent to the paid model."""
    found: dict[str, list[tuple[str, int, int]]] = defaultdict(list)
    for task_id, state, cost, assumed in ledger.sent():
        found[task_id].append((state, cost, assumed))
    return {
        task_id: Paid(
            calls=len(rows),
            nanos=sum(cost for _, cost, _ in rows),
            open=sum(state == "open" for state, _, _ in rows),
            assumed=any(assumed for _, _, assumed in rows),
        )
        for task_id, rows in found.items()
    }


def shown(told: Path) -> dict[str, int]:
    """The last cost of each task that the client was told, in nano-dollars."""
    lines = told.read_text(encoding="utf-8").splitlines() if told.exists() else []
    split = (line.split(" ") for line in lines)
    return {task_id: round(float(usd) * 1e9) for task_id, _, usd in split}
