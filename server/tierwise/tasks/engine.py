"""The engine: the one object the edge talks to. It owns the tasks and hands them to the spine."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from tierwise.budget import usage
from tierwise.budget.reserve import Scope as BudgetScope
from tierwise.budget.usage import ScopeUse
from tierwise.core.decision import Decision
from tierwise.core.document import Snapshot
from tierwise.core.errors import BadRequest, TierwiseError, UnknownTask
from tierwise.core.outcome import OUTCOME_KINDS, OutcomeKind
from tierwise.core.request import Diagnostic, Request
from tierwise.core.tiers import Ladder
from tierwise.core.views import EditView, HistoryItem, StatusView, StreamView, TaskView
from tierwise.tasks import overview, redo, roster
from tierwise.tasks.api import (
    ChatParams,
    ChatReply,
    HistoryQuery,
    OverrideParams,
    ResolveReply,
    Started,
    TaskParams,
)
from tierwise.tasks.calling import admission, sent
from tierwise.tasks.chat import transcripts
from tierwise.tasks.choices import AUTO, Kept
from tierwise.tasks.deciding import routing
from tierwise.tasks.intake import requests
from tierwise.tasks.learning import recall
from tierwise.tasks.proposing import blocks
from tierwise.tasks.run import run
from tierwise.tasks.scene import Question, Scene
from tierwise.tasks.status_line import StatusLine
from tierwise.tasks.task import OVER, Identity, Task
from tierwise.tasks.world import World

CLOSE_WITHIN: Final = 0.8
"""Seconds for running tasks to be cancelled and settled when the server ends."""


@dataclass
class TaskEngine:
    """The engine of one window."""

    world: World
    tasks: dict[str, Task] = field(default_factory=dict)
    status_line: StatusLine = field(init=False)

    def __post_init__(self) -> None:
        self.status_line = StatusLine(self.world, self.tasks)
        self.world.push_status = self.status_line.push

    async def start_task(self, params: TaskParams) -> Started:
        """Take a task on; its first decision is back at once, the rest happens by itself."""
        request, scene = requests.of_task(params, self.world.documents, self.world.ladder)
        task = self._new(params.task_id, request, scene, params.conversation_id)
        self._begin(task)
        return Started(task.id, task.decision)

    async def chat(self, params: ChatParams) -> ChatReply:
        """Answer a chat turn; raises the task's error where it fails."""
        conversation = params.conversation_id or uuid.uuid4().hex[:12]
        thread = self.world.threads.open(conversation)
        thread.asked(self.world.now_ms())
        if thread.asks_again(params.prompt):
            thread.reasks += 1
            if thread.task_ids and thread.task_ids[-1] in self.tasks:
                self.world.outcomes.record(self.tasks[thread.task_ids[-1]], "reasked")
        request, scene = requests.of_chat(
            params,
            self.world.documents,
            self.world.ladder,
            turn=len(thread.task_ids),
            thread=thread.state(),
        )
        task = self._new(params.task_id, request, scene, conversation)
        try:
            admission.require(task, self.world)
        except TierwiseError as error:
            task.failed(error)
            raise
        self._begin(task)
        while not task.ended.is_set():
            await task.ended.wait()
        return overview.chat_reply(task)

    async def cancel(self, task_id: str) -> bool:
        """Stop a running task; False when there was nothing to stop."""
        return await roster.named(self.tasks, task_id).stop()

    def forecast(self, params: TaskParams, *, reasons: bool = False) -> Decision:
        """The decision as it would be made now; titles do without its reasons."""
        request, scene = requests.of_task(params, self.world.documents, self.world.ladder)
        return routing.forecast_decision(request, scene, self.world, reasons=reasons)

    async def explain_task(self, task_id: str) -> routing.Explained:
        """The decision of a task, running or past, and what would have flipped it."""
        if task_id in self.tasks:
            decision = replace(self.tasks[task_id].decision, id=task_id)
            return await routing.explained(decision, self.world)
        past = await recall.last_decision(self.world.ledger, task_id)
        return await routing.explained(past, self.world)

    async def override(self, params: OverrideParams) -> Decision | None:
        """Set or clear a choice. For a task it redoes the task on that tier."""
        if params.to != AUTO:
            self.world.ladder.rank(params.to)
        key = overview.scope_key(params, self.world, self.tasks)
        self.world.choices.put(params.scope, key, params.to)
        if params.scope not in ("task", "conversation"):
            self.world.journal.chose(params.scope, key, params.to, self.world.project)
        self.status_line.push()
        if params.scope == "task" and params.task_id is not None and params.to != AUTO:
            started = await self.rerun_on(params.task_id, params.to)
            return started.decision
        return None

    async def rerun_on(self, task_id: str, tier: str) -> Started:
        """Redo a task on a tier ("up", "same" or a name), under the same task."""
        task = roster.named(self.tasks, task_id)
        await redo.prepare(task, tier, self.world)
        self._begin(task)
        return Started(task.id, task.decision)

    def sent(self, task_id: str) -> Sequence[Mapping[str, Any]]:
        """What went to the models for a task. Raises `UnknownTask` where nothing is kept."""
        told = sent.told(self.tasks.get(task_id), task_id, self.world.content)
        if told is None:
            raise UnknownTask(f"What was sent for task '{task_id}' is not kept.")
        return told

    def edit(self, edit_id: str) -> EditView:
        """A proposal as it stands now."""
        return self.world.proposals.view(edit_id)

    async def apply(self, edit_id: str, hunks: Sequence[str] | None = None) -> ResolveReply:
        """Apply a proposal, or some of its hunks."""
        return await self.world.proposals.apply(edit_id, hunks)

    async def discard(
        self, edit_id: str, hunks: Sequence[str] | None = None, reason: str | None = None
    ) -> ResolveReply:
        """Discard a proposal, or some of its hunks."""
        return self.world.proposals.discard(edit_id, hunks, reason)

    async def undo(self, edit_id: str) -> ResolveReply:
        """Take a whole applied task back."""
        return await self.world.proposals.undo(edit_id)

    def shown(self, edit_id: str) -> None:
        """The client showed a proposal; raises `UnknownEdit` for one that is not there."""
        self.world.proposals.entry(edit_id)

    async def record_outcome(
        self, task_id: str, kind: OutcomeKind, value: str | float | None = None
    ) -> None:
        """Record what a client saw: inserted, copied, rated or asked again."""
        if kind not in OUTCOME_KINDS:
            raise BadRequest(f"There is no outcome '{kind}'.")
        self.world.outcomes.record(roster.named(self.tasks, task_id), kind, value)

    def status(self) -> StatusView:
        """The status as it is now."""
        return self.status_line.view()

    async def history(self, query: HistoryQuery) -> Sequence[HistoryItem]:
        """Tasks of the past, newest first."""
        await self.world.journal.flush()
        return await recall.history(self.world.ledger, query)

    async def resume(
        self,
        raise_nanos: int | None = None,
        allow_task: str | None = None,
        scope: BudgetScope | None = None,
    ) -> StatusView:
        """Raise a cap, allow one task, or just look whether the budget is free again."""
        if raise_nanos is not None:
            await self.world.money.raise_asked(raise_nanos, scope)
        if allow_task is not None:
            await self.world.money.allow(allow_task)
        await self.world.money.refresh()
        return self.status()

    def tasks_at(self, uri: str) -> Sequence[TaskView]:
        """Running tasks and proposals of a document."""
        return roster.of_document(self.tasks, uri)

    def answer_at(self, uri: str, line: int) -> str | None:
        """The latest text answer given for a line of a document."""
        return roster.answer_at(self.tasks, uri, line)

    def answer_text(self, task_id: str) -> str | None:
        """The text answer of a task, with its headline."""
        return roster.answer_of(self.tasks, task_id)

    @property
    def ladder(self) -> Ladder:
        """The tiers as configured now."""
        return self.world.ladder

    def choices(self) -> Sequence[Kept]:
        """Every pin and remap in force, the configured ones first."""
        return overview.choices(self.world)

    async def usage(self) -> Sequence[ScopeUse]:
        """What was spent and saved per scope and tier, with the budgets of now."""
        world = self.world
        await world.money.refresh()
        state, prices, ladder = world.money.state, world.prices, world.ladder
        return await world.ledger.read(lambda conn: usage.read(conn, state, prices, ladder))

    async def conversations(self, limit: int) -> Sequence[transcripts.Heading]:
        """The kept conversations of this project, the latest first."""
        return await transcripts.headings(self.world, limit)

    async def conversation(self, conversation_id: str) -> Sequence[transcripts.Spoken]:
        """The kept turns of a conversation, in order."""
        return await transcripts.spoken(self.world, conversation_id)

    async def propose_block(self, task_id: str, block: blocks.Block) -> str:
        """Offer a block of code of a text answer as a proposal; the proposal's id.

        Raises `UnknownTask` for a task of an earlier window, and `BadRequest` where the task
        has no finished answer or the code has no place.
        """
        task = blocks.task_of(task_id, self.tasks)
        return await blocks.propose(task, block, self.world)

    async def kept(self, task_id: str) -> Mapping[str, str]:
        """What came back for a task, where it is kept: `diff` and `answer`."""
        return await asyncio.to_thread(recall.kept, self.world.content, task_id)

    def keep_document(self, task_id: str, name: str, text: str) -> Path | None:
        """Keep a text of a task as a file that an editor can open; None where it cannot be."""
        return self.world.content.put(task_id, name, text)

    def warm_up(self) -> None:
        """Import the model SDK on a thread, so that the first task need not wait for it."""
        self.world.client.warm_up()

    def diagnosed(self, uri: str, lines: range, diagnostics: Sequence[Diagnostic]) -> None:
        """The editor reported the problems of some lines of a document (from 0)."""
        self.world.watch.diagnosed(uri, lines, diagnostics)

    def document_changed(self, snapshot: Snapshot) -> None:
        """A document has a new text."""
        self.world.proposals.seen(snapshot.uri, snapshot.text)

    def document_renamed(self, old_uri: str, new_uri: str) -> None:
        """A file has another name; pins on it follow, here and in the ledger."""
        tier = self.world.choices.moved(old_uri, new_uri)
        if tier is not None:
            self.world.journal.chose("file", old_uri, AUTO, self.world.project)
            self.world.journal.chose("file", new_uri, tier, self.world.project)
        self.world.watch.renamed(old_uri, new_uri)

    def set_trusted(self, trusted: bool) -> None:
        """The operator granted or withdrew trust; without it nothing that runs goes on."""
        self.world.trust.set(trusted)
        if not trusted:
            for task in self.tasks.values():
                if task.runner is not None:
                    task.runner.cancel()

    async def close(self) -> None:
        """Cancel and settle what runs, then close the ledger."""
        runners = {t.runner for t in self.tasks.values() if t.runner and not t.runner.done()}
        for runner in runners:
            runner.cancel()
        if runners:
            await asyncio.wait(runners, timeout=CLOSE_WITHIN)
        await self.world.close()

    def _new(
        self, task_id: str | None, request: Request, scene: Scene, conversation: str | None = None
    ) -> Task:
        if task_id is not None and task_id in self.tasks:
            raise BadRequest(f"There is a task '{task_id}' already.")
        own = task_id or uuid.uuid4().hex[:12]
        request = replace(request, id=own)
        task = Task(
            Identity(
                own,
                self.world.now_ms(),
                self.world.project,
                conversation,
                self.world.rehearsal,
            ),
            Question(request, scene),
            routing.forecast_decision(request, scene, self.world),
            on_change=self._changed,
            on_stream=self._streamed,
        )
        self.tasks[own] = task
        self.world.journal.opened(task)
        self._forget()
        return task

    def _begin(self, task: Task) -> None:
        if task.state != "routing":
            task.move("routing")
        else:
            self._changed(task)
        runner = task.start(self._in_turn(task))
        runner.add_done_callback(lambda runner: self._stopped(task, runner))

    async def _in_turn(self, task: Task) -> None:
        """Run a task when it is its turn."""
        async with self.world.turns.turn(task):
            await run(task, self.world)

    def _stopped(self, task: Task, runner: asyncio.Task[None]) -> None:
        """A task cancelled before its turn came, or before it even began, is cancelled too."""
        if runner.cancelled() and task.runner is runner and task.state == "routing":
            self.world.outcomes.record(task, "cancelled")
            task.cancelled()

    def _streamed(self, view: StreamView) -> None:
        self.world.listener.streamed(view)
        if (task := self.tasks.get(view.task_id)) is not None:
            self.world.proposals.growing.heard(task, view.kind)

    def _changed(self, task: Task) -> None:
        if task.state in ("failed", "cancelled", "paused"):
            self.world.proposals.written(task)
        self.world.journal.moved(task)
        self.status_line.about(task)
        if task.state in ("answered", "proposed"):
            self.world.threads.answered(task, self.world.now_ms())
        if task.state in OVER or task.state == "proposed":
            transcripts.keep(task, self.world)
        self.world.listener.task_changed(task.view())
        self.status_line.push()

    def _forget(self) -> None:
        for task in roster.surplus(self.tasks):
            del self.tasks[task.id]
            self.world.proposals.entries.pop(task.edit_id or "", None)
            self.world.choices.put("task", task.id, AUTO)
