"""The engine: the one object the edge talks to. It owns the tasks and hands them to the spine."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from tierwise.budget import usage
from tierwise.budget.purse import Scope as BudgetScope
from tierwise.budget.usage import ScopeUse
from tierwise.config.model import Preference
from tierwise.config.paths import config_file
from tierwise.config.writing import write_preference
from tierwise.core.decision import Decision
from tierwise.core.document import Snapshot
from tierwise.core.error_reason import ErrorReason
from tierwise.core.errors import BadRequest, BudgetPaused, TierwiseError, UnknownTask
from tierwise.core.outcome import OUTCOME_KINDS, OutcomeKind
from tierwise.core.request import Diagnostic, Request, ThreadState
from tierwise.core.tiers import Ladder
from tierwise.core.views import EditView, HistoryItem, StatusView, TaskView
from tierwise.edits.splice import Step
from tierwise.present import progress
from tierwise.store import decisions
from tierwise.tasks import redo, unsay
from tierwise.tasks.api import (
    ChatParams,
    ChatReply,
    HistoryQuery,
    OverrideParams,
    ProjectOffer,
    ResolveReply,
    Started,
    TaskParams,
)
from tierwise.tasks.calling import admission, sent
from tierwise.tasks.chat import transcripts
from tierwise.tasks.choices import AUTO, Kept
from tierwise.tasks.deciding import routing
from tierwise.tasks.intake import counted, project_offer, requests
from tierwise.tasks.learning import dial, recall
from tierwise.tasks.override_scope import scope_key
from tierwise.tasks.proposing import blocks
from tierwise.tasks.restore import restore_proposals
from tierwise.tasks.run import run
from tierwise.tasks.status_line import StatusLine
from tierwise.tasks.task.roster import Roster
from tierwise.tasks.task.scene import Question, Scene
from tierwise.tasks.task.task import Identity, Task
from tierwise.tasks.upkeep import Upkeep
from tierwise.tasks.world import World

CLOSE_WITHIN: Final = 0.8
"""Seconds for running tasks to be cancelled and settled when the server ends."""


@dataclass(frozen=True)
class TaskEngine:
    """The engine of one window."""

    world: World
    tasks: Roster
    status_line: StatusLine
    upkeep: Upkeep

    async def started(self) -> None:
        """Open the ledger and start what goes on beside the tasks."""
        await self.upkeep.start()
        await restore_proposals(self.world, self.tasks)

    async def start_task(self, params: TaskParams) -> Started:
        """Take a task on; its first decision is back at once, the rest happens by itself."""
        await self.upkeep.fresh()
        window = self.world.window
        request, scene = requests.of_task(params, window.documents, window.ladder)
        request = counted.foreseen(request, window)
        task = self._new(params.task_id, request, scene, params.conversation_id)
        self._begin(task)
        return Started(task.id, task.decision)

    async def chat(self, params: ChatParams) -> ChatReply:
        """Answer a chat turn; raises the task's error where it fails. A cancel stops the task."""
        await self.upkeep.fresh()
        conversation = params.conversation_id or uuid.uuid4().hex[:12]
        thread = self.world.chats.open(conversation)
        thread.asked(self.world.window.now_ms())
        if thread.asks_again(params.prompt):
            thread.reasked()
            if thread.task_ids and thread.task_ids[-1] in self.tasks:
                self.world.outcomes.record(self.tasks[thread.task_ids[-1]], "reasked")
        request, scene = requests.of_chat(
            params,
            self.world.window.documents,
            self.world.window.ladder,
            turn=len(thread.task_ids),
            thread=thread.state(),
        )
        task = self._new(params.task_id, request, scene, conversation)
        try:
            admission.require(task, self.world)
        except TierwiseError as error:
            task.failed(error)
            if isinstance(error, BudgetPaused):
                self.world.budget_watch.refused(task)
            raise
        self._begin(task)
        try:
            while not task.ended.is_set():
                await task.ended.wait()
        except asyncio.CancelledError:
            # Whoever asked wants no answer any more: the call ends with the request.
            task.cancel()
            raise
        return _chat_reply(task)

    async def project_offer(self, params: ChatParams) -> ProjectOffer | None:
        """What would go along of the project with a chat turn; None where nothing does."""
        window = self.world.window
        request, scene = requests.of_chat(
            params, window.documents, window.ladder, turn=0, thread=ThreadState()
        )
        decision = routing.forecast_decision(request, scene, self.world.known, reasons=False)
        tier = window.tier(decision.answering)
        return await project_offer.offer(request, scene, tier, window)

    async def cancel(self, task_id: str) -> bool:
        """Stop a running task; False when there was nothing to stop."""
        return await self.tasks.named(task_id).stop()

    def forecast(self, params: TaskParams) -> Decision:
        """The decision as it would be made now, with its reasons."""
        window = self.world.window
        request, scene = requests.of_task(params, window.documents, window.ladder)
        return routing.forecast_decision(request, scene, self.world.known)

    async def explain_task(self, task_id: str) -> routing.Explained:
        """The decision of a task, running or past, and what would have flipped it."""
        if task_id in self.tasks:
            decision = replace(self.tasks[task_id].decision, id=task_id)
            return await routing.explained(decision, self.world.known)
        past = await recall.last_decision(self.world.window.ledger, task_id)
        return await routing.explained(past, self.world.known)

    async def override(self, params: OverrideParams) -> Decision | None:
        """Set or clear a choice. For a task it redoes the task on that tier."""
        if params.to != AUTO:
            self.world.window.ladder.rank(params.to)
        key = scope_key(params, self.world.window, self.tasks)
        self.world.choices.put(params.scope, key, params.to)
        if params.scope not in ("task", "conversation"):
            self.world.journal.chose(params.scope, key, params.to, self.world.window.project)
        self.status_line.push()
        if params.scope == "task" and params.task_id is not None and params.to != AUTO:
            started = await self.rerun_on(params.task_id, params.to)
            return started.decision
        return None

    async def rerun_on(self, task_id: str, tier: str) -> Started:
        """Redo a task on a tier ("up", "same" or a name), under the same task."""
        await self.upkeep.fresh()
        task = self.tasks.named(task_id)
        await redo.prepare(task, tier, self.world)
        self._begin(task)
        return Started(task.id, task.decision)

    def try_again(self, task: Task) -> None:
        """Run a task that was refused for its price: a cap was raised, or it was allowed."""
        task.start_over(progress.ROOM_NOW)
        self._begin(task)

    def sent(self, task_id: str) -> Sequence[Mapping[str, Any]]:
        """What went to the models for a task. Raises `UnknownTask` where nothing is kept."""
        told = sent.told(self.tasks.get(task_id), task_id, self.world.window.content)
        if told is None:
            raise UnknownTask(ErrorReason.of("sent_not_kept", task=task_id))
        return told

    def edit(self, edit_id: str) -> EditView:
        """A proposal as far as its documents were followed; for what must answer at once."""
        return self.world.proposals.view(edit_id)

    async def edit_now(self, edit_id: str) -> EditView:
        """A proposal as it stands in the documents as they are now."""
        return await self.world.proposals.view_now(edit_id)

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
            raise BadRequest(ErrorReason.of("unknown_outcome", kind=kind))
        self.world.outcomes.record(self.tasks.named(task_id), kind, value)

    def status(self) -> StatusView:
        """The status as it is now."""
        return self.status_line.view()

    async def history(self, query: HistoryQuery) -> Sequence[HistoryItem]:
        """Tasks of the past, newest first."""
        await self.world.journal.flush()
        return await recall.history(self.world.window.ledger, query)

    async def dial(self) -> dial.DialView:
        """What each setting of the dial would have meant for the operator's last tasks."""
        await self.world.journal.flush()
        redos = self.world.window.config.redo_costs
        told = await self.world.window.ledger.read(
            lambda conn: decisions.history(conn, limit=dial.LAST)
        )
        return await asyncio.to_thread(dial.view, told, redos)

    def preference(self) -> tuple[Preference, float | None]:
        """The setting of the dial, and the operator's own amount where it overrules it."""
        config = self.world.window.config
        return config.preference, config.redo_cost_usd

    async def turn_dial(self, to: Preference) -> None:
        """Keep a setting of the dial in the operator's own file. Raises `BadRequest`."""
        window = self.world.window
        await asyncio.to_thread(write_preference, config_file(window.settings.env), to)
        self.upkeep.reload()

    async def resume(
        self,
        raise_nanos: int | None = None,
        allow_task: str | None = None,
        scope: BudgetScope | None = None,
    ) -> StatusView:
        """Raise a cap, allow one task, or just look whether the budget is free again."""
        if raise_nanos is not None:
            await self.world.budget_watch.raise_asked(raise_nanos, scope)
        if allow_task is not None:
            await self.world.budget_watch.allow(allow_task)
        await self.world.budget_watch.refresh()
        return self.status()

    def tasks_at(self, uri: str) -> Sequence[TaskView]:
        """Running tasks and proposals of a document."""
        return self.tasks.of_document(uri)

    def answer_at(self, uri: str, line: int) -> str | None:
        """The latest text answer given for a line of a document."""
        return self.tasks.answer_at(uri, line)

    def answer_text(self, task_id: str) -> str | None:
        """The text answer of a task, with its headline."""
        return self.tasks.answer_of(task_id)

    @property
    def ladder(self) -> Ladder:
        """The tiers as configured now."""
        return self.world.window.ladder

    def choices(self) -> Sequence[Kept]:
        """Every pin and remap in force, the configured ones first."""
        return self.world.choices.in_force(self.world.window.config, self.world.window.project)

    async def usage(self) -> Sequence[ScopeUse]:
        """What was spent and saved per scope and tier, with the budgets of now."""
        world = self.world
        window = world.window
        await world.budget_watch.refresh()
        state, chosen = world.budget_watch.state, window.config.baseline
        return await window.ledger.read(
            lambda conn: usage.read(conn, state, window.prices, window.ladder, chosen)
        )

    async def conversations(self, limit: int, query: str = "") -> Sequence[transcripts.Heading]:
        """The kept conversations of this project in which `query` was said, the latest first."""
        await self.world.journal.flush()
        return await transcripts.headings(self.world.window, limit, query)

    async def conversation(self, conversation_id: str) -> Sequence[transcripts.Spoken]:
        """The kept turns of a conversation, in order."""
        await self.world.journal.flush()
        return await transcripts.spoken(self.world.window, conversation_id)

    async def retract(self, conversation_id: str, task_id: str) -> None:
        """Take a question and everything after it out of a conversation, as if never asked.

        What runs of it is stopped. What was spent stays booked.
        """
        await unsay.retract(conversation_id, task_id, self.world, self.tasks)

    async def forget_conversation(self, conversation_id: str) -> None:
        """Delete the words of a conversation from this machine; what it cost stays booked."""
        await unsay.forget(conversation_id, self.world)

    async def propose_block(self, task_id: str, block: blocks.Block) -> str:
        """Offer a block of code of a text answer as a proposal; the proposal's id.

        Raises `UnknownTask` for a task of an earlier window, and `BadRequest` where the task
        has no finished answer or the code has no place.
        """
        task = self.tasks.get(task_id)
        if task is None:
            raise UnknownTask(ErrorReason("earlier_session"))
        return await blocks.propose(task, block, self.world.proposals)

    async def kept(self, task_id: str) -> Mapping[str, str]:
        """What came back for a task, where it is kept: `diff` and `answer`."""
        return await asyncio.to_thread(recall.kept, self.world.window.content, task_id)

    def keep_document(self, task_id: str, name: str, text: str) -> Path | None:
        """Keep a text of a task as a file that an editor can open; None where it cannot be."""
        return self.world.window.content.put(task_id, name, text)

    def warm_up(self) -> None:
        """Start what makes model calls, so that the first task need not wait for it.

        Not in a window without trust: it makes none.
        """
        if self.world.window.trust.trusted:
            self.world.client.warm_up()

    def diagnosed(self, uri: str, lines: range, diagnostics: Sequence[Diagnostic]) -> None:
        """The editor reported the problems of some lines of a document (from 0)."""
        self.world.edit_watch.diagnosed(uri, lines, diagnostics)

    def document_opened(self, snapshot: Snapshot) -> None:
        """A document was opened, with whatever text it has by now."""
        self.world.proposals.reopened(snapshot)

    def document_changed(self, snapshot: Snapshot, steps: Sequence[Step]) -> None:
        """A document has a new text; the steps that led to it."""
        self.world.proposals.seen(snapshot, steps)

    def file_written(self, path: Path) -> None:
        """A document was saved or closed: its file may be another one than the index knows."""
        self.upkeep.file_written(path)

    def document_renamed(self, old_uri: str, new_uri: str) -> None:
        """A file has another name; pins on it follow, here and in the ledger."""
        tier = self.world.choices.moved(old_uri, new_uri)
        if tier is not None:
            self.world.journal.chose("file", old_uri, AUTO, self.world.window.project)
            self.world.journal.chose("file", new_uri, tier, self.world.window.project)
        self.world.edit_watch.renamed(old_uri, new_uri)
        self.world.proposals.renamed(old_uri, new_uri)

    def set_settings(self, settings: Mapping[str, object]) -> None:
        """The client's settings (camelCase section `tierwise`) are these from now on."""
        self.upkeep.set_settings(settings)

    @property
    def settings(self) -> Mapping[str, object]:
        """The client's settings as they hold now."""
        return self.world.window.settings.client

    def set_trusted(self, trusted: bool) -> None:
        """The operator granted or withdrew trust; without it nothing that runs goes on."""
        self.world.window.trust.set(trusted)
        if not trusted:
            for task in self.tasks.values():
                if task.runner is not None:
                    task.runner.cancel()
        self.upkeep.reload()

    async def close(self) -> None:
        """Cancel and settle what runs, then close the ledger; about a second."""
        self.upkeep.stop()
        runners = {t.runner for t in self.tasks.values() if t.runner and not t.runner.done()}
        for runner in runners:
            runner.cancel()
        if runners:
            await asyncio.wait(runners, timeout=CLOSE_WITHIN)
        await self.world.close()
        await self.upkeep.close()

    def _new(
        self, task_id: str | None, request: Request, scene: Scene, conversation: str | None = None
    ) -> Task:
        if task_id is not None and task_id in self.tasks:
            raise BadRequest(ErrorReason.of("task_id_taken", task=task_id))
        own = task_id or uuid.uuid4().hex[:12]
        request = replace(request, id=own)
        task = Task(
            Identity(
                own,
                self.world.window.now_ms(),
                self.world.window.project,
                conversation,
                self.world.window.rehearsal,
            ),
            Question(request, scene),
            routing.forecast_decision(request, scene, self.world.known),
            on_change=self.world.bus.task_changed,
            on_stream=self.world.bus.streamed,
        )
        self.tasks[own] = task
        self.world.journal.opened(task)
        self._forget()
        return task

    def _begin(self, task: Task) -> None:
        if task.state != "routing":
            task.move("routing")
        else:
            task.announce()
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

    def _forget(self) -> None:
        for task in self.tasks.surplus():
            del self.tasks[task.id]
            self.world.proposals.entries.pop(task.edit_id or "", None)
            self.world.choices.put("task", task.id, AUTO)


def _chat_reply(task: Task) -> ChatReply:
    """The reply of a finished chat turn; raises the task's error where it failed."""
    if task.state == "failed" and task.error is not None:
        raise task.error
    return ChatReply(
        task_id=task.id,
        conversation_id=task.conversation_id or "",
        decision=replace(task.decision, id=task.id),
        text=task.text,
        stop_reason=task.answer.stop_reason or "cancelled",
        usage=task.usage,
        cost=task.cost,
        edit_id=task.edit_id,
    )
