"""Runs one job with an engine: it starts a task on the current text, as any editor window does."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from pathlib import Path
from typing import Final

from tierwise.budget.limits import BudgetState
from tierwise.core.actions import KINDS
from tierwise.core.check import FailedCheck
from tierwise.core.dataclass import dataclass
from tierwise.core.document import Position, Range, Snapshot
from tierwise.core.errors import BadRequest, LedgerUnavailable, ModelError, TierwiseError
from tierwise.core.jobs import TestsSaid
from tierwise.models.failure import FAILS_OVER
from tierwise.night import endings
from tierwise.night.endings import JobEnding
from tierwise.night.fan_out import JobPlace, whole
from tierwise.present import errors
from tierwise.store.jobs import GroupRow, JobRow
from tierwise.tasks.calling import attempts
from tierwise.tasks.intake.refresh import rebased
from tierwise.tasks.queue.adding import params_of
from tierwise.tasks.queue.asked import QueueWish
from tierwise.tasks.queue.notes import GroupNotes, file_digest
from tierwise.tasks.task.task import Task
from tierwise.work.headless import Headless

log = logging.getLogger(__name__)

TESTS_RED: Final = FailedCheck("verify", "command_refused", "the tests")
LOOK_S: Final = 0.5
"""Seconds between looks at a task that waits for money which other calls hold."""


@dataclass(frozen=True, slots=True)
class JobRun:
    """The result of one run of a job: how it ended, the routed tier and the one that answered, the
    proposal, and what the tests said.

    `said` is a sentence for the operator. It is empty if the reason code in `ending` says enough.
    `network` says whether tests or command could use the network, None if none ran.
    """

    ending: JobEnding
    tier: str | None = None
    routed: str | None = None
    edit_id: str | None = None
    said: str = ""
    tests: TestsSaid | None = None
    network: bool | None = None


async def run_job(
    job: JobRow,
    group: GroupRow,
    notes: GroupNotes,
    head: Headless,
    stop: asyncio.Event,
    *,
    calls: int = 0,
) -> JobRun:
    """Do a job. Its proposal is on disk when this returns.

    `calls` is how many model calls earlier runs made. They count against the job's limit. If `stop`
    is set the job is broken off, and what it used is booked.
    """
    try:
        place = place_of(job, notes, head)
    except BadRequest as error:
        return JobRun(JobEnding("changed", "gone"), said=errors.sentence(error))
    if place is None:
        return JobRun(JobEnding("changed", "changed"))
    engine = head.engine
    paused = await money_wait(job, head)
    if paused is not None:
        return JobRun(JobEnding("waiting", paused))
    before = engine.tasks.pop(job.id, None)
    if before is not None and before.edit_id is not None:
        engine.world.proposals.drop(before.edit_id)
    try:
        params = params_of(job, wish_of(group, notes), place)
        await engine.start_task(replace(params, calls_made=calls))
    except TierwiseError as error:
        return JobRun(endings.of_task("failed", type(error).__name__), said=errors.sentence(error))
    return await _rested(job, head, stop)


async def one_step_up(
    job: JobRow, notes: GroupNotes, head: Headless, stop: asyncio.Event
) -> JobRun | None:
    """Do a job again one tier higher because its tests failed. None if the task may not go to a
    higher tier.
    """
    place_of(job, notes, head)
    if not head.engine.step_up(job.id, TESTS_RED):
        return None
    return await _rested(job, head, stop)


async def _rested(job: JobRow, head: Headless, stop: asyncio.Event) -> JobRun:
    """Wait for the task of a job and return the job's result. Its proposal is on disk then."""
    engine, task = head.engine, head.engine.tasks[job.id]
    why = await _rest(task, head, stop)
    await engine.world.proposals.keeper.flush()
    await engine.world.journal.flush()
    head.documents.unsaved.pop(job.uri, None)
    if why is not None:
        return _of(task, JobEnding("queued" if why == "stop" else "waiting", why))
    return _of(task, _ending(task, head))


