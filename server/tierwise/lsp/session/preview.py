"""Previews for clients without our messages: a diff document, else a question.

What can be shown depends on the client: a `.diff` or `.md` opened by `showDocument` from
the state folder, else `showMessageRequest` with buttons. The proposal stays reachable by
hover and code action in any case.
"""

from __future__ import annotations

from tierwise.core.actions import KINDS
from tierwise.core.errors import TierwiseError
from tierwise.core.views import TaskView
from tierwise.lsp.session.session import Session
from tierwise.present import errors, notices, questions
from tierwise.present.shown import badge


async def open_document(session: Session, task_id: str, name: str, text: str) -> bool:
    """Open a text from the state folder; False where the client cannot."""
    engine = await session.engine()
    path = engine.keep_document(task_id, name, text)
    if path is None or not session.client.show_document:
        return False
    return await session.editor.show_document(path.as_uri())


async def open_diff(session: Session, edit_id: str) -> bool:
    """Open a proposal's diff as a document; False where the client cannot."""
    engine = await session.engine()
    edit = engine.edit(edit_id)
    return await open_document(session, edit.task_id, f"{edit_id}.diff", edit.diff)


class Preview:
    """Shows each proposal or text answer once."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._shown: set[str] = set()

    async def show(self, view: TaskView) -> None:
        """Show what a task ended with, if it is worth a window of its own."""
        if view.state == "answered":
            key = f"{view.task_id}:{view.decision.answering}"
            if key not in self._shown and not self.session.client.flags.chat:
                self._shown.add(key)
                await self._answer(view)
        elif view.state == "proposed" and view.edit_id and view.edit_id not in self._shown:
            self._shown.add(view.edit_id)
            await self._proposal(view, view.edit_id)

    async def _answer(self, view: TaskView) -> None:
        engine = await self.session.engine()
        text = engine.answer_text(view.task_id)
        if text is None or await open_document(self.session, view.task_id, "answer.md", text):
            return
        if view.uri is None:
            self.session.editor.notice("info", text)

    async def _proposal(self, view: TaskView, edit_id: str) -> None:
        editor, engine = self.session.editor, await self.session.engine()
        title = f"{KINDS[view.action].title} · {badge(view.decision, view.cause_note)}"
        if await open_diff(self.session, edit_id):
            return
        question = questions.ready(title)
        answer = await editor.ask(question.text, question.options)
        try:
            if answer == questions.APPLY:
                reply = await engine.apply(edit_id)
                if not reply.applied and reply.failure_reason:
                    editor.notice("warning", notices.not_applied(reply.failure_reason))
            elif answer == questions.DISCARD:
                await engine.discard(edit_id)
            elif answer == questions.SHOW and not await open_diff(self.session, edit_id):
                editor.notice("info", engine.edit(edit_id).diff)
        except TierwiseError as error:
            editor.notice("warning", errors.sentence(error))
