"""Step 2 of the spine: what this task sends, after the operator's consent where it is needed."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from tierwise.context import collect as context
from tierwise.context import secrets
from tierwise.core.context import Pack
from tierwise.core.document import Snapshot
from tierwise.core.errors import Ignored
from tierwise.tasks.requests import relative
from tierwise.tasks.task import Task
from tierwise.tasks.world import World

SEND = "Send it"
KEEP = "Keep it here"


async def collect(task: Task, world: World) -> Pack:
    """The pack of a task. Raises `Ignored` or `ContextTooLarge`; asks once per ignored file."""
    roots = tuple(world.documents.roots())

    def name(doc: Snapshot) -> str:
        return relative(doc, roots)

    scene = task.scene
    found = context.Materials(
        scene.focus, scene.range, scene.attached, scene.open, name, world.ignore
    )
    asked = context.needs_confirmation(found)
    if asked is not None and asked not in world.accepted:
        answer = await world.listener.ask(
            f"{asked} is ignored by git. Send this selection to a model?", (SEND, KEEP)
        )
        if answer != SEND:
            raise Ignored(f"{asked} is ignored by git, so it is not sent without your yes.")
        world.accepted.add(asked)
    pack = await asyncio.to_thread(context.collect, task.request, found)
    wish = secrets.redact(task.request.instruction, pack.secrets)
    task.wish, pack = wish.text, replace(pack, secrets=wish.secrets)
    if pack.secrets:
        task.noticed(f"{len(pack.secrets)} secret(s) were replaced before sending")
    return pack
