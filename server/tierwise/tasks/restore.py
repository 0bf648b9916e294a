"""Opens the proposals that an earlier server process of the same project left behind."""

from __future__ import annotations

import asyncio
import logging
from typing import Final

from tierwise.core.document import Snapshot
from tierwise.core.errors import BadRequest, LedgerUnavailable, UnknownTask
from tierwise.tasks.learning import recall
from tierwise.tasks.proposing import keeping
from tierwise.tasks.proposing.keeping import KeptProposal
from tierwise.tasks.task.roster import Roster
from tierwise.tasks.task.scene import Question, Scene
from tierwise.tasks.task.task import Identity, Task
from tierwise.tasks.window.window import Window
from tierwise.tasks.world import World

log = logging.getLogger(__name__)

MOST: Final = 100
"""The most proposals that are taken over, the latest ones."""
DAY_MS: Final = 86_400_000
"""For so many milliseconds after a task's start its applied edit can be undone after a restart."""


async def restore_proposals(world: World, tasks: Roster) -> None:
    """Open the kept proposals that wait for the operator, and those of the last day that were
    applied.
    """
    window = world.window
    if not window.keeps_content or window.night:
        return
    since_ms = window.now_ms() - DAY_MS
    found = await asyncio.to_thread(keeping.read, window.content, window.project, MOST, since_ms)
    for one in found:
        if one.task_id not in tasks:
            await restore_one(one, world, tasks)


async def restore_one(
    one: KeptProposal,
    world: World,
    tasks: Roster,
    *,
    expires: bool = True,
    name: str = keeping.NAME,
) -> bool:
    """Open one proposal that was claimed under the file name `name`.

    False if the decision of its task cannot be read from the ledger. It can be claimed again if
    that is because the ledger is out of reach.
    """
    window = world.window
    try:
        decision = await recall.last_decision(window.ledger, one.task_id)
    except UnknownTask:
        log.warning("task %s: its proposal is kept, its decision is not", one.task_id)
        return False
    except LedgerUnavailable:
        log.warning("task %s: its proposal waits until the ledger can be read", one.task_id)
        window.content.give_back(one.task_id, name)
        return False
    task = Task(
        Identity(one.task_id, one.created_ms, one.project, one.conversation_id, one.rehearsal),
        Question(one.request, _scene(one, window)),
        decision,
        on_change=world.bus.task_changed,
        on_stream=world.bus.streamed,
        state=one.state,
    )
    task.offered(one.proposal.id)
    task.ended.set()
    tasks[task.id] = task
    world.proposals.restore(task, one, expires=expires)
    task.announce()
    return True


def _scene(one: KeptProposal, window: Window) -> Scene:
    """The scene of the task, as far as it is known: its document, in the text the hunks were made
    for.
    """
    if one.uri is None:
        return Scene()
    made_for = {f.uri: f for f in one.proposal.files if f.kind == "text"}
    file = made_for.get(one.uri)
    try:
        focus = window.documents.snapshot(one.uri)
    except BadRequest:
        focus = None
    if file is not None:
        path = window.confine.path_of(one.uri)
        local = path.as_posix() if path is not None else None
        focus = Snapshot(one.uri, local, None, file.language, file.before)
    return Scene(focus, one.range if focus is not None else None)
