"""Things counted in words: one is one."""

from __future__ import annotations

from tierwise.present import counts


def test_one_task_is_no_plural() -> None:
    assert [counts.tasks(number) for number in (0, 1, 2, 2_000)] == [
        "0 tasks", "1 task", "2 tasks", "2,000 tasks",
    ]  # fmt: skip
