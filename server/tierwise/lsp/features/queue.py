"""`tierwise/queue/*`: groups of tasks that run at night, and their results."""

from __future__ import annotations

from tierwise.lsp.messages.queue import (
    GroupFigures,
    GroupResolved,
    QueueAdd,
    QueueAsk,
    Queued,
    QueueFigures,
    QueueGroup,
)
from tierwise.lsp.session.session import Session


async def add(session: Session, params: QueueAdd) -> Queued:
    """Queue a group of jobs. Without a time they run tonight.

    Before, the operator is asked all that needs their consent, such as how much a night may cost.
    """
    queue = (await session.engine()).queue
    wish = queue.timed(params.wish(session.docs), params.at, params.by)
    plan = await queue.plan(wish)
    await queue.agree(plan)
    await queue.put(plan)
    return Queued.of(plan)


async def list_(session: Session) -> QueueFigures:
    """The groups of the project, without their jobs."""
    queue = (await session.engine()).queue
    found = await queue.reports()
    return QueueFigures(groups=[GroupFigures.of(r, queue.line(r), jobs=False) for r in found])


async def report(session: Session, params: QueueAsk) -> QueueFigures:
    """The results of the groups. Afterwards the client can show and resolve their proposals."""
    queue = (await session.engine()).queue
    found = await queue.reports(group=params.group)
    for each in found:
        await queue.review(each)
    return QueueFigures(groups=[GroupFigures.of(r, queue.line(r), jobs=True) for r in found])


async def apply(session: Session, params: QueueGroup) -> GroupResolved:
    """Apply the proposals of a group that are ready."""
    queue = (await session.engine()).queue
    return GroupResolved.of(await queue.apply(params.group, passed=params.passed))


async def undo(session: Session, params: QueueGroup) -> GroupResolved:
    """Undo the applied proposals of a group, the last one first."""
    queue = (await session.engine()).queue
    return GroupResolved.of(await queue.undo(params.group))


async def cancel(session: Session, params: QueueGroup) -> int:
    """Cancel a group, or one job by its id. The result is how many jobs were cancelled."""
    return await (await session.engine()).queue.cancel(params.group)
