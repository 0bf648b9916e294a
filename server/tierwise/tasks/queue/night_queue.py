"""The night queue: one object for all that `lsp/` and `cli/` ask of it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from functools import partial
from pathlib import Path

from tierwise.core.dataclass import dataclass
from tierwise.core.errors import BadRequest
from tierwise.core.jobs import AHEAD, MONEY, GroupState
from tierwise.core.money import to_nanos
from tierwise.night import times
from tierwise.night.report import GroupReport
from tierwise.present import night as words
from tierwise.present.questions import OperatorQuestion
from tierwise.store import budget_events, jobs
from tierwise.store.deferred import Connection
from tierwise.store.jobs import JobRow
from tierwise.tasks.proposing import keeping
from tierwise.tasks.queue import adding, reporting, resolving, testing
from tierwise.tasks.queue.asked import GroupApplied, QueuePlan, QueueWish
from tierwise.tasks.task.roster import Roster
from tierwise.tasks.world import World


@dataclass(frozen=True)
class NightQueue:
    """The queue of this machine's night jobs, as one editor window or terminal sees it."""

    world: World
    tasks: Roster

    @property
    def baseline(self) -> str:
        """The tier with whose price savings are compared."""
        window = self.world.window
        return window.config.baseline or window.ladder.top

    @property
    def zone(self) -> str | None:
        """The time zone for nights and times of day. None means the machine's."""
        return self.world.window.settings.limits.timezone

    async def purse(self) -> int | None:
        """What all jobs of a night together may cost, in nano-dollars. None if the operator was
        never asked.
        """
        window = self.world.window
        limits = window.settings.limits

        def read(conn: Connection) -> int | None:
            set_to = budget_events.word(conn, "", "", "").night.set_to
            return set_to if set_to is not None else limits.night

        return await window.ledger.read(read)

    async def set_purse(self, nanos: int) -> None:
        """Set what all jobs of a night together may cost, in nano-dollars, as the operator said."""
        await self.world.purse.set_cap(nanos, self.world.window.project, "night")

    async def find(self, what: str) -> tuple[str, str | None]:
        """The group that an id names, and the job if it is the id of a job. Raises `BadRequest` for
        an unknown id.
        """
        ledger = self.world.window.ledger
        job = await ledger.read(lambda conn: jobs.job(conn, what))
        if job is not None:
            return job.group_id, job.id
        if await ledger.read(lambda conn: jobs.group(conn, what)) is None:
            raise BadRequest(words.unknown(what))
        return what, None

    def kept(self, job: str, name: str) -> str:
        """The kept file `name` of a job. Empty if there is none."""
        return self.world.window.content.get(job, name) or ""

    def tests_to_ask(self) -> OperatorQuestion | None:
        """The question whether the operator's tests may run at night. None if it need
        not be asked.
        """
        return testing.to_ask(self.world.window)

    def tests_agreed(self, *, yes: bool) -> None:
        """Store whether the operator lets their tests run at night."""
        testing.remember(self.world.window, yes=yes)

    def timed(self, wish: QueueWish, at: str | None, by: str | None) -> QueueWish:
        """What was asked for (`wish`), with the times between which it may run. Without `at` and
        `by` these are tonight's. Raises `BadRequest` for a text that is no time.
        """
        begin, end = (at, by) if at or by else times.TONIGHT
        try:
            starts, ends = times.window(begin, end, self.world.window.clock(), self.zone)
        except times.NoTime as error:
            raise BadRequest(words.no_time(str(error))) from None
        return replace(wish, at_ms=starts, by_ms=ends)

    async def agree(self, plan: QueuePlan) -> None:
        """Ask the operator what must be asked before a group is queued: what a night may cost,
        whether tests may run, and whether a large or dear group is really wanted.

        Raises `BadRequest` if no cost is set or the group is not wanted. A no to the tests only
        means that they do not run.
        """
        ask, group = self.world.window.listener.ask, plan.group
        if not group.rehearsal and await self.purse() is None:
            question = words.purse_question(group.forecast, group.worst)
            answer = await ask(question.text, question.options)
            if answer not in question.options:
                raise BadRequest(words.NO_PURSE)
            await self.set_purse(to_nanos(Decimal(answer.removeprefix("$"))))
        if (tests := testing.to_ask(self.world.window)) is not None:
            answer = await ask(tests.text, tests.options)
            testing.remember(self.world.window, yes=answer == tests.options[0])
        if plan.to_ask:
            question = words.really(len(plan.jobs), group.fan, group.forecast, group.cap)
            if await ask(question.text, question.options) != question.options[0]:
                raise BadRequest(words.NOT_QUEUED)

    async def plan(self, wish: QueueWish) -> QueuePlan:
        """A group with its forecast. It is not queued yet."""
        if wish.after is not None:
            wish = replace(wish, after=(await self.find(wish.after))[0])
        await self.world.budget_watch.refresh()
        return await asyncio.to_thread(adding.plan, wish, self.world)

    async def put(self, plan: QueuePlan) -> None:
        """Queue a group, and tell the operator when it runs."""
        await adding.put(plan, self.world)
        told = words.queued(plan.group.id, *self.window_of(plan))
        self.world.window.listener.notice("info", told)

    def line(self, report: GroupReport) -> str:
        """What became of a group, in one line for a list, with what it still waits for."""
        group = report.group
        begin = times.shown(report.waits_until(self.world.window.now_ms()), self.zone)
        return words.line(
            report.title, group.fan, report.counts, report.cost, group.baseline, self.baseline,
            rehearsal=group.rehearsal,
            waits=words.waits(begin, group.after_group, paused=group.state == "paused"),
        )  # fmt: skip

    def window_of(self, plan: QueuePlan) -> tuple[datetime | None, datetime | None]:
        """The time in which a group may run: when it begins and when it expires, in the operator's
        time zone. None for a bound that it does not have.
        """
        group = plan.group
        return times.shown(group.at_ms, self.zone), times.shown(group.by_ms, self.zone)

    async def reports(
        self, *, group: str | None = None, everywhere: bool = False
    ) -> Sequence[GroupReport]:
        """The groups of this project, or of all projects with `everywhere`, or only the one that a
        group's or job's id names.

        Raises `BadRequest` for an unknown id.
        """
        if group is not None:
            group, _ = await self.find(group)
        await self.world.journal.flush()
        window = self.world.window
        project = None if everywhere else window.project
        return await window.ledger.read(
            lambda conn: reporting.reports(conn, window.content, project=project, group=group)
        )

    async def review(self, report: GroupReport) -> None:
        """Open the proposals of a group in this window, so that each can be reviewed."""
        for job in report.jobs:
            if job.state in ("ready", "red", "needsYou"):
                await resolving.take_over(job, self.world, self.tasks)

    async def apply(self, what: str, *, passed: bool) -> GroupApplied:
        """Apply the ready proposals of a group, or of one job.

        With `passed` those are left out with which the tests failed or could not run. One for which
        no tests are set up stays. If tests may run here, the result has only proposals that pass
        them together.
        """
        await self._require_here(what)
        found = await self._jobs(what)
        wanted = [job for job in found if job.state == "ready" and job.edit_id]
        if not passed:
            return await resolving.apply(wanted, self.world, self.tasks)
        others = [job for job in wanted if job.tests not in (None, "passed", "none")]
        left = [(job.id, words.not_passed(job.tests, job.network)) for job in others]
        wanted = [job for job in wanted if job not in others]
        if testing.may_run(self.world.window) and wanted:
            (report,) = await self.reports(group=what)
            root = Path(report.group.root)
            wanted, spoils = await testing.together(wanted, root, self.world, self.tasks)
            left += spoils
        done = await resolving.apply(wanted, self.world, self.tasks)
        return GroupApplied(done.done, (*left, *done.left))

    async def undo(self, what: str) -> GroupApplied:
        """Undo what was applied of a group, or of one job."""
        await self._require_here(what)
        found = await self._jobs(what)
        applied = [job for job in found if job.state == "applied" and job.edit_id]
        return await resolving.undo(applied, self.world, self.tasks)

    async def cancel(self, what: str) -> int:
        """Cancel a group or one job. Returns how many jobs were cancelled."""
        ledger = self.world.window.ledger
        one = await ledger.read(lambda conn: jobs.job(conn, what))
        if one is not None:
            return await resolving.cancel([one], self.world, self.tasks)
        found = await self._jobs(what)
        await self._set_group(what, "cancelled")
        count = await resolving.cancel(found, self.world, self.tasks)
        await resolving.withdrawn(found, self.world)
        return count

    async def pause(self, group: str | None) -> int:
        """Pause a group, or all of this project: no further job of it starts. Returns how many
        groups were paused.
        """
        return len(await self._move(group, "open", "paused"))

    async def resume(self, group: str | None) -> int:
        """Resume paused groups, and jobs that wait for the money of a night.

        Returns how many groups changed.
        """
        moved = set(await self._move(group, "paused", "open"))
        for report in await self.reports(group=group):
            short = [job for job in report.jobs if job.state == "waiting" and job.reason in MONEY]
            if short and report.group.state == "open":
                await self.world.window.ledger.write(partial(_try_again, found=short))
                moved.add(report.group.id)
        return len(moved)

    async def clean(self) -> int:
        """Delete the groups of this project that are over and have nothing to review. Returns how
        many.
        """
        window, count = self.world.window, 0
        for report in await self.reports():
            if not report.over or any(report.counts.get(s) for s in ("ready", "red", "needsYou")):
                continue
            for job in report.jobs:
                window.content.drop(job.id, keeping.NIGHT)
            group_id = report.group.id
            await window.ledger.write(partial(jobs.forget, group_id=group_id))
            count += 1
        return count

    async def _jobs(self, what: str) -> Sequence[JobRow]:
        """The jobs of a group, or one job. Raises `BadRequest` for an unknown id."""
        group, job = await self.find(what)
        found = await resolving.standing(group, self.world)
        return [each for each in found if job in (None, each.id)]

    async def _require_here(self, what: str) -> None:
        """Raise `BadRequest` for a group whose files and proposals are on another machine."""
        window, (group, _) = self.world.window, await self.find(what)
        found = await window.ledger.read(lambda conn: jobs.group(conn, group))
        if found is not None and reporting.lies_elsewhere(window.content, found):
            raise BadRequest(words.lies_on(found.host or ""))

    async def _set_group(self, group: str, state: GroupState) -> None:
        await self.world.window.ledger.write(
            lambda conn: jobs.change_group(conn, group, state=state)
        )

    async def _move(self, group: str | None, old: GroupState, new: GroupState) -> Sequence[str]:
        """Change the state from `old` to `new`, of one group or of all that still have jobs to run.
        Returns the ids of the groups that changed.
        """
        moved = []
        for report in await self.reports(group=group):
            ahead = any(report.counts.get(state) for state in AHEAD)
            if report.group.state == old and (ahead or group is not None):
                await self._set_group(report.group.id, new)
                moved.append(report.group.id)
        return moved


def _try_again(conn: Connection, found: Sequence[JobRow]) -> None:
    """Queue jobs again that wait for money. The worker then checks the money of this night."""
    for job in found:
        jobs.change(conn, job.id, ["waiting"], state="queued", reason=None, not_before_ms=None)
