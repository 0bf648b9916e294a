"""Previews for clients without our messages: a document, else a message that says where to look.

If the client supports `showDocument`, it opens a `.diff` or `.md` from the state folder. Else a
message says that a proposal waits, and the operator finds it by hover and code actions. A client
without code actions gets the diff as a message and then a question: apply or discard?
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote

from tierwise.core.actions import KINDS
from tierwise.core.errors import TierwiseError
from tierwise.core.views import TaskView
from tierwise.lsp.session.session import Session
from tierwise.present import errors, notices, questions
from tierwise.present.markdown import plain
from tierwise.present.shown import badge


async def open_document(session: Session, path: Path | None) -> bool:
    """Open a kept text in the client. False if the client cannot, or there is no text."""
    if path is None or not session.client.show_document:
        return False
    return await session.editor.show_document(path.as_uri())


async def show_text(session: Session, task_id: str, name: str, text: str) -> None:
    """Show a text that the operator asked for: as a document, else as a message with its path.

    Many editors show only the end of a long message, or nothing. So the message holds the text
    itself only if it could not be kept in a file.
    """
    path = (await session.engine()).keep_document(task_id, name, text)
    if not await open_document(session, path):
        session.editor.notice("info", notices.kept_in(str(path)) if path is not None else text)


async def show_diff(session: Session, edit_id: str) -> None:
    """Show a proposal's diff, because the operator asked for it."""
    edit = (await session.engine()).edit(edit_id)
    await show_text(session, edit.task_id, f"{edit_id}.diff", edit.diff)


class Preview:
    """Shows each proposal or text answer once."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._shown: set[str] = set()

    async def show(self, view: TaskView) -> None:
        """Show the answer or the proposal of a task, if it has one that was not shown yet."""
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
        if text is None:
            return
        path = engine.keep_document(view.task_id, "answer.md", text)
        if not await open_document(self.session, path):
            told = notices.begins(plain(text), _where(view), str(path) if path is not None else "")
            self.session.editor.notice("info", told)

    async def _proposal(self, view: TaskView, edit_id: str) -> None:
        editor, engine = self.session.editor, await self.session.engine()
        title = f"{KINDS[view.action].title} · {badge(view.decision, view.cause_note)}"
        edit = engine.edit(edit_id)
        path = engine.keep_document(view.task_id, f"{edit_id}.diff", edit.diff)
        if await open_document(self.session, path):
            return
        if self.session.client.code_actions:
            editor.notice("info", notices.waits(title, _where(view)))
            return
        editor.notice("info", edit.diff)
        question = questions.ready(title)
        answer = await editor.ask(question.text, question.options)
        try:
            if answer == questions.APPLY:
                reply = await engine.apply(edit_id)
                if not reply.applied and reply.failure_reason:
                    editor.notice("warning", notices.not_applied(reply.failure_reason))
            elif answer == questions.DISCARD:
                await engine.discard(edit_id)
        except TierwiseError as error:
            editor.notice("warning", errors.sentence(error))


def _where(view: TaskView) -> str:
    """The file and line of a task in words, "" if it has none."""
    if view.uri is None or view.range is None:
        return ""
    return notices.place(unquote(view.uri.rsplit("/", 1)[-1]), view.range.start.line)
