"""Writes the events of tasks to the ledger, in order and without making anybody wait.

An event that cannot be written must never stop an answer, and an answer must never wait for the
disk. Events are collected while one transaction runs, and the next one writes them together. So two
hundred tasks do not put two hundred disk syncs before somebody's reservation. While the ledger
cannot be written (full disk, held by another program), the operator is told once and the events
wait here. Money does not go through here: `tasks/money/settling.py` waits for it.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, field
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

from tierwise.budget import days
from tierwise.core.dataclass import dataclass
from tierwise.core.decision import Decision
from tierwise.core.document import Range
from tierwise.core.errors import LedgerUnavailable
from tierwise.core.outcome import Outcome
from tierwise.core.situation import RULE, Situation
from tierwise.core.views import Switch
from tierwise.models import latency
from tierwise.present import errors
from tierwise.store import decisions, notices, outcomes, overrides, owner, samples
from tierwise.store.deferred import Connection
from tierwise.store.faults import fault_of
from tierwise.store.ledger import Ledger
from tierwise.tasks.task.task import Task

log = logging.getLogger(__name__)


Line = Callable[[Connection], object]
"""One event to write, in a transaction that it shares with others."""

AGAIN: Final = 2.0
"""Seconds until events that the ledger refused are tried again."""

KEPT: Final = 10_000
"""The most events that wait while the ledger is away, about 20 MB. Beyond that the
oldest are lost.
"""


@dataclass
class Journal:
    """Writes the events of tasks to the ledger. `warn` is called once while they cannot be written.

    `flush` waits until all events so far are written or were refused.
    """

    ledger: Ledger
    warn: Callable[[str], None]
    session: str = ""
    zone: Callable[[], str | None] = lambda: None
    """The time zone in which the budget's days are counted. None means the machine's."""
    client: str | None = None
    """The name of the editor. Tasks are counted by it."""
    _lines: list[Line] = field(default_factory=list)
    _writer: asyncio.Task[None] | None = None
    _again: asyncio.TimerHandle | None = None
    _warned: bool = False

    def opened(self, task: Task, *, client: str | None = None) -> None:
        """Record that a task was accepted. `client` says who does it if it is not the editor."""
        focus = task.scene.focus
        row = decisions.TaskRow(
            task_id=task.id,
            created_ms=task.created_ms,
            project=task.project,
            action=task.request.action,
            language=focus.language if focus else None,
            uri=focus.uri if focus else None,
            range=flat(task.scene.range),
            conversation_id=task.conversation_id,
            session=self.session,
            rehearsal=task.rehearsal,
            state=task.state,
            edit_id=task.edit_id,
            day=self._day(task.created_ms),
            client=client or self.client,
        )
        self._write(lambda conn: decisions.insert_task(conn, row))
        self._write(lambda conn: notices.used(conn, owner.identity(), row.created_ms))

    def decided(self, task: Task, situation: Situation) -> None:
        """Record a decision, with all that is needed to make exactly the same decision again."""
        seq, row = (
            task.next_decision(),
            decision_row(task.decision, situation, now_ms(), task.run.switches),
        )
        self._write(lambda conn: decisions.record_decision(conn, task.id, seq, row))

    def moved(self, task: Task) -> None:
        """Record that a task changed its state."""
        state, edit_id = task.state, task.edit_id if task.state != "running" else None
        error = task.error.name if task.error else None
        self._write(
            lambda conn: decisions.set_task_state(
                conn, task.id, state, edit_id=edit_id, error=error
            )
        )

    def outcome(self, outcome: Outcome) -> None:
        """Record what became of an answer."""
        self._write(lambda conn: outcomes.record_outcome(conn, outcome))

    def chose(self, scope: str, key: str, to: str, project: str) -> None:
        """Record that the operator set or cleared an override, a pin or a remap."""
        session = self.session

        def write(conn: Connection) -> None:
            if to == "auto":
                overrides.clear(conn, scope, key, project=project, session=session)
            else:
                at = now_ms()
                overrides.put(conn, scope, key, to, project=project, session=session, at_ms=at)

        self._write(write)

    def note(self, line: Line) -> None:
        """Write any other event to the ledger."""
        self._write(line)

    def took(self, place: str, step: int) -> None:
        """Record how long a place (a tier at one server address) took to its first token, as the
        number of a step of the histogram.
        """
        key = (latency.KIND, place, "")

        def write(conn: Connection) -> None:
            samples.add(conn, (key, step))
            samples.forget(conn, key, latency.REMEMBERED)

        self._write(write)

    async def flush(self) -> None:
        """Wait for what is being written. Events that the ledger refused keep waiting."""
        while self._writer is not None and not self._writer.done():
            await asyncio.wait({self._writer})

    async def close(self) -> None:
        """Write what is left, as the last try."""
        await self.flush()
        self._start()
        await self.flush()
        if self._again is not None:
            self._again.cancel()
        if self._lines:
            log.error("%d journal lines are lost: the ledger stayed away", len(self._lines))

    def _day(self, at_ms: int) -> str | None:
        """The civil day of an instant, in the zone that the budget counts by. None if there is no
        such zone.
        """
        try:
            return days.day_of(datetime.fromtimestamp(at_ms / 1000, UTC), self.zone())
        except ValueError:
            return None

    def _write(self, line: Line) -> None:
        self._lines.append(line)
        if self._again is None:
            self._start()

    def _start(self) -> None:
        if self._again is not None:
            self._again.cancel()
            self._again = None
        if self._lines and (self._writer is None or self._writer.done()):
            self._writer = asyncio.get_running_loop().create_task(self._drain())

    async def _drain(self) -> None:
        while self._lines:
            batch, self._lines = self._lines, []
            try:
                await self.ledger.write(partial(_all, lines=batch))
                self._warned = False
            except LedgerUnavailable as error:
                self._keep(batch, error)
                return
            except Exception:
                log.exception("%d journal lines are lost", len(batch))

    def _keep(self, batch: list[Line], error: LedgerUnavailable) -> None:
        """Put refused events back in front, tell the operator once, and try again later."""
        self._lines = [*batch, *self._lines]
        log.warning("%d journal lines wait for the ledger: %s", len(self._lines), error)
        if len(self._lines) > KEPT:
            log.error("%d journal lines are lost: too many wait", len(self._lines) - KEPT)
            del self._lines[:-KEPT]
        if not self._warned:
            self._warned = True
            self.warn(errors.sentence(error))
        self._again = asyncio.get_running_loop().call_later(AGAIN, self._start)


def _all(conn: Connection, lines: Sequence[Line]) -> None:
    """Write events in order. If one fails by itself, the others are still written."""
    for line in lines:
        try:
            with conn.begin_nested():
                line(conn)
        except LedgerUnavailable:
            raise
        except Exception as error:
            if fault_of(error) is not None:
                raise
            log.exception("a journal line is lost")


def now_ms() -> int:
    """The time in UTC milliseconds."""
    return time.time_ns() // 1_000_000


def flat(span: Range | None) -> tuple[int, int, int, int] | None:
    """A range as four numbers: start line, start character, end line, end character."""
    if span is None:
        return None
    return span.start.line, span.start.character, span.end.line, span.end.character


def decision_row(
    decision: Decision, situation: Situation, at_ms: int, switches: Sequence[Switch] = ()
) -> decisions.DecisionRow:
    """A decision as the ledger stores it: its tiers, its signals and the facts it was made from,
    never the text of the request.
    """
    return decisions.DecisionRow(
        at_ms=at_ms,
        first=decision.first,
        routed=decision.routed,
        answering=decision.answering,
        cause=decision.cause,
        confidence=decision.confidence,
        propensity=decision.propensity,
        weights=decision.weights,
        rule=decision.rule or RULE,
        detail=decision_detail(decision, situation, switches),
    )


def decision_detail(
    decision: Decision, situation: Situation, switches: Sequence[Switch] = ()
) -> Mapping[str, Any]:
    """What is needed to decide again: signals, unknowns, text scores, estimate and situation."""
    facts = asdict(situation)
    facts["ladder"] = [asdict(tier) for tier in situation.ladder]
    for tier in facts["ladder"]:
        tier["features"] = sorted(tier["features"])
        # The place that answered is not part of the decision. Reservations name it.
        del tier["elsewhere"]
    return {
        "signals": dict(decision.signals.values),
        "unknown": sorted(decision.signals.unknown),
        "text_scores": list(decision.signals.text_scores),
        "estimate": asdict(decision.estimate),
        "cost": dict(decision.cost),
        "expected_loss": dict(decision.expected_loss),
        "confidence_tier": decision.confidence_tier,
        "rule": decision.rule,
        "reasons": [asdict(reason) for reason in decision.reasons],
        "soft": decision.soft,
        "explicit": decision.explicit,
        "situation": facts,
        "switches": [asdict(switch) for switch in switches],
    }
