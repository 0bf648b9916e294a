"""Counts with their noun."""

from __future__ import annotations


def tasks(count: int) -> str:
    """A number of tasks: "1 task", "2,000 tasks"."""
    return "1 task" if count == 1 else f"{count:,} tasks"
