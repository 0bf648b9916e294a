"""One automatic step up, because a check says that an answer cannot be right."""

from __future__ import annotations

import logging
from dataclasses import replace

from tierwise.core.check import FailedCheck
from tierwise.core.decision import Decision, Reason
from tierwise.core.errors import BudgetPaused, LedgerUnavailable, ModelError, NotConfigured
from tierwise.core.situation import Situation
from tierwise.models import notes
from tierwise.present import errors, progress
from tierwise.present.checks import both, sentence
from tierwise.present.reasons import words
from tierwise.routing import policy
from tierwise.tasks.calling import admission, attempts
from tierwise.tasks.proposing import drafts
from tierwise.tasks.proposing.drafts import Draft
from tierwise.tasks.task.task import Task
from tierwise.tasks.world import World

log = logging.getLogger(__name__)


async def escalated(task: Task, draft: Draft, situation: Situation, world: World) -> Draft:
    """The draft as it is, or the answer of the next tier if a check of the draft failed and a step
    up is allowed.

    If the higher tier cannot answer, for lack of money or of a server, this returns the first draft
    with its failed check. The operator paid for it and still sees it.
    """
    higher = step_up(task, draft, world)
    if higher is None:
        return draft
    lower, note = task.decision, task.cause_note
    world.outcomes.record(task, "superseded", draft.failed[0].key)
    task.reset(words(higher.reasons[-1]))
    task.decided(higher, sentence(draft.failed[0]))
    world.journal.decided(task, situation)
    task.run.note(notes.after_failure(draft.failed[0].key, sentence(draft.failed[0])))
    try:
        second = await drafts.draft(task, await attempts.answer(task, world), world.window)
        return _both(draft, second)
    except (BudgetPaused, LedgerUnavailable, ModelError, NotConfigured) as error:
        log.info("task %s: not escalated (%s)", task.id, error.name)
        task.reset(progress.not_checked(higher.answering, errors.sentence(error)))
        task.decided(lower, note)
        world.journal.decided(task, situation)
        task.streamed(draft.answer.text)
        return draft


def _both(first: Draft, second: Draft) -> Draft:
    """The second draft. If it failed too, its failed check says what was wrong with both."""
    if not second.failed:
        return second
    one, other = first.failed[0], second.failed[0]
    said = both(first.answer.tier, one, second.answer.tier, other)
    return replace(second, failed=(replace(other, code="said", about=said), *second.failed[1:]))


def step_up(task: Task, draft: Draft, world: World) -> Decision | None:
    """The decision for the next tier up, because a check of the draft (the answer as it would be
    shown) failed.

    None if no check failed, if the task has no time or calls left, or if `above` allows no step.
    """
    if not draft.failed or not attempts.has_room(task, world):
        return None
    return above(task, draft.failed[0], world)


def above(task: Task, failed: FailedCheck, world: World) -> Decision | None:
    """The decision one tier up because of a failed check. None if that is not allowed.

    A task goes up at most once. It does not go up after an explicit choice or as a trial, above
    `max_tier`, to a tier that needs a question because of its cost, if the budget sent it down, or
    while the budget is soft or paused. A task in parts does not go up either, because the operator
    agreed to its sum. In all these cases the failed check is shown and a redo offered.
    """
    decision = task.decision
    up = world.window.ladder.above(decision.answering)
    if up is None or decision.explicit:
        return None
    if task.run.part is not None:
        return None
    if decision.cause in ("escalated", "trial") or world.budget_watch.level != "ok":
        return None
    if any(reason.step == "budget" for reason in decision.reasons):
        return None
    cap = world.window.config.max_tier
    if cap is not None and world.window.ladder.rank(up) > world.window.ladder.rank(cap):
        return None
    if admission.dear(task, up, world):
        return None
    tier = decision.answering
    reason = Reason.of("note", "escalated", tier=tier, why=failed.code, about=failed.about, to=up)
    return policy.moved(decision, up, "escalated", reason)