async def money_wait(job: JobRow, head: Headless) -> str | None:
    """Check the budget before anything is collected for a job.

    Returns the code of the reason why it has to wait for money, or None.
    """
    world = head.engine.world
    if world.window.rehearsal:
        return None
    try:
        state = await world.purse.state(world.window.project, job.id)
    except LedgerUnavailable:
        return "ledger"
    return _short(state) if state.level == "paused" and not state.waits else None


def _short(state: BudgetState) -> str:
    """Why there is no money, as the code of a reason: the budget that ran out, or a hold."""
    if state.hold:
        return "clock" if state.hold == "clock" else "hold"
    if state.group_level == "paused":
        return "group_cap"
    if state.day_level != "paused" and state.hour_level == "paused":
        return "hour"
    return "money"


async def _rest(task: Task, head: Headless, stop: asyncio.Event) -> str | None:
    """Wait until a task rests. Returns None, or why the task was broken off before."""
    world = head.engine.world
    ended = asyncio.create_task(task.ended.wait())
    stopped = asyncio.create_task(stop.wait())
    try:
        while True:
            await asyncio.wait({ended, stopped}, timeout=LOOK_S, return_when="FIRST_COMPLETED")
            if task.ended.is_set() and task.state != "paused":
                return None
            why = "stop" if stop.is_set() else None
            if why is None and task.state == "paused":
                state = await world.purse.state(world.window.project, task.id)
                held = state.day_reserved + state.project_reserved + state.group_reserved
                if not state.waits and (state.level == "paused" or not held):
                    why = _short(state) if state.level == "paused" else "money"
            if why is not None:
                await head.engine.cancel(task.id)
                return why
    finally:
        ended.cancel()
        stopped.cancel()


def _ending(task: Task, head: Headless) -> JobEnding:
    error = task.error
    if isinstance(error, ModelError):
        if error.kind == "used_up":
            return JobEnding("needsYou", "calls")
        if error.kind not in FAILS_OVER:
            return JobEnding("failed", "error")
        if error.sent and not attempts.has_calls(task):
            return JobEnding("failed", "no_answer")
        if not attempts.has_calls(task):
            return JobEnding("failed", "model_gone")
    needs = getattr(error, "needs", 0)
    most = head.engine.world.window.settings.limits.request
    if most is not None and needs > most:
        return JobEnding("refused", "request_cap")
    kind = KINDS[task.request.action]
    name = type(error).__name__ if error is not None else None
    return endings.of_task(task.state, name, checked=not task.answer.failed_check, edits=kind.edits)


def _of(task: Task, ending: JobEnding) -> JobRun:
    said = errors.sentence(task.error) if task.error is not None else ""
    if ending.reason == "check":
        said = task.progress or ""
    return JobRun(ending, task.decision.answering, task.decision.routed, task.edit_id, said)


def wish_of(group: GroupRow, notes: GroupNotes) -> QueueWish:
    """What the operator asked for when a group was queued, as far as its jobs need it: instruction,
    action and tier.
    """
    return QueueWish(notes.instruction, (), group.action, tier=group.tier)


def place_of(job: JobRow, notes: GroupNotes, head: Headless) -> JobPlace | None:
    """The document and the lines in it that a job works on now.

    Returns None if its lines changed. Raises `BadRequest` if the file is gone.
    """
    documents = head.documents
    document = documents.snapshot(job.uri)
    was = notes.unsaved.get(job.uri)
    if was is not None and document.path and file_digest(Path(document.path)) == was:
        documents.unsaved[job.uri] = notes.texts[job.uri]
        document = documents.snapshot(job.uri)
    problem = notes.problems.get(job.id)
    if job.range is None:
        return JobPlace(document, whole(document), problem)
    span = _now(job, notes.texts.get(job.uri), document)
    return JobPlace(document, span, problem) if span is not None else None


def _now(job: JobRow, before: str | None, document: Snapshot) -> Range | None:
    assert job.range is not None, "only a job about some lines is looked for"
    a, b, c, d = job.range
    span = Range(Position(a, b), Position(c, d))
    if before is None or before == document.text:
        return span
    return rebased(before, document.text, span)
