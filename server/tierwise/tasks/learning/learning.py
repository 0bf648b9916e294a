"""The learner of one window: outcomes of the ledger in, the memory for decisions out.

The ledger is the truth and the file a fold of it, so several windows need no agreement: whoever
comes first learns what is ripe, inside the file's lock, and the others read the file.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from tierwise.core.errors import LedgerUnavailable
from tierwise.core.situation import RULE
from tierwise.learning import labels, record
from tierwise.learning.memory import Memory
from tierwise.learning.observation import Cell, Observation
from tierwise.learning.record import Record
from tierwise.routing.weights import Weights
from tierwise.store import decisions
from tierwise.store.decisions import TaskHistory
from tierwise.store.learned import LearnedFile
from tierwise.tasks.learning import advice, recall
from tierwise.tasks.window.window import Window

log = logging.getLogger(__name__)

EVERY_S: Final = 60.0
"""Seconds between two looks for outcomes that are ripe."""
BACK_MS: Final = 86_400_000
"""How far before the last fold a task's earlier outcomes are read: those of one day."""
NOTHING: Final = Memory()


@dataclass
class Learning:
    """The memory as this window sees it, refreshed when any window wrote the file."""

    window: Window
    file: LearnedFile
    _record: Record = field(default_factory=Record)
    _stamp: tuple[int, int] | None = None
    _basis: str = ""
    _timer: asyncio.TimerHandle | None = None
    _job: asyncio.Task[None] | None = None

    @property
    def on(self) -> bool:
        """Whether what was learned may decide: by the configuration and by the command line."""
        return self.window.config.learning.on and self._record.on

    def memory(self) -> tuple[Memory, str]:
        """The memory to decide with and its name; an empty one while learning is off."""
        self._refresh()
        return (self._record.memory, self._basis) if self.on else (NOTHING, "")

    def cell(self, action: str, language: str | None) -> Cell:
        """Where a task of this window belongs."""
        return Cell(action, language, project_key(self.window.project))

    def start(self) -> None:
        """Look for ripe outcomes now, and then every minute."""
        self._timer = None
        if self.window.config.learning.on and (self._job is None or self._job.done()):
            self._job = asyncio.get_running_loop().create_task(self._learn(), name="learning")
        self._timer = asyncio.get_running_loop().call_later(EVERY_S, self.start)

    def stop(self) -> None:
        """Look no more."""
        if self._timer is not None:
            self._timer.cancel()
        if self._job is not None:
            self._job.cancel()

    async def _learn(self) -> None:
        self._refresh()
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
    """What the file holds for these weights; an empty record where it holds nothing that fits."""
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
    """Learn whatever of these tasks is ripe and was not learned yet.

    Raises like `LearnedFile.update`. Nothing is written where nothing was ripe.
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
    """The record after what is ripe by now. Pure; `target` is the confidence floor."""
    ripe: list[tuple[int, Observation]] = []
    for task in told:
        if task.task.rehearsal or not task.decisions:
            continue
        for number, (ripe_ms, events) in enumerate(labels.episodes(task.outcomes)):
            if max(found.told_ms, found.since_ms) < ripe_ms <= now_ms:
                seen = observation(task, events, weights, target, first=number == 0)
                if seen is not None:
                    ripe.append((ripe_ms, seen))
    if not ripe:
        return found
    memory = found.memory
    for _, seen in sorted(ripe, key=lambda item: item[0]):
        memory = memory.learned(seen)
    return replace(found, memory=memory, told_ms=max(at for at, _ in ripe))


def observation(
    told: TaskHistory,
    events: Sequence[labels.Event],
    weights: Weights,
    target: float | None,
    *,
    first: bool,
) -> Observation | None:
    """A task of the ledger as evidence; None where its events say nothing of a tier."""
    row = told.decisions[0]
    detail = row.detail
    signals = recall.signals(detail)
    situation = replace(recall.situation(detail), rule=RULE, learned=None, confidence_target=target)
    at = advice.levels(situation.ladder, len(weights.cuts))
    costs: dict[int, float] = {}
    for attempt in told.attempts:
        level = at.get(attempt["tier"])
        if level is not None and attempt["cost"]:
            costs[level] = costs.get(level, 0.0) + float(attempt["cost"])
    raised = None
    if first and row.cause == "override" and at.get(row.answering, 0) > at.get(row.routed, 9):
        raised = at[row.routed]
    said = labels.verdicts(events, at.get, costs, raised)
    if not said.answers and said.overkill is None:
        return None
    cell = Cell(told.task.action, told.task.language, project_key(told.task.project))
    return Observation(
        task=advice.task_of(signals, situation, weights, cell),
        answers=said.answers,
        overkill=said.overkill,
        propensity=row.propensity if row.answering == row.routed else 1.0,
        labelled=said.labelled,
        at_ms=events[-1][1],
    )


def project_key(project: str) -> str:
    """A project in the learned state: a short hash, since a path is text of the operator's."""
    if not project or project == "none":
        return ""
    return hashlib.blake2b(project.encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()
