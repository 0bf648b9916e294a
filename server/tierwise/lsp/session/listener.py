"""Sends what the engine reports to the client: as our own messages, or as plain LSP if the client
does not know them.

Text of an answer is never dropped. While a client is slow to read, deltas are held back and joined.
A status or a progress, which the next one replaces, is left out then.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Sequence
from dataclasses import replace
from typing import Any, Final, Literal

from tierwise.core.views import BudgetView, FileChange, StatusView, StreamView, TaskView
from tierwise.lsp.documents import disk
from tierwise.lsp.messages.chat import Streamed
from tierwise.lsp.messages.status import BudgetChanged, Status
from tierwise.lsp.messages.task import TaskChanged
from tierwise.lsp.messages.workspace_edit import workspace_edit
from tierwise.lsp.session.preview import Preview
from tierwise.lsp.session.progress import Progress
from tierwise.lsp.session.session import Session
from tierwise.present import notices
from tierwise.syntax.languages import suffixes
from tierwise.tasks.api import ApplyReply

log = logging.getLogger(__name__)

HOLD: Final = 0.05
"""Seconds for which a piece of an answer is held back before we check again if the client reads."""
GLOB: Final = f"**/*.{{{','.join(suffix[1:] for suffix in suffixes())}}}"
"""The files that a client is asked to watch. It is one pattern, because some editors watch the
whole folder once per pattern."""


class EditorListener:
    """Receives what the engine of one session reports. Implements `tasks.api.Listener`."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.editor = session.editor
        self._progress = Progress(session)
        self._preview = Preview(session)
        self._jobs: set[asyncio.Task[None]] = set()
        self._held: dict[str, StreamView] = {}
        self._flushing: asyncio.TimerHandle | None = None

    @property
    def previews(self) -> bool:
        """Whether this client shows proposals itself."""
        return self.session.client.flags.preview

    def task_changed(self, view: TaskView) -> None:
        """Send a changed task. Our own clients get the task, others a progress and a preview."""
        flags = self.session.client.flags
        if flags.task:
            self._flush(force=True)
            self.editor.push(TaskChanged.of(self.session.docs, view))
        if flags.progress or not flags.task or not flags.chat:
            self._spawn(self._progress.show(view))
        if not flags.preview:
            self._spawn(self._preview.show(view))
        if view.state == "failed" and not flags.task and view.error is not None:
            self.notice("error", view.error[1])
        self._refresh_lenses()

    def streamed(self, view: StreamView) -> None:
        """Send a piece of an answer to clients that show streams."""
        if not self.session.client.flags.chat:
            return
        held = self._held.get(view.task_id)
        if view.kind == "delta" and (held is not None or self.editor.congested()):
            before = held.delta if held is not None and held.delta else ""
            self._held[view.task_id] = replace(view, delta=before + (view.delta or ""))
            if self._flushing is None:
                self._flushing = asyncio.get_running_loop().call_later(HOLD, self._flush)
            return
        self._flush(force=True)
        self.editor.push(Streamed.of(view))

    def status_changed(self, view: StatusView) -> None:
        """Send the status to clients that show one."""
        if self.session.client.flags.status and not self.editor.congested():
            self.editor.push(Status.of(view))

    def budget_changed(self, view: BudgetView) -> None:
        """Tell the client that a budget crossed a threshold, if it wants that."""
        if self.session.client.flags.budget:
            self.editor.push(BudgetChanged.of(view))

    def watch_files(self) -> None:
        """Ask the client to report changed files of code, if it can."""
        if self.session.client.watches_files:
            self._spawn(self.editor.watch_files(GLOB))

    def notice(self, level: Literal["info", "warning", "error"], text: str) -> None:
        """Show the operator a sentence."""
        self.editor.notice(level, text)

    async def ask(self, question: str, options: Sequence[str]) -> str | None:
        """Ask a question with buttons. None if the client cannot ask or nobody answered."""
        return await self.editor.ask(question, options)

    async def apply(self, changes: Sequence[FileChange], label: str) -> ApplyReply:
        """Have the editor apply one edit.

        File operations that the editor cannot do are done here, after it applied the rest.
        """
        docs, able = self.session.docs, self.session.client.operations
        own = [c for c in changes if c.kind != "text" and c.kind not in able]
        if any(c.kind in ("rename", "delete") and docs.known(c.uri) is not None for c in own):
            return ApplyReply(False, notices.CANNOT_MOVE_OPEN)
        rest = [c for c in changes if c not in own]
        reply = await self._edit(rest, label) if rest else ApplyReply(True)
        if not reply.applied:
            return reply
        try:
            for change in own:
                await asyncio.to_thread(disk.perform, change, docs.roots())
        except OSError as error:
            return ApplyReply(False, notices.not_written(type(error).__name__))
        return reply

    async def _edit(self, rest: Sequence[FileChange], label: str) -> ApplyReply:
        # An editor opens a file that is not open yet, and the operator may not notice that it is
        # unsaved.
        several = sum(c.kind == "text" for c in rest) > 1
        reply = await self.editor.apply(
            workspace_edit(self.session.docs, rest),
            label,
            saved=several and self.session.client.saves,
        )
        if reply is None:
            return ApplyReply(False, notices.NO_REPLY)
        return ApplyReply(bool(reply.applied), reply.failure_reason)

    def _refresh_lenses(self) -> None:
        if self.session.client.lens_refresh and not self.editor.congested():
            self._spawn(self.editor.refresh_lenses())

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run something in the background, and log its failure."""
        job = asyncio.get_running_loop().create_task(work)
        self._jobs.add(job)
        job.add_done_callback(self._finished)

    def _flush(self, force: bool = False) -> None:
        self._flushing = None if not force else self._flushing
        if not self._held:
            return
        if self.editor.congested() and not force:
            self._flushing = asyncio.get_running_loop().call_later(HOLD, self._flush)
            return
        held, self._held = self._held, {}
        for view in held.values():
            self.editor.push(Streamed.of(view))

    def _finished(self, job: asyncio.Task[None]) -> None:
        self._jobs.discard(job)
        if not job.cancelled() and (error := job.exception()) is not None:
            log.error("showing something failed", exc_info=error)
