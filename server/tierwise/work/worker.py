"""The worker: it hands jobs to the durable queue when their time has come, and runs them."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import field, replace
from functools import partial
from pathlib import Path
from typing import Any, Final

from tierwise.config import paths
from tierwise.core.dataclass import dataclass
from tierwise.core.errors import LedgerUnavailable, TierwiseError
from tierwise.core.jobs import AHEAD, MONEY
from tierwise.core.memory import give_back
from tierwise.night import endings
from tierwise.night.endings import JobEnding
from tierwise.present.errors import sentence
from tierwise.store import jobs, owner
from tierwise.store.content import Content
from tierwise.store.deferred import Connection
from tierwise.store.installation import name_of
from tierwise.store.jobs import GroupRow, JobRow
from tierwise.store.ledger import Ledger
from tierwise.tasks.queue import notes as group_notes
from tierwise.tasks.window.settings import configuration
from tierwise.work import agent_tree, every_day, machine
from tierwise.work.doing import JobDoer
from tierwise.work.due import is_late, may_run
from tierwise.work.durable import VERSION, DurableQueue
from tierwise.work.job_run import JobRun
from tierwise.work.money import MoneyWatch
from tierwise.work.notify import Teller
from tierwise.work.own_gateway import OwnGateway
from tierwise.work.sharing import QueueSharing

log = logging.getLogger(__name__)

DONE: Final = 0
WAITS_FOR_MONEY: Final = 3
LOOK_S: Final = 1.0
"""Seconds between looks at the queue while there is something in it."""
IDLE_LOOK_S: Final = 5.0
"""Seconds between looks while there is nothing to do."""
MOST_MISSED: Final = 12
"""After so many looks at a queue that could not be read, a worker with `once` gives up."""
WORKERS: Final = 2
"""How many jobs run at the same time."""
SAID: Final = "reason.txt"
"""The file, kept with a job, that has the sentence which says why it ended so."""


def now_ms() -> int:
    """The machine's time, in UTC milliseconds."""
    return time.time_ns() // 1_000_000


