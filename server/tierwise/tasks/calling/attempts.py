"""Attempts, each one paid call of a model: reserve money, call, book what it cost. A retry, a
switch to another server or a longer answer is another attempt.

Every attempt is a paid call of its own (`tasks/money/settling.py`). Its worst case is reserved
before, and its real cost is booked after, whatever happens to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import replace

from tierwise.budget import forecast
from tierwise.budget.purse import ReservationRequest
from tierwise.core.context import Pack
from tierwise.core.decision import Reason
from tierwise.core.error_reason import ErrorReason
from tierwise.core.errors import ModelError, TaskTooDear
from tierwise.core.money import Usage
from tierwise.core.tiers import Tier
from tierwise.models import prompts, retry, tools
from tierwise.models.call import (
    CallOrigin,
    CallStarted,
    Deadlines,
    Delta,
    Finished,
    Prompt,
    Result,
    Thinking,
)
from tierwise.models.failure import TRIPS
from tierwise.models.stream import Pieces
from tierwise.present import notices, progress
from tierwise.routing import policy
from tierwise.tasks.calling import failover, kept_calls, room, sent, team_rule
from tierwise.tasks.calling.failover import AttemptPlan
from tierwise.tasks.chat import threads
from tierwise.tasks.money.settling import PaidCall
from tierwise.tasks.task.answer import Answer
from tierwise.tasks.task.task import Task
from tierwise.tasks.task.task_run import SentTurn
from tierwise.tasks.world import World


async def answer(task: Task, world: World) -> Answer:
    """Ask the model for the answer of a task, in at most `retry.MAX_ATTEMPTS` attempts.

    Raises `BudgetPaused`, `LedgerUnavailable`, `NotConfigured`, or the last `ModelError` if no
    other server may answer. A tier that the operator chose is never replaced by another. If an
    earlier run of a night job kept the answer, it is read from disk and costs nothing.
    """
    first = world.window.tier(task.decision.answering)
    if not has_calls(task) and await kept_calls.find(task, first, world) is None:
        raise ModelError(ErrorReason("calls_used_up"), "used_up")
    plan = await failover.start(task, world)
    while True:
        try:
            result = await _attempt(plan)
        except TaskTooDear as error:
            if not failover.too_dear(plan, error):
                _go_down(plan, error)
        except ModelError as error:
            await failover.after(plan, error)
        else:
            if not result.cut_off or task.run.full_output or not has_room(task, world):
                return Answer(result, task.decision.answering)
            task.run.cut_off()
            task.reset(progress.CUT_OFF)


def has_room(task: Task, world: World) -> bool:
    """Whether a task has both the calls and the time left for another model call in this run."""
    late = task.run.due - world.window.monotonic() < failover.WORTH_TRYING
    return has_calls(task) and not late


def has_calls(task: Task) -> bool:
    """Whether the run of a task has calls left. Their number is limited, for each part of a task
    in parts.
    """
    return task.run.call_count < retry.MAX_ATTEMPTS


def _go_down(plan: AttemptPlan, error: TaskTooDear) -> None:
    """Move a soft task that does not fit the budget to a cheaper tier.

    Raises `error` if the task is not soft or there is no such tier.
    """
    task, world, situation = plan.task, plan.world, plan.task.run.situation
    below = None
    if situation is not None and task.decision.soft and not task.decision.explicit:
        below = policy.soft_tier(task.decision.estimate, situation, plan.place.name)
    if below is None:
        raise error
    plan.place, plan.tries_here = world.window.tier(below), 0
    reason = Reason.of(
        "budget",
        "no_room",
        tier=task.decision.answering,
        needs=error.needs,
        left=error.left,
        scope=error.scope,
        to=below,
    )
    task.decided(policy.moved(task.decision, below, "budget", reason), "budget")


async def _attempt(plan: AttemptPlan) -> Result:
    """Make one attempt at the plan's place: reserve, call and settle. An answer that an earlier run
    of a night job kept is returned instead.
    """
    task, world, tier = plan.task, plan.world, plan.place
    kept = await kept_calls.find(task, tier, world)
    if kept is not None:
        return kept
    room.prepare(task, tier)
    prompt = _prompt(task, tier, world)
    deadlines = _deadlines(plan)
    async with world.settling.paid_call(task, request_of(task, tier, prompt, world)) as call:
        if call.reservation.capped:
            task.noticed(notices.answer_capped(call.reservation.max_tokens))
        task.run.called()
        plan.tries_here += 1
        try:
            result = await _call(plan, prompt, call, deadlines)
            await kept_calls.keep(task, tier, result, world)
        except ModelError as error:
            if error.kind == "slow" and deadlines.first_token is not None:
                _took(plan, deadlines.first_token * 1000)
            if error.kind not in TRIPS:
                world.breakers.dropped(tier.endpoint_id)
            raise
        except BaseException:
            # The call was cancelled or never sent. It may have been the breaker's one trial call,
            # which said nothing. Let the breaker make another.
            world.breakers.dropped(tier.endpoint_id)
            raise
        finally:
            if call.trace.first_token_ms is not None:
                _took(plan, call.trace.first_token_ms)
    task.run.answered(result.usage, _redo_costs(plan, prompt, result, call.booked))
    if not task.rehearsal:
        world.breakers.succeeded(tier.endpoint_id, world.window.monotonic())
    return result


def _redo_costs(
    plan: AttemptPlan, prompt: Prompt, result: Result, used: Usage | None
) -> Mapping[str, int]:
    """What a redo would cost on each tier in nano-dollars, by the tokens that were booked (`used`).

    Empty where they do not tell it: the server's figures were not believed, the answer was cut off,
    or the call sent a part of the context alone. So it is in a conversation, because a tier's cache
    may hold the earlier turns.
    """
    task, window = plan.task, plan.world.window
    run = task.run
    whole = run.part is None and not run.earlier and len(prompt.turns) == 1
    if used is None or used.assumed or not used.output_tokens or result.cut_off or not whole:
        return {}
    if run.pack is not None and sent.fitted(task, plan.place).tokens < run.pack.tokens:
        return {}
    return forecast.of_usage(used, window.ladder, window.prices, window.clock())


async def _call(plan: AttemptPlan, prompt: Prompt, call: PaidCall, deadlines: Deadlines) -> Result:
    """Make the call, and stream the answer to the operator while it comes."""
    task, world = plan.task, plan.world
    world.breakers.trying(plan.place.endpoint_id, world.window.monotonic())
    stream = world.client.stream(
        plan.place,
        prompt,
        max_tokens=call.reservation.max_tokens,
        deadlines=deadlines,
        trace=call.trace,
        origin=origin(task, world),
    )
    pieces = Pieces(task.streamed)
    try:
        async with aclosing(stream) as events:
            async for event in events:
                match event:
                    case CallStarted():
                        await team_rule.follow(plan, call)
                        task.say(progress.ANSWERING)
                    case Thinking():
                        task.say(progress.THINKING)
                    case Delta(text=text):
                        pieces.add(text)
                    case Finished(result=result):
                        return result
    finally:
        pieces.flush()
    raise AssertionError("a stream ends with Finished or raises")


def origin(task: Task, world: World) -> CallOrigin:
    """What a team's gateway is told about each call of a task: its action and the name of its
    project's folder.
    """
    return CallOrigin(task.request.action, world.window.project_name)


def _prompt(task: Task, tier: Tier, world: World) -> Prompt:
    """Build the prompt that is sent, and keep it so that it can be shown later."""
    pack, prompt, turn = built(task, tier, world)
    sent.keep(task, tier, pack, prompt, turn, world)
    return prompt


def built(task: Task, tier: Tier, world: World) -> tuple[Pack, Prompt, SentTurn | None]:
    """Build what one call sends: the context that fits the tier, the prompt, and the turn as a
    conversation may keep it.

    Context that the conversation's history still holds is left out. The turn is None outside of a
    conversation.
    """
    pack = sent.fitted(task, tier)
    asked = replace(task.request, instruction=task.run.wish)
    turn = None
    thread = world.chats.find(task.conversation_id)
    if thread is None:
        prompt = prompts.build(asked, pack, notes=task.run.notes)
    else:
        pack = thread.fresh(pack, world.window.may_go)
        history = thread.turns(world.window.may_go)
        prompt = prompts.build(asked, pack, history, thread.life, task.run.notes)
        turn = threads.sent(prompt.turns[-1].text, pack)
    return pack, replace(prompt, tool=tools.offered(tier, task.request.action)), turn


def _deadlines(plan: AttemptPlan) -> Deadlines:
    """The configured deadlines, shortened to the time the task has left.

    The first call of a run also has a limit for its first token, if another place could answer.
    """
    own, left = plan.world.window.deadlines, max(0.05, plan.left)
    return replace(own, attempt=min(own.attempt, left), first_token=plan.first_token())


def _took(plan: AttemptPlan, first_token_ms: float) -> None:
    """Note how many milliseconds the place took to its first token. A place that was given up on
    took at least that long.
    """
    if not plan.task.rehearsal:
        place = plan.place.endpoint_id
        plan.world.journal.took(place, plan.world.latency.took(place, first_token_ms))


def request_of(task: Task, tier: Tier, prompt: Prompt, world: World) -> ReservationRequest:
    """The request to set money aside for one call: its tier, its prompt, and the longest answer it
    may give. From these the worst case is computed.
    """
    focus = task.scene.focus
    return ReservationRequest(
        task_id=task.id,
        request_id=task.next_reservation(),
        tier=tier,
        prompt=prompt.text,
        action=task.request.action,
        language=focus.language if focus else None,
        max_tokens=min(tier.max_tokens, task.run.most or tier.max_tokens),
        project=world.window.project,
        rehearsal=task.rehearsal,
        allowed=task.allowed,
        full_output=task.run.full_output,
    )
