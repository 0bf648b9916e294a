"""Applies the proposals of a group, undoes them, or cancels the group."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from tierwise.core.errors import DocumentChanged, TierwiseError
from tierwise.core.jobs import AHEAD, KEPT
from tierwise.core.outcome import Outcome
from tierwise.night.report import as_it_stands
from tierwise.present import errors
from tierwise.present import night as words
from tierwise.store import jobs
from tierwise.store.deferred import Connection
from tierwise.store.jobs import JobRow
from tierwise.tasks.proposing import keeping
from tierwise.tasks.queue.asked import GroupApplied
from tierwise.tasks.restore import restore_one
from tierwise.tasks.task.roster import Roster
from tierwise.tasks.world import World


async def standing(group_id: str, world: World) -> Sequence[JobRow]:
    """The jobs of a group, in the state that follows from what the operator did to
    their proposals.
    """
    await world.journal.flush()

    def read(conn: Connection) -> Sequence[JobRow]:
        rows = jobs.jobs_of(conn, group_id)
        states = jobs.task_states(conn, [row.id for row in rows])
        return [as_it_stands(row, states) for row in rows]

    return await world.window.ledger.read(read)


async def take_over(job: JobRow, world: World, tasks: Roster) -> bool:
    """Open the proposal of a job in this window.

    False if another window has it open, or if it or the decision of its task is not kept.
    """
    if job.edit_id is None:
        return False
    if job.edit_id in world.proposals.entries:
        return True
    content = world.window.content
    for name in (keeping.NIGHT, keeping.NAME):
        one = await asyncio.to_thread(keeping.look, content, job.id, name)
        if one is not None and await asyncio.to_thread(keeping.claim, content, one, name):
            return await restore_one(one, world, tasks, expires=False, name=name)
    return False


async def apply(found: Sequence[JobRow], world: World, tasks: Roster) -> GroupApplied:
    """Apply the proposals of ready jobs, in their order. For each job of which something was left
    out, the result has a sentence.
    """
    done: list[str] = []
    left: list[tuple[str, str]] = []
    for job in found:
        if not await take_over(job, world, tasks):
            left.append((job.id, words.OPEN_ELSEWHERE))
            continue
        assert job.edit_id is not None
        try:
            reply = await world.proposals.apply(job.edit_id, None)
        except DocumentChanged as error:
            await _becomes(job, world, state="changed", reason="changed")
            left.append((job.id, errors.sentence(error)))
        except TierwiseError as error:
            left.append((job.id, errors.sentence(error)))
        else:
            if reply.applied:
                done.append(job.id)
            if reply.failure_reason:
                left.append((job.id, reply.failure_reason))
    await kept(world)
    return GroupApplied(tuple(done), tuple(left))


async def undo(found: Sequence[JobRow], world: World, tasks: Roster) -> GroupApplied:
    """Undo applied proposals, the last one first. For each job of which something stays, the result
    has a sentence.
    """
    done: list[str] = []
    left: list[tuple[str, str]] = []
    for job in reversed(found):
        if not await take_over(job, world, tasks):
            left.append((job.id, words.OPEN_ELSEWHERE))
            continue
        assert job.edit_id is not None
        try:
            reply = await world.proposals.undo(job.edit_id)
        except TierwiseError as error:
            left.append((job.id, errors.sentence(error)))
            continue
        if reply.applied:
            done.append(job.id)
        if reply.failure_reason:
            left.append((job.id, reply.failure_reason))
    await kept(world)
    return GroupApplied(tuple(done), tuple(left))


async def cancel(found: Sequence[JobRow], world: World, tasks: Roster) -> int:
    """Cancel jobs that are still to run, and discard proposals that wait. Returns how many jobs
    were cancelled or discarded.

    It is one decision about the whole group and says nothing about the tiers that answered. So no
    outcome is recorded for jobs that were ready.
    """
    now, count = world.window.now_ms(), 0
    for job in found:
        if job.state in AHEAD:
            count += await _becomes(job, world, state="cancelled", reason="by_hand", ended_ms=now)
        elif job.state in KEPT:
            if job.edit_id in world.proposals.entries:
                world.proposals.drop(job.edit_id)
            world.window.content.drop(job.id, keeping.NIGHT)
            count += await _becomes(job, world, state="discarded", reason="by_hand")
    return count


async def withdrawn(found: Sequence[JobRow], world: World) -> None:
    """Record that a group was cancelled as a whole: one outcome, however many proposals of it
    waited. If no proposal waited, there is none.
    """
    gone = [job for job in found if job.state in KEPT and job.tier is not None]
    if gone and gone[0].tier is not None:
        at_ms = world.window.now_ms()
        first = Outcome(gone[0].id, "withdrawn", at_ms, gone[0].tier, str(len(gone)))
        world.journal.outcome(first)
        await world.journal.flush()


async def kept(world: World) -> None:
    """Wait until the changed proposals and the events of their tasks are on disk."""
    await world.proposals.keeper.flush()
    await world.journal.flush()


async def _becomes(job: JobRow, world: World, **values: object) -> bool:
    return await world.window.ledger.write(
        lambda conn: jobs.change(conn, job.id, [*AHEAD, *KEPT], **values)
    )
