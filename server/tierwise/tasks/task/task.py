"""A task: one request from routing to its outcome, as a state machine.

It has four parts: its identity, its question, its present run, and the answer of that run. No other
file writes to its fields (a test checks that), so that listeners miss no change.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import field, replace
from typing import Any, Final

from tierwise.core.dataclass import dataclass
from tierwise.core.decision import Decision
from tierwise.core.errors import ModelError, TierwiseError
from tierwise.core.money import Usage
from tierwise.core.request import Request
from tierwise.core.views import StreamKind, StreamView, TaskState, TaskView
from tierwise.present import errors
from tierwise.tasks.task.scene import Question, Scene
from tierwise.tasks.task.task_run import Run, TaskAnswer

_NEXT: Final[Mapping[TaskState, frozenset[TaskState]]] = {
    "routing": frozenset({"paused", "running", "cancelled", "failed"}),
    "paused": frozenset({"routing", "running", "cancelled", "failed"}),
    "running": frozenset({"routing", "paused", "proposed", "answered", "cancelled", "failed"}),
    "proposed": frozenset({"applied", "partlyApplied", "discarded", "expired", "routing"}),
    "partlyApplied": frozenset({"applied", "partlyApplied", "discarded", "proposed", "expired"}),
    "applied": frozenset({"discarded", "proposed", "partlyApplied"}),
    "answered": frozenset({"routing", "proposed"}),
    "failed": frozenset({"routing"}),
    "cancelled": frozenset({"routing"}),
    "discarded": frozenset({"routing", "proposed", "applied", "partlyApplied"}),
    "expired": frozenset({"routing"}),
}
"""The states that may follow each state.

