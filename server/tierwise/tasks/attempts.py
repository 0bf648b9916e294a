"""Attempts: reserve, call, settle; and again for a retry, a failover or a longer answer.

The only place where money and model meet. Every attempt has its own reservation and every
reservation is settled, whatever happens to the call.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import aclosing
from dataclasses import dataclass, replace

from tierwise.budget.reserve import Ask, Reservation
from tierwise.core.errors import ModelError, TaskTooDear
from tierwise.core.money import Usage
from tierwise.core.tiers import Tier
from tierwise.models import candidates, prompts, retry
from tierwise.models.call import Delta, Finished, Prompt, Result, Started, Trace
from tierwise.models.stream import coalesced
from tierwise.routing import policy
from tierwise.tasks.task import Task
from tierwise.tasks.world import World

log = logging.getLogger(__name__)

_SHOWN = {
    "overloaded": "overloaded",
    "rate_limited": "rate limited",
    "slow_first_event": "slow",
    "stalled": "stalled",
    "cut": "broke off",
    "network": "unreachable",
    "timeout": "unreachable",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer with the tier that gave it."""

    result: Result
    tier: str

    @property
    def text(self) -> str:
        return self.result.text


async def answer(task: Task, world: World) -> Answer:
    """The answer of a task, after as many attempts as it takes.

    Raises `BudgetPaused`, `LedgerUnavailable`, `NotConfigured`, or the last `ModelError`
    when no tier that may stand in is left. An explicit choice is never swapped.
    """
    began, total, on_tier = world.monotonic(), 0, 0
    failed: dict[str, str] = {}
    while True:
        tier = world.tier(task.decision.answering)
        total += 1
        on_tier += 1
        try:
            result = await _attempt(task, tier, world)
            if result.stop_reason == "max_tokens" and not task.whole:
                task.whole = True
                task.reset("the answer was cut off: once more, with more room")
                result = await _attempt(task, tier, world)
        except TaskTooDear as error:
            _go_down(task, tier, error, world)
            on_tier = 0
            continue
        except ModelError as error:
            left = world.config.timeouts.task - (world.monotonic() - began)
            if error.kind not in ("refused", "auth", "bad_request", "too_large", "no_credit"):
                world.breakers.failed(tier.model, world.monotonic())
            verdict = retry.after(error, on_tier, total, left)
            if verdict.wait is not None:
                task.reset(f"{error.message} Trying again.")
                task.say(f"{tier.label}: trying again")
                await asyncio.sleep(verdict.wait)
                continue
            failed[tier.name] = error.kind
            if total >= retry.MAX_ATTEMPTS or left <= 0:
                raise
            _fail_over(task, tier, error, failed, world)
            on_tier = 0
            continue
        world.breakers.succeeded(tier.model)
        return Answer(result, tier.name)


def _fail_over(
    task: Task, tier: Tier, error: ModelError, failed: dict[str, str], world: World
) -> None:
    """Let another tier stand in, visibly; raises `error` where none may."""
    stand_in = candidates.stand_in(tier.name, world.ladder, failed)
    if task.decision.explicit or stand_in is None:
        if error.retry_after is not None:
            wait = f" The server asks to wait {error.retry_after:.0f} s."
            raise ModelError(error.message + wait, error.kind, status=error.status) from error
        raise error
    note = _SHOWN.get(error.kind, "failed")
    up = world.tier(stand_in).label
    task.reset(f"{tier.label} {note}: {up} answers")
    task.decided(
        policy.moved(
            task.decision, stand_in, "failover", "availability", f"{error.message[:-1]}: {up}"
        ),
        note,
    )
    log.info("task %s: failover %s -> %s (%s)", task.id, tier.name, stand_in, error.kind)


def _go_down(task: Task, tier: Tier, error: TaskTooDear, world: World) -> None:
    """A soft task that does not fit the budget goes one tier down; any other is refused alone."""
    below = world.ladder.below(tier.name)
    if task.decision.explicit or not task.decision.soft or below is None:
        raise error
    task.decided(policy.moved(task.decision, below, "budget", "budget", error.message), "budget")


async def _attempt(task: Task, tier: Tier, world: World) -> Result:
    """One reserved, settled attempt."""
    pack = task.pack
    assert pack is not None, "context is collected before anything is asked"
    asked = replace(task.request, instruction=task.wish)
    prompt = prompts.build(asked, pack, world.threads.history(task.conversation_id))
    if world.config.content_keep_days > 0:
        world.content.put(task.id, "sent.md", prompt.text)
    reservation = await _reserve(task, tier, prompt, world)
    if reservation.note:
        task.noticed(reservation.note)
    trace, usage = Trace(), None
    try:
        world.breakers.trying(tier.model, world.monotonic())
        stream = world.client.stream(
            tier,
            prompt,
            max_tokens=reservation.max_tokens,
            deadlines=world.deadlines,
            trace=trace,
        )
        async with aclosing(coalesced(stream)) as events:
            async for event in events:
                match event:
                    case Started():
                        task.say("answering")
                    case Delta(text=text):
                        task.streamed(text)
                    case Finished(result=result):
                        usage = result.usage
                        return result
        raise ModelError(f"{tier.label}: the answer broke off.", "cut", retryable=True)
    finally:
        await asyncio.shield(_settle(task, reservation, usage, trace, world))


async def _reserve(task: Task, tier: Tier, prompt: Prompt, world: World) -> Reservation:
    focus = task.scene.focus
    task.attempts += 1
    reservation = await world.purse.reserve(
        Ask(
            task_id=task.id,
            request_id=f"{task.id}:{task.attempts}",
            tier=tier,
            prompt=prompt.text,
            action=task.request.action,
            language=focus.language if focus else None,
            max_tokens=tier.max_tokens,
            project=world.project,
            rehearsal=task.rehearsal,
            allowed=task.allowed,
            whole=task.whole,
        )
    )
    world.money.running(reservation.id)
    return reservation


async def _settle(
    task: Task, reservation: Reservation, usage: Usage | None, trace: Trace, world: World
) -> None:
    """Book what an attempt used. Never lets its own failure hide the call's."""
    try:
        if usage is None and not trace.sent:
            await world.purse.release(reservation)
        else:
            task.paid(*await world.purse.settle(reservation, usage, streamed=trace.streamed))
    except Exception:
        log.exception("task %s: settling failed; its lease will run out", task.id)
    finally:
        world.money.done(reservation.id)
        await world.money.refresh()
