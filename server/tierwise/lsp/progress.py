"""Work-done progress: the tier in its title, cancellable, for clients without our messages."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from lsprotocol import types

from tierwise.core.views import TaskView
from tierwise.present.tiers import confident
from tierwise.present.titles import ACTION_TITLES
from tierwise.tasks.task import OVER

if TYPE_CHECKING:
    from tierwise.lsp.server import Server

CREATE_WITHIN: Final = 5.0
"""Seconds a client has to accept a progress token."""


class Progress:
    """The progress of every running task; a token is forgotten when its task ends."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self._begun: dict[str, str] = {}
        self._lock = asyncio.Lock()

    def task_of(self, token: str | int) -> str | None:
        """The task a token belongs to."""
        return next((task for task, own in self._begun.items() if own == token), None)

    async def show(self, view: TaskView) -> None:
        """Begin, report or end the progress of a task."""
        if not self.server.client.progress:
            return
        async with self._lock:
            over = view.state in OVER or view.state == "proposed"
            token = self._begun.get(view.task_id)
            if token is None:
                if not over and view.state in ("running", "paused"):
                    await self._begin(view)
                return
            if over:
                del self._begun[view.task_id]
                end = types.WorkDoneProgressEnd(message=view.progress or view.state)
                self.server.progress(types.ProgressParams(token=token, value=end))
            elif not self.server.congested:
                tier = confident(view.decision, view.cause_note)
                report = types.WorkDoneProgressReport(message=f"{tier} · {view.progress or ''}")
                self.server.progress(types.ProgressParams(token=token, value=report))

    async def _begin(self, view: TaskView) -> None:
        token = f"tierwise-{view.task_id}"
        try:
            await asyncio.wait_for(
                self.server.window_work_done_progress_create_async(
                    types.WorkDoneProgressCreateParams(token=token)
                ),
                CREATE_WITHIN,
            )
        except asyncio.CancelledError:
            raise
        except Exception:
            return
        self._begun[view.task_id] = token
        title = f"Tierwise: {confident(view.decision, view.cause_note)}"
        if view.rehearsal:
            title += " (rehearsal)"
        self.server.progress(
            types.ProgressParams(
                token=token,
                value=types.WorkDoneProgressBegin(
                    title=title, message=ACTION_TITLES[view.action], cancellable=True
                ),
            )
        )
