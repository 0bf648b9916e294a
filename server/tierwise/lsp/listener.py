"""What the engine tells the client: our own messages where it knows them, plain LSP elsewhere.

Text of an answer is never dropped: while a client does not read, deltas are held back and
joined, and everything that would only be overwritten is left out.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Coroutine, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, Literal, TypeVar

from lsprotocol import types

from tierwise.core.views import BudgetView, FileChange, StatusView, StreamView, TaskView
from tierwise.lsp import convert, disk, edits
from tierwise.lsp.preview import Preview
from tierwise.lsp.progress import Progress
from tierwise.tasks.api import ApplyReply

if TYPE_CHECKING:
    from tierwise.lsp.server import Server

T = TypeVar("T")
log = logging.getLogger(__name__)

ANSWER_WITHIN: Final = 15.0
"""Seconds a client has to answer what needs no human."""
HUMAN_WITHIN: Final = 600.0
"""Seconds a question waits for the operator."""
_LEVELS: Final = {
    "info": types.MessageType.Info,
    "warning": types.MessageType.Warning,
    "error": types.MessageType.Error,
}


class Edge:
    """The listener of one connection."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.progress = Progress(server)
        self.preview = Preview(server)
        self._jobs: set[asyncio.Task[None]] = set()
        self._held: dict[str, StreamView] = {}
        self._flushing: asyncio.TimerHandle | None = None

    @property
    def previews(self) -> bool:
        """Whether this client shows proposals itself."""
        return self.server.client.flags.preview

    def task_changed(self, view: TaskView) -> None:
        """A task changed: to our own clients as it is, to others as progress and preview."""
        client = self.server.client
        if client.flags.task:
            self._flush(force=True)
            self.server.tell("tierwise/task/didChange", convert.task_view(self.server.docs, view))
        if client.flags.progress or not client.flags.task or not client.flags.chat:
            self.spawn(self.progress.show(view))
        if not client.flags.preview:
            self.spawn(self.preview.show(view))
        if view.state in ("failed",) and not client.flags.task and view.error is not None:
            self.notice("error", view.error[1])
        self.refresh_lenses()

    def streamed(self, view: StreamView) -> None:
        """A piece of an answer, for clients that show streams."""
        if not self.server.client.flags.chat:
            return
        held = self._held.get(view.task_id)
        if view.kind == "delta" and (held is not None or self.server.congested):
            before = held.delta if held is not None and held.delta else ""
            self._held[view.task_id] = replace(view, delta=before + (view.delta or ""))
            if self._flushing is None:
                self._flushing = asyncio.get_running_loop().call_later(0.05, self._flush)
            return
        self._flush(force=True)
        self.server.tell("tierwise/chat/didStream", convert.stream_view(view))

    def status_changed(self, view: StatusView) -> None:
        """The status, for clients that show one."""
        if self.server.client.flags.status and not self.server.congested:
            self.server.tell("tierwise/status/didChange", convert.status_view(view))

    def budget_changed(self, view: BudgetView) -> None:
        """A budget crossed a threshold."""
        if self.server.client.flags.budget:
            self.server.tell("tierwise/budget/didChange", convert.budget_view(view))

    def notice(self, level: Literal["info", "warning", "error"], text: str) -> None:
        """A sentence for the operator."""
        self.server.window_show_message(
            types.ShowMessageParams(type=_LEVELS[level], message=f"Tierwise: {text}")
        )

    async def ask(self, question: str, options: Sequence[str]) -> str | None:
        """A question with buttons; None where the client cannot ask, or nobody answered.

        Sent to every client: asking is part of the protocol from its beginning, and the
        capability of that name is about extra properties of a button.
        """
        answer = await self.within(
            self.server.window_show_message_request_async(
                types.ShowMessageRequestParams(
                    type=types.MessageType.Warning,
                    message=f"Tierwise: {question}",
                    actions=[types.MessageActionItem(title=option) for option in options],
                )
            ),
            HUMAN_WITHIN,
        )
        title = getattr(answer, "title", None)
        return title if title in options else None

    async def apply(self, changes: Sequence[FileChange], label: str) -> ApplyReply:
        """One edit for the editor; what it cannot do with files is done here, after its yes."""
        able, open_here = self.server.client.operations, self.server.docs.open
        own = [c for c in changes if c.kind != "text" and c.kind not in able]
        if any(c.kind in ("rename", "delete") and c.uri in open_here for c in own):
            return ApplyReply(False, "this editor cannot rename or delete a file that is open")
        rest = [c for c in changes if c not in own]
        reply = await self._edit(rest, label) if rest else ApplyReply(True)
        if not reply.applied:
            return reply
        try:
            for change in own:
                await asyncio.to_thread(disk.perform, change, self.server.docs.roots())
        except OSError as error:
            return ApplyReply(False, f"a file could not be written ({type(error).__name__})")
        return reply

    async def _edit(self, rest: Sequence[FileChange], label: str) -> ApplyReply:
        edit = edits.workspace_edit(self.server.docs, rest)
        reply = await self.within(
            self.server.workspace_apply_edit_async(
                types.ApplyWorkspaceEditParams(edit=edit, label=label)
            ),
            ANSWER_WITHIN,
        )
        if reply is None:
            return ApplyReply(False, "the editor did not answer")
        return ApplyReply(bool(reply.applied), reply.failure_reason)

    def refresh_lenses(self) -> None:
        """Ask the client to ask for lenses again, if it can be asked."""
        if self.server.client.lens_refresh and not self.server.congested:
            self.spawn(self._quietly(self.server.workspace_code_lens_refresh_async(None)))

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run something beside, with its failure logged."""
        job = asyncio.get_running_loop().create_task(work)
        self._jobs.add(job)
        job.add_done_callback(self._finished)

    async def within(self, answer: Awaitable[T], seconds: float) -> T | None:
        """A client's answer, or None where it fails or does not come."""
        try:
            return await asyncio.wait_for(answer, seconds)
        except TimeoutError:
            return None
        except asyncio.CancelledError:
            raise
        except Exception as error:
            log.info("the client refused: %s", type(error).__name__)
            return None

    async def _quietly(self, answer: Awaitable[object]) -> None:
        await self.within(answer, ANSWER_WITHIN)

    def _flush(self, force: bool = False) -> None:
        self._flushing = None if not force else self._flushing
        if not self._held:
            return
        if self.server.congested and not force:
            self._flushing = asyncio.get_running_loop().call_later(0.05, self._flush)
            return
        held, self._held = self._held, {}
        for view in held.values():
            self.server.tell("tierwise/chat/didStream", convert.stream_view(view))

    def _finished(self, job: asyncio.Task[None]) -> None:
        self._jobs.discard(job)
        if not job.cancelled() and (error := job.exception()) is not None:
            log.error("showing something failed", exc_info=error)
