"""The budget as this window sees it: levels, notices, leases, and tasks that wait for money."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from tierwise.budget import accounts
from tierwise.budget.limits import BudgetState, views
from tierwise.budget.purse import Purse
from tierwise.budget.purse import Scope as BudgetScope
from tierwise.core.errors import BadRequest, LedgerUnavailable
from tierwise.core.money import to_nanos
from tierwise.core.situation import BudgetLevel
from tierwise.core.views import BudgetView
from tierwise.present import notices, questions
from tierwise.tasks.task.task import Task
from tierwise.tasks.window.window import Window

log = logging.getLogger(__name__)

TICK: Final = 2.0
"""Seconds between looks at what other windows did to the budget."""
RENEW_TICKS: Final = 8
"""Ticks between lease renewals; a lease lasts a minute."""


@dataclass
class BudgetWatch:
    """Budget state, cached; `refresh` after anything that may have changed it.

    `on_change` is called when the status has another budget to show.
    """

    window: Window
    purse: Purse
    on_change: Callable[[], None]
    state: BudgetState = field(
        default_factory=lambda: BudgetState(day="", period="", day_limit=None)
    )
    _open: set[str] = field(default_factory=set)
    _waiting: dict[str, tuple[Task, asyncio.Event]] = field(default_factory=dict)
    _told: set[tuple[object, ...]] = field(default_factory=set)
    _ticker: asyncio.Task[None] | None = None
    _asking: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def level(self) -> BudgetLevel:
        """The budget's level; rehearsal spends nothing and is never held back."""
        return "ok" if self.window.rehearsal else self.state.level

    def start(self) -> None:
        """Begin watching."""
        self._ticker = asyncio.get_running_loop().create_task(self._tick())

    async def stop(self) -> None:
        """Stop watching."""
        for job in (self._ticker, *self._asking):
            if job is not None:
                job.cancel()
                await asyncio.gather(job, return_exceptions=True)

    def running(self, reservation_id: str) -> None:
        """A reservation is in use; its lease is renewed until it is done."""
        self._open.add(reservation_id)

    def done(self, reservation_id: str) -> None:
        """A reservation was settled."""
        self._open.discard(reservation_id)

    async def refresh(self) -> None:
        """Look at the ledger, tell what changed, and let go of tasks that may run."""
        try:
            state = await self.purse.state(self.window.project)
        except LedgerUnavailable:
            return
        before, self.state = self.state, state
        if _levels(state) != _levels(before):
            self._announce()
        if state != before:
            self.on_change()
        await self._release()

    async def pause_until_allowed(self, task: Task) -> None:
        """Wait until the budget was raised or this task allowed."""
        event = asyncio.Event()
        self._waiting[task.id] = (task, event)
        await self.refresh()
        if not event.is_set():
            self._ask(task)
        try:
            await event.wait()
        finally:
            self._waiting.pop(task.id, None)

    async def raise_by(self, nanos: int, scope: BudgetScope = "day") -> None:
        """Raise a cap for its current day or period, effective at once in every window."""
        await self.purse.raise_by(nanos, self.window.project, scope)
        await self.refresh()

    async def raise_asked(self, nanos: int, scope: BudgetScope | None) -> None:
        """Raise the cap that is named, else the one that pauses.

        Raises `BadRequest` where a cap that is named is not there.
        """
        if nanos <= 0:
            raise BadRequest("A raise is a positive amount.")
        await self.refresh()
        caps = {"day": self.state.day_limit, "project": self.state.project_limit}
        if scope is not None and caps[scope] is None:
            raise BadRequest(f"There is no cap on the {scope}, so there is nothing to raise.")
        await self.raise_by(nanos, scope or self.state.reached or "day")

    async def allow(self, task_id: str) -> None:
        """Let one task run beyond the budget."""
        await self.purse.allow(task_id, self.window.project)
        await self._release()

    async def _release(self) -> None:
        for task, event in list(self._waiting.values()):
            if self.level != "paused" or await self._allowed(task):
                event.set()

    async def _allowed(self, task: Task) -> bool:
        if not task.allowed:
            try:
                if await self.window.ledger.read(lambda conn: accounts.allowed(conn, task.id)):
                    task.allow()
            except LedgerUnavailable:
                return False
        return task.allowed

    def _announce(self) -> None:
        """Tell each threshold once per window and day; going back down tells nothing.

        A raised cap is another threshold where it is reached, and so is told again.
        """
        state = self.state
        for view in views(state):
            self.window.listener.budget_changed(view)
            scope, level, spent, limit = view.scope, view.state, view.spent, view.limit
            key = _threshold(view, state)
            if level == "ok" or key in self._told or self.window.rehearsal:
                continue
            self._told.add(key)
            if level == "soft":
                self.window.listener.notice("warning", notices.soft(scope, spent, limit))
            elif not self._waiting:
                self.window.listener.notice("warning", notices.paused(scope, limit))

    def _ask(self, task: Task) -> None:
        """Ask once per threshold and day; what was asked about is not announced as well."""
        state = self.state
        reached = [_threshold(v, state) for v in views(state) if v.state == "paused"]
        if state.hold:
            reached.append(("hold", state.day))
        asked = ("asked", *reached[0]) if reached else None
        if asked is None or asked in self._told:
            return
        self._told |= {asked, *reached}
        job = asyncio.get_running_loop().create_task(self._question(task))
        self._asking.add(job)
        job.add_done_callback(self._asking.discard)

    async def _question(self, task: Task) -> None:
        state = self.state
        scope = state.reached
        if scope is None:
            await self._question_of_the_hour(task)
            return
        limit = state.day_limit if scope == "day" else state.project_limit
        question = questions.paused(scope, limit)
        answer = await self.window.listener.ask(question.text, question.options)
        if answer == question.options[0]:
            await self.raise_by(to_nanos(1), scope)
            waiting = self._waiting.get(task.id)
            if waiting is not None and not waiting[1].is_set():
                self._ask(task)
        elif answer == questions.ALLOW:
            await self.allow(task.id)
        elif answer is None:
            self.window.listener.notice("warning", notices.nobody_raised(scope))

    async def _question_of_the_hour(self, task: Task) -> None:
        """An hour frees up by itself, and a hold is told by its own sentence: nothing to raise."""
        question = questions.paused_hour(self.state.hour_limit, self.state.hold)
        answer = await self.window.listener.ask(question.text, question.options)
        if answer == questions.ALLOW:
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


def _threshold(view: BudgetView, state: BudgetState) -> tuple[object, ...]:
    """What a message is about; a pause is one of its cap, so that a raise makes another."""
    cap = view.limit if view.state == "paused" else None
    return (view.scope, view.state, state.day, cap)


def _levels(state: BudgetState) -> tuple[str, ...]:
    return (state.day_level, state.project_level, state.hour_level)
