"""Makes the proposal of a job's task from what the job's command changed in its copy of
the tree.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from tierwise.core.document import Snapshot
from tierwise.core.money import Usage
from tierwise.edits.proposal import NewText, make
from tierwise.models.call import Result
from tierwise.store.decisions import COMMAND
from tierwise.syntax.languages import of_path
from tierwise.tasks.api import TaskParams
from tierwise.tasks.deciding import of_task, routing
from tierwise.tasks.intake import requests
from tierwise.tasks.proposing import confining
from tierwise.tasks.proposing.drafts import Draft
from tierwise.tasks.task.answer import Answer
from tierwise.tasks.task.roster import Roster
from tierwise.tasks.task.scene import Question
from tierwise.tasks.task.task import Identity, Task
from tierwise.tasks.world import World


async def proposed(
    params: TaskParams,
    root: Path,
    changes: Mapping[str, tuple[str | None, str | None]],
    said: str,
    world: World,
    tasks: Roster,
) -> Task:
    """Make the task of a job, with its proposal.

    `changes` has for each path below `root` the text before and after, None where there is no file.
    `said` is what the command printed.
    """
    assert params.task_id is not None, "a job's task has the job's id"
    window = world.window
    request, scene = requests.of_task(params, window.documents, window.ladder)
    request = replace(request, id=params.task_id)
    task = Task(
        Identity(request.id, window.now_ms(), window.project, None, window.rehearsal),
        Question(request, scene),
        routing.forecast_decision(request, scene, world.known, reasons=False),
        on_change=world.bus.task_changed,
        on_stream=world.bus.streamed,
    )
    tasks[task.id] = task
    world.journal.opened(task, client=COMMAND)
    routed = of_task.route(task, world)
    task.decided(routed.decision)
    world.journal.decided(task, routed.situation)
    task.move("running")
    texts = dict(_new(root, path, *both) for path, both in changes.items())
    proposal = await asyncio.to_thread(make, uuid.uuid4().hex[:12], task.id, texts)
    proposal = confining.confined(task, proposal, window)
    result = Result(said, "end_turn", Usage(), "")
    await world.proposals.offer(task, Draft(Answer(result, task.decision.answering), proposal))
    return task


def _new(root: Path, path: str, before: str | None, after: str | None) -> tuple[str, NewText]:
    whole = (root / path).as_posix()
    uri = Path(whole).as_uri()
    doc = Snapshot(uri, whole, None, of_path(whole), before) if before is not None else None
    return uri, NewText(doc, path, after)
