"""The status of a window: collects it, and sends it to the listener when it changes."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import field
from typing import Final

from tierwise.core.dataclass import dataclass
from tierwise.core.views import StatusView, TaskView
from tierwise.present import errors
from tierwise.present.index import progress
from tierwise.present.status import StatusFacts, status
from tierwise.tasks.task.roster import Roster
from tierwise.tasks.task.task import OVER, Task
from tierwise.tasks.world import World

SHOWN_AFTER: Final = 5.0
"""Seconds a finished task stays in the status line."""


@dataclass
class StatusLine:
    """Makes the status that the editor shows, and sends it when it changes. `problem` is a
    sentence, shown as long as it is set.

    `needs_key` is the environment variable of an API key that was missing at the last check.
    """

    world: World
    roster: Roster
    problem: str | None = None
    needs_key: str | None = None
    _recent: deque[Task] = field(default_factory=lambda: deque(maxlen=3))
    _current: Task | None = None
    _sent: StatusView | None = None

    def view(self) -> StatusView:
        """The present status."""
        world, state = self.world, self.world.budget_watch.state
        broken = world.window.ledger.problem
        return status(
            StatusFacts(
                current=self._shown(self._current) if self._current is not None else None,
                recent=[task.view() for task in self._recent],
                running=sum(task.state in ("routing", "running") for task in self.roster.values()),
                level=world.budget_watch.shown,
                rehearsal=world.window.rehearsal,
                problem=self.problem
                or (errors.sentence(broken) if broken is not None else None)
                or world.window.settings.held,
                pin=world.choices.pinned(world.window.session, world.window.project),
                pins=world.choices.pins(world.window.session, world.window.project),
                spent_today=state.day_spent,
                reserved=state.day_reserved,
                day_limit=state.day_limit,
                spent_project=state.project_spent,
                project_limit=state.project_limit,
                spent_hour=state.hour_spent,
                hour_limit=state.hour_limit,
                reached=state.reached,
                needs_key=self.needs_key,
                teams=world.known.team.words,
                team_pays=world.known.team.one(world.window.ladder) is not None,
                index=self._index(),
                project=world.window.project_name,
                project_period=world.window.config.budget.project_period,
            )
        )

    def _shown(self, task: Task) -> TaskView:
        return self.world.proposals.shown_with(task)

    def _index(self) -> str:
        """The progress of each project index, in one text."""
        seen = self.world.window.projects.seen()
        said = (progress(s.state, s.indexed, s.files, s.why, s.left) for s in seen)
        return "; ".join(said)

    def push(self) -> None:
        """Send the status to the listener if anything in it changed."""
        view = self.view()
        if view != self._sent:
            self._sent = view
            self.world.window.listener.status_changed(view)

    def about(self, task: Task) -> None:
        """Show in the status line a task that changed. It is still shown for `SHOWN_AFTER` seconds
        after it ended, and longer while hunks of it wait.
        """
        self._current = task
        if task.state in OVER:
            if task not in self._recent:
                self._recent.appendleft(task)
            asyncio.get_running_loop().call_later(SHOWN_AFTER, self._idle, task)

    def _idle(self, task: Task) -> None:
        if self._current is task and task.state in OVER and not self._shown(task).waiting:
            self._current = None
            self.push()