`applied -> discarded` is an undo of the whole task. `applied -> proposed` is an undo by the editor,
hunk by hunk. `paused -> routing` is the end of a pause; from other states `routing` is a redo. A
text answer becomes `proposed` when the operator applies a block of its code.
"""

OVER: Final[frozenset[TaskState]] = frozenset(
    {"applied", "partlyApplied", "answered", "discarded", "cancelled", "failed", "expired"}
)
"""States in which the task has ended: nothing of it runs and no decision about it is required."""

RECORDS_KEPT: Final = 16
"""How many of a task's latest calls have their sent text kept. A task in parts makes a dozen."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What never changes of a task. `created_ms` is in UTC milliseconds.

    `rehearsal` is True if the rehearsal model answers, which costs nothing.
    """

    id: str
    created_ms: int
    project: str
    conversation_id: str | None = None
    rehearsal: bool = False


@dataclass(eq=False)
class Task:
    """A task and all that happened to it so far. Costs are in nano-dollars.

    `run`, `answer`, `forecast` and `lifted` belong to the present or last run. Everything else
    outlives a redo.
    """

    identity: Identity
    question: Question
    decision: Decision
    on_change: Callable[[Task], None]
    on_stream: Callable[[Task, StreamView], None]
    run: Run = field(default_factory=Run)
    answer: TaskAnswer = field(default_factory=TaskAnswer)
    state: TaskState = "routing"
    progress: str | None = None
    forecast: Decision | None = None
    """The decision that was shown first, if the one that counts names another tier."""
    cause_note: str = ""
    cost: int = 0
    usage: Usage = field(default_factory=Usage)
    allowed: bool = False
    """True once the operator allowed this task beyond its budget."""
    runner: asyncio.Task[None] | None = None
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    decision_no: int = 0
    """How many decisions this task has had. It numbers their rows in the ledger."""
    reservation_no: int = 0
    """How many reservations this task has asked for. It is part of their names."""
    stream_no: int = 0
    """How many pieces of its stream were sent. It numbers the pieces."""
    lifted: Decision | None = None
    """The decision with which this run began, because the run before it failed a check. None
    otherwise.
    """
    earlier_records: tuple[Mapping[str, object], ...] = ()
    """What the latest calls of the earlier runs sent."""

    @property
    def id(self) -> str:
        return self.identity.id

    @property
    def project(self) -> str:
        return self.identity.project

    @property
    def created_ms(self) -> int:
        return self.identity.created_ms

    @property
    def conversation_id(self) -> str | None:
        return self.identity.conversation_id

    @property
    def rehearsal(self) -> bool:
        return self.identity.rehearsal

    @property
    def request(self) -> Request:
        return self.question.request

    @property
    def scene(self) -> Scene:
        return self.question.scene

    @property
    def text(self) -> str:
        return self.answer.text

    @property
    def edit_id(self) -> str | None:
        return self.answer.edit_id

    @property
    def error(self) -> TierwiseError | None:
        return self.answer.error

    @property
    def records(self) -> Sequence[Mapping[str, object]]:
        """What the latest calls of this task sent, oldest first, at most `RECORDS_KEPT` of them."""
        return (*self.earlier_records, *self.run.records)[-RECORDS_KEPT:]

    def start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run `work` as this task's runner."""
        self.ended.clear()
        self.runner = asyncio.create_task(work, name=f"task {self.id}")
        return self.runner

    def start_over(self, reason: str) -> None:
        """Drop the run and its answer, because another run begins."""
        self.earlier_records = tuple(self.records)
        self.run, self.answer, self.forecast, self.lifted = Run(), TaskAnswer(), None, None
        self._emit("reset", reason=reason)

    def lift(self, decision: Decision, note: str, told: str) -> None:
        """Begin the next run with a decision for a higher tier, because a check of the answer
        failed.

        `note` tells the operator why. `told` is added to the prompts of that run, so that the model
        learns what failed.
        """
        calls = self.run.all_calls
        self.start_over(note)
        self.run.goes_on_from(calls)
        self.lifted = decision
        self.run.note(told)
        self.decided(decision, note)

    def asks_now(self, question: Question) -> None:
        """Replace the question by the same one on the present documents."""
        self.question = question

    def allow(self) -> None:
        """Let this task spend beyond the caps, because the operator said so."""
        self.allowed = True

    def next_decision(self) -> int:
        """The number of the next decision, from 1."""
        self.decision_no += 1
        return self.decision_no

    def next_reservation(self, purpose: str = "") -> str:
        """The name of the next reservation. `purpose` marks calls that are not for the answer."""
        self.reservation_no += 1
        return ":".join(filter(None, (self.id, purpose, str(self.reservation_no))))

    def offered(self, edit_id: str) -> None:
        """Note the proposal that was made from the answer."""
        self.answer.edit_id = edit_id

    def withdrawn(self) -> None:
        """Note that the proposal is gone."""
        self.answer.edit_id = None

    def completed(self, stop_reason: str, *, checked: bool) -> None:
        """Note why the model ended its answer, and whether the answer passed its checks."""
        self.answer.stop_reason = stop_reason
        self.answer.failed_check = not checked

    def cancelled(self) -> None:
        """End because the operator stopped it."""
        self.answer.stop_reason = "cancelled"
        self.move("cancelled")

    def move(self, state: TaskState, *, progress: str | None = None) -> None:
        """Enter `state` and call the listeners. A move that the table forbids is a bug
        and raises.
        """
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
        """Show the operator what is going on, without a change of state."""
        self.progress = progress
        self.on_change(self)

    def announce(self) -> None:
        """Call the listeners, because something that is shown with the task changed elsewhere."""
        self.on_change(self)

    def decided(self, decision: Decision, note: str = "") -> None:
        """Use this decision from now on, call the listeners, and send the decision to the client.

        `note` is why the decision changed. It is shown as the cause.
        """
        if self.decision.answering != decision.answering and not self.decision.final:
            self.forecast = self.decision
        self.decision = decision
        self.cause_note = note
        self.on_change(self)
        self._emit("decision", decision=decision, reason=note or None)

    def streamed(self, delta: str) -> None:
        """Add a piece of the answer and send it on. The caller has already joined small pieces."""
        self.answer.text += delta
        self._emit("delta", delta=delta)

    def reset(self, reason: str) -> None:
        """Drop the streamed text, because another attempt answers. The answers to earlier parts
        stay.
        """
        self.answer.text = ""
        self._emit("reset", reason=reason)
        if self.run.earlier:
            self.streamed(self.run.earlier)

    def noticed(self, reason: str) -> None:
        """Send the client a sentence that it shows with this task's answer."""
        self._emit("notice", reason=reason)

    def paid(self, usage: Usage, nanos: int) -> None:
        """Add what an attempt cost. Failed attempts are added too."""
        self.cost += nanos
        self.usage = Usage(
            self.usage.input_tokens + usage.input_tokens,
            self.usage.output_tokens + usage.output_tokens,
            self.usage.cache_read_tokens + usage.cache_read_tokens,
            self.usage.cache_write_5m_tokens + usage.cache_write_5m_tokens,
            self.usage.cache_write_1h_tokens + usage.cache_write_1h_tokens,
            self.usage.assumed or usage.assumed,
            self.usage.searches + usage.searches,
        )

    async def stop(self) -> bool:
        """Cancel what runs of the task and wait for its end. False if nothing ran."""
        runner = self.runner
        if runner is None or not self.cancel():
            return False
        await asyncio.wait({runner})
        return True

    def cancel(self) -> bool:
        """Cancel what runs of the task, without waiting. False if nothing ran."""
        return self.runner is not None and self.runner.cancel()

    def failed(self, error: TierwiseError) -> None:
        """End with an error the operator can read."""
        self.answer.error = error
        if isinstance(error, ModelError) and error.kind == "team_paused":
            self.cause_note = error.kind
        self.move("failed")

    @property
    def held_by_team(self) -> bool:
        """Whether the task failed because a team's budget was used up. The task can go on when that
        budget is raised.
        """
        return self.state == "failed" and self.cause_note == "team_paused"

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
            error=(self.error.name, errors.sentence(self.error)) if self.error else None,
            cause_note=self.cause_note,
            rehearsal=self.rehearsal,
            conversation_id=self.conversation_id,
            forecast=self.forecast,
            switches=self.run.switches,
            usage=self.usage if self.usage != Usage() else None,
            notices=self.run.notices,
            redo=self.run.redo,
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
            self,
            StreamView(
                self.id, self.conversation_id, self.stream_no, kind, delta, decision, reason
            ),
        )
        self.stream_no += 1
