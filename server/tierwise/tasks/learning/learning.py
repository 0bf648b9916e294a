"""The learner of one editor window: it learns from outcomes in the ledger, for later decisions.

The file of the learned state can always be made again from the ledger, so several windows need not
agree. The first one to hold the file's lock learns from outcomes that are final. The others read
the file.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from typing import Any, Final

from tierwise.core.dataclass import dataclass
from tierwise.core.errors import LedgerUnavailable
from tierwise.core.situation import RULE
from tierwise.learning import labels, record
from tierwise.learning.lesson import Lesson
from tierwise.learning.memory import Memory
from tierwise.learning.observation import Cell, Observation
from tierwise.learning.own_record import KEPT, NOT_KEPT, OwnRecord, verdict
from tierwise.learning.record import Record
from tierwise.routing.weights import Weights
from tierwise.store import decisions, outcomes
from tierwise.store.decisions import COMMAND, TaskHistory
from tierwise.store.learned import LearnedFile
from tierwise.tasks.learning import advice, recall
from tierwise.tasks.learning.shared_record import SharedRecord
from tierwise.tasks.window.window import Window

log = logging.getLogger(__name__)

EVERY_S: Final = 60.0
"""Seconds between two looks for ripe outcomes. A task is ripe when no further outcome
is expected.
"""
BACK_MS: Final = 86_400_000
"""Outcomes are read from so many milliseconds before the last learned one on: one day."""
NOTHING: Final = Memory()
MOST_COUNTED: Final = 5_000
"""How many outcomes, the newest, the operator's own record is made from."""


@dataclass
class Learning:
    """What this window decides with (the memory): what was learned from outcomes. It is read again
    whenever a window wrote the file.
    """

    window: Window
    file: LearnedFile
    shared: SharedRecord | None = None
    """What the team learned. None if there is no team to share with."""
    own: OwnRecord = field(default_factory=OwnRecord)
    _counted: tuple[int, int] = (0, 0)
    _record: Record = field(default_factory=Record)
    _stamp: tuple[int, int] | None = None
    _basis: str = ""
    _timer: asyncio.TimerHandle | None = None
    _job: asyncio.Task[None] | None = None

    @property
    def on(self) -> bool:
        """Whether what was learned may decide. Both the configuration and the command line can
        forbid it.
        """
        return self.window.config.learning.on and self._record.on

    def memory(self) -> tuple[Memory, str]:
        """What was learned, to decide with, and the name of that version. Both are empty while
        learning is off.
        """
        self._refresh()
        if not self.on:
            return NOTHING, ""
        shared = self.shared.record() if self.shared is not None else None
        return (shared.memory, shared.basis) if shared else (self._record.memory, self._basis)

    def cell(self, action: str, language: str | None) -> Cell:
        """Where a task with this action and language belongs for the learner. Together with the
        project they are its cell.

        If a team shares what it learns, the project is known by its folder's name, else by its
        path.
        """
        shares = self.shared is not None and self.shared.record() is not None
        project = self.window.project_name if shares else self.window.project
        return Cell(action, language, project_key(project))

    def start(self) -> None:
        """Look now, and then every minute, for outcomes that are old enough to learn from."""
        self._timer = None
        if self._job is None or self._job.done():
            self._job = asyncio.get_running_loop().create_task(self._look(), name="learning")
        self._timer = asyncio.get_running_loop().call_later(EVERY_S, self.start)

    def stop(self) -> None:
        """Stop looking for outcomes."""
        if self._timer is not None:
            self._timer.cancel()
        if self._job is not None:
            self._job.cancel()

    async def _look(self) -> None:
        self._refresh()
        await self._count()
        if self.window.config.learning.on:
            await self._learn()

    async def _count(self) -> None:
        """Count which answers were kept since the last look, in any window.

        If the learned state was deleted, the count starts over too.
        """
        since, (last, counted_since) = self._record.since_ms, self._counted
        last = last if since == counted_since else 0
        kinds, tiers = KEPT | NOT_KEPT, self.window.ladder.names
        try:
            rows = await self.window.ledger.read(
                lambda conn: outcomes.own_lately(
                    conn, kinds, after=last, since_ms=since, limit=MOST_COUNTED
                )
            )
        except LedgerUnavailable as error:
            log.warning("what was kept could not be counted: %s", error)
            return
        if since != counted_since:
            self.own.clear()
        for _, task_id, action, tier, kind, value in rows:
            kept = verdict(kind, str(value or ""), tier, tiers)
            if kept is not None:
                self.own.saw(action, tier, task_id, kept=kept)
        self._counted = (rows[-1][0] if rows else last, since)

    async def _learn(self) -> None:
        weights = self.window.weights
        since = self._record.fit_for(weights.hash).told_ms - BACK_MS
        now, target = self.window.now_ms(), self.window.config.confidence_target
        try:
            told = await self.window.ledger.read(lambda conn: decisions.judged(conn, since))
            if told:
                await asyncio.to_thread(fold, self.file, told, weights, target, now)
        except (LedgerUnavailable, OSError) as error:
            log.warning("nothing was learned: %s", error)

    def _refresh(self) -> None:
        stamp = self.file.stamp
        if stamp != self._stamp:
            self._stamp = stamp
            self._record = read(self.file, self.window.weights)
            self._basis = self._record.basis


