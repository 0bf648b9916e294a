"""The steps of one run of a task, in their order, from its context to what the operator sees.

The steps are: context, signals, estimate, decision, attempts, proposal, preview, outcome. Each step
is a call into its own folder.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace

from tierwise.core.actions import KINDS
from tierwise.core.error_reason import ErrorReason
from tierwise.core.errors import BudgetPaused, ModelError, TierwiseError
from tierwise.present import progress
from tierwise.tasks.calling import admission, escalation, failover, opinion, parts
from tierwise.tasks.deciding import of_task
from tierwise.tasks.intake import counted, materials
from tierwise.tasks.intake.refresh import refresh
from tierwise.tasks.proposing import confining, drafts
from tierwise.tasks.task.task import OVER, Task
from tierwise.tasks.world import World

log = logging.getLogger(__name__)


async def run(task: Task, world: World) -> None:
    """Run a task from `routing` to its proposal, its text answer, or a named failure.

    It raises nothing but a cancellation. Any other error becomes the task's error, in one sentence,
    and what was spent so far is booked.
    """
    try:
        await _answer(task, world)
    except asyncio.CancelledError:
        if task.state not in OVER and task.state != "proposed":
            world.outcomes.record(task, "cancelled")
            task.cancelled()
        raise
    except TierwiseError as error:
        _fail(task, error, world)
    except Exception:
        log.exception("task %s failed", task.id)
        _fail(task, TierwiseError(ErrorReason("task_failed")), world)


async def _answer(task: Task, world: World) -> None:
    """Run the task once. If it paused for money, start over with the current text."""
    while True:
        try:
            await _once(task, world)
            return
        except BudgetPaused as error:
            await admission.wait_for_budget(task, error, world)


async def _once(task: Task, world: World) -> None:
    refresh(task, world.window.documents)
    admission.require(task, world)
    confining.require_editable(task.request.action, task.scene.focus, world.window)
    async with opinion.beside(task, world) as early:
        await materials.collect(task, world.window)
        await counted.count(task, world.window)
        routed = await opinion.second(task, of_task.route(task, world), early, world)
    if task.lifted is not None:
        routed = replace(routed, decision=task.lifted)
    failover.decided(task, routed.decision, routed.situation)
    world.journal.decided(task, routed.situation)
    await asyncio.to_thread(world.client.require_key, world.window.tier(task.decision.answering))
    if not parts.several(task, world):
        await admission.ask_if_dear(task, world)
    task.run.begin(world.window.monotonic(), world.window.config.timeouts.task)
    task.move("running", progress=progress.WORKING)
    if KINDS[task.request.action].edits:
        world.proposals.keeper.prepare()
    answer = await parts.answer(task, world)
    world.proposals.growing.over(task)
    draft = await drafts.draft(task, answer, world.window)
    draft = await escalation.escalated(task, draft, routed.situation, world)
    parts.tally(task, draft)
    await world.proposals.offer(task, draft)


def _fail(task: Task, error: TierwiseError, world: World) -> None:
    world.outcomes.record(task, "failed", error.name)
    task.failed(error)
    if isinstance(error, ModelError) and error.kind == "team_paused":
        world.budget_watch.refused(task)
