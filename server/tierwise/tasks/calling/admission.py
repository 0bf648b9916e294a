"""What must be true before money is spent: the workspace is trusted, the operator agreed to a
costly request, and the budget has room.
"""

from __future__ import annotations

from collections.abc import Sequence

from tierwise.budget.headroom import why_paused
from tierwise.core.error_reason import ErrorReason
from tierwise.core.errors import BudgetPaused, SpendNotAgreed, TaskTooDear
from tierwise.core.money import to_nanos
from tierwise.present import errors, questions
from tierwise.tasks.task.task import Task
from tierwise.tasks.world import World


def require(task: Task, world: World) -> None:
    """Refuse a task that may not call a model now.

    Raises `Untrusted` if the operator does not trust the workspace, and `BudgetPaused` for a chat
    turn while the budget is used up. A task that the operator allowed to go beyond the caps is not
    refused for the budget.
    """
    world.window.trust.require()
    if task.request.action == "chat" and world.budget_watch.level == "paused" and not task.allowed:
        raise BudgetPaused(why_paused(world.budget_watch.state))


def dear(task: Task, tier: str, world: World) -> bool:
    """Whether a task's expected cost on a tier is above `ask_above_usd` and above what the operator
    agreed to already, so that they must be asked first. Never in a rehearsal, and never for a task
    that may go beyond the caps.
    """
    limit = to_nanos(world.window.config.ask_above_usd)
    if not limit or task.rehearsal or task.allowed:
        return False
    return task.decision.cost.get(tier, 0) > max(limit, task.run.agreed)


async def ask_if_dear(task: Task, world: World) -> None:
    """Ask the operator before a task whose expected cost is above `ask_above_usd`. If that is 0,
    nobody is ever asked.

    Raises `SpendNotAgreed` if the answer is not yes.
    """
    if not dear(task, task.decision.answering, world):
        return
    limit = to_nanos(world.window.config.ask_above_usd)
    cost = task.decision.cost[task.decision.answering]
    question = questions.dear(cost)
    answer = await world.window.listener.ask(question.text, question.options)
    if answer != questions.GO:
        raise SpendNotAgreed(ErrorReason.of("not_agreed", cost=cost, limit=limit), cost, limit)
    task.run.agree(cost)


async def ask_for_parts(task: Task, worst: Sequence[int], world: World) -> None:
    """Ask the operator before a task of several calls, if the sum of `worst` is above
    `ask_above_usd`.

    `worst` has the highest possible cost of each call, in nano-dollars. Raises `SpendNotAgreed` if
    the answer is not yes.
    """
    limit, total = to_nanos(world.window.config.ask_above_usd), sum(worst)
    if not limit or task.rehearsal or task.allowed or total <= max(limit, task.run.agreed):
        return
    question = questions.dear_parts(len(worst), total)
    answer = await world.window.listener.ask(question.text, question.options)
    if answer != questions.GO:
        reason = ErrorReason.of("parts_not_agreed", parts=len(worst), cost=total, limit=limit)
        raise SpendNotAgreed(reason, total, limit)
    task.run.agree(total)


async def wait_for_budget(task: Task, error: BudgetPaused, world: World) -> None:
    """Hold a task until a cap is raised or the operator allows the task. It keeps its position in
    the order of tasks.

    A task that fits as soon as the running calls end waits for those. If a task costs too much even
    then, `error` is raised instead. For a chat turn `error` is always raised, because somebody
    waits for the reply.
    """
    dear = error if isinstance(error, TaskTooDear) else None
    chat = task.request.action == "chat"
    if chat or (dear is not None and not dear.waits):
        if not isinstance(error, SpendNotAgreed):
            world.budget_watch.refused(task)
        raise error
    task.move("paused", progress=errors.sentence(error))
    async with world.turns.aside(task):
        await world.budget_watch.pause_until_allowed(task, dear.needs if dear else 0)
    task.move("routing")
