"""A task: one request on its way from routing to its outcome, as a state machine.

The only mutable object of the spine. Everything that happens to it goes through a method
here, so that every change is seen by the one listener and none is lost.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from tierwise.core.context import Pack
from tierwise.core.decision import Decision
from tierwise.core.document import Range, Snapshot
from tierwise.core.errors import TierwiseError
from tierwise.core.money import Usage
from tierwise.core.request import Request
from tierwise.core.situation import Situation
from tierwise.core.views import StreamKind, StreamView, Switch, TaskState, TaskView
from tierwise.tasks.chat.threads import Sent

_NEXT: Final[Mapping[TaskState, frozenset[TaskState]]] = {
    "routing": frozenset({"paused", "running", "cancelled", "failed"}),
    "paused": frozenset({"routing", "running", "cancelled", "failed"}),
    "running": frozenset({"routing", "paused", "proposed", "answered", "cancelled", "failed"}),
    "proposed": frozenset({"applied", "partlyApplied", "discarded", "expired", "routing"}),
    "partlyApplied": frozenset({"applied", "partlyApplied", "discarded", "proposed", "expired"}),
    "applied": frozenset({"discarded", "proposed"}),
    "answered": frozenset({"routing", "proposed"}),
    "failed": frozenset({"routing"}),
    "cancelled": frozenset({"routing"}),
    "discarded": frozenset({"routing", "proposed"}),
    "expired": frozenset({"routing"}),
}
"""Which state may follow which. `applied -> discarded` is an undo; back to `routing` is a redo.
A text answer becomes `proposed` when the operator applies a block of its code."""

OVER: Final[frozenset[TaskState]] = frozenset(
    {"applied", "partlyApplied", "answered", "discarded", "cancelled", "failed", "expired"}
)
"""States in which nothing of the task runs and nothing awaits an answer."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What a task was asked on, frozen on entry.

    `focus` is the document of the selection, `range` the selection in it (code points);
    `attached` and `open` are the other documents by URI, `comment` the `tw:` comment whose
    removal belongs to the edit.
    """

    focus: Snapshot | None = None
    range: Range | None = None
    attached: tuple[Snapshot, ...] = ()
    open: tuple[Snapshot, ...] = ()
    comment: Range | None = None

    @property
    def place(self) -> Range | None:
        """Where the task shows in its document: the selection and the comment that asked."""
        span, asked = self.range, self.comment
        if span is None or asked is None:
            return span
        return Range(min(span.start, asked.start), max(span.end, asked.end))

    @property
    def documents(self) -> Mapping[str, Snapshot]:
        """Every document of the scene by URI, the focus included."""
        everything = {s.uri: s for s in (*self.open, *self.attached)}
        if self.focus is not None:
            everything[self.focus.uri] = self.focus
        return everything


@dataclass(eq=False)
class Task:
    """A task and what became of it so far. Costs in nano-dollars, times in UTC milliseconds."""

    id: str
    request: Request
    scene: Scene
    decision: Decision
    created_ms: int
    project: str
    on_change: Callable[[Task], None]
    on_stream: Callable[[StreamView], None]
    conversation_id: str | None = None
    rehearsal: bool = False
    state: TaskState = "routing"
    forecast: Decision | None = None
    progress: str | None = None
    cost: int = 0
    usage: Usage = field(default_factory=Usage)
    edit_id: str | None = None
    error: TierwiseError | None = None
    cause_note: str = ""
    text: str = ""
    stop_reason: str = ""
    pack: Pack | None = None
    records: tuple[Mapping[str, object], ...] = ()
    """What its last attempts sent, word for word."""
    wish: str = ""
    """The instruction as it is sent: without secrets."""
    notices: tuple[str, ...] = ()
    """What was left out or replaced before sending, one sentence each."""
    allowed: bool = False
    """True once the operator allowed this task beyond its budget."""
    agreed: int = 0
    """The forecast the operator said yes to, in nano-dollars."""
    whole: bool = False
    """True once an answer was cut off, so that the next attempt asks for all its tier may give."""
    runner: asyncio.Task[None] | None = None
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    seq: int = 0
    attempt: int = 0
    """How many decisions this task has had; names its rows in the ledger."""
    attempts: int = 0
    """How many reservations this task has asked for; names them."""
    calls: int = 0
    """How many model calls its present run has made."""
    due: float = 0.0
    """When its present run must have ended, in monotonic seconds."""
    sent: Sent | None = None
    """The turn as it went out, where a conversation may keep it."""
    last_usage: Usage = field(default_factory=Usage)
    """What the call that answered used."""
    switches: tuple[Switch, ...] = ()
    situation: Situation | None = None
    """The facts its decision was taken on, for what is decided later in the same run."""

    @property
    def ready(self) -> bool:
        """Whether its context was collected, so that `wish` is what is asked, without secrets."""
        return self.pack is not None

    def move(self, state: TaskState, *, progress: str | None = None) -> None:
        """Enter `state` and tell the listener. A move the table forbids is a bug and raises."""
        if state != self.state and state not in _NEXT[self.state]:
            raise RuntimeError(f"task {self.id}: {self.state} -> {state}")
        self.state = state
        self.progress = progress
        if state in OVER or state == "proposed":
            self.ended.set()
        else:
            self.ended.clear()
        self.on_change(self)

    def say(self, progress: str) -> None:
        """Tell the operator what is going on, without a change of state."""
        self.progress = progress
        self.on_change(self)

    def decided(self, decision: Decision, note: str = "") -> None:
        """Take a decision. The stream hears of it before the first delta of its answer."""
        if self.decision.answering != decision.answering and not self.decision.final:
            self.forecast = self.decision
        self.decision = decision
        self.cause_note = note
        self.on_change(self)
        self._emit("decision", decision=decision, reason=note or None)

    def streamed(self, delta: str) -> None:
        """A piece of the answer arrived; it is already coalesced."""
        self.text += delta
        self._emit("delta", delta=delta)

    def reset(self, reason: str) -> None:
        """Forget what was streamed: another attempt answers instead."""
        self.text = ""
        self._emit("reset", reason=reason)

    def noticed(self, reason: str) -> None:
        """A sentence about this task that belongs beside its answer."""
        self._emit("notice", reason=reason)

    def paid(self, usage: Usage, nanos: int) -> None:
        """Add what an attempt cost. Every attempt counts, also one that failed."""
        self.cost += nanos
        self.usage = Usage(
            self.usage.input_tokens + usage.input_tokens,
            self.usage.output_tokens + usage.output_tokens,
            self.usage.cache_read_tokens + usage.cache_read_tokens,
            self.usage.cache_write_5m_tokens + usage.cache_write_5m_tokens,
            self.usage.cache_write_1h_tokens + usage.cache_write_1h_tokens,
            self.usage.assumed or usage.assumed,
        )

    async def stop(self) -> bool:
        """Cancel what runs of it and wait until that is over; False when nothing ran."""
        runner = self.runner
        if runner is None or runner.done():
            return False
        runner.cancel()
        await asyncio.wait({runner})
        return True

    def failed(self, error: TierwiseError) -> None:
        """End with an error the operator can read."""
        self.error = error
        self.move("failed")

    def view(self) -> TaskView:
        """The task as shown."""
        focus = self.scene.focus
        return TaskView(
            task_id=self.id,
            action=self.request.action,
            state=self.state,
            decision=replace(self.decision, id=self.id),
            uri=focus.uri if focus else None,
            range=self.scene.place,
            progress=self.progress,
            cost=self.cost,
            edit_id=self.edit_id,
            error=(self.error.name, self.error.message) if self.error else None,
            cause_note=self.cause_note,
            rehearsal=self.rehearsal,
            conversation_id=self.conversation_id,
            forecast=self.forecast,
            switches=self.switches,
            usage=self.usage if self.usage != Usage() else None,
            notices=self.notices,
        )

    def _emit(
        self,
        kind: StreamKind,
        *,
        delta: str | None = None,
        decision: Decision | None = None,
        reason: str | None = None,
    ) -> None:
        self.on_stream(
            StreamView(self.id, self.conversation_id, self.seq, kind, delta, decision, reason)
        )
        self.seq += 1
