"""The night queue inside the test's own process. The test controls the clock and the machine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from tests.support.night import NightFolder
from tierwise.present import night as words
from tierwise.store import jobs
from tierwise.store.jobs import GroupRow, JobRow
from tierwise.store.ledger import Ledger
from tierwise.tasks.queue.asked import GroupApplied, QueueWish
from tierwise.work.headless import headless
from tierwise.work.job_run import JobRun
from tierwise.work.worker import Worker, now_ms


@dataclass
class NightInside:
    """One operator's machine. Its clock stands at `began_ms` and `ahead_ms` more; `held` is what it
    says against working now."""

    folder: NightFolder
    ahead_ms: int = 0
    began_ms: int = field(default_factory=now_ms)
    held: str | None = None
    seen: Callable[[JobRow, JobRun], None] = lambda job, run: None
    done: list[str] = field(default_factory=list)
    """The jobs that came to something, in order."""

    async def put(self, count: int = 3, **more: Any) -> GroupRow:
        """Queue a job for each of the first files."""
        names = sorted(p for p in (self.folder.root / "src").iterdir())[:count]
        head = headless(self.folder.env, self.folder.root)
        await head.engine.opened()
        try:
            wish = QueueWish("Add docstrings", tuple(p.as_uri() for p in names), "document")
            plan = await head.engine.queue.plan(replace(wish, **more))
            await head.engine.queue.put(plan)
        finally:
            await head.engine.close()
        return plan.group

    async def work(self, do: Callable[[JobRow], JobRun] | None = None) -> int:
        """Work until nothing may run now; with `do` that does the jobs. The exit code."""

        def over(job: JobRow, run: JobRun) -> None:
            self.done.append(job.id)
            self.seen(job, run)

        worker = Worker(
            self.folder.env,
            once=True,
            on_change=over,
            clock=lambda: self.began_ms + self.ahead_ms,
            held=lambda folder: self.held,
        )
        if do is not None:

            async def done(job: JobRow, group: GroupRow, stop: object) -> JobRun:
                return do(job)

            worker.doer.do = done  # type: ignore[method-assign]
        return await worker.run()

    async def act(self, what: Callable[[Any], Any]) -> Any:
        """Do something on the queue as a window sees it."""
        head = headless(self.folder.env, self.folder.root)
        await head.engine.opened()
        try:
            return await what(head.engine.queue)
        finally:
            await head.engine.close()

    async def apply(self, group: GroupRow) -> GroupApplied:
        """Apply what passed of a group."""
        found: GroupApplied = await self.act(lambda queue: queue.apply(group.id, passed=True))
        return found

    async def rows(self, group: GroupRow) -> Sequence[JobRow]:
        """The jobs of a group."""
        ledger = Ledger.open(self.folder.state)
        try:
            return await ledger.read(lambda conn: jobs.jobs_of(conn, group.id))
        finally:
            await ledger.close()

    async def states(self, group: GroupRow) -> list[str]:
        """The states of a group's jobs, in their order."""
        return [row.state for row in await self.rows(group)]

    async def why(self, group: GroupRow) -> str:
        """The one sentence that all jobs of a group give."""
        (reason,) = {row.reason for row in await self.rows(group)}
        return words.reason(reason) or ""
