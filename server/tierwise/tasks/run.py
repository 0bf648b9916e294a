"""The spine: the way of one request, from its context to what the operator sees.

Reads like the list in the design: context, signals, estimate, decision, attempts, proposal,
preview, outcome. Every step is a call into its own room; nothing is decided here.
"""

from __future__ import annotations

import asyncio
import logging

from tierwise.core.errors import BudgetPaused, TierwiseError
from tierwise.core.request import EDITING
from tierwise.tasks import admission, attempts, checking, context, routing
from tierwise.tasks.task import OVER, Task
from tierwise.tasks.world import World

log = logging.getLogger(__name__)


async def run(task: Task, world: World) -> None:
    """Take a task from `routing` to its proposal, its text answer, or a named failure.

    Never raises but for cancellation: whatever goes wrong becomes the task's error, in one
    sentence, and what was spent until then is booked.
    """
    try:
        await _answer(task, world)
    except asyncio.CancelledError:
        if task.state not in OVER and task.state != "proposed":
            world.outcomes.cancelled(task)
            task.move("cancelled")
        raise
    except TierwiseError as error:
        world.outcomes.failed(task, error)
        task.failed(error)
    except Exception:
        log.exception("task %s failed", task.id)
        error = TierwiseError(
            "Tierwise failed on this task; the log says why. Nothing was changed."
        )
        world.outcomes.failed(task, error)
        task.failed(error)


async def _answer(task: Task, world: World) -> None:
    task.pack = await context.collect(task, world)
    signals = routing.measure(task, world)
    estimate = await routing.estimate(task, signals, world)
    situation = routing.situation(task, estimate, world)
    task.decided(routing.decide(task, signals, estimate, situation, world))
    await _admitted(task, world)
    while True:
        task.move("running", progress="working")
        try:
            answer = await attempts.answer(task, world)
        except BudgetPaused as error:
            await admission.wait_for_budget(task, error, world)
            continue
        if task.request.action not in EDITING and not answer.edits:
            return world.answers.give(task, answer)
        draft = world.proposals.draft(task, answer)
        failed = await checking.check(task, draft, world)
        higher = checking.escalation(task, failed, world)
        if higher is None:
            break
        world.outcomes.superseded(task, failed)
        task.reset(higher.reasons[-1].text)
        task.decided(higher, failed[0].sentence)
    world.proposals.offer(task, draft, failed)


async def _admitted(task: Task, world: World) -> None:
    """Trust, keys and the operator's consent for a dear request, before anything is spent."""
    world.trust.require("send code to a model")
    world.client.require_key(world.tier(task.decision.answering))
    await admission.ask_if_dear(task, world)
