"""What `tierwise why` lists of a task's outcomes."""

from __future__ import annotations

from tierwise.cli.why import latest
from tierwise.learning.labels import Event


def event(kind: str, at: int) -> Event:
    return (kind, at, "haiku", None)


def test_a_task_without_outcomes_lists_none() -> None:
    assert latest([]) == []


def test_a_run_of_survival_checks_is_one_line() -> None:
    events = [event("applied", 1), event("survived", 2), event("survived", 3), event("undone", 4)]
    assert [(e[0], e[1]) for e in latest(events)] == [
        ("applied", 1),
        ("survived", 3),
        ("undone", 4),
    ]
    assert latest(events[:3])[-1][1] == 3
