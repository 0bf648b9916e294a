"""`tierwise/queue/*`: tasks for the night, and what became of them."""

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
    """Queue a group, for tonight where no time is given. Asks what must be asked before."""
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
    """What became of the groups; their proposals can be looked at and resolved afterwards."""
    queue = (await session.engine()).queue
    found = await queue.reports(group=params.group)
    for each in found:
        await queue.review(each)
    return QueueFigures(groups=[GroupFigures.of(r, queue.line(r), jobs=True) for r in found])


async def apply(session: Session, params: QueueGroup) -> GroupResolved:
    """Apply what is ready of a group."""
    queue = (await session.engine()).queue
    return GroupResolved.of(await queue.apply(params.group, passed=params.passed))


async def undo(session: Session, params: QueueGroup) -> GroupResolved:
    """Take back what was applied of a group, the last one first."""
    queue = (await session.engine()).queue
    return GroupResolved.of(await queue.undo(params.group))


async def cancel(session: Session, params: QueueGroup) -> int:
    """Give a group up, or one job of that id. Answers how many jobs there were to give up."""
    return await (await session.engine()).queue.cancel(params.group)
