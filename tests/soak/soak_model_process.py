"""`python -m tests.soak.soak_model_process --kills 100`: the model process killed in its streams.

Chats stream through the real engine while the process that makes their calls is killed again and
again. Every task must end in a named state, keep the text it had, and have each of its calls
booked: no reservation stays open, and none that was sent costs nothing. Prints one line of
figures; exits 1 when anything of that fails.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from tests.support.window import Window

from tierwise.core.errors import TierwiseError
from tierwise.models.apart import ModelProcess
from tierwise.models.rehearsal.faults import Fault
from tierwise.models.rehearsal.server import RehearsalServer
from tierwise.store import schema
from tierwise.tasks.api import ChatParams
from tierwise.tasks.task.task import OVER

CONFIG: Final = "parallel = 64\n[timeouts]\nfirst_event = 60\nbetween_events = 60\nattempt = 120\n"
AT_ONCE: Final = 4
"""Chats that stream when the process is killed."""


async def kills(folder: Path, wanted: int) -> int:
    """Kill so often; how many things were wrong."""
    model = await RehearsalServer().start()
    model.faults.default = Fault(text="word " * 400, delay=0.02)
    process = ModelProcess()
    w = await Window.open(folder, model, CONFIG, transport=process)
    ends: Counter[str] = Counter()
    bad: list[str] = []
    for number in range(wanted):
        names = [f"k{number}.{n}" for n in range(AT_ONCE)]
        chats = [asyncio.ensure_future(_chat(w, name)) for name in names]
        await w.reached(lambda names=names: any(_has_text(w, name) for name in names), 120)  # type: ignore[misc]  # bound early
        said = {name: w.app.tasks[name].text for name in names if name in w.app.tasks}
        if process.process_id is not None:
            os.kill(process.process_id, signal.SIGKILL)
        await asyncio.gather(*chats)
        for name in names:
            task = w.app.tasks[name]
            ends[task.state] += 1
            if task.state not in OVER or (task.state == "failed" and task.error is None):
                bad.append(f"{name} is {task.state}")
            if task.state == "failed" and not task.text.startswith(said.get(name, "")):
                bad.append(f"{name} lost its text")
    await w.close()
    bad += _unbooked(folder)
    await model.close()
    shown = ", ".join(f"{state} {count}" for state, count in ends.most_common())
    print(f"{wanted} kills, {sum(ends.values())} tasks: {shown}; {len(bad)} wrong {bad[:5]}")
    return len(bad)


async def _chat(w: Window, name: str) -> None:
    try:
        await w.app.chat(ChatParams("tell me more", task_id=name, tier="haiku"))
    except TierwiseError:
        return


def _has_text(w: Window, name: str) -> bool:
    return name in w.app.tasks and bool(w.app.tasks[name].text)


def _unbooked(folder: Path) -> list[str]:
    """Calls that left and are not booked, or are booked at nothing."""
    engine = sa.create_engine(f"sqlite:///{folder / 'state' / 'ledger.db'}")
    table = schema.reservations
    with engine.connect() as connection:
        rows = connection.execute(sa.select(table)).all()
    engine.dispose()
    return [
        f"{row.task_id} is {row.state} at {row.cost}"
        for row in rows
        if row.state == "open" or (row.sent_ms and row.state != "released" and not row.cost)
    ]


def main() -> int:
    """Run; 1 when anything was wrong."""
    parser = argparse.ArgumentParser(prog="tests.soak.soak_model_process")
    parser.add_argument("--kills", type=int, default=100)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        return min(1, asyncio.run(kills(Path(folder), given.kills)))


if __name__ == "__main__":
    sys.exit(main())
