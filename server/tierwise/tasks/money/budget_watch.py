"""The budget as this editor window sees it: how far it is used up, notices about it, and tasks that
wait for money.

It also renews the leases of reservations, so that the money for running calls stays set aside.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import field
from typing import Final

from tierwise.budget import accounts
from tierwise.budget.limits import BudgetState, views
from tierwise.budget.purse import Purse
from tierwise.budget.purse import Scope as BudgetScope
from tierwise.core.dataclass import dataclass
from tierwise.core.error_reason import ErrorReason
from tierwise.core.errors import BadRequest, LedgerUnavailable
from tierwise.core.money import to_nanos
from tierwise.core.situation import BudgetLevel
from tierwise.present import pause
from tierwise.tasks.money.announcer import Announcer, threshold
from tierwise.tasks.money.standing import BudgetStanding
from tierwise.tasks.task.task import Task
from tierwise.tasks.window.window import Window

log = logging.getLogger(__name__)

TICK: Final = 2.0
"""Seconds between looks at what other windows did to the budget."""
RENEW_TICKS: Final = 8
"""Ticks between two renewals of a lease, which lasts a minute."""
REMEMBERED: Final = 900.0
"""A refused task is tried again after a raise only within so many seconds."""


@dataclass(frozen=True, slots=True)
class WaitingTask:
    """A task that waits for money. It needs `needs` nano-dollars to be left."""

    task: Task
    event: asyncio.Event
    needs: int


@dataclass
class BudgetWatch:
    """The cached state of the budget. Call `refresh` after anything that may have changed it.

    `on_change` is called when the status has another budget to show. `on_room` is called with a
    task that was refused for its price and may be tried again.
    """

    window: Window
    purse: Purse
    standing: BudgetStanding
    announcer: Announcer
    on_change: Callable[[], None]
    on_room: Callable[[Task], None]
    _told: BudgetState = field(
        default_factory=lambda: BudgetState(day="", period="", day_limit=None)
    )
    """The state that was reported last. At the start it is empty, so the first look reports
    everything.
    """
    _open: set[str] = field(default_factory=set)
    _waiting: dict[str, WaitingTask] = field(default_factory=dict)
    _refused: dict[str, tuple[Task, float]] = field(default_factory=dict)
    _asked: set[tuple[str, str]] = field(default_factory=set)
    _ticker: asyncio.Task[None] | None = None
    _asking: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def state(self) -> BudgetState:
        """What was spent and reserved when the ledger was last read, and the caps."""
        return self.standing.state

    @property
    def level(self) -> BudgetLevel:
        """How far the budget is used up, with what running calls have reserved. It decides which
        tasks are held back.
        """
        return self.standing.level

    @property
    def shown(self) -> BudgetLevel:
        """How far the budget is used up, as the operator sees it: by what is spent, without what is
        only reserved.
        """
        return self.standing.shown

    def start(self) -> None:
        """Begin to read the ledger again and again, and to renew the leases of running calls."""
        self.announcer.start()
        self._ticker = asyncio.get_running_loop().create_task(self._tick())

    async def stop(self) -> None:
        """Stop reading the ledger and renewing leases."""
        for job in (self._ticker, *self._asking):
            if job is not None:
                job.cancel()
                await asyncio.gather(job, return_exceptions=True)
        await self.announcer.stop()

    def running(self, reservation_id: str) -> None:
        """Keep renewing the lease of a reservation while its call runs."""
        self._open.add(reservation_id)

    def done(self, reservation_id: str) -> None:
        """Stop renewing the lease of a reservation, because it was settled."""
        self._open.discard(reservation_id)

    async def refresh(self) -> None:
        """Read the ledger, report what changed, and wake waiting tasks that may run."""
        try:
            state = await self.purse.state(self.window.project)
        except LedgerUnavailable:
            return
        before, self._told = self._told, state
        self.standing.is_now(state)
        if _levels(state) != _levels(before):
            for view in views(state):
                self.window.listener.budget_changed(view)
            self.announcer.announce(state, self._question)
        if state != before:
            self.on_change()
        await self._release()
        if _caps(state) != _caps(before):
            self.try_again()

    async def pause_until_allowed(self, task: Task, needs: int = 0) -> None:
        """Wait until the budget is not paused and has `needs` nano-dollars left, or until this task
        is allowed.
        """
        waiting = WaitingTask(task, asyncio.Event(), needs)
        self._waiting[task.id] = waiting
        await self.refresh()
        if not waiting.event.is_set() and not self.state.waits and not needs:
            await self._ask(task)
        try:
            await waiting.event.wait()
        finally:
            self._waiting.pop(task.id, None)

    def refused(self, task: Task) -> None:
        """Remember a task that did not fit the budget. It is run again if a cap is raised soon, or
        if the task is allowed. A task that cannot run later is not remembered.

        Of a conversation only the latest question is remembered: earlier ones were usually the same
        in other words, and each would cost. In the night queue the worker does this instead.
        """
        if not task.scene.runs_later or self.window.night:
            return
        chat = task.conversation_id
        for earlier, (other, _) in list(self._refused.items()):
            if chat is not None and other.conversation_id == chat:
                del self._refused[earlier]
        self._refused[task.id] = (task, self.window.monotonic())

    async def raise_by(self, nanos: int, scope: BudgetScope = "day") -> None:
        """Raise a cap by `nanos` nano-dollars, for its current day or period. It holds at once in
        every editor window.
        """
        await self.purse.raise_by(nanos, self.window.project, scope)
        await self.refresh()

    async def raise_asked(self, nanos: int, scope: BudgetScope | None) -> None:
        """Raise a cap by `nanos` nano-dollars. Without a `scope` it is the cap that pauses, or that
        of the day if none does.

        Raises `BadRequest` if there is no such cap or `nanos` is not positive.
        """
        if nanos <= 0:
            raise BadRequest(ErrorReason("raise_not_positive"))
        await self.refresh()
        caps = {"day": self.state.day_limit, "project": self.state.project_limit}
        if scope is not None and caps[scope] is None:
            raise BadRequest(ErrorReason.of("no_cap", scope=scope))
        await self.raise_by(nanos, scope or self.state.reached or "day")

    async def allow(self, task_id: str) -> None:
        """Let one task go beyond the caps, because the operator said so. If it waits for money or
        was refused, it goes on.
        """
        await self.purse.allow(task_id, self.window.project)
        await self._release()
        refused = self._refused.get(task_id)
        if refused is not None and await self._allowed(refused[0]):
            self.try_again(task_id)

    async def _release(self) -> None:
        for waiting in list(self._waiting.values()):
            left = self.state.left
            room = self.level != "paused" and (left is None or left >= waiting.needs)
            if room or await self._allowed(waiting.task):
                waiting.event.set()

    def try_again(self, only: str | None = None) -> None:
        """Run again the tasks that were refused for the budget, each once, if that was less than
        `REMEMBERED` seconds ago.

        `only` limits this to one task.
        """
        for task_id, (task, at) in list(self._refused.items()):
            if only is not None and task_id != only:
                continue
            del self._refused[task_id]
            if self.window.monotonic() - at <= REMEMBERED and task.state == "failed":
                self.on_room(task)

    async def _allowed(self, task: Task) -> bool:
        if not task.allowed:
            try:
                if await self.window.ledger.read(lambda conn: accounts.allowed(conn, task.id)):
                    task.allow()
            except LedgerUnavailable:
                return False
        return task.allowed

    async def _ask(self, task: Task) -> None:
        """Ask about a pause, once per threshold and day. It is then not announced as well."""
        state = self.state
        reached = [threshold(v, state) for v in views(state) if v.state == "paused"]
        if state.hold:
            reached.append(f"hold:{state.hold}")
        if not reached or (state.day, reached[0]) in self._asked:
            return
        self._asked.add((state.day, reached[0]))
        self.announcer.leave(reached, state.day)
        if not await self.announcer.claim(reached[0], state.day):
            return
        asked = self.announcer.asked(reached[0], state.day, self._question(task))
        job = asyncio.get_running_loop().create_task(asked)
        self._asking.add(job)
        job.add_done_callback(self._asking.discard)

    async def _question(self, task: Task | None = None) -> None:
        """Show a pause and what can be done. `task` is the one that reached it, if any did."""
        scope, state = self.state.reached, self.state
        if scope is None:
            await self._question_of_the_hour(task)
            return
        day = scope == "day"
        spent = state.day_spent if day else state.project_spent
        limit = state.day_limit if day else state.project_limit
        decision = task.decision if task is not None else None
        forecast = decision.cost.get(decision.answering) if decision is not None else None
        question = pause.question(scope, spent, limit, of_task=task is not None, forecast=forecast)
        answer = await self.window.listener.ask(question.text, question.options)
        if answer == question.options[0]:
            await self.raise_by(to_nanos(1), scope)
            waiting = self._waiting.get(task.id) if task is not None else None
            if waiting is not None and not waiting.event.is_set():
                await self._ask(waiting.task)
        elif answer == pause.ALLOW and task is not None:
            await self.allow(task.id)
        elif answer is None:
            self.window.listener.notice("warning", pause.nobody_raised(scope))

    async def _question_of_the_hour(self, task: Task | None) -> None:
        """Show a pause that no raised cap would end: that of the hour, or a hold of all money."""
        question = pause.question_of_the_hour(
            self.state.hour_limit, self.state.hold, of_task=task is not None
        )
        answer = await self.window.listener.ask(question.text, question.options)
        if answer == pause.ALLOW and task is not None:
            await self.allow(task.id)
        elif answer is None:
            self.window.listener.notice("warning", question.text)

    async def _tick(self) -> None:
        ticks = 0
        while True:
            await asyncio.sleep(TICK)
            ticks += 1
            try:
                if self._open and ticks % RENEW_TICKS == 0:
                    await self.purse.renew(sorted(self._open))
                await self.refresh()
            except LedgerUnavailable:
                log.info("the ledger cannot be read; looking again later")
            except Exception:
                log.exception("the budget watch failed once")


def _levels(state: BudgetState) -> tuple[str, ...]:
    return tuple(view.state for view in views(state))


def _caps(state: BudgetState) -> tuple[int | None, ...]:
    return (state.day_limit, state.project_limit)
