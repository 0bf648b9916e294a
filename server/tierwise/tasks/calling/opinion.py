"""Asking for a second opinion where it is worth its price, if the operator switched it on.

A call like any other: reserved, settled, in the task's sum. It has 800 ms; late, failing or
odd means the offline decision, which then stands high. `routing/evidence.py` says what it is worth
and bounds what it may do.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import aclosing
from dataclasses import replace
from typing import Final

from tierwise.budget.purse import ReservationRequest
from tierwise.core.errors import TierwiseError
from tierwise.core.money import Usage
from tierwise.core.tiers import Tier
from tierwise.models import opinion
from tierwise.models.call import Deadlines, Finished, Prompt
from tierwise.present import progress
from tierwise.routing import evidence, instruction
from tierwise.tasks.deciding import routing
from tierwise.tasks.deciding.routing import Routed
from tierwise.tasks.task.task import Task
from tierwise.tasks.world import World

log = logging.getLogger(__name__)

WITHIN: Final = 0.8
"""Seconds from asking to the answer, reservation included."""
ASKED_TOKENS: Final = 400
ANSWER_TOKENS: Final = 8
"""Tokens of the question and of its answer, about."""
WAIT: Final = 200_000
"""What waiting for the answer counts, in nano-dollars: a fiftieth of a cent."""


async def second(task: Task, routed: Routed, world: World) -> Routed:
    """The decision, taken again with a second opinion where one is wanted and comes in time."""
    tier = world.window.tier(world.window.ladder.cheapest)
    if not _wanted(task, routed, tier, world):
        return routed
    named = await _ask(task, replace(tier, effort="low"), world)
    situation = replace(routed.situation, opinion=named or "none")
    return routing.decide_on(
        task.request, task.scene, world.known, situation, routing.moment(world.known)
    )


def _price(tier: Tier, world: World) -> int:
    """Nano-dollars an opinion costs: its call, and the wait for it."""
    usage = Usage(input_tokens=ASKED_TOKENS, output_tokens=ANSWER_TOKENS)
    prices = world.window.prices
    return WAIT + prices.cost(tier.model, usage, world.window.clock(), tier.base_url)


def _wanted(task: Task, routed: Routed, tier: Tier, world: World) -> bool:
    """Only where it is expected to save more than it costs, and where it can be asked at all."""
    decision, facts = routed.decision, routed.situation
    return (
        world.window.config.second_opinion == "uncertain"
        and not task.rehearsal
        and not decision.explicit
        and evidence.worth(decision.signals, decision.estimate, facts) > _price(tier, world)
        and world.budget_watch.level != "paused"
        and world.breakers.state(tier.endpoint_id, world.window.monotonic()) == "closed"
        and world.client.key(tier) is not None
    )


async def _ask(task: Task, tier: Tier, world: World) -> str | None:
    """The tier that was named, None where nothing usable came in time."""
    asked = instruction.read(task.run.wish)
    prompt = opinion.prompt(task.request, asked.wish, asked.pasted_lines, world.window.ladder)
    task.say(progress.SECOND_OPINION)
    try:
        async with asyncio.timeout(WITHIN):
            answer = await _call(task, tier, prompt, world)
    except TimeoutError:
        log.info("task %s: the second opinion was late", task.id)
        return None
    except TierwiseError as error:
        log.info("task %s: no second opinion (%s)", task.id, error.name)
        return None
    return opinion.read(answer, world.window.ladder)


async def _call(task: Task, tier: Tier, prompt: Prompt, world: World) -> str:
    request = ReservationRequest(
        task_id=task.id,
        request_id=task.next_reservation("opinion"),
        tier=tier,
        prompt=prompt.text,
        action="opinion",
        language=None,
        max_tokens=opinion.MAX_TOKENS,
        project=world.window.project,
        allowed=task.allowed,
    )
    async with world.settling.paid_call(task, request) as call:
        events = world.client.stream(
            tier,
            prompt,
            max_tokens=call.reservation.max_tokens,
            deadlines=Deadlines(attempt=WITHIN),
            trace=call.trace,
        )
        async with aclosing(events):
            async for event in events:
                if isinstance(event, Finished):
                    return event.result.text
    return ""
