"""Where an attempt goes when servers fail. Every switch is shown to the operator.

A place is a tier at one server address. If it fails, is slow, or failed so often lately that it is
left alone (its breaker is open), another place of the same tier answers, or a tier that may replace
it. The cause is shown and written to the ledger. A tier that the operator chose is never replaced
by another. A lower tier answers only if the operator listed it or says yes.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from dataclasses import field, replace
from datetime import timedelta
from typing import Final

from tierwise.core.dataclass import dataclass
from tierwise.core.decision import Decision, Reason
from tierwise.core.errors import ModelError, TaskTooDear
from tierwise.core.situation import Situation
from tierwise.core.tiers import Tier
from tierwise.core.views import Switch
from tierwise.models import candidates, retry
from tierwise.models.failure import FAILS_OVER, TRIPS, failure
from tierwise.present import errors, progress, questions
from tierwise.present.failures import human_wait
from tierwise.present.reasons import words
from tierwise.routing import policy
from tierwise.tasks.calling import admission
from tierwise.tasks.task.task import Task
from tierwise.tasks.world import World

log = logging.getLogger(__name__)

WORTH_TRYING: Final = 0.5
"""With fewer seconds left a task makes no further attempt."""
LAST_FOR_LATER: Final = retry.MAX_ATTEMPTS - 1
"""After so many calls a night job whose last call was refused, or reached no server, stops and
waits. It keeps its last call for later.
"""
ANSWER_WITHIN: Final = 120.0
"""Seconds the operator has to answer the question of `_ask`. If the server named a longer wait, it
is that wait.
"""


@dataclass
class AttemptPlan:
    """The attempts of one run of a task: the place (tier and server address) to call next, the
    places that failed, and how much time is left.

    Time in which the operator answers a question does not count against the task's deadline.
    """

    task: Task
    world: World
    place: Tier
    tries_here: int = 0
    failed: dict[str, ModelError] = field(default_factory=dict)

    @property
    def left(self) -> float:
        """Seconds the task still has."""
        return self.task.run.due - self.world.window.monotonic()

    def other(self) -> Tier | None:
        """The best other place (a tier at one server address) that may answer without asking the
        operator. None if there is none.
        """
        found = self._others(same_tier=self.task.decision.explicit)
        return next((place for place in found if not self.dear(place)), None)

    def dearer(self) -> Tier | None:
        """The best other place (a tier at one server address) that costs so much that the operator
        must agree first. None if there is none.
        """
        return next((place for place in self._others() if self.dear(place)), None)

    def _others(self, *, same_tier: bool = False) -> Iterator[Tier]:
        window = self.world.window
        return candidates.others(
            self.place,
            window.ladder,
            self.free,
            same_tier=same_tier,
            dearest=window.config.max_tier,
        )

    def first_token(self) -> float | None:
        """Seconds without a first token after which this server counts as slow, so that another is
        called.

        None if slowness does not matter: after the first call, in a rehearsal, and if no other
        place could answer.
        """
        timeouts = self.world.window.config.timeouts
        if self.task.run.call_count > 0 or self.task.rehearsal or self.other() is None:
            return None
        return self.world.latency.slow_after(
            self.place.endpoint_id, timeouts.slow_factor, timeouts.slow_at_least
        )

    def dear(self, place: Tier) -> bool:
        """Whether this task's expected cost at a place (a tier at one server address) is so high
        that the operator must be asked first.
        """
        return admission.dear(self.task, place.name, self.world)

    def cost(self, place: Tier) -> int:
        """What this task is expected to cost at a place (a tier at one server address), in
        nano-dollars.
        """
        return self.task.decision.cost.get(place.name, 0)

    def free(self, place: Tier) -> bool:
        """Whether a server may be called for this task: it did not fail for it, did not fail too
        often lately (its breaker lets calls pass), and there is a key for it.
        """
        world = self.world
        return (
            place.endpoint_id not in self.failed
            and world.breakers.allows(place.endpoint_id, world.window.monotonic())
            and world.client.key(place) is not None
        )


def decided(task: Task, decision: Decision, situation: Situation) -> None:
    """Give a task its decision. If the decision avoids a tier that no server can answer for now,
    record that as a switch to another tier, with the cause.
    """
    cause = ""
    if decision.cause == "failover":
        passed = next(
            (name for name in (decision.routed, *situation.blocked) if name in situation.blocked),
            decision.routed,
        )
        cause = situation.blocked.get(passed, "")
        task.run.switched(Switch(passed, decision.answering, cause))
    task.run.decided_on(situation)
    task.decided(decision, cause)


async def start(task: Task, world: World) -> AttemptPlan:
    """Choose where the first attempt goes: the answering tier, or another place (a tier at one
    server address) if that one failed too often lately (its breaker is open).

    If no other place may answer unasked, the operator is asked. A tier that they chose is called
    without a question, so that they see its failure. At night nobody can be asked, so a place with
    an open breaker raises its `ModelError`. It is also raised if the operator gives up.
    """
    tier = world.window.tier(task.run.place_of(task.decision.answering))
    plan = AttemptPlan(task, world, tier)
    state = world.breakers.state(tier.endpoint_id, world.window.monotonic())
    if state in ("open", "held"):
        kind = world.breakers.why(tier.endpoint_id)
        other = plan.other()
        if other is not None:
            _switch(plan, other, kind)
        elif state == "open" and world.window.night:
            raise failure(kind or "server", tier, sent=False)
        elif state == "open" and not task.decision.explicit:
            error = failure(kind or "server", tier, sent=False)
            chosen = await _ask(plan, error, again=True)
            if chosen is not None:
                _switch(plan, chosen, kind, asked=True)
    return plan


async def after(plan: AttemptPlan, error: ModelError) -> None:
    """Do what follows a failed attempt: wait and call again, go to another place, or ask the
    operator.

    It sets `plan.place`, where the next attempt goes. Raises `error` if nothing is left to try, if
    the operator gives up, or if a night job keeps its last call for later.
    """
    task, world, place = plan.task, plan.world, plan.place
    hurried = error.kind == "timeout" and plan.left < WORTH_TRYING
    if error.kind in TRIPS and not task.rehearsal and not hurried:
        opened = world.breakers.failed(place.endpoint_id, world.window.monotonic(), error.kind)
        if opened:
            log.warning("breaker of %s opened (%s)", place.endpoint_id, error.kind)
    if world.window.night and not error.sent and task.run.call_count == LAST_FOR_LATER:
        raise error
    other = plan.other()
    wait = retry.wait_before_another(
        error, plan.tries_here, task.run.call_count, plan.left, elsewhere=other is not None
    )
    if wait is not None:
        task.reset(progress.trying_again(place.name, error.kind))
        soon = human_wait(wait) if wait >= 2 else ""
        task.say(progress.trying_again(place.name, error.kind, soon))
        await asyncio.sleep(wait)
        return
    plan.failed[place.endpoint_id] = error
    spent = task.run.call_count >= retry.MAX_ATTEMPTS or plan.left < WORTH_TRYING
    if spent or error.kind not in FAILS_OVER:
        raise error
    if other is not None:
        _switch(plan, other, error.kind)
        return
    if task.decision.explicit:
        raise error
    chosen = await _ask(plan, error, again=False)
    if chosen is not None:
        _switch(plan, chosen, error.kind, asked=True)


def too_dear(plan: AttemptPlan, why: TaskTooDear) -> bool:
    """Go on at another place (a tier at one server address), if the present one already stands in
    for a failed one and costs more than the budget has.

    False if the present place stands in for none. If no other place is left, raises the error of
    the place that failed last.
    """
    if not plan.failed:
        return False
    last = next(reversed(plan.failed.values()))
    plan.failed[plan.place.endpoint_id] = ModelError(why.reason, "budget")
    other = plan.other()
    if other is None:
        raise ModelError(
            errors.with_dear_stand_in(last, plan.place.label),
            last.kind,
            status=last.status,
            retry_after=last.retry_after,
        )
    _switch(plan, other, "over_budget")
    return True


async def _ask(plan: AttemptPlan, error: ModelError, *, again: bool) -> Tier | None:
    """Ask the operator what to do if no place may answer unasked: wait, another tier, or give up.

    None means: call the same place again, after the wait that was chosen. Raises the error if the
    operator gives up, does not answer or cannot be asked. With `again` it is raised only if they
    give up, and else the same place is called: an open breaker is not a failure of this task.
    """
    task, world = plan.task, plan.world
    below, above = _lower(plan), plan.dearer()
    wait = questions.wait(human_wait(error.retry_after)) if error.retry_after else questions.TRY
    lower = questions.use(below.label) if below is not None else None
    dear = questions.use(above.label, plan.cost(above)) if above else None
    task.say(progress.waiting_for_answer(plan.place.name, error.kind))
    asked = world.window.monotonic()
    answer = None
    try:
        async with asyncio.timeout(max(ANSWER_WITHIN, error.retry_after or 0.0)):
            options = [option for option in (wait, dear, lower, questions.CANCEL) if option]
            answer = await world.window.listener.ask(errors.sentence(error), options)
    except TimeoutError:
        pass
    task.run.extend(world.window.monotonic() - asked)
    if answer is not None and answer == lower:
        return below
    if above is not None and answer == dear:
        task.run.agree(plan.cost(above))
        return above
    if answer == wait:
        await _wait(plan, error.retry_after or 1.0)
        plan.failed.pop(plan.place.endpoint_id, None)
        return None
    if answer == questions.CANCEL or not again:
        raise error
    return None


async def _wait(plan: AttemptPlan, seconds: float) -> None:
    """Wait as the operator chose, and show when the wait ends. A cancel ends it."""
    ends = (plan.world.window.clock().astimezone() + timedelta(seconds=seconds)).strftime(
        "%H:%M:%S"
    )
    plan.task.reset(progress.as_asked(plan.place.name, ends))
    plan.task.say(progress.waiting_until(plan.place.name, ends))
    began = plan.world.window.monotonic()
    await asyncio.sleep(seconds)
    plan.task.run.extend(plan.world.window.monotonic() - began)
    plan.tries_here = 0


def _lower(plan: AttemptPlan) -> Tier | None:
    """The next lower tier that could answer. It is only offered in the question."""
    world, name = plan.world, plan.place.name
    while (below := world.window.ladder.below(name)) is not None:
        tier, name = world.window.tier(below), below
        if plan.free(tier):
            return tier
    return None


def _switch(plan: AttemptPlan, new: Tier, cause: str, *, asked: bool = False) -> None:
    """Go on at another place. The old one, the new one and the cause are shown and written down."""
    task, old = plan.task, plan.place
    same = old.name == new.name
    switch = Switch(old.name, new.name, cause, old.endpoint_id, new.endpoint_id)
    reason = Reason.of(
        "availability",
        "switched",
        old=old.name,
        new=new.name,
        why=cause,
        old_place=old.endpoint_id,
        new_place=new.endpoint_id,
        asked=asked,
    )
    task.reset(words(reason))
    task.run.switched(switch)
    if same:
        decision = task.decision
        moved = replace(decision, reasons=(*decision.reasons, reason))
    else:
        moved = policy.moved(task.decision, new.name, "failover", reason)
    task.decided(moved, cause if not same else task.cause_note)
    if task.run.situation is not None:
        plan.world.journal.decided(task, task.run.situation)
    log.info("task %s: %s -> %s (%s)", task.id, old.endpoint_id, new.endpoint_id, cause)
    plan.place, plan.tries_here = new, 0
