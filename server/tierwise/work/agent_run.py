"""Runs one job whose work a command does, in a copy of the tree and with the gateway as
its model.
"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final

from tierwise.core.dataclass import dataclass
from tierwise.core.errors import BadRequest
from tierwise.core.jobs import AHEAD
from tierwise.night.endings import JobEnding
from tierwise.present import errors
from tierwise.store import job_tokens, jobs
from tierwise.store.jobs import GroupRow, JobRow
from tierwise.syntax import encoding
from tierwise.tasks.queue import commanded
from tierwise.tasks.queue.adding import params_of
from tierwise.tasks.queue.notes import GroupNotes, file_digest
from tierwise.tasks.testing import cell
from tierwise.tasks.testing.cell import CellRun
from tierwise.tasks.testing.copies import NoCopy
from tierwise.tasks.window.disk import path_of
from tierwise.work import job_run
from tierwise.work.agent_tree import AgentTree, tree_of
from tierwise.work.headless import Headless
from tierwise.work.job_run import JobRun
from tierwise.work.own_gateway import OwnGateway
from tierwise.work.way_out import way_out, within

MOST_S: Final = 3600.0
"""Seconds that a command may take."""
OUTPUT: Final = "command.txt"
"""The file, kept with a job, that has the end of what the command printed."""
_MAKING: Final = asyncio.Lock()
"""Only one copy is made at a time, because all are made from one shared copy of the tree."""


@dataclass(frozen=True, slots=True)
class AgentJob:
    """A job that a command of the operator does, with what is needed to run it. `head` is the
    engine of its folder, `state` the state folder.
    """

    job: JobRow
    group: GroupRow
    notes: GroupNotes
    head: Headless
    gateway: OwnGateway
    state: Path


async def run_agent(ask: AgentJob, stop: asyncio.Event) -> JobRun:
    """Let the command do the job, and make a proposal of what it changed. Its copy of the tree
    stays until the job is over (see `over`).

    If `stop` is set, the command is ended.
    """
    tree = tree_of(ask.state, ask.job.id)
    job, head = ask.job, ask.head
    window = head.engine.world.window
    network = window.config.queue.test.network
    if not window.trust.trusted:
        return JobRun(JobEnding("refused", "untrusted"))
    if not network and not await asyncio.to_thread(cell.has_loopback):
        return JobRun(JobEnding("refused", "no_cell"))
    if window.ignore.judge(path_of(job.uri) or "").kind == "hard":
        return JobRun(JobEnding("refused", "ignored"))
    try:
        head.documents.snapshot(job.uri)
    except BadRequest as error:
        return JobRun(JobEnding("changed", "gone"), said=errors.sentence(error))
    said = await asyncio.to_thread(tree.ended)
    if said is not None:
        return await _proposed(ask, tree, said, network=network)
    paused = await job_run.money_wait(job, head)
    if paused is not None:
        return JobRun(JobEnding("waiting", paused))
    url = await ask.gateway.url()
    if url is None:
        return JobRun(JobEnding("waiting", "no_gateway"))
    try:
        await _made(ask, tree)
    except NoCopy:
        return JobRun(JobEnding("failed", "no_copy"))
    done, refused = await _commanded(ask, tree, url, stop, network=network)
    if done is None:
        return JobRun(JobEnding("queued", "stop"))
    window.content.put(job.id, OUTPUT, done.output)
    if refused:
        short = await job_run.money_wait(job, head)
        return JobRun(JobEnding("waiting", short or "job_money"), network=network)
    if done.code != 0:
        why = "command" if done.code is not None else "command_time"
        return JobRun(JobEnding("failed", why), said=done.output[-2_000:], network=network)
    await asyncio.to_thread(tree.end, done.output)
    return await _proposed(ask, tree, done.output, network=network)


async def over(state: Path, job: JobRow, run: JobRun) -> None:
    """Remove the copy of the tree of a command's job, if the job is over."""
    if run.ending.state not in AHEAD:
        await asyncio.to_thread(tree_of(state, job.id).remove)


async def _made(ask: AgentJob, tree: AgentTree) -> None:
    """Make the command's copy of the tree, or keep the copy of an earlier run.

    Unsaved texts of the editor are written into the copy, if the file on disk is still the same.
    """
    root, window = Path(ask.group.root), ask.head.engine.world.window
    texts: dict[str, bytes] = {}
    for uri, digest in ask.notes.unsaved.items():
        path = Path(path_of(uri) or "")
        if path.is_relative_to(root) and file_digest(path) == digest:
            inside = path.relative_to(root).as_posix()
            texts[inside] = encoding.encode(ask.notes.texts[uri], path.read_bytes())
    settings = window.config.queue
    async with _MAKING:
        if not tree.made:
            await asyncio.to_thread(
                tree.make, root, ask.state, window.ignore, texts, settings.link, settings.copies
            )


async def _commanded(
    ask: AgentJob, tree: AgentTree, url: str, stop: asyncio.Event, *, network: bool
) -> tuple[CellRun | None, bool]:
    """Run the command. Returns its result, and whether it was refused a call for lack of money.

    The result is None if `stop` ended the command.
    """
    job, group = ask.job, ask.group
    window = ask.head.engine.world.window
    count = len(await window.ledger.read(lambda conn: jobs.jobs_of(conn, group.id)))
    assert group.cap is not None, "a command has a cap"
    token = job_tokens.issue(
        ask.state, job.id, project=group.project, cap=group.cap // max(count, 1)
    )
    more = {"ANTHROPIC_AUTH_TOKEN": token, "ANTHROPIC_BASE_URL": url}
    command = [*ask.notes.command, f"{ask.notes.instruction}\n\nFile: {job.path}"]
    shut = await asyncio.to_thread(cell.has_loopback)
    try:
        async with AsyncExitStack() as stack:
            if shut:
                command = within(await stack.enter_async_context(way_out(url)), command)
            running = asyncio.create_task(cell.run(
                command, tree.work, seconds=MOST_S, network=network,
                env=window.settings.env, more=more, rights=shut,
            ))  # fmt: skip
            stopped = asyncio.create_task(stop.wait())
            try:
                await asyncio.wait({running, stopped}, return_when="FIRST_COMPLETED")
            finally:
                stopped.cancel()
                broken_off = not running.done()
                running.cancel()
                await asyncio.wait({running})
        return None if broken_off else running.result(), job_tokens.refused(ask.state, job.id)
    finally:
        job_tokens.revoke(ask.state, job.id)


async def _proposed(ask: AgentJob, tree: AgentTree, said: str, *, network: bool) -> JobRun:
    """Make a proposal from what the command changed."""
    engine, root = ask.head.engine, Path(ask.group.root)
    window = engine.world.window
    changes, left = await asyncio.to_thread(tree.changes, root, window.ignore)
    if not changes:
        return JobRun(JobEnding("unchanged", "left_out" if left else "nothing"), network=network)
    place = job_run.place_of(ask.job, ask.notes, ask.head)
    if place is None:
        return JobRun(JobEnding("changed", "changed"))
    task = await commanded.proposed(
        params_of(ask.job, job_run.wish_of(ask.group, ask.notes), place),
        root,
        {each.path: (each.before, each.after) for each in changes},
        said,
        engine.world,
        engine.tasks,
    )
    await engine.world.proposals.keeper.flush()
    await engine.world.journal.flush()
    ask.head.documents.unsaved.pop(ask.job.uri, None)
    decision = task.decision
    ending = JobEnding("ready") if task.state == "proposed" else JobEnding("needsYou", "check")
    return JobRun(ending, decision.answering, decision.routed, task.edit_id, network=network)
