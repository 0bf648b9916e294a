"""Shows the queue while it runs. Its lines are redrawn until nothing is left to do."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tierwise.night.report import GroupReport
    from tierwise.tasks.queue.night_queue import NightQueue

LOOK_S: Final = 1.0
"""Seconds between two reads of the queue."""


async def watched(night: NightQueue) -> Sequence[tuple[GroupReport, str]]:
    """Wait until every group is over or paused, and return the groups with their lines.

    On a terminal the lines are redrawn meanwhile.
    """
    from rich.live import Live
    from rich.text import Text

    drawing = Live(auto_refresh=False) if sys.stdout.isatty() else nullcontext()
    with drawing as live:
        while True:
            found = [(each, night.line(each)) for each in await night.reports()]
            lines = [f"{each.group.id}  {line}" for each, line in found]
            if live is not None:
                live.update(Text("\n".join(lines)), refresh=True)
            if all(each.over or each.group.state == "paused" for each, _ in found):
                return found
            await asyncio.sleep(LOOK_S)