def read(file: LearnedFile, weights: Weights) -> Record:
    """The learned state in the file. It is empty if the file has none or was made for other shipped
    weights.
    """
    try:
        found = record.from_json(file.read() or {})
    except ValueError:
        found = Record()
    return found.fit_for(weights.hash)


def fold(
    file: LearnedFile,
    told: Sequence[TaskHistory],
    weights: Weights,
    target: float | None,
    now_ms: int,
) -> Record:
    """Learn from outcomes that are old enough to be final (ripe) and were not learned yet.

    If nothing is ripe, nothing is written. Raises `LedgerUnavailable` if the file is locked, and
    `OSError` if it cannot be written.
    """
    before = read(file, weights)
    if learned(before, told, weights, target, now_ms).told_ms == before.told_ms:
        return before

    def change(data: Mapping[str, Any] | None) -> Mapping[str, Any]:
        try:
            found = record.from_json(data or {})
        except ValueError:
            found = Record()
        found = found.fit_for(weights.hash)
        return record.to_json(learned(found, told, weights, target, now_ms))

    return record.from_json(file.update(change))


def learned(
    found: Record, told: Sequence[TaskHistory], weights: Weights, target: float | None, now_ms: int
) -> Record:
    """The learned state after it learned from outcomes that are final (ripe) at `now_ms`. `target`
    is the confidence target. Pure.
    """
    ripe = list(ripened(told, weights, target, max(found.told_ms, found.since_ms), now_ms))
    if not ripe:
        return found
    memory = found.memory
    for each in sorted(ripe, key=lambda one: one.ripe_ms):
        memory = memory.learned(each.seen)
    return replace(found, memory=memory, told_ms=max(each.ripe_ms for each in ripe))


def ripened(
    told: Sequence[TaskHistory],
    weights: Weights,
    target: float | None,
    after_ms: int,
    now_ms: int,
    project: Callable[[str], str] = lambda project: project,
) -> Iterator[Lesson]:
    """The lessons of tasks whose outcomes became final (ripe) after `after_ms` and up to `now_ms`.
    Pure.

    A lesson says which tiers were good enough for a task. `project` gives the name of a task's
    project for it.
    """
    for task in told:
        if task.task.rehearsal or not task.decisions or task.task.client == COMMAND:
            continue
        where = project(task.task.project)
        try:
            for number, (ripe_ms, events) in enumerate(labels.episodes(recall.events(task))):
                if after_ms < ripe_ms <= now_ms:
                    seen = observation(
                        task, events, weights, target, first=number == 0, project=where
                    )
                    if seen is not None:
                        yield Lesson(_lesson_id(task.task.task_id, number), ripe_ms, seen)
        except recall.OddRow:
            log.warning("task %s cannot be read, so it teaches nothing", task.task.task_id)


def _lesson_id(task_id: str, number: int) -> str:
    raw = f"{task_id}.{number}".encode("utf-8", "surrogatepass")
    return hashlib.blake2b(raw, digest_size=8).hexdigest()


def observation(
    told: TaskHistory,
    events: Sequence[labels.Event],
    weights: Weights,
    target: float | None,
    *,
    first: bool,
    project: str | None = None,
) -> Observation | None:
    """What one task of the ledger teaches: which tiers' answers were good enough, and for what kind
    of task. None if its events say nothing about a tier.

    `events` are outcomes of the task between two long pauses, and `first` says that no others were
    before them. `project` replaces the ledger's name of the project. Raises `recall.OddRow` if
    the task cannot be read.
    """
    row = told.decisions[0]
    detail = row.detail
    signals = recall.signals(detail)
    situation = replace(recall.situation(detail), rule=RULE, learned=None, confidence_target=target)
    at = advice.levels(situation.ladder, len(weights.cuts))
    costs: dict[int, float] = {}
    for attempt in told.attempts:
        level = at.get(attempt["tier"])
        if level is not None and attempt["cost"] and attempt["action"] != "opinion":
            costs[level] = costs.get(level, 0.0) + float(attempt["cost"])
    raised = None
    if first and row.cause == "override" and at.get(row.answering, 0) > at.get(row.routed, 9):
        raised = at[row.routed]
    said = labels.verdicts(events, at.get, costs, raised)
    if not said.answers and said.overkill is None:
        return None
    where = told.task.project if project is None else project
    cell = Cell(told.task.action, told.task.language, project_key(where))
    compared = any(answer.paired for answer in said.answers)
    drawn = row.answering == row.routed and not compared
    return Observation(
        task=advice.task_of(signals, situation, weights, cell),
        answers=said.answers,
        overkill=said.overkill,
        propensity=row.propensity if drawn else 1.0,
        labelled=said.labelled,
        at_ms=events[-1][1],
        said=at.get(situation.opinion or "") if first else None,
    )


def project_key(project: str) -> str:
    """The short hash of a project in the learned state. A path would be text of the operator's."""
    if not project or project == "none":
        return ""
    return hashlib.blake2b(project.encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()
