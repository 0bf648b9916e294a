"""The listener where no editor is open: it keeps notices and ignores everything else that an editor
would show.
"""

from __future__ import annotations

from dataclasses import field
from typing import Literal

from tierwise.core.dataclass import dataclass
from tierwise.core.views import BudgetView, StatusView, StreamView, TaskView


@dataclass
class Unheard:
    """Does nothing with what an editor would show, and keeps the notices. Listeners without an
    editor inherit it.
    """

    notices: list[str] = field(default_factory=list, kw_only=True)
    previews = False

    def task_changed(self, view: TaskView) -> None: ...

    def streamed(self, view: StreamView) -> None: ...

    def status_changed(self, view: StatusView) -> None: ...

    def watch_files(self) -> None: ...

    def budget_changed(self, view: BudgetView) -> None: ...

    def notice(self, level: Literal["info", "warning", "error"], text: str) -> None:
        self.notices.append(text)
