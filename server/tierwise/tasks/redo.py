"""Prepares the redo of a task: stops the earlier run, records its outcome and removes
its proposal.
"""

from __future__ import annotations

from tierwise.core.error_reason import ErrorReason
from tierwise.core.errors import BadRequest
from tierwise.present import progress
from tierwise.tasks.deciding import of_task
from tierwise.tasks.task.task import Task
from tierwise.tasks.world import World


async def prepare(task: Task, tier: str, world: World) -> None:
    """Make a task ready to run again on a tier: "up" (one above), "same" or a name.

    What it offered so far is superseded, which is an outcome for the tier that made it. Raises
    `UnknownTier`, and `BadRequest` for a task that is applied.
    """
    here = task.decision.answering
    to = {"up": world.window.ladder.above(here) or here, "same": here}.get(tier, tier)
    world.window.ladder.rank(to)
    was = task.state
    # Another redo may have begun while this one waited. A task must never run twice at once.
    while await task.stop():
        pass
    if was in ("proposed", "answered", "running"):
        world.outcomes.record(task, "superseded", to)
    if was in ("applied", "partlyApplied"):
        raise BadRequest(ErrorReason("applied_already"))
    world.proposals.supersede(task)
    if task.conversation_id is not None:
        world.chats.open(task.conversation_id).retract(task.id)
    world.choices.put("task", task.id, to)
    # The size of the earlier context is the best guess for the next one.
    decision = of_task.route(task, world).decision
    task.start_over(progress.again_on(to))
    task.decided(decision)
