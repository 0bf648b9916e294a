"""The gateway's latest decisions, and its events for whoever listens."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import field
from typing import Any, Final

from tierwise.core.dataclass import dataclass
from tierwise.core.decision import Decision
from tierwise.core.money import Usage, to_usd
from tierwise.core.tiers import Tier
from tierwise.gateway.call import Call, CallPlan
from tierwise.gateway.deciding import ACTION
from tierwise.gateway.naming import OTHER
from tierwise.gateway.strands import RunningTask
from tierwise.present.decision import to_wire

KEPT: Final = 500
"""How many of the latest decisions are remembered."""
WAITING: Final = 1_000
"""The most events that wait for a slow listener. The oldest are dropped."""

Event = Mapping[str, Any]


@dataclass
class _Told:
    """A decision and the call it was made for. Its words are made only when somebody asks."""

    task_id: str
    about: Mapping[str, Any]
    decision: Decision
    rehearsal: bool

    def wire(self) -> dict[str, Any]:
        # The line of an agent has the turn's forecast and the session's cost beside the sentence.
        worded = to_wire(self.decision, action=ACTION, rehearsal=self.rehearsal, priced=True)
        return {**self.about, "decision": worded}

    def replaced(self, decision: Decision) -> None:
        self.decision = decision


@dataclass
class Events:
    """Remembers the latest decisions of one gateway, and sends its events (a call was planned,
    decided or booked) to whoever listens.

    `now_ms` returns UTC milliseconds. `rehearses` is true while the rehearsal model answers.
    """

    now_ms: Callable[[], int]
    rehearses: Callable[[], bool] = lambda: False
    _decisions: deque[_Told] = field(default_factory=lambda: deque(maxlen=KEPT))
    _passing: dict[str, str] = field(default_factory=dict)
    _listeners: set[asyncio.Queue[Event]] = field(default_factory=set)

    def planned(self, call: Call, plan: CallPlan) -> None:
        """Send the event that a call was planned. If its decision is new, keep and send it too."""
        task = plan.task
        if task is not None:
            latest = self._latest(task)
            if latest is None or latest.decision.answering != task.decision.answering:
                about = {
                    "task": task.task_id,
                    "session": task.session,
                    **({"agent": task.agent} if task.agent else {}),
                    "kind": task.kind,
                    "at": self.now_ms(),
                    "project": task.project,
                    "clientNamed": task.named,
                }
                told = _Told(task.task_id, about, task.decision, self.rehearses())
                self._decisions.appendleft(told)
                self._tell_decision(told)
            self._passing.pop(call.strand.session, None)
        elif plan.tier.name == OTHER:
            self._passing[call.strand.session] = call.model
            while len(self._passing) > KEPT:
                self._passing.pop(next(iter(self._passing)))
        self._tell({"event": "call", **_of_call(call, plan, plan.tier)})

    def passing(self, session: str | None) -> str | None:
        """The model that a conversation uses now, if it is no tier's and so is not routed."""
        return None if session is None else self._passing.get(session)

    def decided(self, task: RunningTask) -> None:
        """Replace a task's provisional decision by the router's own, and send it as an event."""
        latest = self._latest(task)
        if latest is not None:
            latest.replaced(task.decision)
            self._tell_decision(latest)

    def booked(self, call: Call, plan: CallPlan, tier: Tier, usage: Usage, cost: int) -> None:
        """Send the event that a call is over, with its cost."""
        self._tell(
            {
                "event": "booked",
                **_of_call(call, plan, tier),
                "costUsd": to_usd(cost),
                "inputTokens": usage.input_tokens,
                "outputTokens": usage.output_tokens,
                "cacheReadTokens": usage.cache_read_tokens,
                "cacheWriteTokens": usage.cache_write_tokens,
                "assumed": usage.assumed,
            }
        )

    def decisions(
        self, session: str | None, running: Mapping[str, RunningTask]
    ) -> list[dict[str, Any]]:
        """The latest decisions, newest first, of one conversation or of all.

        `running` has the tasks in memory by their ids. If the task of a decision is among them, the
        decision also says how far the task has come.
        """
        found = (d for d in self._decisions if session is None or d.about["session"] == session)
        return [{**d.wire(), **_progress(running.get(d.task_id))} for d in found]

    @contextmanager
    def listen(self) -> Iterator[asyncio.Queue[Event]]:
        """Give a queue that gets all events from now on, until the block ends."""
        queue: asyncio.Queue[Event] = asyncio.Queue(WAITING)
        self._listeners.add(queue)
        try:
            yield queue
        finally:
            self._listeners.discard(queue)

    def _latest(self, task: RunningTask) -> _Told | None:
        return next((d for d in self._decisions if d.task_id == task.task_id), None)

    def _tell_decision(self, told: _Told) -> None:
        if self._listeners:
            self._tell({"event": "decision", **told.wire()})

    def _tell(self, event: Event) -> None:
        for queue in self._listeners:
            if queue.full():
                queue.get_nowait()
            queue.put_nowait(event)


def _progress(task: RunningTask | None) -> dict[str, Any]:
    """How far a task has come. Empty if its strand has gone on to another task."""
    if task is None:
        return {}
    read = task.prompt_tokens
    return {
        "state": task.state,
        "calls": task.calls,
        "costUsd": to_usd(task.cost),
        "promptTokens": read,
        "cachedShare": round(task.cached_tokens / read, 3) if read else 0.0,
        **({"loweredTo": task.lowered} if task.lowered is not None else {}),
        **({"secrets": task.secrets} if task.secrets else {}),
    }


def _of_call(call: Call, plan: CallPlan, tier: Tier) -> dict[str, Any]:
    task = plan.task
    return {
        "task": task.task_id if task is not None else None,
        "session": call.strand.session,
        "agent": call.strand.agent,
        "kind": call.kind,
        "tier": tier.name,
        "project": call.strand.project,
    }
