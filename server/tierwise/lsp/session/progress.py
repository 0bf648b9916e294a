"""Work-done progress for clients without our messages. It names the tier and can be cancelled."""

from __future__ import annotations

import asyncio
from typing import Final

from lsprotocol import types

from tierwise.core.actions import KINDS
from tierwise.core.views import TaskView
from tierwise.lsp.session.session import Session
from tierwise.present.shown import badge
from tierwise.tasks.task.task import OVER

_TOKEN: Final = "tierwise-"


def token_of(task_id: str) -> str:
    """The progress token of a task."""
    return _TOKEN + task_id


def task_of(token: str | int) -> str | None:
    """The task of a progress token; None for a token that is not ours."""
    own = isinstance(token, str) and token.startswith(_TOKEN)
    return str(token).removeprefix(_TOKEN) if own else None


class Progress:
    """Shows the progress of every running task. A token is forgotten when its task ends."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._begun: set[str] = set()
        self._lock = asyncio.Lock()

    async def show(self, view: TaskView) -> None:
        """Show a task in the editor's progress. It begins when the task runs or waits for money,
        and ends when the task is over or its proposal can be applied.

        A client that shows no progress gets nothing.
        """
        if not self.session.client.progress:
            return
        async with self._lock:
            over = view.state in OVER or view.state == "proposed"
            if view.task_id not in self._begun:
                if not over and view.state in ("running", "paused"):
                    await self._begin(view)
                return
            editor, token = self.session.editor, token_of(view.task_id)
            tier = badge(view.decision, view.cause_note)
            if over:
                self._begun.discard(view.task_id)
                end = types.WorkDoneProgressEnd(message=f"{tier} · {view.progress or view.state}")
                editor.progress(token, end)
            elif not editor.congested():
                report = types.WorkDoneProgressReport(message=f"{tier} · {view.progress or ''}")
                editor.progress(token, report)

    async def _begin(self, view: TaskView) -> None:
        token = token_of(view.task_id)
        if not await self.session.editor.begin_progress(token):
            return
        self._begun.add(view.task_id)
        title = f"Tierwise: {badge(view.decision, view.cause_note)}"
        if view.rehearsal:
            title += " (rehearsal)"
        self.session.editor.progress(
            token,
            types.WorkDoneProgressBegin(
                title=title, message=KINDS[view.action].title, cancellable=True
            ),
        )
