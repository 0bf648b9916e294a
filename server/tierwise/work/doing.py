"""Does a job: an engine or a command works on it, then the tests run, then maybe one
tier higher.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import field, replace
from pathlib import Path
from typing import Final

from tierwise.core.dataclass import dataclass
from tierwise.core.errors import LedgerUnavailable
from tierwise.night import endings
from tierwise.night.endings import JobEnding
from tierwise.store import jobs
from tierwise.store.content import Content
from tierwise.store.jobs import GroupRow, JobRow
from tierwise.store.ledger import Ledger
from tierwise.tasks.queue import notes as group_notes
from tierwise.tasks.queue import testing
from tierwise.tasks.queue.notes import GroupNotes
from tierwise.tasks.testing.tested import Tests, Tried
from tierwise.work.agent_run import AgentJob, over, run_agent
from tierwise.work.headless import Headless, headless
from tierwise.work.job_run import JobRun, one_step_up, run_job
from tierwise.work.notify import Teller
from tierwise.work.own_gateway import OwnGateway

log = logging.getLogger(__name__)

TESTS: Final = "tests.txt"
"""The file, kept with a job, that has the end of what the tests printed."""


@dataclass
class JobDoer:
    """Does the jobs of the queue, with one engine for each folder. `rest` closes what only running
    jobs need.
    """

    env: Mapping[str, str]
    folder: Path
    ledger: Ledger
    content: Content
    teller: Teller
    gateway: OwnGateway
    """The gateway that the commands of jobs call."""
    _heads: dict[str, Headless] = field(default_factory=dict)
    _tests: dict[str, Tests] = field(default_factory=dict)
    _making: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def do(self, job: JobRow, group: GroupRow, stop: asyncio.Event) -> JobRun:
        """Do a job and return its result. If `stop` is set, the job is broken off. Never raises."""
        try:
            return await self._do(job, group, stop)
        except LedgerUnavailable:
            return JobRun(JobEnding("waiting", "ledger"))
        except Exception:
            log.exception("job %s failed", job.id)
            return JobRun(JobEnding("failed", "error"))

    async def head(self, group: GroupRow) -> Headless:
        """The engine that works on a group's folder without an editor, started if it is new."""
        async with self._making:
            found = self._heads.get(group.root)
            if found is None:
                found = headless(self.env, Path(group.root))
                found.listener.told = self.teller.tell
                await found.engine.started()
                self._heads[group.root] = found
            return found

    async def rest(self) -> None:
        """Close all that only running jobs need: engines, test runs and the gateway."""
        for head in self._heads.values():
            await head.engine.close()
        self._heads.clear()
        self._tests.clear()
        await self.gateway.stop()

    async def _do(self, job: JobRow, group: GroupRow, stop: asyncio.Event) -> JobRun:
        lost = await self.ledger.read(lambda conn: jobs.lost_calls(conn, job.id))
        if job.kills >= endings.MOST_KILLS:
            return JobRun(JobEnding("failed", "killed"))
        if lost >= endings.MOST_LOST:
            return JobRun(JobEnding("needsYou", "interrupted"))
        kept = await asyncio.to_thread(group_notes.get, self.content, group.id)
        if kept is None:
            return JobRun(JobEnding("failed", "notes_gone"))
        head = await self.head(group)
        if kept.command:
            asked = AgentJob(job, group, kept, head, self.gateway, self.folder)
            run = await self._tested_if_ready(job, group, await run_agent(asked, stop), stop)
            await over(self.folder, job, run)
            return run
        made = await self.ledger.read(lambda conn: jobs.calls_made(conn, job.id))
        # One call may have been lost with a worker. The job may make that call again.
        run = await run_job(job, group, kept, head, stop, calls=made - min(lost, 1))
        run = await self._tested_if_ready(job, group, run, stop)
        if run.ending.reason == "tests":
            return await self._stepped_up(job, group, run, kept, stop)
        return run

    async def _stepped_up(
        self, job: JobRow, group: GroupRow, red: JobRun, kept: GroupNotes, stop: asyncio.Event
    ) -> JobRun:
        """Do the job again one tier higher, with its tests. Returns `red` if it may not go up."""
        if stop.is_set():
            return red
        higher = await one_step_up(job, kept, await self.head(group), stop)
        if higher is None:
            return red
        higher = await self._tested_if_ready(job, group, higher, stop)
        return replace(higher, routed=red.routed)

    async def _tested_if_ready(
        self, job: JobRow, group: GroupRow, run: JobRun, stop: asyncio.Event
    ) -> JobRun:
        """Run the operator's tests on a proposal. They do not run without the operator's consent.

        If `stop` breaks them off, the job is queued again. The model's answer is kept.
        """
        if run.ending.state != "ready" or run.edit_id is None:
            return run
        head = await self.head(group)
        window = head.engine.world.window
        if not window.config.queue.test.command:
            return replace(run, tests="none")
        texts = await head.engine.world.proposals.tried(run.edit_id)
        if texts is None or not testing.may_run(window):
            return replace(run, tests="notRun")
        tests = self._tests.setdefault(
            group.root, Tests(window, self.folder, Path(group.root).resolve())
        )
        found = asyncio.create_task(tests.of([Tried(job.id, texts)]))
        stopped = asyncio.create_task(stop.wait())
        await asyncio.wait({found, stopped}, return_when="FIRST_COMPLETED")
        stopped.cancel()
        if not found.done():
            found.cancel()
            await asyncio.wait({found})
            return replace(run, ending=JobEnding("queued", "stop"))
        report = found.result()
        await asyncio.to_thread(self.content.put, job.id, TESTS, report.output)
        if report.said in ("passed", "red"):
            world, green = head.engine.world, report.said == "passed"
            world.outcomes.record(
                head.engine.tasks.named(job.id), "tests", "green" if green else "red"
            )
            await world.journal.flush()
        ending = JobEnding("red", "tests") if report.said == "red" else run.ending
        return replace(run, ending=ending, tests=report.said, network=report.network)
