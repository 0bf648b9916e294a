"""Previews for clients without our messages: a diff document, else a question.

What can be shown depends on the client: a `.diff` or `.md` opened by `showDocument` from
the state folder, else `showMessageRequest` with buttons. The proposal stays reachable by
hover and code action in any case.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lsprotocol import types

from tierwise.core.errors import TierwiseError
from tierwise.core.views import TaskView
from tierwise.present.tiers import confident
from tierwise.present.titles import ACTION_TITLES

if TYPE_CHECKING:
    from tierwise.lsp.server import Server

APPLY: Final = "Apply"
SHOW: Final = "Show diff"
DISCARD: Final = "Discard"


class Preview:
    """Shows each proposal or text answer once."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self._shown: set[str] = set()

    async def show(self, view: TaskView) -> None:
        """Show what a task ended with, if it is worth a window of its own."""
        if view.state == "answered":
            key = f"{view.task_id}:{view.decision.answering}"
            if key not in self._shown and not self.server.client.flags.chat:
                self._shown.add(key)
                await self._answer(view)
        elif view.state == "proposed" and view.edit_id and view.edit_id not in self._shown:
            self._shown.add(view.edit_id)
            await self._proposal(view, view.edit_id)

    async def diff(self, edit_id: str) -> bool:
        """Open a proposal's diff as a document; False where the client cannot."""
        engine = await self.server.engine()
        edit = engine.edit(edit_id)
        return await self.document(edit.task_id, f"{edit_id}.diff", edit.diff)

    async def document(self, task_id: str, name: str, text: str) -> bool:
        """Open a text from the state folder."""
        engine = await self.server.engine()
        path = engine.world.content.put(task_id, name, text)
        if path is None or not self.server.client.show_document:
            return False
        shown = await self.server.edge.within(
            self.server.window_show_document_async(
                types.ShowDocumentParams(uri=path.as_uri(), take_focus=False)
            ),
            15.0,
        )
        return bool(shown is not None and shown.success)

    async def _answer(self, view: TaskView) -> None:
        engine = await self.server.engine()
        text = engine.answer_text(view.task_id)
        if text is None or await self.document(view.task_id, "answer.md", text):
            return
        if view.uri is None:
            self.server.edge.notice("info", text)

    async def _proposal(self, view: TaskView, edit_id: str) -> None:
        engine = await self.server.engine()
        title = f"{ACTION_TITLES[view.action]} · {confident(view.decision, view.cause_note)}"
        if await self.diff(edit_id):
            return
        answer = await self.server.edge.ask(f"{title} is ready.", (APPLY, SHOW, DISCARD))
        try:
            if answer == APPLY:
                reply = await engine.apply(edit_id)
                if not reply.applied and reply.failure_reason:
                    self.server.edge.notice("warning", f"not applied: {reply.failure_reason}")
            elif answer == DISCARD:
                await engine.discard(edit_id)
            elif answer == SHOW and not await self.diff(edit_id):
                self.server.edge.notice("info", engine.edit(edit_id).diff)
        except TierwiseError as error:
            self.server.edge.notice("warning", error.message)