@dataclass
class Worker:
    """One worker of a state folder: it does the queued jobs whose time has come. With `once` it
    ends when no job may run now.
    """

    env: Mapping[str, str]
    once: bool
    on_change: Callable[[JobRow, JobRun], None] = lambda job, run: None
    gateway: OwnGateway = field(default_factory=lambda: OwnGateway({}))
    """The gateway that the commands of jobs call."""
    clock: Callable[[], int] = now_ms
    held: Callable[[Path], str | None] = machine.held
    """Returns why nothing may start on this machine now, as the code of a reason, or None."""
    elsewhere: dict[str, int] = field(default_factory=dict)
    """How many jobs belong to other state folders, by the names of their machines, at the last
    look."""
    ledger: Ledger = field(init=False)
    sharing: QueueSharing = field(init=False)
    doer: JobDoer = field(init=False)
    _queue: DurableQueue | None = None
    _stops: dict[str, asyncio.Event] = field(default_factory=dict)
    _dropped: set[str] = field(default_factory=set)
    """Jobs whose run could not begin because the ledger was unavailable."""
    _ends: asyncio.Event = field(default_factory=asyncio.Event)
    _woken: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.folder = paths.state_dir(self.env)
        own = configuration(self.env, {}, [], True)
        url = paths.store_url(self.env, own.config.store.url)
        self.ledger = Ledger.open(self.folder, url)
        self.sharing = QueueSharing(name_of(self.folder), url, self.ledger)
        self._content = Content(self.folder)
        self._teller = Teller(self.env, self.ledger)
        self._money = MoneyWatch(self.env, self.ledger)
        self.doer = JobDoer(
            self.env, self.folder, self.ledger, self._content, self._teller, self.gateway
        )

    async def run(self) -> int:
        """Work until a signal ends it, or with `once` until no job may run.

        Returns the exit code.
        """
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            with contextlib.suppress(NotImplementedError):
                loop.add_signal_handler(number, self._end)
        missed = 0
        try:
            while not self._ends.is_set():
                try:
                    left, missed = await self._look(), 0
                except LedgerUnavailable as error:
                    log.warning("the queue could not be looked at (%s)", error)
                    left, missed = True, missed + 1
                    if self.once and missed == MOST_MISSED:
                        raise
                if self.once and not left:
                    break
                await self._sleep(LOOK_S if left else IDLE_LOOK_S)
        finally:
            await self._close()
        return self._code

    _code = DONE
    _taken_over = False

    async def _take_over(self) -> None:
        """Queue the jobs of a lost worker again, and hand in every job that an earlier worker had
        handed in. Copies of the tree that belong to jobs that are over are removed.
        """
        if self.sharing.shares:
            await self.sharing.beat(at_once=True)
        else:
            lost = await self.ledger.write(jobs.took_over)
            if lost:
                log.warning("%d jobs ran in a worker that is gone", lost)
        groups = {g.id: g for g in await self.ledger.read(jobs.groups)}
        ahead = [
            job
            for job in await self.ledger.read(jobs.ahead)
            if job.group_id in groups and self.sharing.lies_here(groups[job.group_id])
        ]
        await asyncio.to_thread(agent_tree.forget_others, self.folder, [job.id for job in ahead])
        for job in ahead:
            if job.version is None:
                continue
            if job.version != VERSION:
                await self._set(job.id, version=None)
                continue
            await self._hand_in(job.id, job.run)
        self._taken_over = True

    async def _look(self) -> bool:
        """Hand in what may run now. Returns whether anything runs or was handed in."""
        if not self._taken_over:
            await self._take_over()
        await self.sharing.beat()
        now, here, me = self.clock(), set(self._stops), owner.identity()
        found = await self.ledger.read(jobs.ahead)
        groups = {g.id: g for g in await self.ledger.read(jobs.groups)}
        rows = [row for row in found if row.group_id in groups]
        held = self.held(self.folder)
        open_groups = {row.group_id for row in rows}
        # If this worker stood still for long, another one may have taken some of these over.
        wanted = {
            row.id
            for row in rows
            if groups[row.group_id].state == "open" and row.worker in (None, me)
        }
        for job_id in here - wanted:
            self._stop(job_id)
        busy, short = bool(self._stops), False
        self.elsewhere.clear()
        for job in rows:
            group = groups[job.group_id]
            if job.state == "running":
                busy = busy or self.sharing.lies_here(group)
            elif is_late(group, now):
                await self._over(job, await self._late(job), now)
            elif not self.sharing.lies_here(group):
                self.elsewhere[group.host or ""] = self.elsewhere.get(group.host or "", 0) + 1
            elif group.state != "open":
                if job.version is not None:
                    await self._set(job.id, version=None)
            elif held is not None:
                await self._wait_for(job, held)
            elif job.version is None and self.sharing.lacks_tree(group):
                await self._wait_for(job, "no_tree")
            elif job.version is not None:
                busy = True
                if job.id in self._dropped:
                    await self._begin_again(job)
                elif self._queue is None:
                    await self._hand_in(job.id, job.run)
            elif may_run(job, group, now, open_groups):
                if job.reason in MONEY and not await self._money.may_retry(job, group, now):
                    short = True
                    continue
                busy = True
                if await self.ledger.write(partial(jobs.hand_in, job=job, version=VERSION)):
                    await self._hand_in(job.id, job.run + 1)
        self._code = WAITS_FOR_MONEY if short else DONE
        own = {key: group for key, group in groups.items() if self.sharing.lies_here(group)}
        await self._tell_ends(own, open_groups)
        if not busy:
            await self._idle()
        return busy

    async def _begin_again(self, job: JobRow) -> None:
        """Begin another run of a job whose run could not be begun."""
        await self._set(job.id, version=VERSION, run=job.run + 1, state="queued", reason=None)
        self._dropped.discard(job.id)
        await self._hand_in(job.id, job.run + 1)

    async def _hand_in(self, job_id: str, run: int) -> None:
        if self._queue is None:
            loop = asyncio.get_running_loop()

            def do(each: str) -> str:
                return asyncio.run_coroutine_threadsafe(self._do(each), loop).result()

            self._queue = DurableQueue(self.folder, do, WORKERS, await self.sharing.server())
            await asyncio.to_thread(self._queue.start)
        await asyncio.to_thread(self._queue.put, job_id, run)

    async def _do(self, job_id: str) -> str:
        """Run a job for the durable queue. Returns the state that the job came to."""
        try:
            return await self._run(job_id)
        except LedgerUnavailable as error:
            log.warning("job %s could not be begun (%s)", job_id, error)
            self._dropped.add(job_id)
            return "later"
        finally:
            self._woken.set()

    async def _run(self, job_id: str) -> str:
        job, group = await self._begun(job_id)
        if job is None or group is None:
            return "over"
        stop = self._stops.setdefault(job_id, asyncio.Event())
        if self._ends.is_set():
            stop.set()
        try:
            if is_late(group, self.clock()):
                run = await self._late(job)
            else:
                run = await self.doer.do(job, group, stop)
            await self._over(job, run, self.clock())
        finally:
            self._stops.pop(job_id, None)
        return run.ending.state

    async def _late(self, job: JobRow) -> JobRun:
        """The result of a job whose time is over. The reason says if it cost something before."""
        cost = await self.ledger.read(lambda conn: jobs.cost_of(conn, job.id))
        return JobRun(JobEnding("expired", "too_late" if cost else "late"))

    async def _begun(self, job_id: str) -> tuple[JobRow | None, GroupRow | None]:
        """Mark a queued job as running here. Returns two None if it may not run now."""
        me, now, held = owner.identity(), self.clock(), self.held(self.folder)

        def begin(conn: Connection) -> tuple[JobRow | None, GroupRow | None]:
            job = jobs.job(conn, job_id)
            group = jobs.group(conn, job.group_id) if job is not None else None
            if job is None or group is None or job.state != "queued":
                return None, None
            if group.state != "open":
                jobs.change(conn, job_id, version=None)
                return None, None
            why = held or ("no_tree" if self.sharing.lacks_tree(group) else None)
            if why is not None:
                jobs.change(conn, job_id, version=None, state="waiting", reason=why)
                return None, None
            jobs.change(conn, job_id, state="running", worker=me, started_ms=now, reason=None)
            return replace(job, worker=me), group

        return await self.ledger.write(begin)

    async def _over(self, job: JobRow, run: JobRun, now: int) -> None:
        """Write down the result of a run."""
        ending = run.ending
        values: dict[str, Any] = {"state": ending.state, "reason": ending.reason or None,
                                  "worker": None}  # fmt: skip
        if ending.state in AHEAD:
            values["version"] = None
            if ending.state == "waiting" and (
                ending.reason not in MONEY or ending.reason == "hour"
            ):
                values["not_before_ms"] = now + endings.wait_ms(job.run)
        else:
            values["ended_ms"] = now
        for name in ("tier", "routed", "edit_id", "tests", "network"):
            if getattr(run, name) is not None:
                values[name] = getattr(run, name)
        if run.said:
            await asyncio.to_thread(self._content.put, job.id, SAID, run.said)

        def write(conn: Connection) -> None:
            jobs.change(conn, job.id, cost=jobs.cost_of(conn, job.id))
            jobs.over(conn, job.id, job.worker, **values)

        while True:
            try:
                await self.ledger.write(write)
            except LedgerUnavailable as error:
                log.warning("job %s: what it came to is not written yet (%s)", job.id, error)
                if self._ends.is_set():
                    return
                await asyncio.sleep(LOOK_S)
            else:
                break
        self.on_change(job, run)

    async def _wait_for(self, job: JobRow, why: str) -> None:
        """Let a job wait because of the machine, such as for its power supply."""
        if (job.state, job.reason) != ("waiting", why):
            await self._set(job.id, state="waiting", reason=why, version=None)

    async def _tell_ends(self, groups: Mapping[str, GroupRow], ahead: set[str]) -> None:
        for group in groups.values():
            if group.told_ms is None and group.id not in ahead:
                once = partial(jobs.tell_once, group_id=group.id, at_ms=self.clock())
                if not await self.ledger.write(once):
                    continue
                await self._teller.ended(group)
                if group.every is not None and group.state == "open":
                    await self._repeat(group)

    async def _repeat(self, group: GroupRow) -> None:
        """Queue a group again for the next day."""
        kept = await asyncio.to_thread(group_notes.get, self._content, group.id)
        if kept is None:
            return
        rows = await self.ledger.read(lambda conn: jobs.jobs_of(conn, group.id))
        queue = (await self.doer.head(group)).engine.queue
        try:
            again = await every_day.repeat(group, rows, kept, queue)
        except TierwiseError as error:
            self._teller.tell("warning", sentence(error))
            return
        link = partial(jobs.change_group, group_id=group.id, next_group=again)
        await self.ledger.write(link)

    async def _set(self, job_id: str, **values: Any) -> None:
        await self.ledger.write(lambda conn: jobs.change(conn, job_id, AHEAD, **values))

    def _stop(self, job_id: str) -> None:
        event = self._stops.get(job_id)
        if event is not None:
            event.set()

    def _end(self) -> None:
        self._ends.set()
        self._woken.set()
        for event in self._stops.values():
            event.set()

    async def _sleep(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._woken.wait(), seconds)
        self._woken.clear()

    async def _idle(self) -> None:
        """Close all that only running jobs need, so that waiting costs next to nothing."""
        await self.doer.rest()
        if self._queue is not None:
            await asyncio.to_thread(self._queue.stop)
            self._queue = None
            await asyncio.to_thread(give_back)

    async def _close(self) -> None:
        while self._stops:
            for event in self._stops.values():
                event.set()
            await asyncio.sleep(0.05)
        await self._idle()
        await self.sharing.leave()
        await self._teller.close()
        await self.ledger.close()
