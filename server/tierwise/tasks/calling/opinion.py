"""Asks a cheap model how hard a request is (the second opinion), if the operator switched that on
and it is worth its price.

A run asks once. If the run pauses and goes on, the result is used again. The question runs while
the context is collected, so it usually costs no time. It is a call like any other: reserved,
settled, and part of the task's cost. It has 800 ms. If it is late, fails or makes no sense, the
router decides without it. `routing/evidence.py` says how much weight it has.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from typing import Final

from tierwise.budget.purse import ReservationRequest
from tierwise.context import diffs, secrets
from tierwise.core.dataclass import dataclass
from tierwise.core.decision import Decision
from tierwise.core.errors import BudgetPaused, TierwiseError
from tierwise.core.money import Usage
from tierwise.core.situation import Situation
from tierwise.core.tiers import Tier
from tierwise.learning import opinions
from tierwise.models import opinion
from tierwise.models.call import CallOrigin, Deadlines, Finished, Prompt
from tierwise.present import progress
from tierwise.routing import evidence, instruction
from tierwise.tasks.calling import kept_calls
from tierwise.tasks.deciding import of_task, routing
from tierwise.tasks.deciding.routing import Routed
from tierwise.tasks.task.task import Task
from tierwise.tasks.world import World

log = logging.getLogger(__name__)

WITHIN: Final = 0.8
"""Seconds from the question to the answer, including the reservation."""
ASKED_TOKENS: Final = 400
ANSWER_TOKENS: Final = 8
"""Tokens of the question (above) and of its answer, as estimates."""
WAIT: Final = 200_000
"""The price of waiting for the answer, in nano-dollars: a fiftieth of a cent."""


NOTHING: Final = "none"
"""The value of an opinion that was asked for and gave nothing usable in time."""


@dataclass
class EarlyOpinion:
    """An opinion that is asked for while the context is still being collected.

    `asking` is the call. It is None if no opinion is asked for at that time.
    """

    asking: asyncio.Task[str] | None = None


@asynccontextmanager
async def beside(task: Task, world: World) -> AsyncIterator[EarlyOpinion]:
    """Ask for a second opinion while the block runs, if the first decision calls for one.

    A call that still runs when the block ends is cancelled.
    """
    tier = world.window.tier(world.window.ladder.cheapest)
    early = EarlyOpinion()
    if (said := kept_calls.opinion(task, world)) is not None:
        task.run.heard(said)
    if world.window.config.second_opinion != "off" and task.run.opinion is None:
        routed = of_task.route(task, world)
        if _wanted(task, routed.decision, _facts(routed.situation, world), tier, world):
            words = _own_words(task, world)
            early.asking = asyncio.create_task(
                _ask(task, replace(tier, effort="low"), words, world)
            )
    try:
        yield early
    finally:
        if early.asking is not None and not early.asking.done():
            early.asking.cancel()
            await asyncio.wait({early.asking})


async def second(task: Task, routed: Routed, early: EarlyOpinion, world: World) -> Routed:
    """Decide again with the result of a second opinion, which is `NOTHING` if it is late.

    Returns `routed` unchanged if no opinion is wanted, or if the operator chose the tier.
    """
    tier = world.window.tier(world.window.ladder.cheapest)
    facts = _facts(routed.situation, world)
    if early.asking is not None:
        said = await early.asking
    elif task.run.opinion is not None:
        said = task.run.opinion
    elif _wanted(task, routed.decision, facts, tier, world):
        said = await _ask(task, replace(tier, effort="low"), task.run.wish, world)
    else:
        return routed
    if routed.decision.explicit:
        return routed
    situation = replace(facts, opinion=said)
    return routing.decide_on(
        task.request, task.scene, world.known, situation, routing.moment(world.known)
    )


def _facts(situation: Situation, world: World) -> Situation:
    """The facts, with what was learned about how good opinions are."""
    memory, _ = world.learning.memory()
    return replace(situation, opinion_table=opinions.table(memory.state.opinions))


def _own_words(task: Task, world: World) -> str:
    """The operator's words as they would be sent: without secrets and without the changes of files
    that are never sent.
    """
    words = task.request.instruction
    if task.request.action == "commit":
        words = diffs.parted(words)[0]
    look = world.window.ignore.look()
    kept, _ = diffs.without(words, lambda path: look.judge_shown(path).kind == "hard")
    return secrets.redact(kept).text


def _price(tier: Tier, world: World) -> int:
    """What an opinion costs in nano-dollars: its call, and the wait for it."""
    usage = Usage(input_tokens=ASKED_TOKENS, output_tokens=ANSWER_TOKENS)
    prices = world.window.prices
    return WAIT + prices.cost(tier.model, usage, world.window.clock(), tier.base_url)


def _wanted(task: Task, decision: Decision, facts: Situation, tier: Tier, world: World) -> bool:
    """Whether an opinion can be asked for, and is expected to save more than it costs."""
    return (
        world.window.config.second_opinion == "uncertain"
        and not task.rehearsal
        and not decision.explicit
        and evidence.worth(decision.signals, decision.estimate, facts) > _price(tier, world)
        and world.budget_watch.level != "paused"
        and world.breakers.state(tier.endpoint_id, world.window.monotonic()) == "closed"
        and world.client.key(tier) is not None
    )


async def _ask(task: Task, tier: Tier, words: str, world: World) -> str:
    """The tier that the opinion named, or `NOTHING`.

    The run keeps the result, except if there was no money for the question.
    """
    asked = instruction.read(words)
    prompt = opinion.prompt(task.request, asked.wish, asked.pasted_lines, world.window.ladder)
    task.say(progress.SECOND_OPINION)
    try:
        async with asyncio.timeout(WITHIN):
            answer = await _call(task, tier, prompt, world)
    except BudgetPaused as error:
        log.info("task %s: no second opinion (%s)", task.id, error.name)
        return NOTHING
    except TimeoutError:
        log.info("task %s: the second opinion was late", task.id)
        said = NOTHING
    except TierwiseError as error:
        log.info("task %s: no second opinion (%s)", task.id, error.name)
        said = NOTHING
    else:
        said = opinion.read(answer, world.window.ladder) or NOTHING
    task.run.heard(said)
    await asyncio.to_thread(kept_calls.keep_opinion, task, said, world)
    return said


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
            origin=CallOrigin(task.request.action, world.window.project_name),
        )
        async with aclosing(events):
            async for event in events:
                if isinstance(event, Finished):
                    return event.result.text
    return ""
