"""Answers to the calls of the night, kept so that none is paid for twice.

A worker may end at any moment: after an answer came and before it is booked, or while the
operator's tests run on what was made of it. So each answer is on the disk before its call is
booked, under a name of what was asked, and the next run of the job takes it from there. What was
only shown beside the question, such as files that may help, is not part of that name: the answer
is good without it.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from typing import Final

from tierwise.core.money import Usage
from tierwise.core.tiers import Tier
from tierwise.models.call import Result
from tierwise.tasks.calling import room
from tierwise.tasks.task.task import Task
from tierwise.tasks.world import World

OPINION: Final = "opinion.txt"
"""The name under which a second opinion is kept."""


async def find(task: Task, tier: Tier, world: World) -> Result | None:
    """What an earlier run of a job was answered to the same question; None where it was not asked.

    An answer that had all the room of its tier goes before one that was cut off.
    """
    if not world.window.night or not task.run.ready:
        return None
    room.prepare(task, tier)
    for full in dict.fromkeys((True, task.run.full_output)):
        found = await asyncio.to_thread(
            world.window.content.get, task.id, _name(task, tier, full=full)
        )
        result = _read(found)
        if result is None:
            continue
        if full:
            task.run.cut_off()
        task.streamed(result.text)
        return result
    return None


async def keep(task: Task, tier: Tier, result: Result, world: World) -> None:
    """Have an answer on the disk before its call is booked."""
    window = world.window
    await window.keep_answer(task.id, task.run.earlier + result.text)
    if window.night and window.keeps_content:
        text = json.dumps([result.text, result.stop_reason, result.model])
        name = _name(task, tier, full=task.run.full_output)
        await asyncio.to_thread(window.content.put, task.id, name, text, durable=True)


def opinion(task: Task, world: World) -> str | None:
    """What a second opinion said in an earlier run of a job; None where none was asked."""
    return world.window.content.get(task.id, OPINION) if world.window.night else None


def keep_opinion(task: Task, said: str, world: World) -> None:
    """Keep what a second opinion said."""
    if world.window.night and world.window.keeps_content:
        world.window.content.put(task.id, OPINION, said, durable=True)


def _name(task: Task, tier: Tier, *, full: bool) -> str:
    """The file of an answer: a digest of what was asked, of whom, and with how much room."""
    run, scene = task.run, task.scene
    pack = run.part or run.pack
    places = [(i.path, i.start_line, i.text) for i in pack.items if i.changes] if pack else []
    asked = [
        tier.name, tier.model, full, task.request.action, run.wish, run.notes, run.part_number,
        scene.focus.text if scene.focus else "", str(scene.range), places,
        pack.secrets if pack else [],
    ]  # fmt: skip
    digest = hashlib.blake2b(json.dumps(asked).encode(), digest_size=16).hexdigest()
    return f"call-{digest}.json"


def _read(text: str | None) -> Result | None:
    try:
        said, stop_reason, model = json.loads(text or "null")
    except (TypeError, ValueError):
        return None
    return Result(str(said), str(stop_reason), Usage(), str(model))
