"""Queues a group that repeats every day for the next day."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tierwise.night import times
from tierwise.store.jobs import GroupRow, JobRow
from tierwise.tasks.queue.asked import QueueWish
from tierwise.tasks.queue.night_queue import NightQueue
from tierwise.tasks.queue.notes import GroupNotes
from tierwise.tasks.window.disk import path_of


async def repeat(
    group: GroupRow, rows: Sequence[JobRow], notes: GroupNotes, queue: NightQueue
) -> str | None:
    """Queue a group again for the next day, for those of its files that still exist.

    Returns the id of the new group, or None if no file is left.
    """
    uris = [u for u in dict.fromkeys(row.uri for row in rows) if Path(path_of(u) or "").exists()]
    if not uris:
        return None
    wish = QueueWish(
        instruction=notes.instruction,
        uris=tuple(uris),
        action=group.action,
        each=group.fan,
        tier=group.tier,
        at_ms=times.a_day_later(group.at_ms or group.created_ms, queue.zone),
        by_ms=times.a_day_later(group.by_ms, queue.zone),
        cap=group.cap,
        every=group.every,
        origin=group.origin,
        command=notes.command,
    )
    plan = await queue.plan(wish)
    await queue.put(plan)
    return plan.group.id
