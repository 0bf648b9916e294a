"""The engine: the one object through which `lsp/` and `cli/` start, change and read tasks. It owns
them and starts their runs.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from tierwise.budget.purse import Scope as BudgetScope
from tierwise.config.model import Preference
from tierwise.config.paths import kept_files
from tierwise.config.writing import write_preference
from tierwise.core.check import FailedCheck
from tierwise.core.dataclass import dataclass
from tierwise.core.decision import Decision
from tierwise.core.document import Snapshot
from tierwise.core.error_reason import ErrorReason
from tierwise.core.errors import BadRequest, BudgetPaused, TierwiseError, UnknownTask
from tierwise.core.outcome import OUTCOME_KINDS, OutcomeKind
from tierwise.core.request import Diagnostic
from tierwise.core.views import EditView, StatusView
from tierwise.edits.splice import Step
from tierwise.models import notes
from tierwise.present import checks, progress
from tierwise.tasks import redo, unsay
from tierwise.tasks.api import (
    ChatParams,
    ChatReply,
    OverrideParams,
    ResolveReply,
    Started,
    TaskParams,
)
from tierwise.tasks.calling import admission, attempts, escalation
from tierwise.tasks.calling.shadow import ShadowAnswers
from tierwise.tasks.choices import AUTO
from tierwise.tasks.engine_reads import EngineReads
from tierwise.tasks.intake import before_operator, counted, requests
from tierwise.tasks.override_scope import scope_key
from tierwise.tasks.proposing import blocks
from tierwise.tasks.queue.night_queue import NightQueue
from tierwise.tasks.restore import restore_proposals
from tierwise.tasks.status_line import StatusLine
from tierwise.tasks.task.task import Task
from tierwise.tasks.task_starts import TaskStarts
from tierwise.tasks.upkeep import Upkeep

CLOSE_WITHIN: Final = 0.8
"""Seconds for running tasks to be cancelled and settled when the server ends."""


@dataclass(frozen=True)
class TaskEngine(EngineReads):
    """The engine of one editor window. Its methods change something; those that only read are in
    `EngineReads`.
    """

    status_line: StatusLine
    upkeep: Upkeep
    shadows: ShadowAnswers

    @property
    def starts(self) -> TaskStarts:
        """What makes tasks and begins their runs."""
        return TaskStarts(self.world, self.tasks)

    @property
    def queue(self) -> NightQueue:
        """The night queue of this machine: jobs that a worker does later, and their results."""
        return NightQueue(self.world, self.tasks)

    async def opened(self) -> None:
        """Open only the ledger, for a command that runs no task."""
        await self.upkeep.open_ledger()

    async def started(self) -> None:
        """Open the ledger and start all background work."""
        await self.upkeep.start()
        await restore_proposals(self.world, self.tasks)

    async def start_task(self, params: TaskParams) -> Started:
        """Accept a task. Returns at once with its first decision. The rest runs in the
        background.
        """
        await self.upkeep.fresh()
        window = self.world.window
        request, scene = requests.of_task(params, window.documents, window.ladder)
        requests.require_matter(request, scene, window.documents.roots())
        request = counted.foreseen(request, window)
        task = self.starts.new(params.task_id, request, scene, params.conversation_id)
        task.run.goes_on_from(params.calls_made)
        self.starts.begin(task)
        return Started(task.id, task.decision)

    async def chat(self, params: ChatParams) -> ChatReply:
        """Answer a chat turn. Raises the task's error if it fails. A cancel stops the task."""
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
            in_view=await before_operator.find(params, self.world.window),
        )
        task = self.starts.new(params.task_id, request, scene, conversation)
        try:
            admission.require(task, self.world)
        except TierwiseError as error:
            task.failed(error)
            if isinstance(error, BudgetPaused):
                self.world.budget_watch.refused(task)
            raise
        self.starts.begin(task)
        try:
            while not task.ended.is_set():
                await task.ended.wait()
        except asyncio.CancelledError:
            # The client cancelled the request, so its call ends too.
            task.cancel()
            raise
        return _chat_reply(task)

    async def cancel(self, task_id: str) -> bool:
        """Stop a running task. False if there was nothing to stop."""
        return await self.tasks.named(task_id).stop()

    async def override(self, params: OverrideParams) -> Decision | None:
        """Set or clear a choice. A choice for a task also redoes the task on that tier. Then the
        result is the first decision of the redo.
        """
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
        """Redo a task on a tier ("up", "same" or a name). It keeps its id."""
        await self.upkeep.fresh()
        task = self.tasks.named(task_id)
        await redo.prepare(task, tier, self.world)
        self.starts.begin(task)
        return Started(task.id, task.decision)

    def step_up(self, task_id: str, failed: FailedCheck) -> bool:
        """Redo a task one tier higher, because its proposal failed a check. False if it may not go
        up.
        """
        task = self.tasks.named(task_id)
        higher = escalation.above(task, failed, self.world)
        if higher is None or not attempts.has_calls(task):
            return False
        self.world.proposals.supersede(task)
        said = checks.sentence(failed)
        task.lift(higher, said, notes.after_failure(failed.key, said))
        self.starts.begin(task)
        return True

    def try_again(self, task: Task) -> None:
        """Run a task that was refused for its price, because a cap was raised or the task was
        allowed.
        """
        task.start_over(progress.ROOM_NOW)
        self.starts.begin(task)

    def edit(self, edit_id: str) -> EditView:
        """A proposal compared with its documents, as of the last change that the server processed.

        It does not wait for newer changes. Use it where an answer is needed at once.
        """
        return self.world.proposals.view(edit_id)

    async def edit_now(self, edit_id: str) -> EditView:
        """A proposal compared with its documents as they are now. It waits for all changes."""
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
        """Undo an applied proposal as a whole."""
        return await self.world.proposals.undo(edit_id)

    def shown(self, edit_id: str) -> None:
        """Check that there is a proposal that a client says it showed. Raises `UnknownEdit` if
        there is none.
        """
        self.world.proposals.entry(edit_id)

    async def record_outcome(
        self, task_id: str, kind: OutcomeKind, value: str | float | None = None
    ) -> None:
        """Record what a client saw the operator do with an answer: inserted, copied, rated or asked
        again.

        `value` belongs to the kind, such as the rating. Raises `BadRequest` for an unknown kind.
        """
        if kind not in OUTCOME_KINDS:
            raise BadRequest(ErrorReason.of("unknown_outcome", kind=kind))
        self.world.outcomes.record(self.tasks.named(task_id), kind, value)

    def status(self) -> StatusView:
        """The present status. It also asks the team's gateway for news, and pushes a new status if
        there is any.
        """
        if self.world.known.team.by_tier:
            self.world.team_watch.look_soon()
        return self.status_line.view()

    async def turn_dial(self, to: Preference) -> None:
        """Write what to do when unsure (the dial: save, balanced or right first time) to the
        operator's own configuration. Raises `BadRequest` if that cannot be written.
        """
        window = self.world.window
        for file in kept_files(window.settings.env):
            await asyncio.to_thread(write_preference, file, to)
        self.upkeep.reload()

    async def resume(
        self,
        raise_nanos: int | None = None,
        allow_task: str | None = None,
        scope: BudgetScope | None = None,
    ) -> StatusView:
        """Raise a cap, let one task go beyond the caps, or only check whether the budget is free
        again.

        `raise_nanos` is in nano-dollars. It raises the cap that `scope` names, or without one the
        cap that pauses tasks.
        """
        if raise_nanos is not None:
            await self.world.budget_watch.raise_asked(raise_nanos, scope)
        if allow_task is not None:
            await self.world.budget_watch.allow(allow_task)
        await self.world.budget_watch.refresh()
        return self.status()

    async def retract(self, conversation_id: str, task_id: str) -> None:
        """Remove a question and everything after it from a conversation, as if never asked.

        Tasks of it that still run are stopped. What was spent stays booked.
        """
        await unsay.retract(conversation_id, task_id, self.world, self.tasks)

    async def forget_conversation(self, conversation_id: str) -> None:
        """Delete the words of a conversation from this machine. What it cost stays booked."""
        await unsay.forget(conversation_id, self.world)

    async def propose_block(self, task_id: str, block: blocks.Block) -> str:
        """Offer a block of code of a text answer as a proposal. Returns the proposal's id.

        Raises `UnknownTask` for a task of an earlier window, and `BadRequest` if the task has no
        finished answer or the code has no place.
        """
        task = self.tasks.get(task_id)
        if task is None:
            raise UnknownTask(ErrorReason("earlier_session"))
        return await blocks.propose(task, block, self.world.proposals)

    def keep_document(self, task_id: str, name: str, text: str) -> Path | None:
        """Keep a text of a task as a file that an editor can open. None if that fails."""
        return self.world.window.content.put(task_id, name, text)

    def warm_up(self) -> None:
        """Start what makes model calls, so that the first task need not wait for it.

        It does nothing in a window without trust, because that makes no calls.
        """
        if self.world.window.trust.trusted:
            self.world.client.warm_up()

    def diagnosed(self, uri: str, lines: range, diagnostics: Sequence[Diagnostic]) -> None:
        """Use the problems that the editor reported for some lines of a document (from 0)."""
        self.world.edit_watch.diagnosed(uri, lines, diagnostics)

    def document_opened(self, snapshot: Snapshot) -> None:
        """Check the proposals for a document that was opened, because its text may have changed."""
        self.world.proposals.reopened(snapshot)

    def document_changed(self, snapshot: Snapshot, steps: Sequence[Step]) -> None:
        """Move proposals along with a document that changed. `steps` are the edits that led to its
        new text.
        """
        self.world.proposals.seen(snapshot, steps)

    def file_written(self, path: Path) -> None:
        """Let the index read the file of a document that was saved or closed."""
        self.upkeep.files_written([path])

    def files_written(self, paths: Sequence[Path]) -> None:
        """Take note that other programs wrote, made or removed files."""
        self.upkeep.files_written(paths)

    def focused(self) -> None:
        """Look for changed files, because the operator came back to the editor window."""
        self.upkeep.look_at_projects()

    def folders_changed(self) -> None:
        """Use the folders that the workspace has now."""
        self.upkeep.tidy_projects()

    def document_renamed(self, old_uri: str, new_uri: str) -> None:
        """Use a file's new name from now on. Its pins move too, here and in the ledger."""
        tier = self.world.choices.moved(old_uri, new_uri)
        if tier is not None:
            self.world.journal.chose("file", old_uri, AUTO, self.world.window.project)
            self.world.journal.chose("file", new_uri, tier, self.world.window.project)
        self.world.edit_watch.renamed(old_uri, new_uri)
        self.world.proposals.renamed(old_uri, new_uri)

    def set_settings(self, settings: Mapping[str, object]) -> None:
        """Use these settings of the client from now on (camelCase section `tierwise`)."""
        self.upkeep.set_settings(settings)

    @property
    def settings(self) -> Mapping[str, object]:
        """The client's settings that are in force."""
        return self.world.window.settings.client

    def set_trusted(self, trusted: bool) -> None:
        """Note whether the operator trusts the workspace. Once they do not, all running tasks are
        cancelled.
        """
        self.world.window.trust.set(trusted)
        if not trusted:
            for task in self.tasks.values():
                if task.runner is not None:
                    task.runner.cancel()
        self.upkeep.reload()

    async def close(self) -> None:
        """Cancel and settle what runs, then close the ledger. It takes about a second."""
        self.upkeep.stop()
        runners = {t.runner for t in self.tasks.values() if t.runner and not t.runner.done()}
        for runner in runners:
            runner.cancel()
        if runners:
            await asyncio.wait(runners, timeout=CLOSE_WITHIN)
        await self.shadows.close()
        await self.world.close()
        await self.upkeep.close()


def _chat_reply(task: Task) -> ChatReply:
    """The reply of a finished chat turn. Raises the task's error if it failed."""
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
