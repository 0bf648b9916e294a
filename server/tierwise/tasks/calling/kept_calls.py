"""Keeps the answers of the night's model calls, so that none is paid for twice.

The night's worker may end at any moment: between an answer and its booking, or while the operator's
tests run. So each answer is on disk before its call is booked, under a name made from the question.
The next run of the job takes it from there. Context that only helps, such as related files, is not
part of the name: the answer is good without it.
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
"""The file in which a second opinion is kept."""


async def find(task: Task, tier: Tier, world: World) -> Result | None:
    """The answer that an earlier run of the job got to the same question. None if there is none.

    An answer that was allowed the tier's greatest length is preferred to one that was allowed less.
    By day there is never one.
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
    """Write an answer to disk, if content is kept. This is done before its call is booked."""
    window = world.window
    await window.keep_answer(task.id, task.run.earlier + result.text)
    if window.night and window.keeps_content:
        text = json.dumps([result.text, result.stop_reason, result.model])
        name = _name(task, tier, full=task.run.full_output)
        await asyncio.to_thread(window.content.put, task.id, name, text, durable=True)


def opinion(task: Task, world: World) -> str | None:
    """The second opinion of an earlier run of a night job. None if none was kept."""
    return world.window.content.get(task.id, OPINION) if world.window.night else None


def keep_opinion(task: Task, said: str, world: World) -> None:
    """Keep the result of a second opinion (`said`) for the next run of a night job."""
    if world.window.night and world.window.keeps_content:
        world.window.content.put(task.id, OPINION, said, durable=True)


def _name(task: Task, tier: Tier, *, full: bool) -> str:
    """The file of an answer: a digest of the question, the tier, and whether the tier's greatest
    length was allowed (`full`).
    """
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
